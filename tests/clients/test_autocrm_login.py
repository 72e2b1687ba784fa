"""The settings of AutoCRM's and EspoCRM's clients, and the credentials of their requests."""

from __future__ import annotations

import hmac
import inspect
from base64 import b64decode
from typing import Any

import pytest

from crmkit import ConfigError
from crmkit.autocrm import AsyncAutoCRM, AsyncEspoCRM, AutoCRM, EspoCRM
from tests.clients.conftest import ESPO_KEY, MakeEspo
from tests.clients.harness import Canned, Driver, Seen, both, failures, reply, sync_alone

asynchronous = sync_alone

CLIENTS: list[Any] = [AutoCRM, AsyncAutoCRM, EspoCRM, AsyncEspoCRM]
SITE = "https://crm.example.com"
SECRET = "5ec2e70000000000000000005ec2e700"
KEYWORDS = {
    *("base_url", "api_key", "secret_key", "username", "password"),
    *("timeout", "max_retries", "throttle", "http_client", "transport", "middleware"),
    *("allow_insecure", "signature"),
}


def address_of(crm: Any) -> str:
    """Return the address of a client's API."""
    address: str = crm._sender.settings.base_url
    return address


def test_takes_every_keyword_by_name() -> None:
    """Every promised keyword is taken, by name only, and no other."""
    keywords = {
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
        "signature": "raw",
    }
    assert set(keywords) == KEYWORDS

    for cls in CLIENTS:
        assert address_of(cls(**keywords)) == f"{SITE}/api/v1"
        with pytest.raises(TypeError, match="token"):
            cls(**keywords, token=None)
        with pytest.raises(TypeError):
            cls(SITE, ESPO_KEY)
        assert all(
            parameter.kind is not inspect.Parameter.POSITIONAL_OR_KEYWORD
            for parameter in inspect.signature(cls).parameters.values()
        )


def test_appends_api_path_to_base_url() -> None:
    """`base_url` is the site's or the API's own: `/api/v1` is added where it is missing."""

    def check(base_url: str, address: str) -> None:
        for cls in CLIENTS:
            assert address_of(cls(base_url=base_url, api_key=ESPO_KEY)) == address

    cases = [
        ("https://crm.example.com", "https://crm.example.com/api/v1"),
        ("https://crm.example.com/", "https://crm.example.com/api/v1"),
        ("https://crm.example.com/api/v1", "https://crm.example.com/api/v1"),
        ("https://crm.example.com/api/v1/", "https://crm.example.com/api/v1"),
        ("https://example.com/crm", "https://example.com/crm/api/v1"),
        ("http://127.0.0.1:8080/espo//", "http://127.0.0.1:8080/espo/api/v1"),
    ]
    assert failures(check, cases) == []


def test_rejects_base_url() -> None:
    """What is not an address, or would show the credential to anybody, is refused at once."""

    def check(base_url: Any) -> None:
        for cls in CLIENTS:
            with pytest.raises(ConfigError, match="base_url"):
                cls(base_url=base_url, api_key=ESPO_KEY)

    bad: list[Any] = [
        *("crm.example.com", "ftp://crm.example.com", "https://", "https://u:p@crm.example.com"),
        *("https://crm.example.com?x=1", "https://crm.example.com/#/", "http://crm.example.com"),
        *("https://[::1", 7),
    ]
    assert failures(check, [(base_url,) for base_url in bad]) == []


@pytest.mark.parametrize("cls", CLIENTS)
def test_reads_environment_of_its_own_name(cls: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Address and credentials come from the environment variables of the client's own name."""
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


def sent(*, asynchronous: bool = False, **settings: Any) -> Seen:
    """Return the request that a client sends."""
    clients = (EspoCRM, AsyncEspoCRM)
    canned = Canned(reply({"total": 0, "list": []}))
    crm = Driver(asynchronous, canned, clients, **{"base_url": SITE, **settings})
    try:
        crm(lambda crm: crm.request("POST", "/Account/1/contacts?x=1", json={"id": "2"}))
    finally:
        crm.end()
    return canned.seen[0]


@both
def test_sends_key_in_header(asynchronous: bool) -> None:
    """A key alone is sent in its header."""
    seen = sent(asynchronous=asynchronous, api_key=ESPO_KEY)

    assert seen.headers["x-api-key"] == ESPO_KEY
    assert not seen.headers.keys() & {"authorization", "x-hmac-authorization"}


def test_signs_method_and_path() -> None:
    """With a secret key the method and the path below the API are signed, without the query."""
    sites = (
        *(SITE, "https://example.com/crm/api/v1", "https://bücher.example/a/"),
        *("https://example.com/käufer", "https://example.com/k%C3%A4ufer/å/api/v1"),
        *("https://example.com/ä/api/v1/portal-access/5f0", "HTTPS://EXAMPLE.com/ä/API/"),
    )
    for site in sites:
        seen = sent(base_url=site, api_key=ESPO_KEY, secret_key=SECRET)
        key, _, digest = b64decode(seen.headers["x-hmac-authorization"]).partition(b":")
        assert key.decode() == ESPO_KEY
        text = b"POST /Account/1/contacts"
        assert digest == hmac.digest(SECRET.encode(), text, "sha256")
        assert not seen.headers.keys() & {"authorization", "x-api-key"}


def test_takes_addresses_of_portals_and_names_that_are_not_ascii() -> None:
    """A portal's API is used as it is; paths and hosts go out as requests have them."""
    cases = [
        ("https://h/api/v1/portal-access/5f0a", "/api/v1/portal-access/5f0a/Account/1/contacts"),
        ("https://h/crm/api/v1/portal-access/5f0a/", "/crm/api/v1/portal-access/5f0a/Account/1"),
        ("https://h/portal-access/5f0a", "/portal-access/5f0a/api/v1/Account/1/contacts"),
        ("https://h/api/v1/portal-access", "/api/v1/portal-access/api/v1/Account/1/contacts"),
        ("https://h/käufer", "/käufer/api/v1/Account/1/contacts"),
        ("https://h/k%C3%A4ufer/api/v1/", "/käufer/api/v1/Account/1/contacts"),
    ]
    for address, path in cases:
        assert sent(base_url=address, api_key=ESPO_KEY).path.startswith(path)
    assert address_of(EspoCRM(base_url="https://bücher.example/ä", api_key=ESPO_KEY)) == (
        "https://xn--bcher-kva.example/%C3%A4/api/v1"
    )


def test_signs_each_attempt(espo: MakeEspo) -> None:
    """A second attempt has a signature of its own, not the redacted one of the first."""
    crm = espo(reply(None, 503), reply({}), api_key=ESPO_KEY, secret_key=SECRET)

    crm(lambda crm: crm.request("GET", "/Account"))

    first, second = (seen.headers["x-hmac-authorization"] for seen in crm.seen)
    assert first == second
    assert first != "[redacted]"


def test_sends_username_and_password() -> None:
    """A username and a password, of any characters, are sent by Basic authentication."""
    seen = sent(username="jana", password="heslo: žluťoučké")

    scheme, _, text = seen.headers["authorization"].partition(" ")
    assert scheme == "Basic"
    assert b64decode(text).decode() == "jana:heslo: žluťoučké"
    assert not seen.headers.keys() & {"x-api-key", "x-hmac-authorization"}


KEY_AND_NAME = {"api_key": ESPO_KEY, "username": "jana", "password": "p"}

WRONG: list[tuple[dict[str, Any], str]] = [
    ({}, "api_key is missing"),
    ({"secret_key": SECRET}, "api_key is missing"),
    ({"api_key": ESPO_KEY, "secret_key": ""}, "secret_key is missing"),
    (KEY_AND_NAME, "not both"),
    ({"secret_key": SECRET, "password": "p"}, "not both"),
    ({"username": "jana"}, "password is missing"),
    ({"password": "p"}, "username is missing"),
    ({"username": "jana", "password": ""}, "password is missing"),
    ({"username": "ja:na", "password": "p"}, "colon"),
    ({"api_key": "a\r\nb"}, "printable"),
    ({"api_key": 5}, "api_key must be a str, got int"),
    ({"api_key": ""}, "api_key is missing"),
]


def test_rejects_credentials() -> None:
    """Missing credentials, or those of two schemes, are refused by name and never shown."""

    def check(credentials: dict[str, Any], message: str) -> None:
        for cls in CLIENTS:
            with pytest.raises(ConfigError, match=message) as caught:
                cls(base_url=SITE, **credentials)
            assert SECRET not in str(caught.value)
            assert ESPO_KEY not in str(caught.value)

    assert failures(check, WRONG) == []


def test_arguments_choose_the_scheme(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that is passed is neither signed with the secret of the environment nor replaced."""
    monkeypatch.setenv("ESPOCRM_SECRET_KEY", SECRET)
    monkeypatch.setenv("ESPOCRM_USERNAME", "jana")
    monkeypatch.setenv("ESPOCRM_PASSWORD", "p")

    assert sent(api_key=ESPO_KEY).headers["x-api-key"] == ESPO_KEY
    assert "authorization" in sent().headers
    assert "authorization" in sent(username="petr").headers


def test_environment_may_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment's key goes with the environment's secret; a passed secret with its key."""
    monkeypatch.setenv("ESPOCRM_API_KEY", ESPO_KEY)
    assert "x-api-key" in sent().headers
    assert "x-hmac-authorization" in sent(secret_key=SECRET).headers

    monkeypatch.setenv("ESPOCRM_SECRET_KEY", SECRET)
    assert "x-hmac-authorization" in sent().headers

    monkeypatch.setenv("ESPOCRM_USERNAME", "jana")
    with pytest.raises(ConfigError, match="ESPOCRM_API_KEY and ESPOCRM_USERNAME are both set"):
        sent()


def test_repr_shows_no_credentials() -> None:
    """Neither a client nor its credentials show a secret when they are printed."""
    for cls in CLIENTS:
        for credentials in (
            {"api_key": ESPO_KEY, "secret_key": SECRET},
            {"username": "jana", "password": "correct horse"},
        ):
            crm: Any = cls(base_url=SITE, **credentials)
            shown = f"{crm!r} {crm._sender.vendor._credentials!r} {crm.generated!r}"
            for secret in (ESPO_KEY, SECRET, "correct horse"):
                assert secret not in shown


@both
def test_mock_takes_each_scheme(mocked_espo: MakeEspo, mocks: Any) -> None:
    """The mock takes each of the three schemes, and checks it as the servers do."""

    def check(profile: str, user: str) -> None:
        crm = mocked_espo(profile=profile, **getattr(mocks, profile).users[user])
        reply = crm(lambda crm: crm.request("GET", "/App/user"))
        assert reply.data["user"]["userName"] == user

    users = ("integrator", "signer", "jana")
    cases = [(profile, user) for profile in ("autocrm", "espocrm") for user in users]
    assert failures(check, cases) == []
