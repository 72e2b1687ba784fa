"""The two adapters that own network and clock, sync and async."""

from __future__ import annotations

import asyncio
import random
import socket
import threading
import time
from contextlib import AbstractAsyncContextManager, aclosing, closing
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from . import _httpx
from ._httpx import Headers, Request, Response, without_body
from .errors import ArgumentError, CallTimeoutError, ConfigError, DecodeError, TransportError
from .redact import conceal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .body import Body, Sink

__all__ = ["IO", "AsyncIO", "SyncIO", "lost"]
__all__ += ["Headers", "Request", "Response", "without_body"]

_PORTS = {"http": 80, "https": 443}


def lost(error: BaseException, request: Request) -> TransportError | DecodeError:
    """Return crmkit's error for what sending raised.

    Args:
        error: One of `HTTPX_ERRORS`, or an OSError.
        request: The request, its credentials replaced.
    """
    conceal(error, request)
    if isinstance(error, _httpx.DecodingError):
        return DecodeError("the body does not match its Content-Encoding")
    timed_out = isinstance(error, _httpx.TimeoutException | TimeoutError)
    cls = CallTimeoutError if timed_out else TransportError
    maybe_processed = not isinstance(error, _httpx.NOTHING_SENT)
    url = request.url
    address = f"{url.scheme}://{url.host} (port {url.port or _PORTS.get(url.scheme, '?')})"
    # The messages of connection errors name hosts and sockets only.
    detail = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    problem = f"request to {address} failed: {detail}"
    if not maybe_processed:
        problem = f"cannot connect to {address}: {_reason(error)}"
    return cls(problem, request=request, maybe_processed=maybe_processed)


def _reason(error: BaseException) -> str:
    """Return why a connection could not be made, by the error at the bottom of it."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, socket.gaierror):
            return "name not found"
        if isinstance(cause, ConnectionRefusedError):
            return "connection refused"
        if verify_message := getattr(cause, "verify_message", ""):  # of ssl's error
            return f"certificate not trusted: {verify_message}"
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, _httpx.TimeoutException):
        return f"timed out ({type(error).__name__})"
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


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
    """What a call needs of the world: a pool to send through, time and randomness.

    One place for tests to put a clock of their own.

    Args:
        base_url: The client's address; only its scheme matters, to know whether TLS is needed.
        pool: The user's own httpx client, which is not closed here, or None.
        transport: The user's own transport, or None.

    Raises:
        ConfigError: The httpx client or the transport is of the other kind.
    """

    _pool_type: type[_httpx.Client | _httpx.AsyncClient]
    _transport_type: type[_httpx.BaseTransport | _httpx.AsyncBaseTransport]
    _lock_type: type[_ThreadLock | _TaskLock]
    _hook: Callable[[Response], Any]

    def __init__(self, base_url: str, pool: Any, transport: Any) -> None:
        kinds = (
            ("http_client", pool, self._pool_type),
            ("transport", transport, self._transport_type),
        )
        for argument, value, type_ in kinds:
            if value is not None and not isinstance(value, type_):
                name = f"httpx.{type_.__name__}"
                raise ConfigError(f"{argument} must be an {name}, got {type(value).__name__}")
        self._base_url = base_url
        self._own_pool = pool
        self._transport = transport
        self._pools: dict[Any, Any] = {}
        self._lock = threading.Lock()
        self._closed = False

    @property
    def pool(self) -> Any:
        """The httpx client, which is built on first need.

        Raises:
            ConfigError: It is closed.
        """
        if self._closed:
            raise ConfigError("this client is closed")
        if self._own_pool is not None:
            if self._own_pool.is_closed:
                raise ConfigError("the http_client of this client is closed")
            return self._own_pool
        loop = self._loop()
        if loop not in self._pools:
            with self._lock:
                if self._closed:  # meanwhile
                    raise ConfigError("this client is closed")
                if loop not in self._pools:
                    # Connections belong to the event loop that opened them and die with it.
                    for old in [old for old in self._pools if old is not None and old.is_closed()]:
                        del self._pools[old]
                    arguments = _httpx.pool_arguments(self._base_url, self._transport, self._hook)
                    self._pools[loop] = self._pool_type(**arguments)
        return self._pools[loop]

    def _loop(self) -> Any:
        """Return the event loop that a pool belongs to; None on the sync side."""
        return None

    def build(self, method: str, url: str, body: Body, headers: Mapping[str, str]) -> Request:
        """Return a request.

        Raises:
            ArgumentError: It cannot be written as HTTP.
        """
        try:
            pool = self.pool
            make: Callable[..., Request] = pool.build_request
            if self._own_pool is None:
                # There are no defaults but headers; merging takes httpx a good part of a call.
                make, headers = Request, {**dict(pool.headers), **headers}
            request = make(method, url, headers=headers, **body.arguments())
        except _httpx.InvalidURL as error:
            raise ArgumentError("path", f"cannot be part of a URL: {error}") from None
        except (TypeError, ValueError, UnicodeError) as error:
            problem = f"cannot be sent: {type(error).__name__}"
            raise ArgumentError("headers or query", problem) from None
        if body.stream is not None:
            request.headers["Content-Length"] = str(body.stream.length)
            # Anew, because what httpx built has read its empty body already.
            parts = _httpx.ByteParts(body.stream.parts)
            return Request(method, request.url, headers=request.headers, stream=parts)
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
        return self._lock_type()

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


class SyncIO(IO):
    """Sends through an `httpx.Client`."""

    _pool_type = _httpx.Client
    _transport_type = _httpx.BaseTransport
    _lock_type = _ThreadLock
    _hook = staticmethod(_httpx.hide_location)

    async def send(self, request: Request, *, stream: bool = False) -> Response:
        """Send a request; redirects are not followed."""
        return _httpx.show_location(self.pool.send(request, stream=stream, follow_redirects=False))

    async def read(self, response: Response) -> None:
        """Read the body of a streamed response into its `content`."""
        with closing(response):
            response.read()

    async def save(self, response: Response, sink: Sink) -> None:
        """Write the body of a streamed response to a file, part by part."""
        with closing(response):
            for part in response.iter_bytes():
                sink.write(part)

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)

    def close(self) -> None:
        """Close the connections, unless the httpx client is the user's own."""
        with self._lock:
            self._closed = True
            for pool in self._pools.values():
                pool.close()


class AsyncIO(IO):
    """Sends through an `httpx.AsyncClient`, one for each event loop."""

    _pool_type = _httpx.AsyncClient
    _transport_type = _httpx.AsyncBaseTransport
    _lock_type = _TaskLock
    _hook = staticmethod(_httpx.ahide_location)

    def _loop(self) -> asyncio.AbstractEventLoop:
        return asyncio.get_running_loop()

    async def send(self, request: Request, *, stream: bool = False) -> Response:
        """Send a request; redirects are not followed."""
        response = await self.pool.send(request, stream=stream, follow_redirects=False)
        return _httpx.show_location(response)

    async def read(self, response: Response) -> None:
        """Read the body of a streamed response into its `content`."""
        async with aclosing(response):
            await response.aread()

    async def save(self, response: Response, sink: Sink) -> None:
        """Write the body of a streamed response to a file, part by part."""
        async with aclosing(response):
            async for part in response.aiter_bytes():
                sink.write(part)

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)

    async def aclose(self) -> None:
        """Close the connections, unless the httpx client is the user's own."""
        self._closed = True
        pool = self._pools.pop(asyncio.get_running_loop(), None)
        if pool is not None:
            await pool.aclose()
