"""Strict mode: whether the document allows a request, and where it does not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from crmkit_mock.forms import Upload, form_pairs, php_lists, php_tree, query_pairs
from crmkit_mock.json_text import JSONTextError, parse
from crmkit_mock.messages import Refusal
from crmkit_mock.schemas import first_error

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from crmkit_mock.documents import Document, Operation
    from crmkit_mock.messages import Request

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?", re.ASCII)
_BOOLEANS = {"true": True, "false": False, "1": True, "0": False}


class RequestNotAllowed(AssertionError):
    """The document does not allow a request; `str()` says where."""


def violation(
    operation: Operation, path_parameters: Mapping[str, str], request: Request
) -> str | None:
    """Return where a request is not as its operation's document says; None if it is.

    Credentials are not looked at, nor headers that the document does not have.

    Args:
        operation: The operation.
        path_parameters: Decoded values of the path's templates.
        request: The request.
    """
    checks = (
        _values_violations(operation, "path", {k: [v] for k, v in path_parameters.items()}),
        _values_violations(operation, "header", {k: [v] for k, v in request.headers.items()}),
        _query_violations(operation, request),
        _body_violations(operation, request),
    )
    return next((problem for check in checks for problem in check), None)


def _query_violations(operation: Operation, request: Request) -> Iterator[str]:
    try:
        pairs = query_pairs(request.query)
    except Refusal as refusal:
        yield refusal.message
        return
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    known = operation.parameters("query")
    # Of parts of a structure such as where[0][type] the document has the first ones only.
    roots = {name.partition("[")[0] for name, node in known.items() if "x-crmkit-part-of" in node}
    for name in values:
        if name not in known and ("[" not in name or name.partition("[")[0] not in roots):
            yield f"query: the document has no parameter {name[:100]!r}"
    yield from _values_violations(operation, "query", values)


def _values_violations(
    operation: Operation, place: str, values: Mapping[str, list[str]]
) -> Iterator[str]:
    """Yield what is wrong with the documented parameters of one place."""
    document = operation.document
    for name, node in operation.parameters(place).items():
        sent = values.get(name.lower() if place == "header" else name)
        if sent is None:
            if node.get("required"):
                yield f"{place}: the parameter {name} is missing"
            continue
        content = node.get("content")
        if content is not None:
            yield from _json_violations(
                document,
                f"{place}.{name}",
                sent[0].encode(),
                next(iter(content.values()))["schema"],
            )
            continue
        schema = document.resolve(node["schema"])
        value: Any = sent
        if schema.get("type") == "array":
            if not node.get("explode", True):
                value = sent[0].split(",") if sent[0] else []
        elif len(sent) > 1:
            yield f"{place}: the parameter {name} is repeated"
            continue
        else:
            value = sent[0]
        yield from _tree_violations(document, f"{place}.{name}", value, node["schema"], typed=False)


def _body_violations(operation: Operation, request: Request) -> Iterator[str]:
    document = operation.document
    node = document.resolve(operation.node.get("requestBody", {}))
    content = node.get("content")
    if not request.body:
        if node.get("required"):
            yield "body: it is missing"
        return
    if content is None:
        yield f"body: {operation.method} {operation.path} takes none"
        return
    media_type = request.media_type
    if media_type not in content:
        yield f"body: its type {media_type!r} is not {' or '.join(content)}"
        return
    schema = content[media_type].get("schema", {})
    inner = document.resolve(schema).get("contentSchema")
    if inner is not None or media_type.endswith("json"):
        yield from _json_violations(document, "body", request.body, inner or schema)
        return
    try:
        pairs = form_pairs(request)
    except Refusal as refusal:
        yield f"body: {refusal.message}"
        return
    if pairs is not None:
        tree = php_lists(php_tree(pairs)) or {}
        yield from _tree_violations(document, "body", tree, schema, typed=False)


def _json_violations(document: Document, place: str, body: bytes, schema: Any) -> Iterator[str]:
    try:
        tree = parse(body)
    except JSONTextError as error:
        yield f"{place}: not valid JSON: {error}"
        return
    yield from _tree_violations(document, place, tree, schema, typed=True)


def _tree_violations(
    document: Document, place: str, tree: Any, schema: Mapping[str, Any], *, typed: bool
) -> Iterator[str]:
    """Yield the first error of a tree.

    Args:
        document: The document.
        place: Where the tree was sent.
        tree: The tree.
        schema: Its schema.
        typed: Whether it has types; where not, its leaves are str and may stand for others.
    """
    validator = document.validator(schema)
    if not typed:
        tree = _without_files(tree)
        if validator.is_valid(tree):
            return
        tree = _typed(document, tree, schema)
    if not validator.is_valid(tree):
        error = first_error(validator, tree)
        name, separator, rest = error.partition(": ")
        is_place = separator and " " not in name and not name.startswith(("{", "[", '"'))
        yield f"{place}.{name}: {rest}" if is_place else f"{place}: {error}"


def _typed(document: Document, value: Any, schema: Any) -> Any:
    """Return a tree with the types that its schema wants in place of str, where they fit."""
    node = document.resolve(schema)
    kinds = node.get("type", ())
    kinds = {kinds} if isinstance(kinds, str) else set(kinds)
    if isinstance(value, dict):
        members = node.get("properties", {})
        return {
            name: _typed(document, item, members[name]) if name in members else item
            for name, item in value.items()
        }
    if isinstance(value, list):
        return [_typed(document, item, node.get("items", {})) for item in value]
    return _scalar(value, kinds) if isinstance(value, str) else value


def _scalar(text: str, kinds: set[str]) -> Any:
    """Return the value that a str stands for where a schema wants one of some types."""
    value: Any = text
    if "integer" in kinds and _INTEGER.fullmatch(text):
        value = int(text)
    elif "boolean" in kinds and text in _BOOLEANS:
        value = _BOOLEANS[text]
    elif "number" in kinds and _NUMBER.fullmatch(text):
        value = float(text)
    elif "null" in kinds and not text:
        value = None
    return value


def _without_files(value: Any) -> Any:
    """Return a tree with an empty str in place of each file."""
    if isinstance(value, dict):
        return {name: _without_files(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_without_files(item) for item in value]
    return "" if isinstance(value, Upload) else value
