"""Conversion of leads, by whichever route the server has."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from crmkit import ArgumentError, BadRequestError, ConflictError, NotFoundError
from crmkit.autocrm import AccountInput, ContactInput
from tests.clients.conftest import MakeEspo
from tests.clients.harness import Answer, both, failures, reply, sync_alone

asynchronous = sync_alone

NAIVE = datetime(2024, 1, 15)  # noqa: DTZ001  # naive is the point
PROFILES = ("autocrm", "espocrm")
PAGE = {
    "records": {
        "Account": {"name": "New Company"},
        "Contact": {"firstName": "John", "lastName": "Doe"},
        "Opportunity": {"name": "New Opportunity", "amount": 100000},
    }
}
CONVERTED = reply({"id": "1", "status": "Converted", "convertedAt": "2024-01-15 09:30:00"})
HTML = {"Content-Type": "text/html;charset=UTF-8"}
ROUTER: list[tuple[str, Answer]] = [
    ("json", reply({"message": "404 Not Found"}, 404)),
    ("html", reply(b"<!doctype html><title>404 Not Found</title>", 404, HTML)),
    ("text", reply(b"404 Not Found\n", 404, {"Content-Type": "text/plain"})),
    (
        "xml",
        reply(
            b"<error>\n  <message><![CDATA[404 Not Found]]></message>\n</error>",
            404,
            {"Content-Type": "application/xml"},
        ),
    ),
]
NO_ROUTE = ROUTER[0][1]


def paths(crm: Any) -> list[str]:
    """Return the paths of the requests, below the API."""
    return [seen.path.removeprefix("/api/v1/") for seen in crm.seen]


def test_autocrm_converts_by_the_pages_route(espo: MakeEspo) -> None:
    """AutoCRM's client sends the page's body to the page's route."""
    crm = espo(CONVERTED, profile="autocrm")

    lead = crm(lambda crm: crm.leads.convert("1", records=PAGE["records"]))

    assert paths(crm) == ["Lead/1/action/convert"]
    assert crm.seen[0].json == PAGE
    assert lead.status == "Converted"
    assert lead.converted_at == datetime(2024, 1, 15, 9, 30, tzinfo=UTC)


@both
def test_espocrm_converts_by_id_in_the_body(espo: MakeEspo) -> None:
    """EspoCRM's client sends the id in the body."""
    crm = espo(CONVERTED)

    crm(lambda crm: crm.leads.convert("1", records=PAGE["records"], skip_duplicate_check=True))

    assert paths(crm) == ["Lead/action/convert"]
    assert crm.seen[0].json == {"id": "1", **PAGE, "skipDuplicateCheck": True}


def test_takes_input_models_and_dates(espo: MakeEspo) -> None:
    """Records to create may be input models, and hold Python's dates."""
    crm = espo(CONVERTED)

    crm(
        lambda crm: crm.leads.convert(
            "1",
            records={
                "Account": AccountInput(name="New Company"),
                "Contact": ContactInput(last_name="Doe"),
                "Opportunity": {
                    "closeDate": date(2024, 2, 1),
                    "cSince": datetime(2024, 1, 15, tzinfo=UTC),
                },
            },
        )
    )

    assert crm.seen[0].json["records"] == {
        "Account": {"name": "New Company"},
        "Contact": {"lastName": "Doe"},
        "Opportunity": {"closeDate": "2024-02-01", "cSince": "2024-01-15 00:00:00"},
    }


def test_converts_without_creating_records(espo: MakeEspo) -> None:
    """A lead can be converted without creating anything."""
    crm = espo(CONVERTED)

    crm(lambda crm: crm.leads.convert("1"))

    assert crm.seen[0].json == {"id": "1", "records": {}}


@both
def test_falls_back_to_espocrms_route(espo: MakeEspo) -> None:
    """The router's 404, as whatever it comes, means no such route; the other is taken from then."""

    def check(_: str, answer: Answer) -> None:
        crm = espo(answer, CONVERTED, CONVERTED, profile="autocrm")
        crm(lambda crm: crm.leads.convert("1"))
        crm(lambda crm: crm.leads.convert("2"))
        assert paths(crm) == ["Lead/1/action/convert", "Lead/action/convert", "Lead/action/convert"]
        assert [seen.json.get("id") for seen in crm.seen] == [None, "1", "2"]

    assert failures(check, ROUTER) == []


MISSING: list[tuple[str, Answer]] = [
    ("empty", reply(None, 404)),
    ("empty html", reply(None, 404, HTML)),
    ("no reason", reply(None, 404, {"X-Status-Reason": ""})),
    ("reason", reply(None, 404, {"X-Status-Reason": "Record 1 not found.", **HTML})),
    (
        "reason and page",
        reply(b"<html></html>", 404, {"X-Status-Reason": "Record 1 not found.", **HTML}),
    ),
    ("json", reply({}, 404)),
    ("json with a message", reply({"message": "Lead not found"}, 404)),
]


def test_missing_lead_is_not_a_missing_route(espo: MakeEspo) -> None:
    """A 404 that is not the router's is a missing lead: the other route is not tried."""

    def check(_: str, answer: Answer) -> None:
        crm = espo(answer, CONVERTED, profile="autocrm")
        with pytest.raises(NotFoundError):
            crm(lambda crm: crm.leads.convert("1"))
        assert len(crm.seen) == 1

    assert failures(check, MISSING) == []


def test_errors_of_the_second_route_are_raised(espo: MakeEspo) -> None:
    """An error of the second route is the call's, and the first is not tried again."""
    refused = reply(None, 400, {"X-Status-Reason": "Field validation failure."})
    crm = espo(NO_ROUTE, refused, NO_ROUTE, profile="autocrm")

    with pytest.raises(BadRequestError, match="Field validation failure"):
        crm(lambda crm: crm.leads.convert("1"))
    with pytest.raises(NotFoundError):
        crm(lambda crm: crm.leads.convert("1"))

    assert len(crm.seen) == 3


def test_never_converts_twice(espo: MakeEspo) -> None:
    """A conversion that failed within the server is not repeated: it might create all again."""
    for profile in PROFILES:
        crm = espo(reply(None, 500), CONVERTED, profile=profile)
        with pytest.raises(Exception, match="500"):
            crm(lambda crm: crm.leads.convert("1"))
        assert len(crm.seen) == 1


REFUSED: list[tuple[str, str, Callable[[Any], Any]]] = [
    *((profile, "id", lambda crm: crm.leads.convert(7)) for profile in PROFILES),
    *(
        (profile, "records", lambda crm: crm.leads.convert("1", records=["Account"]))
        for profile in PROFILES
    ),
    *(
        (profile, "cAt", lambda crm: crm.leads.convert("1", records={"Account": {"cAt": NAIVE}}))
        for profile in PROFILES
    ),
    # The id is in the page's path, which must not lead elsewhere.
    ("autocrm", "id", lambda crm: crm.leads.convert("..")),
]


def test_rejects_ids_and_records(espo: MakeEspo) -> None:
    """An id or records that cannot be sent are refused by name, unsent."""

    def check(profile: str, argument: str, work: Callable[[Any], Any]) -> None:
        crm = espo(CONVERTED, profile=profile)
        with pytest.raises(ArgumentError) as caught:
            crm(work)
        assert argument in caught.value.argument
        assert caught.value.operation
        assert crm.seen == []

    assert failures(check, REFUSED) == []


@pytest.mark.parametrize("profile", PROFILES)
def test_converts_on_the_mock(mocked_espo: MakeEspo, profile: str) -> None:
    """A lead becomes an account and a contact; duplicates are refused, and created if so wanted."""
    crm = mocked_espo(profile=profile)
    account = {"Account": {"name": "Converted Ltd."}}
    first = crm(lambda crm: crm.leads.create(last_name="C1")).id
    second = crm(lambda crm: crm.leads.create(last_name="C2")).id

    lead = crm(lambda crm: crm.leads.convert(first, records=account))
    assert lead.status == "Converted"
    created = crm(lambda crm: crm.accounts.get(lead.created_account_id))
    assert created.name == "Converted Ltd."

    with pytest.raises(ConflictError) as caught:
        crm(lambda crm: crm.leads.convert(second, records=account))
    assert [record["id"] for record in caught.value.current][:1] == [created.id]
    lead = crm(lambda crm: crm.leads.convert(second, records=account, skip_duplicate_check=True))
    assert lead.created_account_id not in {None, created.id}


def test_autocrms_client_works_with_espocrm(mocks: Any, mocked_espo: MakeEspo) -> None:
    """AutoCRM's client works with a server that has none of the page's routes."""
    mock = mocks.espocrm
    crm = mocked_espo(profile="autocrm", base_url=mock.base_url, **mock.credentials)
    crm.transport = mock.transport
    lead = crm(lambda crm: crm.leads.create(last_name="Elsewhere")).id

    assert crm(lambda crm: crm.leads.mass_update(ids=[lead], attributes={"source": "Call"})).count
    assert crm(lambda crm: crm.leads.convert(lead)).status == "Converted"
    assert crm(lambda crm: crm.leads.mass_delete(ids=[lead])).count == 1
