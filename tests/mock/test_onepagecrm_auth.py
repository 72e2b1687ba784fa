"""OnePageCRM's login, logout and signatures, checked to the byte."""

from __future__ import annotations

import base64
from collections.abc import Callable, Generator
from typing import Any

import httpx

from crmkit_mock import MockServer
from crmkit_mock.onepagecrm import authentication
from tests.mock.plain_onepagecrm import (
    JOE,
    UNSIGNED,
    OnePage,
    Signed,
    client_for,
    signature,
    written,
)

UID, TS, AUTH = "X-OnePageCRM-UID", "X-OnePageCRM-TS", "X-OnePageCRM-Auth"
#: The vendor's example.
KEY = "AJfSRLr7uhsa9lOIgKQ4Vu72zzg3QTE7pJL2iSeA6Mo="
EXAMPLE = ("4e0046526381906f7e000002", "1308640873", KEY)
URL = "https://app.onepagecrm.com/api/contacts"


class Tampered(Signed):
    """Signs, then lets a function change the request."""

    def __init__(self, *args: Any, change: Callable[[httpx.Request], httpx.Request | None]) -> None:
        super().__init__(*args)
        self.change = change

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        """Sign and change a request."""
        for signed in super().auth_flow(request):
            yield self.change(signed) or signed


def code(reply: httpx.Response) -> int:
    """Return the status code of an envelope under HTTP 200."""
    assert reply.status_code == 200, reply.text
    status: int = reply.json()["status"]
    return status


# -- signatures --------------------------------------------------------------------------------


def test_signature_is_that_of_the_vendors_example() -> None:
    """The signature of the manual's example is the one that the manual gives."""
    for sign in (signature, authentication.signature):
        signed = sign(
            *EXAMPLE, "PUT", f"{URL}/4d91d3ea6381904e44000026.xml", b"firstname=John&lastname=Doe"
        )
        assert signed == "54d40f0284a23552eae5c62f6e848e636980e88cd13e7e7b58cc43d0825cc307"


def test_get_signs_its_query_and_no_body() -> None:
    """Only POST and PUT sign a body; the query is part of the URL."""
    for url, signed in (
        (f"{URL}.json", "e9bc188ba65f54e529936cfca12e00631706e2e8de1b917fc6ce29b7add329d3"),
        (f"{URL}.json?page=2", "e236be5b8dba7057b03b0f21e0db32457bcb1694734f9c22a41c155b50987c41"),
    ):
        for body in (b"", b"x"):
            assert authentication.signature(*EXAMPLE, "GET", url, body) == signed, (url, body)
        assert authentication.signature(*EXAMPLE, "DELETE", url, b"") != signed, url


def test_accepts_right_signature(onepage: OnePage) -> None:
    """What is signed with the account's key works, by every method."""
    assert onepage.ok("GET", "/contacts?page=1&search=J%6fe%20B")["count"] == 0
    id = onepage.ok("POST", "/contacts", company="Ü & Co", tags="a b")["id"]
    assert onepage.ok("PUT", f"/contacts/{id}", company="+%26")["company"] == "+%26"
    assert onepage.ok("GET", "/tags/a%20b") == {"name": "a b", "count": 0}
    assert onepage.ok("DELETE", f"/contacts/{id}") is None
    assert onepage.http.head("/contacts.json").status_code == 200
    assert onepage.ok("POST", "/misc/remove_unused_tags") is None


def test_accepts_right_signature_behind_a_socket(server: MockServer) -> None:
    """The URL that is signed is the one at which the client reaches the mock."""
    mock = server.onepagecrm
    with client_for(mock) as http:
        assert code(http.get("/contacts.json", params={"search": "a b&ü"})) == 0
        assert code(http.post("/tags.json", data={"name": "a/b ü"})) == 0
        other = mock.base_url.replace("127.0.0.1", "localhost")
        assert code(http.get(f"{other}/contacts.json")) == 0


def _headers(**changes: str | None) -> Callable[[httpx.Request], None]:
    def change(request: httpx.Request) -> None:
        for name, value in changes.items():
            header = {"uid": UID, "ts": TS, "auth": AUTH}[name]
            if value is None:
                del request.headers[header]
            else:
                request.headers[header] = value

    return change


def _upper_case(request: httpx.Request) -> None:
    request.headers[AUTH] = request.headers[AUTH].upper()


def _query(query: bytes) -> Callable[[httpx.Request], None]:
    def change(request: httpx.Request) -> None:
        request.url = request.url.copy_with(query=query)

    return change


def _second_later(request: httpx.Request) -> None:
    request.headers[TS] = str(int(request.headers[TS]) + 1)


def test_rejects_wrong_signature(onepage: OnePage) -> None:
    """105 where something is missing, 104 where the smallest part is wrong."""
    cases: dict[str, tuple[Callable[[httpx.Request], None], int]] = {
        "nothing is changed": (_headers(), 0),
        "no uid": (_headers(uid=None), 105),
        "no time": (_headers(ts=None), 105),
        "no signature": (_headers(auth=None), 105),
        "an empty signature": (_headers(auth=""), 105),
        "the uid of another user": (_headers(uid="4e0046526381906f7e000002"), 104),
        "an unknown uid": (_headers(uid="nobody"), 104),
        "a uid beyond ASCII": (_headers(uid="\xff"), 104),
        "a time that is not a number": (_headers(ts="now"), 104),
        "another signature": (_headers(auth="0" * 64), 104),
        "a signature beyond ASCII": (_headers(auth="\xe9"), 104),
        "a signature in upper case": (_upper_case, 104),
        "another query": (_query(b"page=1&search=b"), 104),
        "a letter of the query escaped": (_query(b"page=1&search=%61"), 104),
        "a second later": (_second_later, 104),
    }
    mock = onepage.mock
    for name, (change, expected) in cases.items():
        auth = Tampered(mock, *mock.credentials.values(), change=change)
        reply = onepage.http.get("/contacts.json?page=1&search=a", auth=auth)
        assert code(reply) == expected, name
        assert ("data" in reply.json()) == (expected == 0), name


def test_rejects_another_body_than_the_signed_one(onepage: OnePage) -> None:
    """A body that was changed on its way is refused, and nothing of it is kept."""

    def change(request: httpx.Request) -> httpx.Request:
        headers = {**request.headers, "content-length": "9"}
        return httpx.Request("POST", request.url, headers=headers, content=b"company=y")

    before = onepage.mock.snapshot()
    auth = Tampered(onepage.mock, *onepage.mock.credentials.values(), change=change)

    assert code(onepage.http.post("/contacts.json", data={"company": "x"}, auth=auth)) == 104
    assert onepage.mock.snapshot() == before


def test_key_is_used_decoded(onepage: OnePage) -> None:
    """A signature by the Base64 text of the key, not by its bytes, is refused."""
    uid, key = onepage.mock.credentials.values()
    text = base64.b64encode(key.encode()).decode()

    reply = onepage.http.get("/contacts.json", auth=Signed(onepage.mock, uid, text))
    assert code(reply) == 104


def test_rejects_clock_that_is_wrong(onepage: OnePage) -> None:
    """Five minutes off the mock's clock are allowed, a second more is 101 with the right time."""
    for late, expected in ((300, 0), (-300, 0), (301, 101), (-301, 101), (10**9, 101)):
        with client_for(onepage.mock, late=late) as http:
            reply = http.get("/contacts.json")
        assert code(reply) == expected, late
        assert reply.json()["timestamp"] == 1338797714


def test_clock_can_be_corrected_by_the_timestamp(onepage: OnePage) -> None:
    """A client that corrects its clock by the envelope of a 101 is let in."""
    onepage.mock.clock.advance(3600)
    with client_for(onepage.mock, late=3600) as http:
        timestamp = http.get("/contacts.json").json()["timestamp"]
        assert timestamp == 1338797714 + 3600
        auth = Signed(onepage.mock, *onepage.mock.credentials.values())
        assert code(http.get("/contacts.json", auth=auth)) == 0


def test_wrong_signature_is_104_also_if_expired(onepage: OnePage) -> None:
    """Only a right signature can be expired."""
    auth = Tampered(onepage.mock, *onepage.mock.credentials.values(), change=_headers(ts="1"))

    assert code(onepage.http.get("/contacts.json", auth=auth)) == 104


# -- login, logout, keys -----------------------------------------------------------------------


def test_login_is_the_vendors_sample(onepage: OnePage) -> None:
    """Login answers what the vendor's sample shows; the counts are those of the demo data."""
    sample = written().tree["components"]["examples"]["SessionLogin"]["value"]

    envelope = onepage.login()

    assert envelope["data"] == sample["data"]
    names = ("timestamp", "status", "message", "sales")
    assert {name: envelope[name] for name in names} == {name: sample[name] for name in names}
    assert envelope["tags"] == {
        "system": [*sample["tags"]["system"], {"name": "vip", "count": 0}],
        "custom": [],
    }
    assert [status["name"] for status in envelope["statuses"]] == [
        status["name"] for status in sample["statuses"]
    ]


def test_login_returns_the_credentials(onepage: OnePage) -> None:
    """The uid and key of a login are the mock's credentials."""
    for account in ("samples", "solar"):
        session = onepage.login(account)["data"]
        credentials = {"uid": session["uid"], "key": session["key"]}
        assert credentials == onepage.mock.accounts[account], account
    assert onepage.mock.credentials == onepage.mock.accounts["samples"]
    assert onepage.mock.login == onepage.mock.logins["samples"]


def test_rejects_wrong_login(onepage: OnePage) -> None:
    """103 for a wrong login or password, 109 where one is missing."""
    cases: list[tuple[int, dict[str, str]]] = [
        (103, {"login": "api@example.com", "password": "Secret"}),
        (103, {"login": "API@example.com", "password": "secret"}),
        (103, {"login": "api@example.com", "password": "helios"}),
        (109, {"login": "api@example.com"}),
        (109, {"password": "secret"}),
        (109, {"login": " ", "password": "secret"}),
        (109, {}),
    ]
    for expected, form in cases:
        reply = onepage.http.post("/auth/login.json", data=form, auth=UNSIGNED)
        assert code(reply) == expected, form
        assert reply.json().keys() == {"timestamp", "status", "message"}, form


def test_login_does_not_take_get(onepage: OnePage) -> None:
    """Passwords do not go into URLs."""
    assert onepage.http.get("/auth/login.json").status_code == 405


def test_logout_invalidates_the_key_of_all_clients(onepage: OnePage) -> None:
    """After a logout the key is invalid for all clients, and the next login gives another."""
    with client_for(onepage.mock) as other, client_for(onepage.mock, "solar") as solar:
        assert onepage.call("GET", "/auth/logout") == {
            "timestamp": 1338797715,
            "status": 0,
            "message": "OK",
        }
        assert code(other.get("/contacts.json")) == 104
        assert code(solar.get("/contacts.json")) == 0
        data = onepage.login()["data"]
        assert data["uid"] == onepage.mock.credentials["uid"]
        assert data["key"] != onepage.mock.credentials["key"]
        assert code(other.get("/contacts.json")) == 104
        auth = Signed(onepage.mock, data["uid"], data["key"])
        assert code(other.get("/contacts.json", auth=auth)) == 0
        assert onepage.login()["data"]["key"] == data["key"]
        onepage.mock.reset()
        assert code(other.get("/contacts.json")) == 0


def test_new_key_replaces_the_old_one(onepage: OnePage) -> None:
    """change_api_key returns the key that signs from now on; the old one is invalid at once."""
    key = onepage.ok("GET", "/auth/change_api_key")["key"]

    assert onepage.call("GET", "/contacts")["status"] == 104
    auth = Signed(onepage.mock, onepage.mock.credentials["uid"], key)
    assert code(onepage.http.get("/contacts.json", auth=auth)) == 0
    assert onepage.login()["data"]["key"] == key
    assert key != onepage.mock.credentials["key"]


def test_blocked_account_is_102(onepage: OnePage) -> None:
    """A blocked account is refused at login and in every call, until it is open again."""
    onepage.mock.block()
    assert onepage.call("GET", "/contacts")["status"] == 102
    login = onepage.http.post("/auth/login.json", data=onepage.mock.login, auth=UNSIGNED)
    assert code(login) == 102
    wrong = {**onepage.mock.login, "password": "x"}
    assert code(onepage.http.post("/auth/login.json", data=wrong, auth=UNSIGNED)) == 103
    onepage.mock.block(blocked=False)
    assert onepage.ok("GET", f"/contacts/{JOE}")["firstname"] == "Joe"


def test_journal_does_not_contain_credentials(onepage: OnePage) -> None:
    """Signatures stay out of the journal."""
    onepage.ok("GET", "/contacts")

    headers = onepage.mock.journal[-1].headers
    for name in (UID, TS, AUTH):
        assert headers[name.lower()] == headers[AUTH.lower()]
    assert onepage.mock.credentials["uid"] not in headers.values()
