"""Ids that nobody has, ids of another account, texts as ids: by kind and verb, as the server."""

from __future__ import annotations

from typing import Any

import pytest

from crmkit_mock import MockCRMs
from tests.mock.plain_monica import PLAIN, Monica, client_for

UNKNOWN, TEXT = 999_999, "abc"
CRASH = "crash"

#: Bodies that an update takes, by path.
BODIES: dict[str, dict[str, Any]] = {
    "contacts": {**PLAIN, "first_name": "x"},
    "relationships": {"relationship_type_id": 1},
    "notes": {"contact_id": 1, "body": "x"},
    "debts": {"contact_id": 1, "in_debt": "no", "status": "inprogress", "amount": 1},
    "journal": {"title": "x", "post": "x"},
    "pets": {"contact_id": 1, "pet_category_id": 1},
    "contactfieldtypes": {"name": "x"},
    "tags": {"name": "x"},
    "tasks": {"title": "x", "completed": False},
    "calls": {"called_at": "2024-01-01"},
    "lifeevents": {"life_event_type_id": 1, "happened_at": "2024-01-01"},
    "activities": {"summary": "x", "happened_at": "2024-01-01", "contacts": [1]},
    "gifts": {"contact_id": 1, "name": "x", "status": "idea"},
    "reminders": {
        "contact_id": 1,
        "title": "x",
        "initial_date": "2024-01-01",
        "frequency_type": "week",
    },
    "contactfields": {"contact_id": 1, "contact_field_type_id": 1, "data": "x"},
    "addresses": {"contact_id": 1},
    "places": {},
    "companies": {"name": "x"},
    "occupations": {"contact_id": 1, "company_id": 1, "title": "x"},
    "genders": {"name": "x", "type": "O"},
    "conversations": {"happened_at": "2024-01-01", "contact_field_type_id": 1},
    "activitytypes": {"activity_type_category_id": 1},
    "activitytypecategories": {},
}
#: By path: status of an update and of a deletion of an unknown id, of a deletion of a text.
STATUSES: dict[str, tuple[int, int, int | str]] = {
    "relationships": (422, 422, 422),
    "notes": (404, 404, 404),
    "debts": (404, 404, 404),
    "journal": (404, 404, 404),
    "pets": (404, 404, 404),
    "contactfieldtypes": (404, 404, 404),
    "tags": (404, 404, 422),
    "tasks": (422, 404, 422),
    "calls": (422, 404, CRASH),
    "lifeevents": (404, 404, CRASH),
    "activities": (422, 422, 422),
    "gifts": (422, 422, 422),
    "reminders": (422, 422, CRASH),
    "contactfields": (422, 422, CRASH),
    "addresses": (422, 422, CRASH),
    "places": (422, 422, CRASH),
    "companies": (422, 422, CRASH),
    "occupations": (422, 422, CRASH),
    "genders": (422, 422, CRASH),
    "conversations": (422, 422, CRASH),
    "activitytypes": (422, 422, CRASH),
    "activitytypecategories": (422, 422, CRASH),
}
each = pytest.mark.parametrize("path", STATUSES)


def answered(monica: Monica, status: int, method: str, path: str, body: Any = None) -> None:
    """Check status and code of a refusal."""
    if status == 404:
        monica.missing(method, path, body)
    else:
        monica.refused(method, path, body)


@each
def test_unknown_ids(monica: Monica, path: str) -> None:
    """Read, they are 404; an update or deletion answers 404 or 422, by kind; nothing is written."""
    update, delete, _ = STATUSES[path]
    before = monica.mock.snapshot()
    monica.missing("GET", f"/{path}/{UNKNOWN}")
    for method in ("PUT", "PATCH"):
        answered(monica, update, method, f"/{path}/{UNKNOWN}", BODIES[path])
    answered(monica, delete, "DELETE", f"/{path}/{UNKNOWN}")
    assert monica.mock.snapshot() == before


@each
def test_texts_as_ids(monica: Monica, path: str) -> None:
    """Read, they are 404; deleted, 404 or 422 by kind, or a crash, which is 404 by default."""
    status = STATUSES[path][2]
    monica.missing("GET", f"/{path}/{TEXT}")
    answered(monica, 404 if isinstance(status, str) else status, "DELETE", f"/{path}/{TEXT}")


def test_texts_as_ids_crash_faithfully() -> None:
    """Where the server crashes on a text, the mock does so if it is asked to."""
    with MockCRMs(faithful_crashes=True) as mocks, client_for(mocks.monica) as http:
        for path, (_, _, status) in STATUSES.items():
            reply = http.delete(f"/{path}/{TEXT}")
            assert reply.status_code == (500 if status == CRASH else status), path
        assert http.delete(f"/documents/{TEXT}").status_code == 500
        assert http.delete(f"/photos/{TEXT}").status_code == 500
        assert http.get(f"/contacts/{TEXT}").json() == {"message": "Server Error"}


@each
def test_ids_of_another_account(monica: Monica, grace: Monica, path: str) -> None:
    """Whatever is asked of another account's record: 404, and it stays as it is."""
    own = {
        "genders": 1,
        "relationships": 1,
        **dict.fromkeys(("contactfieldtypes", "activitytypes", "activitytypecategories"), 1),
    }
    id = (
        own.get(path)
        or monica.page(f"/{path}" if path != "contactfields" else OF_ONE)["data"][0]["id"]
    )
    before = monica.mock.snapshot()
    mine = {"contact_id": 5, "company_id": 1, "contacts": [5], "relationship_type_id": 28}
    mine |= {"contact_field_type_id": 8, "life_event_type_id": 44}
    body = {name: mine.get(name, value) for name, value in BODIES[path].items()}
    for method in ("GET", "PUT", "DELETE"):
        grace.missing(method, f"/{path}/{id}", None if method != "PUT" else body)
    after = monica.mock.snapshot()
    assert after["records"] == before["records"]


OF_ONE = "/contacts/1/contactfields"


def test_ids_begin_with_their_digits(monica: Monica) -> None:
    """The database reads digits and forgets the letters behind them; rules do not."""
    assert monica.get("/notes/1xyz")["id"] == 1
    monica.refused("DELETE", "/relationships/1xyz")


def test_contacts(monica: Monica, grace: Monica) -> None:
    """Unknown contacts have shapes of their own, and a deleted one is not the same as none."""
    monica.missing("GET", f"/contacts/{UNKNOWN}")
    monica.missing("GET", f"/contacts/{TEXT}")
    monica.missing("PUT", f"/contacts/{UNKNOWN}", BODIES["contacts"])
    sentence = ["The contact id must be an integer."]
    assert monica.refused("PUT", f"/contacts/{TEXT}", BODIES["contacts"]) == sentence
    for part in ("work", "food"):
        sentences = monica.refused("PUT", f"/contacts/{UNKNOWN}/{part}", {})
        assert sentences == ["The selected contact id is invalid."]
    for id, text in ((UNKNOWN, "The selected contact id is invalid."), (TEXT, sentence[0])):
        refused = monica.tree("DELETE", f"/contacts/{id}", status=422)
        assert refused == {"message": text, "errors": {"contact_id": [text]}}
    monica.delete("/contacts/2")
    for client in (monica, grace):
        gone = client.tree("DELETE", "/contacts/2", status=404)
        assert gone.keys() == {"message"}
    grace.missing("PUT", "/contacts/1", BODIES["contacts"])


@pytest.mark.parametrize(
    "what",
    [
        *("notes", "calls", "activities", "tasks", "reminders", "contactfields", "addresses"),
        *("gifts", "debts", "documents", "photos", "pets", "conversations", "logs"),
    ],
)
def test_lists_of_unknown_contacts(monica: Monica, grace: Monica, what: str) -> None:
    """A list of a contact that is unknown, deleted, a text or another account's is 404."""
    monica.page(f"/contacts/2/{what}")
    monica.delete("/contacts/2")
    for id in (UNKNOWN, 2, TEXT):
        monica.missing("GET", f"/contacts/{id}/{what}")
    grace.missing("GET", f"/contacts/1/{what}")
