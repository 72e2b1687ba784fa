"""What emitted methods do with their arguments before generated functions get them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from .errors import ArgumentError
from .types import UNSET

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .body import Stream
    from .operation import Operation

__all__ = ["CARRIED", "alone", "carrying", "joined_texts", "segment", "texts", "with_parts"]

V = TypeVar("V")


class _Carried:
    """Stands in for a body of bytes while generated code lays out a request."""

    payload = b""


CARRIED: Any = _Carried()


def carrying(content: str | bytes | Stream, kwargs: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a request with a body that is sent as it is.

    Args:
        content: The body.
        kwargs: What the generated `_get_kwargs` returned.
    """
    return {**kwargs, "content": content}


def segment(value: V, name: str) -> V:
    """Return a value that goes into the path of a URL.

    Raises:
        ArgumentError: It is neither a text nor a number, and would name what nobody meant: `None`;
            or it is a text that UTF-8 cannot hold.
    """
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ArgumentError(name, f"takes a text or a number, not {type(value).__name__}")
    try:
        str(value).encode()
    except UnicodeEncodeError:
        raise ArgumentError(name, "holds a lone surrogate, which a URL cannot") from None
    return value


def texts(values: Sequence[str], name: str) -> list[str]:
    """Return a list of texts.

    Raises:
        ArgumentError: It is none; a single text, too, as its letters would be the items.
    """
    found = listed(values, name)
    for one in found:
        if not isinstance(one, str):
            raise ArgumentError(name, f"must be a list of texts, not of {type(one).__name__}")
    return found


def listed(values: Any, name: str) -> list[Any]:
    """Return the items of anything that has some, in a list of their own.

    Raises:
        ArgumentError: It has none, or its items are letters, bytes or names of members.
    """
    if isinstance(values, str | bytes | Mapping) or not isinstance(values, Iterable):
        raise ArgumentError(name, f"must be a list, not {type(values).__name__}")
    return list(values)


def joined_texts(values: Sequence[str], name: str, separator: str) -> str:
    """Return a list of texts as the one text that the wire has.

    Raises:
        ArgumentError: It is no list of texts, or an item holds the separator.
    """
    found = texts(values, name)
    if any(separator in one for one in found):
        raise ArgumentError(name, f"an item holds {separator!r}, which separates items")
    return separator.join(found)


def with_parts(kwargs: dict[str, Any], parts: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a request with what its vendor spreads over many parameters.

    Args:
        kwargs: What the generated `_get_kwargs` returned.
        parts: Lists by name; `UNSET` where not given.

    Raises:
        ArgumentError: One is no list.
    """
    given = {name: listed(values, name) for name, values in parts.items() if values is not UNSET}
    return {**kwargs, "params": {**kwargs.get("params", {}), **given}} if given else kwargs


def alone(operation: Operation, name: str, others: dict[str, Any]) -> None:
    """Check that nothing is given that the server would pass over beside an argument.

    Args:
        operation: The operation, for messages.
        name: Name of the argument.
        others: What it cannot stand with; `UNSET` where not given.

    Raises:
        ArgumentError: One of them is given.
    """
    for other, value in others.items():
        if value is not UNSET:
            raise ArgumentError(
                other, f"the server knows no {other} beside {name}", operation=operation.name
            )
