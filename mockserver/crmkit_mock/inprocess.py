"""Mock CRMs inside the process, without a socket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmkit_mock.behavior import NEWEST_ESPOCRM
from crmkit_mock.mocks import Mocks
from crmkit_mock.transport import InProcessTransport

if TYPE_CHECKING:
    from pathlib import Path

    from crmkit_mock.seeds import SeedSource

#: https, because clients refuse plain http elsewhere than on loopback; .invalid, because no such
#: host can exist: a client without its transport cannot reach anything.
ORIGIN = "https://{name}.mock.invalid"


class MockCRMs(Mocks):
    """The mock CRMs, answering through an httpx transport in this process.

    One transport object serves sync and async clients:

        mocks = MockCRMs()
        client = httpx.Client(transport=mocks.relenta.transport)

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
        StoreError: the database file cannot be used; it is untouched.
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
        super().__init__(
            seed=seed,
            db=db,
            rate_limits=rate_limits,
            faithful_crashes=faithful_crashes,
            espocrm_version=espocrm_version,
            strict=strict,
        )
        self._origin = ORIGIN
        self.open()
        self._transport = InProcessTransport(self.app)
