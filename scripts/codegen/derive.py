"""Wire document → derived document, the Python-facing one that the generator reads.

Here overrides act on types: `;` strings become arrays, envelopes are unwrapped, responses other
than success go (errors become exceptions), open enums take any text, unreachable schemas are left
out.
Models that are read have every attribute; only models that are written know `UNSET`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from .document import Document, OperationSource

__all__ = ["Derived", "Field", "Kind", "Model", "OperationPlan", "derive"]

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


@dataclass(frozen=True)
class OperationPlan:
    """An operation, as far as the emitters need it.

    Args:
        source: The operation in the document.
        envelope: Members that lead to the payload.
        payload: What the payload is; None for none.
        body: Name of the input model; empty for none.
        paging: The paging extension; None for what is no list.
        effect: `read` or `write`.
        parameters: Kinds of the parameters by their names on the wire.
    """

    source: OperationSource
    envelope: tuple[str, ...]
    payload: Kind | None
    body: str
    paging: dict[str, Any] | None
    effect: str
    parameters: dict[str, Kind]


@dataclass
class Derived:
    """The derived document and what it no longer says.

    Args:
        document: The wire document.
        tree: The derived document.
        models: Models by name.
        enums: Names of the enum schemas.
        forms: Names of the classes of `crmkit.core.forms` that are used.
        operations: The operations.
    """

    document: Document
    tree: dict[str, Any] = field(default_factory=dict)
    models: dict[str, Model] = field(default_factory=dict)
    enums: set[str] = field(default_factory=set)
    forms: set[str] = field(default_factory=set)
    operations: list[OperationPlan] = field(default_factory=list)


def derive(document: Document) -> Derived:
    """Derive the Python-facing document.

    Raises:
        DocumentError: It holds a form that the emitters do not know.
    """
    return _Derivation(document).run()


class _Derivation:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.out = Derived(document)
        self.schemas: dict[str, Any] = {}

    def run(self) -> Derived:
        paths: dict[str, Any] = {}
        for source in self.document.operations:
            node = self._operation(source)
            paths.setdefault(source.path, {})[source.method] = node
        for form in sorted(self.out.forms):
            # Only a name for the generator; the class is crmkit.core.forms' own.
            self.schemas[form] = {"type": "object", "properties": {"text": {"type": "string"}}}
        info = self.document.tree["info"]
        self.out.tree = {
            "openapi": "3.1.0",
            "info": {"title": info["title"], "version": info["version"]},
            "tags": self.document.tree.get("tags", []),
            "paths": paths,
            "components": {"schemas": dict(sorted(self.schemas.items()))},
        }
        return self.out

    # -- operations --------------------------------------------------------------------------------

    def _operation(self, source: OperationSource) -> dict[str, Any]:
        node: dict[str, Any] = {"operationId": source.id, "tags": [source.tag]}
        node |= {
            key: one_line(source.node[key])
            for key in ("summary", "description")
            if key in source.node
        }
        kinds: dict[str, Kind] = {}
        parameters = [self._parameter(one, source, kinds) for one in source.node["parameters"]]
        if parameters:
            node["parameters"] = parameters
        body = self._body(source)
        if body:
            schema = {"$ref": f"#/components/schemas/{body}"}
            node["requestBody"] = {
                "required": True,
                "content": {"application/json": {"schema": schema}},
            }
        envelope, payload, schema_out = self._payload(source)
        success: dict[str, Any] = {"description": "Success."}
        if schema_out is not None:
            success["content"] = {"application/json": {"schema": schema_out}}
        # Any 2xx: what is success, and not its number, decides.
        node["responses"] = {"2XX": success}
        effect = source.node.get("x-crmkit-effect", "read" if source.method == "get" else "write")
        paging = source.node.get("x-crmkit-paging")
        self._check_paging(source, paging, payload, parameters)
        self.out.operations.append(
            OperationPlan(source, envelope, payload, body, paging, effect, kinds)
        )
        return node

    def _check_paging(
        self,
        source: OperationSource,
        paging: dict[str, Any] | None,
        payload: Kind | None,
        parameters: list[Any],
    ) -> None:
        refuse, place = self.document.refuse, source.place
        is_list = payload is not None and payload.name == "list"
        if is_list and paging is None:
            refuse(
                place,
                "answers a list and has no x-crmkit-paging",
                "say how it continues, if only {strategy: none}",
            )
        if paging is None:
            return
        if not is_list:
            refuse(
                place,
                "has x-crmkit-paging, but its payload is no list",
                "mend x-crmkit-envelope, or take it away",
            )
        names = {parameter["name"] for parameter in parameters}
        for key in ("number", "size"):
            if key in paging and paging[key] not in names:
                refuse(
                    place,
                    f"x-crmkit-paging names no parameter by {key}: {paging[key]!r}",
                    "name a query parameter",
                )

    def _parameter(
        self, node: dict[str, Any], source: OperationSource, kinds: dict[str, Kind]
    ) -> dict[str, Any]:
        place = f"{source.place} parameters"
        node = self.document.resolve(node, place)
        schema = self.document.resolve(node.get("schema", {}), place)
        kind, nullable, derived = self._kind(schema, f"{place}/{node['name']}", "write")
        if kind.name not in {"text", "integer", "number", "boolean", "instant", "date"} or nullable:
            self.document.refuse(
                f"{place}/{node['name']}",
                f"the emitter does not know {kind.name} as a parameter",
                "use a plain type, without null",
            )
        kinds[node["name"]] = kind
        if kind.name in {"instant", "date"}:
            derived = {"type": "string"}  # written here, as the generator writes +00:00 for Z
        described = {**derived, "description": one_line(node.get("description", ""))}
        return {
            "name": node["name"],
            "in": node["in"],
            "required": node.get("required", False),
            "schema": described,
        }

    def _body(self, source: OperationSource) -> str:
        if "requestBody" not in source.node:
            return ""
        place = f"{source.place} requestBody"
        content = self.document.resolve(source.node["requestBody"], place).get("content", {})
        if "application/json" not in content:
            self.document.refuse(
                place, "has no application/json", "add it; other media types are extra"
            )
        schema = content["application/json"].get("schema", {})
        kind, _, _ = self._kind(schema, place, "write")
        if kind.name != "model":
            self.document.refuse(
                place, f"is no object but {kind.name}", "refer to an object schema"
            )
        return kind.ref

    def _payload(
        self, source: OperationSource
    ) -> tuple[tuple[str, ...], Kind | None, dict[str, Any] | None]:
        place = f"{source.place} responses"
        good = sorted(
            status for status in source.node.get("responses", {}) if str(status).startswith("2")
        )
        if not good:
            self.document.refuse(place, "has no success", "add the 2xx response")
        response = self.document.resolve(source.node["responses"][good[0]], place)
        content = response.get("content", {})
        if not content or source.method == "delete":
            return (), None, None
        if "application/json" not in content:
            self.document.refuse(
                place, "the success has no application/json", "add it; other media types are extra"
            )
        dotted = source.node.get(
            "x-crmkit-envelope", self.document.tree.get("x-crmkit-envelope", "")
        )
        envelope = tuple(dotted.split(".")) if dotted else ()
        schema: dict[str, Any] = content["application/json"].get("schema", {})
        for member in envelope:
            properties = self.document.resolve(schema, place).get("properties", {})
            if member not in properties:
                self.document.refuse(
                    place, f"the envelope has no member {member!r}", "mend x-crmkit-envelope"
                )
            schema = properties[member]
        kind, nullable, derived = self._kind(schema, place, "read")
        inner = kind.items[0].name if kind.name == "list" else kind.name
        if inner in {"enum", "open_enum"}:
            self.document.refuse(place, "the payload is an enum", "describe it as a plain string")
        if nullable:
            self.document.refuse(
                place, "the payload may be null", "describe it without null; null is an error"
            )
        return envelope, kind, derived

    # -- schemas -----------------------------------------------------------------------------------

    def _model(self, name: str, mode: Literal["read", "write"]) -> None:
        known = self.out.models.get(name)
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
        self.out.models[name] = Model(name, mode, ())  # now, so that models may hold one another
        required = set(schema.get("required", []))
        properties = schema.get("properties", {})
        for missing in sorted(required - properties.keys()):
            self.document.refuse(
                place, f"requires {missing!r}, which is no property", "describe it"
            )
        fields: list[Field] = []
        derived: dict[str, Any] = {}
        for wire, node in properties.items():
            kind, nullable, out = self._kind(node, f"{place}/properties/{wire}", mode)
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
        self.out.models[name] = replace(self.out.models[name], fields=tuple(fields))
        self.schemas[name] = {
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

    def _kind(  # noqa: C901, PLR0911, PLR0912  # one case a kind
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
            item, item_null, item_out = self._kind(schema.get("items", {}), f"{place}/items", mode)
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
        self._model(name, mode)
        return Kind("model", ref=name), nullable, {"$ref": f"#/components/schemas/{name}"}

    def _string(self, schema: dict[str, Any]) -> tuple[Kind, dict[str, Any]]:
        separated = schema.get("x-crmkit-separated")
        if separated:
            element = separated["element"]
            if element in FORMS:
                self.out.forms.add(FORMS[element])
                items = {"$ref": f"#/components/schemas/{FORMS[element]}"}
            else:
                items = {"type": "string"}
            return Kind("separated", items=(Kind(element),)), {"type": "array", "items": items}
        if schema.get("x-crmkit-format") == "mailbox":
            self.out.forms.add("Mailbox")
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
        kind, nullable, out = self._kind(rest[0], place, mode)
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
        self.out.enums.add(name)
        self.schemas[name] = {
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
