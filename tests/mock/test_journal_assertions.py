"""What a suite asks of the journal: was it called, how often, with what; and the calls as HAR."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any
from unittest.mock import ANY

import httpx
import pytest

from crmkit_mock import MockCRMs
from crmkit_mock.redaction import REDACTED
from tests.mock import espo, plain_monica, plain_onepagecrm

if TYPE_CHECKING:
    from crmkit_mock.crm import MockCRM
    from tests.mock.plain import Relenta


def called(relenta: Relenta) -> None:
    """Make the calls that the tests below look for."""
    relenta.save(full_name="Ada", emails="a@x.example")
    relenta.save(full_name="Bob", do_not_mass_email=True)
    relenta.contacts(page=2, page_size=5)
    relenta.mock.fail(status=503)
    relenta.http.get("/activity.list.json", params={"page": 1})


def test_finds_calls(either: Relenta) -> None:
    """A call is found by method, path or pattern, whole body and parts of the query."""
    called(either)
    journal = either.mock.journal
    (ada,) = journal.assert_called(
        "post", "/contact.save.json", json={"full_name": "Ada", "emails": ANY}
    )
    assert (ada.number, ada.operation) == (1, "contacts_save")
    cases: list[tuple[str, str, dict[str, Any], int]] = [
        ("POST", "/contact.save.json", {}, 2),
        ("POST", "contact.save.json", {"times": 2}, 2),
        ("GET", "/*.list.json", {}, 2),
        ("GET", "/contact.list.json", {"query": {"page": 2}}, 1),
        ("GET", "/contact.list.json", {"query": {"page": "2", "page_size": [5]}, "times": 1}, 1),
        ("GET", "/activity.list.json", {"times": 1}, 1),
        ("DELETE", "/contact.list.json", {"times": 0}, 0),
        ("POST", "/contact.save.json", {"json": {"full_name": "Carl"}, "times": 0}, 0),
    ]
    for method, path, arguments, number in cases:
        assert len(journal.assert_called(method, path, **arguments)) == number


@pytest.mark.parametrize(
    ("method", "path", "arguments", "lines"),
    [
        (
            "POST",
            "/contact.save.json",
            {"json": {"full_name": "Ada", "emails": "b@x.example", "tags": ["x"]}},
            [
                'expected POST /contact.save.json with json {"full_name": "Ada", .* at least once',
                "nearest calls:",
                "  #1 POST /contact.save.json -> 200",
                '      json.emails: expected "b@x.example", got "a@x.example"',
                r'      json.tags: missing, expected \["x"\]',
                "  #2 POST /contact.save.json -> 200",
                '      json.full_name: expected "Ada", got "Bob"',
            ],
        ),
        (
            "GET",
            "/contact.list.json",
            {"query": {"page": 1, "sort": "x"}},
            [
                'expected GET /contact.list.json with query {"page": 1, "sort": "x"} at least once',
                r"  #3 GET /contact.list.json\?page=2&page_size=5 -> 200",
                '      query.page: expected 1, got "2"',
                '      query.sort: missing, expected "x"',
            ],
        ),
        (
            "GET",
            "/activity.list.json",
            {"times": 2},
            ["expected .* 2 times, found once", "  #4 GET .* -> status 503", "      as expected"],
        ),
        ("POST", "/contact.save.json", {"times": 0}, ["expected .* 0 times, found 2 times"]),
        ("PUT", "/contact.save.json", {}, ["      method is POST", "the journal has 4 calls$"]),
        ("GET", "/contact.lst.json", {}, ["      path is /contact.list.json"]),
        (
            "POST",
            "/contact.save.json",
            {"json": {"full_name": "Bob", "do_not_mass_email": 1}},
            ["      json.do_not_mass_email: expected 1, got true"],
        ),
    ],
)
def test_shows_the_nearest_calls(
    relenta: Relenta, method: str, path: str, arguments: dict[str, Any], lines: list[str]
) -> None:
    """What fails says what was expected and how the nearest calls differ."""
    called(relenta)
    with pytest.raises(AssertionError) as caught:
        relenta.mock.journal.assert_called(method, path, **arguments)
    message = str(caught.value)
    for line in lines:
        assert re.search(f"^{line}", message, re.MULTILINE), (line, message)


def test_says_when_there_was_no_call(relenta: Relenta) -> None:
    """An empty journal is said to be; arguments of another type are errors."""
    journal = relenta.mock.journal
    with pytest.raises(AssertionError, match="the journal is empty: no call reached the mock"):
        journal.assert_called("GET", "/contact.list.json")
    journal.assert_called("GET", "/contact.list.json", times=0)
    cases: tuple[dict[str, Any], ...] = (
        {"times": -1},
        {"times": True},
        {"times": 1.0},
        {"query": "page=1"},
        {"path": ""},
        {"method": None},
    )
    for arguments in cases:
        with pytest.raises(ValueError, match=next(iter(arguments))):
            journal.assert_called(**{"method": "GET", "path": "/x", **arguments})


def test_says_when_calls_were_dropped(relenta: Relenta, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message tells that the journal holds the last calls only."""
    monkeypatch.setattr("crmkit_mock.journal.LIMIT", 2)
    called(relenta)
    with pytest.raises(AssertionError, match="the journal has 2 calls, the last of 4"):
        relenta.mock.journal.assert_called("POST", "/contact.save.json")


def test_har(relenta: Relenta) -> None:
    """The journal is HAR 1.2: addresses, times of the mock's clock, bodies, broken connections."""
    relenta.save(full_name="Žižka")
    relenta.http.get("/contact.list.json", params={"page": 1})
    relenta.mock.fail(error="reset")
    with pytest.raises(httpx.ReadError):
        relenta.http.get("/contact.list.json")
    log = json.loads(json.dumps(relenta.mock.journal.har()))["log"]
    assert log["version"] == "1.2"
    save, listing, broken = log["entries"]
    assert save["request"]["url"] == f"{relenta.mock.base_url}/contact.save.json"
    assert json.loads(save["request"]["postData"]["text"]) == {"full_name": "Žižka"}
    assert save["startedDateTime"] == "2016-02-01T09:00:01+00:00"
    assert (save["response"]["status"], save["response"]["statusText"]) == (200, "OK")
    assert listing["request"]["url"].endswith("/contact.list.json?page=1")
    assert listing["request"]["queryString"] == [{"name": "page", "value": "1"}]
    assert json.loads(listing["response"]["content"]["text"])["status"] is True
    assert (broken["response"]["status"], broken["response"]["_error"]) == (0, "reset")
    key = relenta.mock.credentials["department_key"]
    assert key not in json.dumps(log)
    members = {"startedDateTime", "time", "request", "response", "cache", "timings"}
    assert all(members <= entry.keys() for entry in log["entries"])


# -- credentials -------------------------------------------------------------------------------


def text_of(mock: MockCRM) -> str:
    """Return all that a journal shows, in all its forms."""
    return repr([*mock.journal]) + json.dumps(mock.journal.har(), ensure_ascii=False)


def test_shows_no_credentials_in_bodies_and_queries(mocks: MockCRMs) -> None:
    """Passwords, keys and tokens are redacted in JSON, forms, multipart, XML, YAML and queries."""
    secrets: set[str] = set()
    with plain_monica.client_for(mocks.monica) as http:
        for number, (content, kind) in enumerate(
            (
                (b'{"password": "s3cret-0", "x": "kept"}', "application/json"),
                (b'{"a": {"Api_Key" : "s3cret-1\\"s3cret-1"}}', "application/json"),
                (b"user%5Bpassword%5D=s3cret-2&x=kept", "application/x-www-form-urlencoded"),
                (b"a=1&access_token=s3cret-3", "application/x-www-form-urlencoded"),
                (
                    b'--b\r\nContent-Disposition: form-data; name="password"\r\n\r\ns3cret-4\r\n-',
                    "multipart/form-data; boundary=b",
                ),
                (b"<a><secretKey>s3cret-5</secretKey></a>", "application/xml"),
                (b"a:\n  newPassword: s3cret-6\n", "application/yaml"),
                (b'{"token": 73578910}', "application/json"),
            )
        ):
            secrets.add(f"s3cret-{number}")
            http.post("/contacts", content=content, headers={"Content-Type": kind})
        http.get("/contacts", params={"api_token": "s3cret-q", "page": 1})
        http.get("/me", headers={"X-CSRF-Token": "s3cret-h", "Cookie": "s3cret-c"})
    text = text_of(mocks.monica)
    assert "s3cret" not in text
    assert "73578910" not in text
    assert "kept" in text
    assert REDACTED in text


def test_shows_no_credentials_of_other_crms(mocks: MockCRMs) -> None:
    """Keys of one CRM sent to another, in a header, a path or a body, are redacted there too."""
    key = mocks.espocrm.users["signer"]["secret_key"]
    token = mocks.monica.credentials["token"]
    department = mocks.relenta.credentials["department_key"]
    jana = mocks.espocrm.users["jana"]
    basic = base64.b64encode(f"{jana['username']}:{jana['password']}".encode()).decode()
    with espo.client_for(mocks.espocrm) as http:
        http.get(f"/Account/{department}", headers={"X-Relenta-Department-Key": department})
        http.post("/Account", json={"name": f"note {token}", "description": basic})
        http.get("/Account", params={"select": key}, headers={"X-Anything": f"Basic {basic}"})
    text = text_of(mocks.espocrm)
    for secret in (key, token, department, basic):
        assert secret not in text
    mocks.espocrm.journal.assert_called(
        "POST", "/Account", json={"name": ANY, "description": basic}
    )


def test_shows_no_credentials_in_replies(mocks: MockCRMs) -> None:
    """What a reply hands out is redacted: keys that log-ins give, tokens, secrets of webhooks."""
    with plain_onepagecrm.client_for(mocks.onepagecrm) as http:
        for suffix in ("json", "xml", "yaml"):
            login = mocks.onepagecrm.login
            reply = http.post(f"/auth/login.{suffix}", data=login)
            assert mocks.onepagecrm.credentials["key"] in reply.text
            key = http.post(f"/auth/change_api_key.{suffix}").text
            assert "key" in key
    text = text_of(mocks.onepagecrm)
    assert login["password"] not in text
    assert mocks.onepagecrm.credentials["key"] not in text
    assert len(re.findall(r"[A-Za-z0-9+/]{43}=", text)) == 0
    jana = mocks.espocrm.users["jana"]
    basic = base64.b64encode(f"{jana['username']}:{jana['password']}".encode()).decode()
    with httpx.Client(transport=mocks.espocrm.transport) as http:
        reply = http.get(
            f"{mocks.espocrm.base_url}/App/user", headers={"Espo-Authorization": basic}
        )
    token = reply.json()["token"]
    assert token
    assert token not in text_of(mocks.espocrm)
