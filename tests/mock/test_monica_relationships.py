"""Monica's relationships: always two records, whichever side is written."""

from __future__ import annotations

from typing import Any

from tests.mock.plain_monica import PLAIN, Monica

PARENT, CHILD, PARTNER, BOSS, SUBORDINATE = 8, 9, 1, 21, 22


def sides(monica: Monica, contact: int) -> list[tuple[int, int, int, str]]:
    """Return id, both contacts and type of a contact's relationships."""
    return [
        (
            relationship["id"],
            relationship["contact_is"]["id"],
            relationship["of_contact"]["id"],
            relationship["relationship_type"]["name"],
        )
        for relationship in monica.get(f"/contacts/{contact}/relationships")
    ]


def test_seeds_types_and_groups(monica: Monica, grace: Monica) -> None:
    """A new account has 27 types in 4 groups; each type's reverse is one of them."""
    types = monica.page("/relationshiptypes", limit=100)["data"]
    names = {type_["name"]: type_ for type_ in types}
    assert [type_["id"] for type_ in types] == [*range(1, 28)]
    assert all(
        names[type_["name_reverse_relationship"]]["name_reverse_relationship"] == type_["name"]
        for type_ in types
    )
    groups = monica.page("/relationshiptypegroups")["data"]
    assert [group["name"] for group in groups] == ["love", "family", "friend", "work"]
    assert {type_["relationship_type_group_id"] for type_ in types} == {1, 2, 3, 4}
    assert grace.ids("/relationshiptypes", limit=1) == [28]
    grace.expect_not_found("GET", "/relationshiptypes/1")


def test_creates_two_records(monica: Monica) -> None:
    """The reply has the record that was asked for; its reverse gets the next id."""
    ann, bob = monica.contact("Ann"), monica.contact("Bob")
    first = monica.relate(ann, PARENT, bob)
    assert monica.relate(bob, BOSS, ann) == first + 2
    assert sides(monica, ann) == [
        (first, ann, bob, "parent"),
        (first + 3, ann, bob, "subordinate"),
    ]
    assert sides(monica, bob) == [(first + 1, bob, ann, "child"), (first + 2, bob, ann, "boss")]


def test_updates_both_sides(monica: Monica) -> None:
    """Another type for one record gives the other the reverse; contacts cannot be changed."""
    third = monica.contact("Cid")
    names = ["boss", "subordinate"]
    for method in ("PUT", "PATCH"):
        for side in (0, 1):
            ann, bob = monica.contact("Ann"), monica.contact("Bob")
            id = monica.relate(ann, PARENT, bob)
            body = {"relationship_type_id": BOSS, "contact_is": third, "of_contact": third}
            monica.tree(method, f"/relationships/{id + side}", body)
            case = f"{method} of side {side}"
            assert sides(monica, ann) == [(id, ann, bob, names[side])], case
            assert sides(monica, bob) == [(id + 1, bob, ann, names[1 - side])], case
    assert sides(monica, third) == []


def test_deletes_both_sides(monica: Monica) -> None:
    """The reply has the id as a str, and neither record is left."""
    ann, bob = monica.contact("Ann"), monica.contact("Bob")
    for side in (0, 1):
        id = monica.relate(ann, PARENT, bob)
        assert monica.delete(f"/relationships/{id + side}")["id"] == str(id + side)
        assert sides(monica, ann) == sides(monica, bob) == [], side
        for deleted in (id, id + 1):
            monica.expect_not_found("GET", f"/relationships/{deleted}")
            message = "The selected relationship id is invalid."
            assert monica.expect_invalid("DELETE", f"/relationships/{deleted}") == [message]


def test_accepts_duplicates_and_relationships_to_oneself(monica: Monica) -> None:
    """Each is two records more."""
    ann, bob = monica.contact("Ann"), monica.contact("Bob")
    first, second = monica.relate(ann, PARTNER, bob), monica.relate(ann, PARTNER, bob)
    assert second == first + 2
    own = monica.relate(ann, PARTNER, ann)
    assert [side[0] for side in sides(monica, ann)] == [first, second, own, own + 1]
    monica.delete(f"/relationships/{own}")
    monica.delete(f"/relationships/{first}")
    # "A" reverse goes with it, not necessarily the one that was created with it.
    # To oneself, "a" reverse is the relationship itself.
    assert [side[0] for side in sides(monica, ann)] == [second, own + 1]
    assert len(sides(monica, bob)) == 1


def test_deletes_a_partial_contact_with_its_last_relationship(monica: Monica) -> None:
    """It stays while it has another one, and goes only if it is the `of_contact`."""
    ann, bob = monica.contact("Ann"), monica.contact("Bob")
    max_ = monica.contact("Max", is_partial=True)
    first, second = monica.relate(ann, PARENT, max_), monica.relate(bob, PARENT, max_)
    monica.delete(f"/relationships/{first}")
    assert monica.get(f"/contacts/{max_}")["is_partial"] is True
    monica.delete(f"/relationships/{second}")
    monica.expect_not_found("GET", f"/contacts/{max_}")

    kim = monica.contact("Kim", is_partial=True)
    third = monica.relate(ann, PARENT, kim)
    monica.delete(f"/relationships/{third + 1}")
    assert monica.get(f"/contacts/{kim}")["first_name"] == "Kim"


def test_gives_a_partial_contact_the_hash_of_its_owner(monica: Monica) -> None:
    """Without a relationship the hash is empty; `url` is absent rather than null."""
    ann, max_ = monica.contact("Ann"), monica.contact("Max", is_partial=True)
    assert monica.get(f"/contacts/{max_}")["hash_id"] == ""
    id = monica.relate(ann, PARENT, max_)
    assert monica.get(f"/contacts/{max_}")["hash_id"] == monica.get(f"/contacts/{ann}")["hash_id"]
    assert "url" not in monica.get(f"/relationships/{id}")["of_contact"]


def test_deletes_the_relationships_of_a_deleted_contact(monica: Monica) -> None:
    """Both records go with either contact, also that of the contact that stays."""
    ann, bob = monica.contact("Ann"), monica.contact("Bob")
    id = monica.relate(ann, PARENT, bob)
    monica.delete(f"/contacts/{bob}")
    assert sides(monica, ann) == []
    monica.expect_not_found("GET", f"/relationships/{id}")
    body = {"contact_is": ann, "relationship_type_id": CHILD, "of_contact": bob}
    monica.expect_not_found("POST", "/relationships", body)


def test_rejects_invalid_relationships(monica: Monica) -> None:
    """Each invalid member gets its message, and nothing is written."""
    before = monica.mock.snapshot()
    assert monica.expect_invalid("POST", "/relationships", {}) == [
        "The contact is field is required.",
        "The of contact field is required.",
        "The relationship type id field is required.",
    ]
    cases: list[tuple[str, Any, str]] = [
        ("contact_is", "x", "The contact is must be an integer."),
        ("contact_is", [1], "The contact is must be an integer."),
        ("contact_is", 1.5, "The contact is must be an integer."),
        ("contact_is", False, "The contact is must be an integer."),
        ("contact_is", 0, "The selected contact is is invalid."),
        ("of_contact", 10**30, "The of contact must be an integer."),
        ("relationship_type_id", 999, "The selected relationship type id is invalid."),
    ]
    valid = {"contact_is": 1, "of_contact": 2, "relationship_type_id": PARENT}
    for member, value, message in cases:
        messages = monica.expect_invalid("POST", "/relationships", {**valid, member: value})
        assert messages == [message], (member, value)
    assert monica.mock.snapshot() == before


def test_does_not_find_records_of_another_account(monica: Monica, grace: Monica) -> None:
    """Contacts, types and relationships of another account pass the rules, then are 404."""
    theirs = grace.ids("/contacts")[0]
    valid = {"contact_is": 1, "of_contact": 2, "relationship_type_id": PARENT}
    for change in ({"contact_is": theirs}, {"of_contact": theirs}, {"relationship_type_id": 28}):
        monica.expect_not_found("POST", "/relationships", {**valid, **change})
    monica.expect_not_found("PUT", "/relationships/1", {"relationship_type_id": 28})
    for method, body in (("PUT", {"relationship_type_id": 28}), ("DELETE", None), ("GET", None)):
        grace.expect_not_found(method, "/relationships/1", body)
    assert grace.get("/contacts/1/relationships") == []
    assert monica.get("/contacts/999999/relationships") == []
    assert monica.get("/contacts/abc/relationships") == []


def test_rejects_an_archived_contact(monica: Monica) -> None:
    """An archived `contact_is` is refused with one message, an archived `of_contact` is not."""
    ann, bob = monica.contact("Ann"), monica.contact("Bob")
    monica.mock.archive(ann)
    body = {"contact_is": ann, "relationship_type_id": PARENT, "of_contact": bob}
    assert len(monica.expect_invalid("POST", "/relationships", body)) == 1
    assert sides(monica, bob) == []
    assert monica.relate(bob, PARENT, ann)


def test_lists_without_pages(monica: Monica) -> None:
    """Limit and page have no effect, but an invalid one is refused; there is no list of all."""
    assert len(monica.get("/contacts/1/relationships?limit=1&page=9")) == 2
    assert monica.tree("GET", "/contacts/1/relationships?limit=101", status=400)
    reply = monica.http.get("/relationships")
    assert (reply.status_code, reply.headers["allow"]) == (405, "POST, POST")


def test_ignores_trailing_slashes(monica: Monica) -> None:
    """The paths of the vendor's page, which end in slashes, work."""
    assert monica.get("/contacts/1/relationships/") == monica.get("/contacts/1/relationships")
    body = {"contact_is": 1, "relationship_type_id": 2, "of_contact": 3}
    assert monica.tree("POST", "/relationships/", body, 201)["data"]["of_contact"]["id"] == 3
    assert monica.post("/contacts/", **{**PLAIN, "first_name": "X"})["id"]
