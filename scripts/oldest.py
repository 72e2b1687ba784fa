"""Print the oldest release of each run-time dependency that pyproject.toml allows, for pip."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def oldest() -> list[str]:
    """Return requirements such as `httpx==0.27`, one for each run-time dependency."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return [
        re.sub(r"^([\w.-]+)>=([\w.]+).*$", r"\1==\2", requirement)
        for requirement in project["dependencies"]
    ]


if __name__ == "__main__":
    print(*oldest())
