"""The OpenAPI documents say each thing once and refer to it from elsewhere."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml

from tests.documents import (
    LOADER,
    METHODS,
    ROOT,
    Tree,
    for_each_document,
    has_any_names,
    load,
    operations,
    source,
    walk,
)

MAX_LINES = {"autocrm.yaml": 11_500}
"""The most lines a document may have. Raising one is a decision, to be argued for in the commit."""

EVIDENCE = "x-crmkit-evidence"
SHARED = 3
"""How many schemas may not have the same property, written out in each."""


def same(node: Tree) -> str:
    """Return what makes two nodes the same: all they say but the evidence for it."""
    return json.dumps({key: node[key] for key in node if key != EVIDENCE}, sort_keys=True)


def is_reference(node: Tree) -> bool:
    """Return whether a schema only refers to another one, or to a property of one."""
    return set(node) == {"$ref"} or "/properties/" in node.get("$ref", "")


def properties(document: Tree) -> Iterator[tuple[str, str, Tree]]:
    """Yield schema, name and node of every property that is written out."""
    for schema, node in document["components"]["schemas"].items():
        for name, child in node.get("properties", {}).items():
            if not is_reference(child):
                yield schema, name, child


# -- what is said twice ------------------------------------------------------------------------


def repeated_inputs(document: Tree) -> list[str]:
    """Return the input properties that are written out though the read schema has the same."""
    schemas = document["components"]["schemas"]
    found: list[str] = []
    for schema, name, node in properties(document):
        stem = re.sub("(Update)?Input$", "", schema)
        read = schemas.get(schemas[schema].get("x-crmkit-read-schema", stem), {})
        known = read.get("properties", {}).get(node.get("x-crmkit-read-as", name))
        if read is not schemas[schema] and known and same(node) == same(resolved(document, known)):
            found.append(f"{schema}.{name}")
    return found


def resolved(document: Tree, node: Tree) -> Tree:
    """Follow a property's references to properties, not those to whole schemas."""
    while "/properties/" in node.get("$ref", ""):
        _, _, _, schema, _, name = node["$ref"].split("/")
        target = document["components"]["schemas"][schema]["properties"][name]
        node = {**target, **{key: value for key, value in node.items() if key != "$ref"}}
    return node


def repeated_properties(document: Tree) -> list[str]:
    """Return the properties that several schemas write out in the same words."""
    schemas: dict[tuple[str, str], list[str]] = defaultdict(list)
    for schema, name, node in properties(document):
        schemas[name, same(node)].append(schema)
    return [
        f"{name}: {', '.join(found)}"
        for (name, _), found in schemas.items()
        if len(found) >= SHARED
    ]


def repeated_parts(document: Tree) -> list[str]:
    """Return the bodies, replies and parameters that several operations write out alike."""
    places: dict[str, list[str]] = defaultdict(list)
    for place, operation in operations(document):
        parts = [*operation["responses"].values(), *operation.get("parameters", [])]
        for part in [*parts, operation.get("requestBody", {})]:
            if part and "$ref" not in part:
                said = {key: part[key] for key in part if key != "description"}
                places[json.dumps(said, sort_keys=True)].append(place)
    return [", ".join(found) for found in places.values() if len(found) > 1]


def repeated_path_parameters(document: Tree) -> list[str]:
    """Return the paths with several operations that all begin with the same parameter."""
    found: list[str] = []
    for path, item in document["paths"].items():
        firsts = [
            json.dumps((item[method].get("parameters") or [None])[0])
            for method in METHODS & item.keys()
        ]
        if len(firsts) > 1 and firsts[0] != "null" and len(set(firsts)) == 1:
            found.append(path)
    return found


def repeated_descriptions(document: Tree) -> list[str]:
    """Return the parameters and headers whose schema has their description again."""
    return [
        path
        for path, node in walk(document)
        if isinstance(node.get("schema"), dict)
        and not has_any_names(path)
        and "description" in node
        and node["description"] == node["schema"].get("description")
    ]


def needless_profiles(document: Tree) -> list[str]:
    """Return the operations whose profile names all servers that the document knows."""
    profiles = [
        (place, set(operation["x-crmkit-profile"]))
        for place, operation in operations(document)
        if "x-crmkit-profile" in operation
    ]
    known = set[str]().union(*(profile for _, profile in profiles))
    return [place for place, profile in profiles if profile == known]


CHECKS: dict[Callable[[Tree], list[str]], Tree] = {}
"""The checks, each with a document that it refuses."""


def operation(**members: Tree) -> Tree:
    """Return an operation of a document that a check refuses."""
    return {"responses": {}, **members}


NAME = {"type": "string", "description": "Name."}
READ = {"properties": {"name": {**NAME, EVIDENCE: ["page: one"]}}}
WRITTEN = {"properties": {"name": NAME}}
ID = {"$ref": "#/components/parameters/Id"}
CHECKS[repeated_inputs] = {"components": {"schemas": {"Note": READ, "NoteInput": WRITTEN}}}
CHECKS[repeated_properties] = {
    "components": {"schemas": {"Note": READ, "Tag": WRITTEN, "File": WRITTEN}}
}
CHECKS[repeated_parts] = {
    "paths": {
        "/a": {"get": operation(parameters=[{"name": "q", "in": "query"}])},
        "/b": {"get": operation(parameters=[{"name": "q", "in": "query"}])},
    }
}
CHECKS[repeated_path_parameters] = {
    "paths": {"/a": {"get": operation(parameters=[ID]), "put": operation(parameters=[ID])}}
}
CHECKS[repeated_descriptions] = {
    "components": {"parameters": {"Id": {"description": "Id.", "schema": {"description": "Id."}}}}
}
CHECKS[needless_profiles] = {
    "paths": {
        "/a": {"get": operation(**{"x-crmkit-profile": ["a", "b"]})},
        "/b": {"get": operation(**{"x-crmkit-profile": ["a"]})},
    }
}


@for_each_document
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_says_each_thing_once(name: str, check: Callable[[Tree], list[str]]) -> None:
    """A maintainer changes a field, parameter, body or reply in one place."""
    assert check(load(name)) == []


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_finds_repetition(check: Callable[[Tree], list[str]]) -> None:
    """Each check finds the repetition that it is for."""
    assert len(check(CHECKS[check])) == 1


@pytest.mark.parametrize("name", MAX_LINES)
def test_document_is_not_longer_than_allowed(name: str) -> None:
    """A document does not grow unnoticed."""
    assert source(name).count("\n") <= MAX_LINES[name]


# -- references --------------------------------------------------------------------------------


def long_references(text: str) -> list[int]:
    """Return the lines of references that are alone in a mapping and take a line of their own."""
    found: list[int] = []
    pending: list[tuple[Any, bool]] = [(yaml.compose(text, LOADER), False)]
    while pending:
        node, is_value = pending.pop()
        if isinstance(node, yaml.SequenceNode):
            pending += [(child, False) for child in node.value]
        elif isinstance(node, yaml.MappingNode):
            keys = [key.value for key, _ in node.value]
            if keys == ["$ref"] and is_value and not node.flow_style:
                found.append(node.start_mark.line + 1)
            pending += [(child, True) for _, child in node.value]
    return found


@for_each_document
def test_references_take_one_line(name: str) -> None:
    """A reference without siblings stands on the line of its key."""
    assert long_references(source(name)) == []


def test_finds_long_reference() -> None:
    """A reference on a line of its own is found, except in a list or with siblings."""
    assert long_references('a:\n  $ref: "#/b"\n') == [2]
    assert long_references('a: {$ref: "#/b"}\nc:\n  - $ref: "#/b"\n') == []
    assert long_references('a:\n  $ref: "#/b"\n  description: B.\n') == []


@for_each_document
def test_names_in_backticks_exist(name: str) -> None:
    """Names in camelCase and backticks, which docstrings have in snake_case, exist."""
    document = load(name)
    known = {
        key for path, node in walk(document) if path.endswith("/properties") for key in node
    } | {node["name"] for _, node in walk(document) if isinstance(node.get("name"), str)}
    found = {
        match[1]
        for _, node in walk(document)
        for text in (node.get("summary"), node.get("description"))
        if isinstance(text, str)
        for match in re.finditer(r"`([a-z]+[A-Z]\w*)`", text)
    }

    assert found - known == set()


@for_each_document
def test_conditional_requirements_exist(name: str) -> None:
    """What `then` or `else` requires is a property of the schema, which linters cannot see."""
    document = load(name)
    missing = [
        f"{path}: {wanted}"
        for path, node in walk(document)
        for branch in ("then", "else")
        if isinstance(node.get(branch), dict)
        for wanted in node[branch].get("required", [])
        if wanted not in {**node.get("properties", {}), **node[branch].get("properties", {})}
    ]

    assert missing == []


# -- what the linters are told -----------------------------------------------------------------


def strings_of_other_formats() -> set[str]:
    """Return the places of examples that write a tree in XML or YAML, as a str."""
    document = load("onepagecrm.yaml")
    return {
        example["$ref"]
        for _, node in walk(document)
        for media in ("application/xml", "text/yaml")
        if isinstance(node.get(media), dict)
        for example in node[media].get("examples", {}).values()
    }


def test_linters_ignore_examples_in_other_formats_only() -> None:
    """The places where the linters do not check examples are those of strings in XML and YAML."""
    redocly = yaml.safe_load((ROOT / ".redocly.lint-ignore.yaml").read_text("utf-8"))
    spectral = yaml.safe_load((ROOT / ".spectral.yaml").read_text("utf-8"))
    ignored = redocly["openapi/onepagecrm.yaml"]["no-invalid-media-type-examples"]
    (overridden,) = (
        override["files"]
        for override in spectral["overrides"]
        if "oas3-valid-media-example" in override["rules"]
    )

    examples = strings_of_other_formats()

    assert examples
    assert {place.removesuffix("/value") for place in ignored} == examples
    assert {place.removeprefix("openapi/onepagecrm.yaml") for place in overridden} == examples
