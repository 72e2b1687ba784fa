"""The deadline of a call: it ends in time, however a server drips, sync, on asyncio and on trio."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import anyio
import pytest
import trio

from crmkit import (
    AsyncRelenta,
    CallTimeoutError,
    CRMError,
    Relenta,
)
from tests.clients.harness import (
    KEY,
    sync_alone,
)
from tests.clients.raw_server import Connection, RawServer

asynchronous = sync_alone
SECONDS = 0.2
SAVED = b'{"status": true, "code": 200, "data": {"id": 5}}'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.fixture
def clock() -> None:
    """Leave the clock as it is: what ends here ends by real time."""


def silence(connection: Connection) -> None:
    """Take the request and say nothing."""
    connection.request()
    connection.wait()


def dripped_head(connection: Connection) -> None:
    """Send a head that never ends, a byte at a time."""
    connection.request()
    connection.send(b"HTTP/1.1 200 OK\r\nX-A: ")
    connection.drip(b"a")


def dripped_body(connection: Connection) -> None:
    """Send a body a byte at a time."""
    connection.request()
    connection.send(HEAD + b"Content-Length: 100000\r\n\r\n")
    connection.drip(b" ")


def dripped_chunks(connection: Connection) -> None:
    """Send a body without end in small chunks."""
    connection.request()
    connection.send(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    connection.drip(b"1\r\n \r\n")


def interim_replies(connection: Connection) -> None:
    """Send interim replies, one after the other."""
    connection.request()
    connection.drip(b"HTTP/1.1 102 Processing\r\n\r\n")


def flood_of_interim_replies(connection: Connection) -> None:
    """Send interim replies as fast as they are taken."""
    connection.request()
    connection.drip(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 100, 0)


def unread_request(connection: Connection) -> None:
    """Take nothing of the request."""
    connection.wait()


CASES: dict[str, Callable[[Connection], None]] = {
    function.__name__: function
    for function in (
        *(silence, dripped_head, dripped_body, dripped_chunks),
        *(interim_replies, flood_of_interim_replies, unread_request),
    )
}
BIG = "x" * 8_000_000


@contextmanager
def servers() -> Iterator[dict[str, str]]:
    """Open a server of each kind, which misbehaves on its first connection only."""

    def first_only(answer: Callable[[Connection], None]) -> Callable[[Connection], None]:
        def serve(connection: Connection) -> None:
            if connection.number == 0:
                answer(connection)
            else:
                connection.request()
                connection.reply(SAVED)

        return serve

    with ExitStack() as stack:
        opened = {name: RawServer(first_only(answer)) for name, answer in CASES.items()}
        yield {name: stack.enter_context(server).url for name, server in opened.items()}


def check(name: str, error: Exception | None, seconds: float) -> None:
    """Check how a call ended."""
    assert isinstance(error, CallTimeoutError), (name, error)
    assert f"deadline of {SECONDS:g} s" in str(error), (name, error)
    assert error.maybe_processed, name
    assert error.attempts == 1, name
    assert SECONDS * 0.9 <= seconds < SECONDS + 1.5, (name, seconds)


def test_sync_call_ends_at_deadline() -> None:
    """A sync call ends at its deadline, however the server drips, and the next call is good."""

    def work(name: str, url: str) -> None:
        with Relenta(base_url=url, department_key=KEY, deadline=SECONDS) as crm:
            begun = time.monotonic()
            error = None
            try:
                crm.contacts.save(full_name=BIG if name == "unread_request" else "x")
            except CRMError as caught:
                error = caught
            check(name, error, time.monotonic() - begun)
            assert crm.contacts.save(options={"deadline": 5}) == 5

    with servers() as urls, ThreadPoolExecutor(len(urls)) as pool:
        for done in [pool.submit(work, *item) for item in urls.items()]:
            done.result()


@pytest.mark.parametrize("run", [asyncio.run, lambda work: trio.run(lambda: work)])
def test_async_call_ends_at_deadline(run: Callable[[Awaitable[None]], None]) -> None:
    """An async call ends at its deadline, on asyncio and on trio, and the next call is good."""

    async def work(name: str, url: str) -> None:
        async with AsyncRelenta(base_url=url, department_key=KEY, deadline=SECONDS) as crm:
            begun = time.monotonic()
            error = None
            try:
                await crm.contacts.save(full_name=BIG if name == "unread_request" else "x")
            except CRMError as caught:
                error = caught
            check(name, error, time.monotonic() - begun)
            assert await crm.contacts.save(options={"deadline": 5}) == 5

    async def main(urls: dict[str, str]) -> None:
        async with anyio.create_task_group() as group:
            for item in urls.items():
                group.start_soon(work, *item)

    with servers() as urls:
        run(main(urls))
