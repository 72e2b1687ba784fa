"""The examples of Monica's page on relationships become typed objects, and requests equal them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import product
from typing import Any

from crmkit.monica import (
    Relationship,
    RelationshipInput,
    RelationshipType,
    RelationshipTypeGroup,
    RelationshipUpdateInput,
)
from tests.clients.conftest import MakeClient
from tests.clients.harness import failures, reply, sync_alone
from tests.clients.monica_wire import CLIENT, example

asynchronous = sync_alone

SAMPLE: Any = example("RelationshipOfPage")
GROUPS: Any = example("RelationshipTypeGroupPage")


def test_reads_relationship_of_vendor_page(client: MakeClient) -> None:
    """The vendor page's relationship is typed objects with every value."""
    crm = client(reply(SAMPLE), **CLIENT)

    result = crm(lambda crm: crm.relationships.get(20))

    assert (crm.seen[0].method, crm.seen[0].path) == ("GET", "/api/relationships/20")
    assert type(result) is Relationship
    assert result.id == 20
    assert result.account is not None
    assert result.account.id == 1
    assert result.created_at == result.updated_at == datetime(2018, 4, 16, 20, 49, 4, tzinfo=UTC)
    bailey, yoshiko = result.contact_is, result.of_contact
    assert bailey is not None
    assert yoshiko is not None
    assert (bailey.id, bailey.first_name, bailey.last_name) == (1, "Bailey", "Rolfson")
    assert (bailey.complete_name, bailey.initials, bailey.gender) == ("Bailey Rolfson", "BR", "Man")
    assert bailey.hash_id == "h:Y5LOkAdWNDqgVomKPv", "the page spells it hash_ID"
    assert (bailey.is_partial, bailey.is_dead) == (False, False)
    mine: Any = bailey.information
    born = mine.birthdate
    assert (born.is_age_based, born.is_year_unknown) == (True, False)
    assert born.date == datetime(1949, 1, 1, tzinfo=UTC)
    assert mine.deceased_date.date is None
    assert mine.avatar.url == "https://randomuser.me/api/portraits/men/42.jpg"
    assert mine.avatar.default_avatar_color == "#5f479a"
    # What the page of 2018 does not have yet is None.
    assert (bailey.uuid, bailey.nickname, bailey.url, result.uuid, result.url) == (None,) * 5
    assert (yoshiko.id, yoshiko.complete_name) == (3, "Yoshiko Ziemann")
    other: Any = yoshiko.information
    assert other.birthdate.date == datetime(1939, 4, 5, tzinfo=UTC)
    kind = result.relationship_type
    assert type(kind) is RelationshipType
    assert (kind.id, kind.name, kind.name_reverse_relationship) == (2, "spouse", "spouse")
    assert (kind.relationship_type_group_id, kind.delible) == (1, False)


def test_reads_type_groups_of_vendor_page(client: MakeClient) -> None:
    """The list under a contact's relationships on the vendor's page is that of the type groups."""
    crm = client(reply(GROUPS), **CLIENT)

    groups = crm(lambda crm: crm.relationship_type_groups.list())

    assert crm.seen[0].path == "/api/relationshiptypegroups"
    assert len(crm.seen) == 1, "the reply names its last page"
    assert [type(group) for group in groups] == [RelationshipTypeGroup] * 4
    assert [(group.id, group.name) for group in groups] == [
        (1, "love"),
        (2, "family"),
        (3, "friend"),
        (4, "work"),
    ]
    assert all(group.delible is False and group.account.id == 1 for group in groups)
    assert all(group.created_at is None and group.updated_at is None for group in groups)


def test_lists_relationships_of_contact(client: MakeClient) -> None:
    """GET /contacts/:id/relationships returns all relationships in one reply."""
    crm = client(reply({"data": [SAMPLE["data"]]}), **CLIENT)

    (result,) = crm(lambda crm: crm.relationships.list(contact_id=1))

    assert [(request.path, request.query) for request in crm.seen] == [
        ("/api/contacts/1/relationships", {})
    ]
    assert type(result) is Relationship


def test_creates_relationship_as_vendor_page_shows(client: MakeClient) -> None:
    """POST /relationships sends the page's body and returns the relationship."""
    crm = client(reply(SAMPLE, 201), **CLIENT)

    created = crm(
        lambda crm: crm.relationships.create(contact_is=1, relationship_type_id=2, of_contact=3)
    )
    crm(
        lambda crm: crm.relationships.create(
            RelationshipInput(contact_is=1, relationship_type_id=2, of_contact=3)
        )
    )

    assert type(created) is Relationship
    assert created.id == 20
    for seen in crm.seen:
        assert (seen.method, seen.path) == ("POST", "/api/relationships")
        assert seen.json == {"contact_is": 1, "relationship_type_id": 2, "of_contact": 3}
        assert seen.headers["content-type"] == "application/json"


def test_updates_relationship_as_vendor_page_shows(client: MakeClient) -> None:
    """PUT /relationships/:id sends the type alone and returns the relationship."""
    crm = client(reply(SAMPLE), **CLIENT)

    changed = crm(lambda crm: crm.relationships.update(20, relationship_type_id=1))
    crm(lambda crm: crm.relationships.update(20, RelationshipUpdateInput(relationship_type_id=1)))

    assert type(changed) is Relationship
    for seen in crm.seen:
        assert (seen.method, seen.path) == ("PUT", "/api/relationships/20")
        assert seen.json == {"relationship_type_id": 1}


def test_deletes_relationship_as_vendor_page_shows(client: MakeClient) -> None:
    """A deletion is done, whether the id is a str as on the page or an int as from a server."""

    def check(id: int | str) -> None:
        crm = client(reply({"deleted": True, "id": id}), **CLIENT)

        assert crm(lambda crm: crm.relationships.delete(31)) is None
        assert (crm.seen[0].method, crm.seen[0].path) == ("DELETE", "/api/relationships/31")
        assert crm.seen[0].body == b""

    assert failures(check, product([31, "31"])) == []


def test_to_dict_writes_back_vendor_example(client: MakeClient) -> None:
    """What was read is written back as it came, but for the page's own spellings."""
    crm = client(reply(SAMPLE), **CLIENT)
    result = crm(lambda crm: crm.relationships.get(20))
    written = result.to_dict()

    for name in ("id", "created_at", "relationship_type", "account"):
        assert written[name] == SAMPLE["data"][name]
    text = json.dumps(SAMPLE["data"]["contact_is"]).replace("avatar_url", "url")
    expected = json.loads(text.replace("hash_ID", "hash_id"))
    assert {member: written["contact_is"][member] for member in expected} == expected
