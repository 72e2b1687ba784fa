"""The wire documents: which operations there are, and the schemas of their requests and replies."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from crmkit_mock.forms import query_pairs
from crmkit_mock.messages import Refusal, Reply, Request
from crmkit_mock.rows import RowPage
from crmkit_mock.schemas import Validators, first_error, shorten

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jsonschema_rs import Draft202012Validator as Validator

_METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,18})", re.ASCII)


class ReplyMismatch(Exception):
    """A reply of the mock does not fit the document: a bug in the mock."""


@cache
def load_document(name: str) -> Document:
    """Return the wire document of a CRM, read once for the process.

    Args:
        name: Sub-package of `crmkit_generated` that holds the document, such as "relenta".

    Raises:
        FileNotFoundError: there is no such document.
    """
    text = (files("crmkit_generated") / name / "wire.json").read_text(encoding="utf-8")
    return Document(json.loads(text))


class Document:
    """An OpenAPI 3.1 document with its operations by path and method.

    Args:
        tree: The document as a JSON tree; it is not changed.
    """

    def __init__(self, tree: dict[str, Any]) -> None:
        self.tree = tree
        self._exact: dict[str, dict[str, Operation]] = {}
        self._templates: list[tuple[re.Pattern[str], dict[str, Operation]]] = []
        self._validators = Validators(tree["components"])
        for path, item in tree["paths"].items():
            shared = item.get("parameters", [])
            methods = {
                method.upper(): Operation(self, path, method, item[method], shared)
                for method in _METHODS
                if method in item
            }
            if "{" in path:
                self._templates.append((_path_pattern(path), methods))
            else:
                self._exact[path] = methods

    @property
    def paths(self) -> list[str]:
        """The document's paths, with their templates."""
        return list(self.tree["paths"])

    @cached_property
    def _by_id(self) -> dict[str, Operation]:
        items = [*self._exact.values(), *(methods for _, methods in self._templates)]
        return {operation.id: operation for methods in items for operation in methods.values()}

    @property
    def operation_ids(self) -> frozenset[str]:
        """The ids of all operations."""
        return frozenset(self._by_id)

    def operation(self, id: str) -> Operation:
        """Return an operation by its id.

        Raises:
            KeyError: there is none.
        """
        return self._by_id[id]

    def match(self, path: str) -> tuple[Mapping[str, Operation], dict[str, str]] | None:
        """Return a path's operations by method and its path parameters, or None."""
        for methods, path_parameters, _ in self.matches(path):
            return methods, path_parameters
        return None

    def matches(self, path: str) -> Iterator[tuple[Mapping[str, Operation], dict[str, str], bool]]:
        """Yield operations by method for each of the document's paths that a path matches.

        The path without templates comes first, the others in the document's order; with them
        come the path parameters, and whether it is the one without templates.
        """
        exact = self._exact.get(path)
        if exact is not None:
            yield exact, {}, True
        for pattern, methods in self._templates:
            match = pattern.fullmatch(path)
            if match:
                yield methods, match.groupdict(), False

    def resolve(self, node: Any) -> Any:
        """Follow the `$ref`s of a node to their target."""
        while isinstance(node, dict) and "$ref" in node:
            target: Any = self.tree
            for step in node["$ref"].removeprefix("#/").split("/"):
                target = target[step.replace("~1", "/").replace("~0", "~")]
            node = target
        return node

    @cached_property
    def secret_members(self) -> frozenset[str]:
        """Names of the members and parameters that hold credentials: of the format `password`."""
        names: set[str] = set()
        pending: list[Any] = [self.tree]
        while pending:
            node = pending.pop()
            if isinstance(node, list):
                pending.extend(node)
            elif isinstance(node, dict):
                members: Any = node.get("properties")
                for name, schema in members.items() if isinstance(members, dict) else ():
                    if self.resolve(schema).get("format") == "password":
                        names.add(name)
                pending.extend(node.values())
        return frozenset(names)

    def example(self, name: str) -> Any:
        """Return a fresh copy of the value of an example under `components/examples`."""
        return json.loads(json.dumps(self.tree["components"]["examples"][name]["value"]))

    def validator(self, schema: Mapping[str, Any]) -> Validator:
        """Return the validator of a schema of this document, formats included."""
        return self._validators.of(schema)

    def at(self, base_path: str) -> dict[str, Any]:
        """Return the document with this mock, at `base_path`, as its only server."""
        return {**self.tree, "servers": [{"url": base_path, "description": "This mock"}]}


class Operation:
    """One operation of a document; its validators are compiled when first needed.

    Attributes:
        id: The operationId.
        path: Path with its templates.
        method: Method in upper case.
    """

    def __init__(
        self,
        document: Document,
        path: str,
        method: str,
        node: dict[str, Any],
        shared_parameters: list[Any],
    ) -> None:
        self.document = document
        self.path = path
        self.method = method.upper()
        self.node = node
        self.id: str = node["operationId"]
        self._shared_parameters = shared_parameters
        self._replies: dict[tuple[int, str | None], Validator | None] = {}

    def parameters(self, place: str) -> dict[str, dict[str, Any]]:
        """Return the parameters of a place ("query", "path", "header") by name."""
        nodes = (
            self.document.resolve(node)
            for node in (*self._shared_parameters, *self.node.get("parameters", []))
        )
        return {node["name"]: node for node in nodes if node["in"] == place}

    @cached_property
    def query_parameters(self) -> dict[str, Parameter]:
        """The query parameters by name."""
        return {
            name: Parameter(
                name,
                node.get("required", False),
                self.document.resolve(node["schema"]).get("type") == "integer",
                self.document.validator(node["schema"]),
            )
            for name, node in self.parameters("query").items()
        }

    @cached_property
    def body_schemas(self) -> dict[str, dict[str, Any]]:
        """Schemas of the body by media type."""
        content = self.document.resolve(self.node.get("requestBody", {})).get("content", {})
        return {name: self.document.resolve(media["schema"]) for name, media in content.items()}

    @cached_property
    def body_validators(self) -> dict[str, Validator]:
        """Validators of the body by media type.

        For a body that is a str of JSON (`contentMediaType` with `contentSchema`), the validator
        is that of the JSON inside.
        """
        return {
            media_type: self.document.validator(schema.get("contentSchema", schema))
            for media_type, schema in self.body_schemas.items()
        }

    def read_query(self, request: Request) -> dict[str, Any]:
        """Read the query strictly by the document.

        Returns:
            Values by name: int for an integer parameter, str for others.

        Raises:
            Refusal: 400, a parameter is unknown, repeated, missing or invalid.
        """
        values: dict[str, Any] = {}
        for name, text in query_pairs(request.query):
            parameter = self.query_parameters.get(name)
            if parameter is None:
                raise Refusal(400, f"unknown parameter {name[:100]!r}")
            if name in values:
                raise Refusal(400, f"the parameter {name} is repeated")
            values[name] = parameter.read(text)
        for parameter in self.query_parameters.values():
            if parameter.required and parameter.name not in values:
                raise Refusal(400, f"the parameter {parameter.name} is missing")
        return values

    def check_body(self, media_type: str, tree: object) -> None:
        """Check a request's body against the document.

        Raises:
            Refusal: 400, naming the place and the error.
            KeyError: the operation does not take the media type.
        """
        validator = self.body_validators[media_type]
        if validator.is_valid(tree):
            return
        raise Refusal(400, first_error(validator, tree))

    def check_reply(self, reply: Reply) -> None:
        """Check a reply of our own against the document.

        Raises:
            ReplyMismatch: the document lacks the status or media type, or has another schema.
        """
        media_type = reply.media_type
        essence = None if media_type is None else media_type.partition(";")[0].strip()
        key = (reply.status, essence)
        if key not in self._replies:
            self._replies[key] = self._reply_validator(*key)
        validator = self._replies[key]
        if validator is None:
            return
        tree = reply.tree
        if isinstance(tree, RowPage):
            if tree.is_valid(validator):
                return
            tree = tree.tree()
        elif validator.is_valid(tree):
            return
        raise ReplyMismatch(
            f"{self.id}: the reply {reply.status} does not fit the document:"
            f" {first_error(validator, tree)}"
        )

    def _reply_validator(self, status: int, media_type: str | None) -> Validator | None:
        responses = self.node["responses"]
        for pattern in (str(status), f"{status // 100}XX", "default"):
            node = responses.get(pattern)
            if node is not None:
                break
        if node is None:
            raise ReplyMismatch(f"{self.id}: the document has no reply {status}")
        content = self.document.resolve(node).get("content", {})
        if not content and media_type is None:
            return None
        if "*/*" in content and media_type is not None:
            # A file of any type.
            return None
        if media_type not in content:
            raise ReplyMismatch(f"{self.id}: the reply {status} has no media type {media_type}")
        schema = content[media_type].get("schema")
        return None if schema is None else self.document.validator(schema)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A query parameter of a document.

    Attributes:
        name: Name on the wire.
        required: Whether it has to be sent.
        integer: Whether its value is an integer.
        validator: Validator of the value.
    """

    name: str
    required: bool
    integer: bool
    validator: Validator

    def read(self, text: str) -> int | str:
        """Convert the str of the query into a value.

        Raises:
            Refusal: 400, the value is invalid.
        """
        value: int | str = text
        if self.integer:
            # int() would also take " 1", "+1", "1_0" and digits of other scripts.
            if not _INTEGER.fullmatch(text):
                raise Refusal(400, f"{self.name} must be an integer")
            value = int(text)
        if not self.validator.is_valid(value):
            error = next(self.validator.iter_errors(value))
            raise Refusal(400, shorten(f"{self.name}: {error.message}"))
        return value


def _path_pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"\{([^}]+)\}", path)
    return re.compile(
        "".join(
            re.escape(part) if index % 2 == 0 else f"(?P<{part}>[^/]+)"
            for index, part in enumerate(parts)
        )
    )
