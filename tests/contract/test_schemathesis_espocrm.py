"""Schemathesis finds no error in EspoCRM's and AutoCRM's mocks, and finds those that are made."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from crmkit_mock import MockCRMs, MockServer
from tests.contract import espocrm_demo as demo
from tests.contract.account_documents import wire
from tests.contract.espocrm_documents import (
    GROUPS,
    SETTINGS,
    WARNINGS,
    group_document,
    operation_ids,
    operations,
    refused,
    settings,
)
from tests.contract.schemathesis_runner import Run, run
from tests.contract.tiers import quick
from tests.mock.espo import client_for

HOOKS = Path(__file__).with_name("espocrm_checks.py")
PROFILES = ("espocrm", "autocrm")
Servers = dict[str, MockServer]


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    """Return a server with the demo data for each profile, so that their runs are independent."""
    with ExitStack() as stack:
        yield {profile: stack.enter_context(MockServer()) for profile in PROFILES}


def espocrm(
    server: MockServer,
    profile: str,
    name: str,
    folder: Path,
    phases: tuple[str, ...] = ("fuzzing", "stateful"),
    **fault: Any,
) -> Run:
    """Run schemathesis on a group of an EspoCRM's operations.

    Args:
        server: The mocks.
        profile: The kind of server.
        name: The group.
        folder: Empty folder for the run.
        phases: The phases.
        fault: What requests are answered with, see `MockEspoCRM.fail`.
    """
    server.reset()
    mock = getattr(server, profile)
    if GROUPS[name].admin:
        admin = mock.users["admin"]
        pair = f"{admin['username']}:{admin['password']}".encode()
        credentials = {"espoAuthorization": base64.b64encode(pair).decode("ascii")}
    else:
        credentials = {"apiKey": mock.users["integrator"]["api_key"]}
    (secret,) = credentials.values()
    header = "Espo-Authorization" if GROUPS[name].admin else "X-Api-Key"
    with httpx.Client(base_url=mock.base_url, headers={header: secret}) as http:
        document = group_document(name, profile, http)
    if fault:
        mock.fail(times=None, **fault)
    return run(
        document,
        mock.base_url,
        credentials,
        folder,
        phases=phases,
        examples=4,
        warnings=WARNINGS,
        more=SETTINGS + settings(document, refused(name, profile)),
        hooks=HOOKS,
    )


@pytest.mark.parametrize("profile", PROFILES)
def test_every_operation_belongs_to_a_family(profile: str) -> None:
    """The groups have all operations of the document that a kind of server has."""
    grouped = set[str]().union(*(operation_ids(name, profile) for name in GROUPS))

    assert grouped == {
        operation["operationId"]
        for _, _, operation in operations(wire("autocrm"))
        if profile in operation.get("x-crmkit-profile", [profile])
    }


@pytest.mark.parametrize("profile", PROFILES)
def test_routes_of_the_other_kind_of_server_are_404(profile: str) -> None:
    """Routes that only the other kind of server has are answered 404, to the administrator too."""
    others = [
        (path.format(entityType="Account", id=demo.ACCOUNT), method)
        for path, method, operation in operations(wire("autocrm"))
        if profile not in operation.get("x-crmkit-profile", [profile])
    ]
    assert others
    with MockCRMs() as mocks, client_for(getattr(mocks, profile), "admin") as http:
        statuses = {http.request(method, path, json={}).status_code for path, method in others}

    assert statuses == {404}


@pytest.mark.parametrize("name", quick(GROUPS, {"webhooks"}))
def test_mocks_conform_to_their_document(servers: Servers, tmp_path: Path, name: str) -> None:
    """Every operation of a group passes all checks on both kinds of server."""

    def run_profile(profile: str) -> Run:
        folder = tmp_path / profile
        folder.mkdir()
        return espocrm(servers[profile], profile, name, folder)

    with ThreadPoolExecutor() as threads:
        results = list(threads.map(run_profile, PROFILES))

    for result in results:
        assert result.code == 0, result.text
        assert result.report["complete"]
        assert result.report["errors"] == result.report["failures"] == []
        counts = result.report["operations"]
        assert counts["tested"] == counts["total"] == counts["selected"] > 5
        rates = result.report["valid_rates"]
        accepted = {
            operation
            for operation, phases in rates.items()
            if any(phase["accepted"] for phase in phases.values())
        }
        assert len(accepted) >= counts["total"] - len(refused(name, "espocrm")), rates


@pytest.mark.full
def test_limits_of_members_are_those_of_the_document(servers: Servers, tmp_path: Path) -> None:
    """Values at and beyond the limits of each member and parameter are answered as documented."""
    result = espocrm(servers["espocrm"], "espocrm", "gadgets", tmp_path, ("coverage",))

    assert result.code == 0, result.text
    assert result.report["failures"] == []
    assert result.report["test_cases"]["generated"] > 300


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"path": "/CGadget", "body": {"total": "many", "list": []}}, "ST108"),
        pytest.param({"path": "/CGadget/*", "body": {"id": 5}}, "ST108", marks=pytest.mark.full),
        pytest.param({"path": "/CGadget/*", "status": 500}, "ST101", marks=pytest.mark.full),
        pytest.param({"path": "/CGadget", "status": 418}, "ST103", marks=pytest.mark.full),
        # A record is another one than was made, or is there still.
        ({"path": "/CGadget/*", "body": {"id": "another", "deleted": False}}, "ST901"),
    ],
)
def test_finds_servers_that_err(
    servers: Servers, tmp_path: Path, fault: dict[str, Any], code: str
) -> None:
    """A wrong member, a failure, an unknown status, and forgetting what was written fail a run."""
    result = espocrm(servers["espocrm"], "espocrm", "gadgets", tmp_path, ("fuzzing",), **fault)

    assert result.code == 1, result.text
    assert code in {failure["code"] for failure in result.report["failures"]}
