"""Rows of CSV files and of JSON lines, read one by one, and the report that has their form."""

from __future__ import annotations

import codecs
import csv
import json
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

__all__ = ["OWN", "Report", "Row", "Table", "open_table"]

#: Columns that a report adds. Where a file has them, they are no data.
OWN = ("_row", "_status", "_id", "_error")
_LARGEST_CELL = 100_000_000
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


@dataclass(frozen=True)
class Row:
    """A row of a file.

    Args:
        number: Its number as a spreadsheet shows it: the header is row 1. Of JSON lines, the line.
        cells: Its cells by their headers; texts, or of JSON lines any JSON.
        problem: What is wrong with the row as a whole; empty if nothing is.
        status: What an earlier report says of it.
        raw: Its cells as they stand in the file.
    """

    number: int
    cells: dict[str, Any]
    problem: str
    status: str
    raw: list[str]

    @property
    def fingerprint(self) -> str:
        """What is equal for rows with the same cells."""
        text = json.dumps(self.cells or self.raw, sort_keys=True, default=str)
        return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


@dataclass(frozen=True)
class Table:
    """A file of rows, which was read once to its end.

    Args:
        path: Its path.
        header: Its columns, without those that a report adds.
        raw_header: Its columns as they stand in the file; empty for JSON lines.
        encoding: Its encoding.
        is_guessed: Whether the encoding is a guess.
        delimiter: What stands between cells.
        count: How many rows it has.
    """

    path: Path
    header: list[str]
    raw_header: list[str]
    encoding: str
    is_guessed: bool
    delimiter: str
    count: int

    @property
    def is_json(self) -> bool:
        """Whether it has JSON lines."""
        return _is_json(self.path)

    def rows(self) -> Iterator[Row]:
        """Yield the rows."""
        with _opened(self.path, self.encoding) as file:
            yield from (
                _json_rows(file)
                if self.is_json
                else _csv_rows(self.path, file, self.delimiter, self.raw_header)
            )


def open_table(path: Path, encoding: str = "", delimiter: str = "") -> Table:
    """Return a file of rows, read once to its end, so that what is wrong with it shows first.

    Args:
        path: Its path; one that ends in `.jsonl` or `.ndjson` has JSON lines.
        encoding: Its encoding; empty to look.
        delimiter: What stands between cells; empty to look.

    Raises:
        CommandError: It cannot be read.
    """
    guess = encoding
    if path.exists() and not path.is_file():
        raise CommandError(f"{path}: is not a regular file, as which it can be read twice")
    try:
        guess = guess or _encoding(path)
        return _read(path, guess, delimiter, is_guessed=not encoding and guess == "cp1252")
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror or error}") from None
    except LookupError:
        raise CommandError(f"--encoding: unknown encoding {encoding!r}") from None
    except UnicodeError:
        if encoding or guess != "cp1252":
            raise CommandError(f"{path}: is not {guess}; say what it is by --encoding") from None
        return _read(path, "latin-1", delimiter, is_guessed=True)


def _is_json(path: Path) -> bool:
    return path.suffix.lower() in {".jsonl", ".ndjson"}


def _encoding(path: Path) -> str:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        head = file.read(1 << 16)
        for mark, name in _MARKS.items():
            if head.startswith(mark):
                return name
        if not head:
            raise CommandError(f"{path}: is empty")
        if head.startswith(b"PK\3\4"):
            raise CommandError(f"{path}: is a spreadsheet or archive; save the sheet as CSV")
        if path.suffix.lower() == ".json":
            raise CommandError(f"{path}: JSON is read as lines of objects, from a .jsonl file")
        if b"\0" in head[:4]:
            raise CommandError(f"{path}: has NUL characters; is it utf-16? --encoding says so")
        try:
            while head:
                decoder.decode(head)
                head = file.read(1 << 16)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"


def _opened(path: Path, encoding: str) -> IO[str]:
    return path.open(encoding=encoding, newline="")


def _read(path: Path, encoding: str, delimiter: str, *, is_guessed: bool) -> Table:
    csv.field_size_limit(_LARGEST_CELL)
    raw: list[str] = []
    with _opened(path, encoding) as file:
        if _is_json(path):
            count, names = 0, dict[str, None]()
            for count, row in enumerate(_json_rows(file), 1):  # noqa: B007 - the last is the count
                names |= dict.fromkeys(row.cells)
            header = list(names)
        else:
            delimiter, raw = _header(path, file, delimiter)
            header = [name for name in raw if name not in OWN]
            file.seek(0)
            count = sum(1 for _ in _csv_rows(path, file, delimiter, raw))
    return Table(path, header, raw, encoding, is_guessed, delimiter, count)


def _header(path: Path, file: IO[str], delimiter: str) -> tuple[str, list[str]]:
    found: tuple[str, list[str]] = ("", [])
    for mark in [delimiter] if delimiter else [",", ";", "\t"]:
        file.seek(0)
        try:
            cells = next(_records(csv.reader(file, delimiter=mark, strict=True)), [])
        except csv.Error:
            continue
        if len(cells) > len(found[1]):
            found = mark, cells
    mark, cells = found
    names = [name.strip() for name in cells]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise CommandError(f"{path}: has no header")
    for index, name in enumerate(names):
        if not name:
            raise CommandError(f"{path}: column {index + 1} has no name in the header")
        if name in names[:index]:
            raise CommandError(f"{path}: column {name!r} stands twice in the header")
    return mark, names


def _records(reader: Any) -> Iterator[list[str]]:
    """Yield the records that are not blank."""
    return (cells for cells in reader if any(cells))


def _csv_rows(path: Path, file: IO[str], delimiter: str, header: list[str]) -> Iterator[Row]:
    reader = csv.reader(file, delimiter=delimiter, strict=True)
    is_header = True
    number = 0
    try:
        for cells in reader:
            number += 1
            if not any(cells):
                continue
            if is_header:
                is_header = False
                continue
            yield _csv_row(number, cells, header)
    except csv.Error as error:
        raise CommandError(f"{path}: line {reader.line_num}: {error}; nothing was sent") from None


def _csv_row(number: int, cells: list[str], header: list[str]) -> Row:
    problem = ""
    while len(cells) > len(header) and not cells[-1]:
        cells.pop()
    if len(cells) != len(header):
        problem = f"has {len(cells)} cells, the header {len(header)}"
    elif any("\0" in cell for cell in cells):
        problem = "has a NUL character"
    named = dict(zip(header, cells, strict=False)) if not problem else {}
    status = named.get("_status", "")
    return Row(
        number,
        {name: each for name, each in named.items() if name not in OWN},
        problem,
        status,
        cells,
    )


def _json_rows(file: IO[str]) -> Iterator[Row]:
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        try:
            tree = json.loads(line, parse_float=Decimal)
        except (ValueError, RecursionError):
            tree = None
        if not isinstance(tree, dict):
            yield Row(number, {}, "is not an object in JSON", "", [line.strip()])
            continue
        cells = {name: value for name, value in tree.items() if name not in OWN}
        yield Row(number, cells, "", str(tree.get("_status") or ""), [line.strip()])


class Report:
    """The rows that failed, in the form of their file, with what is wrong.

    Args:
        file: The file to write to.
        table: Where the rows stand.
    """

    def __init__(self, file: IO[str], table: Table) -> None:
        self._file = file
        self._table = table
        self._csv = csv.writer(file, delimiter=table.delimiter or ",")
        self._kept = [i for i, name in enumerate(table.raw_header) if name not in OWN]
        if not table.is_json:
            self._csv.writerow([*(table.raw_header[i] for i in self._kept), *OWN])

    def add(self, row: Row, status: str, id: Any, error: str) -> None:
        """Add a row.

        Args:
            row: The row.
            status: What became of it.
            id: The record that it is about; None if there is none.
            error: What is wrong.
        """
        own = dict(zip(OWN, (row.number, status, id, error), strict=True))
        if not self._table.is_json:
            width = len(self._table.raw_header)
            cells = [*row.raw, *[""] * (width - len(row.raw))]
            # A row with cells too many cannot keep them under the header; they go to its end.
            texts = ["" if value is None else value for value in own.values()]
            self._csv.writerow([*(cells[i] for i in self._kept), *texts, *cells[width:]])
        elif row.problem:
            self._file.write(f"{row.raw[0]}\n")
        else:
            tree = json.loads(row.raw[0])
            if any(name in tree for name in OWN):
                line = json.dumps({**tree, **own}, ensure_ascii=False)
            else:  # its numbers keep their digits
                comma = ", " if tree else ""
                line = f"{row.raw[0][:-1]}{comma}{json.dumps(own, ensure_ascii=False)[1:]}"
            self._file.write(f"{line}\n")
        self._file.flush()
