"""Values between the command line, files and the client.

On the command line and in the cells of a CSV a value is text. A list is its items with a semicolon
between them, or a list in JSON; an object is JSON; `LabeledValue` and `Mailbox` are written as
`0171 23 (Cell)` and `Ada <ada@example.com>`; so may be what has a type and a value, as
`ada@example.com (home)`. What `cell_text` writes, `parse_text` reads.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from enum import Enum, EnumType
from functools import cache
from importlib import import_module
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

from .errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from .field_types import FieldType

__all__ = ["cell_text", "json_value", "parse_json", "parse_text", "plain"]

_INT = re.compile(r"[+-]?[0-9]{1,4000}")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?")
_DMY = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")
_BOOLS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_SEPARATOR = ";"


# -- from text and JSON to what a client takes -----------------------------------------------------


def parse_text(text: str, type_: FieldType, name: str, zone: tzinfo | None = None) -> Any:
    """Return what an argument of a type takes for a text of the command line or a cell.

    Args:
        text: The text.
        type_: The type of the argument.
        name: Its name as the caller wrote it, for errors.
        zone: The time zone of datetimes without one; None refuses them.

    Raises:
        InputError: The text is not of the type.
    """
    stripped = text.strip()
    if type_.kind == "list" and not stripped.startswith("["):
        items = [item.strip() for item in stripped.split(_SEPARATOR)]
        return [parse_text(item, type_.items, name, zone) for item in items if item]
    if type_.kind == "object" and not stripped.startswith("{"):
        if hasattr(type_.model, "parse"):
            return type_.model.parse(text)
        if typed := _typed(type_.model):
            return _of_type(stripped, type_.model, *typed)
    if type_.kind in {"list", "object", "any"}:
        return parse_json(_json(stripped, name), type_, name, zone)
    return text if type_.kind == "str" else _parsed(text, type_.kind, name, zone)


def parse_json(value: Any, type_: FieldType, name: str, zone: tzinfo | None = None) -> Any:
    """Return what an argument of a type takes for a value that was read as JSON.

    Args:
        value: The value.
        type_: The type of the argument.
        name: Its name as the caller wrote it, for errors.
        zone: The time zone of datetimes without one; None refuses them.

    Raises:
        InputError: The value is not of the type.
    """
    if value is None or type_.kind == "any":
        return value
    if type_.kind == "list":
        if not isinstance(value, list):
            raise InputError(name, f"expected a list, got {_shown(value)}")
        return [
            parse_json(item, type_.items, f"{name}[{index}]", zone)
            for index, item in enumerate(value)
        ]
    if type_.kind == "object":
        return _object(value, type_, name)
    if isinstance(value, list | dict) or isinstance(value, bool) != (type_.kind == "bool"):
        raise InputError(name, f"expected {_EXPECTED[type_.kind]}, got {_shown(value)}")
    # Numbers are read as Decimal, so that no digit is lost before it is known what they are for.
    return parse_text(str(value), type_, name, zone)


def _parsed(text: str, kind: str, name: str, zone: tzinfo | None) -> Any:
    try:
        return _PARSERS[kind](text.strip(), zone)
    except (ArithmeticError, LookupError, OSError, ValueError):
        raise InputError(name, f"expected {_EXPECTED[kind]}, got {_shown(text)}") from None


def _object(value: Any, type_: FieldType, name: str) -> Any:
    if isinstance(value, str) and hasattr(type_.model, "parse"):
        return type_.model.parse(value)
    if not isinstance(value, dict):
        raise InputError(name, f"expected an object, got {_shown(value)}")
    model = type_.model
    if model is None:
        return _without_decimals(value)
    try:
        return (
            model.from_dict(_without_decimals(value))
            if hasattr(model, "from_dict")
            else (model(**value))
        )
    except (TypeError, ValueError) as error:
        raise InputError(name, str(error)) from None


def _without_decimals(value: Any) -> Any:
    """Return a tree of JSON with plain numbers."""
    if isinstance(value, dict):
        return {key: _without_decimals(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_decimals(item) for item in value]
    if isinstance(value, Decimal):
        return _number(value)
    return value


class _Names(dict[str, Any]):
    """The names in annotations of a model, whose modules import others for type checkers only."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self._models = import_module(model.__module__.rpartition(".")[0])

    def __missing__(self, name: str) -> Any:
        if name not in self._models.__all__:
            raise KeyError(name)
        return getattr(self._models, name)


@cache
def _typed(model: Any) -> tuple[str, list[str]] | None:
    """Return the member for the value of a model that has only that and a type, and the types."""
    names = {each.name for each in getattr(model, "__attrs_attrs__", ())}
    others = names - {"type_", "additional_properties"}
    if len(others) != 1 or "type_" not in names:
        return None
    hints, (name,) = get_type_hints(model, localns=_Names(model)), others
    kinds: list[Any] = [kind for kind in get_args(hints["type_"]) if isinstance(kind, EnumType)]
    types = [str(member.value) for kind in kinds for member in kind]
    return (name, types) if types and hints[name] is str else None


def _of_type(text: str, model: Any, name: str, types: list[str]) -> Any:
    """Return a model for `value (type)`; what has no type is of work, or the first type of all."""
    from crmkit.core.codec.labeled import LabeledValue

    part = LabeledValue.parse(text)
    label = (part.label or "").lower()
    if label in types:
        return model(**{name: part.value, "type_": label})
    usual = [each for each in ("work", "website") if each in types] or types
    return model(**{name: text, "type_": usual[0]})


def _json(text: str, name: str) -> Any:
    try:
        return json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError):
        raise InputError(name, f"expected JSON, got {_shown(text)}") from None


def _file(text: str, _zone: tzinfo | None) -> Any:
    from crmkit import File

    if not Path(text).is_file():
        raise ValueError
    return File(Path(text))


def _matching(pattern: re.Pattern[str], text: str) -> str:
    if not pattern.fullmatch(text):
        raise ValueError
    return text


def _float(text: str, _zone: tzinfo | None) -> float:
    value = float(_matching(_NUMBER, text))
    if not isfinite(value):
        raise ValueError
    return value


def _date(text: str, _zone: tzinfo | None) -> date:
    match = _DMY.fullmatch(text)
    if match is None:
        return date.fromisoformat(text)
    day, month, year = map(int, match.groups())
    return date(year, month, day)


def _datetime(text: str, zone: tzinfo | None) -> datetime:
    value = datetime.fromisoformat(text)
    if value.tzinfo is None and zone is None:
        raise ValueError
    return value if value.tzinfo is not None else value.replace(tzinfo=zone)


#: What reads each kind of text; it raises where the text is of another.
_PARSERS: dict[str, Callable[[str, tzinfo | None], Any]] = {
    "bool": lambda text, _: _BOOLS[text.lower()],
    "date": _date,
    "datetime": _datetime,
    "decimal": lambda text, _: Decimal(_matching(_NUMBER, text)),
    "file": _file,
    "float": _float,
    "int": lambda text, _: int(_matching(_INT, text)),
}
_EXPECTED = {
    "bool": "true or false",
    "date": "a date like 2024-01-31",
    "datetime": "a datetime with its time zone, like 2024-01-31T09:30:00Z",
    "decimal": "a number like 1234.50",
    "file": "the path of a file",
    "float": "a number like 1234.5",
    "int": "an int",
    "str": "a str",
}


def _shown(value: object) -> str:
    text = repr(value) if isinstance(value, str) else json.dumps(value, default=str)
    return text if len(text) <= 60 else f"{text[:59]}…"


# -- from what a client returns to rows and text ---------------------------------------------------


def plain(value: Any) -> Any:
    """Return a value with models as dicts by the names of their attributes, and enums as values.

    Datetimes, dates and Decimals stay what they are.
    """
    if value is None or isinstance(value, str | int | float | date | Decimal):
        return value.value if isinstance(value, Enum) else value
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    names = getattr(type(value), "__slots__", ())
    members = {name: plain(getattr(value, name)) for name in names if not name.startswith("_")}
    return members | members.pop("additional_properties", {})


def json_value(value: Any) -> Any:
    """Return a plain value as JSON has it.

    Datetimes are in UTC and end in `Z`. A Decimal is a number where that keeps all its digits, and
    a string else.
    """
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, date):
        return _iso(value)
    if isinstance(value, list):
        return [json_value(item) for item in value]
    if isinstance(value, dict):
        return {key: json_value(item) for key, item in value.items()}
    return value


def _number(value: Decimal) -> int | float | str:
    if value == value.to_integral_value() and abs(value) < 2**53:
        return int(value)
    number = float(value)
    return number if isfinite(number) and Decimal(repr(number)) == value else format(value, "f")


def _iso(value: date) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value.isoformat()


def cell_text(value: Any) -> str:
    """Return a plain value as the text of a cell, which `parse_text` reads.

    None and an empty list are empty.
    """
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, list):
        return _list_text(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return _iso(value)
    return json.dumps(json_value(value), ensure_ascii=False)  # of a bool and a number too


def _list_text(values: list[Any]) -> str:
    texts = [_item_text(value) for value in values]
    if all(text is not None and _is_item(text) for text in texts):
        return f"{_SEPARATOR} ".join(map(str, texts))
    return json.dumps(json_value(values), ensure_ascii=False)


def _item_text(value: Any) -> str | None:
    """Return an item of a list as text, or None if that cannot be read back."""
    from crmkit.core.codec.labeled import LabeledValue, Mailbox

    if not isinstance(value, dict):
        return None if value is None or isinstance(value, list) else cell_text(value)
    for model in (LabeledValue, Mailbox):
        if value.keys() == {*model.__slots__}:
            made = model(**value)
            return str(made) if model.parse(str(made)) == made else None
    return None


def _is_item(text: str) -> bool:
    return bool(text) and _SEPARATOR not in text and text == text.strip() and text[0] not in "[{"
