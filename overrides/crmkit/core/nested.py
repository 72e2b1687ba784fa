"""Values inside values: lists and maps of any kind, and values of several forms.

An emitted codec says by functions what an item is; this says what holds the items. `path_of` reads
the place of a failure from the frames here: of `rows`, that of the items done so far in `out`, or
the name of the member in `at`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from .errors import ArgumentError
from .forms import Mailbox
from .wire import READ_ERRORS, instant, opened, wrong

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

T = TypeVar("T")
EMITTED = True

# -- reading ---------------------------------------------------------------------------------------


def read_plain(value: object, expected: str, *kinds: type) -> Any:
    """Read a value that is the same in Python as in JSON."""
    if type(value) not in kinds:
        wrong(value, expected)
    return value


def read_instant(value: object) -> datetime:
    """Read a moment; one without time zone is in UTC."""
    if type(value) is not str:
        wrong(value, "a text")
    found = instant(value)
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def read_date(value: object) -> date:
    """Read a date."""
    if type(value) is not str:
        wrong(value, "a text")
    return date.fromisoformat(value)


def read_digits(value: object) -> int:
    """Read an id, on the wire digits in a text."""
    if type(value) is int:
        return value
    if type(value) is not str or not (value.isdigit() and value.isascii()):
        wrong(value, "an id")
    return int(value)


def read_mailbox(value: object) -> Mailbox:
    """Read a mailbox."""
    if type(value) is not str:
        wrong(value, "a text")
    return Mailbox.parse(value)


def read_enum(value: object, members: Mapping[str, T]) -> T | str:
    """Read a text that is a member's value, or one that nobody knows."""
    if type(value) is not str:
        wrong(value, "a text")
    return members.get(value, value)


def read_list(rows: object, read: Callable[[Any], T]) -> list[T]:
    """Read an array whose items `read` reads."""
    if type(rows) is not list:
        wrong(rows, "an array")
    out: list[T] = []
    for row in rows:
        out.append(read(row))  # noqa: PERF401  # errors tell the place by out
    return out


def read_map(rows: object, read: Callable[[Any], T]) -> dict[str, T]:
    """Read an object whose members `read` reads."""
    if type(rows) is not dict:
        wrong(rows, "an object")
    found: dict[str, T] = {}
    for at, row in rows.items():
        found[at] = read(row)
    return found


def read_optional(value: object, read: Callable[[Any], T]) -> T | None:
    """Read a value that may be null."""
    return None if value is None else read(value)


def read_union(value: object, forms: Mapping[type, Callable[[Any], Any]]) -> Any:
    """Read a value whose form its JSON type tells."""
    read = forms.get(type(value))
    if read is None:
        wrong(value, "a value of another type")
    return read(value)


def read_told(rows: object, at: str, forms: Mapping[str | int | bool, Callable[[Any], T]]) -> T:
    """Read an object whose form its member `at` tells."""
    if type(rows) is not dict:
        at = ""
        wrong(rows, "an object")
    value = rows[at]
    if type(value) not in {bool, int, str} or value not in forms:
        wrong(value, f"one of {', '.join(map(repr, forms))}")
    read = forms[value]
    at = ""
    return read(rows)


def split_members(text: str, names: Iterable[str], by: str, between: str) -> list[dict[str, str]]:
    """Split a text that holds a list of objects, whose members stand in a known order.

    Args:
        text: The text; an empty one is an empty list.
        names: The members' names, in their order.
        by: What separates the objects.
        between: What separates their members.

    Raises:
        ValueError: An element has another number of members.
    """
    parts = text.split(by) if text else []
    return [dict(zip(names, part.split(between), strict=True)) for part in parts]


# -- writing ---------------------------------------------------------------------------------------


def write_list(values: object, argument: str, write: Callable[[Any, str], Any]) -> list[Any]:
    """Write a list whose items `write` writes.

    Raises:
        ArgumentError: It is no list, or an item cannot be written.
    """
    if not isinstance(values, list | tuple):
        raise ArgumentError(argument, f"takes a list, not {type(values).__name__}")
    return [write(value, f"{argument}[{index}]") for index, value in enumerate(values)]


def write_map(values: object, argument: str, write: Callable[[Any, str], Any]) -> dict[str, Any]:
    """Write a mapping whose members `write` writes.

    Raises:
        ArgumentError: It is no mapping, has a key that is no text, or a member cannot be written.
    """
    if not isinstance(values, Mapping):
        raise ArgumentError(argument, f"takes a dict, not {type(values).__name__}")
    for name in values:
        if not isinstance(name, str):
            raise ArgumentError(argument, f"has a key that is no text but {type(name).__name__}")
    return {
        str.__str__(name): write(value, f"{argument}[{name!r}]") for name, value in values.items()
    }


def write_model(
    value: object, argument: str, model: type[T], write: Callable[[T], dict[str, Any]]
) -> dict[str, Any]:
    """Write a model, or a mapping as the tree that it is.

    Raises:
        ArgumentError: It is neither, or a member cannot be written.
    """
    if isinstance(value, model):
        return write(value)
    if isinstance(value, Mapping):
        return write_map(value, argument, opened)
    raise ArgumentError(argument, f"takes {model.__name__}, not {type(value).__name__}")


def write_union(
    value: object, argument: str, forms: Mapping[type, Callable[[Any, str], Any]]
) -> Any:
    """Write a value whose form its type tells.

    Raises:
        ArgumentError: It is of none of the types, or cannot be written.
    """
    write = forms.get(type(value))
    if write is None:
        found = [form for kind, form in forms.items() if isinstance(value, kind)]
        if not found or isinstance(value, bool):
            names = " or ".join(kind.__name__ for kind in forms)
            raise ArgumentError(argument, f"takes {names}, not {type(value).__name__}")
        write = found[0]
    return write(value, argument)


def joined_members(
    values: object,
    argument: str,
    decode: Callable[[Any], T],
    encode: Callable[[T], dict[str, Any]],
    names: tuple[str, ...],
    by: str,
    between: str,
) -> str:
    """Write a list of models or mappings as one text, their members in a known order.

    Args:
        values: The list.
        argument: Its name, for errors.
        decode: Makes a model of a mapping.
        encode: Makes a tree of a model.
        names: The members' names, in their order.
        by: What separates the elements.
        between: What separates their members.

    Raises:
        ArgumentError: It is no list, an element has other members, or a member holds a separator.
    """

    def write(value: Any, place: str) -> str:
        if isinstance(value, Mapping):
            try:
                value = decode(dict(value))
            except READ_ERRORS as error:
                raise ArgumentError(place, f"takes {' and '.join(names)}, as texts") from error
        elif not hasattr(value, "additional_properties"):
            raise ArgumentError(place, f"takes a model or a mapping, not {type(value).__name__}")
        tree = encode(value)
        if tree.keys() != {*names}:
            raise ArgumentError(place, f"takes {' and '.join(names)}, and nothing else")
        for name in names:
            text = tree[name]
            held = [one for one in (by, between) if one in text]
            if held or not text:
                problem = (
                    f"holds a {held[0]!r}, which separates" if held else "is empty, which ends"
                )
                raise ArgumentError(f"{place}.{name}", f"{problem} elements on the wire")
        return between.join(tree[name] for name in names)

    return by.join(write_list(values, argument, write))
