"""The vendor extensions: the form of each, and where it means something."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from .outline import CLASS_NAME, METHODS, NAME, STRING, object_of
from .references import DATA, walk

if TYPE_CHECKING:
    from .outline import Refuse

__all__ = ["EXTENSIONS", "check_extensions"]

_NAME = {**STRING, "pattern": NAME}
_CLASS = {**STRING, "pattern": CLASS_NAME}
_PATH_LIST = {**STRING, "pattern": r"^[^.\s]+(\.[^.\s]+)*$"}


def _some(items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": 1, **more}


def _closed(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return object_of(properties, *(required or properties), closed=True)


_QUERY = {"type": "object", "additionalProperties": STRING}

EXTENSIONS: dict[str, dict[str, Any]] = {
    "x-crmkit-alias": _some(STRING),
    "x-crmkit-changes": _closed(
        {"time": STRING, "query": _QUERY, "after": _QUERY, "time_format": STRING, "unseen": STRING},
        *("time", "query", "unseen"),
    ),
    "x-crmkit-effect": {"enum": ["read", "write", "once"]},
    "x-crmkit-envelope": {"anyOf": [_PATH_LIST, {"const": ""}, {"type": "null"}]},
    "x-crmkit-evidence": _some({**STRING, "pattern": r"^(page|recorded|assumption): \S"}),
    "x-crmkit-format": {
        "enum": [
            *("digits", "mailbox", "unix", "dmy", "bit", "country", "decimal"),
            *("datetime", "espo_datetime"),
        ]
    },
    "x-crmkit-name": _NAME,
    "x-crmkit-narrows": _NAME,
    "x-crmkit-open-enum": {"const": True},
    "x-crmkit-paging": _closed(
        {
            "strategy": {"enum": ["page", "offset", "key", "none"]},
            **dict.fromkeys(("number", "after", "by"), STRING),
            "size": STRING,
            "default_size": {"type": "integer", "minimum": 1},
            "first": {"type": "integer", "minimum": 0},
            "total": _PATH_LIST,
            "last": _PATH_LIST,
            "order": {"enum": ["total", "ties", "unknown"]},
            "changes": {"const": True},
        },
        "strategy",
    ),
    "x-crmkit-part-of": _closed(
        {"argument": _NAME, "items": {"enum": ["object", "text"]}, "description": STRING},
        *("argument", "items"),
    ),
    "x-crmkit-profile": _some({**STRING, "pattern": "^[a-z][a-z0-9]*$"}, uniqueItems=True),
    "x-crmkit-read-as": _PATH_LIST,
    "x-crmkit-read-schema": _CLASS,
    "x-crmkit-replace": _NAME,
    "x-crmkit-separated": {
        **_closed(
            {
                "by": {"enum": [";", ","]},
                "element": {**STRING, "pattern": "^(text|labeled|mailbox|[A-Z][A-Za-z0-9]*)$"},
                "between": {"const": "|"},
            },
            *("by", "element"),
        ),
        # Elements that have members say what stands between these.
        "if": {"properties": {"element": _CLASS}},
        "then": {"required": ["between"]},
        "else": {"properties": {"between": False}},
    },
    "x-crmkit-setting": _NAME,
    "x-crmkit-side-elements": _CLASS,
    "x-crmkit-xml": _closed(
        {
            "root": STRING,
            "item": STRING,
            "nil": _closed({"attribute": STRING, "value": STRING}),
            "type": _closed(
                dict.fromkeys(("attribute", "integer", "number", "array"), STRING), "attribute"
            ),
            "boolean": _closed({"false": STRING, "true": STRING}),
        }
    ),
}
"""The vendor extensions with the schema of each; CONTRIBUTING.md has their meaning."""

_PLACES = {
    "top": {"changes", "envelope", "side-elements", "xml"},
    rf"paths/.*/({'|'.join(METHODS)})": {
        *("effect", "envelope", "narrows", "paging", "profile", "replace"),
    },
    # The emitters do not look there, but a server has or has not a route, whatever is made of it.
    "paths/.*/(head|options|trace)": {"profile"},
    r"components/parameters/[^/]+|paths/.*/parameters/[0-9]+": {"name", "part-of", "setting"},
    r"components/schemas/.*|.*/schema(/.*)?": {
        *("alias", "format", "name", "open-enum", "separated"),
    },
    ".*": {"evidence", "read-as", "read-schema"},
}
"""Where extensions mean something, as patterns, and which."""


def check_extensions(tree: dict[str, Any], refuse: Refuse) -> None:
    """Call `refuse` for an extension that is unknown, malformed, or means nothing at its place."""
    for parent, key, value in walk(tree, skip=DATA):
        if not key.startswith("x-"):
            continue
        place = parent or "top"
        if key not in EXTENSIONS:
            known = f"there are {', '.join(EXTENSIONS)}"
            refuse(place, f"{key} is not a known extension", known)
        here = [names for pattern, names in _PLACES.items() if re.fullmatch(pattern, place)]
        if key.removeprefix("x-crmkit-") not in set().union(*here):
            refuse(place, f"{key} means nothing here", "see CONTRIBUTING.md for its place")
        error = next(jsonschema_rs.Draft202012Validator(EXTENSIONS[key]).iter_errors(value), None)
        if error is not None:
            refuse(place, f"{key}: {error.message}", "see CONTRIBUTING.md for its form")
