"""The limit of requests per minute, by user, or by address where no user is known."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from crmkit_mock.messages import Refusal
from crmkit_mock.monica.errors import TOO_MANY_ATTEMPTS, error_with_code

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from crmkit_mock.clock import Clock

#: Requests that a window allows in a default installation.
LIMIT = 60
#: Seconds from a window's first request to its end.
WINDOW = 60


class _Window(NamedTuple):
    start: datetime
    seconds: float
    requests: int


class RateLimit:
    """Counts requests in windows, by the mock's clock. The counts are not part of the state.

    A window also ends when its seconds have really passed, even if the mock's clock stands still.

    Args:
        clock: The clock.
        seconds: Returns real seconds since an arbitrary start.
    """

    def __init__(self, clock: Clock, seconds: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seconds = seconds
        self._windows: dict[str, _Window] = {}

    def clear(self) -> None:
        """Forget all requests."""
        self._windows.clear()

    def take(self, who: str) -> dict[str, str]:
        """Count a request.

        Args:
            who: The user, or the address of a client without a user.

        Returns:
            The headers that say how many are left.

        Raises:
            Refusal: 429, code 34, there were too many; with headers that say until when.
        """
        fresh = _Window(self._clock.now(), self._seconds(), 0)
        window = self._windows.get(who, fresh)
        now = fresh.start
        passed = (now - window.start).total_seconds()
        # A clock that was set back begins a new window, which could otherwise last for years.
        if not 0 <= passed < WINDOW or fresh.seconds - window.seconds >= WINDOW:
            window, passed = fresh, 0.0
        headers = {"X-RateLimit-Limit": str(LIMIT), "X-RateLimit-Remaining": "0"}
        if window.requests >= LIMIT:
            left = max(1, round(WINDOW - passed))
            headers["Retry-After"] = str(left)
            headers["X-RateLimit-Reset"] = str(int(now.timestamp()) + left)
            refusal = error_with_code(TOO_MANY_ATTEMPTS)
            raise Refusal(refusal.status, refusal.message, headers=headers, detail=refusal.detail)
        self._windows[who] = window._replace(requests=window.requests + 1)
        headers["X-RateLimit-Remaining"] = str(LIMIT - window.requests - 1)
        return headers
