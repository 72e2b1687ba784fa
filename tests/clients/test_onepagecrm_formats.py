"""JSON, XML and YAML give the same tree, typed by the document."""

from __future__ import annotations

import json
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import httpx
import hypothesis.strategies as st
import yaml
from codegen.references import write_out
from hypothesis import given, settings

from crmkit.core.operation import Operation
from crmkit.onepagecrm.shapes import reply_shape
from crmkit.onepagecrm.vendor import OnePageCRMVendor
from crmkit.onepagecrm.xml import read_xml
from crmkit.onepagecrm.yaml import read_yaml
from tests.clients.harness import failures
from tests.contract.written_forms import FormatWriter, Tree

KEY = "AJfSRLr7uhsa9lOIgKQ4Vu72zzg3QTE7pJL2iSeA6Mo="
CONTACTS = reply_shape("/contacts.{format}", "GET")
DOCUMENT = Path(__file__).resolve().parents[2] / "openapi" / "onepagecrm.yaml"


@cache
def wire() -> Tree:
    """Return the document."""
    tree: Tree = yaml.load(
        DOCUMENT.read_bytes(),
        getattr(yaml, "CSafeLoader", yaml.SafeLoader),  # noqa: S506  # both are safe
    )
    document: Tree = write_out(tree)
    return document


def _operations() -> list[tuple[str, str]]:
    return [(path, method) for path, item in wire()["paths"].items() for method in item]


@cache
def _reply_schema(path: str, method: str) -> Tree:
    writer = FormatWriter(wire())
    reply = writer.resolve(wire()["paths"][path][method]["responses"]["200"])
    schema: Tree = reply["content"]["application/json"]["schema"]
    return schema


def _decoded(format_: str, body: str, path: str, method: str) -> Any:
    url = "https://x.test" + path.replace("{format}", format_).replace("{id}", "7").replace(
        "{tag}", "Solar"
    )
    request = httpx.Request(method.upper(), url)
    vendor = OnePageCRMVendor(format_, "u", KEY, None, None)
    response = httpx.Response(200, content=body.encode(), request=request)
    return vendor.decode(response, Operation("x", method.upper(), path))


# -- any tree ----------------------------------------------------------------------------------

# Strings that XML allows; a carriage return is written differently and has its own test.
STRINGS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
    | st.sampled_from("\t\n"),
    max_size=12,
) | st.sampled_from(["off", "no", "null", "~", "1.2", "12e34", "07018", "-08:00", " ", "<&>]]>"])
SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "string": STRINGS,
    "integer": st.integers(-(2**63), 2**63 - 1),
    "number": st.floats(allow_nan=False, allow_infinity=False),
    "boolean": st.booleans(),
}


def _trees(schema: Tree) -> st.SearchStrategy[Any]:
    writer = FormatWriter(wire())
    kind, null = writer.kind(schema)
    schema = writer.resolve(schema)
    tree: st.SearchStrategy[Any]
    if kind == "object":
        members = {name: _trees(member) for name, member in schema.get("properties", {}).items()}
        tree = st.fixed_dictionaries({}, optional=members)
    elif kind == "array":
        tree = st.lists(_trees(schema["items"]), max_size=3)
    else:
        tree = SCALARS[kind]
    return st.none() | tree if null else tree


def test_any_tree_is_equal_in_all_formats() -> None:
    """Any tree that the document allows has equal values and types from XML, YAML and JSON."""
    writer = FormatWriter(wire())

    def check(path: str, method: str) -> None:
        schema = _reply_schema(path, method)

        @settings(max_examples=4)
        @given(_trees(schema))
        def equal_in_all_formats(tree: Any) -> None:
            from_json = _decoded("json", json.dumps(tree), path, method)
            from_xml = _decoded("xml", writer.to_xml(tree, schema), path, method)
            from_yaml = _decoded("yaml", writer.to_yaml(tree), path, method)

            assert from_json == tree
            assert repr(from_xml) == repr(tree)
            assert repr(from_yaml) == repr(tree)

        equal_in_all_formats()

    assert failures(check, _operations()) == []


# -- what the document's types decide ----------------------------------------------------------


def test_document_decides_types() -> None:
    """Attributes, quotes and item names do not change the type that the document gives a member."""
    cases: list[tuple[Any, ...]] = [
        ("<timestamp>7</timestamp>", "timestamp: '7'", {"timestamp": 7}),
        ('<timestamp type="string">7</timestamp>', 'timestamp: "7"', {"timestamp": 7}),
        ("<message>7</message>", "message: 7", {"message": "7"}),
        ("<message/>", "message: ''", {"message": ""}),
        ('<message type="integer">7</message>', "message: 0x7", None),
        ("<message> a\n b </message>", 'message: " a\\n b "', {"message": " a\n b "}),
        ("<message>a&#13;b</message>", 'message: "a\\rb"', {"message": "a\rb"}),
        ("<message><![CDATA[<b>]]></message>", "message: <b>", {"message": "<b>"}),
        ("<message>\U0001f600</message>", 'message: "\\U0001F600"', {"message": "\U0001f600"}),
        ("<notifications/>", "notifications: []", {"notifications": []}),
        ('<notifications type="array"/>', "notifications: [ ]", {"notifications": []}),
        (
            "<notifications><x>a</x></notifications>",
            "notifications: [a]",
            {"notifications": ["a"]},
        ),
        (
            "<notifications><a>1</a><b>off</b></notifications>",
            "notifications:\n- 1\n- off",
            {"notifications": ["1", "off"]},
        ),
    ]

    def check(xml: str, text: str, tree: Tree | None) -> None:
        read = read_xml(f"<hash>{xml}</hash>", CONTACTS)

        if tree is not None:
            assert repr(read) == repr(tree)
            assert repr(read_yaml(text, CONTACTS)) == repr(tree)
        else:
            assert read == {"message": "7"}
            assert read_yaml(text, CONTACTS) == {"message": "0x7"}

    assert failures(check, cases) == []


def test_reads_every_spelling_of_true() -> None:
    """True is read however XML and YAML spell it."""

    def check(text: str) -> None:
        row = f"<hash><data><contacts><c><vip>{text}</vip></c></contacts></data></hash>"

        assert read_xml(row, CONTACTS)["data"]["contacts"] == [{"vip": True}]
        assert read_yaml(f"data: {{contacts: [{{vip: {text}}}]}}", CONTACTS)["data"][
            "contacts"
        ] == [{"vip": True}]

    assert failures(check, product(["true", "1", "yes", "on", "TRUE", "Yes"])) == []


def test_empty_map_is_dict() -> None:
    """An absent next action is `{}` in all formats, and an absent name is None."""
    xml = '<contact><firstname nil="true"/><nextaction/></contact>'
    text = "{firstname: ~, nextaction: {}}"
    expected: list[Tree] = [{"firstname": None, "nextaction": {}}]

    for tree in (
        read_xml(f"<hash><data><contacts>{xml}</contacts></data></hash>", CONTACTS),
        read_yaml(f"data: {{contacts: [{text}]}}", CONTACTS),
    ):
        assert tree["data"]["contacts"] == expected


def test_plain_null_is_none_and_quoted_null_is_str() -> None:
    """YAML's plain nulls are None where the document allows it; quoted ones are str."""

    def check(null: str) -> None:
        plain = read_yaml(f"data:\n  contacts:\n  - company: {null}\n", CONTACTS)
        quoted = read_yaml(f"data:\n  contacts:\n  - company: '{null}'\n", CONTACTS)

        assert plain["data"]["contacts"] == [{"company": None}]
        assert quoted["data"]["contacts"] == [{"company": null}]

    assert failures(check, product(["", "~", "null", "Null", "NULL"])) == []


def test_reads_xml_name_with_underscore() -> None:
    """`30days` is read from the element `_30days`."""
    shape = reply_shape("/sales/index.{format}", "GET")
    won = '<_30days><won type="float">1e3</won></_30days>'

    tree = read_xml(f"<hash><data><breakdown>{won}</breakdown></data></hash>", shape)

    assert tree["data"]["breakdown"] == {"30days": {"won": 1000.0}}


def test_types_of_undocumented_members() -> None:
    """XML has their types in attributes; YAML gives str."""
    xml = (
        "<hash><new><a type='integer'>1</a><b type='float'>1.5</b><c type='boolean'>true</c>"
        "<d nil='true'/><e type='array'><x>1</x><x/></e><f>x</f><g/></new></hash>"
    )
    text = "new: {a: 1, b: 1.5, c: true, d: ~, e: [1, ''], f: x, g: ''}"

    strings = {"d": None, "e": ["1", ""], "f": "x", "g": ""}

    assert read_xml(xml, CONTACTS)["new"] == {"a": 1, "b": 1.5, "c": True, **strings}
    assert read_yaml(text, CONTACTS)["new"] == {"a": "1", "b": "1.5", "c": "true", **strings}


def test_strips_colon_of_ruby_symbol() -> None:
    """A colon before a YAML key is not part of the name."""
    assert read_yaml(":status: 0\n", CONTACTS) == {"status": 0}


def test_aliases_have_same_type() -> None:
    """A member under the name of later versions is typed like the documented one."""
    shape = reply_shape("/notes.{format}", "GET")
    xml = "<hash><data><item><deal><stage>50</stage></deal></item></data></hash>"

    assert read_xml(xml, shape)["data"] == [{"deal": {"stage": 50}}]
    assert read_yaml("data: [{deal: {stage: '50'}}]", shape)["data"] == [{"deal": {"stage": 50}}]


def test_data_may_be_null() -> None:
    """A reply without a result is read, also where its data is null."""

    def check(format_: str) -> None:
        body = {"xml": '<hash><data nil="true"/></hash>', "yaml": "data:\n"}[format_]

        assert _decoded(format_, body, "/contacts.{format}", "get") == {"data": None}

    assert failures(check, product(["xml", "yaml"])) == []


def test_undocumented_path_has_typed_envelope() -> None:
    """A reply to an undocumented path has a typed envelope all the same."""
    xml = "<hash><status>0</status><data><a type='integer'>1</a></data></hash>"

    assert _decoded("xml", xml, "/own.{format}", "get") == {"status": 0, "data": {"a": 1}}


def test_ignores_byte_order_mark() -> None:
    """A byte order mark before XML or YAML is ignored."""
    assert _decoded("xml", "\ufeff<hash><status>0</status></hash>", "/own.{format}", "get") == {
        "status": 0
    }
    assert _decoded("yaml", "\ufeffstatus: 0\n", "/own.{format}", "get") == {"status": 0}
