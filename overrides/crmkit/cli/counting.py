"""How many records were read: a bar on a terminal, lines in CI, nothing in a pipe."""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .errors import say

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["Counter", "counting"]

#: Seconds between two lines.
_PAUSE = 10.0


class Counter:
    """Counts the records of one list after the other, and shows nothing."""

    def __init__(self) -> None:
        self.name = ""
        self.count = self.before = 0
        self.total: int | None = None

    def begin(self, name: str, count: int = 0) -> None:
        """Begin with a list.

        Args:
            name: Name of its resource.
            count: How many records of it were read before.
        """
        self.name, self.count, self.before, self.total = name, count, count, None
        self._show()

    def add(self, count: int, total: int | None) -> None:
        """Note that more records were read.

        Args:
            count: How many.
            total: How many there are, if the server says so.
        """
        self.count += count
        self.total = None if total is None else max(total, self.count)
        self._show()

    def _show(self) -> None:
        pass


class _Lines(Counter):
    def __init__(self) -> None:
        super().__init__()
        self._begun = self._next = time.monotonic()

    def begin(self, name: str, count: int = 0) -> None:
        self._begun = time.monotonic()
        self._next = self._begun + _PAUSE
        super().begin(name, count)

    def _show(self) -> None:
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + _PAUSE
        of = "" if self.total is None else f" of {self.total:,}"
        rate = (self.count - self.before) / (now - self._begun)
        say(f"{self.name}: {self.count:,}{of} records, {rate:,.0f} a second")


class _Bar(Counter):
    def __init__(self, bar: Any) -> None:
        super().__init__()
        self._bar = bar
        self._task = bar.add_task("", total=None)

    def begin(self, name: str, count: int = 0) -> None:
        self._bar.reset(self._task, description=name, total=None, completed=count)
        super().begin(name, count)

    def _show(self) -> None:
        self._bar.update(self._task, completed=self.count, total=self.total)


@contextmanager
def counting() -> Generator[Counter]:
    """Give a counter that shows on stderr what it counts while the context lasts."""
    if os.environ.get("CI"):
        yield _Lines()
        return
    if not sys.stderr.isatty():
        yield Counter()
        return
    from rich.console import Console

    console = Console(stderr=True)
    if console.is_dumb_terminal:  # which cannot go back to the beginning of a line
        yield _Lines()
        return
    from .bar import new_bar

    with new_bar(console) as bar:
        yield _Bar(bar)
