"""Updates: the server clears what is not sent; the client keeps it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import product
from typing import Any

import pytest

from crmkit import ArgumentError, DecodeError, NotFoundError, ValidationError
from crmkit.monica import CompanyInput, ContactInput, ContactPartial
from crmkit_mock import MockCRMs
from tests.clients.conftest import MakeClient
from tests.clients.harness import Clock, Driver, failures, reply, sync_alone
from tests.clients.monica_wire import CLIENT, data, example, refusal

asynchronous = sync_alone

ALIVE: dict[str, Any] = {
    "is_birthdate_known": False,
    "is_deceased": False,
    "is_deceased_date_known": False,
}
ALAN: dict[str, Any] = {
    "first_name": "Alan",
    "middle_name": "Mathison",
    "last_name": "Turing",
    "nickname": "Prof",
    "description": "logician",
    "gender_id": 1,
    "is_birthdate_known": True,
    "birthdate_day": 23,
    "birthdate_month": 6,
    "birthdate_year": 1912,
    "birthdate_add_reminder": True,
    "is_deceased": True,
    "is_deceased_date_known": True,
    "deceased_date_day": 7,
    "deceased_date_month": 6,
    "deceased_date_year": 1954,
    "deceased_date_add_reminder": True,
}
Call = Callable[[Any], Any]


def members_of(record: Any) -> dict[str, Any]:
    """Return a record's members, without what every update changes."""
    tree: dict[str, Any] = record.to_dict()
    tree.pop("updated_at")
    return tree


def create_contact(crm: Driver, **members: Any) -> Any:
    """Create a contact."""
    return crm(lambda crm: crm.contacts.create(**members))


def test_update_keeps_other_members(monica: MakeClient) -> None:
    """Another description changes nothing else: names, gender, dates and reminders stay."""
    crm = monica()
    alan = create_contact(crm, **ALAN)
    before = members_of(alan)
    assert before["statistics"]["number_of_reminders"] == 2

    after = members_of(crm(lambda crm: crm.contacts.update(alan.id, description="codebreaker")))

    assert after == {**before, "description": "codebreaker"}
    assert members_of(crm(lambda crm: crm.contacts.get(alan.id))) == after
    assert after["complete_name"].startswith("Alan Mathison Turing (Prof)")


def test_none_clears(monica: MakeClient) -> None:
    """None clears a member, and only that."""
    crm = monica()
    alan = create_contact(crm, **ALAN)
    after = crm(lambda crm: crm.contacts.update(alan.id, nickname=None, gender_id=None))
    assert (after.nickname, after.gender, after.last_name) == (None, None, "Turing")
    assert after.description == "logician"


def test_changes_part_of_date(monica: MakeClient) -> None:
    """One part changes, the others and the reminder stay."""
    crm = monica()
    alan = create_contact(crm, **ALAN)
    after = crm(lambda crm: crm.contacts.update(alan.id, birthdate_day=24))
    assert after.information.dates.birthdate.date == datetime(1912, 6, 24, tzinfo=UTC)
    assert after.information.dates.deceased_date.date == datetime(1954, 6, 7, tzinfo=UTC)
    assert after.statistics.number_of_reminders == 2


def test_removes_one_reminder(monica: MakeClient) -> None:
    """A reminder is removed on request, and the other stays."""
    crm = monica()
    alan = create_contact(crm, **ALAN)
    after = crm(lambda crm: crm.contacts.update(alan.id, birthdate_add_reminder=False))
    assert after.statistics.number_of_reminders == 1
    assert after.information.dates.birthdate.date == datetime(1912, 6, 23, tzinfo=UTC)


def test_removes_date(monica: MakeClient) -> None:
    """A birthdate that is set to unknown goes, with its reminder; the date of death stays."""
    crm = monica()
    alan = create_contact(crm, **ALAN)
    after = crm(lambda crm: crm.contacts.update(alan.id, is_birthdate_known=False))
    assert after.information.dates.birthdate.date is None
    assert after.information.dates.deceased_date.date == datetime(1954, 6, 7, tzinfo=UTC)
    assert after.statistics.number_of_reminders == 1


def test_adds_date(monica: MakeClient) -> None:
    """The parts of a date are enough: that it is known is implied."""
    crm = monica()
    grace = create_contact(crm, first_name="Grace", **ALIVE)
    after = crm(
        lambda crm: crm.contacts.update(
            grace.id,
            birthdate_day=9,
            birthdate_month=12,
            birthdate_year=1906,
            deceased_date_day=1,
            deceased_date_month=1,
            deceased_date_year=1992,
        )
    )
    assert after.information.dates.birthdate.date == datetime(1906, 12, 9, tzinfo=UTC)
    assert after.information.dates.deceased_date.date == datetime(1992, 1, 1, tzinfo=UTC)
    assert after.is_dead is True


def test_keeps_birthdate_without_year(monica: MakeClient) -> None:
    """An update does not invent an unknown year."""
    crm = monica()
    contact = create_contact(
        crm,
        **{**ALIVE, "is_birthdate_known": True},
        first_name="Joan",
        birthdate_day=23,
        birthdate_month=6,
    )
    before = contact.information.dates.birthdate
    assert before.is_year_unknown is True
    after = crm(lambda crm: crm.contacts.update(contact.id, last_name="Clarke"))
    assert after.information.dates.birthdate == before
    assert after.last_name == "Clarke"


def test_keeps_age(monica: MakeClient, clock: Clock, mocks: MockCRMs) -> None:
    """A birthdate computed from an age keeps its year, whatever the client's clock."""

    def check(seconds: int) -> None:
        mocks.reset()
        clock.now += seconds
        crm = monica()
        contact = create_contact(
            crm,
            **{**ALIVE, "is_birthdate_known": True},
            first_name="Joan",
            birthdate_is_age_based=True,
            birthdate_age=30,
        )
        before = contact.information.dates.birthdate
        assert before.is_age_based is True
        after = crm(lambda crm: crm.contacts.update(contact.id, last_name="Clarke"))
        assert after.information.dates.birthdate == before

    assert failures(check, product([0, 86_400 * 366 * 3])) == []


def test_computes_age_by_year_of_server(client: MakeClient, clock: Clock) -> None:
    """The Date header has the server's year; only without it the client's clock counts."""
    cases: list[tuple[Any, ...]] = [
        ({"Date": "Sun, 31 Dec 2017 23:59:59 GMT"}, 17),
        ({"Date": "yesterday"}, 70),
        ({}, 70),
    ]

    def check(headers: dict[str, str], age: int) -> None:
        clock.now = datetime(2070, 6, 1, tzinfo=UTC).timestamp()
        born = {"date": "2000-01-01T00:00:00Z", "is_age_based": True, "is_year_unknown": False}
        contact = example("Contact")["data"]
        contact["information"]["dates"]["birthdate"] = born
        contact["statistics"]["number_of_reminders"] = 0
        crm = client(data(contact, 200, headers), refusal(404, 31, "gone"), **CLIENT)
        with pytest.raises(NotFoundError):
            crm(lambda crm: crm.contacts.update(1, nickname="x"))
        assert crm.seen[1].json["birthdate_age"] == age

    assert failures(check, cases) == []


def test_keeps_contact_partial(monica: MakeClient) -> None:
    """An update does not turn a partial contact into a full one."""
    crm = monica()
    child = create_contact(crm, first_name="Child", is_partial=True, **ALIVE)
    assert type(child) is ContactPartial
    after = crm(lambda crm: crm.contacts.update(child.id, last_name="Small"))
    assert type(after) is ContactPartial
    assert (after.first_name, after.last_name, after.is_partial) == ("Child", "Small", True)


def test_updates_work_and_introduction(monica: MakeClient) -> None:
    """Job and company, story, friend and date of the first meeting are updated one by one."""
    crm = monica()
    id = create_contact(crm, first_name="Grace", **ALIVE).id
    crm(lambda crm: crm.contacts.update_work(id, job="Admiral", company="Navy"))
    after = crm(lambda crm: crm.contacts.update_work(id, job="Consultant"))
    assert (after.information.career.job, after.information.career.company) == (
        "Consultant",
        "Navy",
    )
    crm(
        lambda crm: crm.contacts.update_introduction(
            id,
            is_date_known=True,
            day=1,
            month=2,
            year=2020,
            add_reminder=True,
            general_information="conference",
            met_through_contact_id=1,
        )
    )
    after = crm(lambda crm: crm.contacts.update_introduction(id, general_information="the bus"))
    met = after.information.how_you_met
    assert met.general_information == "the bus"
    assert met.first_met_date.date == datetime(2020, 2, 1, tzinfo=UTC)
    assert met.first_met_through_contact.id == 1
    assert after.statistics.number_of_reminders == 1
    after = crm(lambda crm: crm.contacts.update_introduction(id, is_date_known=False))
    assert after.information.how_you_met.first_met_date.date is None
    assert after.information.how_you_met.general_information == "the bus"


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
        with pytest.raises(DecodeError):
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
