"""Unknown ids, ids of another account and ids that are not numbers: by kind and verb."""

from __future__ import annotations

from typing import Any

from crmkit_mock import MockCRMs
from tests.mock.plain_monica import PLAIN, Monica, client_for

UNKNOWN, NOT_A_NUMBER = 999_999, "abc"
CRASH = "crash"

#: Bodies that an update accepts, by path.
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
#: By path: status of an update and of a deletion of an unknown id, and of a deletion of one that
#: is not a number.
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


def expect(monica: Monica, status: int | str, method: str, path: str, body: Any = None) -> None:
    """Check status and code of an error; crashes are 404 by default."""
    if status in (404, CRASH):
        monica.expect_not_found(method, path, body)
    else:
        assert status == 422
        monica.expect_invalid(method, path, body)


def test_rejects_unknown_ids_by_kind_and_verb(monica: Monica) -> None:
    """GET is 404; an update or deletion is 404 or 422, by kind; nothing is written."""
    before = monica.mock.snapshot()
    for path, (update, delete, _) in STATUSES.items():
        monica.expect_not_found("GET", f"/{path}/{UNKNOWN}")
        for method in ("PUT", "PATCH"):
            expect(monica, update, method, f"/{path}/{UNKNOWN}", BODIES[path])
        expect(monica, delete, "DELETE", f"/{path}/{UNKNOWN}")
        assert monica.mock.snapshot() == before, path


def test_rejects_ids_that_are_not_numbers(monica: Monica) -> None:
    """GET is 404; a deletion is 404 or 422 by kind, or 404 where the server crashes."""
    before = monica.mock.snapshot()
    for path, (_, _, status) in STATUSES.items():
        monica.expect_not_found("GET", f"/{path}/{NOT_A_NUMBER}")
        expect(monica, status, "DELETE", f"/{path}/{NOT_A_NUMBER}")
        assert monica.mock.snapshot() == before, path


def test_crashes_faithfully_on_ids_that_are_not_numbers() -> None:
    """With `faithful_crashes` the mock answers 500 where the server does."""
    with MockCRMs(faithful_crashes=True) as mocks, client_for(mocks.monica) as http:
        for path, (_, _, status) in STATUSES.items():
            reply = http.delete(f"/{path}/{NOT_A_NUMBER}")
            assert reply.status_code == (500 if status == CRASH else status), path
        assert http.delete(f"/documents/{NOT_A_NUMBER}").status_code == 500
        assert http.delete(f"/photos/{NOT_A_NUMBER}").status_code == 500
        crash = http.get(f"/contacts/{NOT_A_NUMBER}").json()
        named = "ApiContactController::show(): Argument #2 ($id) must be of type int, string given"
        assert crash["message"].startswith(f"App\\Http\\Controllers\\Api\\{named}, called in ")


def test_does_not_find_records_of_another_account(monica: Monica, grace: Monica) -> None:
    """Any operation on another account's record is 404, and the record stays as it is."""
    first_ids = dict.fromkeys(
        ("genders", "relationships", "contactfieldtypes", "activitytypes"), 1
    ) | {"activitytypecategories": 1, "contactfields": 1}
    own = {"contact_id": 5, "company_id": 1, "contacts": [5], "relationship_type_id": 28}
    own |= {"contact_field_type_id": 8, "life_event_type_id": 44}
    before = monica.mock.snapshot()["records"]
    for path in STATUSES:
        id = first_ids.get(path) or monica.ids(f"/{path}")[0]
        assert monica.get(f"/{path}/{id}")["id"] == id
        body = {name: own.get(name, value) for name, value in BODIES[path].items()}
        for method in ("GET", "PUT", "DELETE"):
            grace.expect_not_found(method, f"/{path}/{id}", body if method == "PUT" else None)
        assert monica.mock.snapshot()["records"] == before, path


def test_reads_ids_by_their_leading_digits(monica: Monica) -> None:
    """The database ignores letters behind the digits; rules do not."""
    assert monica.get("/notes/1xyz")["id"] == 1
    monica.expect_invalid("DELETE", "/relationships/1xyz")


def test_rejects_unknown_contacts_in_their_own_forms(monica: Monica, grace: Monica) -> None:
    """Errors of contacts differ by verb, and a deleted contact from one that never existed."""
    monica.expect_not_found("GET", f"/contacts/{UNKNOWN}")
    monica.expect_not_found("GET", f"/contacts/{NOT_A_NUMBER}")
    monica.expect_not_found("PUT", f"/contacts/{UNKNOWN}", BODIES["contacts"])
    not_a_number = "The contact id must be an integer."
    unknown = "The selected contact id is invalid."
    path = f"/contacts/{NOT_A_NUMBER}"
    assert monica.expect_invalid("PUT", path, BODIES["contacts"]) == [not_a_number]
    for part in ("work", "food"):
        assert monica.expect_invalid("PUT", f"/contacts/{UNKNOWN}/{part}", {}) == [unknown]
    for id, message in ((UNKNOWN, unknown), (NOT_A_NUMBER, not_a_number)):
        error = monica.tree("DELETE", f"/contacts/{id}", status=422)
        assert error == {"message": message, "errors": {"contact_id": [message]}}
    monica.delete("/contacts/2")
    for client in (monica, grace):
        assert client.tree("DELETE", "/contacts/2", status=404).keys() == {"message"}
    grace.expect_not_found("PUT", "/contacts/1", BODIES["contacts"])


def test_does_not_find_lists_of_unknown_contacts(monica: Monica, grace: Monica) -> None:
    """A list of a contact that is unknown, deleted or another account's is 404."""
    lists = (
        *("notes", "calls", "activities", "tasks", "reminders", "contactfields", "addresses"),
        *("gifts", "debts", "documents", "photos", "pets", "conversations", "logs"),
    )
    for name in lists:
        monica.page(f"/contacts/2/{name}")
    monica.delete("/contacts/2")
    for name in lists:
        for id in (UNKNOWN, 2, NOT_A_NUMBER):
            monica.expect_not_found("GET", f"/contacts/{id}/{name}")
        grace.expect_not_found("GET", f"/contacts/1/{name}")
