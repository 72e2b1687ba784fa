"""Sends replies, and plays faults on a real socket."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import struct
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from crmkit_mock.messages import Outcome, Reply

_log = logging.getLogger("crmkit_mock")

_Message = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[_Message]]
_Send = Callable[[_Message], Awaitable[None]]

#: Bytes that no HTTP client accepts as a status line.
GARBAGE = b"\x16\x03\x01 this is not HTTP\r\n\r\n"
#: close() with this setting sends RST instead of FIN.
_NO_LINGER = struct.pack("ii", 1, 0)


def reply_headers(reply: Reply) -> list[tuple[bytes, bytes]]:
    """Return a reply's headers in ASGI's form, Content-Type and Content-Length included."""
    headers = [
        (name.lower().encode("ascii"), value.encode("latin-1"))
        for name, value in reply.headers.items()
    ]
    if reply.media_type is not None:
        headers.append((b"content-type", reply.media_type.encode("latin-1")))
    if reply.status not in (204, 304):
        headers.append((b"content-length", b"%d" % len(reply.body)))
    return headers


async def send_reply(reply: Reply, method: str, send: _Send) -> None:
    """Send a reply; to HEAD without its body."""
    await send(
        {"type": "http.response.start", "status": reply.status, "headers": reply_headers(reply)}
    )
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else reply.body})


class HeldConnections:
    """Connections that a fault delays or never answers."""

    def __init__(self) -> None:
        self._held: dict[asyncio.Transport, asyncio.AbstractEventLoop] = {}

    def release(self) -> None:
        """Break all of them, from any thread, so that a server can stop."""
        for transport, loop in list(self._held.items()):
            loop.call_soon_threadsafe(transport.abort)

    async def play(
        self,
        outcome: Outcome,
        scope: MutableMapping[str, Any],
        receive: _Receive,
        send: _Send,
    ) -> None:
        """Send a reply late, or break its connection."""
        # uvicorn's protocols pass a bound method; its object owns the connection. A test checks
        # this, since uvicorn does not promise it.
        transport: asyncio.Transport | None = getattr(
            getattr(receive, "__self__", None), "transport", None
        )
        if transport is None:
            _log.error("cannot access the connections of this server to play a fault")
            reply = Reply(500, b"the mock cannot play this fault on this server", {}, "text/plain")
            await send_reply(reply, scope["method"], send)
            return
        self._held[transport] = asyncio.get_running_loop()
        try:
            if outcome.delay and await _disconnected(receive, outcome.delay):
                return
            await self._finish(outcome, scope["method"], transport, receive, send)
        finally:
            del self._held[transport]

    async def _finish(
        self,
        outcome: Outcome,
        method: str,
        transport: asyncio.Transport,
        receive: _Receive,
        send: _Send,
    ) -> None:
        reply = outcome.reply
        match outcome.error:
            case None:
                await send_reply(reply, method, send)
                return
            case "reset":
                _reset_on_close(transport)
                transport.abort()
            case "disconnect":
                transport.close()
            case "garbage":
                transport.write(GARBAGE)
                transport.close()
            case "short_body":
                headers = reply_headers(reply)
                await send(
                    {"type": "http.response.start", "status": reply.status, "headers": headers}
                )
                half = reply.body[: len(reply.body) // 2]
                await send({"type": "http.response.body", "body": half, "more_body": True})
                transport.close()
            case _:
                # read_timeout: nothing comes until the client gives up.
                pass
        # uvicorn answers 500 for an application that returns without a reply to a connected client.
        await _disconnected(receive, None)


async def _disconnected(receive: _Receive, seconds: float | None) -> bool:
    """Wait until the client disconnects, at most `seconds`; return whether it did."""
    try:
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return False
    return True


def _reset_on_close(transport: asyncio.Transport) -> None:
    # The option belongs to the connection, not to the descriptor: it may be set through a
    # duplicate, and uvloop's own socket object cannot set it.
    descriptor = os.dup(transport.get_extra_info("socket").fileno())
    with socket.socket(fileno=descriptor) as second:
        second.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
