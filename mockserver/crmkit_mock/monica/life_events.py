"""Life events, their types and the categories of these, which no endpoint lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from crmkit_mock.monica.errors import invalid
from crmkit_mock.monica.reminders import reminder_columns
from crmkit_mock.monica.resource import OfContact, Resource, Unknown
from crmkit_mock.monica.rules import (
    Exists,
    Rules,
    flag,
    integer,
    moment,
    optional,
    required,
    text,
)
from crmkit_mock.monica.short_contact import account_of, short_contact

if TYPE_CHECKING:
    from crmkit_mock.monica.call import Call, Tree
    from crmkit_mock.monica.records import Row
    from crmkit_mock.monica.rules import Values


class LifeEvents(OfContact):
    """The life events of an account; there is no list by contact."""

    kind = "lifeevent"
    label = "life event"
    prefix = "life_events"
    verbs: ClassVar[tuple[str, ...]] = Resource.verbs
    created = 200
    unknown_update = Unknown.MISSING
    unknown_delete = Unknown.MISSING
    rules: ClassVar[Rules] = {
        "contact_id": required(integer),
        "life_event_type_id": required(integer, Exists("lifeeventtype")),
        "happened_at": required(moment),
        "name": optional(text(255)),
        "note": optional(text(65_535)),
        "has_reminder": required(flag),
        "happened_at_month_unknown": required(flag),
        "happened_at_day_unknown": required(flag),
    }
    update_rules: ClassVar[Rules] = {
        "life_event_type_id": required(integer, Exists("lifeeventtype")),
        "happened_at": required(moment),
        "name": optional(text(255)),
        "note": optional(text(65_535)),
    }

    def shape(self, call: Call, row: Row) -> Tree:
        """Build what replies show of a life event."""
        return {
            "id": row["id"],
            "uuid": row["uuid"],
            "object": "lifeevent",
            "name": row["name"],
            "note": row["note"],
            "happened_at": row["happened_at"],
            "life_event_type": _type_shape(call, row["life_event_type_id"]),
            "account": account_of(row),
            "contact": short_contact(call, row["contact_id"]),
            "created_at": row["created_at"],
            "updated_at": row["updated_at"],
        }

    def columns_of(self, call: Call, values: Values) -> Row:
        """Build the columns of a new life event.

        Raises:
            Refusal: 500 or 422, `name` or `note` is missing, which the rules allow.
        """
        for name in ("name", "note"):
            if name not in values:
                sentence = invalid(f"The {name} field is required.")
                raise call.crash(sentence, f'Undefined array key "{name}"')
        kind = call.own("lifeeventtype", values["life_event_type_id"])
        return {
            "contact_id": values["contact_id"],
            "life_event_type_id": kind["id"],
            "happened_at": values["happened_at"],
            "name": values["name"],
            "note": values["note"],
            "has_reminder": values["has_reminder"],
        }

    def attached(self, call: Call, contact: Row, row: Row) -> None:
        """Make the reminder that was asked for (assumption: a yearly one of that day)."""
        if row["has_reminder"]:
            title = row["name"] or _type_shape(call, row["life_event_type_id"])["object"]
            columns = reminder_columns(call, contact["id"], title, row["happened_at"][:10])
            moments = {"created_at": call.now, "updated_at": call.now}
            reminder = call.records.add("reminder", call.account.id, {**moments, **columns})
            call.records.attach(contact, "reminder", reminder["id"])

    def change(self, call: Call, row: Row, values: Values) -> None:
        """Change a life event; name and note are cleared if they are not sent (assumption)."""
        kind = call.own("lifeeventtype", values["life_event_type_id"])
        row["life_event_type_id"] = kind["id"]
        row["happened_at"] = values["happened_at"]
        row["name"], row["note"] = values.get("name"), values.get("note")


def _type_shape(call: Call, id: int) -> Tree:
    row = call.own("lifeeventtype", id)
    category = call.own("lifeeventcategory", row["life_event_category_id"])
    return {
        "id": row["id"],
        "uuid": row["uuid"],
        "object": "lifeeventtype",
        "name": None,
        "core_monica_data": True,
        "default_life_event_type_key": row["key"],
        "life_event_category": {
            "id": category["id"],
            "uuid": category["uuid"],
            "object": "lifeeventcategory",
            "name": category["name"],
            "core_monica_data": True,
            "default_life_event_category_key": category["key"],
            "account": account_of(category),
            "created_at": category["created_at"],
            "updated_at": category["updated_at"],
        },
        "account": account_of(row),
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
    }
