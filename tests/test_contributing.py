"""What CONTRIBUTING says about adding a CRM and an operation is enough, and all there is to do."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
GUIDE = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
#: A small CRM that does not exist: the new files of the guide, in their places.
TINYCRM = ROOT / "tests" / "tinycrm"
COPIED = ("generated", "mockserver", "openapi", "overrides", "scripts", "tests", "pyproject.toml")
NEW_FOLDERS = {
    "generated/crmkit_generated/tinycrm",
    "mockserver/crmkit_mock/tinycrm",
    "overrides/crmkit/tinycrm",
}
NEW_FILES = {"openapi/tinycrm.yaml", "tests/clients/test_tinycrm.py"}
EDITED = {"mockserver/crmkit_mock/catalogue.py", "pyproject.toml"}

DELETE = """
    delete:
      operationId: people_delete
      tags: [people]
      summary: Delete a person.
      description: Its id is not used again.
      responses:
        "204": {description: It is deleted.}
        "401": {$ref: "#/components/responses/Unauthorized"}
        "404": {$ref: "#/components/responses/NotFound"}
"""
DELETE_HANDLER = """

def _delete(session: Session) -> Reply:
    if not session.people.delete(ACCOUNT, session.path["id"]):
        raise not_found(session.path["id"])
    return Reply(204, b"", media_type=None)


OPERATIONS["people_delete"] = _delete
"""

# One copy serves all of these, step by step.
pytestmark = pytest.mark.xdist_group("contributing")


def files(folder: Path) -> dict[str, bytes]:
    """Return the contents of all files of a checkout that matter here."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for name in COPIED
        for path in ([folder / name] if (folder / name).is_file() else (folder / name).rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".json"
    }


def line_for(file: str) -> str:
    """Return the one line that the guide adds to a file."""
    # The block is part of a list, and so indented by three.
    match = re.search(
        rf"`{re.escape(file)}`.*?\n {{3}}```\w+\n {{3}}(.*?)\n {{3}}```", GUIDE, re.DOTALL
    )
    assert match is not None, f"CONTRIBUTING.md has no line for {file}"
    assert "\n" not in match[1]
    return match[1]


def add_line(path: Path, after: str, line: str) -> None:
    """Add a line after the first one that begins with some words."""
    lines = path.read_text("utf-8").splitlines(keepends=True)
    place = next(index for index, text in enumerate(lines) if text.startswith(after))
    path.write_text("".join([*lines[: place + 1], f"{line}\n", *lines[place + 1 :]]), "utf-8")


def run(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a checkout, with its packages in place of this one's."""
    roots = [str(checkout / name) for name in ("overrides", "generated", "mockserver")]
    return subprocess.run(
        [sys.executable, *arguments],
        check=False,
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(roots)},
        capture_output=True,
        text=True,
    )


def check(checkout: Path, *arguments: str) -> str:
    """Run Python in a checkout, fail with its output if it fails, else return the output."""
    done = run(checkout, *arguments)
    if done.returncode:
        pytest.fail(f"{' '.join(arguments)} failed:\n{done.stdout}{done.stderr}", pytrace=False)
    return done.stdout


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of this checkout to which TinyCRM was added as the guide says."""
    folder = tmp_path_factory.mktemp("contributing")
    ignore = shutil.ignore_patterns("__pycache__")
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=ignore)
        else:
            shutil.copy(source, folder)
    shutil.copytree(TINYCRM, folder, dirs_exist_ok=True, ignore=ignore)
    add_line(
        folder / "mockserver/crmkit_mock/catalogue.py",
        "    relenta: CatalogueEntry",
        line_for("mockserver/crmkit_mock/catalogue.py"),
    )
    add_line(folder / "pyproject.toml", "core = ", line_for("pyproject.toml"))
    check(folder, "scripts/generate.py")
    return folder


def test_new_crm_needs_its_own_files_and_two_lines(checkout: Path) -> None:
    """Nothing but the CRM's own files is new, and two files have one more line."""
    before, after = files(ROOT), files(checkout)
    new = {name for name in after.keys() - before.keys() if not name.startswith("tests/tinycrm/")}
    own = {name for name in new if any(name.startswith(f"{folder}/") for folder in NEW_FOLDERS)}

    assert before.keys() <= after.keys()
    assert new - own == NEW_FILES
    assert {name for name in before if before[name] != after[name]} == EDITED
    for name in EDITED:
        assert len(after[name].splitlines()) == len(before[name].splitlines()) + 1


def test_new_crm_has_client_mock_and_contract_checks(checkout: Path) -> None:
    """Its client works with its mock, each of its operations is called, its layers are checked."""
    client = check(checkout, "-m", "pytest", "-q", "tests/clients/test_tinycrm.py")
    contract = check(
        *(checkout, "-m", "pytest", "-v", "-k", "tinycrm"),
        "tests/contract/test_every_operation.py",
    )
    layers = check(
        checkout, "-m", "pytest", "-q", "tests/test_layers.py", "tests/mock/test_layers.py"
    )

    assert "3 passed" in client
    assert re.search(r"\[tinycrm\] PASSED", contract)
    assert " passed" in layers


def test_new_operation_is_missed_until_it_has_a_handler(checkout: Path) -> None:
    """The contract test names an operation without a handler; with one it is called and passes."""
    document = checkout / "openapi/tinycrm.yaml"
    text = document.read_text("utf-8")
    document.write_text(text.replace("\ncomponents:", f"{DELETE}\ncomponents:", 1), "utf-8")
    check(checkout, "scripts/generate.py")
    contract = ("-m", "pytest", "-q", "-k", "tinycrm", "tests/contract/test_every_operation.py")

    missed = run(checkout, *contract)
    with (checkout / "mockserver/crmkit_mock/tinycrm/operations.py").open("a") as operations:
        operations.write(DELETE_HANDLER)
    check(
        checkout,
        "-c",
        "from crmkit_mock import MockCRMs; from crmkit import TinyCRM\n"
        "m = MockCRMs().crm('tinycrm')\n"
        "c = TinyCRM(base_url=m.base_url, transport=m.transport, **m.credentials)\n"
        "c.people.delete(1); assert c.people.list().collect() == []",
    )

    assert missed.returncode == 1
    assert "people_delete" in missed.stdout
    assert " passed" in check(checkout, *contract)


@pytest.mark.long
def test_new_crm_passes_the_checkers(checkout: Path) -> None:
    """What is written by hand for TinyCRM has the form and the types of the rest."""
    packages = ("overrides/crmkit/tinycrm", "mockserver/crmkit_mock/tinycrm")
    check(checkout, "-m", "ruff", "check", *packages)
    check(checkout, "-m", "ruff", "format", "--check", *packages)
    check(checkout, "-m", "mypy", *packages, "generated/crmkit_generated/tinycrm")
