"""Pytest fixtures: one mock CRM for each test, with clients for it.

Registered by entry point, so every pytest run of everyone who has crmkit imports this module,
also without the extra `crmkit[mock]`. It imports nothing until a fixture is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crmkit import (
        AsyncAutoCRM,
        AsyncEspoCRM,
        AsyncMonica,
        AsyncOnePageCRM,
        AsyncRelenta,
        AutoCRM,
        EspoCRM,
        Monica,
        OnePageCRM,
        Relenta,
    )
    from crmkit_mock.crm import MockCRM
    from crmkit_mock.espocrm import MockAutoCRM, MockEspoCRM
    from crmkit_mock.inprocess import MockCRMs
    from crmkit_mock.monica import MockMonica
    from crmkit_mock.onepagecrm import MockOnePageCRM
    from crmkit_mock.relenta import MockRelenta
else:
    # To type checkers a fixture is its mock and more. At run time it hands on what it is asked
    # for, as its class must stand before the mock's may be imported.
    MockCRM = MockAutoCRM = MockEspoCRM = MockMonica = MockOnePageCRM = MockRelenta = object


#: Keywords by which a caller brings credentials of another user, in place of the mock's own.
_CREDENTIALS = frozenset({"api_key", "secret_key", "username", "password"})


class CRMFixture(MockCRM):
    """The mock CRM of one test, with all that `MockCRM` has, and the clients it handed out."""

    def __init__(self, crm: MockCRM) -> None:
        vars(self).update(_crm=crm, _clients=[], _async_clients=[])

    if TYPE_CHECKING:
        _clients: list[Any]
        _async_clients: list[Any]
    else:

        def __getattr__(self, name: str) -> Any:
            return getattr(vars(self)["_crm"], name)

        def __setattr__(self, name: str, value: object) -> None:
            setattr(vars(self)["_crm"], name, value)

        def __dir__(self) -> list[str]:
            return sorted({*super().__dir__(), *dir(self._crm)})

    def close(self) -> None:
        """Close the clients that were handed out."""
        while self._clients:
            self._clients.pop().close()
        if self._async_clients:
            # In a thread of its own: this one's event loop may be running, or may belong to
            # another plugin.
            import asyncio
            from concurrent.futures import ThreadPoolExecutor

            with ThreadPoolExecutor(1) as pool:
                pool.submit(asyncio.run, self._close_async()).result()

    async def _close_async(self) -> None:
        while self._async_clients:
            await self._async_clients.pop().aclose()

    def _client_options(self, options: dict[str, Any]) -> dict[str, Any]:
        defaults: dict[str, Any] = {"base_url": self.base_url}
        if not _CREDENTIALS & options.keys():
            defaults |= self.credentials
        if "transport" not in options and "http_client" not in options:
            defaults["transport"] = self.transport
        return {**defaults, **options}


class RelentaFixture(CRMFixture, MockRelenta):
    """The mock of Relenta, for one test: all that `MockRelenta` has, and clients."""

    def client(self, **options: Any) -> Relenta:
        """Return a client for the mock; it is closed after the test.

        Args:
            options: Keywords of `crmkit.Relenta`; they win over the mock's own.
        """
        from crmkit import Relenta

        client = Relenta(**self._client_options(options))
        self._clients.append(client)
        return client

    def async_client(self, **options: Any) -> AsyncRelenta:
        """Return an async client for the mock; it is closed after the test.

        Args:
            options: Keywords of `crmkit.AsyncRelenta`; they win over the mock's own.
        """
        from crmkit import AsyncRelenta

        client = AsyncRelenta(**self._client_options(options))
        self._async_clients.append(client)
        return client


class OnePageCRMFixture(CRMFixture, MockOnePageCRM):
    """The mock of OnePageCRM, for one test: all that `MockOnePageCRM` has, and clients."""

    def client(self, **options: Any) -> OnePageCRM:
        """Return a client for the mock; it is closed after the test.

        Args:
            options: Keywords of `crmkit.OnePageCRM`; they win over the mock's own.
        """
        from crmkit import OnePageCRM

        client = OnePageCRM(**self._client_options(options))
        self._clients.append(client)
        return client

    def async_client(self, **options: Any) -> AsyncOnePageCRM:
        """Return an async client for the mock; it is closed after the test.

        Args:
            options: Keywords of `crmkit.AsyncOnePageCRM`; they win over the mock's own.
        """
        from crmkit import AsyncOnePageCRM

        client = AsyncOnePageCRM(**self._client_options(options))
        self._async_clients.append(client)
        return client


class MonicaFixture(CRMFixture, MockMonica):
    """The mock of Monica, for one test: all that `MockMonica` has, and clients."""

    def client(self, **options: Any) -> Monica:
        """Return a client for the mock; it is closed after the test.

        Args:
            options: Keywords of `crmkit.Monica`; they win over the mock's own.
        """
        from crmkit import Monica

        client = Monica(**self._client_options(options))
        self._clients.append(client)
        return client

    def async_client(self, **options: Any) -> AsyncMonica:
        """Return an async client for the mock; it is closed after the test.

        Args:
            options: Keywords of `crmkit.AsyncMonica`; they win over the mock's own.
        """
        from crmkit import AsyncMonica

        client = AsyncMonica(**self._client_options(options))
        self._async_clients.append(client)
        return client


class AutoCRMFixture(CRMFixture, MockAutoCRM):
    """The mock of AutoCRM, for one test: all that `MockAutoCRM` has, and clients."""

    def client(self, **options: Any) -> AutoCRM:
        """Return a client for the mock; it is closed after the test.

        Args:
            options: Keywords of `crmkit.AutoCRM`; they win over the mock's own. Those of another
                user, out of `users`, replace the mock's credentials.
        """
        from crmkit import AutoCRM

        client = AutoCRM(**self._client_options(options))
        self._clients.append(client)
        return client

    def async_client(self, **options: Any) -> AsyncAutoCRM:
        """Return an async client for the mock; it is closed after the test.

        Args:
            options: Keywords of `crmkit.AsyncAutoCRM`, as for `client`.
        """
        from crmkit import AsyncAutoCRM

        client = AsyncAutoCRM(**self._client_options(options))
        self._async_clients.append(client)
        return client


class EspoCRMFixture(CRMFixture, MockEspoCRM):
    """The mock of EspoCRM, for one test: all that `MockEspoCRM` has, and clients."""

    def client(self, **options: Any) -> EspoCRM:
        """Return a client for the mock; it is closed after the test.

        Args:
            options: Keywords of `crmkit.EspoCRM`; they win over the mock's own. Those of another
                user, out of `users`, replace the mock's credentials.
        """
        from crmkit import EspoCRM

        client = EspoCRM(**self._client_options(options))
        self._clients.append(client)
        return client

    def async_client(self, **options: Any) -> AsyncEspoCRM:
        """Return an async client for the mock; it is closed after the test.

        Args:
            options: Keywords of `crmkit.AsyncEspoCRM`, as for `client`.
        """
        from crmkit import AsyncEspoCRM

        client = AsyncEspoCRM(**self._client_options(options))
        self._async_clients.append(client)
        return client


def _mock_crms() -> MockCRMs:
    try:
        from crmkit_mock import MockCRMs
    except ImportError as error:
        pytest.fail(str(error), pytrace=False)
    return MockCRMs()


@pytest.fixture
def relenta_mock() -> Iterator[RelentaFixture]:
    """A fresh mock of Relenta with the demo data, in this process."""
    with _mock_crms() as mocks:
        fixture = RelentaFixture(mocks.relenta)
        try:
            yield fixture
        finally:
            fixture.close()


@pytest.fixture
def onepagecrm_mock() -> Iterator[OnePageCRMFixture]:
    """A fresh mock of OnePageCRM with the demo data, in this process."""
    with _mock_crms() as mocks:
        fixture = OnePageCRMFixture(mocks.onepagecrm)
        try:
            yield fixture
        finally:
            fixture.close()


@pytest.fixture
def monica_mock() -> Iterator[MonicaFixture]:
    """A fresh mock of Monica with the demo data, in this process."""
    with _mock_crms() as mocks:
        fixture = MonicaFixture(mocks.monica)
        try:
            yield fixture
        finally:
            fixture.close()


@pytest.fixture
def autocrm_mock() -> Iterator[AutoCRMFixture]:
    """A fresh mock of AutoCRM with the demo data, in this process."""
    with _mock_crms() as mocks:
        fixture = AutoCRMFixture(mocks.autocrm)
        try:
            yield fixture
        finally:
            fixture.close()


@pytest.fixture
def espocrm_mock() -> Iterator[EspoCRMFixture]:
    """A fresh mock of EspoCRM with the demo data, in this process."""
    with _mock_crms() as mocks:
        fixture = EspoCRMFixture(mocks.espocrm)
        try:
            yield fixture
        finally:
            fixture.close()
