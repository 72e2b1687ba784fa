"""Generated code is what the documents say: nothing by hand, nothing stale, the same everywhere."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
GENERATED = "generated/crmkit_generated"


def files(root: Path) -> dict[str, bytes]:
    """Return the generated files below a checkout, by path."""
    folder = root / GENERATED
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def generate(root: Path, hash_seed: str, *arguments: str) -> str:
    """Generate from the documents below a folder, and return what was said."""
    done = subprocess.run(
        [sys.executable, ROOT / "scripts/generate.py", "--root", root, *arguments],
        check=False,
        cwd=root,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        pytest.fail(done.stdout + done.stderr, pytrace=False)
    assert done.stderr == ""
    return done.stdout


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """Return a folder with the documents and nothing generated."""
    shutil.copytree(ROOT / "openapi", tmp_path / "openapi")
    return tmp_path


@pytest.mark.parametrize("hash_seed", ["0", "1"])
def test_generated_code_is_what_the_documents_make(documents: Path, hash_seed: str) -> None:
    """Generating anew gives what is committed, byte by byte, whatever the order of sets."""
    generate(documents, hash_seed)
    committed, fresh = files(ROOT), files(documents)
    differing = {
        name: "missing" if name not in committed else "stray" if name not in fresh else "differs"
        for name in committed.keys() | fresh.keys()
        if committed.get(name) != fresh.get(name)
    }

    assert differing == {}, "run `make generate` and commit what it writes"


def edited(folder: Path) -> None:
    """Edit a generated file by hand."""
    path = folder / "relenta" / "client.py"
    path.write_text(path.read_text("utf-8") + "# by hand\n", "utf-8")


def strayed(folder: Path) -> None:
    """Leave a file that no document asks for."""
    (folder / "relenta" / "api" / "contacts" / "contacts_delete.py").write_text("", "utf-8")


def removed(folder: Path) -> None:
    """Remove a generated file."""
    (folder / "relenta" / "wire.json").unlink()


@pytest.mark.parametrize("damage", [edited, strayed, removed])
def test_generating_repairs_what_was_changed_by_hand(
    documents: Path, damage: Callable[[Path], None]
) -> None:
    """Generated code that was edited, added or removed by hand comes back as the documents say."""
    shutil.copytree(ROOT / "generated", documents / "generated")
    damage(documents / GENERATED)
    assert files(documents) != files(ROOT)

    generate(documents, "0")

    assert files(documents) == files(ROOT)


def test_unchanged_documents_are_left_alone(documents: Path) -> None:
    """Where nothing has changed nothing is written, so that timestamps and builds stay."""
    generate(documents, "0")
    times = {path: path.stat().st_mtime_ns for path in (documents / "generated").rglob("*")}

    generate(documents, "0")

    now = {path: path.stat().st_mtime_ns for path in (documents / "generated").rglob("*")}
    assert now == times
