"""Put freshly generated files in place: all of them or none, and nothing else beside them."""

from __future__ import annotations

import hashlib
import json
import shutil
from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["STAMP", "fingerprint", "is_current", "put_in_place"]

TOOLS = ("attrs", "jinja2", "openapi-python-client", "pyyaml", "ruff")
STAMP = ".fingerprint.json"
"""Beside the packages and not committed: a fresh checkout generates once."""


def _entries(folder: Path) -> dict[str, Path]:
    """Return what lies in a folder by its name, folders and links too, compiled files not."""
    return {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if "__pycache__" not in path.parts
    }


def _content(path: Path) -> str:
    if path.is_symlink() or not path.is_file():
        return "link" if path.is_symlink() else "folder"
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _digest(files: dict[str, Path]) -> str:
    digest = hashlib.sha256()
    for name, path in sorted(files.items()):
        digest.update(f"{name}\0{_content(path)}\n".encode())
    return digest.hexdigest()


def fingerprint(openapi: Path, scripts: Path, generated: Path) -> dict[str, str]:
    """Return what stands for the input (documents, scripts, tools) and for the output.

    Args:
        openapi: Folder of the documents.
        scripts: Folder of `generate.py` and `codegen/`.
        generated: Folder of the output.
    """
    sources = _entries(openapi) | {
        f"scripts/{name}": path for name, path in _entries(scripts).items()
    }
    codec = scripts.parent / "overrides" / "crmkit" / "core" / "codec"  # whose names are emitted
    sources |= {f"codec/{name}": path for name, path in _entries(codec).items()}
    tools = ", ".join(f"{name} {version(name)}" for name in TOOLS)
    return {"input": _digest(sources), "output": _digest(_entries(generated)), "tools": tools}


def is_current(stamp: Path, now: dict[str, str]) -> bool:
    """Return whether `stamp` was written for the input and the output that are there now."""
    try:
        return bool(json.loads(stamp.read_text(encoding="utf-8")) == now)
    except (OSError, ValueError):
        return False


def put_in_place(fresh: Path, folder: Path) -> list[str]:
    """Make `folder` hold just what `fresh` holds, and return the names that changed.

    Files that are the same are not touched, so that their times stay.
    """
    new, old = _entries(fresh), _entries(folder)
    changed = [
        name
        for name in sorted(new.keys() | old.keys())
        if name not in new or name not in old or _content(new[name]) != _content(old[name])
    ]
    for name in changed:
        path = folder / name
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)  # it may be gone with its folder
    for name in changed:
        if name in new and new[name].is_dir():
            (folder / name).mkdir(parents=True, exist_ok=True)
        elif name in new:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(new[name].read_bytes())
    return changed
