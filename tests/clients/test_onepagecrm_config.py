"""Credentials and settings of OnePageCRM's clients, and where they come from."""

from __future__ import annotations

import subprocess
import sys
from itertools import product
from typing import Any

import pytest

from crmkit import ConfigError
from crmkit.onepagecrm import OnePageCRM
from tests.clients.conftest import ONEPAGECRM_KEY
from tests.clients.harness import Canned, failures, sync_alone
from tests.clients.onepagecrm_wire import (
    LOGIN,
    OTHER_KEY,
    VARIABLES,
    VERSION,
    session,
)

asynchronous = sync_alone


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

    assert failures(check, product(["no Base64!", "AAA", "AAAA=", "é"])) == []


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
