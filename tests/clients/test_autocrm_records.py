"""Records of any entity type, and what all methods of records refuse."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import httpx
import pytest

from crmkit import ArgumentError, NotFoundError, TransportError
from crmkit.autocrm.where import equals
from tests.clients.conftest import MakeEspo
from tests.clients.harness import both, failures, reply, sync_alone

asynchronous = sync_alone
PROFILES = ("autocrm", "espocrm")
EMPTY = reply({"total": 0, "list": []})
NAIVE = datetime(2024, 1, 15)  # noqa: DTZ001  # naive is the point


@both
@pytest.mark.parametrize("profile", PROFILES)
def test_custom_entity_type_on_the_mock(mocked_espo: MakeEspo, profile: str) -> None:
    """Records of a custom entity type are created, read, listed, changed and deleted."""
    crm = mocked_espo(profile=profile)
    gadgets = crm.crm.entity("CGadget")

    gadget = crm.finish(lambda: gadgets.create(name="Sonic screwdriver", extra={"cColour": "blue"}))
    assert crm.finish(lambda: gadgets.get(gadget.id)).name == "Sonic screwdriver"
    listed = crm.finish(lambda: gadgets.list(where=[equals("name", "Sonic screwdriver")]))
    assert [record.id for record in listed] == [gadget.id]
    assert (
        crm.finish(lambda: gadgets.update(gadget.id, description="buzzes")).description == "buzzes"
    )
    assert crm.finish(lambda: gadgets.mass_update(ids=[gadget.id], attributes={"name": "X"})).count
    assert crm.finish(lambda: gadgets.delete(gadget.id)) is None
    with pytest.raises(NotFoundError, match=f"Record {gadget.id} does not exist"):
        crm.finish(lambda: gadgets.get(gadget.id))


def test_unknown_entity_type_is_not_found(mocked_espo: MakeEspo) -> None:
    """An entity type that the server does not have is named in the error."""
    crm = mocked_espo()

    with pytest.raises(NotFoundError, match="Controller 'Nope' does not exist"):
        crm(lambda crm: crm.entity("Nope").list())


def test_rejects_names_of_entity_types_and_links(espo: MakeEspo) -> None:
    """A name that would lead to another path is neither an entity type nor a link; unsent."""
    crm = espo(reply({}))

    def check(name: Any) -> None:
        with pytest.raises(ArgumentError, match="entity_type"):
            crm.crm.entity(name)
        with pytest.raises(ArgumentError, match="link"):
            crm(lambda crm: crm.accounts.link("1", name, "2"))

    names = ("", "..", ".", "A/b", "Account/1", "A b", "A?x", "A#", "A%2Fb", "Ä", "1A", 5, None)
    assert failures(check, [(name,) for name in names]) == []
    assert crm.seen == []


REFUSED: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "neither ids nor where": ("ids", lambda crm: crm.leads.mass_delete()),
    "both": ("ids", lambda crm: crm.leads.mass_delete(ids=["1"], where=[])),
    "no ids": ("ids", lambda crm: crm.leads.mass_delete(ids=[])),
    "ids that are int": ("ids[0]", lambda crm: crm.leads.mass_delete(ids=[1])),
    "an empty id": ("ids[0]", lambda crm: crm.leads.unlink("1", "teams", [""])),
    "ids that are not a list": ("ids", lambda crm: crm.leads.mass_delete(ids={"1": 1})),
    "no link": ("ids", lambda crm: crm.leads.link("1", "teams")),
    "not a list of conditions": (
        "where",
        lambda crm: crm.leads.mass_delete(where=equals("status", "New")),
    ),
    "no type": ("where[0]", lambda crm: crm.leads.mass_delete(where=[{"attribute": "status"}])),
    "attributes that are not a dict": (
        "attributes",
        lambda crm: crm.leads.mass_update(ids=["1"], attributes=["status"]),
    ),
    "naive": (
        "attributes",
        lambda crm: crm.leads.mass_update(ids=["1"], attributes={"dateStart": NAIVE}),
    ),
    "not JSON": (
        "attributes",
        lambda crm: crm.leads.mass_update(ids=["1"], attributes={"x": object()}),
    ),
    "an id of dots": ("id", lambda crm: crm.leads.link("..", "teams", "1")),
    "an empty parent": ("id", lambda crm: crm.leads.unlink("", "teams", "1")),
    "an id that is int": ("id", lambda crm: crm.leads.link(5, "teams", "1")),
    "conditions of a list": ("where[0]", lambda crm: crm.leads.list(where=[{"attribute": "x"}])),
    "names with a space": ("select[1]", lambda crm: crm.leads.list(select=["id", "first name"])),
    "names as a str": ("select", lambda crm: crm.leads.list(select="name")),
    "an empty page": ("page_size", lambda crm: crm.leads.list(page_size=0)),
    "a negative start": ("start", lambda crm: crm.leads.list(start=-1)),
    "an empty list": (
        "where[0]",
        lambda crm: crm.leads.list(where=[{"type": "in", "attribute": "status", "value": []}]),
    ),
}


def test_rejects_what_the_wire_cannot_carry(espo: MakeEspo) -> None:
    """What cannot be sent is refused by name, before anything is sent."""

    def check(profile: str, _: str, argument: str, work: Callable[[Any], Any]) -> None:
        crm = espo(EMPTY, profile=profile)
        with pytest.raises(ArgumentError) as caught:
            crm(work)
        assert caught.value.argument.startswith(argument)
        assert caught.value.operation
        assert crm.seen == []

    cases = [(profile, name, *case) for profile in PROFILES for name, case in REFUSED.items()]
    assert failures(check, cases) == []


SLASHES: dict[str, Any] = {
    "get": lambda crm: crm.accounts.get("1/contacts"),
    "delete": lambda crm: crm.accounts.delete("1/contacts"),
    "link": lambda crm: crm.accounts.link("1/x", "contacts", "2"),
    "entity": lambda crm: crm.records.list("Account/1"),
    "follow": lambda crm: crm.follow("Account/1", "2"),
    "request": lambda crm: crm.request("GET", "/Account/1%2fcontacts"),
}


def test_rejects_slash_in_path(espo: MakeEspo) -> None:
    """A slash in a name or id, which servers take for another path, is refused unsent."""
    crm = espo(reply(b"true"))

    def check(_: str, work: Callable[[Any], Any]) -> None:
        with pytest.raises(ArgumentError):
            crm(work)

    assert failures(check, SLASHES.items()) == []
    assert crm.seen == []


def test_writes_id_as_one_segment(espo: MakeEspo) -> None:
    """An id with characters that have a meaning in a path arrives as itself."""
    for id in ("a?b", "a#b", "a%b", "a b", "ä"):
        crm = espo(reply(None, 404, {"X-Status-Reason": "Record not leads_now."}))
        with pytest.raises(NotFoundError):
            crm.crm.accounts.get(id)
        with pytest.raises(NotFoundError):
            crm.crm.accounts.link(id, "contacts", "1")
        paths = [seen.path for seen in crm.seen]
        assert paths == [f"/api/v1/Account/{id}", f"/api/v1/Account/{id}/contacts"]


def test_lost_reply_is_not_a_missing_route(espo: MakeEspo) -> None:
    """Only the server's words lead to the other route, never a broken connection."""
    crm = espo(httpx.ReadTimeout("slow"), profile="autocrm", max_retries=0)

    with pytest.raises(TransportError):
        crm(lambda crm: crm.leads.mass_update(ids=["1"], attributes={}))
    assert len(crm.seen) == 1
