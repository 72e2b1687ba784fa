"""Activities with those who took part, their types and the categories of these."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from crmkit_mock.monica.emotions import emotion_shape, require_emotions
from crmkit_mock.monica.listing import page_of
from crmkit_mock.monica.resource import Resource, TextId
from crmkit_mock.monica.rules import (
    Exists,
    Rules,
    array_of,
    day,
    integer,
    optional,
    required,
    text,
)
from crmkit_mock.monica.short_contact import account_of, short_contact
from crmkit_mock.monica.statistics import statistics

if TYPE_CHECKING:
    from crmkit_mock.messages import Reply
    from crmkit_mock.monica.call import Call, Tree
    from crmkit_mock.monica.records import Row
    from crmkit_mock.monica.rules import Values


class Activities(Resource):
    """The activities of an account."""

    kind = "activity"
    label = "activity"
    prefix = "activities"
    verbs: ClassVar[tuple[str, ...]] = (
        "list",
        "list_of_contact",
        "get",
        "create",
        "update",
        "delete",
    )
    text_delete = TextId.INVALID
    echoes_id = True
    rules: ClassVar[Rules] = {
        "summary": required(text()),
        "description": optional(text()),
        "happened_at": required(day),
        "activity_type_id": optional(integer, Exists("activityType")),
        "contacts": required(array_of(integer)),
        "emotions": optional(array_of(integer)),
    }

    def shape(self, call: Call, row: Row) -> Tree:
        """Build what replies show of an activity."""
        shown = (short_contact(call, id) for id in row["contacts"])
        contacts = [contact for contact in shown if contact is not None]
        type_id = row["activity_type_id"]
        kind = call.records.find("activityType", type_id) if type_id else None
        return {
            "id": row["id"],
            "uuid": row["uuid"],
            "object": "activity",
            "summary": row["summary"],
            "description": row["description"],
            "happened_at": row["happened_at"],
            "activity_type": activity_type_shape(call, kind) if kind else None,
            "attendees": {"total": len(contacts), "contacts": contacts},
            "emotions": [emotion_shape(id) for id in row["emotions"]],
            "url": call.url(f"activities/{row['id']}"),
            "account": account_of(row),
            "created_at": row["created_at"],
            "updated_at": row["updated_at"],
        }

    def page(self, call: Call) -> Reply:
        """Answer a page of activities, with their number by year."""
        rows = call.records.all(self.kind, call.account.id)
        return self._with_statistics(call, self.ordered(call, rows))

    def page_of_contact(self, call: Call) -> Reply:
        """Answer a page of the activities of a contact, with their number by year."""
        rows = self.rows_of_contact(call, call.own("contact", call.number("contact_id")))
        return self._with_statistics(call, self.ordered(call, rows))

    def _with_statistics(self, call: Call, rows: list[Row]) -> Reply:
        years = statistics(row["happened_at"] for row in rows)
        return page_of(call, rows, lambda row: self.shape(call, row), statistics=years)

    def create(self, call: Call) -> Reply:
        """Create an activity; nothing is created if a contact or emotion does not exist."""
        values = call.values(self.rules)
        contacts = _attendees(call, values)
        row = self.add(call, {**_columns(values), "emotions": _emotions(values)})
        self._attend(call, row, contacts)
        return self.shown(call, row, self.created)

    def change(self, call: Call, row: Row, values: Values) -> None:
        """Change an activity: other contacts take part, emotions stay if none are sent."""
        contacts = _attendees(call, values)
        before = row["contacts"]
        row.update(_columns(values))
        row["emotions"] = _emotions(values) or row["emotions"]
        call.records.keep(self.kind, row)
        self._leave(call, row, before)
        self._attend(call, row, contacts)

    def dropped(self, call: Call, row: Row) -> None:
        """Take an activity that is going to be deleted from its contacts."""
        self._leave(call, row, row["contacts"])

    def _attend(self, call: Call, row: Row, contacts: list[Row]) -> None:
        for contact in contacts:
            call.records.attach(contact, self.kind, row["id"])
            self._remember_last(call, contact)

    def _leave(self, call: Call, row: Row, contacts: list[int]) -> None:
        for id in contacts:
            contact = call.records.get("contact", row["account_id"], id)
            if contact is not None:
                call.records.detach(contact, self.kind, row["id"])
                self._remember_last(call, contact)

    def _remember_last(self, call: Call, contact: Row) -> None:
        ids = call.records.attached(contact).get(self.kind, [])
        days = [call.own(self.kind, id)["happened_at"] for id in ids]
        contact["last_activity_together"] = max(days, default=None)
        call.records.keep("contact", contact)


def _columns(values: Values) -> Row:
    return {
        "summary": values["summary"],
        "description": values.get("description"),
        "happened_at": values["happened_at"],
        "activity_type_id": values.get("activity_type_id"),
        "contacts": list(dict.fromkeys(values["contacts"])),
    }


def _attendees(call: Call, values: Values) -> list[Row]:
    return [call.own("contact", id) for id in dict.fromkeys(values["contacts"])]


def _emotions(values: Values) -> list[int]:
    ids: list[int] = values.get("emotions") or []
    missing = require_emotions(ids)
    if missing is not None:
        raise missing
    return ids


class ActivityTypes(Resource):
    """The types of activities of an account."""

    kind = "activityType"
    label = "activity type"
    prefix = "activity_types"
    created = 200
    rules: ClassVar[Rules] = {
        "activity_type_category_id": required(integer, Exists("activityTypeCategory")),
        "name": optional(text(255)),
    }

    def shape(self, call: Call, row: Row) -> Tree:
        """Build what replies show of a type of activities."""
        return activity_type_shape(call, row)

    def columns_of(self, call: Call, values: Values) -> Row:
        """Build the columns of a new type."""
        del call
        return {"name": None, **values}


class ActivityTypeCategories(Resource):
    """The categories of the types of activities of an account."""

    kind = "activityTypeCategory"
    label = "activity type category"
    prefix = "activity_type_categories"
    created = 200
    rules: ClassVar[Rules] = {"name": optional(text(255))}

    def shape(self, call: Call, row: Row) -> Tree:
        """Build what replies show of a category."""
        del call
        return activity_type_category_shape(row)

    def columns_of(self, call: Call, values: Values) -> Row:
        """Build the columns of a new category."""
        del call
        return {"name": None, **values}

    def dropped(self, call: Call, row: Row) -> None:
        """Delete the types of a category with it (assumption)."""
        for kind in call.records.all("activityType", row["account_id"]):
            if kind["activity_type_category_id"] == row["id"]:
                call.records.remove("activityType", kind)


def activity_type_shape(call: Call, row: Row) -> Tree:
    """Build what replies show of a type of activities."""
    category = call.records.find("activityTypeCategory", row["activity_type_category_id"])
    if category is None:
        raise LookupError(f"the activity type {row['id']} has no category")
    return {
        "id": row["id"],
        "uuid": row["uuid"],
        "object": "activityType",
        "name": row["name"],
        "location_type": None,
        "activity_type_category": activity_type_category_shape(category),
        "account": account_of(row),
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
    }


def activity_type_category_shape(row: Row) -> Tree:
    """Build what replies show of a category of types of activities."""
    return {
        "id": row["id"],
        "uuid": row["uuid"],
        "object": "activityTypeCategory",
        "name": row["name"],
        "account": account_of(row),
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
    }
