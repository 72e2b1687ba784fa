"""How far a run is: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from .errors import say

if TYPE_CHECKING:
    from collections.abc import Generator

    from rich.progress import Progress, TaskID

    from crmkit.contract.conversation import Step
    from crmkit.contract.runner import Held

__all__ = ["Shown", "progress"]

#: Seconds between two lines.
_PAUSE = 10.0


class Shown(Protocol):
    """Shows how far a run is."""

    def on_step(self, step: Step) -> None:
        """Note that a step was taken."""
        ...

    def on_held(self, held: Held) -> None:
        """Note that a conversation was held."""
        ...

    def on_wait(self, seconds: float) -> None:
        """Note that the server asks for a pause."""
        ...


class _Counts:
    """Counts steps, and those that differ."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.steps = 0
        self.unequal = 0

    def on_step(self, step: Step) -> None:
        self.steps += 1
        self.total = max(self.total, self.steps)
        self.unequal += any(not difference.accepted for difference in step.differences)


class _Lines(_Counts):
    """A line each ten seconds, on stderr."""

    def __init__(self, total: int) -> None:
        super().__init__(total)
        self._next = time.monotonic() + _PAUSE

    def on_held(self, held: Held) -> None:  # noqa: ARG002 - as the protocol has it
        if time.monotonic() >= self._next:
            self._write(f"{self.steps} steps of about {self.total}, {self.unequal} differ")

    def on_wait(self, seconds: float) -> None:
        self._write(f"the server asks to wait for {seconds:.0f} s")

    def _write(self, text: str) -> None:
        self._next = time.monotonic() + _PAUSE
        say(text)


class _Bar(_Counts):
    """A bar on the terminal, which goes when the run is over."""

    def __init__(self, total: int, bar: Progress, task: TaskID) -> None:
        super().__init__(total)
        self._bar = bar
        self._task = task

    def on_step(self, step: Step) -> None:
        super().on_step(step)
        self._show(step.talk.name)

    def on_held(self, held: Held) -> None:
        self._show(held.conversation.name)

    def on_wait(self, seconds: float) -> None:
        self._show(f"waiting for {seconds:.0f} s, as the server asks")

    def _show(self, what: str) -> None:
        self._bar.update(
            self._task,
            completed=self.steps,
            total=self.total,
            description=f"{self.unequal} differ, {what}",
        )


@contextmanager
def progress(total: int) -> Generator[Shown]:
    """Show how far a run is while the context lasts.

    Args:
        total: How many steps it will take, about.
    """
    if not sys.stderr.isatty() or os.environ.get("CI"):
        yield _Lines(total)
        return
    from rich.console import Console

    console = Console(stderr=True)
    if console.is_dumb_terminal:  # which cannot go back to the beginning of a line
        yield _Lines(total)
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeElapsedColumn as Elapsed

    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        Elapsed(),
        TextColumn("{task.description}", markup=False),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        yield _Bar(total, bar, bar.add_task("", total=total))
