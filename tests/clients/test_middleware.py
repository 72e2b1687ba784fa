"""Middleware: around each attempt, before the credentials."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from crmkit import ConfigError, CRMError, ServerError
from tests.clients.conftest import MakeClient
from tests.clients.harness import (
    KEY,
    KEY_HEADER,
    Clock,
    both,
    envelope,
    page,
    refusal,
    reply,
    saved,
    sync_alone,
)

asynchronous = sync_alone

CallNext = Callable[[httpx.Request], Awaitable[httpx.Response]]


class Trace:
    """Middleware that notes when it is called, and whether it saw the credentials."""

    def __init__(self, name: str, notes: list[Any]) -> None:
        self.name = name
        self.notes = notes

    async def __call__(self, request: httpx.Request, call_next: CallNext) -> httpx.Response:
        """Note before and after."""
        self.notes.append((self.name, "in", KEY_HEADER in request.headers))
        response = await call_next(request)
        self.notes.append((self.name, "out", response.status_code))
        return response


@both
def test_first_is_outermost(client: MakeClient) -> None:
    """Middleware wraps in its order, and sees no credential before the request is sent."""
    notes: list[Any] = []
    crm = client(saved(), middleware=[Trace("a", notes), Trace("b", notes)])

    assert crm(lambda crm: crm.contacts.save()) == 1
    assert notes == [("a", "in", False), ("b", "in", False), ("b", "out", 200), ("a", "out", 200)]
    assert crm.seen[0].headers[KEY_HEADER.lower()] == KEY


@both
def test_runs_once_for_each_attempt(client: MakeClient, clock: Clock) -> None:
    """Middleware runs anew for each attempt, on a request of its own."""
    notes: list[Any] = []
    requests = []

    async def mark(request: httpx.Request, call_next: CallNext) -> httpx.Response:
        requests.append(request)
        assert "X-Mark" not in request.headers
        request.headers["X-Mark"] = str(len(requests))
        return await call_next(request)

    crm = client(
        refusal(500), httpx.ReadTimeout("slow"), page(), middleware=(Trace("a", notes), mark)
    )
    crm(lambda crm: crm.contacts.list())

    assert [note[1:] for note in notes] == [
        ("in", False),
        ("out", 500),
        ("in", False),
        ("in", False),
        ("out", 200),
    ]
    assert [seen.headers["x-mark"] for seen in crm.seen] == ["1", "2", "3"]
    assert [seen.headers[KEY_HEADER.lower()] for seen in crm.seen] == [KEY] * 3
    assert len(clock.waits) == 2


def test_may_read_headers(client: MakeClient) -> None:
    """Middleware may read all headers, before and after, of success and failure."""

    async def look(request: httpx.Request, call_next: CallNext) -> httpx.Response:
        dict(request.headers)
        response = await call_next(request)
        dict(request.headers)
        return response

    crm = client(saved(3), refusal(500), middleware=[look], max_retries=0)

    assert crm(lambda crm: crm.contacts.save()) == 3
    with pytest.raises(ServerError):
        crm(lambda crm: crm.contacts.save())


def test_may_answer_itself(client: MakeClient) -> None:
    """Middleware may return a response of its own; nothing is sent then."""

    async def cache(_: httpx.Request, __: CallNext) -> httpx.Response:
        return httpx.Response(200, json=envelope({"id": 9}))

    crm = client(saved(), middleware=[cache])

    assert crm(lambda crm: crm.contacts.save()) == 9
    assert crm.seen == []


def test_error_of_its_own_is_as_from_the_server(client: MakeClient, clock: Clock) -> None:
    """An error status from middleware is an error as from the server, request and all."""

    async def closed(_: httpx.Request, __: CallNext) -> httpx.Response:
        return httpx.Response(500, text="closed")

    crm = client(saved(), middleware=[closed], max_retries=1)

    with pytest.raises(ServerError) as caught:
        crm(lambda crm: crm.contacts.list())
    assert caught.value.request is not None
    assert caught.value.request.url.path == "/api/v3/contact.list.json"
    assert clock.waits == [0.5]


def test_may_send_another_request(client: MakeClient) -> None:
    """A request that middleware made in place of ours gets credentials and timeout as well."""

    async def other(request: httpx.Request, call_next: CallNext) -> httpx.Response:
        return await call_next(
            httpx.Request("POST", request.url, content=b'{"title":"x"}', headers={"X-A": "b"})
        )

    crm = client(saved(), middleware=[other], timeout=4)
    crm(lambda crm: crm.contacts.save())

    (seen,) = crm.seen
    assert seen.json == {"title": "x"}
    assert seen.headers[KEY_HEADER.lower()] == KEY
    assert seen.timeout == dict.fromkeys(("connect", "read", "write", "pool"), 4.0)


@both
def test_rejects_what_is_not_a_response(client: MakeClient) -> None:
    """Middleware that does not return a response is a mistake in the configuration."""
    for answer in (None, 200, {"status": True}, "x"):

        async def broken(_: httpx.Request, __: CallNext, answer: Any = answer) -> Any:
            return answer

        with pytest.raises(ConfigError, match="middleware"):
            client(saved(), middleware=[broken])(lambda crm: crm.contacts.save())


def test_rejects_plain_function(client: MakeClient) -> None:
    """A plain function as middleware is a mistake in the configuration."""

    def plain(_: httpx.Request, __: CallNext) -> httpx.Response:
        return httpx.Response(200, json=envelope({"id": 9}))

    with pytest.raises(ConfigError, match="middleware"):
        client(saved(), middleware=[plain])(lambda crm: crm.contacts.save())


def test_rejects_what_is_not_a_list_of_functions(client: MakeClient) -> None:
    """What is not a list of functions is refused when the client is made."""
    for middleware in ([None], ["x"], [5], 5, None):
        with pytest.raises(ConfigError, match="middleware"):
            client(saved(), middleware=middleware)


async def _yields(request: httpx.Request, call_next: CallNext) -> httpx.Response:
    await asyncio.sleep(0)
    return await call_next(request)


async def _sleeps(request: httpx.Request, call_next: CallNext) -> httpx.Response:
    await asyncio.sleep(0.000001)
    return await call_next(request)


async def _uses_thread(request: httpx.Request, call_next: CallNext) -> httpx.Response:
    await asyncio.to_thread(len, "x")
    return await call_next(request)


@both
@pytest.mark.parametrize("middleware", [_yields, _sleeps, _uses_thread])
def test_may_await_under_async_alone(client: MakeClient, middleware: Any) -> None:
    """Middleware that awaits the event loop works under async; under sync it is a ConfigError."""
    crm = client(saved(), middleware=[middleware])

    if crm.asynchronous:
        assert crm(lambda crm: crm.contacts.save()) == 1
        return
    with pytest.raises(ConfigError, match="middleware"):
        crm(lambda crm: crm.contacts.save())
    assert crm.seen == []


def test_its_exceptions_reach_the_caller(client: MakeClient) -> None:
    """What middleware raises reaches the caller unchanged."""

    async def refuse(_: httpx.Request, __: CallNext) -> httpx.Response:
        raise LookupError("mine")

    crm = client(saved(), middleware=[refuse])

    with pytest.raises(LookupError, match="mine"):
        crm(lambda crm: crm.contacts.save())


def test_its_network_errors_are_retried(client: MakeClient) -> None:
    """An httpx error from middleware is retried as one from the network."""
    turns = iter([True, False])

    async def flaky(request: httpx.Request, call_next: CallNext) -> httpx.Response:
        if next(turns):
            raise httpx.ConnectError("no way", request=request)
        return await call_next(request)

    crm = client(saved(2), middleware=[flaky])

    assert crm(lambda crm: crm.contacts.save()) == 2


def test_may_call_on_twice(client: MakeClient) -> None:
    """Middleware may call on twice; the credentials are put in each time."""

    async def twice(request: httpx.Request, call_next: CallNext) -> httpx.Response:
        await call_next(request)
        return await call_next(request)

    crm = client(refusal(500), saved(4), middleware=[twice])

    assert crm(lambda crm: crm.contacts.save()) == 4
    assert [seen.headers[KEY_HEADER.lower()] for seen in crm.seen] == [KEY, KEY]


def test_errors_keep_no_credentials(client: MakeClient) -> None:
    """A request that middleware made keeps no credential after a failure, whatever the failure."""
    made = []

    async def other(request: httpx.Request, call_next: CallNext) -> httpx.Response:
        made.append(httpx.Request(request.method, request.url, headers=request.headers))
        return await call_next(made[-1])

    for answer in (httpx.ReadTimeout("slow"), refusal(500), reply("<html>"), page()):
        crm = client(answer, middleware=[other], max_retries=0)
        try:
            crm(lambda crm: crm.contacts.list())
        except CRMError as error:
            request: Any = getattr(error, "request", None)
            assert request is None or KEY not in str(request.headers.raw)
        assert KEY not in str(made[-1].headers.raw)
