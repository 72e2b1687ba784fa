"""OnePageCRM's status codes, and the refusals that carry them.

Page: API 1.2, Response codes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crmkit_mock.messages import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

OK = 0
EXPIRED = 101
BLOCKED = 102
BAD_LOGIN = 103
BAD_TOKEN = 104
NO_TOKEN = 105
NOT_FOUND = 106
EXISTS = 107
INVALID = 108
INCOMPLETE = 109
CONTACT_LIMIT = 201
OTHER_LIMIT = 202
SERVER_ERROR = 999

#: Codes for replies that the HTTP status describes, such as those of faults that were asked for.
_BY_HTTP_STATUS = {401: BAD_TOKEN, 403: BLOCKED, 404: NOT_FOUND, 405: NOT_FOUND, 409: EXISTS}


@dataclass(frozen=True, slots=True)
class Failure:
    """What the envelope of a refused call tells beside its message.

    Attributes:
        code: Status code.
        side: Side elements.
    """

    code: int
    side: Mapping[str, Any]


def refusal(code: int, message: str, side: Mapping[str, Any] | None = None) -> Refusal:
    """Build the refusal that becomes an envelope with a status code, under HTTP 200.

    Assumption: no page tells the HTTP status of errors; `status` in the body is what the pages
    speak of.

    Args:
        code: Status code.
        message: What is wrong, in a sentence.
        side: Side elements of the reply.
    """
    return Refusal(400, message, detail=Failure(code, side or {}))


def code_for(http_status: int) -> int:
    """Return the status code that goes with a reply whose HTTP status tells the error."""
    if http_status < 400:
        return OK
    if http_status == 429 or http_status >= 500:
        return SERVER_ERROR
    return _BY_HTTP_STATUS.get(http_status, INVALID)
