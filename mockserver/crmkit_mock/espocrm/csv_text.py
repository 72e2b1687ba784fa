"""CSV as the server writes and reads it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: A cell with one of these is quoted.
_SPECIAL = re.compile(r'[,"\n\r\t ]')
_NUMERIC = re.compile(
    r"[ \t\n\r\v\f]*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?[ \t\n\r\v\f]*", re.ASCII
)
#: What a spreadsheet would take for a formula.
_FORMULA = ("+", "-", "@", "=")


def write_csv(names: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Return a CSV text with a row of names, and values as PHP makes strings of them."""
    lines = [[*names], *([safe_text(value) for value in row] for row in rows)]
    return "".join(",".join(_quoted(cell) for cell in line) + "\n" for line in lines)


def safe_text(value: object) -> str:
    """Return the text of a cell; one that looks like a formula begins with an apostrophe."""
    text = _text(value)
    if _NUMERIC.fullmatch(text):
        return text
    return f"'{text}" if text.lstrip(" \t\r\n\v\0").startswith(_FORMULA) else text


def _text(value: object) -> str:
    if value is None or value is False:
        return ""
    if value is True:
        return "1"
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("/", "\\/")
    if isinstance(value, float) and value.is_integer() and abs(value) < _FLOAT_DIGITS:
        return str(int(value))
    return str(value)


#: PHP writes larger floats with an exponent.
_FLOAT_DIGITS = 1e15


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if _SPECIAL.search(cell) else cell


def read_csv(text: str, delimiter: str, qualifier: str) -> Iterator[list[str]]:
    """Yield the rows of a CSV text; quoted cells may have line breaks and doubled qualifiers.

    Rows end at their last cell that has text; a row without any is the end of the file.

    Args:
        text: The text.
        delimiter: Character between cells.
        qualifier: Character around a cell.
    """
    row, quoted, closed = [""], False, False
    for char in text.replace("\r\n", "\n").replace("\r", "\n") + "\n":
        if char == qualifier:
            if closed:
                row[-1] += qualifier
            quoted, closed = not quoted, quoted
        elif quoted or char not in {"\n", delimiter}:
            row[-1] += (qualifier if closed and not quoted else "") + char
            closed = closed and quoted
        elif char == delimiter:
            row.append("")
            closed = False
        else:
            while row and not row[-1]:
                row.pop()
            if not row:
                return
            yield row
            row, closed = [""], False
