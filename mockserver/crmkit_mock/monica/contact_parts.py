"""The parts of a contact that are updated separately: work, food, first meeting, picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmkit_mock.monica.account import log
from crmkit_mock.monica.contact_responses import serialize_contact
from crmkit_mock.monica.errors import archived, invalid
from crmkit_mock.monica.php_types import is_empty
from crmkit_mock.monica.resource import Resource
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
    collect_errors,
    identifier,
    one_of,
    optional,
    required,
    required_when,
    string,
)

if TYPE_CHECKING:
    from crmkit_mock.messages import Reply
    from crmkit_mock.monica.records import Record
    from crmkit_mock.monica.session import Session
    from crmkit_mock.monica.validation import Values

_CONTACT = required(identifier, Exists("contact"))
_WORK: Rules = {
    "contact_id": _CONTACT,
    "job": optional(string(255)),
    "company": optional(string(255)),
}
_FOOD: Rules = {"contact_id": _CONTACT, "food_preferences": optional(string(65_535))}
_INTRODUCTION: Rules = {
    "contact_id": _CONTACT,
    "met_through_contact_id": optional(identifier, Exists("contact")),
    "general_information": optional(string(65_535)),
    "where": optional(string(255)),
    "is_date_known": required(boolean),
    "is_age_based": DATE_RULES["is_age_based"],
    **{name: DATE_RULES[name] for name in ("day", "month", "year", "age", "add_reminder")},
}
_AVATAR: Rules = {
    "contact_id": _CONTACT,
    "source": required(one_of("default", "adorable", "gravatar", "photo")),
    "photo_id": required_when("source", "photo", identifier, Exists("photo")),
}
_PARTIAL = "The contact can't be a partial contact"


class ContactParts(Resource):
    """The operations that update a part of a contact."""

    def update_work(self, session: Session) -> Reply:
        """Change job and company; what is not sent is cleared."""
        contact, values = self._find_for_part(session, _WORK)
        for name in ("job", "company"):
            contact[name] = None if is_empty(values.get(name)) else values[name]
        self.save(session, contact)
        log(session, "contact_work_updated", contact)
        return session.data_reply(serialize_contact(session, contact))

    def update_food(self, session: Session) -> Reply:
        """Change what a contact likes to eat."""
        contact, values = self._find_for_part(session, _FOOD)
        food = values.get("food_preferences")
        contact["food_preferences"] = None if is_empty(food) else food
        return self._saved(session, contact)

    def update_introduction(self, session: Session) -> Reply:
        """Change how the user met a contact.

        Raises:
            Refusal: 422, the date is said to be known but is incomplete; 500 or 422, its year is
                missing, which null would not be.
        """
        contact, values = self._find_introduced(session)
        through = values.get("met_through_contact_id")
        if through:
            session.read("contact", through)
        if values["is_date_known"] and not values.get("is_age_based") and "year" not in values:
            refusal = invalid("The year field is required.")
            raise session.server_error_or(refusal, 'Undefined array key "year"')
        contact["first_met_through"] = through
        contact["general_information"] = values.get("general_information")
        contact["where_met"] = values.get("where")
        clear_date_reminder(session, contact, "first_met_date")
        contact["first_met_date"] = None
        if values["is_date_known"]:
            contact["first_met_date"] = special_date(values, "", session.year)
            if values.get("add_reminder"):
                add_date_reminder(session, contact, "first_met_date", values)
        return self._saved(session, contact)

    def _find_introduced(self, session: Session) -> tuple[Record, Values]:
        """Return the contact that the user met, and what was sent.

        Raises:
            Refusal: 422, the date is said to be known but is incomplete.
        """
        messages: list[str] = []
        sent = {**session.sent, self.id_name: session.path_params["id"].strip() or None}
        values, errors = collect_errors(_INTRODUCTION, sent, session.records)
        if values.get("is_date_known") is True:
            try:
                special_date(values, "", session.year)
            except IncompleteDate as error:
                if error.crash is not None and not errors:
                    refusal = invalid(*error.messages)
                    raise session.server_error_or(refusal, error.crash) from None
                messages.extend(error.messages)
        if errors or messages:
            raise invalid(*errors, *messages)
        return self._writable_part(session, values), values

    def update_avatar(self, session: Session) -> Reply:
        """Choose another picture."""
        values = self.validate_with_id(session, _AVATAR)
        contact = session.load(self.kind, values["contact_id"])
        if not contact["is_active"]:
            raise archived()
        photo = None
        if values.get("photo_id") is not None:
            photo = session.load("photo", values["photo_id"])
        contact["avatar_source"] = values["source"]
        contact["avatar_photo_id"] = None
        if values["source"] == "photo" and photo is not None:
            contact["avatar_photo_id"] = photo["id"]
            if contact["id"] not in photo["contacts"]:
                photo["contacts"].append(contact["id"])
                session.records.save("photo", photo)
        return self._saved(session, contact)

    def _find_for_part(self, session: Session, rules: Rules) -> tuple[Record, Values]:
        values = self.validate_with_id(session, rules)
        return self._writable_part(session, values), values

    def _writable_part(self, session: Session, values: Values) -> Record:
        """Return the contact whose part is to be updated.

        Raises:
            Refusal: 404, there is no such contact; 422, it is archived or partial.
        """
        contact = session.load(self.kind, values["contact_id"])
        if not contact["is_active"]:
            raise archived()
        if contact["is_partial"]:
            raise invalid(_PARTIAL)
        return contact

    def _saved(self, session: Session, contact: Record) -> Reply:
        self.save(session, contact)
        return session.data_reply(serialize_contact(session, contact))
