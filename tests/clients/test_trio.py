"""Async clients on trio, and sync clients where middleware awaits what a loop would run."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import anyio
import pytest
import trio

from crmkit import AsyncMonica, AsyncOnePageCRM, AsyncRelenta, ConfigError, Relenta
from crmkit_mock import MockCRMs, MockServer
from tests.clients.harness import CREDENTIALS, Canned, saved

Run = Callable[[Callable[[], Coroutine[Any, Any, Any]]], Any]
RUNS: dict[str, Run] = {"asyncio": lambda work: asyncio.run(work()), "trio": trio.run}
each_loop = pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)


@each_loop
def test_reads_writes_and_retries(run: Run) -> None:
    """Lists, writes, retries and tasks at once work over a socket, whatever the loop."""
    with MockServer() as server:
        monica = server.monica

        async def work() -> None:
            credentials: dict[str, Any] = dict(monica.credentials)
            async with AsyncMonica(base_url=monica.base_url, **credentials) as crm:
                names: list[str | None] = []
                async with anyio.create_task_group() as group:

                    async def create(number: int) -> None:
                        tag = await crm.tags.create(name=f"tag {number}")
                        names.append((await crm.tags.get(tag.id)).name)

                    for number in range(10):
                        group.start_soon(create, number)
                monica.fail(status=503, times=1)
                listed = [tag.name async for tag in crm.tags.list(page_size=3)]
                assert {f"tag {number}" for number in range(10)} == {*names}
                assert {*names} <= {*listed}

        run(work)


@each_loop
def test_tasks_share_a_login(run: Run) -> None:
    """Tasks that need a key at the same time share one login, whatever the loop."""
    with MockCRMs() as mocks:
        mock = mocks.onepagecrm
        login: dict[str, Any] = dict(mock.login)

        async def work() -> None:
            async with (
                AsyncOnePageCRM(base_url=mock.base_url, transport=mock.transport, **login) as crm,
                anyio.create_task_group() as group,
            ):
                for _ in range(8):
                    group.start_soon(crm.api_version)

        run(work)
        paths = [entry.path for entry in mock.journal]
        assert sum("login" in path for path in paths) == 1


def test_one_client_works_on_both_loops() -> None:
    """One client works on one loop after the other, and keeps no connection of an ended one."""
    with MockServer() as server:
        relenta = server.relenta
        credentials: dict[str, Any] = dict(relenta.credentials)
        crm = AsyncRelenta(base_url=relenta.base_url, **credentials)

        async def count() -> int:
            found = len(await crm.contacts.list().collect())
            # Closed by hand, so that the loop leaves no socket for the collector to complain of.
            await crm._io.pool.aclose()
            return found

        for _ in range(2):
            for run in RUNS.values():
                assert run(count) == 2
                assert len(crm._io._pools) == 1

        async def close() -> None:
            await crm.aclose()
            with pytest.raises(ConfigError, match="closed"):
                await crm.contacts.save()

        trio.run(close)


def test_real_awaiting_under_sync_client_is_config_error() -> None:
    """Middleware that awaits a loop's own functions under a sync client is a ConfigError."""

    def middleware(pause: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        async def wait(request: Any, call_next: Any) -> Any:
            await pause()
            return await call_next(request)

        return wait

    def call(pause: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        settings: dict[str, Any] = {**CREDENTIALS["Relenta"], "middleware": [middleware(pause)]}
        crm = Relenta(**settings, transport=Canned(saved()))
        with pytest.raises(ConfigError, match="under a sync client"):
            crm.contacts.save()

    async def inside(pause: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        call(pause)

    pauses: list[tuple[Callable[[], Coroutine[Any, Any, Any]], Run]] = [
        (lambda: asyncio.sleep(0.001), RUNS["asyncio"]),
        (lambda: trio.sleep(0.001), RUNS["trio"]),  # noqa: ASYNC105  # awaited later
        (lambda: anyio.sleep(0.001), RUNS["asyncio"]),
        (lambda: anyio.sleep(0.001), RUNS["trio"]),
    ]
    for pause, run in pauses:
        call(pause)
        run(lambda: inside(pause))  # noqa: B023  # called here
