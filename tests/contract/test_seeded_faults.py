"""The contract suite sees what goes wrong: faults are seeded into the mocks, and it finds each.

A fault is a patch of the mock's source or a change of its replies on the wire; they are listed in
`faults/`. Nothing but the part of this folder that is about the same CRM counts as seeing it, and
each run ends at the first test that fails. The last lines of pytest's output say which, and after
how many seconds of processor time; with `CRMKIT_FAULTS_REPORT=FILE` they are added to a file as a
table: fault, check, seconds, what is broken.
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contract.faults.catalogue import FAULTS
from tests.contract.faults.fault import Fault

#: Seconds that a run may take, on a machine that does other things as well.
_CAP = 900
_ROOT = Path(__file__).resolve().parents[2]

PATCHES = [fault for faults in FAULTS.values() for fault in faults if fault.wire is None]

Hold = Callable[[str, str | None], dict[str, Any]]


@pytest.fixture(scope="session")
def hold() -> Iterator[Hold]:
    """Hold the suite of a CRM, with a fault or without; returns what `fork_server.run` does."""
    arguments = [sys.executable, "-m", "tests.contract.faults.fork_server"]
    with subprocess.Popen(  # the fork server imports what takes long once
        arguments, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        sink, source = server.stdin, server.stdout

        def hold(crm: str, fault: str | None) -> dict[str, Any]:
            order: dict[str, Any] = {"crm": crm, "fault": fault, "arguments": [], "seconds": _CAP}
            print(json.dumps(order), file=sink, flush=True)
            found: dict[str, Any] = json.loads(source.readline())
            return found

        yield hold
        sink.close()


@pytest.mark.parametrize("fault", PATCHES, ids=lambda fault: fault.id)
def test_patches_fit_the_source(fault: Fault) -> None:
    """Each patch finds its place in the mock exactly once, and what it makes is Python."""
    ast.parse(fault.patched())


def test_ids_are_unique() -> None:
    """No two faults have one id, which begins with the name of their CRM."""
    ids = [(fault.id, crm) for crm, faults in FAULTS.items() for fault in faults]

    assert len({id for id, _ in ids}) == len(ids)
    assert [id for id, crm in ids if not id.startswith(f"{crm}-")] == []


@pytest.mark.long
@pytest.mark.parametrize("crm", FAULTS)
def test_suite_passes_without_a_fault(
    hold: Hold, crm: str, record_property: Callable[[str, object], None]
) -> None:
    """The suite finds nothing in the mock as it is, so that what it finds is the fault."""
    run = hold(crm, None)
    record_property("figure", f"seeded faults, {crm}: {run.get('tests')} tests {run['seconds']} s")

    assert run["outcome"] == "passed", run


@pytest.mark.long
@pytest.mark.parametrize(
    ("crm", "fault"),
    [pytest.param(crm, fault, id=fault.id) for crm, faults in FAULTS.items() for fault in faults],
)
def test_suite_sees_every_fault(
    hold: Hold, crm: str, fault: Fault, record_property: Callable[[str, object], None]
) -> None:
    """The part of the suite that is about a fault's CRM fails."""
    run = hold(crm, fault.id)
    check = str(run.get("check", run["outcome"])).removeprefix("tests/contract/")
    record_property("figure", f"{fault.id}: {check}, {run['seconds']} s")
    _add_to_report(fault, check, run["seconds"])

    assert run["outcome"] == "caught", f"nothing sees that {fault.breaks!r} is broken: {run}"


def _add_to_report(fault: Fault, check: str, seconds: float) -> None:
    report = os.environ.get("CRMKIT_FAULTS_REPORT")
    if report:
        with Path(report).open("a", encoding="utf-8") as file:
            file.write(f"{fault.id}\t{check}\t{seconds}\t{fault.breaks}\n")
