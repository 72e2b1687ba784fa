"""Every operation of Monica's document on the demo, and what each costs as records grow."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import pytest

from crmkit_mock import MockCRMs
from crmkit_mock.collection import Collection
from crmkit_mock.documents import load_document
from crmkit_mock.monica.operations import OPERATIONS, RESOURCES
from tests.mock.plain_monica import Monica, client_for

METHODS = ("get", "post", "put", "patch", "delete")
#: Bodies for which the document's example names records that the demo does not have.
BODIES: dict[str, Any] = {
    f"activity_types_{verb}": {"activity_type_category_id": 1, "name": "Chess"}
    for verb in ("create", "update", "update_patch")
} | {
    # The first reminder of the demo is of the second contact, and stays with it.
    f"reminders_{verb}": {
        "contact_id": 2,
        "initial_date": "2030-05-01",
        "frequency_type": "week",
        "title": "Call",
    }
    for verb in ("update", "update_patch")
}
FILES = {"document": ("a.txt", b"hello doc", "text/plain")}
#: Kinds whose records belong to the contact of `contact_id`.
OF_CONTACT = (
    *("notes", "calls", "tasks", "reminders", "contact_fields", "addresses", "occupations"),
    *("gifts", "debts", "documents", "photos", "pets", "life_events", "conversations"),
)


def members(kind: str, contact: int = 1, number: int = 1) -> dict[str, Any]:
    """Return the members of a record that have no default, and those that should differ."""
    if kind in OF_CONTACT:
        more: dict[str, dict[str, Any]] = {
            "occupations": {"company_id": 1},
            "contact_fields": {"labels": [f"label {number}"]},
        }
        return {"contact_id": contact, **more.get(kind, {})}
    others: dict[str, dict[str, Any]] = {
        "relationships": {"contact_is": contact, "of_contact": contact},
        "activities": {"contacts": [contact]},
        "tags": {"name": f"tag {number}"},
    }
    return others.get(kind, {})


def operations() -> dict[str, tuple[str, str, Any]]:
    """Return method, path and an example of the body by operationId."""
    document = load_document("monica")
    return {
        item[method]["operationId"]: (method.upper(), path, _example(item[method]))
        for path, item in document.tree["paths"].items()
        for method in METHODS
        if method in item
    }


def _example(operation: dict[str, Any]) -> Any:
    document = load_document("monica")
    content = document.resolve(operation.get("requestBody", {})).get("content", {})
    media = content.get("application/json")
    if media is None:
        return None
    if "example" in media:
        return media["example"]
    return document.resolve(next(iter(media["examples"].values())))["value"]


def test_has_a_handler_for_each_operation_and_no_other() -> None:
    """The table of handlers and the document have the same operations."""
    assert len(operations()) == 191
    assert OPERATIONS.keys() == operations().keys()


def test_each_operation_answers_its_example() -> None:
    """An operation with the document's own example answers 200 or 201, as described."""
    with MockCRMs() as mocks, client_for(mocks.monica) as http:
        mock = mocks.monica
        for operation, (method, path, body) in operations().items():
            mock.reset()
            mock.publish_statistics()
            if path.startswith("/documents"):
                reply = http.post("/documents", data={"contact_id": "1"}, files=FILES)
                assert reply.status_code == 201, reply.text
                if operation == "documents_create":
                    continue
            options = {} if body is None else {"json": BODIES.get(operation, body)}
            reply = http.request(method, re.sub(r"\{[^}]+\}", "1", path), **options)
            # The frame answers 500 if a reply does not match the document.
            assert reply.status_code in {200, 201}, f"{operation}: {reply.text}"
            assert list(mock.journal)[-1].operation == operation
            assert reply.json(), operation
            assert mock.store.changed_in_place() == [], operation


def test_reading_changes_nothing(monica: Monica) -> None:
    """No GET writes anything, not even the time."""
    before = monica.mock.snapshot()
    for method, path, _ in operations().values():
        if method == "GET":
            monica.http.get(re.sub(r"\{[^}]+\}", "1", path))
    assert monica.mock.snapshot() == before


def test_add_stores_any_kind_with_defaults(monica: Monica) -> None:
    """Each kind that can be created can be added, and then read; no request is journaled."""
    mock = monica.mock
    paths = {
        operation.removesuffix("_create"): path
        for operation, (_, path, _) in operations().items()
        if operation.endswith("_create")
    }
    assert RESOURCES.keys() == paths.keys()
    for kind, path in paths.items():
        mock.journal.clear()
        id = mock.add(kind, members(kind))
        assert list(mock.journal) == [], kind
        assert monica.get(f"{path}/{id}")["id"] == id, kind


def test_add_takes_members_times_and_account(monica: Monica, grace: Monica) -> None:
    """Members appear as from a request, times stay as they are, and an account can be chosen."""
    times = {"created_at": "2001-02-03 04:05:06", "updated_at": "2002-01-01"}
    id = monica.mock.add("contacts", {"first_name": "Ann", "nickname": "A", **times})
    ann = monica.get(f"/contacts/{id}")
    assert (ann["complete_name"], ann["created_at"]) == ("Ann (A)", "2001-02-03T04:05:06Z")
    assert ann["updated_at"] == "2002-01-01T00:00:00Z"
    note = monica.mock.add("notes", {"contact_id": id, "body": "b"})
    assert monica.ids(f"/contacts/{id}/notes") == [note]
    theirs = monica.mock.add("contacts", {"first_name": "Bob"}, account="grace")
    assert grace.get(f"/contacts/{theirs}")["first_name"] == "Bob"
    monica.expect_not_found("GET", f"/contacts/{theirs}")


def test_add_rejects_what_could_not_be_created(monica: Monica) -> None:
    """An unknown kind, member or account and an invalid record raise, and store nothing."""
    before = monica.mock.snapshot()
    cases: list[tuple[str, dict[str, Any], str]] = [
        ("contact", {}, "kind must be one of .*contacts.*, got 'contact'"),
        ("contacts", {"emails": []}, "contacts has no member 'emails'"),
        ("contacts", {"first_name": 5}, "contacts: The first name must be a string."),
        ("contacts", {"is_birthdate_known": True}, "The day field is required."),
        ("contacts", {"updated_at": "x"}, "The updated at is not a valid date."),
        ("notes", {}, "The contact id field is required."),
        ("notes", {"contact_id": 999}, "not been found"),
    ]
    for kind, record, message in cases:
        with pytest.raises(ValueError, match=message):
            monica.mock.add(kind, record)
    with pytest.raises(ValueError, match="account must be one of ada, grace, got 'nobody'"):
        monica.mock.add("contacts", {}, account="nobody")
    assert monica.mock.snapshot() == before


def test_cost_does_not_grow_with_the_records(monica: Monica) -> None:
    """A creation and a first page read as many records among 20 of each kind as among 80."""
    mock = monica.mock
    for _ in range(5):
        mock.add("contacts", {})
    owner = mock.add("contacts", {})
    paths = [
        path.replace("{contact_id}", str(owner)).replace("{id}", "1")
        for operation, (_, path, _) in operations().items()
        if operation.endswith(("_list", "_list_of_contact", "tags_contacts"))
        # Relationships of a contact come without pages.
        and operation != "relationships_list"
    ]
    assert len(paths) > 40

    def costs(count: int) -> dict[str, int]:
        for kind in RESOURCES:
            for number in range(count):
                mock.add(kind, members(kind, owner, number))
        for contact in monica.ids("/contacts", limit=100)[-count:]:
            monica.tree("POST", f"/contacts/{contact}/setTags", {"tags": ["Family"]})
        found: dict[str, int] = {}
        for kind in RESOURCES:
            with counted_reads() as read:
                mock.add(kind, members(kind, owner, 1_000 + count))
            found[kind] = len(read)
        for path in paths:
            with counted_reads() as read:
                monica.page(path, limit=5)
            found[path] = len(read)
        return found

    few, many = costs(20), costs(60)
    grown = {name: (few[name], many[name]) for name in few if many[name] > few[name]}
    assert grown == {}


@contextmanager
def counted_reads() -> Generator[list[object]]:
    """Collect the records that the store returns other than by their ids."""
    read: list[object] = []

    def counted(function: Callable[..., list[Any]]) -> Callable[..., list[Any]]:
        def count(*args: Any, **kwargs: Any) -> list[Any]:
            found = function(*args, **kwargs)
            read.extend(found)
            return found

        return count

    with pytest.MonkeyPatch.context() as patch:
        for name in ("find", "all", "page"):
            patch.setattr(Collection, name, counted(getattr(Collection, name)))
        yield read
