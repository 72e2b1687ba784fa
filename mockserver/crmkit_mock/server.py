"""A mock server on a loopback port, in a thread of this process."""

from __future__ import annotations

import socket
import threading
import time
from typing import TYPE_CHECKING, Self

import uvicorn

from crmkit_mock.access import Access, token_for
from crmkit_mock.behavior import NEWEST_ESPOCRM
from crmkit_mock.coalesced_writes import CoalescingProtocol
from crmkit_mock.mocks import Mocks

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from crmkit_mock.app import MockApp
    from crmkit_mock.seeds import SeedSource

#: Seconds that a server may take to start or stop before it counts as failed.
_TIMEOUT = 10.0


class MockServer(Mocks):
    """The mock CRMs behind a real socket.

    Starts when the `with` block is entered, or by `start()`; one start for each object.

    What uvicorn's parser rejects never reaches a CRM, its envelope or its journal: a
    method that no RFC knows (`FOO`), for one, gets uvicorn's own 400 in plain text, where
    `MockCRMs` answers the CRM's 405.

    Args:
        host: Address to listen on. One that others can reach has a token.
        port: Port to listen on; 0 takes a free one.
        token: What control requests need as `Authorization: Bearer …`; then any Host is taken.
            None: there is none on loopback, where only loopback names are taken as Host, and one
            is made elsewhere.
        seed: Data of a fresh state: "demo", "empty", or a JSON file or its tree (see `seeds`).
        db: Database file that keeps the state; None keeps it in memory.
        rate_limits: Whether the CRMs limit the rate of requests as their vendors do.
        faithful_crashes: Whether requests that crash a vendor's server are answered 500 as there;
            otherwise they are answered 4xx.
        espocrm_version: Release that the mocks of EspoCRM and AutoCRM imitate, "9.2" or "10.0".
        strict: Whether a request that the document does not allow fails the test: an
            `AssertionError` says where, at once in process, and when the `with` block ends.

    Raises:
        ValueError: there is no such seed, or release, or the token cannot be sent.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        token: str | None = None,
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
        self._access = Access(token_for(host, token))
        self._host = host
        self._port = port
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def token(self) -> str | None:
        """The token that control requests need, or None."""
        return self._access.token

    @property
    def url(self) -> str:
        """Scheme, host and port at which this machine reaches the server.

        Raises:
            RuntimeError: the server is not started.
        """
        if not self._origin:
            raise RuntimeError("this MockServer is not started")
        return self._origin

    def start(self) -> Self:
        """Start the server and wait until it answers.

        Raises:
            OSError: the port is taken.
            StoreError: the database file cannot be used; it is untouched.
            RuntimeError: it was started before, or does not start in time.
        """
        if self._server is not None:
            raise RuntimeError("a MockServer starts once; create another")
        listener = listen(self._host, self._port)
        try:
            self.open()
        except BaseException:
            listener.close()
            raise
        self._origin = origin_of(listener)
        self._server = server_for(self.app)
        self._thread = threading.Thread(
            target=self._server.run, args=([listener],), name="crmkit-mock", daemon=True
        )
        self._thread.start()
        deadline = time.monotonic() + _TIMEOUT
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError("the mock server did not start in time")
            time.sleep(0.001)
        return self

    def stop(self) -> None:
        """Stop the server, break the connections that faults hold, close the store."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self.app.held.release()
            self._thread.join(_TIMEOUT)
        self.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.stop()
        if kind is None:
            self.require_allowed()


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket.

    Raises:
        OSError: the port is taken.
        ValueError: the port is out of range.
    """
    if not 0 <= port <= 65535:
        raise ValueError(f"port must be from 0 to 65535, got {port}")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=512)


def origin_of(listener: socket.socket) -> str:
    """Return the address at which this machine reaches a listening socket."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - nothing listens here
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class _Server(uvicorn.Server):
    """A server that says when it serves.

    Args:
        config: Its configuration.
        on_start: Called then, in the event loop.
    """

    def __init__(self, config: uvicorn.Config, on_start: Callable[[], None] | None) -> None:
        super().__init__(config)
        self._on_start = on_start

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to serve."""
        await super().startup(sockets)
        if self._on_start is not None and self.started:
            self._on_start()


def server_for(app: MockApp, on_start: Callable[[], None] | None = None) -> uvicorn.Server:
    """Return a uvicorn server for the application, without logs and other extra work.

    Args:
        app: The application.
        on_start: Called once it serves, in the event loop.
    """
    return _Server(
        uvicorn.Config(
            app,
            lifespan="off",
            ws="none",
            http=CoalescingProtocol,
            # There is no proxy in front of a loopback port.
            proxy_headers=False,
            # The mock's replies have the mock's own Date, and are the same bytes in every run.
            date_header=False,
            server_header=False,
            # The access log alone would cost two fifths of the throughput.
            access_log=False,
            log_config=None,
            log_level="warning",
            timeout_graceful_shutdown=1,
        ),
        on_start,
    )
