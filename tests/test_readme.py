"""The code and links of the README work."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from crmkit_mock import MockServer

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
CODE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = [
    pytest.param(match[1], id=f"line-{README.count(chr(10), 0, match.start()) + 1}")
    for match in CODE.finditer(README)
]


@pytest.fixture(scope="module")
def environment() -> Iterator[dict[str, str]]:
    """Return an environment in which `Relenta()` and the others speak to a mock server."""
    with MockServer() as mock:
        variables = dict(os.environ)
        for name in ("relenta", "autocrm", "espocrm", "onepagecrm", "monica"):
            crm = getattr(mock, name)
            for argument, value in {"base_url": crm.base_url, **crm.credentials}.items():
                variables[f"{name}_{argument}".upper()] = value
        yield variables


@pytest.mark.parametrize("block", BLOCKS)
def test_code_runs(block: str, environment: dict[str, str], tmp_path: Path) -> None:
    """Every block of Python runs as it is, with warnings as errors."""
    is_test = "def test_" in block
    file = tmp_path / ("test_readme_block.py" if is_test else "block.py")
    file.write_text(block, "utf-8")
    pytest_ = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path))
    command = [sys.executable, "-W", "error", *(pytest_ if is_test else ()), str(file)]
    done = subprocess.run(
        command, check=False, cwd=tmp_path, env=environment, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_code_is_typed(tmp_path: Path) -> None:
    """Code that is copied from the README and the documentation passes a type checker."""
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        text = page.read_text("utf-8")
        for number, match in enumerate(CODE.finditer(text)):
            (tmp_path / f"{page.stem.lower()}_{number}.py").write_text(match[1], "utf-8")
    # The checkout's configuration, for the packages; the blocks are checked as a user's code is.
    options = (
        "--config-file",
        ROOT / "pyproject.toml",
        "--allow-untyped-defs",
        "--allow-untyped-calls",
    )
    cache = ("--cache-dir", ROOT / ".mypy_cache" / "readme")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *options, *cache, *sorted(tmp_path.glob("*.py"))],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_begins_with_installing_using_and_building() -> None:
    """A reader first sees how to install it, then ten lines of code, then two commands."""
    fences = README.split("```")
    blocks = [block.splitlines() for block in fences[1:6:2]]
    first, code, commands = ([line.split("#")[0].strip() for line in block] for block in blocks)

    assert first == ["sh", "pip install crmkit"]
    assert code[0] == "python"
    assert len(code) <= 10
    assert commands == ["sh", "make", "make test"]


def test_links_lead_somewhere_from_anywhere() -> None:
    """Every link is absolute, for readers at the package index, and names a file or a page."""
    urls = PROJECT["urls"]
    files, pages, raw = (
        f"{urls['Repository']}/blob/main/",
        urls["Documentation"],
        f"{urls['Repository']}/main/".replace("github.com", "raw.githubusercontent.com"),
    )
    targets = re.findall(r"\]\(([^)#]+)\)", README)
    paths = []
    for target in targets:
        assert target.startswith((files, pages, raw)), target
        if target.startswith(pages):
            page = target.removeprefix(pages).strip("/")
            paths.append(f"docs/{page}.md")
        else:
            paths.append(target.removeprefix(files).removeprefix(raw))

    assert len(paths) >= 20
    # The reference is written when the documentation is built.
    missing = {path for path in paths if not (ROOT / path).exists()}
    assert missing <= {"docs/reference/crmkit.md"}
