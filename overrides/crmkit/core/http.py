"""The two adapters that own network and clock, sync and async."""

from __future__ import annotations

import random
import socket
import threading
import time
from contextlib import aclosing, asynccontextmanager, closing
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Any

import anyio
from anyio.lowlevel import current_token

from . import _httpx
from ._httpx import Headers, Request, Response, httpx, without_body
from .content_coding import BodyError
from .deadline import current_deadline, seconds_left
from .drive import drive
from .environment import new_pool
from .errors import ArgumentError, CallTimeoutError, ConfigError, DecodeError, TransportError
from .fork import Lock, renew_in_child
from .redact import redact_error

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping

    from .body import Body, Sink

__all__ = ["Headers", "Request", "Response", "without_body"]  # for packages of CRMs

_PORTS = {"http": 80, "https": 443}
MOST_CONNECTIONS = 100
"""Calls of one client that have a connection at the same time; others wait."""

_BUSY = "waited too long for other calls"
_INHERITED: list[Any] = []
"""The parent's pools, in the child of a fork: kept as they are, for closing one could end what the
parent is about to read."""


def lost(error: BaseException, request: Request) -> TransportError | DecodeError:
    """Return crmkit's error for what sending raised.

    Args:
        error: One of `HTTPX_ERRORS`, or an OSError.
        request: The request, its credentials replaced.
    """
    redact_error(error, request)
    if isinstance(error, BodyError | httpx.DecodingError):
        return DecodeError(str(error))
    timed_out = isinstance(error, httpx.TimeoutException | TimeoutError)
    deadline = current_deadline() if timed_out else None
    passed = str(deadline) if deadline and deadline.left < 0.001 else ""  # timers may be early
    cls = CallTimeoutError if timed_out else TransportError
    maybe_processed = not isinstance(error, _httpx.NOTHING_SENT)
    url = request.url
    address = f"{url.scheme}://{url.host} (port {url.port or _PORTS.get(url.scheme, '?')})"
    problem = f"request to {address} failed: {passed or _detail(error)}"
    if not maybe_processed:
        problem = f"cannot connect to {address}: {passed or _reason(error)}"
    return cls(problem, request=request, maybe_processed=maybe_processed)


def _reason(error: BaseException) -> str:
    """Return why a connection could not be made, by the error that caused the others."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, socket.gaierror):
            return "name not found"
        if isinstance(cause, ConnectionRefusedError):
            return "connection refused"
        if verify_message := getattr(cause, "verify_message", ""):  # of ssl's error
            return f"certificate not trusted: {verify_message}"
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx.TimeoutException):
        return f"timed out ({type(error).__name__})"
    return _detail(error)


def _detail(error: BaseException) -> str:
    # The messages of connection errors name hosts and sockets only.
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _event_loop() -> Any:
    """Return the running event loop: of asyncio the loop, of trio its token."""
    token = current_token()
    return getattr(token, "native_token", token)


def _has_ended(loop: Any) -> bool:
    if loop is None:  # of the sync side
        return False
    if hasattr(loop, "is_closed"):
        return bool(loop.is_closed())
    try:
        loop.run_sync_soon(bool)
    except RuntimeError:  # trio's way to say so
        return True
    return False


@dataclass(slots=True)
class _Pool:
    """An httpx client, and semaphores: one lets calls in, one is the lock of `IO.lock`.

    httpcore loses connections when a call that waits for one is cancelled or times out, so that
    calls wait here instead. A caller's own client or transport has a limit of its own.
    """

    client: Any
    headers: dict[str, str]
    slots: Any
    lock: Any


class _Unlimited:
    def acquire(self, timeout: float | None = None) -> bool:  # noqa: ARG002  # a lock has it
        return True

    acquire_nowait = release = acquire


class _IO:
    """Network, clock and randomness of a client; tests replace the clock here.

    Args:
        base_url: The client's address.
        pool: The user's own httpx client, which is not closed here, or None.
        transport: The user's own transport, or None.
        verify: What certificates are checked by: True, False, a file or a context.
        proxy: Address of the proxy, or None for those of the environment.

    Raises:
        ConfigError: The httpx client or the transport is of the other kind.
    """

    _pool_type: type[httpx.Client | httpx.AsyncClient]
    _transport_type: type[httpx.BaseTransport | httpx.AsyncBaseTransport]
    _semaphore: Callable[[int], Any]
    _hook: Callable[[Response], Any]

    def __init__(
        self, base_url: str, pool: Any, transport: Any, *, verify: Any = True, proxy: Any = None
    ) -> None:
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
        self._verify, self._proxy = verify, proxy
        self._bounded = pool is None and transport is None
        self._pools: dict[Any, _Pool] = {}
        self._lock = Lock()
        self._closed = self._inherited = False
        renew_in_child(self)

    def renew(self) -> None:
        """Drop the parent's connections unclosed, in the child of a fork."""
        shared = self._own_pool or isinstance(self._transport, _httpx.SOCKET_TRANSPORTS)
        self._inherited = self._inherited or bool(shared and self._pools)
        _INHERITED.append(self._pools)
        self._pools = {}

    @property
    def pool(self) -> Any:
        """The httpx client, which is built on first need.

        Raises:
            ConfigError: It is closed, cannot be built, or belongs to the parent of a fork.
        """
        return self._current().client

    def _current(self) -> _Pool:
        loop = self._loop()
        pool = self._pools.get(loop)
        if pool is None and not self._closed:
            pool = self._new_pool(loop)
        if pool is None or self._closed:  # another thread may have closed it
            raise ConfigError("this client is closed")
        if pool.client.is_closed:
            raise ConfigError("the http_client of this client is closed")
        return pool

    def _new_pool(self, loop: Any) -> _Pool | None:
        if self._inherited:
            problem = "its http_client or transport was used before this process was forked"
            raise ConfigError(f"{problem}: make another client with another one")
        with self._lock:
            if loop not in self._pools and not self._closed:
                # Connections belong to the event loop that opened them and die with it.
                for old in [old for old in self._pools if _has_ended(old)]:
                    del self._pools[old]
                client = self._own_pool or self._new_client()
                slots = self._semaphore(MOST_CONNECTIONS) if self._bounded else _Unlimited()
                self._pools[loop] = _Pool(client, dict(client.headers), slots, self._semaphore(1))
            return self._pools.get(loop)

    def _new_client(self) -> Any:
        if self._transport is not None:
            return self._pool_type(**_httpx.pool_arguments(self._hook, transport=self._transport))
        return new_pool(self._pool_type, self._hook, self._base_url, self._verify, self._proxy)

    def _loop(self) -> Any:
        """Return the event loop that a pool belongs to; None on the sync side."""
        return None

    def build(self, method: str, url: str, body: Body, headers: Mapping[str, str]) -> Request:
        """Return a request.

        Raises:
            ArgumentError: It cannot be written as HTTP.
        """
        pool = self._current()
        try:
            make: Callable[..., Request] = pool.client.build_request
            address: Any = url
            if self._own_pool is None:
                # There are no defaults but headers; merging takes httpx a good part of a call, and
                # so does parsing a URL, of which most calls have few.
                make, address, headers = Request, _httpx.parsed(url), {**pool.headers, **headers}
            request = make(method, address, headers=headers, **body.arguments())
        except httpx.InvalidURL as error:
            raise ArgumentError("path", f"cannot be part of a URL: {error}") from None
        except (TypeError, ValueError, UnicodeError) as error:
            problem = f"cannot be sent: {type(error).__name__}"
            raise ArgumentError("headers or query", problem) from None
        if body.stream is not None:
            request.headers["Content-Length"] = str(body.stream.length)
            # httpx has read the empty body of the request that it built: make another one.
            parts = _httpx.ByteParts(body.stream.parts)
            return Request(method, request.url, headers=request.headers, stream=parts)
        return request

    @asynccontextmanager
    async def lock(self) -> AsyncGenerator[None]:
        """Let in one thread of a sync client at a time, or one task of an async one's event loop.

        Not a lock of anyio's, which fails at once where middleware of a login makes a call: here it
        waits, and its deadline ends it.
        """
        lock = self._current().lock
        await self._acquire(lock, None)
        try:
            yield
        finally:
            lock.release()

    async def _acquire(self, semaphore: Any, timeout: float | None) -> None:
        """Wait for a semaphore, until the timeout or the call's deadline.

        Raises:
            PoolTimeout: It took too long.
        """
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


class SyncIO(_IO):
    """Sends through an `httpx.Client`."""

    _pool_type = httpx.Client
    _transport_type = httpx.BaseTransport
    _semaphore = threading.Semaphore
    _hook = staticmethod(_httpx.hide_location)

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run the coroutine of a method to its end."""
        return drive(work)

    async def _acquire(self, semaphore: Any, timeout: float | None) -> None:
        if not semaphore.acquire(timeout=seconds_left(timeout, httpx.PoolTimeout)):
            raise httpx.PoolTimeout(_BUSY)

    async def send(self, request: Request, limit: int, *, stream: bool = False) -> Response:
        """Send a request; redirects are not followed.

        Args:
            request: The request.
            limit: The most bytes that the decoded body may have.
            stream: Leave the body of a success to `save`; it may have any size.
        """
        pool = self._current()
        await self._acquire(pool.slots, request.extensions["timeout"]["pool"])
        try:
            response = pool.client.send(request, stream=True, follow_redirects=False)
        except BaseException:
            pool.slots.release()
            raise
        stream = stream and response.status_code < 300
        response = _httpx.bounded(response, None if stream else limit, pool.slots.release)
        if not stream and not response.is_closed:
            with closing(response):
                response.read()
            _httpx.without_stream(response)
        return response

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
                if pool.client is not self._own_pool:
                    pool.client.close()


class AsyncIO(_IO):
    """Sends through an `httpx.AsyncClient`, one for each event loop of asyncio or trio."""

    _pool_type = httpx.AsyncClient
    _transport_type = httpx.AsyncBaseTransport
    _semaphore = anyio.Semaphore
    _hook = staticmethod(_httpx.ahide_location)

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Return the coroutine of a method, to be awaited."""
        return work

    def _loop(self) -> Any:
        return _event_loop()

    async def _acquire(self, semaphore: Any, timeout: float | None) -> None:
        try:
            semaphore.acquire_nowait()
        except anyio.WouldBlock:
            with anyio.move_on_after(seconds_left(timeout, httpx.PoolTimeout)):
                await semaphore.acquire()
                return
            raise httpx.PoolTimeout(_BUSY) from None

    async def send(self, request: Request, limit: int, *, stream: bool = False) -> Response:
        """Send a request; redirects are not followed; see `SyncIO.send`."""
        pool = self._current()
        await self._acquire(pool.slots, request.extensions["timeout"]["pool"])
        body: Any = request.stream
        outgoing = _httpx.Outgoing(body)
        # A caller's transport gets the body as it is, and need not read it where it sends it.
        request.stream = outgoing if self._bounded else body
        try:
            with anyio.move_on_after(seconds_left(None, httpx.PoolTimeout)) as scope:
                try:
                    response = await pool.client.send(request, stream=True, follow_redirects=False)
                except BaseException:
                    pool.slots.release()
                    raise
                if response.status_code >= 300:
                    scope.deadline = inf  # its body may be cut: the status is known
                    stream = False
                response = _httpx.bounded(response, None if stream else limit, pool.slots.release)
                if not stream and not response.is_closed:
                    async with aclosing(response):
                        await response.aread()
                    _httpx.without_stream(response)
                return response
        finally:
            request.stream = body
        sent = outgoing.begun or not self._bounded
        raise (httpx.ReadTimeout if sent else httpx.ConnectTimeout)("deadline")

    async def save(self, response: Response, sink: Sink) -> None:
        """Write the body of a streamed response to a file, part by part."""
        with anyio.move_on_after(seconds_left(None, httpx.ReadTimeout)):
            async with aclosing(response):
                parts = response.aiter_bytes()
                try:
                    async for part in parts:
                        sink.write(part)
                finally:
                    await _httpx.close_parts(parts)
                return
        raise httpx.ReadTimeout("deadline")

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await anyio.sleep(seconds)

    async def aclose(self) -> None:
        """Close the connections, unless the httpx client is the user's own."""
        self._closed = True
        pool = self._pools.pop(self._loop(), None)
        if pool is not None and pool.client is not self._own_pool:
            await pool.client.aclose()


IO = SyncIO | AsyncIO
