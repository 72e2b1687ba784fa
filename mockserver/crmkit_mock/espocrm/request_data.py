"""Queries and bodies of requests, read as PHP reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from crmkit_mock.espocrm.errors import bad_request
from crmkit_mock.forms import Upload, form_pairs, php_lists, php_tree, query_pairs
from crmkit_mock.json_text import parse_as_php

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.messages import Request


def read_query(request: Request) -> Mapping[str, Any]:
    """Return the query as a tree. What is not UTF-8 gets U+FFFD, which matches nothing.

    Raises:
        EmptyBracketsError: a name has empty brackets before further ones.
    """
    return php_tree(query_pairs(request.query, errors="replace"), nested_append=False)


def read_body(request: Request) -> dict[str, Any]:
    """Return the body as a tree, empty without a Content-Type or with an unknown one.

    PHP reads forms of POST alone.

    Raises:
        APIError: 400, it is a JSON value that is neither an object nor an array.
        Refusal: 400, a form is not UTF-8.
        JSONTextError: it is not valid JSON.
    """
    if request.media_type == "application/json":
        return _read_json(request.body)
    pairs = form_pairs(request) if request.method == "POST" else None
    tree = php_tree((name, _text(value)) for name, value in pairs or ())
    return {name: php_lists(value) for name, value in tree.items()}


def _read_json(body: bytes) -> dict[str, Any]:
    # "0" is nothing to PHP.
    if body in {b"", b"0"}:
        return {}
    tree = parse_as_php(body)
    if isinstance(tree, list):
        return {"list": tree}
    if not isinstance(tree, dict):
        raise bad_request("Body is not a JSON object.")
    return cast("dict[str, Any]", tree)


def _text(value: str | Upload) -> str:
    # Files are uploaded as data URIs in the body; one in a form is read as its text.
    return value.content.decode("utf-8", "replace") if isinstance(value, Upload) else value
