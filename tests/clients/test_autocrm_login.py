"""How AutoCRM's and EspoCRM's clients are configured, and what a request carries of it."""

from __future__ import annotations

import hmac
import inspect
from base64 import b64decode
from typing import Any

import pytest

from crmkit import ConfigError
from crmkit.autocrm import AsyncAutoCRM, AsyncEspoCRM, AutoCRM, EspoCRM
from tests.clients.conftest import ESPO_KEY, MakeEspo
from tests.clients.harness import Canned, Seen, Twin, reply

CLIENTS = [AutoCRM, AsyncAutoCRM, EspoCRM, AsyncEspoCRM]
SITE = "https://crm.example.com"
SECRET = "5ec2e70000000000000000005ec2e700"
KEYWORDS = {
    *("base_url", "api_key", "secret_key", "username", "password"),
    *("timeout", "max_retries", "throttle", "http_client", "transport", "middleware"),
    "allow_insecure",
}


def address_of(crm: Any) -> str:
    """Return the address of a client's API."""
    address: str = crm._sender.settings.base_url
    return address


@pytest.mark.parametrize("cls", CLIENTS)
def test_every_keyword(cls: Any) -> None:
    """Every promised keyword is taken, by name only, and no other."""
    taken = {
        "base_url": SITE,
        "api_key": ESPO_KEY,
        "secret_key": SECRET,
        "username": None,
        "password": None,
        "timeout": None,
        "max_retries": 0,
        "throttle": 5.5,
        "http_client": None,
        "transport": Canned(reply({})),
        "middleware": (),
        "allow_insecure": False,
    }
    assert set(taken) == KEYWORDS

    assert address_of(cls(**taken)) == f"{SITE}/api/v1"
    with pytest.raises(TypeError, match="token"):
        cls(**taken, token=None)
    with pytest.raises(TypeError):
        cls(SITE, ESPO_KEY)
    assert all(
        parameter.kind is not inspect.Parameter.POSITIONAL_OR_KEYWORD
        for parameter in inspect.signature(cls).parameters.values()
    )


@pytest.mark.parametrize("cls", CLIENTS)
@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("https://crm.example.com", "https://crm.example.com/api/v1"),
        ("https://crm.example.com/", "https://crm.example.com/api/v1"),
        ("https://crm.example.com/api/v1", "https://crm.example.com/api/v1"),
        ("https://crm.example.com/api/v1/", "https://crm.example.com/api/v1"),
        ("https://example.com/crm", "https://example.com/crm/api/v1"),
        ("http://127.0.0.1:8080/espo//", "http://127.0.0.1:8080/espo/api/v1"),
    ],
)
def test_the_address(cls: Any, given: str, address: str) -> None:
    """The address is the site's or the API's own: `/api/v1` is added where it is missing."""
    assert address_of(cls(base_url=given, api_key=ESPO_KEY)) == address


@pytest.mark.parametrize("cls", CLIENTS)
@pytest.mark.parametrize(
    "bad",
    [
        *("crm.example.com", "ftp://crm.example.com", "https://", "https://u:p@crm.example.com"),
        *("https://crm.example.com?x=1", "https://crm.example.com/#/", "http://crm.example.com"),
        *("https://[::1", 7),
    ],
)
def test_addresses_that_are_none(cls: Any, bad: Any) -> None:
    """What is no address, or would tell the credential to anybody, is refused at once."""
    with pytest.raises(ConfigError, match="base_url"):
        cls(base_url=bad, api_key=ESPO_KEY)


@pytest.mark.parametrize("cls", CLIENTS)
def test_the_environment(cls: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Address and credentials come from the environment of the client's own name."""
    prefix = cls.__name__.removeprefix("Async").upper()
    other = {"AUTOCRM": "ESPOCRM", "ESPOCRM": "AUTOCRM"}[prefix]
    monkeypatch.setenv(f"{other}_BASE_URL", "https://other.example")
    monkeypatch.setenv(f"{other}_API_KEY", ESPO_KEY)
    with pytest.raises(ConfigError, match=rf"pass base_url=… or set {prefix}_BASE_URL"):
        cls()
    monkeypatch.setenv(f"{prefix}_BASE_URL", SITE)
    with pytest.raises(ConfigError, match=rf"pass api_key=… or set {prefix}_API_KEY"):
        cls()
    monkeypatch.setenv(f"{prefix}_API_KEY", ESPO_KEY)

    assert address_of(cls()) == f"{SITE}/api/v1"
    assert address_of(cls(base_url="https://arg.example")) == "https://arg.example/api/v1"


def sent(asynchronous: bool, **settings: Any) -> Seen:
    """Return the request that a client sends."""
    clients = (EspoCRM, AsyncEspoCRM)
    canned = Canned(reply({"total": 0, "list": []}))
    crm = Twin(asynchronous, canned, clients, **{"base_url": SITE, **settings})
    try:
        crm(lambda crm: crm.request("POST", "/Account/1/contacts?x=1", json={"id": "2"}))
    finally:
        crm.end()
    return canned.seen[0]


def test_a_key(asynchronous: bool) -> None:
    """A key alone goes into its header."""
    seen = sent(asynchronous, api_key=ESPO_KEY)

    assert seen.headers["x-api-key"] == ESPO_KEY
    assert not seen.headers.keys() & {"authorization", "x-hmac-authorization"}


@pytest.mark.parametrize("site", [SITE, "https://example.com/crm/api/v1"])
def test_a_signature(asynchronous: bool, site: str) -> None:
    """With a secret key the method and the path below the API are signed, without the query."""
    seen = sent(asynchronous, base_url=site, api_key=ESPO_KEY, secret_key=SECRET)

    key, _, digest = b64decode(seen.headers["x-hmac-authorization"]).decode().partition(":")
    assert key == ESPO_KEY
    text = b"POST /Account/1/contacts"
    assert digest == hmac.new(SECRET.encode(), text, "sha256").hexdigest()
    assert not seen.headers.keys() & {"authorization", "x-api-key"}


def test_each_attempt_is_signed(espo: MakeEspo) -> None:
    """A second attempt has a signature of its own, not the redacted one of the first."""
    crm = espo(reply(None, 503), reply({}), api_key=ESPO_KEY, secret_key=SECRET)

    crm(lambda crm: crm.request("GET", "/Account"))

    first, second = (seen.headers["x-hmac-authorization"] for seen in crm.seen)
    assert first == second
    assert first != "[redacted]"


def test_a_name_and_password(asynchronous: bool) -> None:
    """A name and a password, whatever letters it has, go into Basic authentication."""
    seen = sent(asynchronous, username="jana", password="heslo: žluťoučké")

    kind, _, text = seen.headers["authorization"].partition(" ")
    assert kind == "Basic"
    assert b64decode(text).decode() == "jana:heslo: žluťoučké"
    assert not seen.headers.keys() & {"x-api-key", "x-hmac-authorization"}


KEY_AND_NAME = {"api_key": ESPO_KEY, "username": "jana", "password": "p"}

WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "nothing": ({}, "api_key is missing"),
    "secret without key": ({"secret_key": SECRET}, "api_key is missing"),
    "empty secret": ({"api_key": ESPO_KEY, "secret_key": ""}, "secret_key is missing"),
    "key and name": (KEY_AND_NAME, "not both"),
    "secret and password": ({"secret_key": SECRET, "password": "p"}, "not both"),
    "name without password": ({"username": "jana"}, "password is missing"),
    "password without name": ({"password": "p"}, "username is missing"),
    "empty password": ({"username": "jana", "password": ""}, "password is missing"),
    "colon in name": ({"username": "ja:na", "password": "p"}, "colon"),
    "key with a line": ({"api_key": "a\r\nb"}, "printable"),
    "key that is none": ({"api_key": 5}, "api_key must be a str, got int"),
    "key that is empty": ({"api_key": ""}, "api_key is missing"),
}


@pytest.mark.parametrize("cls", CLIENTS)
@pytest.mark.parametrize(("given", "told"), WRONG.values(), ids=WRONG)
def test_credentials_that_do_not_go_together(cls: Any, given: Any, told: str) -> None:
    """What is missing, or of two schemes at once, is told by its name and never shown."""
    with pytest.raises(ConfigError, match=told) as caught:
        cls(base_url=SITE, **given)

    assert SECRET not in str(caught.value)
    assert ESPO_KEY not in str(caught.value)


def test_arguments_choose_the_scheme(asynchronous: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that is passed is not signed with a secret, nor replaced by a name, of elsewhere."""
    monkeypatch.setenv("ESPOCRM_SECRET_KEY", SECRET)
    monkeypatch.setenv("ESPOCRM_USERNAME", "jana")
    monkeypatch.setenv("ESPOCRM_PASSWORD", "p")

    assert sent(asynchronous, api_key=ESPO_KEY).headers["x-api-key"] == ESPO_KEY
    assert "authorization" in sent(asynchronous).headers
    assert "authorization" in sent(asynchronous, username="petr").headers


def test_the_environment_may_sign(asynchronous: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment's key goes with the environment's secret; a passed secret with its key."""
    monkeypatch.setenv("ESPOCRM_API_KEY", ESPO_KEY)
    assert "x-api-key" in sent(asynchronous).headers
    assert "x-hmac-authorization" in sent(asynchronous, secret_key=SECRET).headers

    monkeypatch.setenv("ESPOCRM_SECRET_KEY", SECRET)
    assert "x-hmac-authorization" in sent(asynchronous).headers

    monkeypatch.setenv("ESPOCRM_USERNAME", "jana")
    with pytest.raises(ConfigError, match="ESPOCRM_API_KEY and ESPOCRM_USERNAME are both set"):
        sent(asynchronous)


@pytest.mark.parametrize("cls", CLIENTS)
def test_a_client_does_not_show_its_credentials(cls: Any) -> None:
    """Neither a client nor its credentials show a secret when they are printed."""
    for given in (
        {"api_key": ESPO_KEY, "secret_key": SECRET},
        {"username": "jana", "password": "correct horse"},
    ):
        crm = cls(base_url=SITE, **given)
        shown = f"{crm!r} {crm._sender.vendor._credentials!r} {crm.generated!r}"
        for secret in (ESPO_KEY, SECRET, "correct horse"):
            assert secret not in shown


@pytest.mark.parametrize("user", ["integrator", "signer", "jana"])
@pytest.mark.parametrize("profile", ["autocrm", "espocrm"])
def test_the_mock_lets_them_in(mocked_espo: MakeEspo, mocks: Any, user: str, profile: str) -> None:
    """Each of the three schemes is taken by the mock, which checks it as the servers do."""
    crm = mocked_espo(profile=profile, **getattr(mocks, profile).users[user])

    assert crm(lambda crm: crm.request("GET", "/App/user")).data["user"]["userName"] == user
