"""Rows of lists are kept as they were rendered, and never shown when they would be others now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from crmkit_mock import MockCRMs
from crmkit_mock.espocrm import list_responses, seed
from crmkit_mock.rows import RowCache
from crmkit_mock.store import Store
from tests.mock.espo import Espo, client_for
from tests.mock.plain_monica import Monica
from tests.mock.plain_onepagecrm import ACME, OnePage


def require_as_rendered_anew(mocks: MockCRMs, read: Callable[[], Any]) -> None:
    """Check that a list shows what it shows when nothing is kept."""
    shown = read()
    mocks.store.rows = RowCache(mocks.store._database)
    assert read() == shown


def test_a_row_changes_with_all_that_it_is_made_of(mocks: MockCRMs, espocrm: Espo) -> None:
    """Contacts show the account's new name, its deletion, the link's columns and a star."""

    def row(crm: Espo) -> dict[str, Any]:
        return next(one for one in crm.records("Contact") if one["id"] == contact)

    account = espocrm.create("Account", name="Before")["id"]
    contact = espocrm.create("Contact", lastName="Lynd", accountId=account)["id"]
    with client_for(mocks.espocrm, "admin") as http:
        admin = Espo(mocks.espocrm, http)
        assert (row(espocrm)["accountName"], row(admin)["accountName"]) == ("Before", "Before")
        espocrm.update(f"Account/{account}", name="After", type="Partner")
        assert (row(espocrm)["accountName"], row(admin)["accountName"]) == ("After", "After")
        assert row(espocrm)["accountType"] == "Partner"
        http.put(f"/Contact/{contact}/starSubscription")
        assert (row(espocrm)["isStarred"], row(admin)["isStarred"]) == (False, True)
        require_as_rendered_anew(mocks, lambda: (row(espocrm), row(admin)))
        http.delete(f"/Account/{account}")
        assert row(espocrm)["accountName"] is None
        require_as_rendered_anew(mocks, lambda: (row(espocrm), row(admin)))
        mocks.espocrm.reset()
        assert all(one["id"] != contact for one in espocrm.records("Contact"))


def test_a_row_changes_back_with_a_refused_write(mocks: MockCRMs, espocrm: Espo) -> None:
    """What a transaction wrote before it failed is in no row, though it was read meanwhile."""
    before = espocrm.records("Contact")
    data = mocks.espocrm.data
    account = data.get("Account", seed.ACCOUNT)

    def fail() -> None:
        with mocks.store.transaction():
            data.replace("Account", {**account, "name": "Undone"})
            names = [one["accountName"] for one in espocrm.records("Contact")]
            assert "Undone" in names
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert espocrm.records("Contact") == before


def test_monicas_contacts_change_with_others(mocks: MockCRMs, monica: Monica) -> None:
    """A contact shows new notes, a renamed tag and gender, and the new names of its relations."""
    gender = monica.post("/genders", name="Other", type="O")["id"]
    more = {"gender_id": gender, "is_birthdate_known": False, "is_deceased": False}
    ann, bob = monica.contact("Ann", **more), monica.contact("Bob")
    cat = monica.contact("Cat")
    for one in (ann, cat):
        monica.relate(one, 1, bob)

    def rows() -> list[dict[str, Any]]:
        found = monica.page("/contacts", limit=100)["data"]
        return [one for one in found if one["id"] in {ann, cat}]

    steps: list[Callable[[], object]] = [
        rows,
        lambda: monica.post("/notes", contact_id=ann, body="x", is_favorited=0),
        lambda: monica.put(f"/genders/{gender}", name="Changed", type="O"),
        lambda: monica.tree("POST", f"/contacts/{ann}/setTags", {"tags": ["new"]}),
        lambda: monica.delete(f"/contacts/{bob}"),
    ]
    seen: list[list[dict[str, Any]]] = []
    for step in steps:
        step()
        assert rows() not in seen
        require_as_rendered_anew(mocks, rows)
        seen.append(rows())


def test_onepagecrms_contacts_change_with_their_actions(mocks: MockCRMs, onepage: OnePage) -> None:
    """A list shows a contact's next action and pending deal as soon as there are any."""

    def row() -> dict[str, Any]:
        contacts = onepage.ok("GET", "/contacts")["contacts"]
        found: dict[str, Any] = next(one for one in contacts if one["id"] == ACME)
        return found

    before = row()
    deal = {"type": "deal", "amount": 1, "status": "pending"}
    onepage.ok("POST", "/notes", cid=ACME, body="x", date="01.06.2012", **deal)
    assert row() != before
    require_as_rendered_anew(mocks, row)


def test_every_new_row_is_checked(espocrm: Espo, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row that does not fit the document is 500, again and again, and whole when it fits."""
    assert espocrm.records("Contact")
    render = list_responses.selected_response
    broken = {"id": 7}
    monkeypatch.setattr(
        "crmkit_mock.espocrm.lists.selected_response", lambda *args: {**render(*args), **broken}
    )
    contact = espocrm.create("Contact", lastName="New")["id"]
    for _ in range(2):
        reply = espocrm.http.get("/Contact")
        assert reply.status_code == 500
        assert "does not fit the document" in reply.headers["x-status-reason"]
    broken.clear()
    espocrm.update(f"Contact/{contact}", lastName="Newer")
    assert espocrm.records("Contact")[0]["lastName"] == "Newer"


def test_a_row_made_of_the_time_is_not_kept() -> None:
    """While the clock runs by itself, a row that shows the time is made anew for each list."""
    store = Store()
    mock_time = store.settings("crm")
    record = {"id": "1"}
    made: list[int] = []

    def render(_record: dict[str, Any]) -> dict[str, Any]:
        made.append(1)
        mock_time.read_time()
        return {"n": len(made)}

    texts = [store.rows.row("key", record, render).text for _ in range(2)]
    assert texts == ['{"n":1}', '{"n":2}']
    store.close()
