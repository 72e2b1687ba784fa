"""Monica's errors: its own form with a code, and two forms of the framework below it.

Codes and messages were recorded from a server of 4.1.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crmkit_mock.messages import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LIMIT_TOO_BIG = 30
NOT_FOUND = 31
INVALID = 32
TOO_MANY_ATTEMPTS = 34
NULL_BODY = 37
BAD_SORT = 39
BAD_QUERY = 40

#: HTTP status and message of each code that has only one message.
MESSAGES: dict[int, tuple[int, str]] = {
    LIMIT_TOO_BIG: (400, "The limit parameter is too big"),
    NOT_FOUND: (404, "The resource has not been found"),
    TOO_MANY_ATTEMPTS: (429, "Too many attempts, please slow down the request"),
    NULL_BODY: (400, "Problems parsing JSON"),
    BAD_SORT: (400, "The sorting criteria is invalid"),
    BAD_QUERY: (500, "Invalid query"),
}
#: Code of an error that is known by its status alone.
CODE_OF_STATUS = {400: LIMIT_TOO_BIG, 404: NOT_FOUND, 422: INVALID, 429: TOO_MANY_ATTEMPTS}
#: Message of a write to an archived contact.
ARCHIVED = "Archived contact can’t be edited, please unarchive it first."  # noqa: RUF001 - as sent
#: Where a server has its framework; each says where it is installed itself.
_FRAMEWORK = "/var/www/html/vendor/laravel/framework/src/Illuminate"


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """Body of an error.

    Attributes:
        tree: The body as JSON.
        negotiated: Whether a client that does not ask for JSON gets an HTML page or a redirect
            instead, as with the framework's own errors.
    """

    tree: Mapping[str, Any]
    negotiated: bool


class PartiallyApplied(Exception):
    """Ends a request with an error and keeps what it has written, as the real server does.

    Args:
        refusal: The error.
    """

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


def error_with_code(code: int) -> Refusal:
    """Return the error of a code that has only one message."""
    status, message = MESSAGES[code]
    return Refusal(status, message, detail=ErrorBody(coded_body(code, message), negotiated=False))


def database_error() -> Refusal:
    """Return the error of a request that the database refuses."""
    return error_with_code(BAD_QUERY)


def not_found() -> Refusal:
    """Return the error for a record that the account does not have."""
    return error_with_code(NOT_FOUND)


def invalid(*messages: str) -> Refusal:
    """Return the error for invalid values, with one message for each."""
    body = ErrorBody(coded_body(INVALID, messages), negotiated=False)
    return Refusal(422, " ".join(messages), detail=body)


def archived() -> Refusal:
    """Return the error for a write to an archived contact, or to what belongs to it."""
    return invalid(ARCHIVED)


def invalid_by_field(errors: Mapping[str, Sequence[str]]) -> Refusal:
    """Return the framework's error for invalid values: messages by field."""
    message = next(iter(errors.values()))[0]
    tree = {"message": message, "errors": errors}
    return Refusal(422, message, detail=ErrorBody(tree, negotiated=True))


def archived_contact() -> Refusal:
    """Return the framework's error for a write to an archived contact: a list within a list."""
    tree = {"message": ARCHIVED, "errors": [[ARCHIVED]]}
    return Refusal(422, ARCHIVED, detail=ErrorBody(tree, negotiated=True))


def not_an_int(action: str, argument: str) -> str:
    """Return the framework's message about text in a path where a number belongs.

    Args:
        action: What the server runs: a class, `::` and a method.
        argument: The argument of it, as "#2 ($callId)".
    """
    return (
        f"App\\Http\\Controllers\\Api\\{action}(): Argument {argument} must be of type int, string "
        f"given, called in {_FRAMEWORK}/Routing/Controller.php on line 54"
    )


def framework_error(status: int, message: str, headers: Mapping[str, str] | None = None) -> Refusal:
    """Return one of the framework's errors that consist of a message alone."""
    return Refusal(
        status, message, headers=headers, detail=ErrorBody({"message": message}, negotiated=True)
    )


def unauthorized() -> Refusal:
    """Return the framework's error for a request without a valid token."""
    return framework_error(401, "Unauthenticated.")


def coded_body(code: int, message: str | Sequence[str]) -> dict[str, Any]:
    """Build the body of Monica's own errors: a list of messages for invalid values, else a str."""
    content = message if isinstance(message, str) else list(message)
    return {"error": {"message": content, "error_code": code}}
