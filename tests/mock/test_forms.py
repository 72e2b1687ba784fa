"""The reader of queries and form bodies that all mock CRMs share."""

from __future__ import annotations

from typing import Any

import pytest

from crmkit_mock.forms import (
    EmptyBracketsError,
    Upload,
    form_pairs,
    multipart_pairs,
    php_lists,
    php_tree,
    query_pairs,
)
from crmkit_mock.messages import Refusal, Request


def test_splits_a_query_into_pairs() -> None:
    """Order and repetition are kept, percent and plus are decoded, a missing value is empty."""
    for query, pairs in {
        b"": [],
        b"&&": [],
        b"a=1&a=2&b": [("a", "1"), ("a", "2"), ("b", "")],
        b"a%5Bb%5D=x+y%2B&=v": [("a[b]", "x y+"), ("", "v")],
        b"a=%C3%A9=%zz": [("a", "\u00e9=%zz")],
    }.items():
        assert query_pairs(query) == pairs
    with pytest.raises(Refusal, match="UTF-8"):
        query_pairs(b"a=%ff")
    assert query_pairs(b"a=%ff", errors="replace") == [("a", "\ufffd")]


def test_builds_the_trees_of_php() -> None:
    """Brackets make dicts, empty ones count on, the last of a name wins, names are mended."""
    for query, tree in (
        (b"a=1&a=2", {"a": "2"}),
        (b"a[]=1&a[]=2", {"a": ["1", "2"]}),
        (b"a[0]=1&a[2]=2", {"a": {"0": "1", "2": "2"}}),
        (b"a[b][c]=1&a[b][d][]=2", {"a": {"b": {"c": "1", "d": ["2"]}}}),
        (b"a=1&a[b]=2", {"a": {"b": "2"}}),
        (b"a.b c=1", {"a_b_c": "1"}),
        (b"w[][x]=1&w[][x]=2", {"w": [{"x": "1"}, {"x": "2"}]}),
    ):
        assert php_lists(php_tree(query_pairs(query))) == tree
    with pytest.raises(EmptyBracketsError):
        php_tree([("w[][x]", "1")], nested_append=False)
    assert php_tree([("w[x][]", "1")], nested_append=False) == {"w": {"x": {"0": "1"}}}


def part(head: str, content: bytes) -> bytes:
    """Return a part of a multipart body."""
    return f"--line\r\nContent-Disposition: form-data{head}\r\n\r\n".encode() + content + b"\r\n"


def test_reads_multipart_bodies() -> None:
    """Fields and files come in order, as they were sent."""
    body = (
        part('; name="title"', "caf\u00e9".encode())
        + part('; name="a[b]"', b"")
        + part('; name="f"; filename="a b.png"\r\nContent-Type: image/png', b"\x89\r\n--li\xff")
        + part("", b"nameless")
        + part('; name="bad"', b"\xff")
        + b"--line--\r\n"
    )
    pairs: list[tuple[str, Any]] = [
        ("title", "caf\u00e9"),
        ("a[b]", ""),
        ("f", Upload("a b.png", "image/png", b"\x89\r\n--li\xff")),
        ("bad", "\ufffd"),
    ]
    for content_type in (
        "multipart/form-data; boundary=line",
        'Multipart/Form-Data; charset=utf-8; boundary="line"',
    ):
        assert multipart_pairs(content_type, body) == pairs
        headers = {"content-type": content_type}
        assert form_pairs(Request("POST", "/", b"", headers, body)) == pairs


def test_reads_what_is_whole_of_a_broken_multipart_body() -> None:
    """A body that breaks off gives the parts before; without a boundary there are none."""
    whole = part('; name="a"', b"1") + part('; name="b"', b"2")
    assert multipart_pairs("multipart/form-data; boundary=line", whole[:-3]) == [("a", "1")]
    for content_type in ("multipart/form-data", 'multipart/form-data; boundary=""'):
        assert multipart_pairs(content_type, whole) == []
    assert multipart_pairs("multipart/form-data; boundary=other", whole) == []
    assert multipart_pairs("multipart/form-data; boundary=line", b"") == []


def test_reads_forms_by_their_media_type_alone() -> None:
    """A urlencoded body is pairs; a body of another type, or of none, is not a form."""
    for content_type, pairs in {
        "application/x-www-form-urlencoded; charset=utf-8": [("a", "1")],
        "application/json": None,
        "": None,
    }.items():
        request = Request("POST", "/", b"", {"content-type": content_type}, b"a=1")
        assert form_pairs(request) == pairs
