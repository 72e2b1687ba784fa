"""Values inside values: lists and dicts of any type, models, and values of several types.

Emitted codecs pass functions that convert an item; the functions here walk over what holds the
items. `error_path` reads the place of a failure from the frames here: the number of items done so
far in `out`, or the name of the member in `at`.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from crmkit.core.errors import ArgumentError, expected, type_name

from .collector import uncollected
from .decode_errors import DECODE_ERRORS, reject
from .model import as_input
from .values import encode_json, python_value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


T = TypeVar("T")
EMITTED = True

# -- reading ---------------------------------------------------------------------------------------

new = object.__new__


def others(
    row: dict[str, Any], own: frozenset[str], required: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """Return the members of an object that the document does not name.

    Args:
        row: The object.
        own: The members that the document names.
        required: Those of them that are in every object, and that most servers write first.
    """
    found: dict[str, Any] = {}
    for name in islice(row, len(required), None):
        if name not in own:
            found[name] = row[name]
        elif name in required:  # so that others came before it
            return others(row, own)
    return found


def renamed(row: dict[str, Any], alias: str, name: str) -> dict[str, Any]:
    """Return an object with one of its members under another name."""
    return {name if key == alias else key: value for key, value in row.items()}


def check_type(value: object, expected: str, *types: type) -> Any:
    """Read a value that is the same in Python as in JSON."""
    if type(value) not in types and not (float in types and isinstance(value, float)):
        reject(value, expected)
    return value


def decode_list(rows: object, decode: Callable[[Any], T]) -> list[T]:
    """Read an array whose items `decode` reads."""
    if type(rows) is not list:
        reject(rows, "list")
    out: list[T] = []
    for row in rows:
        out.append(decode(row))  # noqa: PERF401  # error_path reads the index from out
    return out


def decode_items(rows: object, expected: str, *types: type) -> list[Any]:
    """Read an array whose items all have one of `types`, and are the same in Python."""
    if type(rows) is not list:
        reject(rows, "list")
    if {*map(type, rows)}.issubset(types):
        return rows.copy()
    return decode_list(rows, lambda row: check_type(row, expected, *types))


def decode_dict(rows: object, decode: Callable[[Any], T]) -> dict[str, T]:
    """Read an object whose members `decode` reads."""
    if type(rows) is not dict:
        reject(rows, "dict")
    members: dict[str, T] = {}
    for at, row in rows.items():
        members[at] = decode(row)
    return members


def decode_rows(decode: Callable[[Any], T]) -> Callable[[Any], list[T]]:
    """Return the decoder of a list of objects, by that of one of them.

    The collector rests for pages only: of lists inside of records, most are short.
    """

    def decode_all(rows: Any) -> list[T]:
        if type(rows) is not list:
            reject(rows, "list")
        return uncollected(walk, rows) if len(rows) > 9 else walk(rows)

    def walk(rows: list[Any]) -> list[T]:
        out: list[T] = []
        add = out.append
        for row in rows:
            add(decode(row))
        return out

    return decode_all


def decode_discriminated(
    row: object, name: str, decoders: Mapping[str | int | bool, Callable[[Any], T]]
) -> T:
    """Read an object by the decoder that the value of its member `name` selects.

    If that is none of those documented, or is absent, it is read as the first of the models: what
    of it does not fit is None, and nothing is lost.
    """
    if type(row) is not dict:
        reject(row, "dict")
    value: Any = row.get(name)
    known = type(value) in {bool, int, str} and value in decoders
    return decoders[value if known else next(iter(decoders))](row)


def split_members(text: str, names: Iterable[str], by: str, between: str) -> list[dict[str, str]]:
    """Split a string that holds a list of objects, whose members stand in a known order.

    Args:
        text: The string; an empty one is an empty list.
        names: The members' names, in their order.
        by: What separates the objects.
        between: What separates their members.

    Raises:
        ValueError: An element has another number of members.
    """
    parts = text.split(by) if text else []
    return [dict(zip(names, part.split(between), strict=True)) for part in parts]


# -- writing ---------------------------------------------------------------------------------------


def encode_list(values: object, argument: str, encode: Callable[[Any, str], Any]) -> list[Any]:
    """Write a list whose items `encode` writes.

    Raises:
        ArgumentError: It is not a list, or an item cannot be written.
    """
    if not isinstance(values, list | tuple):
        raise expected(argument, "a list", values)
    return [encode(value, f"{argument}[{index}]") for index, value in enumerate(values)]


def encode_dict(values: object, argument: str, encode: Callable[[Any, str], Any]) -> dict[str, Any]:
    """Write a mapping whose members `encode` writes.

    Raises:
        ArgumentError: It is not a mapping, has a key that is not a str, or a member cannot be
            written.
    """
    if not isinstance(values, Mapping):
        raise expected(argument, "a dict", values)
    for name in values:
        if not isinstance(name, str):
            raise ArgumentError(argument, f"keys must be str, got {type_name(name)}")
    return {
        str.__str__(name): encode(value, f"{argument}[{name!r}]") for name, value in values.items()
    }


def encode_model(
    value: object, argument: str, model: type[T], encode: Callable[[T], dict[str, Any]]
) -> dict[str, Any]:
    """Write a model, what was read of its kind, or a mapping as the tree that it is.

    Raises:
        ArgumentError: It is neither, or a member cannot be written.
    """
    value = as_input(value, model)
    if isinstance(value, model):
        try:
            return encode(value)
        except ArgumentError as error:
            error.argument = f"{argument}.{error.argument}"
            raise
    if isinstance(value, Mapping):
        return encode_dict(value, argument, encode_json)
    raise expected(argument, f"{model.__name__} or a dict", value)


def encode_union(
    value: object, argument: str, encoders: Mapping[type, Callable[[Any, str], Any]]
) -> Any:
    """Write a value by the encoder of its type.

    Raises:
        ArgumentError: It is of none of the types, or cannot be written.
    """
    encode = encoders.get(type(value))
    if encode is None:
        value = python_value(value)
        matching = [each for type_, each in encoders.items() if isinstance(value, type_)]
        if not matching or isinstance(value, bool):
            names = " or ".join(type_.__name__ for type_ in encoders)
            raise expected(argument, names, value)
        encode = matching[0]
    return encode(value, argument)


def join_members(
    values: object,
    argument: str,
    decode: Callable[[Any], T],
    encode: Callable[[T], dict[str, Any]],
    names: tuple[str, ...],
    by: str,
    between: str,
) -> str:
    """Write a list of models or mappings as one string, their members in a known order.

    Args:
        values: The list.
        argument: Its name, for errors.
        decode: Makes a model of a mapping.
        encode: Makes a tree of a model.
        names: The members' names, in their order.
        by: What separates the elements.
        between: What separates their members.

    Raises:
        ArgumentError: It is not a list, an element has other members, or a member holds a
            separator.
    """

    def write(value: Any, place: str) -> str:
        if isinstance(value, Mapping):
            try:
                value = decode(dict(value))
            except DECODE_ERRORS as error:
                raise ArgumentError(place, f"expected str for {' and '.join(names)}") from error
        elif not hasattr(value, "additional_properties"):
            raise expected(place, "a model or a dict", value)
        tree = encode(value)
        if not type(value).__name__.endswith("Input"):  # as read: what has no place is left out
            tree = {name: tree[name] for name in names if name in tree}
        if tree.keys() != {*names}:
            raise ArgumentError(place, f"expected {' and '.join(names)} and no other members")
        for name in names:
            text = tree[name]
            held = [separator for separator in (by, between) if separator in text]
            if held or not text:
                problem = f"contain {held[0]!r}, which separates members" if held else "be empty"
                raise ArgumentError(f"{place}.{name}", f"must not {problem}")
        return between.join(tree[name] for name in names)

    return by.join(encode_list(values, argument, write))
