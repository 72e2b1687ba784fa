"""Pytest fixtures: one mock CRM for each test, with clients for it.

For every CRM of the catalogue there is a fixture, such as `relenta_mock`, and a name for its type,
such as `RelentaFixture`. `@pytest.mark.crmkit_mock(strict=True, seed="empty")` chooses the keywords
of `MockCRMs` for a test, a class or a module.

Registered by entry point, so every pytest run of everyone who has crmkit imports this module, also
without the extra `crmkit[mock]`. It imports nothing else until a fixture is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

import pytest

from crmkit_mock.catalogue import CATALOGUE, CatalogueEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import crmkit
    from crmkit_mock.crm import MockCRM
    from crmkit_mock.espocrm import MockAutoCRM, MockEspoCRM
    from crmkit_mock.monica import MockMonica
    from crmkit_mock.onepagecrm import MockOnePageCRM
    from crmkit_mock.relenta import MockRelenta
else:

    class MockCRM:
        """Takes the place of the mock, of which a fixture is a subclass to type checkers only.

        The class of a fixture is defined before the mock's may be imported.
        """


Client = TypeVar("Client")
AsyncClient = TypeVar("AsyncClient")

#: Keywords by which a caller brings credentials of another user, in place of the mock's own.
_CREDENTIALS = frozenset({"api_key", "secret_key", "username", "password"})


class CRMFixture(MockCRM, Generic[Client, AsyncClient]):
    """The mock CRM of one test, with all that `MockCRM` has, and the clients it created.

    Args:
        crm: The mock.
        client: Name of its client in `crmkit`.
    """

    def __init__(self, crm: MockCRM, client: str) -> None:
        vars(self).update(_crm=crm, _client=client, _clients=[], _async_clients=[])

    if TYPE_CHECKING:
        _crm: MockCRM
        _client: str
        _clients: list[Any]
        _async_clients: list[Any]
    else:

        def __getattr__(self, name: str) -> Any:
            return getattr(vars(self)["_crm"], name)

        def __setattr__(self, name: str, value: object) -> None:
            setattr(vars(self)["_crm"], name, value)

        def __dir__(self) -> list[str]:
            return sorted({*super().__dir__(), *dir(self._crm)})

    def client(self, **options: Any) -> Client:
        """Return a client for the mock; it waits on the mock's clock and is closed after the test.

        Args:
            options: Keywords of the client; they win over the mock's own. Credentials of another
                user replace the mock's.
        """
        client: Client = self._make(self._client, options)
        self._clients.append(client)
        return client

    def async_client(self, **options: Any) -> AsyncClient:
        """Return an async client for the mock, as `client` does.

        Args:
            options: Keywords of the client, as for `client`.
        """
        client: AsyncClient = self._make(f"Async{self._client}", options)
        self._async_clients.append(client)
        return client

    def close(self) -> None:
        """Close the clients that were created."""
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

    def _make(self, name: str, options: dict[str, Any]) -> Any:
        import crmkit

        defaults: dict[str, Any] = {"base_url": self.base_url}
        if not _CREDENTIALS & options.keys():
            defaults |= self.credentials
        if "transport" not in options and "http_client" not in options:
            defaults["transport"] = self.transport
        client = getattr(crmkit, name)(**{**defaults, **options})
        _wait_on_clock(client, self._crm)
        return client


def _wait_on_clock(client: Any, crm: MockCRM) -> None:
    """Let a client's pauses move the mock's clock on instead of lasting."""

    def now() -> float:
        return crm.clock.now().timestamp()

    async def sleep(seconds: float) -> None:
        crm.clock.advance(seconds)

    # The client's adapter to network and clock; all its views share it.
    vars(client._io).update(sleep=sleep, monotonic=now, time=now)  # noqa: SLF001 - both are ours


if TYPE_CHECKING:

    class RelentaFixture(CRMFixture[crmkit.Relenta, crmkit.AsyncRelenta], MockRelenta):
        """The mock of Relenta with clients."""

    class AutoCRMFixture(CRMFixture[crmkit.AutoCRM, crmkit.AsyncAutoCRM], MockAutoCRM):
        """The mock of AutoCRM with clients."""

    class EspoCRMFixture(CRMFixture[crmkit.EspoCRM, crmkit.AsyncEspoCRM], MockEspoCRM):
        """The mock of EspoCRM with clients."""

    class MonicaFixture(CRMFixture[crmkit.Monica, crmkit.AsyncMonica], MockMonica):
        """The mock of Monica with clients."""

    class OnePageCRMFixture(CRMFixture[crmkit.OnePageCRM, crmkit.AsyncOnePageCRM], MockOnePageCRM):
        """The mock of OnePageCRM with clients."""


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line(
        "markers", "crmkit_mock(**keywords): keywords of MockCRMs for the mock of the test"
    )


def _fixture(
    entry: CatalogueEntry[Any],
) -> Callable[[pytest.FixtureRequest], Iterator[CRMFixture[Any, Any]]]:
    def mock(request: pytest.FixtureRequest) -> Iterator[CRMFixture[Any, Any]]:
        try:
            from crmkit_mock import MockCRMs
        except ImportError as error:
            pytest.fail(str(error), pytrace=False)
        keywords: dict[str, Any] = {}
        # The nearest marker last: its keywords win.
        for marker in reversed([*request.node.iter_markers("crmkit_mock")]):
            if marker.args:
                pytest.fail("the marker crmkit_mock takes keywords only", pytrace=False)
            keywords |= marker.kwargs
        try:
            opened = MockCRMs(**keywords)
        except (TypeError, ValueError) as error:
            pytest.fail(f"the marker crmkit_mock: {error}", pytrace=False)
        with opened as mocks:
            # Abstract to type checkers only: at run time it delegates to the mock.
            make: Any = CRMFixture
            fixture: CRMFixture[Any, Any] = make(mocks.crm(entry.name), entry.client)
            try:
                yield fixture
            finally:
                fixture.close()

    mock.__doc__ = f"A fresh mock of {entry.client} with the demo data, in this process."
    return mock


for _entry in CATALOGUE.values():
    globals()[f"{_entry.name}_mock"] = pytest.fixture(name=f"{_entry.name}_mock")(_fixture(_entry))
    globals()[f"{_entry.client}Fixture"] = CRMFixture
