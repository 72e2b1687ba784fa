"""A wire document, as far as replies are held against it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from .exchange import NO_BODY, Violation
from .schemas import Schemas, Tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .exchange import Reply, Request

__all__ = ["Document", "Operation", "load_document"]

#: Ends of the media types of trees.
_TREES = ("json", "xml", "yaml")
_METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Operation:
    """One operation of a document.

    Attributes:
        id: Its operationId.
        method: HTTP method, in upper case.
        path: Path with its parameters in braces.
        node: The operation as the document has it.
    """

    id: str
    method: str
    path: str
    node: Tree

    @property
    def is_read(self) -> bool:
        """Whether it changes nothing, whatever its method."""
        return bool(self.node.get("x-crmkit-effect", _effect(self.method)) == "read")


class Document:
    """A wire document.

    Args:
        tree: The document as a JSON tree.
        slash: Whether a slash at the end of a path makes another path.
    """

    def __init__(self, tree: Tree, *, slash: bool = True) -> None:
        self.tree = tree
        self._slash = slash

    @cached_property
    def operations(self) -> dict[str, Operation]:
        """The operations by operationId."""
        return {
            node["operationId"]: Operation(node["operationId"], method.upper(), path, node)
            for path, item in self.tree["paths"].items()
            for method, node in item.items()
            if method in _METHODS
        }

    @cached_property
    def _schemas(self) -> Schemas:
        return Schemas(self.tree)

    @cached_property
    def _routes(self) -> list[tuple[re.Pattern[str], dict[str, Operation]]]:
        by_path: dict[str, dict[str, Operation]] = {}
        for operation in self.operations.values():
            by_path.setdefault(operation.path, {})[operation.method] = operation
        # A template with a literal segment further to the left wins over a parameter there.
        ordered = sorted(by_path, key=lambda path: [part[:1] == "{" for part in path.split("/")])
        return [(_pattern(path), by_path[path]) for path in ordered]

    def operation(self, method: str, path: str) -> Operation | None:
        """Return the operation of a request; None if the document has none.

        Args:
            method: HTTP method.
            path: Path below the base URL, without query.
        """
        if not self._slash:
            path = path.rstrip("/") or "/"
        for pattern, operations in self._routes:
            if pattern.fullmatch(path):
                return operations.get("GET" if method == "HEAD" else method)
        return None

    def resolve(self, node: Any) -> Any:
        """Follow the references of a node."""
        while isinstance(node, dict) and "$ref" in node:
            target: Any = self.tree
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part.replace("~1", "/").replace("~0", "~")]
            node = target
        return node

    def invalid_values(self, operation: Operation, request: Request) -> list[Any]:
        """Return the values of a request's JSON body that a document does not allow."""
        body = self.resolve(operation.node.get("requestBody", {}))
        media = body.get("content", {}).get("application/json", {})
        if request.json is NO_BODY or "schema" not in media:
            return []
        return [error.value for error in self._errors(media["schema"], request.json)]

    def reply_errors(self, operation: Operation, reply: Reply) -> list[Violation]:
        """Return what a document says against a reply; nothing if the reply is as documented.

        Args:
            operation: The operation that was asked.
            reply: The reply.
        """
        responses = operation.node["responses"]
        response = responses.get(str(reply.status), responses.get("default"))
        if response is None:
            return [Violation(f"status {reply.status} is not documented")]
        content = self.resolve(response).get("content", {})
        if not reply.content:
            return []  # whether a body may be missing, only descriptions say
        media = content.get(reply.media_type, content.get("*/*"))
        if media is None:
            text = f"media type {reply.media_type!r} is not documented for {reply.status}"
            return [Violation(text)]
        schema = media.get("schema")
        is_tree = reply.media_type.endswith(_TREES)
        if schema is None or not (is_tree or self.resolve(schema).get("type") == "string"):
            return []  # such as a picture
        if is_tree and not reply.is_json:
            return [Violation(f"the body is not {reply.media_type.rpartition('/')[2].upper()}")]
        return list(self._errors(schema, reply.tree if is_tree else reply.text))

    def reply_schema(self, method: str, path: str, status: int) -> Any:
        """Return the schema of a reply's tree, whatever format it is written in; None for none.

        Args:
            method: HTTP method of the request.
            path: Its path below the base URL.
            status: Status of the reply.
        """
        operation = self.operation(method, path)
        responses = operation.node["responses"] if operation is not None else {}
        names = (str(status), f"{status // 100}XX", "default")
        response: Any = next((responses[name] for name in names if name in responses), {})
        content = self.resolve(response).get("content", {})
        return next((media["schema"] for media in content.values() if "schema" in media), None)

    def _errors(self, schema: Tree, value: Any) -> Iterator[Violation]:
        for error in self._schemas.validator(schema).iter_errors(value):
            place = "".join(
                f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.instance_path
            )
            text = f"{place.removeprefix('.') or 'the body'}: {error.message[:160]}"
            yield Violation(text, error.instance)


def load_document(name: str) -> Tree:
    """Return the wire document of a generated package, such as "monica"."""
    from importlib.resources import files

    text = files(f"crmkit_generated.{name}").joinpath("wire.json").read_text("utf-8")
    tree: Tree = json.loads(text)
    return tree


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"(\{[^}]+\})", path)
    return re.compile("".join("[^/]+" if p[:1] == "{" else re.escape(p) for p in parts))


def _effect(method: str) -> str:
    return "read" if method in {"GET", "HEAD"} else "write"
