"""Parameters of an operation: what goes into its path, its query and its headers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .kinds import Kind
from .schemas import one_line

if TYPE_CHECKING:
    from .document import Document, OperationSource
    from .schemas import Schemas

__all__ = ["WRITTEN", "Parameter", "parameters_of"]

PARTS = "parts"
"""Place of an argument that many parameters spell together; others have OpenAPI's `in`."""
_PLAIN = {"str", "int", "float", "bool", "digits"}
WRITTEN = {"datetime", "date", "espo_datetime", "dmy", "unix", "bit", "country"}
"""Kinds that methods write as text, as the generator would write +00:00 for Z."""


@dataclass(frozen=True)
class Parameter:
    """A parameter, or an argument that many parameters spell together.

    Args:
        wire: Name on the wire, or of the argument.
        place: `path`, `query`, `header`, or `parts`.
        kind: What it holds.
        required: Whether it has to be given.
        separator: What stands between the items of a list on the wire; empty where each item
            repeats the name.
        argument: Name of the method's argument; empty to leave it to the generator.
        deprecated: Whether methods leave it out.
        description: What it does, and which values it takes.
    """

    wire: str
    place: str
    kind: Kind
    required: bool
    separator: str
    argument: str
    deprecated: bool
    description: str


def parameters_of(
    source: OperationSource, schemas: Schemas
) -> tuple[list[Parameter], list[dict[str, Any]], tuple[str, ...]]:
    """Return the parameters of an operation, their derived form, and its settings.

    Raises:
        DocumentError: One cannot be an argument.
    """
    document = schemas.document
    found: dict[tuple[str, str], Parameter] = {}
    derived: list[dict[str, Any]] = []
    settings: list[str] = []
    for ref in source.node["parameters"]:
        node = document.resolve(ref, f"{source.place} parameters")
        place = f"{source.place} parameters/{node['name']}"
        if "x-crmkit-setting" in node:
            if node["in"] != "path" or node["name"] != node["x-crmkit-setting"]:
                document.refuse(
                    place, "x-crmkit-setting is for path parameters", "name it as the parameter"
                )
            settings.append(node["name"])
        elif "x-crmkit-part-of" in node:
            one = _part(node, document, place, found)
            found[PARTS, one.wire] = one
        else:
            one, out = _one(node, schemas, place)
            found[one.place, one.wire] = one
            derived.append(out)
    return list(found.values()), derived, tuple(settings)


def _part(
    node: dict[str, Any],
    document: Document,
    place: str,
    found: dict[tuple[str, str], Parameter],
) -> Parameter:
    part = node["x-crmkit-part-of"]
    name, items = part["argument"], part["items"]
    kind = Kind("list", items=(Kind("str" if items == "text" else "any"),))
    first = found.get((PARTS, name))
    if first is not None and first.kind != kind:
        document.refuse(
            place, f"another part of {name} says other items", "write the same in all parts"
        )
    told = part.get("description", first.description if first else node.get("description", ""))
    return Parameter(name, PARTS, kind, False, "", name, False, one_line(told))


def _one(node: dict[str, Any], schemas: Schemas, place: str) -> tuple[Parameter, dict[str, Any]]:
    document = schemas.document
    if "schema" not in node:
        document.refuse(place, "has no schema", "add it; content is not known to the emitter")
    schema, choices = _single(node["schema"], document, place)
    kind, nullable, derived = schemas.kind(schema, place, "write")
    separator = ""
    if kind.name == "list" and kind.items[0].name == "str" and node["in"] != "path":
        # As OpenAPI has it: without `explode: false` each item repeats the name.
        separator = "" if node["in"] == "query" and node.get("explode", True) else ","
        nullable = False
    elif kind.name == "separated" and kind.items[0].name == "str":
        separator = schema["x-crmkit-separated"]["by"]
        kind = Kind("list", items=(Kind("str"),))
    elif nullable or kind.name not in _PLAIN | WRITTEN:
        document.refuse(
            place,
            f"the emitter does not know {'null' if nullable else kind.name} as a parameter",
            "use a plain type or a list of texts, without null",
        )
    if separator or kind.name in WRITTEN:
        derived = {"type": "string"}
    text = one_line(node.get("description", schema.get("description", "")))
    if choices:
        text = f"{text} One of {', '.join(choices)}.".strip()
    one = Parameter(
        node["name"],
        node["in"],
        kind,
        node.get("required", False),
        separator,
        node.get("x-crmkit-name", ""),
        node.get("deprecated", False),
        text,
    )
    return one, {
        "name": one.wire,
        "in": one.place,
        "required": one.required,
        "schema": {**derived, "description": text},
    }


def _single(
    node: dict[str, Any], document: Document, place: str
) -> tuple[dict[str, Any], list[str]]:
    """Return the first of a schema's alternatives, and the values it takes if it lists them.

    What else a server reads is a matter of kindness; one way to say a thing is enough. A value
    that is not listed is sent all the same: the server knows its choices.
    """
    schema: dict[str, Any] = document.resolve(node, place)
    for alternatives in ("anyOf", "oneOf"):
        if alternatives in schema:
            rest = {
                key: value
                for key, value in schema.items()
                if key not in {alternatives, "x-crmkit-open-enum"}
            }
            first, choices = _single(schema[alternatives][0], document, place)
            return {**first, **rest}, choices
    kinds = schema.get("type", "string")
    if isinstance(kinds, list):
        others = kinds[1:]
        schema = {**schema, "type": [*kinds[:1], *(one for one in others if one == "null")]}
    values = [str(one) for one in schema.get("enum", [])]
    inner: dict[str, Any] | None = schema.get("items")
    if inner is not None:
        items, values = _single(inner, document, place)
        schema = {**schema, "items": items}
    schema = {key: value for key, value in schema.items() if key not in {"enum", "const"}}
    return {"type": "string", **schema}, values
