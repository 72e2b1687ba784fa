"""Values that are not as documented: read as None, kept as they came, and reported once.

One such value must not cost the record that holds it, nor the page. Emitted decoders call
`keep_odd` where a member cannot be read.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from crmkit.core.errors import type_name
from crmkit.core.log import logger

from .decode_errors import MalformedValue

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Reported", "keep_odd", "reporting"]


class Reported(dict[tuple[str, str], object]):
    """The members of models that a client, or the process, has reported.

    Args:
        name: The CRM's name; empty for the process.
    """

    def __init__(self, name: str = "") -> None:
        super().__init__()
        self.name = name


_reported: ContextVar[Reported] = ContextVar("reported", default=Reported())  # noqa: B039  # of the process


def reporting(reported: Reported, decode: Callable[[Any], Any], tree: Any) -> Any:
    """Return what `decode` makes of a tree, and report what is odd once for each `reported`."""
    token = _reported.set(reported)
    try:
        return decode(tree)
    finally:
        _reported.reset(token)


def keep_odd(
    model: object, members: dict[str, Any], name: str, value: Any, problem: str | Exception
) -> Any:
    """Keep a value that cannot be read under its wire name, to be written back; return None.

    Args:
        model: The object that is read.
        members: Its members that are not attributes.
        name: The member's wire name.
        value: The value as it came.
        problem: The type that the document says, or what reading the value raised.
    """
    if problem == "float" and isinstance(value, float):
        return float(value)  # a number with more digits than a float has
    members[name] = value
    reported, first = _reported.get(), object()
    place = type(model).__name__, name
    if reported.setdefault(place, first) is first:  # in one step: threads share a client
        text = "it is not in the documented format"
        if isinstance(problem, str):
            text = f"expected {problem}, got {type_name(value)}"
        elif isinstance(problem, MalformedValue):
            text = str(problem)
        logger.warning(
            "%s%s.%s cannot be read: %s; it is None (a list: empty), its value is kept in "
            "additional_properties",
            f"{reported.name}: " if reported.name else "",
            *place,
            text,
        )
    return None
