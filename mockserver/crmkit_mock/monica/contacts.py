"""Contacts: listed and searched, created, updated and deleted as a whole."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import unquote

from crmkit_mock.monica.account import log
from crmkit_mock.monica.columns import LONGTEXT, stored, timestamp, varchar
from crmkit_mock.monica.contact_parts import ContactParts
from crmkit_mock.monica.contact_responses import (
    found_contact,
    full_contact,
    serialize_contact,
)
from crmkit_mock.monica.errors import (
    PartiallyApplied,
    archived,
    archived_contact,
    database_error,
    framework_error,
    invalid,
    invalid_by_field,
)
from crmkit_mock.monica.lists import index_page_reply, page_reply, sort_of
from crmkit_mock.monica.php_types import is_empty
from crmkit_mock.monica.records import sort_index, visibility
from crmkit_mock.monica.relationships import delete_contact
from crmkit_mock.monica.search import contacts_with_field, has_any_word
from crmkit_mock.monica.short_contact import complete_name
from crmkit_mock.monica.special_dates import (
    DATE_RULES,
    IncompleteDate,
    add_date_reminder,
    clear_date_reminder,
    special_date,
)
from crmkit_mock.monica.validation import (
    Exists,
    Rules,
    boolean,
    identifier,
    optional,
    required,
    string,
)
from crmkit_mock.shelves import Index

if TYPE_CHECKING:
    from crmkit_mock.messages import Reply
    from crmkit_mock.monica.columns import Columns
    from crmkit_mock.monica.records import Record
    from crmkit_mock.monica.session import Session, Tree
    from crmkit_mock.monica.validation import Values

_NAMES = ("first_name", "middle_name", "last_name", "nickname")
#: Columns that are stored as they are sent, the last ones without a rule. The general information
#: has another name than where it is updated.
_COLUMNS: Columns = {
    **dict.fromkeys(_NAMES, varchar()),
    "description": varchar(),
    "job": varchar(),
    "company": varchar(),
    "food_preferences": LONGTEXT,
    "created_at": timestamp,
}
_UNCHECKED = ("job", "company", "food_preferences", "created_at")
#: Columns of a new contact.
_EMPTY: dict[str, Any] = {
    **dict.fromkeys((*_NAMES, "description", "gender_id")),
    "is_partial": False,
    "is_active": True,
    "is_starred": False,
    "is_dead": False,
    **dict.fromkeys(("birthdate", "deceased_date", "first_met_date", "first_met_through")),
    **dict.fromkeys(("birthdate_reminder", "deceased_date_reminder", "first_met_date_reminder")),
    **dict.fromkeys(("job", "company", "food_preferences", "general_information", "where_met")),
    "avatar_source": "default",
    **dict.fromkeys(("avatar_drawn_at", "avatar_photo_id", "last_called")),
    **dict.fromkeys(("last_activity_together", "deleted_at")),
}


_BIRTHDATE = ("day", "month", "year", "is_age_based", "age", "add_reminder")
_DECEASED = ("day", "month", "year", "add_reminder")
_BY_TYPE = Index(lambda type_: [str(type_["type"])])
_NOT_A_STR = "rawurldecode(): Argument #1 ($string) must be of type string, array given"


class Contacts(ContactParts):
    """The contacts of an account."""

    kind = "contact"
    label = "contact"
    rules: ClassVar[Rules] = {
        "uuid": optional(string()),
        # Address books cannot be made by the API: whatever is sent is invalid.
        "address_book_id": optional(identifier, Exists("addressbook")),
        "first_name": required(string(255)),
        "middle_name": optional(string(255)),
        "last_name": optional(string(255)),
        "nickname": optional(string(255)),
        "email": optional(string(255)),
        "gender_id": optional(identifier, Exists("gender")),
        "description": optional(string(255)),
        "is_partial": optional(boolean),
        "is_birthdate_known": required(boolean),
        **{f"birthdate_{name}": DATE_RULES[name] for name in _BIRTHDATE},
        "is_deceased": required(boolean),
        "is_deceased_date_known": required(boolean),
        **{f"deceased_date_{name}": DATE_RULES[name] for name in _DECEASED},
    }
    update_rules: ClassVar[Rules] = {
        "contact_id": required(identifier),
        **{name: rule for name, rule in rules.items() if name not in {"email", "address_book_id"}},
        "is_deceased": optional(boolean),
    }
    columns: ClassVar[Columns] = _COLUMNS
    defaults: ClassVar[Tree] = {
        "first_name": "Contact",
        "is_birthdate_known": False,
        "is_deceased": False,
        "is_deceased_date_known": False,
    }

    def serialize(self, session: Session, record: Record) -> Tree:
        """Build the response object of a contact."""
        return serialize_contact(session, record)

    def list_all(self, session: Session) -> Reply:
        """Answer a page of contacts: those that lists have, or those that a search finds.

        Raises:
            Refusal: 500 or 422, the search is an array.
        """
        query = session.sent.get("query")
        index = sort_index(sort_of(session), keys=visibility)
        if is_empty(query):
            return index_page_reply(
                session,
                self.kind,
                index,
                "listed",
                lambda contact: full_contact(session, contact),
                shape=session.query.get("with") == "contactfields",
            )
        if not isinstance(query, str):
            refusal = invalid("The query must be a string.")
            raise session.server_error_or(refusal, _NOT_A_STR)
        query = unquote(query)
        contacts = session.records.select(self.kind, session.account.id, index, "found")
        ids = contacts_with_field(session, query)
        if ids is None:
            matches = [contact for contact in contacts if has_any_word(contact, query)]
        else:
            matches = [contact for contact in contacts if contact["id"] in ids]
        # A search by field answers whole contacts; one by words reads only a part of them.
        serialize = found_contact if ids is None else full_contact
        return page_reply(
            session, matches, lambda contact: serialize(session, contact), query=query
        )

    def get(self, session: Session) -> Reply:
        """Answer one contact.

        Raises:
            Refusal: 500 or 404, the id is not a number.
        """
        record = session.read(self.kind, session.path_int("ApiContactController::show"))
        return session.data_reply(self.serialize(session, record))

    def create(self, session: Session) -> Reply:
        """Create a contact.

        Raises:
            Refusal: 500 or 422, `is_partial` is null, which the rules allow.
            PartiallyApplied: a date is incomplete; the contact exists all the same.
        """
        values = self.values_for_create(session)
        if values.get("is_partial", False) is None:
            refusal = invalid("The is partial field must be true or false.")
            raise database_error() if session.faithful_crashes else refusal
        columns = {**_EMPTY, "tags": [], "is_partial": bool(values.get("is_partial"))}
        columns |= self._own_columns(values)
        if not is_empty(values.get("uuid")):
            columns["uuid"] = values["uuid"][:36]
        contact = self.insert(session, columns)
        self._set_dates(session, contact, values)
        _draw_avatar(session, contact)
        session.records.save(self.kind, contact)
        self._add_email(session, contact, values.get("email"))
        # The log has the name that the contact had before it was known to be dead.
        log(session, "contact_created", {**contact, "is_dead": False})
        return session.data_reply(serialize_contact(session, contact), 201)

    def _own_columns(self, values: Values) -> Record:
        """Return the columns that are stored as they are sent, in the form they are stored in."""
        columns = stored(_COLUMNS, values)
        for name in ("last_name", "nickname"):
            if name in columns and is_empty(columns[name]):
                columns[name] = None
        if "gender_id" in values:
            columns["gender_id"] = values["gender_id"]
        return columns

    def _add_email(self, session: Session, contact: Record, email: str | None) -> None:
        """Give a new contact a contact field with its email address."""
        account = session.account.id
        types = session.records.select("contactfieldtype", account, _BY_TYPE, "email", limit=1)
        if email is None or not types:
            return
        columns = {
            "contact_id": contact["id"],
            "contact_field_type_id": types[0]["id"],
            "content": email,
            "labels": [],
        }
        session.records.add("contactfield", account, {**session.timestamps, **columns})

    def find_for_update(self, session: Session) -> tuple[Record, Values]:
        """Return the contact to update, and what was sent.

        Raises:
            Refusal: 422, values are invalid, the id is not a number or the contact is archived;
                404, there is no such contact; 500, `address_book_id` is sent.
        """
        values = self.validate_with_id(session, self.update_rules)
        contact = session.load(self.kind, values["contact_id"])
        if not contact["is_active"]:
            raise archived()
        if session.sent.get("address_book_id") is not None:
            refusal = invalid("The selected address book id is invalid.")
            raise database_error() if session.faithful_crashes else refusal
        values |= {name: session.sent[name] for name in _UNCHECKED if name in session.sent}
        if values.get("created_at") is not None:
            session.require_storable("created_at", values["created_at"])
        return contact, values

    def apply(self, session: Session, record: Record, values: Values) -> None:
        """Change a contact: names, gender and work stay if they are not sent, dates are cleared.

        Raises:
            Refusal: 500 or 422, `is_deceased` is missing, which the rules allow.
            PartiallyApplied: a date is incomplete; the rest is changed all the same.
        """
        if not session.faithful_crashes and "is_deceased" not in values:
            raise invalid("The is deceased field is required.")
        former, name = record["description"], complete_name(record)
        record.update(self._own_columns(values))
        if complete_name(record) != name:
            _draw_avatar(session, record)
        if "is_partial" in values:
            record["is_partial"] = bool(values["is_partial"])
        description = record["description"] = values.get("description")
        if description is None:
            log(session, "contact_description_cleared", record)
        elif description != former:
            log(session, "contact_description_updated", record)
        if "is_deceased" not in values:
            session.records.save(self.kind, record)
            raise PartiallyApplied(framework_error(500, 'Undefined array key "is_deceased"'))
        self._set_dates(session, record, values)

    def to_response(
        self, session: Session, record: Record, status: int = 200, **overrides: Any
    ) -> Reply:
        """Answer a contact as it is stored."""
        del overrides
        return session.data_reply(serialize_contact(session, record), status)

    def _set_dates(self, session: Session, contact: Record, values: Values) -> None:
        """Set the dates of birth and death."""
        known = {
            "birthdate": values["is_birthdate_known"],
            "deceased_date": values["is_deceased_date_known"] and bool(values["is_deceased"]),
        }
        for name, is_known in known.items():
            if name == "deceased_date":
                if values["is_deceased"] is None:
                    session.records.save(self.kind, contact)
                    raise PartiallyApplied(invalid("The is deceased field is required."))
                contact["is_dead"] = values["is_deceased"]
            date = None
            try:
                if is_known:
                    # Somebody's age at death cannot be told.
                    by_age = {} if name == "birthdate" else {f"{name}_is_age_based": False}
                    date = special_date({**values, **by_age}, f"{name}_", session.year)
            except IncompleteDate as error:
                raise self._incomplete(session, contact, name, error) from None
            clear_date_reminder(session, contact, name)
            contact[name] = date
            if values.get(f"{name}_add_reminder"):
                session.records.save(self.kind, contact)
                add_date_reminder(session, contact, name, values)

    def _incomplete(
        self, session: Session, contact: Record, name: str, error: IncompleteDate
    ) -> Exception:
        # Recorded: without a date of birth 422 (seq 700), without one of death 500 (seq 580); both
        # times the contact exists. A mock without faithful crashes leaves no trace of one either.
        crash = error.crash
        if name == "deceased_date" and crash is None:
            crash = "must be of type int, null given"
        refusal = invalid(*error.messages)
        if crash is not None:
            if not session.faithful_crashes:
                return refusal
            clear_date_reminder(session, contact, name)
            contact[name] = None
            refusal = framework_error(500, crash)
        session.records.save(self.kind, contact)
        return PartiallyApplied(refusal)

    def delete(self, session: Session) -> Reply:
        """Delete a contact.

        Raises:
            Refusal: in the framework's form; 422, no such contact was ever there, or it is
                archived; 404, it is already deleted or another account's.
        """
        message = self.id_error(session)
        if message is not None:
            raise invalid_by_field({"contact_id": [message]})
        id = int(session.path_params["id"])
        contact = session.records.get(self.kind, session.account.id, id)
        if contact is None or contact["deleted_at"]:
            raise framework_error(
                404, f"No query results for model [App\\Models\\Contact\\Contact] {id}"
            )
        if not contact["is_active"]:
            raise archived_contact()
        delete_contact(session, contact)
        return session.deleted_reply(session.path_params["id"])


def _draw_avatar(session: Session, contact: Record) -> None:
    """Note that the picture of a contact's name is drawn, now."""
    contact["avatar_drawn_at"] = int(datetime.fromisoformat(session.now).timestamp())
