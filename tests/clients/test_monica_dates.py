"""Dates of a contact: read as one moment, written in parts; what is not changed stays the same."""

from __future__ import annotations

from typing import Any

import pytest

from crmkit.monica.dates import BIRTHDATE, DECEASED, FIRST_MET, SpecialDate

DATES = [BIRTHDATE, DECEASED, FIRST_MET]
PARTS = ["day", "month", "year"]


def contact(date: SpecialDate, text: str | None, *, age: bool = False, bare: bool = False) -> Any:
    """Return a contact as read, with one date."""
    known = text is not None
    told: Any = {
        "date": f"{text}T00:00:00Z" if known else None,
        "is_age_based": age if known else None,
        "is_year_unknown": bare if known else None,
    }
    for member in reversed(date.path):
        told = {member: told}
    return told


@pytest.mark.parametrize("date", DATES, ids=lambda date: date.known)
def test_a_date_is_written_as_it_was_read(date: SpecialDate) -> None:
    """Day, month and year make the same date again."""
    parts = date.written(contact(date, "1912-06-23"), {}, 2026)
    assert {name: parts[date.name(name)] for name in PARTS} == {"day": 23, "month": 6, "year": 1912}
    assert parts[date.known] is True
    assert parts.get(date.name("is_age_based"), False) is False


@pytest.mark.parametrize("date", DATES, ids=lambda date: date.known)
def test_a_date_without_a_year_gets_none(date: SpecialDate) -> None:
    """The year that such a date is shown in is not its own."""
    parts = date.written(contact(date, "2026-06-23", bare=True), {}, 2027)
    assert date.name("year") not in parts
    assert (parts[date.name("day")], parts[date.name("month")]) == (23, 6)


@pytest.mark.parametrize("date", [BIRTHDATE, FIRST_MET], ids=lambda date: date.known)
def test_an_age_goes_on(date: SpecialDate) -> None:
    """A date that was reckoned from an age is written as the age of now, which gives that year."""
    parts = date.written(contact(date, "1996-01-01", age=True), {}, 2027)
    assert parts == {date.known: True, date.name("is_age_based"): True, date.name("age"): 31}


@pytest.mark.parametrize("date", DATES, ids=lambda date: date.known)
def test_no_date_stays_none(date: SpecialDate) -> None:
    """A date that the server does not know is not made up."""
    assert date.written(contact(date, None), {}, 2026) == {date.known: False}
    assert date.written({}, {}, 2026) == {date.known: False}


@pytest.mark.parametrize("date", DATES, ids=lambda date: date.known)
def test_a_new_part_makes_a_known_date(date: SpecialDate) -> None:
    """Who gives a part means a date that is known; the other parts stay, if there are any."""
    given = {date.name("day"): 9}
    fresh = date.written(contact(date, None), given, 2026)
    changed = date.written(contact(date, "1912-06-23"), given, 2026)

    assert fresh[date.known] is True
    assert {**changed, **given}[date.name("day")] == 9
    assert (changed[date.name("month")], changed[date.name("year")]) == (6, 1912)


def test_a_day_takes_the_place_of_an_age() -> None:
    """Whose day becomes known has no age any more, and its first of January is forgotten."""
    given = {"birthdate_day": 9, "birthdate_month": 12}
    parts = BIRTHDATE.written(contact(BIRTHDATE, "1996-01-01", age=True), given, 2026)
    assert parts == {"is_birthdate_known": True, "birthdate_is_age_based": False}


def test_an_age_takes_the_place_of_a_day() -> None:
    """Who gives an age means an age."""
    parts = BIRTHDATE.written(contact(BIRTHDATE, "1912-06-23"), {"birthdate_age": 40}, 2026)
    assert parts == {"is_birthdate_known": True, "birthdate_is_age_based": True}


@pytest.mark.parametrize("date", DATES, ids=lambda date: date.known)
@pytest.mark.parametrize("no", [False, 0, "0"], ids=repr)
def test_who_says_unknown_writes_no_parts(date: SpecialDate, no: Any) -> None:
    """A date that is called unknown is removed, and nothing of it is sent along."""
    assert date.written(contact(date, "1912-06-23"), {date.known: no}, 2026) == {}
