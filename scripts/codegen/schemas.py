"""Schemas of the wire → models, and the derived schemas that the generator reads.

Here overrides act on types: `;` strings become arrays, digits become integers, open enums take any
string. Models that are read have every attribute; only models that are written know `UNSET`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .kinds import FORMS, LISTED, Field, Kind, Mode, Model, derived, python_type
from .unions import is_empty_array, is_nothing, one_of

if TYPE_CHECKING:
    from .document import Document

__all__ = ["Field", "Kind", "Model", "Schemas", "class_of", "one_line"]

FORM = "application/x-www-form-urlencoded"
FREE = "FreeObject"
"""What an object of which nothing is said is called in annotations."""

_CLEARABLE = {"str", "date", "dmy", "datetime", "country", "separated"}
"""Kinds of which an empty string, sent in a form, means null."""

_SCALARS = {"integer": "int", "number": "float", "boolean": "bool"}

_NUMERIC = {"unix", "bit"}
"""The formats of `x-crmkit-format` that are integers on the wire."""

TAKEN = {
    "Any",
    "AsyncPager",
    "Walk",
    "AsyncResources",
    "File",
    "FreeObject",
    "LabeledValue",
    "Mailbox",
    "Mapping",
    "Model",
    "Options",
    "Pager",
    "Resource",
    "Resources",
    "UNSET",
    "Unset",
}
"""Names that emitted modules import or define, which no schema may have."""


class Schemas:
    """The schemas that operations reach, each as model or enum and in its derived form.

    Args:
        document: The wire document.

    Attributes:
        models: Models by name.
        enums: Names of the enum schemas.
        forms: Names of the classes of `crmkit.core.codec.labeled` that are used.
        aliases: Types that have a name in annotations, by that name.
        tree: The derived schemas by name.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self.form_bodies = _form_bodies(document)
        self.models: dict[str, Model] = {}
        self.enums: set[str] = set()
        self.forms: set[str] = set()
        self.aliases: dict[str, str] = {}
        self.tree: dict[str, Any] = {}

    def model(self, name: str, mode: Mode) -> None:
        """Make a model of a schema and of those it refers to.

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
        self._check_name(name)
        schema = self.document.schemas[name]
        if "allOf" in schema:
            self.document.refuse(place, "the emitter does not know allOf", "write the members out")
        self.models[name] = Model(
            name, mode, ()
        )  # before its fields, as models may hold one another
        required = set(schema.get("required", []))
        properties = schema.get("properties", {})
        for missing in sorted(required - properties.keys()):
            self.document.refuse(
                place, f"requires {missing!r}, which is not a property", "describe it"
            )
        fields: list[Field] = []
        members: dict[str, Any] = {}
        for wire, node in properties.items():
            resolved = self.document.resolve(node, f"{place}/properties/{wire}")
            if resolved.get("readOnly" if mode == "write" else "writeOnly"):
                continue
            kind, nullable, out = self.kind(node, f"{place}/properties/{wire}", mode)
            # A form has no null: an empty string clears a member.
            nullable = nullable or (
                name in self.form_bodies and wire not in required and kind.name in _CLEARABLE
            )
            one = Field(
                wire,
                kind,
                wire in required,
                nullable,
                tuple(resolved.get("x-crmkit-alias", ())),
                resolved.get("x-crmkit-name", wire),
                _described(resolved),
                secret=resolved.get("format") == "password",
            )
            fields.append(one)
            members[one.derived] = {
                **self._nullable(out, one, mode),
                "description": one.description,
            }
        self.models[name] = replace(self.models[name], fields=tuple(fields))
        self.tree[name] = {
            "type": "object",
            "description": one_line(schema.get("description", "")),
            "properties": members,
            "required": [one.derived for one in fields if mode == "read" or one.required],
            # Open whatever the wire says: a later release of the server may send more.
            "additionalProperties": True,
        }

    def _check_name(self, name: str) -> None:
        resources = {class_of(tag["name"]) for tag in self.document.tree["tags"]}
        if name in TAKEN or name.removeprefix("Async") in resources:
            self.document.refuse(
                f"components/schemas/{name}",
                f"{name} is another class's name",
                "call it differently",
            )

    def _alias(self, name: str, type_: str) -> None:
        """Give a type a name in annotations."""
        self.aliases[name] = type_
        # Only a name for the generator.
        self.tree[name] = {"type": "object", "properties": {"text": {"type": "string"}}}

    def _nullable(self, out: dict[str, Any], one: Field, mode: str) -> dict[str, Any]:
        null = (
            one.nullable
            if mode == "write"
            else one.kind.name not in LISTED and (one.nullable or not one.required)
        )
        if not null or one.kind.name == "any":
            return out
        if "anyOf" in out:
            return {"anyOf": [*out["anyOf"], {"type": "null"}]}
        if "$ref" in out:
            return {"anyOf": [out, {"type": "null"}]}
        return {**out, "type": [out["type"], "null"]}

    def kind(
        self, node: dict[str, Any], place: str, mode: Mode
    ) -> tuple[Kind, bool, dict[str, Any]]:
        """Return what a schema holds, whether it may be null, and its derived form without null."""
        name = node.get("$ref", "").removeprefix("#/components/schemas/")
        schema = self.document.resolve(node, place)
        if schema.get("x-crmkit-open-enum"):
            kind, nullable = self._open_enum(
                schema, name, f"components/schemas/{name}" if name else place, mode
            )
        elif "x-crmkit-format" in schema:
            kind, nullable = self._formatted(schema, place)
        elif "anyOf" in schema or "oneOf" in schema:
            kind, nullable = self._union(schema, place, mode)
        else:
            kind, nullable = self._typed(schema, name, place, mode)
        return kind, nullable, derived(kind)

    def _typed(  # noqa: PLR0911  # one case a type
        self, schema: dict[str, Any], name: str, place: str, mode: Mode
    ) -> tuple[Kind, bool]:
        """Return the kind of a schema that says its type."""
        types = _types(schema)
        nullable = "null" in types
        types = [one for one in types if one != "null"]
        if "x-crmkit-separated" in schema and types != ["string"]:
            self.document.refuse(
                place,
                f"x-crmkit-separated is on {' | '.join(types)}",
                "it says how a string is read",
            )
        if len(types) > 1:
            forms = [{**schema, "type": one} for one in types]
            kinds = [self.kind(one, place, mode)[0] for one in forms]
            return one_of(self.document, place, kinds), nullable
        if not types:
            if schema.keys() - {"description", "examples", "x-crmkit-evidence", "title"}:
                self.document.refuse(
                    place, "has no type", "add one, or leave only the description for any value"
                )
            return Kind("any"), False
        match types[0]:
            case "string" if "enum" in schema:
                kind, nullable = self._enum(schema, name, place, nullable=nullable)
                # Whoever writes may say "red", too, and not only Color.RED.
                return (kind if mode == "read" else replace(kind, name="open_enum")), nullable
            case "string":
                return self._string(schema, place), nullable
            case "integer" | "number" | "boolean":
                self._check_values(schema, place, types[0])
                return Kind(_SCALARS[types[0]]), nullable
            case "array":
                item, item_null, _ = self.kind(schema.get("items", {}), f"{place}/items", mode)
                if item.name == "separated":
                    self.document.refuse(
                        f"{place}/items",
                        "the emitter does not know a list of separated",
                        "use plain items",
                    )
                if item_null:
                    item = Kind("optional", items=(item,))
                return Kind("list", items=(item,)), nullable
            case "object":
                return self._object(schema, name, place, mode), nullable
            case other:
                return self.document.refuse(
                    place, f"there is no type {other!r}", "write one of JSON's"
                )

    def _check_values(self, schema: dict[str, Any], place: str, type_: str) -> None:
        """Refuse an enum of numbers that holds something else."""
        kinds = {"integer": int, "number": int | float, "boolean": bool}
        if not all(one is None or isinstance(one, kinds[type_]) for one in schema.get("enum", ())):
            self.document.refuse(
                place, f"the enum has values that are not {type_}", "describe it by its type"
            )

    def _object(self, schema: dict[str, Any], name: str, place: str, mode: Mode) -> Kind:
        known = name in self.document.schemas
        more = schema.get("additionalProperties", True)
        if not schema.get("properties") and not isinstance(more, dict):
            if FREE not in self.aliases:
                self._alias(FREE, "dict[str, Any]")
            return Kind("map", ref=FREE, items=(Kind("any"),))
        if not known:
            self.document.refuse(
                place, "an object is inline", "move it to components/schemas and refer to it"
            )
        if schema.get("properties"):
            self.model(name, mode)
            return Kind("model", ref=name)
        self._check_name(name)
        item, nullable, _ = self.kind(more, f"{place}/additionalProperties", mode)
        kind = Kind("map", name, (Kind("optional", items=(item,)) if nullable else item,))
        self._alias(name, python_type(kind))
        return kind

    def _formatted(self, schema: dict[str, Any], place: str) -> tuple[Kind, bool]:
        """Return the kind of a single value in another wire form than JSON's."""
        name = schema["x-crmkit-format"]
        types = [one for one in _types(schema) if one != "null"]
        expected = "integer" if name in _NUMERIC else "string"
        if types not in ([], [expected]):
            self.document.refuse(
                place, f"x-crmkit-format is on {types[0]}", f"{name} says how {expected}s read"
            )
        forms = schema.get("anyOf", schema.get("oneOf", []))
        if name == "mailbox":
            self.forms.add("Mailbox")
        return Kind(name), "null" in _types(schema) or any(map(is_nothing, forms))

    def _string(self, schema: dict[str, Any], place: str) -> Kind:
        separated = schema.get("x-crmkit-separated")
        if separated:
            element, by = separated["element"], separated["by"]
            if "between" in separated:
                return Kind(
                    "separated",
                    items=(self._element(element, place),),
                    by=by,
                    between=separated["between"],
                )
            if element in FORMS:
                self.forms.add(FORMS[element])
                if by != ";":
                    self.document.refuse(
                        place, f"{element} values are separated by {by!r}", "separate them by ';'"
                    )
            element = "str" if element == "text" else element
            return Kind("separated", items=(Kind(element),), by=by)
        if (
            schema.get("format") == "binary"
            or schema.get("contentMediaType") == "application/octet-stream"
        ):
            return Kind("file")
        return Kind({"date-time": "datetime", "date": "date"}.get(schema.get("format", ""), "str"))

    def _element(self, name: str, place: str) -> Kind:
        """Return the model of the elements of a string that holds a list."""
        if name not in self.document.schemas:
            self.document.refuse(place, f"there is no schema {name}", "name a schema")
        self.model(name, "write")
        model = self.models[name]
        for one in model.fields:
            if one.kind.name not in {"str", "enum", "open_enum"} or not one.required:
                self.document.refuse(
                    f"components/schemas/{name}",
                    f"{one.wire!r} cannot stand between separators",
                    "make it a required string",
                )
        self._alias(f"{name}OrMapping", f"{name} | Mapping[str, str]")
        return Kind("model", ref=name)

    def _union(self, schema: dict[str, Any], place: str, mode: Mode) -> tuple[Kind, bool]:
        kinds: list[Kind] = []
        nullable = has_empty_array = False
        for node in schema.get("anyOf", schema.get("oneOf", [])):
            resolved = self.document.resolve(node, place)
            if is_nothing(resolved):
                nullable = True
                continue
            kind, null, _ = self.kind(node, place, mode)
            nullable = nullable or null
            has_empty_array = has_empty_array or is_empty_array(resolved)
            kinds.append(kind)
        if has_empty_array and any(one.name == "map" for one in kinds):
            kinds = [
                replace(one, empty_list_as_map=True) if one.name == "map" else one
                for one in kinds
                if one.name != "list"
            ]
        if not kinds:
            self.document.refuse(place, "is a union without members", "add a schema besides null")
        return one_of(self.document, place, kinds, lenient=mode == "write"), nullable

    def _enum(
        self, schema: dict[str, Any], name: str, place: str, *, nullable: bool
    ) -> tuple[Kind, bool]:
        if not name:
            self.document.refuse(
                place, "an enum is inline", "move it to components/schemas and refer to it"
            )
        values = [one for one in schema["enum"] if one is not None]
        if not all(isinstance(one, str) for one in values):
            self.document.refuse(
                place, "the enum has values that are not strings", "describe it by its type"
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
        return Kind("enum", ref=name), nullable or len(values) < len(schema["enum"])

    def _open_enum(
        self, schema: dict[str, Any], name: str, place: str, mode: Mode
    ) -> tuple[Kind, bool]:
        members = schema.get("anyOf", [])
        closed = [one for one in members if "enum" in one]
        texts = [one for one in members if one.get("type") == "string" and "enum" not in one]
        if len(closed) != 1 or not texts:
            self.document.refuse(
                place, "is not an open enum", "write anyOf with an enum and a plain string"
            )
        described = {**closed[0], "description": schema.get("description", "")}
        kind, _ = self._enum(described, name, place, nullable=False)
        rest = [one for one in members if one not in closed and one not in texts]
        more = [self.kind(one, place, mode)[0] for one in rest if not is_nothing(one)]
        open_ = Kind("open_enum", ref=kind.ref)
        return one_of(self.document, place, [open_, *more]), any(map(is_nothing, rest))


def class_of(tag: str) -> str:
    """Return the name of a resource class: `CustomFields` for `custom_fields`."""
    return "".join(part.capitalize() for part in tag.split("_"))


def _form_bodies(document: Document) -> set[str]:
    """Return the names of the schemas of bodies that are sent as forms."""
    found: set[str] = set()
    for operation in document.operations:
        body = document.resolve(operation.node.get("requestBody", {}), operation.place)
        content = body.get("content", {})
        if "application/json" not in content and FORM in content:
            found.add(str(content[FORM].get("schema", {}).get("$ref", "")).rpartition("/")[2])
    return found


def _types(schema: dict[str, Any]) -> list[str]:
    """Return the JSON types of a schema, that of its constant if it says no other."""
    if "type" not in schema and "const" in schema:
        kinds = {bool: "boolean", int: "integer", float: "number", str: "string"}
        return [kinds.get(type(schema["const"]), "null")]
    types = schema.get("type", [])
    return [types] if isinstance(types, str) else list(types)


def _described(schema: dict[str, Any]) -> str:
    """Return the description of a member, with the numbers that it may be."""
    text = one_line(schema.get("description", ""))
    numbers = [one for one in schema.get("enum", ()) if isinstance(one, int)]
    if not numbers:
        return text
    listed = ", ".join(map(str, numbers[:-1])) + f" or {numbers[-1]}" if numbers[1:] else numbers[0]
    return f"{text} {listed}.".strip()


def one_line(text: str) -> str:
    """Return the part of a description that concerns users of Python, on one line.

    From a sentence that begins with "On the wire" on, it speaks of the wire only.
    """
    return re.split(r"(?:^|(?<=[.;:]) )On the wire\b", " ".join(text.split()))[0]
