"""Run schemathesis on a mock: the same requests in each run, and no files left behind."""

from __future__ import annotations

import json
import multiprocessing
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: Runs are forks of one process that has imported what they need, which takes longer than many a
#: run. What a run does or loads does not affect the next one.
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(
    [
        *("schemathesis.cli", "schemathesis.graphql.loaders", "schemathesis.engine.core"),
        *("schemathesis.engine.run.unit", "schemathesis.engine.run.stateful"),
        *("schemathesis.specs.openapi.schemas", "schemathesis.specs.openapi.stateful"),
        *("schemathesis.specs.openapi.analysis", "schemathesis.generation.hypothesis.builder"),
    ]
)

#: All phases.
PHASES = ("examples", "coverage", "fuzzing", "stateful")

#: Draws the requests; a nightly run sets another.
SEED = int(os.environ.get("CRMKIT_SEED", "20160105"))
#: A fixed seed, no memory of earlier runs. Every warning is a failure, as a run that cannot reach
#: an operation proves nothing about it.
CONFIGURATION = """\
seed = {seed}
color = false
continue-on-failure = true

[generation]
database = "none"
max-examples = {examples}
# Servers refuse strings with U+0000, which has tests of its own.
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
    """The result of a run.

    Args:
        code: The exit code.
        report: The report as JSON.
        text: What it printed.
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
        warnings: Warnings that are failures; all by default.
        more: Further settings, as TOML tables.
        folder: Empty folder for the files of the run.
        phases: The phases.
        examples: Cases per operation in the phases that draw them.
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
        + CONFIGURATION.format(seed=SEED, examples=examples, warnings=json.dumps(warnings or True))
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
    """Run schemathesis's command in this process.

    Args:
        arguments: Command line.
        folder: Working folder.
        printed: File for what it prints.
    """
    import schemathesis.cli

    os.chdir(folder)
    with Path(printed).open("wb") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)
    schemathesis.cli.schemathesis(arguments)
