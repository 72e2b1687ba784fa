"""OnePageCRM's status codes, and the refusals that carry them.

Page: API 1.2, Response codes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from crmkit_mock.messages import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping


class Code(IntEnum):
    """Status codes of the envelope."""

    OK = 0
    EXPIRED = 101
    BLOCKED = 102
    WRONG_LOGIN = 103
    WRONG_SIGNATURE = 104
    NO_SIGNATURE = 105
    NOT_FOUND = 106
    EXISTS = 107
    INVALID = 108
    INCOMPLETE = 109
    CONTACT_LIMIT = 201
    OTHER_LIMIT = 202
    SERVER_ERROR = 999


#: Codes for replies whose HTTP status says what is wrong, such as those of injected faults.
_BY_HTTP_STATUS = {
    401: Code.WRONG_SIGNATURE,
    403: Code.BLOCKED,
    404: Code.NOT_FOUND,
    405: Code.NOT_FOUND,
    409: Code.EXISTS,
}


@dataclass(frozen=True, slots=True)
class ErrorDetail:
    """What the envelope of a refused request carries beside its message.

    Attributes:
        code: Status code.
        side_elements: Side elements by name.
    """

    code: Code
    side_elements: Mapping[str, Any]


def refusal(code: Code, message: str, side_elements: Mapping[str, Any] | None = None) -> Refusal:
    """Build the refusal that becomes an envelope with a status code, under HTTP 200.

    Assumption: no page gives the HTTP status of errors; `status` in the body is what the pages
    describe.

    Args:
        code: Status code.
        message: What is wrong, in a sentence.
        side_elements: Side elements of the reply, by name.
    """
    return Refusal(400, message, detail=ErrorDetail(code, side_elements or {}))


def not_found(kind: str, id: str) -> Refusal:
    """Build the refusal of an id or name that does not exist.

    Args:
        kind: Kind of the record, such as "contact".
        id: Id or name that was sent.
    """
    return refusal(Code.NOT_FOUND, f"{kind} not found: {id[:100]}")


def code_for(http_status: int) -> Code:
    """Return the status code that goes with a reply whose HTTP status reports the error."""
    if http_status < 400:
        return Code.OK
    if http_status == 429 or http_status >= 500:
        return Code.SERVER_ERROR
    return _BY_HTTP_STATUS.get(http_status, Code.INVALID)
