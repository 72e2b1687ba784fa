"""What the database makes of the values that it is given, column by column.

Its checks are lax: a long str is cut, a large number becomes the largest that fits, and a date that
cannot be stored becomes the zero date. The reply to a write has the value as it came, later ones
have it as it is stored.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

from crmkit_mock.monica.php_dates import format_timestamp, format_wall_time, wall_time
from crmkit_mock.monica.php_types import to_number, to_str

#: Returns what is stored for a value, which is not None.
Column = Callable[[Any], Any]
Columns = Mapping[str, Column]

_INT_MAX = 2**31 - 1
#: A double from which on replies have an exponent.
LARGEST_WRITTEN_OUT = 10**15


def stored(columns: Columns, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members of a record as the database stores them, those with a column only."""
    return {
        name: None if values[name] is None else column(values[name])
        for name, column in columns.items()
        if name in values
    }


def varchar(length: int = 255) -> Column:
    """Return the column for a str of at most `length` characters."""
    return lambda value: (
        to_str(value)[:length].rstrip(" ") if length < 4 else to_str(value)[:length]
    )


def text(length: int) -> Column:
    """Return the column for a str of at most `length` bytes."""
    return lambda value: to_str(value).encode()[:length].decode("utf-8", "ignore")


#: Columns for long strings.
MEDIUMTEXT = text(2**24 - 1)
LONGTEXT = text(2**32 - 1)


def int_column(value: Any) -> int:
    """Return a value as a signed column of 32 bits stores it."""
    number = to_number(value)
    if abs(number) > _INT_MAX:
        return _INT_MAX if number > 0 else -_INT_MAX - 1
    # The database rounds halves away from zero.
    return int(number + (0.5 if number >= 0 else -0.5))


def double(value: Any) -> float:
    """Return a value as a column for doubles stores it; whole numbers come back as int.

    Live 4.1.2: a number is sent to the database with 14 digits, a str as it is.
    """
    number = max(-sys.float_info.max, min(sys.float_info.max, to_number(value)))
    if isinstance(value, float) and abs(number) < sys.float_info.max:
        number = float(f"{number:.14g}")
    return int(number) if number.is_integer() and abs(number) < LARGEST_WRITTEN_OUT else number


def datetime_column(value: Any) -> str:
    """Return a date or datetime as replies have it."""
    return format_wall_time(wall_time(value))


def timestamp(value: Any) -> str:
    """Return a date or datetime as replies have it, from a column for recent ones only."""
    return format_timestamp(wall_time(value))
