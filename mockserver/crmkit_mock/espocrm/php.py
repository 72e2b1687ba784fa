"""How PHP reads a query and a body: brackets make trees, and what is no number is 0."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any, cast

from crmkit_mock.forms import query_pairs
from crmkit_mock.json_text import JSONTextError, parse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crmkit_mock.messages import Request

_NUMBER = re.compile(r"\s*([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)", re.ASCII)
_INTEGER = re.compile(r"\s*([+-]?\d{1,18})", re.ASCII)
_BRACKETS = re.compile(r"\[([^\]]*)\]")

Tree = dict[str, Any]


class EmptyBrackets(Exception):
    """A name such as `where[][type]`, which crashes the vendor's server."""


class BrokenJSON(Exception):
    """The body is no JSON, which crashes the vendor's server."""


class NotAnObject(Exception):
    """The body is a JSON value that is neither an object nor an array."""


def read_query(query: bytes) -> Tree:
    """Read a query string.

    Raises:
        Refusal: 400, the percent-encoded bytes are not UTF-8.
        EmptyBrackets: a name has empty brackets before further ones.
    """
    return _tree(query_pairs(query))


def read_body(request: Request) -> Tree:
    """Read a body by its Content-Type alone; without one, or with another, there is none.

    Raises:
        BrokenJSON: it is no JSON.
        NotAnObject: it is JSON, but no object and no array.
        Refusal: 400, a form is not UTF-8.
        EmptyBrackets: as for `read_query`.
    """
    match request.media_type:
        case "application/json":
            return _read_json(request.body)
        case "application/x-www-form-urlencoded":
            return _tree(query_pairs(request.body))
        case "multipart/form-data":
            return _read_parts(request)
        case _:
            return {}


def to_int(value: object) -> int:
    """Return a value as an integer as PHP does: by the digits that it begins with."""
    if isinstance(value, bool | int | float):
        return int(value)
    found = _INTEGER.match(value) if isinstance(value, str) else None
    return int(found[1]) if found else 0


def to_number(value: object) -> float:
    """Return a value as the database compares it with a number."""
    if isinstance(value, bool | int | float):
        return float(value)
    found = _NUMBER.match(value) if isinstance(value, str) else None
    return float(found[1]) if found else 0.0


def items(value: object) -> list[Any]:
    """Return the members of an array, whose keys a query may have named as it liked."""
    if isinstance(value, dict):
        return list(cast("Tree", value).values())
    return list(value) if isinstance(value, list) else []


def _read_json(body: bytes) -> Tree:
    if not body.strip():
        return {}
    try:
        tree = parse(body)
    except JSONTextError as error:
        raise BrokenJSON(str(error)) from None
    if isinstance(tree, list):
        return {"list": tree}
    if not isinstance(tree, dict):
        raise NotAnObject
    return cast("Tree", tree)


def _read_parts(request: Request) -> Tree:
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode("latin-1", "replace")
    message = message_from_bytes(head + request.body, policy=policy.HTTP)
    if not message.is_multipart():
        return {}
    pairs: list[tuple[str, str]] = []
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            pairs.append((name, content.decode("utf-8", "replace")))
    return _tree(pairs)


def _tree(pairs: Iterable[tuple[str, str]]) -> Tree:
    tree: Tree = {}
    for name, value in pairs:
        first, bracket, _ = name.partition("[")
        # As in PHP, blanks and dots in a name are underscores.
        steps = [first.replace(".", "_").replace(" ", "_")]
        if bracket:
            steps += _BRACKETS.findall(name[len(first) :])
        _put(tree, steps, value)
    return tree


def _put(tree: Tree, steps: list[str], value: str) -> None:
    node = tree
    for index, step in enumerate(steps):
        if step == "" and index:
            if index < len(steps) - 1:
                raise EmptyBrackets
            step = str(len(node))  # noqa: PLW2901 - empty brackets take the next number
        if index == len(steps) - 1:
            node[step] = value
            return
        below = node.get(step)
        if not isinstance(below, dict):
            below = node[step] = {}
        node = cast("Tree", below)
