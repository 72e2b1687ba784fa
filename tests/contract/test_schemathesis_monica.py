"""Schemathesis finds no error in Monica's mock, and finds those that are made."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from crmkit_mock import MockServer
from tests.contract.account_documents import wire
from tests.contract.monica_documents import GROUPS, METHODS, WARNINGS, group_document, settings
from tests.contract.schemathesis_runner import PHASES, Run, run
from tests.contract.tiers import quick


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    """Return a server with the demo data."""
    with MockServer() as server:
        yield server


def monica(server: MockServer, name: str, folder: Path, **fault: Any) -> Run:
    """Run schemathesis on a group of Monica's resources.

    Args:
        server: The mocks.
        name: The group.
        folder: Empty folder for the run.
        fault: What every request is answered with, see `MockMonica.fail`. Then the run is short.
    """
    server.reset()
    mock = server.monica
    mock.publish_statistics()
    token = mock.credentials["token"]
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    with httpx.Client(base_url=mock.base_url, headers=headers) as http:
        document = group_document(name, http)
    # The coverage phase tries every rule of every member, which would take minutes for all; the
    # mock's own tests go through them.
    phases = [phase for phase in PHASES if phase != "coverage" or name == "relationships"]
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
    """Every tag of the document belongs to exactly one group."""
    tags = [tag for group in GROUPS.values() for tag in group]
    documented = {
        operation["tags"][0]
        for item in wire("monica")["paths"].values()
        for method, operation in item.items()
        if method in METHODS
    }
    assert sorted(tags) == sorted(documented)


@pytest.mark.parametrize("name", quick(GROUPS, {"server"}))
def test_mock_conforms_to_its_document(server: MockServer, tmp_path: Path, name: str) -> None:
    """Every operation of a group passes all checks in all of its phases."""
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
        pytest.param("/relationships/*", {"data": {"id": "5"}}, "ST108", marks=pytest.mark.full),
    ],
)
def test_finds_replies_that_differ_from_the_document(
    server: MockServer, tmp_path: Path, path: str, body: Any, code: str
) -> None:
    """A reply that its document does not allow fails the run."""
    result = monica(server, "relationships", tmp_path, path=path, body=body)

    assert result.code == 1, result.text
    assert code in {failure["code"] for failure in result.report["failures"]}
