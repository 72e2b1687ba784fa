"""Queries and bodies of requests, read as PHP reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from crmkit_mock.espocrm.errors import bad_request
from crmkit_mock.forms import FORM_TYPE, php_lists, php_tree, query_pairs
from crmkit_mock.json_text import JSONTextError, parse_as_php
from crmkit_mock.messages import Refusal

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

    PHP reads urlencoded forms of POST alone. It does not keep the text of multipart bodies, without
    which EspoCRM takes a body for empty.

    Raises:
        APIError: 400, it is a JSON value that is neither an object nor an array.
        JSONTextError: it is not valid JSON, or a form is not UTF-8.
    """
    # Whitespace before the semicolon is part of the type to the server.
    media_type = request.headers.get("content-type", "").partition(";")[0].lower()
    if media_type == "application/json":
        return _read_json(request.body)
    if media_type != FORM_TYPE or request.method != "POST":
        return {}
    try:
        pairs = query_pairs(request.body)
    except Refusal:
        # The database refuses it.
        raise JSONTextError("it is not UTF-8") from None
    return {name: php_lists(value) for name, value in php_tree(pairs).items()}


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
