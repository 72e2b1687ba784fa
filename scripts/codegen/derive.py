"""Wire document → derived document, the Python-facing one that the generator reads.

Here overrides act on operations: envelopes are unwrapped, responses other than success go (errors
become exceptions), and schemas that none reaches are left out. `schemas.py` acts on types.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .schemas import Schemas, one_line

if TYPE_CHECKING:
    from .document import Document, OperationSource
    from .schemas import Kind, Model

__all__ = ["Derived", "OperationPlan", "derive"]


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
        models: Models by name.
        enums: Names of the enum schemas.
        forms: Names of the classes of `crmkit.core.forms` that are used.
        aliases: Types that have a name in annotations, by that name.
        tree: The derived document.
        operations: The operations.
    """

    document: Document
    models: dict[str, Model]
    enums: set[str]
    forms: set[str]
    aliases: dict[str, str]
    tree: dict[str, Any] = field(default_factory=dict)
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
        self.schemas = Schemas(document)
        made = self.schemas
        self.out = Derived(document, made.models, made.enums, made.forms, made.aliases)

    def run(self) -> Derived:
        paths: dict[str, Any] = {}
        for source in self.document.operations:
            node = self._operation(source)
            paths.setdefault(source.path, {})[source.method] = node
        for form in sorted(self.schemas.forms):
            # Only a name for the generator; the class is crmkit.core.forms' own.
            self.schemas.tree[form] = {"type": "object", "properties": {"text": {"type": "string"}}}
        info = self.document.tree["info"]
        self.out.tree = {
            "openapi": "3.1.0",
            "info": {"title": info["title"], "version": info["version"]},
            "tags": self.document.tree.get("tags", []),
            "paths": paths,
            "components": {"schemas": dict(sorted(self.schemas.tree.items()))},
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
        kind, nullable, derived = self.schemas.kind(schema, f"{place}/{node['name']}", "write")
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
        kind, _, _ = self.schemas.kind(schema, place, "write")
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
        kind, nullable, derived = self.schemas.kind(schema, place, "read")
        inner = kind.items[0].name if kind.name == "list" else kind.name
        if inner in {"enum", "open_enum"}:
            self.document.refuse(place, "the payload is an enum", "describe it as a plain string")
        if nullable:
            self.document.refuse(
                place, "the payload may be null", "describe it without null; null is an error"
            )
        return envelope, kind, derived
