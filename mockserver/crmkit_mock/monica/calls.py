"""Calls, conversations and their messages: what was talked about."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from crmkit_mock.monica.contact_fields import serialize_contact_field_type
from crmkit_mock.monica.errors import PartiallyApplied, invalid, not_found
from crmkit_mock.monica.lists import COMMON_COLUMNS
from crmkit_mock.monica.records import YearCounts
from crmkit_mock.monica.resource import ContactResource, OnBadId, id_error
from crmkit_mock.monica.short_contact import common_end, short_contact
from crmkit_mock.monica.static_data import are_emotions, serialize_emotion
from crmkit_mock.monica.validation import (
    Exists,
    Rules,
    any_datetime,
    array_of,
    boolean,
    integer,
    optional,
    required,
    string,
)

if TYPE_CHECKING:
    from crmkit_mock.messages import Reply
    from crmkit_mock.monica.records import Record
    from crmkit_mock.monica.session import Session, Tree
    from crmkit_mock.monica.validation import Values

_YEARS = YearCounts("call", "called_at")


class Calls(ContactResource):
    """The calls of an account."""

    kind = "call"
    label = "call"
    unknown_delete = OnBadId.NOT_FOUND
    columns = COMMON_COLUMNS | {"called_at"}
    contact_columns = columns
    raw_crash = True
    update_rules: ClassVar[Rules] = {
        "called_at": required(any_datetime),
        "content": optional(string()),
        "contact_called": optional(boolean),
        "emotions": optional(array_of(integer)),
    }
    rules: ClassVar[Rules] = {"contact_id": required(integer), **update_rules}
    defaults: ClassVar[Tree] = {"called_at": "2024-05-06"}

    def serialize(self, session: Session, record: Record) -> Tree:
        """Build the response object of a call."""
        return {
            "id": record["id"],
            "uuid": record["uuid"],
            "object": "call",
            "called_at": record["called_at"],
            "content": record["content"],
            "contact_called": record["contact_called"],
            "emotions": [serialize_emotion(id) for id in record["emotions"]],
            "url": session.url(f"calls/{record['id']}"),
            "contact": short_contact(session, record["contact_id"]),
            **common_end(record),
        }

    def list_page(
        self,
        session: Session,
        contact: int | None,
        columns: frozenset[str] | None,
        *,
        raw_crash: bool = False,
        **meta: object,
    ) -> Reply:
        """Answer a page of calls, with the number of all of them by year."""
        meta["statistics"] = _YEARS.count(session.records, session.account.id, contact)
        return super().list_page(session, contact, columns, raw_crash=raw_crash, **meta)

    def new_record(self, session: Session, values: Values) -> Record:
        """Build the columns of a new call."""
        return {**super().new_record(session, values), "emotions": []}

    def after_create(self, session: Session, record: Record) -> None:
        """Add the emotions; the call stays if there is one that does not exist (seq 162)."""
        _update_last_called(session, record)
        is_valid = self._set_emotions(record, session.sent.get("emotions"), session)
        session.records.save(self.kind, record)
        if not is_valid:
            raise PartiallyApplied(not_found())

    def apply(self, session: Session, record: Record, values: Values) -> None:
        """Change a call; the contact stays, and so do emotions if none are sent."""
        for name in ("called_at", "content", "contact_called"):
            record[name] = values.get(name)
        if not self._set_emotions(record, values.get("emotions"), session):
            raise not_found()

    def save(self, session: Session, record: Record) -> None:
        """Write a changed call back; it may be the contact's last one now."""
        super().save(session, record)
        _update_last_called(session, record)

    def _set_emotions(
        self, record: Record, emotions: list[object] | None, session: Session
    ) -> bool:
        """Set the emotions of a call, unless none are sent; return whether they exist."""
        if not emotions:
            return True
        ids = [integer(id, session.records) for id in emotions if id is not None]
        if not are_emotions(ids):
            return False
        record["emotions"] = ids
        return True

    def normalise(self, record: Record) -> bool:
        """Store an unknown `contact_called` as false (recorded: seq 153, null at first)."""
        if record["contact_called"] is None:
            record["contact_called"] = False
            return True
        return False

    def after_delete(self, session: Session, record: Record) -> None:
        """Make the call before it the contact's last one."""
        _update_last_called(session, record)


def _update_last_called(session: Session, call: Record) -> None:
    """Write to the contact of a call when the last of its calls was."""
    account, contact_id = call["account_id"], call["contact_id"]
    contact = session.records.get("contact", account, contact_id)
    if contact is not None:
        contact["last_called"] = _YEARS.latest(session.records, account, contact_id)
        session.records.save("contact", contact)


_MESSAGE: Rules = {
    "written_at": required(any_datetime),
    "written_by_me": required(boolean),
    "content": required(string()),
}


class Conversations(ContactResource):
    """The conversations of an account. Messages are read and written within them."""

    kind = "conversation"
    label = "conversation"
    update_rules: ClassVar[Rules] = {
        "happened_at": required(any_datetime),
        "contact_field_type_id": required(integer, Exists("contactfieldtype")),
    }
    rules: ClassVar[Rules] = {"contact_id": required(integer), **update_rules}
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
        return {**super().new_record(session, values), "messages": []}

    def apply(self, session: Session, record: Record, values: Values) -> None:
        """Change when a conversation took place, and on which channel."""
        type_ = session.read("contactfieldtype", values["contact_field_type_id"])
        record["happened_at"] = values["happened_at"]
        record["contact_field_type_id"] = type_["id"]

    def before_delete(self, session: Session, record: Record) -> None:
        """Delete the messages of a conversation."""
        for id in record["messages"]:
            session.records.remove("message", session.read("message", id))

    def add_message(self, session: Session) -> Reply:
        """Add a message and answer the conversation."""
        record = session.load(self.kind, session.path_id())
        values = session.validate(_MESSAGE)
        message = session.records.add(
            "message", session.account.id, {**session.timestamps, **values}
        )
        record["messages"].append(message["id"])
        session.records.save(self.kind, record)
        return session.data_reply(self.serialize(session, record))

    def update_message(self, session: Session) -> Reply:
        """Change a message and answer the conversation.

        Raises:
            Refusal: 404 or 422, there is no such message in the conversation.
        """
        record = session.read(self.kind, session.path_id())
        values = session.validate(_MESSAGE)
        message = self._message(session, record)
        session.records.save("message", {**message, **values, "updated_at": session.now})
        return session.data_reply(self.serialize(session, record))

    def delete_message(self, session: Session) -> Reply:
        """Delete a message."""
        record = session.load(self.kind, session.path_id())
        message = self._message(session, record)
        session.records.remove("message", message)
        record["messages"].remove(message["id"])
        session.records.save(self.kind, record)
        return session.deleted_reply(message["id"])

    def _message(self, session: Session, conversation: Record) -> Record:
        """Return the message of the path.

        Assumption: one that nobody has is refused as an invalid value, as the server does with
        the ids of conversations; one of another conversation is not found.
        """
        error = id_error(session, "message_id", "message", "message")
        if error is not None:
            raise invalid(error)
        id = int(session.path_params["message_id"])
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
