"""Monica's relationships: always two rows, whichever side is written."""

from __future__ import annotations

import pytest

from tests.mock.plain_monica import PLAIN, Monica

PARENT, CHILD, PARTNER, BOSS, SUBORDINATE = 8, 9, 1, 21, 22


def sides(monica: Monica, contact: int) -> list[tuple[int, int, int, str]]:
    """Return id, both contacts and type of a contact's relationships."""
    return [
        (
            one["id"],
            one["contact_is"]["id"],
            one["of_contact"]["id"],
            one["relationship_type"]["name"],
        )
        for one in monica.get(f"/contacts/{contact}/relationships")
    ]


def test_seeded_types_and_groups(monica: Monica, grace: Monica) -> None:
    """An account begins with 27 types in 4 groups; each type's reverse is one of them."""
    types = monica.page("/relationshiptypes", limit=100)["data"]
    names = {one["name"]: one for one in types}
    assert [one["id"] for one in types] == [*range(1, 28)]
    assert all(
        names[one["name_reverse_relationship"]]["name_reverse_relationship"] == one["name"]
        for one in types
    )
    groups = monica.page("/relationshiptypegroups")["data"]
    assert [one["name"] for one in groups] == ["love", "family", "friend", "work"]
    assert {one["relationship_type_group_id"] for one in types} == {1, 2, 3, 4}
    assert grace.ids("/relationshiptypes", limit=1) == [28]
    grace.missing("GET", "/relationshiptypes/1")


def test_creating_makes_two_rows(monica: Monica) -> None:
    """The reply shows the row that was asked for; its reverse has the next id."""
    ann, bob = monica.contact("Ann"), monica.contact("Bob")
    first = monica.relate(ann, PARENT, bob)
    assert monica.relate(bob, BOSS, ann) == first + 2
    assert sides(monica, ann) == [
        (first, ann, bob, "parent"),
        (first + 3, ann, bob, "subordinate"),
    ]
    assert sides(monica, bob) == [(first + 1, bob, ann, "child"), (first + 2, bob, ann, "boss")]


def test_contacts_show_their_relationships_by_group(monica: Monica) -> None:
    """A contact names the other one under the type's group."""
    ann, bob = monica.contact("Ann"), monica.contact("Bob")
    id = monica.relate(ann, PARENT, bob)
    relations = monica.get(f"/contacts/{ann}")["information"]["relationships"]
    assert [*relations] == ["love", "family", "friend", "work"]
    assert [group["total"] for group in relations.values()] == [0, 1, 0, 0]
    (relation,) = relations["family"]["contacts"]
    assert relation["relationship"]["name"] == "parent"
    assert relation["relationship"]["id"] == id
    assert relation["contact"]["id"] == bob


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_updating_a_side_updates_both(monica: Monica, side: int, method: str) -> None:
    """Another type for one row gives the other one the reverse; contacts cannot be changed."""
    ann, bob, third = monica.contact("Ann"), monica.contact("Bob"), monica.contact("Cid")
    id = monica.relate(ann, PARENT, bob)
    body = {"relationship_type_id": BOSS, "contact_is": third, "of_contact": third}
    monica.tree(method, f"/relationships/{id + side}", body)
    names = ["boss", "subordinate"]
    assert sides(monica, ann) == [(id, ann, bob, names[side])]
    assert sides(monica, bob) == [(id + 1, bob, ann, names[1 - side])]
    assert sides(monica, third) == []


@pytest.mark.parametrize("side", [0, 1])
def test_deleting_a_side_deletes_both(monica: Monica, side: int) -> None:
    """The reply names the id as a text, and neither row is left."""
    ann, bob = monica.contact("Ann"), monica.contact("Bob")
    id = monica.relate(ann, PARENT, bob)
    assert monica.delete(f"/relationships/{id + side}")["id"] == str(id + side)
    assert sides(monica, ann) == sides(monica, bob) == []
    for gone in (id, id + 1):
        monica.missing("GET", f"/relationships/{gone}")
        sentence = "The selected relationship id is invalid."
        assert monica.refused("DELETE", f"/relationships/{gone}") == [sentence]


def test_duplicates_and_relations_to_oneself_are_two_rows_more(monica: Monica) -> None:
    """The same once more is accepted, and so is a contact's relation to itself."""
    ann, bob = monica.contact("Ann"), monica.contact("Bob")
    first, second = monica.relate(ann, PARTNER, bob), monica.relate(ann, PARTNER, bob)
    assert second == first + 2
    own = monica.relate(ann, PARTNER, ann)
    assert [one[0] for one in sides(monica, ann)] == [first, second, own, own + 1]
    monica.delete(f"/relationships/{own}")
    monica.delete(f"/relationships/{first}")
    # "A" reverse goes with it, not necessarily the one that came with it.
    assert len(sides(monica, ann)) == len(sides(monica, bob)) == 1


def test_a_partial_contact_goes_with_its_last_relationship(monica: Monica) -> None:
    """It stays while it has another one, and goes only if it is the `of_contact`."""
    ann, bob = monica.contact("Ann"), monica.contact("Bob")
    max_ = monica.contact("Max", is_partial=True)
    first, second = monica.relate(ann, PARENT, max_), monica.relate(bob, PARENT, max_)
    monica.delete(f"/relationships/{first}")
    assert monica.get(f"/contacts/{max_}")["is_partial"] is True
    monica.delete(f"/relationships/{second}")
    monica.missing("GET", f"/contacts/{max_}")

    kim = monica.contact("Kim", is_partial=True)
    third = monica.relate(ann, PARENT, kim)
    monica.delete(f"/relationships/{third + 1}")
    assert monica.get(f"/contacts/{kim}")["first_name"] == "Kim"


def test_a_partial_contact_has_the_hash_of_its_owner(monica: Monica) -> None:
    """Without a relationship the hash is empty; and there is no url, rather than a null one."""
    ann, max_ = monica.contact("Ann"), monica.contact("Max", is_partial=True)
    assert monica.get(f"/contacts/{max_}")["hash_id"] == ""
    id = monica.relate(ann, PARENT, max_)
    assert monica.get(f"/contacts/{max_}")["hash_id"] == monica.get(f"/contacts/{ann}")["hash_id"]
    assert "url" not in monica.get(f"/relationships/{id}")["of_contact"]


def test_deleting_a_contact_deletes_its_relationships(monica: Monica) -> None:
    """Both rows go with either contact, also those of the one that stays."""
    ann, bob = monica.contact("Ann"), monica.contact("Bob")
    id = monica.relate(ann, PARENT, bob)
    monica.delete(f"/contacts/{bob}")
    assert sides(monica, ann) == []
    monica.missing("GET", f"/relationships/{id}")
    body = {"contact_is": ann, "relationship_type_id": CHILD, "of_contact": bob}
    monica.missing("POST", "/relationships", body)


@pytest.mark.parametrize(
    ("body", "sentences"),
    [
        (
            {},
            [
                "The contact is field is required.",
                "The of contact field is required.",
                "The relationship type id field is required.",
            ],
        ),
        ({"contact_is": "x"}, ["The contact is must be an integer."]),
        ({"contact_is": [1]}, ["The contact is must be an integer."]),
        ({"contact_is": 1.5}, ["The contact is must be an integer."]),
        ({"contact_is": True}, ["The contact is must be an integer."]),
        ({"contact_is": 0}, ["The selected contact is is invalid."]),
        ({"of_contact": 10**30}, ["The of contact must be an integer."]),
        ({"relationship_type_id": 999}, ["The selected relationship type id is invalid."]),
    ],
)
def test_bad_relationships_are_refused(
    monica: Monica, body: dict[str, object], sentences: list[str]
) -> None:
    """Each wrong member gets its sentence, and nothing is written."""
    before = monica.mock.snapshot()
    whole = {"contact_is": 1, "of_contact": 2, "relationship_type_id": 8} if body else {}
    assert monica.refused("POST", "/relationships", {**whole, **body}) == sentences
    assert monica.mock.snapshot() == before


def test_other_accounts_pass_validation_and_are_not_found(monica: Monica, grace: Monica) -> None:
    """Contacts, types and relationships of another account exist for the rules, then are 404."""
    theirs = grace.ids("/contacts")[0]
    good = {"contact_is": 1, "of_contact": 2, "relationship_type_id": 8}
    for change in ({"contact_is": theirs}, {"of_contact": theirs}, {"relationship_type_id": 28}):
        monica.missing("POST", "/relationships", {**good, **change})
    monica.missing("PUT", "/relationships/1", {"relationship_type_id": 28})
    for method, body in (("PUT", {"relationship_type_id": 28}), ("DELETE", None), ("GET", None)):
        grace.missing(method, "/relationships/1", body)
    assert grace.get("/contacts/1/relationships") == []
    assert monica.get("/contacts/999999/relationships") == []
    assert monica.get("/contacts/abc/relationships") == []


def test_an_archived_contact_is_not_related(monica: Monica) -> None:
    """An archived `contact_is` is refused with one sentence, an archived `of_contact` is not."""
    ann, bob = monica.contact("Ann"), monica.contact("Bob")
    monica.mock.archive(ann)
    body = {"contact_is": ann, "relationship_type_id": PARENT, "of_contact": bob}
    assert len(monica.refused("POST", "/relationships", body)) == 1
    assert sides(monica, bob) == []
    assert monica.relate(bob, PARENT, ann)


def test_the_list_takes_no_pages(monica: Monica) -> None:
    """Limit and page change nothing, but a bad one is refused; there is no list of all."""
    assert len(monica.get("/contacts/1/relationships?limit=1&page=9")) == 2
    assert monica.tree("GET", "/contacts/1/relationships?limit=101", status=400)
    reply = monica.http.get("/relationships")
    assert (reply.status_code, reply.headers["allow"]) == (405, "POST, POST")


def test_trailing_slashes_change_nothing(monica: Monica) -> None:
    """The paths of the vendor's page, which end in slashes, work."""
    assert monica.get("/contacts/1/relationships/") == monica.get("/contacts/1/relationships")
    body = {"contact_is": 1, "relationship_type_id": 2, "of_contact": 3}
    assert monica.tree("POST", "/relationships/", body, 201)["data"]["of_contact"]["id"] == 3
    assert monica.post("/contacts/", **{**PLAIN, "first_name": "X"})["id"]
