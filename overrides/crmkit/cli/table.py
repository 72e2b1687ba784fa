"""Rows as a table that fits the terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from .values import cell_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["TableWriter", "write_lines"]

#: Rows by which the widths of columns are chosen.
_SAMPLE = 50
_GAP = "  "
_WIDEST = 40


class TableWriter:
    """Writes a table to stdout, row by row.

    The widths are those of the first rows. Columns for which there is no room are left out, and a
    line on stderr says so; unless they are chosen, so are those that are empty in all of these
    rows, or hold objects.

    Args:
        columns: Names of the columns.
        are_chosen: Whether the user has chosen them.
    """

    def __init__(self, columns: list[str], *, are_chosen: bool) -> None:
        self._columns = columns
        self._are_chosen = are_chosen
        self._sample: list[list[str]] = []
        self._shown: list[int] = []
        self._has_begun = self._has_rows = False
        self._widths: list[int] = []
        self._console = _console()

    def write(self, values: Mapping[str, Any]) -> None:
        """Write a row, or hold it back until the widths are chosen."""
        self._has_rows = True
        cells = [_one_line(cell_text(values.get(name))[:500]) for name in self._columns]
        if self._has_begun:
            self._write(cells)
            return
        self._sample.append(cells)
        if len(self._sample) == _SAMPLE:
            self._begin()

    def close(self) -> None:
        """Write the rows that were held back."""
        if not self._has_begun:
            self._begin()
        left = len(self._columns) - len(self._shown)
        if left and self._has_rows:
            sys.stdout.flush()
            sys.stderr.write(
                f"{left} more columns: --select a,b chooses, --format jsonl has all of them\n"
            )

    def _begin(self) -> None:
        self._has_begun = True
        columns = list(zip(self._columns, *self._sample, strict=True))
        shown = [index for index, cells in enumerate(columns) if self._keeps(cells[1:])]
        natural = [max(map(cell_len, cells)) for cells in columns]
        least = 4 if self._are_chosen else 10
        self._shown, self._widths = _fit(shown, natural, self._console.width, least)
        self._write(self._columns, style="bold")
        for row in self._sample:
            self._write(row)
        self._sample = []

    def _keeps(self, cells: Sequence[str]) -> bool:
        is_object = any(cell.startswith(("{", "[")) for cell in cells)
        return self._are_chosen or not cells or (any(cells) and not is_object)

    def _write(self, cells: list[str], style: str | None = None) -> None:
        parts = [
            _cut(cells[index], width)
            for index, width in zip(self._shown, self._widths, strict=True)
        ]
        if len(parts) > 1:
            parts[0] = _cut(cells[self._shown[0]], max(self._widths[0], cell_len(cells[0])))
        _print(self._console, _GAP.join(parts).rstrip(), style)


def write_lines(values: Mapping[str, Any]) -> None:
    """Write a record to stdout: each value that is not empty in full, beside its name."""
    console = _console()
    texts = {name: text for name, value in values.items() if (text := cell_text(value))}
    indent = min(max(map(cell_len, texts), default=0), console.width // 2)
    room = max(1, console.width - indent - len(_GAP))
    for name, text in texts.items():
        head = _cut(name, indent)
        for line in text.splitlines():
            for part in Text(_one_line(line)).wrap(console, room) or [Text()]:
                _print(console, f"{head}{_GAP}{part.plain}".rstrip())
                head = " " * indent


def _console() -> Console:
    return Console(soft_wrap=True, highlight=False, markup=False, emoji=False)


def _print(console: Console, line: str, style: str | None = None) -> None:
    # Not by the console itself, which ends the program where a pipe is closed.
    with console.capture() as capture:
        console.print(line, style=None if console.no_color else style)
    sys.stdout.write(capture.get())


def _one_line(text: str) -> str:
    """Return a text on one line, without characters that would move a terminal's cursor."""
    return "".join(c if c.isprintable() else " " for c in text)


def _cut(text: str, width: int) -> str:
    """Return a text of exactly that many cells."""
    if cell_len(text) > width:
        return set_cell_size(text, max(0, width - 1)) + "…"
    return set_cell_size(text, width)


def _fit(
    shown: list[int], natural: list[int], room: int, least: int
) -> tuple[list[int], list[int]]:
    """Return which columns are shown and how wide they are.

    The first, which has the id, stays whole as long as it can; the last ones give way first.

    Args:
        shown: The columns to show, in their order.
        natural: Cells that each column of the table would like.
        room: Cells of the terminal.
        least: Cells that a column keeps before another is left out.
    """
    while True:
        widths = [min(natural[index], _WIDEST) for index in shown]
        space = max(1, room - len(_GAP) * (len(shown) - 1))
        while sum(widths) > space and max(widths[1:], default=0) > least:
            widths[widths.index(max(widths[1:]), 1)] -= 1
        if sum(widths) <= space:
            return shown, widths
        if len(shown) == 1:
            return shown, [space]
        shown = shown[:-1]
