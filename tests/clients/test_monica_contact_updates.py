"""Updates of contacts: dates, reminders, work and introduction stay unless passed."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest

from crmkit import NotFoundError
from crmkit.monica import ContactPartial
from crmkit_mock import MockCRMs
from tests.clients.conftest import MakeClient
from tests.clients.harness import Clock, Driver, both, failures, sync_alone
from tests.clients.monica_wire import ALIVE, CLIENT, data, example, members_of, refusal

asynchronous = sync_alone

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


def create_contact(crm: Driver, **members: Any) -> Any:
    """Create a contact."""
    return crm(lambda crm: crm.contacts.create(**members))


@both
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


@both
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
