"""Contacts, with the parts that are updated separately, and genders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from crmkit_mock.monica.account import log
from crmkit_mock.monica.contact_responses import (
    found_contact,
    full_contact,
    serialize_contact,
)
from crmkit_mock.monica.errors import (
    PartiallyApplied,
    archived_contact,
    framework_error,
    invalid,
    invalid_by_field,
    not_found,
)
from crmkit_mock.monica.lists import index_page_reply, page_reply, sort_of
from crmkit_mock.monica.records import sort_index, visibility
from crmkit_mock.monica.relationships import delete_contact
from crmkit_mock.monica.reminders import (
    DATE_CHECKS,
    IncompleteDate,
    date_from,
    set_date_reminder,
)
from crmkit_mock.monica.resource import Resource
from crmkit_mock.monica.short_contact import common_end
from crmkit_mock.monica.validation import (
    Exists,
    Rules,
    boolean,
    collect_errors,
    integer,
    one_of,
    optional,
    required,
    required_when,
    string,
)

if TYPE_CHECKING:
    from crmkit_mock.messages import Refusal, Reply
    from crmkit_mock.monica.records import Record
    from crmkit_mock.monica.session import Session, Tree
    from crmkit_mock.monica.validation import Values

_NAMES = ("first_name", "middle_name", "last_name", "nickname")
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
    **dict.fromkeys(("avatar_photo_id", "last_called", "last_activity_together", "deleted_at")),
}
_DATES: Rules = {
    f"{prefix}_{name}": optional(*checks)
    for prefix in ("birthdate", "deceased_date")
    for name, checks in DATE_CHECKS.items()
}
_WORK: Rules = {"job": optional(string(255)), "company": optional(string(255))}
_FOOD: Rules = {"food_preferences": optional(string(65_535))}
_INTRODUCTION: Rules = {
    "met_through_contact_id": optional(integer, Exists("contact")),
    "general_information": optional(string(65_535)),
    "where": optional(string(65_535)),
    "is_date_known": required(boolean),
    **{name: optional(*checks) for name, checks in DATE_CHECKS.items()},
}
_AVATAR: Rules = {
    "source": required(one_of("default", "adorable", "gravatar", "photo")),
    "photo_id": required_when("source", "photo", integer, Exists("photo")),
}


class Contacts(Resource):
    """The contacts of an account."""

    kind = "contact"
    label = "contact"
    rules: ClassVar[Rules] = {
        "first_name": required(string(255)),
        "middle_name": optional(string(255)),
        "last_name": optional(string(255)),
        "nickname": optional(string(255)),
        "gender_id": optional(integer, Exists("gender")),
        "email": optional(string(255)),
        "description": optional(string(255)),
        "is_partial": optional(boolean),
        "is_birthdate_known": required(boolean),
        "is_deceased": required(boolean),
        "is_deceased_date_known": required(boolean),
        "uuid": optional(string(255)),
        **_DATES,
    }
    update_rules: ClassVar[Rules] = {**rules, "is_deceased": optional(boolean)}
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
        """Answer a page of contacts: those that lists have, or those that a search finds."""
        query = session.query.get("query")
        index = sort_index(sort_of(session), visibility)
        if not isinstance(query, str):
            return index_page_reply(
                session,
                self.kind,
                index,
                "listed",
                lambda contact: full_contact(session, contact),
            )
        contacts = session.records.select(self.kind, session.account.id, index, "found")
        type_name, colon, prefix = query.partition(":")
        if colon:
            ids = _ids_with_field(session, type_name, prefix)
            matches = [contact for contact in contacts if contact["id"] in ids]
        else:
            words = query.casefold().split()
            matches = [contact for contact in contacts if _has_words(contact, words)]
        # A search by field answers whole contacts; one by words reads only a part of them.
        serialize = full_contact if colon else found_contact
        return page_reply(
            session, matches, lambda contact: serialize(session, contact), query=query
        )

    def get(self, session: Session) -> Reply:
        """Answer one contact.

        Raises:
            Refusal: 500 or 404, the id is not a number.
        """
        if session.path_id() == 0:
            raise session.server_error_or(not_found())
        return super().get(session)

    def create(self, session: Session) -> Reply:
        """Create a contact.

        Raises:
            PartiallyApplied: a date is incomplete; the contact exists all the same.
        """
        values = session.validate(self.rules)
        columns = {**_EMPTY, "tags": []}
        columns |= {name: values.get(name) for name in (*_NAMES, "description", "gender_id")}
        columns["is_partial"] = bool(values.get("is_partial"))
        if values.get("uuid") is not None:
            columns["uuid"] = values["uuid"]
        contact = self.insert(session, columns)
        log(session, "contact_created", contact)
        self._set_dates(session, contact, values)
        session.records.save(self.kind, contact)
        return session.data_reply(serialize_contact(session, contact), 201)

    def find_for_update(self, session: Session) -> tuple[Record, Values]:
        """Return the contact to update, and what was sent.

        Raises:
            Refusal: 422, values are invalid or the id is not a number; 404, there is no such
                contact.
        """
        id_error = self.id_error(session)
        values, messages = collect_errors(self.rules_for_update(), session.sent, session.records)
        if id_error is not None and "integer" in id_error:
            messages.append(id_error)
        if messages:
            raise invalid(*messages)
        return session.load(self.kind, int(session.path_params["id"])), values

    def apply(self, session: Session, record: Record, values: Values) -> None:
        """Change a contact: names and gender stay if they are not sent, all else is cleared.

        Raises:
            Refusal: 500 or 422, `is_deceased` is missing, which the rules allow.
            PartiallyApplied: a date is incomplete; the rest is changed all the same.
        """
        if "is_deceased" not in values:
            refusal = invalid("The is deceased field is required.")
            raise session.server_error_or(refusal, 'Undefined array key "is_deceased"')
        for name in (*_NAMES, "gender_id"):
            if name in values:
                record[name] = values[name]
        record["description"] = values.get("description")
        if values.get("is_partial") is not None:
            record["is_partial"] = values["is_partial"]
        self._set_dates(session, record, values)

    def _set_dates(self, session: Session, contact: Record, values: Values) -> None:
        """Set the dates of birth and death."""
        contact["is_dead"] = bool(values.get("is_deceased"))
        known = {
            "birthdate": values["is_birthdate_known"],
            "deceased_date": contact["is_dead"] and values["is_deceased_date_known"],
        }
        for name, is_known in known.items():
            contact[name] = None
            try:
                if is_known:
                    contact[name] = date_from(values, f"{name}_", session.year)
            except IncompleteDate as error:
                raise self._incomplete(session, contact, name, invalid(*error.messages)) from None
            wanted = contact[name] is not None and values.get(f"{name}_add_reminder")
            set_date_reminder(session, contact, name, wanted=bool(wanted))

    def _incomplete(
        self, session: Session, contact: Record, name: str, refusal: Refusal
    ) -> Exception:
        # Recorded: without a date of birth 422 (seq 700), without one of death 500 (seq 580); both
        # times the contact exists. A mock without faithful crashes leaves no trace of one either.
        if name == "deceased_date":
            if not session.faithful_crashes:
                return refusal
            refusal = framework_error(500, "Server Error")
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
            raise framework_error(404, f"No query results for model [Contact] {id}")
        if not contact["is_active"]:
            raise archived_contact()
        log(session, "contact_deleted", contact)
        delete_contact(session, contact)
        return session.deleted_reply(session.path_params["id"])

    # The parts that are updated separately.

    def update_work(self, session: Session) -> Reply:
        """Change job and company; what is not sent is cleared."""
        contact, values = self._find_for_part(session, _WORK)
        contact["job"], contact["company"] = values.get("job"), values.get("company")
        return self._saved(session, contact, "contact_work_updated")

    def update_food(self, session: Session) -> Reply:
        """Change what a contact likes to eat."""
        contact, values = self._find_for_part(session, _FOOD)
        contact["food_preferences"] = values.get("food_preferences")
        return self._saved(session, contact, "contact_food_preferences_updated")

    def update_introduction(self, session: Session) -> Reply:
        """Change how the user met a contact.

        Raises:
            Refusal: 422, the date is said to be known but is incomplete.
        """
        contact, values = self._find_for_part(session, _INTRODUCTION)
        through = values.get("met_through_contact_id")
        contact["first_met_through"] = (
            None if through is None else session.read("contact", through)["id"]
        )
        contact["general_information"] = values.get("general_information")
        contact["where_met"] = values.get("where")
        contact["first_met_date"] = None
        try:
            if values["is_date_known"]:
                contact["first_met_date"] = date_from(values, "", session.year)
        except IncompleteDate as error:
            raise invalid(*error.messages) from None
        wanted = contact["first_met_date"] is not None and values.get("add_reminder")
        set_date_reminder(session, contact, "first_met_date", wanted=bool(wanted))
        return self._saved(session, contact, "contact_introduction_updated")

    def update_avatar(self, session: Session) -> Reply:
        """Choose another picture."""
        contact, values = self._find_for_part(session, _AVATAR)
        contact["avatar_source"] = values["source"]
        if values["source"] == "photo":
            contact["avatar_photo_id"] = session.read("photo", values["photo_id"])["id"]
        return self._saved(session, contact, "contact_avatar_updated")

    def _find_for_part(self, session: Session, rules: Rules) -> tuple[Record, Values]:
        values = self.validate_with_id(session, rules)
        return session.load(self.kind, int(session.path_params["id"])), values

    def _saved(self, session: Session, contact: Record, action: str) -> Reply:
        self.save(session, contact)
        log(session, action, contact)
        return session.data_reply(serialize_contact(session, contact))


def _has_words(contact: Record, words: list[str]) -> bool:
    """Return whether each word is somewhere in the names, the description or the job."""
    columns = (*_NAMES, "description", "job")
    places = [contact[name].casefold() for name in columns if contact[name]]
    return all(any(word in place for place in places) for word in words)


def _ids_with_field(session: Session, type_name: str, prefix: str) -> set[int]:
    """Return the ids of contacts with a contact field of a type that begins with `prefix`."""
    records, account = session.records, session.account.id
    types = {
        type_["id"]
        for type_ in records.all("contactfieldtype", account)
        if type_["name"].casefold() == type_name.casefold()
    }
    return {
        field["contact_id"]
        for field in records.all("contactfield", account)
        if field["contact_field_type_id"] in types
        and field["content"].casefold().startswith(prefix.casefold())
    }


class Genders(Resource):
    """The genders of an account. Contacts whose gender is deleted have none."""

    kind = "gender"
    label = "gender"
    rules: ClassVar[Rules] = {
        "name": required(string(255)),
        "type": required(one_of("M", "F", "O")),
    }
    defaults: ClassVar[Tree] = {"name": "Gender", "type": "O"}

    def serialize(self, session: Session, record: Record) -> Tree:
        """Build the response object of a gender."""
        del session
        return {
            "id": record["id"],
            "object": "gender",
            "name": record["name"],
            "type": record["type"],
            **common_end(record),
        }
