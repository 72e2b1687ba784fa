"""Relenta reads a form body as JSON, as the curl samples of its page send it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.contract.relenta_harness import RESOURCES, Harness, Resource, relenta, same

FORM = {"Content-Type": "application/x-www-form-urlencoded"}

for_each_resource = pytest.mark.parametrize(
    "resource", RESOURCES, ids=lambda resource: resource.name
)


@pytest.fixture(scope="module")
def harness() -> Iterator[Harness]:
    """Return one harness for many examples; every exchange has to be valid by the document."""
    with relenta() as harness:
        yield harness
        harness.conforms()


@for_each_resource
@settings(max_examples=25)
@given(data=st.data())
def test_accepts_json_as_a_form(harness: Harness, resource: Resource, data: st.DataObject) -> None:
    """A body that `curl --data` would send saves the same record as application/json does."""
    body = data.draw(resource.sent())
    reply = harness.http.post(resource.save_path, content=json.dumps(body).encode(), headers=FORM)

    assert reply.status_code == 200
    row = harness.row(resource, reply.json()["data"]["id"])
    assert all(same(value, row.get(member)) for member, value in body.items())


@for_each_resource
@settings(max_examples=25)
@given(fields=st.dictionaries(st.sampled_from(["id", "company", "label"]), st.text(max_size=5)))
def test_rejects_form_fields(resource: Resource, fields: dict[str, Any]) -> None:
    """The fields of a real form are not JSON and are refused; nothing is saved."""
    with relenta() as harness:
        reply = harness.http.post(resource.save_path, data=fields, headers=FORM)

        assert reply.status_code == 400
        assert harness.everything(resource) == []
