"""Relationships: created in pairs, read from both sides, updated and deleted together."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from crmkit import NotFoundError, ValidationError
from crmkit.monica import Relationship, RelationshipType
from tests.clients.conftest import MakeClient
from tests.clients.harness import Driver, both, failures, reply, sync_alone
from tests.clients.monica_wire import ALIVE, CLIENT, example, listed

asynchronous = sync_alone


def person(crm: Driver, name: str, **members: Any) -> int:
    """Create a contact and return its id."""
    id: int = crm(lambda crm: crm.contacts.create(first_name=name, **ALIVE, **members)).id
    return id


def reverse_of(crm: Driver, id: int) -> Any:
    """Return the reverse of a relationship."""
    return crm(lambda crm: crm.relationships.reverse(id))


def pairs(crm: Driver, contact_id: int) -> list[tuple[str, int]]:
    """Return type and other contact of each relationship of a contact."""
    result = crm(lambda crm: crm.relationships.list(contact_id=contact_id))
    return [(record.relationship_type.name, record.of_contact.id) for record in result]


@both
def test_create_update_delete_show_on_both_sides(monica: MakeClient) -> None:
    """Each change shows on both sides: created, read, updated from the other side, deleted."""
    crm = monica()
    peter, john = person(crm, "Peter"), person(crm, "John")
    uncle = crm(lambda crm: crm.relationship_types.find("uncle"))
    assert type(uncle) is RelationshipType

    created = crm(
        lambda crm: crm.relationships.create(
            contact_is=peter, relationship_type_id=uncle.id, of_contact=john
        )
    )
    assert type(created) is Relationship
    assert created.contact_is is not None
    assert created.of_contact is not None
    assert created.relationship_type is not None
    assert (created.contact_is.id, created.relationship_type.name) == (peter, "uncle")
    assert created.of_contact.id == john
    assert pairs(crm, peter) == [("uncle", john)]
    assert pairs(crm, john) == [("nephew", peter)]

    reverse = crm(lambda crm: crm.relationships.reverse(created.id))
    assert reverse.id == created.id + 1
    assert (reverse.contact_is.id, reverse.of_contact.id) == (john, peter)
    assert reverse.relationship_type.name == "nephew"
    assert crm(lambda crm: crm.relationships.reverse(reverse.id)).id == created.id

    parent = crm(lambda crm: crm.relationship_types.find("parent"))
    crm(lambda crm: crm.relationships.update(reverse.id, relationship_type_id=parent.id))
    assert pairs(crm, peter) == [("child", john)]
    assert pairs(crm, john) == [("parent", peter)]
    assert crm(lambda crm: crm.relationships.get(created.id)).relationship_type.name == "child"

    assert crm(lambda crm: crm.relationships.delete(reverse.id)) is None
    assert pairs(crm, peter) == pairs(crm, john) == []
    with pytest.raises(NotFoundError):
        crm(lambda crm: crm.relationships.get(created.id))


@both
def test_every_type_has_reverse(monica: MakeClient) -> None:
    """The reverse of each type is the type that it names, and leads back."""
    crm = monica()
    types = crm(lambda crm: crm.relationship_types.list())
    assert len(types) == 27

    def reverse_and_self(record: RelationshipType) -> tuple[Any, Any]:
        return (
            crm(lambda crm: crm.relationship_types.reverse(record.id)),
            crm(lambda crm: crm.relationship_types.find(record.name)),
        )

    for record in types:
        reverse, itself = reverse_and_self(record)
        assert reverse.name == record.name_reverse_relationship
        assert reverse.name_reverse_relationship == record.name
        assert itself.id == record.id


@both
def test_unknown_type(monica: MakeClient) -> None:
    """`find` of an unknown name is None; the reverse of an unknown type is not found."""
    crm = monica()
    assert crm(lambda crm: crm.relationship_types.find("Uncle of mine")) is None
    with pytest.raises(NotFoundError) as caught:
        crm(lambda crm: crm.relationship_types.reverse(999))
    assert caught.value.code == 31


def test_types_belong_to_groups(monica: MakeClient) -> None:
    """Each type belongs to one of the four groups."""
    crm = monica()
    groups = {
        record.id: record.name for record in crm(lambda crm: crm.relationship_type_groups.list())
    }
    types = crm(lambda crm: crm.relationship_types.list(page_size=5))
    assert sorted(groups.values()) == ["family", "friend", "love", "work"]
    assert {groups[record.relationship_type_group_id] for record in types} == set(groups.values())


def test_reverse_of_copies_is_nearest(monica: MakeClient) -> None:
    """An exact copy is accepted, and each finds the reverse that was created nearest to it."""
    crm = monica()
    first, second = person(crm, "One"), person(crm, "Two")
    created = [
        crm(
            lambda crm: crm.relationships.create(
                contact_is=first, relationship_type_id=18, of_contact=second
            )
        )
        for _ in range(3)
    ]
    for copy in created:
        reverse = reverse_of(crm, copy.id)
        assert abs(reverse.id - copy.id) == 1
        assert (reverse.contact_is.id, reverse.of_contact.id) == (second, first)


def test_contact_related_to_itself(monica: MakeClient) -> None:
    """The server accepts it; both halves belong to the contact."""
    crm = monica()
    narcissus = person(crm, "Narcissus")
    created = crm(
        lambda crm: crm.relationships.create(
            contact_is=narcissus, relationship_type_id=13, of_contact=narcissus
        )
    )
    assert sorted(pairs(crm, narcissus)) == [("nephew", narcissus), ("uncle", narcissus)]
    assert crm(lambda crm: crm.relationships.reverse(created.id)).id == created.id + 1


def test_partial_contact_is_deleted_with_last_relationship(monica: MakeClient) -> None:
    """A partial contact is deleted with its last relationship."""
    crm = monica()
    mother, child = person(crm, "Mother"), person(crm, "Child", is_partial=True)
    created = crm(
        lambda crm: crm.relationships.create(
            contact_is=mother, relationship_type_id=8, of_contact=child
        )
    )
    assert created.of_contact.is_partial is True
    assert crm(lambda crm: crm.contacts.get(child)).is_partial is True
    crm(lambda crm: crm.relationships.delete(created.id))
    with pytest.raises(NotFoundError):
        crm(lambda crm: crm.contacts.get(child))


def test_unknown_ids_are_reported_by_field(monica: MakeClient) -> None:
    """An unknown contact or type is refused with a message that names the field."""
    cases = product(["contact_is", "of_contact", "relationship_type_id"])

    def check(unknown: str) -> None:
        crm = monica()
        members = {"contact_is": 1, "of_contact": 2, "relationship_type_id": 2, unknown: 99_999}
        before = pairs(crm, 1)
        with pytest.raises(ValidationError) as caught:
            crm(lambda crm: crm.relationships.create(**members))
        assert caught.value.code == 32
        assert [*caught.value.fields] == [unknown]
        assert "invalid" in caught.value.message
        assert pairs(crm, 1) == before

    assert failures(check, cases) == []


def test_contact_of_another_account_is_not_found(monica: MakeClient, mocks: Any) -> None:
    """A contact of another account is not found, and its relationships are empty."""
    crm = monica()
    other = monica(**mocks.monica.accounts["grace"])
    others_contact = crm.finish(lambda: other.crm.contacts.list().first()).id
    with pytest.raises(NotFoundError) as caught:
        crm(
            lambda crm: crm.relationships.create(
                contact_is=1, relationship_type_id=2, of_contact=others_contact
            )
        )
    assert caught.value.code == 31
    assert pairs(crm, others_contact) == []
    assert pairs(other, others_contact) != []


def test_unknown_relationship(monica: MakeClient) -> None:
    """An unknown id is not found where it is read, and refused where it is written."""
    crm = monica()
    with pytest.raises(NotFoundError):
        crm(lambda crm: crm.relationships.get(9999))
    with pytest.raises(NotFoundError):
        crm(lambda crm: crm.relationships.reverse(9999))
    for work in (
        lambda crm: crm.relationships.update(9999, relationship_type_id=1),
        lambda crm: crm.relationships.delete(9999),
    ):
        with pytest.raises(ValidationError) as caught:
            crm(work)
        assert caught.value.fields == {
            "relationship_id": ["The selected relationship id is invalid."]
        }


@both
def test_missing_reverse_is_none(client: MakeClient) -> None:
    """Where a server has only one half, the reverse is None."""
    record = example("RelationshipOfPage")["data"]
    kind = record["relationship_type"]
    crm = client(reply({"data": record}), reply({"data": []}), **CLIENT)
    assert crm(lambda crm: crm.relationships.reverse(20)) is None
    assert [seen.path for seen in crm.seen] == [
        "/api/relationships/20",
        "/api/contacts/3/relationships",
    ]
    alone = client(reply({"data": kind}), listed({**kind, "name": "other"}), **CLIENT)
    assert alone(lambda crm: crm.relationship_types.reverse(2)) is None
