"""Schemathesis finds no error in Relenta's mock, in any phase, and finds those that are made."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crmkit import Relenta
from crmkit_mock import MockServer
from tests.contract import account_documents
from tests.contract.schemathesis_runner import PHASES, Run, run


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    """Return a server with the demo data."""
    with MockServer() as server:
        yield server


def relenta(server: MockServer, folder: Path, **fault: Any) -> Run:
    """Run schemathesis on the mock of Relenta, by the document of its demo department.

    Args:
        server: The mocks.
        folder: Empty folder for the run.
        fault: What every request is answered with, see `MockRelenta.fail`. Then the run is short.
    """
    server.reset()
    mock = server.relenta
    key = mock.credentials["department_key"]
    with Relenta(base_url=mock.base_url, department_key=key) as crm:
        definitions = [field.to_dict() for field in crm.custom_fields.list()]
    assert len(definitions) == 6
    if fault:
        mock.fail(times=None, **fault)
    return run(
        account_documents.relenta(definitions),
        mock.base_url,
        {"departmentKey": key},
        folder,
        phases=("coverage",) if fault else PHASES,
        examples=12,
    )


@pytest.mark.full
def test_mock_conforms_to_its_document(server: MockServer, tmp_path: Path) -> None:
    """Every operation of Relenta passes all checks in all four phases."""
    result = relenta(server, tmp_path)

    assert result.code == 0, result.text
    assert {
        name: phase["status"] for name, phase in result.report["phases"].items()
    } == dict.fromkeys(PHASES, "success")
    assert result.report["complete"]
    assert result.report["errors"] == result.report["failures"] == []
    assert result.report["operations"] == {
        **dict.fromkeys(("total", "selected", "tested"), 6),
        **dict.fromkeys(("errored", "skipped"), 0),
        "skip_reasons": [],
    }
    assert result.report["test_cases"]["generated"] > 300
    rates = result.report["valid_rates"]
    assert len(rates) == 6
    for operation, phases in rates.items():
        assert phases["coverage"]["accepted"] > 0, operation
        assert phases["fuzzing"]["accepted"] > 3, operation
    # Nothing but what the runner put into its folder, and what it asked for.
    assert {path.name for path in tmp_path.iterdir()} <= {
        *("schemathesis.toml", "document.json", "report.json", ".hypothesis")
    }


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/contact.list.json", {"status": True, "code": 200, "data": [{"id": 5}]}, "ST108"),
        pytest.param(
            *("/activity.save.json", {"status": True, "code": 200, "data": {"id": "5"}}, "ST108"),
            marks=pytest.mark.full,
        ),
        pytest.param("/custom_field.list.json", "not JSON", "ST109", marks=pytest.mark.full),
    ],
)
def test_finds_replies_that_differ_from_the_document(
    server: MockServer, tmp_path: Path, path: str, body: Any, code: str
) -> None:
    """A reply that its document does not allow fails the run."""
    result = relenta(server, tmp_path, path=path, body=body)

    assert result.code == 1, result.text
    assert code in {failure["code"] for failure in result.report["failures"]}
