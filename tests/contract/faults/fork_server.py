"""Holds the contract suite against mocks that have a fault, one process for each.

The processes are forks of this one, which has imported what takes long, but nothing of the mock. It
reads one line of JSON from stdin for each run and answers with one on stdout.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

#: What the suite imports beside the mock and the tests, each of which takes a while.
_PRELOADED = (
    *("_hypothesis_pytestplugin", "anyio.pytest_plugin", "hypothesis.stateful", "httpx"),
    *("jsonschema_rs", "pytest", "schemathesis.pytest.plugin", "starlette.routing", "uvicorn"),
    *("uvicorn.protocols.http.httptools_impl", "xdist.plugin", "yaml", "crmkit.contract"),
)


def main() -> None:
    """Answer the lines of stdin until it ends."""
    with tempfile.TemporaryDirectory(prefix="crmkit-faults-") as folder:
        # What one run has compiled, and hypothesis has read of the sources, is there for the next.
        sys.pycache_prefix = str(Path(folder, "bytecode"))
        sys.dont_write_bytecode = False
        for name in _PRELOADED:
            importlib.import_module(name)
        mock = [name for name in sys.modules if name.partition(".")[0] == "crmkit_mock"]
        assert not mock, mock
        for line in sys.stdin:
            run_ = run({**json.loads(line), "folder": folder})
            print(json.dumps(run_), flush=True)  # noqa: T201 - that is its answer


def run(order: dict[str, Any]) -> dict[str, Any]:
    """Hold the suite of one CRM, in a fork of this process.

    Args:
        order: `crm`, `fault` (an id, or None for the clean mock), `arguments` and `folder` as
            for `suite.hold`, and `seconds` that it may take.

    Returns:
        `outcome` ("caught", "passed", "timeout", "broken"), `check` and `message` of what failed,
        `seconds` of processor time, which does not depend on what else the machine does, and
        `output`.
    """
    with tempfile.TemporaryDirectory(prefix="crmkit-fault-") as folder:
        result, output = Path(folder, "result"), Path(folder, "output")
        child = os.fork()
        if child == 0:
            _be_a_run(order, result, output)
        finished, seconds = _wait(child, order["seconds"])
        found: dict[str, Any] = {"outcome": "broken" if finished else "timeout"}
        if result.exists():
            found = json.loads(result.read_text("utf-8"))
        found["seconds"] = round(seconds, 1)
        found["output"] = output.read_text("utf-8", "replace")[-6000:] if output.exists() else ""
    return found


def _be_a_run(order: dict[str, Any], result: Path, output: Path) -> None:
    """Become the process of a run; does not return."""
    code = 1
    try:
        os.setsid()
        with output.open("wb") as file:
            for stream in (1, 2):
                os.dup2(file.fileno(), stream)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        # Only here, as it brings the mock.
        from tests.contract.faults.suite import hold

        found = hold(order["crm"], order["fault"], order["folder"], order["arguments"])
        result.write_text(json.dumps(found), "utf-8")
        code = 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _wait(child: int, seconds: float) -> tuple[bool, float]:
    """Wait for a process; end it, and those that it has started, when its time is over.

    Returns:
        Whether it has ended by itself, and the seconds of processor time that it took.
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        ended, _, usage = os.wait4(child, os.WNOHANG)
        if ended:
            return True, usage.ru_utime + usage.ru_stime
        time.sleep(0.05)
    os.killpg(child, signal.SIGKILL)
    usage = os.wait4(child, 0)[2]
    return False, usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
