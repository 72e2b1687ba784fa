"""The one module that knows httpx: pools, TLS, and the two adapters that own network and clock."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from contextlib import AbstractAsyncContextManager, aclosing, closing
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

import httpx
from httpx import AsyncBaseTransport, AsyncClient, BaseTransport, Client, Headers, Request, Response

from .errors import ArgumentError, CallTimeoutError, ConfigError, DecodeError, TransportError

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Iterator, Mapping

    from .body import Body, Sink, Stream

__all__ = ["HTTPX_ERRORS", "IO", "AsyncIO", "SyncIO", "lost", "timeouts", "without_body"]
__all__ += ["AsyncBaseTransport", "AsyncClient", "BaseTransport", "Client"]
__all__ += ["Headers", "Request", "Response"]

HTTPX_ERRORS = (httpx.RequestError, httpx.StreamError, httpx.InvalidURL)
"""What sending may end in when no reply comes."""

_NOTHING_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)


@cache
def _tls_context() -> ssl.SSLContext:
    # Reading the certificates takes about 20 ms; all clients of a process share one context.
    return httpx.create_ssl_context()


def _hide_location(response: Response) -> None:
    # httpx works out the next request even where redirects are not followed, and fails on a
    # Location that it cannot read. It calls this hook before; `_shown` puts the header back.
    if "Location" in response.headers:
        response.extensions["location"] = response.headers.pop("Location")


async def _ahide_location(response: Response) -> None:
    _hide_location(response)


def _shown(response: Response) -> Response:
    response.next_request = None  # a copy of the request, with its credentials
    location = response.extensions.pop("location", None)
    if location is not None:
        response.headers["Location"] = location
    return response


def _pool_arguments(base_url: str, transport: Any, hook: Any) -> dict[str, Any]:
    # A server's session cookies must not tie calls together, so the jar takes none.
    jar = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    shared = {"cookies": jar, "event_hooks": {"response": [hook]}}
    if transport is not None:
        return shared | {"transport": transport}
    return shared | {"verify": False if base_url.startswith("http:") else _tls_context()}


def timeouts(seconds: float | None) -> dict[str, float | None]:
    """Return the request extension that limits each phase to `seconds`; None for no limit."""
    return dict.fromkeys(("connect", "read", "write", "pool"), seconds)


def lost(error: BaseException, request: Request) -> TransportError | DecodeError:
    """Return crmkit's error for what sending raised.

    Args:
        error: One of `HTTPX_ERRORS`, or an OSError.
        request: The request, its credentials replaced.
    """
    if isinstance(error, httpx.DecodingError):
        return DecodeError("the body does not match its Content-Encoding")
    timed_out = isinstance(error, httpx.TimeoutException | TimeoutError)
    cls = CallTimeoutError if timed_out else TransportError
    # The texts of connection errors name hosts and sockets only.
    problem = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    maybe_processed = not isinstance(error, _NOTHING_SENT)
    return cls(problem, request=request, maybe_processed=maybe_processed)


def without_body(request: Request) -> None:
    """Take the body off a request that was sent: an error that keeps it must keep no secret."""
    request.stream = httpx.ByteStream(b"")
    request._content = b""  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]  # httpx cannot


class _Stream(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that is read while it is sent, by either kind of client."""

    def __init__(self, parts: Stream) -> None:
        self._parts = parts

    def __iter__(self) -> Iterator[bytes]:
        yield from self._parts.parts()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self._parts.parts():
            yield part


class _ThreadLock(AbstractAsyncContextManager[None]):
    def __init__(self) -> None:
        self._lock = threading.Lock()

    async def __aenter__(self) -> None:
        self._lock.acquire()

    async def __aexit__(self, *exc: object) -> None:
        self._lock.release()


class _TaskLock(AbstractAsyncContextManager[None]):
    def __init__(self) -> None:
        # asyncio's locks belong to one event loop, as its connections do.
        self._locks = WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock]()

    def _own(self) -> asyncio.Lock:
        return self._locks.setdefault(asyncio.get_running_loop(), asyncio.Lock())

    async def __aenter__(self) -> None:
        await self._own().acquire()

    async def __aexit__(self, *exc: object) -> None:
        self._own().release()


class IO:
    """What a call needs of the world: a pool to send through, time and chance.

    One place for tests to put a clock of their own.
    """

    @property
    def pool(self) -> Client | AsyncClient:
        """The httpx client."""
        raise NotImplementedError

    def build(
        self,
        method: str,
        url: str,
        params: Mapping[str, Any] | None,
        body: Body,
        headers: Mapping[str, str],
    ) -> Request:
        """Return a request.

        Raises:
            ArgumentError: It cannot be written as HTTP.
        """
        try:
            request = self.pool.build_request(
                method, url, params=params, headers=headers, **body.arguments()
            )
        except httpx.InvalidURL as error:
            raise ArgumentError("path", f"cannot stand in a URL: {error}") from None
        except (TypeError, ValueError, UnicodeError) as error:
            raise ArgumentError(
                "headers or query", f"cannot be sent: {type(error).__name__}"
            ) from None
        if body.stream is not None:
            request.headers["Content-Length"] = str(body.stream.length)
            # Anew, because what httpx built has read its empty body already.
            stream = _Stream(body.stream)
            return Request(method, request.url, headers=request.headers, stream=stream)
        return request

    async def send(self, request: Request, *, stream: bool = False) -> Response:
        """Send a request; redirects are not followed.

        Args:
            request: The request.
            stream: Leave the body to `read` or `save`.
        """
        raise NotImplementedError

    async def read(self, response: Response) -> None:
        """Read the body of a streamed response into its `content`."""
        raise NotImplementedError

    async def save(self, response: Response, sink: Sink) -> None:
        """Write the body of a streamed response to a file, part by part."""
        raise NotImplementedError

    def lock(self) -> AbstractAsyncContextManager[None]:
        """Return a lock that lets one thread of a sync client in, or one task of an async one."""
        raise NotImplementedError

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        raise NotImplementedError

    def monotonic(self) -> float:
        """Return seconds on a clock that does not run backwards."""
        return time.monotonic()

    def time(self) -> float:
        """Return seconds since 1970."""
        return time.time()

    def random(self) -> float:
        """Return a number from 0 to 1."""
        return random.random()  # noqa: S311  # jitter, not a secret


P = TypeVar("P", Client, AsyncClient)


def _usable(pool: P, *, closed: bool = False) -> P:
    if closed:
        raise ConfigError("this client is closed")
    if pool.is_closed:
        raise ConfigError("the http_client of this client is closed")
    return pool


class SyncIO(IO):
    """Sends through an `httpx.Client`, which is built on first need.

    Args:
        base_url: The client's address; only its scheme matters, to know whether TLS is needed.
        pool: The user's own httpx client, which is not closed here, or None.
        transport: The user's own transport, or None.
    """

    def __init__(self, base_url: str, pool: Client | None, transport: BaseTransport | None) -> None:
        if pool is not None and not isinstance(pool, Client):
            raise ConfigError(f"http_client takes an httpx.Client, not {type(pool).__name__}")
        if transport is not None and not isinstance(transport, BaseTransport):
            raise ConfigError(
                f"transport takes an httpx.BaseTransport, not {type(transport).__name__}"
            )
        self._base_url = base_url
        self._own = pool
        self._pool: Client | None = None
        self._transport = transport
        self._lock = threading.Lock()
        self._closed = False

    @property
    def pool(self) -> Client:
        """The httpx client.

        Raises:
            ConfigError: It is closed.
        """
        if self._own is not None:
            return _usable(self._own, closed=self._closed)
        if self._pool is None or self._closed:
            with self._lock:
                if self._closed:
                    raise ConfigError("this client is closed")
                if self._pool is None:
                    self._pool = Client(
                        **_pool_arguments(self._base_url, self._transport, _hide_location)
                    )
        return self._pool

    async def send(self, request: Request, *, stream: bool = False) -> Response:
        """Send a request; redirects are not followed."""
        return _shown(self.pool.send(request, stream=stream, follow_redirects=False))

    async def read(self, response: Response) -> None:
        """Read the body of a streamed response into its `content`."""
        with closing(response):
            response.read()

    async def save(self, response: Response, sink: Sink) -> None:
        """Write the body of a streamed response to a file, part by part."""
        with closing(response):
            for part in response.iter_bytes():
                sink.write(part)

    def lock(self) -> AbstractAsyncContextManager[None]:
        """Return a lock that lets one thread in."""
        return _ThreadLock()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)

    def close(self) -> None:
        """Close the connections, unless the httpx client is the user's own."""
        with self._lock:
            self._closed = True
            if self._pool is not None:
                self._pool.close()


class AsyncIO(IO):
    """Sends through an `httpx.AsyncClient`, which is built on first need, one for each event loop.

    Args:
        base_url: The client's address; only its scheme matters, to know whether TLS is needed.
        pool: The user's own httpx client, which is not closed here, or None.
        transport: The user's own transport, or None.
    """

    def __init__(
        self, base_url: str, pool: AsyncClient | None, transport: AsyncBaseTransport | None
    ) -> None:
        if pool is not None and not isinstance(pool, AsyncClient):
            raise ConfigError(f"http_client takes an httpx.AsyncClient, not {type(pool).__name__}")
        if transport is not None and not isinstance(transport, AsyncBaseTransport):
            raise ConfigError(
                f"transport takes an httpx.AsyncBaseTransport, not {type(transport).__name__}"
            )
        self._base_url = base_url
        self._own = pool
        self._transport = transport
        self._pools: dict[asyncio.AbstractEventLoop, AsyncClient] = {}
        self._closed = False

    @property
    def pool(self) -> AsyncClient:
        """The httpx client of the running event loop.

        Raises:
            ConfigError: It is closed.
        """
        if self._closed:
            raise ConfigError("this client is closed")
        if self._own is not None:
            return _usable(self._own)
        loop = asyncio.get_running_loop()
        pool = self._pools.get(loop)
        if pool is None:
            # Connections belong to the event loop that opened them; when it ends, they are dead.
            self._pools = {one: own for one, own in self._pools.items() if not one.is_closed()}
            pool = self._pools[loop] = AsyncClient(
                **_pool_arguments(self._base_url, self._transport, _ahide_location)
            )
        return pool

    async def send(self, request: Request, *, stream: bool = False) -> Response:
        """Send a request; redirects are not followed."""
        return _shown(await self.pool.send(request, stream=stream, follow_redirects=False))

    async def read(self, response: Response) -> None:
        """Read the body of a streamed response into its `content`."""
        async with aclosing(response):
            await response.aread()

    async def save(self, response: Response, sink: Sink) -> None:
        """Write the body of a streamed response to a file, part by part."""
        async with aclosing(response):
            async for part in response.aiter_bytes():
                sink.write(part)

    def lock(self) -> AbstractAsyncContextManager[None]:
        """Return a lock that lets one task of each event loop in."""
        return _TaskLock()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)

    async def aclose(self) -> None:
        """Close the connections, unless the httpx client is the user's own."""
        self._closed = True
        pool = self._pools.pop(asyncio.get_running_loop(), None)
        if pool is not None:
            await pool.aclose()
