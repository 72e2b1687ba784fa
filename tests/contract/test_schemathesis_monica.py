"""Schemathesis finds nothing on the mock of Monica, family by family; and it can."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from crmkit_mock import MockServer
from tests.contract.account_documents import wire
from tests.contract.monica_families import FAMILIES, METHODS, WARNINGS, family, settings
from tests.contract.runner import PHASES, Run, run


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    """The mock CRMs behind a socket, with the demo data."""
    with MockServer() as server:
        yield server


def monica(server: MockServer, name: str, folder: Path, **fault: Any) -> Run:
    """Run schemathesis on a family of Monica's resources.

    Args:
        server: The mocks.
        name: The family.
        folder: Empty folder for the run.
        fault: What every request is answered with, see `MockMonica.fail`. Then the run is short.
    """
    server.reset()
    mock = server.monica
    mock.publish_statistics()
    token = mock.credentials["token"]
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    with httpx.Client(base_url=mock.base_url, headers=headers) as http:
        document = family(name, http)
    # Relationships are to be perfect. Of the others, every rule of every member would take minutes;
    # the mock's own tests go through them.
    phases = [one for one in PHASES if one != "coverage" or name == "relationships"]
    if fault:
        mock.fail(times=None, **fault)
        phases = ["examples"]
    return run(
        document,
        mock.base_url,
        {"token": token},
        folder,
        phases=phases,
        examples=2,
        bearer=True,
        warnings=WARNINGS,
        more=settings(document),
    )


def test_every_operation_belongs_to_a_family() -> None:
    """No tag of the document is left out, and none is gone through twice."""
    tags = [tag for family in FAMILIES.values() for tag in family]
    found = {
        operation["tags"][0]
        for item in wire("monica")["paths"].values()
        for method, operation in item.items()
        if method in METHODS
    }
    assert sorted(tags) == sorted(found)


@pytest.mark.parametrize("name", FAMILIES)
def test_the_mock_of_monica_holds(server: MockServer, tmp_path: Path, name: str) -> None:
    """Every operation of a family stands its phases and all checks without a failure."""
    result = monica(server, name, tmp_path)

    assert result.code == 0, result.text
    assert result.report["complete"]
    assert result.report["errors"] == result.report["failures"] == []
    counts = result.report["operations"]
    assert counts["tested"] == counts["total"] == counts["selected"] > 5
    rates = result.report["valid_rates"]
    assert len(rates) == counts["total"]
    for operation, phases in rates.items():
        accepted = sum(phase["accepted"] for phase in phases.values())
        assert accepted > 0, f"{operation} never succeeded: {phases}"


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/relationshiptypes", {"data": [{"id": 5}]}, "ST108"),
        ("/relationships/*", {"data": {"id": "5"}}, "ST108"),
    ],
)
def test_a_wrong_reply_is_found(
    server: MockServer, tmp_path: Path, path: str, body: Any, code: str
) -> None:
    """A mock that answers in another form than its document's fails the run."""
    result = monica(server, "relationships", tmp_path, path=path, body=body)

    assert result.code == 1, result.text
    assert code in {failure["code"] for failure in result.report["failures"]}
