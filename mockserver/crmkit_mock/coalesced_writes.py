"""uvicorn's HTTP protocol, which sends head and body of a reply in one write.

uvicorn writes them one after the other, and uvloop passes each write to the kernel at once: two
system calls and two segments for each small reply.
"""

from __future__ import annotations

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class CoalescingProtocol(HttpToolsProtocol):
    """The protocol of a connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Begin to serve a connection."""
        self._coalesced = _Transport(transport)
        super().connection_made(cast("asyncio.Transport", self._coalesced))

    def on_response_complete(self) -> None:
        """Go on to the next request."""
        self._coalesced.flush()  # to HEAD no body follows
        super().on_response_complete()


class _Transport:
    """A transport that keeps the head of a reply until its body or its end."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._head = b""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        if self._head:
            data = self._head + data
            self._head = b""
        # 100 Continue is a head without a body, for which the client waits.
        elif data.endswith(b"\r\n\r\n") and not data.startswith(b"HTTP/1.1 1"):
            self._head = data
            return
        self._transport.write(data)

    def flush(self) -> None:
        if self._head:
            self.write(b"")

    def close(self) -> None:
        self.flush()
        self._transport.close()
