"""Updates: the server clears what is not sent; the client keeps it."""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import Any

import pytest

from crmkit import ArgumentError, NotFoundError, ValidationError
from crmkit.monica import CompanyInput, ContactInput
from crmkit_mock import MockCRMs
from tests.clients.conftest import MakeClient
from tests.clients.harness import both, failures, reply, sync_alone
from tests.clients.monica_wire import ALIVE, CLIENT, data, example, members_of

asynchronous = sync_alone


CREATED: dict[str, dict[str, Any]] = {
    "notes": {"contact_id": 1, "body": "hello", "is_favorited": True},
    "calls": {
        "contact_id": 1,
        "called_at": date(2026, 3, 1),
        "content": "rang",
        "emotions": [1, 2],
    },
    "activities": {
        "summary": "lunch",
        "description": "long",
        "happened_at": date(2026, 2, 3),
        "contacts": [1, 2],
        "activity_type_id": 1,
        "emotions": [3],
    },
    "tasks": {"title": "do", "description": "d", "contact_id": 1},
    "reminders": {
        "contact_id": 1,
        "title": "call",
        "description": "d",
        "initial_date": date(2027, 1, 5),
        "frequency_type": "year",
        "frequency_number": 2,
    },
    "journal": {"title": "T", "post": "text"},
    "contact_fields": {
        "contact_id": 1,
        "contact_field_type_id": 1,
        "data": "grace@example.com",
        "labels": ["home", "Custom label"],
    },
    "contact_field_types": {"name": "Signal", "protocol": "sgnl:", "fontawesome_icon": "fa fa-x"},
    "addresses": {
        "contact_id": 1,
        "name": "home",
        "street": "s",
        "city": "c",
        "province": "p",
        "postal_code": "75002",
        "country": "FR",
        "latitude": 48.5,
        "longitude": 2.25,
    },
    "places": {"street": "s", "city": "c", "country": "US", "latitude": 1.5, "longitude": 2},
    "companies": {"name": "Acme", "website": "https://acme.example", "number_of_employees": 12},
    "occupations": {
        "contact_id": 1,
        "company_id": 1,
        "title": "Dev",
        "description": "d",
        "salary": 1000,
        "salary_unit": "month",
        "currently_works_here": True,
        "start_date": date(2020, 1, 2),
    },
    "gifts": {
        "contact_id": 1,
        "name": "Book",
        "status": "idea",
        "comment": "c",
        "url": "https://x.example",
        "amount": 1000.5,
        "date": date(2026, 12, 24),
        "recipient_id": 2,
    },
    "debts": {
        "contact_id": 1,
        "in_debt": "yes",
        "status": "inprogress",
        "amount": 1000.5,
        "reason": "r",
    },
    "pets": {"contact_id": 1, "pet_category_id": 2, "name": "Rex"},
    "life_events": {
        "contact_id": 1,
        "life_event_type_id": 1,
        "happened_at": date(2020, 5, 6),
        "name": "n",
        "note": "t",
        "has_reminder": False,
        "happened_at_month_unknown": False,
        "happened_at_day_unknown": False,
    },
    "conversations": {
        "contact_id": 1,
        "happened_at": date(2026, 1, 2),
        "contact_field_type_id": 2,
    },
    "genders": {"name": "Other", "type_": "O"},
    "activity_types": {"name": "Chess"},
}
CHANGED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "notes": ({"body": "other"}, {"body": "other"}),
    "calls": ({"content": None}, {"content": None}),
    "activities": ({"summary": "dinner"}, {"summary": "dinner"}),
    "tasks": ({"title": "do it"}, {"title": "do it"}),
    "reminders": ({"title": "write"}, {"title": "write"}),
    "journal": ({"post": "more"}, {"post": "more"}),
    "contact_fields": ({"data": "g@example.com"}, {"content": "g@example.com"}),
    "contact_field_types": ({"protocol": None}, {"protocol": None}),
    "addresses": ({"street": "t"}, {"street": "t"}),
    "places": ({"street": None}, {"street": None}),
    "companies": ({"number_of_employees": 13}, {"number_of_employees": 13}),
    "occupations": ({"title": "Lead"}, {"title": "Lead"}),
    "gifts": ({"status": "offered"}, {"status": "offered"}),
    "debts": ({"status": "completed"}, {"status": "completed"}),
    "pets": ({"name": None}, {"name": None}),
    "life_events": ({"note": None}, {"note": None}),
    "conversations": (
        {"happened_at": date(2026, 1, 3)},
        {"happened_at": "2026-01-03T00:00:00Z"},
    ),
    "genders": ({"name": "Another"}, {"name": "Another"}),
    "activity_types": ({"name": "Go"}, {"name": "Go"}),
}
#: Members that the server itself changes with an update.
ITS_OWN = {"notes": {"favorited_at"}}


@both
def test_update_keeps_other_members_of_every_resource(monica: MakeClient, mocks: MockCRMs) -> None:
    """An update of one member keeps all others, whatever the server requires."""

    def check(name: str) -> None:
        mocks.reset()
        crm = monica()
        members = dict(CREATED[name])
        if name == "activity_types":
            categories = crm(lambda crm: crm.activity_type_categories.list())
            members["activity_type_category_id"] = categories[0].id
        if name == "activities":
            members["activity_type_id"] = crm(lambda crm: crm.activity_types.list())[0].id
        id = crm(lambda crm: getattr(crm, name).create(**members)).id
        before = members_of(crm(lambda crm: getattr(crm, name).get(id)))
        changes, expected = CHANGED[name]

        crm(lambda crm: getattr(crm, name).update(id, **changes))
        after = members_of(crm(lambda crm: getattr(crm, name).get(id)))

        own = ITS_OWN.get(name, set())
        rest = {member: value for member, value in after.items() if member not in own}
        assert rest == {
            **{member: value for member, value in before.items() if member not in own},
            **expected,
        }
        assert before != after

    assert failures(check, product(CREATED)) == []


def test_updates_by_model(monica: MakeClient) -> None:
    """A model sets its members as keywords do; the rest is kept."""
    crm = monica()
    id = crm(lambda crm: crm.companies.create(name="Acme", website="https://a.example")).id
    after = crm(lambda crm: crm.companies.update(id, CompanyInput(name="Emca")))
    assert (after.name, after.website) == ("Emca", "https://a.example")


def test_completes_task(monica: MakeClient) -> None:
    """`completed=True` alone completes a task."""
    crm = monica()
    id = crm(lambda crm: crm.tasks.create(title="do", description="d", contact_id=1)).id
    after = crm(lambda crm: crm.tasks.update(id, completed=True))
    assert (after.title, after.description, after.completed) == ("do", "d", True)
    assert after.completed_at is not None
    assert after.contact.id == 1


def test_update_of_unknown_id_writes_nothing(monica: MakeClient) -> None:
    """An unknown id is not found by the read; nothing is written."""

    def check(name: str) -> None:
        crm = monica()
        with pytest.raises(NotFoundError) as caught:
            crm(lambda crm: getattr(crm, name).update(9999, extra={}))
        assert caught.value.code == 31

    assert failures(check, product(["contacts", "gifts", "companies"])) == []


def test_writes_delible_as_int(monica: MakeClient) -> None:
    """`delible` is written as 0: the server does not accept false."""
    crm = monica()
    before = crm(lambda crm: crm.contact_field_types.get(1))
    assert before.delible is False
    crm(lambda crm: crm.contact_field_types.update(1, name="Mail"))
    after = crm(lambda crm: crm.contact_field_types.get(1))
    assert members_of(after) == {**members_of(before), "name": "Mail"}
    body = {"name": "Mail", "delible": False}
    with pytest.raises(ValidationError) as caught:
        crm(lambda crm: crm.request("PUT", "/contactfieldtypes/1", json=body))
    assert [*caught.value.fields] == ["delible"]


def test_update_is_one_read_and_one_write(client: MakeClient) -> None:
    """An update is one read and one write; both have the call's options."""
    company = example("Company")["data"]
    crm = client(data(company), data(company), **CLIENT)
    crm(lambda crm: crm.companies.update(1, name="X", options={"headers": {"X-Trace": "7"}}))
    assert [(request.method, request.path) for request in crm.seen] == [
        ("GET", "/api/companies/1"),
        ("PUT", "/api/companies/1"),
    ]
    assert {request.headers["x-trace"] for request in crm.seen} == {"7"}
    assert crm.seen[1].json == {
        "name": "X",
        "website": company["website"],
        "number_of_employees": company["number_of_employees"],
    }


def test_rejects_value_before_reading(client: MakeClient) -> None:
    """An invalid value is refused before anything is sent."""
    crm = client(data({}), **CLIENT)
    with pytest.raises(ArgumentError):
        crm(lambda crm: crm.companies.update(1, name=object()))
    with pytest.raises(ArgumentError):
        crm(lambda crm: crm.contacts.update(1, ContactInput(first_name="A", **ALIVE), nickname="x"))
    assert crm.seen == []


def test_unreadable_date_is_not_written_back(client: MakeClient) -> None:
    """A contact that cannot be written back as it was read is an error, and nothing is written."""
    cases = product(
        [{"date": "someday"}, {"date": "0000-00-00", "is_age_based": True}, {"date": "19120623"}]
    )

    def check(born: Any) -> None:
        contact = {"id": 1, "first_name": "A", "information": {"dates": {"birthdate": born}}}
        crm = client(data(contact), **CLIENT)
        if born.get("is_age_based"):
            crm(lambda crm: crm.request("GET", "/contacts/1"))
            return
        with pytest.raises(ArgumentError, match="birthdate_day: cannot be written back"):
            crm(lambda crm: crm.contacts.update(1, nickname="x"))
        assert [request.method for request in crm.seen] == ["GET"]

    assert failures(check, cases) == []


def test_refusal_of_write_is_raised(client: MakeClient) -> None:
    """The server's refusal of the write is raised as it is."""
    company = example("Company")["data"]
    refused_reply = reply(
        {"error": {"message": ["The name field is required."], "error_code": 32}}, 422
    )
    crm = client(data(company), refused_reply, **CLIENT)
    with pytest.raises(ValidationError) as caught:
        crm(lambda crm: crm.companies.update(1, name=""))
    assert caught.value.fields == {"name": ["The name field is required."]}
    assert caught.value.operation == "companies.update"
