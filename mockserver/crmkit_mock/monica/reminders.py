"""Reminders, and when they are next due."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, ClassVar

from crmkit_mock.messages import json_reply
from crmkit_mock.monica.errors import not_found
from crmkit_mock.monica.instants import overflowing, with_microseconds
from crmkit_mock.monica.resource import OfContact
from crmkit_mock.monica.rules import Rules, day, flag, integer, one_of, optional, required, text
from crmkit_mock.monica.short_contact import account_of, short_contact

if TYPE_CHECKING:
    from crmkit_mock.messages import Reply
    from crmkit_mock.monica.call import Call, Tree
    from crmkit_mock.monica.records import Row
    from crmkit_mock.monica.rules import Values

_FREQUENCIES = ("one_time", "week", "month", "year")
_NEEDED: Rules = {
    "contact_id": required(integer),
    "initial_date": required(day),
    "frequency_type": required(one_of(*_FREQUENCIES)),
}
_FURTHER: Rules = {
    "title": required(text(100_000)),
    "description": optional(text(1_000_000)),
    "delible": optional(flag),
}


class Reminders(OfContact):
    """The reminders of an account."""

    kind = "reminder"
    label = "reminder"
    prefix = "reminders"
    verbs: ClassVar[tuple[str, ...]] = (*OfContact.verbs, "upcoming")
    bare_crash = True
    rules: ClassVar[Rules] = {**_NEEDED, "frequency_number": required(integer), **_FURTHER}
    update_rules: ClassVar[Rules] = {
        **_NEEDED,
        "frequency_number": optional(integer),
        **_FURTHER,
    }

    def shape(self, call: Call, row: Row) -> Tree:
        """Build what replies show of a reminder."""
        return {"id": row["id"], "uuid": row["uuid"], "object": "reminder", **_members(call, row)}

    def columns_of(self, call: Call, values: Values) -> Row:
        """Build the columns of a new reminder, which is planned at once."""
        return reminder_columns(
            call,
            values["contact_id"],
            values["title"],
            values["initial_date"],
            frequency_type=values["frequency_type"],
            frequency_number=values["frequency_number"],
            description=values.get("description"),
            delible=values.get("delible") is not False,
        )

    def change(self, call: Call, row: Row, values: Values) -> None:
        """Change a reminder and plan it anew."""
        self.move(call, row, values["contact_id"])
        for name in ("title", "initial_date", "frequency_type", "frequency_number", "description"):
            row[name] = values.get(name)
        if values.get("delible") is not None:
            row["delible"] = values["delible"]
        row["outbox_id"] = call.records.next_id("outbox")

    def upcoming(self, call: Call) -> Reply:
        """Answer what is planned for a month: 0 is this one, n the nth after it.

        Raises:
            Refusal: 500 or 404, the month is no number.
        """
        said = call.parameters["month"]
        if not (said.isascii() and said.removeprefix("-").isdigit()):
            raise call.crash(not_found())
        today = call.clock.now().date()
        month = overflowing(today.year, today.month + int(said[:9]), 1)
        entries: list[tuple[str, Tree]] = []
        for row in call.records.all(self.kind, call.account.id):
            planned = next_day(row, today)
            if planned is not None and month is not None and planned[:7] == month[:7]:
                entries.append((planned, _entry(call, row, planned)))
        return json_reply(200, {"data": [entry for _, entry in sorted(entries, key=_planned)]})


def reminder_columns(
    call: Call,
    contact_id: int,
    title: str,
    initial_date: str,
    *,
    frequency_type: str = "year",
    frequency_number: int | None = 1,
    description: str | None = None,
    delible: bool = False,
) -> Row:
    """Build the columns of a new reminder."""
    return {
        "contact_id": contact_id,
        "title": title,
        "description": description,
        "initial_date": initial_date,
        "frequency_type": frequency_type,
        "frequency_number": frequency_number,
        "delible": delible,
        "outbox_id": call.records.next_id("outbox"),
    }


def next_day(row: Row, today: date) -> str | None:
    """Return the first day from today on that a reminder is due; None if there is none.

    Assumption: it is the only one that is planned.
    """
    first = date.fromisoformat(row["initial_date"])
    if first >= today:
        return first.isoformat()
    step = max(1, row["frequency_number"] or 1)
    if row["frequency_type"] == "one_time":
        return None
    if row["frequency_type"] == "week":
        turns = -(-(today - first).days // (7 * step))
        return overflowing(first.year, first.month, first.day + turns * 7 * step)
    months = step * (12 if row["frequency_type"] == "year" else 1)
    passed = (today.year - first.year) * 12 + today.month - first.month
    turns = passed // months
    found = overflowing(first.year, first.month + turns * months, first.day)
    if found is not None and found < today.isoformat():
        found = overflowing(first.year, first.month + (turns + 1) * months, first.day)
    return found


def _planned(entry: tuple[str, Tree]) -> tuple[str, int]:
    planned, tree = entry
    return planned, tree["id"]


def _entry(call: Call, row: Row, planned: str) -> Tree:
    return {
        "id": row["outbox_id"],
        "reminder_id": row["id"],
        "object": "reminder",
        "planned_date": with_microseconds(f"{planned}T00:00:00Z"),
        **_members(call, row),
    }


def _members(call: Call, row: Row) -> Tree:
    return {
        "title": row["title"],
        "description": row["description"],
        "frequency_type": row["frequency_type"],
        "frequency_number": row["frequency_number"],
        "initial_date": f"{row['initial_date']}T00:00:00Z",
        "delible": row["delible"],
        "account": account_of(row),
        "contact": short_contact(call, row["contact_id"]),
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
    }
