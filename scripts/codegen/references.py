"""Write out what a document says by reference into the inside of a component.

A document may say a thing once and refer to it from elsewhere: a property by a JSON pointer into
another schema, a parameter once for all operations of a path. Readers of the document know
references to whole components only (`#/components/schemas/Contact`); here everything else is
resolved, so that the derivation and `wire.json` have a single form.
"""

from __future__ import annotations

import re
from contextlib import suppress
from copy import deepcopy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

__all__ = ["DATA", "BrokenReferenceError", "resolve", "walk", "write_out"]

_COMPONENT = re.compile(r"#/components/[^/]+/[^/]+")
DATA = {"const", "default", "enum", "example", "examples", "value"}
"""Keywords whose values are data, which may hold any member."""
_NAMED = {
    *("content", "headers", "links", "parameters", "paths", "patternProperties", "properties"),
    *("requestBodies", "responses", "schemas", "securitySchemes"),
}
"""Keywords whose members have names chosen by the author, which may be those of keywords."""


class BrokenReferenceError(Exception):
    """A reference that cannot be followed: problem and remedy."""


def write_out(tree: Any) -> Any:
    """Return a document with references to whole components only, and parameters at operations.

    What stands beside a reference wins over what it leads to. A reference that leads nowhere or to
    itself stays. The document has the outline that it must have.
    """
    document = _written_out(tree, tree, names=False)
    for item in document.get("paths", {}).values():
        shared = item.pop("parameters", [])
        for operation in item.values():
            if shared and isinstance(operation, dict):
                operation["parameters"] = [*deepcopy(shared), *operation.get("parameters", [])]
    return document


def _written_out(node: Any, document: Any, *, names: bool) -> Any:
    if isinstance(node, list):
        return [_written_out(item, document, names=False) for item in node]
    if not isinstance(node, dict):
        return node
    if not names:
        with suppress(BrokenReferenceError):  # whoever follows it reports where it stands
            node = resolve(node, document, whole=False)
    return {
        key: deepcopy(value)
        if key in DATA and not names
        else _written_out(value, document, names=not names and key in _NAMED)
        for key, value in node.items()
    }


def resolve(node: Any, document: Any, *, whole: bool = True) -> Any:
    """Follow `$ref`s; what stands beside a reference wins over what it leads to.

    Args:
        node: What may be a reference.
        document: The document.
        whole: Whether references to whole components are followed, too.

    Raises:
        BrokenReferenceError: One leads nowhere or to itself.
    """
    seen: set[str] = set()
    while isinstance(node, dict) and isinstance(ref := node.get("$ref"), str):
        if not whole and _COMPONENT.fullmatch(ref):
            break
        target = _target(ref, document)
        if ref in seen:
            raise BrokenReferenceError(f"{ref} refers to itself", "break the circle")
        if target is None:
            remedy = "name a component of this document"
            raise BrokenReferenceError(f"{ref} leads nowhere", remedy)
        seen.add(ref)
        node = {**target, **{key: value for key, value in node.items() if key != "$ref"}}
    return node


def _target(ref: str, document: Any) -> dict[str, Any] | None:
    """Return the object that a JSON pointer leads to, None if there is none."""
    if not ref.startswith("#/"):
        return None
    target = document
    for part in ref.removeprefix("#/").split("/"):
        name = part.replace("~1", "/").replace("~0", "~")
        target = target.get(name) if isinstance(target, dict) else None
    return target if isinstance(target, dict) else None


def walk(
    node: Any, place: str = "", *, skip: Container[str] = ()
) -> Iterator[tuple[str, str, Any]]:
    """Yield place, key and value of every member of every object and array, not below `skip`."""
    if not isinstance(node, dict | list):
        return
    for key, value in node.items() if isinstance(node, dict) else enumerate(node):
        yield place, str(key), value
        if key not in skip:
            yield from walk(value, f"{place}/{key}" if place else str(key), skip=skip)
