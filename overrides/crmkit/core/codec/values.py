"""Values that JSON holds as they are, and values of which the document says nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any

from crmkit.core.errors import ArgumentError, expected

from .datetimes import encode_datetime, encode_espo_datetime
from .decode_errors import reject

_PLAIN = {str, int, bool, type(None)}


def decode_empty(value: object) -> Any:
    """Read an empty string as None, where other values of the member are not empty."""
    return None if value == "" else reject(value, "str")


def python_value(value: Any) -> Any:
    """Return the Python value of a scalar of numpy, and other values as they are."""
    is_scalar = getattr(value, "shape", None) == () and hasattr(value, "dtype")
    return value.item() if is_scalar else value


def encode_plain(value: object, type_: type, argument: str) -> Any:
    """Return a plain value that the emitted encoder has not recognised by its exact type.

    Args:
        value: The value, which may be of a subclass such as an enum, or a scalar of numpy.
        type_: `str`, `bool`, `int`, or `float` for any number.
        argument: Name of the argument.

    Raises:
        ArgumentError: It is of another type, or not a finite number.
    """
    value = python_value(value)
    fits = isinstance(value, type_) or (type_ is float and isinstance(value, int))
    if not fits or (isinstance(value, bool) and type_ is not bool):
        raise expected(argument, type_.__name__, value)
    return encode_json(value, argument)


def encode_json(
    value: object, argument: str, write: Callable[[object, str], str] = encode_datetime
) -> Any:
    """Return a value of any type as JSON holds it, datetimes, dates and Decimals as str.

    Args:
        value: The value.
        argument: Name of the argument.
        write: Writes a datetime.

    Raises:
        ArgumentError: It holds a number that is not finite, a datetime without time zone, itself,
            or what JSON cannot hold. It names the place.
    """
    try:
        return _encode(value, write)
    except RecursionError:
        raise ArgumentError(argument, "must not contain itself, nor be nested too deeply") from None
    except ArgumentError as error:
        error.argument = argument + error.argument
        raise


def encode_espo_json(value: object, argument: str) -> Any:
    """Return a value of any type as JSON holds it, datetimes as EspoCRM takes them.

    Raises:
        ArgumentError: As `encode_json`.
    """
    return encode_json(value, argument, encode_espo_datetime)


def _encode(value: Any, write: Callable[[object, str], str]) -> Any:  # noqa: PLR0911  # one case a type
    if type(value) in _PLAIN:
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, str):
        return str.__str__(value)  # an enum's member is written as its value
    if isinstance(value, list | tuple):
        return [_at(index, item, write) for index, item in enumerate(value)]
    if isinstance(value, Mapping):
        return {name: _at(name, item, write) for name, item in value.items()}
    if isinstance(value, float):
        if isfinite(value):
            return float(value)
        raise ArgumentError("", f"expected a finite number, got {value}")
    if isinstance(value, Decimal) and value.is_finite():
        return f"{value:f}"
    if isinstance(value, datetime):
        return write(value, "")
    if isinstance(value, date):
        return value.isoformat()
    if (python := python_value(value)) is not value:
        return _encode(python, write)
    # Checked here, as orjson and json differ in what else they take: NaN, UUID, dataclasses.
    raise expected("", "what JSON can hold", value)


def _at(place: object, value: Any, write: Callable[[object, str], str]) -> Any:
    """Encode an item of a list or mapping, whose place an error names."""
    if type(value) in _PLAIN:
        return value
    try:
        return _encode(value, write)
    except ArgumentError as error:
        error.argument = f"[{place!r}]{error.argument}"
        raise


def encode_extras(
    members: dict[str, Any],
    tree: dict[str, Any],
    write: Callable[[object, str], str] = encode_datetime,
) -> None:
    """Add members that the document does not name to a tree, which keeps those that it has.

    Raises:
        ArgumentError: As `encode_json`.
    """
    for name, value in members.items():
        if name not in tree:
            tree[name] = value if type(value) in _PLAIN else encode_json(value, name, write)


def encode_kept(
    members: dict[str, Any],
    tree: dict[str, Any],
    write: Callable[[object, str], str] = encode_datetime,
) -> None:
    """Add what a record had beside its attributes to its tree, which keeps those that it has.

    An attribute that could not be read is None or empty: what came in its place is written back.

    Raises:
        ArgumentError: As `encode_json`.
    """
    for name, value in members.items():
        if name not in tree or tree[name] in (None, "", []):
            tree[name] = value if type(value) in _PLAIN else encode_json(value, name, write)


def encode_items(values: object, argument: str) -> list[Any]:
    """Return a list of plain values as JSON holds it.

    Raises:
        ArgumentError: It is not a list, or an item cannot be written.
    """
    if type(values) is list and _PLAIN.issuperset(map(type, values)):
        return values.copy()
    if not isinstance(values, list | tuple):
        raise expected(argument, "a list", values)
    return list(encode_json(values, argument))
