"""Check that a tag may be released: `scripts/release.py v1.2.3`.

The tag is the version that the package has, and the changelog describes that version.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def problems(tag: str, project: str, changelog: str) -> list[str]:
    """Return the reasons why a tag may not be released.

    Args:
        tag: Name of the tag.
        project: Text of pyproject.toml.
        changelog: Text of CHANGELOG.md.
    """
    version = str(tomllib.loads(project)["project"]["version"])
    found = []
    if tag != f"v{version}":
        found.append(f"the tag is {tag}, the version of pyproject.toml is {version}")
    section = re.search(
        rf"^## {re.escape(version)}\b[^\n]*\n(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL
    )
    if section is None or not section[1].strip():
        found.append(f"CHANGELOG.md does not describe {version}")
    unreleased = re.search(r"^## Unreleased\n(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL)
    if unreleased is not None and unreleased[1].strip():
        found.append("CHANGELOG.md still has changes under Unreleased")
    return found


def main(arguments: list[str]) -> int:
    """Check the tag that the arguments name; return the exit status."""
    if len(arguments) != 1:
        print("usage: release.py TAG", file=sys.stderr)
        return 2
    texts = ((ROOT / name).read_text("utf-8") for name in ("pyproject.toml", "CHANGELOG.md"))
    found = problems(arguments[0], *texts)
    for problem in found:
        print(problem, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
