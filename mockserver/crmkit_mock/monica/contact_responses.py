"""The response objects of a contact that is itself asked for: full and partial."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.monica.addresses import serialize_address
from crmkit_mock.monica.contact_fields import serialize_contact_field
from crmkit_mock.monica.notes import serialize_note
from crmkit_mock.monica.records import BY_OWNER
from crmkit_mock.monica.short_contact import (
    common_end,
    common_members,
    serialize_avatar,
    serialize_date,
    short_contact,
)
from crmkit_mock.monica.values import start_of_day, with_microseconds

if TYPE_CHECKING:
    from crmkit_mock.monica.records import Record
    from crmkit_mock.monica.session import Session, Tree

#: Members of `statistics` by the kind of records that they count.
_COUNTED = {
    "call": "number_of_calls",
    "note": "number_of_notes",
    "activity": "number_of_activities",
    "reminder": "number_of_reminders",
    "task": "number_of_tasks",
    "gift": "number_of_gifts",
    "debt": "number_of_debts",
}
#: Groups of relationship types, each of which has a member.
_GROUPS = ("love", "family", "friend", "work")
_NEWEST_NOTES = 3
#: Columns that a search by words does not read, so that its reply has these values.
_NOT_READ_BY_SEARCH: dict[str, Any] = {
    "is_active": False,
    "is_dead": False,
    "birthdate": None,
    "deceased_date": None,
    "first_met_date": None,
    "first_met_through": None,
    "general_information": None,
    "food_preferences": None,
    "job": None,
    "company": None,
    "last_called": None,
}


def serialize_contact(session: Session, contact: Record) -> Tree:
    """Build the response object of a contact, full or partial."""
    if contact["is_partial"]:
        return _partial_contact(session, contact)
    return full_contact(session, contact)


def _partial_contact(session: Session, contact: Record) -> Tree:
    return {
        **common_members(session, contact),
        "description": contact["description"],
        "information": {
            "dates": {
                "birthdate": serialize_date(contact["birthdate"]),
                "deceased_date": serialize_date(contact["deceased_date"]),
            }
        },
        **common_end(contact),
    }


def full_contact(session: Session, contact: Record, *, with_fields: bool = False) -> Tree:
    """Build the full response object of a contact.

    Args:
        session: The session.
        contact: The contact.
        with_fields: Whether it includes its contact fields and newest notes; `with` in the query
            asks for them as well.
    """
    account = contact["account_id"]

    def records_of(kind: str) -> list[Record]:
        return session.records.select(kind, account, BY_OWNER, contact["id"])

    def count_of(kind: str) -> int:
        return session.records.count_of(kind, account, BY_OWNER, contact["id"])

    tree = {
        **common_members(session, contact),
        "description": contact["description"],
        "last_called": _day_with_microseconds(contact["last_called"]),
        "last_activity_together": _day_with_microseconds(contact["last_activity_together"]),
        "stay_in_touch_frequency": None,
        "stay_in_touch_trigger_date": None,
        "information": _information(session, contact, records_of("relationship")),
        "addresses": [serialize_address(session, address) for address in records_of("address")],
        "tags": [serialize_tag(session.read("tag", id)) for id in contact["tags"]],
        "statistics": {member: count_of(kind) for kind, member in _COUNTED.items()},
        "url": session.url(f"contacts/{contact['id']}"),
        **common_end(contact),
    }
    if with_fields or session.query.get("with") == "contactfields":
        tree["contactFields"] = [
            serialize_contact_field(session, field) for field in records_of("contactfield")
        ]
        newest = session.records.select(
            "note", account, BY_OWNER, contact["id"], limit=_NEWEST_NOTES, reverse=True
        )
        tree["notes"] = [serialize_note(session, note) for note in newest]
    return tree


def found_contact(session: Session, contact: Record) -> Tree:
    """Build the object of a contact found by words: less than there is (recorded: seq 683)."""
    return full_contact(session, {**contact, **_NOT_READ_BY_SEARCH})


def serialize_tag(tag: Record) -> Tree:
    """Build the response object of a tag."""
    return {
        "id": tag["id"],
        "object": "tag",
        "name": tag["name"],
        "name_slug": tag["name_slug"],
        **common_end(tag),
    }


def _day_with_microseconds(value: str | None) -> str | None:
    return None if value is None else with_microseconds(start_of_day(value))


def _information(session: Session, contact: Record, relationships: list[Record]) -> Tree:
    return {
        "relationships": _relationships(session, relationships),
        "dates": {
            "birthdate": serialize_date(contact["birthdate"]),
            "deceased_date": serialize_date(contact["deceased_date"]),
        },
        "career": {"job": contact["job"], "company": contact["company"]},
        "avatar": serialize_avatar(session, contact),
        "food_preferences": contact["food_preferences"],
        "how_you_met": {
            "general_information": contact["general_information"],
            "first_met_date": serialize_date(contact["first_met_date"]),
            "first_met_through_contact": short_contact(session, contact["first_met_through"]),
        },
    }


def _relationships(session: Session, relationships: list[Record]) -> Tree:
    groups: dict[str, list[Tree]] = {name: [] for name in _GROUPS}
    find = session.records.find
    for relationship in relationships:
        type_ = find("relationshiptype", relationship["relationship_type_id"])
        group = type_ and find("relationshiptypegroup", type_["relationship_type_group_id"])
        other = short_contact(session, relationship["of_contact"])
        if type_ and group and other:
            summary = {
                "id": relationship["id"],
                "uuid": relationship["uuid"],
                "name": type_["name"],
            }
            groups[group["name"]].append({"relationship": summary, "contact": other})
    return {
        name: {"total": len(contacts), "contacts": contacts} for name, contacts in groups.items()
    }
