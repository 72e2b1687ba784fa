"""Any sequence of calls leaves EspoCRM's records and links as a model of dicts has them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from crmkit_mock import MockCRMs
from tests.contract.machines import ActingMachine, held
from tests.contract.tiers import quick
from tests.mock.espo import Espo, client_for

#: Names that differ in case, accents and order; none is a duplicate of a demo record's.
NAMES = st.sampled_from(["ábel", "Abel", "Žofie", "zeta", "Ångström", "b", "B 2", "b 10", "č"])
NUMBERS = st.none() | st.integers(0, 10)


def fold(text: str) -> str:
    """Return a name as the server's collation sorts it: without accents, in lower case."""
    letters = unicodedata.normalize("NFD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


class Model(ActingMachine):
    """Accounts with contacts: a dict of attributes, and sets of members."""

    def __init__(self) -> None:
        super().__init__()
        self.mocks = MockCRMs(seed="empty")
        self.espo = Espo(self.mocks.espocrm, client_for(self.mocks.espocrm))
        self.contacts = [self.espo.create("Contact", lastName=f"C{n}")["id"] for n in range(4)]
        self.known: dict[str, dict[str, Any]] = {}
        self.members: dict[str, set[str]] = {}
        self.gone: list[str] = []

    def teardown(self) -> None:
        """Close the mock."""
        self.espo.http.close()
        self.mocks.close()

    def account(self, data: st.DataObject, among: Iterable[str] = ()) -> str:
        """Choose an account that exists, of some if there are any of them."""
        return data.draw(st.sampled_from(sorted(among) or sorted(self.known)))

    @initialize(data=st.data())
    def populate(self, data: st.DataObject) -> None:
        """Create accounts with contacts."""
        for _ in range(4):
            id = self.create_one(data.draw(NAMES), data.draw(NUMBERS))
            for contact in data.draw(st.sets(st.sampled_from(self.contacts), min_size=1)):
                self.link_one(id, contact)
            one = data.draw(st.sampled_from(sorted(self.members[id])))
            self.unlink_some(id, [one])
        id = self.account(data)
        for contact in self.contacts:
            self.link_one(id, contact)
        self.unlink_some(id, self.contacts[:2])

    @rule(name=NAMES, rating=NUMBERS)
    def create(self, name: str, rating: int | None) -> None:
        """Create an account."""
        self.create_one(name, rating)

    def create_one(self, name: str, rating: int | None) -> str:
        """Create an account and return its id."""
        skip = {"X-Skip-Duplicate-Check": "true"}
        body = {"name": name, "cRating": rating}
        made = self.espo.http.post("/Account", json=body, headers=skip).json()
        self.known[made["id"]] = body
        self.members[made["id"]] = set()
        self.did("created")
        return str(made["id"])

    @rule(data=st.data(), name=NAMES, rating=NUMBERS, both=st.booleans())
    def update(self, data: st.DataObject, name: str, rating: int | None, *, both: bool) -> None:
        """Change one attribute of an account, or two."""
        if not self.known:
            return
        id = self.account(data)
        changes = {"name": name, "cRating": rating} if both else {"cRating": rating}
        reply = self.espo.http.patch(f"/Account/{id}", json=changes)
        assert {name: reply.json()[name] for name in changes} == changes
        before = self.known[id]["cRating"]
        self.did("rating cleared" if before is not None and rating is None else "updated")
        self.known[id] |= changes

    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        """Delete an account; a second time is 404."""
        if not self.known:
            return
        id = self.account(data, [id for id, members in self.members.items() if members])
        for status in (200, 404):
            assert self.espo.http.delete(f"/Account/{id}").status_code == status
        del self.known[id]
        self.gone.append(id)
        self.did("account with contacts deleted" if self.members.pop(id) else "account deleted")
        self.use_deleted(id)

    @rule(data=st.data())
    def use_a_deleted_one(self, data: st.DataObject) -> None:
        """Change an account that is deleted, and link to it: 404."""
        if not self.gone:
            return
        self.use_deleted(data.draw(st.sampled_from(self.gone)))

    def use_deleted(self, id: str) -> None:
        """Use an account that is deleted."""
        path = f"/Account/{id}"
        body = {"id": self.contacts[0]}
        for reply in (
            self.espo.http.patch(path, json={"name": "x"}),
            self.espo.http.post(f"{path}/contacts", json=body),
            self.espo.http.request("DELETE", f"{path}/contacts", json=body),
        ):
            assert reply.status_code == 404
        self.did("deleted account refused")

    @rule(data=st.data(), several=st.booleans())
    def link(self, data: st.DataObject, *, several: bool) -> None:
        """Link a contact, or several at once."""
        if not self.known:
            return
        id = self.account(data)
        chosen = data.draw(st.permutations(self.contacts))[: 1 + 2 * several]
        if not several:
            self.link_one(id, chosen[0])
            return
        assert self.espo.http.post(f"/Account/{id}/contacts", json={"ids": chosen}).json() is True
        self.did("several linked" if {*chosen} - self.members[id] else "several linked in vain")
        self.members[id] |= {*chosen}

    def link_one(self, id: str, contact: str) -> None:
        """Link a contact with an account that exists."""
        reply = self.espo.http.post(f"/Account/{id}/contacts", json={"id": contact})
        assert reply.json() is True
        self.did("linked in vain" if contact in self.members[id] else "linked")
        self.members[id].add(contact)

    @rule(data=st.data(), linked=st.booleans(), several=st.booleans())
    def unlink(self, data: st.DataObject, *, linked: bool, several: bool) -> None:
        """Unlink a contact, linked or not, or several at once."""
        if not self.known:
            return
        id = self.account(data, [id for id, members in self.members.items() if members])
        among = sorted(self.members[id]) if linked and self.members[id] else self.contacts
        chosen = data.draw(st.permutations(among))[: 1 + several]
        self.unlink_some(id, chosen)

    def unlink_some(self, id: str, chosen: list[str]) -> None:
        """Unlink contacts from an account that exists."""
        body = {"ids": chosen} if len(chosen) > 1 else {"id": chosen[0]}
        reply = self.espo.http.request("DELETE", f"/Account/{id}/contacts", json=body)
        assert reply.json() is True
        count = len(self.members[id] & {*chosen})
        others = len(self.members[id]) - count
        self.did(
            "unlinked in vain" if not count else
            "several unlinked" if count > 1 else
            "one of several unlinked" if others else "the only one unlinked"
        )  # fmt: skip
        self.members[id] -= {*chosen}

    @invariant()
    def reads_show_what_was_written(self) -> None:
        """Check that each account reads as it was written, with its members."""
        for id, attributes in self.known.items():
            read = self.espo.get(f"/Account/{id}")
            assert {name: read[name] for name in attributes} == attributes
            links = self.espo.records(f"/Account/{id}/contacts", select="id")
            assert {link["id"] for link in links} == self.members[id]

    @invariant()
    def members_know_their_accounts(self) -> None:
        """Check that the other end of a link has the same members."""
        for contact in self.espo.records("/Contact", select="id"):
            read = self.espo.get(f"/Contact/{contact['id']}")
            expected = {id for id, members in self.members.items() if contact["id"] in members}
            assert set(read["accountsIds"]) == expected
            links = self.espo.records(f"/Contact/{contact['id']}/accounts", select="id")
            assert {link["id"] for link in links} == expected

    @invariant()
    def pages_cover_the_sorted_list(self) -> None:
        """Check that pages of two have the accounts once each, sorted either way."""
        for key in ("name", "cRating"):
            expected = sorted(self.known, key=partial(self._key, key))
            for order in ("asc", "desc"):
                assert self._paged(orderBy=key, order=order, select="id") == expected
                expected.reverse()

    @invariant()
    def filter_finds_matching_accounts(self) -> None:
        """Check that ratings of five and more are found and counted."""
        query = {"where[0][type]": "greaterThanOrEquals", "where[0][attribute]": "cRating"}
        page = self.espo.get("/Account", **query, **{"where[0][value]": 5, "select": "id"})
        expected = {
            id for id, attributes in self.known.items() if (attributes["cRating"] or 0) >= 5
        }
        assert {account["id"] for account in page["list"]} == expected
        assert page["total"] == len(expected)

    def _key(self, name: str, id: str) -> tuple[Any, ...]:
        value = self.known[id][name]
        known = (fold(value),) if isinstance(value, str) else (value is not None, value or 0)
        return (*known, id)

    def _paged(self, **query: str) -> list[str]:
        ids: list[str] = []
        while True:
            page = self.espo.get("/Account", **query, offset=len(ids), maxSize=2)
            assert page["total"] == len(self.known)
            if not page["list"]:
                return ids
            ids += [account["id"] for account in page["list"]]


#: How often things are to be done in the long runs, at least.
LEAST = {
    "account with contacts deleted": 1,
    "deleted account refused": 3,
    "linked": 40,
    "one of several unlinked": 10,
    "rating cleared": 1,
    "several linked": 1,
    "several unlinked": 10,
    "the only one unlinked": 10,
    "updated": 8,
}
TIERS = {"short": (3, 8), "long": (16, 20)}


@pytest.mark.parametrize("tier", quick(TIERS, {"short"}))
def test_accounts_are_as_their_dicts(tier: str) -> None:
    """After any calls accounts and their links are what dicts have."""
    examples, steps = TIERS[tier]
    few = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    held(Model, LEAST if tier == "long" else {}, few)
