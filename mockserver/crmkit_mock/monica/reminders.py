"""Reminders, when they are next due, and the dates of contacts that bring one along."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, ClassVar

from crmkit_mock.messages import json_reply
from crmkit_mock.monica.columns import LONGTEXT, MEDIUMTEXT, int_column
from crmkit_mock.monica.errors import PartiallyApplied, framework_error, invalid
from crmkit_mock.monica.php_types import to_integer
from crmkit_mock.monica.resource import KNOWN_CONTACT, ContactResource, id_rule
from crmkit_mock.monica.short_contact import common_end, short_contact
from crmkit_mock.monica.validation import (
    Rules,
    at_most,
    boolean,
    integer,
    iso_date,
    one_of,
    optional,
    required,
    string,
)
from crmkit_mock.monica.values import with_microseconds

if TYPE_CHECKING:
    from crmkit_mock.messages import Reply
    from crmkit_mock.monica.columns import Columns
    from crmkit_mock.monica.records import Record
    from crmkit_mock.monica.session import Session, Tree
    from crmkit_mock.monica.validation import Values

_FIRST_RULES: Rules = {
    "initial_date": required(iso_date),
    "frequency_type": required(one_of("one_time", "week", "month", "year")),
}
_LAST_RULES: Rules = {
    "title": required(string(100_000)),
    "description": optional(at_most(1_000_000)),
    "delible": optional(boolean),
}
#: Months of a step by the type of frequency; a reminder of one time is planned like a yearly one.
_MONTHS = {"month": 1, "year": 12, "one_time": 12}
_DAYS_OF_WEEK = 7


class Reminders(ContactResource):
    """The reminders of an account."""

    kind = "reminder"
    label = "reminder"
    contact_raw_crash = True
    can_move = False
    rules: ClassVar[Rules] = {
        "contact_id": KNOWN_CONTACT,
        **_FIRST_RULES,
        "frequency_number": required(integer),
        **_LAST_RULES,
    }
    update_rules: ClassVar[Rules] = {
        "contact_id": KNOWN_CONTACT,
        "reminder_id": id_rule("reminder"),
        **_FIRST_RULES,
        "frequency_number": optional(integer),
        **_LAST_RULES,
    }
    columns: ClassVar[Columns] = {
        "title": MEDIUMTEXT,
        "description": LONGTEXT,
        "frequency_number": int_column,
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
        """Build the columns of a new reminder."""
        return {**super().new_record(session, values), **_SCHEDULE, "delible": _delible(values)}

    def after_create(self, session: Session, record: Record) -> None:
        """Plan when the reminder is due next."""
        _schedule(session, record)

    def apply(self, session: Session, record: Record, values: Values) -> None:
        """Change a reminder; what is not sent is cleared."""
        super().apply(session, record, values)
        record["delible"] = _delible(values)

    def save(self, session: Session, record: Record) -> None:
        """Write a changed reminder back and plan it anew."""
        super().save(session, record)
        _schedule(session, record)

    def upcoming(self, session: Session) -> Reply:
        """Answer what is scheduled in a month: 0 is this one, n the nth after it.

        Raises:
            Refusal: 500 or 404, the month is not a number.
        """
        number = session.path_int("ApiReminderController::upcoming", "#2 ($month)", "month")
        today = session.today
        month = (today.year * 12 + today.month - 1) + number
        due: list[tuple[str, int, Record]] = []
        for record in session.records.all(self.kind, session.account.id):
            planned = record["planned_date"]
            if planned is None or short_contact(session, record["contact_id"]) is None:
                continue
            if int(planned[:4]) * 12 + int(planned[5:7]) - 1 == month and planned > str(today):
                due.append((planned, record["outbox_id"], record))
        due.sort(key=lambda entry: entry[:2])
        data = [_outbox_entry(session, record, planned) for planned, _, record in due]
        return json_reply(200, {"data": data})


#: Columns of a reminder that is not planned.
_SCHEDULE: Record = {"planned_date": None, "outbox_id": 0}


def add_yearly_reminder(
    session: Session, contact_id: int, title: str, day: str, *, delible: bool = False
) -> Record:
    """Store a reminder that is due every year, and plan it.

    Args:
        session: The session.
        contact_id: Id of the contact.
        title: Title.
        day: First date, YYYY-MM-DD.
        delible: Whether users may delete it.
    """
    columns = {
        "contact_id": contact_id,
        "title": title,
        "description": None,
        "initial_date": day,
        "frequency_type": "year",
        "frequency_number": 1,
        "delible": delible,
        **_SCHEDULE,
    }
    times = session.timestamps
    record = session.records.add("reminder", session.account.id, {**times, **columns})
    _schedule(session, record)
    return record


def _delible(values: Values) -> bool:
    delible = values.get("delible")
    return True if delible is None else bool(delible)


def _schedule(session: Session, record: Record) -> None:
    """Plan when a reminder is due next.

    Raises:
        PartiallyApplied: the frequency never leads to the future, which crashes the server when
            it has written the rest.
        Refusal: as above, where crashes are not faithful.
    """
    first = date.fromisoformat(record["initial_date"])
    today = session.today
    step = to_integer(record["frequency_number"])
    if first <= today and (step is None or step <= 0):
        if step is None:
            message, reason = "must be of type int, null given", "field is required"
        else:
            message = "Maximum execution time of 30 seconds exceeded"
            reason = "must be greater than 0"
        if not session.faithful_crashes:
            raise invalid(f"The frequency number {reason}.")
        raise PartiallyApplied(framework_error(500, message))
    record["planned_date"] = _next_date(first, today, record["frequency_type"], step or 1)
    record["outbox_id"] = session.records.next_id("outbox")
    session.records.save("reminder", record)


def _next_date(first: date, today: date, type_: str, step: int) -> str | None:
    """Return the first date after today at which a reminder is due.

    Recorded: a date beyond the end of a month rolls over, and the next step goes on from there.

    Returns:
        The date as YYYY-MM-DD; None if it is beyond the year 9999.
    """
    if first > today:
        return first.isoformat()
    try:
        if type_ == "week":
            days = step * _DAYS_OF_WEEK
            count = (today - first).days // days + 1
            return (first + timedelta(days=count * days)).isoformat()
        day = first
        while day <= today:
            months = day.year * 12 + day.month - 1 + step * _MONTHS[type_]
            start = date(months // 12, months % 12 + 1, 1)
            day = start + timedelta(days=day.day - 1)
    except (ValueError, OverflowError):
        return None
    return day.isoformat()


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
