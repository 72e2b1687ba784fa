"""The people of the demo: made by the API's own means, so that all about them fits together."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from crmkit_mock.messages import Request
from crmkit_mock.monica.accounts import ACCOUNTS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from crmkit_mock.monica.call import Call, Handler

#: A picture of one pixel.
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5Er"
    "kJggg=="
)


def _related(contact: int, type_: int, other: int) -> dict[str, int]:
    return {"contact_is": contact, "relationship_type_id": type_, "of_contact": other}


def _field(contact: int, type_: int, data: str) -> dict[str, Any]:
    return {"contact_id": contact, "contact_field_type_id": type_, "data": data}


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

#: What is done, in order, by account: operationId, body, id in the path.
_STEPS: dict[str, tuple[tuple[str, dict[str, Any], int], ...]] = {
    "ada": (
        ("contacts_create", _BAILEY, 0),
        ("contacts_create", _YOSHIKO, 0),
        ("contacts_create", _ROSA, 0),
        ("contacts_create", {**_ALIVE, "first_name": "Max", "is_partial": True}, 0),
        ("relationships_create", _related(1, 2, 2), 0),
        ("relationships_create", _related(3, 8, 1), 0),
        ("relationships_create", _related(2, 8, 4), 0),
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
        ("relationships_create", _related(5, 47, 6), 0),
        ("notes_create", {"contact_id": 5, "body": "Of another account."}, 0),
        ("contacts_set_tags", {"tags": ["Agents"]}, 5),
    ),
}


def plant_demo(make: Callable[..., Call], handlers: Mapping[str, Handler]) -> None:
    """Do what the demo's people have done.

    Args:
        make: Makes a call of an account and a request, with the path's values as keywords.
        handlers: What answers them, by operationId.
    """
    for account, steps in _STEPS.items():
        for operation, body, id in steps:
            content = json.dumps(body).encode()
            request = Request("POST", "", b"", {"content-type": "application/json"}, content)
            handlers[operation](make(ACCOUNTS[account], request, id=str(id)))
