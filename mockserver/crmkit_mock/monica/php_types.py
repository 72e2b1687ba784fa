"""PHP's idea of types: what counts as an integer, a number, empty, and how values become str."""

from __future__ import annotations

import json
import math
import re
from typing import Any

_INTEGER = re.compile(r"\s*([+-]?(?:0|[1-9][0-9]{0,18}))\s*", re.ASCII)
_LEADING_NUMBER = re.compile(
    r"\s*([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)", re.ASCII
)
_NUMERIC = re.compile(_LEADING_NUMBER.pattern + r"\s*", re.ASCII)
_LARGEST = 2**63
#: Significant digits of a float that becomes a str.
_PRECISION = 14


def to_integer(value: object) -> int | None:
    """Return the integer that a value is to a validation rule; None if it is not one.

    `True` is 1 and "7" is 7; "007", "7.0", "" and `False` are none.
    """
    if isinstance(value, bool):
        return 1 if value else None
    if isinstance(value, float):
        value = to_str(value)
    if isinstance(value, int):
        return value if -_LARGEST <= value < _LARGEST else None
    match = _INTEGER.fullmatch(value) if isinstance(value, str) else None
    number = int(match[1]) if match else _LARGEST
    return number if -_LARGEST <= number < _LARGEST else None


def is_numeric(value: object) -> bool:
    """Return whether a value is a number, or a str that is one: "1e3" and ".5" are."""
    if isinstance(value, str):
        return _NUMERIC.fullmatch(value) is not None
    return isinstance(value, int | float) and not isinstance(value, bool)


def to_number(value: object) -> float:
    """Return the number that a value begins with, as the database reads it; 0 if there is none."""
    if isinstance(value, int | float):
        return float(value)
    match = _LEADING_NUMBER.match(value) if isinstance(value, str) else None
    return float(match[1]) if match else 0.0


def is_empty(value: object) -> bool:
    """Return whether a value is empty to PHP, as 0 and "0" are."""
    return not value or value == "0"


def to_str(value: object) -> str:
    """Return the str that a value becomes in the database; an array becomes JSON text."""
    if isinstance(value, list | dict):
        return json.dumps(value, separators=(",", ":"))
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return _float_to_str(value)
    return str(value)


def _float_to_str(value: float) -> str:
    if not math.isfinite(value):
        return "NAN" if math.isnan(value) else ("INF" if value > 0 else "-INF")
    text = f"{value:.{_PRECISION}G}"
    mantissa, exponent, digits = text.partition("E")
    if not exponent:
        return text
    mantissa = mantissa if "." in mantissa else f"{mantissa}.0"
    sign, number = digits[0], digits[1:].lstrip("0")
    return f"{mantissa}E{sign}{number}"


def size(value: Any) -> int:
    """Return what a rule about length counts: characters, or members of an array."""
    return len(value) if isinstance(value, list | dict | str) else len(to_str(value))
