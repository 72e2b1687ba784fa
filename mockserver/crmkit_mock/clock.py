"""The clock of a mock CRM: it stands still unless moved, or set running."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from crmkit_mock.settings import Settings

_SETTING = "clock"


class Clock:
    """Time of one mock CRM. It is part of the state: reset, seed and restore set it back.

    Every write moves it on by one second, so that later records have later times.

    Args:
        settings: Where the time is kept.
        start: The time at which a fresh state begins; aware.
    """

    def __init__(self, settings: Settings, start: datetime) -> None:
        self._settings = settings
        self._start = start
        self._seconds: Callable[[], float] | None = None
        self._since = 0.0
        # The time that was read last, as it is kept.
        self._text: str | None = None
        self._time = start

    def run(self, seconds: Callable[[], float]) -> None:
        """Let the time pass by itself from now on; without it, whoever waits would wait forever.

        Args:
            seconds: Returns seconds since any fixed time, such as `time.monotonic`.
        """
        self._seconds = seconds
        self._since = seconds()

    def restart(self) -> None:
        """Start counting the time that passes by itself again."""
        if self._seconds is not None:
            self._since = self._seconds()

    def now(self) -> datetime:
        """Return the mock's time, in UTC."""
        stored = self._settings.get(_SETTING)
        if stored == self._text:
            time = self._time
        else:
            time = datetime.fromisoformat(stored) if isinstance(stored, str) else self._start
            self._text, self._time = stored, time
        if self._seconds is None:
            return time
        self._settings.read_time()
        return time + timedelta(seconds=self._seconds() - self._since)

    def set(self, time: datetime) -> None:
        """Set the mock's time.

        Raises:
            ValueError: `time` is naive.
        """
        if time.tzinfo is None:
            raise ValueError(f"time must be an aware datetime, got {time!r}")
        time = time.astimezone(UTC)
        text = time.isoformat()
        self._settings.set(_SETTING, text)
        self._text, self._time = text, time
        self.restart()

    def advance(self, seconds: float) -> datetime:
        """Move the clock by `seconds` (also backwards, if negative) and return the new time."""
        time = self.now() + timedelta(seconds=seconds)
        self.set(time)
        return time

    def tick(self) -> datetime:
        """Return the time for a write, then move the clock on by one second."""
        time = self.now()
        self.set(time + timedelta(seconds=1))
        return time
