"""Run schemathesis on a mock, each run the same, with nothing left behind."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: Every phase there is. A run in which one of them has nothing to do does not count.
PHASES = ("examples", "coverage", "fuzzing", "stateful")

#: No seed of the day, no memory of earlier runs; every warning is a failure, as a run that cannot
#: reach an operation proves nothing about it.
CONFIGURATION = """\
seed = 20160105
color = false
continue-on-failure = true

[generation]
database = "none"
max-examples = {examples}
# Texts with U+0000 are JSON, but no server keeps them; how they are refused has tests of its own.
allow-x00 = false

[phases.stateful]
max-steps = 6

[cache]
enabled = false

[warnings]
fail-on = true
"""


@dataclass(frozen=True)
class Run:
    """What a run came to.

    Args:
        code: The exit code.
        report: The run's own report.
        text: What it printed, for people.
    """

    code: int
    report: dict[str, Any]
    text: str


def run(
    document: dict[str, Any],
    base_url: str,
    credentials: dict[str, str],
    folder: Path,
    *,
    phases: Iterable[str] = PHASES,
    examples: int = 25,
) -> Run:
    """Run phases with all checks.

    Args:
        document: The document.
        base_url: Address of the API, on loopback.
        credentials: API keys by the name of the document's security scheme.
        folder: Empty folder for everything that the run writes.
        phases: The phases.
        examples: Cases an operation in the phases that draw them.
    """
    auth = "".join(
        f"\n[auth.openapi.{scheme}]\napi_key = {json.dumps(key)}\n"
        for scheme, key in credentials.items()
    )
    configuration, report = folder / "schemathesis.toml", folder / "report.json"
    configuration.write_text(CONFIGURATION.format(examples=examples) + auth, "utf-8")
    (folder / "document.json").write_text(json.dumps(document), "utf-8")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", configuration),
            *("run", folder / "document.json", "--url", base_url),
            *("--phases", ",".join(phases)),
            *("--report", "json", "--report-json-path", report),
        ],
        check=False,
        cwd=folder,
        capture_output=True,
        text=True,
    )
    text = done.stdout + done.stderr
    tree = json.loads(report.read_text("utf-8")) if report.exists() else {}
    return Run(done.returncode, tree, text)
