"""Schemathesis finds nothing on the mock of EspoCRM, family by family; and it can."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crmkit_mock import MockServer
from tests.contract.espocrm_families import (
    FAMILIES,
    METHODS,
    OF_ADMINISTRATORS,
    SETTINGS,
    WARNINGS,
    family,
)
from tests.contract.runner import PHASES, Run, run
from tests.contract.specialise import wire
from tests.mock.espo import client_for

HOOKS = Path(__file__).with_name("espocrm_hooks.py")


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    """The mock CRMs behind a socket, with the demo data."""
    with MockServer() as server:
        yield server


def espocrm(server: MockServer, name: str, folder: Path, **fault: Any) -> Run:
    """Run schemathesis on a family of EspoCRM's resources.

    Args:
        server: The mocks.
        name: The family.
        folder: Empty folder for the run.
        fault: What every request is answered with, see `MockEspoCRM.fail`. Then the run is short.
    """
    server.reset()
    mock = server.espocrm
    with client_for(mock, "admin") as http:
        document = family(name, http, mock.lead_capture_key)
    phases = [one for one in PHASES if one != "coverage" or name == "accounts"]
    if fault:
        mock.fail(times=None, **fault)
        phases = ["examples"]
    # The administrator has a password.
    admin = mock.users["admin"]
    basic = "".join(f'{key} = "{value}"\n' for key, value in admin.items())
    by_password = name in OF_ADMINISTRATORS
    return run(
        document,
        mock.base_url,
        {} if by_password else {"apiKey": mock.credentials["api_key"]},
        folder,
        hooks=HOOKS,
        phases=phases,
        examples=3,
        warnings=WARNINGS,
        more=SETTINGS + (f"\n[auth.openapi.basic]\n{basic}" if by_password else ""),
    )


def test_every_operation_belongs_to_a_family() -> None:
    """No tag of the document is left out, and none is gone through twice."""
    tags = [tag for family in FAMILIES.values() for tag in family]
    found = {
        operation["tags"][0]
        for item in wire("autocrm")["paths"].values()
        for method, operation in item.items()
        if method in METHODS
    }
    assert sorted(tags) == sorted(found)


@pytest.mark.parametrize("name", FAMILIES)
def test_the_mock_of_espocrm_holds(server: MockServer, tmp_path: Path, name: str) -> None:
    """Every operation of a family stands its phases and all checks without a failure."""
    result = espocrm(server, name, tmp_path)

    assert result.code == 0, result.text
    assert result.report["complete"]
    assert result.report["errors"] == result.report["failures"] == []
    counts = result.report["operations"]
    assert counts["tested"] == counts["total"] == counts["selected"] > 3
    never = {
        operation
        for operation, phases in result.report["valid_rates"].items()
        if not sum(phase["accepted"] for phase in phases.values())
    }
    assert never == set()


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [("/Account", {"total": "many", "list": []}, "ST108"), ("/Account/*", [], "ST108")],
)
def test_a_wrong_reply_is_found(
    server: MockServer, tmp_path: Path, path: str, body: Any, code: str
) -> None:
    """A mock that answers in another form than its document's fails the run."""
    result = espocrm(server, "accounts", tmp_path, path=path, body=body)

    assert result.code == 1, result.text
    assert code in {failure["code"] for failure in result.report["failures"]}
