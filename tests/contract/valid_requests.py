"""Valid requests for the operations of any document, from its examples and a server's records.

Nothing here knows a CRM: the examples of the document and the ids that its lists show are all that
requests are made of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import httpx

from crmkit.contract.schemas import Schemas, Tree

METHODS = ("get", "post", "put", "patch", "delete")
#: Media types of the bodies that can be encoded here, the preferred ones first.
MEDIA_TYPES = (
    "application/json",
    "application/x-www-form-urlencoded",
    "text/plain",
    "text/csv",
    "multipart/form-data",
)
#: How many known ids, and how many other values, a template is tried with.
MOST_IDS, MOST_VALUES = 3, 10


@dataclass(frozen=True)
class Operation:
    """An operation of a document.

    Args:
        path: Path with its templates.
        method: Method in upper case.
        node: The operation's part of the document.
        parameters: Its parameters, those of the path included.
    """

    path: str
    method: str
    node: Tree
    parameters: tuple[Tree, ...]

    @property
    def id(self) -> str:
        """The operationId."""
        id: str = self.node["operationId"]
        return id

    @property
    def is_read(self) -> bool:
        """Whether the operation changes nothing."""
        effect: str = self.node.get("x-crmkit-effect", "read" if self.method == "GET" else "write")
        return effect == "read"

    def is_of(self, crm: str) -> bool:
        """Return whether a CRM has the operation; some documents are shared."""
        return crm in self.node.get("x-crmkit-profile", [crm])


@dataclass(frozen=True)
class Request:
    """A request for an operation.

    Args:
        path: Path without templates.
        query: The required query parameters.
        media_type: Media type of the body; None without one.
        body: The body as a tree, or as text.
    """

    path: str
    query: dict[str, str]
    media_type: str | None = None
    body: Any = None

    def encoded(self) -> tuple[bytes, dict[str, str]]:
        """Return the body as it is sent, and the headers that describe it."""
        if self.media_type is None:
            return b"", {}
        sent: dict[str, Any] = {}
        match self.media_type:
            case "application/json":
                sent["json"] = self.body
            case "application/x-www-form-urlencoded":
                sent["data"] = self.body
            case "multipart/form-data":
                sent["files"] = {
                    name: value if isinstance(value, bytes) else (None, str(value))
                    for name, value in self.body.items()
                }
            case _:
                sent["content"] = str(self.body)
        request = httpx.Request("POST", "https://crm.example", **sent)
        content_type = request.headers.get("Content-Type", self.media_type)
        return request.read(), {"Content-Type": content_type}


@dataclass
class Ids:
    """The ids that replies have shown.

    Args:
        by_list: Ids of records, by the path of their list.
        by_name: Values of the members whose names end in "id" or "ids", by the name.
    """

    by_list: dict[str, list[Any]] = field(default_factory=dict[str, list[Any]])
    by_name: dict[str, list[Any]] = field(default_factory=dict[str, list[Any]])

    def add(self, path: str, reply: Any) -> None:
        """Remember the ids of a reply."""
        for name, value in _members(reply):
            values = value if isinstance(value, list) else [value]
            if _is_id(name):
                ids = [item for item in values if isinstance(item, int | str) and item]
                self.by_name.setdefault(name, []).extend(ids)
                if name == "id":
                    self.by_list.setdefault(_list_path(path), []).extend(ids)

    def below(self, path: str) -> list[Any]:
        """Return the ids of a path's list, else of one whose name ends or begins the path."""
        steps = _list_path(path).split("/")
        beginnings = ("/".join(steps[:count]) for count in range(len(steps) - 1, 1, -1))
        for known in ("/".join(steps), f"/{steps[-1]}", *beginnings):
            if self.by_list.get(known):
                return self.by_list[known]
        return []


class Document:
    """A document whose operations are called.

    Args:
        tree: The document.
    """

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._schemas = Schemas(tree)

    def resolve(self, node: Any) -> Any:
        """Follow the references of a node."""
        while isinstance(node, dict) and "$ref" in node:
            target: Any = self.tree
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part.replace("~1", "/").replace("~0", "~")]
            node = target
        return node

    def operations(self) -> Iterator[Operation]:
        """Yield the operations."""
        for path, item in self.tree["paths"].items():
            for method in METHODS:
                if method in item:
                    nodes = (*item.get("parameters", ()), *item[method].get("parameters", ()))
                    parameters = {
                        (node["in"], node["name"]): node for node in map(self.resolve, nodes)
                    }
                    yield Operation(path, method.upper(), item[method], (*parameters.values(),))

    # -- requests

    def requests(self, operation: Operation, ids: Ids) -> Iterator[Request]:
        """Yield valid requests for an operation, one for each value of its first template.

        Args:
            operation: The operation.
            ids: Ids that exist; they take the place of those in the examples.
        """
        query = {
            node["name"]: _joined(next(iter(ids.by_name.get(node["name"], ())), self.example(node)))
            for node in operation.parameters
            if node["in"] == "query" and node.get("required")
        }
        prefix, _, rest = operation.path.partition("{")
        name, _, rest = rest.partition("}")
        firsts = self._path_values(operation, prefix, name, ids) if name else [""]
        for first in firsts:
            path = prefix + first
            for other, literal in re.findall(r"(?:\{([^}]+)\})?([^{]*)", rest):
                if other:
                    path += self._path_values(operation, path, other, ids)[0]
                path += literal
            media_type, body = self._body(operation, path, ids)
            yield Request(path, query, media_type, body)

    def _path_values(self, operation: Operation, before: str, name: str, ids: Ids) -> list[str]:
        """Return values of a template after the path before it, the most promising ones first."""
        (parameter,) = (
            node for node in operation.parameters if (node["in"], node["name"]) == ("path", name)
        )
        if _is_id(name):
            values = [*ids.below(before)[:MOST_IDS], self.example(parameter)]
        else:
            values = [self.example(parameter), *self._siblings[name]]
        return [*dict.fromkeys(map(str, values))][:MOST_VALUES]

    @cached_property
    def _siblings(self) -> dict[str, list[str]]:
        """What other paths have where one has a template, by the template's name."""
        siblings: dict[str, list[str]] = {}
        for path in self.tree["paths"]:
            for match in re.finditer(r"\{([^}]+)\}", path):
                pattern = re.escape(path[: match.start()]) + r"([^/.{}]+)(?:[/.].*)?"
                matches = (re.fullmatch(pattern, other) for other in self.tree["paths"])
                siblings.setdefault(match[1], []).extend(
                    sibling[1] for sibling in matches if sibling
                )
        return siblings

    def _body(self, operation: Operation, path: str, ids: Ids) -> tuple[str | None, Any]:
        """Return media type and value of a valid body; None and None if the operation has none."""
        content = self.resolve(operation.node.get("requestBody", {})).get("content", {})
        if not content:
            return None, None
        media_type = next(kind for kind in MEDIA_TYPES if kind in content)
        described = (media for media in content.values() if "examples" in media)
        body = self.example(next(described, content[media_type]))
        if not isinstance(body, dict):
            return media_type, body
        required = self.resolve(content[media_type]["schema"]).get("required", ())
        known = {**ids.by_name, **dict.fromkeys(("id", "ids"), ids.below(path))}
        changed: dict[str, Any] = {}
        for name, value in body.items():
            first = next(iter(value), None) if isinstance(value, list) else value
            id = next((id for id in known.get(name, ()) if type(id) is type(first)), None)
            if _is_id(name) and id is not None:
                changed[name] = [id] if isinstance(value, list) else id
            elif name in required or not _is_id(name):
                changed[name] = value
        # What is not known is left out, unless nothing remains.
        return media_type, changed or body

    def example(self, node: Tree) -> Any:
        """Return an example of a parameter, a media type or a schema.

        Raises:
            LookupError: There is none, and none can be made up.
        """
        match node:
            case {"examples": {**named}} if named:  # of a parameter or a media type, by name
                return self.resolve(next(iter(named.values())))["value"]
            case (
                {"examples": [value, *_]}
                | {"example": value}
                | {"const": value}
                | {"default": value}
                | {"enum": [value, *_]}
            ):
                return value
            case {"$ref": _}:
                return self.example(self.resolve(node))
            case (
                {"anyOf": [schema, *_]}
                | {"oneOf": [schema, *_]}
                | {"allOf": [schema, *_]}
                | {"schema": schema}
            ):
                return self.example(schema)
            case {"type": "object", "properties": properties, "required": required}:
                return {name: self.example(properties[name]) for name in required}
            case {"format": "binary"}:
                return b"a file"
            case _:
                raise LookupError(f"the document has no example of {node!r:.200}")

    # -- errors

    def request_errors(self, operation: Operation, request: Request) -> list[str]:
        """Return where the body of a request differs from its schema."""
        if request.media_type is None:
            return []
        content = self.resolve(operation.node["requestBody"])["content"]
        body = request.body
        if isinstance(body, dict):  # a schema has strings for files
            body = {
                name: value.decode() if isinstance(value, bytes) else value
                for name, value in body.items()
            }
        return self._errors("the request's body", content[request.media_type], body)

    def reply_errors(
        self, operation: Operation, status: int, media_type: str, body: Any
    ) -> list[str]:
        """Return where a reply differs from what the document allows.

        Args:
            operation: The operation that was called.
            status: HTTP status.
            media_type: Media type without parameters; "" without one.
            body: The body as a tree where it is JSON, else as text; "" without one.
        """
        responses = operation.node["responses"]
        if str(status) not in responses:
            return [f"status {status} is not documented"]
        content = self.resolve(responses[str(status)]).get("content", {})
        if operation.method == "DELETE" and status == 200 and body == "":
            return []  # schemas describe JSON; that there may be none is in the description
        if not content:
            return [] if body == "" else [f"status {status} is documented without a body"]
        media = content.get(media_type, content.get("*/*"))
        if media is None:
            return [f"media type {media_type!r} of status {status} is not documented"]
        return self._errors("the reply's body", media, body)

    def _errors(self, what: str, media: Tree, value: Any) -> list[str]:
        if "schema" not in media:
            return []
        return [
            f"{what} at /{'/'.join(map(str, error.instance_path))}: {error.message[:160]}"
            for error in self._schemas.validator(media["schema"]).iter_errors(value)
        ]


def _joined(value: Any) -> str:
    """Return a value as it stands in a query: a list with commas between its items."""
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _is_id(name: str) -> bool:
    """Return whether the member or parameter of a name has ids."""
    return name.lower().endswith(("id", "ids"))


def _list_path(path: str) -> str:
    """Return the path of a list, without its format and the slash behind it."""
    return path.rstrip("/").partition(".")[0]


def _members(node: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(node, dict):
        for name, value in node.items():
            yield name, value
            yield from _members(value)
    elif isinstance(node, list):
        for item in node:
            yield from _members(item)
