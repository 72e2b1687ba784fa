"""Conversions between types as PHP and the database do them."""

from __future__ import annotations

import re
from typing import Any, cast

_NUMBER = re.compile(r"\s*([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)", re.ASCII)
_INTEGER = re.compile(r"\s*([+-]?\d{1,18})", re.ASCII)


def to_int(value: object) -> int:
    """Return a value as PHP casts it to an integer: by the digits that it begins with, or 0."""
    if isinstance(value, bool | int | float):
        return int(value)
    match = _INTEGER.match(value) if isinstance(value, str) else None
    return int(match[1]) if match else 0


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
