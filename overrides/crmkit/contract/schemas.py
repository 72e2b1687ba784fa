"""Validators of a document's schemas, which share one copy of its components."""

from __future__ import annotations

import json
from typing import Any

try:
    import jsonschema_rs
except ModuleNotFoundError as error:
    raise ImportError(
        "crmkit.contract needs the package jsonschema-rs: pip install 'crmkit[contract]'"
    ) from error

__all__ = ["Schemas", "Tree"]

Tree = dict[str, Any]

_URI = "urn:crmkit:document"


class Schemas:
    """Compiles the schemas of one document, formats included.

    A validator keeps a copy of the schema that it is made of. With the components beside each
    schema, a few hundred validators take gigabytes; here they refer to one registry.

    Args:
        tree: The document; it is not changed, and later changes to it are not seen.
    """

    def __init__(self, tree: Tree) -> None:
        self._registry = jsonschema_rs.Registry(
            [(_URI, {"components": tree["components"]})], draft=jsonschema_rs.Draft202012
        )
        self._validators: dict[str, jsonschema_rs.Draft202012Validator] = {}

    def validator(self, schema: Tree) -> jsonschema_rs.Draft202012Validator:
        """Return the validator of a schema, which may refer to components."""
        key = json.dumps(schema, sort_keys=True)
        if key not in self._validators:
            self._validators[key] = jsonschema_rs.Draft202012Validator(
                _absolute(schema), validate_formats=True, registry=self._registry
            )
        return self._validators[key]


def _absolute(node: Any) -> Any:
    """Return a schema whose references name the document."""
    if isinstance(node, list):
        return [_absolute(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: _URI + value if key == "$ref" and isinstance(value, str) else _absolute(value)
        for key, value in node.items()
    }
