"""Hostile replies: each is a DecodeError."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Generator
from decimal import Decimal
from itertools import product
from typing import Any

import httpx
import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from crmkit import CRMError, DecodeError
from crmkit.core.codec.decode_errors import DECODE_ERRORS
from crmkit.core.operation import Operation
from crmkit.onepagecrm import AsyncOnePageCRM, OnePageCRM, shapes
from crmkit.onepagecrm.shapes import reply_shape
from crmkit.onepagecrm.vendor import OnePageCRMVendor
from tests.clients.conftest import MakeOnePageCRM
from tests.clients.harness import Answer, Canned, Driver, failures, reply, sync_alone

asynchronous = sync_alone

HEAD = "<timestamp>7</timestamp><status>0</status><message>OK</message>"
GOOD_XML = f"<hash>{HEAD}<data><count>0</count><page>1</page><maxpage>0</maxpage><contacts/></data>"
GOOD_YAML = (
    "timestamp: 7\nstatus: 0\nmessage: OK\ndata: {count: 0, page: 1, maxpage: 0, contacts: []}\n"
)


def _xml(members: str = "", before: str = "") -> bytes:
    return f"{before}{GOOD_XML}{members}</hash>".encode()


def _laughs() -> str:
    lols = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE hash [<!ENTITY l0 "lol">{lols}]>'


XML_ATTACKS: dict[str, bytes] = {
    "entity bomb": _xml("<x>&l9;</x>", _laughs()),
    "quadratic entity": _xml(
        f"<x>{'&a;' * 1000}</x>", f'<!DOCTYPE hash [<!ENTITY a "{"a" * 10000}">]>'
    ),
    "external entity": _xml(
        "<x>&e;</x>", '<!DOCTYPE hash [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    ),
    "entity over the network": _xml(
        "<x>&e;</x>", '<!DOCTYPE hash [<!ENTITY e SYSTEM "http://evil.test/">]>'
    ),
    "external document type": _xml(before='<!DOCTYPE hash SYSTEM "http://evil.test/x.dtd">'),
    "public document type": _xml(before='<!DOCTYPE hash PUBLIC "-//X//" "http://evil.test/x">'),
    "parameter entity": _xml(
        before='<!DOCTYPE hash [<!ENTITY % p SYSTEM "http://evil.test/x"> %p;]>'
    ),
    "empty document type": _xml(before="<!DOCTYPE hash>"),
    "internal document type": _xml(before="<!DOCTYPE hash [<!ELEMENT hash ANY>]>"),
    "undeclared entity": _xml("<x>&nope;</x>"),
    "entity of HTML": _xml("<x>&nbsp;</x>"),
    "deep nesting": _xml("<x>" * 40 + "</x>" * 40),
    "very deep nesting": _xml("<x>" * 100_000 + "</x>" * 100_000),
    "another encoding, declared": _xml(before="<?xml version='1.0' encoding='ISO-8859-1'?>"),
    "another encoding, not declared": _xml("<x>\xe9</x>").decode().encode("latin-1"),
    "another encoding, in part": _xml("<x>é</x>").replace("é".encode(), b"\xc3\xa9\xe9"),
    "UTF-16": _xml().decode().encode("utf-16"),
    "UTF-16, declared as UTF-8": _xml(before="<?xml version='1.0' encoding='UTF-8'?>")
    .decode()
    .encode("utf-16-le"),
    "UTF-7": _xml(before="<?xml version='1.0' encoding='UTF-7'?>"),
    "surrogate": _xml("<x>S</x>").replace(b"S", b"\xed\xa0\x80"),
    "NUL": _xml("<x>\0</x>"),
    "duplicated element": _xml("<status>104</status>"),
    "duplicated member": _xml("<tags><system/><system/></tags>"),
    "duplicated unknown member": _xml("<x><a/><a/></x>"),
    "duplicated attribute": _xml("<x a='1' a='2'/>"),
    "two roots": _xml() + b"<hash/>",
    "another root": b"<html><body>Sign in</body></html>",
    "prefixed root": b'<x:hash xmlns:x="urn:x"><status>0</status></x:hash>',
    "not closed": _xml()[:-3],
    "text after the end": _xml() + b"x",
    "text among members": _xml("stray"),
    "text among items": _xml("<notifications>stray<a>x</a></notifications>"),
    "str for an object": _xml("<tags>stray</tags>"),
    "elements in a str": _xml("<notifications><n><b>x</b></n></notifications>"),
    "elements in a number": _xml("<sales><target><b>1</b></target></sales>"),
    "str for a number": _xml("<sales><target>much</target></sales>"),
    "infinity": _xml("<sales><target>1e999</target></sales>"),
    "not a number": _xml("<sales><target>nan</target></sales>"),
    "huge integer": _xml(f"<sales><expires>{'9' * 100_000}</expires></sales>"),
    "digits of another script": _xml("<sales><expires>\u0661</expires></sales>"),
    "null for an object": _xml('<sales nil="true"/>'),
    "null with a value": _xml('<x nil="true">1</x>'),
    "empty": b" ",
    "JSON": b'{"timestamp": 7, "status": 0, "message": "OK"}',
    "binary": bytes(range(256)),
}

_YAML_MEMBERS = {
    "tag of Python": "x: !!python/object/apply:os.system ['true']",
    "tag": "x: !!str a",
    "local tag": "x: !foo a",
    "empty tag": "x: ! a",
    "tag of a set": "x: !!set {a}",
    "verbatim tag": "x: !<tag:yaml.org,2002:str> a",
    "alias": "x: &a [1]\ny: *a",
    "anchor": "x: &a 1",
    "alias of itself": "x: &a [*a]",
    "bomb of aliases": "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]",
    "merge key": "x: {<<: {status: 5}}",
    "merge key at the top": "<<: {status: 5}",
    "key twice": "status: 104",
    "key twice, once as a symbol": ":status: 104",
    "inner key twice": "tags: {system: [], system: []}",
    "unknown key twice": "x: {a: 1, a: 2}",
    "key that is a list": "? [a]\n: 1",
    "key that is a map": "? {a: 1}\n: 1",
    "second document": "---\nstatus: 0",
    "end and another document": "...\n---\nstatus: 0",
    "deep nesting": "x: " + "[" * 40 + "]" * 40,
    "very deep nesting": "x: " + "[" * 100_000,
    "deep maps": "x: " + "{a: " * 100 + "1" + "}" * 100,
    "str for an object": "tags: stray",
    "null for an object": "tags:",
    "list for an object": "tags: []",
    "object for a list": "notifications: {}",
    "object for a str": "notifications: [{}]",
    "list for a number": "sales: {target: [1]}",
    "str for a number": "sales: {target: much}",
    "infinity": "sales: {target: .inf}",
    "not a number": "sales: {target: .nan}",
    "too large a number": "sales: {target: 1e999}",
    "sexagesimal number": "sales: {target: 1:30}",
    "hexadecimal": "sales: {expires: 0x10}",
    "huge integer": "sales: {expires: " + "9" * 100_000 + "}",
    "tab": "x:\n\t- a",
    "not closed": "x: [",
    "quote not closed": 'x: "',
    "control character": "x: \x01",
}
YAML_ATTACKS: dict[str, bytes] = {
    **{name: (GOOD_YAML + members).encode() for name, members in _YAML_MEMBERS.items()},
    "declared tag": b"%TAG ! tag:evil.test,2000:\n---\n" + GOOD_YAML.encode(),
    "unknown version": b"%YAML 9.0\n---\n" + GOOD_YAML.encode(),
    "another encoding": GOOD_YAML.replace("OK", "\xe9").encode("latin-1"),
    "UTF-16": GOOD_YAML.encode("utf-16"),
    "surrogate": GOOD_YAML.encode().replace(b"OK", b"\xed\xa0\x80"),
    "list at the top": b"- 1",
    "str at the top": b"Sign in",
    "comment alone": b"# nothing\n",
    "HTML": b"<html><body>Sign in</body></html>",
    "binary": bytes(range(256)),
}
ODD = {
    *("text among items", "str for an object", "elements in a str", "elements in a number"),
    *("str for a number", "infinity", "not a number", "too large a number", "huge integer"),
    *("digits of another script", "null for an object", "null with a value", "hexadecimal"),
    *("list for an object", "object for a list", "object for a str", "list for a number"),
    "sexagesimal number",
}
"""What is well-formed and not as documented."""
ATTACKS = {"xml": XML_ATTACKS, "yaml": YAML_ATTACKS}
MEDIA = {"xml": "application/xml", "yaml": "text/yaml"}


@contextlib.contextmanager
def open_client(format_: str, answer: Answer) -> Generator[Driver]:
    """Open a client over one answer."""
    settings: dict[str, Any] = {"uid": "u", "key": "AAAA", "format": format_, "max_retries": 0}
    driver = Driver(False, Canned(answer), (OnePageCRM, AsyncOnePageCRM), **settings)
    try:
        yield driver
    finally:
        driver.end()


def _answer(format_: str, body: bytes, charset: str = "utf-8") -> Callable[..., httpx.Response]:
    return reply(body, headers={"Content-Type": f"{MEDIA[format_]}; charset={charset}"})


def test_base_of_attacks_is_valid(onepagecrm: MakeOnePageCRM) -> None:
    """The reply that each attack spoils is read without it, so the attack is refused."""

    def check(format_: str) -> None:
        body = _xml() if format_ == "xml" else GOOD_YAML.encode()

        crm = onepagecrm(_answer(format_, body), format=format_)

        assert crm(lambda crm: crm.contacts.list()) == []

    assert failures(check, product(["xml", "yaml"])) == []


def test_attack_is_decode_error(onepagecrm: MakeOnePageCRM) -> None:
    """No attack is expanded, fetched, run or partly used."""

    def check(format_: str, name: str) -> None:
        crm = onepagecrm(_answer(format_, ATTACKS[format_][name]), format=format_)

        with pytest.raises(DecodeError) as caught:
            crm(lambda crm: crm.contacts.list())

        assert caught.value.operation == "contacts.list"
        assert len(crm.seen) == 1
        assert crm.crm.view.timestamp is None  # nothing of it was used

    cases = [(format_, name) for format_, attacks in ATTACKS.items() for name in attacks]
    assert failures(check, [case for case in cases if case[1] not in ODD]) == []


def test_odd_value_costs_no_more_than_itself(onepagecrm: MakeOnePageCRM) -> None:
    """A value of another form than documented is not used; the reply around it is."""

    def check(format_: str, name: str) -> None:
        crm = onepagecrm(_answer(format_, ATTACKS[format_][name]), format=format_)

        assert crm(lambda crm: crm.contacts.list()) == []

        view = crm.crm.view
        assert view.timestamp is not None
        assert (view.tags, view.notifications) == (None, [])
        if view.sales is not None:
            assert view.sales.target in (None, Decimal("1e999"))
            assert view.sales.expires is None

    cases = [(format_, name) for format_, attacks in ATTACKS.items() for name in attacks]
    assert failures(check, [case for case in cases if case[1] in ODD]) == []


_TAGS = "".join(f"%TAG !a{number}! x\n" for number in range(200_000))


@pytest.mark.parametrize(
    "text",
    [
        f"{_TAGS}---\n{GOOD_YAML}",
        f"\ufeff# comment\n\n{_TAGS}---\n{GOOD_YAML}",
        f"---\n{GOOD_YAML}...\n{_TAGS}---\n{GOOD_YAML}",
        f"{GOOD_YAML}{_TAGS}",
        f"---\r{_TAGS.replace(chr(10), chr(13))}---\r{GOOD_YAML}",
    ],
)
def test_directives_take_no_time(text: str) -> None:
    """Directives, which take a parser quadratic time, are refused before it sees them."""
    begun = time.process_time()
    with open_client("yaml", _answer("yaml", text.encode())) as crm, pytest.raises(DecodeError):
        crm(lambda crm: crm.api_version())
    assert time.process_time() - begun < 5


def test_rejects_other_encoding_in_header(onepagecrm: MakeOnePageCRM) -> None:
    """A body whose header and content disagree about the encoding is refused."""

    def check(format_: str, charset: str) -> None:
        body = _xml() if format_ == "xml" else GOOD_YAML.encode()
        crm = onepagecrm(_answer(format_, body, charset), format=format_)

        with pytest.raises(DecodeError):
            crm(lambda crm: crm.contacts.list())

    assert failures(check, product(["xml", "yaml"], ["iso-8859-1", "utf-16", "utf-7"])) == []


def test_rejects_long_reply(onepagecrm: MakeOnePageCRM, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reply over the limit is refused before it is parsed."""

    def check(format_: str) -> None:
        body = _xml() if format_ == "xml" else GOOD_YAML.encode()
        monkeypatch.setattr(shapes, "MOST_BYTES", len(body) - 1)
        crm = onepagecrm(_answer(format_, body), format=format_)

        with pytest.raises(DecodeError, match="more than"):
            crm(lambda crm: crm.contacts.list())

    assert failures(check, product(["xml", "yaml"])) == []


def test_names_path_of_invalid_value(onepagecrm: MakeOnePageCRM) -> None:
    """The error has the path of an invalid value, not the value."""

    def check(format_: str) -> None:
        body = {
            "xml": b"<hash><data><contacts><c><id>a</id></c><c><id><b>maybe</b></id></c></contacts>"
            b"</data></hash>",
            "yaml": b"data: {contacts: [{id: a}, {id: [maybe]}]}",
        }[format_]
        crm = onepagecrm(_answer(format_, body), format=format_)

        with pytest.raises(DecodeError) as caught:
            crm(lambda crm: crm.contacts.list())

        assert caught.value.path == "data.contacts[1].id"
        assert "maybe" not in str(caught.value)

    assert failures(check, product(["xml", "yaml"])) == []


XML_PIECES = b"<hash> </hash> <status> </status> <x> </x> <!DOCTYPE &lt; &x; <![CDATA[ ]]> <?x?>"
YAML_PIECES = b"status: data: - { } [ ] &a *a !!x ? : ' | > %YAML --- ... << # , ~ \" \xff \0"
PIECES = st.sampled_from([*XML_PIECES.split(), *YAML_PIECES.split(), b" ", b"\n", b"\t", b"0"])
BODIES = st.binary(max_size=60) | st.lists(PIECES, max_size=12).map(b"".join)


@pytest.mark.parametrize("format_", ["xml", "yaml"])
@settings(max_examples=100)
@given(start=st.integers(0, 200), end=st.integers(0, 200), middle=BODIES, code=st.booleans())
def test_any_bytes(format_: str, start: int, end: int, middle: bytes, code: bool) -> None:
    """Whatever bytes come, a call returns a value or raises a CRMError."""
    good = _xml() if format_ == "xml" else GOOD_YAML.encode()
    body = good[:start] + middle + good[end:]
    answer = reply(body, 500 if code else 200, {"Content-Type": MEDIA[format_]})

    with open_client(format_, answer) as crm, contextlib.suppress(CRMError):
        crm(lambda crm: crm.contacts.list())


@pytest.mark.parametrize("format_", ["xml", "yaml"])
def test_nesting_is_counted(format_: str) -> None:
    """Deep nesting is refused by counting, not by running out of stack."""
    deep = "<x>" * 10_000 if format_ == "xml" else "[" * 10_000
    body = f"<hash>{deep}" if format_ == "xml" else f"x: {deep}"
    request = httpx.Request("GET", f"https://x.test/contacts.{format_}")
    response = httpx.Response(200, content=body.encode(), request=request)
    vendor = OnePageCRMVendor(format_, "u", "AAAA", None, None)
    operation = Operation("contacts.list", "GET", "/contacts.{format}")
    reply_shape(operation.path, operation.method)

    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(_depth() + 60)
    try:
        with pytest.raises(DECODE_ERRORS, match="more than 32 levels"):
            vendor.decode(response, operation)
    finally:
        sys.setrecursionlimit(limit)


def _depth() -> int:
    frame, depth = sys._getframe(), 0
    while frame.f_back is not None:
        frame, depth = frame.f_back, depth + 1
    return depth
