"""Validators of the schemas of one document, all of which share its components."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema_rs
from jsonschema_rs import Draft202012Validator as Validator

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Address of the document in the registry of its validators.
_BASE_URI = "urn:crmkit:document"
#: Validation messages quote the whole value; of a long one the beginning is enough.
_LONGEST_MESSAGE = 300


class Validators:
    """Validators of a document's schemas.

    Equal schemas share one, and all of them refer to one registry: with the components in each, the
    validators of a large document would take gigabytes.

    Args:
        components: The document's components.
    """

    def __init__(self, components: Mapping[str, Any]) -> None:
        self._components = components
        self._validators: dict[str, Validator] = {}
        self._registry: jsonschema_rs.Registry | None = None

    def of(self, schema: Mapping[str, Any]) -> Validator:
        """Return the validator of a schema, formats included."""
        absolute = _with_absolute_refs(schema)
        key = json.dumps(absolute, sort_keys=True)
        validator = self._validators.get(key)
        if validator is None:
            if self._registry is None:
                resource = (_BASE_URI, {"components": self._components})
                self._registry = jsonschema_rs.Registry([resource])
            validator = self._validators[key] = Validator(
                absolute, registry=self._registry, validate_formats=True
            )
        return validator


def _with_absolute_refs(node: Any) -> Any:
    """Return a schema with references to the document in place of those to itself."""
    if isinstance(node, dict):
        return {
            name: _BASE_URI + value
            if name == "$ref" and isinstance(value, str) and value.startswith("#")
            else _with_absolute_refs(value)
            for name, value in node.items()
        }
    return [_with_absolute_refs(item) for item in node] if isinstance(node, list) else node


def first_error(validator: Validator, tree: object) -> str:
    """Return where a tree first breaks its schema, and how."""
    error = next(validator.iter_errors(tree))
    place = ".".join(str(step)[:100] for step in error.instance_path)
    return shorten(f"{place}: {error.message}" if place else error.message)


def shorten(text: str) -> str:
    """Cut a long message."""
    return text if len(text) <= _LONGEST_MESSAGE else text[: _LONGEST_MESSAGE - 1] + "…"
