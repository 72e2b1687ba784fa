"""OnePageCRM's renderer: one tree as JSON, XML and YAML."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import httpx
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from crmkit_mock.onepagecrm import rendering
from tests.mock.plain_onepagecrm import FORMATS, read, written

STRINGS = st.text(
    st.characters(codec="utf-8", exclude_characters="\ufffe\uffff", exclude_categories=["Cc"])
    | st.sampled_from("\t\n\r\x7f\x85&<>'\"]#:-{[|~"),
    max_size=8,
)


@given(st.dictionaries(st.sampled_from(["firstname", "lastname", "company"]), STRINGS | st.none()))
def test_formats_carry_the_same_tree(names: dict[str, str | None]) -> None:
    """Rendered in any format and read by the schema, a tree is what it was."""
    names = {"firstname": None, "lastname": None, "company": None, **names}
    page = written().tree["components"]["examples"]["ContactListPage"]["value"]
    contact = {**page["data"]["contacts"][0], **names}
    tree = {**page, "data": {**page["data"], "contacts": [contact]}}
    schema = {"$ref": "#/components/schemas/ContactListReply"}

    for extension in FORMATS:
        reply = rendering.render(extension, 200, tree)
        sent = httpx.Response(
            200, content=reply.body, headers={"content-type": str(reply.media_type)}
        )
        assert read(sent, schema) == tree
        assert reply.tree == tree


def test_examples_are_rendered_as_in_the_document() -> None:
    """The renderer's XML has the names, types and nulls of the document, its YAML the values."""
    seen = 0
    for response in written().tree["components"]["responses"].values():
        body = response.get("content", {}).get("application/json", {})
        for example in body.get("examples", {}).values():
            tree = written().resolve(example)["value"]
            seen += 1

            assert ET.canonicalize(rendering.to_xml(tree)) == ET.canonicalize(
                written().to_xml(tree, body["schema"])
            )
            assert yaml.safe_load(rendering.to_yaml(tree)) == tree
    assert seen > 25


def test_floats_stay_floats() -> None:
    """Numbers with a fraction are floats to XML's type and to a reader of YAML 1.1."""
    for number in (0.0, 5130.0, 1e16, 1e-7, -2.5, 1e22):
        tree = {"won": number}
        assert yaml.safe_load(rendering.to_yaml(tree)) == tree
        element = ET.fromstring(rendering.to_xml(tree))[0]  # noqa: S314  # our own reply
        assert element.get("type") == "float", number
        assert float(element.text or "") == number


def test_rejects_what_is_not_a_tree() -> None:
    """What no format can carry is a bug of the mock and is reported as one."""
    for write in (rendering.to_json, rendering.to_xml, rendering.to_yaml):
        with pytest.raises((TypeError, ValueError)):
            write({"a": object()})
