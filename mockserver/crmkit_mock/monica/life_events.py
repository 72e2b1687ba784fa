"""Life events with their types and categories, and pets: facts of a contact's life."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from crmkit_mock.monica.columns import MEDIUMTEXT, datetime_column, timestamp, varchar
from crmkit_mock.monica.errors import PartiallyApplied, archived_contact, invalid
from crmkit_mock.monica.php_types import is_empty
from crmkit_mock.monica.resource import (
    ANY_CONTACT,
    ContactResource,
    OnBadId,
    Resource,
    require_active_owner,
)
from crmkit_mock.monica.short_contact import common_end, short_contact
from crmkit_mock.monica.static_data import PET_CATEGORIES, serialize_pet_category
from crmkit_mock.monica.validation import (
    Required,
    Rules,
    any_date,
    at_most,
    boolean,
    identifier,
    in_range,
    not_null,
    optional,
    required,
    string,
)

if TYPE_CHECKING:
    from crmkit_mock.monica.columns import Columns
    from crmkit_mock.monica.records import Record
    from crmkit_mock.monica.session import Session, Tree
    from crmkit_mock.monica.validation import Values


class LifeEvents(ContactResource):
    """The life events of an account; there is no list by contact, nor of types and categories."""

    kind = "lifeevent"
    label = "life event"
    namespace = "Contact\\"
    created_status = 200
    reads_back = True
    raw_crash = True
    unknown_update = OnBadId.INVALID
    unknown_delete = OnBadId.NOT_FOUND
    rules: ClassVar[Rules] = {
        "contact_id": ANY_CONTACT,
        "life_event_type_id": required(identifier),
        "happened_at": required(any_date),
        "name": optional(string()),
        "note": optional(string()),
        "has_reminder": required(boolean),
        "happened_at_month_unknown": required(boolean),
        "happened_at_day_unknown": required(boolean),
    }
    #: The id is checked to be an integer, not to exist.
    update_rules: ClassVar[Rules] = {
        "life_event_id": required(identifier),
        "life_event_type_id": required(identifier),
        "happened_at": required(any_date),
        "name": optional(string()),
        "note": optional(string()),
    }
    columns: ClassVar[Columns] = {"name": varchar(), "note": MEDIUMTEXT}
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
            Refusal: 404, there is no such type; 500 or 422, `name` or `note` is missing.
        """
        type_ = session.read("lifeeventtype", values["life_event_type_id"])
        _require_texts(session, values)
        return {
            "contact_id": values["contact_id"],
            "life_event_type_id": type_["id"],
            "happened_at": datetime_column(values["happened_at"]),
            "name": values["name"],
            "note": values["note"],
            "has_reminder": values["has_reminder"],
        }

    def after_create(self, session: Session, record: Record) -> None:
        """Create the reminder that was asked for.

        Raises:
            PartiallyApplied: recorded is that it never is: its title would be the type's name,
                which types do not have; the life event exists all the same.
        """
        del session
        if record["has_reminder"]:
            raise PartiallyApplied(invalid("The title field is required."))

    def find_for_delete(self, session: Session) -> Record:
        """Return the life event to delete.

        Raises:
            Refusal: 404 or 500, it does not exist; 422 in the framework's form, its contact is
                archived.
        """
        record = Resource.find_for_delete(self, session)
        contact = session.records.read("contact", session.account.id, record["contact_id"])
        if contact is not None and not contact["is_active"]:
            raise archived_contact()
        require_active_owner(session, record)
        return record

    def apply(self, session: Session, record: Record, values: Values) -> None:
        """Change a life event.

        Raises:
            Refusal: 404, there is no such type; 422, the contact is archived; 500 or 422, `name`
                or `note` is missing, which the rules allow.
        """
        require_active_owner(session, record)
        type_ = session.read("lifeeventtype", values["life_event_type_id"])
        _require_texts(session, values)
        record["life_event_type_id"] = type_["id"]
        record["happened_at"] = datetime_column(values["happened_at"])
        record["name"], record["note"] = values["name"], values["note"]


def _require_texts(session: Session, values: Values) -> None:
    for name in ("name", "note"):
        if name not in values:
            refusal = invalid(f"The {name} field is required.")
            raise session.server_error_or(refusal, f'Undefined array key "{name}"')


class Pets(ContactResource):
    """The pets of an account."""

    kind = "pet"
    label = "pet"
    unknown_update = OnBadId.NOT_FOUND
    unknown_delete = OnBadId.NOT_FOUND
    text_delete = OnBadId.NOT_FOUND
    contact_sortable = None
    contact_raw_crash = True
    is_readonly_when_archived = False
    rules: ClassVar[Rules] = {
        "pet_category_id": not_null(identifier, Required(), in_range(len(PET_CATEGORIES))),
        "contact_id": ANY_CONTACT,
        "name": not_null(at_most(255)),
    }
    update_rules: ClassVar[Rules] = rules
    columns: ClassVar[Columns] = {"name": varchar(), "created_at": timestamp}
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

    def new_record(self, session: Session, values: Values) -> Record:
        """Build the columns of a new pet, whose name may be empty."""
        return super().new_record(session, {**values, "name": _name(values.get("name"))})

    def apply(self, session: Session, record: Record, values: Values) -> None:
        """Change a pet; its name stays if none is sent."""
        self.assign(session, record, values["contact_id"])
        record["pet_category_id"] = values["pet_category_id"]
        if "name" in values:
            record["name"] = _name(values["name"])


def _name(value: object) -> object:
    return None if is_empty(value) else value


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
