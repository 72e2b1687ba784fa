"""Activities with their attendees, and the types of activities by category."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from crmkit_mock.monica.errors import not_found
from crmkit_mock.monica.records import YearCounts
from crmkit_mock.monica.resource import OnBadId, Resource
from crmkit_mock.monica.short_contact import common_end, short_contact
from crmkit_mock.monica.static_data import are_emotions, serialize_emotion
from crmkit_mock.monica.validation import (
    Exists,
    Rules,
    array_of,
    integer,
    iso_date,
    optional,
    required,
    string,
)
from crmkit_mock.shelves import Index

if TYPE_CHECKING:
    from crmkit_mock.messages import Reply
    from crmkit_mock.monica.records import Record
    from crmkit_mock.monica.session import Session, Tree
    from crmkit_mock.monica.validation import Values

_YEARS = YearCounts("activity", "happened_at")
_BY_CATEGORY = Index(lambda type_: [type_["activity_type_category_id"]])


class Activities(Resource):
    """The activities of an account."""

    kind = "activity"
    label = "activity"
    text_delete = OnBadId.INVALID
    echoes_id = True
    rules: ClassVar[Rules] = {
        "summary": required(string()),
        "description": optional(string()),
        "happened_at": required(iso_date),
        "activity_type_id": optional(integer, Exists("activityType")),
        "contacts": required(array_of(integer)),
        "emotions": optional(array_of(integer)),
    }
    defaults: ClassVar[Tree] = {"summary": "Activity", "happened_at": "2024-05-06"}

    def serialize(self, session: Session, record: Record) -> Tree:
        """Build the response object of an activity."""
        attendees = (short_contact(session, id) for id in record["contacts"])
        contacts = [contact for contact in attendees if contact is not None]
        type_id = record["activity_type_id"]
        type_ = session.records.find("activityType", type_id) if type_id else None
        return {
            "id": record["id"],
            "uuid": record["uuid"],
            "object": "activity",
            "summary": record["summary"],
            "description": record["description"],
            "happened_at": record["happened_at"],
            "activity_type": _serialize_type(session, type_) if type_ else None,
            "attendees": {"total": len(contacts), "contacts": contacts},
            "emotions": [serialize_emotion(id) for id in record["emotions"]],
            "url": session.url(f"activities/{record['id']}"),
            **common_end(record),
        }

    def list_page(
        self,
        session: Session,
        contact: int | None,
        columns: frozenset[str] | None,
        *,
        raw_crash: bool = False,
        **meta: object,
    ) -> Reply:
        """Answer a page of activities, with the number of all of them by year."""
        meta["statistics"] = _YEARS.count(session.records, session.account.id, contact)
        return super().list_page(session, contact, columns, raw_crash=raw_crash, **meta)

    def new_record(self, session: Session, values: Values) -> Record:
        """Build the columns of a new activity.

        Raises:
            Refusal: 404, a contact or emotion does not exist.
        """
        columns = super().new_record(session, values)
        columns["contacts"] = _attendees(session, values)
        columns["emotions"] = _emotions(values)
        return columns

    def after_create(self, session: Session, record: Record) -> None:
        """Update the attendees' last activity."""
        _update_last_activity(session, record["account_id"], record["contacts"])

    def update(self, session: Session) -> Reply:
        """Change an activity: its attendees are replaced, emotions stay if none are sent."""
        record, values = self.find_for_update(session)
        former = record["contacts"]
        columns = self.new_record(session, values)
        record.update({**columns, "emotions": columns["emotions"] or record["emotions"]})
        self.save(session, record)
        _update_last_activity(session, record["account_id"], [*former, *record["contacts"]])
        return self.to_response(session, record)

    def after_delete(self, session: Session, record: Record) -> None:
        """Update the last activity of those who took part."""
        _update_last_activity(session, record["account_id"], record["contacts"])


def _attendees(session: Session, values: Values) -> list[int]:
    ids = dict.fromkeys(values["contacts"])
    return [session.read("contact", id)["id"] for id in ids]


def _emotions(values: Values) -> list[int]:
    ids: list[int] = values.get("emotions") or []
    if not are_emotions(ids):
        raise not_found()
    return ids


def _update_last_activity(session: Session, account: int, contacts: list[int]) -> None:
    """Write to contacts when the last of their activities was."""
    for id in dict.fromkeys(contacts):
        contact = session.records.get("contact", account, id)
        if contact is not None:
            contact["last_activity_together"] = _YEARS.latest(session.records, account, id)
            session.records.save("contact", contact)


class ActivityTypes(Resource):
    """The types of activities of an account."""

    kind = "activityType"
    label = "activity type"
    created_status = 200
    rules: ClassVar[Rules] = {
        "activity_type_category_id": required(integer, Exists("activityTypeCategory")),
        "name": optional(string(255)),
    }
    defaults: ClassVar[Tree] = {"activity_type_category_id": 1}

    def serialize(self, session: Session, record: Record) -> Tree:
        """Build the response object of a type of activities."""
        return _serialize_type(session, record)


class ActivityTypeCategories(Resource):
    """The categories of the types of activities of an account."""

    kind = "activityTypeCategory"
    label = "activity type category"
    created_status = 200
    rules: ClassVar[Rules] = {"name": optional(string(255))}

    def serialize(self, session: Session, record: Record) -> Tree:
        """Build the response object of a category."""
        del session
        return _serialize_category(record)

    def before_delete(self, session: Session, record: Record) -> None:
        """Delete the types of a category with it (assumption)."""
        records = session.records
        for type_ in records.select(
            "activityType", record["account_id"], _BY_CATEGORY, record["id"]
        ):
            records.remove("activityType", type_)


def _serialize_type(session: Session, record: Record) -> Tree:
    category = session.records.find("activityTypeCategory", record["activity_type_category_id"])
    if category is None:
        raise LookupError(f"the activity type {record['id']} has no category")
    return {
        "id": record["id"],
        "uuid": record["uuid"],
        "object": "activityType",
        "name": record["name"],
        "location_type": None,
        "activity_type_category": _serialize_category(category),
        **common_end(record),
    }


def _serialize_category(record: Record) -> Tree:
    return {
        "id": record["id"],
        "uuid": record["uuid"],
        "object": "activityTypeCategory",
        "name": record["name"],
        **common_end(record),
    }
