"""The outline that a document must have, as far as the generation relies on it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NoReturn

import jsonschema_rs

__all__ = ["CLASS_NAME", "METHODS", "NAME", "STRING", "Refuse", "check_outline", "object_of"]

Tree = dict[str, Any]
Refuse = Callable[[str, str, str], NoReturn]
"""Stops the generation, given place, problem and remedy."""

METHODS = ("get", "put", "post", "delete", "patch")
NAME = "^[a-z][a-z0-9]*(_[a-z0-9]+)*$"
"""What an operationId, a tag and any other name of a document looks like."""
CLASS_NAME = "^[A-Z][A-Za-z0-9]*$"
"""What the name of a schema looks like."""

STRING: Tree = {"type": "string"}


def object_of(properties: Tree, *required: str, closed: bool = False) -> Tree:
    """Return the schema of an object, which has no other members if it is closed."""
    more: Tree = {"additionalProperties": False} if closed else {}
    return {"type": "object", "properties": properties, "required": [*required], **more}


def _map_of(name: str, **more: Any) -> Tree:
    return {"type": "object", "additionalProperties": _ref(name), **more}


def _list_of(name: str) -> Tree:
    return {"type": "array", "items": _ref(name)}


def _ref(name: str) -> Tree:
    return {"$ref": f"#/$defs/{name}"}


def _or_reference(*required: str) -> Tree:
    """Return the schema of an object with some members, or of a reference in its place."""
    reference = object_of({"$ref": STRING}, "$ref")
    return {"if": {"required": ["$ref"]}, "then": reference, "else": {"required": [*required]}}


OUTLINE: Tree = {
    **object_of(
        {
            "info": object_of({"title": STRING, "version": STRING}, "title", "version"),
            "tags": _list_of("tag"),
            "paths": _map_of("item", minProperties=1),
            "components": object_of(
                {
                    "schemas": _map_of("schema", propertyNames={"pattern": CLASS_NAME}),
                    "parameters": _map_of("parameter"),
                    "responses": _map_of("response"),
                }
            ),
        },
        *("info", "tags", "paths"),
    ),
    "$defs": {
        "item": object_of(
            {"parameters": _list_of("parameter"), **dict.fromkeys(METHODS, _ref("operation"))}
        ),
        "operation": object_of(
            {
                "summary": {**STRING, "minLength": 1},
                "tags": {"type": "array"},
                "parameters": _list_of("parameter"),
                "responses": _map_of("response"),
            },
            *("summary", "responses"),
        ),
        "tag": object_of(
            {"name": {**STRING, "pattern": NAME}, "description": STRING}, "name", "description"
        ),
        "parameter": _or_reference("name", "in"),
        "response": _or_reference("description"),
        "schema": {
            **object_of(
                {
                    "$ref": STRING,
                    "properties": _map_of("schema"),
                    "items": _ref("schema"),
                    "anyOf": _list_of("schema"),
                    "oneOf": _list_of("schema"),
                }
            ),
            "type": ["object", "boolean"],
        },
    },
}
"""What the generation relies on; tests check that a document is valid OpenAPI."""

_REMEDIES = {
    "info": "write info with a title and a version",
    "paths": "describe an operation",
    "tags": "give each tag a name in snake_case and a description",
}


def check_outline(tree: Tree, refuse: Refuse) -> None:
    """Call `refuse` if a document does not have the outline."""
    error = next(jsonschema_rs.Draft202012Validator(OUTLINE).iter_errors(tree), None)
    if error is None:
        return
    path = [str(part) for part in error.instance_path]
    # The name that is missing, or that a schema must not have.
    missing = re.match(r'"([^"]+)" (is a required property|does not match "\^\[A-Z)', error.message)
    if missing:
        path.append(missing[1])
    problem = f"{path[-1]}: {error.message}"
    if path[0] == "paths" and len(path) > 2:
        method = f"{path[2].upper()} " if path[2] in METHODS else ""
        path = [f"{method}{path[1]}", *path[3:]]
    remedy = _REMEDIES.get(path[0], "write it as OpenAPI 3.1 has it")
    refuse("/".join(path), problem, remedy)
