"""Shared clients: threads, tasks, cancellation, and sync calls inside an event loop."""

from __future__ import annotations

import asyncio
import gzip
import json
import threading
from itertools import product
from typing import Any

import httpx
import pytest

from crmkit import AsyncRelenta, CallTimeoutError, Relenta
from crmkit_mock import MockCRMs
from tests.clients.conftest import MakeClient
from tests.clients.harness import (
    ACCOUNT,
    KEY,
    Canned,
    contact,
    envelope,
    failures,
    page,
    reply,
    saved,
)

CREDENTIALS: dict[str, Any] = {"account": ACCOUNT, "department_key": KEY}


def test_threads_share_client(mocks: MockCRMs) -> None:
    """Threads may share one sync client from its first call on; no call is lost or doubled."""
    relenta = mocks.relenta
    credentials: dict[str, Any] = dict(relenta.credentials)
    crm = Relenta(base_url=relenta.base_url, transport=relenta.transport, **credentials)
    start = threading.Barrier(8)
    ids: list[int] = []

    def work(number: int) -> None:
        start.wait()
        ids.extend(crm.contacts.save(full_name=f"Clone {number}") for _ in range(5))
        assert crm.contacts.list().first() is not None

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(ids)) == 40
    assert len(crm.contacts.list(page_size=7).collect()) == 42
    crm.close()


def test_sync_client_works_inside_event_loop() -> None:
    """The sync client works inside a running event loop, as in a notebook."""
    transport = Canned(page(contact(1)), page())

    async def work() -> list[int]:
        with Relenta(**CREDENTIALS, transport=transport) as crm:
            return [contact.id for contact in crm.contacts.list()]

    assert asyncio.run(work()) == [1]


class Hanging(httpx.AsyncBaseTransport):
    """Never answers its first request."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.count = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Hang once, then answer."""
        self.count += 1
        if self.count == 1:
            self.asked.set()
            await asyncio.Event().wait()
        return httpx.Response(200, json=envelope({"id": 5}), request=request)


def test_cancelled_call() -> None:
    """A cancelled task ends as cancelled, is not retried, and leaves the client usable."""

    async def work() -> None:
        transport = Hanging()
        async with AsyncRelenta(**CREDENTIALS, transport=transport) as crm:
            task = asyncio.create_task(crm.contacts.save(full_name="x"))
            await transport.asked.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert transport.count == 1, "a cancelled call is not tried again"
            assert await crm.contacts.save(full_name="x") == 5

    asyncio.run(work())


def test_tasks_get_their_own_replies(mocks: MockCRMs) -> None:
    """Tasks of one async client get their own replies; a failure of one does not affect another."""
    relenta = mocks.relenta
    credentials: dict[str, Any] = dict(relenta.credentials)
    relenta.fail(error="read_timeout", path="/activity.save.json")

    async def work() -> tuple[Any, ...]:
        async with AsyncRelenta(
            base_url=relenta.base_url, transport=relenta.transport, **credentials
        ) as crm:
            return await asyncio.gather(
                crm.contacts.list().collect(),
                crm.activities.save(subject="lost"),
                crm.contacts.save(full_name="kept"),
                crm.custom_fields.list().collect(),
                return_exceptions=True,
            )

    contacts, lost, id, fields = asyncio.run(work())

    assert len(fields) == 6
    assert len(contacts) in {2, 3}
    assert isinstance(lost, CallTimeoutError)
    assert isinstance(id, int)


def test_reads_compressed_reply(client: MakeClient) -> None:
    """A compressed reply is read like any other."""

    def check(encoding: str) -> None:
        body = json.dumps(envelope({"id": 3})).encode()
        if "deflate" in encoding:
            import zlib

            body = zlib.compress(body)
        if "gzip" in encoding:
            body = gzip.compress(body)
        crm = client(reply(body, headers={"Content-Encoding": encoding}))

        assert crm(lambda crm: crm.contacts.save()) == 3

    assert failures(check, product(["gzip", "deflate, gzip", "identity"])) == []


def test_clients_have_their_own_credentials(client: MakeClient) -> None:
    """Clients of one process have credentials of their own."""
    first, second = (
        client(saved(), department_key="1" * 32),
        client(saved(), department_key="2" * 32),
    )

    for crm in (first, second, first):
        crm(lambda crm: crm.contacts.save())

    header = "x-relenta-department-key"
    assert [seen.headers[header][0] for seen in first.seen] == ["1", "1"]
    assert [seen.headers[header][0] for seen in second.seen] == ["2"]
