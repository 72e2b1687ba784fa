"""Read and write JSON, by orjson where the extra `crmkit[fast]` is installed."""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any

from .collector import uncollected
from .numbers import parse_number

try:
    _orjson: Any = import_module("orjson")
except ImportError:  # the extra is not installed
    _orjson = None

FAST: bool = _orjson is not None
"""Whether orjson is used."""


def loads(content: bytes, *, exact: bool = False) -> Any:
    """Return the tree of a JSON document.

    orjson reads integers beyond 64 bits as floats; to look for them first would take longer than
    it saves.

    Integers of more digits than Python converts are left as str: the rest is as good as ever.

    Args:
        content: The document.
        exact: Whether numbers that a float cannot hold keep their digits, as `Exact`.

    Raises:
        ValueError: It is not JSON.
        RecursionError: It is nested too deeply.
    """
    if FAST and not exact:
        try:
            return uncollected(_orjson.loads, content)
        except _orjson.JSONDecodeError:
            # orjson refuses NaN, a byte order mark, UTF-16 and lone surrogates; json reads them.
            pass
    number = parse_number if exact else None
    try:
        return uncollected(json.loads, content, parse_float=number)
    except ValueError as error:
        if type(error) is not ValueError:
            raise
    integer = lambda text: text if len(text) > 640 else int(text)  # noqa: E731  # a hook, as below
    return json.loads(content, parse_float=number, parse_int=integer)


def dumps(tree: Any) -> bytes:
    """Return `tree` as JSON in UTF-8, without whitespace.

    Args:
        tree: Dicts, lists, strings, finite numbers, booleans and None. What comes from callers has
            been through `encode_json`: orjson writes NaN as null, and datetimes.

    Raises:
        TypeError: It holds something else.
        ValueError: It holds a lone surrogate.
    """
    if FAST:
        try:
            return bytes(_orjson.dumps(tree))  # as it is, for it is of that type
        except TypeError:
            # Integers beyond 64 bits; what JSON cannot hold fails again below.
            pass
    return json.dumps(
        tree, ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":")
    ).encode()
