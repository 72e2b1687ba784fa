"""Mass actions, by whichever route the server has."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from crmkit import NotFoundError
from crmkit.autocrm.where import equals, in_
from tests.clients.conftest import MakeEspo
from tests.clients.harness import Answer, Driver, both, failures, reply, sync_alone

asynchronous = sync_alone
PROFILES = ("autocrm", "espocrm")
DONE = reply({"count": 2, "ids": ["1", "2"]})
NO_ACTION = "Action PUT 'massUpdate' does not exist in controller 'Lead'."


def created(crm: Driver, resource: str, last_name: str) -> str:
    """Create a person and return its id."""
    id: str = crm(lambda crm: getattr(crm, resource).create(last_name=last_name)).id
    return id


def no_action(text: str = NO_ACTION) -> Answer:
    """Answer as a server without the page's route."""
    return reply(None, 404, {"X-Status-Reason": text})


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
