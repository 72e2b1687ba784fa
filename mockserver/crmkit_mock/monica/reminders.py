"""Reminders, when they are next due, and the dates of contacts that bring one along."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from crmkit_mock.messages import json_reply
from crmkit_mock.monica.errors import not_found
from crmkit_mock.monica.resource import ContactResource
from crmkit_mock.monica.short_contact import common_end, complete_name, short_contact
from crmkit_mock.monica.validation import (
    Check,
    Rules,
    boolean,
    integer,
    iso_date,
    one_of,
    optional,
    required,
    string,
)
from crmkit_mock.monica.values import rollover_date, with_microseconds

if TYPE_CHECKING:
    from crmkit_mock.messages import Reply
    from crmkit_mock.monica.records import Record
    from crmkit_mock.monica.session import Session, Tree
    from crmkit_mock.monica.validation import Values

_FIRST_RULES: Rules = {
    "contact_id": required(integer),
    "initial_date": required(iso_date),
    "frequency_type": required(one_of("one_time", "week", "month", "year")),
}
_LAST_RULES: Rules = {
    "title": required(string(100_000)),
    "description": optional(string(1_000_000)),
    "delible": optional(boolean),
}
#: Checks of the members that make up a date of a contact, by name without prefix.
DATE_CHECKS: dict[str, tuple[Check, ...]] = {
    "day": (integer,),
    "month": (integer,),
    "year": (integer,),
    "is_age_based": (boolean,),
    "age": (integer,),
    "add_reminder": (boolean,),
}
#: Titles of the reminders (assumption: only that there are such reminders is recorded).
_TITLES = {
    "birthdate": "Birthday of {}",
    "deceased_date": "Anniversary of the death of {}",
    "first_met_date": "Anniversary of the first meeting with {}",
}


class Reminders(ContactResource):
    """The reminders of an account."""

    kind = "reminder"
    label = "reminder"
    raw_crash = True
    rules: ClassVar[Rules] = {
        **_FIRST_RULES,
        "frequency_number": required(integer),
        **_LAST_RULES,
    }
    update_rules: ClassVar[Rules] = {
        **_FIRST_RULES,
        "frequency_number": optional(integer),
        **_LAST_RULES,
    }
    defaults: ClassVar[Tree] = {
        "initial_date": "2024-05-06",
        "frequency_type": "one_time",
        "frequency_number": 1,
        "title": "Reminder",
    }

    def serialize(self, session: Session, record: Record) -> Tree:
        """Build the response object of a reminder."""
        return {
            "id": record["id"],
            "uuid": record["uuid"],
            "object": "reminder",
            **_members(session, record),
        }

    def new_record(self, session: Session, values: Values) -> Record:
        """Build the columns of a new reminder, which is scheduled at once."""
        return _columns(
            session,
            values["contact_id"],
            values["title"],
            values["initial_date"],
            frequency_type=values["frequency_type"],
            frequency_number=values["frequency_number"],
            description=values.get("description"),
            delible=values.get("delible") is not False,
        )

    def apply(self, session: Session, record: Record, values: Values) -> None:
        """Change a reminder and schedule it anew."""
        self.assign(session, record, values["contact_id"])
        for name in ("title", "initial_date", "frequency_type", "frequency_number", "description"):
            record[name] = values.get(name)
        if values.get("delible") is not None:
            record["delible"] = values["delible"]
        record["outbox_id"] = session.records.next_id("outbox")

    def upcoming(self, session: Session) -> Reply:
        """Answer what is scheduled in a month: 0 is this one, n the nth after it.

        Raises:
            Refusal: 500 or 404, the month is not a number.
        """
        param = session.path_params["month"]
        if not (param.isascii() and param.removeprefix("-").isdigit()):
            raise session.server_error_or(not_found())
        today = session.clock.now().date()
        month = rollover_date(today.year, today.month + int(param[:9]), 1)
        due: list[tuple[str, int, Record]] = []
        for record in session.records.all(self.kind, session.account.id):
            next_date = _next_date(record, today)
            if next_date is not None and month is not None and next_date[:7] == month[:7]:
                due.append((next_date, record["outbox_id"], record))
        due.sort(key=lambda entry: entry[:2])
        data = [_outbox_entry(session, record, next_date) for next_date, _, record in due]
        return json_reply(200, {"data": data})


def add_yearly_reminder(session: Session, contact_id: int, title: str, day: str) -> Record:
    """Store a reminder that is due every year.

    Args:
        session: The session.
        contact_id: Id of the contact.
        title: Title.
        day: First date, YYYY-MM-DD.
    """
    columns = _columns(session, contact_id, title, day)
    return session.records.add("reminder", session.account.id, {**session.timestamps, **columns})


def _columns(
    session: Session,
    contact_id: int,
    title: str,
    initial_date: str,
    *,
    frequency_type: str = "year",
    frequency_number: int | None = 1,
    description: str | None = None,
    delible: bool = False,
) -> Record:
    return {
        "contact_id": contact_id,
        "title": title,
        "description": description,
        "initial_date": initial_date,
        "frequency_type": frequency_type,
        "frequency_number": frequency_number,
        "delible": delible,
        "outbox_id": session.records.next_id("outbox"),
    }


def _next_date(record: Record, today: date) -> str | None:
    """Return the first date from today on at which a reminder is due; None if there is none.

    Assumption: it is the only one that is scheduled.
    """
    first = date.fromisoformat(record["initial_date"])
    if first >= today:
        return first.isoformat()
    step = max(1, record["frequency_number"] or 1)
    if record["frequency_type"] == "one_time":
        return None
    if record["frequency_type"] == "week":
        count = -(-(today - first).days // (7 * step))
        return rollover_date(first.year, first.month, first.day + count * 7 * step)
    months = step * (12 if record["frequency_type"] == "year" else 1)
    count = ((today.year - first.year) * 12 + today.month - first.month) // months
    next_date = rollover_date(first.year, first.month + count * months, first.day)
    if next_date is not None and next_date < today.isoformat():
        return rollover_date(first.year, first.month + (count + 1) * months, first.day)
    return next_date


def _outbox_entry(session: Session, record: Record, next_date: str) -> Tree:
    return {
        "id": record["outbox_id"],
        "reminder_id": record["id"],
        "object": "reminder",
        "planned_date": with_microseconds(f"{next_date}T00:00:00Z"),
        **_members(session, record),
    }


def _members(session: Session, record: Record) -> Tree:
    return {
        "title": record["title"],
        "description": record["description"],
        "frequency_type": record["frequency_type"],
        "frequency_number": record["frequency_number"],
        "initial_date": f"{record['initial_date']}T00:00:00Z",
        "delible": record["delible"],
        "contact": short_contact(session, record["contact_id"]),
        **common_end(record),
    }


class IncompleteDate(Exception):
    """A date that is said to be known is incomplete.

    Args:
        messages: What is missing.
    """

    def __init__(self, *messages: str) -> None:
        super().__init__(*messages)
        self.messages = messages


def date_from(values: Values, prefix: str, current_year: int) -> dict[str, Any]:
    """Build a date of a contact, which may be known by age or without a year.

    Days and months beyond their ends roll over: February 31 is in March. Without a year it is in
    the current one.

    Args:
        values: What was sent.
        prefix: Prefix of the members' names.
        current_year: The current year.

    Raises:
        IncompleteDate: day or month is missing, or the age.
    """
    if values.get(f"{prefix}is_age_based"):
        age = values.get(f"{prefix}age")
        if age is None:
            raise IncompleteDate("The age field is required.")
        day = rollover_date(current_year - age, 1, 1)
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
    day = rollover_date(year or current_year, values[f"{prefix}month"], values[f"{prefix}day"])
    if day is None:
        # Assumption: the database can store the same dates as Python.
        raise IncompleteDate("The year is invalid.")
    return {"date": day, "is_age_based": False, "is_year_unknown": not year}


def set_date_reminder(session: Session, contact: Record, name: str, *, wanted: bool) -> None:
    """Give a contact a yearly reminder of one of its dates, or delete the one it has.

    Args:
        session: The session.
        contact: The contact; the id of the reminder is written to it.
        name: Column of the date.
        wanted: Whether there is to be one.
    """
    column = f"{name}_reminder"
    if contact[column] is not None:
        former = session.records.read("reminder", contact["account_id"], contact[column])
        if former is not None:
            session.records.remove("reminder", former)
        contact[column] = None
    if wanted:
        title = _TITLES[name].format(complete_name(contact))
        reminder = add_yearly_reminder(session, contact["id"], title, contact[name]["date"])
        contact[column] = reminder["id"]
