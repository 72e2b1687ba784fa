"""Types of a reply's members, for the formats that do not carry them: XML and YAML.

They are taken from the document of the wire when the first such reply comes.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from math import isfinite
from typing import Any

from crmkit.core.codec.decode_errors import MalformedValue
from crmkit.core.codec.numbers import parse_number

MOST_BYTES = 32 * 2**20
"""Bytes of a reply: a thousand times those of the largest page of contacts."""

_INTEGER = re.compile(r"[+-]?[0-9]{1,40}", re.ASCII)
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", re.ASCII)
_BOOLEANS = {
    **dict.fromkeys(("1", "true", "yes", "on"), True),
    **dict.fromkeys(("0", "false", "no", "off"), False),
}


class Misread(MalformedValue):
    """A reply, or a member of it, that does not have the documented form.

    Args:
        problem: What is wrong; no values.
        path: Place in the reply, such as `data.contacts[3].id`.
    """

    def __init__(self, problem: str, path: str = "") -> None:
        super().__init__(problem)
        self.path = path


@dataclass(slots=True)
class Shape:
    """What the document says of a value.

    Args:
        kind: Its JSON type; None where the document does not know the value.
        null: Whether it may be null.
        members: Members of an object by name.
        elements: Names of those members by the names of their XML elements.
        item: Shape of an array's items.
    """

    kind: str | None = None
    null: bool = True
    members: dict[str, Shape] = field(default_factory=dict[str, "Shape"])
    elements: dict[str, str] = field(default_factory=dict[str, str])
    item: Shape | None = None


UNKNOWN = Shape()
"""What the document does not know."""


def cast(text: str, shape: Shape) -> Any:
    """Return the value that a string stands for; the string itself if it stands for no such value.

    Args:
        text: The string.
        shape: Shape of the value; where the document does not know it, the string is the value.
    """
    bare = text.strip(" \t\r\n")
    if shape.kind == "boolean" and bare.lower() in _BOOLEANS:
        return _BOOLEANS[bare.lower()]
    if shape.kind == "integer" and _INTEGER.fullmatch(bare):
        return int(bare)
    if shape.kind == "number" and _NUMBER.fullmatch(bare) and isfinite(x := parse_number(bare)):
        return x
    return text


def reply_text(content: bytes, charset: str | None) -> str:
    """Return a reply as str, which is in UTF-8 (page: API 1.2, Request message format).

    Args:
        content: The bytes.
        charset: What the Content-Type says of them, or None.

    Raises:
        ValueError: They are not UTF-8.
        Misread: They are too many, or said to be something else.
    """
    if len(content) > MOST_BYTES:
        raise Misread(f"the body has more than {MOST_BYTES} bytes")
    if charset is not None and charset.lower() not in {"utf-8", "utf8", "us-ascii"}:
        raise Misread("the body is said to be in another encoding than UTF-8")
    text = content.decode("utf-8-sig")
    if "\0" in text:  # a sign of UTF-16, for which expat looks although UTF-8 was declared
        raise Misread("the body holds NUL")
    return text


def template_of(url: str) -> str:
    """Return the path template of the document that a URL's path ends with, or an empty str."""
    templates = [
        template
        for template in _document()["paths"]
        if re.fullmatch(".*" + re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template)), url)
    ]
    # `/contacts/{id}.{format}` before `/notes.{format}`, should the id be `notes`.
    return max(templates, key=lambda template: template.count("/"), default="")


@cache
def reply_shape(path: str, method: str) -> Shape:
    """Return the shape of an operation's reply, its envelope included.

    Args:
        path: Path template of the operation; if the document has no such path, the envelope's own
            members are known and `data` is not.
        method: HTTP method in upper case.
    """
    tree = _document()
    operation = tree["paths"].get(path, {}).get(method.lower())
    if operation is None:
        return _shape("#/components/schemas/Error")
    response: Any = _resolved(operation["responses"]["200"])
    envelope = _of(response["content"]["application/json"]["schema"])
    # assumption: where a call fails, `data` may be null as well as absent
    members = dict(envelope.members)
    if "data" in members:
        members["data"] = replace(members["data"], null=True)
    return replace(envelope, members=members)


@cache
def _document() -> Any:
    return json.loads(files("crmkit_generated.onepagecrm").joinpath("wire.json").read_bytes())


def _resolved(node: Any) -> Any:
    """Return what a node refers to; what stands beside the reference wins."""
    while "$ref" in node:
        target = _document()
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = {**target, **{name: value for name, value in node.items() if name != "$ref"}}
    return node


@cache
def _shape(reference: str) -> Shape:
    return _of(_resolved({"$ref": reference}))


def _of(schema: Any) -> Shape:
    if "$ref" in schema:
        return _shape(schema["$ref"])
    parts = schema.get("anyOf", [schema])
    kinds = [kind for part in parts for kind in _kinds(_resolved(part))]
    shape = Shape(next((kind for kind in kinds if kind != "null"), None), "null" in kinds)
    for name, member in schema.get("properties", {}).items():
        inner = _of(member)
        element = _resolved(member).get("xml", {}).get("name", name)
        for other in (name, *member.get("x-crmkit-alias", ())):
            shape.members[other] = inner
            shape.elements[element if other == name else other] = other
    if "items" in schema:
        shape.item = _of(schema["items"])
    return shape


def _kinds(schema: Any) -> list[str]:
    kinds = schema.get("type", [])
    return [kinds] if isinstance(kinds, str) else kinds
