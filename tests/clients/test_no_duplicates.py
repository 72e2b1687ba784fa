"""A creation happens at most once, whatever fault the mock injects."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from crmkit import CRMError, TransportError
from crmkit_mock import MockCRMs
from tests.clients.conftest import MakeClient
from tests.clients.harness import both, failures, sync_alone

asynchronous = sync_alone

FAULTS: list[dict[str, Any]] = [
    *({"error": error} for error in ("connect", "connect_timeout")),
    *(
        {"error": error, "after": after}
        for error in ("read_timeout", "reset", "disconnect", "short_body", "garbage")
        for after in (False, True)
    ),
    {"delay": 31.0},
    *(
        {"status": status, "after": after}
        for status in (408, 500, 502, 504, 520)
        for after in (False, True)
    ),
    # A server that answers Retry-After has done nothing.
    *({"status": status, "retry_after": wait} for status in (429, 503) for wait in (None, 1, 90)),
    {"body": "<html>", "after": True},
    {"status": 302, "headers": {"Location": "/login"}},
]


@both
def test_never_creates_twice(mocked: MakeClient, mocks: MockCRMs, asynchronous: bool) -> None:
    """A creation happens once or not at all; where the client reports success, exactly once."""

    def check(fault: dict[str, Any], times: int | None) -> None:
        mocks.reset()
        mocks.relenta.seed("empty")
        mocks.relenta.fail(**fault, times=times, path="/contact.save.json")
        crm = mocked()

        try:
            id = crm(lambda crm: crm.contacts.save(full_name="James Bond"))
        except CRMError as error:
            id = None
            if isinstance(error, TransportError) and not error.maybe_processed:
                assert crm(lambda crm: crm.contacts.list()) == []

        ids = [record.id for record in crm(lambda crm: crm.contacts.list())]
        assert len(ids) <= 1
        if id is not None:
            assert ids == [id]

    # Retries are one coroutine: the async adapter is tested once with each fault.
    cases = product(FAULTS, [2] if asynchronous else [1, 2, None])
    assert failures(check, cases) == []


def test_repeats_creation_that_was_not_processed(mocked: MakeClient, mocks: MockCRMs) -> None:
    """A creation is repeated where nothing was done."""
    cases = product(
        [{"error": "connect"}, {"status": 429, "retry_after": 2}, {"status": 503, "retry_after": 2}]
    )

    def check(fault: dict[str, Any]) -> None:
        mocks.reset()
        mocks.relenta.seed("empty")
        mocks.relenta.fail(**fault, times=2)
        crm = mocked()

        id = crm(lambda crm: crm.contacts.save(full_name="James Bond"))

        assert [record.id for record in crm(lambda crm: crm.contacts.list())] == [id]

    assert failures(check, cases) == []


@both
def test_list_survives_two_faults(mocked: MakeClient, mocks: MockCRMs) -> None:
    """A list that loses its connection twice still comes whole."""
    cases = product(["connect", "read_timeout", "reset", "disconnect", "short_body"])

    def check(error: str) -> None:
        mocks.reset()
        mocks.relenta.fail(error=error, times=2)
        crm = mocked()

        assert len(crm(lambda crm: crm.contacts.list())) == 2
        assert [exchange.fault for exchange in mocks.relenta.journal][:3] == [error, error, None]

    assert failures(check, cases) == []


@both
def test_slow_server_is_timeout(mocked: MakeClient, mocks: MockCRMs) -> None:
    """A server that is slower than the timeout is a timeout error, not a hang."""
    mocks.relenta.fail(delay=6, times=None)

    with pytest.raises(TransportError, match="ReadTimeout"):
        mocked(timeout=5, max_retries=0)(lambda crm: crm.contacts.list())
    assert len(mocked(timeout=7)(lambda crm: crm.contacts.list())) == 2
