"""Faults: what a client sees, and whether its request was processed."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any

import httpx
import pytest

from crmkit_mock import MockCRMs, MockServer
from crmkit_mock.faults import Body
from tests.mock.plain import KEY_HEADER, Relenta, client_for, refusal

BROKEN: dict[str, type[httpx.TransportError]] = {
    "reset": httpx.ReadError,
    "disconnect": httpx.RemoteProtocolError,
    "short_body": httpx.RemoteProtocolError,
    "garbage": httpx.RemoteProtocolError,
    "read_timeout": httpx.ReadTimeout,
}


def test_a_status_comes_in_the_crms_envelope(either: Relenta) -> None:
    """A fault with a status alone answers in the CRM's own error envelope, once."""
    either.mock.fail(status=HTTPStatus.TOO_MANY_REQUESTS, retry_after=2)
    reply = either.http.get("/contact.list.json")
    refusal(reply, 429)
    assert reply.headers["retry-after"] == "2"
    assert either.contacts()


def test_times_and_order(relenta: Relenta) -> None:
    """Faults apply in the order they were added, each `times` times."""
    fault = relenta.mock.fail(status=500, times=2)
    relenta.mock.fail(status=503)
    codes = [relenta.http.get("/contact.list.json").status_code for _ in range(4)]
    assert codes == [500, 500, 503, 200]
    assert fault.times == 0
    assert relenta.mock.faults.waiting() == []


def test_a_fault_until_reset(relenta: Relenta) -> None:
    """times=None lets every request fail until reset."""
    relenta.mock.fail(status=502, times=None)
    assert {relenta.http.get("/contact.list.json").status_code for _ in range(5)} == {502}
    relenta.mock.reset()
    assert relenta.contacts()


def test_a_fault_applies_to_what_it_matches(relenta: Relenta) -> None:
    """Path and method choose the requests; the others pass."""
    relenta.mock.fail(status=500, path="/contact.*", method="post")
    assert relenta.contacts()
    relenta.save("activity.save", label="Lunch")
    relenta.refused(500, full_name="x")
    relenta.save(full_name="x")


def test_a_fault_can_have_any_body_and_headers(either: Relenta) -> None:
    """Str and bytes go out as they are, anything else as JSON; a given Content-Type wins."""
    cases: list[tuple[Body, dict[str, str], bytes, str]] = [
        ("<html>Bad gateway", {"Content-Type": "text/html"}, b"<html>Bad gateway", "text/html"),
        (b"\xff\x00", {}, b"\xff\x00", "application/json"),
        ({"status": False}, {}, b'{"status": false}', "application/json"),
        ([1], {"content-type": "x/y", "X-Z": "1"}, b"[1]", "x/y"),
        ("", {}, b"", "application/json"),
    ]
    for body, headers, content, media_type in cases:
        either.mock.fail(status=502, body=body, headers=headers)
        reply = either.http.get("/contact.list.json")
        assert (reply.status_code, reply.content) == (502, content)
        assert reply.headers["content-type"] == media_type
        assert reply.headers.get("x-z") == headers.get("X-Z")


def test_a_status_of_200_with_an_error_inside(relenta: Relenta) -> None:
    """A body without a status comes with 200."""
    relenta.mock.fail(body={"status": False, "code": 500, "message": "x"})
    reply = relenta.http.get("/contact.list.json")
    assert reply.status_code == 200
    assert reply.json()["code"] == 500


def test_a_status_without_a_body(either: Relenta) -> None:
    """204 and 304 come without a body, and the connection goes on."""
    for status in (204, 304):
        either.mock.fail(status=status)
        reply = either.http.get("/contact.list.json")
        assert (reply.status_code, reply.content) == (status, b"")
        assert either.contacts()


@pytest.mark.parametrize("error", BROKEN)
def test_a_broken_connection(either: Relenta, error: str) -> None:
    """A connection breaks as asked; the contact is stored only if it broke after processing."""
    # What comes is waited for, however slow the machine; what never comes is not waited for long.
    timeout = httpx.Timeout(60, read=1 if error == "read_timeout" else 60)
    for after in (False, True):
        either.mock.fail(error=error, after=after, method="POST")
        with pytest.raises(BROKEN[error]):
            either.http.post("/contact.save.json", json={"full_name": "Lost"}, timeout=timeout)
        names = [contact["full_name"] for contact in either.contacts()]
        assert ("Lost" in names) is after


def test_a_body_breaks_where_there_is_none(mocks: MockCRMs) -> None:
    """A CRM that answers errors without a body breaks in the body all the same."""
    mock = mocks.espocrm
    with httpx.Client(transport=mock.transport, base_url=mock.base_url) as http:
        mock.fail(error="short_body")
        with pytest.raises(httpx.RemoteProtocolError):
            http.get("/Contact")


def test_a_connection_that_was_never_made(relenta: Relenta) -> None:
    """In process a connection can fail before anything is sent."""
    before = relenta.mock.snapshot()
    for error, kind in {
        "connect": httpx.ConnectError,
        "connect_timeout": httpx.ConnectTimeout,
    }.items():
        relenta.mock.fail(error=error)
        with pytest.raises(kind):
            relenta.http.post("/contact.save.json", json={"full_name": "Lost"})
        assert relenta.mock.snapshot() == before
        assert not relenta.mock.journal[-1].processed


def test_an_open_port_cannot_refuse(server: MockServer) -> None:
    """A server rejects a fault that it cannot play, a connection that cannot be made."""
    with pytest.raises(ValueError, match="MockCRMs"):
        server.relenta.fail(error="connect")


def test_a_status_after_processing(either: Relenta) -> None:
    """after=True stores the record and replaces only the reply."""
    either.mock.fail(status=503, after=True)
    either.refused(503, full_name="Stored")
    assert either.contacts()[-1]["full_name"] == "Stored"
    assert either.mock.journal[-2].processed
    assert either.mock.journal[-2].fault == "status 503"


def test_a_delay_beyond_the_clients_timeout(either: Relenta) -> None:
    """A delay longer than the client waits is its read timeout."""
    for error in (None, "reset", "disconnect"):
        either.mock.fail(delay=30, error=error)
        with pytest.raises(httpx.ReadTimeout):
            either.http.get("/contact.list.json", timeout=httpx.Timeout(60, read=0.1))
        assert either.contacts()


def test_a_short_delay_only_delays(either: Relenta) -> None:
    """After a delay within the client's timeout the request is processed."""
    either.mock.fail(delay=0.01)
    assert either.save(full_name="Late") == 33104663
    assert either.mock.journal[-1].fault == "delay 0.01"


def test_delays_do_not_last_in_process(relenta: Relenta) -> None:
    """Without a read timeout even a long delay passes at once in process."""
    relenta.mock.fail(delay=80_000)
    assert relenta.http.get("/contact.list.json", timeout=None).status_code == 200


def test_async_clients_see_the_same(mocks: MockCRMs) -> None:
    """The one transport breaks async calls as it breaks sync ones, and serves both."""
    mock = mocks.relenta

    async def statuses(error: str) -> list[int]:
        headers = {KEY_HEADER: mock.credentials["department_key"]}
        async with httpx.AsyncClient(
            base_url=mock.base_url, transport=mock.transport, headers=headers
        ) as http:
            with pytest.raises(BROKEN[error]):
                await http.get("/contact.list.json")
            return [(await http.get("/contact.list.json")).status_code for _ in range(2)]

    for error in BROKEN:
        mock.fail(error=error)
        mock.fail(status=503)
        assert asyncio.run(statuses(error)) == [503, 200], error
        with client_for(mock) as http:
            assert http.get("/contact.list.json").status_code == 200


def test_rejects_invalid_faults(relenta: Relenta) -> None:
    """Arguments that do not make a fault are refused at once, and no fault waits."""
    cases: list[tuple[dict[str, Any], str]] = [
        ({}, "needs"),
        ({"headers": {"X": "y"}}, "needs"),
        ({"status": 199}, "199"),
        ({"status": 600}, "600"),
        ({"error": "nope"}, "short_body"),
        ({"status": 500, "times": 0}, "times"),
        ({"delay": -1}, "delay"),
        ({"delay": 86_400}, "delay"),
        ({"delay": float("inf")}, "delay"),
        ({"error": "connect", "after": True}, "never processed"),
        ({"status": 500, "headers": {"X": "a\r\nSet-Cookie: b"}}, "header"),
        ({"status": 500, "headers": {"X": "ž"}}, "header"),
        ({"status": 500, "headers": {"X Y": "1"}}, "header"),
        ({"status": 500, "headers": {"": "1"}}, "header"),
        ({"status": 500, "headers": {"X\n": "1"}}, "header"),
        ({"status": 500, "headers": {"Content-length": "1"}}, "header"),
        ({"status": 500, "headers": {"Transfer-Encoding": "chunked"}}, "header"),
        ({"status": 500, "headers": {"X": 1}}, "headers"),
        ({"status": 429, "retry_after": "2\r\nX-A: b"}, "Retry-After"),
        ({"status": 429, "retry_after": "snow☃"}, "Retry-After"),
        ({"status": 429, "retry_after": True}, "retry_after"),
        ({"status": 429, "retry_after": 1.5}, "retry_after"),
        ({"body": {1}}, "body"),
        ({"body": float("nan")}, "body"),
        ({"body": {"a": [float("inf")]}}, "body"),
        ({"body": {"a": {1}}}, "body"),
        ({"status": "500"}, "status"),
        ({"status": 500.0}, "status"),
        ({"status": True}, "status"),
        ({"status": 500, "times": 2.0}, "times"),
        ({"status": 500, "times": True}, "times"),
        ({"delay": "1"}, "delay"),
        ({"delay": float("nan")}, "delay"),
        ({"error": ["reset"]}, "error"),
        ({"status": 500, "path": 5}, "path"),
        ({"status": 500, "method": b"GET"}, "method"),
    ]
    for arguments, reason in cases:
        with pytest.raises(ValueError, match=reason):
            relenta.mock.fail(**arguments)
        assert relenta.mock.faults.waiting() == [], arguments


def test_a_body_is_as_it_was_when_the_fault_was_set(relenta: Relenta) -> None:
    """A body that the test changes afterwards is sent as it was."""
    body: dict[str, object] = {"a": 1}
    relenta.mock.fail(body=body)
    body["b"] = object()
    assert relenta.http.get("/contact.list.json").json() == {"a": 1}


def test_a_server_stops_while_a_client_waits() -> None:
    """A fault that never answers does not keep the server from stopping."""
    with MockServer() as server:
        server.relenta.fail(error="read_timeout", times=None)
        http = client_for(server.relenta)
        with pytest.raises(httpx.ReadTimeout):
            http.get("/contact.list.json", timeout=httpx.Timeout(60, read=0.1))
    with pytest.raises(httpx.TransportError):
        http.get("/contact.list.json")
    http.close()
