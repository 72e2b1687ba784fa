"""The mock CRMs with their application: what `MockServer` and `MockCRMs` have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from crmkit_mock.access import Access
from crmkit_mock.app import MockApp
from crmkit_mock.behavior import NEWEST_ESPOCRM, Behavior
from crmkit_mock.catalogue import CATALOGUE
from crmkit_mock.control import control_plane
from crmkit_mock.crms import CRMs
from crmkit_mock.pages import page_routes
from crmkit_mock.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from crmkit_mock.seeds import SeedSource


class Mocks(CRMs):
    """The mock CRMs and the control plane as one ASGI application.

    Args:
        seed: Data of a fresh state: "demo", "empty", or a JSON file or its tree (see `seeds`).
        db: Database file that keeps the state; None keeps it in memory.
        rate_limits: Whether the CRMs limit the rate of requests as their vendors do.
        faithful_crashes: Whether requests that crash a vendor's server are answered 500 as there;
            otherwise they are answered 4xx.
        espocrm_version: Release that the mocks of EspoCRM and AutoCRM imitate, "9.2" or "10.0".
        strict: Whether a request that the document does not allow fails the test: an
            `AssertionError` says where, at once in process, and when the `with` block ends.

    Raises:
        ValueError: there is no such seed, or release.
    """

    def __init__(
        self,
        *,
        seed: SeedSource = "demo",
        db: str | Path | None = None,
        rate_limits: bool = False,
        faithful_crashes: bool = False,
        espocrm_version: str = NEWEST_ESPOCRM,
        strict: bool = False,
    ) -> None:
        behavior = Behavior(rate_limits, faithful_crashes, espocrm_version, strict)
        super().__init__(seed=seed, behavior=behavior)
        self._db = db
        self._access = Access(in_process=True)
        self._app: MockApp | None = None

    @property
    def app(self) -> MockApp:
        """The ASGI application with all CRMs and the control plane.

        Raises:
            RuntimeError: the mock is not open.
        """
        if self._app is None:
            raise RuntimeError(f"this {type(self).__name__} is not started")
        return self._app

    def open(self) -> None:
        """Open the store and build the application.

        Raises:
            StoreError: the database file cannot be used; it is untouched.
            ValueError: a record of the seed is invalid; no file was created.
        """
        self._require_valid_seed()
        self._store = Store(self._db)
        self._app = MockApp(
            dict.fromkeys(CATALOGUE, self.crm),
            control_plane(self, page_routes(self, self._access)),
            self._access,
        )

    def _require_valid_seed(self) -> None:
        """Add the records of a seed of one's own to mocks that are thrown away.

        Each CRM is seeded when it is first used, and a mistake must show before that.
        """
        if self._seed.records:
            trial = CRMs(seed=self._seed, behavior=self._behavior)
            trial._store = Store()  # noqa: SLF001 - of our own class
            try:
                for name in self._seed.records:
                    trial.crm(name)
            finally:
                trial._store.close()  # noqa: SLF001 - as above

    def close(self) -> None:
        """Close the store. Closing twice is fine; the CRMs cannot be used afterwards."""
        if self._store is not None:
            self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.close()
        if kind is None:
            self.require_allowed()
