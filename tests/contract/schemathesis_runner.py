"""Run schemathesis on a mock, each run the same, with nothing left behind."""

from __future__ import annotations

import json
import multiprocessing
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: Runs begin as forks of one process that has imported what they need, which takes longer than
#: many a run; nothing that a run does or loads is left for the next one.
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(
    [
        *("schemathesis.cli", "schemathesis.graphql.loaders", "schemathesis.engine.core"),
        *("schemathesis.engine.run.unit", "schemathesis.engine.run.stateful"),
        *("schemathesis.specs.openapi.schemas", "schemathesis.specs.openapi.stateful"),
        *("schemathesis.specs.openapi.analysis", "schemathesis.generation.hypothesis.builder"),
    ]
)

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
fail-on = {warnings}
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
    bearer: bool = False,
    warnings: list[str] | None = None,
    more: str = "",
    hooks: Path | None = None,
) -> Run:
    """Run phases with all checks.

    Args:
        document: The document.
        base_url: Address of the API, on loopback.
        credentials: API keys by the name of the document's security scheme.
        bearer: Whether they are bearer tokens.
        warnings: Those that are failures; all by default.
        more: What else is configured, as TOML tables.
        folder: Empty folder for everything that the run writes.
        phases: The phases.
        examples: Cases an operation in the phases that draw them.
        hooks: Module of hooks for schemathesis, which may import from this repository.
    """
    auth = "".join(
        f"\n[auth.openapi.{scheme}]\n{'bearer' if bearer else 'api_key'} = {json.dumps(key)}\n"
        for scheme, key in credentials.items()
    )
    configuration, report = folder / "schemathesis.toml", folder / "report.json"
    head = "" if hooks is None else f"hooks = {json.dumps(str(hooks))}\n"
    text = (
        head
        + CONFIGURATION.format(examples=examples, warnings=json.dumps(warnings or True))
        + auth
        + more
    )
    configuration.write_text(text, "utf-8")
    (folder / "document.json").write_text(json.dumps(document), "utf-8")
    arguments = [
        *("--config-file", str(configuration)),
        *("run", str(folder / "document.json"), "--url", base_url),
        *("--phases", ",".join(phases)),
        *("--report", "json", "--report-json-path", str(report)),
    ]
    with tempfile.NamedTemporaryFile() as printed:
        fork = _FORKS.Process(target=_schemathesis, args=(arguments, str(folder), printed.name))
        fork.start()
        fork.join()
        code = fork.exitcode
        fork.close()
        text = printed.read().decode("utf-8")
    assert code is not None
    tree = json.loads(report.read_text("utf-8")) if report.exists() else {}
    return Run(code, tree, text)


def _schemathesis(arguments: list[str], folder: str, printed: str) -> None:
    """Be schemathesis, in a process of one's own.

    Args:
        arguments: Its command line.
        folder: Its working folder.
        printed: File for what it prints.
    """
    import schemathesis.cli

    os.chdir(folder)
    with Path(printed).open("wb") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)
    schemathesis.cli.schemathesis(arguments)
