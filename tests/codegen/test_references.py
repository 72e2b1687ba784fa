"""References to a part of a component are resolved; references to whole components stay."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from codegen.references import write_out

TREE: dict[str, Any] = {
    "components": {
        "schemas": {
            "String": {"type": "string"},
            "Note": {
                "properties": {
                    "title": {"$ref": "#/components/schemas/String", "description": "Title."},
                    "size": {"type": "integer", "description": "Size."},
                    "a/b": {"type": "boolean"},
                }
            },
        }
    }
}
TITLE = "#/components/schemas/Note/properties/title"
SIZE = "#/components/schemas/Note/properties/size"


def resolved_property(node: dict[str, Any]) -> Any:
    """Return the property `it` of another schema, resolved."""
    tree = copy.deepcopy(TREE)
    tree["components"]["schemas"]["Other"] = {"properties": {"it": node}}
    return write_out(tree)["components"]["schemas"]["Other"]["properties"]["it"]


def test_resolves_property() -> None:
    """A reference to a property becomes the property."""
    assert resolved_property({"$ref": SIZE}) == {"type": "integer", "description": "Size."}


def test_keeps_reference_to_component() -> None:
    """A reference to a whole component stays, also at the end of a chain."""
    assert resolved_property({"$ref": "#/components/schemas/String"}) == {
        "$ref": "#/components/schemas/String"
    }
    assert resolved_property({"$ref": TITLE}) == {
        "$ref": "#/components/schemas/String",
        "description": "Title.",
    }


def test_prefers_sibling() -> None:
    """Members beside a reference win over those of its target."""
    assert resolved_property({"$ref": SIZE, "description": "Bytes.", "maximum": 9}) == {
        "type": "integer",
        "description": "Bytes.",
        "maximum": 9,
    }


def test_follows_chain() -> None:
    """A reference to a property that is a reference itself is followed to the end."""
    tree = copy.deepcopy(TREE)
    schemas = tree["components"]["schemas"]
    schemas["Input"] = {"properties": {"size": {"$ref": SIZE, "description": "New size."}}}
    schemas["Last"] = {"properties": {"it": {"$ref": "#/components/schemas/Input/properties/size"}}}

    last = write_out(tree)["components"]["schemas"]["Last"]["properties"]["it"]

    assert last == {"type": "integer", "description": "New size."}


def test_unescapes_pointer() -> None:
    """`~1` in a pointer stands for a slash."""
    assert resolved_property({"$ref": "#/components/schemas/Note/properties/a~1b"}) == {
        "type": "boolean"
    }


@pytest.mark.parametrize(
    "ref",
    [
        "#/components/schemas/Note/properties/no",
        "#/components/schemas/No/properties/title",
        "#/components/schemas/Note/properties/size/type",
        "#/components/schemas/Other/properties/it",
        "other.yaml#/components/schemas/Note/properties/title",
    ],
)
def test_leaves_dead_reference(ref: str) -> None:
    """A reference that leads nowhere or to itself stays, for the check that names its place."""
    assert resolved_property({"$ref": ref}) == {"$ref": ref}


def test_leaves_data() -> None:
    """Examples and defaults are data, whatever their members are called."""
    data = {"$ref": SIZE}
    node = {"type": "object", "examples": [data], "default": data, "const": data}

    assert resolved_property(node) == node


def test_walks_properties_named_like_keywords() -> None:
    """A property may be called `examples`, `value` or `properties`."""
    node = {"properties": {name: {"$ref": SIZE} for name in ("examples", "value", "properties")}}
    size = {"type": "integer", "description": "Size."}

    assert resolved_property(node) == {"properties": dict.fromkeys(node["properties"], size)}


def test_copies_path_parameters_to_operations() -> None:
    """Parameters of a path come first in each of its operations."""
    item = {"parameters": [{"name": "id"}], "get": {}, "put": {"parameters": [{"name": "q"}]}}

    assert write_out({"paths": {"/x": item}}) == {
        "paths": {
            "/x": {
                "get": {"parameters": [{"name": "id"}]},
                "put": {"parameters": [{"name": "id"}, {"name": "q"}]},
            }
        }
    }


def test_does_not_share_objects() -> None:
    """The target of two references can be changed at one place without changing the other."""
    tree = copy.deepcopy(TREE)
    tree["components"]["schemas"]["Other"] = {
        "properties": {"one": {"$ref": SIZE}, "two": {"$ref": SIZE}}
    }

    resolved = write_out(tree)["components"]["schemas"]["Other"]["properties"]
    resolved["one"]["type"] = "string"

    assert resolved["two"]["type"] == "integer"
    assert tree["components"]["schemas"]["Other"]["properties"]["one"] == {"$ref": SIZE}
