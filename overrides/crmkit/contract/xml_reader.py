"""XML of a tree, read as strictly as `x-crmkit-xml` describes it."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .document import Document

__all__ = ["XMLReader"]

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)", re.ASCII)
_FLOAT = re.compile(r"-?[0-9]+\.[0-9]+(?:e[+-]?[0-9]+)?", re.ASCII)


class XMLReader:
    """Reads replies in XML.

    Args:
        document: The wire document, with `x-crmkit-xml` at its top.
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self._rules = document.tree["x-crmkit-xml"]

    def read(self, content: bytes, schema: Any) -> Any:
        """Return the tree of a body.

        Args:
            content: The body.
            schema: Its schema.

        Raises:
            ValueError: It is not XML, or not written as the document has it.
        """
        try:
            root = ET.fromstring(content)  # noqa: S314 - expat expands no external entities
        except ET.ParseError as error:
            raise ValueError(f"not XML: {error}") from None
        _require(root.tag == self._rules["root"], f"the root is {root.tag}")
        return self._value(root, schema)

    def _value(self, element: ET.Element, schema: Any) -> Any:
        nil = self._rules["nil"]
        if element.get(nil["attribute"]) is not None:
            is_nil = element.attrib == {nil["attribute"]: nil["value"]}
            _require(is_nil and not len(element) and not element.text, f"{element.tag} is odd")
            return None
        node = self._described(schema)
        kind = self._kind(node)
        marked = self._rules["type"].get(kind)
        expected = {} if marked is None else {self._rules["type"]["attribute"]: marked}
        _require(element.attrib == expected, f"{element.tag} has other attributes")
        if kind == "object":
            return self._object(element, node)
        if kind == "array":
            return self._array(element, node)
        _require(not len(element), f"{element.tag} has children")
        return self._scalar(element.text or "", kind)

    def _object(self, element: ET.Element, node: Any) -> dict[str, Any]:
        members = {self._name(name, of): (name, of) for name, of in node["properties"].items()}
        found: dict[str, Any] = {}
        for child in element:
            _require(child.tag in members, f"{element.tag} has {child.tag}")
            name, schema = members[child.tag]
            _require(name not in found, f"{child.tag} comes twice")
            found[name] = self._value(child, schema)
        return found

    def _array(self, element: ET.Element, node: Any) -> list[Any]:
        item = node["items"]
        named = item.get("xml") or self._document.resolve(item).get("xml") or {}
        name = named.get("name", self._rules["item"])
        for child in element:
            _require(child.tag == name, f"{element.tag} has {child.tag}")
        return [self._value(child, item) for child in element]

    def _scalar(self, text: str, kind: str) -> Any:
        if kind == "boolean":
            values = {text: name == "true" for name, text in self._rules["boolean"].items()}
            _require(text in values, f"{text!r} is no boolean")
            return values[text]
        if kind == "integer":
            _require(_INTEGER.fullmatch(text) is not None, f"{text!r} is no integer")
            return int(text)
        if kind == "number":
            _require(_FLOAT.fullmatch(text) is not None, f"{text!r} is no float")
            return float(text)
        return text

    def _name(self, name: str, schema: Any) -> str:
        return str(self._described(schema).get("xml", {}).get("name", name))

    def _described(self, schema: Any) -> Any:
        """Return a schema with what it refers to, and the one that is not null of several."""
        node = {
            **self._document.resolve(schema),
            **{k: v for k, v in schema.items() if k != "$ref"},
        }
        for option in node.get("anyOf", ()):
            described = self._described(option)
            if described.get("type") != "null":
                return {**node, **described}
        return node

    @staticmethod
    def _kind(node: Any) -> str:
        if "const" in node:
            return "integer" if isinstance(node["const"], int) else "string"
        types = node.get("type", "string")
        return types if isinstance(types, str) else next(t for t in types if t != "null")


def _require(condition: bool, text: str) -> None:  # noqa: FBT001 - reads as a sentence
    if not condition:
        raise ValueError(text)
