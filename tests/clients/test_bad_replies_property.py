"""Arbitrary bytes and arbitrary JSON as a reply: a value or a CRMError, nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit import CRMError
from crmkit_generated.relenta.models import Activity, Contact, CustomField
from tests.clients.harness import Answer, both, open_driver, page, reply
from tests.clients.test_golden import EXAMPLES, SCHEMA_NAMES

CALLS: list[Callable[[Any], Any]] = [
    lambda crm: crm.contacts.list(),
    lambda crm: crm.contacts.save(full_name="x"),
    lambda crm: crm.activities.list().pages(),
    lambda crm: crm.custom_fields.list().first(),
    lambda crm: crm.request("PUT", "/x", json={}),
]

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["2016-01-05T12:03:32Z", "1", "a;b", "x (y)", "A <b>", ";", "", "\ud800"]),
)
names = st.sampled_from(SCHEMA_NAMES) | st.text(max_size=4)
trees = st.recursive(
    scalars,
    lambda children: st.lists(children, max_size=4) | st.dictionaries(names, children, max_size=5),
    max_leaves=12,
)
rows = st.lists(
    st.fixed_dictionaries({"id": st.sampled_from(["1", 2])} | {}).flatmap(
        lambda row: st.dictionaries(names, scalars, max_size=6).map(lambda more: {**row, **more})
    ),
    max_size=3,
)
envelopes = st.fixed_dictionaries(
    {"status": st.booleans() | scalars}, optional={"code": scalars, "data": rows | trees}
)
statuses = st.sampled_from([200, 200, 200, 201, 204, 301, 302, 400, 401, 404, 429, 500, 520])
header_sets = st.dictionaries(
    st.sampled_from(["Content-Type", "Retry-After", "Location", "X-Request-Id"]),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20),
    max_size=2,
)


def value_or_error(
    answer: Answer, work: Callable[[Any], Any], *, asynchronous: bool = False
) -> None:
    """Make a call; an exception other than a CRMError fails the test."""
    # The empty page lets lists end that got one good page.
    with open_driver(asynchronous, answer, page(), max_retries=0) as crm:
        try:
            crm(work)
        except CRMError as error:
            assert "\n" not in str(error)
            assert getattr(error, "operation", "") is not None


@both
@given(st.binary(max_size=64), statuses, header_sets, st.sampled_from(CALLS))
@settings(max_examples=75)
def test_any_bytes(
    asynchronous: bool,
    body: bytes,
    status: int,
    headers: dict[str, str],
    work: Callable[[Any], Any],
) -> None:
    """Any bytes under any status end in a value or a CRMError."""
    value_or_error(reply(body, status, headers), work, asynchronous=asynchronous)


@given(envelopes | trees, statuses, st.sampled_from(CALLS))
@settings(max_examples=75)
def test_any_json(tree: Any, status: int, work: Callable[[Any], Any]) -> None:
    """Any JSON under any status ends in a value or a CRMError."""
    value_or_error(reply(json.dumps(tree), status), work)


@given(st.sampled_from([Contact, Activity, CustomField]), trees)
def test_from_dict_of_any_tree(model: Any, tree: Any) -> None:
    """`from_dict` returns a model of any tree, or raises a CRMError."""
    try:
        result = model.from_dict(tree)
    except CRMError:
        return
    assert type(result) is model


@given(st.data(), st.sampled_from(["ContactPage", "ActivityPage", "CustomFieldList"]))
def test_example_with_one_changed_member(data: st.DataObject, name: str) -> None:
    """An example with any value in one member is read, or refused with the member's name."""
    model: Any = {"ContactPage": Contact, "ActivityPage": Activity, "CustomFieldList": CustomField}[
        name
    ]
    row = dict(data.draw(st.sampled_from(EXAMPLES[name])))
    member = data.draw(st.sampled_from(sorted(row)))
    row[member] = data.draw(trees)

    try:
        result = model.from_dict(row)
    except CRMError as error:
        assert getattr(error, "path", "").startswith(member)
    else:
        assert type(result) is model
