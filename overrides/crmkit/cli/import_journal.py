"""What became of the rows of an import, so that a second run sends none of them again.

Before a row is sent its intent is written, and after the reply the id. A run that ends between the
two leaves a row of which nobody knows whether it is there.
"""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import CommandError
from .parts import naming

if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import IO

__all__ = ["Journal", "open_journal"]


class Journal:
    """What became of rows, by their keys.

    Args:
        file: The file, opened for appending.
        done: The ids of rows that are done.
        sent: The rows of which no reply is known, with the field by which they were looked up
            before; empty if they were not.
    """

    def __init__(self, file: IO[bytes], done: dict[str, Any], sent: dict[str, str]) -> None:
        self._file = file
        self._path = Path(file.name)
        self.done = done
        self.sent = sent

    def intend(self, key: str, row: int, by: str) -> None:
        """Note that a row is about to be sent; returns when that is on the disk.

        Args:
            key: Its key.
            row: Its number.
            by: The field by which it was looked up before; empty if it was not.
        """
        self.write({"key": key, "row": row, "by": by})
        with naming(self._path):
            os.fsync(self._file.fileno())
        self.sent[key] = by

    def finish(self, key: str, id: Any, *, is_skipped: bool = False) -> None:
        """Note the record of a row.

        Args:
            key: Its key.
            id: The record.
            is_skipped: Whether it was there before, and stays as it is; a later run that skips no
                duplicates takes the row anew.
        """
        self.write({"key": key, "id": id, **({"skipped": True} if is_skipped else {})})
        self.sent.pop(key, None)
        self.done[key] = id

    def withdraw(self, key: str) -> None:
        """Note that a row was refused: there is no record of it."""
        self.write({"key": key, "refused": True})
        self.sent.pop(key, None)

    def write(self, entry: dict[str, Any]) -> None:
        """Append an entry.

        Args:
            entry: The entry, which JSON can hold.

        Raises:
            OSError: The disk is full, or the like.
        """
        line = f"{json.dumps(entry)}\n".encode()
        # In one call of the system, so that a kill cuts no line; what a full disk cuts is mended
        # when the journal is opened.
        with naming(self._path):
            written = os.write(self._file.fileno(), line)
            if written != len(line):
                os.write(self._file.fileno(), line[written:])


@contextmanager
def open_journal(path: Path, bound: dict[str, str], policy: str) -> Generator[Journal]:
    """Open the journal of an import, a new one if there is none, for one process at a time.

    Args:
        path: Its path.
        bound: What it belongs to: CRM, server and resource.
        policy: What to do with a row whose record is there: `skip`, `update` or `fail`.

    Raises:
        CommandError: It belongs to another import, or another process has it.
    """
    with path.open("a+b") as file:
        _lock(file, path)
        file.seek(0)
        done: dict[str, Any] = {}
        sent: dict[str, str] = {}
        size = 0
        for line in file:
            if not line.endswith(b"\n"):
                break
            try:
                entry = json.loads(line)
                if size:
                    _take(entry, done, sent, policy)
                else:
                    _check(entry, bound)
            except (ValueError, KeyError, TypeError):
                raise CommandError(
                    f"{path}: is not the journal of an import to {' '.join(bound.values())}; "
                    "choose another --report"
                ) from None
            size += len(line)
        file.truncate(size)
        journal = Journal(file, done, sent)
        if not size:
            journal.write(bound)
        yield journal


def _check(entry: dict[str, Any], bound: dict[str, str]) -> None:
    if entry != bound:
        raise ValueError


def _take(entry: dict[str, Any], done: dict[str, Any], sent: dict[str, str], policy: str) -> None:
    key = entry["key"]
    if "by" in entry:
        sent[key] = entry["by"]
        return
    sent.pop(key, None)
    if "id" in entry and (policy == "skip" or not entry.get("skipped")):
        done[key] = entry["id"]


def _lock(file: IO[bytes], path: Path) -> None:
    try:
        import fcntl
    except ImportError:  # Windows
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise CommandError(f"{path}: another import is writing there") from None
