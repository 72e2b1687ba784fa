"""The linters and type checkers by name: for `make lint`, and one test each in `make test`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

CHECKS = {
    "ruff-lint": ["-m", "ruff", "check", "--quiet"],
    "ruff-format": ["-m", "ruff", "format", "--check", "--quiet", "--diff"],
    "import-linter": ["-c", "from importlinter.cli import lint_imports_command as c; c()"],
    "mypy": ["-m", "mypy", "--no-error-summary"],
    # The interpreter is named because a checker left to itself takes the first one on the path.
    "basedpyright": ["-m", "basedpyright", "--pythonpath", sys.executable],
}


def run(name: str) -> tuple[int, str]:
    """Run one check and return its exit status and its output."""
    done = subprocess.run(
        [sys.executable, *CHECKS[name]],
        check=False,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )
    return done.returncode, done.stdout


def main() -> int:
    """Run every check, also after one has failed, and return the exit status."""
    failed = 0
    for name in CHECKS:
        status, output = run(name)
        print(f"{name}: {'failed' if status else 'ok'}", flush=True)
        if status:
            failed = 1
            print(output, flush=True)
    return failed


if __name__ == "__main__":
    raise SystemExit(main())
