"""What is retried, and after how long.

GET, HEAD, PUT and DELETE are retried on lost connections, timeouts and the statuses below. What
creates something is retried only where it surely did not happen: nothing was sent, or the server
answered 429 or 503 and said when to come back.
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .operation import Operation

__all__ = ["RETRY_AFTER_LIMIT", "backoff", "retries_loss", "retries_status", "retry_after"]

RETRY_STATUSES = frozenset({408, 429, 500, 502, 503, 504})
RETRY_AFTER_LIMIT = 60.0
"""Seconds. A server that wants a longer wait gets none: the error is raised at once."""


def retries_loss(operation: Operation, *, maybe_processed: bool) -> bool:
    """Return whether a call whose reply was lost may be repeated.

    Args:
        operation: The operation.
        maybe_processed: Whether the server may have acted on it.
    """
    return operation.repeatable or not maybe_processed


def retries_status(operation: Operation, status: int, wait: float | None) -> bool:
    """Return whether a call that was answered with an error status may be repeated.

    Args:
        operation: The operation.
        status: HTTP status.
        wait: Seconds that the server asks to wait, or None.
    """
    if wait is not None and wait > RETRY_AFTER_LIMIT:
        return False
    if operation.repeatable:
        return status in RETRY_STATUSES
    return status in {429, 503} and wait is not None


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
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.fromtimestamp(now(), UTC)).total_seconds())
