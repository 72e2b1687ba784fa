"""Whatever a server sends, a call gives a value or an error of ours that tells call and place."""

from __future__ import annotations

import gzip
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
from tests.clients.harness import Answer, contact, envelope, page, refusal, reply

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
    "one number": reply(b"42"),
    "a list": reply(b"[]"),
    "null": reply(b"null"),
    "an envelope without status": reply({"data": []}),
    "a status that is a text": reply({"status": "true", "code": 200, "data": []}),
    "no data": reply({"status": True, "code": 200}),
    "null data": reply(envelope(None)),
    "data of another type": reply(envelope("nothing")),
    "invalid UTF-8": reply(b'{"status": true, "data": [{"full_name": "\xff\xfe"}]}'),
    "a lone byte": reply(b"\x80"),
    "deep nesting": reply(b'{"status": true, "data": ' + DEEP + b"}"),
    "garbage": reply(b"\x00\x9c{" * 3_500_000),
    "a number of 5000 digits": reply(b'{"status": true, "data": ' + b"9" * 5000 + b"}"),
    "gzip that is none": reply(b"garbage", headers={"Content-Encoding": "gzip"}),
    "gzip cut off": reply(
        gzip.compress(b'{"status": true, "code": 200, "data": []}' * 9)[:40],
        headers={"Content-Encoding": "gzip"},
    ),
}


@pytest.mark.parametrize("call", ["contacts.list", "contacts.save", "custom_fields.list"])
@pytest.mark.parametrize("kind", UNREADABLE)
def test_a_reply_that_cannot_be_read(client: MakeClient, call: str, kind: str) -> None:
    """Success with an unreadable body is a DecodeError that names the call."""
    crm = client(UNREADABLE[kind])

    with pytest.raises(DecodeError) as caught:
        crm(CALLS[call])

    assert caught.value.operation == call
    assert call in str(caught.value)
    assert len(str(caught.value)) <= 300
    assert len(crm.seen) == 1, "a reply that was received is not asked for again"


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"status": True, "code": 200}, ""),
        (envelope(None), "data"),
        (envelope("x"), "data"),
        (envelope({"id": 1}), "data"),
        (envelope([1]), "data[0]"),
        (envelope([contact(1), None]), "data[1]"),
        (envelope([contact(1), [], contact(2)]), "data[1]"),
        (envelope([contact(1), {"full_name": "x"}]), "data[1].id"),
        (
            envelope([*map(contact, range(1, 4)), contact(4, dt_created="soon")]),
            "data[3].dt_created",
        ),
    ],
)
def test_the_place_in_a_list(client: MakeClient, body: Any, path: str) -> None:
    """A DecodeError tells where in the reply the form is wrong, and keeps the response."""
    crm = client(reply(body))

    with pytest.raises(DecodeError) as caught:
        crm(lambda crm: crm.contacts.list())

    assert caught.value.path == path
    assert path in str(caught.value)
    assert caught.value.response is not None
    assert caught.value.response.status_code == 200


def test_an_id_of_digits_in_a_save(client: MakeClient) -> None:
    """The id of a save may come as digits, as in lists: no error hides that it was saved."""
    crm = client(reply(envelope({"id": "33104663"})))

    assert crm(lambda crm: crm.contacts.save(full_name="x")) == 33104663


@pytest.mark.parametrize(
    ("data", "path"),
    [
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
    ],
)
def test_the_place_in_a_save(client: MakeClient, data: Any, path: str) -> None:
    """A save whose reply has no proper id is a DecodeError with its place, not a wrong id."""
    crm = client(reply(envelope(data)))

    with pytest.raises(DecodeError) as caught:
        crm(CALLS["contacts.save"])

    assert caught.value.path == path
    assert len(crm.seen) == 1, "the record may exist: it is not saved again"


@pytest.mark.parametrize(
    ("status", "error"),
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
)
@pytest.mark.parametrize(
    "body",
    [
        {"status": False, "code": 0, "message": "no such thing"},
        {"error": "no such thing"},
        "<html><head><title>no such thing</title></head></html>",
        "",
        "\x00\x01",
        b"\xff\xfe\xfd",
        [],
    ],
    ids=["envelope", "error", "html", "empty", "control", "bytes", "list"],
)
def test_an_error_status(
    client: MakeClient, status: int, error: type[StatusError], body: Any
) -> None:
    """Each status has its class, whatever the body, and the server's words where it has any."""
    headers = {"X-Request-Id": "r-7"}
    if isinstance(body, str):
        headers["Content-Type"] = "text/html; charset=utf-8"
    crm = client(reply(body, status, headers), max_retries=0)

    with pytest.raises(StatusError) as caught:
        crm(CALLS["contacts.save"])

    told = caught.value
    assert type(told) is error
    assert told.status_code == status
    assert told.operation == "contacts.save"
    assert told.request_id == "r-7"
    assert told.attempts == 1
    assert told.response is not None
    assert str(status) in str(told)
    assert "contacts.save" in str(told)
    if "no such thing" in str(body):
        assert told.message == "no such thing"
        assert "no such thing" in str(told)
    else:
        assert told.message == ""
    if body == {"status": False, "code": 0, "message": "no such thing"}:
        assert told.code == 0
        assert told.body == body


@pytest.mark.parametrize(
    ("code", "error"),
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
)
@pytest.mark.parametrize("call", CALLS)
def test_a_failure_under_200(
    client: MakeClient, call: str, code: Any, error: type[StatusError]
) -> None:
    """`status: false` under HTTP 200 is an error of the class that its code has."""
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


@pytest.mark.parametrize("status", [200, 401, 403])
@pytest.mark.parametrize(
    ("message", "quota"),
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
def test_a_limit_of_the_plan(client: MakeClient, status: int, message: str, *, quota: bool) -> None:
    """A refusal that speaks of a limit is a QuotaExceededError: a new key does not help."""
    body = {"status": False, "code": 401, "message": message}
    crm = client(reply(body, status))

    with pytest.raises(StatusError) as caught:
        crm(CALLS["contacts.save"])

    other = PermissionDeniedError if status == 403 else AuthenticationError
    assert type(caught.value) is (QuotaExceededError if quota else other)


def test_a_limit_is_only_meant_by_a_refusal(client: MakeClient) -> None:
    """A 400 or 404 that has the word plan in its message stays what it is."""
    for status, error in ((400, BadRequestError), (404, NotFoundError), (500, ServerError)):
        crm = client(refusal(status, "No plan of that name"), max_retries=0)
        with pytest.raises(error):
            crm(CALLS["contacts.save"])


@pytest.mark.parametrize(
    ("location", "error"),
    [
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
    ],
)
def test_a_redirect(client: MakeClient, location: str, error: type[StatusError]) -> None:
    """A redirect is a StatusError, one to a login page an AuthenticationError; none is followed."""
    for status in (301, 302, 303, 307, 308):
        crm = client(reply("<html>", status, {"Location": location}))

        with pytest.raises(StatusError) as caught:
            crm(CALLS["contacts.list"])

        assert type(caught.value) is error
        assert caught.value.status_code == status
        assert len(crm.seen) == 1


def test_a_redirect_without_location(client: MakeClient) -> None:
    """A redirect to nowhere, and an answer 304, are StatusErrors as well."""
    for status in (300, 302, 304, 399):
        crm = client(reply(None, status))
        with pytest.raises(StatusError) as caught:
            crm(CALLS["contacts.list"])
        assert type(caught.value) is StatusError
        assert caught.value.status_code == status


@pytest.mark.parametrize("charset", ["hex", "base64", "undefined", "rot13", "idna", "utf-16", "x"])
@pytest.mark.parametrize("status", [200, 404, 500])
def test_a_body_in_an_odd_charset(client: MakeClient, status: int, charset: str) -> None:
    """A charset that is none, or no charset of texts, does not get in the way of the error."""
    headers = {"Content-Type": f"text/html; charset={charset}"}
    crm = client(reply(b"<title>Z\xff</title>", status, headers), max_retries=0)

    with pytest.raises(DecodeError if status == 200 else StatusError) as caught:
        crm(CALLS["contacts.save"])

    if isinstance(caught.value, StatusError):
        assert caught.value.status_code == status


@pytest.mark.parametrize("status", [404, 503])
def test_an_error_with_a_broken_encoding(client: MakeClient, status: int) -> None:
    """An error status whose body does not fit its Content-Encoding is still an error of ours."""
    crm = client(reply(b"garbage", status, {"Content-Encoding": "gzip"}), max_retries=0)

    with pytest.raises(CRMError) as caught:
        crm(CALLS["contacts.save"])

    assert getattr(caught.value, "operation", None) == "contacts.save"


@pytest.mark.parametrize("status", [201, 202, 206, 226, 299])
def test_any_status_of_success(client: MakeClient, status: int) -> None:
    """Success is every status from 200 to 299."""
    crm = client(reply(envelope({"id": 3}), status))

    assert crm(CALLS["contacts.save"]) == 3


@pytest.mark.parametrize(
    "kind", ["text/plain", "text/html", "application/octet-stream", "text/html; charset=latin-1"]
)
def test_the_media_type_does_not_matter(client: MakeClient, kind: str) -> None:
    """A proper body is read whatever its Content-Type says."""
    crm = client(
        reply(
            '{"status": true, "data": [{"id": "1", "full_name": "Zoë"}]}',
            headers={"Content-Type": kind},
        ),
        page(),
    )

    (found,) = crm(CALLS["contacts.list"])

    assert found.full_name == "Zoë"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
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
    ],
)
def test_retry_after(client: MakeClient, value: str, seconds: float | None) -> None:
    """`retry_after` is the seconds that the server asks for; what cannot be read is None."""
    headers = {"Retry-After": value} if value.isascii() else {}
    crm = client(refusal(429, headers=headers), max_retries=0)

    with pytest.raises(RateLimitError) as caught:
        crm(CALLS["contacts.list"])

    assert caught.value.retry_after == seconds
