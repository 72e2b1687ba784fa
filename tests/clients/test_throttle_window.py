"""The window: bursts while it has room, then the wait for the next, shared by threads and tasks."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from crmkit import ConfigError
from crmkit.core.drive import drive
from crmkit.core.http import SyncIO
from crmkit.core.throttle import Throttle, Window, checked_throttle
from tests.clients.harness import Clock


@pytest.fixture
def io() -> SyncIO:
    """The adapter whose clock the tests move."""
    return SyncIO("https://x.example", None, None)


def test_a_burst_goes_out_at_once_and_the_next_waits_for_the_window(
    io: SyncIO, clock: Clock
) -> None:
    """As many requests as the window takes go out at once; the next one waits for its end."""
    window = Window(3, 60.0)
    for _ in range(3):
        drive(window.acquire(io))
    assert clock.waits == []
    clock.now += 15
    for _ in range(4):
        drive(window.acquire(io))
    assert clock.waits == [45.0, 60.0]


def test_time_that_passed_opens_a_new_window(io: SyncIO, clock: Clock) -> None:
    """Whoever comes after the window's end finds a whole new one."""
    window = Window(2, 60.0)
    for _ in range(3):
        drive(window.acquire(io))
        drive(window.acquire(io))
        clock.now += 60
    assert clock.waits == []


def test_the_window_is_reckoned_from_the_first_reply(io: SyncIO, clock: Clock) -> None:
    """The server's window may have begun as late as its first reply came, so it ends no earlier."""
    window = Window(2, 60.0)
    drive(window.acquire(io))
    clock.now += 5
    window.update(clock.now, (2, 1))
    clock.now += 1
    drive(window.acquire(io))
    window.update(clock.now, (2, 0))
    drive(window.acquire(io))
    assert clock.waits == [59.0]


def test_a_server_that_tells_of_no_window_has_none(io: SyncIO, clock: Clock) -> None:
    """After a success without a word of limits nobody waits, until a reply tells of one."""
    window = Window(2, 60.0)
    drive(window.acquire(io))
    window.update(clock.now, None)
    for _ in range(100):
        drive(window.acquire(io))
    assert clock.waits == []
    window.update(clock.now, (60, 0))
    drive(window.acquire(io))
    assert clock.waits == [60.0]


def test_a_pause_holds_without_a_window(io: SyncIO, clock: Clock) -> None:
    """A server that tells of no window may still ask for a pause."""
    window = Window(2, 60.0)
    window.update(clock.now, None)
    window.pause(clock.now, 7.0)
    drive(window.acquire(io))
    drive(window.acquire(io))
    assert clock.waits == [7.0]


def test_what_others_use_up_counts(io: SyncIO, clock: Clock) -> None:
    """When a reply leaves less room than was reckoned with, no more than that is taken."""
    window = Window(60, 60.0)
    drive(window.acquire(io))
    window.update(clock.now, (60, 2))
    for _ in range(2):
        drive(window.acquire(io))
    assert clock.waits == []
    drive(window.acquire(io))
    assert clock.waits == [60.0]


def test_a_late_reply_gives_no_room_back(io: SyncIO, clock: Clock) -> None:
    """A reply that left before others went out does not make room for more than the window has."""
    window = Window(3, 60.0)
    for _ in range(3):
        drive(window.acquire(io))
    window.update(clock.now, (3, 2))
    drive(window.acquire(io))
    assert clock.waits == [60.0]


@pytest.mark.parametrize("limit", [10, 1000])
def test_another_limit_is_learnt_from_the_reply(io: SyncIO, clock: Clock, limit: int) -> None:
    """A server that takes more or fewer requests than is usual gets as many as it takes."""
    window = Window(60, 60.0)
    drive(window.acquire(io))
    window.update(clock.now, (limit, limit - 1))
    for _ in range(2 * limit - 1):
        drive(window.acquire(io))
    assert clock.waits == [60.0]
    drive(window.acquire(io))
    assert clock.waits == [60.0, 60.0]


def test_a_pause_holds_for_all_and_begins_a_window(io: SyncIO, clock: Clock) -> None:
    """A pause that the server asks for is kept by whoever comes next; after it there is room."""
    window = Window(2, 60.0)
    drive(window.acquire(io))
    drive(window.acquire(io))
    window.pause(clock.now, 7.0)
    for _ in range(2):
        drive(window.acquire(io))
    assert clock.waits == [7.0]


def test_who_waits_asks_again(io: SyncIO, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pause that is asked for while others wait for the window holds them as well."""
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
def test_odd_numbers_do_no_harm(io: SyncIO, clock: Clock, limit: int, remaining: int) -> None:
    """A server that tells of no room at all is asked once a window, not forever waited for."""
    window = Window(60, 60.0)
    drive(window.acquire(io))
    window.update(clock.now, (limit, remaining))
    drive(window.acquire(io))
    assert clock.waits == [60.0]


def test_threads_do_not_take_the_same_room() -> None:
    """Threads that come at the same moment take no more than the window has."""
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


def test_tasks_that_wait_take_turns() -> None:
    """Of tasks that start together, each window lets through as many as it takes."""
    clock = Clock()
    window = Window(2, 60.0)
    went: list[float] = []

    class Slow(SyncIO):
        async def sleep(self, seconds: float) -> None:
            until = clock.now + seconds
            await asyncio.sleep(0)
            clock.now = max(clock.now, until)

        def monotonic(self) -> float:
            return clock.now

    io = Slow("https://x.example", None, None)

    async def one() -> None:
        await window.acquire(io)
        went.append(clock.now)

    async def all_of_them() -> None:
        await asyncio.gather(*(one() for _ in range(6)))

    begun = clock.now
    asyncio.run(all_of_them())
    assert [at - begun for at in went] == [0, 0, 60, 60, 120, 120]


def test_a_number_wins_over_the_window() -> None:
    """None takes the vendor's window, a number evenly spaced slots in its place, 0 none at all."""
    known = checked_throttle(None, (60, 60.0))
    given = checked_throttle(2, (60, 60.0))

    assert isinstance(known, Window)
    assert (known.limit, known.seconds) == (60, 60.0)
    assert type(given) is Throttle
    assert given.rate == 2
    assert checked_throttle(0, (60, 60.0)) is None


@pytest.mark.parametrize("throttle", [-1, float("nan"), "1", True], ids=repr)
def test_a_throttle_that_is_none(throttle: Any) -> None:
    """A rate is a number from 0, also where the vendor has a window."""
    with pytest.raises(ConfigError, match="throttle"):
        checked_throttle(throttle, (60, 60.0))


def test_slots_take_no_notice_of_the_window(io: SyncIO, clock: Clock) -> None:
    """Who asks for a number of requests a second gets it, whatever replies tell."""
    throttle = Throttle(2)
    drive(throttle.acquire(io))
    throttle.update(clock.now, (60, 0))
    drive(throttle.acquire(io))
    assert clock.waits == [0.5]
