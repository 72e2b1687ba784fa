"""Releases: what is public is compared with the last one, and what is built is what is promised."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from email import message_from_bytes
from pathlib import Path
from typing import Any

import compatibility
import pytest
import release
import yaml

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
WORKFLOWS = ROOT / ".github" / "workflows"

MODULE = """
from .inner import Thing as Thing
from .inner import helper as helper

__all__ = ["Thing"]
"""
INNER = """
class Thing:
    def __init__(self, *, account=None, **settings): ...

    def read(self, id, *, deep=False):
        return id

def helper(): ...

def internal(a, b): ...
"""
DOCUMENT: dict[str, Any] = {
    "paths": {
        "/people": {
            "get": {"operationId": "people_list", "parameters": [{"name": "page", "in": "query"}]},
            "post": {"operationId": "people_create"},
        }
    },
    "components": {
        "schemas": {
            "PersonInput": {"properties": {"name": {"type": "string"}, "age": {"type": "integer"}}}
        }
    },
}


class Checkout:
    """A small checkout with a release v0.1.0."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.write("overrides/crmkit/__init__.py", MODULE)
        self.write("overrides/crmkit/inner.py", INNER)
        self.write("openapi/tiny.yaml", yaml.safe_dump(DOCUMENT))
        self.version("0.1.0")
        self.git("init", "--quiet")
        self.git("add", ".")
        author = ("-c", "user.name=A", "-c", "user.email=a@x.example", "-c", "commit.gpgsign=false")
        self.git(*author, "commit", "--quiet", "-m", "Release")
        self.git("tag", "v0.1.0")

    def git(self, *arguments: str) -> None:
        """Run git in the checkout."""
        compatibility.git(self.root, *arguments)

    def write(self, name: str, text: str) -> None:
        """Write a file."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def version(self, version: str) -> None:
        """Write the version of the project."""
        self.write("pyproject.toml", f'[project]\nversion = "{version}"\n')


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A checkout in which nothing has changed since the release."""
    return Checkout(tmp_path / "checkout")


def test_accepts_what_breaks_nobody(checkout: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    """Additions, and changes of what no package exports, need no new version."""
    changed = INNER.replace("internal(a, b)", "internal(a)").replace(
        "deep=False", "deep=False, c=1"
    )
    checkout.write("overrides/crmkit/inner.py", changed + "\ndef more(): ...\n")

    assert compatibility.main([], checkout.root) == 0
    assert "0 changes since v0.1.0" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("overrides/crmkit/inner.py", "deep=False", "far=False", "deep"),
        ("overrides/crmkit/inner.py", "account=None", "acct=None", "account"),
        ("overrides/crmkit/inner.py", "def read", "def get", "read"),
        ("overrides/crmkit/__init__.py", "helper as helper", "helper as _helper", "helper"),
        ("openapi/tiny.yaml", "people_create", "people_add", "operation people_create is gone"),
        ("openapi/tiny.yaml", "type: integer", "type: string", "type of age is another"),
        ("openapi/tiny.yaml", "        name:", "        title:", "name is gone"),
        ("openapi/tiny.yaml", "name: page", "name: page\n        required: true", "now required"),
        ("openapi/tiny.yaml", "  /people:", "  /persons:", "path was /people"),
    ],
)
def test_asks_for_the_version_that_breaking_needs(
    checkout: Checkout,
    capsys: pytest.CaptureFixture[str],
    file: str,
    old: str,
    new: str,
    words: str,
) -> None:
    """A change that breaks callers is named; the next minor version, before 1.0, allows it."""
    text = (checkout.root / file).read_text("utf-8")
    assert old in text
    checkout.write(file, text.replace(old, new))

    assert compatibility.main([], checkout.root) == 1
    printed = capsys.readouterr()
    assert words in printed.out
    assert "must be 0.2.0 or higher, and is 0.1.0" in printed.err

    checkout.version("0.2.0")
    assert compatibility.main([], checkout.root) == 0


def test_before_the_first_release_everything_is_allowed(tmp_path: Path) -> None:
    """Without a tag there is nothing to compare with."""
    compatibility.git(tmp_path, "init", "--quiet")
    options = ("-c", "user.name=A", "-c", "user.email=a@x.example", "-c", "commit.gpgsign=false")
    compatibility.git(tmp_path, *options, "commit", "--quiet", "--allow-empty", "-m", "Begin")

    assert compatibility.main([], tmp_path) == 0


def test_a_breaking_change_needs_a_major_version_from_1_0_on() -> None:
    """What follows a release is the next major version, before 1.0 the next minor one."""
    assert compatibility.needed("0.1.3") == "0.2.0"
    assert compatibility.needed("1.4.2") == "2.0.0"
    assert compatibility.is_enough("0.10.0", "0.9.0")
    assert not compatibility.is_enough("0.9.9", "0.10.0")


def test_a_tag_is_the_version_and_described() -> None:
    """A tag of another version, an empty section and forgotten changes stop a release."""
    project = '[project]\nversion = "1.2.0"\n'
    good = "# Changelog\n\n## Unreleased\n\n## 1.2.0\n\n- New.\n\n## 1.1.0\n\n- Old.\n"

    assert release.problems("v1.2.0", project, good) == []
    assert len(release.problems("v1.2.1", project, good)) == 1
    assert len(release.problems("v1.2.0", project, good.replace("- New.", ""))) == 1
    assert len(release.problems("v1.2.0", project, good.replace("sed\n", "sed\n\n- More.\n"))) == 1


def workflow(name: str) -> dict[str, Any]:
    """Return a workflow."""
    tree: dict[str, Any] = yaml.safe_load((WORKFLOWS / name).read_text("utf-8"))
    return tree


def test_releases_are_published_without_a_password() -> None:
    """The job that publishes gets a token of its own, the one that builds has none."""
    tree = workflow("release.yml")
    publish = tree["jobs"]["publish"]

    assert tree["permissions"] == {"contents": "read"}
    assert publish["permissions"] == {"id-token": "write"}
    assert publish["environment"] == "pypi"
    assert publish["needs"] == "build"
    assert all("run" not in step for step in publish["steps"])
    assert "secrets." not in (WORKFLOWS / "release.yml").read_text("utf-8")


def test_actions_are_pinned() -> None:
    """Every action of every workflow is named by a commit, which nobody can move."""
    used = [
        line.strip()
        for path in WORKFLOWS.glob("*.yml")
        for line in path.read_text("utf-8").splitlines()
        if "uses:" in line
    ]

    assert used
    assert [line for line in used if not re.search(r"@[0-9a-f]{40} # v\d", line)] == []


def test_workflow_tests_every_system() -> None:
    """Each Python of the classifiers is tested on Linux, macOS and Windows."""
    jobs = workflow("test.yml")["jobs"]
    linux, others = jobs["test"]["strategy"]["matrix"], jobs["systems"]["strategy"]["matrix"]

    assert jobs["test"]["runs-on"] == "ubuntu-latest"
    assert others["system"] == ["macos-latest", "windows-latest"]
    assert others["python"] == linux["python"]
    assert any("compatibility.py" in step.get("run", "") for step in jobs["public"]["steps"])


# -- what is built -----------------------------------------------------------------------------


@pytest.mark.long
def test_built_files_are_small_and_pass_the_index(tmp_path: Path) -> None:
    """Sdist and wheel are built, pass twine's strict check, and the wheel is small."""
    build = (sys.executable, "-m", "build", "--no-isolation", "--outdir", tmp_path, ROOT)
    subprocess.run(build, check=True, capture_output=True, cwd=tmp_path)
    files = sorted(tmp_path.iterdir())
    check: tuple[str | Path, ...] = (sys.executable, "-m", "twine", "check", "--strict", *files)
    done = subprocess.run(check, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr

    (wheel,) = tmp_path.glob("*.whl")
    # A file takes 250 bytes besides what it holds, and is compressed alone: generated code stands
    # in a few hundred modules, of what is needed together.
    assert wheel.stat().st_size < 1_600_000
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith("/METADATA")]
        metadata = message_from_bytes(archive.read(name))
    urls = dict(value.split(", ", 1) for value in metadata.get_all("Project-URL", []))
    assert {"Documentation", "Repository", "Issues", "Changelog"} <= urls.keys()
    description = str(metadata.get_payload())
    # A relative link leads nowhere at the package index.
    assert re.findall(r"\]\((?!https://)[^)]*\)", description) == []
