"""Dates of a contact: read as a datetime, written in parts; what is not passed stays."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from crmkit import ArgumentError
from crmkit.monica import Contact, Monica
from crmkit.monica.dates import BIRTHDATE, DECEASED, FIRST_MET, SpecialDate
from crmkit_mock import MockCRMs
from tests.clients.harness import failures

DATES = [BIRTHDATE, DECEASED, FIRST_MET]
PARTS = ["day", "month", "year"]


def contact(
    date: SpecialDate, text: str | None, *, age: bool = False, year_unknown: bool = False
) -> Any:
    """Return a contact as read, with one date."""
    known = text is not None
    tree: Any = {
        "date": f"{text}T00:00:00Z" if known else None,
        "is_age_based": age if known else None,
        "is_year_unknown": year_unknown if known else None,
    }
    for member in reversed(date.path):
        tree = {member: tree}
    return tree


def test_writes_date_as_read() -> None:
    """Day, month and year make the same date again."""

    def check(date: SpecialDate) -> None:
        parts = date.written(contact(date, "1912-06-23"), {}, 2026)
        assert {name: parts[date.name(name)] for name in PARTS} == {
            "day": 23,
            "month": 6,
            "year": 1912,
        }
        assert parts[date.flag] is True
        assert parts.get(date.name("is_age_based"), False) is False

    assert failures(check, product(DATES)) == []


def test_adds_no_year() -> None:
    """A date of unknown year is written with null, not with the year that the reply shows."""

    def check(date: SpecialDate) -> None:
        parts = date.written(contact(date, "2026-06-23", year_unknown=True), {}, 2027)
        assert parts[date.name("year")] is None
        assert (parts[date.name("day")], parts[date.name("month")]) == (23, 6)

    assert failures(check, product(DATES)) == []


def test_writes_age_of_this_year() -> None:
    """A date computed from an age is written as the age of now, which gives the same year."""

    def check(date: SpecialDate) -> None:
        parts = date.written(contact(date, "1996-01-01", age=True), {}, 2027)
        assert parts == {date.flag: True, date.name("is_age_based"): True, date.name("age"): 31}

    assert failures(check, product([BIRTHDATE, FIRST_MET])) == []


def test_unknown_date_stays_unknown() -> None:
    """A date that the server does not know is not invented."""

    def check(date: SpecialDate) -> None:
        assert date.written(contact(date, None), {}, 2026) == {date.flag: False}
        assert date.written({}, {}, 2026) == {date.flag: False}

    assert failures(check, product(DATES)) == []


def test_new_part_makes_date_known() -> None:
    """A passed part makes the date known and keeps the other parts."""

    def check(date: SpecialDate) -> None:
        changes = {date.name("day"): 9}
        added = date.written(contact(date, None), changes, 2026)
        changed = date.written(contact(date, "1912-06-23"), changes, 2026)

        assert added[date.flag] is True
        assert {**changed, **changes}[date.name("day")] == 9
        assert (changed[date.name("month")], changed[date.name("year")]) == (6, 1912)

    assert failures(check, product(DATES)) == []


def test_day_replaces_age() -> None:
    """A passed day replaces an age, and its January 1 is dropped."""
    changes = {"birthdate_day": 9, "birthdate_month": 12}
    parts = BIRTHDATE.written(contact(BIRTHDATE, "1996-01-01", age=True), changes, 2026)
    assert parts == {
        "is_birthdate_known": True,
        "birthdate_is_age_based": False,
        "birthdate_year": None,
    }


def test_age_replaces_day() -> None:
    """A passed age replaces a date."""
    parts = BIRTHDATE.written(contact(BIRTHDATE, "1912-06-23"), {"birthdate_age": 40}, 2026)
    assert parts == {"is_birthdate_known": True, "birthdate_is_age_based": True}


def test_unknown_date_writes_no_parts() -> None:
    """A date that is set to unknown is removed, and no part of it is sent."""

    def check(date: SpecialDate, no: Any) -> None:
        assert date.written(contact(date, "1912-06-23"), {date.flag: no}, 2026) == {}

    assert failures(check, product(DATES, [False, 0, "0"])) == []


def test_reads_zero_date_as_unknown() -> None:
    """A date that no datetime can hold is None, costs no list, and is written as it was."""
    with MockCRMs(seed="empty") as mocks:
        mock = mocks.monica
        crm = Monica(base_url=mock.base_url, transport=mock.transport, **mock.credentials)
        created = crm.contacts.create(
            first_name="x",
            is_birthdate_known=True,
            birthdate_day=1,
            birthdate_month=1,
            birthdate_year=-1,
            is_deceased=False,
            is_deceased_date_known=False,
        )
        crm.contacts.update(created.id, last_name="y")
        (listed,) = crm.contacts.list()

        assert isinstance(listed, Contact)
        information: Any = listed.information
        assert (listed.last_name, information.dates.birthdate.date) == ("y", None)
        shown = crm.request("GET", f"/contacts/{created.id}").data["data"]["information"]["dates"]
        assert shown["birthdate"]["date"] == "-0001-11-30T00:00:00Z"
        crm.close()


def test_odd_date_is_not_lost() -> None:
    """A date that is none is not cleared by an update: the caller has to pass a new one."""

    def check(date: SpecialDate, odd: Any) -> None:
        tree = contact(date, "")
        place = tree
        for member in date.path:
            place = place[member]
        place["date"] = odd
        with pytest.raises(ArgumentError, match="pass its new value"):
            date.written(tree, {}, 2026)
        changes = {date.name("day"): 9, date.name("month"): 5}
        assert date.written(tree, changes, 2026)[date.flag] is True

    assert failures(check, product(DATES, ["soon", 20240101, {}, True])) == []
