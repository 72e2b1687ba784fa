"""The clock of a mock CRM: it stands still until something moves it, or lets it run."""

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

    def run(self, seconds: Callable[[], float]) -> None:
        """Let the time pass by itself from now on; what waits for it would wait forever else.

        Args:
            seconds: Tells the seconds since some moment, such as `time.monotonic`.
        """
        self._seconds = seconds
        self._since = seconds()

    def restart(self) -> None:
        """Begin to count the time that passes by itself anew."""
        if self._seconds is not None:
            self._since = self._seconds()

    def now(self) -> datetime:
        """Return the mock's time, in UTC."""
        kept = self._settings.get(_SETTING)
        moment = datetime.fromisoformat(kept) if isinstance(kept, str) else self._start
        if self._seconds is None:
            return moment
        return moment + timedelta(seconds=self._seconds() - self._since)

    def set(self, moment: datetime) -> None:
        """Set the mock's time.

        Raises:
            ValueError: `moment` is naive.
        """
        if moment.tzinfo is None:
            raise ValueError("the mock's clock needs an aware datetime")
        self._settings.set(_SETTING, moment.astimezone(UTC).isoformat())
        self.restart()

    def advance(self, seconds: float) -> datetime:
        """Move the clock by `seconds` (also backwards, if negative) and return the new time."""
        moment = self.now() + timedelta(seconds=seconds)
        self.set(moment)
        return moment

    def tick(self) -> datetime:
        """Return the time for a write, then move the clock on by one second."""
        moment = self.now()
        self.set(moment + timedelta(seconds=1))
        return moment
