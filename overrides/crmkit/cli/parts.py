"""Parts of an export that is not done: rows as JSON lines, and a state file beside them.

A page is first written to the part, then named in the state, which is replaced as a whole. What the
part has beyond that was cut off by a crash, and goes. So a run can end anywhere and lose nothing.
"""

from __future__ import annotations

import json
import os
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any

from .errors import CommandError
from .lists import Place, known_rows

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator
    from pathlib import Path

__all__ = ["Part", "State", "locked", "naming", "replacing"]

_STATE = ".crmkit-export.json"


@dataclass
class State:
    """What an export was asked for, and how far it is.

    Args:
        folder: Where it writes.
        asked: What it was asked for.
        done: How many rows each resource has that was read.
        reading: The resource that is read; empty between two.
        number: Where the last page stands that was read, see `Place`.
        parent: See `Place`.
        rows: How many rows were read of it.
        size: How many bytes of its part they take.
        is_written: Whether the database stands that has the rows of all parts.
    """

    folder: Path
    asked: dict[str, Any]
    done: dict[str, int] = field(default_factory=dict)
    reading: str = ""
    number: int | None = None
    parent: Any = None
    rows: int = 0
    size: int = 0
    is_written: bool = False

    @classmethod
    def load(cls, folder: Path, asked: dict[str, Any]) -> State:
        """Return the state of an export that was broken off in a folder, or a new one.

        Raises:
            CommandError: Another export was broken off there.
        """
        path = folder / _STATE
        try:
            stored = json.loads(path.read_text("utf-8"))
            state = cls(folder, **stored)
        except FileNotFoundError:
            return cls(folder, asked)
        except (ValueError, TypeError):
            raise CommandError(f"{path}: is not the state of an export; remove it") from None
        for name, value in asked.items():
            if state.asked.get(name) != value:
                raise CommandError(
                    f"{folder}: an export of {_shown(state.asked)} was broken off here; run that "
                    f"again to finish it, or remove {path} to begin anew"
                )
        return state

    def save(self) -> None:
        """Write the state."""
        content = {name: value for name, value in asdict(self).items() if name != "folder"}
        with replacing(self.folder / _STATE) as path:
            path.write_text(json.dumps(content), "utf-8")

    def finish(self, name: str) -> None:
        """Note that a resource was read to its end."""
        self.done[name] = self.rows
        self.reading, self.number, self.parent, self.rows, self.size = "", None, None, 0, 0
        self.save()

    def remove(self) -> None:
        """Remove the state: the export is done."""
        (self.folder / _STATE).unlink(missing_ok=True)


class Part:
    """The rows of one resource, while it is read.

    Args:
        state: The state of the export.
        name: Name of the resource.
    """

    def __init__(self, state: State, name: str) -> None:
        self._state = state
        self._name = name
        self._path = state.folder / f"{name}.part.jsonl"

    @property
    def is_there(self) -> bool:
        """Whether it is there."""
        return self._path.exists()

    def resume(self) -> tuple[Place | None, dict[Any, int]]:
        """Return where the reading was broken off and the records it had; None to begin."""
        state = self._state
        if state.reading != self._name or not self.is_there:
            state.reading, state.number, state.parent = self._name, None, None
            state.rows = state.size = 0
            self._path.write_bytes(b"")
            return None, {}
        os.truncate(self._path, state.size)
        return Place(state.number, state.parent), known_rows(self.rows())

    def append(self, rows: Iterable[dict[str, Any]], place: Place) -> None:
        """Write the rows of a page, and where it stands.

        Raises:
            OSError: The disk is full, or the like; the part keeps what it had.
        """
        state, lines = self._state, [json.dumps(row, ensure_ascii=False) for row in rows]
        with naming(self._path), self._path.open("ab") as file:
            file.write("".join(f"{line}\n" for line in lines).encode("utf-8", "surrogatepass"))
            file.flush()
            os.fsync(file.fileno())
            state.size = file.tell()
        state.number, state.parent = place.number, place.parent
        state.rows += len(lines)
        state.save()

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield the rows."""
        with self._path.open(encoding="utf-8", errors="surrogatepass") as file:
            for line in file:
                yield json.loads(line, parse_float=Decimal)

    def batches(self, size: int) -> Iterator[list[dict[str, Any]]]:
        """Yield the rows, `size` at a time."""
        rows = self.rows()
        while batch := list(islice(rows, size)):
            yield batch

    def move_to(self, path: Path) -> None:
        """Make the part a file of its own, in the place of another, unless it was so before."""
        with suppress(FileNotFoundError):
            self._path.replace(path)

    def remove(self) -> None:
        """Remove the part: its rows stand elsewhere."""
        self._path.unlink(missing_ok=True)


@contextmanager
def naming(path: Path) -> Generator[None]:
    """Name a file in the errors of the system that name none, as that of a full disk."""
    try:
        yield
    except OSError as error:
        error.filename = error.filename or str(path)
        raise


@contextmanager
def replacing(path: Path) -> Generator[Path]:
    """Give the path of a new file, which takes the place of another if the context succeeds.

    Args:
        path: Path of the other.
    """
    new = path.with_name(f"{path.name}.new")
    try:
        with naming(path):
            yield new
        new.replace(path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise


@contextmanager
def locked(folder: Path) -> Generator[None]:
    """Let no other export write to a folder while the context lasts.

    Raises:
        CommandError: One does, or the folder cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CommandError(f"--out {folder}: {error.strerror or error}") from None
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    with (folder / f"{_STATE}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CommandError(f"--out {folder}: another export is writing there") from None
        try:
            yield
        finally:
            (folder / f"{_STATE}.lock").unlink(missing_ok=True)


def _shown(asked: dict[str, Any]) -> str:
    return f"{' '.join([asked['crm'], *asked['resources']])} as {asked['format']}"
