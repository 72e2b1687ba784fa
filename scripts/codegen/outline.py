"""The outline that a document must have, as far as the generation relies on it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NoReturn

import jsonschema_rs

__all__ = ["METHODS", "NAME", "Refuse", "check_outline"]

Refuse = Callable[[str, str, str], NoReturn]
"""Stops the generation, given place, problem and remedy."""

METHODS = ("get", "put", "post", "delete", "patch")
NAME = "^[a-z][a-z0-9]*(_[a-z0-9]+)*$"
"""What an operationId, a tag and any other name of a document looks like."""

_REF = {"properties": {"$ref": {"type": "string"}}, "required": ["$ref"]}
OUTLINE: dict[str, Any] = {
    "type": "object",
    "required": ["info", "tags", "paths"],
    "properties": {
        "info": {
            "type": "object",
            "required": ["title", "version"],
            "properties": {"title": {"type": "string"}, "version": {"type": "string"}},
        },
        "tags": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "description"],
                "properties": {
                    "name": {"type": "string", "pattern": NAME},
                    "description": {"type": "string"},
                },
            },
        },
        "paths": {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {"$ref": "#/$defs/item"},
        },
        "components": {
            "type": "object",
            "properties": {
                "schemas": {
                    "type": "object",
                    "propertyNames": {"pattern": "^[A-Z][A-Za-z0-9]*$"},
                    "additionalProperties": {"$ref": "#/$defs/schema"},
                },
                "parameters": {"additionalProperties": {"$ref": "#/$defs/parameter"}},
                "responses": {"additionalProperties": {"$ref": "#/$defs/response"}},
            },
        },
    },
    "$defs": {
        "item": {
            "type": "object",
            "properties": {
                "parameters": {"type": "array", "items": {"$ref": "#/$defs/parameter"}},
                **{method: {"$ref": "#/$defs/operation"} for method in METHODS},
            },
        },
        "operation": {
            "type": "object",
            "required": ["summary", "responses"],
            "properties": {
                "summary": {"type": "string", "minLength": 1},
                "tags": {"type": "array"},
                "parameters": {"type": "array", "items": {"$ref": "#/$defs/parameter"}},
                "responses": {
                    "type": "object",
                    "additionalProperties": {"$ref": "#/$defs/response"},
                },
            },
        },
        "parameter": {
            "type": "object",
            "if": {"required": ["$ref"]},
            "then": _REF,
            "else": {"required": ["name", "in"]},
        },
        "response": {
            "type": "object",
            "if": {"required": ["$ref"]},
            "then": _REF,
            "else": {"required": ["description"]},
        },
        "schema": {
            "type": ["object", "boolean"],
            "properties": {
                "$ref": {"type": "string"},
                "properties": {
                    "type": "object",
                    "additionalProperties": {"$ref": "#/$defs/schema"},
                },
                "items": {"$ref": "#/$defs/schema"},
                "anyOf": {"type": "array", "items": {"$ref": "#/$defs/schema"}},
                "oneOf": {"type": "array", "items": {"$ref": "#/$defs/schema"}},
            },
        },
    },
}
"""What the generation relies on; tests check that a document is valid OpenAPI."""

_REMEDIES = {
    "info": "write info with a title and a version",
    "paths": "describe an operation",
    "tags": "give each tag a name in snake_case and a description",
}


def check_outline(tree: dict[str, Any], refuse: Refuse) -> None:
    """Refuse a document without the outline.

    Args:
        tree: The document.
        refuse: What to call for a document that has another one.
    """
    error = next(jsonschema_rs.Draft202012Validator(OUTLINE).iter_errors(tree), None)
    if error is None:
        return
    path = [str(part) for part in error.instance_path]
    # The name that is missing, or that a schema must not have.
    missing = re.match(r'"([^"]+)" (is a required property|does not match "\^\[A-Z)', error.message)
    if missing:
        path.append(missing[1])
    problem = f"{path[-1]}: {error.message}" if path else error.message
    remedy = _REMEDIES.get(path[0] if path else "", "write it as OpenAPI 3.1 has it")
    if path[0] == "paths" and len(path) > 2:
        remedy = "write it as OpenAPI 3.1 has it"
        path = [f"{path[2].upper()} {path[1]}", *path[3:]]
    refuse("/".join(path), problem, remedy)
