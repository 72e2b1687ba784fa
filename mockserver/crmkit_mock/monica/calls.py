"""Calls: what was talked about on the phone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from crmkit_mock.monica.columns import MEDIUMTEXT, datetime_column, timestamp
from crmkit_mock.monica.errors import PartiallyApplied, database_error, invalid, not_found
from crmkit_mock.monica.lists import COMMON_COLUMNS
from crmkit_mock.monica.records import YearCounts
from crmkit_mock.monica.resource import (
    ANY_CONTACT,
    ContactResource,
    OnBadId,
    id_rule,
    require_active_owner,
)
from crmkit_mock.monica.short_contact import common_end, short_contact
from crmkit_mock.monica.static_data import emotion_ids, serialize_emotion
from crmkit_mock.monica.validation import (
    Rules,
    any_date,
    array,
    boolean,
    optional,
    required,
    string,
)

if TYPE_CHECKING:
    from crmkit_mock.messages import Reply
    from crmkit_mock.monica.columns import Columns
    from crmkit_mock.monica.records import Record
    from crmkit_mock.monica.session import Session, Tree
    from crmkit_mock.monica.validation import Values

_YEARS = YearCounts("call", "called_at")


class Calls(ContactResource):
    """The calls of an account."""

    kind = "call"
    label = "call"
    namespace = "Contact\\"
    unknown_delete = OnBadId.NOT_FOUND
    sortable = COMMON_COLUMNS | {"called_at"}
    contact_sortable = sortable
    #: The latest call comes first, whatever order is asked for.
    order = ("-called_at",)
    contact_order = order
    contact_raw_crash = True
    rules: ClassVar[Rules] = {
        "contact_id": ANY_CONTACT,
        "called_at": required(any_date),
        "content": optional(string()),
        "contact_called": optional(boolean),
        "emotions": optional(array),
    }
    update_rules: ClassVar[Rules] = {
        "call_id": id_rule("call"),
        "called_at": required(any_date),
        "content": optional(string()),
        "contact_called": optional(boolean),
        "emotions": optional(array),
    }
    columns: ClassVar[Columns] = {
        "called_at": datetime_column,
        "content": MEDIUMTEXT,
        "created_at": timestamp,
    }
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

    def list_page(self, session: Session, contact: int | None, **meta: object) -> Reply:
        """Answer a page of calls, with the number of all of the account's by year."""
        meta["statistics"] = _YEARS.count(session.records, session.account.id)
        return super().list_page(session, contact, **meta)

    def new_record(self, session: Session, values: Values) -> Record:
        """Build the columns of a new call.

        Raises:
            Refusal: 500 or 422, `contact_called` is null, which the rules allow.
        """
        if values.get("contact_called", False) is None:
            refusal = invalid("The contact called field must be true or false.")
            raise database_error() if session.faithful_crashes else refusal
        columns = {**super().new_record(session, values), "emotions": []}
        columns["called_at"] = datetime_column(values["called_at"])
        return columns

    def after_create(self, session: Session, record: Record) -> None:
        """Add the emotions; the call stays if there is one that does not exist (seq 162)."""
        _raise_last_called(session, record)
        self._set_emotions(session, record, session.validate(self.rules).get("emotions"))

    def apply(self, session: Session, record: Record, values: Values) -> None:
        """Change a call; the contact stays, and so do emotions if none are sent."""
        require_active_owner(session, record)
        record["called_at"] = datetime_column(values["called_at"])
        record["content"] = None if values.get("content") == "0" else values.get("content")
        record["contact_called"] = values.get("contact_called") or None

    def save(self, session: Session, record: Record) -> None:
        """Write a changed call back; it may be the contact's last one now."""
        super().save(session, record)
        self._set_emotions(session, record, session.sent.get("emotions"))
        _raise_last_called(session, record)

    def _set_emotions(self, session: Session, record: Record, emotions: Any) -> None:
        """Set the emotions of a call, unless none are sent, one after the other.

        Raises:
            PartiallyApplied: one does not exist; the call is written all the same.
        """
        if not emotions:
            return
        wanted = list(emotions.values()) if isinstance(emotions, dict) else emotions
        record["emotions"], missing = emotion_ids(wanted)
        session.records.save(self.kind, record)
        if missing:
            self.normalise(record)
            session.records.save(self.kind, record)
            raise PartiallyApplied(not_found())

    def normalise(self, record: Record) -> bool:
        """Store an unknown `contact_called` as false (recorded: seq 153, null at first)."""
        differs = super().normalise(record)
        if record["contact_called"] is None:
            record["contact_called"] = False
            return True
        return differs

    def after_delete(self, session: Session, record: Record) -> None:
        """Make the latest of the calls that are left the contact's last one."""
        account, contact_id = record["account_id"], record["contact_id"]
        latest = _YEARS.latest(session.records, account, contact_id)
        _set_last_called(session, record, latest)


def _raise_last_called(session: Session, call: Record) -> None:
    """Write to the contact of a call when the last of its calls was; it never goes back."""
    contact = session.records.read("contact", call["account_id"], call["contact_id"])
    former = contact["last_called"] if contact is not None else None
    _set_last_called(session, call, max(former or "", call["called_at"]))


def _set_last_called(session: Session, call: Record, latest: str | None) -> None:
    contact = session.records.get("contact", call["account_id"], call["contact_id"])
    if contact is not None:
        contact["last_called"] = latest
        session.records.save("contact", contact)
