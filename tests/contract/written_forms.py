"""XML and YAML of a tree by its schema, written as simply as possible.

OnePageCRM answers the same tree in three formats. What XML and YAML leave open, above all the type
of a scalar, the schema decides.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from typing import Any

import yaml

Tree = dict[str, Any]


@dataclass
class FormatWriter:
    """A document whose replies come in several formats.

    Args:
        tree: The document, with `x-crmkit-xml` at its top.
    """

    tree: Tree

    def resolve(self, schema: Tree) -> Tree:
        """Return a schema with what it refers to; members beside a reference win."""
        while "$ref" in schema:
            target: Any = self.tree
            for part in schema["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            schema = {**target, **{key: value for key, value in schema.items() if key != "$ref"}}
        return schema

    def kind(self, schema: Tree) -> tuple[str, bool]:
        """Return a schema's JSON type, and whether the value may be null."""
        schema = self.resolve(schema)
        if "anyOf" in schema:
            kinds = [self.kind(option) for option in schema["anyOf"]]
            return next(kind for kind, _ in kinds if kind != "null"), any(null for _, null in kinds)
        if "const" in schema:
            return {int: "integer", str: "string"}[type(schema["const"])], False
        types: list[str] = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        return next((name for name in types if name != "null"), "null"), "null" in types

    def item(self, schema: Tree) -> tuple[str, Tree]:
        """Return the name of an array's items in XML, and their schema."""
        items = self.resolve(schema)["items"]
        named = items.get("xml") or self.resolve(items).get("xml") or {}
        return str(named.get("name", self.tree["x-crmkit-xml"]["item"])), items

    def member(self, schema: Tree, name: str) -> tuple[str, Tree]:
        """Return the name of an object's member in XML, and its schema."""
        schema = self.resolve(schema)["properties"][name]
        return str(self.resolve(schema).get("xml", {}).get("name", name)), schema

    # -- XML ---------------------------------------------------------------------------------------

    def to_xml(self, value: Any, schema: Tree) -> str:
        """Write a tree as XML."""
        root = ET.Element(self.tree["x-crmkit-xml"]["root"])
        self._fill(root, value, schema)
        return ET.tostring(root, encoding="unicode")

    def _fill(self, element: ET.Element, value: Any, schema: Tree) -> None:
        rules = self.tree["x-crmkit-xml"]
        if value is None:
            element.set(rules["nil"]["attribute"], rules["nil"]["value"])
        elif isinstance(value, bool):
            element.text = rules["boolean"][str(value).lower()]
        elif isinstance(value, dict):
            for key, member in value.items():
                name, of = self.member(schema, key)
                self._fill(ET.SubElement(element, name), member, of)
        else:
            kind, _ = self.kind(schema)
            if kind in rules["type"]:
                element.set(rules["type"]["attribute"], rules["type"][kind])
            if isinstance(value, list):
                name, of = self.item(schema)
                for item in value:
                    self._fill(ET.SubElement(element, name), item, of)
            else:
                element.text = str(float(value)) if kind == "number" else str(value)

    def from_xml(self, text: str, schema: Tree) -> Any:
        """Read a tree from XML."""
        root = ET.fromstring(text.encode())  # noqa: S314  # examples of our own documents
        assert root.tag == self.tree["x-crmkit-xml"]["root"]
        return self._read(root, schema)

    def _read(self, element: ET.Element, schema: Tree) -> Any:
        rules = self.tree["x-crmkit-xml"]
        kind, null = self.kind(schema)
        if element.get(rules["nil"]["attribute"]) == rules["nil"]["value"]:
            assert null, f"{element.tag} is null"
            return None
        if kind == "object":
            members = self.resolve(schema)["properties"]
            names = {self.member(schema, name)[0]: name for name in members}
            tags = [child.tag for child in element]
            assert len(tags) == len(set(tags)), f"{element.tag} has a member twice"
            return {
                names[child.tag]: self._read(child, members[names[child.tag]]) for child in element
            }
        if kind == "array":
            return [self._read(child, self.item(schema)[1]) for child in element]
        assert not len(element), f"{element.tag} has children"
        return _cast(element.text or "", kind)

    # -- YAML --------------------------------------------------------------------------------------

    def to_yaml(self, value: Any) -> str:
        """Write a tree as YAML, with every str quoted."""
        return yaml.dump(value, Dumper=_Quoting, sort_keys=False, allow_unicode=True)

    def from_yaml(self, text: str, schema: Tree) -> Any:
        """Read a tree from YAML; the schema decides on the types of plain scalars."""
        return self._typed(yaml.load(text, _Strings), schema)  # noqa: S506  # a safe loader

    def _typed(self, value: Any, schema: Tree) -> Any:
        kind, null = self.kind(schema)
        if value is None:
            assert null or kind == "string", f"expected {kind}, got null"
            return None if null else ""
        if isinstance(value, dict):
            return {
                key: self._typed(member, self.member(schema, key)[1])
                for key, member in value.items()
            }
        if isinstance(value, list):
            return [self._typed(item, self.item(schema)[1]) for item in value]
        return _cast(value, kind)


def _cast(text: str, kind: str) -> Any:
    if kind == "string":
        return text
    if kind == "integer":
        assert re.fullmatch(r"[+-]?[0-9]{1,18}", text.strip()), f"{text!r} is not an integer"
        return int(text)
    if kind == "number":
        return float(text)
    return {"0": False, "1": True, "false": False, "true": True}[text.strip().lower()]


class _Quoting(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  # as in its base
        return True


_Quoting.add_representer(
    str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')
)


class _Strings(yaml.SafeLoader):
    """Scalars are str; plain ones may be null."""

    yaml_implicit_resolvers = {}  # noqa: RUF012  # as in its base

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:  # noqa: FBT002  # as in its base
        if isinstance(node, yaml.ScalarNode):
            plain = node.style is None and node.value in {"", "~", "null", "Null", "NULL"}
            return None if plain else node.value
        return super().construct_object(node, deep)
