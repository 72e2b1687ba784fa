"""Life events with their types and categories, and pets: facts of a contact's life."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from crmkit_mock.monica.errors import invalid
from crmkit_mock.monica.reminders import add_yearly_reminder
from crmkit_mock.monica.resource import CREATED_AT, ContactResource, OnBadId
from crmkit_mock.monica.short_contact import common_end, short_contact
from crmkit_mock.monica.static_data import PET_CATEGORIES, serialize_pet_category
from crmkit_mock.monica.validation import (
    Exists,
    Rules,
    any_datetime,
    boolean,
    in_range,
    integer,
    optional,
    required,
    string,
)

if TYPE_CHECKING:
    from crmkit_mock.monica.records import Record
    from crmkit_mock.monica.session import Session, Tree
    from crmkit_mock.monica.validation import Values


class LifeEvents(ContactResource):
    """The life events of an account; there is no list by contact, nor of types and categories."""

    kind = "lifeevent"
    label = "life event"
    created_status = 200
    unknown_update = OnBadId.NOT_FOUND
    unknown_delete = OnBadId.NOT_FOUND
    update_rules: ClassVar[Rules] = {
        "life_event_type_id": required(integer, Exists("lifeeventtype")),
        "happened_at": required(any_datetime),
        "name": optional(string(255)),
        "note": optional(string(65_535)),
    }
    rules: ClassVar[Rules] = {
        "contact_id": required(integer),
        **update_rules,
        "has_reminder": required(boolean),
        "happened_at_month_unknown": required(boolean),
        "happened_at_day_unknown": required(boolean),
    }
    defaults: ClassVar[Tree] = {
        "life_event_type_id": 1,
        "happened_at": "2024-05-06",
        "name": None,
        "note": None,
        "has_reminder": False,
        "happened_at_month_unknown": False,
        "happened_at_day_unknown": False,
    }

    def serialize(self, session: Session, record: Record) -> Tree:
        """Build the response object of a life event."""
        return {
            "id": record["id"],
            "uuid": record["uuid"],
            "object": "lifeevent",
            "name": record["name"],
            "note": record["note"],
            "happened_at": record["happened_at"],
            "life_event_type": _serialize_type(session, record["life_event_type_id"]),
            "contact": short_contact(session, record["contact_id"]),
            **common_end(record),
        }

    def new_record(self, session: Session, values: Values) -> Record:
        """Build the columns of a new life event.

        Raises:
            Refusal: 500 or 422, `name` or `note` is missing, which the rules allow.
        """
        for name in ("name", "note"):
            if name not in values:
                refusal = invalid(f"The {name} field is required.")
                raise session.server_error_or(refusal, f'Undefined array key "{name}"')
        type_ = session.read("lifeeventtype", values["life_event_type_id"])
        return {
            "contact_id": values["contact_id"],
            "life_event_type_id": type_["id"],
            "happened_at": values["happened_at"],
            "name": values["name"],
            "note": values["note"],
            "has_reminder": values["has_reminder"],
        }

    def after_create(self, session: Session, record: Record) -> None:
        """Create the reminder that was asked for (assumption: a yearly one of that date)."""
        if record["has_reminder"]:
            type_ = _serialize_type(session, record["life_event_type_id"])
            title = record["name"] or type_["object"]
            add_yearly_reminder(session, record["contact_id"], title, record["happened_at"][:10])

    def apply(self, session: Session, record: Record, values: Values) -> None:
        """Change a life event; name and note are cleared if they are not sent (assumption)."""
        type_ = session.read("lifeeventtype", values["life_event_type_id"])
        record["life_event_type_id"] = type_["id"]
        record["happened_at"] = values["happened_at"]
        record["name"], record["note"] = values.get("name"), values.get("note")


class Pets(ContactResource):
    """The pets of an account."""

    kind = "pet"
    label = "pet"
    unknown_update = OnBadId.NOT_FOUND
    unknown_delete = OnBadId.NOT_FOUND
    text_delete = OnBadId.NOT_FOUND
    contact_columns = None
    update_rules: ClassVar[Rules] = {
        "pet_category_id": required(integer, in_range(len(PET_CATEGORIES))),
        "contact_id": required(integer),
        "name": optional(string(255)),
    }
    rules: ClassVar[Rules] = {**update_rules, **CREATED_AT}
    defaults: ClassVar[Tree] = {"pet_category_id": 1}

    def serialize(self, session: Session, record: Record) -> Tree:
        """Build the response object of a pet."""
        return {
            "id": record["id"],
            "uuid": record["uuid"],
            "object": "pet",
            "name": record["name"],
            "pet_category": serialize_pet_category(record["pet_category_id"]),
            "contact": short_contact(session, record["contact_id"]),
            **common_end(record),
        }


def _serialize_type(session: Session, id: int) -> Tree:
    record = session.read("lifeeventtype", id)
    category = session.read("lifeeventcategory", record["life_event_category_id"])
    return {
        "id": record["id"],
        "uuid": record["uuid"],
        "object": "lifeeventtype",
        "name": None,
        "core_monica_data": True,
        "default_life_event_type_key": record["key"],
        "life_event_category": {
            "id": category["id"],
            "uuid": category["uuid"],
            "object": "lifeeventcategory",
            "name": category["name"],
            "core_monica_data": True,
            "default_life_event_category_key": category["key"],
            **common_end(category),
        },
        **common_end(record),
    }
