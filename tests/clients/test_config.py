"""The settings of a client: defaults, environment, and what is refused when it is made."""

from __future__ import annotations

import inspect
import ssl
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

import crmkit.core._httpx as core_httpx
import crmkit.core.http
from crmkit import AsyncRelenta, ConfigError, Relenta
from tests.clients.conftest import MakeClient
from tests.clients.harness import BASE_URL, KEY, Canned, failures, page, saved, sync_alone

asynchronous = sync_alone

CLIENTS: list[Any] = [Relenta, AsyncRelenta]
VARIABLES = ("RELENTA_ACCOUNT", "RELENTA_DEPARTMENT_KEY", "RELENTA_BASE_URL")
KEYWORDS = {
    *("account", "department_key", "base_url", "timeout", "max_retries", "throttle"),
    *("http_client", "transport", "middleware", "allow_insecure"),
    *("deadline", "max_reply_bytes", "verify", "proxy"),
}


def settings_of(crm: Any) -> Any:
    """Return the normalised settings of a client."""
    return crm._sender.settings


def test_takes_every_keyword_by_name() -> None:
    """Every promised keyword is taken, by name only, and no other."""
    keywords = {
        "account": "acme",
        "department_key": KEY,
        "base_url": None,
        "timeout": None,
        "max_retries": 0,
        "throttle": 5.5,
        "http_client": None,
        "transport": Canned(saved()),
        "middleware": (),
        "allow_insecure": False,
        "deadline": 7,
        "max_reply_bytes": 5000,
        "verify": True,
        "proxy": None,
    }
    assert set(keywords) == KEYWORDS

    for cls in CLIENTS:
        settings = settings_of(cls(**keywords))
        assert settings.base_url == BASE_URL
        assert settings.timeout is None
        assert settings.max_retries == 0
        assert (settings.deadline, settings.max_reply_bytes) == (7.0, 5000)
        for unknown in ("api_key", "retries", "headers", "cert", "proxies"):
            with pytest.raises(TypeError, match=unknown):
                cls(**keywords, **{unknown: None})
        with pytest.raises(TypeError):
            cls("acme", KEY)
        assert all(
            parameter.kind is not inspect.Parameter.POSITIONAL_OR_KEYWORD
            for parameter in inspect.signature(cls).parameters.values()
        )


@pytest.mark.parametrize("cls", CLIENTS)
def test_default_settings(cls: Any) -> None:
    """By default: 30 s for each phase, 2 retries, no headers."""
    settings = settings_of(cls(account="acme", department_key=KEY))

    assert (settings.timeout, settings.max_retries) == (30.0, 2)
    assert dict(settings.headers) == {}


@pytest.mark.parametrize("cls", CLIENTS)
def test_reads_environment(cls: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Account, key and address come from the environment where no argument is passed."""
    monkeypatch.setenv("RELENTA_ACCOUNT", "fromenv")
    monkeypatch.setenv("RELENTA_DEPARTMENT_KEY", KEY)
    assert settings_of(cls()).base_url == "https://fromenv.relenta.com/api/v3"
    assert settings_of(cls(account="arg")).base_url == "https://arg.relenta.com/api/v3"
    assert settings_of(cls(base_url="https://x.example/a/")).base_url == "https://x.example/a"

    monkeypatch.setenv("RELENTA_BASE_URL", "https://env.example/api")
    assert settings_of(cls()).base_url == "https://env.example/api"
    assert settings_of(cls(base_url="https://x.example")).base_url == "https://x.example"
    assert settings_of(cls(base_url="https://x.example", account="arg")).base_url == (
        "https://x.example"
    )


def test_account_wins_over_base_url_of_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """An argument wins over the environment: an account over RELENTA_BASE_URL."""
    monkeypatch.setenv("RELENTA_BASE_URL", "https://env.example/api")

    crm = Relenta(account="arg", department_key=KEY)

    assert settings_of(crm).base_url == "https://arg.relenta.com/api/v3"


def test_key_of_argument_wins_over_environment(
    client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key of the environment is sent, and an argument wins over it."""
    monkeypatch.setenv("RELENTA_DEPARTMENT_KEY", "11" * 16)

    crm = client(page(), department_key=None)
    crm(lambda crm: crm.contacts.list())
    assert crm.seen[0].headers["x-relenta-department-key"] == "11" * 16

    crm = client(page(), department_key="22" * 16)
    crm(lambda crm: crm.contacts.list())
    assert crm.seen[0].headers["x-relenta-department-key"] == "22" * 16


def test_missing_credential_names_argument_and_variable() -> None:
    """A missing credential is a ConfigError that names argument and variable."""

    def check(argument: str, variable: str, settings: dict[str, Any]) -> None:
        for cls in CLIENTS:
            with pytest.raises(ConfigError) as caught:
                cls(**settings)
            assert argument in str(caught.value)
            assert variable in str(caught.value)

    cases: list[tuple[str, str, dict[str, Any]]] = [
        ("department_key", "RELENTA_DEPARTMENT_KEY", {"account": "acme"}),
        ("department_key", "RELENTA_DEPARTMENT_KEY", {"account": "acme", "department_key": ""}),
        ("department_key", "RELENTA_DEPARTMENT_KEY", {}),
        ("account", "RELENTA_ACCOUNT", {"department_key": KEY}),
        ("account", "RELENTA_ACCOUNT", {"department_key": KEY, "account": ""}),
    ]
    assert failures(check, cases) == []


def test_empty_variable_counts_as_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty environment variable counts as not set."""
    for variable in VARIABLES:
        monkeypatch.setenv(variable, "")

    with pytest.raises(ConfigError, match="RELENTA_DEPARTMENT_KEY"):
        Relenta(account="acme")
    with pytest.raises(ConfigError, match="RELENTA_ACCOUNT"):
        Relenta(department_key=KEY)


def test_rejects_key_that_is_not_printable_ascii() -> None:
    """A key that cannot be part of a header is refused when the client is made."""
    for key in ("a b\n", " a", "a ", "ä", "a\x00", "a\r\nX: y", b"a", 5):
        with pytest.raises(ConfigError, match="department_key"):
            CLIENTS[0](account="acme", department_key=key)


BAD_ACCOUNTS = (
    "evil.com/",
    "evil.com#",
    "evil.com?",
    "evil.com\\",
    "evil.com/api/v3?x=",
    "user:pass@evil.com",
    "a.b",
    "a b",
    "a/b",
    "-a",
    "a-",
    "a\n",
    "..",
    "ä",
    "a:443",
    "a" * 64,
    "%2e",
)


def test_rejects_account_that_is_not_a_host_label(monkeypatch: pytest.MonkeyPatch) -> None:
    """An account is one label of a host name: nothing in it can send the key elsewhere."""

    def check(account: str) -> None:
        with pytest.raises(ConfigError, match="account"):
            Relenta(account=account, department_key=KEY)
        monkeypatch.setenv("RELENTA_ACCOUNT", account)
        with pytest.raises(ConfigError, match="account"):
            Relenta(department_key=KEY)

    assert failures(check, [(account,) for account in BAD_ACCOUNTS]) == []


BAD_ADDRESSES = (
    "acme.relenta.com",
    "//acme.relenta.com",
    "ftp://acme.relenta.com",
    "file:///etc/passwd",
    "https://",
    "https:///api",
    "https://:443",
    "https://acme.relenta.com:99999",
    "https://acme.relenta.com:x",
    "https://[::1",
    "https://acme .com",
    "https://acme.com/a b",
    "https://acme.com\n",
    "https://user:pass@acme.relenta.com",
    "https://user@acme.relenta.com",
    "https://acme.relenta.com?",
    "https://acme.relenta.com/api?x=1",
    "https://acme.relenta.com/api?",
    "https://acme.relenta.com/api#",
    "https://acme.relenta.com/api#x",
    "javascript:alert(1)",
    " ",
    5,
    b"https://acme.relenta.com",
)


def test_rejects_base_url() -> None:
    """What is not an address, or carries credentials, query or fragment, is a ConfigError."""

    def check(base_url: Any) -> None:
        with pytest.raises(ConfigError, match="base_url"):
            Relenta(base_url=base_url, department_key=KEY)

    assert failures(check, [(base_url,) for base_url in BAD_ADDRESSES]) == []


def test_plain_http_is_for_loopback() -> None:
    """Plain http is allowed to loopback, and elsewhere only with `allow_insecure`."""
    for host in (
        *("localhost", "127.0.0.1", "127.0.0.53", "[::1]", "LOCALHOST", "crm.localhost"),
        *("localhost:80", "localhost.", "[::ffff:127.0.0.1]"),
    ):
        Relenta(base_url=f"http://{host}/api", department_key=KEY)

    def check(host: str) -> None:
        for scheme in ("http", "HTTP"):
            with pytest.raises(ConfigError, match="allow_insecure"):
                Relenta(base_url=f"{scheme}://{host}/api", department_key=KEY)
        Relenta(base_url=f"http://{host}/api", department_key=KEY, allow_insecure=True)

    hosts = (
        "acme.relenta.com",
        "10.0.0.1",
        "192.168.1.1",
        "0.0.0.0",  # noqa: S104 - an address to refuse
        "localhost.evil.com",
        "notlocalhost",
        "127.0.0.1.evil.com",
        "[::2]",
        "2130706434",
    )
    assert failures(check, [(host,) for host in hosts]) == []


def test_rejects_settings() -> None:
    """An impossible setting is a ConfigError with its name when the client is made."""

    def check(setting: str, value: Any) -> None:
        for cls in CLIENTS:
            with pytest.raises(ConfigError, match=setting):
                cls(account="acme", department_key=KEY, **{setting: value})

    cases: list[tuple[str, Any]] = [
        *(("timeout", value) for value in (0, -1, float("nan"), float("inf"), True, "30")),
        *(("max_retries", value) for value in (-1, 1.0, None, True)),
        *(("deadline", value) for value in (0, -1, float("nan"), float("inf"), True, "30", 10**9)),
        *(("max_reply_bytes", value) for value in (0, -1, 1.5, True, None, "1", float("nan"))),
        *(("verify", value) for value in (None, 1, 1.5, b"/x.pem", "/no/such.pem", "", [1])),
        *(("proxy", value) for value in ("", "x", "ftp://h:1", "socks4://h:1", "http://", 1, True)),
        *(("throttle", value) for value in (-1, -0.1, float("nan"), float("inf"), "1", True, [1])),
    ]
    assert failures(check, cases) == []


# -- cost --------------------------------------------------------------------------------------


@pytest.fixture
def contexts(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """Return the TLS contexts that were made in the test; they hold and read no certificates."""
    made: list[Any] = []

    def create(*_: Any, **__: Any) -> ssl.SSLContext:
        made.append(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
        context: ssl.SSLContext = made[-1]
        return context

    monkeypatch.setattr(httpx, "create_ssl_context", create)
    monkeypatch.setattr("httpx._config.create_ssl_context", create)
    core_httpx._tls_context.cache_clear()
    yield made
    core_httpx._tls_context.cache_clear()


@pytest.mark.parametrize("cls", CLIENTS)
def test_construction_makes_no_tls_context(cls: Any, contexts: list[Any]) -> None:
    """Making a client, a view of it and touching its resources builds no TLS context."""
    crm = cls(account="acme", department_key=KEY)
    crm.with_options(timeout=1).contacts.list()

    assert contexts == []


def test_clients_share_one_tls_context(contexts: list[Any]) -> None:
    """All clients of a process use one TLS context."""
    for account in ("one", "two"):
        crm = Relenta(account=account, department_key=KEY)
        assert crm._io.pool is crm._io.pool
        crm.close()

    assert len(contexts) == 1


@pytest.mark.parametrize("scheme", ["https", "HTTPS"])
def test_verifies_certificates_whatever_the_case_of_the_scheme(
    monkeypatch: pytest.MonkeyPatch, contexts: list[Any], scheme: str
) -> None:
    """The certificate of an https address is verified, whatever the case of the scheme."""
    verify: list[Any] = []

    class Spy(httpx.Client):
        def __init__(self, **settings: Any) -> None:
            verify.append(settings.get("verify", True))
            super().__init__(**settings)

    monkeypatch.setattr(crmkit.core.http.SyncIO, "_pool_type", Spy)
    crm = Relenta(base_url=f"{scheme}://acme.relenta.com", department_key=KEY)
    assert crm._io.pool is not None
    crm.close()

    assert len(verify) == 1
    assert verify[0] is not False
    assert len(contexts) == 1


def test_construction_loads_neither_models_nor_attrs() -> None:
    """Making a sync and an async client opens no connection and loads no model, and no attrs."""
    program = (
        "import sys, socket\n"
        "def refuse(event, args):\n"
        "    if event.startswith('socket.connect') or event == 'socket.getaddrinfo':\n"
        "        raise SystemExit(event)\n"
        "sys.addaudithook(refuse)\n"
        "from crmkit import AsyncRelenta, Relenta\n"
        "Relenta(account='a', department_key='b').with_options(timeout=1)\n"
        "AsyncRelenta(account='a', department_key='b')\n"
        "print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.split())
    assert "crmkit.relenta.client" in loaded
    assert {name for name in loaded if name.partition(".")[0] in {"attr", "attrs"}} == set()
    generated = {name for name in loaded if name.startswith("crmkit_generated.")}
    assert {name for name in generated if ".models" in name or ".codec" in name} == set()


TOUCHED = {
    "Relenta": "account='a', department_key='b'",
    "AutoCRM": "base_url='https://a.example', api_key='b'",
    "EspoCRM": "base_url='https://a.example', api_key='b'",
    "OnePageCRM": f"uid='{'0' * 24}', key='{'A' * 43}='",
    "Monica": "token='b'",
}
#: What a sync client never needs, or only from its first read or write on.
LATE = ("asyncio", "attr", "attrs", "difflib", "httpcore")


@pytest.mark.parametrize("name", TOUCHED)
def test_touched_resource_loads_neither_models_nor_asyncio(name: str) -> None:
    """A client whose resource is touched, and listed, loads no model, no codec and no asyncio."""
    program = (
        f"import sys; from crmkit import {name}\n"
        f"crm = {name}({TOUCHED[name]}); crm.contacts; crm.contacts.list\n"
        "print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )

    loaded = set(done.stdout.split())
    assert not loaded & {*LATE}
    generated = {name for name in loaded if name.startswith("crmkit_generated.")}
    assert {name for name in generated if ".models." in name or ".codec." in name} == set()
    assert {name for name in generated if ".resources." in name}


def test_reads_load_no_input_models() -> None:
    """What only writes need, the models of input and their codecs, a read does not load."""
    program = (
        "import sys; from crmkit import EspoCRM; from crmkit_mock import MockCRMs\n"
        "mock = MockCRMs().espocrm\n"
        "crm = EspoCRM(base_url=mock.base_url, transport=mock.transport, **mock.credentials)\n"
        "crm.contacts.list(select=['last_name']).first()\n"
        "print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )

    loaded = set(done.stdout.split())
    assert "crmkit_generated.autocrm.codec.read" in loaded
    assert "crmkit_generated.autocrm.models.contact" in loaded
    assert "crmkit_generated.autocrm.codec.write" not in loaded
    assert {name for name in loaded if name.endswith("_input")} == set()
    assert "crmkit_generated.autocrm.models.opportunity" not in loaded
