"""The one module that knows httpx: pools, TLS, and the two adapters that own network and clock."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Any, Protocol
from weakref import WeakKeyDictionary

import httpx
from httpx import AsyncBaseTransport, AsyncClient, BaseTransport, Client, Headers, Request, Response

from .errors import ArgumentError, CallTimeoutError, ConfigError, DecodeError, TransportError

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

__all__ = [
    "NETWORK_ERRORS",
    "AsyncBaseTransport",
    "AsyncClient",
    "AsyncIO",
    "BaseTransport",
    "Client",
    "Headers",
    "Request",
    "Response",
    "SyncIO",
    "lost",
    "timeouts",
]

NETWORK_ERRORS = (httpx.RequestError, OSError)
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


def _pool_arguments(base_url: str, transport: Any) -> dict[str, Any]:
    # A server's session cookies must not tie calls together, so the jar takes none.
    jar = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    if transport is not None:
        return {"transport": transport, "cookies": jar}
    tls = _tls_context() if base_url.startswith("https:") else False
    return {"verify": tls, "cookies": jar}


def timeouts(seconds: float | None) -> dict[str, float | None]:
    """Return the request extension that limits each phase to `seconds`; None for no limit."""
    return {"connect": seconds, "read": seconds, "write": seconds, "pool": seconds}


def lost(
    error: BaseException, request: Request, operation: str, attempts: int
) -> TransportError | DecodeError:
    """Return crmkit's error for what sending raised.

    Args:
        error: One of `NETWORK_ERRORS`.
        request: The request, its credentials replaced.
        operation: The call.
        attempts: How often it was tried.
    """
    if isinstance(error, httpx.DecodingError):
        return DecodeError("the body does not match its Content-Encoding", operation=operation)
    cls = (
        CallTimeoutError
        if isinstance(error, httpx.TimeoutException | TimeoutError)
        else TransportError
    )
    # The texts of connection errors name hosts and sockets only.
    return cls(
        f"{type(error).__name__}: {error}" if str(error) else type(error).__name__,
        request=request,
        maybe_processed=not isinstance(error, _NOTHING_SENT),
        operation=operation,
        attempts=attempts,
    )


class IO(Protocol):
    """What a call needs of the world: a way to send, and a clock."""

    def build(
        self, method: str, url: str, params: Any, content: bytes | None, headers: Mapping[str, str]
    ) -> Request: ...
    async def send(self, request: Request) -> Response: ...
    async def sleep(self, seconds: float) -> None: ...
    def monotonic(self) -> float: ...
    def time(self) -> float: ...
    def random(self) -> float: ...


class _Clock:
    """Time and chance; one place for tests to put their own."""

    def monotonic(self) -> float:
        return time.monotonic()

    def time(self) -> float:
        return time.time()

    def random(self) -> float:
        return random.random()  # noqa: S311  # jitter, not a secret


def _build(
    pool: Client | AsyncClient,
    method: str,
    url: str,
    params: Any,
    content: bytes | None,
    headers: Mapping[str, str],
) -> Request:
    try:
        return pool.build_request(method, url, params=params, content=content, headers=headers)
    except httpx.InvalidURL as error:
        raise ArgumentError("path", f"cannot stand in a URL: {error}") from None
    except (TypeError, ValueError, UnicodeError) as error:
        raise ArgumentError("headers or query", f"cannot be sent: {type(error).__name__}") from None


class SyncIO(_Clock):
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
        self._pool = pool
        self._owned = pool is None
        self._transport = transport
        self._lock = threading.Lock()
        self._closed = False

    @property
    def pool(self) -> Client:
        """The httpx client.

        Raises:
            ConfigError: It is closed.
        """
        if self._pool is None or self._closed:
            with self._lock:
                if self._closed:
                    raise ConfigError("this client is closed")
                if self._pool is None:
                    self._pool = Client(**_pool_arguments(self._base_url, self._transport))
        return self._pool

    def build(
        self, method: str, url: str, params: Any, content: bytes | None, headers: Mapping[str, str]
    ) -> Request:
        """Return a request; see `IO`."""
        return _build(self.pool, method, url, params, content, headers)

    async def send(self, request: Request) -> Response:
        """Send a request; redirects are not followed."""
        return self.pool.send(request, follow_redirects=False)

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)

    def close(self) -> None:
        """Close the connections, unless the httpx client is the user's own."""
        with self._lock:
            self._closed = True
            if self._owned and self._pool is not None:
                self._pool.close()


class AsyncIO(_Clock):
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
        # Connections belong to the event loop that opened them; when it ends, they are dead.
        self._pools: WeakKeyDictionary[asyncio.AbstractEventLoop, AsyncClient] = WeakKeyDictionary()
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
            return self._own
        loop = asyncio.get_running_loop()
        pool = self._pools.get(loop)
        if pool is None:
            pool = self._pools[loop] = AsyncClient(
                **_pool_arguments(self._base_url, self._transport)
            )
        return pool

    def build(
        self, method: str, url: str, params: Any, content: bytes | None, headers: Mapping[str, str]
    ) -> Request:
        """Return a request; see `IO`."""
        return _build(self.pool, method, url, params, content, headers)

    async def send(self, request: Request) -> Response:
        """Send a request; redirects are not followed."""
        return await self.pool.send(request, follow_redirects=False)

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)

    async def aclose(self) -> None:
        """Close the connections, unless the httpx client is the user's own."""
        self._closed = True
        pool = self._pools.pop(asyncio.get_running_loop(), None)
        if pool is not None:
            await pool.aclose()
