"""generated/ has what the documents make, and is rewritten only after a change."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.codegen import schema_cases
from tests.codegen.checkout import SCRIPT, Checkout, base, to_yaml
from tests.codegen.invalid_documents import (
    LIST,
    SCHEMAS,
    Change,
    put,
    rename_to_snake_case,
    whole_text,
    without,
)
from tests.codegen.loops import for_each


@pytest.fixture
def made(checkout: Checkout) -> Checkout:
    """A checkout with the base document and what it makes."""
    done = checkout.generate()
    assert (done.code, done.err) == (0, "")
    return checkout


# -- damage ------------------------------------------------------------------------------------


def stray_file(package: Path) -> None:
    """Add a module that no document asks for."""
    (package / "notes" / "api" / "notes_delete.py").write_text("", "utf-8")


def stray_data(package: Path) -> None:
    """Add a file that is not a module."""
    (package / "notes.txt").write_text("remember", "utf-8")


def stray_folder(package: Path) -> None:
    """Add a folder with folders in it."""
    folder = package / "notes" / "extra" / "deep"
    folder.mkdir(parents=True)
    (folder / "module.py").write_text("", "utf-8")


def empty_folder(package: Path) -> None:
    """Add an empty folder."""
    (package / "notes" / "extra").mkdir()


def edit(package: Path) -> None:
    """Edit a file by hand."""
    path = package / "notes" / "resources" / "notes.py"
    path.write_text(path.read_text("utf-8").replace("self", "this"), "utf-8")


def other_line_ends(package: Path) -> None:
    """Write a file with other line ends."""
    path = package / "notes" / "operations.py"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))


def deleted_file(package: Path) -> None:
    """Delete a file."""
    (package / "notes" / "wire.json").unlink()


def deleted_marker(package: Path) -> None:
    """Delete an empty file."""
    (package / "py.typed").unlink()


def folder_for_file(package: Path) -> None:
    """Put a folder where a file belongs."""
    path = package / "notes" / "types.py"
    path.unlink()
    path.mkdir()
    (path / "module.py").write_text("", "utf-8")


def file_for_folder(package: Path) -> None:
    """Put a file where a folder belongs."""
    folder = package / "notes" / "codec"
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    folder.write_text("", "utf-8")


def dangling_link(package: Path) -> None:
    """Add a symbolic link without a target."""
    (package / "notes" / "gone.py").symlink_to(package / "nowhere.py")


def damaged_fingerprint(package: Path) -> None:
    """Change the fingerprint."""
    (package.parent / ".fingerprint.json").write_text("{}", "utf-8")


@for_each(
    "damage",
    [
        stray_file,
        stray_data,
        stray_folder,
        empty_folder,
        edit,
        other_line_ends,
        deleted_file,
        deleted_marker,
        folder_for_file,
        file_for_folder,
        dangling_link,
        damaged_fingerprint,
    ],
)
def test_undoes_changes_made_by_hand(made: Checkout, damage: Callable[[Path], None]) -> None:
    """What was added, changed or removed by hand is as the documents make it after a run."""
    before = made.files()
    damage(made.package)

    done = made.generate()

    assert (done.code, done.err) == (0, "")
    assert made.files() == before


@for_each("imported", [False, True])
def test_removes_package_of_removed_document(made: Checkout, *, imported: bool) -> None:
    """Without its document a package is removed, including the files that Python compiled."""
    before = made.files()
    made.write(base(), "second")
    assert made.generate().code == 0
    assert "second/wire.json" in made.files()
    if imported:
        cache = made.package / "second" / "models" / "__pycache__"
        cache.mkdir()
        (cache / "note.cpython-311.pyc").write_bytes(b"")
    (made.root / "openapi" / "second.yaml").unlink()

    assert made.generate().code == 0

    assert made.files() == before


def test_keeps_packages_when_there_are_no_documents(made: Checkout) -> None:
    """A folder without any document is an error of one line, and removes nothing."""
    before = made.files()
    (made.root / "openapi" / "notes.yaml").unlink()

    done = made.generate()

    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert "openapi" in done.err
    assert made.files() == before


# -- nothing changed ---------------------------------------------------------------------------


def times(package: Path) -> dict[Path, int]:
    """Return when each file and folder was last written."""
    return {path: path.stat().st_mtime_ns for path in [package, *package.rglob("*")]}


def test_unchanged_input_does_not_import_the_generator(made: Checkout) -> None:
    """Without a change the generator is not imported, and nothing is written."""
    before = times(made.package)
    program = (
        f"import runpy, sys; sys.argv = ['generate.py', '--root', {str(made.root)!r}]\n"
        f"try: runpy.run_path({str(SCRIPT)!r}, run_name='__main__')\n"
        "except SystemExit as end: assert end.code == 0, end.code\n"
        "heavy = {'openapi_python_client', 'jinja2', 'pydantic', 'yaml', 'jsonschema_rs'}\n"
        "assert not heavy & sys.modules.keys(), heavy & sys.modules.keys()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert times(made.package) == before


def test_force_keeps_unchanged_files(made: Checkout) -> None:
    """With --force the same input gives the same files, none of which is written again."""
    before = times(made.package)

    done = made.generate("--force")

    assert (done.code, done.err) == (0, "")
    stamp = made.package.parent / ".fingerprint.json"
    assert {**times(made.package), stamp: 0} == {**before, stamp: 0}


def test_rewrites_only_affected_files(made: Checkout) -> None:
    """A new description changes only the files that have it."""
    before = made.files()
    tree = base()
    put(*SCHEMAS, "Note", "properties", "title", "description", value="A new word.")(tree)
    made.write(tree)

    assert made.generate().code == 0

    after = made.files()
    changed = {name for name in before | after if before.get(name) != after.get(name)}
    assert changed == {"notes/models/note.py", "notes/wire.json"}


def test_fingerprint_has_tool_versions(made: Checkout) -> None:
    """Another release of a tool whose output is committed counts as changed input."""
    stamp = (made.package.parent / ".fingerprint.json").read_text("utf-8")

    for tool in ("openapi-python-client", "ruff"):
        assert f"{tool} {importlib.metadata.version(tool)}" in stamp


# -- the same everywhere -----------------------------------------------------------------------


@for_each("seed", ["2", "3"])
def test_output_does_not_depend_on_hash_seed(
    seed: str, tmp_path: Path, schemas_checkout: Checkout
) -> None:
    """The document of schema cases gives the same bytes with every hash seed."""
    checkout = Checkout(tmp_path)
    checkout.write(schema_cases.document(), "schema_cases")

    done = checkout.generate(PYTHONHASHSEED=seed)

    assert (done.code, done.err) == (0, "")
    assert checkout.files() == schemas_checkout.files()


def test_output_has_no_path_of_the_checkout(made: Checkout) -> None:
    """Nothing that is generated names the folder it was made in, or the machine."""
    for name, content in made.files().items():
        assert str(made.root).encode() not in content, name
        assert os.fsencode(sys.prefix) not in content, name


# -- refusal -----------------------------------------------------------------------------------


@for_each(
    "change",
    [
        whole_text("openapi: ["),
        without(*LIST, "operationId"),
        put(*SCHEMAS, "Note", "properties", "title", "type", value="words"),
        rename_to_snake_case,
    ],
)
def test_invalid_document_changes_nothing(made: Checkout, change: Change) -> None:
    """An invalid document ends the program with 1, and generated/ keeps every byte and time."""
    stray_file(made.package)
    edit(made.package)
    files, before = made.files(), times(made.package)
    tree = base()
    text = change(tree)
    made.write(to_yaml(tree) if text is None else text)

    done = made.generate()

    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert made.files() == files
    assert times(made.package) == before


def test_one_invalid_document_stops_all(made: Checkout) -> None:
    """A valid document is not generated while another one is invalid."""
    before = made.files()
    made.write(base(), "second")
    tree = base()
    without(*LIST, "operationId")(tree)
    made.write(tree, "zebra")

    done = made.generate()

    assert (done.code, done.err.count("\n")) == (1, 1)
    assert done.err.startswith("openapi/zebra.yaml: ")
    assert made.files() == before


def test_rejects_document_name_that_is_not_a_package_name(made: Checkout) -> None:
    """A document whose name cannot name a package is refused by that name."""
    before = made.files()
    made.write(base(), "my-crm")

    done = made.generate()

    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert done.err.startswith("openapi/my-crm.yaml: ")
    assert made.files() == before
