"""The pool of connections: many threads and tasks, and calls that are cancelled."""

from __future__ import annotations

import gc
import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import anyio
import httpx
import pytest

import crmkit.core.http
from crmkit import AsyncEspoCRM, AsyncRelenta, CallTimeoutError, EspoCRM, Relenta
from tests.clients.harness import KEY
from tests.clients.raw_server import Connection, RawServer
from tests.clients.test_trio import Run, each_loop

PART = b"x" * 65536
uncollected = pytest.mark.filterwarnings(
    # A connection that is cut while it comes about is left to the collector by asyncio.
    "ignore::ResourceWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
)


def answer(connection: Connection) -> None:
    """Answer with the path, after a while if it says so; a file comes slowly and is long."""
    while request := connection.request():
        path = request.split()[1].decode()
        if "Attachment" in path:
            connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
            connection.drip(PART, 0.002)
        elif "slow" in path:
            connection.wait(0.02)
        connection.reply(b'{"path": "%s"}' % path.encode())


@pytest.fixture
def clock() -> None:
    """Leave the clock as it is: what waits here waits for other threads and tasks."""


@pytest.fixture
def server() -> Iterator[RawServer]:
    """A server of the above."""
    with RawServer(answer) as server:
        yield server


@pytest.fixture
def few_connections(monkeypatch: pytest.MonkeyPatch) -> int:
    """Let a client have four connections, so that calls wait for them."""
    monkeypatch.setattr(crmkit.core.http, "MOST_CONNECTIONS", 4)
    return 4


def test_64_threads_share_one_client(server: RawServer) -> None:
    """64 threads get their own replies from one client."""
    start = threading.Barrier(64)

    def work(number: int) -> list[Any]:
        start.wait()
        return [crm.request("GET", f"/{number}/{call}").data["path"] for call in range(2)]

    with Relenta(base_url=server.url, department_key=KEY) as crm, ThreadPoolExecutor(64) as pool:
        found = list(pool.map(work, range(64)))

    assert found == [[f"/{number}/{call}" for call in range(2)] for number in range(64)]
    assert server.connections <= 64


@uncollected
@each_loop
def test_cancelled_calls_leave_the_pool_clean(
    server: RawServer, few_connections: int, run: Run
) -> None:
    """However many calls are cancelled wherever they are, no connection is lost."""
    chance = random.Random(7)  # noqa: S311  # no secret

    async def work() -> None:
        async with AsyncRelenta(base_url=server.url, department_key=KEY) as crm:

            async def cancelled(number: int) -> None:
                with anyio.move_on_after(chance.random() * 0.03):
                    await crm.request("GET", f"/slow/{number}")

            for _ in range(5):
                async with anyio.create_task_group() as group:
                    for number in range(40):
                        group.start_soon(cancelled, number)
            async with anyio.create_task_group() as group:
                for number in range(10):
                    group.start_soon(check, crm, number)
            assert crm._io._pools[crm._io._loop()].slots.value == few_connections

    async def check(crm: Any, number: int) -> None:
        assert (await crm.request("GET", f"/{number}")).data == {"path": f"/{number}"}

    run(work)
    gc.collect()


@uncollected
@each_loop
def test_cancelled_downloads_leave_the_pool_clean(
    server: RawServer, few_connections: int, run: Run
) -> None:
    """Nor is one lost where files are under way, to a file or into memory."""

    async def work() -> None:
        async with AsyncEspoCRM(base_url=server.url, api_key="k") as crm:

            async def cancelled(number: int) -> None:
                with anyio.move_on_after(0.02):
                    to = BytesIO() if number % 2 else None
                    await (
                        crm.attachments.download("a", to) if to else crm.attachments.download("a")
                    )

            for _ in range(4):
                async with anyio.create_task_group() as group:
                    for number in range(8):
                        group.start_soon(cancelled, number)
            assert (await crm.request("GET", "/x")).data == {"path": "/api/v1/x"}
            assert crm._io._pools[crm._io._loop()].slots.value == few_connections

    run(work)
    gc.collect()


def test_threads_wait_for_a_connection(few_connections: int) -> None:
    """More threads than connections wait their turn; one that waits too long sent nothing."""
    # As many requests as there may be connections are answered at a time, and none before.
    together = threading.Barrier(few_connections)

    def answer_together(connection: Connection) -> None:
        while request := connection.request():
            path = request.split()[1].decode()
            if "slow" in path:
                together.wait(60)
            connection.reply(b'{"path": "%s"}' % path.encode())

    with (
        RawServer(answer_together) as server,
        Relenta(base_url=server.url, department_key=KEY, max_retries=0) as crm,
        ThreadPoolExecutor(12) as pool,
    ):
        paths = [f"/slow/{number}" for number in range(12)]
        found = list(pool.map(lambda path: crm.request("GET", path).data["path"], paths))
        assert found == paths
        assert server.connections == few_connections

        slots = crm._io._pools[None].slots
        for _ in range(few_connections):
            slots.acquire()
        for options in ({"timeout": 0.01}, {"deadline": 0.01}):
            with pytest.raises(CallTimeoutError) as caught:
                crm.request("POST", "/x", options=options)  # type: ignore[arg-type]  # wrong
            assert not caught.value.maybe_processed
        slots.release(few_connections)
        assert crm.request("GET", "/y").data == {"path": "/y"}


def test_failed_downloads_free_their_connection(server: RawServer, few_connections: int) -> None:
    """A download that its caller's file ends frees its connection."""

    class Full(BytesIO):
        def write(self, _: Any) -> int:
            raise OSError("disk full")

    with EspoCRM(base_url=server.url, api_key="k") as crm:
        for _ in range(few_connections + 1):
            with pytest.raises(OSError, match="disk full"):
                crm.attachments.download("a", Full())
        assert crm.request("GET", "/x").data == {"path": "/api/v1/x"}


def test_uses_httpx_as_it_is() -> None:
    """The private names by which our pools get their sockets are those of this httpx."""
    client = httpx.Client(mounts={"all://x.example": httpx.HTTPTransport(proxy="http://p.example")})
    for transport in (client._transport, *client._mounts.values()):
        assert isinstance(transport, httpx.HTTPTransport)
        assert hasattr(transport._pool, "_network_backend")
    crm = Relenta(base_url="https://x.example", department_key=KEY, proxy="http://p.example")
    pool = crm._io.pool
    for transport in (pool._transport, *pool._mounts.values()):
        backend: Any = transport._pool._network_backend
        assert type(backend).__name__ == "DeadlineBackend"
    crm.close()
