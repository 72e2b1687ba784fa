"""Print the oldest release of each run-time dependency that pyproject.toml allows, for pip.

Names of extras as arguments add what those need.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
_FLOOR = re.compile(r"^([\w.-]+)>=([\w.]+)[^;]*")


def extras() -> list[str]:
    """Return the names of all extras."""
    return [*_project()["optional-dependencies"]]


def oldest(*extras: str) -> list[str]:
    """Return requirements such as `httpx==0.27`, one for each run-time dependency.

    Args:
        extras: Names of the extras whose dependencies are among them.
    """
    project = _project()
    requirements: list[str] = [*project["dependencies"]]
    for extra in extras:
        requirements += project["optional-dependencies"][extra]
    return [_FLOOR.sub(r"\1==\2", requirement).replace(" ;", ";") for requirement in requirements]


def _project() -> dict[str, Any]:
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return project


if __name__ == "__main__":
    print(*oldest(*sys.argv[1:]), sep="\n")
