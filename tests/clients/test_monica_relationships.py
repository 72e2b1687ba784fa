"""Relationships: made in pairs, read from both sides, changed and deleted together."""

from __future__ import annotations

from typing import Any

import pytest

from crmkit import NotFoundError, ValidationError
from crmkit.monica import Relationship, RelationshipType
from tests.clients.conftest import MakeClient
from tests.clients.harness import Twin, reply
from tests.clients.monica_wire import CLIENT, example, listed

ALIVE = {"is_birthdate_known": False, "is_deceased": False, "is_deceased_date_known": False}


def person(crm: Twin, name: str, **members: Any) -> int:
    """Create a contact and return its id."""
    id: int = crm(lambda crm: crm.contacts.create(first_name=name, **ALIVE, **members)).id
    return id


def reverse_of(crm: Twin, id: int) -> Any:
    """Return the reverse of a relationship."""
    return crm(lambda crm: crm.relationships.reverse(id))


def pairs(crm: Twin, contact_id: int) -> list[tuple[str, int]]:
    """Return type and other contact of each relationship of a contact."""
    found = crm(lambda crm: crm.relationships.list(contact_id=contact_id))
    return [(one.relationship_type.name, one.of_contact.id) for one in found]


def test_the_life_of_a_relationship(monica: MakeClient) -> None:
    """Each step shows on both sides: made, read, changed from the other side, deleted."""
    crm = monica()
    peter, john = person(crm, "Peter"), person(crm, "John")
    uncle = crm(lambda crm: crm.relationship_types.find("uncle"))
    assert type(uncle) is RelationshipType

    made = crm(
        lambda crm: crm.relationships.create(
            contact_is=peter, relationship_type_id=uncle.id, of_contact=john
        )
    )
    assert type(made) is Relationship
    assert (made.contact_is.id, made.relationship_type.name) == (peter, "uncle")
    assert made.of_contact.id == john
    assert pairs(crm, peter) == [("uncle", john)]
    assert pairs(crm, john) == [("nephew", peter)]

    reverse = crm(lambda crm: crm.relationships.reverse(made.id))
    assert reverse.id == made.id + 1
    assert (reverse.contact_is.id, reverse.of_contact.id) == (john, peter)
    assert reverse.relationship_type.name == "nephew"
    assert crm(lambda crm: crm.relationships.reverse(reverse.id)).id == made.id

    parent = crm(lambda crm: crm.relationship_types.find("parent"))
    crm(lambda crm: crm.relationships.update(reverse.id, relationship_type_id=parent.id))
    assert pairs(crm, peter) == [("child", john)]
    assert pairs(crm, john) == [("parent", peter)]
    assert crm(lambda crm: crm.relationships.get(made.id)).relationship_type.name == "child"

    assert crm(lambda crm: crm.relationships.delete(reverse.id)) is None
    assert pairs(crm, peter) == pairs(crm, john) == []
    with pytest.raises(NotFoundError):
        crm(lambda crm: crm.relationships.get(made.id))


def test_every_type_has_its_reverse(monica: MakeClient) -> None:
    """The type of the reverse of each type is that which it names, and leads back."""
    crm = monica()
    types = crm(lambda crm: crm.relationship_types.list())
    assert len(types) == 27

    def found(one: RelationshipType) -> tuple[Any, Any]:
        return (
            crm(lambda crm: crm.relationship_types.reverse(one.id)),
            crm(lambda crm: crm.relationship_types.find(one.name)),
        )

    for one in types:
        reverse, itself = found(one)
        assert reverse.name == one.name_reverse_relationship
        assert reverse.name_reverse_relationship == one.name
        assert itself.id == one.id


def test_a_type_that_is_not_there(monica: MakeClient) -> None:
    """There is no type of an unknown name, and no reverse of an unknown type."""
    crm = monica()
    assert crm(lambda crm: crm.relationship_types.find("Uncle of mine")) is None
    with pytest.raises(NotFoundError) as caught:
        crm(lambda crm: crm.relationship_types.reverse(999))
    assert caught.value.code == 31


def test_groups_have_their_types(monica: MakeClient) -> None:
    """Each type belongs to one of the four groups."""
    crm = monica()
    groups = {one.id: one.name for one in crm(lambda crm: crm.relationship_type_groups.list())}
    types = crm(lambda crm: crm.relationship_types.list(page_size=5))
    assert sorted(groups.values()) == ["family", "friend", "love", "work"]
    assert {groups[one.relationship_type_group_id] for one in types} == set(groups.values())


def test_of_several_copies_the_reverse_is_a_near_one(monica: MakeClient) -> None:
    """An exact copy is accepted, and each finds a reverse that was made with it or beside it."""
    crm = monica()
    one, two = person(crm, "One"), person(crm, "Two")
    made = [
        crm(
            lambda crm: crm.relationships.create(
                contact_is=one, relationship_type_id=18, of_contact=two
            )
        )
        for _ in range(3)
    ]
    for copy in made:
        reverse = reverse_of(crm, copy.id)
        assert abs(reverse.id - copy.id) == 1
        assert (reverse.contact_is.id, reverse.of_contact.id) == (two, one)


def test_a_contact_related_to_itself(monica: MakeClient) -> None:
    """The server takes it; both halves are the contact's own."""
    crm = monica()
    one = person(crm, "Narcissus")
    made = crm(
        lambda crm: crm.relationships.create(
            contact_is=one, relationship_type_id=13, of_contact=one
        )
    )
    assert sorted(pairs(crm, one)) == [("nephew", one), ("uncle", one)]
    assert crm(lambda crm: crm.relationships.reverse(made.id)).id == made.id + 1


def test_a_partial_contact_goes_with_its_last_relationship(monica: MakeClient) -> None:
    """Who exists only as someone's relation is gone when that is deleted."""
    crm = monica()
    mother, child = person(crm, "Mother"), person(crm, "Child", is_partial=True)
    made = crm(
        lambda crm: crm.relationships.create(
            contact_is=mother, relationship_type_id=8, of_contact=child
        )
    )
    assert made.of_contact.is_partial is True
    assert crm(lambda crm: crm.contacts.get(child)).is_partial is True
    crm(lambda crm: crm.relationships.delete(made.id))
    with pytest.raises(NotFoundError):
        crm(lambda crm: crm.contacts.get(child))


@pytest.mark.parametrize("unknown", ["contact_is", "of_contact", "relationship_type_id"])
def test_what_does_not_exist(monica: MakeClient, unknown: str) -> None:
    """An unknown contact or type is refused with a sentence that names the field."""
    crm = monica()
    members = {"contact_is": 1, "of_contact": 2, "relationship_type_id": 2, unknown: 99_999}
    before = pairs(crm, 1)
    with pytest.raises(ValidationError) as caught:
        crm(lambda crm: crm.relationships.create(**members))
    assert caught.value.code == 32
    assert [*caught.value.fields] == [unknown]
    assert "invalid" in caught.value.message
    assert pairs(crm, 1) == before


def test_another_accounts_contact(monica: MakeClient, mocks: Any) -> None:
    """A contact of another account is not found, and its relationships are none."""
    crm = monica()
    other = monica(**mocks.monica.accounts["grace"])
    theirs = crm.finish(lambda: other.crm.contacts.list().first()).id
    with pytest.raises(NotFoundError) as caught:
        crm(
            lambda crm: crm.relationships.create(
                contact_is=1, relationship_type_id=2, of_contact=theirs
            )
        )
    assert caught.value.code == 31
    assert pairs(crm, theirs) == []
    assert pairs(other, theirs) != []


def test_an_unknown_relationship(monica: MakeClient) -> None:
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


def test_a_reverse_that_is_missing_is_none(client: MakeClient) -> None:
    """Where a server has only one half, there is no reverse."""
    one = example("RelationshipOfPage")["data"]
    kind = one["relationship_type"]
    crm = client(reply({"data": one}), reply({"data": []}), **CLIENT)
    assert crm(lambda crm: crm.relationships.reverse(20)) is None
    assert [seen.path for seen in crm.seen] == [
        "/api/relationships/20",
        "/api/contacts/3/relationships",
    ]
    alone = client(reply({"data": kind}), listed({**kind, "name": "other"}), **CLIENT)
    assert alone(lambda crm: crm.relationship_types.reverse(2)) is None
