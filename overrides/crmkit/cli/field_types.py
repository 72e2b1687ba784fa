"""The types of columns and arguments, read from the annotations of the generated code.

Annotations are strings there, whose names are imported for type checkers only; so they are read
rather than evaluated.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from enum import Enum
from types import UnionType
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["FieldType", "Kind", "class_names", "read_type"]

Kind = Literal[
    "str", "int", "float", "bool", "decimal", "datetime", "date", "list", "object", "file", "any"
]

_KINDS: dict[str, Kind] = {
    "str": "str",
    "int": "int",
    "float": "float",
    "bool": "bool",
    "Decimal": "decimal",
    "datetime": "datetime",
    "date": "date",
    **dict.fromkeys(("File", "BinaryIO", "bytes", "Path"), "file"),
    "dict": "object",
    "Mapping": "object",
}
_LISTS = {"list", "Sequence"}
_NOTHING = {"None", "Unset", "UNSET"}


@dataclass(frozen=True)
class FieldType:
    """The type of a column or an argument. Any value may be None.

    Args:
        kind: What a value is: `datetime` an aware datetime, `decimal` a Decimal, `object` an
            instance of `model` or a dict, `file` a `crmkit.File`, `any` any JSON.
        item: Of a list, the type of its items.
        model: Of an object, its class if it has one: a generated model, `LabeledValue` or
            `Mailbox`.
        choices: Of a str, the documented values; a server may have others.
    """

    kind: Kind
    item: FieldType | None = None
    model: Any = None
    choices: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "a list" if self.kind == "list" else self.kind

    @property
    def items(self) -> FieldType:
        """The type of a list's items."""
        return self.item or FieldType("any")


def read_type(annotation: str, find: Callable[[str], Any]) -> FieldType:
    """Return the type that an annotation says.

    Args:
        annotation: Such as `builtins.list[LabeledValue] | None | Unset`.
        find: Returns the class of a name among the models of the CRM, or None.
    """
    return _union([_term(node, find) for node in _terms(ast.parse(annotation, mode="eval").body)])


def class_names(annotation: str) -> list[str]:
    """Return the names in an annotation, in their order: `Pager[Contact]` has two."""
    nodes = ast.walk(ast.parse(annotation, mode="eval"))
    names = [(node.col_offset, node.id) for node in nodes if isinstance(node, ast.Name)]
    return [name for _, name in sorted(names)]


def _terms(node: ast.expr) -> list[ast.expr]:
    """Return the parts of a union that stand for a value."""
    if isinstance(node, ast.BinOp):
        return [*_terms(node.left), *_terms(node.right)]
    return [] if _name(node) in _NOTHING else [node]


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Subscript):
        return _name(node.value)
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else str(getattr(node, "value", ""))


def _term(node: ast.expr, find: Callable[[str], Any]) -> FieldType:
    name = _name(node)
    if name in _LISTS:
        part = node.slice if isinstance(node, ast.Subscript) else None
        item = _union([_term(term, find) for term in _terms(part)]) if part else None
        return FieldType("list", item or FieldType("any"))
    return FieldType(_KINDS[name]) if name in _KINDS else _of_class(find(name))


def _of_class(found: Any) -> FieldType:
    if isinstance(found, UnionType):  # what an input takes: a model, or a mapping in its place
        found = get_args(found)[0]
    if get_origin(found) is dict:
        return FieldType("object")
    if not isinstance(found, type):
        return FieldType("any")
    if issubclass(found, Enum):
        kind: Kind = "int" if issubclass(found, int) else "str"
        return FieldType(kind, choices=tuple(str(member.value) for member in found))
    return FieldType("object", model=found)


def _union(types: list[FieldType]) -> FieldType:
    """Return the type that holds the values of several."""
    plain = [type_ for type_ in types if type_.kind != "object"] or types[:1]
    kinds = {type_.kind for type_ in plain}
    if "str" in kinds:
        choices = [choice for type_ in plain for choice in type_.choices]
        return FieldType("str", choices=tuple(choices))
    if kinds in ({"decimal", "float"}, {"decimal", "int"}):
        return FieldType("decimal")
    if kinds == {"int", "float"}:
        return FieldType("float")
    return plain[0] if len(kinds) == 1 else FieldType("any")
