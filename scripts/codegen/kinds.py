"""What schemas become: kinds of values, members, and models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

__all__ = ["CONVERTED", "FORMS", "LISTED", "PLAIN", "PLURALS", "Field", "Kind", "Mode", "Model"]
__all__ += ["ENUMS", "any_of", "derived", "expectation", "parts", "python_type", "wire_types"]
__all__ += ["written_types"]

Mode = Literal["read", "write"]

FORMS = {"decimal": "Decimal", "labeled": "LabeledValue", "mailbox": "Mailbox"}
"""Classes that are not generated, by the format or element form that makes them."""
PLURALS = {"labeled": "labeled", "mailbox": "mailboxes"}
"""What the functions that split and join lists of them are called after."""

LISTED = frozenset({"list", "separated"})
"""Kinds that are lists in Python, which read nothing as `[]`."""


@dataclass(frozen=True)
class Kind:
    """How a value looks on the wire and in Python.

    Args:
        name: One of `str int float bool datetime date digits mailbox any model enum
            open_enum list separated`; of the single values in another wire form, `unix dmy bit
            country decimal espo_datetime`; `file`; `map`, whose members are all of one kind;
            `optional`, the items' own null; and where several forms may come, `scalars` (plain
            ones), `lenient` (one value in several forms, the first of them Python's),
            `date_or_str`, `discriminated` (models, told apart by a member) and `union` (forms
            of different JSON types).
        ref: Schema name of a model or enum, or of what a map is called.
        reads: Schema names of the models that are read of what an input model writes.
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
    reads: tuple[str, ...] = ()


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

    @property
    def identifies(self) -> bool:
        """Whether it is the id that every record has, without which it cannot be read."""
        return self.wire == "id" and self.required and not self.nullable


@dataclass(frozen=True)
class Model:
    """A schema that becomes a class.

    Args:
        name: Name of schema and class.
        mode: Whether replies or requests hold it.
        fields: Its members.
        more: Whether the document says that there are others, such as custom fields.
    """

    name: str
    mode: Mode
    fields: tuple[Field, ...]
    more: bool = False


def parts(kind: Kind) -> list[Kind]:
    """Return a kind and all kinds inside it."""
    return [kind, *(part for item in kind.items for part in parts(item))]


class _Value(NamedTuple):
    """What a value is in Python, the types it has in a JSON tree, and how errors name it.

    Last, if it is not written from what it is in Python, the types that it is written from.
    """

    python: str = "str"
    wire: tuple[str, ...] = ("str",)
    expected: str = ""
    written: tuple[str, ...] = ()


_VALUES = {
    "any": _Value("Any"),
    "bit": _Value("bool", ("int", "bool"), "0 or 1"),
    "bool": _Value("bool", ("bool",)),
    "country": _Value(),
    "date": _Value("datetime.date"),
    "datetime": _Value("datetime.datetime"),
    "decimal": _Value("Decimal", ("int", "float", "str"), "a number", ("Decimal", "int", "float")),
    "digits": _Value("int", ("str", "int"), "an id"),
    "dmy": _Value("datetime.date"),
    "espo_datetime": _Value("datetime.datetime"),
    "file": _Value("File", ("File",)),
    "float": _Value("float", ("float", "int"), written=("float", "int")),
    "int": _Value("int", ("int",)),
    "labeled": _Value("LabeledValue"),
    "mailbox": _Value("Mailbox"),
    "str": _Value(),
    "unix": _Value("datetime.datetime", ("int",)),
    # Of these the type in Python depends on the kinds inside.
    "date_or_str": _Value("", written=("datetime.datetime", "datetime.date", "str")),
    "discriminated": _Value("", ("dict",)),
    "list": _Value("", ("list",), written=("list", "tuple")),
    "map": _Value("", ("dict",), written=("dict",)),
    "model": _Value("", ("dict",)),
    "separated": _Value("", written=("list", "tuple")),
}
_STRING = _Value()
_SCHEMAS: dict[str, dict[str, Any]] = {
    "Any": {},
    "File": {"type": "string", "format": "binary"},
    "bool": {"type": "boolean"},
    "datetime.date": {"type": "string", "format": "date"},
    "datetime.datetime": {"type": "string", "format": "date-time"},
    "float": {"type": "number"},
    "int": {"type": "integer"},
    "str": {"type": "string"},
}
"""The schema from which the generator makes a type."""

ENUMS = frozenset({"enum", "open_enum"})
PLAIN = frozenset({"str", "int", "float", "bool"})
"""Kinds that are the same in Python as in JSON."""
CONVERTED = frozenset({"bit", "country", "date", "datetime", "dmy", "espo_datetime", "unix"})
"""Kinds of values that a parameter converts, by the functions of `crmkit.core.codec`."""
_EITHER = {"scalars", "lenient", "union"}


def wire_types(kind: Kind) -> tuple[str, ...]:
    """Return the types that values of a kind have in a JSON tree, as Python calls them."""
    if kind.name in _EITHER:
        return tuple(dict.fromkeys(type_ for item in kind.items for type_ in wire_types(item)))
    types = _VALUES.get(kind.name, _STRING).wire
    return (*types, "list") if kind.empty_list_as_map else types


def expectation(kind: Kind) -> str:
    """Return how errors name what a value should be."""
    if kind.name in _EITHER:
        return " or ".join(dict.fromkeys(map(expectation, kind.items)))
    return _VALUES.get(kind.name, _STRING).expected or wire_types(kind)[0]


def written_types(kind: Kind, mode: Mode) -> tuple[str, ...]:
    """Return the types whose values are written as a kind."""
    if kind.name == "model":
        return (kind.ref, "dict") if mode == "write" else (kind.ref,)
    if kind.name == "discriminated":
        return tuple(item.ref for item in kind.items)
    value = _VALUES.get(kind.name, _STRING)
    return value.written or (value.python,)


def python_type(kind: Kind) -> str:  # noqa: PLR0911  # one case a kind
    """Return the Python type of a kind's values, as source code."""
    inner = [python_type(item) for item in kind.items]
    match kind.name:
        case "model" | "enum":
            return " | ".join((kind.ref, *kind.reads))
        case "open_enum":
            return f"{kind.ref} | str"
        case "list" | "separated":
            return f"list[{inner[0]}]"
        case "map":
            return f"dict[str, {inner[0]}]"
        case "optional":
            return f"{inner[0]} | None"
        case "bytes":
            return "bytes"
        case name if name in _VALUES and _VALUES[name].python:
            return _VALUES[name].python
        case _:  # the first of the forms of one value, or any of several
            return " | ".join(dict.fromkeys(inner[:1] if kind.name == "lenient" else inner))


def derived(kind: Kind) -> dict[str, Any]:  # noqa: PLR0911  # one case a kind
    """Return the schema from which the generator makes the type of a kind's values."""
    match kind.name:
        case "model" if kind.reads:
            return any_of([_reference(name) for name in (kind.ref, *kind.reads)])
        case "model" | "enum" | "map":
            return _reference(kind.ref)
        case name if name in FORMS:
            return _reference(FORMS[name])
        case "open_enum":
            return {"anyOf": [_reference(kind.ref), {"type": "string"}]}
        case "separated" if kind.between:
            return {"type": "array", "items": _reference(f"{kind.items[0].ref}OrMapping")}
        case "list" | "separated":
            return {"type": "array", "items": derived(kind.items[0])}
        case "lenient":
            return derived(kind.items[0])
        case name if name in _VALUES and _VALUES[name].python:
            return _SCHEMAS[_VALUES[name].python]
        case _:
            null = [{"type": "null"}] if kind.name == "optional" else []
            return any_of([*map(derived, kind.items), *null])


def any_of(schemas: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the schema of the values of several schemas."""
    return {"anyOf": [part for schema in schemas for part in schema.get("anyOf", [schema])]}


def _reference(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}
