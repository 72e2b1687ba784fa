"""All mock CRMs over one store: what `MockServer` and `MockCRMs` have in common."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Self, cast

from crmkit_mock.app import MockApp
from crmkit_mock.control import control_plane
from crmkit_mock.crm import MockCRM, require_seed
from crmkit_mock.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from crmkit_mock.espocrm import MockAutoCRM, MockEspoCRM
    from crmkit_mock.monica import MockMonica
    from crmkit_mock.onepagecrm import MockOnePageCRM
    from crmkit_mock.relenta import MockRelenta
    from crmkit_mock.transport import InProcessTransport


class CatalogueEntry(NamedTuple):
    """Where a mock CRM lives.

    Attributes:
        base_path: Path of its API below the mock's host; begins with the CRM's name.
        module: Module of its class, imported on first use.
        class_name: Name of its class.
    """

    base_path: str
    module: str
    class_name: str


#: The mock CRMs by name, which is the attribute of `Mocks` and the first part of the base path.
CATALOGUE: dict[str, CatalogueEntry] = {
    "relenta": CatalogueEntry("/relenta/api/v3", "crmkit_mock.relenta", "MockRelenta"),
    "autocrm": CatalogueEntry("/autocrm/api/v1", "crmkit_mock.espocrm", "MockAutoCRM"),
    "espocrm": CatalogueEntry("/espocrm/api/v1", "crmkit_mock.espocrm", "MockEspoCRM"),
    "monica": CatalogueEntry("/monica/api", "crmkit_mock.monica", "MockMonica"),
    "onepagecrm": CatalogueEntry("/onepagecrm/api", "crmkit_mock.onepagecrm", "MockOnePageCRM"),
}


class Mocks:
    """The mock CRMs over one store. Each is loaded when it is first used.

    Args:
        seed: Data of a fresh state, "demo" or "empty".
        db: Database file that keeps the state; None keeps it in memory.
        rate_limits: Whether the CRMs limit the rate of requests as their vendors do.
        faithful_crashes: Whether requests that crash a vendor's server are answered 500 as there;
            otherwise they are answered 4xx.

    Raises:
        ValueError: there is no such seed.
    """

    def __init__(
        self,
        *,
        seed: str = "demo",
        db: str | Path | None = None,
        rate_limits: bool = False,
        faithful_crashes: bool = False,
    ) -> None:
        require_seed(seed)
        self._seed = seed
        self._db = db
        self._rate_limits = rate_limits
        self._faithful_crashes = faithful_crashes
        self._crms: dict[str, MockCRM] = {}
        self._origin = ""
        self._transport: InProcessTransport | None = None
        self._store: Store | None = None
        self._app: MockApp | None = None

    @property
    def relenta(self) -> MockRelenta:
        """The mock of Relenta."""
        return cast("MockRelenta", self.crm("relenta"))

    @property
    def autocrm(self) -> MockAutoCRM:
        """The mock of AutoCRM."""
        return cast("MockAutoCRM", self.crm("autocrm"))

    @property
    def espocrm(self) -> MockEspoCRM:
        """The mock of EspoCRM."""
        return cast("MockEspoCRM", self.crm("espocrm"))

    @property
    def onepagecrm(self) -> MockOnePageCRM:
        """The mock of OnePageCRM."""
        return cast("MockOnePageCRM", self.crm("onepagecrm"))

    @property
    def monica(self) -> MockMonica:
        """The mock of Monica."""
        return cast("MockMonica", self.crm("monica"))

    @property
    def app(self) -> MockApp:
        """The ASGI application with all CRMs and the control plane.

        Raises:
            RuntimeError: the mock is not open.
        """
        if self._app is None:
            raise RuntimeError(f"this {type(self).__name__} is not started")
        return self._app

    @property
    def store(self) -> Store:
        """The database.

        Raises:
            RuntimeError: the mock is not open.
        """
        if self._store is None:
            raise RuntimeError(f"this {type(self).__name__} is not started")
        return self._store

    def open(self) -> None:
        """Open the store and build the application.

        Raises:
            StoreError: the database file cannot be used; it is untouched.
        """
        self._store = Store(self._db)
        self._app = MockApp(dict.fromkeys(CATALOGUE, self.crm), control_plane(self))

    def close(self) -> None:
        """Close the store. Closing twice is fine; the CRMs cannot be used afterwards."""
        if self._store is not None:
            self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def names(self) -> list[str]:
        """Names of the CRMs."""
        return list(CATALOGUE)

    def base_path(self, name: str) -> str:
        """Return the path of a CRM's API.

        Raises:
            KeyError: there is no such CRM.
        """
        return CATALOGUE[name].base_path

    def crm(self, name: str) -> MockCRM:
        """Return a CRM by name.

        Raises:
            KeyError: there is no such CRM.
            RuntimeError: the mock is not open.
        """
        crm = self._crms.get(name)
        if crm is None:
            entry = CATALOGUE[name]
            # The server's thread and the test's may both be the first to ask.
            with self.store.lock:
                if name in self._crms:
                    return self._crms[name]
                kind: type[MockCRM] = getattr(
                    importlib.import_module(entry.module), entry.class_name
                )
                crm = kind(
                    self.store,
                    origin=self._origin,
                    base_path=entry.base_path,
                    transport=self._transport,
                    seed=self._seed,
                    rate_limits=self._rate_limits,
                    faithful_crashes=self._faithful_crashes,
                )
                self._crms[name] = crm
        return crm

    def reset(self) -> None:
        """Take all CRMs back to their start: data, counters, clock, faults, journal."""
        with self.store.lock:
            for name in CATALOGUE:
                if name in self._crms:
                    self._crms[name].reset()
                else:
                    # It seeds itself when it is first used.
                    self.store.clear(name)

    def seed(self, name: str = "demo") -> None:
        """Replace the data of all CRMs by a seed.

        Raises:
            ValueError: there is no such seed; nothing has changed.
        """
        require_seed(name)
        with self.store.transaction():
            for crm in CATALOGUE:
                self.crm(crm).seed(name)

    def snapshot(self) -> dict[str, Any]:
        """Return the state of all CRMs, by name, as a JSON tree for `restore`."""
        with self.store.lock:
            return {name: self.crm(name).snapshot() for name in CATALOGUE}

    def restore(self, snapshot: Mapping[str, Any]) -> None:
        """Go back to a state that `snapshot` gave; CRMs it does not hold stay as they are.

        Raises:
            ValueError: it is not a snapshot of these CRMs; nothing has changed.
        """
        with self.store.transaction():
            for name, state in snapshot.items():
                if name not in CATALOGUE or not isinstance(state, Mapping):
                    raise ValueError(f"not a snapshot of these CRMs: {name!r}")
                self.crm(name).restore(state)
