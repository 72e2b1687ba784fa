"""Clients for the tests, sync and async unless their module says otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from crmkit.core.http import AsyncIO, SyncIO
from crmkit_mock import MockCRMs
from tests.clients.harness import Answer, Canned, Clock, Driver

MakeClient = Callable[..., Driver]
MakeOnePageCRM = Callable[..., Driver]
MakeEspo = Callable[..., Driver]

ONEPAGECRM_UID = "4e0046526381906f7e000002"
ONEPAGECRM_KEY = "AJfSRLr7uhsa9lOIgKQ4Vu72zzg3QTE7pJL2iSeA6Mo="


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Replace sleep and clock: time moves by the waits alone."""
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
    """Whether the clients are async; see `both` and `sync_alone`."""
    return bool(request.param)


@pytest.fixture
def client(asynchronous: bool) -> Iterator[MakeClient]:
    """Make clients over canned answers; they are closed after the test."""
    drivers: list[Driver] = []

    def make(*answers: Answer | Exception, **settings: Any) -> Driver:
        drivers.append(Driver(asynchronous, Canned(*answers), **settings))
        return drivers[-1]

    yield make
    for driver in drivers:
        driver.end()


@pytest.fixture
def mocks() -> Iterator[MockCRMs]:
    """The mock CRMs in this process, with the demo data."""
    with MockCRMs() as mocks:
        yield mocks


@pytest.fixture
def mocked(asynchronous: bool, mocks: MockCRMs) -> Iterator[MakeClient]:
    """Make clients of the mock; they are closed after the test."""
    drivers: list[Driver] = []

    def make(**settings: Any) -> Driver:
        relenta = mocks.relenta
        settings = {"base_url": relenta.base_url, **relenta.credentials, **settings}
        drivers.append(Driver(asynchronous, relenta.transport, **settings))
        return drivers[-1]

    yield make
    for driver in drivers:
        driver.end()


@pytest.fixture
def onepagecrm(asynchronous: bool) -> Iterator[MakeOnePageCRM]:
    """Make clients of OnePageCRM over canned answers; they are closed after the test."""
    from crmkit.onepagecrm import AsyncOnePageCRM, OnePageCRM

    drivers: list[Driver] = []

    def make(*answers: Answer | Exception, **settings: Any) -> Driver:
        if "login" not in settings:
            settings = {"uid": ONEPAGECRM_UID, "key": ONEPAGECRM_KEY, **settings}
        transport = Canned(*answers)
        drivers.append(Driver(asynchronous, transport, (OnePageCRM, AsyncOnePageCRM), **settings))
        return drivers[-1]

    yield make
    for driver in drivers:
        driver.end()


@pytest.fixture
def mocked_onepagecrm(asynchronous: bool, mocks: MockCRMs) -> Iterator[MakeOnePageCRM]:
    """Make clients of the mock of OnePageCRM; they are closed after the test."""
    from crmkit.onepagecrm import AsyncOnePageCRM, OnePageCRM

    drivers: list[Driver] = []

    def make(**settings: Any) -> Driver:
        mock = mocks.onepagecrm
        if "login" not in settings:
            settings = {**mock.credentials, **settings}
        settings = {"base_url": mock.base_url, **settings}
        drivers.append(
            Driver(asynchronous, mock.transport, (OnePageCRM, AsyncOnePageCRM), **settings)
        )
        return drivers[-1]

    yield make
    for driver in drivers:
        driver.end()


ESPO_KEY = "5f1b3d9a7c2e4860b1d3f5a7c9e0b2d4"


@pytest.fixture
def espo(asynchronous: bool) -> Iterator[MakeEspo]:
    """Make clients of EspoCRM or AutoCRM over canned answers; they are closed after the test."""
    drivers: list[Driver] = []

    def make(*answers: Answer | Exception, profile: str = "espocrm", **settings: Any) -> Driver:
        settings.setdefault("base_url", "https://crm.example.com")
        if not settings.keys() & {"api_key", "username"}:
            settings["api_key"] = ESPO_KEY
        drivers.append(Driver(asynchronous, Canned(*answers), _espo_clients(profile), **settings))
        return drivers[-1]

    yield make
    for driver in drivers:
        driver.end()


@pytest.fixture
def mocked_espo(asynchronous: bool, mocks: MockCRMs) -> Iterator[MakeEspo]:
    """Make clients of the mocks of EspoCRM and AutoCRM; they are closed after the test."""
    drivers: list[Driver] = []

    def make(*, profile: str = "espocrm", **settings: Any) -> Driver:
        mock = mocks.autocrm if profile == "autocrm" else mocks.espocrm
        if not settings.keys() & {"api_key", "username"}:
            settings |= mock.credentials
        settings.setdefault("base_url", mock.base_url)
        drivers.append(Driver(asynchronous, mock.transport, _espo_clients(profile), **settings))
        return drivers[-1]

    yield make
    for driver in drivers:
        driver.end()


def _espo_clients(profile: str) -> tuple[Any, Any]:
    from crmkit import autocrm

    if profile == "autocrm":
        return autocrm.AutoCRM, autocrm.AsyncAutoCRM
    return autocrm.EspoCRM, autocrm.AsyncEspoCRM


@pytest.fixture
def monica(asynchronous: bool, mocks: MockCRMs) -> Iterator[MakeClient]:
    """Make clients of the mock of Monica; they are closed after the test."""
    from crmkit.monica.client import AsyncMonica, Monica

    drivers: list[Driver] = []

    def make(**settings: Any) -> Driver:
        mock = mocks.monica
        settings = {"base_url": mock.base_url, **mock.credentials, **settings}
        drivers.append(Driver(asynchronous, mock.transport, (Monica, AsyncMonica), **settings))
        return drivers[-1]

    yield make
    for driver in drivers:
        driver.end()
