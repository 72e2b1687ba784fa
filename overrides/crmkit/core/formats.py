"""Single values in a wire form of the vendor's own: Unix seconds, `dd.mm.yyyy`, 0 and 1, and so on.

Each pair is one `x-crmkit-format`: what reads it refuses any other form, and what writes it refuses
what would be read back as another value.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from io import BytesIO
from math import floor
from pathlib import Path
from typing import Any

from .errors import ArgumentError
from .types import File
from .wire import instant, wrong

__all__ = [
    "bit",
    "bit_number",
    "country",
    "country_text",
    "dmy",
    "dmy_text",
    "espo_datetime",
    "espo_text",
    "file_value",
    "spelt",
    "unix",
    "unix_number",
    "unspelt",
    "when",
    "when_text",
]

_DMY = re.compile(r"([0-9]{2})\.([0-9]{2})\.([0-9]{4})")
_COUNTRY = re.compile("[A-Z]{2}")


def _aware(value: object, argument: str) -> datetime:
    """Return a moment in UTC.

    Raises:
        ArgumentError: It is no datetime, has no time zone, or lies outside the years of UTC.
    """
    if not isinstance(value, datetime):
        raise ArgumentError(argument, f"takes an aware datetime, not {type(value).__name__}")
    if value.utcoffset() is None:
        raise ArgumentError(
            argument, "has no time zone; use datetime(…, tzinfo=UTC) or .astimezone()"
        )
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ArgumentError(argument, "lies outside the years 1 to 9999 of UTC") from None


def unix(value: object) -> datetime:
    """Read seconds since 1970."""
    if type(value) is not int:
        wrong(value, "an integer")
    return datetime.fromtimestamp(value, UTC)


def unix_number(value: object, argument: str) -> int:
    """Write a moment as whole seconds since 1970; fractions are cut off.

    Raises:
        ArgumentError: It is no aware datetime.
    """
    return floor(_aware(value, argument).timestamp())


def dmy(value: object) -> date:
    """Read a date in the form `dd.mm.yyyy`."""
    found = _DMY.fullmatch(value) if type(value) is str else None
    if found is None:
        wrong(value, "a date as dd.mm.yyyy")
    day, month, year = map(int, found.groups())
    return date(year, month, day)


def dmy_text(value: object, argument: str) -> str:
    """Write a date in the form `dd.mm.yyyy`.

    Raises:
        ArgumentError: It is no date, or is a datetime.
    """
    if not isinstance(value, date) or isinstance(value, datetime):
        raise ArgumentError(argument, f"takes a date, not {type(value).__name__}")
    return f"{value.day:02d}.{value.month:02d}.{value.year:04d}"


def bit(value: object) -> bool:
    """Read 0 or 1, or a boolean."""
    if type(value) is bool:
        return value
    if type(value) is not int or value not in {0, 1}:
        wrong(value, "0 or 1")
    return value == 1


def bit_number(value: object, argument: str) -> int:
    """Write a boolean as 0 or 1.

    Raises:
        ArgumentError: It is no boolean.
    """
    if not isinstance(value, bool):
        raise ArgumentError(argument, f"takes bool, not {type(value).__name__}")
    return int(value)


def country(value: object) -> str:
    """Read a country code, with `GR` for the vendor's `EL`."""
    if type(value) is not str:
        wrong(value, "a text")
    return "GR" if value == "EL" else value


def country_text(value: object, argument: str) -> str:
    """Write an ISO 3166-1 code, with the vendor's `EL` for `GR`.

    Raises:
        ArgumentError: It is no code of two capitals, or none.
    """
    if not isinstance(value, str) or not (_COUNTRY.fullmatch(value) or value == ""):
        shown = repr(value) if isinstance(value, str) else type(value).__name__
        raise ArgumentError(argument, f"takes an ISO 3166-1 code such as 'GR', not {shown}")
    return "EL" if value == "GR" else str(value)


def espo_datetime(value: object) -> datetime:
    """Read `YYYY-MM-DD HH:MM:SS`, which is in UTC, or ISO 8601 with an offset."""
    if type(value) is not str:
        wrong(value, "a text")
    found = instant(value)
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def espo_text(value: object, argument: str) -> str:
    """Write a moment as `YYYY-MM-DD HH:MM:SS` in UTC; fractions of a second are cut off.

    Raises:
        ArgumentError: It is no aware datetime.
    """
    return _aware(value, argument).replace(tzinfo=None).isoformat(" ", "seconds")


def when(value: object) -> date | datetime | str:
    """Read a date or a moment; any other text stays one."""
    if type(value) is not str:
        wrong(value, "a text")
    try:
        if len(value) == 10:  # as YYYY-MM-DD is
            return date.fromisoformat(value)
        found = instant(value)
    except ValueError:
        return value
    return value if found.tzinfo is None else found


def when_text(value: object, argument: str) -> str:
    """Write a date, a moment, or a text that says when.

    Raises:
        ArgumentError: It is none of them, or a datetime without time zone.
    """
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, datetime):
        moment = _aware(value, argument)
        return moment.replace(tzinfo=None).isoformat() + "Z"
    if isinstance(value, date):
        return value.isoformat()
    raise ArgumentError(argument, f"takes a date or datetime, not {type(value).__name__}")


def unspelt(value: object, kind: type) -> Any:
    """Read a value in one of the spellings that servers take: 7 and "7", true and 1.

    Args:
        value: A plain value of a tree.
        kind: What it is in Python: `int`, `float` or `bool`.

    Raises:
        ValueError: It is no spelling of such a value.
    """
    if type(value) is kind or (kind is float and type(value) is int):
        return value
    if kind is bool:
        return bit(int(value) if type(value) is str and value in {"0", "1"} else value)
    if type(value) is not str:
        wrong(value, "a number")
    number = kind(value)
    if not value.isascii() or value != value.strip() or "_" in value or number - number != 0:
        raise ValueError(value)
    return number


def spelt(value: object, argument: str, *kinds: type) -> Any:
    """Write a plain value of one of several types as it is.

    Raises:
        ArgumentError: It is of another type, or no finite number.
    """
    fits = type(value) in kinds or (isinstance(value, kinds) and not isinstance(value, bool))
    if not fits or (isinstance(value, float) and value - value != 0):
        names = " or ".join(kind.__name__ for kind in kinds)
        found = value if isinstance(value, float) and fits else type(value).__name__
        raise ArgumentError(argument, f"takes {names}, not {found}")
    return str.__str__(value) if isinstance(value, str) else value


def file_value(value: object, argument: str) -> File:
    """Return a file to upload, of a `File`, a path, bytes, or a file that is open for reading.

    Raises:
        ArgumentError: It is none of them, or gives no bytes.
    """
    if isinstance(value, File):
        if not isinstance(value.payload, Path | bytes | bytearray):
            _require_bytes(value.payload, argument)
        return value
    if isinstance(value, bytes | bytearray):
        return File(BytesIO(value), argument)
    if isinstance(value, Path):
        return File(value, value.name)
    _require_bytes(value, argument)
    opened: Any = value
    # Servers take a part without a file's name for a text.
    told = getattr(value, "name", None)
    return File(opened, Path(told).name if isinstance(told, str) else argument)


def _require_bytes(file: Any, argument: str) -> None:
    if not callable(getattr(file, "read", None)):
        raise ArgumentError(
            argument, f"takes a File, a Path, bytes or an open file, not {type(file).__name__}"
        )
    try:
        nothing = file.read(0)
    except (OSError, ValueError) as error:  # closed, or open for writing
        raise ArgumentError(argument, f"cannot be read: {type(error).__name__}") from None
    if not isinstance(nothing, bytes):
        raise ArgumentError(argument, "gives texts; open it in binary mode")
