"""Validation of a document by exchanges recorded from real servers."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import jsonschema_rs
import yaml
from codegen.references import write_out

from crmkit.contract.schemas import Schemas, Tree

ROOT = Path(__file__).resolve().parents[2]
LEAVES = 20
"""How many leaves of a reply are damaged, one at a time; of longer ones a random sample."""

Path_ = tuple[str | int, ...]
_DAMAGE = {"damaged": True}


@dataclass(frozen=True)
class RecordedExchange:
    """A recorded request and the server's reply.

    Args:
        label: Name of the pair.
        method: HTTP method.
        path: Path, with the query.
        status: HTTP status.
        request_headers: Headers of the request that matter.
        headers: Headers of the reply that matter.
        request_body: JSON that was sent.
        request_text: What was sent, where it was not JSON.
        body: JSON of the reply.
        text: The reply where it was not JSON; None with `body` and `cut`.
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
    def succeeded(self) -> bool:
        """Whether the request succeeded."""
        return 200 <= self.status < 300

    @property
    def is_json(self) -> bool:
        """Whether the reply is JSON and kept whole."""
        return self.text is None and self.cut is None


@dataclass
class RecordedDocument:
    """A document that validates recorded exchanges.

    Args:
        tree: The document.
        base: Path of the recorded requests before the document's own.
        slash: Whether a trailing slash makes another path.
    """

    tree: Tree
    base: str
    slash: bool

    def resolve(self, node: Any) -> Any:
        """Follow the references of a node."""
        while isinstance(node, dict) and "$ref" in node:
            target: Any = self.tree
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            node = target
        return node

    def validator(self, schema: Tree) -> jsonschema_rs.Draft202012Validator:
        """Return the validator of a schema that may refer to components."""
        return self._schemas.validator(schema)

    @cached_property
    def _schemas(self) -> Schemas:
        return Schemas(self.tree)

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

    def operation(self, pair: RecordedExchange) -> Tree | None:
        """Return the operation of a pair; None if the document has none."""
        path = pair.path.partition("?")[0].removeprefix(self.base)
        if not self.slash:
            path = path.rstrip("/")
        item = next((item for route, item in self._routes if route.fullmatch(path or "/")), {})
        operation: Tree | None = item.get(pair.method.lower())
        return operation

    def reply_schema(self, pair: RecordedExchange, operation: Tree) -> tuple[Tree | None, str]:
        """Return the schema of a pair's reply, None if there is nothing to check, and an error."""
        if str(pair.status) not in operation["responses"]:
            return None, f"status {pair.status} is not documented"
        content = self.resolve(operation["responses"][str(pair.status)]).get("content", {})
        kind = _media(pair.headers)
        if pair.cut is not None:
            return None, ""
        if pair.text == "" and (not content or pair.succeeded):
            return None, ""  # no body is documented, or the description says that there is none
        described = content.get(kind, content.get("*/*"))
        if described is None:
            return None, f"media type {kind!r} is not documented"
        return described.get("schema"), ""

    def reply_errors(self, pair: RecordedExchange, operation: Tree) -> list[str]:
        """Return where a pair's reply differs from the document."""
        schema, error = self.reply_schema(pair, operation)
        if error:
            return [f"{pair.label}: {error}"]
        if schema is None:
            return []
        return self._errors(pair, schema, pair.body if pair.is_json else pair.text)

    def request_errors(self, pair: RecordedExchange, operation: Tree) -> list[str]:
        """Return where a body that the server accepted is invalid by the document."""
        described = self.resolve(operation.get("requestBody", {}))
        content, kind = described.get("content", {}), _media(pair.request_headers)
        sent = pair.request_text if pair.request_body is None else pair.request_body
        if not kind and not content:
            return []  # without a media type the server does not read the body
        if sent is None:
            return [f"{pair.label}: the body is missing"] if described.get("required") else []
        if not content:
            return [] if sent in ({}, "") else [f"{pair.label}: no body is documented"]
        if kind not in content:
            return [f"{pair.label}: a body as {kind!r} is not documented"] if kind else []
        if kind.startswith("multipart/") and isinstance(sent, str):
            return []  # of parts with files, only the media type is checked
        if isinstance(sent, dict) and self._query_is_body:
            sent = {**dict(parse_qsl(pair.path.partition("?")[2])), **sent}
        return self._errors(pair, content[kind]["schema"], sent)

    @property
    def _query_is_body(self) -> bool:
        """Whether members of a body may be in the query, as Monica allows."""
        return not self.slash

    def _errors(self, pair: RecordedExchange, schema: Tree, value: Any) -> list[str]:
        return [
            f"{pair.label}: /{'/'.join(map(str, error.instance_path))}: {error.message[:160]}"
            for error in self.validator(schema).iter_errors(value)
        ]

    def uncovered(self, pairs: list[RecordedExchange]) -> list[str]:
        """Return the labels of the pairs without an operation."""
        return [pair.label for pair in pairs if self.operation(pair) is None]

    def covered(self, pairs: list[RecordedExchange]) -> Iterator[tuple[RecordedExchange, Tree]]:
        """Yield the pairs that have an operation, with it."""
        for pair in pairs:
            operation = self.operation(pair)
            if operation is not None:
                yield pair, operation

    def tightness(self, pairs: list[RecordedExchange]) -> tuple[int, int, list[str]]:
        """Replace the leaves of the successful replies, one at a time, with an object.

        Returns:
            How many of the damaged replies are rejected, how many there are, and the places of
            the damage in the others.
        """
        rejected, places = 0, list[str]()
        for pair, operation in self.covered(pairs):
            schema, _ = self.reply_schema(pair, operation)
            if not (pair.succeeded and pair.is_json and schema is not None):
                continue
            check, sample = self.validator(schema), random.Random(pair.label)  # noqa: S311  # a sample, not a secret
            paths = list(_leaves(pair.body))
            for path in sample.sample(paths, min(len(paths), LEAVES)):
                with _damaged(pair.body, path) as body:
                    is_valid = check.is_valid(body)
                if is_valid:
                    places.append(".".join("*" if isinstance(key, int) else key for key in path))
                else:
                    rejected += 1
        return rejected, rejected + len(places), places


def pairs(name: str) -> list[RecordedExchange]:
    """Read the recorded pairs of a kind of server."""
    lines = (ROOT / "tests" / "recorded" / f"{name}.jsonl").read_bytes().decode().split("\n")
    return [RecordedExchange(**json.loads(line)) for line in lines if line]


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


@contextmanager
def _damaged(tree: Any, path: Path_) -> Iterator[Any]:
    """Yield a tree with an object in place of one leaf, and restore the leaf afterwards."""
    if not path:
        yield dict(_DAMAGE)
        return
    *steps, last = path
    node = tree
    for step in steps:
        node = node[step]
    leaf, node[last] = node[last], dict(_DAMAGE)
    try:
        yield tree
    finally:
        node[last] = leaf
