"""Read the OpenAPI documents as they were written, and walk through them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted(path.name for path in (ROOT / "openapi").glob("*.yaml"))
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The faster one of the two safe loaders, where it is installed."""

Tree = Any

for_each_document = pytest.mark.parametrize("name", DOCUMENTS)


@cache
def source(name: str) -> str:
    """Return a document as a str."""
    return (ROOT / "openapi" / name).read_text("utf-8")


@cache
def load(name: str) -> Tree:
    """Return a document, as YAML 1.1 reads it."""
    return yaml.load(source(name), LOADER)  # noqa: S506 - a safe loader


def resolve(document: Tree, node: Tree) -> Tree:
    """Return a node, or what it refers to; what stands beside a reference wins."""
    while isinstance(node, dict) and "$ref" in node:
        target = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part.replace("~1", "/").replace("~0", "~")]
        node = {**target, **{key: value for key, value in node.items() if key != "$ref"}}
    return node


def walk(node: Tree, path: str = "#") -> Iterator[tuple[str, dict[Any, Tree]]]:
    """Yield every mapping of a document with its place, except the values of examples."""
    if isinstance(node, dict):
        yield path, node
        for key, child in node.items():
            if key not in {"example", "examples", "default", "const", "enum"} or has_any_names(
                path
            ):
                yield from walk(child, f"{path}/{key}")
    elif isinstance(node, list):
        for index, child in enumerate(node):
            yield from walk(child, f"{path}/{index}")


def has_any_names(path: str) -> bool:
    """Return whether the members at a place have names chosen by the author."""
    return path.endswith("/properties") or bool(re.fullmatch(r"#/components/[a-zA-Z]+", path))


def operations(document: Tree) -> Iterator[tuple[str, dict[str, Tree]]]:
    """Yield every operation with its place."""
    for path, item in document["paths"].items():
        for method in METHODS & item.keys():
            yield f"{method.upper()} {path}", item[method]
