"""Days of birth, death and first meeting, which may be known by age or without a year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.monica.instants import overflowing
from crmkit_mock.monica.reminders import reminder_columns
from crmkit_mock.monica.rules import Check, flag, integer
from crmkit_mock.monica.short_contact import complete_name

if TYPE_CHECKING:
    from crmkit_mock.monica.call import Call
    from crmkit_mock.monica.records import Row
    from crmkit_mock.monica.rules import Values

#: Checks of what makes up a date, by name without prefix.
DATE_RULES: dict[str, tuple[Check, ...]] = {
    "day": (integer,),
    "month": (integer,),
    "year": (integer,),
    "is_age_based": (flag,),
    "age": (integer,),
    "add_reminder": (flag,),
}
#: Titles of the reminders (assumption: only that there are such reminders is recorded).
_TITLES = {
    "birthdate": "Birthday of {}",
    "deceased_date": "Anniversary of the death of {}",
    "first_met_date": "Anniversary of the first meeting with {}",
}


class IncompleteDate(Exception):
    """A date that is said to be known is not all there.

    Args:
        sentences: What is missing.
    """

    def __init__(self, *sentences: str) -> None:
        super().__init__(*sentences)
        self.sentences = sentences


def date_of(values: Values, prefix: str, year_now: int) -> dict[str, Any]:
    """Build a date from what was sent.

    Days and months beyond their ends run over: February 31 is in March. Without a year it is the
    current one's.

    Args:
        values: What was sent.
        prefix: What the members' names begin with.
        year_now: The current year.

    Raises:
        IncompleteDate: day or month is missing, or the age.
    """
    if values.get(f"{prefix}is_age_based"):
        age = values.get(f"{prefix}age")
        if age is None:
            raise IncompleteDate("The age field is required.")
        day = overflowing(year_now - age, 1, 1)
        if day is None:
            raise IncompleteDate("The age is invalid.")
        return {"date": day, "is_age_based": True, "is_year_unknown": False}
    missing = [
        f"The {name} field is required."
        for name in ("day", "month")
        if values.get(f"{prefix}{name}") is None
    ]
    if missing:
        raise IncompleteDate(*missing)
    year = values.get(f"{prefix}year")
    day = overflowing(year or year_now, values[f"{prefix}month"], values[f"{prefix}day"])
    if day is None:
        # Assumption: what the database can keep as a day ends where Python's days do.
        raise IncompleteDate("The year is invalid.")
    return {"date": day, "is_age_based": False, "is_year_unknown": not year}


def set_reminder(call: Call, contact: Row, name: str, *, wanted: bool) -> None:
    """Let a contact have a yearly reminder of one of its dates, or none.

    Args:
        call: The call.
        contact: The contact; which reminder it is is written to it.
        name: The date's column.
        wanted: Whether there is to be one.
    """
    column = f"{name}_reminder"
    if contact[column] is not None:
        former = call.records.get("reminder", contact["account_id"], contact[column])
        if former is not None:
            call.records.detach(contact, "reminder", former["id"])
            call.records.remove("reminder", former)
        contact[column] = None
    if wanted:
        columns = reminder_columns(
            call,
            contact["id"],
            _TITLES[name].format(complete_name(contact)),
            contact[name]["date"],
        )
        moments = {"created_at": call.now, "updated_at": call.now}
        row = call.records.add("reminder", contact["account_id"], {**moments, **columns})
        call.records.attach(contact, "reminder", row["id"])
        contact[column] = row["id"]
