"""What the environment and the address say of the way to a server: proxies, certificates, hosts."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import httpx
import pytest

import crmkit
from crmkit import ConfigError, Relenta
from crmkit.core import _httpx
from tests.clients.harness import CREDENTIALS, KEY, Canned, Driver, both, envelope, failures, reply
from tests.clients.raw_server import Connection, RawServer

CLIENTS = [f"{kind}{name}" for name in CREDENTIALS for kind in ("", "Async")]
SAVED = b'{"status": true, "code": 200, "data": {"id": 5}}'


def answer_saved(connection: Connection) -> None:
    """Answer one request as a save does."""
    connection.request()
    connection.reply(SAVED)


@pytest.fixture(autouse=True)
def _read_the_environment_again() -> Iterator[None]:
    _httpx._tls_context.cache_clear()
    yield
    _httpx._tls_context.cache_clear()


def first_call(name: str, **settings: Any) -> None:
    """Make a call with a client of our own pool, sync or async, which opens no connection."""
    crm = getattr(crmkit, name)(**{**CREDENTIALS[name.removeprefix("Async")], **settings})
    if name.startswith("Async"):

        async def work() -> None:
            await crm.request("GET", "/x")

        asyncio.run(work())
    else:
        crm.request("GET", "/x")


PROXIES = {
    "ALL_PROXY": ["socks5://h:1", "socks5h://h:1", "socks4://h:1", "socks://h:1", "http://[::1"],
    "HTTPS_PROXY": ["ftp://u:CANARY@h:1", "h:x", "http://u:CAN/ARY@h:1", "socks5://u:CANARY@h"],
    "https_proxy": ["ftp://h:1"],
    "HTTP_PROXY": ["ftp://h:1"],
    "NO_PROXY": ["[::1]", "fd00::/8", "localhost,::1/128", "a.example,[fe80::1]:80"],
}


def test_unusable_proxies_are_config_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proxies of the environment that cannot be used are a ConfigError that names the variable."""

    def check(variable: str, value: str, name: str) -> None:
        with monkeypatch.context() as patch:
            patch.setenv(variable, value)
            if variable == "NO_PROXY":
                patch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
            with pytest.raises(ConfigError, match=rf"\b{variable}\b") as caught:
                first_call(name)
        assert not {"CAN", "CANARY"} & {*str(caught.value).replace("/", " ").split()}
        assert ("httpx[socks]" in str(caught.value)) == value.startswith("socks5")

    cases = [(name, value) for name, values in PROXIES.items() for value in values]
    names = ["Relenta", "AsyncRelenta"]
    assert failures(check, [(*case, name) for case in cases for name in names]) == []
    assert failures(check, product(["ALL_PROXY"], ["ftp://h:1"], CLIENTS)) == []


def test_unusable_certificates_are_config_errors(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Certificates that cannot be read are a ConfigError that names the variable or the setting."""
    text = tmp_path / "text.pem"
    text.write_text("no certificate")
    missing = tmp_path / "missing"

    def check(variable: str, value: Path, name: str) -> None:
        settings: dict[str, Any] = {}
        with monkeypatch.context() as patch:
            if variable == "verify":
                settings["verify"] = value
            else:
                patch.setenv(variable, str(value))
            with pytest.raises(ConfigError, match=rf"\b{variable}\b") as caught:
                first_call(name, **settings)
        assert value.name in str(caught.value)

    cases = [
        ("SSL_CERT_FILE", missing),
        ("SSL_CERT_FILE", text),
        ("SSL_CERT_FILE", tmp_path),
        ("SSL_CERT_DIR", missing),
        ("SSL_CERT_DIR", text),
        ("SSLKEYLOGFILE", missing / "keys"),
        ("verify", text),
        ("verify", missing),
    ]
    names = ["Relenta", "AsyncRelenta"]
    assert failures(check, [(*case, name) for case in cases for name in names]) == []
    assert failures(check, product(["SSL_CERT_FILE"], [missing], CLIENTS)) == []


def test_other_certificates_win_over_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With `verify`, plain http or a transport of one's own, stale variables do no harm."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "missing"))
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    with RawServer(answer_saved) as server:
        for settings in (
            {"base_url": server.url},
            {"base_url": server.url.replace("127.0.0.1", "localhost")},
            {"account": "a", "transport": Canned(reply(envelope({"id": 5})))},
        ):
            with Relenta(department_key=KEY, **settings) as crm:
                assert crm.contacts.save(full_name="x") == 5
    monkeypatch.delenv("ALL_PROXY")
    for verify in (False, ssl.create_default_context()):
        crm = Relenta(account="a", department_key=KEY, verify=verify)
        assert crm._io.pool is not None
        crm.close()


@pytest.fixture
def proxy() -> Iterator[RawServer]:
    """A proxy that answers everything itself, with the first line of the request."""

    def answer(connection: Connection) -> None:
        while request := connection.request():
            first = request.split(b"\r\n")[0].decode().replace('"', "")
            connection.reply(b'{"proxied": "%s"}' % first.encode())

    with RawServer(answer) as server:
        yield server


@both
def test_loopback_is_never_proxied(
    asynchronous: bool, proxy: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the loopback server sees a request to loopback, whatever the environment says."""
    for variable in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(variable, proxy.url)
    with RawServer(answer_saved) as server:
        for host in ("127.0.0.1", "localhost", "LOCALHOST"):
            driver = Driver(asynchronous, base_url=f"http://{host}:{server.port}")
            assert driver(lambda crm: crm.contacts.save(full_name="x")) == 5
            driver.end()
    assert proxy.connections == 0


@both
def test_proxy_gets_every_address(asynchronous: bool, proxy: RawServer) -> None:
    """`proxy` is used for every address, in place of those of the environment."""
    for address in ("http://127.0.0.1:9/api", "http://crm.example/api"):
        driver = Driver(asynchronous, base_url=address, proxy=proxy.url, allow_insecure=True)
        data = driver(lambda crm: crm.request("GET", "/x")).data
        assert data == {"proxied": f"GET {address}/x HTTP/1.1"}
        driver.end()


@both
def test_environment_proxies_other_hosts(
    asynchronous: bool, proxy: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The environment's proxy is used for hosts that are not loopback, except those it names."""
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    driver = Driver(asynchronous, base_url="http://crm.example/api", allow_insecure=True)
    data = driver(lambda crm: crm.request("GET", "/x")).data
    assert data == {"proxied": "GET http://crm.example/api/x HTTP/1.1"}
    driver.end()


def test_own_pool_excludes_verify_and_proxy() -> None:
    """`verify` and `proxy` are a ConfigError beside http_client or transport, in every client."""

    def check(name: str, own: str, setting: str) -> None:
        asynchronous = name.startswith("Async")
        value: Any = Canned(reply())
        if own == "http_client":
            value = (httpx.AsyncClient if asynchronous else httpx.Client)(transport=value)
        given: Any = {"verify": False, "proxy": "http://h:1"}[setting]
        with pytest.raises(ConfigError, match=f"{setting}.*{own}"):
            getattr(crmkit, name)(
                **CREDENTIALS[name.removeprefix("Async")], **{own: value, setting: given}
            )

    cases = product(CLIENTS, ["http_client", "transport"], ["verify", "proxy"])
    assert failures(check, cases) == []


NO_HOSTS = [
    *("https://☃.example", "https://a..b", "https://.a.example", f"https://{'a' * 64}.example"),
    *("https://", "https://[::1", "https://256.256.256.256", "https://a b.example", "https:///x"),
    *("https://\u200d.example", "https://:80", "https://host:99999", "https://xn--a.example"),
]


def test_host_that_cannot_be_one_is_config_error() -> None:
    """A base_url without the name of a host is a ConfigError when the client is made."""

    def check(name: str, address: str) -> None:
        credentials = {**CREDENTIALS[name.removeprefix("Async")], "base_url": address}
        with pytest.raises(ConfigError, match="base_url"):
            getattr(crmkit, name)(**credentials)

    assert failures(check, product(CLIENTS, NO_HOSTS)) == []
