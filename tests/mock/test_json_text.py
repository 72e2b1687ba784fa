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
def test_proper_json_is_read_as_json_reads_it(tree: object, *, escaped: bool) -> None:
    """Whatever a database can keep is read, escaped or not."""
    assert parse(json.dumps(tree, ensure_ascii=escaped).encode()) == tree


@given(st.binary())
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """No bytes raise anything but the parser's own error."""
    try:
        tree = parse(data)
    except JSONTextError:
        return
    assert tree == json.loads(data)


def test_a_backslash_before_a_u_is_no_escape() -> None:
    r"""A text that holds the six characters \u0000 is fine; only the character is refused."""
    assert parse(rb'["\\u0000", "\\ud83d"]') == [r"\u0000", r"\ud83d"]
    with pytest.raises(JSONTextError, match="U\\+0000"):
        parse(rb'["\\\u0000"]')
