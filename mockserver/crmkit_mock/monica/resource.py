"""What all kinds of records have in common: list, get, create, update, delete."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar

from crmkit_mock.monica.columns import LARGEST_WRITTEN_OUT, datetime_column, stored
from crmkit_mock.monica.errors import archived, invalid, not_found
from crmkit_mock.monica.lists import COMMON_COLUMNS, index_page_reply, sort_of
from crmkit_mock.monica.php_dates import without_zero_dates
from crmkit_mock.monica.records import BY_OWNER, sort_index
from crmkit_mock.monica.short_contact import short_contact
from crmkit_mock.monica.validation import Exists, Rule, collect_errors, identifier, required

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.messages import Reply
    from crmkit_mock.monica.columns import Columns
    from crmkit_mock.monica.records import Record
    from crmkit_mock.monica.session import Session, Tree
    from crmkit_mock.monica.validation import Rules, Values

#: The rules for the contact of a record, without and with a look whether there is such a contact.
ANY_CONTACT = required(identifier)
KNOWN_CONTACT = required(identifier, Exists("contact"))


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
    #: Where the server has what handles the kind; errors name it.
    namespace: ClassVar[str] = ""
    #: Rules for what is sent.
    rules: ClassVar[Rules] = {}
    #: Rules for an update. Where the server checks the id of the path among them, `id_rule` has
    #: its place.
    update_rules: ClassVar[Rules] = {}
    #: Columns by the members that fill them; what a create or update stores of what was sent.
    columns: ClassVar[Columns] = {}
    #: Values of required fields that `MockMonica.add` fills in.
    defaults: ClassVar[Tree] = {}
    #: Status of the reply to a creation.
    created_status: ClassVar[int] = 201
    #: Whether a creation is answered with what the database has made of it.
    reads_back: ClassVar[bool] = False
    #: Answer to an update of an unknown id.
    unknown_update: ClassVar[OnBadId] = OnBadId.INVALID
    #: Answer to the deletion of an unknown id.
    unknown_delete: ClassVar[OnBadId] = OnBadId.INVALID
    #: Answer to the deletion of an id that is not a number.
    text_delete: ClassVar[OnBadId] = OnBadId.CRASH
    #: Whether the reply to a deletion has the id as it was in the path.
    echoes_id: ClassVar[bool] = False
    #: Columns by which a list can be sorted; None: any order is accepted and ignored.
    sortable: ClassVar[frozenset[str] | None] = COMMON_COLUMNS
    #: The same for the list of a contact.
    contact_sortable: ClassVar[frozenset[str] | None] = COMMON_COLUMNS
    #: Order of the list, before the one that is asked for.
    order: ClassVar[tuple[str, ...]] = ()
    #: The same for the list of a contact.
    contact_order: ClassVar[tuple[str, ...]] = ()
    #: Whether the list passes the database's errors on as they are.
    raw_crash: ClassVar[bool] = False
    #: The same for the list of a contact.
    contact_raw_crash: ClassVar[bool] = False

    @abstractmethod
    def serialize(self, session: Session, record: Record) -> Tree:
        """Build the response object of a record."""

    @property
    def id_name(self) -> str:
        """Name under which the rules have the id of the path."""
        return f"{self.label.replace(' ', '_')}_id"

    def new_record(self, session: Session, values: Values) -> Record:
        """Build the columns of a new record from what was sent."""
        del session
        columns = {name: values.get(name) for name in self.rules}
        columns |= {name: values[name] for name in self.columns if name in values}
        if columns.get("created_at") is not None:
            columns["created_at"] = datetime_column(columns["created_at"])
        return columns

    def apply(self, session: Session, record: Record, values: Values) -> None:
        """Change a record as an update asks; by default, a field that is not sent is cleared."""
        del session
        for name in self.update_rules:
            if name != self.id_name:
                record[name] = values.get(name)

    def after_create(self, session: Session, record: Record) -> None:  # noqa: B027 - most kinds have nothing to do
        """Do what follows from a new record."""

    def before_delete(self, session: Session, record: Record) -> None:  # noqa: B027 - most kinds have nothing to do
        """Do what has to be done before a record is deleted."""

    def after_delete(self, session: Session, record: Record) -> None:  # noqa: B027 - most kinds have nothing to do
        """Do what follows from the deletion of a record."""

    def list_all(self, session: Session) -> Reply:
        """Answer a page of the account's records."""
        return self.list_page(session, None)

    def list_of_contact(self, session: Session) -> Reply:
        """Answer a page of the records of a contact."""
        contact = session.read("contact", session.path_id("contact_id"))
        return self.list_page(session, contact["id"])

    def list_page(self, session: Session, contact: int | None, **meta: Any) -> Reply:
        """Answer a page of the records of a contact or, with None, of the account."""
        is_whole = contact is None
        sortable = self.sortable if is_whole else self.contact_sortable
        raw_crash = self.raw_crash if is_whole else self.contact_raw_crash
        index = BY_OWNER
        # Of an empty list the server counts the records only, which no order can crash.
        is_empty = not session.records.count_of(self.kind, session.account.id, BY_OWNER, contact)
        if sortable is not None and not is_empty:
            order = self.order if is_whole else self.contact_order
            index = sort_index(*order, sort_of(session, sortable, raw_crash=raw_crash))
        return index_page_reply(
            session,
            self.kind,
            index,
            contact,
            lambda record: self.serialize(session, record),
            raw_crash=raw_crash,
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
        values = session.validate(self.rules)
        values |= {name: session.sent[name] for name in self.columns if name in session.sent}
        self.require_storable(session, values)
        return values

    def require_storable(self, session: Session, values: Values) -> None:
        """Refuse values that pass their rules and crash the server.

        Raises:
            Refusal: 500 or 422, there is one.
        """
        for name in self.columns:
            if values.get(name) is not None:
                session.require_storable(name, values[name])

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

        The reply has what was sent as it came, later ones have what the database made of it.

        Args:
            session: The session.
            record: The record.
            status: Status of the reply.
            overrides: Members that are different in this reply alone.
        """
        if self.reads_back and session.request.method == "POST" and self.normalise(record):
            session.records.save(self.kind, record)
        sent = {name: _as_json(record[name]) for name in self.columns if name in record}
        tree = self.serialize(session, {**record, **sent})
        reply = session.data_reply({**tree, **overrides}, status)
        if not self.normalise(record):
            return reply
        session.records.save(self.kind, record)
        # The document describes what is stored. What a client sends in another type comes back
        # once, and to that client only.
        return replace(reply, tree=without_zero_dates({"data": self.serialize(session, record)}))

    def normalise(self, record: Record) -> bool:
        """Give a record the form in which the database stores it; return whether it differs."""
        columns = stored(self.columns, record)
        differs = any(
            record[name] != value or type(record[name]) is not type(value)
            for name, value in columns.items()
        )
        record.update(columns)
        return differs

    def find_for_update(self, session: Session) -> tuple[Record, Values]:
        """Return the record to update, and what was sent.

        Raises:
            Refusal: 404 or 422, values are invalid or the record does not exist.
        """
        if self.unknown_update is OnBadId.NOT_FOUND:
            record = session.load(self.kind, session.path_id())
            values = session.validate(self.update_rules)
        else:
            values = self.validate_with_id(session, self.update_rules)
            record = session.load(self.kind, values[self.id_name])
        return record, values

    def validate_with_id(self, session: Session, rules: Rules) -> Values:
        """Return what was sent, validated together with the id in the path.

        Raises:
            Refusal: 422, code 32.
        """
        sent = {**session.sent, self.id_name: _text_or_none(session.path_params["id"])}
        values, messages = collect_errors(rules, sent, session.records)
        if messages:
            raise invalid(*messages)
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
        if self.text_delete is OnBadId.CRASH:
            # The framework makes an int of the id before anything else.
            id = session.path_int(*self._destroyer())
            if self.unknown_delete is OnBadId.INVALID and not session.exists(self.kind, id):
                raise invalid(f"The selected {self.label} id is invalid.")
            return session.load(self.kind, id)
        message = self.id_error(session)
        if message is not None:
            is_text = "invalid" not in message
            answer = self.text_delete if is_text else self.unknown_delete
            if answer is OnBadId.INVALID:
                raise invalid(message)
        return session.load(self.kind, session.path_id())

    def _destroyer(self) -> tuple[str, str]:
        """Return what the server runs to delete a record, and its argument for the id."""
        name = self.label.title().replace(" ", "")
        action = f"{self.namespace}Api{name}Controller::destroy"
        return action, f"#2 (${name[0].lower()}{name[1:]}Id)"


class ContactResource(Resource):
    """Records that belong to one contact, that of `contact_id`."""

    #: Whether nothing is written for an archived contact.
    is_readonly_when_archived: ClassVar[bool] = True
    #: Whether an update may name another contact.
    can_move: ClassVar[bool] = True
    #: Whether the reply to an update that does still has the former one.
    shows_former_contact: ClassVar[bool] = False

    def create(self, session: Session) -> Reply:
        """Create a record of a contact and answer it."""
        values = self.values_for_create(session)
        self.require_contact(session, values["contact_id"])
        record = self.insert(session, self.new_record(session, values))
        self.after_create(session, record)
        return self.to_response(session, record, self.created_status)

    def apply(self, session: Session, record: Record, values: Values) -> None:
        """Change a record as an update asks; the contact may be another."""
        self.assign(session, record, values["contact_id"])
        super().apply(session, record, values)

    def update(self, session: Session) -> Reply:
        """Change a record and answer it."""
        record, values = self.find_for_update(session)
        former = short_contact(session, record["contact_id"])
        self.apply(session, record, values)
        self.save(session, record)
        overrides: Tree = {"contact": former} if self.shows_former_contact else {}
        return self.to_response(session, record, **overrides)

    def assign(self, session: Session, record: Record, contact_id: int) -> None:
        """Let a record belong to a contact of the account.

        Raises:
            Refusal: 404, code 31, the account has no such contact, or the record stays with its
                own; 422, the contact is archived.
        """
        if not self.can_move and contact_id != record["contact_id"]:
            raise not_found()
        record["contact_id"] = self.require_contact(session, contact_id)

    def require_contact(self, session: Session, contact_id: int) -> int:
        """Return the id of a contact of the account that may be written to.

        Raises:
            Refusal: 404, code 31, the account has no such contact; 422, it is archived.
        """
        contact = session.read("contact", contact_id)
        if self.is_readonly_when_archived and not contact["is_active"]:
            raise archived()
        id: int = contact["id"]
        return id

    def find_for_delete(self, session: Session) -> Record:
        """Return the record to delete.

        Raises:
            Refusal: 404, 422 or 500, it does not exist, or its contact is deleted or archived.
        """
        record = super().find_for_delete(session)
        if self.is_readonly_when_archived:
            require_active_owner(session, record)
        return record


def _text_or_none(param: object) -> object:
    """Return a value of the path; None for one of whitespace."""
    return param if not isinstance(param, str) or param.strip() else None


def _as_json(value: object) -> object:
    """Return a value as the server writes it: a float without a fraction as an int."""
    if isinstance(value, float) and value.is_integer() and abs(value) < LARGEST_WRITTEN_OUT:
        return int(value)
    return value


def require_active_owner(session: Session, record: Record) -> None:
    """Refuse to write a record whose contact is archived or deleted.

    Raises:
        Refusal: 422, the contact is archived; 500 or 404, it is deleted.
    """
    contact = session.records.read("contact", session.account.id, record["contact_id"])
    if contact is None or contact["deleted_at"]:
        raise session.server_error_or(
            not_found(), "Call to a member function throwInactive() on null"
        )
    if not contact["is_active"]:
        raise archived()


def id_rule(kind: str) -> Rule:
    """Return the rule for the id of a path, which any account may have."""
    return required(identifier, Exists(kind))


def id_error(session: Session, param: str, kind: str, label: str) -> str | None:
    """Return the message about an id in the path that no account has, or None.

    Args:
        session: The session.
        param: Name of the path's parameter.
        kind: Kind of the record.
        label: Name of the kind in messages.
    """
    name = f"{label.replace(' ', '_')}_id"
    sent = {name: _text_or_none(session.path_params[param])}
    messages = collect_errors({name: id_rule(kind)}, sent, session.records)[1]
    return messages[0] if messages else None
