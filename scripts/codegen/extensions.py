"""The vendor extensions: the form of each, and where it means something."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from .outline import METHODS, NAME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .outline import Refuse

__all__ = ["EXTENSIONS", "check_extensions"]

_PATH_LIST = {"type": "string", "pattern": r"^[^.\s]+(\.[^.\s]+)*$"}
EXTENSIONS: dict[str, dict[str, Any]] = {
    "x-crmkit-alias": {"type": "array", "items": {"type": "string"}, "minItems": 1},
    "x-crmkit-effect": {"enum": ["read", "write"]},
    "x-crmkit-envelope": {"anyOf": [_PATH_LIST, {"const": ""}, {"type": "null"}]},
    "x-crmkit-evidence": {
        "type": "array",
        "items": {"type": "string", "pattern": r"^(page|recorded|assumption): \S"},
        "minItems": 1,
    },
    "x-crmkit-format": {
        "enum": ["digits", "mailbox", "unix", "dmy", "bit", "country", "espo_datetime"]
    },
    "x-crmkit-name": {"type": "string", "pattern": NAME},
    "x-crmkit-narrows": {"type": "string", "pattern": NAME},
    "x-crmkit-open-enum": {"const": True},
    "x-crmkit-paging": {
        "type": "object",
        "properties": {
            "strategy": {"enum": ["page", "offset", "none"]},
            "number": {"type": "string"},
            "size": {"type": "string"},
            "default_size": {"type": "integer", "minimum": 1},
            "first": {"type": "integer", "minimum": 0},
            "total": _PATH_LIST,
            "last": _PATH_LIST,
        },
        "required": ["strategy"],
        "additionalProperties": False,
    },
    "x-crmkit-part-of": {
        "type": "object",
        "properties": {
            "argument": {"type": "string", "pattern": NAME},
            "items": {"enum": ["object", "text"]},
            "description": {"type": "string"},
        },
        "required": ["argument", "items"],
        "additionalProperties": False,
    },
    "x-crmkit-profile": {
        "type": "array",
        "items": {"type": "string", "pattern": "^[a-z][a-z0-9]*$"},
        "minItems": 1,
        "uniqueItems": True,
    },
    "x-crmkit-read-as": _PATH_LIST,
    "x-crmkit-read-schema": {"type": "string", "pattern": "^[A-Z][A-Za-z0-9]*$"},
    "x-crmkit-replace": {"type": "string", "pattern": NAME},
    "x-crmkit-separated": {
        "type": "object",
        "properties": {
            "by": {"enum": [";", ","]},
            "element": {"type": "string", "pattern": "^(text|labeled|mailbox|[A-Z][A-Za-z0-9]*)$"},
            "between": {"const": "|"},
        },
        "required": ["by", "element"],
        "additionalProperties": False,
        # Elements that have members say what stands between these.
        "if": {"properties": {"element": {"pattern": "^[A-Z]"}}},
        "then": {"required": ["between"]},
        "else": {"properties": {"between": False}},
    },
    "x-crmkit-setting": {"type": "string", "pattern": NAME},
    "x-crmkit-side-elements": {"type": "string", "pattern": "^[A-Z][A-Za-z0-9]*$"},
    "x-crmkit-xml": {
        "type": "object",
        "properties": {
            "root": {"type": "string"},
            "item": {"type": "string"},
            "nil": {
                "type": "object",
                "properties": {"attribute": {"type": "string"}, "value": {"type": "string"}},
                "required": ["attribute", "value"],
                "additionalProperties": False,
            },
            "type": {
                "type": "object",
                "properties": {
                    name: {"type": "string"} for name in ("attribute", "integer", "number", "array")
                },
                "required": ["attribute"],
                "additionalProperties": False,
            },
            "boolean": {
                "type": "object",
                "properties": {"false": {"type": "string"}, "true": {"type": "string"}},
                "required": ["false", "true"],
                "additionalProperties": False,
            },
        },
        "required": ["root", "item", "nil", "type", "boolean"],
        "additionalProperties": False,
    },
}
"""The vendor extensions with the schema of each; CONTRIBUTING.md has their meaning."""


_TOP = re.compile("")
_OPERATION = re.compile(rf"paths/.*/({'|'.join(METHODS)})")
_PARAMETER = re.compile(r"components/parameters/[^/]+|paths/.*/parameters/[0-9]+")
_SCHEMA = re.compile(r"components/schemas/.*|.*/schema(/.*)?")
PLACES: dict[str, tuple[re.Pattern[str], ...]] = {
    "x-crmkit-alias": (_SCHEMA,),
    "x-crmkit-effect": (_OPERATION,),
    "x-crmkit-envelope": (_TOP, _OPERATION),
    "x-crmkit-format": (_SCHEMA,),
    "x-crmkit-name": (_SCHEMA, _PARAMETER),
    "x-crmkit-narrows": (_OPERATION,),
    "x-crmkit-open-enum": (_SCHEMA,),
    "x-crmkit-paging": (_OPERATION,),
    "x-crmkit-part-of": (_PARAMETER,),
    # Also where the emitters do not look: a server has or has not a route, whatever is made of it.
    "x-crmkit-profile": (_OPERATION, re.compile("paths/.*/(head|options|trace)")),
    "x-crmkit-replace": (_OPERATION,),
    "x-crmkit-separated": (_SCHEMA,),
    "x-crmkit-setting": (_PARAMETER,),
    "x-crmkit-side-elements": (_TOP,),
    "x-crmkit-xml": (_TOP,),
}
"""Where an extension means something; those that are not here may stand anywhere."""


def check_extensions(tree: dict[str, Any], refuse: Refuse) -> None:
    """Refuse extensions that are unknown, malformed, or stand where they mean nothing.

    Args:
        tree: The document.
        refuse: What to call for such an extension.
    """
    for place, key, value in _walk(tree, ""):
        if not key.startswith("x-"):
            continue
        if key not in EXTENSIONS:
            refuse(
                place or "top",
                f"{key} is not a known extension",
                f"there are {', '.join(EXTENSIONS)}",
            )
        places = PLACES.get(key)
        if places is not None and not any(pattern.fullmatch(place) for pattern in places):
            refuse(place or "top", f"{key} means nothing here", "see CONTRIBUTING.md for its place")
        error = next(jsonschema_rs.Draft202012Validator(EXTENSIONS[key]).iter_errors(value), None)
        if error is not None:
            refuse(place or "top", f"{key}: {error.message}", "see CONTRIBUTING.md for its form")


def _walk(node: Any, place: str) -> Iterator[tuple[str, str, Any]]:
    """Yield place, key and value of every member of every object, those of examples left out."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield place, key, value
            if key not in {"example", "examples", "value", "default", "const", "enum"}:
                yield from _walk(value, f"{place}/{key}" if place else key)
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _walk(value, f"{place}/{index}")
