"""Bodies and lists that are given up half-way: nothing of them is left to the collector."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest

from crmkit import (
    AsyncEspoCRM,
    AsyncRelenta,
    CallTimeoutError,
    CRMError,
    DecodeError,
    EspoCRM,
    ServerError,
)
from tests.clients.harness import CREDENTIALS, Canned, Clock, contact, page
from tests.clients.raw_server import Connection, RawServer
from tests.clients.test_trio import Run, each_loop

PART = b"x" * 4096


def answer(connection: Connection) -> None:
    """Answer briefly, or without an end if the path says so; a body comes in several parts."""
    while request := connection.request():
        path = request.split()[1].decode()
        if "short" in path:
            connection.reply(b"{}")
            continue
        status = 500 if "error" in path else 200
        head = f"HTTP/1.1 {status} X\r\nTransfer-Encoding: chunked\r\n\r\n"
        chunk = b"%x\r\n%s\r\n" % (len(PART), PART)
        # Several parts at once, so that some are read already when the body is given up.
        connection.send(head.encode() + chunk * 5)
        if "whole" in path:
            connection.send(b"0\r\n\r\n")
        else:
            connection.drip(chunk)


@pytest.fixture
def server() -> Iterator[RawServer]:
    """A server of the above."""
    with RawServer(answer) as server:
        yield server


class Third(BytesIO):
    """A file that does something when it is written for the third time."""

    def __init__(self, then: Callable[[], object]) -> None:
        super().__init__()
        self._then, self._written = then, 0

    def write(self, part: Any) -> int:
        """Count a part."""
        self._written += 1
        if self._written == 3:
            self._then()
        return super().write(part)


@dataclass
class Case:
    """A call that gives a body up, what it raises, and the connections of it and the next call."""

    call: Callable[[Any, Clock], Any]
    error: type[Exception] | None
    connections: int = 2


def full() -> None:
    """Fail as a disk that is full does."""
    raise OSError(28, "full")


def download(crm: Any, then: Callable[[], object], name: str = "long") -> Any:
    """Download to a file."""
    return crm.attachments.download(name, Third(then), options={"deadline": 60})


CASES = {
    "the file cannot be written": Case(lambda crm, _: download(crm, full), OSError),
    "the deadline passes": Case(
        lambda crm, clock: download(crm, lambda: clock.sleep(999)), CallTimeoutError
    ),
    "the body is too large": Case(lambda crm, _: crm.request("GET", "/long"), DecodeError),
    "the body of an error is too large": Case(
        lambda crm, _: crm.request("GET", "/error"), ServerError
    ),
    "the body is whole": Case(lambda crm, _: download(crm, bool, "whole"), None, 1),
}
each_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)
SETTINGS: dict[str, Any] = {"api_key": "k", "max_retries": 0, "max_reply_bytes": 2 * len(PART) + 9}


@each_loop
@each_case
def test_nothing_is_left_to_the_collector(
    server: RawServer, clock: Clock, case: Case, run: Run
) -> None:
    """No async generator is left half-read, the connection is closed or kept, and calls go on."""
    left: list[str] = []

    async def work() -> None:
        # In place of the loop's, to see all that it would have to finish.
        sys.set_asyncgen_hooks(finalizer=lambda generator: left.append(repr(generator)))
        async with AsyncEspoCRM(base_url=server.url, **SETTINGS) as crm:
            error = None
            try:
                await case.call(crm, clock)
            except (CRMError, OSError) as raised:
                error = type(raised)
            gc.collect()
            assert (error, left) == (case.error, [])
            pool = crm._io._pools[crm._io._loop()]
            assert len(pool.client._transport._pool.connections) == 2 - case.connections
            assert pool.slots.value == 100
            assert (await crm.request("GET", "/short")).data == {}

    run(work)
    gc.collect()
    assert left == []
    assert server.connections == case.connections


@each_case
def test_sync_clients_go_on(server: RawServer, clock: Clock, case: Case) -> None:
    """Nor do sync clients lose a connection, or leave one open."""
    with EspoCRM(base_url=server.url, **SETTINGS) as crm:
        error = None
        try:
            case.call(crm, clock)
        except (CRMError, OSError) as raised:
            error = type(raised)
        gc.collect()
        assert error == case.error
        pool: Any = crm._io.pool
        assert len(pool._transport._pool.connections) == 2 - case.connections
        assert crm.request("GET", "/short").data == {}

    assert server.connections == case.connections


@each_loop
def test_a_loop_over_a_list_may_be_left(run: Run) -> None:
    """A loop over items or pages that is left, or closed, leaves no generator to the collector."""
    left: list[str] = []

    async def work() -> None:
        sys.set_asyncgen_hooks(finalizer=lambda generator: left.append(repr(generator)))
        canned = Canned(page(contact(1), contact(2)))
        async with AsyncRelenta(**CREDENTIALS["Relenta"], transport=canned) as crm:
            async for found in crm.contacts.list():
                assert found.id == 1
                break
            async for found_page in crm.contacts.list().pages():
                assert len(found_page.items) == 2
                break
            loop: Any = aiter(crm.contacts.list())
            assert (await anext(loop)).id == 1
            await loop.aclose()
            with pytest.raises(StopAsyncIteration):
                await anext(loop)
            del loop
            gc.collect()
            assert left == []

    run(work)
