"""Schemas of the wire → models, and the derived schemas that the generator reads.

Here overrides act on types: `;` strings become arrays, digits become integers, open enums take any
string. Models that are read have every attribute; only models that are written know `UNSET`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .imports import TAKEN
from .kinds import FORMS, LISTED, Field, Kind, Mode, Model, any_of, derived, python_type
from .prose import one_line
from .unions import is_empty_array, is_nothing, one_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .document import Document

__all__ = ["Schemas", "class_of"]

FORM = "application/x-www-form-urlencoded"
FREE = "FreeObject"
"""What an object of which nothing is said is called in annotations."""

_CLEARABLE = {"str", "date", "dmy", "datetime", "country", "separated"}
"""Kinds of which an empty string, sent in a form, means null."""

_MOVE = "move it to components/schemas and refer to it"
_SCALARS = {"integer": "int", "number": "float", "boolean": "bool"}

_NUMERIC = {"unix", "bit"}
"""The formats of `x-crmkit-format` that are integers on the wire."""


class Schemas:
    """The schemas that operations reach, each as model or enum and in its derived form.

    Args:
        document: The wire document.

    Attributes:
        models: Models by name.
        enums: Names of the enum schemas.
        aliases: Types that have a name in annotations, by that name.
        chosen_names: Names that the document gives attributes, which stay as they are.
        tree: The derived schemas by name.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self.refuse = document.refuse
        self.form_bodies = _form_bodies(document)
        self.class_names = {class_of(tag["name"]) for tag in document.tree["tags"]}
        self.models: dict[str, Model] = {}
        self.enums: set[str] = set()
        self.aliases: dict[str, str] = {}
        self.chosen_names: set[str] = set()
        self.tree: dict[str, Any] = {}

    def model(self, name: str, mode: Mode) -> None:
        """Make a model of a schema and of those it refers to.

        Args:
            name: Name of the schema.
            mode: Whether replies or requests hold it.

        Raises:
            DocumentError: It cannot be made one.
        """
        place = f"components/schemas/{name}"
        if name in self.models:
            if self.models[name].mode != mode:
                remedy = "make two schemas, one for each"
                self.refuse(place, "is both read and written", remedy)
            return
        self._check_name(name)
        schema = self.document.schemas[name]
        if "allOf" in schema:
            self.refuse(place, "the emitter does not know allOf", "write the members out")
        self.models[name] = Model(name, mode, ())  # before its fields: models may hold one another
        required = set(schema.get("required", []))
        properties = schema.get("properties", {})
        for missing in sorted(required - properties.keys()):
            self.refuse(place, f"requires {missing!r}, which is not a property", "describe it")
        fields: list[Field] = []
        for wire, node in properties.items():
            resolved = self.document.resolve(node, f"{place}/properties/{wire}")
            if resolved.get("readOnly" if mode == "write" else "writeOnly"):
                continue
            kind, nullable = self.kind(node, f"{place}/properties/{wire}", mode)
            # A form has no null: an empty string clears a member.
            cleared = name in self.form_bodies and wire not in required and kind.name in _CLEARABLE
            if "x-crmkit-name" in resolved:
                self.chosen_names.add(resolved["x-crmkit-name"])
            fields.append(
                Field(
                    wire,
                    kind,
                    wire in required,
                    nullable or cleared,
                    tuple(resolved.get("x-crmkit-alias", ())),
                    resolved.get("x-crmkit-name", wire),
                    _described(resolved),
                    secret=resolved.get("format") == "password",
                )
            )
        more = bool(schema.get("additionalProperties"))
        self.models[name] = replace(self.models[name], fields=tuple(fields), more=more)
        self.tree[name] = {
            "type": "object",
            "description": one_line(schema.get("description", "")),
            "properties": {field.derived: _derived(field, mode) for field in fields},
            "required": [field.derived for field in fields if mode == "read" or field.required],
            # Open whatever the wire says: a later release of the server may send more.
            "additionalProperties": True,
        }

    def read_models(self, name: str) -> tuple[str, ...]:
        """Return the names of the models that replies hold of what an input model writes."""
        schemas = self.document.schemas
        ends = ("Input", "UpdateInput", "UploadInput")
        names = [name.removesuffix(end) for end in ends if name.endswith(end)]
        names.append(schemas[name].get("x-crmkit-read-schema", ""))
        for read in names:
            if read in schemas and read not in self.models:
                self.model(read, "read")
        found = dict.fromkeys(read for read in names if read in self.models)
        return tuple(read for read in found if self.models[read].mode == "read")

    def _check_name(self, name: str) -> None:
        if name in TAKEN or name.removeprefix("Async") in self.class_names:
            problem = f"{name} is another class's name"
            self.refuse(f"components/schemas/{name}", problem, "call it differently")

    def _name_only(self, name: str) -> None:
        """Let the generator know a name of which it makes no class that is used."""
        self.tree[name] = {"type": "object", "properties": {"text": {"type": "string"}}}

    def _alias(self, name: str, type_: str) -> None:
        """Give a type a name in annotations."""
        self.aliases[name] = type_
        self._name_only(name)

    def kind(self, node: dict[str, Any], place: str, mode: Mode) -> tuple[Kind, bool]:
        """Return what a schema holds, and whether it may be null."""
        name = node.get("$ref", "").removeprefix("#/components/schemas/")
        schema = self.document.resolve(node, place)
        if schema.get("x-crmkit-open-enum"):
            return self._open_enum(schema, name, place, mode)
        if "x-crmkit-format" in schema:
            return self._formatted(schema, place)
        if "anyOf" in schema or "oneOf" in schema:
            return self._union(schema, place, mode)
        return self._typed(schema, name, place, mode)

    def _item(self, node: dict[str, Any], place: str, mode: Mode) -> Kind:
        """Return what the items of a list or map hold, which may be null as well."""
        kind, nullable = self.kind(node, place, mode)
        return Kind("optional", items=(kind,)) if nullable else kind

    def _typed(  # noqa: PLR0911  # one case a type
        self, schema: dict[str, Any], name: str, place: str, mode: Mode
    ) -> tuple[Kind, bool]:
        """Return the kind of a schema that says its type."""
        nullable = "null" in _types(schema)
        types = [type_ for type_ in _types(schema) if type_ != "null"]
        if "x-crmkit-separated" in schema and types != ["string"]:
            problem = f"x-crmkit-separated is on {' | '.join(types)}"
            self.refuse(place, problem, "it says how a string is read")
        if len(types) > 1:
            kinds = [self.kind({**schema, "type": type_}, place, mode)[0] for type_ in types]
            return one_of(self.document, place, kinds), nullable
        if not types:
            if schema.keys() - {"description", "examples", "x-crmkit-evidence", "title"}:
                remedy = "add one, or leave only the description for any value"
                self.refuse(place, "has no type", remedy)
            return Kind("any"), False
        match types[0]:
            case "string" if "enum" in schema:
                kind, null = self._enum(schema, name, place)
                # Whoever writes may say "red", too, and not only Color.RED.
                kind = kind if mode == "read" else replace(kind, name="open_enum")
                return kind, nullable or null
            case "string":
                return self._string(schema, place), nullable
            case "integer" | "number" | "boolean":
                self._check_values(schema.get("enum", ()), place, types[0])
                return Kind(_SCALARS[types[0]]), nullable
            case "array":
                item = self._item(schema.get("items", {}), f"{place}/items", mode)
                if item.name == "separated":
                    problem = "the emitter does not know a list of separated"
                    self.refuse(f"{place}/items", problem, "use plain items")
                return Kind("list", items=(item,)), nullable
            case "object":
                return self._object(schema, name, place, mode), nullable
            case other:
                return self.refuse(place, f"there is no type {other!r}", "write one of JSON's")

    def _check_values(self, values: Iterable[Any], place: str, type_: str) -> None:
        """Refuse an enum that holds values of another type."""
        kinds = {"integer": int, "number": int | float, "boolean": bool, "strings": str}
        if not all(value is None or isinstance(value, kinds[type_]) for value in values):
            problem = f"the enum has values that are not {type_}"
            self.refuse(place, problem, "describe it by its type")

    def _object(self, schema: dict[str, Any], name: str, place: str, mode: Mode) -> Kind:
        more = schema.get("additionalProperties", True)
        if not schema.get("properties") and not isinstance(more, dict):
            self._alias(FREE, "dict[str, Any]")
            return Kind("map", ref=FREE, items=(Kind("any"),))
        if name not in self.document.schemas:
            self.refuse(place, "an object is inline", _MOVE)
        if schema.get("properties"):
            self.model(name, mode)
            reads = self.read_models(name) if mode == "write" else ()
            return Kind("model", ref=name, reads=reads)
        self._check_name(name)
        kind = Kind("map", name, (self._item(more, f"{place}/additionalProperties", mode),))
        self._alias(name, python_type(kind))
        return kind

    def _formatted(self, schema: dict[str, Any], place: str) -> tuple[Kind, bool]:
        """Return the kind of a single value in another wire form than JSON's."""
        name = schema["x-crmkit-format"]
        types = [type_ for type_ in _types(schema) if type_ != "null"]
        expected = "integer" if name in _NUMERIC else "string"
        if types not in ([], [expected]) and name != "decimal":
            problem = f"x-crmkit-format is on {types[0]}"
            self.refuse(place, problem, f"{name} says how {expected}s read")
        forms = schema.get("anyOf", schema.get("oneOf", []))
        if name in FORMS:
            self._name_only(FORMS[name])  # the class is that of crmkit.core.codec.labeled
        return Kind(name), "null" in _types(schema) or any(map(is_nothing, forms))

    def _string(self, schema: dict[str, Any], place: str) -> Kind:
        form = schema.get("format", "")
        if "x-crmkit-separated" in schema:
            return self._separated(schema["x-crmkit-separated"], place)
        if form == "binary" or schema.get("contentMediaType") == "application/octet-stream":
            return Kind("file")
        return Kind({"date-time": "datetime", "date": "date"}.get(form, "str"))

    def _separated(self, separated: dict[str, str], place: str) -> Kind:
        """Return the kind of a string that holds a list."""
        name, by = separated["element"], separated["by"]
        element = Kind("str" if name == "text" else name)
        if "between" in separated:
            element = self._element(name, place)
        elif name in FORMS:
            self._name_only(FORMS[name])  # the class is that of crmkit.core.codec.labeled
            if by != ";":
                problem = f"{name} values are separated by {by!r}"
                self.refuse(place, problem, "separate them by ';'")
        return Kind("separated", items=(element,), by=by, between=separated.get("between", ""))

    def _element(self, name: str, place: str) -> Kind:
        """Return the model of the elements of a string that holds a list."""
        if name not in self.document.schemas:
            self.refuse(place, f"there is no schema {name}", "name a schema")
        self.model(name, "write")
        for field in self.models[name].fields:
            if field.kind.name not in {"str", "enum", "open_enum"} or not field.required:
                problem = f"{field.wire!r} cannot stand between separators"
                self.refuse(f"components/schemas/{name}", problem, "make it a required string")
        models = " | ".join((name, *self.read_models(name)))
        self._alias(f"{name}OrMapping", f"{models} | Mapping[str, str]")
        return Kind("model", ref=name)

    def _union(self, schema: dict[str, Any], place: str, mode: Mode) -> tuple[Kind, bool]:
        kinds: list[Kind] = []
        nullable = has_empty_array = False
        for node in schema.get("anyOf", schema.get("oneOf", [])):
            resolved = self.document.resolve(node, place)
            if is_nothing(resolved):
                nullable = True
                continue
            kind, null = self.kind(node, place, mode)
            nullable = nullable or null
            has_empty_array = has_empty_array or is_empty_array(resolved)
            kinds.append(kind)
        if has_empty_array and any(kind.name == "map" for kind in kinds):
            kinds = [
                replace(kind, empty_list_as_map=True) if kind.name == "map" else kind
                for kind in kinds
                if kind.name != "list"
            ]
        if not kinds:
            self.refuse(place, "is a union without members", "add a schema besides null")
        return one_of(self.document, place, kinds, lenient=mode == "write"), nullable

    def _enum(self, schema: dict[str, Any], name: str, place: str) -> tuple[Kind, bool]:
        if not name:
            self.refuse(place, "an enum is inline", _MOVE)
        self._check_values(schema["enum"], place, "strings")
        values = [value for value in schema["enum"] if value is not None]
        made: dict[str, str] = {}
        for value in values:
            other = made.setdefault(re.sub(r"\W", "_", value).upper(), value)
            if other != value:
                problem = f"the values {other!r} and {value!r} make one name"
                self.refuse(place, problem, "describe it by its type")
        self.enums.add(name)
        self.tree[name] = {
            "type": "string",
            "enum": values,
            "description": one_line(schema.get("description", "")),
        }
        return Kind("enum", ref=name), None in schema["enum"]

    def _open_enum(
        self, schema: dict[str, Any], name: str, place: str, mode: Mode
    ) -> tuple[Kind, bool]:
        place = f"components/schemas/{name}" if name else place
        members = schema.get("anyOf", [])
        closed = [member for member in members if "enum" in member]
        rest = [member for member in members if "enum" not in member]
        others = [member for member in rest if member.get("type") != "string"]
        if len(closed) != 1 or others == rest:
            remedy = "write anyOf with an enum and a plain string"
            self.refuse(place, "is not an open enum", remedy)
        described = {**closed[0], "description": schema.get("description", "")}
        kind, _ = self._enum(described, name, place)
        more = [self.kind(member, place, mode)[0] for member in others if not is_nothing(member)]
        kinds = [replace(kind, name="open_enum"), *more]
        return one_of(self.document, place, kinds), any(map(is_nothing, others))


def _derived(field: Field, mode: Mode) -> dict[str, Any]:
    """Return the schema from which the generator makes an attribute."""
    schema = derived(field.kind)
    null = field.nullable
    if field.kind.name == "decimal" and mode == "write":
        schema = any_of([schema, {"type": "number"}])
    if mode == "read":
        null = field.kind.name not in LISTED and not field.identifies
    if null and field.kind.name != "any":
        schema = any_of([schema, {"type": "null"}])
    return {**schema, "description": field.description}


def class_of(tag: str) -> str:
    """Return the name of a resource class: `CustomFields` for `custom_fields`."""
    return "".join(part.capitalize() for part in tag.split("_"))


def _form_bodies(document: Document) -> set[str]:
    """Return the names of the schemas of bodies that are sent as forms."""
    names: set[str] = set()
    for operation in document.operations:
        body = document.resolve(operation.node.get("requestBody", {}), operation.place)
        content = body.get("content", {})
        if "application/json" not in content and FORM in content:
            names.add(content[FORM].get("schema", {}).get("$ref", "").rpartition("/")[2])
    return names


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
    numbers = [value for value in schema.get("enum", ()) if isinstance(value, int)]
    if not numbers:
        return text
    listed = ", ".join(map(str, numbers[:-1])) + f" or {numbers[-1]}" if numbers[1:] else numbers[0]
    return f"{text} {listed}.".strip()
