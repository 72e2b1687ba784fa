"""Recorded exchanges of requests and responses, and faults that change them on the way."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

#: Answers a request, by sending it on, changed or not, and changing the response.
Fault = Callable[[httpx.Request, Callable[[httpx.Request], httpx.Response]], httpx.Response]


@dataclass(frozen=True)
class Exchange:
    """What a document describes of a request and its response."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: dict[str, str]
    body: bytes
    status: int
    response_headers: dict[str, str]
    response_body: bytes


class Recorder(httpx.BaseTransport):
    """Sends requests on and keeps the exchanges.

    Args:
        inner: Transport that requests are sent to.
        base_url: Address below which paths are those of the document.
        fault: Fault between this recorder and `inner`.
    """

    def __init__(
        self, inner: httpx.BaseTransport, base_url: str, fault: Fault | None = None
    ) -> None:
        self.exchanges: list[Exchange] = []
        self._inner = inner
        self._below = urlsplit(base_url).path
        self._fault = fault

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        body = request.read()
        response = self._fault(request, self._send) if self._fault else self._send(request)
        self.exchanges.append(
            Exchange(
                request.method,
                request.url.path.removeprefix(self._below),
                tuple(parse_qsl(request.url.query.decode(), keep_blank_values=True)),
                dict(request.headers),
                body,
                response.status_code,
                dict(response.headers),
                response.read(),
            )
        )
        return response

    def _send(self, request: httpx.Request) -> httpx.Response:
        response = self._inner.handle_request(request)
        response.read()
        return response


def changed(request: httpx.Request, **changes: Any) -> httpx.Request:
    """Return a copy of a request with another `url`, `content` or further `headers`."""
    measured = {"content-length", "host"}
    headers = {name: value for name, value in request.headers.items() if name not in measured}
    headers |= changes.get("headers", {})
    content = changes.get("content", request.content)
    return httpx.Request(
        request.method, changes.get("url", request.url), headers=headers, content=content
    )


def answer(response: httpx.Response, tree: Any, status: int | None = None) -> httpx.Response:
    """Return a response with another body or status."""
    return httpx.Response(
        response.status_code if status is None else status,
        headers={"content-type": response.headers["content-type"]},
        content=json.dumps(tree).encode(),
    )
