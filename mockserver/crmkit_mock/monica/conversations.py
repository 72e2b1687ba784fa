"""Conversations with their messages: what was written to each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from crmkit_mock.monica.columns import LONGTEXT, datetime_column, timestamp
from crmkit_mock.monica.contact_fields import serialize_contact_field_type
from crmkit_mock.monica.errors import not_found
from crmkit_mock.monica.resource import (
    KNOWN_CONTACT,
    ContactResource,
    id_rule,
    require_active_owner,
)
from crmkit_mock.monica.short_contact import common_end, short_contact
from crmkit_mock.monica.validation import (
    Exists,
    Rules,
    any_date,
    boolean,
    identifier,
    required,
    string,
)

if TYPE_CHECKING:
    from crmkit_mock.messages import Reply
    from crmkit_mock.monica.columns import Columns
    from crmkit_mock.monica.records import Record
    from crmkit_mock.monica.session import Session, Tree
    from crmkit_mock.monica.validation import Values

_MESSAGE: Rules = {
    "written_at": required(any_date),
    "written_by_me": required(boolean),
    "content": required(string()),
}
#: What the server runs for messages, and the argument that is the conversation's id.
_MESSAGES = "Contact\\ApiMessageController"
_CONVERSATION_ID = "#2 ($conversationId)"


class Conversations(ContactResource):
    """The conversations of an account. Messages are read and written within them."""

    kind = "conversation"
    label = "conversation"
    namespace = "Contact\\"
    rules: ClassVar[Rules] = {
        "happened_at": required(any_date),
        "contact_id": KNOWN_CONTACT,
        "contact_field_type_id": required(identifier, Exists("contactfieldtype")),
    }
    update_rules: ClassVar[Rules] = {
        "happened_at": required(any_date),
        "contact_field_type_id": required(identifier),
        "conversation_id": id_rule("conversation"),
    }
    columns: ClassVar[Columns] = {"happened_at": datetime_column, "created_at": timestamp}
    defaults: ClassVar[Tree] = {"happened_at": "2024-05-06", "contact_field_type_id": 1}

    def serialize(self, session: Session, record: Record) -> Tree:
        """Build the response object of a conversation."""
        type_ = session.records.read(
            "contactfieldtype", record["account_id"], record["contact_field_type_id"]
        )
        return {
            "id": record["id"],
            "uuid": record["uuid"],
            "object": "conversation",
            "happened_at": record["happened_at"],
            "messages": [
                _serialize_message(session, record, session.read("message", id))
                for id in record["messages"]
            ],
            "contact_field_type": serialize_contact_field_type(type_) if type_ else None,
            "url": session.url(f"conversations/{record['id']}"),
            "contact": short_contact(session, record["contact_id"]),
            **common_end(record),
        }

    def new_record(self, session: Session, values: Values) -> Record:
        """Build the columns of a new conversation."""
        session.read("contactfieldtype", values["contact_field_type_id"])
        columns = {**super().new_record(session, values), "messages": []}
        columns["happened_at"] = datetime_column(values["happened_at"])
        return columns

    def apply(self, session: Session, record: Record, values: Values) -> None:
        """Change when a conversation took place, and on which channel."""
        require_active_owner(session, record)
        type_ = session.read("contactfieldtype", values["contact_field_type_id"])
        record["happened_at"] = datetime_column(values["happened_at"])
        record["contact_field_type_id"] = type_["id"]

    def before_delete(self, session: Session, record: Record) -> None:
        """Delete the messages of a conversation."""
        for id in record["messages"]:
            session.records.remove("message", session.read("message", id))

    def add_message(self, session: Session) -> Reply:
        """Add a message and answer the conversation.

        Raises:
            Refusal: 404, there is no such conversation; 422, its contact is archived, or values
                are invalid; 500 or 404, the id is not a number.
        """
        id = session.path_int(f"{_MESSAGES}::store", _CONVERSATION_ID)
        self._require_anywhere(session, self.kind, id)
        values = self._message_values(session)
        record = session.load(self.kind, id)
        self._require_owner(session, record)
        columns = {**session.timestamps, **values}
        message = session.records.add("message", session.account.id, columns)
        record["messages"].append(message["id"])
        session.records.save(self.kind, record)
        return session.data_reply(self.serialize(session, record))

    def update_message(self, session: Session) -> Reply:
        """Change a message and answer the conversation.

        Raises:
            Refusal: 404, there is no such message in the conversation; 422, its contact is
                archived, or values are invalid; 500 or 404, an id is not a number.
        """
        id, message_id = _path_ids(session, "update")
        self._require_anywhere(session, self.kind, id)
        self._require_anywhere(session, "message", message_id)
        values = self._message_values(session)
        record = session.read(self.kind, id)
        self._require_owner(session, record)
        message = self._message(session, record, message_id)
        changed = {**message, **values, "created_at": message["created_at"]}
        session.records.save("message", {**changed, "updated_at": session.now})
        return session.data_reply(self.serialize(session, record))

    def delete_message(self, session: Session) -> Reply:
        """Delete a message.

        Raises:
            Refusal: as `update_message`.
        """
        id, message_id = _path_ids(session, "destroy")
        self._require_anywhere(session, self.kind, id)
        self._require_anywhere(session, "message", message_id)
        record = session.load(self.kind, id)
        message = self._message(session, record, message_id)
        require_active_owner(session, record)
        session.records.remove("message", message)
        record["messages"].remove(message["id"])
        session.records.save(self.kind, record)
        return session.deleted_reply(message["id"])

    def _require_anywhere(self, session: Session, kind: str, id: int) -> None:
        """Refuse an id that no account has."""
        if not session.exists(kind, id):
            raise not_found()

    def _require_owner(self, session: Session, record: Record) -> None:
        """Refuse to write to a contact that is deleted or archived."""
        self.require_contact(session, record["contact_id"])

    def _message_values(self, session: Session) -> Values:
        """Return the columns of a message from what was sent, validated.

        Raises:
            Refusal: 422, values are invalid.
        """
        values = session.validate(_MESSAGE)
        values["written_at"] = datetime_column(values["written_at"])
        values["content"] = LONGTEXT(values["content"])
        return values

    def _message(self, session: Session, conversation: Record, id: int) -> Record:
        """Return a message of a conversation.

        Raises:
            Refusal: 404, it has no such message.
        """
        if id not in conversation["messages"]:
            raise not_found()
        return session.read("message", id)


def _serialize_message(session: Session, conversation: Record, record: Record) -> Tree:
    return {
        "id": record["id"],
        "uuid": record["uuid"],
        "object": "message",
        "content": record["content"],
        "written_at": record["written_at"],
        "written_by_me": record["written_by_me"],
        "contact": short_contact(session, conversation["contact_id"]),
        "conversation": {"id": conversation["id"]},
        **common_end(record),
    }


def _path_ids(session: Session, method: str) -> tuple[int, int]:
    """Return the ids of conversation and message in the path.

    Args:
        session: The session.
        method: What the server runs.

    Raises:
        Refusal: 500 or 404, one is not a number.
    """
    action = f"{_MESSAGES}::{method}"
    id = session.path_int(action, _CONVERSATION_ID)
    return id, session.path_int(action, "#3 ($messageId)", "message_id")
