"""Birthday, date of death and of the first meeting, which may be known by age or without a year."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from crmkit_mock.monica.errors import PartiallyApplied, invalid
from crmkit_mock.monica.php_dates import ZERO_DATE
from crmkit_mock.monica.php_types import to_integer
from crmkit_mock.monica.reminders import add_yearly_reminder
from crmkit_mock.monica.validation import Rules, boolean, integer, optional

if TYPE_CHECKING:
    from crmkit_mock.monica.records import Record
    from crmkit_mock.monica.session import Session
    from crmkit_mock.monica.validation import Values

#: Rules for the members that make up a date, without prefix.
DATE_RULES: Rules = {
    "day": optional(integer),
    "month": optional(integer),
    "year": optional(integer),
    "is_age_based": optional(boolean),
    "age": optional(integer),
    "add_reminder": optional(boolean),
}
_BIRTHDAY = "Wish happy birthday to {}"
_BIRTHDAY_OF_THE_DEAD = "On this date, {} would have celebrated their birthday"
_DEATH = "Anniversary of the death of {}"
_MEETING = "Anniversary of the day you first met"
#: Years that the database stores.
_YEARS = range(10_000)
#: Days and months that the library behind dates takes, and lets roll over.
_PARTS = range(100)
#: Years after which the calendar repeats itself.
_CYCLE = 400


class IncompleteDate(Exception):
    """A date that is said to be known is incomplete, or no date at all.

    Args:
        messages: What is wrong.
        crash: The server's message, where it crashes.
    """

    def __init__(self, *messages: str, crash: str | None = None) -> None:
        super().__init__(*messages)
        self.messages = messages
        self.crash = crash


def special_date(values: Values, prefix: str, current_year: int) -> dict[str, Any]:
    """Build a date of a contact, which may be known by age or without a year.

    Days and months beyond their ends roll over: February 31 is in March. Without a year it is in
    the current one. What the database cannot store becomes its zero date (recorded: a birthday in
    the year -1).

    Args:
        values: What was sent.
        prefix: Prefix of the members' names.
        current_year: The current year.

    Raises:
        IncompleteDate: day or month is missing, or the age.
    """
    if values.get(f"{prefix}is_age_based"):
        age = to_integer(values.get(f"{prefix}age"))
        if age is None:
            raise IncompleteDate("The age field is required.")
        day = _rolled_over(current_year - age, 1, 1)
        return {"date": day, "is_age_based": True, "is_year_unknown": False}
    missing = [
        f"The {name} field is required."
        for name in ("day", "month")
        if values.get(f"{prefix}{name}") in (None, [], {})
    ]
    if missing:
        raise IncompleteDate(*missing)
    year, month, day_of_month = (
        to_integer(values.get(f"{prefix}{name}")) or 0 for name in ("year", "month", "day")
    )
    for name, number in (("month", month), ("day", day_of_month)):
        if number not in _PARTS:
            reason = f"The {name} must be between 0 and 99."
            raise IncompleteDate(reason, crash=f"{name} must be between 0 and 99, {number} given")
    day = _rolled_over(year or current_year, month, day_of_month)
    return {"date": day, "is_age_based": False, "is_year_unknown": not year}


def _rolled_over(year: int, month: int, day: int) -> str:
    """Return a date whose month and day may lie beyond their ends, as YYYY-MM-DD."""
    months = year * 12 + month - 1
    # Reckoned in years that Python knows.
    known_year = 2000 + months // 12 % _CYCLE
    try:
        first = date(known_year, months % 12 + 1, 1)
        moved = first + timedelta(days=day - 1)
    except (ValueError, OverflowError):
        return ZERO_DATE
    stored_year = months // 12 + moved.year - known_year
    if stored_year not in _YEARS:
        return ZERO_DATE
    return f"{stored_year:04}-{moved.month:02}-{moved.day:02}"


def clear_date_reminder(session: Session, contact: Record, name: str) -> None:
    """Delete the reminder that a contact has of one of its dates."""
    column = f"{name}_reminder"
    if contact[column] is not None:
        former = session.records.read("reminder", contact["account_id"], contact[column])
        if former is not None:
            session.records.remove("reminder", former)
        contact[column] = None


def add_date_reminder(session: Session, contact: Record, name: str, values: Values) -> None:
    """Give a contact a yearly reminder of one of its dates. One known by age has none.

    Args:
        session: The session.
        contact: The contact; the id of the reminder is written to it.
        name: Column of the date.
        values: What was sent, of which `is_deceased` has a say in the title.

    Raises:
        PartiallyApplied: the date cannot be one of a reminder; the rest is done all the same.
    """
    special = contact[name]
    if special is None or special["is_age_based"]:
        return
    day = special["date"]
    # A year before 1 has no date of four digits.
    if day == ZERO_DATE:
        raise PartiallyApplied(invalid("The initial date does not match the format Y-m-d."))
    birthday = _BIRTHDAY_OF_THE_DEAD if values.get("is_deceased") else _BIRTHDAY
    titles = {"birthdate": birthday, "deceased_date": _DEATH, "first_met_date": _MEETING}
    title = titles[name].format(contact["first_name"])
    delible = name == "deceased_date"
    reminder = add_yearly_reminder(session, contact["id"], title, day, delible=delible)
    contact[f"{name}_reminder"] = reminder["id"]
