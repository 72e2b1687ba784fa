"""Base of all clients, sync and async."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypedDict
from urllib.parse import parse_qs, quote, unquote

from .call import new_call
from .codec.values import encode_extras, encode_json
from .drive import awaitable
from .environment import network_arguments
from .errors import ArgumentError, ConfigError, expected, in_operation, shown
from .http import AsyncIO, SyncIO
from .operation import Operation
from .options import Settings, checked_base_url, checked_headers, checked_query
from .sender import Sender
from .throttle import checked_throttle
from .types import UNSET, Unset

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike
    from ssl import SSLContext
    from typing import Self, Unpack

    from ._httpx import httpx
    from .generated import Client as GeneratedClient
    from .options import Middleware, Options
    from .reply import Reply
    from .vendor import Vendor


class _CommonSettings(TypedDict, total=False):
    timeout: float | None
    deadline: float | None
    max_retries: int
    max_reply_bytes: int
    throttle: float | None
    middleware: Iterable[Middleware]
    allow_insecure: bool
    verify: bool | str | PathLike[str] | SSLContext
    proxy: str | None


class SyncSettings(_CommonSettings, total=False):
    """Keywords that every sync client takes.

    Keys:
        timeout: Seconds for each phase (connect, write, read, wait for the pool); default 30;
            None for no limit.
        deadline: Seconds for a whole call, with all attempts and the pauses between them but
            without waits for the throttle; default 300, and no limit for transfers of files; None
            for no limit. Connections of our own keep it within a phase, however slowly a server
            sends; with your own `http_client` or `transport` a sync client looks at it between
            phases, parts of a body and attempts. A sync name resolution is not interrupted.
        max_retries: How often a failed attempt is repeated; default 2.
        max_reply_bytes: The most bytes that a reply may have, decoded; default 64 MiB. A larger
            success is a `DecodeError`, of an error reply the body is cut. Downloads to a file have
            no limit.
        throttle: Requests a second; 0 for no limit; default the vendor's own limit.
        middleware: `async def(request, call_next) -> response`, outermost first.
        allow_insecure: Whether plain http to another host than loopback is allowed.
        verify: What the server's certificate is checked by: True for the usual authorities (or
            `SSL_CERT_FILE`, `SSL_CERT_DIR`), the file of an authority of your own, an
            `ssl.SSLContext`, or False for no check.
        proxy: Address of a proxy for all calls; default what the environment names
            (`HTTPS_PROXY`, `ALL_PROXY`, …), but never for loopback.
        http_client: An `httpx.Client` of your own, which is not closed here. In the child of a
            fork it cannot be used if it was used before.
        transport: An httpx transport of your own.
    """

    http_client: httpx.Client | None
    transport: httpx.BaseTransport | None


class AsyncSettings(_CommonSettings, total=False):
    """Keywords that every async client takes; see `SyncSettings`.

    Keys:
        http_client: An `httpx.AsyncClient` of your own, which is not closed here.
        transport: An async httpx transport of your own.
    """

    http_client: httpx.AsyncClient | None
    transport: httpx.AsyncBaseTransport | None


class Client:
    """What sync and async clients share. Use a CRM's class, such as `crmkit.Relenta`.

    Every call may raise, beside what its own docstring says:

    - `ArgumentError` where it is made, if a value cannot be sent; nothing was sent then,
    - `AuthenticationError`, `RateLimitError`, `ServerError` and the other `StatusError`s,
    - `TransportError` if no reply came, and `DecodeError` if it has another form than documented.

    All of them are `CRMError`s; see `crmkit.core.errors`.
    """

    _io: Any  # SyncIO or AsyncIO; the subclasses say which
    _sender: Sender
    _view = False

    def _start(
        self,
        vendor: Vendor,
        base_url: str,
        io: type[SyncIO | AsyncIO],
        settings_type: type,
        settings: Mapping[str, Any],
    ) -> None:
        for name in settings.keys() - settings_type.__annotations__.keys():
            raise TypeError(f"{type(self).__name__}() got an unexpected keyword argument {name!r}")
        address = checked_base_url(base_url, allow_insecure=settings.get("allow_insecure", False))
        middleware: Any = settings.get("middleware", ())
        layers = tuple(middleware) if isinstance(middleware, Iterable) else (middleware,)
        for layer in layers:
            if not callable(layer):
                problem = f"middleware must be async functions (request, call_next), got {layer!r}"
                raise ConfigError(problem)
        checked = Settings(address).changed(settings)
        self._io = io(address, **network_arguments(settings))
        throttle = checked_throttle(settings.get("throttle"), vendor.rate)
        self._sender = Sender(self._io, vendor, checked, throttle, layers)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} at {self._sender.settings.base_url}>"

    def __reduce__(self) -> Any:
        problem = "cannot be pickled: it holds a credential and open connections"
        raise TypeError(f"{type(self).__name__} {problem}")

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
            ConfigError: The timeout or the number of retries is impossible.
            ArgumentError: A header cannot be sent.
        """
        retries = UNSET if max_retries is None else max_retries
        values = {"timeout": timeout, "max_retries": retries, "headers": headers}
        changes = {name: value for name, value in values.items() if value is not UNSET}
        view = object.__new__(type(self))
        view._io = self._io
        view._sender = copy(self._sender)
        with in_operation("with_options"):
            view._sender.settings = self._sender.settings.changed(changes)
        view._view = True
        return view

    @property
    def generated(self) -> GeneratedClient:
        """The configured client for the functions of the generated `api` package."""
        from .generated import AuthenticatedClient

        return AuthenticatedClient(self._sender)

    def _checked_path(self, path: str) -> tuple[str, dict[str, Any]]:
        if not isinstance(path, str) or not path.startswith("/") or path.startswith("//"):
            raise ArgumentError("path", f"must start with a single '/', got {shown(path)}")
        url, _, query = path.partition("?")
        parts = unquote(url).split("/")
        if "#" in path or any(part in {".", ".."} for part in parts):
            raise ArgumentError("path", f"must not hold '.', '..' or a fragment, got {path!r}")
        refused = self._sender.vendor.refused_in_path
        if any(quote(character, safe="") in url.upper() for character in refused):
            raise ArgumentError("path", f"must not hold an encoded {refused!r}, got {path!r}")
        return url, parse_qs(query, keep_blank_values=True)


class SyncClient(Client):
    """Base of the sync clients."""

    _io: SyncIO

    def __init__(self, vendor: Vendor, base_url: str, **settings: Unpack[SyncSettings]) -> None:
        self._start(vendor, base_url, SyncIO, SyncSettings, settings)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections. A view, and an `http_client` of your own, stay open."""
        if not self._view:
            self._io.close()

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
            CRMError: The call failed.
        """
        with in_operation("request"):
            url, own_query = self._checked_path(path)
            if not isinstance(method, str) or not (method.isascii() and method.isalpha()):
                problem = f"must be an HTTP method such as 'GET', got {shown(method)}"
                raise ArgumentError("method", problem)
            if content is not None and not isinstance(content, bytes):
                raise expected("content", "bytes", content)
            if json is not None and content is not None:
                raise ArgumentError("content", "pass json or content, not both")
            query = own_query | checked_query(query or {})
            body: Any = UNSET if content is None else content
            if type(json) is dict:
                body = {}
                encode_extras(json, body)
            elif json is not None:
                body = encode_json(json, "json")
            own_headers = checked_headers(headers)
        operation = Operation(
            "request",
            method.upper(),
            "…",
            effect="read" if method.upper() in {"GET", "HEAD"} else "write",
            open_form=True,
            media="json" if json is not None else "content",
        )
        call = new_call(self._sender.vendor, self._sender.settings, operation, {}, options, body)
        call = replace(call, path=url, query=query, headers={**own_headers, **call.headers})
        reply: Reply = self._io.run(self._sender.reply(call))
        return reply


class AsyncClient(Client):
    """Base of the async clients."""

    _io: AsyncIO

    def __init__(self, vendor: Vendor, base_url: str, **settings: Unpack[AsyncSettings]) -> None:
        self._start(vendor, base_url, AsyncIO, AsyncSettings, settings)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections. A view, and an `http_client` of your own, stay open."""
        if not self._view:
            await self._io.aclose()

    request = awaitable(SyncClient.request)
