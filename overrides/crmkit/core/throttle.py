"""Limit the rate of requests: evenly spaced, or by the windows in which a server counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .errors import ConfigError, shown
from .fork import Lock
from .options import is_number

if TYPE_CHECKING:
    from .http import IO


class Throttle:
    """Hands out time slots, evenly spaced.

    A slot is reserved under a lock and waited for outside of it, so that one throttle serves
    threads and tasks alike and none blocks the others.

    Args:
        rate: Requests a second.
    """

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self._interval = 1.0 / rate
        self._next = 0.0
        self._lock = Lock()

    async def acquire(self, io: IO) -> None:
        """Wait until the next request may go out.

        Args:
            io: The client's clock.
        """
        if (delay := self.reserve(io.monotonic())) > 0:
            await io.sleep(delay)

    def reserve(self, now: float) -> float:
        """Take the next free slot and return the seconds until it.

        Args:
            now: The current time in seconds on any clock that does not run backwards.
        """
        with self._lock:
            slot = max(self._next, now)
            self._next = slot + self._interval
        return slot - now

    def pause(self, now: float, seconds: float) -> None:
        """Give out no slot for the next `seconds`, because the server asked for a pause."""
        with self._lock:
            self._next = max(self._next, now + seconds)

    def update(self, now: float, limits: tuple[int, int] | None) -> None:
        """Take over what a reply reports of the server's window. Evenly spaced slots ignore it.

        Args:
            now: The current time, as in `reserve`.
            limits: How many requests the window takes, and how many are left; None if a success
                does not say.
        """


class Window(Throttle):
    """Lets requests through while the server's window has room, then waits for the next window.

    The server's window begins with the first request in it. Its reply came later than that, so the
    end is calculated from the reply: never too early. Replies report what other clients of the same
    credential use up. What no reply reported in time is answered 429, with the pause to make. A
    server that reports no window has none, such as one's own installation or a mock.

    Args:
        limit: How many requests a window takes, until a reply says otherwise.
        seconds: How long it lasts.
    """

    def __init__(self, limit: int, seconds: float) -> None:
        super().__init__(limit / seconds)
        self.limit = limit
        self.seconds = seconds
        self._ends = self._opens = float("-inf")
        self._left = 0
        self._bounded = True
        self._limited = True

    async def acquire(self, io: IO) -> None:
        """Wait until the window has room for a request, and take it."""
        # Checked again after each wait: meanwhile the server may have asked for a pause, and others
        # that waited as long may have taken the room.
        while (delay := self.reserve(io.monotonic())) > 0:
            await io.sleep(delay)

    def reserve(self, now: float) -> float:
        """Take room for a request and return 0, or return the seconds to wait until the next try.

        Args:
            now: The current time in seconds on any clock that does not run backwards.
        """
        with self._lock:
            if now < self._opens:
                return self._opens - now
            if not self._limited:
                return 0.0
            if now >= self._ends:
                self._ends, self._left, self._bounded = now + self.seconds, self.limit, False
            if self._left > 0:
                self._left -= 1
                return 0.0
            return self._ends - now

    def pause(self, now: float, seconds: float) -> None:
        """Let nothing through for the next `seconds`; after them a new window begins."""
        with self._lock:
            self._opens = max(self._opens, now + seconds)
            self._ends = min(self._ends, self._opens)

    def update(self, now: float, limits: tuple[int, int] | None) -> None:
        """Take over what a reply reports of the server's window; see `Throttle.update`."""
        with self._lock:
            self._limited = limits is not None
            if limits is None:
                return
            limit, remaining = limits
            if not self._bounded:
                self._ends, self._bounded = now + self.seconds, True
            self._left = max(0, min(self._left + limit - self.limit, remaining))
            self.limit = max(1, limit)


def checked_throttle(
    throttle: float | None, limit: float | tuple[int, float] | None
) -> Throttle | None:
    """Return the throttle that a client's argument asks for.

    Args:
        throttle: Requests a second; 0 for none; None for the vendor's limit.
        limit: That limit in requests a second, or as a number of requests and the seconds of the
            window that takes them; None if the vendor documents none.

    Raises:
        ConfigError: It is neither None nor a non-negative number.
    """
    if throttle is None and isinstance(limit, tuple):
        return Window(*limit)
    rate = throttle if isinstance(limit, tuple) or throttle is not None else limit
    if rate is None:
        return None
    if not is_number(rate, int | float) or not 0 <= rate < float("inf"):
        raise ConfigError(
            f"throttle must be requests a second, or 0 for none, got {shown(throttle)}"
        )
    return Throttle(rate) if rate else None
