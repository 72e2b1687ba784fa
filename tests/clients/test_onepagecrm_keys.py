"""Keys that end: renewed by login where there is a password."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import httpx
import pytest

from crmkit import AuthenticationError
from crmkit.onepagecrm import OnePageCRM
from crmkit_mock import MockCRMs
from tests.clients.conftest import ONEPAGECRM_KEY, MakeOnePageCRM
from tests.clients.harness import both, failures, sync_alone
from tests.clients.onepagecrm_wire import (
    BAD_LOGIN,
    BAD_TOKEN,
    LOGIN,
    OTHER_KEY,
    VERSION,
    envelope,
    session,
    version,
)

asynchronous = sync_alone


@both
def test_change_api_key(mocked_onepagecrm: MakeOnePageCRM, mocks: MockCRMs) -> None:
    """After `auth.change_api_key` the client signs with the new key; other clients are refused."""

    def check(format_: str) -> None:
        mocks.reset()
        crm, other = mocked_onepagecrm(format=format_), mocked_onepagecrm(format=format_)
        other(version)

        key = crm(lambda crm: crm.auth.change_api_key())

        assert len(key) == 44
        assert crm(version) == "1.2"
        with pytest.raises(AuthenticationError) as caught:
            other(version)
        assert caught.value.code == BAD_TOKEN

    assert failures(check, product(["json", "xml", "yaml"])) == []


def test_logout_ends_key(mocked_onepagecrm: MakeOnePageCRM, mocks: MockCRMs) -> None:
    """After `auth.logout` a client with a key alone is refused; one with a password logs in."""
    alone, able = mocked_onepagecrm(), mocked_onepagecrm(**mocks.onepagecrm.login)
    able(version)

    able(lambda crm: crm.auth.logout())

    with pytest.raises(AuthenticationError) as caught:
        alone(version)
    assert caught.value.code == BAD_TOKEN
    assert able(version) == "1.2"


@both
def test_refused_key_is_renewed_by_login(
    mocked_onepagecrm: MakeOnePageCRM, mocks: MockCRMs
) -> None:
    """Where the server refuses the key, a client with a password logs in and repeats the call."""
    mock = mocks.onepagecrm
    crm = mocked_onepagecrm(**mock.login)
    crm(version)
    mocked_onepagecrm()(lambda crm: crm.auth.logout())
    before = len(mock.journal)

    crm(lambda crm: crm.tags.create(name="Once"))

    operations = [request.operation for request in mock.journal][before:]
    assert operations == ["tags_create", "auth_login", "tags_create"]
    assert [tag.name for tag in crm(lambda crm: crm.tags.list())].count("Once") == 1


def test_key_is_used_before_password(onepagecrm: MakeOnePageCRM) -> None:
    """A client with both signs with the key, and logs in when the server refuses it."""
    crm = onepagecrm(
        *(VERSION, envelope(BAD_TOKEN), session(OTHER_KEY), VERSION),
        **{"uid": "u", "key": ONEPAGECRM_KEY, **LOGIN},
    )

    crm(version)
    crm(version)

    paths = [request.path.rpartition("/")[2] for request in crm.seen]
    assert paths == ["api_version.json", "api_version.json", "login.json", "api_version.json"]


def test_second_refusal_raises(onepagecrm: MakeOnePageCRM) -> None:
    """A second refusal is raised: the client does not log in forever."""
    crm = onepagecrm(session(), envelope(BAD_TOKEN), session(), envelope(BAD_TOKEN), **LOGIN)

    with pytest.raises(AuthenticationError) as caught:
        crm(version)

    assert caught.value.code == BAD_TOKEN
    assert len(crm.seen) == 4


def test_other_refusals_are_not_recovered(onepagecrm: MakeOnePageCRM) -> None:
    """Only a refused key is replaced."""

    def check(code: int) -> None:
        crm = onepagecrm(session(), envelope(code), **LOGIN)

        with pytest.raises(AuthenticationError):
            crm(version)

        assert len(crm.seen) == 2

    assert failures(check, product([BAD_LOGIN, 105])) == []


def test_uses_key_of_another_thread(mocks: MockCRMs) -> None:
    """A call whose key ended on its way is repeated with the key that another thread got."""
    mock = mocks.onepagecrm
    crm = OnePageCRM(base_url=mock.base_url, transport=mock.transport, **mock.credentials)
    crm.api_version()
    swapped: list[str] = []

    async def swap(request: httpx.Request, call_next: Callable[..., Any]) -> httpx.Response:
        response: httpx.Response = await call_next(request)
        if not swapped:  # another thread changes the key before this reply arrives
            swapped.append("")
            swapped.append(crm.auth.change_api_key())
            request.headers["X-OnePageCRM-Auth"] = "0" * 64
            stale = {"timestamp": 1, "status": BAD_TOKEN, "message": "The token is wrong"}
            return httpx.Response(200, json=stale, request=request)
        return response

    crm._sender.middleware = (swap,)

    assert crm.api_version() == "1.2"
    crm.close()
