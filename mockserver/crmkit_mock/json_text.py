"""Strict JSON: what RFC 8259 allows and a database can keep, nothing else."""

from __future__ import annotations

import json
import math
from typing import NoReturn


class JSONTextError(ValueError):
    """The bytes are not JSON that the mock accepts; `str()` is the reason."""


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise JSONTextError(f"member {name!r} is repeated")
            seen.add(name)
    return members


def _constant(name: str) -> NoReturn:
    raise JSONTextError(f"{name} is not a JSON number")


def _float(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise JSONTextError("a number is too large")
    return value


#: Created once: json.loads creates a decoder each time it is called with hooks.
_decode = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_constant, parse_float=_float
).decode


def parse(data: bytes) -> object:
    """Parse JSON text.

    Rejected besides invalid JSON: other encodings than UTF-8, a byte order mark, NaN and Infinity,
    numbers beyond a double, repeated members, nesting beyond the interpreter's limit, and str
    with U+0000 or half a surrogate pair.

    Raises:
        JSONTextError: the bytes are rejected.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise JSONTextError("it is not UTF-8") from None
    try:
        tree: object = _decode(text)
    except JSONTextError:
        raise
    except json.JSONDecodeError as error:
        raise JSONTextError(f"{error.msg} at character {error.pos}") from None
    except RecursionError:
        raise JSONTextError("it is nested too deeply") from None
    except ValueError:
        # An integer of more digits than sys.get_int_max_str_digits().
        raise JSONTextError("a number is too large") from None
    # These can only be escaped: the decoder above rejects raw ones.
    if "\\u" in text:
        _reject_unstorable(tree)
    return tree


def _reject_unstorable(tree: object) -> None:
    whole = json.dumps(tree, ensure_ascii=False)
    if "\\u0000" in whole and _contains_nul(tree):
        raise JSONTextError("a str contains U+0000")
    try:
        whole.encode("utf-8")
    except UnicodeEncodeError:
        raise JSONTextError("a str contains half a surrogate pair") from None


def _contains_nul(tree: object) -> bool:
    pending = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, str):
            if "\0" in node:
                return True
        elif isinstance(node, dict):
            pending.extend(node)
            pending.extend(node.values())
        elif isinstance(node, list):
            pending.extend(node)
    return False
