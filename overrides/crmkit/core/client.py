"""Base of all clients, sync and async."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypedDict

from .drive import drive
from .errors import ArgumentError, ConfigError
from .http import AsyncIO, SyncIO
from .operation import Operation
from .options import (
    Settings,
    checked_base_url,
    checked_headers,
    checked_retries,
    checked_timeout,
)
from .sender import Sender
from .throttle import checked_throttle
from .types import UNSET, Unset

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Self

    from .generated import Client as GeneratedClient
    from .http import IO, AsyncBaseTransport, BaseTransport
    from .http import AsyncClient as AsyncHTTPClient
    from .http import Client as HTTPClient
    from .options import Middleware, Options
    from .reply import Reply
    from .vendor import Vendor

__all__ = ["AsyncClient", "AsyncSettings", "Client", "SyncClient", "SyncSettings"]


class _CommonSettings(TypedDict, total=False):
    timeout: float | None
    max_retries: int
    throttle: float | None
    middleware: Iterable[Middleware]
    allow_insecure: bool


class SyncSettings(_CommonSettings, total=False):
    """Keywords that every sync client takes.

    Keys:
        timeout: Seconds for each phase (connect, write, read, wait for the pool); default 30;
            None for no limit.
        max_retries: How often a failed attempt is repeated; default 2.
        throttle: Requests a second; 0 for no limit; default the vendor's known limit.
        middleware: `async def(request, call_next) -> response`, outermost first.
        allow_insecure: Whether plain http to another host than loopback is allowed.
        http_client: An `httpx.Client` of your own, which is not closed here.
        transport: An httpx transport of your own.
    """

    http_client: HTTPClient | None
    transport: BaseTransport | None


class AsyncSettings(_CommonSettings, total=False):
    """Keywords that every async client takes; see `SyncSettings`.

    Keys:
        http_client: An `httpx.AsyncClient` of your own, which is not closed here.
        transport: An async httpx transport of your own.
    """

    http_client: AsyncHTTPClient | None
    transport: AsyncBaseTransport | None


class Client:
    """What sync and async clients share. Use a CRM's class, such as `crmkit.Relenta`."""

    _sender: Sender
    _io: Any  # SyncIO or AsyncIO; each twin says which
    _view = False

    def _start(
        self,
        io: IO,
        vendor: Vendor,
        settings: Settings,
        throttle: float | None,
        middleware: Iterable[Middleware],
    ) -> None:
        layers = tuple(middleware)
        for layer in layers:
            if not callable(layer):
                raise ConfigError(
                    f"middleware takes async functions (request, call_next), not {layer!r}"
                )
        self._io = io
        self._sender = Sender(io, vendor, settings, checked_throttle(throttle, vendor.rate), layers)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} at {self._sender.settings.base_url}>"

    def __reduce__(self) -> Any:
        raise TypeError(
            f"{type(self).__name__} cannot be pickled: it holds a credential and open connections"
        )

    def with_options(
        self,
        *,
        timeout: float | Unset | None = UNSET,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Self:
        """Return a view of this client with other settings; it shares connections and throttle.

        Closing the view closes nothing.

        Args:
            timeout: Seconds for each phase; None for no limit.
            max_retries: How often a failed attempt is repeated.
            headers: Headers to send with every call, beside those that are set already.

        Raises:
            ConfigError: A value is impossible.
        """
        now = self._sender.settings
        settings = Settings(
            now.base_url,
            now.timeout if isinstance(timeout, Unset) else checked_timeout(timeout),
            now.max_retries if max_retries is None else checked_retries(max_retries),
            {**now.headers, **checked_headers(headers)},
        )
        view = object.__new__(type(self))
        view._io = self._io
        view._sender = self._sender.with_settings(settings)
        view._view = True
        return view

    def _operations(self) -> Sequence[Operation]:
        raise NotImplementedError  # each emitted `Resources` class has its own

    def _requested(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | None,
        json: Any,
        content: bytes | None,
        headers: Mapping[str, str] | None,
    ) -> tuple[Operation, dict[str, Any]]:
        if not isinstance(path, str) or not path.startswith("/") or path.startswith("//"):
            raise ArgumentError(
                "path", f"is relative to base_url and begins with one slash, unlike {path!r}"
            )
        if not isinstance(method, str) or not method.isalpha():
            raise ArgumentError("method", f"takes an HTTP method such as 'GET', not {method!r}")
        if content is not None and not isinstance(content, bytes):
            raise ArgumentError("content", f"takes bytes, not {type(content).__name__}")
        if json is not None and content is not None:
            raise ArgumentError("content", "and json cannot both be the body")
        plain, _, _ = path.partition("?")
        if any(part in {".", ".."} for part in plain.split("/")):
            raise ArgumentError("path", f"must not climb with dots: {path!r}")
        verb = method.upper()
        effect: Literal["read", "write"] = "read" if verb in {"GET", "HEAD"} else "write"
        operation = Operation("request", verb, plain, effect=effect, open_form=True)
        kwargs: dict[str, Any] = {
            "url": path,
            "params": dict(query or {}),
            "headers": checked_headers(headers),
        }
        if json is not None:
            kwargs["json"] = json
        if content is not None:
            kwargs["content"] = content
        return operation, kwargs


class SyncClient(Client):
    """Base of the sync clients."""

    _io: SyncIO

    def __init__(
        self,
        vendor: Vendor,
        base_url: str,
        *,
        timeout: float | None = 30.0,
        max_retries: int = 2,
        throttle: float | None = None,
        http_client: HTTPClient | None = None,
        transport: BaseTransport | None = None,
        middleware: Iterable[Middleware] = (),
        allow_insecure: bool = False,
    ) -> None:
        address = checked_base_url(base_url, allow_insecure=allow_insecure)
        if http_client is not None and transport is not None:
            raise ConfigError(
                "pass http_client or transport, not both: an httpx client has its own transport"
            )
        settings = Settings(address, checked_timeout(timeout), checked_retries(max_retries))
        self._start(SyncIO(address, http_client, transport), vendor, settings, throttle, middleware)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections. A view, and an `http_client` of your own, stay open."""
        if not self._view:
            self._io.close()

    @property
    def generated(self) -> GeneratedClient:
        """The configured client for the functions of the generated `api` package."""
        from .generated import AuthenticatedClient

        return AuthenticatedClient(self._sender, self._operations(), asynchronous=False)

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        json: Any = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        options: Options | None = None,
    ) -> Reply:
        """Make a call that no operation covers, with the same credentials, retries and errors.

        Args:
            method: HTTP method.
            path: Path relative to the base URL, beginning with a slash, already percent-encoded.
            query: Query parameters.
            json: Body to send as JSON.
            content: Body to send as it is.
            headers: Headers of this call.
            options: What the call does differently.

        Returns:
            The reply, with `status_code`, `headers`, `data` (the decoded body, envelope and all;
            None if the body is empty or of another form) and `content`.

        Raises:
            CRMError: Anything went wrong.
        """
        operation, kwargs = self._requested(method, path, query, json, content, headers)
        return _reply(drive(self._sender.reply(operation, kwargs, options)))


class AsyncClient(Client):
    """Base of the async clients."""

    _io: AsyncIO

    def __init__(
        self,
        vendor: Vendor,
        base_url: str,
        *,
        timeout: float | None = 30.0,
        max_retries: int = 2,
        throttle: float | None = None,
        http_client: AsyncHTTPClient | None = None,
        transport: AsyncBaseTransport | None = None,
        middleware: Iterable[Middleware] = (),
        allow_insecure: bool = False,
    ) -> None:
        address = checked_base_url(base_url, allow_insecure=allow_insecure)
        if http_client is not None and transport is not None:
            raise ConfigError(
                "pass http_client or transport, not both: an httpx client has its own transport"
            )
        settings = Settings(address, checked_timeout(timeout), checked_retries(max_retries))
        self._start(
            AsyncIO(address, http_client, transport), vendor, settings, throttle, middleware
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections. A view, and an `http_client` of your own, stay open."""
        if not self._view:
            await self._io.aclose()

    @property
    def generated(self) -> GeneratedClient:
        """The configured client for the functions of the generated `api` package."""
        from .generated import AuthenticatedClient

        return AuthenticatedClient(self._sender, self._operations(), asynchronous=True)

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        json: Any = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        options: Options | None = None,
    ) -> Reply:
        """Make a call that no operation covers; see `SyncClient.request`."""
        operation, kwargs = self._requested(method, path, query, json, content, headers)
        return _reply(await self._sender.reply(operation, kwargs, options))


def _reply(reply: Reply | None) -> Reply:
    if reply is None:  # a DELETE that an earlier attempt had done
        from .http import Response

        return _empty(Response(204))
    return reply


def _empty(response: Any) -> Reply:
    from .reply import Reply

    return Reply(response, None)
