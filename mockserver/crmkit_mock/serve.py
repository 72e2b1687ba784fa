"""The mock server in the foreground, for `crmkit-mock serve`."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from crmkit_mock.access import Access, is_loopback, token_for
from crmkit_mock.behavior import NEWEST_ESPOCRM
from crmkit_mock.mocks import Mocks
from crmkit_mock.server import listen, origin_of, server_for

if TYPE_CHECKING:
    from crmkit_mock.seeds import SeedSource


class ForegroundMocks(Mocks):
    """The mock CRMs of a server in the main thread, with clocks that run."""

    def run(self, host: str, port: int, token: str | None = None) -> None:
        """Listen and serve until the process is stopped; then close the store.

        Args:
            host: Address to listen on.
            port: Port; 0 takes a free one.
            token: What control requests need; None makes one where others can reach the host.

        Raises:
            ValueError: the token cannot be sent, or a record of the seed is invalid.
            OSError: the port is taken.
            StoreError: the database file cannot be used; it is untouched.
            KeyboardInterrupt: the process was stopped.
        """
        self._access = Access(token_for(host, token))
        with listen(host, port) as listener, self:
            self.open()
            self._origin = origin_of(listener)
            for name in self.names:
                # A client that waits for a rate limit must not wait forever.
                self.crm(name).clock.run(time.monotonic)
            # Printed once it serves: whoever reads the addresses may use them, or stop it, at once.
            server_for(self.app, on_start=lambda: self._announce(host)).run([listener])

    def _announce(self, host: str) -> None:
        """Print where the mocks are, and what opens them."""
        lines = [
            f"{name:12} {crm.base_url}  "
            + " ".join(f"{key}={value}" for key, value in crm.credentials.items())
            for name, crm in ((name, self.crm(name)) for name in self.names)
        ]
        if not is_loopback(host):
            lines.append(f"{'listening':12} {host}, where others can reach it")
        if self._access.token is not None:
            lines.append(f"{'token':12} {self._access.token}")
        lines.append(f"{'control':12} {self._origin}/__mock__/health  pages {self._origin}/")
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()


def serve(
    host: str,
    port: int,
    *,
    token: str | None = None,
    db: str | None = None,
    seed: SeedSource = "demo",
    rate_limits: bool = True,
    faithful_crashes: bool = False,
    espocrm_version: str = NEWEST_ESPOCRM,
) -> None:
    """Serve all mock CRMs.

    Args:
        host: Address to listen on.
        port: Port; 0 takes a free one.
        token: What control requests need; None makes one where others can reach the host.
        db: Database file; what it holds already is served as it is.
        seed: Data of a fresh state.
        rate_limits: Whether the CRMs limit the rate of requests as their vendors do.
        faithful_crashes: Whether requests that crash a vendor's server are answered 500 as there;
            otherwise they are answered 4xx.
        espocrm_version: Release that the mocks of EspoCRM and AutoCRM imitate, "9.2" or "10.0".

    Raises:
        As `ForegroundMocks.run`; ValueError also for an unknown seed or release.
    """
    mocks = ForegroundMocks(
        seed=seed,
        db=db,
        rate_limits=rate_limits,
        faithful_crashes=faithful_crashes,
        espocrm_version=espocrm_version,
    )
    mocks.run(host, port, token)
