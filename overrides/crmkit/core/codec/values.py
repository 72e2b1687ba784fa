"""Values that JSON holds as they are, and values of which the document says nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import TYPE_CHECKING, Any

from crmkit.core.errors import ArgumentError, expected

from .datetimes import encode_datetime, encode_espo_datetime
from .decode_errors import reject

if TYPE_CHECKING:
    from collections.abc import Callable

_PLAIN = {str, int, bool, type(None)}


def decode_empty(value: object) -> Any:
    """Read an empty string as None, where other values of the member are not empty."""
    return None if value == "" else reject(value, "str")


def encode_plain(value: object, type_: type, argument: str) -> Any:
    """Return a plain value that the emitted encoder has not recognised by its exact type.

    Args:
        value: The value, which may be of a subclass such as an enum.
        type_: `str`, `bool`, `int`, or `float` for any number.
        argument: Name of the argument.

    Raises:
        ArgumentError: It is of another type, or not a finite number.
    """
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
        argument: Its name, for errors.
        write: Writes a datetime.

    Raises:
        ArgumentError: It holds a number that is not finite, a datetime without time zone, itself,
            or what JSON cannot hold.
    """
    try:
        return _encode(value, argument, write)
    except RecursionError:
        raise ArgumentError(argument, "must not contain itself, nor be nested too deeply") from None


def encode_espo_json(value: object, argument: str) -> Any:
    """Return a value of any type as JSON holds it, datetimes as EspoCRM takes them.

    Raises:
        ArgumentError: As `encode_json`.
    """
    return encode_json(value, argument, encode_espo_datetime)


def _encode(value: Any, argument: str, write: Callable[[object, str], str]) -> Any:  # noqa: PLR0911  # one case a type
    if type(value) in _PLAIN or isinstance(value, int):
        return value
    if isinstance(value, str):
        return str.__str__(value)  # an enum's member is written as its value
    if isinstance(value, Mapping):
        return {
            name: item if type(item) in _PLAIN else _encode(item, f"{argument}[{name!r}]", write)
            for name, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [
            item if type(item) in _PLAIN else _encode(item, f"{argument}[{index}]", write)
            for index, item in enumerate(value)
        ]
    if isinstance(value, float):
        if isfinite(value):
            return value
        raise ArgumentError(argument, f"expected a finite number, got {value}")
    if isinstance(value, Decimal) and value.is_finite():
        return f"{value:f}"
    if isinstance(value, datetime):
        return write(value, argument)
    if isinstance(value, date):
        return value.isoformat()
    # Checked here, as orjson and json differ in what else they take: NaN, UUID, dataclasses.
    raise expected(argument, "what JSON can hold", value)


def encode_extras(
    members: dict[str, Any],
    tree: dict[str, Any],
    encode: Callable[[object, str], Any] = encode_json,
) -> None:
    """Add members that the document does not name to a tree, which keeps those that it has.

    Args:
        members: The members.
        tree: The tree.
        encode: Writes their values.

    Raises:
        ArgumentError: As `encode_json`.
    """
    for name, value in members.items():
        if name not in tree:
            tree[name] = value if type(value) in _PLAIN else encode(value, name)


def encode_kept(
    members: dict[str, Any],
    tree: dict[str, Any],
    encode: Callable[[object, str], Any] = encode_json,
) -> None:
    """Add what a record had beside its attributes to its tree, which keeps those that it has.

    An attribute that could not be read is None or empty: what came in its place is written back.

    Args:
        members: What it had.
        tree: The tree.
        encode: Writes their values.

    Raises:
        ArgumentError: As `encode_json`.
    """
    for name, value in members.items():
        if name not in tree or tree[name] in (None, "", []):
            tree[name] = value if type(value) in _PLAIN else encode(value, name)


def encode_items(values: object, argument: str) -> list[Any]:
    """Return a list of plain values as JSON holds it.

    Raises:
        ArgumentError: It is not a list, or an item cannot be written.
    """
    if not isinstance(values, list | tuple):
        raise expected(argument, "a list", values)
    return list(encode_json(values, argument))
