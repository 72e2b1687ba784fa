"""Activities with their attendees, and the types of activities by category."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from crmkit_mock.monica.columns import LONGTEXT, varchar
from crmkit_mock.monica.errors import PartiallyApplied, framework_error, not_found
from crmkit_mock.monica.php_types import is_empty, to_number
from crmkit_mock.monica.records import YearCounts
from crmkit_mock.monica.resource import OnBadId, Resource, id_rule
from crmkit_mock.monica.short_contact import common_end, short_contact
from crmkit_mock.monica.static_data import emotion_ids, serialize_emotion
from crmkit_mock.monica.validation import (
    Exists,
    Rules,
    any_date,
    array,
    identifier,
    iso_date,
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

_YEARS = YearCounts("activity", "happened_at")
_CATEGORY = required(identifier, Exists("activityTypeCategory"))
_BY_CATEGORY = Index(lambda type_: [type_["activity_type_category_id"]])


class Activities(Resource):
    """The activities of an account."""

    kind = "activity"
    label = "activity"
    text_delete = OnBadId.INVALID
    echoes_id = True
    #: A contact's latest activity comes first, whatever order is asked for.
    contact_order = ("-happened_at",)
    rules: ClassVar[Rules] = {
        "activity_type_id": optional(identifier, Exists("activityType")),
        "summary": required(string()),
        "description": optional(string()),
        "happened_at": required(any_date, iso_date),
        "emotions": optional(array),
        "contacts": required(array),
    }
    update_rules: ClassVar[Rules] = {"activity_id": id_rule("activity"), **rules}
    columns: ClassVar[Columns] = {"summary": varchar(), "description": LONGTEXT}
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

    def list_page(self, session: Session, contact: int | None, **meta: object) -> Reply:
        """Answer a page of activities, with the number of all of the account's by year."""
        meta["statistics"] = _YEARS.count(session.records, session.account.id)
        return super().list_page(session, contact, **meta)

    def new_record(self, session: Session, values: Values) -> Record:
        """Build the columns of a new activity.

        Raises:
            Refusal: 404, a contact, the type or an emotion does not exist.
        """
        columns = super().new_record(session, values)
        columns["contacts"] = _attendees(session, values["contacts"])
        type_id = values.get("activity_type_id")
        if type_id is not None:
            session.read("activityType", type_id)
        columns["emotions"], missing = emotion_ids(values.get("emotions") or [])
        if missing:
            raise not_found()
        return columns

    def after_create(self, session: Session, record: Record) -> None:
        """Update the attendees' last activity."""
        _update_last_activity(session, record["account_id"], record["contacts"])

    def update(self, session: Session) -> Reply:
        """Change an activity: its attendees are replaced, emotions stay if none are sent.

        Raises:
            PartiallyApplied: one of the former attendees is deleted, which crashes the server
                when it has written all.
        """
        record, values = self.find_for_update(session)
        former = record["contacts"]
        columns = self.new_record(session, values)
        record.update({**columns, "emotions": columns["emotions"] or record["emotions"]})
        self.normalise(record)
        self.save(session, record)
        _update_last_activity(session, record["account_id"], [*former, *record["contacts"]])
        gone = [id for id in former if short_contact(session, id) is None]
        if gone and session.faithful_crashes:
            message = "Call to a member function calculateActivitiesStatistics() on null"
            raise PartiallyApplied(framework_error(500, message))
        return self.to_response(session, record)

    def after_delete(self, session: Session, record: Record) -> None:
        """Update the last activity of those who took part."""
        _update_last_activity(session, record["account_id"], record["contacts"])


def _attendees(session: Session, contacts: list[object]) -> list[int]:
    """Return the ids of the contacts who take part.

    Raises:
        Refusal: 404, there is no such contact.
    """
    ids: list[int] = []
    for value in contacts:
        number = to_number(value)
        id = int(number) if number.is_integer() and not is_empty(value) else 0
        ids.append(session.read("contact", id)["id"])
    return list(dict.fromkeys(ids))


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
    namespace = "Account\\Activity\\"
    created_status = 200
    reads_back = True
    rules: ClassVar[Rules] = {
        "activity_type_category_id": _CATEGORY,
        "name": optional(string(255)),
        "translation_key": optional(string(255)),
    }
    update_rules: ClassVar[Rules] = {
        "activity_type_category_id": _CATEGORY,
        "activity_type_id": id_rule("activityType"),
        "name": optional(string(255)),
        "translation_key": optional(string(255)),
    }
    defaults: ClassVar[Tree] = {"activity_type_category_id": 1}

    def serialize(self, session: Session, record: Record) -> Tree:
        """Build the response object of a type of activities."""
        return _serialize_type(session, record)

    def new_record(self, session: Session, values: Values) -> Record:
        """Build the columns of a new type."""
        session.read("activityTypeCategory", values["activity_type_category_id"])
        return super().new_record(session, values)

    def apply(self, session: Session, record: Record, values: Values) -> None:
        """Change a type; what is not sent is cleared."""
        session.read("activityTypeCategory", values["activity_type_category_id"])
        super().apply(session, record, values)


class ActivityTypeCategories(Resource):
    """The categories of the types of activities of an account."""

    kind = "activityTypeCategory"
    label = "activity type category"
    namespace = "Account\\Activity\\"
    created_status = 200
    reads_back = True
    rules: ClassVar[Rules] = {
        "name": optional(string(255)),
        "translation_key": optional(string(255)),
    }
    update_rules: ClassVar[Rules] = {
        "activity_type_category_id": id_rule("activityTypeCategory"),
        **rules,
    }

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
        "name": record["name"] or _translated("activity_type", record),
        "location_type": None,
        "activity_type_category": _serialize_category(category),
        **common_end(record),
    }


def _serialize_category(record: Record) -> Tree:
    return {
        "id": record["id"],
        "uuid": record["uuid"],
        "object": "activityTypeCategory",
        "name": record["name"] or _translated("activity_type_category", record),
        **common_end(record),
    }


def _translated(group: str, record: Record) -> str | None:
    """Return the name that stands for a translation key: the key itself where it is unknown."""
    key = record.get("translation_key")
    return f"people.{group}_{key}" if key else record["name"]
