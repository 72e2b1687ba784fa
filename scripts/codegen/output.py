"""Put freshly generated files in place: all of them or none, and nothing else beside them."""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["STAMP", "fingerprint", "is_current", "put_in_place"]

STAMP = "fingerprint.json"


def _files(folder: Path) -> dict[str, Path]:
    return {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts and path.name != STAMP
    }


def _digest(files: dict[str, Path]) -> str:
    digest = hashlib.sha256()
    for name, path in sorted(files.items()):
        digest.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def fingerprint(openapi: Path, scripts: Path, generated: Path) -> dict[str, str]:
    """Return what stands for the input (documents, scripts, tools) and for the output.

    Args:
        openapi: Folder of the documents.
        scripts: Folder of the generation scripts.
        generated: Folder of the output.
    """
    sources = _files(openapi) | {f"scripts/{name}": path for name, path in _files(scripts).items()}
    tools = ", ".join(f"{name} {version(name)}" for name in ("openapi-python-client", "ruff"))
    return {"input": _digest(sources), "output": _digest(_files(generated)), "tools": tools}


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
    new, old = _files(fresh), _files(folder)
    changed: list[str] = []
    for name, path in new.items():
        target = folder / name
        content = path.read_bytes()
        if not target.is_file() or target.read_bytes() != content:
            if target.is_dir():
                target.rename(target.with_name(f"{target.name}.stray"))
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            changed.append(name)
    for name in sorted(old.keys() - new.keys()):
        old[name].unlink()
        changed.append(name)
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and path.name != "__pycache__" and not any(path.iterdir()):
            path.rmdir()
    return changed
