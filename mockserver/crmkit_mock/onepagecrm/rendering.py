"""One tree in three formats: JSON, XML and YAML.

Trees are made of bool, int, float, str, None, list and dict. Strings have only characters that all
three formats can carry; `values.clean` removes others when they come in.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from crmkit_mock.messages import JSON_TYPE, Reply
from crmkit_mock.rows import RowPage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: The root element (page: API 2.3 manual, XML response document format).
_ROOT = "hash"
#: Children of an array are named by the singular of its name (same page); assumption: `item` where
#: its name is not a plural.
_SINGULAR = {
    "actions": "action",
    "company_phones": "company_phone",
    "contacts": "contact",
    "deals": "deal",
    "emails": "email",
    "notes": "note",
    "notifications": "notification",
    "phones": "phone",
    "statuses": "status",
    "tags": "tag",
    "urls": "url",
}
_ITEM = "item"

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})

#: Strings that YAML 1.1 reads as strings without quotes.
_PLAIN = re.compile(r"[A-Za-z](?:[A-Za-z_ ]*[A-Za-z_])?", re.ASCII)
_NOT_PLAIN = frozenset({"y", "yes", "n", "no", "on", "off", "true", "false", "null"})
_YAML_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def render(format_: str, status: int, tree: dict[str, Any]) -> Reply:
    """Build the reply whose body is a tree.

    Args:
        format_: "json", "xml" or "yaml".
        status: HTTP status of the reply.
        tree: The envelope; its data may be a page of rows.
    """
    media_type, write = _WRITERS[format_]
    data = tree.get("data")
    if isinstance(data, RowPage):
        page = data.within(tree, "data")
        text = page.text() if format_ == "json" else write(page.tree())
        return Reply(status, text.encode("utf-8"), media_type=media_type, tree=page)
    return Reply(status, write(tree).encode("utf-8"), media_type=media_type, tree=tree)


def to_json(tree: object) -> str:
    """Write a tree as JSON."""
    return _encode(tree)


def to_xml(tree: object) -> str:
    """Write a tree as XML.

    Page: API 2.3 manual, XML response document format: `nil="true"`, `type` of integers, floats
    and arrays, strings bare. Page: API 3 manual, data types: booleans are 0 and 1 outside JSON;
    assumption: without a type.
    """
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{"".join(_element(_ROOT, tree))}\n'


def _element(name: str, value: object) -> Iterator[str]:
    if value is None:
        yield f'<{name} nil="true"/>'
    elif isinstance(value, bool):
        yield f"<{name}>{int(value)}</{name}>"
    elif isinstance(value, int):
        yield f'<{name} type="integer">{value}</{name}>'
    elif isinstance(value, float):
        yield f'<{name} type="float">{value!r}</{name}>'
    elif isinstance(value, str):
        yield f"<{name}>{value.translate(_ESCAPES)}</{name}>" if value else f"<{name}/>"
    elif not value:
        yield f'<{name} type="array"/>' if isinstance(value, list) else f"<{name}/>"
    elif isinstance(value, list):
        yield f'<{name} type="array">'
        child = _SINGULAR.get(name, _ITEM)
        for item in value:
            yield from _element(child, item)
        yield f"</{name}>"
    elif isinstance(value, dict):
        yield f"<{name}>"
        for key, member in value.items():
            # Assumption: 30days and its like get an underscore: names cannot begin with a digit.
            yield from _element(f"_{key}" if key[0].isdigit() else key, member)
        yield f"</{name}>"
    else:
        raise TypeError(f"cannot write {type(value).__name__} as XML: {value!r}")


def to_yaml(tree: object) -> str:
    """Write a tree as YAML 1.1, block style.

    No page shows YAML. Assumption: the tree of JSON, true and false for booleans, quotes around
    strings that a reader of YAML 1.1 would take for something else.
    """
    return "---\n" + "".join(_block(tree, ""))


def _block(value: object, indent: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, member in value.items():
            yield from _entry(f"{indent}{_string(key)}:", member, indent)
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, dict) and item:
                # The first member follows the dash.
                first, *others = _block(item, indent + "  ")
                yield f"{indent}- {first.removeprefix(indent + '  ')}"
                yield from others
            else:
                yield from _entry(f"{indent}-", item, indent)


def _entry(head: str, value: object, indent: str) -> Iterator[str]:
    if isinstance(value, dict | list) and value:
        yield f"{head}\n"
        yield from _block(value, indent if isinstance(value, list) else indent + "  ")
    else:
        yield f"{head} {_scalar(value)}\n"


def _scalar(value: object) -> str:
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, float):
        # YAML 1.1 wants a dot in every float.
        mantissa, exponent, power = repr(value).partition("e")
        return mantissa + ("" if "." in mantissa else ".0") + exponent + power
    # null, true and false, integers, {} and [] are written as in JSON.
    return _encode(value)


def _string(value: str) -> str:
    if _PLAIN.fullmatch(value) and value.lower() not in _NOT_PLAIN:
        return value
    return f'"{"".join(map(_character, value))}"'


def _character(character: str) -> str:
    if character in _YAML_ESCAPES:
        return _YAML_ESCAPES[character]
    if character.isprintable():
        return character
    number = ord(character)
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


#: Characters beyond ASCII are escaped, so that a lone surrogate cannot break the reply.
_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False, check_circular=False).encode

_WRITERS: dict[str, tuple[str, Callable[[object], str]]] = {
    # Assumption: media types, which no page gives.
    "json": (f"{JSON_TYPE}; charset=utf-8", to_json),
    "xml": ("application/xml; charset=utf-8", to_xml),
    "yaml": ("text/yaml; charset=utf-8", to_yaml),
}
#: The formats, which are the extensions of URLs.
FORMATS = frozenset(_WRITERS)
