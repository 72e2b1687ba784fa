"""Credentials, login, the server's clock, and keys that end."""

from __future__ import annotations

import asyncio
import logging
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from crmkit import AuthenticationError, ConfigError, CRMError, DecodeError, TransportError
from crmkit.onepagecrm import AsyncOnePageCRM, LoginInput, OnePageCRM, UserSettingsInput
from crmkit_mock import MockCRMs
from tests.clients.conftest import ONEPAGECRM_KEY, ONEPAGECRM_UID, MakeOnePageCRM
from tests.clients.harness import Answer, Canned, Clock, failures, reply, sync_alone

asynchronous = sync_alone

LOGIN: dict[str, Any] = {"login": "api@example.com", "password": "sécret & more"}
OTHER_KEY = "3zc32iOuuXANr9jg/8cB8R89lK9bJWwzTzgr6FNoP88="
VARIABLES = ("UID", "KEY", "LOGIN", "PASSWORD")


def envelope(status: int = 0, timestamp: int = 1_000_000, **members: Any) -> Answer:
    """Answer with an envelope."""
    return reply({"timestamp": timestamp, "status": status, "message": "said", **members})


def session(key: str = ONEPAGECRM_KEY) -> Answer:
    """Answer as a login does."""
    return envelope(data={"uid": ONEPAGECRM_UID, "key": key})


def version(crm: Any) -> Any:
    """Make the simplest call."""
    return crm.api_version()


VERSION = envelope(data={"version": "1.2"})
EXPIRED, BAD_TOKEN, BAD_LOGIN = 101, 104, 103


# -- configuration -----------------------------------------------------------------------------


def test_missing_credentials_name_arguments_and_variables() -> None:
    """Missing credentials are a ConfigError that names all arguments and variables."""
    with pytest.raises(ConfigError) as caught:
        OnePageCRM()

    for name in ("uid=", "key=", "login=", "password=", *(f"ONEPAGECRM_{v}" for v in VARIABLES)):
        assert name in str(caught.value)


def test_missing_half_is_named() -> None:
    """One of a pair alone is refused; the error names the other and its variable."""
    cases: list[tuple[Any, ...]] = [
        ({"uid": "u"}, "key"),
        ({"key": ONEPAGECRM_KEY}, "uid"),
        ({"login": "a@b.c"}, "password"),
        ({"password": "p"}, "login"),
        ({"uid": "u", "key": ONEPAGECRM_KEY, "login": "a@b.c"}, "password"),
    ]

    def check(arguments: dict[str, Any], missing: str) -> None:
        with pytest.raises(
            ConfigError, match=f"{missing} is missing.*ONEPAGECRM_{missing.upper()}"
        ):
            OnePageCRM(**arguments)

    assert failures(check, cases) == []


def test_rejects_key_that_is_not_base64() -> None:
    """A key that is not Base64 is refused at once, and not shown."""

    def check(key: str) -> None:
        with pytest.raises(ConfigError, match="key") as caught:
            OnePageCRM(uid="u", key=key)

        assert key not in str(caught.value)

    assert failures(check, product(["no Base64!", "AAA", "é"])) == []


def test_rejects_unknown_format() -> None:
    """An unknown format is refused; the error lists the known ones."""

    def check(format_: Any) -> None:
        with pytest.raises(ConfigError, match="json, xml, yaml"):
            OnePageCRM(uid="u", key=ONEPAGECRM_KEY, format=format_)

    assert failures(check, product(["", "JSON", "csv", "xml ", None, ["json"]])) == []


def test_missing_pyyaml_names_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without PyYAML the client of that format names the extra."""
    monkeypatch.setitem(sys.modules, "yaml", None)
    monkeypatch.delitem(sys.modules, "crmkit.onepagecrm.yaml", raising=False)

    with pytest.raises(ConfigError, match=r"crmkit\[yaml\]"):
        OnePageCRM(uid="u", key=ONEPAGECRM_KEY, format="yaml")


def test_client_loads_no_parser() -> None:
    """Making a client loads neither a parser nor the document, and sends nothing."""

    def check(format_: str) -> None:
        program = f"""
import sys
from crmkit.onepagecrm import OnePageCRM
crm = OnePageCRM(uid="u", key="{ONEPAGECRM_KEY}", format="{format_}")
print(crm, sorted(name for name in sys.modules if "yaml" in name or "expat" in name
                  or name.startswith("crmkit.onepagecrm.")))
"""
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True
        )

        modules = ["client", "signature", "vendor", "view"]
        loaded = [f"crmkit.onepagecrm.{name}" for name in modules]
        assert done.stdout.strip() == f"<OnePageCRM at https://app.onepagecrm.com/api> {loaded}"

    assert failures(check, product(["json", "xml"])) == []


def test_reads_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Uid, key and address come from the environment; arguments win."""
    monkeypatch.setenv("ONEPAGECRM_UID", "from-env")
    monkeypatch.setenv("ONEPAGECRM_KEY", ONEPAGECRM_KEY)
    monkeypatch.setenv("ONEPAGECRM_BASE_URL", "https://env.test/api")

    for uid, expected in ((None, "from-env"), ("mine", "mine")):
        transport = Canned(VERSION)
        with OnePageCRM(uid=uid, transport=transport) as crm:
            assert "env.test" in repr(crm)
            crm.api_version()
        assert transport.seen[0].headers["x-onepagecrm-uid"] == expected


@pytest.mark.parametrize("passed", [False, True])
def test_reads_login_from_environment(monkeypatch: pytest.MonkeyPatch, passed: bool) -> None:
    """Login and password come from the environment; passed ones win over a key in there."""
    if passed:
        monkeypatch.setenv("ONEPAGECRM_UID", "from-env")
        monkeypatch.setenv("ONEPAGECRM_KEY", OTHER_KEY)
    else:
        monkeypatch.setenv("ONEPAGECRM_LOGIN", LOGIN["login"])
        monkeypatch.setenv("ONEPAGECRM_PASSWORD", LOGIN["password"])
    transport = Canned(session(), VERSION)
    arguments: dict[str, Any] = LOGIN if passed else {}

    with OnePageCRM(**arguments, transport=transport) as crm:
        crm.api_version()

    assert transport.seen[0].path == "/api/auth/login.json"


# -- login -------------------------------------------------------------------------------------


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


def test_threads_share_login(mocks: MockCRMs) -> None:
    """Threads that need a key at the same time share one login."""
    mock = mocks.onepagecrm
    start = threading.Barrier(8)

    with OnePageCRM(base_url=mock.base_url, transport=mock.transport, **mock.login) as crm:

        def work(_: int) -> str:
            start.wait()
            return crm.api_version()

        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(work, range(8))) == ["1.2"] * 8

    assert [request.operation for request in mock.journal].count("auth_login") == 1


def test_tasks_share_login(mocks: MockCRMs) -> None:
    """Tasks that need a key at the same time share one login."""
    mock = mocks.onepagecrm

    async def work() -> list[str]:
        async with AsyncOnePageCRM(
            base_url=mock.base_url, transport=mock.transport, **mock.login
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
    crm = onepagecrm(envelope(data={"uid": "u", "key": OTHER_KEY}, tags=[]), **LOGIN)

    with pytest.raises(DecodeError) as caught:
        crm(version)

    assert caught.value.response is None


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


# -- keys that end -----------------------------------------------------------------------------


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


# -- the clock ---------------------------------------------------------------------------------


def test_expired_signature_sets_clock(onepagecrm: MakeOnePageCRM, clock: Clock) -> None:
    """An expired signature sets the clock by the server's; the call is signed and sent again."""
    crm = onepagecrm(envelope(EXPIRED, timestamp=1_338_797_714), VERSION)

    crm(version)
    clock.now += 100
    crm(version)

    times = [int(request.headers["x-onepagecrm-ts"]) for request in crm.seen]
    assert times == [1_000_000, 1_338_797_714, 1_338_797_814]
    assert len({request.headers["x-onepagecrm-auth"] for request in crm.seen}) == 3
    assert clock.waits == []


def test_creation_with_expired_signature_is_repeated(mocked_onepagecrm: MakeOnePageCRM) -> None:
    """A creation with an expired signature was not processed: it is sent again, and is one."""
    crm = mocked_onepagecrm()  # the mock's clock is decades ahead of the test's

    crm(lambda crm: crm.tags.create(name="Once"))

    assert [tag.name for tag in crm(lambda crm: crm.tags.list())].count("Once") == 1


def test_second_expired_signature_raises(onepagecrm: MakeOnePageCRM) -> None:
    """A second expired signature is raised."""
    crm = onepagecrm(envelope(EXPIRED, timestamp=5), max_retries=0)

    with pytest.raises(AuthenticationError) as caught:
        crm(version)

    assert caught.value.code == EXPIRED
    assert len(crm.seen) == 2


def test_expired_signature_without_timestamp_raises(onepagecrm: MakeOnePageCRM) -> None:
    """Without a timestamp there is nothing to set the clock by."""
    crm = onepagecrm(reply({"status": EXPIRED, "message": "expired"}))

    with pytest.raises(AuthenticationError):
        crm(version)

    assert len(crm.seen) == 1


def test_signs_each_attempt(onepagecrm: MakeOnePageCRM) -> None:
    """Each attempt is signed with its own time."""
    crm = onepagecrm(reply("", 503, {"Retry-After": "7"}), VERSION)

    crm(version)

    times = [int(request.headers["x-onepagecrm-ts"]) for request in crm.seen]
    assert times == [1_000_000, 1_000_007]


def test_views_share_key_and_clock(onepagecrm: MakeOnePageCRM) -> None:
    """`with_options` returns a client that signs with the same key and clock."""
    crm = onepagecrm(session(), envelope(EXPIRED, timestamp=5_000_000), VERSION, **LOGIN)
    crm(version)

    crm(version, crm.crm.with_options(timeout=1))

    assert [request.path for request in crm.seen].count("/api/auth/login.json") == 1
    assert crm.seen[-1].headers["x-onepagecrm-ts"] == "5000000"


# -- secrets -----------------------------------------------------------------------------------


def test_outputs_have_neither_key_nor_password(
    onepagecrm: MakeOnePageCRM, caplog: pytest.LogCaptureFixture
) -> None:
    """Logs, errors, the requests that errors keep, and reprs have neither key nor password."""
    cases = product(
        [
            [envelope(BAD_LOGIN)],
            [reply({"timestamp": 1, "status": BAD_LOGIN, "message": f"bad {LOGIN['password']}"})],
            [reply({"timestamp": 1, "status": 999, "message": f"{LOGIN['password']}"}, 500)],
            [reply("<html>", 502)],
            [reply("")],
            [httpx.ReadTimeout("slow")],
            [session(), envelope(BAD_TOKEN), session(), envelope(BAD_TOKEN)],
            [session(), reply({"timestamp": 1, "status": 108, "message": f"key {ONEPAGECRM_KEY}"})],
            [session(), httpx.ReadTimeout("slow")],
            [session(), reply("nothing")],
        ]
    )

    def check(answers: list[Any]) -> None:
        caplog.clear()
        caplog.set_level(logging.DEBUG)
        crm = onepagecrm(*answers, **LOGIN, max_retries=0)

        with pytest.raises(CRMError) as caught:
            crm(version)

        error: Any = caught.value
        kept = [
            getattr(error, "request", None),
            getattr(getattr(error, "response", None), "request", None),
        ]
        texts = [str(error), repr(error), caplog.text, repr(crm.crm), repr(vars(crm.crm))]
        for request in kept:
            if request is not None:
                texts += [
                    repr(request.headers.raw),
                    request.read().decode(),
                    repr(request.extensions),
                ]
        pickled = pickle.dumps(kept).decode("latin-1")
        signatures = [request.headers.get("x-onepagecrm-auth") for request in crm.seen]
        for secret in (LOGIN["password"], "s%C3%A9cret", ONEPAGECRM_KEY, *filter(None, signatures)):
            assert not [text for text in texts if secret in text], secret
            assert secret not in pickled

    assert failures(check, cases) == []


def test_repr_of_models_has_no_secrets(onepagecrm: MakeOnePageCRM) -> None:
    """The reprs of the session and of input models show neither key nor password."""
    rest: dict[str, Any] = dict.fromkeys(("firstname", "lastname", "company"))
    for name in ("timezone", "pipeline_mode", "customerlabel", "dateformat"):
        rest[name] = "off"
    rest |= {"listing": {"mode": "all", "size": 25}, "currency": {"symbol": "$", "code": "USD"}}
    crm = onepagecrm(envelope(data={"uid": "u", "key": OTHER_KEY, **rest}))

    result = crm(lambda crm: crm.auth.login(**LOGIN))

    assert result.key == OTHER_KEY
    text = repr([result, LoginInput(**LOGIN), UserSettingsInput(email="a@b.c", password="hunter2")])
    assert "uid='u'" in text
    assert not [secret for secret in (OTHER_KEY, LOGIN["password"], "hunter2") if secret in text]


def test_error_keeps_no_password(onepagecrm: MakeOnePageCRM) -> None:
    """The request of a failed change of password is kept without the password."""
    settings = {"firstname": None, "lastname": None, "company": None, "email": "a@b.c"}
    crm = onepagecrm(envelope(data=settings), envelope(108))

    with pytest.raises(CRMError) as caught:
        crm(lambda crm: crm.settings.update_user(password="hunter2", confirm_password="hunter2"))

    error: Any = caught.value
    assert b"hunter2" in crm.seen[-1].body
    assert b"hunter2" not in error.request.read()
