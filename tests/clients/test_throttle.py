"""The throttle: evenly spaced slots, shared by threads, tasks, views and retries."""

from __future__ import annotations

import asyncio
import threading

import pytest

from crmkit.core.http import SyncIO
from crmkit.core.throttle import Throttle, checked_throttle
from tests.clients.conftest import MakeClient
from tests.clients.harness import Clock, both, contact, page, refusal, saved, sync_alone

asynchronous = sync_alone


@both
def test_slots_are_evenly_spaced(client: MakeClient, clock: Clock) -> None:
    """Requests beyond the rate wait for the next slot, the first does not."""
    crm = client(saved(), throttle=4)

    for _ in range(4):
        crm(lambda crm: crm.contacts.save())

    assert clock.waits == [0.25, 0.25, 0.25]


def test_unused_slots_are_not_saved_up(client: MakeClient, clock: Clock) -> None:
    """Nobody waits for a slot that is past, and unused slots are not saved up for a burst."""
    crm = client(saved(), throttle=2)

    crm(lambda crm: crm.contacts.save())
    clock.now += 10
    crm(lambda crm: crm.contacts.save())
    crm(lambda crm: crm.contacts.save())

    assert clock.waits == [0.5]


def test_zero_and_none_do_not_throttle(client: MakeClient, clock: Clock) -> None:
    """0 switches the throttle off, and so does None where the vendor documents no limit."""
    for throttle in (0, None, 0.0):
        crm = client(saved(), throttle=throttle)
        for _ in range(5):
            crm(lambda crm: crm.contacts.save())
    assert clock.waits == []


@both
def test_pages_and_retries_take_slots(client: MakeClient, clock: Clock) -> None:
    """Every attempt takes a slot, for each page and each retry."""
    clock.chance = 0.0
    crm = client(page(contact(1)), refusal(502), page(), throttle=1)

    assert len(crm(lambda crm: crm.contacts.list())) == 1
    assert [wait for wait in clock.waits if wait] == [1.0, 1.0]


@both
def test_pause_applies_to_all_calls(client: MakeClient, clock: Clock) -> None:
    """After the server has asked for a pause, no call of the client is sent before its end."""
    crm = client(refusal(429, headers={"Retry-After": "10"}), saved(), throttle=5)

    begun = clock.now
    crm(lambda crm: crm.contacts.save())
    assert clock.now - begun == pytest.approx(10)
    crm(lambda crm: crm.contacts.save())
    assert clock.now - begun == pytest.approx(10.2)


def test_others_wait_while_a_call_pauses(
    client: MakeClient, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a call waits for a pause that the server asked for, other calls get no slot."""
    crm = client(refusal(429, headers={"Retry-After": "10"}), saved(), throttle=5)
    slots: list[float] = []

    async def sleep(_: object, seconds: float) -> None:
        if not slots:
            slots.append(crm.crm._sender.throttle.reserve(clock.now))
        clock.sleep(seconds)

    monkeypatch.setattr(SyncIO, "sleep", sleep)
    crm(lambda crm: crm.contacts.save())

    assert slots == [pytest.approx(10)]


def test_views_share_the_throttle(client: MakeClient, clock: Clock) -> None:
    """A view has the throttle of its client."""
    crm = client(saved(), throttle=1)

    crm(lambda crm: crm.contacts.save())
    crm(lambda crm: crm.with_options(timeout=1).contacts.save())

    assert clock.waits == [1.0]


def test_vendors_limit_is_the_default() -> None:
    """None takes the vendor's known limit, a number wins over it, 0 switches it off."""
    known = checked_throttle(None, 10.0)
    passed = checked_throttle(2, 10.0)

    assert known is not None
    assert known.rate == 10.0
    assert passed is not None
    assert passed.rate == 2
    assert checked_throttle(0, 10.0) is None
    assert checked_throttle(None, None) is None


def test_threads_get_different_slots() -> None:
    """Threads that reserve at the same time get different slots, evenly spaced."""
    throttle = Throttle(10)
    start = threading.Barrier(8)
    slots: list[float] = []

    def reserve() -> None:
        start.wait()
        slots.extend(throttle.reserve(100.0) for _ in range(50))

    threads = [threading.Thread(target=reserve) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(slots) == pytest.approx([number / 10 for number in range(400)])


def test_tasks_get_different_slots(clock: Clock) -> None:
    """Tasks of one client that start together go out evenly spaced."""
    throttle = Throttle(2)

    async def reserve() -> float:
        return throttle.reserve(clock.now)

    async def all_of_them() -> list[float]:
        return await asyncio.gather(*(reserve() for _ in range(4)))

    assert sorted(asyncio.run(all_of_them())) == [0.0, 0.5, 1.0, 1.5]
