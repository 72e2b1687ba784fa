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


_TOP = "top"
_ANYWHERE = ".*"
_OPERATION = rf"paths/.*/({'|'.join(METHODS)})"
_PARAMETER = r"components/parameters/[^/]+|paths/.*/parameters/[0-9]+"
_SCHEMA = "components/schemas/.*|.*/schema(/.*)?"

EXTENSIONS: dict[str, tuple[dict[str, Any], str]] = {
    "x-crmkit-alias": (_some(STRING), _SCHEMA),
    "x-crmkit-effect": ({"enum": ["read", "write"]}, _OPERATION),
    "x-crmkit-envelope": (
        {"anyOf": [_PATH_LIST, {"const": ""}, {"type": "null"}]},
        f"{_TOP}|{_OPERATION}",
    ),
    "x-crmkit-evidence": (
        _some({**STRING, "pattern": r"^(page|recorded|assumption): \S"}),
        _ANYWHERE,
    ),
    "x-crmkit-format": (
        {"enum": ["digits", "mailbox", "unix", "dmy", "bit", "country", "espo_datetime"]},
        _SCHEMA,
    ),
    "x-crmkit-name": (_NAME, f"{_SCHEMA}|{_PARAMETER}"),
    "x-crmkit-narrows": (_NAME, _OPERATION),
    "x-crmkit-open-enum": ({"const": True}, _SCHEMA),
    "x-crmkit-paging": (
        _closed(
            {
                "strategy": {"enum": ["page", "offset", "none"]},
                "number": STRING,
                "size": STRING,
                "default_size": {"type": "integer", "minimum": 1},
                "first": {"type": "integer", "minimum": 0},
                "total": _PATH_LIST,
                "last": _PATH_LIST,
            },
            "strategy",
        ),
        _OPERATION,
    ),
    "x-crmkit-part-of": (
        _closed(
            {"argument": _NAME, "items": {"enum": ["object", "text"]}, "description": STRING},
            *("argument", "items"),
        ),
        _PARAMETER,
    ),
    "x-crmkit-profile": (
        _some({**STRING, "pattern": "^[a-z][a-z0-9]*$"}, uniqueItems=True),
        # Also where the emitters do not look: a server has or has not a route, whatever is made
        # of it.
        f"{_OPERATION}|paths/.*/(head|options|trace)",
    ),
    "x-crmkit-read-as": (_PATH_LIST, _ANYWHERE),
    "x-crmkit-read-schema": (_CLASS, _ANYWHERE),
    "x-crmkit-replace": (_NAME, _OPERATION),
    "x-crmkit-separated": (
        {
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
        _SCHEMA,
    ),
    "x-crmkit-setting": (_NAME, _PARAMETER),
    "x-crmkit-side-elements": (_CLASS, _TOP),
    "x-crmkit-xml": (
        _closed(
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
        _TOP,
    ),
}
"""The schema of each vendor extension, and where it may stand; CONTRIBUTING.md has its meaning."""


def check_extensions(tree: dict[str, Any], refuse: Refuse) -> None:
    """Call `refuse` for an extension that is unknown, malformed, or means nothing at its place."""
    for parent, key, value in walk(tree, skip=DATA):
        if not key.startswith("x-"):
            continue
        place = parent or "top"
        if key not in EXTENSIONS:
            known = f"there are {', '.join(EXTENSIONS)}"
            refuse(place, f"{key} is not a known extension", known)
        form, places = EXTENSIONS[key]
        if not re.fullmatch(places, place):
            refuse(place, f"{key} means nothing here", "see CONTRIBUTING.md for its place")
        error = next(jsonschema_rs.Draft202012Validator(form).iter_errors(value), None)
        if error is not None:
            refuse(place, f"{key}: {error.message}", "see CONTRIBUTING.md for its form")
