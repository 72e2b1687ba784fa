"""JSON text and trees, by orjson where the extra `crmkit[fast]` is installed."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["FAST", "dumps", "loads"]


def _engine() -> Any:
    try:
        import orjson
    except ImportError:  # the extra is not installed
        return None
    return orjson


_orjson = _engine()

FAST: bool = _orjson is not None
"""Whether orjson is there. Then encoders may leave aware datetimes to `dumps`."""


def loads(content: bytes) -> Any:
    """Return the tree that JSON text holds.

    orjson reads integers beyond 64 bits as floats; to look for them first would take longer than
    it saves.

    Raises:
        ValueError: It is no JSON.
        RecursionError: It is nested too deeply.
    """
    if FAST:
        try:
            return _orjson.loads(content)
        except _orjson.JSONDecodeError:
            # orjson refuses NaN, a byte order mark, UTF-16 and lone surrogates; json reads them.
            pass
    return json.loads(content)


def dumps(tree: Any) -> bytes:
    """Return `tree` as JSON text in UTF-8, without blanks.

    Args:
        tree: Dicts, lists, texts, finite numbers, booleans, None and, if `FAST`, datetimes in
            UTC. What comes from callers has been through `wire.opened`: orjson writes NaN as null.

    Raises:
        TypeError: It holds something else.
        ValueError: It holds a lone surrogate.
    """
    if FAST:
        try:
            text: bytes = _orjson.dumps(tree, option=_orjson.OPT_UTC_Z)
        except TypeError:
            # Integers beyond 64 bits; what is no JSON at all fails again below.
            pass
        else:
            return text
    return json.dumps(tree, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
