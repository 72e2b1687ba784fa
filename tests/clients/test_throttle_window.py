"""The window: bursts while requests are left, then a wait for the next; for threads and tasks."""

from __future__ import annotations

import asyncio
import threading

import pytest

from crmkit import ConfigError
from crmkit.core.drive import drive
from crmkit.core.http import SyncIO
from crmkit.core.throttle import Throttle, Window, checked_throttle
from tests.clients.harness import Clock


@pytest.fixture
def io() -> SyncIO:
    """Return the adapter whose clock the tests set."""
    return SyncIO("https://x.example", None, None)


def test_burst_is_sent_at_once(io: SyncIO, clock: Clock) -> None:
    """As many requests as the window allows are sent at once; the next one waits for its end."""
    window = Window(3, 60.0)
    for _ in range(3):
        drive(window.acquire(io))
    assert clock.waits == []
    clock.now += 15
    for _ in range(4):
        drive(window.acquire(io))
    assert clock.waits == [45.0, 60.0]


def test_new_window_after_the_end_of_the_last(io: SyncIO, clock: Clock) -> None:
    """Who comes after the window's end gets a whole new one."""
    window = Window(2, 60.0)
    for _ in range(3):
        drive(window.acquire(io))
        drive(window.acquire(io))
        clock.now += 60
    assert clock.waits == []


def test_window_begins_with_the_first_reply(io: SyncIO, clock: Clock) -> None:
    """The server's window may have begun as late as its first reply, so it does not end earlier."""
    window = Window(2, 60.0)
    drive(window.acquire(io))
    clock.now += 5
    window.update(clock.now, (2, 1))
    clock.now += 1
    drive(window.acquire(io))
    window.update(clock.now, (2, 0))
    drive(window.acquire(io))
    assert clock.waits == [59.0]


def test_server_without_limits_is_not_throttled(io: SyncIO, clock: Clock) -> None:
    """After a success without limits in its headers nobody waits, until a reply has some."""
    window = Window(2, 60.0)
    drive(window.acquire(io))
    window.update(clock.now, None)
    for _ in range(100):
        drive(window.acquire(io))
    assert clock.waits == []
    window.update(clock.now, (60, 0))
    drive(window.acquire(io))
    assert clock.waits == [60.0]


def test_pause_applies_without_limits(io: SyncIO, clock: Clock) -> None:
    """A server without limits may still ask for a pause."""
    window = Window(2, 60.0)
    window.update(clock.now, None)
    window.pause(clock.now, 7.0)
    drive(window.acquire(io))
    drive(window.acquire(io))
    assert clock.waits == [7.0]


def test_counts_requests_of_others(io: SyncIO, clock: Clock) -> None:
    """When a reply leaves fewer requests than expected, no more than that are sent."""
    window = Window(60, 60.0)
    drive(window.acquire(io))
    window.update(clock.now, (60, 2))
    for _ in range(2):
        drive(window.acquire(io))
    assert clock.waits == []
    drive(window.acquire(io))
    assert clock.waits == [60.0]


def test_late_reply_does_not_raise_what_is_left(io: SyncIO, clock: Clock) -> None:
    """A reply to a request before others does not allow more requests than the window has."""
    window = Window(3, 60.0)
    for _ in range(3):
        drive(window.acquire(io))
    window.update(clock.now, (3, 2))
    drive(window.acquire(io))
    assert clock.waits == [60.0]


@pytest.mark.parametrize("limit", [10, 1000])
def test_takes_the_limit_of_the_reply(io: SyncIO, clock: Clock, limit: int) -> None:
    """A server that takes more or fewer requests than usual gets as many as it takes."""
    window = Window(60, 60.0)
    drive(window.acquire(io))
    window.update(clock.now, (limit, limit - 1))
    for _ in range(2 * limit - 1):
        drive(window.acquire(io))
    assert clock.waits == [60.0]
    drive(window.acquire(io))
    assert clock.waits == [60.0, 60.0]


def test_pause_begins_a_window(io: SyncIO, clock: Clock) -> None:
    """After a pause that the server asked for a new window begins."""
    window = Window(2, 60.0)
    drive(window.acquire(io))
    drive(window.acquire(io))
    window.pause(clock.now, 7.0)
    for _ in range(2):
        drive(window.acquire(io))
    assert clock.waits == [7.0]


def test_pause_applies_to_those_who_wait(
    io: SyncIO, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pause applies to those who already wait for the window as well."""
    window = Window(1, 60.0)
    drive(window.acquire(io))
    asked = iter([True])

    async def sleep(_: object, seconds: float) -> None:
        clock.sleep(seconds)
        if next(asked, False):
            window.pause(clock.now, 5.0)

    monkeypatch.setattr(SyncIO, "sleep", sleep)
    drive(window.acquire(io))
    assert clock.waits == [60.0, 5.0]


@pytest.mark.parametrize(("limit", "remaining"), [(0, 0), (-1, -1), (5, -3)])
def test_odd_limits_do_not_block_forever(
    io: SyncIO, clock: Clock, limit: int, remaining: int
) -> None:
    """A server that allows nothing is asked once a window, rather than never."""
    window = Window(60, 60.0)
    drive(window.acquire(io))
    window.update(clock.now, (limit, remaining))
    drive(window.acquire(io))
    assert clock.waits == [60.0]


def test_threads_share_the_window() -> None:
    """Threads that come at the same time send no more than the window allows."""
    window = Window(100, 60.0)
    start = threading.Barrier(8)
    waits: list[float] = []

    def reserve() -> None:
        start.wait()
        waits.extend(window.reserve(100.0) for _ in range(50))

    threads = [threading.Thread(target=reserve) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(waits) == [0.0] * 100 + [60.0] * 300


def test_tasks_share_the_window() -> None:
    """Of tasks that start together, each window lets through as many as it allows."""
    clock = Clock()
    window = Window(2, 60.0)
    sent_at: list[float] = []

    class Slow(SyncIO):
        async def sleep(self, seconds: float) -> None:
            until = clock.now + seconds
            await asyncio.sleep(0)
            clock.now = max(clock.now, until)

        def monotonic(self) -> float:
            return clock.now

    io = Slow("https://x.example", None, None)

    async def send() -> None:
        await window.acquire(io)
        sent_at.append(clock.now)

    async def all_of_them() -> None:
        await asyncio.gather(*(send() for _ in range(6)))

    begun = clock.now
    asyncio.run(all_of_them())
    assert [at - begun for at in sent_at] == [0, 0, 60, 60, 120, 120]


def test_number_wins_over_the_window() -> None:
    """None takes the vendor's window, a number evenly spaced slots in its place, 0 neither."""
    known = checked_throttle(None, (60, 60.0))
    passed = checked_throttle(2, (60, 60.0))

    assert isinstance(known, Window)
    assert (known.limit, known.seconds) == (60, 60.0)
    assert type(passed) is Throttle
    assert passed.rate == 2
    assert checked_throttle(0, (60, 60.0)) is None


def test_rejects_throttle_that_is_not_a_positive_number() -> None:
    """A rate is a number >= 0, also where the vendor has a window."""
    for throttle in (-1, float("nan"), "1", True):
        with pytest.raises(ConfigError, match="throttle"):
            checked_throttle(throttle, (60, 60.0))  # type: ignore[arg-type]  # wrong on purpose


def test_slots_ignore_limits_of_replies(io: SyncIO, clock: Clock) -> None:
    """A number of requests a second applies whatever limits replies have."""
    throttle = Throttle(2)
    drive(throttle.acquire(io))
    throttle.update(clock.now, (60, 0))
    drive(throttle.acquire(io))
    assert clock.waits == [0.5]
