"""Replies of a server gone wrong: the examples of the documents, with parts changed at random."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

import httpx

Tree = Any

STATUSES: tuple[int, ...] = (
    *[200] * 60,
    201,
    204,
    206,
    301,
    302,
    304,
    307,
    400,
    401,
    403,
    404,
    405,
    408,
    409,
)
STATUSES += (410, 413, 415, 418, 422, 429, 500, 502, 503, 504, 520, 599)
MEDIA_TYPES: tuple[str, ...] = (
    "application/json",
    "text/html; charset=utf-8",
    "text/plain",
    "application/xml",
    "",
)
MEDIA_TYPES += ("text/html; charset=hex", "application/json; charset=utf-16", "; ;", "text/yaml")
_DEEP: Tree = []
for _ in range(300):
    _DEEP = [_DEEP]
ODD: tuple[Tree, ...] = (
    *(None, True, False, 0, -1, 2**31, 2**63, -(2**63) - 1, 10**18, 10**400, 1.5, 1e308),
    *(float("nan"), float("inf"), "", " ", "\ud800", "\x00", "x" * 5000, "7" * 5000, "²", "null"),
    *("0000-00-00", "0000-00-00 00:00:00", "-0001-11-30T00:00:00Z", "9999-12-31T23:59:59-23:59"),
    *("2024-02-30", "12:00", "1e400", "a;b;;", "x (y) (z)", "A <b> <c", "true", "-2"),
    *([], {}, [None], {"": {}}, [[1]], {"id": []}, _DEEP),
)


@dataclass(slots=True)
class Server:
    """Answers each request with the example of its operation, changed at random.

    Args:
        crm: Name of the document.
        canary: What no error may show: it stands here and there in the replies.
        random: Where the changes come from.
    """

    crm: str
    canary: str
    random: Random
    requests: int = field(default=0, init=False)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        self.requests += 1
        random = self.random
        bodies = examples(self.crm, request.method, request.url.path)
        text = random.choice(bodies) if bodies else "{}"
        status = random.choice(STATUSES)
        content = text.encode()
        change = random.random()
        if change < 0.55:
            tree = json.loads(text)
            for _ in range(random.choice((1, 1, 1, 2, 5))):
                tree = self._with_odd_value(tree)
            content = json.dumps(tree, ensure_ascii=True).encode()
            if random.random() < 0.05:
                content = content.replace(b"1", b"7" * 5000, 1)
        elif change < 0.8:
            content = self._with_odd_bytes(content)
        elif change < 0.85:
            content = random.randbytes(random.randrange(40))
        elif change < 0.88:
            html = f"<html><title>{self.canary * random.randrange(30)} is odd</title>"
            content = html.encode()
        elif change < 0.89:
            content = b"[" * 100_000
        headers = self._headers(content)
        return httpx.Response(status, headers=headers, stream=httpx.ByteStream(content))

    def _headers(self, content: bytes) -> dict[str, str]:
        random, canary = self.random, self.canary
        headers = {"Content-Type": "application/json"}
        if random.random() < 0.3:
            headers["Content-Type"] = random.choice((*MEDIA_TYPES, canary, f"text/{canary}"))
        odd: tuple[tuple[str, str], ...] = (
            *(("Retry-After", text) for text in ("0", "1", "99", "7" * 5000, "soon", canary)),
            *(("Location", text) for text in ("/login", f"https://{canary}/", "http://[", "//")),
            *((name, f"no {canary}") for name in ("X-Status-Reason", "X-Request-Id")),
            *(("Date", text) for text in ("Mon, 99 Foo 0000 99:99:99 GMT", "7" * 5000)),
            *(("X-RateLimit-Limit", text) for text in ("60", "-1", "7" * 5000)),
            *(("X-RateLimit-Remaining", text) for text in ("0", "59", canary)),
            *(("Content-Encoding", text) for text in ("gzip", "deflate", "br", "x")),
            ("Content-Length", str(len(content) + 5)),
        )
        return headers | dict(random.sample(odd, random.choice((0, 0, 1, 2))))

    def _with_odd_bytes(self, content: bytes) -> bytes:
        random = self.random
        data = bytearray(content)
        for _ in range(random.choice((1, 1, 2, 8))):
            place = random.randrange(len(data) + 1)
            match random.randrange(4):
                case 0 if place < len(data):
                    data[place] = random.randrange(256)
                case 1:
                    del data[place : place + random.randrange(1, 9)]
                case 2:
                    data[place:place] = random.randbytes(random.randrange(1, 9))
                case _:
                    del data[place:]
        return bytes(data)

    def _with_odd_value(self, tree: Tree) -> Tree:
        """Return a tree with one value replaced, taken away or under another name."""
        random = self.random
        if random.random() < 0.02 or not tree or not isinstance(tree, dict | list):
            odd = (*ODD, self.canary, {self.canary: self.canary}, f"a key: {self.canary}")
            return random.choice(odd)
        if isinstance(tree, list):
            place = random.randrange(len(tree))
            if random.random() < 0.05:
                return tree[:place]
            return [*tree[:place], self._with_odd_value(tree[place]), *tree[place + 1 :]]
        name = random.choice(list(tree))
        chance = random.random()
        if chance < 0.1:
            return {key: value for key, value in tree.items() if key != name}
        if chance < 0.15:
            return {**tree, random.choice((self.canary, "message", "")): self.canary}
        return {**tree, name: self._with_odd_value(tree[name])}


@cache
def examples(crm: str, method: str, path: str, statuses: str = "") -> tuple[str, ...]:
    """Return the bodies that a document gives as examples of an operation's replies.

    Args:
        crm: Name of the document.
        method: HTTP method of the request.
        path: Its path.
        statuses: First digit of the statuses that count; all by default.
    """
    document, routes = _routes(crm)
    for pattern, node in routes:
        if method.lower() in node and pattern.fullmatch(below_base(path)):
            responses = _resolved(document, node[method.lower()]["responses"])
            chosen = [each for status, each in responses.items() if status.startswith(statuses)]
            trees = [tree for each in chosen for tree in _bodies(document, each)]
            return tuple(json.dumps(tree) for tree in trees)
    return ()


def below_base(path: str) -> str:
    """Return a path without that of the API's address."""
    return re.sub(r"^/api(/v\d)?(?=/)", "", path)


def _bodies(document: Tree, response: Tree) -> list[Tree]:
    contents = _resolved(document, response).get("content", {})
    node = contents.get("application/json", {})
    examples = _resolved(document, node.get("examples", {})).values()
    return [_resolved(document, each).get("value") for each in examples]


def _resolved(document: Tree, node: Tree) -> Tree:
    while isinstance(node, dict) and "$ref" in node:
        reference, node = node["$ref"], document
        for part in reference.removeprefix("#/").split("/"):
            node = node[part.replace("~1", "/").replace("~0", "~")]
    return node


@cache
def _routes(crm: str) -> tuple[Tree, list[tuple[re.Pattern[str], Tree]]]:
    source = files(f"crmkit_generated.{crm}").joinpath("wire.json")
    document = json.loads(source.read_text("utf-8"))
    paths: list[tuple[str, Tree]] = list(document["paths"].items())
    paths.sort(key=lambda pair: pair[0].count("{"))
    return document, [
        (re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path))), node) for path, node in paths
    ]
