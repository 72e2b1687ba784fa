"""Clients for the tests: each test that takes `client` or `mocked` runs on both twins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from crmkit.core.http import AsyncIO, SyncIO
from crmkit_mock import MockCRMs
from tests.clients.harness import Answer, Canned, Clock, Twin

MakeClient = Callable[..., Twin]


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Nobody sleeps and nobody reads the real clock: time moves by the waits alone."""
    clock = Clock()

    async def sleep(_: object, seconds: float) -> None:
        clock.sleep(seconds)

    for io in (SyncIO, AsyncIO):
        monkeypatch.setattr(io, "sleep", sleep)
        monkeypatch.setattr(io, "monotonic", lambda _: clock.now)
        monkeypatch.setattr(io, "time", lambda _: clock.now)
        monkeypatch.setattr(io, "random", lambda _: clock.chance)
    return clock


@pytest.fixture(params=[False, True], ids=["sync", "async"])
def asynchronous(request: pytest.FixtureRequest) -> bool:
    """Which of the twins."""
    return bool(request.param)


@pytest.fixture
def client(asynchronous: bool) -> Iterator[MakeClient]:
    """Make clients over canned answers; they are closed after the test."""
    made: list[Twin] = []

    def make(*answers: Answer | Exception, **settings: Any) -> Twin:
        made.append(Twin(asynchronous, Canned(*answers), **settings))
        return made[-1]

    yield make
    for one in made:
        one.end()


@pytest.fixture
def mocks() -> Iterator[MockCRMs]:
    """The mock CRMs in this process, with the demo data."""
    with MockCRMs() as mocks:
        yield mocks


@pytest.fixture
def mocked(asynchronous: bool, mocks: MockCRMs) -> Iterator[MakeClient]:
    """Make clients of the mock; they are closed after the test."""
    made: list[Twin] = []

    def make(**settings: Any) -> Twin:
        relenta = mocks.relenta
        settings = {"base_url": relenta.base_url, **relenta.credentials, **settings}
        made.append(Twin(asynchronous, relenta.transport, **settings))
        return made[-1]

    yield make
    for one in made:
        one.end()
