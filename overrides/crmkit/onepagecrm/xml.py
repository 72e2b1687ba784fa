"""Replies in XML, read as the tree that JSON would hold.

The parser is Python's own expat. It is kept up to date with Python and with operating systems, has
types and loads fast; what harms parsers needs a document type, which is refused here before
any of it is read. So there are no entities, and nothing external is ever asked for.
"""

from __future__ import annotations

from typing import Any
from xml.parsers import expat

from .levels import Level, Levels
from .shapes import UNKNOWN, Misread, Shape, cast

_ROOT = "hash"
# What the attribute `type` says of members that the document does not know.
_TYPES = {"integer": "integer", "float": "number", "boolean": "boolean", "array": "array"}


def read_xml(text: str, shape: Shape) -> Any:
    """Return the tree that a reply in XML holds.

    Args:
        text: The reply.
        shape: Shape of the tree. It decides about types; attributes only say those of members that
            the document does not know.

    Raises:
        Misread: It is not XML, has a document type, or does not have the documented form.
    """
    reader = _Reader(shape)
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.XmlDeclHandler = _check_declaration
    parser.StartDoctypeDeclHandler = _refuse_document_type
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(text.encode(), True)
    except expat.ExpatError as error:
        raise Misread(f"the body is not XML: {expat.ErrorString(error.code)}") from None
    return reader.tree


def _check_declaration(_version: str, encoding: str | None, _standalone: int) -> None:
    # The bytes were UTF-8; a declaration of something else leaves open what they mean.
    if encoding is not None and encoding.lower() not in {"utf-8", "us-ascii"}:
        raise Misread("the body is declared to be in another encoding than UTF-8")


def _refuse_document_type(*_: object) -> None:
    raise Misread("the body has a document type")


class _Element(Level):
    __slots__ = ("attributes", "texts")

    def __init__(self, shape: Shape, attributes: dict[str, str]) -> None:
        kind = _TYPES.get(attributes.get("type", ""))
        if shape is UNKNOWN and kind is not None:
            shape = Shape(kind)
        super().__init__(shape, [] if shape.kind == "array" else {})
        self.attributes = attributes
        self.texts: list[str] = []


class _Reader(Levels):
    """Makes the tree while the parser goes through the elements."""

    open: list[_Element]  # type: ignore[assignment]  # it alone enters them

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if self.open:
            parent = self.open[-1]
            parent.key = parent.shape.elements.get(name, name)
        elif name != _ROOT:
            raise Misread(f"the root element is not {_ROOT}")
        self.enter(_Element(self.next_shape(), attributes))

    def text(self, text: str) -> None:
        self.open[-1].texts.append(text)

    def end(self, _name: str) -> None:
        value = self._value(self.open[-1])
        self.open.pop()
        self.put(value)

    def _value(self, element: _Element) -> Any:
        shape, text = element.shape, "".join(element.texts)
        empty = not text.strip()
        if element.value and not empty:  # elements among text, of which nothing is to be lost
            return {"": text, "elements": element.value}
        if element.value:
            return element.value
        if empty and element.attributes.get("nil") == "true":
            return None
        return element.value if empty and shape.kind in {"object", "array"} else cast(text, shape)
