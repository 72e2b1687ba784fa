"""JSON as the mock writes it, strict JSON, which a database can keep, and JSON as PHP takes it."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable


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


#: Writes a tree as compact JSON in ASCII. Created once: json.dumps creates an encoder each time
#: it is called with separators. No tree contains itself; to look for that takes a fifth.
to_json = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode

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
    text, tree = _parse(data, _decode)
    # These can only be escaped: the decoder rejects raw ones.
    if "\\u" in text:
        _reject_unstorable(tree)
    return tree


def parse_as_php(data: bytes) -> object:
    """Parse JSON text as PHP's `json_decode` does.

    Unlike `parse` it takes the last of repeated members, U+0000 but at the start of a name, and
    integers beyond 64 bits, which become floats. It rejects nesting beyond 512 levels.

    Raises:
        JSONTextError: the bytes are rejected.
    """
    if data.count(b"[") + data.count(b"{") > _PHP_DEPTH:
        _require_depth(data)
    text, tree = _parse(data, _decode_as_php)
    if "\\u" in text:
        _require_pairs(json.dumps(tree, ensure_ascii=False))
        if "\\u0000" in text:
            _require_names(tree)
    return tree


def _parse(data: bytes, decode: Callable[[str], object]) -> tuple[str, object]:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise JSONTextError("it is not UTF-8") from None
    try:
        return text, decode(text)
    except JSONTextError:
        raise
    except json.JSONDecodeError as error:
        raise JSONTextError(f"{error.msg} at character {error.pos}") from None
    except RecursionError:
        raise JSONTextError("it is nested too deeply") from None
    except ValueError:
        # An integer of more digits than sys.get_int_max_str_digits().
        raise JSONTextError("a number is too large") from None


def _integer_as_php(text: str) -> int | float:
    if text == "-0" or len(text) > _INT_DIGITS:
        return _float(text)
    number = int(text)
    return number if -(2**63) <= number < 2**63 else float(number)


#: Digits that no integer of 64 bits exceeds, with its sign.
_INT_DIGITS = 20
_PHP_DEPTH = 512
_decode_as_php = json.JSONDecoder(
    parse_constant=_constant, parse_float=_float, parse_int=_integer_as_php
).decode
_STRUCTURE = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[{\]}]', re.DOTALL)


def _require_depth(data: bytes) -> None:
    depth = 0
    for match in _STRUCTURE.finditer(data):
        if match[0] in b"[{":
            depth += 1
        elif match[0] in b"]}":
            depth -= 1
        if depth > _PHP_DEPTH:
            raise JSONTextError("it is nested too deeply")


def _require_names(tree: object) -> None:
    pending = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            if any(name.startswith("\0") for name in node):
                raise JSONTextError("a name begins with U+0000")
            pending.extend(node.values())
        elif isinstance(node, list):
            pending.extend(node)


def _reject_unstorable(tree: object) -> None:
    whole = json.dumps(tree, ensure_ascii=False)
    if "\\u0000" in whole and _contains_nul(tree):
        raise JSONTextError("a str contains U+0000")
    _require_pairs(whole)


def _require_pairs(text: str) -> None:
    try:
        text.encode("utf-8")
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
