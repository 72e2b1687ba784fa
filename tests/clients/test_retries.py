"""What is retried, how often and after how long."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
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
from tests.clients.harness import (
    Clock,
    both,
    contact,
    envelope,
    failures,
    page,
    refusal,
    reply,
    saved,
    sync_alone,
)

asynchronous = sync_alone

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


def test_retries_transient_statuses(client: MakeClient, clock: Clock) -> None:
    """Transient statuses are retried where a repetition is harmless, all others never."""
    cases = product(CALLS, [400, 401, 403, 404, 408, 409, 422, 429, 500, 501, 502, 503, 504, 520])

    def check(call: str, status: int) -> None:
        clock.waits.clear()
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

    assert failures(check, cases) == []


def test_retries_post_on_429_and_503_with_retry_after(client: MakeClient, clock: Clock) -> None:
    """A creation is retried on 429 and 503 with Retry-After only: then nothing was done."""

    def check(call: str, status: int) -> None:
        clock.waits.clear()
        retried = status in ({429, 503} if call not in REPEATABLE else RETRIED)
        crm = client(refusal(status, headers={"Retry-After": "3"}), GOOD_FOR.get(call, GOOD))

        if retried:
            crm(CALLS[call])
            assert clock.waits == [3.0]
        else:
            with pytest.raises(StatusError) as caught:
                crm(CALLS[call])
            assert caught.value.retry_after == 3.0
            assert clock.waits == []
        assert len(crm.seen) == 1 + retried

    assert failures(check, product(CALLS, [400, 408, 429, 500, 502, 503, 504])) == []


@both
def test_retries_every_call_that_was_not_sent(client: MakeClient) -> None:
    """Every call is retried where nothing was sent."""

    def check(call: str, error: Exception) -> None:
        crm = client(error, error, GOOD_FOR.get(call, GOOD))
        crm(CALLS[call])
        assert len(crm.seen) == 3

        crm = client(error)
        with pytest.raises(TransportError) as caught:
            crm(CALLS[call])
        assert caught.value.maybe_processed is False
        assert caught.value.attempts == len(crm.seen) == 3
        assert isinstance(caught.value, CallTimeoutError) == isinstance(
            error, httpx.TimeoutException
        )
        assert type(error).__name__ in str(caught.value)

    assert failures(check, product(CALLS, NOT_SENT)) == []


@both
def test_retries_only_harmless_calls_that_may_be_processed(client: MakeClient) -> None:
    """Where the server may have acted, only calls that are harmless twice are retried."""

    def check(call: str, error: Exception) -> None:
        crm = client(error, error, GOOD_FOR.get(call, GOOD))
        if call in REPEATABLE:
            crm(CALLS[call])
            assert len(crm.seen) == 3
            return
        with pytest.raises(TransportError) as caught:
            crm(CALLS[call])
        raised = caught.value
        assert len(crm.seen) == raised.attempts == 1
        assert raised.maybe_processed is True
        assert raised.operation in {"contacts.save", "request"}
        assert raised.request is not None
        is_timeout = isinstance(error, httpx.TimeoutException | TimeoutError)
        assert isinstance(raised, CallTimeoutError) == is_timeout

    assert failures(check, product(CALLS, MAYBE_SENT)) == []


def test_judges_each_attempt_by_itself(client: MakeClient) -> None:
    """A creation whose second attempt was lost may be processed, though its first was not sent."""
    crm = client(httpx.ConnectError("refused"), httpx.ReadTimeout("slow"), saved())

    with pytest.raises(CallTimeoutError) as caught:
        crm(CALLS["POST"])

    assert caught.value.maybe_processed is True
    assert caught.value.attempts == 2


def test_max_retries_counts_repetitions(client: MakeClient, clock: Clock) -> None:
    """`max_retries` is the number of repetitions, of the client, a view or one call."""

    def check(retries: int) -> None:
        clock.waits.clear()
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

    assert failures(check, product([0, 1, 2, 5])) == []


def test_waits_with_full_jitter(client: MakeClient, clock: Clock) -> None:
    """The wait is a random part of 0.5 s, doubled after each attempt up to 8 s."""

    def check(chance: float) -> None:
        clock.waits.clear()
        clock.chance = chance
        crm = client(refusal(503), max_retries=8)

        with pytest.raises(ServerError):
            crm(CALLS["GET"])

        assert clock.waits == [chance * most for most in (0.5, 1, 2, 4, 8, 8, 8, 8)]

    assert failures(check, product([0.0, 0.25, 1.0])) == []


def test_wait_is_bounded(client: MakeClient, clock: Clock) -> None:
    """The wait stays at 8 s however many attempts there are."""
    crm = client(refusal(503), max_retries=1100, deadline=None)

    with pytest.raises(ServerError) as caught:
        crm(CALLS["GET"])

    assert caught.value.attempts == 1101
    assert max(clock.waits) == 8.0


def test_obeys_retry_after(client: MakeClient, clock: Clock) -> None:
    """The wait is what the server asks for, in seconds or as a date."""
    cases = [
        (call, value, wait)
        for call, (value, wait) in product(
            ["GET", "POST"],
            [
                ("0", 0.0),
                ("2", 2.0),
                ("1.5", 1.5),
                ("60", 60.0),
                ("Mon, 12 Jan 1970 13:47:10 GMT", 30.0),
            ],
        )
    ]

    def check(call: str, value: str, wait: float) -> None:
        clock.now = 1_000_000.0
        clock.waits.clear()
        crm = client(refusal(429, headers={"Retry-After": value}), GOOD)

        crm(CALLS[call])

        assert clock.waits == [wait]

    assert failures(check, cases) == []


def test_raises_at_once_on_long_retry_after(client: MakeClient, clock: Clock) -> None:
    """A Retry-After above 60 s is not waited for: the error is raised at once."""
    cases = [
        (call, status, value, wait)
        for call, status, (value, wait) in product(
            ["GET", "POST"],
            [429, 503],
            [("61", 61.0), ("86400", 86400.0), ("Mon, 12 Jan 1970 13:47:41 GMT", 61.0)],
        )
    ]

    def check(call: str, status: int, value: str, wait: float) -> None:
        clock.waits.clear()
        crm = client(refusal(status, headers={"Retry-After": value}), GOOD)

        with pytest.raises(RateLimitError if status == 429 else ServerError) as caught:
            crm(CALLS[call])

        assert caught.value.retry_after == wait
        assert caught.value.attempts == 1
        assert clock.waits == []

    assert failures(check, cases) == []


def test_ignores_invalid_retry_after(client: MakeClient, clock: Clock) -> None:
    """An invalid Retry-After counts as absent: a GET waits by backoff, a POST is not retried."""
    headers = {"Retry-After": "soon"}
    crm = client(refusal(429, headers=headers), GOOD)
    crm(CALLS["GET"])
    assert clock.waits == [0.5]

    crm = client(refusal(429, headers=headers), GOOD)
    with pytest.raises(RateLimitError):
        crm(CALLS["POST"])


def test_does_not_retry_unreadable_reply(client: MakeClient) -> None:
    """A reply that cannot be read is not requested again."""
    for call in ("POST", "list"):
        crm = client(reply("<html>"))
        with pytest.raises(DecodeError):
            crm(CALLS[call])
        assert len(crm.seen) == 1, call


def test_repeated_delete_then_404_is_done(client: MakeClient) -> None:
    """A DELETE that reached the server, was repeated and then answers 404, is done."""
    lost: dict[str, Any] = {
        "timeout": httpx.ReadTimeout("slow"),
        "reset": httpx.ReadError("reset"),
        **{str(status): refusal(status) for status in (408, 429, 500, 502, 504)},
        "503": refusal(503, headers={"Retry-After": "1"}),
    }

    def check(first: str) -> None:
        crm = client(lost[first], refusal(404))

        done = crm(CALLS["DELETE"])

        assert done.status_code == 204
        assert done.data is None
        assert len(crm.seen) == 2

    assert failures(check, product(lost)) == []


def test_delete_of_missing_record_raises(client: MakeClient) -> None:
    """A DELETE that answers 404 when it first reaches the server is a NotFoundError."""
    before: dict[str, list[Any]] = {"nothing": [], "not sent": [httpx.ConnectError("refused")]}

    def check(first: str) -> None:
        crm = client(*before[first], refusal(404))

        with pytest.raises(NotFoundError) as caught:
            crm(CALLS["DELETE"])

        assert caught.value.attempts == len(before[first]) + 1

    assert failures(check, product(before)) == []


def test_404_after_retry_raises_unless_delete(client: MakeClient) -> None:
    """A 404 after a retry is an error of GET and PUT."""
    for call in ("GET", "PUT"):
        crm = client(refusal(500), refusal(404))
        with pytest.raises(NotFoundError) as caught:
            crm(CALLS[call])
        assert caught.value.attempts == 2


@both
def test_retries_page_within_list(client: MakeClient, clock: Clock) -> None:
    """A failed page is requested again within a list, and no item comes twice."""
    crm = client(
        page(contact(1)),
        refusal(502),
        httpx.ReadTimeout("slow"),
        page(contact(2)),
        page(contact(1)),
        page(),
    )

    assert [record.id for record in crm(lambda crm: crm.contacts.list())] == [1, 2]
    # The server decides on the size: each page is read again after the next.
    assert [seen.query["page"] for seen in crm.seen] == ["1", "2", "2", "2", "1", "3"]
    assert clock.waits == [0.5, 1.0]


@both
def test_repeats_request_unchanged(client: MakeClient) -> None:
    """Each attempt sends the same method, URL, headers and body."""
    crm = client(refusal(429, headers={"Retry-After": "1"}), httpx.ConnectError("x"), saved(5))

    id = crm(lambda crm: crm.contacts.save(full_name="James", options={"headers": {"X-A": "b"}}))

    assert id == 5
    first = crm.seen[0]
    assert first.json == {"full_name": "James"}
    for seen in crm.seen[1:]:
        assert seen == first


def test_raises_last_error(client: MakeClient) -> None:
    """The error raised is that of the last attempt, with the number of attempts."""
    crm = client(refusal(500, "first"), httpx.ReadTimeout("slow"), refusal(400, "last"))

    with pytest.raises(BadRequestError, match="last") as caught:
        crm(CALLS["GET"])

    assert caught.value.attempts == 3
    assert "3 attempts" in str(caught.value)


@both
def test_passes_other_exceptions(client: MakeClient) -> None:
    """An exception that is not a network error is neither retried nor wrapped."""

    class Stop(Exception):
        pass

    crm = client(Stop())

    with pytest.raises(Stop):
        crm(CALLS["GET"])
    assert len(crm.seen) == 1


@both
def test_timeout_applies_per_phase(client: MakeClient) -> None:
    """The timeout is in seconds per phase, of the client, a view or one call; None is off."""
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


def test_retries_failure_in_envelope(client: MakeClient) -> None:
    """Under HTTP 200, a failure in the envelope is retried as status 500 is."""

    def check(call: str) -> None:
        failure = reply({"status": False, "code": 500, "message": "no"})
        crm = client(failure, GOOD_FOR.get(call, GOOD))

        if call in REPEATABLE:
            crm(CALLS[call])
            assert len(crm.seen) == 2
        else:
            with pytest.raises(ServerError) as caught:
                crm(CALLS[call])
            assert caught.value.attempts == len(crm.seen) == 1

    assert failures(check, product(CALLS)) == []
