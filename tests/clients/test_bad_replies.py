"""Whatever a server sends, a call returns a value or raises a CRMError with call and path."""

from __future__ import annotations

import gzip
from itertools import product
from typing import Any

import pytest

from crmkit import (
    AuthenticationError,
    BadRequestError,
    CRMError,
    DecodeError,
    NotFoundError,
    PermissionDeniedError,
    QuotaExceededError,
    RateLimitError,
    ServerError,
    StatusError,
)
from tests.clients.conftest import MakeClient
from tests.clients.harness import (
    Answer,
    both,
    contact,
    envelope,
    failures,
    page,
    refusal,
    reply,
    sync_alone,
)

asynchronous = sync_alone

DEEP = b"[" * 100_000 + b"]" * 100_000
CALLS = {
    "contacts.list": lambda crm: crm.contacts.list(),
    "contacts.save": lambda crm: crm.contacts.save(full_name="x"),
    "activities.list": lambda crm: crm.activities.list().pages(),
    "custom_fields.list": lambda crm: crm.custom_fields.list().collect(),
}

UNREADABLE: dict[str, Answer] = {
    "html": reply("<html><title>Sign in</title></html>", headers={"Content-Type": "text/html"}),
    "empty": reply(b""),
    "no content": reply(None, 204),
    "truncated": reply(b'{"status": true, "code": 200, "data": [{"id": "1"'),
    "a number": reply(b"42"),
    "a list": reply(b"[]"),
    "null": reply(b"null"),
    "an envelope without status": reply({"code": 200}),
    "a status that is a str": reply({"status": "true", "code": 200}),
    "absent data": reply({"status": True, "code": 200}),
    "null data": reply(envelope(None)),
    "data of another type": reply(envelope("nothing")),
    "invalid UTF-8": reply(b'{"status": true, "data": [{"full_name": "\xff\xfe"}]}'),
    "a lone byte": reply(b"\x80"),
    "deep nesting": reply(b'{"status": true, "data": ' + DEEP + b"}"),
    "garbage": reply(b"\x00\x9c{" * 3_500_000),
    "a number of 5000 digits": reply(b'{"status": true, "data": ' + b"9" * 5000 + b"}"),
    "not gzip": reply(b"garbage", headers={"Content-Encoding": "gzip"}),
    "gzip cut off": reply(
        gzip.compress(b'{"status": true, "code": 200, "data": []}' * 9)[:40],
        headers={"Content-Encoding": "gzip"},
    ),
}


@both
def test_rejects_unreadable_reply(client: MakeClient) -> None:
    """A success with an unreadable body is a DecodeError with the operation; no second request."""
    cases = product(["contacts.list", "contacts.save", "custom_fields.list"], UNREADABLE)

    def check(call: str, kind: str) -> None:
        crm = client(UNREADABLE[kind])

        with pytest.raises(DecodeError) as caught:
            crm(CALLS[call])

        assert caught.value.operation == call
        assert call in str(caught.value)
        assert len(str(caught.value)) <= 300
        assert len(crm.seen) == 1, "a reply that was received is not asked for again"

    assert failures(check, cases) == []


def test_names_path_in_list(client: MakeClient) -> None:
    """A DecodeError has the path of the invalid value in the reply, and keeps the response."""
    cases: list[tuple[Any, ...]] = [
        ({"status": True, "code": 200}, ""),
        (envelope(None), "data"),
        (envelope("x"), "data"),
        (envelope({"id": 1}), "data"),
        (envelope([1]), "data[0]"),
        (envelope([contact(1), None]), "data[1]"),
        (envelope([contact(1), [], contact(2)]), "data[1]"),
        (envelope([contact(1), {"full_name": "x"}]), "data[1].id"),
        (envelope([*map(contact, range(1, 4)), {**contact(4), "id": "soon"}]), "data[3].id"),
    ]

    def check(body: Any, path: str) -> None:
        crm = client(reply(body))

        with pytest.raises(DecodeError) as caught:
            crm(lambda crm: crm.contacts.list())

        assert caught.value.path == path
        assert path in str(caught.value)
        assert caught.value.response is not None
        assert caught.value.response.status_code == 200

    assert failures(check, cases) == []


def test_reads_saved_id_from_str(client: MakeClient) -> None:
    """The id of a save may be a str of digits, as in lists: no error hides that it was saved."""
    crm = client(reply(envelope({"id": "33104663"})))

    assert crm(lambda crm: crm.contacts.save(full_name="x")) == 33104663


def test_names_path_of_invalid_saved_id(client: MakeClient) -> None:
    """A save whose reply has no valid id is a DecodeError with its path, and is not sent again."""
    cases: list[tuple[Any, ...]] = [
        ({}, "data"),
        ([], "data"),
        (None, "data"),
        ({"id": "7x"}, "data.id"),
        ({"id": "7" * 5000}, "data.id"),
        ({"id": ""}, "data.id"),
        ({"id": None}, "data.id"),
        ({"id": 7.5}, "data.id"),
        ({"id": True}, "data.id"),
        ({"id": []}, "data.id"),
    ]

    def check(data: Any, path: str) -> None:
        crm = client(reply(envelope(data)))

        with pytest.raises(DecodeError) as caught:
            crm(CALLS["contacts.save"])

        assert caught.value.path == path
        assert len(crm.seen) == 1, "the record may exist: it is not saved again"

    assert failures(check, cases) == []


def test_maps_status_to_class(client: MakeClient) -> None:
    """Each status has its class whatever the body, and the server's message where there is one."""
    cases: list[tuple[Any, ...]] = [
        (status, error, body)
        for (status, error), body in product(
            [
                (400, BadRequestError),
                (401, AuthenticationError),
                (402, BadRequestError),
                (403, PermissionDeniedError),
                (404, NotFoundError),
                (405, BadRequestError),
                (410, NotFoundError),
                (418, BadRequestError),
                (429, RateLimitError),
                (499, BadRequestError),
                (500, ServerError),
                (501, ServerError),
                (502, ServerError),
                (503, ServerError),
                (504, ServerError),
                (520, ServerError),
                (599, ServerError),
            ],
            [
                {"status": False, "code": 0, "message": "no such thing"},
                {"error": "no such thing"},
                "<html><head><title>no such thing</title></head></html>",
                "",
                "\x00\x01",
                b"\xff\xfe\xfd",
                [],
            ],
        )
    ]

    def check(status: int, error: type[StatusError], body: Any) -> None:
        headers = {"X-Request-Id": "r-7"}
        if isinstance(body, str):
            headers["Content-Type"] = "text/html; charset=utf-8"
        crm = client(reply(body, status, headers), max_retries=0)

        with pytest.raises(StatusError) as caught:
            crm(CALLS["contacts.save"])

        raised = caught.value
        assert type(raised) is error
        assert raised.status_code == status
        assert raised.operation == "contacts.save"
        assert raised.request_id == "r-7"
        assert raised.attempts == 1
        assert raised.response is not None
        assert str(status) in str(raised)
        assert "contacts.save" in str(raised)
        if "no such thing" in str(body):
            assert raised.message == "no such thing"
            assert "no such thing" in str(raised)
        else:
            assert raised.message == ""
        if body == {"status": False, "code": 0, "message": "no such thing"}:
            assert raised.code == 0
            assert raised.body == body

    assert failures(check, cases) == []


def test_maps_envelope_code_to_class(client: MakeClient) -> None:
    """`status: false` under HTTP 200 raises the class of the envelope's code."""
    cases: list[tuple[Any, ...]] = [
        (code, error, call)
        for (code, error), call in product(
            [
                (400, BadRequestError),
                (401, AuthenticationError),
                (403, PermissionDeniedError),
                (404, NotFoundError),
                (429, RateLimitError),
                (500, ServerError),
                (200, StatusError),
                (None, StatusError),
                ("404", StatusError),
                (True, StatusError),
                ([], StatusError),
            ],
            CALLS,
        )
    ]

    def check(code: Any, error: type[StatusError], call: str) -> None:
        body = {"status": False, "code": code, "message": "Sorry", "data": []}
        crm = client(reply({name: value for name, value in body.items() if value is not None}))

        with pytest.raises(StatusError) as caught:
            crm(CALLS[call])

        assert type(caught.value) is error
        assert caught.value.status_code == 200
        assert caught.value.message == "Sorry"
        assert caught.value.operation == call
        if isinstance(code, int) and not isinstance(code, bool) and code < 1000:
            assert caught.value.code == code

    assert failures(check, cases) == []


def test_recognises_exceeded_quota(client: MakeClient) -> None:
    """A refusal whose message is about a limit is a QuotaExceededError: a new key does not help."""
    cases: list[tuple[Any, ...]] = [
        (status, message, quota)
        for status, (message, quota) in product(
            [200, 401, 403],
            [
                ("The account has reached the limit of contacts of its plan", True),
                ("Plan limits reached", True),
                ("Quota exceeded", True),
                ("Upgrade your PLAN", True),
                ("The department key is missing or incorrect", False),
                ("Unlimited trouble with explanations", False),
                ("", False),
            ],
        )
    ]

    def check(status: int, message: str, quota: bool) -> None:
        body = {"status": False, "code": 401, "message": message}
        crm = client(reply(body, status))

        with pytest.raises(StatusError) as caught:
            crm(CALLS["contacts.save"])

        other = PermissionDeniedError if status == 403 else AuthenticationError
        assert type(caught.value) is (QuotaExceededError if quota else other)

    assert failures(check, cases) == []


def test_looks_for_quota_in_refusals_only(client: MakeClient) -> None:
    """A 400, 404 or 500 with the word plan in its message keeps its class."""
    for status, error in ((400, BadRequestError), (404, NotFoundError), (500, ServerError)):
        crm = client(refusal(status, "No plan of that name"), max_retries=0)
        with pytest.raises(error):
            crm(CALLS["contacts.save"])


@both
def test_raises_redirect(client: MakeClient) -> None:
    """A redirect is a StatusError, one to a login page an AuthenticationError; none is followed."""
    cases: list[tuple[Any, ...]] = [
        ("/login", AuthenticationError),
        ("https://acme.relenta.com/users/sign_in?next=%2Fapi", AuthenticationError),
        ("/index.php/Login", AuthenticationError),
        ("https://www.relenta.com/", StatusError),
        ("/blog/index", StatusError),
        ("/catalogin/x", StatusError),
        ("http://[", StatusError),
        ("", StatusError),
        ("\x7f", StatusError),
        ("//", StatusError),
        ("mailto:x", StatusError),
    ]

    def check(location: str, error: type[StatusError]) -> None:
        for status in (301, 302, 303, 307, 308):
            crm = client(reply("<html>", status, {"Location": location}))

            with pytest.raises(StatusError) as caught:
                crm(CALLS["contacts.list"])

            assert type(caught.value) is error
            assert caught.value.status_code == status
            assert len(crm.seen) == 1

    assert failures(check, cases) == []


@both
def test_raises_redirect_without_location(client: MakeClient) -> None:
    """A 3xx without Location, 304 included, is a StatusError."""
    for status in (300, 302, 304, 399):
        crm = client(reply(None, status))
        with pytest.raises(StatusError) as caught:
            crm(CALLS["contacts.list"])
        assert type(caught.value) is StatusError
        assert caught.value.status_code == status


def test_reads_error_with_unusable_charset(client: MakeClient) -> None:
    """An unknown charset, or one that is not for text, does not hide the status."""
    cases = product(["hex", "base64", "undefined", "rot13", "idna", "utf-16", "x"], [200, 404, 500])

    def check(charset: str, status: int) -> None:
        headers = {"Content-Type": f"text/html; charset={charset}"}
        crm = client(reply(b"<title>Z\xff</title>", status, headers), max_retries=0)

        with pytest.raises(DecodeError if status == 200 else StatusError) as caught:
            crm(CALLS["contacts.save"])

        if isinstance(caught.value, StatusError):
            assert caught.value.status_code == status

    assert failures(check, cases) == []


@both
def test_keeps_status_class_with_broken_encoding(client: MakeClient) -> None:
    """An error status whose body does not match its Content-Encoding is still a CRMError."""

    def check(status: int) -> None:
        crm = client(reply(b"garbage", status, {"Content-Encoding": "gzip"}), max_retries=0)

        with pytest.raises(CRMError) as caught:
            crm(CALLS["contacts.save"])

        assert getattr(caught.value, "operation", None) == "contacts.save"

    assert failures(check, product([404, 503])) == []


def test_accepts_every_2xx(client: MakeClient) -> None:
    """Every status from 200 to 299 is a success."""

    def check(status: int) -> None:
        crm = client(reply(envelope({"id": 3}), status))

        assert crm(CALLS["contacts.save"]) == 3

    assert failures(check, product([201, 202, 206, 226, 299])) == []


def test_ignores_content_type(client: MakeClient) -> None:
    """A valid body is read whatever its Content-Type is."""
    cases = product(
        ["text/plain", "text/html", "application/octet-stream", "text/html; charset=latin-1"]
    )

    def check(kind: str) -> None:
        crm = client(
            reply(
                '{"status": true, "data": [{"id": "1", "full_name": "Zoë"}]}',
                headers={"Content-Type": kind},
            ),
            page(),
        )

        (record,) = crm(CALLS["contacts.list"])

        assert record.full_name == "Zoë"

    assert failures(check, cases) == []


def test_parses_retry_after(client: MakeClient) -> None:
    """`retry_after` is in seconds, from a number or a date; None if it cannot be parsed."""
    cases: list[tuple[Any, ...]] = [
        ("7", 7.0),
        ("1.5", 1.5),
        ("0", 0.0),
        ("-1", None),
        ("soon", None),
        ("", None),
        ("²", None),
        ("nan", None),
        ("1e3", None),
        ("Mon, 12 Jan 1970 13:46:45 GMT", 5.0),
        ("Mon, 12 Jan 1970 13:46:45 -0000", 5.0),
        ("Monday, 12-Jan-70 13:46:45 GMT", 5.0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
        ("Mon, 99 Jan 1970 13:46:45 GMT", None),
        ("Mon, 12 Jan 99999999999999999999 13:46:45 GMT", None),
        ("Mon, 12 Jan 1970 13:46:99999999999999999999 GMT", None),
        ("Mon, 12 Jan 1970 13:46:45 +99999999999999999999", None),
    ]

    def check(value: str, seconds: float | None) -> None:
        headers = {"Retry-After": value} if value.isascii() else {}
        crm = client(refusal(429, headers=headers), max_retries=0)

        with pytest.raises(RateLimitError) as caught:
            crm(CALLS["contacts.list"])

        assert caught.value.retry_after == seconds

    assert failures(check, cases) == []
