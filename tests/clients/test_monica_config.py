"""Monica's clients: token, address, and what every request carries."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from crmkit import ConfigError
from crmkit.monica.client import AsyncMonica, Monica
from tests.clients.conftest import MakeClient
from tests.clients.harness import reply
from tests.clients.monica_wire import BASE_URL, CLIENT, TOKEN, data


@pytest.fixture(autouse=True)
def empty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing comes from the environment that a test has not put there."""
    monkeypatch.delenv("MONICA_TOKEN", raising=False)
    monkeypatch.delenv("MONICA_BASE_URL", raising=False)


@pytest.mark.parametrize("crm", [Monica, AsyncMonica])
def test_a_missing_token_names_argument_and_variable(crm: Any) -> None:
    """Without a token nothing is built, and the error says where it can come from."""
    with pytest.raises(ConfigError, match=r"token.*MONICA_TOKEN"):
        crm()


@pytest.mark.parametrize("token", ["", " x", "x\n", "é", 7])
def test_a_token_that_is_none(token: Any) -> None:
    """What cannot stand in a header is refused without being shown."""
    with pytest.raises(ConfigError, match="token") as caught:
        Monica(token=token)
    assert not str(token).strip() or str(token).strip() not in str(caught.value).split()


def test_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch, client: MakeClient) -> None:
    """Token and address may come from the environment; what is passed wins."""
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


@pytest.mark.parametrize(
    ("given", "address"),
    [
        (None, BASE_URL),
        ("https://crm.example", "https://crm.example/api"),
        ("https://crm.example/", "https://crm.example/api"),
        ("https://crm.example/api", "https://crm.example/api"),
        ("https://crm.example/api/", "https://crm.example/api"),
        ("https://crm.example/monica", "https://crm.example/monica/api"),
        ("https://crm.example/monica/api", "https://crm.example/monica/api"),
        ("http://127.0.0.1:8600/monica/api", "http://127.0.0.1:8600/monica/api"),
    ],
)
def test_the_address_may_be_the_site_or_its_api(given: str | None, address: str) -> None:
    """The site's address leads to its API, as nothing else of it can be meant."""
    assert repr(Monica(token=TOKEN, base_url=given)) == f"<Monica at {address}>"


@pytest.mark.parametrize(
    "given", ["crm.example", "http://crm.example", "https://u:p@crm.example", "https://x/?a=b", 7]
)
def test_an_address_that_is_none(given: Any) -> None:
    """An address without scheme, in clear, with credentials or a query is refused."""
    with pytest.raises(ConfigError, match="base_url"):
        Monica(token=TOKEN, base_url=given)


def test_every_request_asks_for_json_with_the_token(client: MakeClient) -> None:
    """Without the header Accept Monica answers errors with pages and redirects."""
    crm = client(data({}), **CLIENT)
    crm(lambda crm: crm.request("GET", "/me"))
    crm(lambda crm: crm.request("POST", "/tags", json={"name": "x"}))

    for seen in crm.seen:
        assert seen.headers["accept"] == "application/json"
        assert seen.headers["authorization"] == f"Bearer {TOKEN}"
        assert seen.path.startswith("/api/")


def test_the_token_is_nowhere_to_be_read(
    client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither the client's repr nor the log shows the token."""
    crm = client(reply({"data": {}}), **CLIENT)
    with caplog.at_level(logging.DEBUG):
        crm(lambda crm: crm.request("GET", "/me"))
    assert "monica GET" in caplog.text
    assert TOKEN not in caplog.text + repr(crm.crm) + repr(vars(crm.crm))
