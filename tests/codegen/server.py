"""A server for clients that are made of a generated package."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx


class Server:
    """Answer requests with what a function returns, and keep them."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.answer: Callable[[httpx.Request], Any] = lambda _: {"data": None}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        self.requests.append(request)
        tree = self.answer(request)
        if isinstance(tree, httpx.Response):
            return tree
        return httpx.Response(204) if tree is ... else httpx.Response(200, json=tree)

    @property
    def last(self) -> httpx.Request:
        """The last request."""
        return self.requests[-1]

    @property
    def queries(self) -> list[dict[str, str]]:
        """The queries of all requests."""
        return [dict(request.url.params) for request in self.requests]
