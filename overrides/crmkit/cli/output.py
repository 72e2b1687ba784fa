"""Rows as a table, JSON lines or CSV, written one by one."""

from __future__ import annotations

import csv
import json
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from .values import cell_text, json_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Format", "Writer", "default_format", "open_writer", "write_record"]


class Format(StrEnum):
    """A form of rows."""

    TABLE = "table"
    JSONL = "jsonl"
    CSV = "csv"


class Writer(Protocol):
    """Writes rows to stdout."""

    def write(self, values: Mapping[str, Any]) -> None:
        """Write a row."""
        ...

    def close(self) -> None:
        """Write what is held back. Stdout stays open."""
        ...


def default_format() -> Format:
    """Return the form of rows where none is chosen: a table on a terminal, JSON lines else."""
    return Format.TABLE if sys.stdout.isatty() else Format.JSONL


def open_writer(format_: Format, columns: Iterable[str], *, are_chosen: bool = False) -> Writer:
    """Return what writes rows in a form.

    Args:
        format_: The form.
        columns: Names of the columns; JSON lines hold what a row has besides, unless they
            are chosen.
        are_chosen: Whether the user has chosen the columns.
    """
    if format_ is Format.TABLE:
        from .table import TableWriter

        return TableWriter(list(columns), are_chosen=are_chosen)
    _use_utf8()
    if format_ is Format.CSV:
        return _CSVWriter(list(columns))
    return _JSONWriter(list(columns) if are_chosen else None)


def write_record(format_: Format, values: Mapping[str, Any]) -> None:
    """Write one record: as a table it is a line for each value."""
    if format_ is Format.TABLE:
        from .table import write_lines

        write_lines(values)
        return
    writer = open_writer(format_, values)
    writer.write(values)
    writer.close()


def _use_utf8() -> None:
    """Write UTF-8, whatever the locale, and line ends as they are."""
    stream: Any = sys.stdout
    if hasattr(stream, "reconfigure") and not stream.isatty():
        stream.reconfigure(encoding="utf-8", newline="")


class _JSONWriter:
    def __init__(self, columns: list[str] | None) -> None:
        self._columns = columns

    def write(self, values: Mapping[str, Any]) -> None:
        if self._columns is not None:
            values = {name: values.get(name) for name in self._columns}
        sys.stdout.write(json.dumps(json_value(dict(values)), ensure_ascii=False) + "\n")

    def close(self) -> None:
        pass


class _CSVWriter:
    """Writes RFC 4180, with the names of the columns as the first row.

    Cells that a spreadsheet takes for a formula are left as they are: `+49 30 1234` and `-5` are
    data, and what reads the file must get the value that the CRM has.
    """

    def __init__(self, columns: list[str]) -> None:
        self._columns = columns
        self._csv = csv.writer(sys.stdout)
        self._csv.writerow(columns)

    def write(self, values: Mapping[str, Any]) -> None:
        self._csv.writerow([cell_text(values.get(name)) for name in self._columns])

    def close(self) -> None:
        pass
