"""Lint the OpenAPI documents with Redocly and Spectral, which npm fetches in pinned versions.

What a document means otherwise than a rule supposes is configured, with its reason, in
redocly.yaml, .redocly.lint-ignore.yaml and .spectral.yaml.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

_ENVIRONMENT = {
    "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true",
    "REDOCLY_TELEMETRY": "off",
    "npm_config_audit": "false",
    "npm_config_fund": "false",
    "npm_config_loglevel": "error",
    "npm_config_update_notifier": "false",
}


@dataclass(frozen=True)
class Linter:
    """A linter from npm.

    Args:
        package: Its package with the exact version: another one may find other faults.
        command: The command and its arguments; `{root}` stands for the folder of the configuration.
        takes_documents: Whether the documents are named as arguments, not by the configuration.
    """

    package: str
    command: tuple[str, ...]
    takes_documents: bool


LINTERS = {
    "redocly": Linter(
        "@redocly/cli@2.77.0",
        ("redocly", "lint", "--config", "{root}/redocly.yaml", "--format", "stylish"),
        takes_documents=False,
    ),
    "spectral": Linter(
        "@stoplight/spectral-cli@6.16.3",
        ("spectral", "lint", "--ruleset", "{root}/.spectral.yaml"),
        takes_documents=True,
    ),
}


def missing() -> str:
    """Return why the linters cannot run on this machine; an empty string if they can."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    return ""


def lint(name: str, root: Path = ROOT) -> tuple[int, str]:
    """Run a linter and return its exit status and its output.

    Args:
        name: `redocly` or `spectral`.
        root: Folder with `openapi/` and the linters' configuration.
    """
    linter = LINTERS[name]
    arguments = [part.replace("{root}", str(root)) for part in linter.command]
    if linter.takes_documents:
        arguments += [str(path) for path in sorted((root / "openapi").glob("*.yaml"))]
    npm = shutil.which("npm") or "npm"
    # Elsewhere than in the checkout, so that npm neither finds nor leaves anything in it.
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [npm, "exec", "--yes", f"--package={linter.package}", "--", *arguments],
            check=False,
            cwd=folder,
            env={**os.environ, **_ENVIRONMENT},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )
    return done.returncode, done.stdout


def main() -> int:
    """Run both linters and return the exit status: 0 if they pass, 2 if they cannot run here."""
    if reason := missing():
        print(f"the documents were not linted: {reason}", file=sys.stderr)
        return 2
    failed = 0
    for name in LINTERS:
        status, output = lint(name)
        print(f"{name}: {'failed' if status else 'ok'}", flush=True)
        if status:
            failed = 1
            print(output, flush=True)
    return failed


if __name__ == "__main__":
    raise SystemExit(main())
