"""What schemas become: kinds of values, members, and models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

__all__ = ["FORMS", "LISTED", "Field", "Kind", "Mode", "Model", "derived", "parts", "python_type"]

Mode = Literal["read", "write"]

FORMS = {"labeled": "LabeledValue", "mailbox": "Mailbox"}
"""Classes of `crmkit.core.codec.labeled` by the element form that makes them."""

LISTED = frozenset({"list", "separated"})
"""Kinds that are lists in Python, which read nothing as `[]`."""


@dataclass(frozen=True)
class Kind:
    """How a value looks on the wire and in Python.

    Args:
        name: One of `str int float bool datetime date digits mailbox any model enum
            open_enum list separated`; of the single values in another wire form, `unix dmy bit
            country espo_datetime`; `file`; `map`, an object whose members are all of one kind;
            `optional`, the items' own null; and where several forms may come, `scalars` (plain
            ones), `lenient` (one value in several forms, the first of them Python's),
            `date_or_str`, `discriminated` (models, told apart by a member) and `union` (forms
            of different JSON types).
        ref: Schema name of a model or enum, or of what a map is called.
        items: The kinds inside: one of a list's or map's items, or of the elements of a string that
            holds a list (`str`, `labeled`, `mailbox`, `model`); all those of a union.
        by: What separates the elements of a string that holds a list.
        between: What separates the members of such an element.
        member: The member that tells models apart.
        values: Its value in each of them.
        empty_list_as_map: Whether an empty array stands for an empty map.
    """

    name: str
    ref: str = ""
    items: tuple[Kind, ...] = ()
    by: str = ""
    between: str = ""
    member: str = ""
    values: tuple[bool | int | str, ...] = ()
    empty_list_as_map: bool = False


@dataclass(frozen=True)
class Field:
    """A member of a model.

    Args:
        wire: Name on the wire.
        kind: What it holds.
        required: Whether the wire document requires it.
        nullable: Whether the wire document allows null.
        aliases: Other wire names that are read.
        derived: Name in the derived document, from which the attribute's name is made.
        description: The document's description.
        secret: Whether its value must not be shown.
    """

    wire: str
    kind: Kind
    required: bool
    nullable: bool
    aliases: tuple[str, ...]
    derived: str
    description: str
    secret: bool = False


@dataclass(frozen=True)
class Model:
    """A schema that becomes a class.

    Args:
        name: Name of schema and class.
        mode: Whether replies or requests hold it.
        fields: Its members.
    """

    name: str
    mode: Mode
    fields: tuple[Field, ...]


def parts(kind: Kind) -> list[Kind]:
    """Return a kind and all kinds inside it."""
    return [kind, *(part for item in kind.items for part in parts(item))]


_PYTHON = {
    "any": "Any",
    "bit": "bool",
    "bool": "bool",
    "date": "datetime.date",
    "digits": "int",
    "dmy": "datetime.date",
    "espo_datetime": "datetime.datetime",
    "file": "File",
    "datetime": "datetime.datetime",
    "int": "int",
    "labeled": "LabeledValue",
    "mailbox": "Mailbox",
    "float": "float",
    "unix": "datetime.datetime",
}


def python_type(kind: Kind) -> str:  # noqa: PLR0911  # one case a kind
    """Return the Python type of a kind's values, as source code."""
    inner = [python_type(item) for item in kind.items]
    match kind.name:
        case "model" | "enum":
            return kind.ref
        case "open_enum":
            return f"{kind.ref} | str"
        case "list" | "separated":
            return f"list[{inner[0]}]"
        case "map":
            return f"dict[str, {inner[0]}]"
        case "optional":
            return f"{inner[0]} | None"
        case "lenient":
            return inner[0]
        case "scalars" | "date_or_str" | "discriminated" | "union":
            return " | ".join(dict.fromkeys(inner))
        case other:
            return _PYTHON.get(other, "str")


_DERIVED: dict[str, dict[str, Any]] = {
    "any": {},
    "bit": {"type": "boolean"},
    "bool": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "digits": {"type": "integer"},
    "dmy": {"type": "string", "format": "date"},
    "espo_datetime": {"type": "string", "format": "date-time"},
    "file": {"type": "string", "format": "binary"},
    "datetime": {"type": "string", "format": "date-time"},
    "int": {"type": "integer"},
    "float": {"type": "number"},
    "unix": {"type": "string", "format": "date-time"},
}


def derived(kind: Kind) -> dict[str, Any]:  # noqa: PLR0911  # one case a kind
    """Return the schema from which the generator makes the type of a kind's values."""
    inner = [derived(item) for item in kind.items]
    match kind.name:
        case "model" | "enum":
            return _reference(kind.ref)
        case "labeled" | "mailbox":
            return _reference(FORMS[kind.name])
        case "open_enum":
            return {"anyOf": [_reference(kind.ref), {"type": "string"}]}
        case "separated" if kind.between:
            return {"type": "array", "items": _reference(f"{kind.items[0].ref}OrMapping")}
        case "list" | "separated":
            return {"type": "array", "items": inner[0]}
        case "map":
            return _reference(kind.ref)
        case "optional":
            return _any_of([*inner, {"type": "null"}])
        case "lenient":
            return inner[0]
        case "scalars" | "date_or_str" | "discriminated" | "union":
            return _any_of(inner)
        case other:
            return _DERIVED.get(other, {"type": "string"})


def _reference(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _any_of(schemas: list[dict[str, Any]]) -> dict[str, Any]:
    return {"anyOf": [part for one in schemas for part in one.get("anyOf", [one])]}
