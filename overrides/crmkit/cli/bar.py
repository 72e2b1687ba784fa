"""The bar of a terminal that shows how many records were read, how fast, and what is left."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn
from rich.text import Text

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Task

__all__ = ["new_bar"]

#: Cells that a terminal has at least where there is room for a bar beside the figures.
_WIDE = 60


class _Figures(ProgressColumn):
    """Records, rate and time left: `2,588 of 5,025  1,200/s  0:00:02 left`."""

    max_refresh = 0.5

    def __init__(self, width: int) -> None:
        super().__init__()
        self._is_wide = width >= _WIDE

    def render(self, task: Task) -> Text:
        of = "" if task.total is None else f" of {task.total:,.0f}"
        figures = [f"{task.completed:,.0f}{of}"]
        if self._is_wide and task.speed:
            figures.append(f"{task.speed:,.0f}/s" if task.speed >= 10 else f"{task.speed:.1f}/s")
        if task.time_remaining is not None:
            figures.append(f"{timedelta(seconds=int(task.time_remaining))} left")
        return Text("  ".join(figures), no_wrap=True, overflow="ellipsis")


def new_bar(console: Console) -> Progress:
    """Return a bar that goes when its work is done.

    On a narrow terminal there are the figures alone.

    Args:
        console: The terminal.
    """
    name = TextColumn("{task.description}", markup=False)
    bars = [BarColumn(20)] if console.width >= _WIDE else []
    return Progress(name, *bars, _Figures(console.width), console=console, transient=True)
