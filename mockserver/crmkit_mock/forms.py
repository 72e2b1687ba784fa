"""Queries and form bodies: names and values as pairs, and PHP's trees of them.

All CRMs read them here. JSON bodies are read by `json_text`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote_to_bytes

from multipart import (  # pyright: ignore[reportMissingTypeStubs]  # single modules have no marker
    MultipartError,
    PushMultipartParser,
    parse_options_header,
)

from crmkit_mock.messages import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Literal

    from crmkit_mock.messages import Request

FORM_TYPE = "application/x-www-form-urlencoded"
MULTIPART_TYPE = "multipart/form-data"

#: A query or body as PHP sees it: str and Upload at its leaves.
Tree = dict[str, Any]

_BRACKETS = re.compile(r"\[([^\]]*)\]")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a multipart body.

    Attributes:
        name: File name that the sender gives it.
        media_type: Media type that the sender gives it, in lower case; empty if none.
        content: The bytes.
    """

    name: str
    media_type: str
    content: bytes


class EmptyBracketsError(Exception):
    """A name has empty brackets before further ones, such as `where[][type]`."""


def query_pairs(
    query: bytes, *, errors: Literal["strict", "replace"] = "strict"
) -> list[tuple[str, str]]:
    """Split a query string or a urlencoded body into names and values, in order.

    A name without "=" has an empty value.

    Args:
        query: The bytes, still percent-encoded.
        errors: "strict" refuses what is not UTF-8, "replace" puts U+FFFD in its place.

    Raises:
        Refusal: 400, the percent-encoded bytes are not UTF-8.
    """
    pairs: list[tuple[str, str]] = []
    try:
        for part in query.split(b"&"):
            if part:
                name, _, value = part.replace(b"+", b" ").partition(b"=")
                pairs.append(
                    (
                        unquote_to_bytes(name).decode("utf-8", errors),
                        unquote_to_bytes(value).decode("utf-8", errors),
                    )
                )
    except UnicodeDecodeError:
        raise Refusal(400, "the query string is not UTF-8") from None
    return pairs


def multipart_pairs(content_type: str, body: bytes) -> list[tuple[str, str | Upload]]:
    """Return names and values of a multipart body's parts, in order.

    Text that is not UTF-8 gets U+FFFD. Of a broken body the parts before the break are returned,
    parts without a name never.

    Args:
        content_type: Content-Type with the boundary.
        body: The bytes.
    """
    pairs: list[tuple[str, str | Upload]] = []
    boundary = parse_options_header(content_type)[1].get("boundary", "")
    try:
        with PushMultipartParser(boundary.encode("latin-1", "replace")) as parser:
            segment: Any = None
            chunks: list[bytes] = []
            for event in parser.parse(body):
                if event is None:
                    if segment.name:
                        pairs.append((segment.name, _value(segment, b"".join(chunks))))
                elif isinstance(event, (bytes, bytearray)):
                    chunks.append(bytes(event))
                else:
                    segment, chunks = event, []
    except MultipartError:
        pass
    return pairs


def form_pairs(
    request: Request, *, errors: Literal["strict", "replace"] = "strict"
) -> list[tuple[str, str | Upload]] | None:
    """Return names and values of a form body of either media type; None if it is not a form.

    Raises:
        Refusal: 400, a urlencoded body is not UTF-8 and `errors` is "strict".
    """
    match request.media_type:
        case "application/x-www-form-urlencoded":
            return [*query_pairs(request.body, errors=errors)]
        case "multipart/form-data":
            return multipart_pairs(request.headers["content-type"], request.body)
        case _:
            return None


def php_tree(pairs: Iterable[tuple[str, Any]], *, nested_append: bool = True) -> Tree:
    """Put pairs together as PHP does: `a[b][]=1` is `{"a": {"b": {"0": "1"}}}`.

    The last of a name counts. Dots and spaces in the part before the brackets become underscores.
    Lists are dicts by number too; `php_lists` makes them lists.

    Args:
        pairs: Names and values.
        nested_append: Whether empty brackets may have others behind them.

    Raises:
        EmptyBracketsError: they have, and may not.
    """
    tree: Tree = {}
    for name, value in pairs:
        first, bracket, _ = name.partition("[")
        steps = [first.replace(".", "_").replace(" ", "_")]
        if bracket:
            steps += _BRACKETS.findall(name[len(first) :])
        if not nested_append and "" in steps[1:-1]:
            raise EmptyBracketsError(name)
        node = tree
        for index, step in enumerate(steps):
            # Empty brackets take the next number.
            key = str(len(node)) if step == "" and index else step
            if index == len(steps) - 1:
                node[key] = value
                break
            below = node.get(key)
            if not isinstance(below, dict):
                below = node[key] = {}
            node = cast("Tree", below)
    return tree


def php_lists(node: Any) -> Any:
    """Return a tree with lists in place of dicts whose keys are 0, 1, 2 …, as PHP encodes them."""
    if not isinstance(node, dict):
        return node
    values = [php_lists(value) for value in node.values()]
    if values and list(node) == [str(number) for number in range(len(values))]:
        return values
    return dict(zip(node, values, strict=True))


def _value(segment: Any, content: bytes) -> str | Upload:
    if segment.filename is None:
        return content.decode("utf-8", "replace")
    return Upload(segment.filename, segment.content_type or "", content)
