"""What a request gives: the members of query and body, however they come."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from crmkit_mock.json_text import JSONTextError, parse
from crmkit_mock.monica.multipart import read_parts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crmkit_mock.messages import Request

Given = dict[str, Any]

_SUBSCRIPTS = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])+)")


def read_query(request: Request) -> Given:
    """Return the members of the query, lists where names end in brackets."""
    return _members(_pairs(request.query)) if request.query else {}


def read_body(request: Request) -> Given:
    """Return the members of the body.

    JSON that is broken or no object, and whatever comes under another media type than those of
    JSON and forms, counts as nothing.
    """
    kind = request.media_type
    if kind == "application/x-www-form-urlencoded":
        return _members(_pairs(request.body))
    if kind == "multipart/form-data":
        return _members(read_parts(request.headers["content-type"], request.body))
    if not kind.endswith(("/json", "+json")):
        return {}
    try:
        tree = _trimmed(parse(request.body))
    except (JSONTextError, RecursionError):
        return {}
    return tree if isinstance(tree, dict) else {}


def _pairs(text: bytes) -> Iterable[tuple[str, str]]:
    for part in text.split(b"&"):
        if part:
            name, _, value = part.replace(b"+", b" ").partition(b"=")
            yield (
                unquote_to_bytes(name).decode("utf-8", "replace"),
                unquote_to_bytes(value).decode("utf-8", "replace"),
            )


def _members(pairs: Iterable[tuple[str, Any]]) -> Given:
    """Put pairs together: `a[]=1&a[]=2` is a list, of the same name the last one counts."""
    given: Given = {}
    for name, value in pairs:
        found = _SUBSCRIPTS.fullmatch(name)
        if found is None:
            given[name] = _trimmed(value)
        else:
            items = given.get(found[1])
            given[found[1]] = [*(items if isinstance(items, list) else []), _trimmed(value)]
    return given


def _trimmed(value: Any) -> Any:
    """Trim texts; empty ones become null."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, list):
        return [_trimmed(item) for item in value]
    if isinstance(value, dict):
        return {name: _trimmed(item) for name, item in value.items()}
    return value
