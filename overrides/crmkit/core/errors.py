"""What a call can raise.

    CRMError
    ├── ConfigError
    ├── ArgumentError (also ValueError)
    ├── TransportError
    │   └── CallTimeoutError
    ├── StatusError
    │   ├── BadRequestError
    │   ├── AuthenticationError
    │   ├── PermissionDeniedError
    │   ├── NotFoundError
    │   ├── ConflictError
    │   ├── ValidationError
    │   ├── QuotaExceededError
    │   ├── RateLimitError
    │   └── ServerError
    ├── DecodeError
    ├── SignatureError
    └── PaginationError

Every error can be pickled. `str(error)` is one line and holds neither a credential nor a body; the
request that an error keeps has its credentials replaced.

After a call that changes something, `maybe_processed` of every error says whether the server may
have done it. It is False where no connection was made, and where the server answered that it has
not: 400, 401, 403, 404, 405, 409, 413, 415, 422, 429, or 503 with Retry-After. It is True for all
else that was sent, and where it is True of one of several attempts.
"""

from __future__ import annotations

import copy
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from ._httpx import Request, Response

__all__ = ["ArgumentError", "CRMError", "ConfigError", "DecodeError", "PaginationError"]
__all__ += ["CallTimeoutError", "SignatureError", "StatusError", "TransportError"]
__all__ += ["AuthenticationError", "BadRequestError", "ConflictError", "NotFoundError"]
__all__ += ["PermissionDeniedError", "QuotaExceededError", "RateLimitError", "ServerError"]
__all__ += ["ValidationError"]


def one_line(text: str, limit: int = 300) -> str:
    """Return `text` on one line that a terminal can show, cut after `limit` characters."""
    line = " ".join(text[: 100 * limit].split())  # a server may send megabytes
    line = "".join(c if c.isprintable() else "?" for c in line)
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _rebuilt(cls: type[CRMError], args: tuple[Any, ...], state: dict[str, Any]) -> CRMError:
    error = cls.__new__(cls, *args)
    error.__dict__.update(state)
    return error


def _picklable(value: Any) -> Any:
    """Return a value, or as much of it as can be pickled: callers attach what they like."""
    import pickle

    try:
        pickle.dumps(value)
    except Exception:  # noqa: BLE001  # what cannot be pickled raises anything
        if not hasattr(value, "default_encoding"):
            return None
        value = copy.copy(value)  # a response, of a client with functions of its own
        value.default_encoding, value.history = "utf-8", []
    return value


class CRMError(Exception):
    """Base of everything that crmkit raises.

    Attributes:
        operation: The call, such as `contacts.save`, or None outside a call.
        maybe_processed: After a call that changes something, whether the server may have done it.
    """

    operation: str | None = None
    maybe_processed: bool = False

    def __init__(self, problem: str = "", *, operation: str | None = None) -> None:
        self.problem = problem
        self.operation = operation
        super().__init__(problem)

    def _with_operation(self, text: str) -> str:
        return one_line(f"{self.operation}: {text}" if self.operation else text)

    def __reduce__(self) -> tuple[Any, ...]:
        # Exception's own way calls __init__ with `args` alone, which loses keyword arguments.
        state = {name: _picklable(value) for name, value in self.__dict__.items()}
        return _rebuilt, (type(self), tuple(map(_picklable, self.args)), state)

    def __deepcopy__(self, _memo: object) -> CRMError:
        import pickle

        # By pickle, which walks through deeper trees than deepcopy does.
        cls, args, state = self.__reduce__()[1]
        return _rebuilt(cls, args, pickle.loads(pickle.dumps(state)))  # noqa: S301  # our own


@contextmanager
def processed(value: bool) -> Generator[None]:  # noqa: FBT001  # the only argument
    """Set `maybe_processed` of the errors raised in a block that is part of a write."""
    try:
        yield
    except CRMError as error:
        error.maybe_processed = value
        raise


@contextmanager
def in_operation(name: str) -> Generator[None]:
    """Set the operation of errors raised in a block, unless they have one."""
    try:
        yield
    except CRMError as error:
        error.operation = error.operation or name
        raise


class ConfigError(CRMError):
    """A client cannot be built or used as it is configured, as without a credential."""


class ArgumentError(CRMError, ValueError):
    """An argument that cannot be sent as it is. Nothing was sent.

    Attributes:
        argument: Name of the argument as the caller spells it, with the place inside it
            (`phone[1]`).
        operation: The call, such as `contacts.save`.
    """

    def __init__(self, argument: str, problem: str, *, operation: str | None = None) -> None:
        self.argument = argument
        super().__init__(problem, operation=operation)

    def __str__(self) -> str:
        return self._with_operation(f"{self.argument}: {self.problem}")


def type_name(value: object) -> str:
    """Return the name of a value's type, `None` for None."""
    return "None" if value is None else type(value).__name__


def expected(argument: str, types: str, value: object) -> ArgumentError:
    """Return the error for an argument of another type; its value is not shown.

    Args:
        argument: Name of the argument.
        types: What it takes, such as `a list`.
        value: What was passed.
    """
    return ArgumentError(argument, f"expected {types}, got {type_name(value)}")


def shown(value: object) -> str:
    """Return the repr of a value, or its type where it is too long: integers have a limit."""
    try:
        return repr(value)
    except ValueError:
        return f"an {type_name(value)} of too many digits"


def digits(value: int, argument: str) -> str:
    """Return the digits of an integer.

    Raises:
        ArgumentError: There are too many.
    """
    try:
        return str(int(value))
    except ValueError:
        raise ArgumentError(argument, "has too many digits") from None


def encodable(text: str, argument: str, use: str) -> str:
    """Return a str that UTF-8 can hold.

    Args:
        text: The str.
        argument: Its name, for errors.
        use: What it cannot be otherwise, such as `part of a URL`.

    Raises:
        ArgumentError: It holds half a character, as cut strings and broken JSON do.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ArgumentError(argument, f"cannot be {use}: it holds a lone surrogate") from None
    return text


class TransportError(CRMError):
    """No reply came: the connection failed or broke.

    Attributes:
        request: The request, its credentials replaced.
        maybe_processed: False if nothing was sent, True if the server may have acted on it.
        operation: The call.
        attempts: How often it was tried.
    """

    def __init__(
        self,
        problem: str,
        *,
        request: Request | None = None,
        maybe_processed: bool = True,
        operation: str | None = None,
        attempts: int = 1,
    ) -> None:
        self.request = request
        self.maybe_processed = self._sent = maybe_processed
        self.attempts = attempts
        super().__init__(problem, operation=operation)

    def __str__(self) -> str:
        sent = "nothing was written" if self._sent else "nothing was sent"
        if self.maybe_processed:
            sent = "the server may have acted on it"
        return self._with_operation(f"{self.problem} ({sent}{_tries(self.attempts)})")


class CallTimeoutError(TransportError):
    """A phase of the call (connect, write, read, wait for the pool) took too long."""


class StatusError(CRMError):
    """The server answered with an error: a status of 300 or above, or an envelope that says so.

    Attributes:
        status_code: HTTP status; 200 where only the envelope reported the error.
        code: The vendor's own code, or None.
        message: What the server said, on one line, without credentials; else what is known of
            such a reply, or empty.
        fields: The server's sentences by the name of the field that they are about.
        request_id: The server's name for the exchange, or None.
        retry_after: Seconds after which the server wants to be asked again, or None.
        operation: The call, such as `contacts.save`.
        attempts: How often it was tried.
        request: The request, its credentials replaced.
        response: The response.
        body: The decoded body, or a str if it could not be decoded.
        maybe_processed: See the module.
    """

    def __init__(
        self,
        message: str = "",
        *,
        status_code: int,
        code: int | None = None,
        fields: Mapping[str, list[str]] | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
        operation: str | None = None,
        attempts: int = 1,
        request: Request | None = None,
        response: Response | None = None,
        body: Any = None,
        hint: str = "",
    ) -> None:
        self.message = one_line(message or hint)
        self.status_code = status_code
        self.code = code
        self.fields = dict(fields or {})
        self.request_id = request_id
        self.retry_after = retry_after
        self.attempts = attempts
        self.request = request
        self.response = response
        self.body = body
        # A body that could not be decoded is some other server's.
        self._explained = bool(message) and not (body and isinstance(body, str))
        self.maybe_processed = self._may_be_processed()
        super().__init__(self.message, operation=operation)

    def _may_be_processed(self) -> bool:
        if isinstance(self, ServerError):
            return self.status_code != 503 or self.retry_after is None
        if self.status_code < 300:
            return type(self) is StatusError
        return self.status_code not in _REFUSALS

    def __str__(self) -> str:
        status = _status_text(self.status_code)
        head, message = status, self.message
        if self.code is not None and self.code != self.status_code:
            head += f", code {self.code}"
        routers = message.lower() in {"", status.lower(), status[4:].lower()}
        if routers:
            message = "is base_url right?" if self.status_code == 404 else ""
        if self.status_code in _UNEXPLAINED and (routers or not self._explained):
            head += self._from_address()
        if self.operation:
            head += f" ({self.operation})"
        text = f"{head}: {message}" if message else head
        extra = f" [request {self.request_id}]" if self.request_id else ""
        return one_line(text + extra + _tries(self.attempts))

    def _from_address(self) -> str:
        if self.request is None:
            return ""
        return f" from {self.request.url.copy_with(query=None, fragment=None, userinfo=b'')}"


_UNEXPLAINED = {401, 403, 404, *range(300, 400)}
"""Statuses that a wrong address may cause; unless the server explains them, errors name it."""
_REFUSALS = {400, 401, 403, 404, 405, 409, 413, 415, 422, 429}
"""Statuses with which a server says that it has not done what was asked."""


class BadRequestError(StatusError):
    """400: the server could not read the request, or refuses it as it is."""


class AuthenticationError(StatusError):
    """401, or a redirect to a login page: the credential is missing, wrong or expired."""


class PermissionDeniedError(StatusError):
    """403: the credential is good but does not allow this."""


class NotFoundError(StatusError):
    """404 or 410: the record or route does not exist."""


class ConflictError(StatusError):
    """409: the record is a duplicate, or was changed meanwhile.

    Attributes:
        current: What the server holds: duplicates or newer values, or None if it did not say.
    """

    current: Any = None


class ValidationError(StatusError):
    """422, or the vendor's equivalent: the server's rules refuse values; see `fields`."""


class QuotaExceededError(StatusError):
    """The account has reached a limit of its plan. Waiting does not help."""


class RateLimitError(StatusError):
    """429: too many requests; `retry_after` says when to try again, if the server said."""


class ServerError(StatusError):
    """500 or above: the server failed."""


class DecodeError(CRMError):
    """The server answered with success, but not in the documented form.

    Attributes:
        path: Where in the reply, such as `data[3].dt_created`; empty for the reply as a whole.
        operation: The call.
        response: The response, or None where only a value was decoded.
    """

    maybe_processed = True

    def __init__(
        self,
        problem: str,
        *,
        path: str = "",
        operation: str | None = None,
        response: Response | None = None,
    ) -> None:
        self.path = path
        self.response = response
        super().__init__(problem, operation=operation)

    def __str__(self) -> str:
        place = " at ".join(part for part in (self.operation, self.path) if part)
        return one_line(f"{place}: {self.problem}" if place else self.problem)


class SignatureError(CRMError):
    """The signature of a webhook's request is missing or wrong: somebody else may have sent it."""


class PaginationError(CRMError):
    """A list does not end, or not in the order that was asked for: pages bring nothing new.

    Attributes:
        items_read: How many items came before that.
        last_page: Number or offset of the page after them, to go on from by `start=`.
    """

    def __init__(
        self, problem: str, items_read: int, last_page: int | str, operation: str | None = None
    ) -> None:
        self.items_read = items_read
        self.last_page = last_page
        super().__init__(problem, operation=operation)

    def __str__(self) -> str:
        place = f"page {self.last_page}, after {self.items_read} items"
        return self._with_operation(f"{self.problem} ({place})")


_CLASSES: dict[int, type[StatusError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    410: NotFoundError,
    422: ValidationError,
    429: RateLimitError,
}


def class_of(status: int) -> type[StatusError]:
    """Return the error class of an HTTP status.

    Those with a class of their own have it; other 4xx are `BadRequestError`, from 500 on
    `ServerError`, below 400 `StatusError`.
    """
    if status >= 500:
        return ServerError
    return _CLASSES.get(status, BadRequestError if status >= 400 else StatusError)


def _status_text(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:  # 520 and others outside the registry
        return str(status)


def _tries(attempts: int) -> str:
    return f", {attempts} attempts" if attempts > 1 else ""
