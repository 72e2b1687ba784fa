"""Numbers and booleans in wire formats of their own, and country codes: each pair one format."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, Self

from crmkit.core.errors import ArgumentError, digits, expected, shown, type_name

from .decode_errors import reject
from .values import encode_json, encode_plain, python_value

_COUNTRY = re.compile("[A-Z]{2}")
_NUMBER = re.compile(r"[+-]?[0-9]+([.][0-9]+)?([Ee][+-]?[0-9]{1,3})?")


def decode_digits(value: object) -> int:
    """Read an id, on the wire digits in a string."""
    if type(value) is int:
        return value
    if type(value) is not str or not (value.isdigit() and value.isascii()):
        reject(value, "an id")
    return int(value)


def encode_digits(value: object, argument: str) -> str:
    """Write an id as digits.

    Raises:
        ArgumentError: It is not a non-negative integer.
    """
    value = python_value(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise expected(argument, "int", value)
    if value < 0:
        raise ArgumentError(argument, f"must be >= 0, got {shown(value)}")
    return digits(value, argument)


class Exact(float):
    """A float that has lost digits of the number that it was read from; as a str it has them."""

    def __new__(cls, text: str) -> Self:
        """Return the number of a str."""
        number = super().__new__(cls, text)
        number.text = text
        return number

    text: str

    def __str__(self) -> str:
        return self.text

    def __getnewargs__(self) -> tuple[str]:  # type: ignore[override]  # float has its value there
        return (self.text,)


def parse_number(text: str) -> float:
    """Return the float that a number of a reply is, `Exact` where that would lose digits."""
    number = float(text)
    return number if len(text) < 16 or repr(number) == text else Exact(text)


def decode_decimal(value: object) -> Decimal:
    """Read a number, or a number in a string, exactly."""
    if type(value) is bool or not _NUMBER.fullmatch(text := str(value)):
        reject(value, "a number")
    return Decimal(text)


def encode_decimal(value: object, argument: str) -> Any:
    """Write a Decimal as a string of digits, and other numbers as they are.

    Raises:
        ArgumentError: It is not a finite number.
    """
    if isinstance(value, Decimal):
        return encode_json(value, argument)
    return encode_plain(value, float, argument)


def decode_bit(value: object) -> bool:
    """Read 0 or 1, or a boolean."""
    if type(value) is bool:
        return value
    if type(value) is not int or value not in {0, 1}:
        reject(value, "0 or 1")
    return value == 1


def encode_bit(value: object, argument: str) -> int:
    """Write a bool as 0 or 1.

    Raises:
        ArgumentError: It is not a bool.
    """
    value = python_value(value)
    if not isinstance(value, bool):
        raise expected(argument, "bool", value)
    return int(value)


def decode_country(value: object) -> str:
    """Read a country code, with `GR` for the vendor's `EL`."""
    if type(value) is not str:
        reject(value, "str")
    return "GR" if value == "EL" else value


def encode_country(value: object, argument: str) -> str:
    """Write an ISO 3166-1 code, with the vendor's `EL` for `GR`; an empty str is written as it is.

    Raises:
        ArgumentError: It is not a code of two upper-case letters.
    """
    if not isinstance(value, str) or not (_COUNTRY.fullmatch(value) or value == ""):
        shown = repr(value) if isinstance(value, str) else type_name(value)
        raise ArgumentError(argument, f"expected an ISO 3166-1 code such as 'GR', got {shown}")
    return "EL" if value == "GR" else str(value)


def parse_lenient(value: object, type_: type) -> Any:
    """Read a value in any of the forms that servers take: 7 and "7", true and 1.

    Args:
        value: A plain value of a tree.
        type_: Its type in Python: `int`, `float` or `bool`.

    Raises:
        ValueError: It is not such a value in any form.
    """
    if type(value) is type_ or (type_ is float and type(value) is int):
        return value
    if type_ is bool:
        return decode_bit(int(value) if type(value) is str and value in {"0", "1"} else value)
    if type(value) is not str:
        reject(value, type_.__name__)
    number = type_(value)
    if not value.isascii() or value != value.strip() or "_" in value or number - number != 0:
        raise ValueError(value)
    return number


def format_lenient(value: object, argument: str, *types: type) -> Any:
    """Write a plain value of one of several types as it is.

    Raises:
        ArgumentError: It is of another type, or not a finite number.
    """
    value = python_value(value)
    fits = type(value) in types or (isinstance(value, types) and not isinstance(value, bool))
    if not fits or (isinstance(value, float) and value - value != 0):
        names = " or ".join(type_.__name__ for type_ in types)
        shown = value if isinstance(value, float) and fits else type_name(value)
        raise ArgumentError(argument, f"expected {names}, got {shown}")
    return str.__str__(value) if isinstance(value, str) else value
