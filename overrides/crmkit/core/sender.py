"""How a call is sent.

retry( throttle → middleware → credentials → timeout → log → httpx ) → check → decode
"""

from __future__ import annotations

import platform
import re
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property, partial
from inspect import isawaitable
from itertools import count
from logging import INFO
from typing import TYPE_CHECKING, Any, TypeVar

from ._httpx import HTTPX_ERRORS, Request, Response, httpx, timeouts
from .codec.decode_errors import DECODE_ERRORS, MalformedValue, forget_frames, to_decode_error
from .codec.odd import Reported, reporting
from .content_coding import ACCEPTED
from .deadline import Deadline, seconds_left
from .errors import ConfigError, ConflictError, CRMError, DecodeError, StatusError, TransportError
from .http import IO, lost
from .log import logger
from .redact import CREDENTIALS, REDACTED, redact_error, redacted
from .reply import Reply
from .retry import backoff, may_retry, retry_after
from .vendor import body_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .call import Call
    from .operation import Operation
    from .options import CallNext, Middleware, Settings
    from .throttle import Throttle
    from .vendor import ErrorInfo, Vendor

T = TypeVar("T")
_ID = re.compile("[0-9]{1,19}")  # an id as digits, as some vendors' lists have it


@dataclass(eq=False, repr=False)
class Sender:
    """Sends the calls of one client. Written once, as coroutines; `io` is sync or async.

    Args:
        io: Network and clock.
        vendor: What is peculiar to the CRM.
        settings: The client's settings.
        throttle: The client's throttle, or None.
        middleware: The client's middleware, outermost first.
        reported: What the client has reported as not documented.
    """

    io: IO
    vendor: Vendor
    settings: Settings
    throttle: Throttle | None
    middleware: Sequence[Middleware]
    reported: Reported = field(init=False)

    def __post_init__(self) -> None:
        self.reported = Reported(self.vendor.name)

    @cached_property
    def _headers(self) -> dict[str, str]:
        from .version import __version__  # reading the metadata takes some milliseconds

        agent = f"crmkit/{__version__} ({self.vendor.name}; python {platform.python_version()})"
        return {"accept": self.vendor.accept, "accept-encoding": ACCEPTED, "user-agent": agent}

    async def call(self, call: Call, decode: Callable[[Any], T] | None) -> T:
        """Make a call and return its decoded payload; None for a DELETE.

        Args:
            call: The call.
            decode: Turns the payload into the result; None returns it as it is.

        Raises:
            CRMError: The call failed.
        """
        reply = await self.reply(call)
        if call.operation.method == "DELETE":
            return None  # type: ignore[return-value]  # DELETE methods are emitted with None
        return decoded(call.operation, reply, decode)

    async def reply(self, call: Call) -> Reply:
        """Make a call and return its checked reply.

        A DELETE that finds nothing is done, with status 204, if an attempt before it has reached
        the server: that one may have deleted the record. Where none has, it is a `NotFoundError`,
        as of a first attempt: nothing that was sent can have deleted anything.
        With a sink, the reply's `content` cannot be read. A retry goes on where the sink stood at
        first; what it got meanwhile is cut off. A sink that cannot go back gets no second attempt
        once it has got anything.

        Raises:
            CRMError: The call failed.
            OSError: A file cannot be read or written.
        """
        try:
            with closing(call.body), Deadline(call.deadline, self.io.monotonic) as deadline:
                reply = await self._attempts(call, deadline)
        except CRMError as error:
            error.operation = error.operation or call.operation.name
            kept = getattr(error, "request", None) or getattr(error, "response", None)
            redact_error(error, _redact_headers(kept))
            raise
        if call.settings.on_reply is not None:
            call.settings.on_reply(reply)
        return reply

    async def _attempts(self, call: Call, deadline: Deadline) -> Reply:
        operation = call.operation
        url, headers = call.url, {**self._headers, **call.headers}
        if call.body.media is not None:
            headers.setdefault("content-type", call.body.media)
        maybe_processed = reached = False
        recovered: set[str] = set()
        for attempt in count(1):
            try:
                # Each attempt has a request of its own, to be signed and changed by middleware.
                request = self.io.build(operation.method, url, call.body, headers)
                return await self._attempt(call, request, attempt, deadline)
            except MemoryError:
                raise DecodeError("the reply does not fit into memory") from None
            except CRMError as error:
                error.maybe_processed = error.maybe_processed or maybe_processed
                if not isinstance(error, TransportError | StatusError):
                    raise
                error.attempts = attempt
                is_deleted = isinstance(error, StatusError) and self.vendor.is_already_deleted(
                    error
                )
                if is_deleted and reached and operation.method == "DELETE":
                    return Reply(Response(204, request=error.request), None)
                repeatable = call.body.repeatable and (call.sink is None or call.sink.rewind())
                if repeatable and isinstance(error, StatusError):
                    name = self.vendor.recover(error)
                    if name is not None and name not in recovered:
                        recovered.add(name)
                        continue
                retries = attempt - len(recovered)
                if retries > call.settings.max_retries or not (
                    repeatable and may_retry(operation, error)
                ):
                    raise
                maybe_processed = error.maybe_processed
                # An error with an operation is of another call, such as a log-in before this one.
                answered = isinstance(error, StatusError) and error.operation is None
                reached = reached or answered or maybe_processed
                wait = error.retry_after if isinstance(error, StatusError) else None
                pause = backoff(attempt, self.io.random) if wait is None else wait
                if pause >= deadline.left:
                    raise
            if wait is not None and self.throttle is not None:
                self.throttle.pause(self.io.monotonic(), wait)
            await self.io.sleep(pause)
        raise AssertionError  # count() does not end

    async def _attempt(
        self, call: Call, request: Request, attempt: int, deadline: Deadline
    ) -> Reply:
        call_next: CallNext = partial(self._send, call, attempt)
        for layer in reversed(self.middleware):
            call_next = partial(_call_layer, layer, call_next)
        try:
            await self.vendor.prepare(self, call)
            if self.throttle is not None:
                begun = self.io.monotonic()
                await self.throttle.acquire(self.io)
                deadline.extend(self.io.monotonic() - begun)
            response = await call_next(request)
            if call.sink is not None and response.status_code < 300:
                await self.io.save(response, call.sink)
                return Reply(response, None)
        except HTTPX_ERRORS as error:  # of middleware's own calls, or within a body
            raise lost(error, request) from error
        return self._checked(call.operation, response)

    async def _send(self, call: Call, attempt: int, request: Request) -> Response:
        started = self.io.monotonic()
        outcome: object = "failed"
        try:
            self.vendor.authenticate(request)
            timeout = call.settings.timeout
            left = None if timeout is None else seconds_left(timeout, httpx.PoolTimeout)
            request.extensions["timeout"] = timeouts(left)
            limit, stream = call.settings.max_reply_bytes, call.sink is not None
            response = await self.io.send(request, limit, stream=stream)
            outcome = response.status_code
        except (*HTTPX_ERRORS, OSError) as error:
            outcome = type(error).__name__
            self.vendor.redact(request)  # so that its credentials are known to `lost`
            raise lost(error, request) from error
        finally:
            # Whoever gets the request afterwards must not find the credentials there.
            self.vendor.redact(request)
            if logger.isEnabledFor(INFO):
                spent = (self.io.monotonic() - started) * 1000
                path = call.operation.path
                logger.info(
                    "%s %s %s -> %s in %.0f ms, attempt %d",
                    *(self.vendor.name, request.method, path, outcome, spent, attempt),
                )
        return response

    def _checked(self, operation: Operation, response: Response) -> Reply:
        tree: Any = None
        undecodable: Exception | None = None
        if self.throttle is not None:
            limits = self.vendor.rate_limit(response.headers)
            if limits is not None or response.status_code < 300:
                self.throttle.update(self.io.monotonic(), limits)
        if operation.payload is bytes and response.status_code < 300:
            return Reply(response, None)
        try:
            tree = self.vendor.decode(response, operation)
            if response.status_code < 300 and not operation.open_form:
                self.vendor.check_envelope(tree)
        except DECODE_ERRORS as error:
            undecodable = error
        reporting(self.reported, partial(self.vendor.on_response, response), tree)
        info = self.vendor.error_info(response, tree)
        if info is not None:
            raise self._error(info, response, tree)
        if undecodable is None or _is_open(operation, response):
            return Reply(response, tree, self.reported)
        media_type = response.headers.get("Content-Type", "no Content-Type")
        media_type = redacted(media_type, response.request).partition(";")[0]
        problem, path = "the body cannot be read", ""
        if isinstance(undecodable, MalformedValue):
            problem, path = str(undecodable), redacted(undecodable.path, response.request)
        problem = f"{problem} ({media_type}, {len(response.content)} bytes)"
        forget_frames(undecodable)
        raise DecodeError(problem, path=path, response=response) from undecodable

    def _error(self, info: ErrorInfo, response: Response, tree: Any) -> StatusError:
        headers, request = response.headers, response.request
        request_id = headers.get("X-Request-Id", headers.get("X-Correlation-Id", ""))
        error = info.error(
            redacted(info.message, request),
            status_code=response.status_code,
            code=info.code,
            fields={
                redacted(name, request): [redacted(text, request) for text in texts]
                for name, texts in info.fields.items()
            },
            request_id=redacted(request_id, request) or None,
            retry_after=retry_after(headers, self.io.time),
            request=request,
            response=response,
            body=body_text(response) if tree is None else tree,
            hint=info.hint,
        )
        if isinstance(error, ConflictError):
            error.current = info.current
        return error


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
        type_ = "null" if tree is None else type(tree).__name__
        problem = f"expected {operation.payload.__name__}, got {type_}"
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
        decode: Makes the result; None returns the tree itself.
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
        value = decode(tree) if reply.reported is None else reporting(reply.reported, decode, tree)
    except DECODE_ERRORS as error:
        decode_error = to_decode_error(error, prefix=".".join(operation.envelope), base=base)
        redact_error(error, reply.response.request)
        raise misformed(decode_error, operation, reply) from error
    return value


def misformed(error: DecodeError, operation: Operation, reply: Reply) -> DecodeError:
    """Return an error with the operation and the reply that it is about."""
    error.operation, error.response = operation.name, reply.response
    error.path = redacted(error.path, _redact_headers(reply.response))
    return error


def _is_open(operation: Operation, response: Response) -> bool:
    """Return whether a body need not be the vendor's: there is none, or it is of another type."""
    media_type = response.headers.get("Content-Type", "json")
    other = "json" not in media_type or not response.content
    return response.request.method == "HEAD" or (operation.open_form and other)


def _redact_headers(kept: Any) -> Request | None:
    """Replace credentials that callers or their httpx client put on a request an error keeps."""
    request: Request | None = getattr(kept, "request", kept)
    headers = getattr(request, "headers", {})
    for name in CREDENTIALS:
        if name in headers:
            headers[name] = REDACTED
    return request


async def _call_layer(layer: Middleware, call_next: CallNext, request: Request) -> Response:
    """Call middleware, check what it returns, and tie a response of its own to the request."""
    answer: Any = layer(request, call_next)
    if not isawaitable(answer):
        raise ConfigError(f"middleware must be async def, got {layer!r}")
    response = await answer
    if not isinstance(response, Response):
        raise ConfigError(f"middleware must return a Response, got {type(response).__name__}")
    try:
        _ = response.request
    except RuntimeError:  # httpx raises it where a response has no request
        response.request = request
    return response
