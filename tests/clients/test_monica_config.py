"""Monica's clients: token, address, and the headers of every request."""

from __future__ import annotations

import logging
from itertools import product
from typing import Any

import pytest

from crmkit import ConfigError
from crmkit.monica.client import AsyncMonica, Monica
from tests.clients.conftest import MakeClient
from tests.clients.harness import failures, reply, sync_alone
from tests.clients.monica_wire import BASE_URL, CLIENT, TOKEN, data

asynchronous = sync_alone


@pytest.fixture(autouse=True)
def empty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove the variables of the environment."""
    monkeypatch.delenv("MONICA_TOKEN", raising=False)
    monkeypatch.delenv("MONICA_BASE_URL", raising=False)


def test_missing_token_names_argument_and_variable() -> None:
    """A missing token is a ConfigError that names argument and variable."""

    def check(crm: Any) -> None:
        with pytest.raises(ConfigError, match=r"token.*MONICA_TOKEN"):
            crm()

    assert failures(check, product([Monica, AsyncMonica])) == []


def test_rejects_invalid_token() -> None:
    """A token that a header cannot carry is refused without being shown."""

    def check(token: Any) -> None:
        with pytest.raises(ConfigError, match="token") as caught:
            Monica(token=token)
        assert not str(token).strip() or str(token).strip() not in str(caught.value).split()

    assert failures(check, product(["", " x", "x\n", "é", 7])) == []


def test_reads_environment(monkeypatch: pytest.MonkeyPatch, client: MakeClient) -> None:
    """Token and address may come from the environment; arguments win."""
    monkeypatch.setenv("MONICA_TOKEN", "from-outside")
    monkeypatch.setenv("MONICA_BASE_URL", "https://crm.example/api")
    crm = client(data({}), crms=CLIENT["crms"])
    crm(lambda crm: crm.request("GET", "/me"))
    own = client(data({}), **CLIENT, base_url="https://own.example/api")
    own(lambda crm: crm.request("GET", "/me"))

    assert crm.seen[0].headers["authorization"] == "Bearer from-outside"
    assert crm.seen[0].headers["host"] == "crm.example"
    assert own.seen[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert own.seen[0].headers["host"] == "own.example"


def test_base_url_may_be_site_or_api() -> None:
    """`base_url` may be the site's address or its API's."""
    cases: list[tuple[Any, ...]] = [
        (None, BASE_URL),
        ("https://crm.example", "https://crm.example/api"),
        ("https://crm.example/", "https://crm.example/api"),
        ("https://crm.example/api", "https://crm.example/api"),
        ("https://crm.example/api/", "https://crm.example/api"),
        ("https://crm.example/monica", "https://crm.example/monica/api"),
        ("https://crm.example/monica/api", "https://crm.example/monica/api"),
        ("http://127.0.0.1:8600/monica/api", "http://127.0.0.1:8600/monica/api"),
    ]

    def check(base_url: str | None, address: str) -> None:
        assert repr(Monica(token=TOKEN, base_url=base_url)) == f"<Monica at {address}>"

    assert failures(check, cases) == []


def test_rejects_invalid_base_url() -> None:
    """An address without scheme, without TLS, with credentials or a query is refused."""
    cases = product(
        ["crm.example", "http://crm.example", "https://u:p@crm.example", "https://x/?a=b", 7]
    )

    def check(base_url: Any) -> None:
        with pytest.raises(ConfigError, match="base_url"):
            Monica(token=TOKEN, base_url=base_url)

    assert failures(check, cases) == []


def test_sends_accept_and_token(client: MakeClient) -> None:
    """Every request has the token and Accept: without it Monica answers errors with redirects."""
    crm = client(data({}), **CLIENT)
    crm(lambda crm: crm.request("GET", "/me"))
    crm(lambda crm: crm.request("POST", "/tags", json={"name": "x"}))

    for seen in crm.seen:
        assert seen.headers["accept"] == "application/json"
        assert seen.headers["authorization"] == f"Bearer {TOKEN}"
        assert seen.path.startswith("/api/")


def test_token_is_not_in_repr_and_log(client: MakeClient, caplog: pytest.LogCaptureFixture) -> None:
    """Neither the client's repr nor the log has the token."""
    crm = client(reply({"data": {}}), **CLIENT)
    with caplog.at_level(logging.DEBUG):
        crm(lambda crm: crm.request("GET", "/me"))
    assert "monica GET" in caplog.text
    assert TOKEN not in caplog.text + repr(crm.crm) + repr(vars(crm.crm))
