"""The one module that imports httpx: its classes, its errors, and pools as crmkit wants them."""

from __future__ import annotations

from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Any

import httpx
from httpx import AsyncBaseTransport, AsyncClient, BaseTransport, Client, Headers, Request, Response

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Callable, Iterator

__all__ = ["HTTPX_ERRORS", "NOTHING_SENT", "ByteParts", "DecodingError", "InvalidURL"]
__all__ += ["AsyncBaseTransport", "AsyncClient", "BaseTransport", "Client"]
__all__ += ["Headers", "Request", "Response", "TimeoutException"]
__all__ += ["ahide_location", "hide_location", "pool_arguments", "show_location"]
__all__ += ["timeouts", "without_body"]

DecodingError = httpx.DecodingError
InvalidURL = httpx.InvalidURL
TimeoutException = httpx.TimeoutException

HTTPX_ERRORS = (httpx.RequestError, httpx.StreamError, httpx.InvalidURL)
"""What sending may raise when no reply comes."""

NOTHING_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)
"""Those of them after which the server cannot have seen the request."""


@cache
def _tls_context() -> ssl.SSLContext:
    # Reading the certificates takes about 20 ms; all clients of a process share one context.
    return httpx.create_ssl_context()


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


def show_location(response: Response) -> Response:
    """Put the Location header back."""
    response.next_request = None  # a copy of the request, with its credentials
    location = response.extensions.pop("location", None)
    if location is not None:
        response.headers["Location"] = location
    return response


def pool_arguments(base_url: str, transport: Any, hook: Any) -> dict[str, Any]:
    """Return the arguments of a client's pool.

    Args:
        base_url: The client's address; only its scheme matters, to know whether TLS is needed.
        transport: The user's own transport, or None.
        hook: `hide_location` or its async counterpart.
    """
    # A server's session cookies must not tie calls together, so the jar takes none.
    jar = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    shared = {"cookies": jar, "event_hooks": {"response": [hook]}}
    if transport is not None:
        return shared | {"transport": transport}
    return shared | {"verify": False if base_url.startswith("http:") else _tls_context()}


def timeouts(seconds: float | None) -> dict[str, float | None]:
    """Return the request extension that limits each phase to `seconds`; None for no limit."""
    return dict.fromkeys(("connect", "read", "write", "pool"), seconds)


def without_body(request: Request) -> None:
    """Remove the body of a request that was sent: an error that keeps it must keep no secret."""
    request.stream = httpx.ByteStream(b"")
    request._content = b""  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]  # httpx cannot


class ByteParts(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that is read while it is sent, by either kind of client.

    Args:
        parts: Yields the parts of the body, from the first on whenever it is called.
    """

    def __init__(self, parts: Callable[[], Iterator[bytes]]) -> None:
        self._parts = parts

    def __iter__(self) -> Iterator[bytes]:
        yield from self._parts()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self._parts():
            yield part
