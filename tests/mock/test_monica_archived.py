"""Archived contacts, which are read only with most that belongs to them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mock.plain_monica import Monica

MESSAGE = "Archived contact can’t be edited, please unarchive it first."
REMINDER = {
    "title": "r",
    "initial_date": "2030-05-06",
    "frequency_type": "week",
    "frequency_number": 1,
}
EVENT = {
    "life_event_type_id": 1,
    "happened_at": "2024-05-06",
    "name": "n",
    "note": "x",
    "has_reminder": False,
    "happened_at_month_unknown": False,
    "happened_at_day_unknown": False,
}
READONLY: dict[str, dict[str, Any]] = {
    "calls": {"called_at": "2024-05-06"},
    "reminders": REMINDER,
    "contactfields": {"contact_field_type_id": 1, "data": "x"},
    "addresses": {},
    "gifts": {"name": "g", "status": "idea"},
    "lifeevents": EVENT,
    "conversations": {"happened_at": "2024-05-06", "contact_field_type_id": 1},
    "occupations": {"company_id": 1, "title": "t"},
}
WRITABLE: dict[str, dict[str, Any]] = {
    "notes": {"body": "x"},
    "tasks": {"title": "x"},
    "debts": {"in_debt": "yes", "status": "inprogress", "amount": 1},
    "pets": {"pet_category_id": 1},
}


@pytest.fixture
def archived(monica: Monica) -> tuple[int, dict[str, int]]:
    """Return the id of an archived contact, and those of its records by path."""
    id = monica.contact("Dan")
    records: dict[str, int] = {}
    for path, members in READONLY.items():
        reply = monica.http.post(f"/{path}", json={**members, "contact_id": id})
        records[path] = reply.json()["data"]["id"]
    monica.mock.archive(id)
    return id, records


def test_refuses_writes_to_archived_contacts(
    monica: Monica, archived: tuple[int, dict[str, int]]
) -> None:
    """Nothing is created, changed or deleted; occupations alone can be deleted."""
    id, records = archived
    before = monica.mock.snapshot()["records"]
    for path, members in READONLY.items():
        body, record = {**members, "contact_id": id}, f"/{path}/{records[path]}"
        assert monica.expect_invalid("POST", f"/{path}", body) == [MESSAGE], path
        assert monica.expect_invalid("PUT", record, body) == [MESSAGE], path
        if path != "occupations":
            error = monica.tree("DELETE", record, status=422)
            assert MESSAGE in str(error), path
    assert monica.mock.snapshot()["records"] == before
    monica.delete(f"/occupations/{records['occupations']}")


def test_allows_some_writes_to_archived_contacts(
    monica: Monica, archived: tuple[int, dict[str, int]]
) -> None:
    """Notes, tasks, debts, pets and activities are written as those of any contact."""
    id, _ = archived
    for path, members in WRITABLE.items():
        reply = monica.http.post(f"/{path}", json={**members, "contact_id": id})
        assert reply.status_code in {200, 201}, (path, reply.text)
    activity = {"summary": "s", "happened_at": "2024-05-06", "contacts": [id]}
    assert monica.http.post("/activities", json=activity).status_code == 201
