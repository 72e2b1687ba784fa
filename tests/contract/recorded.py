"""Measures of a document against exchanges that were recorded from real servers."""

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import jsonschema_rs
import yaml
from codegen.references import write_out

ROOT = Path(__file__).resolve().parents[2]
LEAVES = 20
"""How many leaves of one reply are tried; those of longer ones are drawn by lot."""

Tree = dict[str, Any]
Path_ = tuple[str | int, ...]


@dataclass(frozen=True)
class Pair:
    """A request and what the server answered.

    Args:
        label: Name of the pair.
        method: HTTP method.
        path: Path, with the query.
        status: HTTP status.
        request_headers: Headers of the request that have a say.
        headers: Headers of the reply that say something.
        request_body: JSON that was sent.
        request_text: What was sent, where it was no JSON.
        body: JSON that was answered.
        text: What was answered, where it was no JSON; None with `body` and `cut`.
        cut: Length of a reply that is not kept.
        server: Name and release of the server.
        note: What the request was for.
    """

    label: str
    method: str
    path: str
    status: int
    request_headers: dict[str, str]
    headers: dict[str, str]
    request_body: Any = None
    request_text: str | None = None
    body: Any = None
    text: str | None = None
    cut: int | None = None
    server: str = ""
    note: str = ""

    @property
    def good(self) -> bool:
        """Whether the server did what it was asked to."""
        return 200 <= self.status < 300

    @property
    def is_json(self) -> bool:
        """Whether the reply is JSON and kept whole."""
        return self.text is None and self.cut is None


@dataclass
class Checked:
    """A document that pairs are held against.

    Args:
        tree: The document.
        base: Path of the recorded requests before the document's own.
        slash: Whether a slash at the end makes another path.
    """

    tree: Tree
    base: str
    slash: bool
    _validators: dict[str, jsonschema_rs.Draft202012Validator] = field(
        default_factory=dict[str, jsonschema_rs.Draft202012Validator]
    )

    def resolve(self, node: Any) -> Any:
        """Return what a node is, or what it refers to."""
        while isinstance(node, dict) and "$ref" in node:
            target: Any = self.tree
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            node = target
        return node

    def validator(self, schema: Tree) -> jsonschema_rs.Draft202012Validator:
        """Return the validator of a schema that may refer to components."""
        key = json.dumps(schema, sort_keys=True)
        if key not in self._validators:
            whole = {"allOf": [schema], "components": self.tree["components"]}
            self._validators[key] = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
        return self._validators[key]

    @cached_property
    def _routes(self) -> list[tuple[re.Pattern[str], Tree]]:
        # A template with a literal segment further to the left wins over a parameter there.
        ordered = sorted(
            self.tree["paths"], key=lambda path: [part.startswith("{") for part in path.split("/")]
        )
        return [
            (re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path)), self.tree["paths"][path])
            for path in ordered
        ]

    def operation(self, pair: Pair) -> Tree | None:
        """Return the operation that a pair belongs to; None if the document has none."""
        path = pair.path.partition("?")[0].removeprefix(self.base)
        if not self.slash:
            path = path.rstrip("/")
        item = next((item for route, item in self._routes if route.fullmatch(path or "/")), {})
        found: Tree | None = item.get(pair.method.lower())
        return found

    def reply_schema(self, pair: Pair, operation: Tree) -> tuple[Tree | None, str]:
        """Return the schema of a pair's reply, None for nothing to check, and what is wrong."""
        if str(pair.status) not in operation["responses"]:
            return None, f"status {pair.status} is not described"
        content = self.resolve(operation["responses"][str(pair.status)]).get("content", {})
        kind = _media(pair.headers)
        if pair.cut is not None:
            return None, ""
        if pair.text == "" and (not content or pair.good):
            return (
                None,
                "",
            )  # no body where none is described, or where words say that there is none
        described = content.get(kind, content.get("*/*"))
        if described is None:
            return None, f"media type {kind!r} is not described"
        return described.get("schema"), ""

    def reply_faults(self, pair: Pair, operation: Tree) -> list[str]:
        """Return what of a pair's reply the document does not say."""
        schema, fault = self.reply_schema(pair, operation)
        if fault:
            return [f"{pair.label}: {fault}"]
        if schema is None:
            return []
        return self._errors(pair, schema, pair.body if pair.is_json else pair.text)

    def request_faults(self, pair: Pair, operation: Tree) -> list[str]:
        """Return what of a body that the server accepted the document does not allow."""
        described = self.resolve(operation.get("requestBody", {}))
        content, kind = described.get("content", {}), _media(pair.request_headers)
        sent = pair.request_text if pair.request_body is None else pair.request_body
        if not kind and not content:
            return []  # a server that is told no media type does not read the body
        if sent is None:
            return [f"{pair.label}: the body is missing"] if described.get("required") else []
        if not content:
            return [] if sent in ({}, "") else [f"{pair.label}: no body is described"]
        if kind not in content:
            return [f"{pair.label}: a body as {kind!r} is not described"] if kind else []
        if kind.startswith("multipart/") and isinstance(sent, str):
            return []  # parts with files: whether they are described is all that is asked here
        if isinstance(sent, dict) and self._query_is_body:
            sent = {**dict(parse_qsl(pair.path.partition("?")[2])), **sent}
        return self._errors(pair, content[kind]["schema"], sent)

    @property
    def _query_is_body(self) -> bool:
        """Whether members of a body may stand in the query, as they may for Monica."""
        return not self.slash

    def _errors(self, pair: Pair, schema: Tree, value: Any) -> list[str]:
        return [
            f"{pair.label}: /{'/'.join(map(str, error.instance_path))}: {error.message[:160]}"
            for error in self.validator(schema).iter_errors(value)
        ]

    def uncovered(self, pairs: list[Pair]) -> list[str]:
        """Return the labels of the pairs that belong to no operation."""
        return [pair.label for pair in pairs if self.operation(pair) is None]

    def covered(self, pairs: list[Pair]) -> Iterator[tuple[Pair, Tree]]:
        """Yield the pairs that belong to an operation, with it."""
        for pair in pairs:
            operation = self.operation(pair)
            if operation is not None:
                yield pair, operation

    def tightness(self, pairs: list[Pair]) -> tuple[int, int, list[str]]:
        """Put an object in place of one leaf of a good reply after the other.

        Returns:
            How many of the replies so spoilt are refused, how many there are, and the places where
            one was not.
        """
        refused, places = 0, list[str]()
        for pair, operation in self.covered(pairs):
            schema, _ = self.reply_schema(pair, operation)
            if not (pair.good and pair.is_json and schema is not None):
                continue
            check, lot = self.validator(schema), random.Random(pair.label)  # noqa: S311  # a lot, no secret
            paths = list(_leaves(pair.body))
            for path in lot.sample(paths, min(len(paths), LEAVES)):
                if check.is_valid(_spoilt(pair.body, path)):
                    places.append(".".join("*" if isinstance(key, int) else key for key in path))
                else:
                    refused += 1
        return refused, refused + len(places), places


def pairs(name: str) -> list[Pair]:
    """Read the recorded pairs of a kind of server."""
    lines = (ROOT / "tests" / "recorded" / f"{name}.jsonl").read_bytes().decode().split("\n")
    return [Pair(**json.loads(line)) for line in lines if line]


def document(name: str) -> Tree:
    """Read a document."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    tree: Tree = yaml.load((ROOT / "openapi" / name).read_text("utf-8"), loader)  # noqa: S506  # both are safe
    written: Tree = write_out(tree)
    return written


def evidence(node: Any) -> Iterator[str]:
    """Yield all evidence of a document."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "x-crmkit-evidence":
                yield from value
            else:
                yield from evidence(value)
    elif isinstance(node, list):
        for value in node:
            yield from evidence(value)


def _media(headers: dict[str, str]) -> str:
    values = (value for name, value in headers.items() if name.lower() == "content-type")
    return next(values, "").partition(";")[0].strip()


def _leaves(node: Any, path: Path_ = ()) -> Iterator[Path_]:
    if isinstance(node, dict) and node:
        for key, value in node.items():
            yield from _leaves(value, (*path, key))
    elif isinstance(node, list) and node:
        for index, value in enumerate(node):
            yield from _leaves(value, (*path, index))
    else:
        yield path


def _spoilt(tree: Any, path: Path_) -> Any:
    spoilt = {"spoilt": True}
    if not path:
        return spoilt
    tree = copy.deepcopy(tree)
    node = tree
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = spoilt
    return tree
