"""Conversations and their messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from crmkit_mock.monica.contact_fields import contact_field_type_shape
from crmkit_mock.monica.errors import invalid, not_found
from crmkit_mock.monica.resource import OfContact
from crmkit_mock.monica.rules import (
    Exists,
    Rules,
    Wrong,
    flag,
    integer,
    moment,
    required,
    text,
)
from crmkit_mock.monica.short_contact import account_of, short_contact

if TYPE_CHECKING:
    from crmkit_mock.messages import Reply
    from crmkit_mock.monica.call import Call, Tree
    from crmkit_mock.monica.records import Row
    from crmkit_mock.monica.rules import Values

_MESSAGE: Rules = {
    "written_at": required(moment),
    "written_by_me": required(flag),
    "content": required(text()),
}


class Conversations(OfContact):
    """The conversations of an account. Messages are read and written within them."""

    kind = "conversation"
    label = "conversation"
    prefix = "conversations"
    verbs: ClassVar[tuple[str, ...]] = (
        *OfContact.verbs,
        "add_message",
        "update_message",
        "delete_message",
    )
    update_rules: ClassVar[Rules] = {
        "happened_at": required(moment),
        "contact_field_type_id": required(integer, Exists("contactfieldtype")),
    }
    rules: ClassVar[Rules] = {"contact_id": required(integer), **update_rules}

    def shape(self, call: Call, row: Row) -> Tree:
        """Build what replies show of a conversation."""
        kind = call.records.get("contactfieldtype", row["account_id"], row["contact_field_type_id"])
        return {
            "id": row["id"],
            "uuid": row["uuid"],
            "object": "conversation",
            "happened_at": row["happened_at"],
            "messages": [
                _message_shape(call, row, call.own("message", id)) for id in row["messages"]
            ],
            "contact_field_type": contact_field_type_shape(kind) if kind else None,
            "url": call.url(f"conversations/{row['id']}"),
            "account": account_of(row),
            "contact": short_contact(call, row["contact_id"]),
            "created_at": row["created_at"],
            "updated_at": row["updated_at"],
        }

    def columns_of(self, call: Call, values: Values) -> Row:
        """Build the columns of a new conversation."""
        kind = call.own("contactfieldtype", values["contact_field_type_id"])
        return {
            "contact_id": values["contact_id"],
            "happened_at": values["happened_at"],
            "contact_field_type_id": kind["id"],
            "messages": [],
        }

    def change(self, call: Call, row: Row, values: Values) -> None:
        """Change when and how a conversation was held."""
        kind = call.own("contactfieldtype", values["contact_field_type_id"])
        row["happened_at"] = values["happened_at"]
        row["contact_field_type_id"] = kind["id"]

    def dropped(self, call: Call, row: Row) -> None:
        """Delete the messages with a conversation."""
        super().dropped(call, row)
        for id in row["messages"]:
            call.records.remove("message", call.own("message", id))

    def add_message(self, call: Call) -> Reply:
        """Add a message; the reply shows the conversation."""
        row = call.own(self.kind, call.number())
        values = call.values(_MESSAGE)
        moments = {"created_at": call.now, "updated_at": call.now}
        message = call.records.add("message", call.account.id, {**moments, **values})
        row["messages"].append(message["id"])
        call.records.keep(self.kind, row)
        return call.data(self.shape(call, row))

    def update_message(self, call: Call) -> Reply:
        """Change a message; the reply shows the conversation.

        Raises:
            Refusal: 404 or 422, there is no such message in the conversation.
        """
        row = call.own(self.kind, call.number())
        values = call.values(_MESSAGE)
        message = self._message(call, row)
        message.update(values, updated_at=call.now)
        call.records.keep("message", message)
        return call.data(self.shape(call, row))

    def delete_message(self, call: Call) -> Reply:
        """Delete a message."""
        row = call.own(self.kind, call.number())
        message = self._message(call, row)
        call.records.remove("message", message)
        row["messages"].remove(message["id"])
        call.records.keep(self.kind, row)
        return call.deleted(message["id"])

    def _message(self, call: Call, row: Row) -> Row:
        """Return the message in the path.

        Assumption: one that nobody has is refused as a value, as the server does with the ids of
        conversations; one of another conversation is not found.
        """
        try:
            id: int = integer(call.parameters["message_id"], call.records)
        except Wrong as wrong:
            raise invalid(str(wrong).format("message id")) from None
        if call.records.find("message", id) is None:
            raise invalid("The selected message id is invalid.")
        if id not in row["messages"]:
            raise not_found()
        return call.own("message", id)


def _message_shape(call: Call, conversation: Row, row: Row) -> Tree:
    return {
        "id": row["id"],
        "uuid": row["uuid"],
        "object": "message",
        "content": row["content"],
        "written_at": row["written_at"],
        "written_by_me": row["written_by_me"],
        "account": account_of(row),
        "contact": short_contact(call, conversation["contact_id"]),
        "conversation": {"id": conversation["id"]},
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
    }
