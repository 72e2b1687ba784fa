"""What all kinds of records have in common: list, get, create, update, delete."""

from __future__ import annotations

from abc import ABC, abstractmethod
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar

from crmkit_mock.monica.errors import invalid, not_found
from crmkit_mock.monica.lists import COMMON_COLUMNS, index_page_reply, sort_of
from crmkit_mock.monica.records import BY_OWNER, sort_index
from crmkit_mock.monica.validation import (
    InvalidValue,
    any_datetime,
    collect_errors,
    integer,
    optional,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.messages import Reply
    from crmkit_mock.monica.records import Record
    from crmkit_mock.monica.session import Session, Tree
    from crmkit_mock.monica.validation import Rules, Values

#: The time of creation, which some kinds take from the client (recorded: seq 560, a note).
CREATED_AT: Rules = {"created_at": optional(any_datetime)}


class OnBadId(Enum):
    """How the server answers an id that it does not find, or that is not a number.

    `NOT_FOUND`: 404, code 31. `INVALID`: 422, code 32, as for one of the values that it checks.
    `CRASH`: 500.
    """

    NOT_FOUND = "not found"
    INVALID = "invalid"
    CRASH = "crash"


class Resource(ABC):
    """One kind of records, with the operations that nearly all kinds have.

    Where a kind differs, it says so in attributes or overrides a method.
    """

    #: Kind of the records.
    kind: ClassVar[str]
    #: Name in messages, as in "The selected note id is invalid."
    label: ClassVar[str]
    #: Rules for what is sent.
    rules: ClassVar[Rules] = {}
    #: Rules for an update; empty where they are the same.
    update_rules: ClassVar[Rules] = {}
    #: Values of required fields that `MockMonica.add` fills in.
    defaults: ClassVar[Tree] = {}
    #: Status of the reply to a creation.
    created_status: ClassVar[int] = 201
    #: Answer to an update of an unknown id.
    unknown_update: ClassVar[OnBadId] = OnBadId.INVALID
    #: Answer to the deletion of an unknown id.
    unknown_delete: ClassVar[OnBadId] = OnBadId.INVALID
    #: Answer to the deletion of an id that is not a number.
    text_delete: ClassVar[OnBadId] = OnBadId.CRASH
    #: Whether the reply to a deletion has the id as it was in the path.
    echoes_id: ClassVar[bool] = False
    #: Columns by which a list can be sorted; None: any order is accepted and ignored.
    columns: ClassVar[frozenset[str] | None] = COMMON_COLUMNS
    #: The same for the list of a contact.
    contact_columns: ClassVar[frozenset[str] | None] = COMMON_COLUMNS
    #: Whether the list of a contact passes the database's errors on as they are.
    raw_crash: ClassVar[bool] = False

    @abstractmethod
    def serialize(self, session: Session, record: Record) -> Tree:
        """Build the response object of a record."""

    def new_record(self, session: Session, values: Values) -> Record:
        """Build the columns of a new record from what was sent."""
        del session
        columns = {name: values.get(name) for name in self.rules}
        # Without one, the record gets the current time.
        if not columns.get("created_at"):
            columns.pop("created_at", None)
        return columns

    def apply(self, session: Session, record: Record, values: Values) -> None:
        """Change a record as an update asks; by default, a field that is not sent is cleared."""
        del session
        for name in self.rules_for_update():
            record[name] = values.get(name)

    def after_create(self, session: Session, record: Record) -> None:  # noqa: B027 - most kinds have nothing to do
        """Do what follows from a new record."""

    def before_delete(self, session: Session, record: Record) -> None:  # noqa: B027 - most kinds have nothing to do
        """Do what has to be done before a record is deleted."""

    def after_delete(self, session: Session, record: Record) -> None:  # noqa: B027 - most kinds have nothing to do
        """Do what follows from the deletion of a record."""

    def list_all(self, session: Session) -> Reply:
        """Answer a page of the account's records."""
        return self.list_page(session, None, self.columns)

    def list_of_contact(self, session: Session) -> Reply:
        """Answer a page of the records of a contact."""
        contact = session.read("contact", session.path_id("contact_id"))
        columns, raw_crash = self.contact_columns, self.raw_crash
        return self.list_page(session, contact["id"], columns, raw_crash=raw_crash)

    def list_page(
        self,
        session: Session,
        contact: int | None,
        columns: frozenset[str] | None,
        *,
        raw_crash: bool = False,
        **meta: Any,
    ) -> Reply:
        """Answer a page of the records of a contact or, with None, of the account."""
        index = BY_OWNER
        if columns is not None:
            index = sort_index(sort_of(session, columns, raw_crash=raw_crash))
        return index_page_reply(
            session,
            self.kind,
            index,
            contact,
            lambda record: self.serialize(session, record),
            **meta,
        )

    def records_of(self, session: Session, contact: int) -> list[Record]:
        """Return the records of a contact, in the order of their creation."""
        return session.records.select(self.kind, session.account.id, BY_OWNER, contact)

    def get(self, session: Session) -> Reply:
        """Answer one record."""
        record = session.read(self.kind, session.path_id())
        return session.data_reply(self.serialize(session, record))

    def create(self, session: Session) -> Reply:
        """Create a record and answer it."""
        record = self.insert(session, self.new_record(session, self.values_for_create(session)))
        self.after_create(session, record)
        return self.to_response(session, record, self.created_status)

    def values_for_create(self, session: Session) -> Values:
        """Return what was sent for a new record, validated.

        Raises:
            Refusal: 422, values are invalid.
        """
        return session.validate(self.rules)

    def members_for_create(self) -> list[str]:
        """Return the names of the members that a creation takes."""
        return list(self.rules)

    def with_defaults(self, record: Mapping[str, Any]) -> Tree:
        """Return the members of a creation with defaults for those that are missing."""
        return {**self.defaults, **record}

    def insert(self, session: Session, columns: Record) -> Record:
        """Store a new record, with the time of its creation unless it brings one."""
        return session.records.add(self.kind, session.account.id, {**session.timestamps, **columns})

    def update(self, session: Session) -> Reply:
        """Change a record and answer it."""
        record, values = self.find_for_update(session)
        self.apply(session, record, values)
        self.save(session, record)
        return self.to_response(session, record)

    def save(self, session: Session, record: Record) -> None:
        """Write a changed record back, with the time of the change."""
        record["updated_at"] = session.now
        session.records.save(self.kind, record)

    def to_response(
        self, session: Session, record: Record, status: int = 200, **overrides: Any
    ) -> Reply:
        """Answer a record that was just written.

        Later reads may differ: `overrides` are members that are different in this reply alone,
        `normalise` changes what the database stores in another form.
        """
        reply = session.data_reply({**self.serialize(session, record), **overrides}, status)
        if self.normalise(record):
            session.records.save(self.kind, record)
        return reply

    def normalise(self, record: Record) -> bool:
        """Give a record the form in which the database stores it; return whether it differs."""
        del record
        return False

    def find_for_update(self, session: Session) -> tuple[Record, Values]:
        """Return the record to update, and what was sent.

        Raises:
            Refusal: 404 or 422, values are invalid or the record does not exist.
        """
        rules = self.rules_for_update()
        if self.unknown_update is OnBadId.NOT_FOUND:
            record = session.load(self.kind, session.path_id())
            return record, session.validate(rules)
        values = self.validate_with_id(session, rules)
        return session.load(self.kind, int(session.path_params["id"])), values

    def rules_for_update(self) -> Rules:
        """Return the rules for an update."""
        return self.update_rules or self.rules

    def validate_with_id(self, session: Session, rules: Rules) -> Values:
        """Return what was sent, validated together with the id in the path.

        Raises:
            Refusal: 422, code 32.
        """
        values, messages = collect_errors(rules, session.sent, session.records)
        id_error = self.id_error(session)
        if messages or id_error:
            raise invalid(*messages, *([id_error] if id_error else []))
        return values

    def id_error(self, session: Session) -> str | None:
        """Return the message about an id in the path that no account has, or None."""
        return id_error(session, "id", self.kind, self.label)

    def delete(self, session: Session) -> Reply:
        """Delete a record."""
        record = self.find_for_delete(session)
        self.before_delete(session, record)
        session.records.remove(self.kind, record)
        self.after_delete(session, record)
        return session.deleted_reply(session.path_params["id"] if self.echoes_id else record["id"])

    def find_for_delete(self, session: Session) -> Record:
        """Return the record to delete.

        Raises:
            Refusal: 404, 422 or 500, it does not exist.
        """
        message = self.id_error(session)
        if message is not None:
            is_text = not session.path_params["id"].lstrip("+-").isdigit()
            answer = self.text_delete if is_text else self.unknown_delete
            if answer is OnBadId.CRASH:
                raise session.server_error_or(not_found())
            # "4xyz" is 4 to the database, but not to a rule.
            if answer is OnBadId.INVALID:
                raise invalid(message)
        return session.load(self.kind, session.path_id())


class ContactResource(Resource):
    """Records that belong to one contact, that of `contact_id`."""

    def create(self, session: Session) -> Reply:
        """Create a record of a contact and answer it."""
        values = self.values_for_create(session)
        session.read("contact", values["contact_id"])
        record = self.insert(session, self.new_record(session, values))
        self.after_create(session, record)
        return self.to_response(session, record, self.created_status)

    def apply(self, session: Session, record: Record, values: Values) -> None:
        """Change a record as an update asks; the contact may be another."""
        self.assign(session, record, values["contact_id"])
        super().apply(session, record, values)

    def assign(self, session: Session, record: Record, contact_id: int) -> None:
        """Let a record belong to a contact of the account.

        Raises:
            Refusal: 404, code 31, the account has no such contact.
        """
        record["contact_id"] = session.read("contact", contact_id)["id"]


def id_error(session: Session, param: str, kind: str, label: str) -> str | None:
    """Return the message about an id in the path that no account has, or None.

    Args:
        session: The session.
        param: Name of the path's parameter.
        kind: Kind of the record.
        label: Name of the kind in messages.
    """
    try:
        id = integer(session.path_params[param], session.records)
    except InvalidValue as error:
        return str(error).format(f"{label} id")
    if session.records.find(kind, id) is None:
        return f"The selected {label} id is invalid."
    return None
