"""Calls with their emotions, and when a contact was last called."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from crmkit_mock.monica.emotions import emotion_shape, require_emotions
from crmkit_mock.monica.errors import HalfWritten
from crmkit_mock.monica.listing import COMMON_COLUMNS, page_of
from crmkit_mock.monica.resource import OfContact, Unknown
from crmkit_mock.monica.rules import (
    Rules,
    array_of,
    flag,
    integer,
    moment,
    optional,
    required,
    text,
)
from crmkit_mock.monica.short_contact import account_of, short_contact
from crmkit_mock.monica.statistics import statistics

if TYPE_CHECKING:
    from crmkit_mock.messages import Refusal, Reply
    from crmkit_mock.monica.call import Call, Tree
    from crmkit_mock.monica.records import Row
    from crmkit_mock.monica.rules import Values


class Calls(OfContact):
    """The calls of an account."""

    kind = "call"
    label = "call"
    prefix = "calls"
    unknown_delete = Unknown.MISSING
    columns = COMMON_COLUMNS | {"called_at"}
    contact_columns = columns
    bare_crash = True
    update_rules: ClassVar[Rules] = {
        "called_at": required(moment),
        "content": optional(text()),
        "contact_called": optional(flag),
        "emotions": optional(array_of(integer)),
    }
    rules: ClassVar[Rules] = {"contact_id": required(integer), **update_rules}

    def shape(self, call: Call, row: Row) -> Tree:
        """Build what replies show of a call."""
        return {
            "id": row["id"],
            "uuid": row["uuid"],
            "object": "call",
            "called_at": row["called_at"],
            "content": row["content"],
            "contact_called": row["contact_called"],
            "emotions": [emotion_shape(id) for id in row["emotions"]],
            "url": call.url(f"calls/{row['id']}"),
            "account": account_of(row),
            "contact": short_contact(call, row["contact_id"]),
            "created_at": row["created_at"],
            "updated_at": row["updated_at"],
        }

    def page(self, call: Call) -> Reply:
        """Answer a page of calls, with the number of calls by year."""
        rows = self.ordered(call, call.records.all(self.kind, call.account.id))
        return self.with_statistics(call, rows)

    def page_of_contact(self, call: Call) -> Reply:
        """Answer a page of the calls of a contact, with their number by year."""
        rows = self.rows_of_contact(call, call.own("contact", call.number("contact_id")))
        return self.with_statistics(call, self.ordered(call, rows, bare=True))

    def with_statistics(self, call: Call, rows: list[Row]) -> Reply:
        """Answer a page of rows, with the number of all of them by year."""
        years = statistics(row["called_at"] for row in rows)
        return page_of(call, rows, lambda row: self.shape(call, row), statistics=years)

    def columns_of(self, call: Call, values: Values) -> Row:
        """Build the columns of a new call."""
        del call
        return {
            "contact_id": values["contact_id"],
            "called_at": values["called_at"],
            "content": values.get("content"),
            "contact_called": values.get("contact_called"),
            "emotions": [],
        }

    def attached(self, call: Call, contact: Row, row: Row) -> None:
        """Add the emotions; the call stays if there is one that does not exist (seq 162)."""
        remember_last_call(call, contact)
        missing = self._feel(call, row, call.given.get("emotions"))
        call.records.keep(self.kind, row)
        if missing is not None:
            raise HalfWritten(missing)

    def change(self, call: Call, row: Row, values: Values) -> None:
        """Change a call; the contact stays, and so do emotions that are not sent."""
        row["called_at"] = values["called_at"]
        row["content"] = values.get("content")
        row["contact_called"] = values.get("contact_called")
        missing = self._feel(call, row, values.get("emotions"))
        if missing is not None:
            raise missing
        self.keep(call, row)
        contact = call.records.get("contact", call.account.id, row["contact_id"])
        if contact is not None:
            remember_last_call(call, contact)

    def _feel(self, call: Call, row: Row, emotions: list[object] | None) -> Refusal | None:
        if not emotions:
            return None
        ids = [integer(item, call.records) for item in emotions if item is not None]
        missing = require_emotions(ids)
        if missing is None:
            row["emotions"] = ids
        return missing

    def settle(self, row: Row) -> bool:
        """Keep what was not said of who called as false (recorded: seq 153, a null at first)."""
        if row["contact_called"] is None:
            row["contact_called"] = False
            return True
        return False

    def delete(self, call: Call) -> Reply:
        """Delete a call; the one before it is the contact's last then."""
        row = self.to_delete(call)
        self.dropped(call, row)
        call.records.remove(self.kind, row)
        contact = call.records.get("contact", call.account.id, row["contact_id"])
        if contact is not None:
            remember_last_call(call, contact)
        return call.deleted(row["id"])


def remember_last_call(call: Call, contact: Row) -> None:
    """Note at a contact when the last of its calls was."""
    ids = call.records.attached(contact).get("call", [])
    moments = [call.own("call", id)["called_at"] for id in ids]
    contact["last_called"] = max(moments, default=None)
    call.records.keep("contact", contact)
