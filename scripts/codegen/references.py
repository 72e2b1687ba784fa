"""Write out what a document says by reference into the inside of a component.

A document may say a thing once and refer to it from elsewhere: a property by a JSON pointer into
another schema, a parameter once for all operations of a path. Readers of the document know
references to whole components only (`#/components/schemas/Contact`); here everything else is
resolved, so that the derivation and `wire.json` have a single form.
"""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any

__all__ = ["write_out"]

_COMPONENT = re.compile(r"#/components/[^/]+/[^/]+")
_DATA = {"const", "default", "enum", "example", "examples", "value"}
"""Keywords whose values are data, which may hold any member."""
_NAMED = {
    "content",
    "headers",
    "links",
    "parameters",
    "paths",
    "patternProperties",
    "properties",
    "requestBodies",
    "responses",
    "schemas",
    "securitySchemes",
}
"""Keywords whose members have names chosen by the author, which may be those of keywords."""


def write_out(tree: Any) -> Any:
    """Return a document with references to whole components only, and parameters at operations.

    What stands beside a reference wins over what it leads to. A reference that leads nowhere or to
    itself stays: whoever follows it reports where it stands.

    Args:
        tree: The document, as JSON.
    """
    document = _walk(tree, tree, names=False)
    for item in _members(_members(document).get("paths")).values():
        shared = item.pop("parameters", []) if isinstance(item, dict) else []
        if not isinstance(shared, list):  # the outline refuses it
            item["parameters"] = shared
            continue
        for operation in _members(item).values():
            if shared and isinstance(operation, dict):
                own = operation.get("parameters", [])
                operation["parameters"] = (
                    [*deepcopy(shared), *own] if isinstance(own, list) else own
                )
    return document


def _members(node: Any) -> dict[str, Any]:
    return node if isinstance(node, dict) else {}


def _walk(node: Any, document: Any, *, names: bool) -> Any:
    if isinstance(node, list):
        return [_walk(item, document, names=False) for item in node]
    if not isinstance(node, dict):
        return node
    if not names:
        node = _resolve(node, document)
    return {
        key: deepcopy(value)
        if key in _DATA and not names
        else _walk(value, document, names=not names and key in _NAMED)
        for key, value in node.items()
    }


def _resolve(node: dict[str, Any], document: Any) -> dict[str, Any]:
    """Follow the references of a node until one leads to a whole component."""
    seen: set[str] = set()
    found = node
    while isinstance(ref := found.get("$ref"), str) and not _COMPONENT.fullmatch(ref):
        target = _target(ref, document)
        if target is None or ref in seen:
            return node
        seen.add(ref)
        found = {**target, **{key: value for key, value in found.items() if key != "$ref"}}
    return found


def _target(ref: str, document: Any) -> dict[str, Any] | None:
    """Return the object that a JSON pointer leads to, None if there is none."""
    if not ref.startswith("#/"):
        return None
    target = document
    for part in ref.removeprefix("#/").split("/"):
        name = part.replace("~1", "/").replace("~0", "~")
        target = target.get(name) if isinstance(target, dict) else None
    return target if isinstance(target, dict) else None
