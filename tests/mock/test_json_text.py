"""The strict JSON parser."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit_mock.json_text import JSONTextError, parse

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
