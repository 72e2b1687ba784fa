"""The deadline of a call, over all its attempts, pauses and phases."""

from __future__ import annotations

from contextvars import ContextVar
from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self


class Deadline:
    """The end of a call: as a context manager it bounds the I/O of a block of a thread or task.

    A call within another one, as a login is, ends with that one at the latest.

    Args:
        seconds: What the call may take; None for no limit.
        clock: Returns seconds on a clock that does not run backwards.

    Attributes:
        end: The end on that clock.
    """

    def __init__(self, seconds: float | None, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._outer = outer = current_deadline()
        self.seconds = inf if seconds is None else seconds
        self.end = inf if seconds is None else clock() + seconds
        if outer is not None and outer.end < self.end:
            self.seconds, self.end = outer.seconds, outer.end

    def __enter__(self) -> Self:
        _CURRENT.set(self)
        return self

    def __exit__(self, *exc: object) -> None:
        self.end = inf  # tasks that middleware started inherit the deadline, and may go on
        if current_deadline() is self:  # false where an abandoned coroutine is collected
            _CURRENT.set(self._outer)

    def __str__(self) -> str:
        return f"the deadline of {self.seconds:g} s has passed"

    @property
    def left(self) -> float:
        """Seconds until the end, infinite without one; not above 0 after it."""
        return self.end - self._clock() if self.end < inf else inf

    def extend(self, seconds: float) -> None:
        """Postpone the end by a wait that does not count: that for the client's own throttle."""
        self.end += seconds
        if self._outer is not None:
            self._outer.extend(seconds)


_CURRENT: ContextVar[Deadline | None] = ContextVar("deadline", default=None)
current_deadline = _CURRENT.get


def seconds_left(timeout: float | None, error: type[Exception]) -> float | None:
    """Return a phase's timeout, or the seconds that its call has left if they are fewer.

    Args:
        timeout: The timeout; None for no limit.
        error: What to raise if nothing is left.
    """
    deadline = current_deadline()
    left = inf if deadline is None else deadline.left
    if left <= 0:
        raise error(str(deadline))
    left = left if timeout is None else min(timeout, left)
    return left if left < inf else None
