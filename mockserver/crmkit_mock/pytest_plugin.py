"""Pytest fixtures: one mock CRM for each test, with clients for it.

Registered by entry point, so every pytest run of everyone who has crmkit imports this module,
also without the extra `crmkit[mock]`. It imports nothing until a fixture is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from crmkit import AsyncRelenta, Relenta
    from crmkit_mock.clock import Clock
    from crmkit_mock.crm import MockCRM
    from crmkit_mock.faults import Fault
    from crmkit_mock.inprocess import MockCRMs
    from crmkit_mock.journal import Journal
    from crmkit_mock.relenta import MockRelenta
    from crmkit_mock.transport import InProcessTransport


class CRMFixture:
    """A mock CRM of one test, and the clients that it handed out."""

    def __init__(self, crm: MockCRM) -> None:
        self._crm = crm
        self._clients: list[Any] = []
        self._async_clients: list[Any] = []

    @property
    def base_url(self) -> str:
        """Address of the API."""
        return self._crm.base_url

    @property
    def credentials(self) -> dict[str, Any]:
        """Keyword arguments of the client's constructor that the mock accepts."""
        return self._crm.credentials

    @property
    def transport(self) -> InProcessTransport | None:
        """Transport for clients, sync or async."""
        return self._crm.transport

    @property
    def journal(self) -> Journal:
        """The last exchanges, oldest first."""
        return self._crm.journal

    @property
    def clock(self) -> Clock:
        """The mock's clock."""
        return self._crm.clock

    def seed(self, name: str = "demo") -> None:
        """Replace all data by a seed, see `MockCRM.seed`."""
        self._crm.seed(name)

    def reset(self) -> None:
        """Go back to the start, see `MockCRM.reset`."""
        self._crm.reset()

    def snapshot(self) -> dict[str, Any]:
        """Return the state, see `MockCRM.snapshot`."""
        return self._crm.snapshot()

    def restore(self, snapshot: Mapping[str, Any]) -> None:
        """Go back to a state, see `MockCRM.restore`."""
        self._crm.restore(snapshot)

    def fail(self, **fault: Any) -> Fault:
        """Let the next fitting requests fail, see `MockCRM.fail` for the arguments."""
        return self._crm.fail(**fault)

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

    def _options(self, options: dict[str, Any]) -> dict[str, Any]:
        defaults: dict[str, Any] = {"base_url": self.base_url, **self.credentials}
        if "transport" not in options and "http_client" not in options:
            defaults["transport"] = self.transport
        return {**defaults, **options}


class RelentaFixture(CRMFixture):
    """The mock of Relenta, for one test."""

    _crm: MockRelenta

    @property
    def departments(self) -> dict[str, dict[str, str]]:
        """Constructor keywords for each department, by its name."""
        return self._crm.departments

    def plan_limit(self, *, contacts: int | None) -> None:
        """Limit the plan, see `MockRelenta.plan_limit`."""
        self._crm.plan_limit(contacts=contacts)

    def add_custom_field(self, label: str, **definition: Any) -> str:
        """Define a custom field, see `MockRelenta.add_custom_field` for the arguments."""
        return self._crm.add_custom_field(label, **definition)

    def client(self, **options: Any) -> Relenta:
        """Return a client for the mock; it is closed after the test.

        Args:
            options: Keywords of `crmkit.Relenta`; they win over the mock's own.
        """
        from crmkit import Relenta

        client = Relenta(**self._options(options))
        self._clients.append(client)
        return client

    def async_client(self, **options: Any) -> AsyncRelenta:
        """Return an async client for the mock; it is closed after the test.

        Args:
            options: Keywords of `crmkit.AsyncRelenta`; they win over the mock's own.
        """
        from crmkit import AsyncRelenta

        client = AsyncRelenta(**self._options(options))
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
