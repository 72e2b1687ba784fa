"""The OpenAPI documents: valid, exemplified, quoted, described, and open about their evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from codegen.extensions import EXTENSIONS
from openapi_spec_validator import OpenAPIV31SpecValidator

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted(path.name for path in (ROOT / "openapi").glob("*.yaml"))
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}

Tree = Any

for_each_document = pytest.mark.parametrize("name", DOCUMENTS)


@cache
def text(name: str) -> str:
    """Return a document's text."""
    return (ROOT / "openapi" / name).read_text("utf-8")


@cache
def load(name: str) -> Tree:
    """Return a document, as YAML 1.1 reads it."""
    return yaml.load(text(name), getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe loaders


def resolve(document: Tree, node: Tree) -> Tree:
    """Return what a node is, or what it refers to."""
    while isinstance(node, dict) and "$ref" in node:
        target = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part.replace("~1", "/").replace("~0", "~")]
        node = target
    return node


def walk(node: Tree, path: str = "#") -> Iterator[tuple[str, dict[Any, Tree]]]:
    """Yield every mapping of a document with its place, save the values of examples."""
    if isinstance(node, dict):
        yield path, node
        for key, child in node.items():
            if key not in {"example", "examples", "default", "const", "enum"} or is_components(
                path
            ):
                yield from walk(child, f"{path}/{key}")
    elif isinstance(node, list):
        for index, child in enumerate(node):
            yield from walk(child, f"{path}/{index}")


def is_components(path: str) -> bool:
    """Tell whether a place holds names of the author's, which may be any word."""
    return path.endswith("/properties") or bool(re.fullmatch(r"#/components/[a-zA-Z]+", path))


def operations(document: Tree) -> Iterator[tuple[str, dict[str, Tree]]]:
    """Yield every operation with its place."""
    for path, item in document["paths"].items():
        for method in METHODS & item.keys():
            yield f"{method.upper()} {path}", item[method]


# -- the document as a whole -------------------------------------------------------------------


@for_each_document
def test_a_document_is_valid(name: str) -> None:
    """A document is OpenAPI 3.1 to the letter, references and schemas included."""
    document = load(name)
    errors = [
        f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"
        for error in OpenAPIV31SpecValidator(document).iter_errors()
    ]

    assert document["openapi"].startswith("3.1.")
    assert errors == []


@for_each_document
def test_a_component_is_used(name: str) -> None:
    """Every component is referred to, so that nothing stands in a document that holds no more."""
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
        if kind != "securitySchemes" and f'#/components/{kind}/{key}"' not in text(name)
    }

    assert unused - named == set()


# -- YAML --------------------------------------------------------------------------------------

# The core schema of YAML 1.2: what a reader newer than PyYAML takes a plain scalar for.
_CORE = [
    ("null", r"null|Null|NULL|~|"),
    ("bool", r"true|True|TRUE|false|False|FALSE"),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)|0o[0-7]+|0x[0-9a-fA-F]+"),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.inf|\.nan"),
]


def line_of(part: yaml.Event | yaml.Node) -> int:
    """Return the line that a part of a document starts in, from 1."""
    return part.start_mark.line + 1 if part.start_mark else 0


def misread(source: str) -> list[str]:
    """Return the plain scalars that readers of YAML 1.1 and 1.2 take for different things."""
    loader: Any = yaml.SafeLoader(source)  # Any: the stubs leave its resolver untyped
    found = []
    for event in yaml.parse(source):
        if isinstance(event, yaml.ScalarEvent) and event.implicit[0] and event.style is None:
            tag = loader.resolve(yaml.ScalarNode, event.value, (True, False))
            kinds = [kind for kind, form in _CORE if re.fullmatch(form, event.value, re.IGNORECASE)]
            if tag.rpartition(":")[2] != (kinds[0] if kinds else "str"):
                found.append(f"line {line_of(event)}: {event.value}")
    return found


def repeated(source: str) -> list[str]:
    """Return the keys that a mapping has twice, of which a reader silently drops one."""
    found: list[str] = []
    pending = [yaml.compose(source, yaml.SafeLoader)]
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
    """No text stands unquoted that one YAML reader takes for a date, number or truth value."""
    assert misread(text(name)) == []


@pytest.mark.parametrize(
    "value", ["off", "2016-01-05", "12:30", "1_000", "0755", "1e3", "=", "Yes"]
)
def test_a_misread_scalar_is_seen(value: str) -> None:
    """A scalar whose meaning depends on the reader is found, unless it is quoted."""
    assert misread(f"key: {value}\n") == [f"line 1: {value}"]
    assert misread(f'key: "{value}"\n') == []


@for_each_document
def test_no_key_stands_twice(name: str) -> None:
    """No mapping repeats a key."""
    assert repeated(text(name)) == []
    assert repeated("a: {b: 1, b: 2}\n") != []


@for_each_document
def test_keys_are_texts(name: str) -> None:
    """Every key is a text, status codes included."""
    found = [
        f"{path}: {key!r}"
        for path, node in walk(load(name))
        for key in node
        if not isinstance(key, str)
    ]

    assert found == []


# -- operations --------------------------------------------------------------------------------


@for_each_document
def test_an_operation_is_described(name: str) -> None:
    """Every operation has an id of its own, one declared tag, words, and says how it fails."""
    document = load(name)
    tags = {tag["name"] for tag in document["tags"]}
    faults: list[str] = []
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
        faults += [f"{place} lacks {what}" for what, there in wanted.items() if not there]

    assert faults == []
    assert len(ids) == len(set(ids))


# -- examples ----------------------------------------------------------------------------------


def validator(document: Tree, schema: Tree) -> jsonschema_rs.Draft202012Validator:
    """Return the validator of a schema that may refer to the document's components."""
    whole = {"allOf": [schema], "components": document.get("components", {})}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


def exemplified(document: Tree) -> Iterator[tuple[str, Tree, Tree]]:
    """Yield every example of a document: its place, its schema, its value.

    Examples in XML and YAML are texts, and their schema is that of the tree that they write:
    tests/contract/test_written_forms.py looks at them.
    """
    for path, node in walk(document):
        if path.endswith(("/content/application/xml", "/content/text/yaml")):
            continue
        schema = node.get("schema")
        if isinstance(schema, dict) and not is_components(path):  # a media type, parameter, header
            if "example" in node:
                yield f"{path}/example", schema, node["example"]
            for key, example in node.get("examples", {}).items():
                yield f"{path}/examples/{key}", schema, resolve(document, example)["value"]
        elif isinstance(node.get("examples"), list):  # a schema
            for index, value in enumerate(node["examples"]):
                yield f"{path}/examples/{index}", node, value
        if "default" in node and not is_components(path) and "/schema" in path:
            yield f"{path}/default", node, node["default"]


@for_each_document
def test_examples_fit_their_schemas(name: str) -> None:
    """Every example of a body, parameter or schema is what its schema says, formats included."""
    document = load(name)
    examples = list(exemplified(document))
    faults = [
        f"{place}: {error.message[:200]}"
        for place, schema, value in examples
        for error in validator(document, schema).iter_errors(value)
    ]

    assert examples
    assert faults == []


def test_an_example_that_does_not_fit_is_seen() -> None:
    """Examples are checked against their schemas with formats."""
    schema = {"$ref": "#/components/schemas/At"}
    document = {"components": {"schemas": {"At": {"type": "string", "format": "date-time"}}}}

    assert not validator(document, schema).is_valid("yesterday")
    assert validator(document, schema).is_valid("2016-01-05T12:03:32Z")


@for_each_document
def test_json_bodies_have_examples(name: str) -> None:
    """Every JSON body that is sent or answered is shown by an example at least."""
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


def test_every_vendor_extension_is_described() -> None:
    """CONTRIBUTING.md describes the vendor extensions that the generator takes, and no others."""
    lines = (ROOT / "CONTRIBUTING.md").read_text("utf-8").splitlines()
    described = {match[1] for line in lines if (match := re.match(r"\| `(x-crmkit-[a-z-]+)", line))}

    assert described == EXTENSIONS.keys()


@for_each_document
def test_a_document_uses_no_other_extension(name: str) -> None:
    """A document uses the described vendor extensions only, so that a misspelt one is seen."""
    used = {key for _, node in walk(load(name)) for key in node if key.startswith("x-")}

    assert used <= EXTENSIONS.keys()


@for_each_document
def test_evidence_says_what_it_is(name: str) -> None:
    """Evidence is a list of sentences, each a page, a recorded reply or an assumption."""
    found = [
        f"{path}: {item!r}"
        for path, node in walk(load(name))
        if "x-crmkit-evidence" in node
        for item in node["x-crmkit-evidence"] or ["nothing"]
        if not re.match(r"(?:page|recorded|assumption): \S", str(item))
    ]

    assert found == []
