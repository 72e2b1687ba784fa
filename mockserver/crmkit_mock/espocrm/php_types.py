"""Conversions between types as PHP and the database do them."""

from __future__ import annotations

import re
from typing import Any, cast

_NUMBER = re.compile(r"\s*([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)", re.ASCII)
_INTEGER = re.compile(r"\s*([+-]?\d{1,18})", re.ASCII)
_WHITESPACE = " \t\n\r\v\f"
_INT_MAX = 2**63 - 1
#: Integral floats below this are written without exponent and fraction, like integers.
_PLAIN_FLOAT = 1e17


def trim(text: str) -> str:
    """Return a string without the whitespace that PHP trims; Unicode's is kept."""
    return text.strip(" \t\n\r\0\v")


def to_str(value: object) -> str | None:
    """Return a value as EspoCRM casts it to a string; None stays None."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "1" if value else ""
    if isinstance(value, list | dict):
        return "Array" if isinstance(value, list) else "Object"
    # JSON's integers that do not fit are floats.
    if isinstance(value, float) or not -_INT_MAX - 1 <= cast("int", value) <= _INT_MAX:
        return _float_to_str(float(cast("float", value)))
    return str(value)


def _float_to_str(value: float) -> str:
    mantissa, exponent, power = f"{value:.14G}".partition("E")
    if not exponent:
        return mantissa
    fraction = "" if "." in mantissa else ".0"
    return f"{mantissa}{fraction}E{power[0]}{power[1:].lstrip('0')}"


def is_numeric(value: object) -> bool:
    """Return whether a value is a number, or a string that is one for PHP."""
    if isinstance(value, str):
        match = _NUMBER.match(value)
        return match is not None and not value[match.end() :].strip(_WHITESPACE)
    return isinstance(value, int | float) and not isinstance(value, bool)


def to_int(value: object) -> int:
    """Return a value as PHP casts it to an integer: by the digits that it begins with, or 0."""
    if isinstance(value, bool | int | float):
        return int(value)
    match = _INTEGER.match(value) if isinstance(value, str) else None
    return int(match[1]) if match else 0


def cast_int(value: object) -> int:
    """Return a value as EspoCRM casts it to an integer: cut, and by PHP's rules for any type."""
    if isinstance(value, list | dict):
        return int(bool(value) or isinstance(value, dict))
    if isinstance(value, str):
        number = int(to_number(value)) if _is_finite(to_number(value)) else _INT_MAX
        return max(-_INT_MAX - 1, min(number, _INT_MAX))
    number = int(value) if isinstance(value, bool | int | float) and _is_finite(value) else 0
    if -_INT_MAX - 1 <= number <= _INT_MAX:
        return number
    # What does not fit wraps around.
    return (number + _INT_MAX + 1) % 2**64 - _INT_MAX - 1


def cast_float(value: object) -> float | int:
    """Return a value as EspoCRM casts it to a float, as an int where its JSON has no fraction."""
    if isinstance(value, list | dict):
        return cast_int(value)
    return plain_number(to_number(value))


def plain_number(value: float) -> float | int:
    """Return a float as an int if PHP writes it like one."""
    return int(value) if value == int_part(value) and abs(value) < _PLAIN_FLOAT else value


def stored_float(value: float) -> float | int:
    """Return a float as the database gets it from PHP: with 14 significant digits."""
    return plain_number(float(f"{value:.14g}"))


def int_part(value: float) -> float:
    """Return the integral part of a float; an infinite one stays as it is."""
    return float(int(value)) if _is_finite(value) else value


def _is_finite(value: float) -> bool:
    return value - value == 0


def to_number(value: object) -> float:
    """Return a value as the database compares it with a number."""
    if isinstance(value, bool | int | float):
        return float(value)
    match = _NUMBER.match(value) if isinstance(value, str) else None
    return float(match[1]) if match else 0.0


def to_list(value: object) -> list[Any]:
    """Return the items of an array, which PHP takes as a list or with any keys."""
    if isinstance(value, dict):
        return list(cast("dict[str, Any]", value).values())
    return list(value) if isinstance(value, list) else []
