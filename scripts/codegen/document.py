"""Read a wire document, and refuse what cannot be generated from, naming place and remedy."""

from __future__ import annotations

import json
import keyword
import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import isfinite
from typing import TYPE_CHECKING, Any, NoReturn

import jsonschema_rs
import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Document", "DocumentError", "OperationSource", "load", "snake_case"]

METHODS = ("get", "put", "post", "delete", "patch")

_NAME = "^[a-z][a-z0-9]*(_[a-z0-9]+)*$"
_PATH_LIST = {"type": "string", "pattern": r"^[^.\s]+(\.[^.\s]+)*$"}
EXTENSIONS: dict[str, dict[str, Any]] = {
    "x-crmkit-alias": {"type": "array", "items": {"type": "string"}, "minItems": 1},
    "x-crmkit-effect": {"enum": ["read", "write"]},
    "x-crmkit-envelope": {"anyOf": [_PATH_LIST, {"const": ""}, {"type": "null"}]},
    "x-crmkit-evidence": {
        "type": "array",
        "items": {"type": "string", "pattern": r"^(page|recorded|assumption): \S"},
        "minItems": 1,
    },
    "x-crmkit-format": {
        "enum": ["digits", "mailbox", "unix", "dmy", "bit", "country", "espo_datetime"]
    },
    "x-crmkit-name": {"type": "string", "pattern": _NAME},
    "x-crmkit-narrows": {"type": "string", "pattern": _NAME},
    "x-crmkit-open-enum": {"const": True},
    "x-crmkit-paging": {
        "type": "object",
        "properties": {
            "strategy": {"enum": ["page", "offset", "none"]},
            "number": {"type": "string"},
            "size": {"type": "string"},
            "default_size": {"type": "integer", "minimum": 1},
            "first": {"type": "integer", "minimum": 0},
            "total": _PATH_LIST,
            "last": _PATH_LIST,
        },
        "required": ["strategy"],
        "additionalProperties": False,
    },
    "x-crmkit-part-of": {
        "type": "object",
        "properties": {
            "argument": {"type": "string", "pattern": _NAME},
            "items": {"enum": ["object", "text"]},
            "description": {"type": "string"},
        },
        "required": ["argument", "items"],
        "additionalProperties": False,
    },
    "x-crmkit-profile": {
        "type": "array",
        "items": {"type": "string", "pattern": "^[a-z][a-z0-9]*$"},
        "minItems": 1,
        "uniqueItems": True,
    },
    "x-crmkit-read-as": _PATH_LIST,
    "x-crmkit-read-schema": {"type": "string", "pattern": "^[A-Z][A-Za-z0-9]*$"},
    "x-crmkit-replace": {"type": "string", "pattern": _NAME},
    "x-crmkit-separated": {
        "type": "object",
        "properties": {
            "by": {"enum": [";", ","]},
            "element": {"type": "string", "pattern": "^(text|labeled|mailbox|[A-Z][A-Za-z0-9]*)$"},
            "between": {"const": "|"},
        },
        "required": ["by", "element"],
        "additionalProperties": False,
        # What stands between the members of an element is told where elements have members.
        "if": {"properties": {"element": {"pattern": "^[A-Z]"}}},
        "then": {"required": ["between"]},
        "else": {"properties": {"between": False}},
    },
    "x-crmkit-setting": {"type": "string", "pattern": _NAME},
    "x-crmkit-side-elements": {"type": "string", "pattern": "^[A-Z][A-Za-z0-9]*$"},
    "x-crmkit-xml": {
        "type": "object",
        "properties": {
            "root": {"type": "string"},
            "item": {"type": "string"},
            "nil": {
                "type": "object",
                "properties": {"attribute": {"type": "string"}, "value": {"type": "string"}},
                "required": ["attribute", "value"],
                "additionalProperties": False,
            },
            "type": {
                "type": "object",
                "properties": {
                    name: {"type": "string"} for name in ("attribute", "integer", "number", "array")
                },
                "required": ["attribute"],
                "additionalProperties": False,
            },
            "boolean": {
                "type": "object",
                "properties": {"false": {"type": "string"}, "true": {"type": "string"}},
                "required": ["false", "true"],
                "additionalProperties": False,
            },
        },
        "required": ["root", "item", "nil", "type", "boolean"],
        "additionalProperties": False,
    },
}
"""The vendor extensions with the form of each; CONTRIBUTING.md tells their meaning."""


_TOP = re.compile("")
_OPERATION = re.compile(rf"paths/.*/({'|'.join(METHODS)})")
_PARAMETER = re.compile(r"components/parameters/[^/]+|paths/.*/parameters/[0-9]+")
_SCHEMA = re.compile(r"components/schemas/.*|.*/schema(/.*)?")
PLACES: dict[str, tuple[re.Pattern[str], ...]] = {
    "x-crmkit-alias": (_SCHEMA,),
    "x-crmkit-effect": (_OPERATION,),
    "x-crmkit-envelope": (_TOP, _OPERATION),
    "x-crmkit-format": (_SCHEMA,),
    "x-crmkit-name": (_SCHEMA, _PARAMETER),
    "x-crmkit-narrows": (_OPERATION,),
    "x-crmkit-open-enum": (_SCHEMA,),
    "x-crmkit-paging": (_OPERATION,),
    "x-crmkit-part-of": (_PARAMETER,),
    # Also where the emitters do not look: a server has or has not a route, whatever is made of it.
    "x-crmkit-profile": (_OPERATION, re.compile("paths/.*/(head|options|trace)")),
    "x-crmkit-replace": (_OPERATION,),
    "x-crmkit-separated": (_SCHEMA,),
    "x-crmkit-setting": (_PARAMETER,),
    "x-crmkit-side-elements": (_TOP,),
    "x-crmkit-xml": (_TOP,),
}
"""Where an extension means something; those that are not here may stand anywhere."""

_REF = {"properties": {"$ref": {"type": "string"}}, "required": ["$ref"]}
OUTLINE: dict[str, Any] = {
    "type": "object",
    "required": ["info", "tags", "paths"],
    "properties": {
        "info": {
            "type": "object",
            "required": ["title", "version"],
            "properties": {"title": {"type": "string"}, "version": {"type": "string"}},
        },
        "tags": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "description"],
                "properties": {
                    "name": {"type": "string", "pattern": _NAME},
                    "description": {"type": "string"},
                },
            },
        },
        "paths": {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {"$ref": "#/$defs/item"},
        },
        "components": {
            "type": "object",
            "properties": {
                "schemas": {
                    "type": "object",
                    "propertyNames": {"pattern": "^[A-Z][A-Za-z0-9]*$"},
                    "additionalProperties": {"$ref": "#/$defs/schema"},
                },
                "parameters": {"additionalProperties": {"$ref": "#/$defs/parameter"}},
                "responses": {"additionalProperties": {"$ref": "#/$defs/response"}},
            },
        },
    },
    "$defs": {
        "item": {
            "type": "object",
            "properties": {
                "parameters": {"type": "array", "items": {"$ref": "#/$defs/parameter"}},
                **{method: {"$ref": "#/$defs/operation"} for method in METHODS},
            },
        },
        "operation": {
            "type": "object",
            "required": ["summary", "responses"],
            "properties": {
                "summary": {"type": "string", "minLength": 1},
                "tags": {"type": "array"},
                "parameters": {"type": "array", "items": {"$ref": "#/$defs/parameter"}},
                "responses": {
                    "type": "object",
                    "additionalProperties": {"$ref": "#/$defs/response"},
                },
            },
        },
        "parameter": {
            "type": "object",
            "if": {"required": ["$ref"]},
            "then": _REF,
            "else": {"required": ["name", "in"]},
        },
        "response": {
            "type": "object",
            "if": {"required": ["$ref"]},
            "then": _REF,
            "else": {"required": ["description"]},
        },
        "schema": {
            "type": ["object", "boolean"],
            "properties": {
                "$ref": {"type": "string"},
                "properties": {
                    "type": "object",
                    "additionalProperties": {"$ref": "#/$defs/schema"},
                },
                "items": {"$ref": "#/$defs/schema"},
                "anyOf": {"type": "array", "items": {"$ref": "#/$defs/schema"}},
                "oneOf": {"type": "array", "items": {"$ref": "#/$defs/schema"}},
            },
        },
    },
}
"""What the rest of the way relies on; whether a document is right OpenAPI, the tests tell."""

_REMEDIES = {
    "info": "write info with a title and a version",
    "paths": "describe an operation",
    "tags": "give each tag a name in snake_case and a description",
}
CLIENT_NAMES = {"aclose", "close", "generated", "request", "with_options"}
"""Names that every client has."""


class DocumentError(Exception):
    """A document that cannot be generated from, in one line: file, place, problem, remedy."""


@dataclass(frozen=True)
class OperationSource:
    """An operation as the document has it.

    Args:
        path: Path template.
        method: HTTP method in small letters.
        tag: Its tag.
        node: The operation object.
        twin: Whether another operation gives the method: the PUT beside a PATCH, the GET beside a
            POST. The operationId is that of the other one with `_patch` or `_post` after it.
    """

    path: str
    method: str
    tag: str
    node: dict[str, Any]
    twin: bool = False

    @property
    def id(self) -> str:
        """The operationId."""
        return str(self.node["operationId"])

    @property
    def place(self) -> str:
        """Where it stands, for messages."""
        return f"{self.method.upper()} {self.path}"

    @property
    def narrows(self) -> str:
        """The operationId of the list that this one gives a part of; empty for none."""
        return str(self.node.get("x-crmkit-narrows", ""))

    @property
    def hidden(self) -> bool:
        """Whether callers reach it by the method of another operation only, or not at all."""
        return self.twin or bool(self.narrows)

    @property
    def public(self) -> tuple[str | None, str]:
        """Resource and method that callers know it by; resource None for a method of the client."""
        prefix = f"{self.tag}_"
        if self.id.startswith(prefix):
            return self.tag, self.id.removeprefix(prefix)
        return None, self.id


@dataclass
class Document:
    """A wire document.

    Args:
        file: Its name from the root of the checkout, for messages.
        crm: Name of the CRM, the file's stem.
        tree: The document.
    """

    file: str
    crm: str
    tree: dict[str, Any]
    schemas: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.schemas = self.tree.get("components", {}).get("schemas", {})

    def refuse(self, place: str, problem: str, remedy: str) -> NoReturn:
        """Stop, telling in one line what is wrong and how to mend it.

        Raises:
            DocumentError: Always.
        """
        raise DocumentError(f"{self.file}: {place}: {problem}; {remedy}")

    def resolve(self, node: dict[str, Any], place: str) -> dict[str, Any]:
        """Follow `$ref`s; what stands beside a reference wins over what it leads to."""
        seen: set[str] = set()
        while isinstance(node, dict) and "$ref" in node:
            ref = node["$ref"]
            if ref in seen:
                self.refuse(place, f"{ref} refers to itself", "break the circle")
            seen.add(ref)
            beside = {key: value for key, value in node.items() if key != "$ref"}
            node = {**self._target(ref, place), **beside}
        return node

    def _target(self, ref: str, place: str) -> dict[str, Any]:
        target: Any = self.tree
        for part in ref.removeprefix("#/").split("/"):
            target = target.get(part) if isinstance(target, dict) else None
        if not ref.startswith("#/") or not isinstance(target, dict):
            self.refuse(place, f"{ref} leads nowhere", "name a component of this document")
        return target

    @cached_property
    def operations(self) -> list[OperationSource]:
        """All operations, in the document's order."""
        found: list[OperationSource] = []
        for path, item in self.tree["paths"].items():
            shared = item.get("parameters", [])
            for method in (method for method in METHODS if method in item):
                parameters = [*shared, *item[method].get("parameters", [])]
                node = {**item[method], "parameters": parameters}
                found.append(self._operation(path, method, node))
        if not found:
            self.refuse("paths", "hold no operation", "describe an operation")
        known = {one.id for one in found}
        return [
            replace(one, twin=re.sub("_(patch|post)$", "", one.id) in known - {one.id})
            for one in found
        ]

    def operation(self, name: str, source: OperationSource, extension: str) -> OperationSource:
        """Return the operation of an id that an extension of `source` names."""
        found = next((one for one in self.operations if one.id == name), None)
        if found is None:
            self.refuse(source.place, f"{extension} names no operation: {name!r}", "name one")
        return found

    def _operation(self, path: str, method: str, node: dict[str, Any]) -> OperationSource:
        place = f"{method.upper()} {path}"
        name = node.get("operationId")
        if not name:
            self.refuse(place, "has no operationId", "give it one such as contacts_list")
        if not re.fullmatch(_NAME, str(name)):
            self.refuse(
                place, f"operationId {name!r} is not snake_case", "write it like contacts_list"
            )
        tags = node.get("tags", [])
        if len(tags) != 1:
            self.refuse(place, f"has {len(tags)} tags", "give it one, the name of its resource")
        known = {tag["name"] for tag in self.tree.get("tags", [])}
        if tags[0] not in known:
            self.refuse(
                place, f"the tag {tags[0]!r} is not declared", "add it to tags with a description"
            )
        source = OperationSource(path, method, tags[0], node)
        resource, public = source.public
        taken = CLIENT_NAMES | known if resource is None else set[str]()
        if keyword.iskeyword(public) or public in taken:
            self.refuse(
                place, f"{public} cannot be the name of its method", "give it another operationId"
            )
        self._check_path(source)
        return source

    def _check_path(self, source: OperationSource) -> None:
        nodes = (self.resolve(one, source.place) for one in source.node["parameters"])
        described = {node["name"] for node in nodes if node["in"] == "path"}
        for name in re.findall(r"\{([^}]*)\}", source.path):
            if name not in described:
                self.refuse(source.place, f"has no parameter {name!r}", "describe it with in: path")


def load(path: Path, file: str) -> Document:
    """Read and check a document.

    Args:
        path: The YAML file.
        file: Its name from the root of the checkout, for messages.

    Raises:
        DocumentError: It cannot be read or generated from.
    """
    try:
        tree = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506  # a safe loader
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}" if error.problem_mark else "somewhere"
        raise DocumentError(f"{file}: {line}: {error.problem}; mend the YAML") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise DocumentError(
            f"{file}: cannot be read: {str(error).splitlines()[0]}; mend the YAML"
        ) from None
    if not isinstance(tree, dict) or not str(tree.get("openapi", "")).startswith("3.1."):
        raise DocumentError(f"{file}: openapi: is not 3.1; begin the document with openapi: 3.1.0")
    place = _no_json(tree, "")
    if place is not None:
        raise DocumentError(f"{file}: {place}: holds what JSON has not; quote it")
    # Through JSON: YAML anchors would leave one object in several places, and a change to one of
    # them would change all.
    tree = json.loads(json.dumps(tree))
    if not re.fullmatch(r"[a-z][a-z0-9_]*", path.stem) or keyword.iskeyword(path.stem):
        raise DocumentError(f"{file}: file: cannot name a package; call it like relenta.yaml")
    document = Document(file, path.stem, tree)
    _check_outline(document)
    _check_extensions(document)
    _check_names(document)
    return document


class _Loader(yaml.CSafeLoader):
    """YAML as the house writes it: each key once, and no number or date as a key."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002  # as in its base
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str):
                raise yaml.MarkedYAMLError(
                    None, None, f"the key {key!r} is not a text, quote it", key_node.start_mark
                )
            if key in seen:
                raise yaml.MarkedYAMLError(
                    None, None, f"the key {key!r} stands twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


def _walk(node: Any, place: str) -> Iterator[tuple[str, str, Any]]:
    """Give every member of every object: place, key and value; but none of example values."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield place, key, value
            if key not in {"example", "examples", "value", "default", "const", "enum"}:
                yield from _walk(value, f"{place}/{key}" if place else key)
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _walk(value, f"{place}/{index}")


def _no_json(node: Any, place: str) -> str | None:
    """Return the first place whose value JSON cannot hold; None if there is none."""
    if isinstance(node, dict | list):
        members = node.items() if isinstance(node, dict) else enumerate(node)
        places = (
            _no_json(value, f"{place}/{key}" if place else str(key)) for key, value in members
        )
        return next((found for found in places if found is not None), None)
    if isinstance(node, float):
        return None if isfinite(node) else place
    return None if node is None or isinstance(node, str | int) else place


def _check_outline(document: Document) -> None:
    error = next(jsonschema_rs.Draft202012Validator(OUTLINE).iter_errors(document.tree), None)
    if error is None:
        return
    path = [str(part) for part in error.instance_path]
    # The name that is missing, or that a schema must not have.
    missing = re.match(r'"([^"]+)" (is a required property|does not match "\^\[A-Z)', error.message)
    if missing:
        path.append(missing[1])
    problem = f"{path[-1]}: {error.message}" if path else error.message
    remedy = _REMEDIES.get(path[0] if path else "", "write it as OpenAPI 3.1 has it")
    if path[0] == "paths" and len(path) > 2:
        remedy = "write it as OpenAPI 3.1 has it"
        path = [f"{path[2].upper()} {path[1]}", *path[3:]]
    document.refuse("/".join(path), problem, remedy)


def _check_extensions(document: Document) -> None:
    for place, key, value in _walk(document.tree, ""):
        if not key.startswith("x-"):
            continue
        if key not in EXTENSIONS:
            document.refuse(
                place or "top", f"{key} is no known extension", f"there are {', '.join(EXTENSIONS)}"
            )
        places = PLACES.get(key)
        if places is not None and not any(one.fullmatch(place) for one in places):
            document.refuse(
                place or "top", f"{key} means nothing here", "see CONTRIBUTING.md for its place"
            )
        error = next(jsonschema_rs.Draft202012Validator(EXTENSIONS[key]).iter_errors(value), None)
        if error is not None:
            document.refuse(
                place or "top", f"{key}: {error.message}", "see CONTRIBUTING.md for its form"
            )


def _check_names(document: Document) -> None:
    for tag in document.tree["tags"]:
        if keyword.iskeyword(tag["name"]) or tag["name"] in CLIENT_NAMES:
            document.refuse(
                "tags", f"{tag['name']!r} cannot be the name of a resource", "call it differently"
            )
    public: dict[tuple[str | None, str], OperationSource] = {}
    for operation in (one for one in document.operations if not one.hidden):
        resource, method = operation.public
        other = public.get((resource, method))
        if other is not None:
            name = f"{resource}.{method}" if resource else method
            document.refuse(
                operation.place,
                f"the method {name} is that of {other.place} already",
                "give it another operationId",
            )
        public[resource, method] = operation


def snake_case(text: str) -> str:
    """Return `ContactInput` as `contact_input`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", text).lower()
