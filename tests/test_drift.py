"""Generated code is what the documents say: not edited, not stale, the same everywhere."""

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
    """Generate from the documents below a folder, and return what was printed."""
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


@pytest.mark.parametrize("hash_seed", ["0", "1"])
def test_generated_code_is_current(tmp_path: Path, hash_seed: str) -> None:
    """Generating anew gives what is committed, byte by byte, whatever the order of sets."""
    shutil.copytree(ROOT / "openapi", tmp_path / "openapi")
    generate(tmp_path, hash_seed)
    committed, fresh = files(ROOT), files(tmp_path)
    differences = {
        name: "missing" if name not in committed else "stray" if name not in fresh else "differs"
        for name in committed.keys() | fresh.keys()
        if committed.get(name) != fresh.get(name)
    }

    assert differences == {}, "run `make generate` and commit what it writes"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the smallest of the documents and what is generated from it."""
    folder = tmp_path_factory.mktemp("checkout")
    (folder / "openapi").mkdir()
    shutil.copy(ROOT / "openapi" / "relenta.yaml", folder / "openapi")
    generate(folder, "0")
    return folder


def edit(folder: Path) -> None:
    """Edit a generated file by hand."""
    path = folder / "relenta" / "client.py"
    path.write_text(path.read_text("utf-8") + "# by hand\n", "utf-8")


def add(folder: Path) -> None:
    """Leave a file that no document asks for."""
    (folder / "relenta" / "api" / "contacts_delete.py").write_text("", "utf-8")


def remove(folder: Path) -> None:
    """Remove a generated file."""
    (folder / "relenta" / "wire.json").unlink()


@pytest.mark.parametrize("damage", [edit, add, remove])
def test_generating_undoes_changes_by_hand(
    checkout: Path, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    """Generated code that was edited, added or removed by hand comes back as the documents say."""
    folder = shutil.copytree(checkout, tmp_path / "checkout")
    damage(folder / GENERATED)
    assert files(folder) != files(checkout)

    generate(folder, "0")

    assert files(folder) == files(checkout)


def test_generating_again_writes_nothing(checkout: Path) -> None:
    """Where nothing has changed nothing is written, so that timestamps and builds stay."""
    times = {path: path.stat().st_mtime_ns for path in (checkout / "generated").rglob("*")}
    assert times

    generate(checkout, "0")

    now = {path: path.stat().st_mtime_ns for path in (checkout / "generated").rglob("*")}
    assert now == times
