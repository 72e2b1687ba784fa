"""The way of a call.

retry( throttle → middleware → credentials → timeout → log → httpx ) → check → decode
"""

from __future__ import annotations

import platform
import re
from contextlib import closing
from functools import cached_property, partial
from inspect import isawaitable
from itertools import count
from logging import INFO
from typing import TYPE_CHECKING, Any, TypeVar

from .body import body_of
from .codec.decode_errors import DECODE_ERRORS, MalformedValue, to_decode_error
from .errors import (
    ArgumentError,
    ConfigError,
    ConflictError,
    CRMError,
    DecodeError,
    StatusError,
    TransportError,
)
from .http import HTTPX_ERRORS, IO, Response, lost, timeouts
from .log import logger
from .options import checked_query
from .reply import Reply
from .retry import backoff, may_retry, maybe_processed, retry_after
from .vendor import CONCEALED, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import BinaryIO

    from .body import Body
    from .http import Request
    from .operation import Operation
    from .options import CallNext, Middleware, Options, Settings
    from .throttle import Throttle
    from .vendor import Fault, Vendor

    Parts = tuple[str, dict[str, Any] | None, Body, Mapping[str, str]]

__all__ = ["Sender", "decoded", "misformed", "payload"]

T = TypeVar("T")
_ID = re.compile("[0-9]{1,19}")  # an id as digits, as some vendors' lists have it
CREDENTIALS = ("authorization", "proxy-authorization", "cookie")


class Sink:
    """A file that a body goes to, and where it stood.

    Args:
        file: The file, open for writing bytes.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._start = file.tell() if file.seekable() else None
        self._begun = False

    def write(self, part: bytes) -> None:
        """Write a part of the body."""
        self._begun = True
        self._file.write(part)

    def rewound(self) -> bool:
        """Cut off what came, and return whether another attempt can begin."""
        if self._begun and self._start is not None:
            self._file.seek(self._start)
            self._file.truncate()
            self._begun = False
        return not self._begun


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
        self.middleware = middleware

    @cached_property
    def _headers(self) -> dict[str, str]:
        from importlib.metadata import PackageNotFoundError, version

        try:
            release = version("crmkit")
        except PackageNotFoundError:  # run from a source tree that is not installed
            release = "0"
        agent = f"crmkit/{release} ({self.vendor.name}; python {platform.python_version()})"
        return {"accept": self.vendor.accept, "user-agent": agent}

    async def call(
        self,
        operation: Operation,
        kwargs: dict[str, Any],
        decode: Callable[[Any], T] | None,
        options: Options | None = None,
        body: Callable[[], Any] | None = None,
    ) -> T:
        """Make a call and return its decoded payload; None for a DELETE.

        Args:
            operation: The operation.
            kwargs: What the generated `_get_kwargs` returned.
            decode: Turns the payload into the result; None returns it as it is.
            options: What the call does differently.
            body: Encodes the body in place of the one in `kwargs`; told whether moments may stay.

        Raises:
            CRMError: Anything went wrong.
        """
        reply = await self.reply(operation, kwargs, options, body)
        if operation.method == "DELETE":
            return None  # type: ignore[return-value]  # DELETE methods are emitted with None
        return decoded(operation, reply, decode)

    async def reply(
        self,
        operation: Operation,
        kwargs: dict[str, Any],
        options: Options | None = None,
        body: Callable[[], Any] | None = None,
        sink: Sink | None = None,
    ) -> Reply:
        """Make a call and return its checked reply.

        A DELETE that finds nothing, after an attempt whose reply was lost, is done: status 204.

        Raises:
            CRMError: Anything went wrong.
        """
        try:
            return await self._reply(operation, kwargs, options, body, sink)
        except CRMError as error:
            error.operation = error.operation or operation.name
            conceal(getattr(error, "request", None) or getattr(error, "response", None))
            raise

    async def download(
        self,
        operation: Operation,
        kwargs: dict[str, Any],
        options: Options | None,
        sink: BinaryIO,
    ) -> Reply:
        """Make a call and write the body of its success to a file while it comes.

        A retry goes on where the file stood at first; what it got meanwhile is cut off. A file that
        cannot go back gets no second attempt once it has got anything.

        Args:
            operation: The operation.
            kwargs: What the generated `_get_kwargs` returned.
            options: What the call does differently.
            sink: The file, open for writing bytes.

        Returns:
            The reply; its `content` cannot be read.

        Raises:
            CRMError: Anything went wrong.
            OSError: The file cannot be written.
        """
        return await self.reply(operation, kwargs, options, sink=Sink(sink))

    async def _reply(
        self,
        operation: Operation,
        kwargs: dict[str, Any],
        options: Options | None,
        body: Callable[[], Any] | None,
        sink: Sink | None = None,
    ) -> Reply:
        settings = self.settings.with_call(options)
        parts = self._encoded(operation, kwargs, settings, options, body)
        with closing(parts[2]):
            return await self._attempts(operation, parts, settings, sink)

    async def _attempts(
        self, operation: Operation, parts: Parts, settings: Settings, sink: Sink | None
    ) -> Reply:
        maybe_done = False
        mended: set[str] = set()
        for attempt in count(1):
            # Anew for each attempt: signatures and middleware must not see the last one's.
            request = self.io.build(operation.method, *parts)
            try:
                return await self._attempt(operation, request, settings.timeout, attempt, sink)
            except (TransportError, StatusError) as error:
                error.attempts = attempt
                if maybe_done and operation.method == "DELETE" and self._is_gone(error):
                    return Reply(Response(204, request=request), None)
                again = parts[2].repeatable and (sink is None or sink.rewound())
                if again and isinstance(error, StatusError):
                    mend = self.vendor.mend(error)
                    if mend is not None and mend not in mended:
                        mended.add(mend)
                        continue
                retries = attempt - len(mended)
                if retries > settings.max_retries or not (again and may_retry(operation, error)):
                    raise
                maybe_done = maybe_done or maybe_processed(error)
                wait = error.retry_after if isinstance(error, StatusError) else None
            if wait is not None and self.throttle is not None:
                self.throttle.hold(self.io.monotonic(), wait)
            await self.io.sleep(backoff(attempt, self.io.random) if wait is None else wait)
        raise AssertionError  # count() does not end

    def _is_gone(self, error: CRMError) -> bool:
        return isinstance(error, StatusError) and self.vendor.gone(error)

    def _encoded(
        self,
        operation: Operation,
        kwargs: dict[str, Any],
        settings: Settings,
        options: Options | None,
        body: Callable[[], Any] | None,
    ) -> Parts:
        url: str = kwargs["url"]
        if "{" in operation.path:
            _check_segments(operation, url)
        for name in operation.settings:
            url = url.replace(f":{name}", self.vendor.settings[name])
        params = kwargs.get("params") or None
        if params is not None:
            params = self.vendor.query(params)
        if options and (query := options.get("query")):
            params = {**(params or {}), **checked_query(query)}
        # Names in small letters, so that the later one wins whatever capitals it was given in.
        own = {name.lower(): value for name, value in kwargs.get("headers", {}).items()}
        content = body_of(operation, kwargs, body)
        if operation.media != "json":  # generated functions write every body as JSON
            own.pop("content-type", None)
        headers = {**self._headers, **own, **settings.headers}
        if content.media is not None:
            headers.setdefault("content-type", content.media)
        return settings.base_url + url, params, content, headers

    async def _attempt(
        self,
        operation: Operation,
        request: Request,
        timeout: float | None,
        attempt: int,
        sink: Sink | None,
    ) -> Reply:
        await self.vendor.ready(self, operation)
        if self.throttle is not None:
            await self.throttle.turn(self.io)
        call_next: CallNext = partial(self._send, operation, timeout, attempt, sink is not None)
        for layer in reversed(self.middleware):
            call_next = partial(_through, layer, call_next)
        try:
            response = await call_next(request)
            if sink is not None:
                if response.status_code < 300:
                    await self.io.save(response, sink)
                    return Reply(response, None)
                await self.io.read(response)
        except HTTPX_ERRORS as error:  # of middleware's own calls, or within a body
            raise lost(error, request) from error
        return self._checked(operation, response)

    async def _send(
        self,
        operation: Operation,
        timeout: float | None,
        attempt: int,
        stream: bool,  # noqa: FBT001  # partial gives it
        request: Request,
    ) -> Response:
        request.extensions["timeout"] = timeouts(timeout)
        started = self.io.monotonic()
        outcome: object = "failed"
        try:
            self.vendor.authenticate(request)
            response = await self.io.send(request, stream=stream)
            outcome = response.status_code
        except (*HTTPX_ERRORS, OSError) as error:
            outcome = type(error).__name__
            raise lost(error, request) from error
        finally:
            # No one who is handed the request afterwards is to find the credentials there.
            self.vendor.conceal(request)
            if logger.isEnabledFor(INFO):
                spent = (self.io.monotonic() - started) * 1000
                logger.info(
                    "%s %s %s -> %s in %.0f ms, attempt %d",
                    *(self.vendor.name, request.method, operation.path, outcome, spent, attempt),
                )
        return response

    def _checked(self, operation: Operation, response: Response) -> Reply:
        tree: Any = None
        unread: Exception | None = None
        if self.throttle is not None:
            told = self.vendor.window(response.headers)
            if told is not None or response.status_code < 300:
                self.throttle.follow(self.io.monotonic(), told)
        if operation.payload is bytes and response.status_code < 300:
            return Reply(response, None)
        try:
            tree = self.vendor.decode(response, operation)
            if response.status_code < 300 and not operation.open_form:
                self.vendor.verify(tree)
        except DECODE_ERRORS as error:
            unread = error
        self.vendor.notice(response, tree)
        fault = self.vendor.fault(response, tree)
        if fault is not None:
            raise self._error(fault, response, tree)
        if unread is None or _is_open(operation, response):
            return Reply(response, tree)
        kind = response.headers.get("Content-Type", "no Content-Type").partition(";")[0]
        problem, path = "the body cannot be read", ""
        if isinstance(unread, MalformedValue):
            problem, path = str(unread), unread.path
        problem = f"{problem} ({kind}, {len(response.content)} bytes)"
        raise DecodeError(problem, path=path, response=response) from unread

    def _error(self, fault: Fault, response: Response, tree: Any) -> StatusError:
        headers = response.headers
        error = fault.error(
            self._without_secrets(fault.message),
            status_code=response.status_code,
            code=fault.code,
            fields=fault.fields,
            request_id=self._without_secrets(
                headers.get("X-Request-Id", headers.get("X-Correlation-Id", ""))
            )
            or None,
            retry_after=retry_after(headers, self.io.time),
            request=response.request,
            response=response,
            body=text_of(response) if tree is None else tree,
        )
        if isinstance(error, ConflictError):
            error.current = fault.current
        return error

    def _without_secrets(self, text: str) -> str:
        for secret in self.vendor.secrets():
            text = text.replace(secret, CONCEALED)
        return text


def payload(operation: Operation, reply: Reply) -> Any:
    """Return the payload of a reply.

    Raises:
        DecodeError: The envelope has another form.
    """
    tree = reply.content if operation.payload is bytes else reply.data
    for depth, member in enumerate(operation.envelope):
        if not isinstance(tree, dict) or member not in tree:
            path = ".".join(operation.envelope[:depth])
            raise misformed(DecodeError(f"no member {member!r}", path=path), operation, reply)
        tree = tree[member]
    if operation.payload is int and isinstance(tree, str) and _ID.fullmatch(tree):
        tree = int(tree)
    if operation.payload is not None and type(tree) is not operation.payload:
        found = "null" if tree is None else type(tree).__name__
        problem = f"expected {operation.payload.__name__}, found {found}"
        path = ".".join(operation.envelope)
        raise misformed(DecodeError(problem, path=path), operation, reply)
    return tree


def decoded(
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
    tree = payload(operation, reply) if rows is None else rows
    if decode is None:
        value: T = tree
        return value
    try:
        return decode(tree)
    except DECODE_ERRORS as error:
        wrong = to_decode_error(error, prefix=".".join(operation.envelope), base=base)
        raise misformed(wrong, operation, reply) from error


def misformed(error: DecodeError, operation: Operation, reply: Reply) -> DecodeError:
    """Return an error with the operation and the reply that it is about."""
    error.operation, error.response = operation.name, reply.response
    conceal(reply.response)
    return error


def _is_open(operation: Operation, response: Response) -> bool:
    """Return whether a body need not be the vendor's: there is none, or it is of another type."""
    kind = response.headers.get("Content-Type", "json")
    other = "json" not in kind or not response.content
    return response.request.method == "HEAD" or (operation.open_form and other)


def conceal(kept: Any) -> None:
    """Replace credentials that callers or their httpx client put on a request an error keeps."""
    headers = getattr(getattr(kept, "request", kept), "headers", {})
    for name in CREDENTIALS:
        if name in headers:
            headers[name] = CONCEALED


async def _through(layer: Middleware, call_next: CallNext, request: Request) -> Response:
    """Call middleware, check what it returns, and tie a response of its own to the request."""
    answer: Any = layer(request, call_next)
    if not isawaitable(answer):
        raise ConfigError(f"middleware must be async def, unlike {layer!r}")
    response = await answer
    if not isinstance(response, Response):
        raise ConfigError(f"middleware must return a Response, not {type(response).__name__}")
    try:
        _ = response.request
    except RuntimeError:  # httpx's way to say that there is none
        response.request = request
    return response


def _check_segments(operation: Operation, url: str) -> None:
    """Refuse path values that a URL cannot carry: they would name another path."""
    template = operation.path
    for name in operation.settings:
        template = template.replace(f"{{{name}}}", f":{name}")
    for part, value in zip(template.split("/"), url.split("/"), strict=True):
        name, found, tail = part[1:].partition("}")
        given = value.removesuffix(tail)
        if part[:1] == "{" and found and given in {"", ".", ".."}:
            raise ArgumentError(name, f"cannot stand in a URL path: {given!r}")
