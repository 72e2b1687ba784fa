"""The seeds: what a new installation has for each account, and the people of the demo."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from crmkit_mock.monica.authentication import ACCOUNTS
from crmkit_mock.monica.operations import OPERATIONS
from crmkit_mock.monica.uploads import PIXEL
from crmkit_mock.monica.values import format_datetime

if TYPE_CHECKING:
    from collections.abc import Callable

    from crmkit_mock.monica.authentication import Account
    from crmkit_mock.monica.records import Record, Records
    from crmkit_mock.monica.session import Session, Tree

#: Groups of relationship types.
_GROUPS = ("love", "family", "friend", "work")
#: Relationship types by id, from 1: name, name of the reverse, group.
_TYPES = (
    *(("partner", "partner", 1), ("spouse", "spouse", 1), ("date", "date", 1)),
    *(("lover", "lover", 1), ("inlovewith", "lovedby", 1), ("lovedby", "inlovewith", 1)),
    *(("ex", "ex", 1), ("parent", "child", 2), ("child", "parent", 2)),
    *(("sibling", "sibling", 2), ("grandparent", "grandchild", 2)),
    *(("grandchild", "grandparent", 2), ("uncle", "nephew", 2), ("nephew", "uncle", 2)),
    *(("cousin", "cousin", 2), ("godfather", "godson", 2), ("godson", "godfather", 2)),
    *(("friend", "friend", 3), ("bestfriend", "bestfriend", 3), ("colleague", "colleague", 4)),
    *(("boss", "subordinate", 4), ("subordinate", "boss", 4), ("mentor", "protege", 4)),
    *(("protege", "mentor", 4), ("ex_husband", "ex_husband", 1)),
    *(("stepparent", "stepchild", 2), ("stepchild", "stepparent", 2)),
)
_GENDERS = (("Man", "M"), ("Woman", "F"), ("Rather not say", "O"))
#: Contact field types: name, icon, protocol, type. The site does not delete the first two.
_FIELD_TYPES = (
    ("Email", "fa fa-envelope-open-o", "mailto:", "email"),
    ("Phone", "fa fa-volume-control-phone", "tel:", "phone"),
    ("Facebook", "fa fa-facebook-official", "https://facebook.com/", None),
    ("Twitter", "fa fa-twitter-square", None, None),
    ("Whatsapp", "fa fa-whatsapp", "https://wa.me/", None),
    ("Telegram", "fa fa-telegram", "telegram:", None),
    ("LinkedIn", "fa fa-linkedin-square", None, None),
)
#: Types of activities by category. Recorded from a server.
_ACTIVITY_TYPES = {
    "Simple activities": ("just hung out", "watched a movie at home", "just talked at home"),
    "Sport": ("played a sport together",),
    "Food": (
        *("ate at their place", "went to a bar", "ate at home", "picnicked"),
        "ate at a restaurant",
    ),
    "Cultural activities": (
        *("went to the theater", "went to a concert", "went to a play", "went to the museum"),
    ),
}
#: Types of life events by category. Recorded from a server.
_LIFE_EVENTS = {
    ("work_education", "Work & education"): (
        *("new_job", "retirement", "new_school", "study_abroad", "volunteer_work"),
        *("published_book_or_paper", "military_service"),
    ),
    ("family_relationships", "Family & relationships"): (
        *("new_relationship", "engagement", "marriage", "anniversary", "expecting_a_baby"),
        *("new_child", "new_family_member", "new_pet", "end_of_relationship"),
        "loss_of_a_loved_one",
    ),
    ("home_living", "Home & living"): (
        *("moved", "bought_a_home", "home_improvement", "holidays", "new_vehicle"),
        "new_roommate",
    ),
    ("health_wellness", "Health & wellness"): (
        *("overcame_an_illness", "quit_a_habit", "new_eating_habits", "weight_loss"),
        *("wear_glass_or_contact", "broken_bone", "removed_braces", "surgery", "dentist"),
    ),
    ("travel_experiences", "Travel & experiences"): (
        *("new_sport", "new_hobby", "new_instrument", "new_language", "tattoo_or_piercing"),
        *("new_license", "travel", "achievement_or_award", "changed_beliefs"),
        *("first_word", "first_kiss"),
    ),
}
_ALIVE = {"is_birthdate_known": False, "is_deceased": False, "is_deceased_date_known": False}
_BAILEY = {
    **_ALIVE,
    "first_name": "Bailey",
    "last_name": "Rolfson",
    "nickname": "Bay",
    "gender_id": 1,
    "description": "Keeps bees",
    "is_birthdate_known": True,
    "birthdate_is_age_based": True,
    "birthdate_age": 75,
}
_YOSHIKO = {
    **_ALIVE,
    "first_name": "Yoshiko",
    "last_name": "Ziemann",
    "gender_id": 2,
    "is_birthdate_known": True,
    "birthdate_day": 5,
    "birthdate_month": 4,
    "birthdate_year": 1939,
    "birthdate_add_reminder": True,
}
_ROSA = {
    **_ALIVE,
    "first_name": "Rosa",
    "middle_name": "Maria",
    "last_name": "Rolfson",
    "gender_id": 2,
    "is_deceased": True,
    "is_deceased_date_known": True,
    "deceased_date_day": 3,
    "deceased_date_month": 3,
    "deceased_date_year": 2001,
}
_RETIREMENT = {
    "contact_id": 1,
    "life_event_type_id": 2,
    "happened_at": "2014-06-30",
    "name": "Left the bank",
    "note": None,
    "has_reminder": False,
    "happened_at_month_unknown": False,
    "happened_at_day_unknown": False,
}
_HARVEST = {
    "contact_id": 1,
    "title": "Honey harvest",
    "initial_date": "2024-07-01",
    "frequency_type": "year",
    "frequency_number": 1,
}
_HOME = {"contact_id": 1, "name": "home", "street": "1 Hive Lane", "city": "Bath", "country": "GB"}
_LETTER = {"written_at": "2024-05-01", "written_by_me": True, "content": "Is the queen out?"}
_SMOKER = {"in_debt": "yes", "status": "inprogress", "amount": 1000.5, "reason": "Smoker"}
_PHOTO = f"data:image/png;base64,{base64.b64encode(PIXEL).decode('ascii')}"


def _relationship(contact: int, type_: int, other: int) -> dict[str, int]:
    return {"contact_is": contact, "relationship_type_id": type_, "of_contact": other}


def _field(contact: int, type_: int, data: str) -> Tree:
    return {"contact_id": contact, "contact_field_type_id": type_, "data": data}


#: The operations of the demo, in order, by account: operationId, members of the body, id in the
#: path.
_STEPS: dict[str, tuple[tuple[str, dict[str, Any], int], ...]] = {
    "ada": (
        ("contacts_create", _BAILEY, 0),
        ("contacts_create", _YOSHIKO, 0),
        ("contacts_create", _ROSA, 0),
        ("contacts_create", {**_ALIVE, "first_name": "Max", "is_partial": True}, 0),
        ("relationships_create", _relationship(1, 2, 2), 0),
        ("relationships_create", _relationship(3, 8, 1), 0),
        ("relationships_create", _relationship(2, 8, 4), 0),
        ("contacts_set_tags", {"tags": ["Family", "Bee keepers"]}, 1),
        ("contacts_set_tags", {"tags": ["Family"]}, 2),
        ("contacts_update_work", {"job": "Bee keeper", "company": "Hives & Sons"}, 1),
        ("contacts_update_food", {"food_preferences": "No honey"}, 2),
        ("contact_fields_create", _field(1, 1, "bailey@example.org"), 0),
        ("contact_fields_create", {**_field(2, 2, "+81 3 5550 0100"), "labels": ["home"]}, 0),
        ("addresses_create", _HOME, 0),
        ("notes_create", {"contact_id": 1, "body": "Ask for a queen.", "is_favorited": True}, 0),
        ("notes_create", {"contact_id": 2, "body": "Likes long letters."}, 0),
        ("calls_create", {"contact_id": 2, "called_at": "2024-04-05", "emotions": [24]}, 0),
        (
            "activities_create",
            {"summary": "Opened the hives", "happened_at": "2024-04-20", "contacts": [1, 2]},
            0,
        ),
        ("tasks_create", {"contact_id": 1, "title": "Bring jars"}, 0),
        ("reminders_create", _HARVEST, 0),
        ("journal_create", {"title": "Spring", "post": "The first swarm came early."}, 0),
        ("companies_create", {"name": "Hives & Sons", "number_of_employees": 3}, 0),
        ("occupations_create", {"contact_id": 1, "company_id": 1, "title": "Bee keeper"}, 0),
        ("gifts_create", {"contact_id": 2, "name": "Comb", "status": "idea", "amount": 12.5}, 0),
        ("debts_create", {"contact_id": 1, **_SMOKER}, 0),
        ("pets_create", {"contact_id": 1, "pet_category_id": 4, "name": "Drone"}, 0),
        ("life_events_create", _RETIREMENT, 0),
        (
            "conversations_create",
            {"contact_id": 1, "happened_at": "2024-05-01", "contact_field_type_id": 5},
            0,
        ),
        ("conversations_add_message", _LETTER, 1),
        ("photos_create", {"contact_id": 1, "data": _PHOTO}, 0),
    ),
    "grace": (
        ("contacts_create", {**_ALIVE, "first_name": "Basil", "gender_id": 4}, 0),
        ("contacts_create", {**_ALIVE, "first_name": "Felicity", "gender_id": 5}, 0),
        ("relationships_create", _relationship(5, 47, 6), 0),
        ("notes_create", {"contact_id": 5, "body": "Of another account."}, 0),
        ("contacts_set_tags", {"tags": ["Agents"]}, 5),
    ),
}


def load_seed(seed: str, new_session: Callable[[Account, Tree, int], Session]) -> None:
    """Fill an empty store.

    The demo is made by the API's own operations, so that all of it fits together.

    Args:
        seed: "empty": what a new installation has; "demo": people with all that belongs to them.
        new_session: Makes a session of an account from members of a body and an id in the path.
    """
    first = new_session(next(iter(ACCOUNTS.values())), {}, 0)
    now = format_datetime(first.clock.now())
    first.settings.set("installed_at", now)
    for account in ACCOUNTS.values():
        _install(first.records, account.id, {"created_at": now, "updated_at": now})
        if account.signed:
            signature = {"date": now, "ip_address": "127.0.0.1"}
            first.settings.set(f"signature {account.id}", signature)
    if seed == "demo":
        for name, steps in _STEPS.items():
            for operation, body, id in steps:
                OPERATIONS[operation](new_session(ACCOUNTS[name], body, id))


def _install(records: Records, account: int, timestamps: Record) -> None:
    """Give an account what a new one has, in the order in which a server assigns ids."""
    without_creation: Record = {**timestamps, "created_at": None}
    columns: Record
    for name, letter in _GENDERS:
        records.add("gender", account, {**timestamps, "name": name, "type": letter})
    groups = [
        records.add("relationshiptypegroup", account, {"name": name})["id"] for name in _GROUPS
    ]
    for name, reverse, group in _TYPES:
        columns = {
            "name": name,
            "name_reverse_relationship": reverse,
            "relationship_type_group_id": groups[group - 1],
        }
        records.add("relationshiptype", account, {**timestamps, **columns})
    for name, icon, protocol, type_ in _FIELD_TYPES:
        columns = {"name": name, "fontawesome_icon": icon, "protocol": protocol}
        columns |= {"type": type_, "delible": type_ is None}
        records.add("contactfieldtype", account, {**timestamps, **columns})
    for name, types in _ACTIVITY_TYPES.items():
        category = records.add("activityTypeCategory", account, {**without_creation, "name": name})
        for type_name in types:
            columns = {"name": type_name, "activity_type_category_id": category["id"]}
            records.add("activityType", account, {**without_creation, **columns})
    for (key, name), keys in _LIFE_EVENTS.items():
        columns = {"key": key, "name": name}
        category = records.add("lifeeventcategory", account, {**timestamps, **columns})
        for type_key in keys:
            columns = {"key": type_key, "life_event_category_id": category["id"]}
            records.add("lifeeventtype", account, {**timestamps, **columns})
