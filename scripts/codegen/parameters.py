"""Parameters of an operation: what goes into its path, its query and its headers."""

from __future__ import annotations

from dataclasses import dataclass
from keyword import iskeyword
from typing import TYPE_CHECKING, Any

from openapi_python_client.strings import PythonIdentifier

from .kinds import CONVERTED, PLAIN, Kind, python_type
from .prose import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .document import Document, OperationSource
    from .schemas import Schemas

__all__ = ["Parameter", "parameters_of"]


@dataclass(frozen=True)
class Parameter:
    """A parameter, or an argument that several parameters make up together.

    Args:
        wire: Name on the wire, or of the argument.
        place: `path`, `query` or `header`.
        kind: What it holds.
        description: What it does, and which values it takes.
        chosen_name: Name of the argument that the document gives; empty for none.
        style: How it is written; see `crmkit.core.operation.Param`.
        separator: What joins the items of a list on the wire.
        required: Whether it must be passed.
        deprecated: Whether methods leave it out.
    """

    wire: str
    place: str
    kind: Kind
    description: str
    chosen_name: str
    style: str
    separator: str
    required: bool = False
    deprecated: bool = False

    @property
    def argument(self) -> str:
        """Name of the argument, made as the generator makes names."""
        if self.chosen_name and not iskeyword(self.chosen_name):
            return self.chosen_name  # a builtin's name, too, if the document gives it
        return str(PythonIdentifier(self.chosen_name or self.wire, "field_"))

    @property
    def annotation(self) -> str:
        """Type of the argument."""
        if self.kind.name == "list":
            item = "str" if self.kind.items[0].name == "str" else "Mapping[str, Any]"
            return f"Sequence[{item}]"
        return python_type(self.kind)

    @property
    def key(self) -> tuple[str, str]:
        """Place and name, which no other parameter of an operation has."""
        return self.place, self.wire


def parameters_of(
    source: OperationSource, schemas: Schemas
) -> tuple[list[Parameter], tuple[str, ...]]:
    """Return the parameters of an operation, and its settings.

    Raises:
        DocumentError: One cannot be an argument.
    """
    document = schemas.document
    parameters: dict[tuple[str, str], Parameter] = {}
    settings: list[str] = []
    for ref in source.node["parameters"]:
        node = document.resolve(ref, f"{source.place} parameters")
        place = f"{source.place} parameters/{node['name']}"
        if "x-crmkit-setting" in node:
            if node["in"] != "path" or node["name"] != node["x-crmkit-setting"]:
                problem = "x-crmkit-setting is for path parameters"
                document.refuse(place, problem, "name it as the parameter")
            settings.append(node["name"])
            continue
        if "x-crmkit-part-of" in node:
            parameter = _part(node, schemas, place, parameters.values())
        else:
            parameter = _single_parameter(node, schemas, place)
        parameters[parameter.key] = parameter
    return list(parameters.values()), tuple(settings)


def _part(
    node: dict[str, Any], schemas: Schemas, place: str, others: Iterable[Parameter]
) -> Parameter:
    """Return the argument that a parameter is part of."""
    part = node["x-crmkit-part-of"]
    name, items = part["argument"], part["items"]
    kind = Kind("list", items=(Kind("str" if items == "text" else "any"),))
    for other in others:
        if other.chosen_name == name:
            if other.kind != kind:
                problem = f"another part of {name} says other items"
                schemas.document.refuse(place, problem, "write the same in all parts")
            return other  # the other forms are for servers that know no better
    wire, style, separator = name, "spread", ""
    if items == "text" and node.get("schema", {}).get("type") == "array":
        wire, separator = node["name"], "" if node.get("explode", True) else ","
        style = "joined" if separator else "repeated"
    text = one_line(part.get("description", node.get("description", "")))
    return Parameter(wire, "query", kind, text, name, style, separator)


def _single_parameter(node: dict[str, Any], schemas: Schemas, place: str) -> Parameter:
    document = schemas.document
    if "schema" not in node:
        document.refuse(place, "has no schema", "add it; content is not known to the emitter")
    schema, choices = _first_alternative(node["schema"], document, place)
    kind, nullable = schemas.kind(schema, place, "write")
    style, separator = "single", ""
    if kind.name == "list" and kind.items[0].name == "str" and node["in"] != "path":
        # As OpenAPI has it: without `explode: false` each item repeats the name.
        repeated = node["in"] == "query" and node.get("explode", True)
        style, separator = ("repeated", "") if repeated else ("joined", ",")
        nullable = False
    elif kind.name == "separated" and kind.items[0].name == "str":
        style, separator = "joined", schema["x-crmkit-separated"]["by"]
        kind = Kind("list", items=(Kind("str"),))
    elif nullable or kind.name not in PLAIN | CONVERTED | {"digits"}:
        problem = f"the emitter does not know {'null' if nullable else kind.name} as a parameter"
        document.refuse(place, problem, "use a plain type or a list of strings, without null")
    text = one_line(node.get("description", schema.get("description", "")))
    if choices:
        text = f"{text} One of {', '.join(choices)}.".strip()
    return Parameter(
        node["name"],
        node["in"],
        kind,
        text,
        node.get("x-crmkit-name", ""),
        style,
        separator,
        node.get("required", False),
        node.get("deprecated", False),
    )


def _first_alternative(
    node: dict[str, Any], document: Document, place: str
) -> tuple[dict[str, Any], list[str]]:
    """Return the first of a schema's alternatives, and the values it takes if it lists them.

    Servers read other forms, too; one way to say a thing is enough. A value that is not listed is
    sent all the same: the server knows its choices.
    """
    schema: dict[str, Any] = document.resolve(node, place)
    for alternatives in ("anyOf", "oneOf"):
        if alternatives in schema:
            first, choices = _first_alternative(schema[alternatives][0], document, place)
            return {**first, **_without(schema, alternatives, "x-crmkit-open-enum")}, choices
    kinds = schema.get("type", "string")
    if isinstance(kinds, list):
        schema = {**schema, "type": [*kinds[:1], *({"null"} & {*kinds[1:]})]}
    values = [str(value) for value in schema.get("enum", [])]
    if "items" in schema:
        items, values = _first_alternative(schema["items"], document, place)
        schema = {**schema, "items": items}
    return {"type": "string", **_without(schema, "enum", "const")}, values


def _without(schema: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key not in keys}
