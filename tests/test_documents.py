"""The OpenAPI documents: valid, with examples, quoted, described, and open about their evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
import yaml
from codegen.extensions import EXTENSIONS
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.documents import (
    LOADER,
    ROOT,
    Tree,
    for_each_document,
    has_any_names,
    load,
    operations,
    resolve,
    source,
    walk,
)

# -- the document as a whole -------------------------------------------------------------------


@for_each_document
def test_document_is_valid(name: str) -> None:
    """A document is valid OpenAPI 3.1, references and schemas included."""
    document = load(name)
    errors = [
        f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"
        for error in OpenAPIV31SpecValidator(document).iter_errors()
    ]

    assert document["openapi"].startswith("3.1.")
    assert errors == []


@for_each_document
def test_component_is_used(name: str) -> None:
    """Every component is referred to, so that a document has nothing out of date."""
    document = load(name)
    named = {
        f"#/components/schemas/{schema}"
        for _, node in walk(document)
        for schema in (
            node.get("x-crmkit-side-elements"),
            node.get("x-crmkit-separated", {}).get("element"),
        )
    }
    unused = {
        f"#/components/{kind}/{key}"
        for kind, components in document["components"].items()
        for key in components
        if kind != "securitySchemes" and f'#/components/{kind}/{key}"' not in source(name)
    }

    assert unused - named == set()


# -- YAML --------------------------------------------------------------------------------------

# The core schema of YAML 1.2: how readers newer than PyYAML read a plain scalar.
_CORE = [
    ("null", r"null|Null|NULL|~|"),
    ("bool", r"true|True|TRUE|false|False|FALSE"),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)|0o[0-7]+|0x[0-9a-fA-F]+"),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.inf|\.nan"),
]


def line_of(part: yaml.Event | yaml.Node) -> int:
    """Return the number of the line where a part of a document starts."""
    return part.start_mark.line + 1 if part.start_mark else 0


def misread(text: str) -> list[str]:
    """Return the plain scalars that readers of YAML 1.1 and 1.2 read differently."""
    loader: Any = yaml.SafeLoader(text)  # Any: the stubs leave its resolver untyped
    found = []
    for event in yaml.parse(text, LOADER):
        if isinstance(event, yaml.ScalarEvent) and event.implicit[0] and not event.style:
            tag = loader.resolve(yaml.ScalarNode, event.value, (True, False))
            kinds = [kind for kind, form in _CORE if re.fullmatch(form, event.value, re.IGNORECASE)]
            if tag.rpartition(":")[2] != (kinds[0] if kinds else "str"):
                found.append(f"line {line_of(event)}: {event.value}")
    return found


def repeated(text: str) -> list[str]:
    """Return the keys that a mapping has twice, of which readers silently drop one."""
    found: list[str] = []
    pending = [yaml.compose(text, LOADER)]
    while pending:
        node = pending.pop()
        if isinstance(node, yaml.SequenceNode):
            pending.extend(node.value)
        elif isinstance(node, yaml.MappingNode):
            keys = [key.value for key, _ in node.value]
            found += [f"line {line_of(node)}: {key}" for key in keys if keys.count(key) > 1]
            pending.extend(value for _, value in node.value)
    return found


@for_each_document
def test_scalars_read_alike_everywhere(name: str) -> None:
    """Every str that a YAML reader could read as a date, number or bool is quoted."""
    assert misread(source(name)) == []


@pytest.mark.parametrize(
    "value", ["off", "2016-01-05", "12:30", "1_000", "0755", "1e3", "=", "Yes"]
)
def test_finds_misread_scalar(value: str) -> None:
    """A scalar whose type depends on the reader is found, unless it is quoted."""
    assert misread(f"key: {value}\n") == [f"line 1: {value}"]
    assert misread(f'key: "{value}"\n') == []


@for_each_document
def test_keys_are_unique(name: str) -> None:
    """No mapping repeats a key."""
    assert repeated(source(name)) == []
    assert repeated("a: {b: 1, b: 2}\n") != []


@for_each_document
def test_keys_are_str(name: str) -> None:
    """Every key is a str, status codes included."""
    found = [
        f"{path}: {key!r}"
        for path, node in walk(load(name))
        for key in node
        if not isinstance(key, str)
    ]

    assert found == []


# -- operations --------------------------------------------------------------------------------


@for_each_document
def test_operation_is_described(name: str) -> None:
    """Every operation has a unique id, one declared tag, a description and a 4xx response."""
    document = load(name)
    tags = {tag["name"] for tag in document["tags"]}
    errors: list[str] = []
    ids: list[str] = []
    for place, operation in operations(document):
        ids.append(operation.get("operationId", ""))
        wanted = {
            "an operationId in snake_case": re.fullmatch(r"[a-z][a-z0-9_]*", ids[-1]),
            "exactly one declared tag": [tag in tags for tag in operation.get("tags", [])]
            == [True],
            "a summary that is a sentence": operation.get("summary", "").endswith("."),
            "a description": operation.get("description", "").strip(),
            "a success": any(code.startswith("2") for code in operation["responses"]),
            "a 4xx response": any(code.startswith("4") for code in operation["responses"]),
        }
        errors += [f"{place} lacks {what}" for what, there in wanted.items() if not there]

    assert errors == []
    assert len(ids) == len(set(ids))


# -- examples ----------------------------------------------------------------------------------


def validator(document: Tree, schema: Tree) -> jsonschema_rs.Draft202012Validator:
    """Return the validator of a schema that may refer to the document's components."""
    whole = {"allOf": [schema], "components": document.get("components", {})}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


def examples_of(document: Tree) -> Iterator[tuple[str, Tree, Tree]]:
    """Yield the place, schema and value of every example of a document.

    Examples in XML and YAML are strings, while their schema is that of the tree that they write:
    tests/contract/test_written_forms.py checks them.
    """
    for path, node in walk(document):
        if path.endswith(("/content/application/xml", "/content/text/yaml")):
            continue
        schema = node.get("schema")
        if isinstance(schema, dict) and not has_any_names(path):  # a media type, parameter, header
            if "example" in node:
                yield f"{path}/example", schema, node["example"]
            for key, example in node.get("examples", {}).items():
                yield f"{path}/examples/{key}", schema, resolve(document, example)["value"]
        elif isinstance(node.get("examples"), list):  # a schema
            for index, value in enumerate(node["examples"]):
                yield f"{path}/examples/{index}", node, value
        if "default" in node and not has_any_names(path) and "/schema" in path:
            yield f"{path}/default", node, node["default"]


@for_each_document
def test_examples_match_schemas(name: str) -> None:
    """Every example of a body, parameter or schema is valid, formats included."""
    document = load(name)
    examples = list(examples_of(document))
    errors = [
        f"{place}: {error.message[:200]}"
        for place, schema, value in examples
        for error in validator(document, schema).iter_errors(value)
    ]

    assert examples
    assert errors == []


def test_finds_invalid_example() -> None:
    """Examples are checked with their formats."""
    schema = {"$ref": "#/components/schemas/At"}
    document = {"components": {"schemas": {"At": {"type": "string", "format": "date-time"}}}}

    assert not validator(document, schema).is_valid("yesterday")
    assert validator(document, schema).is_valid("2016-01-05T12:03:32Z")


@for_each_document
def test_json_bodies_have_examples(name: str) -> None:
    """Every JSON body of a request or response has an example."""
    document = load(name)
    missing = [
        f"{path}/{media}"
        for path, node in walk(document)
        if path.endswith("/content")
        for media, body in node.items()
        if media == "application/json" and not ({"example", "examples"} & body.keys())
    ]

    assert missing == []


# -- vendor extensions -------------------------------------------------------------------------


def test_extensions_are_described() -> None:
    """CONTRIBUTING.md describes the vendor extensions that the generator knows, and no others."""
    lines = (ROOT / "CONTRIBUTING.md").read_text("utf-8").splitlines()
    described = {match[1] for line in lines if (match := re.match(r"\| `(x-crmkit-[a-z-]+)", line))}

    assert described == EXTENSIONS.keys()


@for_each_document
def test_extensions_are_known(name: str) -> None:
    """A document uses only known vendor extensions: a misspelt one is found."""
    used = {key for _, node in walk(load(name)) for key in node if key.startswith("x-")}

    assert used <= EXTENSIONS.keys()


@for_each_document
def test_evidence_names_its_kind(name: str) -> None:
    """Evidence is a list of sentences, each on a page, a recorded reply or an assumption."""
    found = [
        f"{path}: {item!r}"
        for path, node in walk(load(name))
        if "x-crmkit-evidence" in node
        for item in node["x-crmkit-evidence"] or ["nothing"]
        if not re.match(r"(?:page|recorded|assumption): \S", str(item))
    ]

    assert found == []
