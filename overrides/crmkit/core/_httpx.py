"""The only module that imports httpx: its errors, pools, and streams of requests and replies."""

from __future__ import annotations

import gc
import os
from contextlib import suppress
from functools import cache, lru_cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from inspect import isasyncgen
from typing import TYPE_CHECKING, Any

import anyio
import httpx as httpx  # noqa: PLC0414  # for all other modules

from .content_coding import BodyError, Decoder
from .deadline import seconds_left

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Callable, Iterator

Headers = httpx.Headers
Request = httpx.Request
Response = httpx.Response
parsed = lru_cache(128)(httpx.URL)
SOCKET_TRANSPORTS = (httpx.HTTPTransport, httpx.AsyncHTTPTransport)

HTTPX_ERRORS = (httpx.RequestError, httpx.StreamError, httpx.InvalidURL, BodyError)
"""What sending may raise: no reply came, or it cannot be read."""

NOTHING_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)
"""The subset of `HTTPX_ERRORS` after which the server cannot have seen the request."""


# -- pools -------------------------------------------------------------------------------------


@cache
def _tls_context() -> ssl.SSLContext:
    # Reading the certificates takes about 20 ms; all clients of a process share one context.
    folder = os.environ.get("SSL_CERT_DIR")
    if folder and not os.environ.get("SSL_CERT_FILE") and not os.path.isdir(folder):  # noqa: PTH112  # no pathlib here
        raise NotADirectoryError(folder)  # else OpenSSL trusts no certificate, silently
    return httpx.create_ssl_context()


def tls_context(verify: str | ssl.SSLContext | bool) -> ssl.SSLContext:  # noqa: FBT001  # httpx's
    """Return the context for a client's `verify`.

    Raises:
        OSError: Certificates cannot be read, or the environment's file of keys not be written.
    """
    if verify is True:
        return _tls_context()
    if isinstance(verify, str):
        import ssl  # with the first pool that needs it

        return ssl.create_default_context(cafile=verify)
    return httpx.create_ssl_context(verify=verify)


def hide_location(response: Response) -> None:
    """Take the Location header away while httpx handles a response.

    httpx works out the next request even where redirects are not followed, and fails on a Location
    that it cannot read. It calls this hook before; `show_location` puts the header back.
    """
    if "Location" in response.headers:
        response.extensions["location"] = response.headers.pop("Location")


async def ahide_location(response: Response) -> None:
    """Do what `hide_location` does, for an async client."""
    hide_location(response)


def show_location(response: Response) -> None:
    """Put the Location header back."""
    response.next_request = None  # a copy of the request, with its credentials
    location = response.extensions.pop("location", None)
    if location is not None:
        response.headers["Location"] = location


def check_proxy(url: str) -> None:
    """Build what goes through a proxy.

    Raises:
        ImportError: It needs a package that is not installed.
        ValueError: It is not the address of a proxy.
        InvalidURL: It is not an address.
    """
    httpx.HTTPTransport(proxy=url, verify=False).close()


def pool_arguments(hook: Any, **own: Any) -> dict[str, Any]:
    """Return the arguments of a client's pool.

    Args:
        hook: `hide_location` or its async counterpart.
        own: What this pool has: a transport, or what its connections need.
    """
    # A server's session cookies must not tie calls together, so the jar takes none.
    jar = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    # No limit of httpcore's: it loses connections when a call that waits for one is cancelled.
    limits = httpx.Limits(max_keepalive_connections=100)
    return {"cookies": jar, "event_hooks": {"response": [hook]}, "limits": limits, **own}


def bound_by_deadline(client: httpx.Client) -> None:
    """Limit each wait on the sockets of a sync pool to what the call's deadline leaves."""
    from ._httpcore import DeadlineBackend  # at the first pool, which loads httpcore anyhow

    # The only way that keeps what httpx knows of proxies; a test holds the private names.
    private: Any = client
    for transport in (private._transport, *private._mounts.values()):  # noqa: SLF001  # as above
        if isinstance(transport, httpx.HTTPTransport):
            own: Any = transport
            own._pool._network_backend = DeadlineBackend()  # noqa: SLF001  # as above


# -- requests ----------------------------------------------------------------------------------


def timeouts(seconds: float | None) -> dict[str, float | None]:
    """Return the request extension that limits each phase to `seconds`; None for no limit."""
    return dict.fromkeys(("connect", "read", "write", "pool"), seconds)


def without_body(request: Request) -> None:
    """Remove the body of a request that was sent: an error that keeps it must keep no secret."""
    request.stream = httpx.ByteStream(b"")
    request._content = b""  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]  # httpx cannot


def without_stream(response: Response) -> None:
    """Remove the stream of a response that was read.

    It refers back to the response, which would keep its body until the garbage collector comes by:
    tens of pages in memory where one is needed.
    """
    response.stream = httpx.ByteStream(b"")


class ByteParts(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that is read while it is sent, by either kind of client.

    Args:
        parts: Yields the parts of the body, from the first on whenever it is called.
    """

    def __init__(self, parts: Callable[[], Iterator[bytes]]) -> None:
        self._parts = parts

    def __iter__(self) -> Iterator[bytes]:
        yield from self._parts()

    def __aiter__(self) -> AsyncIterator[bytes]:
        return aiter(Outgoing(self))


class Outgoing(httpx.AsyncByteStream):
    """A request's body that knows whether the headers before it have gone out.

    Args:
        stream: The body.
    """

    begun = False

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._parts: Any = None

    def __aiter__(self) -> AsyncIterator[bytes]:
        self.begun = True
        if not isinstance(self._stream, httpx.SyncByteStream):  # of middleware
            return aiter(self._stream)
        self._parts = iter(self._stream)
        return self

    async def __anext__(self) -> bytes:  # a generator would be left open by a cancelled call
        for part in self._parts:
            return bytes(part)
        raise StopAsyncIteration


# -- replies -----------------------------------------------------------------------------------


def bounded(response: Response, limit: int | None, release: Callable[[], None]) -> Response:
    """Return a response whose body is decoded in small parts, up to a size and the deadline.

    With a status of 300 or above the body ends where it cannot be read on: the status says more.

    Args:
        response: The response.
        limit: The most bytes that its decoded body may have; None for no limit.
        release: Called when its connection is free.

    Raises:
        BodyError: A success that is in memory already, as of a transport for tests, is larger.
    """
    show_location(response)
    if not response.is_stream_consumed:
        response.stream = _ReplyBody(response, limit, release)
        return response
    release()
    without_stream(response)
    if limit is None or len(response.content) <= limit:
        return response
    if response.status_code < 300:
        raise _too_large(limit)
    headers = [(name, text) for name, text in response.headers.items() if name != _CODING]
    cut = Response(response.status_code, headers=headers, content=response.content[:limit])
    cut.request = response.request
    return cut


_CODING = "content-encoding"


def _too_large(limit: int) -> BodyError:
    return BodyError(f"the reply is larger than max_reply_bytes={limit}")


async def close_parts(parts: AsyncIterator[bytes]) -> None:
    """Close an async generator, and those inside of it that it reads from.

    httpx's close none of these when they are given up between two parts: they would be left to the
    garbage collector, of which trio warns.
    """
    chain: list[Any] = [parts] if isasyncgen(parts) and parts.ag_frame is not None else []
    for generator in chain:
        # What a suspended generator reads from is in no variable of its frame.
        inside = filter(isasyncgen, gc.get_referents(generator))
        chain += [found for found in inside if found not in chain]
    for generator in chain:
        with anyio.CancelScope(shield=True), suppress(Exception):
            await generator.aclose()


class _ReplyBody(httpx.SyncByteStream, httpx.AsyncByteStream):
    def __init__(self, response: Response, limit: int | None, release: Callable[[], None]) -> None:
        self._stream: Any = response.stream
        # The header is not restored: the body that is read from here on is decoded.
        self._decoder = Decoder(response.headers.pop(_CODING, ""))
        self._limit, self._release, self._size = limit, release, 0
        self._fails = response.status_code >= 300
        self._ignored = (OSError, *HTTPX_ERRORS) if self._fails else ()

    def __iter__(self) -> Iterator[bytes]:
        with suppress(*self._ignored):
            for raw in self._stream:
                yield from self._parts(raw)
            self._decoder.finish()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        stream = aiter(self._stream)
        try:
            with suppress(*self._ignored):
                while (raw := await self._next(stream)) is not None:
                    for part in self._parts(raw):
                        yield part
                self._decoder.finish()
        finally:
            await close_parts(stream)

    async def _next(self, stream: AsyncIterator[bytes]) -> bytes | None:
        if not self._fails:  # AsyncIO.send bounds the whole body of a success
            return await anext(stream, None)
        with anyio.move_on_after(seconds_left(None, httpx.ReadTimeout)):
            return await anext(stream, None)
        return None

    def _parts(self, raw: bytes) -> Iterator[bytes]:
        try:
            for part in self._decoder.parts(raw):
                seconds_left(None, httpx.ReadTimeout)
                self._size += len(part)
                if self._limit is not None and self._size > self._limit:
                    yield part[: self._limit - self._size]
                    raise _too_large(self._limit)
                yield part
        except BodyError:
            if self._size or not self._fails:
                raise
            self._decoder = Decoder("")  # an error page, plain whatever its header says
            yield from self._parts(raw)

    def close(self) -> None:
        try:
            self._stream.close()
        finally:
            self._release()

    async def aclose(self) -> None:
        try:
            await self._stream.aclose()
        finally:
            self._release()
