"""Records of one account cannot be read, updated, deleted or listed by another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest

from crmkit import NotFoundError
from crmkit_mock import MockCRMs
from tests.clients.conftest import MakeClient
from tests.clients.harness import Driver, failures, operations_of, sync_alone

asynchronous = sync_alone

#: The changes of an update of each resource; None: it has no update.
CHANGES: dict[str, dict[str, Any] | None] = {
    "activities": {"summary": "x"},
    "activity_type_categories": {"name": "x"},
    "activity_types": {"name": "x"},
    "addresses": {"street": "x"},
    "calls": {"content": "x"},
    "companies": {"name": "x"},
    "contact_field_types": {"name": "x"},
    "contact_fields": {"data": "x"},
    "contacts": {"first_name": "x"},
    "conversations": {"happened_at": "2024-01-01"},
    "debts": {"status": "completed"},
    "documents": None,
    "genders": {"name": "x"},
    "gifts": {"name": "x"},
    "journal": {"title": "x"},
    "life_events": {"name": "x"},
    "notes": {"body": "x"},
    "occupations": {"title": "x"},
    "pets": {"name": "x"},
    "photos": None,
    "places": {"street": "x"},
    "relationships": {"relationship_type_id": 1},
    "reminders": {"title": "x"},
    "tags": {"name": "x"},
    "tasks": {"title": "x"},
}
#: Resources whose records belong to no account, or cannot be changed.
COMMON = {"compliance", "currencies", "relationship_type_groups", "relationship_types"}
#: Resources that are listed for one contact only.
OF_CONTACT = {"contact_fields", "relationships"}


class Two:
    """Clients of two accounts on one mock.

    Args:
        monica: Makes the clients.
        mocks: The mock CRMs.
    """

    def __init__(self, monica: MakeClient, mocks: MockCRMs) -> None:
        self.mock = mocks.monica
        self.ada: Driver = monica(**self.mock.accounts["ada"])
        self.grace: Driver = monica(**self.mock.accounts["grace"])
        self.ada(lambda crm: crm.documents.create(contact_id=1, document=b"x"))
        self.before = self.mock.snapshot()["records"]

    def of_ada(self, name: str) -> int:
        """Return the id of a record of Ada's."""
        only = {"contact_id": 1} if name in OF_CONTACT else {}
        id: int = self.ada(lambda crm: getattr(crm, name).list(**only))[0].id
        return id

    def missing(self, work: Callable[[Any], Any], code: int | None = 31) -> None:
        """Check that Grace gets a 404, and that nothing is written."""
        with pytest.raises(NotFoundError) as caught:
            self.grace(work)
        assert (caught.value.status_code, caught.value.code) == (404, code)
        assert self.mock.snapshot()["records"] == self.before


@pytest.fixture
def two(monica: MakeClient, mocks: MockCRMs) -> Two:
    """Clients of two accounts."""
    return Two(monica, mocks)


def _verbs(verb: str) -> Iterator[str]:
    for name in operations_of("monica"):
        resource, _, last = name.lower().rpartition("_")
        if last == verb and resource not in COMMON:
            yield resource


def test_covers_every_resource() -> None:
    """Every resource that can be read, updated or deleted by id is in these tests."""
    assert set(_verbs("get")) == set(_verbs("delete")) == CHANGES.keys()
    assert set(_verbs("update")) == {name for name, change in CHANGES.items() if change}


def test_record_of_another_account_is_not_found(two: Two) -> None:
    """A record of another account can be neither read nor updated nor deleted."""

    def check(name: str) -> None:
        id, change = two.of_ada(name), CHANGES[name]
        two.missing(lambda crm: getattr(crm, name).get(id))
        if change:
            two.missing(lambda crm: getattr(crm, name).update(id, **change))
        # The server deletes contacts by other code, whose errors have no code.
        code = None if name == "contacts" else 31
        two.missing(lambda crm: getattr(crm, name).delete(id), code)

    assert failures(check, product(CHANGES)) == []


def test_list_has_no_records_of_another_account(two: Two) -> None:
    """A list has no records of another account."""

    def check(name: str) -> None:
        ids = {record.id for record in two.grace(lambda crm: getattr(crm, name).list())}
        assert two.of_ada(name) not in ids
        assert ids.isdisjoint(
            record.id for record in two.ada(lambda crm: getattr(crm, name).list())
        )

    assert failures(check, product(sorted(CHANGES.keys() - OF_CONTACT))) == []


PARTS: dict[str, Callable[[Any], Any]] = {
    "work": lambda crm: crm.contacts.update_work(1, job="x"),
    "food": lambda crm: crm.contacts.update_food(1, food_preferences="x"),
    "first meeting": lambda crm: crm.contacts.update_introduction(1, general_information="x"),
    "avatar": lambda crm: crm.contacts.update_avatar(1, source="default"),
    "tags": lambda crm: crm.contacts.set_tags(1, ["x"]),
    "unset tag": lambda crm: crm.contacts.unset_tags(1, [3]),
    "clear tags": lambda crm: crm.contacts.clear_tags(1),
    "photo of a gift": lambda crm: crm.gifts.set_photo(1, 1),
    "add message": lambda crm: crm.conversations.add_message(
        1, written_at="2024-01-01", written_by_me=True, content="x"
    ),
    "update message": lambda crm: crm.conversations.update_message(
        1, 1, written_at="2024-01-01", written_by_me=True, content="x"
    ),
    "delete message": lambda crm: crm.conversations.delete_message(1, 1),
    "me contact": lambda crm: crm.set_me_contact(1),
    "a note": lambda crm: crm.notes.create(contact_id=1, body="x"),
    "a task": lambda crm: crm.tasks.create(contact_id=1, title="x"),
    "a call": lambda crm: crm.calls.create(contact_id=1, called_at="2024-01-01"),
    "a debt": lambda crm: crm.debts.create(
        contact_id=1, in_debt="yes", status="inprogress", amount=1
    ),
    "a gift": lambda crm: crm.gifts.create(contact_id=1, name="x", status="idea"),
    "an address": lambda crm: crm.addresses.create(contact_id=1, name="x"),
    "a document": lambda crm: crm.documents.create(contact_id=1, document=b"x"),
    "move note": lambda crm: crm.notes.update(3, contact_id=1),
}


def test_parts_of_record_of_another_account_are_not_found(two: Two) -> None:
    """Nothing can be added to a record of another account, and no part of it changed."""

    def check(name: str) -> None:
        two.missing(PARTS[name])

    assert failures(check, product(PARTS)) == []


def test_lists_of_contact_of_another_account_are_not_found(two: Two) -> None:
    """What belongs to a contact of another account is not listed."""
    cases = product(
        [
            *("activities", "addresses", "calls", "contact_fields", "conversations", "debts"),
            *("documents", "gifts", "logs", "notes", "pets", "photos", "reminders", "tasks"),
        ]
    )

    def check(name: str) -> None:
        contact = 2 if name in {"calls", "gifts"} else 1
        assert two.ada(lambda crm: getattr(crm, name).list(contact_id=contact)) != []
        two.missing(lambda crm: getattr(crm, name).list(contact_id=contact))

    assert failures(check, cases) == []


def test_relationships_and_tags_of_another_account_are_empty(two: Two) -> None:
    """Relationships and contacts of a tag are empty where the server does not answer 404."""
    assert two.grace(lambda crm: crm.relationships.list(contact_id=1)) == []
    assert two.grace(lambda crm: crm.tags.contacts(1)) == []
    assert two.ada(lambda crm: crm.relationships.list(contact_id=1)) != []
    assert two.ada(lambda crm: crm.tags.contacts(1)) != []
