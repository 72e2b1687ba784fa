"""The forms in which a contact is shown when it is read itself: full and partial."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.monica.addresses import address_shape
from crmkit_mock.monica.contact_fields import contact_field_shape
from crmkit_mock.monica.instants import with_microseconds
from crmkit_mock.monica.notes import note_shape
from crmkit_mock.monica.short_contact import (
    account_of,
    avatar,
    identity,
    short_contact,
    special_date,
)
from crmkit_mock.monica.tag_shape import tag_shape

if TYPE_CHECKING:
    from crmkit_mock.monica.call import Call, Tree
    from crmkit_mock.monica.records import Row

#: Members of `statistics` by the kind of rows that they count.
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
#: What a search by words does not read of a contact, and so shows as nothing.
_NOT_SEARCHED: dict[str, Any] = {
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
    "last_activity_together": None,
}


def any_contact(call: Call, row: Row) -> Tree:
    """Build what is shown of a contact that is read itself, full or partial."""
    return partial_contact(call, row) if row["is_partial"] else full_contact(call, row)


def partial_contact(call: Call, row: Row) -> Tree:
    """Build what is shown of a partial contact that is read itself."""
    return {
        **identity(call, row),
        "description": row["description"],
        "information": {
            "dates": {
                "birthdate": special_date(row["birthdate"]),
                "deceased_date": special_date(row["deceased_date"]),
            }
        },
        "account": account_of(row),
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
    }


def full_contact(call: Call, row: Row, *, with_fields: bool = False) -> Tree:
    """Build what is shown of a contact.

    Args:
        call: The call.
        row: The contact.
        with_fields: Whether its contact fields and newest notes are shown too; `with` in the
            query asks for them as well.
    """
    attached = call.records.attached(row)
    tree = {
        **identity(call, row),
        "description": row["description"],
        "last_called": _precise(row["last_called"]),
        "last_activity_together": _precise(row["last_activity_together"]),
        "stay_in_touch_frequency": None,
        "stay_in_touch_trigger_date": None,
        "information": _information(call, row, attached.get("relationship", [])),
        "addresses": [
            address_shape(call, call.own("address", id)) for id in attached.get("address", [])
        ],
        "tags": [tag_shape(call.own("tag", id)) for id in attached.get("tag", [])],
        "statistics": {member: len(attached.get(kind, [])) for kind, member in _COUNTED.items()},
        "url": call.url(f"contacts/{row['id']}"),
        "account": account_of(row),
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
    }
    if with_fields or call.query.get("with") == "contactfields":
        tree["contactFields"] = [
            contact_field_shape(call, call.own("contactfield", id))
            for id in attached.get("contactfield", [])
        ]
        tree["notes"] = [
            note_shape(call, call.own("note", id))
            for id in attached.get("note", [])[: -_NEWEST_NOTES - 1 : -1]
        ]
    return tree


def searched_contact(call: Call, row: Row) -> Tree:
    """Build what a search by words shows of a contact: less than there is (recorded: seq 683)."""
    return full_contact(call, {**row, **_NOT_SEARCHED})


def _precise(day: str | None) -> str | None:
    return None if day is None else with_microseconds(f"{day[:10]}T00:00:00Z")


def _information(call: Call, row: Row, relationships: list[int]) -> Tree:
    return {
        "relationships": _relations(call, relationships),
        "dates": {
            "birthdate": special_date(row["birthdate"]),
            "deceased_date": special_date(row["deceased_date"]),
        },
        "career": {"job": row["job"], "company": row["company"]},
        "avatar": avatar(call, row),
        "food_preferences": row["food_preferences"],
        "how_you_met": {
            "general_information": row["general_information"],
            "first_met_date": special_date(row["first_met_date"]),
            "first_met_through_contact": short_contact(call, row["first_met_through"]),
        },
    }


def _relations(call: Call, relationships: list[int]) -> Tree:
    groups: dict[str, list[Tree]] = {name: [] for name in _GROUPS}
    for id in relationships:
        relationship = call.own("relationship", id)
        kind = call.named("relationshiptype", relationship["relationship_type_id"])
        group = kind and call.named("relationshiptypegroup", kind["relationship_type_group_id"])
        other = short_contact(call, relationship["of_contact"])
        if kind and group and other:
            named = {"id": id, "uuid": relationship["uuid"], "name": kind["name"]}
            groups[group["name"]].append({"relationship": named, "contact": other})
    return {
        name: {"total": len(contacts), "contacts": contacts} for name, contacts in groups.items()
    }
