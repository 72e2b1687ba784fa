"""Read a wire document, and refuse what cannot be generated from, naming place and remedy."""

from __future__ import annotations

import builtins
import json
import keyword
import re
from dataclasses import dataclass, replace
from functools import cached_property
from math import isfinite
from typing import TYPE_CHECKING, Any, NoReturn

import yaml

from .extensions import check_extensions
from .outline import METHODS, NAME, check_outline
from .references import BrokenReferenceError, resolve, walk, write_out

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Document", "DocumentError", "OperationSource", "load", "path_names"]

CLIENT_NAMES = {"aclose", "close", "generated", "request", "with_options"}
"""Names that every client has."""
FUNCTION_NAMES = {*dir(builtins), "codec", "datetime", "encode_body", "encode_espo_body"}
FUNCTION_NAMES |= {"models", "operations"}
"""Names that the modules of functions use."""
_JSON = (dict, list, str, int, type(None))


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
        counterpart: Whether another operation gives the method: the PUT beside a PATCH, the GET
            beside a POST. The operationId is that of the other one with `_patch` or `_post` after.
    """

    path: str
    method: str
    tag: str
    node: dict[str, Any]
    counterpart: bool = False

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
        return self.counterpart or bool(self.narrows)

    @property
    def public(self) -> tuple[str | None, str]:
        """Resource and method that callers know it by; resource None for a method of the client."""
        prefix = f"{self.tag}_"
        if self.id.startswith(prefix):
            return self.tag, self.id.removeprefix(prefix)
        return None, self.id

    @property
    def name(self) -> str:
        """What callers know it by, such as `contacts.save`; of a narrowing list, the wide one."""
        resource, method = self.public
        method = self.narrows.removeprefix(f"{self.tag}_") or method
        return f"{resource}.{method}" if resource else method

    @property
    def profiles(self) -> tuple[str, ...]:
        """The kinds of server that have it; empty for all."""
        return tuple(self.node.get("x-crmkit-profile", ()))


@dataclass
class Document:
    """A wire document.

    Args:
        file: Its name from the root of the checkout, for messages.
        tree: The document.
    """

    file: str
    tree: dict[str, Any]

    @property
    def schemas(self) -> dict[str, Any]:
        """The schemas by name."""
        return self.tree.get("components", {}).get("schemas", {})  # type: ignore[no-any-return]  # of the outline

    @property
    def changes(self) -> dict[str, Any]:
        """How lists are sorted by time of change; empty if it does not say."""
        return self.tree.get("x-crmkit-changes", {})  # type: ignore[no-any-return]  # of the extensions

    def refuse(self, place: str, problem: str, remedy: str) -> NoReturn:
        """Stop with one line that says what is wrong and how to correct it.

        Raises:
            DocumentError: Always.
        """
        raise DocumentError(f"{self.file}: {place}: {problem}; {remedy}")

    def resolve(self, node: dict[str, Any], place: str) -> dict[str, Any]:
        """Follow `$ref`s; what stands beside a reference wins over what it leads to."""
        try:
            resolved: dict[str, Any] = resolve(node, self.tree)
        except BrokenReferenceError as error:
            self.refuse(place, *error.args)
        return resolved

    @cached_property
    def operations(self) -> list[OperationSource]:
        """All operations, in the document's order."""
        sources = [
            self._operation(path, method, item[method])
            for path, item in self.tree["paths"].items()
            for method in METHODS
            if method in item
        ]
        if not sources:
            self.refuse("paths", "have no operation", "describe an operation")
        ids = {source.id for source in sources}
        others = {source.id: re.sub("_(patch|post)$", "", source.id) for source in sources}
        return [
            replace(source, counterpart=others[source.id] in ids - {source.id})
            for source in sources
        ]

    def operation(self, name: str, source: OperationSource, extension: str) -> OperationSource:
        """Return the operation of an id that an extension of `source` names."""
        for operation in self.operations:
            if operation.id == name:
                return operation
        problem = f"{extension}: there is no operation {name!r}"
        return self.refuse(source.place, problem, "name one")

    def _operation(self, path: str, method: str, node: dict[str, Any]) -> OperationSource:
        node = {"operationId": "", "tags": [], "parameters": [], **node}
        source = OperationSource(path, method, "".join(node["tags"][:1]), node)
        place, tags = source.place, {tag["name"] for tag in self.tree["tags"]}
        resource, public = source.public
        if not source.id:
            self.refuse(place, "has no operationId", "give it one such as contacts_list")
        if not re.fullmatch(NAME, source.id):
            problem = f"operationId {source.id!r} is not snake_case"
            self.refuse(place, problem, "write it like contacts_list")
        if len(node["tags"]) != 1:
            problem = f"has {len(node['tags'])} tags"
            self.refuse(place, problem, "give it one, the name of its resource")
        if source.tag not in tags:
            problem = f"the tag {source.tag!r} is not declared"
            self.refuse(place, problem, "add it to tags with a description")
        taken = keyword.iskeyword(public) or source.id in FUNCTION_NAMES
        if taken or (resource is None and public in CLIENT_NAMES | tags):
            problem = f"{public} cannot be the name of its method"
            self.refuse(place, problem, "give it another operationId")
        params = [self.resolve(param, place) for param in node["parameters"]]
        described = {param["name"] for param in params if param["in"] == "path"}
        for name in path_names(path):
            if name not in described:
                self.refuse(place, f"has no parameter {name!r}", "describe it with in: path")
        return source


def path_names(path: str) -> list[str]:
    """Return the names of a path template's parameters."""
    return re.findall(r"\{([^}]*)\}", path)


def load(path: Path, file: str) -> Document:
    """Read and check a document.

    Args:
        path: The YAML file.
        file: Its name from the root of the checkout, for messages.

    Raises:
        DocumentError: It cannot be read or generated from.
    """
    document = Document(file, {})
    refuse = document.refuse
    try:
        tree = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506  # a safe loader
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}" if error.problem_mark else "somewhere"
        refuse(line, str(error.problem), "correct the YAML")
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        refuse("cannot be read", str(error).splitlines()[0], "correct the YAML")
    if not isinstance(tree, dict) or not str(tree.get("openapi", "")).startswith("3.1."):
        refuse("openapi", "is not 3.1", "begin the document with openapi: 3.1.0")
    for place, key, value in walk(tree):
        if not (isfinite(value) if isinstance(value, float) else isinstance(value, _JSON)):
            at = f"{place}/{key}".removeprefix("/")
            refuse(at, "has a value that JSON does not", "quote it")
    # Through JSON: YAML anchors would leave one object in several places, and a change to one of
    # them would change all.
    document.tree = json.loads(json.dumps(tree))
    if not re.fullmatch(r"[a-z][a-z0-9_]*", path.stem) or keyword.iskeyword(path.stem):
        refuse("file", "cannot name a package", "call it like relenta.yaml")
    check_outline(document.tree, refuse)
    document.tree = write_out(document.tree)
    check_extensions(document.tree, refuse)
    _check_names(document)
    return document


class _Loader(yaml.CSafeLoader):
    """A loader that refuses keys that are repeated or are not strings."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002  # as in its base
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str):
                problem = f"the key {key!r} is not a string, quote it"
                raise yaml.MarkedYAMLError(problem=problem, problem_mark=key_node.start_mark)
            if key in seen:
                problem = f"the key {key!r} is repeated"
                raise yaml.MarkedYAMLError(problem=problem, problem_mark=key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)


def _check_names(document: Document) -> None:
    for tag in document.tree["tags"]:
        if keyword.iskeyword(tag["name"]) or tag["name"] in CLIENT_NAMES:
            problem = f"{tag['name']!r} cannot be the name of a resource"
            document.refuse("tags", problem, "call it differently")
    names: dict[str, OperationSource] = {}
    for operation in document.operations:
        hidden, name = operation.hidden, operation.id if operation.hidden else operation.name
        other = names.setdefault(name, operation)
        if other is not operation:
            what = "has the operationId" if hidden else f"the method {name} is already that"
            remedy = "give it another operationId"
            document.refuse(operation.place, f"{what} of {other.place}", remedy)
