"""Opening and closing: who owns connections, and who may use them when."""

from __future__ import annotations

import asyncio
import copy
import gc
import pickle
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from crmkit import ArgumentError, AsyncRelenta, ConfigError, CRMError, Relenta, StatusError
from crmkit_mock import MockCRMs, MockServer
from tests.clients.conftest import MakeClient
from tests.clients.harness import ACCOUNT, KEY, Canned, Twin, page, saved

CREDENTIALS: dict[str, Any] = {"account": ACCOUNT, "department_key": KEY}


def key_of(mock: Any) -> dict[str, Any]:
    """Return the credentials of a mock, as keywords of any type."""
    keywords: dict[str, Any] = mock.credentials
    return keywords


@pytest.fixture
def server() -> Iterator[MockServer]:
    """The mock behind a socket."""
    with MockServer() as server:
        yield server


def test_a_closed_client(client: MakeClient) -> None:
    """A closed client is told by a ConfigError on every call; closing twice does no harm."""
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


def test_a_client_that_was_never_used(client: MakeClient) -> None:
    """Closing a client that made no call opens nothing."""
    crm = client(saved())
    crm.close()

    with pytest.raises(ConfigError, match="closed"):
        crm(lambda crm: crm.contacts.save())
    assert crm.transport.closed == 0


def test_with(asynchronous: bool) -> None:
    """`with` and `async with` close the client, after an error as well."""
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


def test_with_an_error() -> None:
    """`with` closes the client after an error, and lets the error through."""
    transport = Canned(saved(8))

    with pytest.raises(ArgumentError), Relenta(**CREDENTIALS, transport=transport) as crm:
        crm.contacts.save(id=crm.contacts.save() - 9)
    assert transport.closed == 1


def test_a_view_closes_nothing(client: MakeClient) -> None:
    """A view shares the connections of its client, and closing it leaves them open."""
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


def test_views_add_up(client: MakeClient) -> None:
    """A view of a view keeps what it does not change; a call's own headers win, in any capitals."""
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


@pytest.mark.parametrize(
    "options",
    [{"timeout": 0}, {"timeout": -1}, {"max_retries": -1}, {"max_retries": 1.5}, {"timeout": "1"}],
    ids=str,
)
def test_a_view_that_cannot_be(client: MakeClient, options: dict[str, Any]) -> None:
    """A view with impossible settings is a ConfigError when it is made."""
    with pytest.raises(ConfigError, match=next(iter(options))):
        client(saved()).crm.with_options(**options)


def test_the_users_own_pool(asynchronous: bool) -> None:
    """An httpx client of the user's own is used and never closed here."""
    transport = Canned(saved(6))
    pool = (httpx.AsyncClient if asynchronous else httpx.Client)(transport=transport)
    crm = Twin(asynchronous, http_client=pool)

    assert crm(lambda crm: crm.contacts.save()) == 6
    crm.close()
    assert not pool.is_closed
    with pytest.raises(ConfigError, match="closed"):
        crm(lambda crm: crm.contacts.save())
    other = Twin(asynchronous, http_client=pool)
    assert other(lambda crm: crm.contacts.save()) == 6
    assert transport.seen[0].timeout["read"] == 30.0
    for one in (crm, other):
        one.finish(pool.aclose if isinstance(pool, httpx.AsyncClient) else pool.close)
        one.end()


def test_the_users_own_pool_when_it_is_closed(asynchronous: bool) -> None:
    """A call over an httpx client that its owner has closed is a ConfigError."""
    pool = (httpx.AsyncClient if asynchronous else httpx.Client)(transport=Canned(saved()))
    crm = Twin(asynchronous, http_client=pool)
    crm.finish(pool.aclose if isinstance(pool, httpx.AsyncClient) else pool.close)

    with pytest.raises(ConfigError, match="closed"):
        crm(lambda crm: crm.contacts.save())
    crm.end()


def test_redirects_are_never_followed(asynchronous: bool) -> None:
    """Not even an httpx client that follows redirects takes the credential along."""
    answers = [
        lambda request: httpx.Response(302, headers={"Location": "/x"}, request=request),
        saved(),
    ]
    transport = Canned(*answers)
    pool = (httpx.AsyncClient if asynchronous else httpx.Client)(
        transport=transport, follow_redirects=True
    )
    crm = Twin(asynchronous, http_client=pool)

    with pytest.raises(StatusError, match="redirect") as caught:
        crm(lambda crm: crm.contacts.save())
    assert len(transport.seen) == 1
    assert KEY.encode() not in pickle.dumps(caught.value)
    crm.finish(pool.aclose if isinstance(pool, httpx.AsyncClient) else pool.close)
    crm.end()


class OnlySync(httpx.BaseTransport):
    """A transport that serves the sync twin."""


class OnlyAsync(httpx.AsyncBaseTransport):
    """A transport that serves the async twin."""


def test_the_wrong_kind_of_pool_or_transport() -> None:
    """Something else than the twin's own kind of httpx client or transport is a ConfigError."""
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


def test_one_async_client_over_two_loops(mocks: MockCRMs) -> None:
    """An async client serves one event loop after the other."""
    relenta = mocks.relenta
    crm = AsyncRelenta(base_url=relenta.base_url, transport=relenta.transport, **key_of(relenta))

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
    # Connections that nobody closed before their loop ended: Python tells, and rightly.
    "ignore::ResourceWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
)
def test_loops_that_ended_are_forgotten(server: MockServer) -> None:
    """Connections of an event loop that has ended are not kept for ever, nor used again."""
    crm = AsyncRelenta(base_url=server.relenta.base_url, **key_of(server.relenta))

    async def count() -> int:
        return len([one async for one in crm.contacts.list()])

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


def test_many_tasks_of_one_client(server: MockServer) -> None:
    """Tasks share one async client over real sockets."""

    async def work() -> list[int]:
        async with AsyncRelenta(base_url=server.relenta.base_url, **key_of(server.relenta)) as crm:
            saves = (crm.contacts.save(full_name=f"Clone {number}") for number in range(12))
            return await asyncio.gather(*saves)

    ids = asyncio.run(work())

    assert len(set(ids)) == 12


def test_over_a_socket(server: MockServer) -> None:
    """The sync client reads and writes over a real socket."""
    with Relenta(base_url=server.relenta.base_url, **key_of(server.relenta)) as crm:
        id = crm.contacts.save(full_name="Vanessa Kensington", emails=["v@mod.gov.uk"])
        found = {one.id: one for one in crm.contacts.list(page_size=1)}

    assert found[id].full_name == "Vanessa Kensington"
    assert found[id].emails == ["v@mod.gov.uk"]


@pytest.mark.parametrize("timeout", [1e-9, 1e10, float("inf")], ids=repr)
def test_an_odd_timeout_over_a_socket(server: MockServer, timeout: float) -> None:
    """A timeout that is far too short or too long is told by an error of ours, or works."""
    try:
        with Relenta(
            base_url=server.relenta.base_url,
            **key_of(server.relenta),
            timeout=timeout,
            max_retries=0,
        ) as crm:
            assert crm.contacts.list().first() is not None
    except CRMError:
        assert timeout != 30


def test_closing_in_another_loop() -> None:
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


def test_a_client_is_not_copied_or_pickled(client: MakeClient) -> None:
    """A client holds a credential and connections: it cannot be pickled, copied or shown."""
    crm = client(saved()).crm

    with pytest.raises(TypeError, match="pickled"):
        pickle.dumps(crm)
    with pytest.raises(TypeError):
        copy.deepcopy(crm)
    assert KEY not in repr(crm)
    assert repr(crm) == f"<{type(crm).__name__} at https://acme.relenta.com/api/v3>"
