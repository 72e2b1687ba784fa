"""Entries of the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from crmkit_mock.monica.instants import with_microseconds
from crmkit_mock.monica.notes import SETTABLE
from crmkit_mock.monica.resource import Resource, TextId, Unknown
from crmkit_mock.monica.rules import Rules, required, text
from crmkit_mock.monica.short_contact import account_of

if TYPE_CHECKING:
    from crmkit_mock.monica.call import Call, Tree
    from crmkit_mock.monica.records import Row
    from crmkit_mock.monica.rules import Values


class Journal(Resource):
    """The journal of an account."""

    kind = "entry"
    label = "entry"
    prefix = "journal"
    unknown_update = Unknown.MISSING
    unknown_delete = Unknown.MISSING
    text_delete = TextId.MISSING
    update_rules: ClassVar[Rules] = {
        "title": required(text(255)),
        "post": required(text(1_000_000)),
    }
    rules: ClassVar[Rules] = {**update_rules, **SETTABLE}

    def shape(self, call: Call, row: Row) -> Tree:
        """Build what replies show of an entry; its date is that of its creation."""
        return {
            "id": row["id"],
            "uuid": row["uuid"],
            "object": "entry",
            "title": row["title"],
            "post": row["post"],
            "date": with_microseconds(row["date"]),
            "url": call.url(f"journal/{row['id']}"),
            "account": account_of(row),
            "created_at": row["created_at"],
            "updated_at": row["updated_at"],
        }

    def columns_of(self, call: Call, values: Values) -> Row:
        """Build the columns of a new entry."""
        settable = {name: value for name, value in values.items() if value is not None}
        return {"date": call.now, **settable}
