"""Read a wire document, and refuse what cannot be generated from, naming place and remedy."""

from __future__ import annotations

import json
import keyword
import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import isfinite
from typing import TYPE_CHECKING, Any, NoReturn

import yaml

from .extensions import check_extensions
from .outline import METHODS, NAME, check_outline

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Document", "DocumentError", "OperationSource", "load", "snake_case"]

CLIENT_NAMES = {"aclose", "close", "generated", "request", "with_options"}
"""Names that every client has."""


class DocumentError(Exception):
    """A document that cannot be generated from, in one line: file, place, problem, remedy."""


@dataclass(frozen=True)
class OperationSource:
    """An operation as the document has it.

    Args:
        path: Path template.
        method: HTTP method in lower case.
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
        """Whether callers can reach it only by the method of another operation, or not at all."""
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
        """Stop with one line that says what is wrong and how to correct it.

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
            self.refuse("paths", "have no operation", "describe an operation")
        known = {one.id for one in found}
        return [
            replace(one, twin=re.sub("_(patch|post)$", "", one.id) in known - {one.id})
            for one in found
        ]

    def operation(self, name: str, source: OperationSource, extension: str) -> OperationSource:
        """Return the operation of an id that an extension of `source` names."""
        found = next((one for one in self.operations if one.id == name), None)
        if found is None:
            self.refuse(source.place, f"{extension}: there is no operation {name!r}", "name one")
        return found

    def _operation(self, path: str, method: str, node: dict[str, Any]) -> OperationSource:
        place = f"{method.upper()} {path}"
        name = node.get("operationId")
        if not name:
            self.refuse(place, "has no operationId", "give it one such as contacts_list")
        if not re.fullmatch(NAME, str(name)):
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
        raise DocumentError(f"{file}: {line}: {error.problem}; correct the YAML") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise DocumentError(
            f"{file}: cannot be read: {str(error).splitlines()[0]}; correct the YAML"
        ) from None
    if not isinstance(tree, dict) or not str(tree.get("openapi", "")).startswith("3.1."):
        raise DocumentError(f"{file}: openapi: is not 3.1; begin the document with openapi: 3.1.0")
    place = _not_json(tree, "")
    if place is not None:
        raise DocumentError(f"{file}: {place}: has a value that JSON does not; quote it")
    # Through JSON: YAML anchors would leave one object in several places, and a change to one of
    # them would change all.
    tree = json.loads(json.dumps(tree))
    if not re.fullmatch(r"[a-z][a-z0-9_]*", path.stem) or keyword.iskeyword(path.stem):
        raise DocumentError(f"{file}: file: cannot name a package; call it like relenta.yaml")
    document = Document(file, path.stem, tree)
    check_outline(tree, document.refuse)
    check_extensions(tree, document.refuse)
    _check_names(document)
    return document


class _Loader(yaml.CSafeLoader):
    """A loader that refuses keys that are repeated or are not strings."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002  # as in its base
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str):
                raise yaml.MarkedYAMLError(
                    None, None, f"the key {key!r} is not a string, quote it", key_node.start_mark
                )
            if key in seen:
                raise yaml.MarkedYAMLError(
                    None, None, f"the key {key!r} is repeated", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


def _not_json(node: Any, place: str) -> str | None:
    """Return the first place whose value JSON cannot hold; None if there is none."""
    if isinstance(node, dict | list):
        members = node.items() if isinstance(node, dict) else enumerate(node)
        places = (
            _not_json(value, f"{place}/{key}" if place else str(key)) for key, value in members
        )
        return next((found for found in places if found is not None), None)
    if isinstance(node, float):
        return None if isfinite(node) else place
    return None if node is None or isinstance(node, str | int) else place


def _check_names(document: Document) -> None:
    for tag in document.tree["tags"]:
        if keyword.iskeyword(tag["name"]) or tag["name"] in CLIENT_NAMES:
            document.refuse(
                "tags", f"{tag['name']!r} cannot be the name of a resource", "call it differently"
            )
    ids: dict[str, OperationSource] = {}
    for operation in document.operations:
        first = ids.setdefault(operation.id, operation)
        if first is not operation and operation.hidden:
            document.refuse(
                operation.place,
                f"has the operationId of {first.place}",
                "give it another operationId",
            )
    public: dict[tuple[str | None, str], OperationSource] = {}
    for operation in (one for one in document.operations if not one.hidden):
        resource, method = operation.public
        other = public.get((resource, method))
        if other is not None:
            name = f"{resource}.{method}" if resource else method
            document.refuse(
                operation.place,
                f"the method {name} is already that of {other.place}",
                "give it another operationId",
            )
        public[resource, method] = operation


def snake_case(text: str) -> str:
    """Return `ContactInput` as `contact_input`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", text).lower()
