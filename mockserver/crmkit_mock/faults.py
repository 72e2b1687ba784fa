"""Faults that tests inject: error replies, delays, broken connections."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from threading import Lock
from typing import Literal, get_args

from crmkit_mock.messages import JSON_TYPE, Reply, Request

ConnectionError_ = Literal[
    "connect", "connect_timeout", "read_timeout", "reset", "disconnect", "short_body", "garbage"
]
#: How a connection can break. The first two happen before there is a connection, so only the
#: in-process transport can play them.
CONNECTION_ERRORS: frozenset[str] = frozenset(get_args(ConnectionError_))
ONLY_IN_PROCESS = frozenset({"connect", "connect_timeout"})

#: Header names are tokens (RFC 9110, 5.6.2).
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+", re.ASCII)
#: The server writes these itself; with a second one no client could read the reply.
_FRAMING = frozenset({"content-length", "transfer-encoding"})

Body = str | bytes | Mapping[str, object] | Sequence[object]


@dataclass(slots=True)
class Fault:
    """A fault that waits for its requests.

    Attributes:
        status: HTTP status of the reply, 200 to 599; None leaves the reply as it is, unless
            `body` or `error` is given.
        retry_after: Value of Retry-After, in seconds or as an HTTP date.
        body: Body of the reply: str and bytes as they are, anything else as JSON. None: the
            CRM's own error body for the status.
        headers: Further headers of the reply. A Content-Type here wins.
        times: How many more requests it applies to; None: all.
        delay: Seconds before the reply (or the break) comes. Between connection and first byte,
            so a client's read timeout sees it. In process there is no waiting: a delay beyond the
            client's read timeout is a timeout at once, a shorter one passes.
        error: How the connection breaks, one of `CONNECTION_ERRORS`; None: it does not.
        path: Pattern (`fnmatch`) of the path below the base URL that it applies to; None: all.
        method: Method that it applies to; None: all.
        after: False: the request is not processed, nothing is stored. True: the
            request is processed and only its reply is lost or replaced.
    """

    status: int | None = None
    retry_after: int | str | None = None
    body: Body | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    times: int | None = 1
    delay: float = 0.0
    error: str | None = None
    path: str | None = None
    method: str | None = None
    after: bool = False
    #: The bytes of `body`, as they were when the fault was made.
    content: bytes | None = field(init=False, repr=False, compare=False, default=None)

    def __post_init__(self) -> None:
        self._require_types()
        if self.status is None and self.body is None and self.error is None and self.delay == 0:
            raise ValueError("a fault needs a status, a body, an error or a delay")
        if self.status is not None and not 200 <= self.status <= 599:
            raise ValueError(f"status must be from 200 to 599, got {self.status}")
        if self.error is not None and self.error not in CONNECTION_ERRORS:
            names = ", ".join(sorted(CONNECTION_ERRORS))
            raise ValueError(f"error must be one of {names}, got {self.error!r}")
        if self.after and self.error in ONLY_IN_PROCESS:
            raise ValueError(f"after: with the error {self.error!r} a request is never processed")
        if self.times is not None and self.times < 1:
            raise ValueError(f"times must be >= 1, or None for all requests, got {self.times}")
        if not 0 <= self.delay < 86_400:
            raise ValueError(f"delay must be from 0 to 86400 (a day), got {self.delay}")
        for name, value in self.headers.items():
            if not _TOKEN.fullmatch(name) or name.lower() in _FRAMING:
                raise ValueError(f"headers: {name!r} is not a header name that a fault may send")
            _require_header_value(name, value)
        if self.retry_after is not None:
            _require_header_value("Retry-After", str(self.retry_after))
        self.content = _encode(self.body)
        if self.method is not None:
            self.method = self.method.upper()

    def _require_types(self) -> None:
        integer, string = (int, type(None)), (str, type(None))
        for name, types in {
            "status": integer,
            "times": integer,
            "retry_after": (int, str, type(None)),
            "delay": (int, float),
            "error": string,
            "path": string,
            "method": string,
        }.items():
            value = getattr(self, name)
            # A bool is an int, but neither a status nor a number of requests.
            if not isinstance(value, types) or isinstance(value, bool):
                raise ValueError(f"{name}: expected {_names(types)}, got {type(value).__name__}")  # noqa: TRY004 - as fail() promises
        if not all(isinstance(part, str) for pair in self.headers.items() for part in pair):
            raise ValueError("headers: expected str by str")

    @property
    def has_reply(self) -> bool:
        """Whether the fault has a reply of its own."""
        return self.status is not None or self.body is not None

    @property
    def processes(self) -> bool:
        """Whether the request is processed all the same."""
        return self.after or not (self.has_reply or self.error)

    def matches(self, request: Request) -> bool:
        """Return whether a request has the fault's path and method."""
        return (self.method is None or self.method == request.method) and (
            self.path is None or fnmatchcase(request.path, self.path)
        )

    def reply(self, error_reply: Reply) -> Reply:
        """Build the reply of the fault.

        Args:
            error_reply: The CRM's own error reply for the fault's status.
        """
        headers = {**error_reply.headers, **self.headers}
        if self.retry_after is not None:
            headers["Retry-After"] = str(self.retry_after)
        media_type = error_reply.media_type
        for name in [name for name in headers if name.lower() == "content-type"]:
            media_type = headers.pop(name)
        body = error_reply.body if self.content is None else self.content
        if not isinstance(self.body, str | bytes | None):
            media_type = media_type or JSON_TYPE
        if error_reply.status in (204, 304):
            body, media_type = b"", None
        return Reply(error_reply.status, body, headers, media_type)


def _names(types: tuple[type, ...]) -> str:
    return " or ".join("None" if kind is type(None) else kind.__name__ for kind in types)


def _require_header_value(name: str, value: str) -> None:
    if not value.isprintable() or not value.isascii():
        raise ValueError(f"{name}: not a header value: {value!r}")


def _encode(body: Body | None) -> bytes | None:
    if body is None or isinstance(body, bytes):
        return body
    if isinstance(body, str):
        return body.encode("utf-8", "surrogatepass")
    try:
        return json.dumps(body, allow_nan=False).encode("ascii")
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"body must be str, bytes or JSON: {error}") from None


class Faults:
    """The waiting faults of one CRM, the oldest first."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._lock = Lock()

    def add(self, fault: Fault) -> None:
        """Add a fault behind those that are waiting."""
        with self._lock:
            self._waiting.append(fault)

    def take(self, request: Request) -> Fault | None:
        """Return the oldest fault that matches this request, and count it."""
        if not self._waiting:
            return None
        with self._lock:
            for fault in self._waiting:
                if fault.matches(request):
                    if fault.times is not None:
                        fault.times -= 1
                        if fault.times == 0:
                            self._waiting.remove(fault)
                    return fault
        return None

    def clear(self) -> None:
        """Remove all waiting faults."""
        with self._lock:
            self._waiting.clear()

    def waiting(self) -> list[Fault]:
        """Return the waiting faults."""
        with self._lock:
            return list(self._waiting)
