"""The JSON parsers: the strict one, and PHP's."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit_mock.json_text import JSONTextError, parse, parse_as_php

texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
trees = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
)


@given(tree=trees, escaped=st.booleans())
def test_reads_valid_json_as_json_does(tree: object, *, escaped: bool) -> None:
    """Whatever a database can store is read, escaped or not."""
    assert parse(json.dumps(tree, ensure_ascii=escaped).encode()) == tree


@given(st.binary())
def test_reads_or_rejects_any_bytes(data: bytes) -> None:
    """No bytes raise anything but the parser's own error."""
    try:
        tree = parse(data)
    except JSONTextError:
        return
    assert tree == json.loads(data)


def test_an_escaped_backslash_before_u_is_not_an_escape() -> None:
    r"""A str of the six characters \u0000 is valid; only the character itself is rejected."""
    assert parse(rb'["\\u0000", "\\ud83d"]') == [r"\u0000", r"\ud83d"]
    with pytest.raises(JSONTextError, match="U\\+0000"):
        parse(rb'["\\\u0000"]')


def test_php_takes_what_json_decode_takes() -> None:
    """The last of repeated members counts, NUL is kept, and huge integers are floats."""
    cases: tuple[tuple[bytes, object], ...] = (
        (b'{"a": 1, "b": 2, "a": 3}', {"a": 3, "b": 2}),
        (rb'{"a\u0000": "\u0000"}', {"a\0": "\0"}),
        (b"9223372036854775807", 2**63 - 1),
        (b"9223372036854775808", float(2**63)),
        (b"[" * 512 + b"]" * 512, None),
        (b'["' + b"[" * 600 + b'"]', ["[" * 600]),
    )
    for data, tree in cases:
        parsed = parse_as_php(data)
        assert tree is None or parsed == tree, data
        assert tree is None or type(parsed) is type(tree), data


def test_php_rejects_what_json_decode_rejects() -> None:
    """Bad syntax, half a surrogate pair, NUL at the start of a name, and 513 levels."""
    for data in (
        *(b"{", b"\xef\xbb\xbf{}", b"NaN", b'"\xff"', b"[1,]", b"", b" ", b"1e999"),
        *(rb'"\ud800"', rb'"\udc00"', rb'{"\u0000a": 1}', b"[" * 513 + b"]" * 513),
    ):
        with pytest.raises(JSONTextError):
            parse_as_php(data)


@given(st.binary())
def test_php_reads_or_rejects_any_bytes(data: bytes) -> None:
    """No bytes raise anything but the parser's own error."""
    try:
        tree = parse_as_php(data)
    except JSONTextError:
        return
    assert tree == json.loads(data)
