"""What is tried again, how often and after how long."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from crmkit import (
    BadRequestError,
    CallTimeoutError,
    DecodeError,
    NotFoundError,
    RateLimitError,
    ServerError,
    StatusError,
    TransportError,
)
from tests.clients.conftest import MakeClient
from tests.clients.harness import Clock, contact, envelope, page, refusal, reply, saved

Work = Callable[[Any], Any]
CALLS: dict[str, Work] = {
    "GET": lambda crm: crm.request("GET", "/x"),
    "HEAD": lambda crm: crm.request("HEAD", "/x"),
    "PUT": lambda crm: crm.request("PUT", "/x", json={}),
    "DELETE": lambda crm: crm.request("DELETE", "/x"),
    "POST": lambda crm: crm.contacts.save(full_name="x"),
    "PATCH": lambda crm: crm.request("PATCH", "/x", json={}),
    "list": lambda crm: crm.contacts.list().pages(),
}
REPEATABLE = {"GET", "HEAD", "PUT", "DELETE", "list"}
GOOD = reply({"status": True, "code": 200, "data": {"id": 1}})
GOOD_FOR = {"list": page()}
RETRIED = {408, 429, 500, 502, 503, 504}
NOT_SENT = [
    httpx.ConnectError("refused"),
    httpx.ConnectTimeout("slow"),
    httpx.PoolTimeout("full"),
    httpx.ProxyError("refused"),
]
MAYBE_SENT = [
    httpx.ReadTimeout("slow"),
    httpx.WriteTimeout("slow"),
    httpx.ReadError("reset"),
    httpx.WriteError("broken pipe"),
    httpx.CloseError("odd"),
    httpx.RemoteProtocolError("disconnected"),
    ConnectionResetError(104, "reset"),
    TimeoutError("slow"),
    OSError(5, "input/output"),
]


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    "status", [400, 401, 403, 404, 408, 409, 422, 429, 500, 501, 502, 503, 504, 520]
)
def test_each_status(client: MakeClient, clock: Clock, status: int, call: str) -> None:
    """Statuses that may pass are tried again where a repetition does no harm, all others never."""
    crm = client(refusal(status), refusal(status), GOOD_FOR.get(call, GOOD))

    if status in RETRIED and call in REPEATABLE:
        crm(CALLS[call])
        assert len(crm.seen) == 3
        assert clock.waits == [0.5, 1.0]
    else:
        with pytest.raises(StatusError) as caught:
            crm(CALLS[call])
        assert len(crm.seen) == 1
        assert caught.value.attempts == 1
        assert clock.waits == []


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("status", [400, 408, 429, 500, 502, 503, 504])
def test_each_status_with_retry_after(
    client: MakeClient, clock: Clock, status: int, call: str
) -> None:
    """A creation is tried again only on 429 and 503 with Retry-After: there nothing was done."""
    again = status in ({429, 503} if call not in REPEATABLE else RETRIED)
    crm = client(refusal(status, headers={"Retry-After": "3"}), GOOD_FOR.get(call, GOOD))

    if again:
        crm(CALLS[call])
        assert clock.waits == [3.0]
    else:
        with pytest.raises(StatusError) as caught:
            crm(CALLS[call])
        assert caught.value.retry_after == 3.0
        assert clock.waits == []
    assert len(crm.seen) == 1 + again


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("error", NOT_SENT, ids=lambda e: type(e).__name__)
def test_nothing_was_sent(client: MakeClient, error: Exception, call: str) -> None:
    """Where nothing was sent, every call is tried again."""
    crm = client(error, error, GOOD_FOR.get(call, GOOD))
    crm(CALLS[call])
    assert len(crm.seen) == 3

    crm = client(error)
    with pytest.raises(TransportError) as caught:
        crm(CALLS[call])
    assert caught.value.maybe_processed is False
    assert caught.value.attempts == len(crm.seen) == 3
    assert isinstance(caught.value, CallTimeoutError) == isinstance(error, httpx.TimeoutException)
    assert type(error).__name__ in str(caught.value)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("error", MAYBE_SENT, ids=lambda e: type(e).__name__)
def test_maybe_sent(client: MakeClient, error: Exception, call: str) -> None:
    """Where the server may have acted, only what does no harm twice is tried again."""
    crm = client(error, error, GOOD_FOR.get(call, GOOD))
    if call in REPEATABLE:
        crm(CALLS[call])
        assert len(crm.seen) == 3
        return
    with pytest.raises(TransportError) as caught:
        crm(CALLS[call])
    told = caught.value
    assert len(crm.seen) == told.attempts == 1
    assert told.maybe_processed is True
    assert told.operation in {"contacts.save", "request"}
    assert told.request is not None
    is_timeout = isinstance(error, httpx.TimeoutException | TimeoutError)
    assert isinstance(told, CallTimeoutError) == is_timeout


def test_a_creation_that_was_lost_after_an_attempt_that_was_not_sent(client: MakeClient) -> None:
    """Each attempt is judged by itself: the second may have been processed."""
    crm = client(httpx.ConnectError("refused"), httpx.ReadTimeout("slow"), saved())

    with pytest.raises(CallTimeoutError) as caught:
        crm(CALLS["POST"])

    assert caught.value.maybe_processed is True
    assert caught.value.attempts == 2


@pytest.mark.parametrize("retries", [0, 1, 2, 5])
def test_how_often(client: MakeClient, clock: Clock, retries: int) -> None:
    """`max_retries` counts the repetitions, for the client, a view, or one call."""
    crm = client(refusal(500), max_retries=retries)
    for work in (
        lambda crm: crm.contacts.list(),
        lambda crm: crm.request("GET", "/x"),
    ):
        with pytest.raises(ServerError) as caught:
            crm(work)
        assert caught.value.attempts == retries + 1
    assert len(crm.seen) == 2 * (retries + 1)
    assert len(clock.waits) == 2 * retries
    assert ("attempts" in str(caught.value)) == (retries > 0)

    crm = client(refusal(500))
    with pytest.raises(ServerError):
        crm(lambda crm: crm.with_options(max_retries=retries).contacts.list())
    assert len(crm.seen) == retries + 1

    crm = client(refusal(500))
    with pytest.raises(ServerError):
        crm(lambda crm: crm.contacts.list(options={"max_retries": retries}))
    assert len(crm.seen) == retries + 1


@pytest.mark.parametrize("chance", [0.0, 0.25, 1.0])
def test_full_jitter(client: MakeClient, clock: Clock, chance: float) -> None:
    """The wait is any part of 0.5 s, doubled for each attempt, and of 8 s at most."""
    clock.chance = chance
    crm = client(refusal(503), max_retries=8)

    with pytest.raises(ServerError):
        crm(CALLS["GET"])

    assert clock.waits == [chance * most for most in (0.5, 1, 2, 4, 8, 8, 8, 8)]


def test_very_many_attempts(client: MakeClient, clock: Clock) -> None:
    """The wait stays at its bound however many attempts there are."""
    crm = client(refusal(503), max_retries=1100)

    with pytest.raises(ServerError) as caught:
        crm(CALLS["GET"])

    assert caught.value.attempts == 1101
    assert max(clock.waits) == 8.0


@pytest.mark.parametrize("call", ["GET", "POST"])
@pytest.mark.parametrize(
    ("value", "wait"),
    [("0", 0.0), ("2", 2.0), ("1.5", 1.5), ("60", 60.0), ("Mon, 12 Jan 1970 13:47:10 GMT", 30.0)],
)
def test_retry_after_is_obeyed(
    client: MakeClient, clock: Clock, call: str, value: str, wait: float
) -> None:
    """The wait is what the server asks for, in seconds or as a date."""
    crm = client(refusal(429, headers={"Retry-After": value}), GOOD)

    crm(CALLS[call])

    assert clock.waits == [wait]


@pytest.mark.parametrize("call", ["GET", "POST"])
@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("value", "wait"), [("61", 61.0), ("86400", 86400.0), ("Mon, 12 Jan 1970 13:47:41 GMT", 61.0)]
)
def test_a_long_wait_is_none(
    client: MakeClient, clock: Clock, call: str, status: int, value: str, wait: float
) -> None:
    """A server that asks for more than 60 s is not waited for: the error is raised at once."""
    crm = client(refusal(status, headers={"Retry-After": value}), GOOD)

    with pytest.raises(RateLimitError if status == 429 else ServerError) as caught:
        crm(CALLS[call])

    assert caught.value.retry_after == wait
    assert caught.value.attempts == 1
    assert clock.waits == []


def test_a_retry_after_that_cannot_be_read(client: MakeClient, clock: Clock) -> None:
    """A Retry-After of no form is as none: a list waits by itself, a creation is not repeated."""
    headers = {"Retry-After": "soon"}
    crm = client(refusal(429, headers=headers), GOOD)
    crm(CALLS["GET"])
    assert clock.waits == [0.5]

    crm = client(refusal(429, headers=headers), GOOD)
    with pytest.raises(RateLimitError):
        crm(CALLS["POST"])


def test_a_bad_reply_is_not_asked_for_again(client: MakeClient) -> None:
    """A reply that was received and cannot be read is no reason to call again."""
    for call in ("POST", "list"):
        crm = client(reply("<html>"))
        with pytest.raises(DecodeError):
            crm(CALLS[call])
        assert len(crm.seen) == 1, call


@pytest.mark.parametrize(
    "lost",
    [httpx.ReadTimeout("slow"), httpx.ReadError("reset"), refusal(500), refusal(502), refusal(504)],
    ids=["timeout", "reset", "500", "502", "504"],
)
def test_a_deletion_that_was_done_already(client: MakeClient, lost: Any) -> None:
    """A DELETE whose reply was lost, and that then finds nothing, is done."""
    crm = client(lost, refusal(404))

    done = crm(CALLS["DELETE"])

    assert done.status_code == 204
    assert done.data is None
    assert len(crm.seen) == 2


@pytest.mark.parametrize(
    "before",
    [[], [httpx.ConnectError("refused")], [refusal(429)]],
    ids=["at once", "not sent", "limited"],
)
def test_a_deletion_of_nothing(client: MakeClient, before: list[Any]) -> None:
    """A DELETE that surely did nothing before it found nothing is a NotFoundError."""
    crm = client(*before, refusal(404))

    with pytest.raises(NotFoundError) as caught:
        crm(CALLS["DELETE"])

    assert caught.value.attempts == len(before) + 1


def test_what_is_missing_stays_missing(client: MakeClient) -> None:
    """Only a DELETE is done when nothing is found; a GET that finds nothing is an error."""
    for call in ("GET", "PUT"):
        crm = client(refusal(500), refusal(404))
        with pytest.raises(NotFoundError) as caught:
            crm(CALLS[call])
        assert caught.value.attempts == 2


def test_a_page_is_tried_again_in_the_middle_of_a_list(client: MakeClient, clock: Clock) -> None:
    """A list goes on over a failure: the page is asked for again, and no item comes twice."""
    crm = client(
        page(contact(1)),
        refusal(502),
        httpx.ReadTimeout("slow"),
        page(contact(2)),
        page(),
    )

    assert [one.id for one in crm(lambda crm: crm.contacts.list())] == [1, 2]
    assert [seen.query["page"] for seen in crm.seen] == ["1", "2", "2", "2", "3"]
    assert clock.waits == [0.5, 1.0]


def test_the_same_body_is_sent_again(client: MakeClient) -> None:
    """Each attempt sends the same method, address, headers and body."""
    crm = client(refusal(429, headers={"Retry-After": "1"}), httpx.ConnectError("x"), saved(5))

    id = crm(lambda crm: crm.contacts.save(full_name="James", options={"headers": {"X-A": "b"}}))

    assert id == 5
    first = crm.seen[0]
    assert first.json == {"full_name": "James"}
    for seen in crm.seen[1:]:
        assert seen == first


def test_the_last_failure_is_told(client: MakeClient) -> None:
    """What is raised is the last attempt's error, with the number of attempts."""
    crm = client(refusal(500, "first"), httpx.ReadTimeout("slow"), refusal(400, "last"))

    with pytest.raises(BadRequestError, match="last") as caught:
        crm(CALLS["GET"])

    assert caught.value.attempts == 3
    assert "3 attempts" in str(caught.value)


def test_other_exceptions_pass_untouched(client: MakeClient) -> None:
    """What is nobody's network error, such as an interruption, is neither retried nor renamed."""

    class Stop(Exception):
        pass

    crm = client(Stop())

    with pytest.raises(Stop):
        crm(CALLS["GET"])
    assert len(crm.seen) == 1


def test_a_view_of_the_timeouts(client: MakeClient) -> None:
    """The timeout is seconds for each phase, of the client, a view or one call; None is none."""
    crm = client(reply(envelope([])), timeout=7)
    for work in (
        lambda crm: crm.request("GET", "/x"),
        lambda crm: crm.contacts.list(options={"timeout": 5}),
        lambda crm: crm.with_options(timeout=3.5).contacts.list(),
        lambda crm: crm.with_options(timeout=None).contacts.list(),
        lambda crm: crm.with_options(timeout=3.5).contacts.list(options={"timeout": None}),
        lambda crm: crm.with_options(max_retries=1).contacts.list(),
    ):
        crm(work)
    assert [seen.timeout for seen in crm.seen] == [
        dict.fromkeys(("connect", "read", "write", "pool"), seconds)
        for seconds in (7.0, 5.0, 3.5, None, None, 7.0)
    ]

    crm = client(reply(envelope([])))
    crm(lambda crm: crm.contacts.list())
    assert crm.seen[0].timeout["read"] == 30.0


@pytest.mark.parametrize("call", CALLS)
def test_a_failure_that_only_the_envelope_tells_is_retried_like_one_of_the_status(
    client: MakeClient, call: str
) -> None:
    """Under HTTP 200, an envelope that says the server failed counts as 500 does."""
    failure = reply({"status": False, "code": 500, "message": "no"})
    crm = client(failure, GOOD_FOR.get(call, GOOD))

    if call in REPEATABLE:
        crm(CALLS[call])
        assert len(crm.seen) == 2
    else:
        with pytest.raises(ServerError) as caught:
            crm(CALLS[call])
        assert caught.value.attempts == len(crm.seen) == 1
