"""Keep below a number of requests a second."""

from __future__ import annotations

import threading

from .errors import ConfigError

__all__ = ["Throttle", "checked_throttle"]


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
        self._lock = threading.Lock()

    def reserve(self, now: float) -> float:
        """Take the next free slot and return the seconds until it.

        Args:
            now: The current time in seconds on any clock that does not run backwards.
        """
        with self._lock:
            slot = max(self._next, now)
            self._next = slot + self._interval
        return slot - now

    def hold(self, now: float, seconds: float) -> None:
        """Give out no slot for the next `seconds`, because the server asked for a pause."""
        with self._lock:
            self._next = max(self._next, now + seconds)


def checked_throttle(throttle: float | None, known: float | None) -> Throttle | None:
    """Return the throttle that a client's argument asks for.

    Args:
        throttle: Requests a second; 0 for none; None for the vendor's known limit.
        known: That limit in requests a second, or None if the vendor documents none.

    Raises:
        ConfigError: It is neither None nor a number from 0.
    """
    rate = known if throttle is None else throttle
    if rate is None:
        return None
    if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 <= rate < float("inf"):
        raise ConfigError(f"throttle takes requests a second, 0 for none; not {throttle!r}")
    return Throttle(rate) if rate else None
