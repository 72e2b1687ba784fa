"""Login: when, how often, and what its errors keep."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from crmkit import AuthenticationError, DecodeError, TransportError
from crmkit.onepagecrm import AsyncOnePageCRM, OnePageCRM
from crmkit_mock import MockCRMs
from crmkit_mock.onepagecrm import MockOnePageCRM
from tests.clients.conftest import ONEPAGECRM_UID, MakeOnePageCRM
from tests.clients.harness import both, failures, sync_alone
from tests.clients.onepagecrm_wire import (
    BAD_LOGIN,
    LOGIN,
    OTHER_KEY,
    VERSION,
    envelope,
    session,
    version,
)

asynchronous = sync_alone


@both
def test_first_call_logs_in(mocked_onepagecrm: MakeOnePageCRM, mocks: MockCRMs) -> None:
    """A client with a password logs in when it first needs a key, and then signs with it."""

    def check(format_: str) -> None:
        mocks.reset()
        crm = mocked_onepagecrm(**mocks.onepagecrm.login, format=format_)
        assert len(mocks.onepagecrm.journal) == 0

        assert crm(version) == crm(version) == "1.2"

        operations = [request.operation for request in mocks.onepagecrm.journal]
        assert operations.count("auth_login") == 1

    assert failures(check, product(["json", "xml", "yaml"])) == []


def test_login_request(onepagecrm: MakeOnePageCRM) -> None:
    """Login and password are sent as a form in UTF-8, without a signature."""
    crm = onepagecrm(session(), VERSION, **LOGIN)

    crm(version)

    first, second = crm.seen
    assert (first.method, first.path) == ("POST", "/api/auth/login.json")
    assert parse_qs(first.body.decode()) == {name: [text] for name, text in LOGIN.items()}
    assert not [name for name in first.headers if name.startswith("x-onepagecrm")]
    assert second.headers["x-onepagecrm-uid"] == ONEPAGECRM_UID


class SlowLogin(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Sends a login on only after other threads and tasks had the time to ask for one.

    Args:
        mock: The mock that answers.
    """

    def __init__(self, mock: MockOnePageCRM) -> None:
        assert mock.transport is not None
        self.transport = mock.transport

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Let other threads run first."""
        if "login" in request.url.path:
            time.sleep(0.2)
        return self.transport.handle_request(request)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Let other tasks run first."""
        if "login" in request.url.path:
            await asyncio.sleep(0.01)
        return await self.transport.handle_async_request(request)


def test_threads_share_login(mocks: MockCRMs) -> None:
    """Threads that need a key at the same time share one login."""
    mock = mocks.onepagecrm
    start = threading.Barrier(8)
    transport = SlowLogin(mock)

    with OnePageCRM(base_url=mock.base_url, transport=transport, **mock.login) as crm:

        def work(_: int) -> str:
            start.wait()
            return crm.api_version()

        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(work, range(8))) == ["1.2"] * 8

    assert [request.operation for request in mock.journal].count("auth_login") == 1


def test_tasks_share_login(mocks: MockCRMs) -> None:
    """Tasks that need a key at the same time share one login."""
    mock = mocks.onepagecrm
    transport = SlowLogin(mock)

    async def work() -> list[str]:
        async with AsyncOnePageCRM(
            base_url=mock.base_url, transport=transport, **mock.login
        ) as crm:
            return await asyncio.gather(*(crm.api_version() for _ in range(8)))

    assert asyncio.run(work()) == ["1.2"] * 8
    assert [request.operation for request in mock.journal].count("auth_login") == 1


class Slow(httpx.AsyncBaseTransport):
    """Refuses the login after other tasks have asked."""

    def __init__(self) -> None:
        self.logins = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Let other tasks run first."""
        self.logins += 1
        for _ in range(20):
            await asyncio.sleep(0)
        body = {"timestamp": 1, "status": BAD_LOGIN, "message": "Bad login"}
        return httpx.Response(200, json=body, request=request)


def test_waiting_tasks_get_error_of_login() -> None:
    """A wrong password is sent once, not by each waiting task; a later call tries again."""
    transport = Slow()

    async def work() -> list[Any]:
        async with AsyncOnePageCRM(transport=transport, **LOGIN) as crm:
            calls = (crm.api_version() for _ in range(5))
            result = await asyncio.gather(*calls, return_exceptions=True)
            assert transport.logins == 1
            with pytest.raises(AuthenticationError):
                await crm.api_version()
            return result

    result = asyncio.run(work())

    assert [type(error) for error in result] == [AuthenticationError] * 5
    assert {error.code for error in result} == {BAD_LOGIN}
    assert len({id(error) for error in result}) == 5  # each has a traceback of its own
    assert transport.logins == 2


def test_lost_login_is_retried(onepagecrm: MakeOnePageCRM) -> None:
    """A call that waits for a key has not been sent, so that even a creation is retried."""
    done = envelope(tags={"system": [], "custom": []})
    crm = onepagecrm(httpx.ReadError("reset"), session(), done, **LOGIN)

    crm(lambda crm: crm.tags.create(name="Solar"))

    assert [request.path for request in crm.seen] == [
        *["/api/auth/login.json"] * 2,
        "/api/tags.json",
    ]


def test_retries_of_login_do_not_multiply(onepagecrm: MakeOnePageCRM) -> None:
    """Retries of login and call do not multiply, and nothing may be processed."""
    crm = onepagecrm(httpx.ReadError("reset"), **LOGIN)

    with pytest.raises(TransportError) as caught:
        crm(lambda crm: crm.tags.create(name="Solar"))

    assert len(crm.seen) == 3
    assert not caught.value.maybe_processed
    assert caught.value.operation == "auth.login"


def test_login_without_key_is_decode_error(onepagecrm: MakeOnePageCRM) -> None:
    """A login reply without a usable key is a DecodeError that keeps no response."""
    cases = product(
        [None, {}, {"uid": "u"}, {"uid": "u", "key": "no Base64!"}, {"uid": 7, "key": "AAAA"}]
    )

    def check(data: Any) -> None:
        crm = onepagecrm(envelope(data=data), **LOGIN)

        with pytest.raises(DecodeError) as caught:
            crm(version)

        assert caught.value.operation == "auth.login"
        assert caught.value.response is None

    assert failures(check, cases) == []


def test_unreadable_login_keeps_no_response(onepagecrm: MakeOnePageCRM) -> None:
    """The error of an unreadable login keeps no response: the key may be in it."""
    crm = onepagecrm(envelope(data={"uid": "u", "key": [OTHER_KEY]}), **LOGIN)

    with pytest.raises(DecodeError) as caught:
        crm(version)

    assert caught.value.response is None


@both
def test_login_changes_user(mocked_onepagecrm: MakeOnePageCRM, mocks: MockCRMs) -> None:
    """`auth.login` returns the session, and the client continues as that user."""
    mock = mocks.onepagecrm
    solar = mock.logins["solar"]
    crm = mocked_onepagecrm()
    assert crm(lambda crm: crm.settings.user()).email == "api@example.com"

    result = crm(lambda crm: crm.auth.login(**solar))
    assert (result.uid, result.key) == tuple(mock.accounts["solar"].values())
    assert crm(lambda crm: crm.settings.user()).email == solar["login"]

    crm(lambda crm: crm.auth.logout())
    assert crm(lambda crm: crm.settings.user()).email == solar["login"]
