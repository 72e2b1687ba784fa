"""Lint the OpenAPI documents with what others read them with: Redocly and Spectral, from npm.

Each release is pinned, as another may find other faults. Their settings are in redocly.yaml and
.spectral.yaml.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

LINTERS = {
    "redocly": ["@redocly/cli@2.77.0", "lint"],
    "spectral": ["@stoplight/spectral-cli@6.16.3", "lint", "openapi/*.yaml"],
}


def run(name: str) -> tuple[int, str]:
    """Run one linter and return its exit status and its output.

    Raises:
        FileNotFoundError: npx was not found.
    """
    npx = shutil.which("npx")
    if npx is None:
        raise FileNotFoundError("npx, which comes with Node.js, was not found")
    done = subprocess.run(
        [npx, "--yes", *LINTERS[name]],
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
    """Run every linter, also after one has failed, and return the exit status."""
    failed = 0
    for name in LINTERS:
        status, output = run(name)
        print(f"{name}: {'failed' if status else 'ok'}", flush=True)
        if status:
            failed = 1
            print(output, flush=True)
    return failed


if __name__ == "__main__":
    raise SystemExit(main())
