"""Any sequence of calls leaves EspoCRM's records and links as a model of dicts has them."""

from __future__ import annotations

from functools import partial
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
)

from crmkit_mock import MockCRMs
from crmkit_mock.espocrm.folding import fold
from tests.mock.espo import Espo, client_for

#: Names that differ in case, accents and order; none is a duplicate of a demo record's.
NAMES = st.sampled_from(["ábel", "Abel", "Žofie", "zeta", "Ångström", "b", "B 2", "b 10", "č"])
NUMBERS = st.none() | st.integers(0, 10)


class Model(RuleBasedStateMachine):
    """Accounts with contacts: a dict of attributes, and sets of members."""

    accounts: Bundle[str] = Bundle("accounts")
    contacts: Bundle[str] = Bundle("contacts")

    def __init__(self) -> None:
        super().__init__()
        self.mocks = MockCRMs(seed="empty")
        self.espo = Espo(self.mocks.espocrm, client_for(self.mocks.espocrm))
        self.known: dict[str, dict[str, Any]] = {}
        self.members: dict[str, set[str]] = {}

    def teardown(self) -> None:
        """Close the mock."""
        self.espo.http.close()
        self.mocks.close()

    @initialize(target=contacts)
    def some_contacts(self) -> Any:
        """Create the contacts that accounts are linked to."""
        return multiple(
            *(self.espo.create("Contact", lastName=f"C{number}")["id"] for number in range(3))
        )

    @rule(target=accounts, name=NAMES, rating=NUMBERS)
    def create(self, name: str, rating: int | None) -> str:
        """Create an account."""
        skip = {"X-Skip-Duplicate-Check": "true"}
        body = {"name": name, "cRating": rating}
        made = self.espo.http.post("/Account", json=body, headers=skip).json()
        self.known[made["id"]] = body
        self.members[made["id"]] = set()
        return str(made["id"])

    @rule(id=accounts, name=NAMES, rating=NUMBERS, both=st.booleans())
    def update(self, id: str, name: str, rating: int | None, both: bool) -> None:
        """Change one attribute of an account, or two."""
        changes = {"name": name, "cRating": rating} if both else {"cRating": rating}
        reply = self.espo.http.patch(f"/Account/{id}", json=changes)
        if id in self.known:
            self.known[id] |= changes
            assert {name: reply.json()[name] for name in changes} == changes
        else:
            assert reply.status_code == 404

    @rule(id=accounts)
    def delete(self, id: str) -> None:
        """Delete an account; a second time is 404."""
        reply = self.espo.http.delete(f"/Account/{id}")
        assert reply.status_code == (200 if self.known.pop(id, None) else 404)
        self.members.pop(id, None)

    @rule(id=accounts, contact=contacts)
    def link(self, id: str, contact: str) -> None:
        """Link a contact."""
        reply = self.espo.http.post(f"/Account/{id}/contacts", json={"id": contact})
        if id in self.known:
            assert reply.json() is True
            self.members[id].add(contact)
        else:
            assert reply.status_code == 404

    @rule(id=accounts, contact=contacts)
    def unlink(self, id: str, contact: str) -> None:
        """Unlink a contact, linked or not."""
        reply = self.espo.http.request("DELETE", f"/Account/{id}/contacts", json={"id": contact})
        if id in self.known:
            assert reply.json() is True
            self.members[id].discard(contact)
        else:
            assert reply.status_code == 404

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


Model.TestCase.settings = settings(
    max_examples=12,
    stateful_step_count=15,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestModel = Model.TestCase
