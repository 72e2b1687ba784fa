"""JSON text and trees, by orjson where the extra `crmkit[fast]` is installed."""

from __future__ import annotations

import json
from datetime import datetime
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
        tree: Dicts, lists, texts, numbers, booleans and None; with `FAST` aware datetimes, too.

    Raises:
        TypeError: It holds something else.
        ValueError: It holds NaN, an infinity or a lone surrogate.
    """
    if FAST:
        try:
            text: bytes = _orjson.dumps(_finite(tree), option=_orjson.OPT_UTC_Z)
        except TypeError:
            # Integers beyond 64 bits; what is no JSON at all fails again below.
            pass
        else:
            return text
    return json.dumps(
        tree, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_text
    ).encode()


_PLAIN = {str, int, bool, type(None), datetime}


def _finite(tree: Any) -> Any:
    """Refuse what orjson would quietly write as null."""
    kind = type(tree)
    if kind is float:
        if tree - tree != 0:
            raise ValueError("a number is not finite")
    elif kind is dict or kind is list:
        values = tree.values() if kind is dict else tree
        if not _PLAIN.issuperset(map(type, values)):
            for value in values:
                _finite(value)
    return tree


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        from .wire import instant_text

        return instant_text(value)
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")
