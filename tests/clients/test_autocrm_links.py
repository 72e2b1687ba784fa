"""Links of records: which records are linked, linking and unlinking."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from crmkit import BadRequestError, NotFoundError, ServerError
from crmkit.autocrm.where import greater_than, in_
from tests.clients.conftest import MakeEspo
from tests.clients.harness import Driver, both, failures, reply, sync_alone

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
EMPTY = reply({"total": 0, "list": []})


def created(crm: Driver, resource: str, last_name: str) -> str:
    """Create a person and return its id."""
    id: str = crm(lambda crm: getattr(crm, resource).create(last_name=last_name)).id
    return id


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
        assert caught.value.operation == "accounts.link"
        with pytest.raises(BadRequestError) as caught:
            crm(lambda crm: crm.accounts.unlink("1", "contacts", "2"))
        assert caught.value.operation == "accounts.unlink"


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
