"""Tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from crmkit_mock.monica.errors import not_found
from crmkit_mock.monica.listing import COMMON_COLUMNS
from crmkit_mock.monica.resource import OfContact, TextId, Unknown
from crmkit_mock.monica.rules import Rules, flag, integer, optional, required, text
from crmkit_mock.monica.short_contact import account_of, short_contact

if TYPE_CHECKING:
    from crmkit_mock.messages import Reply
    from crmkit_mock.monica.call import Call, Tree
    from crmkit_mock.monica.records import Row
    from crmkit_mock.monica.rules import Values


class Tasks(OfContact):
    """The tasks of an account; they may belong to no contact."""

    kind = "task"
    label = "task"
    prefix = "tasks"
    created = 200
    unknown_delete = Unknown.MISSING
    text_delete = TextId.INVALID
    echoes_id = True
    columns = COMMON_COLUMNS | {"completed_at"}
    contact_columns = columns
    bare_crash = True
    rules: ClassVar[Rules] = {
        "title": required(text()),
        "description": optional(text()),
        "contact_id": optional(integer),
    }
    update_rules: ClassVar[Rules] = {
        "title": required(text()),
        "description": optional(text()),
        "completed": required(flag),
        "contact_id": optional(integer),
    }

    def shape(self, call: Call, row: Row) -> Tree:
        """Build what replies show of a task, whose uuid is never shown."""
        return {
            "id": row["id"],
            "uuid": None,
            "object": "task",
            "title": row["title"],
            "description": row["description"],
            "completed": row["completed"],
            "completed_at": row["completed_at"],
            "account": account_of(row),
            "contact": short_contact(call, row["contact_id"]),
            "created_at": row["created_at"],
            "updated_at": row["updated_at"],
        }

    def create(self, call: Call) -> Reply:
        """Create a task, which is open whatever was sent; a contact is optional."""
        values = call.values(self.rules)
        contact_id = values.get("contact_id")
        contact = None if contact_id is None else call.own("contact", contact_id)
        columns = {
            "title": values["title"],
            "description": values.get("description"),
            "completed": False,
            "completed_at": None,
            "contact_id": contact_id,
        }
        row = self.add(call, columns)
        if contact is not None:
            call.records.attach(contact, self.kind, row["id"])
        return self.shown(call, row, self.created)

    def change(self, call: Call, row: Row, values: Values) -> None:
        """Change a task; it completes now.

        Raises:
            Refusal: 404, code 31, `contact_id` is another contact than the task's own.
        """
        if values.get("contact_id") not in (None, row["contact_id"]):
            raise not_found()
        row["title"] = values["title"]
        row["description"] = values.get("description")
        if values["completed"] != row["completed"]:
            row["completed"] = values["completed"]
            row["completed_at"] = call.now if values["completed"] else None
