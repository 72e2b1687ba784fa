"""Opening and closing: who owns connections, and when they can be used."""

from __future__ import annotations

import asyncio
import copy
import gc
import pickle
from collections.abc import Iterator
from itertools import product
from typing import Any

import httpx
import pytest

from crmkit import ArgumentError, AsyncRelenta, ConfigError, CRMError, Relenta, StatusError
from crmkit_mock import MockCRMs, MockServer
from tests.clients.conftest import MakeClient
from tests.clients.harness import ACCOUNT, KEY, Canned, Driver, both, failures, page, saved

CREDENTIALS: dict[str, Any] = {"account": ACCOUNT, "department_key": KEY}


def credentials_of(mock: Any) -> dict[str, Any]:
    """Return the credentials of a mock, as keywords of any type."""
    keywords: dict[str, Any] = mock.credentials
    return keywords


@pytest.fixture
def server() -> Iterator[MockServer]:
    """Serve the mock on a socket."""
    with MockServer() as server:
        yield server


def test_closed_client_raises(client: MakeClient) -> None:
    """Every call of a closed client is a ConfigError; closing twice is harmless."""
    crm = client(saved())
    crm(lambda crm: crm.contacts.save())
    pager = crm.crm.contacts.list()
    crm.close()
    crm.close()

    for work in (
        lambda crm: crm.contacts.save(),
        lambda crm: crm.contacts.list(),
        lambda crm: crm.request("GET", "/x"),
        lambda crm: crm.with_options(timeout=1).contacts.save(),
    ):
        with pytest.raises(ConfigError, match="closed"):
            crm(work)
    with pytest.raises(ConfigError, match="closed"):
        crm.finish(pager.collect)
    assert len(crm.seen) == 1
    assert crm.transport.closed == 1


def test_close_of_unused_client_opens_nothing(client: MakeClient) -> None:
    """Closing a client that made no call opens no connection."""
    crm = client(saved())
    crm.close()

    with pytest.raises(ConfigError, match="closed"):
        crm(lambda crm: crm.contacts.save())
    assert crm.transport.closed == 0


@both
def test_context_manager_closes(asynchronous: bool) -> None:
    """`with` and `async with` close the client."""
    transport = Canned(saved(8))
    if asynchronous:

        async def work() -> int:
            async with AsyncRelenta(**CREDENTIALS, transport=transport) as crm:
                assert isinstance(crm, AsyncRelenta)
                return await crm.contacts.save()

        assert asyncio.run(work()) == 8
    else:
        with Relenta(**CREDENTIALS, transport=transport) as crm:
            assert isinstance(crm, Relenta)
            assert crm.contacts.save() == 8
    assert transport.closed == 1


def test_context_manager_closes_after_error() -> None:
    """`with` closes the client after an error, and propagates it."""
    transport = Canned(saved(8))

    with pytest.raises(ArgumentError), Relenta(**CREDENTIALS, transport=transport) as crm:
        crm.contacts.save(id=crm.contacts.save() - 9)
    assert transport.closed == 1


def test_closing_view_keeps_connections(client: MakeClient) -> None:
    """A view shares the client's connections, and closing the view leaves them open."""
    crm = client(saved())
    view = crm.crm.with_options(timeout=1).with_options(max_retries=0, headers={"X-A": "b"})
    assert type(view) is type(crm.crm)

    crm(lambda crm: crm.contacts.save(), view)
    crm.close(view)
    crm(lambda crm: crm.contacts.save(), view)
    crm(lambda crm: crm.contacts.save())

    assert crm.transport.closed == 0
    assert [seen.headers.get("x-a") for seen in crm.seen] == ["b", "b", None]
    assert crm.seen[0].timeout["read"] == 1
    crm.close()
    with pytest.raises(ConfigError, match="closed"):
        crm(lambda crm: crm.contacts.save(), view)


def test_views_accumulate(client: MakeClient) -> None:
    """A view of a view keeps what it does not change; a call's own headers win, in any case."""
    crm = client(saved())
    outer = crm.crm.with_options(headers={"X-A": "1", "X-B": "1"})
    inner = outer.with_options(headers={"x-b": "2"})

    crm(lambda crm: crm.contacts.save(options={"headers": {"X-a": "3", "User-Agent": "me"}}), inner)
    crm(lambda crm: crm.contacts.save(), outer)
    crm(lambda crm: crm.contacts.save())

    first, second, third = (seen.headers for seen in crm.seen)
    assert (first["x-a"], first["x-b"], first["user-agent"]) == ("3", "2", "me")
    assert (second["x-a"], second["x-b"]) == ("1", "1")
    assert "x-a" not in third
    assert third["user-agent"].startswith("crmkit/")
    assert third["accept"] == "application/json"


def test_rejects_invalid_options_of_view(client: MakeClient) -> None:
    """Invalid options of a view are a ConfigError that names them, when it is made."""
    cases = product(
        [
            {"timeout": 0},
            {"timeout": -1},
            {"max_retries": -1},
            {"max_retries": 1.5},
            {"timeout": "1"},
        ]
    )

    def check(options: dict[str, Any]) -> None:
        with pytest.raises(ConfigError, match=next(iter(options))):
            client(saved()).crm.with_options(**options)

    assert failures(check, cases) == []


@both
def test_does_not_close_http_client_of_caller(asynchronous: bool) -> None:
    """The caller's own httpx client is used and never closed."""
    transport = Canned(saved(6))
    pool = (httpx.AsyncClient if asynchronous else httpx.Client)(transport=transport)
    crm = Driver(asynchronous, http_client=pool)

    assert crm(lambda crm: crm.contacts.save()) == 6
    crm.close()
    assert not pool.is_closed
    with pytest.raises(ConfigError, match="closed"):
        crm(lambda crm: crm.contacts.save())
    other = Driver(asynchronous, http_client=pool)
    assert other(lambda crm: crm.contacts.save()) == 6
    assert transport.seen[0].timeout["read"] == 30.0
    for driver in (crm, other):
        driver.finish(pool.aclose if isinstance(pool, httpx.AsyncClient) else pool.close)
        driver.end()


@both
def test_closed_http_client_of_caller_raises(asynchronous: bool) -> None:
    """A call with an httpx client that its owner has closed is a ConfigError."""
    pool = (httpx.AsyncClient if asynchronous else httpx.Client)(transport=Canned(saved()))
    crm = Driver(asynchronous, http_client=pool)
    crm.finish(pool.aclose if isinstance(pool, httpx.AsyncClient) else pool.close)

    with pytest.raises(ConfigError, match="closed"):
        crm(lambda crm: crm.contacts.save())
    crm.end()


@both
def test_never_follows_redirects(asynchronous: bool) -> None:
    """Redirects are not followed, not even by an httpx client that would."""
    answers = [
        lambda request: httpx.Response(302, headers={"Location": "/x"}, request=request),
        saved(),
    ]
    transport = Canned(*answers)
    pool = (httpx.AsyncClient if asynchronous else httpx.Client)(
        transport=transport, follow_redirects=True
    )
    crm = Driver(asynchronous, http_client=pool)

    with pytest.raises(StatusError, match="redirect") as caught:
        crm(lambda crm: crm.contacts.save())
    assert len(transport.seen) == 1
    assert KEY.encode() not in pickle.dumps(caught.value)
    crm.finish(pool.aclose if isinstance(pool, httpx.AsyncClient) else pool.close)
    crm.end()


class OnlySync(httpx.BaseTransport):
    """A transport for sync clients only."""


class OnlyAsync(httpx.AsyncBaseTransport):
    """A transport for async clients only."""


def test_rejects_wrong_kind_of_http_client_and_transport() -> None:
    """An http_client or transport of the wrong kind is a ConfigError that names the argument."""
    for wrong in (httpx.AsyncClient(), object(), "x", httpx.Client):
        with pytest.raises(ConfigError, match="http_client"):
            Relenta(**CREDENTIALS, http_client=wrong)  # type: ignore[arg-type]  # callers without a checker
    for wrong in (httpx.Client(), object(), "x", httpx.AsyncClient):
        with pytest.raises(ConfigError, match="http_client"):
            AsyncRelenta(**CREDENTIALS, http_client=wrong)  # type: ignore[arg-type]  # callers without a checker
    for wrong in (OnlyAsync(), object(), httpx.Client()):
        with pytest.raises(ConfigError, match="transport"):
            Relenta(**CREDENTIALS, transport=wrong)  # type: ignore[arg-type]  # callers without a checker
    for wrong in (OnlySync(), object(), httpx.Client()):
        with pytest.raises(ConfigError, match="transport"):
            AsyncRelenta(**CREDENTIALS, transport=wrong)  # type: ignore[arg-type]  # callers without a checker
    with pytest.raises(ConfigError, match="not both"):
        Relenta(**CREDENTIALS, http_client=httpx.Client(), transport=OnlySync())


def test_async_client_works_in_two_event_loops(mocks: MockCRMs) -> None:
    """An async client works in one event loop after the other."""
    relenta = mocks.relenta
    crm = AsyncRelenta(
        base_url=relenta.base_url, transport=relenta.transport, **credentials_of(relenta)
    )

    async def count() -> int:
        return len(await crm.contacts.list().collect())

    assert asyncio.run(count()) == 2
    assert asyncio.run(count()) == 2

    async def close() -> None:
        await crm.aclose()
        with pytest.raises(ConfigError, match="closed"):
            await crm.contacts.save()

    asyncio.run(close())


@pytest.mark.filterwarnings(
    # Python warns of connections that were not closed before their loop ended.
    "ignore::ResourceWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
)
def test_drops_connections_of_ended_event_loops(server: MockServer) -> None:
    """Connections of an event loop that has ended are neither kept nor used again."""
    crm = AsyncRelenta(base_url=server.relenta.base_url, **credentials_of(server.relenta))

    async def count() -> int:
        return len([contact async for contact in crm.contacts.list()])

    async def count_and_close() -> int:
        try:
            return await count()
        finally:
            await crm.aclose()

    for _ in range(3):
        assert asyncio.run(count()) == 2
    gc.collect()
    kept = len(crm._io._pools)
    assert asyncio.run(count_and_close()) == 2
    gc.collect()

    assert kept <= 1


def test_tasks_share_client_over_socket(server: MockServer) -> None:
    """Tasks share one async client over a socket."""

    async def work() -> list[int]:
        async with AsyncRelenta(
            base_url=server.relenta.base_url, **credentials_of(server.relenta)
        ) as crm:
            saves = (crm.contacts.save(full_name=f"Clone {number}") for number in range(12))
            return await asyncio.gather(*saves)

    ids = asyncio.run(work())

    assert len(set(ids)) == 12


def test_sync_client_over_socket(server: MockServer) -> None:
    """The sync client reads and writes over a socket."""
    with Relenta(base_url=server.relenta.base_url, **credentials_of(server.relenta)) as crm:
        id = crm.contacts.save(full_name="Vanessa Kensington", emails=["v@mod.gov.uk"])
        contacts = {contact.id: contact for contact in crm.contacts.list(page_size=1)}

    assert contacts[id].full_name == "Vanessa Kensington"
    assert contacts[id].emails == ["v@mod.gov.uk"]


def test_extreme_timeouts_over_socket(server: MockServer) -> None:
    """A far too short or too long timeout works or is a CRMError."""

    def check(timeout: float) -> None:
        try:
            with Relenta(
                base_url=server.relenta.base_url,
                **credentials_of(server.relenta),
                timeout=timeout,
                max_retries=0,
            ) as crm:
                assert crm.contacts.list().first() is not None
        except CRMError:
            assert timeout != 30

    assert failures(check, product([1e-9, 1e10, float("inf")])) == []


def test_closes_in_another_event_loop() -> None:
    """An async client whose event loop has ended can be closed in another."""
    crm = AsyncRelenta(**CREDENTIALS, transport=Canned(page()))

    async def use() -> None:
        assert await crm.contacts.list().collect() == []

    asyncio.run(use())
    asyncio.run(crm.aclose())

    async def call() -> None:
        with pytest.raises(ConfigError, match="closed"):
            await crm.contacts.save()

    asyncio.run(call())


def test_client_cannot_be_pickled_or_copied(client: MakeClient) -> None:
    """A client cannot be pickled or copied, and its repr has no key."""
    crm = client(saved()).crm

    with pytest.raises(TypeError, match="pickled"):
        pickle.dumps(crm)
    with pytest.raises(TypeError):
        copy.deepcopy(crm)
    assert KEY not in repr(crm)
    assert repr(crm) == f"<{type(crm).__name__} at https://acme.relenta.com/api/v3>"
