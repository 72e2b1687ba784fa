"""Updates read, merge and write, and lose nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import product
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from crmkit import ConflictError, DecodeError, NotFoundError
from crmkit.onepagecrm import OnePageCRM
from crmkit_mock import MockCRMs
from tests.clients.conftest import MakeOnePageCRM
from tests.clients.harness import failures, reply, sync_alone

asynchronous = sync_alone

FORMS = ["json", "xml", "yaml"]
JOE = "4e5dea11638190102c000361"
WRITTEN = (
    *("firstname", "lastname", "company", "jobtitle", "address", "city", "state", "zip", "country"),
    *("description", "phones", "emails", "urls", "vip", "status", "tags"),
)

# The server strips whitespace around strs, and ignores characters that XML cannot carry.
TEXTS = st.text(
    st.characters(
        exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp", "Cn"], exclude_characters="\ufeff"
    ),
    min_size=1,
    max_size=20,
)
PARTS = TEXTS.filter(lambda text: not set(text) & set(",|"))
TAGS = PARTS.filter(lambda text: text != "VIP")
NAMED = st.lists(st.fixed_dictionaries({"type": st.just("work"), "number": PARTS}), max_size=3)
ADDRESSED = st.lists(
    st.fixed_dictionaries({"type": st.just("other"), "address": PARTS}), max_size=3
)
CHANGES: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(("firstname", "lastname", "company", "jobtitle", "address", "city"), TEXTS),
    **dict.fromkeys(("state", "zip", "description"), TEXTS),
    "country": st.sampled_from(["GR", "IE", "CZ"]),
    "phones": NAMED,
    "emails": ADDRESSED,
    "urls": ADDRESSED,
    "vip": st.booleans(),
    "status": st.sampled_from(["lead", "prospect", "customer", "inactive", "general"]),
    "tags": st.lists(TAGS, max_size=3, unique=True),
}


def _values(contact: Any) -> dict[str, Any]:
    """Return the writable members of a contact, as they are written."""
    values = {name: getattr(contact, name) for name in WRITTEN}
    values["phones"] = [
        {"type": record.type_, "number": record.number} for record in contact.phones
    ]
    for name in ("emails", "urls"):
        rows = getattr(contact, name)
        values[name] = [{"type": record.type_, "address": record.address} for record in rows]
    return values


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(
    stored=st.fixed_dictionaries(CHANGES),
    changed=st.fixed_dictionaries({}, optional=CHANGES),
    format_=st.sampled_from(FORMS),
)
def test_update_changes_only_what_is_passed(
    stored: dict[str, Any], changed: dict[str, Any], format_: Any
) -> None:
    """Whatever a contact has and whichever members are passed, the others stay."""
    with MockCRMs() as mocks:
        mock = mocks.onepagecrm
        with OnePageCRM(
            base_url=mock.base_url, transport=mock.transport, format=format_, **mock.credentials
        ) as crm:
            created = crm.contacts.create(**stored)
            assert _values(created) == stored

            crm.contacts.update(created.id, **changed)

            assert _values(crm.contacts.get(created.id)) == {**stored, **changed}


def test_empty_update_changes_nothing(mocked_onepagecrm: MakeOnePageCRM, mocks: MockCRMs) -> None:
    """An update without changes leaves the contact as it was, but for whitespace around str."""

    def check(format_: str) -> None:
        mocks.reset()
        crm = mocked_onepagecrm(format=format_)
        before = crm(lambda crm: crm.contacts.get(JOE))

        crm(lambda crm: crm.contacts.update(JOE))

        before.description = before.description.strip()  # as the server does with all that is sent
        assert crm(lambda crm: crm.contacts.get(JOE)) == before

    assert failures(check, product(FORMS)) == []


def test_update_request(mocked_onepagecrm: MakeOnePageCRM, mocks: MockCRMs) -> None:
    """An update is one read and one write, with the wire's write names."""
    crm = mocked_onepagecrm()
    crm(lambda crm: crm.api_version())
    before = len(mocks.onepagecrm.journal)

    crm(lambda crm: crm.contacts.update(JOE, jobtitle="CTO", zip="1", country="GR", vip=True))

    read, write = list(mocks.onepagecrm.journal)[before:]
    assert (read.operation, write.operation) == ("contacts_get", "contacts_update")
    body = write.body.decode()
    assert "job_title=CTO" in body
    assert "zip_code=1" in body
    assert "country=EL" in body
    assert "vip=1" in body
    assert "jobtitle=" not in body


def test_none_clears(mocked_onepagecrm: MakeOnePageCRM) -> None:
    """None clears a member; the others stay."""
    crm = mocked_onepagecrm()
    created = crm(
        lambda crm: crm.contacts.create(firstname="A", lastname="B", city="C", country="IE")
    )

    after = crm(
        lambda crm: crm.contacts.update(created.id, firstname=None, country=None, phones=[])
    )

    assert (after.firstname, after.lastname, after.city, after.country) == (None, "B", "C", None)
    assert after.phones == []


def test_update_keeps_date_of_action(mocked_onepagecrm: MakeOnePageCRM) -> None:
    """An action's date, flags and contact stay when its name changes; a date can be cleared."""
    crm = mocked_onepagecrm()
    contact = crm(lambda crm: crm.contacts.create(lastname="Busy")).id
    created = crm(lambda crm: crm.actions.create(cid=contact, name="Wait", waiting=True))

    after = crm(lambda crm: crm.actions.update(created.id, name="Wait longer"))
    assert (after.waiting, after.date, after.cid) == (True, None, contact)

    dated = crm(lambda crm: crm.actions.update(created.id, waiting=False, date=date(2012, 8, 31)))
    assert (dated.name, dated.waiting, dated.date) == ("Wait longer", False, date(2012, 8, 31))
    then = crm(lambda crm: crm.actions.update(created.id, next_=True, date=None))
    assert (then.next_, then.date) == (True, None)


def test_update_keeps_amount_and_stage_of_deal(
    mocked_onepagecrm: MakeOnePageCRM, mocks: MockCRMs
) -> None:
    """A deal keeps amount, status, stage and dates in each pipeline mode."""

    def check(mode: str) -> None:
        mocks.reset()
        mocks.onepagecrm.pipeline(mode)
        crm = mocked_onepagecrm()
        created = crm(
            lambda crm: crm.notes.create(
                cid=JOE,
                body="Roof",
                date=date(2012, 6, 4),
                type_="deal",
                amount=0.1,
                deal_stage=75,
                exp_close=date(2012, 9, 1),
            )
        )

        after = crm(lambda crm: crm.notes.update(created.id, body="New roof"))

        assert after.body == "New roof"
        assert (after.deal, after.date, after.cid) == (created.deal, created.date, created.cid)

    assert failures(check, product(["off", "simple", "full"])) == []


def test_update_of_unknown_id_writes_nothing(
    mocked_onepagecrm: MakeOnePageCRM, mocks: MockCRMs
) -> None:
    """An update of an unknown id is a NotFoundError, and writes nothing."""
    crm = mocked_onepagecrm()

    with pytest.raises(NotFoundError):
        crm(lambda crm: crm.contacts.update("4e5dea11638190102c0003ff", city="x"))

    assert "contacts_update" not in [request.operation for request in mocks.onepagecrm.journal]


BROKEN: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "wrapped": lambda contact: {"contact": contact},
    "empty": lambda _: {},
}


def test_unreadable_contact_is_not_written_back(
    onepagecrm: MakeOnePageCRM, mocks: MockCRMs
) -> None:
    """A contact that is not read whole is not replaced: what was not understood would be lost."""

    def check(broken: str) -> None:
        mock = mocks.onepagecrm
        with OnePageCRM(
            base_url=mock.base_url, transport=mock.transport, **mock.credentials
        ) as plain:
            envelope = plain.request("GET", f"/contacts/{JOE}.json").data
        crm = onepagecrm(reply({**envelope, "data": BROKEN[broken](envelope["data"])}))

        with pytest.raises(DecodeError) as caught:
            crm(lambda crm: crm.contacts.update(JOE, city="x"))

        assert caught.value.operation == "contacts.get"
        assert caught.value.path.startswith("data")
        assert [request.method for request in crm.seen] == ["GET"]

    assert failures(check, product(BROKEN)) == []


def test_update_keeps_password(mocked_onepagecrm: MakeOnePageCRM, mocks: MockCRMs) -> None:
    """A change of the user's settings keeps the password; a new one opens the account."""
    login = mocks.onepagecrm.login
    crm = mocked_onepagecrm()

    crm(lambda crm: crm.settings.update_user(company="New Ltd"))
    mocked_onepagecrm(**login)(lambda crm: crm.api_version())

    crm(lambda crm: crm.settings.update_user(password="hunter2", confirm_password="hunter2"))
    changed = {**login, "password": "hunter2"}
    assert mocked_onepagecrm(**changed)(lambda crm: crm.settings.user()).company == "New Ltd"


def test_second_open_action_is_conflict(mocked_onepagecrm: MakeOnePageCRM) -> None:
    """A second open action is a ConflictError, and the first stays."""
    crm = mocked_onepagecrm()
    contact = crm(lambda crm: crm.contacts.create(lastname="Busy")).id
    created = crm(lambda crm: crm.actions.create(cid=contact, name="One", next_=True))

    with pytest.raises(ConflictError):
        crm(lambda crm: crm.actions.create(cid=contact, name="Two", next_=True))

    assert [record.id for record in crm(lambda crm: crm.actions.list(cid=contact))] == [created.id]
