"""Contacts: lists, searches, creation, update, deletion, and the parts updated on their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from crmkit_mock.monica.contact_shapes import any_contact, full_contact, searched_contact
from crmkit_mock.monica.contact_store import delete_contact, is_listed, is_searched, log
from crmkit_mock.monica.errors import (
    HalfWritten,
    archived_by_framework,
    invalid,
    invalid_by_field,
    not_found,
    plain,
)
from crmkit_mock.monica.listing import order_by, page_of, sort_of
from crmkit_mock.monica.resource import Resource
from crmkit_mock.monica.rules import (
    Exists,
    Rules,
    flag,
    integer,
    judge,
    one_of,
    optional,
    required,
    required_when,
    text,
)
from crmkit_mock.monica.special_dates import (
    DATE_RULES,
    IncompleteDate,
    date_of,
    set_reminder,
)

if TYPE_CHECKING:
    from crmkit_mock.messages import Refusal, Reply
    from crmkit_mock.monica.call import Call, Tree
    from crmkit_mock.monica.records import Row
    from crmkit_mock.monica.rules import Values

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
    for name, checks in DATE_RULES.items()
}


class Contacts(Resource):
    """The contacts of an account."""

    kind = "contact"
    label = "contact"
    prefix = "contacts"
    verbs: ClassVar[tuple[str, ...]] = (
        *Resource.verbs,
        *("update_work", "update_food", "update_introduction", "update_avatar"),
    )
    rules: ClassVar[Rules] = {
        "first_name": required(text(255)),
        "middle_name": optional(text(255)),
        "last_name": optional(text(255)),
        "nickname": optional(text(255)),
        "gender_id": optional(integer, Exists("gender")),
        "email": optional(text(255)),
        "description": optional(text(255)),
        "is_partial": optional(flag),
        "is_birthdate_known": required(flag),
        "is_deceased": required(flag),
        "is_deceased_date_known": required(flag),
        "uuid": optional(text(255)),
        **_DATES,
    }
    update_rules: ClassVar[Rules] = {**rules, "is_deceased": optional(flag)}

    def shape(self, call: Call, row: Row) -> Tree:
        """Build what replies show of a contact that is read itself."""
        return any_contact(call, row)

    def page(self, call: Call) -> Reply:
        """Answer a page of contacts: those that lists show, or those that a search finds."""
        sought = call.query.get("query")
        sort = sort_of(call)
        if not isinstance(sought, str):
            ids = call.records.ids(self.kind, call.account.id, order_by(sort, is_listed))
            return page_of(call, ids, lambda id: full_contact(call, call.own(self.kind, id)))
        name, colon, beginning = sought.partition(":")
        found = [
            row
            for id in call.records.ids(self.kind, call.account.id, order_by(sort, is_searched))
            for row in [call.own(self.kind, id)]
            if (_has_field(call, row, name, beginning) if colon else _has_words(row, sought))
        ]
        # A search by field shows contacts as they are; one by words reads only a part of them.
        shape = full_contact if colon else searched_contact
        return page_of(call, found, lambda row: shape(call, row), query=sought)

    def get(self, call: Call) -> Reply:
        """Answer one contact.

        Raises:
            Refusal: 500 or 404, the id is a text.
        """
        if call.number() == 0:
            raise call.crash(not_found())
        return super().get(call)

    def create(self, call: Call) -> Reply:
        """Create a contact.

        Raises:
            HalfWritten: a date is incomplete; the contact exists all the same.
        """
        values = call.values(self.rules)
        row = {**_EMPTY, **{name: values.get(name) for name in (*_NAMES, "description")}}
        row["gender_id"] = values.get("gender_id")
        row["is_partial"] = bool(values.get("is_partial"))
        if values.get("uuid") is not None:
            row["uuid"] = values["uuid"]
        row = self.add(call, row)
        log(call, "contact_created", row)
        self._write_dates(call, row, values)
        call.records.keep(self.kind, row)
        return call.data(any_contact(call, row), 201)

    def to_update(self, call: Call) -> tuple[Row, Values]:
        """Return the contact that an update means, and what was sent.

        Raises:
            Refusal: 422, values are refused or the id is a text; 404, there is no such contact.
        """
        sentence = self.wrong_id(call)
        if sentence is not None and "integer" not in sentence:
            sentence = None
        values, sentences = judge(self.rules_of_update(), call.given, call.records)
        if sentence or sentences:
            raise invalid(*sentences, *([sentence] if sentence else []))
        return call.own(self.kind, int(call.parameters["id"])), values

    def change(self, call: Call, row: Row, values: Values) -> None:
        """Change a contact: names and gender stay if they are not sent, all else is cleared.

        Raises:
            Refusal: 500 or 422, `is_deceased` is missing, which the rules allow.
            HalfWritten: a date is incomplete; the rest is changed all the same.
        """
        if "is_deceased" not in values:
            required_sentence = invalid("The is deceased field is required.")
            raise call.crash(required_sentence, 'Undefined array key "is_deceased"')
        for name in (*_NAMES, "gender_id"):
            if name in values:
                row[name] = values[name]
        row["description"] = values.get("description")
        if values.get("is_partial") is not None:
            row["is_partial"] = values["is_partial"]
        self._write_dates(call, row, values)

    def _write_dates(self, call: Call, row: Row, values: Values) -> None:
        """Write the days of birth and death."""
        row["is_dead"] = bool(values.get("is_deceased"))
        known = {
            "birthdate": values["is_birthdate_known"],
            "deceased_date": row["is_dead"] and values["is_deceased_date_known"],
        }
        for name, is_known in known.items():
            row[name] = None
            try:
                if is_known:
                    row[name] = date_of(values, f"{name}_", call.year)
            except IncompleteDate as incomplete:
                raise self._half(call, row, name, invalid(*incomplete.sentences)) from None
            wanted = row[name] is not None and values.get(f"{name}_add_reminder")
            set_reminder(call, row, name, wanted=bool(wanted))

    def _half(self, call: Call, row: Row, name: str, refusal: Refusal) -> Exception:
        # Recorded: without a day of birth 422 (seq 700), without one of death 500 (seq 580); both
        # times the contact is there. A mock that answers no crashes leaves no trace of one either.
        if name == "deceased_date":
            if not call.faithful:
                return refusal
            refusal = plain(500, "Server Error")
        call.records.keep(self.kind, row)
        return HalfWritten(refusal)

    def delete(self, call: Call) -> Reply:
        """Delete a contact.

        Raises:
            Refusal: in the framework's shape; 422, no such contact was ever there, or it is
                archived; 404, it is deleted or another account's.
        """
        sentence = self.wrong_id(call)
        if sentence is not None:
            raise invalid_by_field({"contact_id": [sentence]})
        id = int(call.parameters["id"])
        row = call.records.get(self.kind, call.account.id, id)
        if row is None or row["deleted_at"]:
            raise plain(404, f"No query results for model [Contact] {id}")
        if not row["is_active"]:
            raise archived_by_framework()
        log(call, "contact_deleted", row)
        delete_contact(call, row)
        return call.deleted(call.parameters["id"])

    # The parts that are updated on their own.

    def update_work(self, call: Call) -> Reply:
        """Change job and company; what is not sent is cleared."""
        rules: Rules = {"job": optional(text(255)), "company": optional(text(255))}
        row, values = self._part(call, rules)
        row["job"], row["company"] = values.get("job"), values.get("company")
        return self._changed(call, row, "contact_work_updated")

    def update_food(self, call: Call) -> Reply:
        """Change what a contact likes to eat."""
        row, values = self._part(call, {"food_preferences": optional(text(65_535))})
        row["food_preferences"] = values.get("food_preferences")
        return self._changed(call, row, "contact_food_preferences_updated")

    def update_introduction(self, call: Call) -> Reply:
        """Change how a contact was met.

        Raises:
            Refusal: 422, the day is said to be known but is not there.
        """
        rules: Rules = {
            "met_through_contact_id": optional(integer, Exists("contact")),
            "general_information": optional(text(65_535)),
            "where": optional(text(65_535)),
            "is_date_known": required(flag),
            **{name: optional(*checks) for name, checks in DATE_RULES.items()},
        }
        row, values = self._part(call, rules)
        through = values.get("met_through_contact_id")
        row["first_met_through"] = None if through is None else call.own("contact", through)["id"]
        row["general_information"] = values.get("general_information")
        row["where_met"] = values.get("where")
        row["first_met_date"] = None
        try:
            if values["is_date_known"]:
                row["first_met_date"] = date_of(values, "", call.year)
        except IncompleteDate as incomplete:
            raise invalid(*incomplete.sentences) from None
        wanted = row["first_met_date"] is not None and values.get("add_reminder")
        set_reminder(call, row, "first_met_date", wanted=bool(wanted))
        return self._changed(call, row, "contact_introduction_updated")

    def update_avatar(self, call: Call) -> Reply:
        """Choose another picture."""
        sources = ("default", "adorable", "gravatar", "photo")
        rules: Rules = {
            "source": required(one_of(*sources)),
            "photo_id": required_when("source", "photo", integer, Exists("photo")),
        }
        row, values = self._part(call, rules)
        row["avatar_source"] = values["source"]
        if values["source"] == "photo":
            row["avatar_photo_id"] = call.own("photo", values["photo_id"])["id"]
        return self._changed(call, row, "contact_avatar_updated")

    def _part(self, call: Call, rules: Rules) -> tuple[Row, Values]:
        values = self.values_with_id(call, rules)
        return call.own(self.kind, int(call.parameters["id"])), values

    def _changed(self, call: Call, row: Row, action: str) -> Reply:
        self.keep(call, row)
        log(call, action, row)
        return call.data(any_contact(call, row))


def _has_words(row: Row, sought: str) -> bool:
    """Return whether each word is somewhere in the names, the description or the job."""
    columns = (*_NAMES, "description", "job")
    places = [row[name].casefold() for name in columns if row[name]]
    return all(any(word in place for place in places) for word in sought.casefold().split())


def _has_field(call: Call, row: Row, name: str, beginning: str) -> bool:
    """Return whether a contact field of a type begins so."""
    for id in call.records.attached(row).get("contactfield", []):
        field = call.own("contactfield", id)
        kind = call.own("contactfieldtype", field["contact_field_type_id"])
        if kind["name"].casefold() == name.casefold() and field["content"].casefold().startswith(
            beginning.casefold()
        ):
            return True
    return False
