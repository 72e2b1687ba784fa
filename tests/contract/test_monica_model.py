"""Any sequence of calls leaves Monica's pairs, pages and tags as a model of dicts has them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import httpx
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from crmkit_mock import MockCRMs
from tests.contract.machines import ActingMachine, held
from tests.contract.tiers import quick

PLAIN = {"is_birthdate_known": False, "is_deceased": False, "is_deceased_date_known": False}
#: Some types: one that is its own reverse, and two that are each other's.
REVERSES = {1: 1, 8: 9, 9: 8, 18: 18, 21: 22, 22: 21}
TAGS = ("red", "green", "blue")

#: A side of a relationship: contact_is, type, of_contact.
Side = tuple[int, int, int]


class People(ActingMachine):
    """Creates, relates, tags and deletes contacts over the wire, and in dicts."""

    def __init__(self) -> None:
        super().__init__()
        self.mocks = MockCRMs(seed="empty")
        mock = self.mocks.monica
        self.http = httpx.Client(
            base_url=mock.base_url,
            transport=mock.transport,
            headers={
                "Accept": "application/json",
                "Authorization": f"Bearer {mock.credentials['token']}",
            },
        )
        #: Tags by contact.
        self.tags: dict[int, set[str]] = {}
        self.partial: set[int] = set()
        self.gone: set[int] = set()
        self.sides: Counter[Side] = Counter()

    def teardown(self) -> None:
        """Close mock and client."""
        self.http.close()
        self.mocks.close()

    def tree(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        """Send a request, check its status, return its tree."""
        options = {} if body is None else {"json": body}
        reply = self.http.request(method, path, **options)
        assert reply.status_code == status, reply.text
        return reply.json()

    def living(self, data: st.DataObject, among: Iterable[int] = ()) -> int:
        """Choose a contact that exists, of some if there are any of them."""
        return data.draw(st.sampled_from(sorted(among) or sorted(self.tags)))

    @initialize(data=st.data())
    def populate(self, data: st.DataObject) -> None:
        """Put contacts with tags and relationships there, some of them partial."""
        for number in range(6):
            self.create(partial=number % 3 == 2)
        real = sorted(self.tags.keys() - self.partial)
        for contact in real[:3]:
            self.tag_one(contact, data.draw(st.lists(st.sampled_from(TAGS), min_size=1)))
        self.tag_one(real[0], [*TAGS])
        self.untag_one(real[0], [TAGS[0], TAGS[1]])
        self.untag_one(real[0], [TAGS[2]])
        self.tag_one(real[0], [*TAGS])
        for contact in sorted(self.tags):
            other = self.living(data, self.tags.keys() - {contact})
            self.relate_two(contact, data.draw(st.sampled_from([*REVERSES])), other)

    @rule(partial=st.booleans())
    def create(self, *, partial: bool) -> None:
        """Create a contact."""
        body = {**PLAIN, "first_name": "x", "is_partial": partial}
        id: int = self.tree("POST", "/contacts", body, 201)["data"]["id"]
        assert id not in self.tags
        assert id not in self.gone
        self.tags[id] = set()
        if partial:
            self.partial.add(id)
        self.did("partial contact created" if partial else "contact created")

    @rule(data=st.data(), type_=st.sampled_from([*REVERSES]))
    def relate(self, data: st.DataObject, type_: int) -> None:
        """Relate two contacts.

        Pairs of a contact with itself come apart on the server, which has a test of its own.
        """
        if len(self.tags) > 1:
            contact = self.living(data)
            self.relate_two(contact, type_, self.living(data, self.tags.keys() - {contact}))

    def relate_two(self, contact: int, type_: int, other: int) -> None:
        """Relate two contacts that exist."""
        body = {"contact_is": contact, "relationship_type_id": type_, "of_contact": other}
        shown = self.tree("POST", "/relationships", body, 201)["data"]
        assert side(shown) == (contact, type_, other)
        self.sides[contact, type_, other] += 1
        self.sides[other, REVERSES[type_], contact] += 1
        self.did("related")

    @rule(data=st.data(), type_=st.sampled_from([*REVERSES]), turned=st.booleans())
    def relate_a_deleted_one(self, data: st.DataObject, type_: int, *, turned: bool) -> None:
        """Relate a contact with one that is deleted, which is not found."""
        if not (self.tags and self.gone):
            return
        pair = [self.living(data), data.draw(st.sampled_from(sorted(self.gone)))]
        contact, other = reversed(pair) if turned else pair
        body = {"contact_is": contact, "relationship_type_id": type_, "of_contact": other}
        self.tree("POST", "/relationships", body, 404)
        self.did("relationship of a deleted contact refused")

    @rule(data=st.data(), type_=st.sampled_from([*REVERSES]))
    def retype(self, data: st.DataObject, type_: int) -> None:
        """Give a relationship another type, from either side."""
        shown = self.chosen(data)
        if shown is None:
            return
        contact, _, other = former = side(shown)
        body = {"relationship_type_id": type_}
        changed = self.tree("PUT", f"/relationships/{shown['id']}", body)["data"]
        assert (changed["id"], side(changed)) == (shown["id"], (contact, type_, other))
        self.did("type changed" if former[1] != type_ else "type kept")
        self.forget(former)
        self.sides[contact, type_, other] += 1
        self.sides[other, REVERSES[type_], contact] += 1

    @rule(data=st.data())
    def unrelate(self, data: st.DataObject) -> None:
        """Delete a relationship, from either side; and with it perhaps a partial contact."""
        shown = self.chosen(data)
        if shown is None:
            return
        self.tree("DELETE", f"/relationships/{shown['id']}")
        self.tree("GET", f"/relationships/{shown['id']}", None, 404)
        self.forget(side(shown))
        self.did("relationship deleted")
        self.vanish(side(shown)[2])

    @rule(data=st.data(), related=st.booleans())
    def delete(self, data: st.DataObject, *, related: bool) -> None:
        """Delete a contact, and its relationships with it."""
        if not self.tags:
            return
        sides = +self.sides
        contact = self.living(data, {key[0] for key in sides} & self.tags.keys() if related else ())
        others = {key[2] for key in sides if key[0] == contact} - {contact}
        self.tree("DELETE", f"/contacts/{contact}")
        self.tree("DELETE", f"/contacts/{contact}", None, 404)
        del self.tags[contact]
        self.partial.discard(contact)
        self.gone.add(contact)
        self.sides = Counter(
            {key: count for key, count in sides.items() if contact not in (key[0], key[2])}
        )
        self.did("related contact deleted" if others else "contact without relationships deleted")
        for other in others:
            self.vanish(other)

    @rule(data=st.data(), names=st.lists(st.sampled_from(TAGS), min_size=1, max_size=2))
    def tag(self, data: st.DataObject, names: list[str]) -> None:
        """Add tags to a contact."""
        if self.tags:
            self.tag_one(self.living(data), names)

    def tag_one(self, contact: int, names: list[str]) -> None:
        """Add tags to a contact that exists."""
        self.tree("POST", f"/contacts/{contact}/setTags", {"tags": names})
        self.did("tagged" if {*names} - self.tags[contact] else "tagged in vain")
        self.tags[contact] |= {*names}

    @rule(data=st.data(), carried=st.booleans(), several=st.booleans())
    def untag(self, data: st.DataObject, *, carried: bool, several: bool) -> None:
        """Remove tags from a contact, whether it has them or not."""
        ids = self.tag_ids()
        if not (self.tags and ids):
            return
        tagged = {contact for contact, names in self.tags.items() if names}
        contact = self.living(data, tagged if carried else ())
        known = sorted(self.tags[contact]) if carried and self.tags[contact] else sorted(ids)
        names = known[:2] if several else [data.draw(st.sampled_from(known))]
        self.untag_one(contact, names)

    def untag_one(self, contact: int, names: list[str]) -> None:
        """Remove tags from a contact that exists."""
        ids = self.tag_ids()
        body = {"tags": [ids[name] for name in names]}
        self.tree("POST", f"/contacts/{contact}/unsetTag", body)
        count = len(self.tags[contact] & {*names})
        self.did({0: "untagged in vain", 1: "untagged"}.get(count, "several tags removed"))
        self.tags[contact] -= {*names}

    @rule(name=st.sampled_from(TAGS))
    def delete_tag(self, name: str) -> None:
        """Delete a tag."""
        id = self.tag_ids().get(name)
        if id is not None:
            self.tree("DELETE", f"/tags/{id}")
            carried = any(name in names for names in self.tags.values())
            self.did("tag that contacts have deleted" if carried else "tag deleted")
            for names in self.tags.values():
                names.discard(name)

    @invariant()
    def relationships_come_in_pairs(self) -> None:
        """Check that the wire has the sides of the model, each with its reverse."""
        shown: Counter[Side] = Counter()
        for contact in self.tags:
            shown.update(side(row) for row in self.listed(contact))
        assert shown == +self.sides
        for contact, type_, other in shown:
            back = shown[other, REVERSES[type_], contact]
            assert back == shown[contact, type_, other]

    @invariant()
    def contacts_exist_as_in_the_model(self) -> None:
        """Check that contacts exist as in the model; lists show those that are not partial."""
        for contact in self.tags:
            shown = self.tree("GET", f"/contacts/{contact}")["data"]
            assert shown["is_partial"] is (contact in self.partial)
        assert self.paged("/contacts", 100) == [id for id in self.tags if id not in self.partial]

    @invariant()
    def tags_and_contacts_agree(self) -> None:
        """Check that contacts show their tags, and tags list their contacts."""
        ids = self.tag_ids()
        for name, id in ids.items():
            listed = {contact for contact in self.tags if name in self.tags[contact]} - self.partial
            assert {*self.paged(f"/tags/{id}/contacts", 2)} == listed
        for contact in self.tags.keys() - self.partial:
            shown = self.tree("GET", f"/contacts/{contact}")["data"]["tags"]
            assert {tag["name"] for tag in shown} == self.tags[contact]

    @invariant()
    def pages_cover_the_list(self) -> None:
        """Check that pages of any size have the same records in the same order."""
        whole = self.paged("/contacts", 100)
        for limit in (1, 2, 3):
            assert self.paged("/contacts", limit) == whole

    def forget(self, former: Side) -> None:
        """Remove a relationship with its reverse from the model."""
        contact, type_, other = former
        for key in (former, (other, REVERSES[type_], contact)):
            self.sides[key] -= 1
            assert self.sides[key] >= 0

    def vanish(self, contact: int) -> None:
        """Remove a partial contact without relationships from the model."""
        related = any(count for key, count in self.sides.items() if key[0] == contact)
        if contact in self.partial and contact in self.tags and not related:
            del self.tags[contact]
            self.partial.discard(contact)
            self.gone.add(contact)
            self.did("partial contact gone with its last relationship")

    def chosen(self, data: st.DataObject) -> dict[str, Any] | None:
        """Choose one of all sides of relationships; None if there are none."""
        shown = [row for contact in self.tags for row in self.listed(contact)]
        return data.draw(st.sampled_from(shown)) if shown else None

    def listed(self, contact: int) -> list[dict[str, Any]]:
        """Return the listed relationships of a contact."""
        shown: list[dict[str, Any]] = self.tree("GET", f"/contacts/{contact}/relationships")["data"]
        return shown

    def tag_ids(self) -> dict[str, int]:
        """Return the ids of the tags by their names."""
        return {tag["name"]: tag["id"] for tag in self.tree("GET", "/tags?limit=100")["data"]}

    def paged(self, path: str, limit: int) -> list[int]:
        """Return the ids of a list, page after page, and check the metadata of each page."""
        ids: list[int] = []
        page = 1
        while True:
            tree = self.tree("GET", f"{path}?limit={limit}&page={page}")
            data, meta = tree["data"], tree["meta"]
            ids += [record["id"] for record in data]
            assert (meta["current_page"], meta["per_page"]) == (page, limit)
            assert meta["last_page"] == max(1, -(-meta["total"] // limit))
            assert (tree["links"]["next"] is None) is (page == meta["last_page"])
            if data:
                assert (meta["from"], meta["to"]) == (len(ids) - len(data) + 1, len(ids))
            if page == meta["last_page"]:
                assert meta["total"] == len(ids) == len({*ids})
                return ids
            page += 1


def side(shown: dict[str, Any]) -> Side:
    """Return a relationship as the model has it."""
    return (
        shown["contact_is"]["id"],
        shown["relationship_type"]["id"],
        shown["of_contact"]["id"],
    )


#: How often things are to be done in the long runs, at least.
LEAST = {
    "partial contact gone with its last relationship": 1,
    "related contact deleted": 3,
    "relationship deleted": 4,
    "several tags removed": 15,
    "tag that contacts have deleted": 2,
    "tagged": 40,
    "type changed": 5,
    "untagged": 15,
}
TIERS = {"short": (6, 8), "long": (30, 16)}


@pytest.mark.parametrize("tier", quick(TIERS, {"short"}))
def test_people_are_as_their_dicts(tier: str) -> None:
    """After any calls contacts, relationships and tags are what dicts have."""
    examples, steps = TIERS[tier]
    least = LEAST if tier == "long" else {}
    held(People, least, settings(max_examples=examples, stateful_step_count=steps, deadline=None))
