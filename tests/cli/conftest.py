"""The command as its tests run it: in this process, or as a program; against served mocks."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from crmkit.cli import main
from crmkit_mock import MockServer

#: The command as a program.
PROGRAM = [sys.executable, "-c", "from crmkit.cli import main; raise SystemExit(main())"]


@dataclass
class Done:
    """What a run of the command gave.

    Attributes:
        code: Exit code.
        out: What it wrote to stdout.
        err: What it wrote to stderr.
    """

    code: int
    out: str
    err: str


class Command:
    """Runs the command."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: str) -> Done:
        """Run the command in this process."""
        self._capsys.readouterr()
        code = main(arguments)
        out, err = self._capsys.readouterr()
        return Done(code, out, err)

    def refused(self, code: int, *arguments: str) -> str:
        """Run what has to fail with an exit code; return the one line that says why."""
        done = self(*arguments)
        assert done.code == code, done
        (line,) = done.err.splitlines()
        assert line.startswith("crmkit: "), line
        return line.removeprefix("crmkit: ")


def program_environment() -> dict[str, str]:
    """Return the environment in which the command runs as a program."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


def run_on_full_disk(most: int, *arguments: str) -> Done:
    """Run the command as a program whose files can have at most so many bytes."""
    import resource  # Windows has none

    done = subprocess.run(
        [*PROGRAM, *arguments],
        # A compiled module that is cut at the limit would stay, and break whoever imports it.
        env={**program_environment(), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)),
    )
    return Done(done.returncode, done.stdout, done.stderr)


def run_without(package: str, *arguments: str) -> Done:
    """Run the command as a program that cannot import a package."""
    code = f"""
import sys
sys.modules[{package!r}] = None
from crmkit.cli import main
raise SystemExit(main({[*arguments]!r}))
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env=program_environment(),
    )
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Command:
    """The command."""
    return Command(capsys)


@pytest.fixture(scope="module")
def _served() -> Iterator[MockServer]:
    with MockServer() as server:
        yield server


@pytest.fixture
def live(_served: MockServer, monkeypatch: pytest.MonkeyPatch) -> MockServer:
    """Mock CRMs on a loopback port, in the place of live servers, with credentials to them.

    Their clocks are set to now, as those of live servers are.
    """
    _served.reset()
    for name in _served.names:
        crm = _served.crm(name)
        crm.clock.set(datetime.now(UTC))
        for variable, value in {"base_url": crm.base_url, **crm.credentials}.items():
            monkeypatch.setenv(f"{name}_{variable}".upper(), str(value))
    return _served
