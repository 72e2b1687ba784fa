"""The mock CRMs as their tests use them: in process, behind a socket, or either in turn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from crmkit_mock import MockCRMs, MockServer
from tests.mock import espo, plain_monica, plain_onepagecrm
from tests.mock.espo import Espo
from tests.mock.plain import Relenta, client_for
from tests.mock.plain_monica import Monica
from tests.mock.plain_onepagecrm import OnePage

if TYPE_CHECKING:
    from crmkit_mock.relenta import MockRelenta


@pytest.fixture
def mocks() -> Iterator[MockCRMs]:
    """Mock CRMs in this process, with the demo data."""
    with MockCRMs() as mocks:
        yield mocks
        assert mocks.store.changed_in_place() == []


@pytest.fixture
def relenta(mocks: MockCRMs) -> Iterator[Relenta]:
    """The Relenta mock in this process."""
    with client_for(mocks.relenta) as http:
        yield Relenta(mocks.relenta, http)


@pytest.fixture(scope="session")
def _server() -> Iterator[MockServer]:
    with MockServer() as server:
        yield server


@pytest.fixture
def server(_server: MockServer) -> Iterator[MockServer]:
    """Mock CRMs behind a socket, fresh for this test."""
    _server.reset()
    yield _server
    assert _server.store.changed_in_place() == []


@pytest.fixture(params=["in process", "socket"])
def either(request: pytest.FixtureRequest) -> Iterator[Relenta]:
    """The Relenta mock, once in this process and once behind a socket."""
    name = "mocks" if request.param == "in process" else "server"
    mock: MockRelenta = request.getfixturevalue(name).relenta
    with client_for(mock) as http:
        yield Relenta(mock, http)


@pytest.fixture
def onepage(mocks: MockCRMs) -> Iterator[OnePage]:
    """The OnePageCRM mock in this process, with a client of its first account."""
    with plain_onepagecrm.client_for(mocks.onepagecrm) as http:
        yield OnePage(mocks.onepagecrm, http)


@pytest.fixture
def solar(mocks: MockCRMs) -> Iterator[OnePage]:
    """The OnePageCRM mock in this process, with a client of its second account."""
    with plain_onepagecrm.client_for(mocks.onepagecrm, "solar") as http:
        yield OnePage(mocks.onepagecrm, http)


@pytest.fixture
def monica(mocks: MockCRMs) -> Iterator[Monica]:
    """The Monica mock in this process, with a client of its first account."""
    with plain_monica.client_for(mocks.monica) as http:
        yield Monica(mocks.monica, http)


@pytest.fixture
def grace(mocks: MockCRMs) -> Iterator[Monica]:
    """The same Monica mock, with a client of its second account."""
    with plain_monica.client_for(mocks.monica, "grace") as http:
        yield Monica(mocks.monica, http)


@pytest.fixture
def espocrm(mocks: MockCRMs) -> Iterator[Espo]:
    """The EspoCRM mock in this process, with a client of its user with the broad role."""
    with espo.client_for(mocks.espocrm) as http:
        yield Espo(mocks.espocrm, http)


@pytest.fixture
def autocrm(mocks: MockCRMs) -> Iterator[Espo]:
    """The AutoCRM mock in this process, with a client of its user with the broad role."""
    with espo.client_for(mocks.autocrm) as http:
        yield Espo(mocks.autocrm, http)
