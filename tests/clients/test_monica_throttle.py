"""Long exports under 60 requests a minute, on a simulated clock."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from functools import partial
from itertools import product
from typing import Any

import httpx
import pytest

from crmkit import RateLimitError, Reply
from crmkit.core.http import AsyncIO, SyncIO
from crmkit.monica.client import AsyncMonica, Monica
from crmkit_mock import MockCRMs, MockServer
from tests.clients.conftest import MakeClient
from tests.clients.harness import Clock, Driver, both, failures, sync_alone
from tests.clients.monica_wire import CLIENT, TOKEN

asynchronous = sync_alone

MakeServer = Callable[..., "Server"]


class Server(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Count requests as Monica does: a window begins with the first request and lasts a minute.

    Args:
        clock: The test's clock.
        limit: Requests a window.
        latency: Seconds that a reply takes.
        pages: Pages of the list that it answers with.
    """

    def __init__(
        self, clock: Clock, limit: int = 60, latency: float = 0.2, pages: int = 200
    ) -> None:
        self.clock = clock
        self.limit = limit
        self.latency = latency
        self.pages = pages
        self.began = -math.inf
        self.count = 0
        self.answered: list[int] = []
        self.times: list[float] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a sync client."""
        return self.answer(request)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer an async client, and let other tasks run."""
        response = self.answer(request)
        await asyncio.sleep(0)
        return response

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Answer, or refuse with 429."""
        now = self.clock.now + self.latency / 2
        self.clock.now += self.latency
        if now >= self.began + 60:
            self.began, self.count = now, 0
        self.count += 1
        self.times.append(now)
        left = max(0, self.limit - self.count)
        headers = {"X-RateLimit-Limit": str(self.limit), "X-RateLimit-Remaining": str(left)}
        if self.count > self.limit:
            self.answered.append(429)
            headers["Retry-After"] = str(math.ceil(self.began + 60 - now))
            error = {"message": "Too many attempts, please slow down the request", "error_code": 34}
            return httpx.Response(429, json={"error": error}, headers=headers, request=request)
        self.answered.append(200)
        number = int(request.url.params.get("page", 1))
        tag = {"id": number, "object": "tag", "name": f"t{number}", "name_slug": f"t{number}"}
        times = dict.fromkeys(("created_at", "updated_at"), "2026-01-02T03:04:05Z")
        body = {
            "data": [{**tag, "account": {"id": 1}, **times}],
            "links": {},
            "meta": {"current_page": number, "last_page": self.pages, "total": self.pages},
        }
        return httpx.Response(200, json=body, headers=headers, request=request)


def read_pages(crm: Driver, count: int) -> list[Any]:
    """Read the first pages of a list, a request each, and return their rows."""
    replies = [crm(partial(_page, number)) for number in range(1, count + 1)]
    return [row for reply in replies for row in reply.data["data"]]


def _page(number: int, crm: Any) -> Any:
    return crm.request("GET", "/tags", query={"page": number})


@pytest.fixture
def server(clock: Clock) -> MakeServer:
    """Make servers on the test's clock."""
    return lambda **settings: Server(clock, **settings)


def test_long_export_keeps_limit(asynchronous: bool, server: MakeServer, clock: Clock) -> None:
    """200 pages come without a 429, in no more windows than they need."""

    def check(latency: float) -> None:
        clock.waits.clear()
        monica = server(latency=latency)
        crm = Driver(asynchronous, monica, **CLIENT)
        begun = clock.now

        tags = read_pages(crm, 200)

        assert [tag["id"] for tag in tags] == list(range(1, 201))
        assert monica.answered == [200] * 200
        # Three full windows, and what is left in the fourth.
        assert clock.now - begun <= max(180 + 21 * latency, 200 * latency) + 1
        crm.end()

    assert failures(check, product([0.01, 0.3, 2.5])) == []


@pytest.mark.parametrize(
    ("kind", "asynchronous", "count"), [(MockCRMs, False, 300), (MockServer, True, 70)]
)
def test_keeps_limit_of_mock(
    asynchronous: bool,
    kind: type[MockCRMs | MockServer],
    count: int,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Creations and pages of one record take only the windows they need, without a 429."""
    with kind(seed="empty", rate_limits=True) as mocks:
        mock = mocks.monica

        async def sleep(_: object, seconds: float) -> None:
            clock.sleep(seconds)
            mock.clock.advance(seconds)

        for io in (SyncIO, AsyncIO):
            monkeypatch.setattr(io, "sleep", sleep)
        settings = {"base_url": mock.base_url, **mock.credentials}
        crm = Driver(asynchronous, mock.transport, (Monica, AsyncMonica), **settings)
        begun = clock.now
        names = [f"t{number:03}" for number in range(count)]
        for name in names:
            crm(partial(_create_tag, name))
        for page in range(1, count + 1):
            crm(partial(_read_page, page))
        crm.end()
        assert {exchange.status for exchange in mock.journal} == {200, 201}
        assert len(mock.journal) == 2 * count
    windows = 2 * count // 60 - (2 * count % 60 == 0)  # after the first
    assert windows * 50 <= clock.now - begun <= windows * 60


def _create_tag(name: str, crm: Any) -> Any:
    return crm.tags.create(name)


def _read_page(page: int, crm: Any) -> Any:
    return crm.request("GET", "/tags", query={"page": page, "limit": 1})


def test_export_begins_with_burst(asynchronous: bool, server: MakeServer, clock: Clock) -> None:
    """No request waits before the limit of a window is reached."""
    crm = Driver(asynchronous, server(pages=60), **CLIENT)
    read_pages(crm, 60)
    assert clock.waits == []
    crm.end()


def test_keeps_limit_of_server(asynchronous: bool, server: MakeServer, clock: Clock) -> None:
    """An installation with another limit gets as many requests as it allows, and no more."""

    def check(limit: int) -> None:
        clock.waits.clear()
        monica = server(limit=limit, latency=0.01, pages=130)
        crm = Driver(asynchronous, monica, **CLIENT)
        read_pages(crm, 130)
        assert monica.answered == [200] * 130
        assert len(clock.waits) == (130 - 1) // limit
        crm.end()

    assert failures(check, product([5, 600, 100_000])) == []


@both
def test_partly_used_window(asynchronous: bool, server: MakeServer, clock: Clock) -> None:
    """What another program has used up of a window is known from the first reply on."""
    monica = server(pages=100)
    monica.began, monica.count = clock.now - 20, 50
    crm = Driver(asynchronous, monica, **CLIENT)
    assert len(crm(lambda crm: crm.tags.list())) == 100
    assert 429 not in monica.answered
    crm.end()


def test_used_up_window(asynchronous: bool, server: MakeServer, clock: Clock) -> None:
    """A used-up window costs one 429, whose Retry-After is waited for."""
    monica = server(pages=70)
    monica.began, monica.count = clock.now - 20, 60
    crm = Driver(asynchronous, monica, **CLIENT)
    assert len(crm(lambda crm: crm.tags.list())) == 70
    assert monica.answered.count(429) == 1
    assert clock.waits[0] == pytest.approx(40, abs=1)
    crm.end()


def test_two_clients_share_token(asynchronous: bool, server: MakeServer) -> None:
    """Two clients of one token cause few 429 and no error."""
    monica = server(pages=500)
    clients = [Driver(asynchronous, monica, **CLIENT) for _ in range(2)]
    for _ in range(150):
        for crm in clients:
            crm(lambda crm: crm.request("GET", "/tags"))
    assert monica.answered.count(200) == 300
    assert monica.answered.count(429) <= 6
    for crm in clients:
        crm.end()


def test_tasks_share_window(
    server: MakeServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """150 concurrent calls take three windows, none refused."""

    async def sleep(_: object, seconds: float) -> None:
        until = clock.now + seconds
        await asyncio.sleep(0)
        clock.now = max(clock.now, until)

    monkeypatch.setattr(AsyncIO, "sleep", sleep)
    monica = server(latency=0.01)
    begun = clock.now

    async def call_concurrently() -> list[Reply]:
        async with AsyncMonica(token=TOKEN, transport=monica) as crm:
            return await asyncio.gather(
                *(crm.request("GET", "/tags", query={"page": n}) for n in range(1, 151))
            )

    replies = asyncio.run(call_concurrently())
    assert [reply.data["data"][0]["id"] for reply in replies] == list(range(1, 151))
    assert monica.answered.count(429) == 0
    assert clock.now - begun < 125


def test_raises_without_retries(asynchronous: bool, server: MakeServer, clock: Clock) -> None:
    """Without retries the 429 is raised, and the next call waits for the next window."""
    monica = server()
    monica.began, monica.count = clock.now, 60
    crm = Driver(asynchronous, monica, **CLIENT, max_retries=0)
    with pytest.raises(RateLimitError):
        crm(lambda crm: crm.tags.list())
    assert crm(lambda crm: crm.tags.list().take(1).collect())
    assert monica.answered == [429, 200]
    crm.end()


def test_throttle_of_caller(asynchronous: bool, server: MakeServer, clock: Clock) -> None:
    """`throttle` is the number of requests per second, evenly spaced; 0 is off."""
    steady = Driver(asynchronous, server(latency=0, pages=4), **CLIENT, throttle=0.5)
    read_pages(steady, 4)
    assert clock.waits == [2.0, 2.0, 2.0]
    clock.waits.clear()
    hasty = Driver(asynchronous, server(latency=0, pages=59), **CLIENT, throttle=0)
    read_pages(hasty, 59)
    assert clock.waits == []
    steady.end()
    hasty.end()


def test_server_without_limit(monica: MakeClient, clock: Clock) -> None:
    """Requests to an installation that reports no limit, like the mock by default, do not wait."""
    crm = monica()
    for _ in range(150):
        crm(lambda crm: crm.me())
    assert clock.waits == []
