"""Monica's errors: its own shape with a code, and the two of the framework below it.

Codes and sentences were recorded from a server of 4.1.2.
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

#: HTTP status and text of each code that has one text.
TEXTS: dict[int, tuple[int, str]] = {
    LIMIT_TOO_BIG: (400, "The limit parameter is too big"),
    NOT_FOUND: (404, "The resource has not been found"),
    TOO_MANY_ATTEMPTS: (429, "Too many attempts, please slow down the request"),
    NULL_BODY: (400, "Problems parsing JSON"),
    BAD_SORT: (400, "The sorting criteria is invalid"),
    BAD_QUERY: (500, "Invalid query"),
}
#: Code of an error that was asked for by its status alone.
CODE_OF_STATUS = {400: LIMIT_TOO_BIG, 404: NOT_FOUND, 422: INVALID, 429: TOO_MANY_ATTEMPTS}


@dataclass(frozen=True, slots=True)
class Body:
    """Body of an error.

    Attributes:
        tree: The body as JSON.
        negotiated: Whether who does not ask for JSON gets a page or a redirect instead: so it is
            with the framework's own errors.
    """

    tree: Mapping[str, Any]
    negotiated: bool


class HalfWritten(Exception):
    """Ends a request with an error, but what it wrote before stays, as on the real server.

    Args:
        refusal: The error.
    """

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


def numbered(code: int) -> Refusal:
    """Return the refusal of a code that has one text."""
    status, text = TEXTS[code]
    return Refusal(status, text, detail=Body(own_shape(code, text), negotiated=False))


def not_found() -> Refusal:
    """Return the refusal of an object that the account does not have."""
    return numbered(NOT_FOUND)


def invalid(*sentences: str) -> Refusal:
    """Return the refusal of values, with a sentence for each."""
    body = Body(own_shape(INVALID, sentences), negotiated=False)
    return Refusal(422, " ".join(sentences), detail=body)


def invalid_by_field(errors: Mapping[str, Sequence[str]]) -> Refusal:
    """Return the framework's refusal of values, sentences by field."""
    message = next(iter(errors.values()))[0]
    tree = {"message": message, "errors": errors}
    return Refusal(422, message, detail=Body(tree, negotiated=True))


def archived_by_framework() -> Refusal:
    """Return the framework's refusal to write to an archived contact: lists within a list."""
    tree = {"message": ARCHIVED, "errors": [[ARCHIVED]]}
    return Refusal(422, ARCHIVED, detail=Body(tree, negotiated=True))


#: Assumption: the sentence; recorded is that it is one and names no field.
ARCHIVED = "An archived contact cannot be changed."


def plain(status: int, message: str, headers: Mapping[str, str] | None = None) -> Refusal:
    """Return one of the framework's errors that are a message and nothing else."""
    return Refusal(
        status, message, headers=headers, detail=Body({"message": message}, negotiated=True)
    )


def own_shape(code: int, message: str | Sequence[str]) -> dict[str, Any]:
    """Build the body of Monica's own errors: texts for refused values, one text otherwise."""
    said = message if isinstance(message, str) else list(message)
    return {"error": {"message": said, "error_code": code}}
