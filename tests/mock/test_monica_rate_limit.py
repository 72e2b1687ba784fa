"""Monica's limit of 60 requests a minute, on the mock's own clock."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from crmkit_mock import MockCRMs, MockServer
from crmkit_mock.clock import Clock
from crmkit_mock.messages import Refusal
from crmkit_mock.monica.rate_limit import RateLimit
from tests.mock.plain_monica import Monica, client_for

ERROR = {"error": {"message": "Too many attempts, please slow down the request", "error_code": 34}}


@pytest.fixture
def limited() -> Iterator[Monica]:
    """A Monica mock that limits the rate of requests."""
    with MockCRMs(rate_limits=True) as mocks, client_for(mocks.monica) as http:
        yield Monica(mocks.monica, http)


def spend(monica: Monica, count: int) -> list[httpx.Response]:
    """Send so many requests."""
    return [monica.http.get("/me") for _ in range(count)]


def test_rejects_the_61st_request_in_a_minute(limited: Monica) -> None:
    """Each reply says how many are left; the 61st is 429 and says until when."""
    replies = spend(limited, 60)
    assert {reply.headers["x-ratelimit-limit"] for reply in replies} == {"60"}
    left = [int(reply.headers["x-ratelimit-remaining"]) for reply in replies]
    assert left == [*range(59, -1, -1)]
    limited.mock.clock.advance(13)
    reply = limited.http.get("/me")
    assert (reply.status_code, reply.json()) == (429, ERROR)
    assert reply.headers["x-ratelimit-remaining"] == "0"
    assert reply.headers["retry-after"] == "47"
    reset = int(limited.mock.clock.now().timestamp()) + 47
    assert reply.headers["x-ratelimit-reset"] == str(reset)


def test_begins_a_window_with_its_first_request(limited: Monica) -> None:
    """A window lasts 60 seconds, then all 60 requests are allowed again."""
    spend(limited, 1)
    limited.mock.clock.advance(59)
    spend(limited, 59)
    assert limited.http.get("/me").headers["retry-after"] == "1"
    limited.mock.clock.advance(1)
    assert limited.http.get("/me").headers["x-ratelimit-remaining"] == "59"


def test_accepts_a_request_after_retry_after(limited: Monica) -> None:
    """After Retry-After seconds the next request is answered."""
    wait = int(spend(limited, 61)[-1].headers["retry-after"])
    limited.mock.clock.advance(wait)
    assert limited.http.get("/me").status_code == 200


def test_counts_errors_but_not_those_without_a_token(limited: Monica) -> None:
    """404 and 422 count and say what is left; 401, 404 of routes and 405 do neither."""
    for method, path, remaining in (
        ("GET", "/contacts/999", "59"),
        ("POST", "/contacts", "58"),
        ("GET", "/me?limit=101", "57"),
        ("GET", "/nothing", None),
        ("POST", "/logs", None),
        ("DELETE", "/calls/abc", "56"),
    ):
        reply = limited.http.request(method, path)
        assert reply.headers.get("x-ratelimit-remaining") == remaining, path
    reply = limited.http.get("/me", headers={"Authorization": ""})
    assert (reply.status_code, reply.headers.get("x-ratelimit-limit")) == (401, None)


def test_counts_users_and_public_routes_separately(limited: Monica) -> None:
    """One account's requests, another's, and those to public routes have separate limits."""
    spend(limited, 61)
    with client_for(limited.mock, "grace") as grace:
        assert grace.get("/me").headers["x-ratelimit-remaining"] == "59"
    reply = limited.http.get("/currencies")
    assert (reply.status_code, reply.headers["x-ratelimit-remaining"]) == (200, "59")


def test_writes_nothing_beyond_the_limit(limited: Monica) -> None:
    """A write beyond the limit does not happen."""
    spend(limited, 60)
    before = limited.mock.snapshot()
    assert limited.http.post("/tags", json={"name": "x"}).status_code == 429
    assert limited.mock.snapshot() == before


def test_seed_and_reset_clear_the_limit(limited: Monica) -> None:
    """Seed and reset forget what was counted."""
    spend(limited, 61)
    limited.mock.seed("empty")
    assert limited.http.get("/me").status_code == 200
    spend(limited, 60)
    limited.mock.reset()
    assert limited.http.get("/me").status_code == 200


def test_has_no_limit_by_default(monica: Monica) -> None:
    """Requests are not counted, and no header says so."""
    replies = spend(monica, 61)
    assert replies[-1].status_code == 200
    assert not any("x-ratelimit-limit" in reply.headers for reply in replies)


def test_mock_server_accepts_rate_limits() -> None:
    """MockServer takes the argument as MockCRMs does."""
    with MockServer(rate_limits=True) as server, client_for(server.monica) as http:
        assert http.get("/me").headers["x-ratelimit-remaining"] == "59"


def test_ends_a_window_by_a_running_clock(limited: Monica) -> None:
    """Where the clock runs by itself, as in the foreground server, waiting is enough."""
    passed = 100.0
    limited.mock.clock.run(lambda: passed)
    assert spend(limited, 61)[-1].status_code == 429
    passed += 60
    assert limited.http.get("/me").status_code == 200


def test_ends_a_window_after_real_seconds(limited: Monica) -> None:
    """A client that obeys Retry-After is not refused forever by a clock that nobody moves."""
    passed = 0.0
    limit = RateLimit(limited.mock.clock, lambda: passed)
    for _ in range(60):
        limit.take("ada")
    passed = 59.0
    with pytest.raises(Refusal) as caught:
        limit.take("ada")
    assert caught.value.headers["Retry-After"] == "60"
    passed = 60.0
    assert limit.take("ada")["X-RateLimit-Remaining"] == "59"


def test_a_running_clock_continues_from_where_it_is_set(limited: Monica) -> None:
    """Setting, seeding and advancing take effect when they are called."""
    passed = 100.0
    clock: Clock = limited.mock.clock
    clock.run(lambda: passed)
    start = clock.now()
    passed += 5
    assert (clock.now() - start).total_seconds() == 5
    clock.advance(60)
    passed += 1
    assert (clock.now() - start).total_seconds() == 66
    limited.mock.reset()
    fresh = clock.now()
    passed += 2
    assert (clock.now() - fresh).total_seconds() == 2
