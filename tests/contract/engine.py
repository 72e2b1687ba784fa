"""A small kind of server for tests of the engine, played by a function."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

import httpx

from crmkit.contract import CRM, Accepted, Conversation, Document, Probe, Run, Server, Summary
from crmkit.contract.exchange import Sender
from crmkit.contract.http import HTTPRequest

#: Answers a request: status, body, headers.
Play = Callable[[httpx.Request], tuple[int, Any, dict[str, str]]]

_THING = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {
        "id": {"type": "integer"},
        "name": {"type": "string"},
        "kind": {"enum": ["plain", "odd"]},
    },
}
_THING_INPUT = {"type": "object", "properties": {"name": {"type": "string"}}}
_ANSWERS = {
    "200": {"description": "", "content": {"application/json": {"schema": {}}}},
    "403": {"description": "", "content": {"application/json": {"schema": {}}}},
    "404": {"description": "", "content": {"application/json": {"schema": {}}}},
}


def _operation(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    content = {"application/json": {"schema": schema}}
    return {
        "operationId": name,
        "responses": {**_ANSWERS, "200": {"description": "", "content": content}},
    }


TREE: dict[str, Any] = {
    "paths": {
        "/things": {
            "get": _operation("things_list", {"type": "object"}),
            "post": _operation("things_create", _THING),
        },
        "/things/{id}": {
            "get": _operation("things_get", _THING),
            "put": {
                **_operation("things_update", _THING),
                "requestBody": {"content": {"application/json": {"schema": _THING_INPUT}}},
            },
            "delete": _operation("things_delete", {}),
        },
    },
    "components": {},
}


class Things(CRM):
    """A kind of server with things in it."""

    name: ClassVar[str] = "things"
    document_name: ClassVar[str] = "things"
    client: ClassVar[str] = "Things"
    rows_path: ClassVar[str] = "list"

    def document(self) -> Document:
        """Return the document above."""
        return Document(TREE)

    def base_url(self, given: str | None) -> str:
        """Return the address, or that of nobody."""
        return given or "https://things.invalid"

    def authenticator(self, prefix: str, base_url: str) -> Callable[[HTTPRequest], None]:
        """Return what sends the prefix as the key."""
        return lambda request: request.headers.update({"X-Key": prefix})

    def mock_authenticators(
        self,
        mock: Any,
        base_url: str,
    ) -> Mapping[str, Callable[[HTTPRequest], None]]:
        """Return nobody."""
        return {}

    def probe(self, server: Sender) -> Probe:
        """Return what is known of any."""
        return Probe()

    def id_space(self, place: str, value: Any, parent: Any) -> str | None:
        """Return one space for the numbers of things."""
        return "" if place.rpartition(".")[2] in {"id", "of"} and isinstance(value, int) else None

    def ids_in(self, text: str) -> Iterable[tuple[str, str, Any]]:
        """Yield the numbers in a reason."""
        return [(match[0], "", int(match[0])) for match in re.finditer(r"\d+", text)]

    def conversations(self, probe: Probe) -> Iterable[Conversation]:
        """Return none."""
        return ()


class Store:
    """Plays a server with things: creates, reads, lists, changes and deletes them.

    Args:
        first: The first id.
        spoil: Changes replies: takes method, path and body, and returns the body.
        status: Statuses in place of success, by method.
    """

    def __init__(
        self,
        first: int = 1,
        spoil: Callable[[str, str, Any], Any] = lambda _method, _path, body: body,
        status: Mapping[str, int] | None = None,
    ) -> None:
        self.things: dict[int, dict[str, Any]] = {}
        self._next = first
        self._spoil = spoil
        self._status = status or {}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        method, path = request.method, request.url.path
        if method in self._status:
            return httpx.Response(self._status[method], json={"message": "not you"})
        status, body = self._answer(method, path, request.content)
        body = self._spoil(method, path, body)
        if isinstance(body, bytes):
            return httpx.Response(status, content=body, headers={"Content-Type": "text/html"})
        return httpx.Response(status, json=body)

    def _answer(self, method: str, path: str, content: bytes) -> tuple[int, Any]:
        if path == "/things" and method == "POST":
            thing = {"id": self._next, "kind": "plain", **json.loads(content)}
            self._next += 1
            self.things[thing["id"]] = thing
            return 200, thing
        if path == "/things":
            return 200, {"total": len(self.things), "list": list(self.things.values())}
        id = int(path.rpartition("/")[2])
        if id not in self.things:
            return 404, {"message": f"no thing {id}"}
        if method == "PUT":
            self.things[id] |= json.loads(content)
        thing = self.things[id]
        if method == "DELETE":
            del self.things[id]
            return 200, True
        return 200, thing


def server_of(store: Callable[[httpx.Request], httpx.Response], name: str, crm: CRM) -> Server:
    """Return a server that a function plays."""
    users = {"": crm.authenticator("A", ""), "other": crm.authenticator("B", "")}
    url = f"https://{name}.invalid"
    return Server(crm, url, users, transport=httpx.MockTransport(store))


def held(
    *conversations: Conversation,
    server: Callable[[httpx.Request], httpx.Response],
    mock: Callable[[httpx.Request], httpx.Response] | None = None,
    accepted: tuple[Accepted, ...] = (),
    writes: bool = True,
    requests: int | None = None,
    **options: Any,
) -> Summary:
    """Hold conversations with a played server, and with a played mock."""

    class Kind(Things):
        pass

    Kind.accepted = accepted
    crm = Kind()
    second = None if mock is None else server_of(mock, "mock", crm)
    first = server_of(server, "live", crm)
    run = Run(first, mock=second, writes=writes, requests=requests, **options)
    return run.hold(conversations, Probe())
