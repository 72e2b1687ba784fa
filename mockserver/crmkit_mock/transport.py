"""The httpx transport of the in-process mocks; no other module imports httpx."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import unquote

import httpx

from crmkit_mock.app import OUTCOME, Message, MockApp
from crmkit_mock.strict import RequestNotAllowed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine, Iterator

    from crmkit_mock.messages import Outcome


class InProcessTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Answers requests from the mock's application in the same thread.

    One object serves sync and async clients: the application never waits for anything, so its
    coroutine is driven by hand, with or without an event loop. Nothing is shared but the mock's
    state, which has a lock. Closing does nothing.
    """

    def __init__(self, app: MockApp) -> None:
        self._app = app

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request of a sync client."""
        return self._answer(request, request.read())

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request of an async client."""
        return self._answer(request, await request.aread())

    def _answer(self, request: httpx.Request, body: bytes) -> httpx.Response:
        url = request.url
        raw_path, _, query = url.raw_path.partition(b"?")
        box: list[Outcome] = []
        scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": url.scheme,
            "path": unquote(raw_path.decode("ascii")),
            "raw_path": raw_path,
            "query_string": query,
            "root_path": "",
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "client": ("127.0.0.1", 0),
            "server": (url.host, url.port or 443),
            "extensions": {OUTCOME: box},
        }
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        drive(self._app(scope, receive, send))
        stream: httpx.ByteStream | _ShortStream
        whole = b"".join(message.get("body", b"") for message in sent[1:])
        stream = httpx.ByteStream(whole)
        if box and box[0].violation is not None:
            # Not an error of httpx's, so that no client takes it for one of the server's.
            raise RequestNotAllowed(box[0].violation)
        if box and (box[0].delay or box[0].error):
            outcome = box[0]
            _raise_broken(outcome, request)
            if outcome.error == "short_body":
                stream = _ShortStream(whole[: len(whole) // 2], request)
        return httpx.Response(
            sent[0]["status"], headers=sent[0]["headers"], stream=stream, request=request
        )


def drive(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine that never suspends.

    Raises:
        RuntimeError: it did suspend.
    """
    try:
        coroutine.send(None)
    except StopIteration:
        return
    coroutine.close()
    raise RuntimeError("the mock's application suspended")


def _raise_broken(outcome: Outcome, request: httpx.Request) -> None:
    """Raise the error that a client would get; return if it would get the reply's head."""
    if outcome.error == "connect":
        raise httpx.ConnectError("[Errno 111] Connection refused", request=request)
    if outcome.error == "connect_timeout":
        raise httpx.ConnectTimeout("timed out", request=request)
    timeout = request.extensions.get("timeout", {}).get("read")
    if outcome.error == "read_timeout" or (timeout is not None and outcome.delay > timeout):
        raise httpx.ReadTimeout("timed out", request=request)
    if outcome.error == "reset":
        raise httpx.ReadError("[Errno 104] Connection reset by peer", request=request)
    if outcome.error == "disconnect":
        raise httpx.RemoteProtocolError(
            "Server disconnected without sending a response.", request=request
        )
    if outcome.error == "garbage":
        raise httpx.RemoteProtocolError("illegal status line: b'\\x16\\x03\\x01'", request=request)


class _ShortStream(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that ends too early."""

    def __init__(self, body: bytes, request: httpx.Request) -> None:
        self._body = body
        self._request = request

    def __iter__(self) -> Iterator[bytes]:
        yield self._body
        self._end()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._body
        self._end()

    def _end(self) -> NoReturn:
        raise httpx.RemoteProtocolError(
            "peer closed connection without sending complete message body", request=self._request
        )
