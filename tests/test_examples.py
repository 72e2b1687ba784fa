"""The examples work as they are, against the mock."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from crmkit import EspoCRM
from crmkit_mock import MockServer

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"


@pytest.fixture
def mock(monkeypatch: pytest.MonkeyPatch) -> Iterator[MockServer]:
    """Serve a mock that the clients find by the environment."""
    with MockServer() as mock:
        for name in ("relenta", "autocrm", "espocrm", "onepagecrm", "monica"):
            crm = getattr(mock, name)
            for argument, value in {"base_url": crm.base_url, **crm.credentials}.items():
                monkeypatch.setenv(f"{name}_{argument}".upper(), value)
        yield mock


@pytest.fixture
def loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no connection leave this machine."""
    connect = socket.socket.connect

    def checked(self: socket.socket, address: Any) -> None:
        assert self.family == socket.AF_UNIX or address[0] in {"127.0.0.1", "::1"}, address
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", checked)


@pytest.mark.usefixtures("loopback_only")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of dlt's own packages
def test_dlt_pipeline_loads_what_has_changed(
    mock: MockServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows are merged by id, a run that fails loads nothing, and the next one makes up for it."""
    monkeypatch.syspath_prepend(str(EXAMPLES))
    example = import_module("dlt_pipeline")
    dlt = example.dlt
    pipeline = dlt.pipeline(
        "espocrm",
        destination=dlt.destinations.duckdb(str(tmp_path / "espocrm.duckdb")),
        dataset_name="crm",
        pipelines_dir=str(tmp_path / "pipelines"),
    )

    def rows() -> dict[str, str]:
        with pipeline.sql_client() as client:
            found = client.execute_sql("SELECT id, last_name FROM contacts")
        assert len({*dict(found)}) == len(found)
        return dict(found)

    crm = mock.espocrm
    first = crm.add("Contact", {"lastName": "Lovelace"})
    crm.clock.advance(60)
    example.run(pipeline)
    before = rows()
    assert before[first] == "Lovelace"

    with EspoCRM() as client:
        client.contacts.update(first, last_name="King")
    second = crm.add("Contact", {"lastName": "Hopper"})
    crm.clock.advance(60)
    crm.fail(path="/Contact", status=403, times=1)
    with pytest.raises(Exception, match="403"):  # dlt's, with ours as its cause
        example.run(pipeline)
    assert rows() == before

    example.run(pipeline)
    assert rows() == {**before, first: "King", second: "Hopper"}
    example.run(pipeline)
    assert len(rows()) == len(before) + 1


@pytest.mark.parametrize("example", sorted(path.name for path in EXAMPLES.glob("*.py")))
def test_says_what_is_missing(example: str, tmp_path: Path) -> None:
    """Without credentials an example ends with a line that says what to do."""
    hidden = ("RELENTA_", "AUTOCRM_", "ESPOCRM_", "ONEPAGECRM_", "MONICA_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
    done = subprocess.run(
        [sys.executable, EXAMPLES / example],
        check=False,
        cwd=tmp_path,
        env={**environment, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 1
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert "ESPOCRM_BASE_URL" in lines[0]
