"""Schemas of the wire → models, and the derived schemas that the generator reads.

Here overrides act on types: `;` strings become arrays, digits become integers, open enums take any
text. Models that are read have every attribute; only models that are written know `UNSET`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from .document import Document

__all__ = ["FORMS", "Field", "Kind", "Model", "Schemas", "class_of", "one_line"]

FORMS = {"labeled": "LabeledValue", "mailbox": "Mailbox"}
"""Classes of `crmkit.core.forms` by the element form that makes them."""


TAKEN = {
    "Any",
    "AsyncPager",
    "Walk",
    "AsyncResources",
    "LabeledValue",
    "Mailbox",
    "Mapping",
    "Options",
    "Pager",
    "Resource",
    "Resources",
    "UNSET",
    "Unset",
}
"""Names that emitted modules import or define, which no schema may have."""


@dataclass(frozen=True)
class Kind:
    """How a value looks on the wire and in Python.

    Args:
        name: One of `text integer number boolean instant date digits mailbox any model enum
            open_enum list separated`.
        ref: Schema name of a model or enum.
        items: One kind: that of a list's items, or of a `;` list's elements (`text`,
            `labeled`, `mailbox`).
    """

    name: str
    ref: str = ""
    items: tuple[Kind, ...] = ()


@dataclass(frozen=True)
class Field:
    """A member of a model.

    Args:
        wire: Name on the wire.
        kind: What it holds.
        required: Whether the wire document requires it.
        nullable: Whether the wire document allows null.
        aliases: Other spellings that are read.
        derived: Name in the derived document, from which the attribute's name is made.
        description: The document's description.
    """

    wire: str
    kind: Kind
    required: bool
    nullable: bool
    aliases: tuple[str, ...]
    derived: str
    description: str


@dataclass(frozen=True)
class Model:
    """A schema that becomes a class.

    Args:
        name: Name of schema and class.
        mode: Whether replies or requests hold it.
        fields: Its members.
    """

    name: str
    mode: Literal["read", "write"]
    fields: tuple[Field, ...]


class Schemas:
    """The schemas that operations reach, each as model or enum and in its derived form.

    Args:
        document: The wire document.

    Attributes:
        models: Models by name.
        enums: Names of the enum schemas.
        forms: Names of the classes of `crmkit.core.forms` that are used.
        tree: The derived schemas by name.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self.models: dict[str, Model] = {}
        self.enums: set[str] = set()
        self.forms: set[str] = set()
        self.tree: dict[str, Any] = {}

    def model(self, name: str, mode: Literal["read", "write"]) -> None:
        """Make a schema a model, together with those it refers to.

        Args:
            name: Name of the schema.
            mode: Whether replies or requests hold it.

        Raises:
            DocumentError: It cannot be made one.
        """
        known = self.models.get(name)
        place = f"components/schemas/{name}"
        if known is not None:
            if known.mode != mode:
                self.document.refuse(
                    place, "is both read and written", "make two schemas, one for each"
                )
            return
        resources = {class_of(tag["name"]) for tag in self.document.tree["tags"]}
        if name in TAKEN or name.removeprefix("Async") in resources:
            self.document.refuse(place, f"{name} is another class's name", "call it differently")
        schema = self.document.schemas[name]
        if "allOf" in schema:
            self.document.refuse(place, "the emitter does not know allOf", "write the members out")
        self.models[name] = Model(name, mode, ())  # now, so that models may hold one another
        required = set(schema.get("required", []))
        properties = schema.get("properties", {})
        for missing in sorted(required - properties.keys()):
            self.document.refuse(
                place, f"requires {missing!r}, which is no property", "describe it"
            )
        fields: list[Field] = []
        derived: dict[str, Any] = {}
        for wire, node in properties.items():
            kind, nullable, out = self.kind(node, f"{place}/properties/{wire}", mode)
            resolved = self.document.resolve(node, place)
            description = one_line(resolved.get("description", ""))
            called = resolved.get("x-crmkit-name", wire)
            one = Field(
                wire,
                kind,
                wire in required,
                nullable,
                tuple(resolved.get("x-crmkit-alias", ())),
                called,
                description,
            )
            fields.append(one)
            derived[called] = {**self._nullable(out, one, mode), "description": description}
        self.models[name] = replace(self.models[name], fields=tuple(fields))
        self.tree[name] = {
            "type": "object",
            "description": one_line(schema.get("description", "")),
            "properties": derived,
            "required": [one.derived for one in fields if mode == "read" or one.required],
            # Open whatever the wire says: a later release of the server may send more.
            "additionalProperties": True,
        }

    def _nullable(self, out: dict[str, Any], one: Field, mode: str) -> dict[str, Any]:
        listed = one.kind.name in {"list", "separated"}
        null = (
            one.nullable if mode == "write" else not listed and (one.nullable or not one.required)
        )
        if not null or one.kind.name == "any":
            return out
        if "anyOf" in out:
            return {"anyOf": [*out["anyOf"], {"type": "null"}]}
        if "$ref" in out:
            return {"anyOf": [out, {"type": "null"}]}
        return {**out, "type": [out["type"], "null"]}

    def kind(  # noqa: C901, PLR0911, PLR0912  # one case a kind
        self, node: dict[str, Any], place: str, mode: Literal["read", "write"]
    ) -> tuple[Kind, bool, dict[str, Any]]:
        """Return what a schema holds, whether it may be null, and its derived form without null."""
        name = node.get("$ref", "").removeprefix("#/components/schemas/")
        schema = self.document.resolve(node, place)
        kinds = schema.get("type", [])
        kinds = [kinds] if isinstance(kinds, str) else list(kinds)
        nullable = "null" in kinds
        kinds = [one for one in kinds if one != "null"]

        if schema.get("x-crmkit-open-enum"):
            return self._open_enum(schema, name, f"components/schemas/{name}" if name else place)
        for extension in ("x-crmkit-separated", "x-crmkit-format"):
            if extension in schema and kinds not in ([], ["string"]):
                self.document.refuse(
                    place, f"{extension} stands at {kinds[0]}", "it says how a string is read"
                )
        if schema.get("x-crmkit-format") == "digits":
            return Kind("digits"), nullable, {"type": "integer"}
        if "anyOf" in schema or "oneOf" in schema:
            return self._union(schema, place, mode)
        if len(kinds) > 1:
            self.document.refuse(
                place, f"the emitter does not know the union {' | '.join(kinds)}", "choose one type"
            )
        if "enum" in schema:
            return self._enum(schema, name, place, nullable=nullable)
        if not kinds:
            if schema.keys() - {"description", "examples", "x-crmkit-evidence", "title"}:
                self.document.refuse(
                    place, "has no type", "add one, or leave only the description for any value"
                )
            return Kind("any"), False, {}
        if kinds == ["string"]:
            kind, out = self._string(schema)
            return kind, nullable, out
        if kinds[0] in {"integer", "number", "boolean"}:
            return Kind(kinds[0]), nullable, {"type": kinds[0]}
        if kinds == ["array"]:
            item, item_null, item_out = self.kind(schema.get("items", {}), f"{place}/items", mode)
            if item_null or item.name in {
                "list",
                "separated",
                "any",
                "date",
                "instant",
                "digits",
                "mailbox",
            }:
                null = "null in it" if item_null else item.name
                self.document.refuse(
                    f"{place}/items",
                    f"the emitter does not know a list of {null}",
                    "use plain items",
                )
            return Kind("list", items=(item,)), nullable, {"type": "array", "items": item_out}
        if kinds != ["object"]:
            self.document.refuse(place, f"there is no type {kinds[0]!r}", "write one of JSON's")
        if not name or name not in self.document.schemas:
            self.document.refuse(
                place, "an object stands inline", "move it to components/schemas and refer to it"
            )
        self.model(name, mode)
        return Kind("model", ref=name), nullable, {"$ref": f"#/components/schemas/{name}"}

    def _string(self, schema: dict[str, Any]) -> tuple[Kind, dict[str, Any]]:
        separated = schema.get("x-crmkit-separated")
        if separated:
            element = separated["element"]
            if element in FORMS:
                self.forms.add(FORMS[element])
                items = {"$ref": f"#/components/schemas/{FORMS[element]}"}
            else:
                items = {"type": "string"}
            return Kind("separated", items=(Kind(element),)), {"type": "array", "items": items}
        if schema.get("x-crmkit-format") == "mailbox":
            self.forms.add("Mailbox")
            return Kind("mailbox"), {"$ref": "#/components/schemas/Mailbox"}
        formats = {"date-time": "instant", "date": "date"}
        if schema.get("format") in formats:
            return Kind(formats[schema["format"]]), {"type": "string", "format": schema["format"]}
        return Kind("text"), {"type": "string"}

    def _union(
        self, schema: dict[str, Any], place: str, mode: Literal["read", "write"]
    ) -> tuple[Kind, bool, dict[str, Any]]:
        nodes = schema.get("anyOf", schema.get("oneOf", []))
        rest = [one for one in nodes if not _is_nothing(self.document.resolve(one, place))]
        if len(rest) != 1:
            self.document.refuse(
                place,
                f"the emitter does not know a union of {len(rest)} forms",
                "leave one besides null, or mark an open enum with x-crmkit-open-enum",
            )
        kind, nullable, out = self.kind(rest[0], place, mode)
        return kind, nullable or len(rest) < len(nodes), out

    def _enum(
        self, schema: dict[str, Any], name: str, place: str, *, nullable: bool
    ) -> tuple[Kind, bool, dict[str, Any]]:
        if not name:
            self.document.refuse(
                place, "an enum stands inline", "move it to components/schemas and refer to it"
            )
        values = [one for one in schema["enum"] if one is not None]
        if not all(isinstance(one, str) for one in values):
            self.document.refuse(
                place, "the enum holds other values than texts", "describe it by its type"
            )
        made: dict[str, str] = {}
        for one in values:
            other = made.setdefault(re.sub(r"\W", "_", one).upper(), one)
            if other != one:
                self.document.refuse(
                    place,
                    f"the values {other!r} and {one!r} make one name",
                    "describe it by its type",
                )
        self.enums.add(name)
        self.tree[name] = {
            "type": "string",
            "enum": values,
            "description": one_line(schema.get("description", "")),
        }
        null = nullable or len(values) < len(schema["enum"])
        return Kind("enum", ref=name), null, {"$ref": f"#/components/schemas/{name}"}

    def _open_enum(
        self, schema: dict[str, Any], name: str, place: str
    ) -> tuple[Kind, bool, dict[str, Any]]:
        members = schema.get("anyOf", [])
        closed = [one for one in members if "enum" in one]
        if len(closed) != 1 or not any(
            one.get("type") == "string" and "enum" not in one for one in members
        ):
            self.document.refuse(
                place, "is no open enum", "write anyOf with an enum and a plain string"
            )
        described = {**closed[0], "description": schema.get("description", "")}
        kind, _, out = self._enum(described, name, place, nullable=False)
        nullable = any(one.get("type") == "null" for one in members)
        return Kind("open_enum", ref=kind.ref), nullable, {"anyOf": [out, {"type": "string"}]}


def class_of(tag: str) -> str:
    """Return the name of a resource class: `CustomFields` for `custom_fields`."""
    return "".join(part.capitalize() for part in tag.split("_"))


def _is_nothing(schema: dict[str, Any]) -> bool:
    return schema.get("type") == "null" or schema.get("const") == ""


def one_line(text: str) -> str:
    """Return what a description says to users of Python, on one line: docstrings are wrapped anew.

    From a sentence that begins with "On the wire" on, it speaks of the wire only.
    """
    return re.split(r"(?:^|(?<=[.;:]) )On the wire\b", " ".join(text.split()))[0]
