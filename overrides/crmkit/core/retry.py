"""What is retried, and after how long.

GET, HEAD, PUT and DELETE are retried on lost connections, timeouts and the statuses below. What
creates something is retried only where it cannot have happened: nothing was sent, or the server
answered 429 or 503 and said when to try again.
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from .errors import ServerError, StatusError, TransportError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .operation import Operation

RETRY_STATUSES = frozenset({408, 429, 500, 502, 503, 504})
RETRY_AFTER_LIMIT = 60.0
"""Seconds. If a server wants a longer wait, the error is raised at once."""


def may_retry(operation: Operation, error: TransportError | StatusError) -> bool:
    """Return whether a failed attempt may be repeated.

    Args:
        operation: The operation.
        error: What the attempt ended in.
    """
    if isinstance(error, TransportError):
        return operation.repeatable or not error.maybe_processed
    wait = error.retry_after
    if wait is not None and wait > RETRY_AFTER_LIMIT:
        return False
    if operation.repeatable:
        # Some servers fail under status 200, and only their envelope says so.
        failed_within = isinstance(error, ServerError) and error.status_code < 300
        return failed_within or error.status_code in RETRY_STATUSES
    return error.status_code in {429, 503} and wait is not None


def backoff(attempt: int, random: Callable[[], float]) -> float:
    """Return the seconds to wait after a failed attempt: full jitter on 0.5·2ⁿ, at most 8.

    Args:
        attempt: Number of the attempt that failed, from 1.
        random: Gives a number from 0 to 1.
    """
    # The exponent is capped as well: 2.0**1024 is an OverflowError.
    return min(8.0, 0.5 * 2.0 ** min(attempt - 1, 10)) * random()


def retry_after(headers: Mapping[str, str], now: Callable[[], float]) -> float | None:
    """Return the seconds of a Retry-After header, given as seconds or as a date; None without one.

    Args:
        headers: The response's headers.
        now: Gives the current time in seconds since 1970.
    """
    text = headers.get("Retry-After", "").strip()
    if not text:
        return None
    if text.isascii() and text.replace(".", "", 1).isdigit():
        return float(text) if len(text) < 300 else None
    try:
        date = parsedate_to_datetime(text)
        if date.tzinfo is None:
            date = date.replace(tzinfo=UTC)
        return max(0.0, (date - datetime.fromtimestamp(now(), UTC)).total_seconds())
    except (ValueError, OverflowError):
        return None
