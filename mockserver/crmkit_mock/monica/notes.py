"""Notes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from crmkit_mock.monica.instants import midnight
from crmkit_mock.monica.listing import COMMON_COLUMNS
from crmkit_mock.monica.resource import OfContact, TextId, Unknown
from crmkit_mock.monica.rules import Rules, flag, integer, loose_text, moment, optional, required
from crmkit_mock.monica.short_contact import account_of, short_contact

if TYPE_CHECKING:
    from crmkit_mock.messages import Reply
    from crmkit_mock.monica.call import Call, Tree
    from crmkit_mock.monica.records import Row
    from crmkit_mock.monica.rules import Values

#: Moment of creation, which some resources take from the sender (recorded: seq 560, a note).
SETTABLE: Rules = {"created_at": optional(moment)}


class Notes(OfContact):
    """The notes of an account."""

    kind = "note"
    label = "note"
    prefix = "notes"
    unknown_update = Unknown.MISSING
    unknown_delete = Unknown.MISSING
    text_delete = TextId.MISSING
    columns = COMMON_COLUMNS | {"favorited_at"}
    contact_columns = columns
    bare_crash = True
    update_rules: ClassVar[Rules] = {
        "body": required(loose_text(100_000)),
        "contact_id": required(integer),
        "is_favorited": optional(flag),
    }
    rules: ClassVar[Rules] = {**update_rules, **SETTABLE}

    def shape(self, call: Call, row: Row) -> Tree:
        """Build what replies show of a note."""
        return note_shape(call, row)

    def columns_of(self, call: Call, values: Values) -> Row:
        """Build the columns of a new note."""
        favorite = bool(values.get("is_favorited"))
        columns = {
            "body": values["body"],
            "contact_id": values["contact_id"],
            "is_favorited": favorite,
            "favorited_at": call.now if favorite else None,
        }
        if values.get("created_at"):
            columns["created_at"] = values["created_at"]
        return columns

    def settle(self, row: Row) -> bool:
        """Keep the body as a text and of the moment the day.

        Recorded: a number as body comes back as a number at first and as a text later (seq 138
        and 139), `favorited_at` with its time at first and as the day later (seq 694 and 126).
        """
        body, day = str(row["body"]), row["favorited_at"] and midnight(row["favorited_at"])
        changed = (body, day) != (row["body"], row["favorited_at"])
        row["body"], row["favorited_at"] = body, day
        return changed

    def update(self, call: Call) -> Reply:
        """Change a note; the reply still shows the contact it was moved from (seq 141)."""
        row, values = self.to_update(call)
        former = short_contact(call, row["contact_id"])
        self.change(call, row, values)
        self.keep(call, row)
        return self.shown(call, row, contact=former)

    def change(self, call: Call, row: Row, values: Values) -> None:
        """Change a note; without `is_favorited` it stays a favorite, but loses the moment."""
        self.move(call, row, values["contact_id"])
        row["body"] = values["body"]
        row["is_favorited"] = bool(values.get("is_favorited", row["is_favorited"]))
        row["favorited_at"] = call.now if values.get("is_favorited") else None


def note_shape(call: Call, row: Row) -> Tree:
    """Build what replies show of a note."""
    return {
        "id": row["id"],
        "uuid": row["uuid"],
        "object": "note",
        "body": row["body"],
        "is_favorited": row["is_favorited"],
        "favorited_at": row["favorited_at"],
        "url": call.url(f"notes/{row['id']}"),
        "account": account_of(row),
        "contact": short_contact(call, row["contact_id"]),
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
    }
