"""What every entity type has: links, mass actions by the server's route, custom entity types."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from crmkit import ArgumentError, BadRequestError, NotFoundError, ServerError, TransportError
from crmkit.autocrm.where import equals, greater_than, in_
from tests.clients.conftest import MakeEspo
from tests.clients.harness import Answer, Driver, both, failures, reply, sync_alone

asynchronous = sync_alone

PROFILES = ("autocrm", "espocrm")
RESOURCES = {
    "accounts": "Account",
    "contacts": "Contact",
    "leads": "Lead",
    "opportunities": "Opportunity",
    "cases": "Case",
    "tasks": "Task",
    "meetings": "Meeting",
    "calls": "Call",
    "emails": "Email",
}
DONE = reply({"count": 2, "ids": ["1", "2"]})
EMPTY = reply({"total": 0, "list": []})
NO_ACTION = "Action PUT 'massUpdate' does not exist in controller 'Lead'."
NAIVE = datetime(2024, 1, 15)  # noqa: DTZ001  # naive is the point


def created(crm: Driver, resource: str, last_name: str) -> str:
    """Create a person and return its id."""
    id: str = crm(lambda crm: getattr(crm, resource).create(last_name=last_name)).id
    return id


def no_action(text: str = NO_ACTION) -> Answer:
    """Answer as a server without the page's route."""
    return reply(None, 404, {"X-Status-Reason": text})


def test_paths_of_every_entity_type(espo: MakeEspo) -> None:
    """Each of the nine resources links, unlinks and lists links below its own path."""

    def check(profile: str, resource: str, entity: str) -> None:
        crm = espo(EMPTY, reply(b"true"), profile=profile)
        assert crm(lambda crm: getattr(crm, resource).related("1", "teams", start=3)) == []
        crm(lambda crm: getattr(crm, resource).link("1", "teams", "2"))
        crm(lambda crm: getattr(crm, resource).unlink("1", "teams", "2"))
        assert [(seen.method, seen.path) for seen in crm.seen] == [
            (method, f"/api/v1/{entity}/1/teams") for method in ("GET", "POST", "DELETE")
        ]
        assert crm.seen[0].query == {"offset": "3", "maxSize": "200"}

    cases = [(profile, *names) for profile in PROFILES for names in RESOURCES.items()]
    assert failures(check, cases) == []


# -- links -----------------------------------------------------------------------------------------


def test_link_sends_id_or_ids(espo: MakeEspo) -> None:
    """One id is sent as the page shows it, several as a list."""

    def check(profile: str, ids: Any, body: object) -> None:
        crm = espo(reply(b"true"), profile=profile)
        assert crm(lambda crm: crm.accounts.link("123", "contacts", ids)) is None
        assert crm.seen[0].json == body
        assert crm.seen[0].headers["content-type"] == "application/json"

    cases = [
        (profile, ids, body)
        for profile in PROFILES
        for ids, body in (
            ("contact456", {"id": "contact456"}),
            (["contact456"], {"id": "contact456"}),
            (("1", "2"), {"ids": ["1", "2"]}),
        )
    ]
    assert failures(check, cases) == []


@both
def test_link_by_conditions(espo: MakeEspo) -> None:
    """Conditions link all that match, with datetimes in the wire's form."""
    crm = espo(reply(b"true"))
    start = datetime(2024, 1, 15, 9, 30, tzinfo=UTC)

    crm(lambda crm: crm.leads.link("1", "targetLists", where=[greater_than("createdAt", start)]))

    condition = {"type": "greaterThan", "attribute": "createdAt", "value": "2024-01-15 09:30:00"}
    assert crm.seen[0].json == {"massRelate": True, "where": [condition]}


def test_unlink_sends_the_id_twice(espo: MakeEspo) -> None:
    """The id is in the body, where EspoCRM reads it, and in the query, where the page has it."""
    for profile in PROFILES:
        crm = espo(reply(b"true"), profile=profile)
        crm(lambda crm: crm.accounts.unlink("123", "contacts", "contact456"))
        assert crm.seen[0].query == {"id": "contact456"}
        assert crm.seen[0].json == {"id": "contact456"}
        assert crm.seen[0].headers["content-type"] == "application/json"


@both
def test_unlink_of_several_ids(espo: MakeEspo) -> None:
    """EspoCRM takes several ids at once; AutoCRM's page has one, so each has a request."""
    crm = espo(reply(b"true"))
    crm(lambda crm: crm.accounts.unlink("123", "contacts", ["1", "2"]))
    assert [(seen.query, seen.json) for seen in crm.seen] == [({}, {"ids": ["1", "2"]})]

    crm = espo(reply(b"true"), profile="autocrm")
    crm(lambda crm: crm.accounts.unlink("123", "contacts", ["1", "2"]))
    assert [(seen.query, seen.json) for seen in crm.seen] == [
        ({"id": "1"}, {"id": "1"}),
        ({"id": "2"}, {"id": "2"}),
    ]


def test_false_is_an_error(espo: MakeEspo) -> None:
    """A server that did nothing answers `false` under 200; that is an error."""
    for profile in PROFILES:
        crm = espo(reply(b"false"), profile=profile)
        with pytest.raises(BadRequestError) as caught:
            crm(lambda crm: crm.accounts.link("1", "contacts", "2"))
        assert caught.value.operation == "records.link"
        with pytest.raises(BadRequestError) as caught:
            crm(lambda crm: crm.accounts.unlink("1", "contacts", "2"))
        assert caught.value.operation == "records.unlink"


def test_retries_unlink_and_not_link(espo: MakeEspo) -> None:
    """An unlink is retried after a lost reply; a link is not, as nobody knows what it did."""
    crm = espo(reply(None, 500), reply(b"true"))
    crm(lambda crm: crm.accounts.unlink("1", "contacts", "2"))
    assert len(crm.seen) == 2

    crm = espo(reply(None, 500), reply(b"true"))
    with pytest.raises(ServerError):
        crm(lambda crm: crm.accounts.link("1", "contacts", "2"))
    assert len(crm.seen) == 1


@both
@pytest.mark.parametrize("profile", PROFILES)
def test_links_on_the_mock(mocked_espo: MakeEspo, profile: str) -> None:
    """Linked records are listed, and unlinked ones no longer."""
    crm = mocked_espo(profile=profile)
    account = crm(lambda crm: crm.accounts.list().first()).id
    contacts = [created(crm, "contacts", f"Linked {i}") for i in range(3)]

    crm(lambda crm: crm.accounts.link(account, "contacts", contacts))
    listed = crm(
        lambda crm: crm.accounts.related(
            account, "contacts", where=[in_("id", contacts)], select=["name"], order_by="lastName"
        )
    )
    assert [contact.name for contact in listed] == ["Linked 0", "Linked 1", "Linked 2"]

    crm(lambda crm: crm.accounts.unlink(account, "contacts", contacts[:2]))
    left = crm(lambda crm: crm.accounts.related(account, "contacts", where=[in_("id", contacts)]))
    assert [contact.id for contact in left] == contacts[2:]
    with pytest.raises(NotFoundError, match="Link does not exist"):
        crm(lambda crm: crm.accounts.related(account, "nope"))
    with pytest.raises(NotFoundError):
        crm(lambda crm: crm.accounts.link(account, "contacts", "nope"))


# -- mass actions ----------------------------------------------------------------------------------


def test_mass_update_by_the_pages_route(espo: MakeEspo) -> None:
    """AutoCRM's client takes the page's route, with the page's body."""
    crm = espo(DONE, profile="autocrm")
    attributes = {"status": "Active", "assignedUserId": "user123"}

    result = crm(lambda crm: crm.leads.mass_update(ids=["id1", "id2"], attributes=attributes))

    assert (result.count, result.ids) == (2, ["1", "2"])
    assert (crm.seen[0].method, crm.seen[0].path) == ("PUT", "/api/v1/Lead/action/massUpdate")
    assert crm.seen[0].json == {"ids": ["id1", "id2"], "attributes": attributes}


def test_mass_delete_by_the_pages_route(espo: MakeEspo) -> None:
    """AutoCRM's client takes the page's route, with the page's body."""
    crm = espo(DONE, profile="autocrm")

    crm(lambda crm: crm.leads.mass_delete(ids=["id1", "id2", "id3"]))

    assert (crm.seen[0].method, crm.seen[0].path) == ("POST", "/api/v1/Lead/action/massDelete")
    assert crm.seen[0].json == {"ids": ["id1", "id2", "id3"]}


@both
def test_espocrm_uses_mass_action(espo: MakeEspo) -> None:
    """EspoCRM's client never tries the page's routes."""
    crm = espo(DONE)
    when = {"dateStart": datetime(2024, 1, 15, 9, tzinfo=UTC), "cFounded": date(2024, 1, 15)}

    crm(lambda crm: crm.leads.mass_update(ids=["1"], attributes=when))
    crm(lambda crm: crm.leads.mass_delete(where=[equals("status", "Dead")]))

    assert {(seen.method, seen.path) for seen in crm.seen} == {("POST", "/api/v1/MassAction")}
    assert crm.seen[0].json == {
        "entityType": "Lead",
        "action": "update",
        "params": {"ids": ["1"]},
        "data": {"values": {"dateStart": "2024-01-15 09:00:00", "cFounded": "2024-01-15"}},
    }
    assert crm.seen[1].json == {
        "entityType": "Lead",
        "action": "delete",
        "params": {"where": [{"type": "equals", "attribute": "status", "value": "Dead"}]},
    }


@both
def test_mass_update_by_conditions_by_the_pages_route(espo: MakeEspo) -> None:
    """The page's route takes conditions as it did in EspoCRM 6."""
    crm = espo(reply({"count": 7}), profile="autocrm")

    result = crm(
        lambda crm: crm.tasks.mass_update(
            where=[equals("status", "Deferred")], attributes={"priority": "Low"}
        )
    )

    assert (result.count, result.ids) == (7, [])
    assert crm.seen[0].json == {
        "byWhere": True,
        "where": [{"type": "equals", "attribute": "status", "value": "Deferred"}],
        "attributes": {"priority": "Low"},
    }


@both
def test_falls_back_to_mass_action(espo: MakeEspo) -> None:
    """Where the page's action does not exist the other route is taken, also from then on."""
    crm = espo(no_action(), DONE, DONE, DONE, profile="autocrm")

    for _ in range(2):
        crm(lambda crm: crm.leads.mass_update(ids=["1"], attributes={"source": "Call"}))
    view = crm.crm.with_options(timeout=5)
    crm(lambda crm: crm.contacts.mass_update(ids=["1"], attributes={"title": "x"}), view)

    assert [seen.path.removeprefix("/api/v1/") for seen in crm.seen] == [
        "Lead/action/massUpdate",
        "MassAction",
        "MassAction",
        "MassAction",
    ]
    assert crm.seen[3].json["entityType"] == "Contact"


def test_remembers_each_route_for_itself(espo: MakeEspo) -> None:
    """A server without one of the page's routes may have the other."""
    missing = no_action("Action POST 'massDelete' does not exist in controller 'Lead'. " * 2)
    crm = espo(missing, DONE, profile="autocrm")

    crm(lambda crm: crm.leads.mass_delete(ids=["1"]))
    crm(lambda crm: crm.leads.mass_update(ids=["1"], attributes={}))

    assert [seen.path.removeprefix("/api/v1/") for seen in crm.seen] == [
        "Lead/action/massDelete",
        "MassAction",
        "Lead/action/massUpdate",
    ]


def test_other_404s_are_errors(espo: MakeEspo) -> None:
    """Only the reason that the action does not exist leads to the other route."""

    def check(_: str, answer: Answer) -> None:
        crm = espo(answer, DONE, profile="autocrm")
        with pytest.raises(NotFoundError):
            crm(lambda crm: crm.leads.mass_delete(ids=["1"]))
        assert len(crm.seen) == 1

    cases = [
        ("no entity type", no_action("Controller 'Nope' does not exist.")),
        ("no record", no_action("Record 1 not leads_now.")),
        ("nothing", reply(None, 404)),
        ("page", reply(b"<html></html>", 404, {"Content-Type": "text/html"})),
    ]
    assert failures(check, cases) == []


@both
def test_idle_work_has_a_status(espo: MakeEspo) -> None:
    """Idle work is sent by MassAction, which alone has it, and has a status."""
    for profile in PROFILES:
        pending = reply({"status": "Pending", "processedCount": 0})
        crm = espo(reply({"id": "work"}), pending, profile=profile)
        result = crm(lambda crm: crm.leads.mass_delete(where=[], idle=True))
        status = crm(lambda crm: crm.mass_actions.status(result.id))  # noqa: B023 - done at once
        assert (result.id, result.count, result.ids) == ("work", None, [])
        assert crm.seen[0].json["idle"] is True
        assert crm.seen[1].path == "/api/v1/MassAction/work/status"
        assert (status.status, status.processed_count) == ("Pending", 0)


@pytest.mark.parametrize("profile", PROFILES)
def test_mass_actions_on_the_mock(mocked_espo: MakeEspo, profile: str) -> None:
    """Records are changed and deleted, by ids and by conditions; missing ones are skipped."""
    crm = mocked_espo(profile=profile)
    leads = [created(crm, "leads", f"L{i}") for i in range(3)]
    ours = in_("id", leads)

    result = crm(
        lambda crm: crm.leads.mass_update(ids=[*leads[:2], "nope"], attributes={"source": "Call"})
    )
    assert (result.count, result.ids) == (2, leads[:2])
    result = crm(
        lambda crm: crm.leads.mass_update(
            where=[ours, equals("source", None)], attributes={"source": "Email"}
        )
    )
    assert (result.count, result.ids) == (1, [])
    leads_now = crm(lambda crm: crm.leads.list(where=[ours], order_by="lastName"))
    assert [lead.source for lead in leads_now] == ["Call", "Call", "Email"]

    assert crm(lambda crm: crm.leads.mass_delete(ids=leads)).count == 3
    assert crm(lambda crm: crm.leads.list(where=[ours])) == []


# -- any entity type -------------------------------------------------------------------------------


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


# -- bad input -------------------------------------------------------------------------------------

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
    "a large page": ("page_size", lambda crm: crm.leads.list(page_size=201)),
    "a large page for one": ("page_size", lambda crm: crm.leads.list(page_size=201).first()),
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
