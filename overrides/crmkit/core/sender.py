"""The way of a call.

retry( throttle → middleware → credentials → timeout → log → httpx ) → check → decode
"""

from __future__ import annotations

import platform
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, TypeVar

from . import json
from .errors import (
    ArgumentError,
    ConfigError,
    ConflictError,
    CRMError,
    DecodeError,
    NotFoundError,
    StatusError,
    TransportError,
)
from .http import IO, NETWORK_ERRORS, Headers, Response, lost, timeouts
from .log import logger
from .reply import Reply
from .retry import backoff, retries_loss, retries_status, retry_after
from .vendor import CONCEALED
from .wire import READ_ERRORS, WrongForm, decode_error

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .http import Request
    from .operation import Operation
    from .options import CallNext, Middleware, Options, Settings
    from .throttle import Throttle
    from .vendor import Vendor

__all__ = ["Sender"]

T = TypeVar("T")

_REQUEST_IDS = ("X-Request-Id", "X-Correlation-Id")


class Sender:
    """Sends the calls of one client. Written once, as coroutines; `io` is sync or async.

    Args:
        io: Network and clock.
        vendor: What is peculiar to the CRM.
        settings: The client's settings.
        throttle: The client's throttle, or None.
        middleware: The client's middleware, outermost first.
    """

    def __init__(
        self,
        io: IO,
        vendor: Vendor,
        settings: Settings,
        throttle: Throttle | None,
        middleware: Sequence[Middleware],
    ) -> None:
        self.io = io
        self.vendor = vendor
        self.settings = settings
        self.throttle = throttle
        self.middleware = tuple(middleware)

    def with_settings(self, settings: Settings) -> Sender:
        """Return a sender with other settings that shares network, throttle and credentials."""
        return Sender(self.io, self.vendor, settings, self.throttle, self.middleware)

    @cached_property
    def _headers(self) -> dict[str, str]:
        from importlib.metadata import PackageNotFoundError, version

        try:
            release = version("crmkit")
        except PackageNotFoundError:  # run from a source tree that is not installed
            release = "0"
        agent = f"crmkit/{release} ({self.vendor.name}; python {platform.python_version()})"
        return {"Accept": self.vendor.accept, "User-Agent": agent}

    async def call(
        self,
        operation: Operation,
        kwargs: dict[str, Any],
        decode: Callable[[Any], T] | None,
        options: Options | None = None,
        body: Callable[[], Any] | None = None,
    ) -> T:
        """Make a call and return its decoded payload.

        Args:
            operation: The operation.
            kwargs: What the generated `_get_kwargs` returned.
            decode: Turns the payload into the result; None returns it as it is.
            options: What the call does differently.
            body: Encodes the body, in place of the one in `kwargs`.

        Raises:
            CRMError: Anything went wrong.
        """
        reply = await self.reply(operation, kwargs, options, body)
        if reply is None:
            return None  # type: ignore[return-value]  # a repeated DELETE; such methods return None
        return self.decoded(operation, reply, decode)

    def payload(self, operation: Operation, reply: Reply) -> Any:
        """Return the payload of a reply.

        Raises:
            DecodeError: The envelope has another form.
        """
        tree = reply.data
        path = ""
        for member in operation.envelope:
            if not isinstance(tree, dict) or member not in tree:
                raise self._refused(f"there is no member {member!r}", path, operation, reply)
            path = f"{path}.{member}" if path else member
            tree = tree[member]
        if operation.payload is not None and type(tree) is not operation.payload:
            expected, found = (
                operation.payload.__name__,
                "null" if tree is None else type(tree).__name__,
            )
            raise self._refused(f"expected {expected}, found {found}", path, operation, reply)
        return tree

    def decoded(
        self,
        operation: Operation,
        reply: Reply,
        decode: Callable[[Any], T] | None,
        rows: Any = None,
        base: int = 0,
    ) -> T:
        """Return what `decode` makes of the payload, or of a part of its rows.

        Args:
            operation: The operation.
            reply: Its reply.
            decode: Makes the result; None gives the tree itself.
            rows: The part; None for the whole payload.
            base: Index of the first row of the part.

        Raises:
            DecodeError: The payload has another form than documented.
        """
        tree = self.payload(operation, reply) if rows is None else rows
        if decode is None:
            value: T = tree
            return value
        try:
            return decode(tree)
        except READ_ERRORS as error:
            wrong = decode_error(error, prefix=".".join(operation.envelope), base=base)
            wrong.operation, wrong.response = operation.name, reply.response
            raise wrong from error

    def _refused(self, problem: str, path: str, operation: Operation, reply: Reply) -> DecodeError:
        return DecodeError(problem, path=path, operation=operation.name, response=reply.response)

    async def reply(
        self,
        operation: Operation,
        kwargs: dict[str, Any],
        options: Options | None = None,
        body: Callable[[], Any] | None = None,
    ) -> Reply | None:
        """Make a call and return its checked reply.

        None stands for a DELETE that an earlier attempt, whose reply was lost, had done.

        Raises:
            CRMError: Anything went wrong.
        """
        settings = self.settings.with_call(options, operation.name)
        attempt = 0
        maybe_done = False
        try:
            method, url, params, content, headers = self._encoded(
                operation, kwargs, settings, options, body
            )
            while True:
                attempt += 1
                # Anew for each attempt: signatures and middleware must not see the last one's.
                request = self.io.build(method, url, params, content, headers)
                try:
                    return await self._attempt(operation, request, settings.timeout, attempt)
                except NotFoundError as error:
                    if operation.method == "DELETE" and maybe_done:
                        return None
                    error.attempts = attempt
                    raise
                except TransportError as error:
                    error.attempts = attempt
                    if attempt > settings.max_retries or not retries_loss(
                        operation, maybe_processed=error.maybe_processed
                    ):
                        raise
                    maybe_done = maybe_done or error.maybe_processed
                    wait: float | None = None
                except StatusError as error:
                    error.attempts = attempt
                    wait = error.retry_after
                    if attempt > settings.max_retries or not retries_status(
                        operation, error.status_code, wait
                    ):
                        raise
                    maybe_done = maybe_done or error.status_code >= 500
                    if wait is not None and self.throttle is not None:
                        self.throttle.hold(self.io.monotonic(), wait)
                await self.io.sleep(wait if wait is not None else backoff(attempt, self.io.random))
        except CRMError as error:
            if getattr(error, "operation", "") is None:
                error.operation = operation.name  # type: ignore[attr-defined]  # getattr found it
            raise

    def _encoded(
        self,
        operation: Operation,
        kwargs: dict[str, Any],
        settings: Settings,
        options: Options | None,
        body: Callable[[], Any] | None,
    ) -> tuple[str, str, dict[str, Any] | None, bytes | None, Mapping[str, str]]:
        url: str = kwargs["url"]
        if "{" in operation.path:
            _check_segments(operation.path, url)
        params = kwargs.get("params") or None
        if options and (query := options.get("query")):
            params = {**(params or {}), **query}
        headers: Any = {**self._headers, **kwargs.get("headers", {})}
        if settings.headers:  # whose names may be spelt in other capitals
            headers = Headers(headers)
            headers.update(settings.headers)
        content: bytes | None = kwargs.get("content")
        if body is not None or "json" in kwargs:
            content = _json(kwargs["json"] if body is None else body)
            headers.setdefault("Content-Type", "application/json")
        return operation.method, settings.base_url + url, params, content, headers

    async def _attempt(
        self, operation: Operation, request: Request, timeout: float | None, attempt: int
    ) -> Reply:
        if self.throttle is not None and (delay := self.throttle.reserve(self.io.monotonic())) > 0:
            await self.io.sleep(delay)
        request.extensions["timeout"] = timeouts(timeout)
        call_next: CallNext = partial(self._send, operation, attempt)
        for layer in reversed(self.middleware):
            call_next = partial(_through, layer, call_next)
        try:
            response = await call_next(request)
        except NETWORK_ERRORS as error:
            self.vendor.conceal(request)
            raise lost(error, request, operation.name, attempt) from error
        if self.middleware:
            response = _answered(response, request)
        return self._checked(operation, response)

    async def _send(self, operation: Operation, attempt: int, request: Request) -> Response:
        self.vendor.authenticate(request)
        if not logger.isEnabledFor(20):
            return await self.io.send(request)
        started = self.io.monotonic()
        outcome: object = "failed"
        try:
            response = await self.io.send(request)
            outcome = response.status_code
        except NETWORK_ERRORS as error:
            outcome = type(error).__name__
            raise
        finally:
            spent = (self.io.monotonic() - started) * 1000
            logger.info(
                "%s %s %s -> %s in %.0f ms, attempt %d",
                self.vendor.name, request.method, operation.path, outcome, spent, attempt,
            )  # fmt: skip
        return response

    def _checked(self, operation: Operation, response: Response) -> Reply:
        tree: Any = None
        unread: Exception | None = None
        try:
            tree = self.vendor.decode(response)
        except READ_ERRORS as error:
            unread = error
        fault = self.vendor.fault(response, tree)
        # No one who is handed the response or its request is to find the credentials there.
        self.vendor.conceal(response.request)
        if fault is None:
            if unread is not None and not operation.open_form and response.request.method != "HEAD":
                kind = response.headers.get("Content-Type", "no Content-Type").partition(";")[0]
                problem = (
                    str(unread) if isinstance(unread, WrongForm) else "the body cannot be read"
                )
                raise DecodeError(
                    f"{problem} ({kind}, {len(response.content)} bytes)",
                    operation=operation.name,
                    response=response,
                ) from unread
            return Reply(response, tree)
        message = fault.message
        for secret in self.vendor.secrets():
            message = message.replace(secret, CONCEALED)
        told = fault.error(
            message,
            status_code=response.status_code,
            code=fault.code,
            fields=fault.fields,
            request_id=next(
                (response.headers[name] for name in _REQUEST_IDS if name in response.headers), None
            ),
            retry_after=retry_after(response.headers, self.io.time),
            operation=operation.name,
            request=response.request,
            response=response,
            body=response.text if tree is None else tree,
        )
        if isinstance(told, ConflictError):
            told.current = fault.current
        raise told


async def _through(layer: Middleware, call_next: CallNext, request: Request) -> Response:
    return await layer(request, call_next)


def _answered(response: object, request: Request) -> Response:
    """Check what middleware returned, and tie a response of its own making to the request."""
    if not isinstance(response, Response):
        raise ConfigError(f"middleware must return a Response, not {type(response).__name__}")
    try:
        _ = response.request
    except RuntimeError:  # httpx's way to say that there is none
        response.request = request
    return response


def _json(body: Any) -> bytes:
    tree: Any = None
    try:
        tree = body() if callable(body) else body
        return json.dumps(tree)
    except ArgumentError:
        raise
    except RecursionError:
        raise ArgumentError("body", "is nested too deeply") from None
    except (TypeError, ValueError, AttributeError) as error:
        raise ArgumentError(*_culprit(tree, error)) from None


def _culprit(tree: Any, error: Exception) -> tuple[str, str]:
    """Return which member of a body JSON cannot hold, and why; its value is not told."""
    if isinstance(tree, dict):
        for name, value in tree.items():
            try:
                json.dumps({name: value})
            except UnicodeEncodeError:
                return str(name), "holds a lone surrogate, which is no Unicode text"
            except (TypeError, ValueError):
                return str(name), f"JSON cannot hold this {type(value).__name__}"
    return "body", f"cannot be written: {type(error).__name__}"


def _check_segments(template: str, url: str) -> None:
    """Refuse path values that a URL cannot carry: they would name another path."""
    for part, value in zip(template.split("/"), url.split("/"), strict=True):
        if part[:1] == "{" and value in {"", ".", ".."}:
            raise ArgumentError(part.strip("{}"), f"cannot stand in a URL path: {value!r}")
