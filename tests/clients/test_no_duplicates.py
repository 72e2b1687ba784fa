"""One creation is never two, whatever happens on the way: counted at the mock."""

from __future__ import annotations

from typing import Any

import pytest

from crmkit import CRMError, TransportError
from crmkit_mock import MockCRMs
from tests.clients.conftest import MakeClient

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
    # A server that says "come back later" has done nothing.
    *({"status": status, "retry_after": wait} for status in (429, 503) for wait in (None, 1, 90)),
    {"body": "<html>", "after": True},
    {"status": 302, "headers": {"Location": "/login"}},
]
NAMES = ["-".join(f"{name}={value}" for name, value in fault.items()) for fault in FAULTS]


@pytest.mark.parametrize("times", [1, 2, None])
@pytest.mark.parametrize("fault", FAULTS, ids=NAMES)
def test_one_creation_is_never_two(
    mocked: MakeClient, mocks: MockCRMs, fault: dict[str, Any], times: int | None
) -> None:
    """A creation happens once or not at all; where the client says it happened, it did once."""
    mocks.relenta.seed("empty")
    mocks.relenta.fail(**fault, times=times, path="/contact.save.json")
    crm = mocked()

    try:
        id = crm(lambda crm: crm.contacts.save(full_name="James Bond"))
    except CRMError as error:
        id = None
        if isinstance(error, TransportError) and not error.maybe_processed:
            assert crm(lambda crm: crm.contacts.list()) == []

    found = [one.id for one in crm(lambda crm: crm.contacts.list())]
    assert len(found) <= 1
    if id is not None:
        assert found == [id]


@pytest.mark.parametrize(
    "fault",
    [{"error": "connect"}, {"status": 429, "retry_after": 2}, {"status": 503, "retry_after": 2}],
    ids=["connect", "429", "503"],
)
def test_a_creation_that_can_be_repeated_is(
    mocked: MakeClient, mocks: MockCRMs, fault: dict[str, Any]
) -> None:
    """Where nothing was done, the creation is repeated without the caller's help."""
    mocks.relenta.seed("empty")
    mocks.relenta.fail(**fault, times=2)
    crm = mocked()

    id = crm(lambda crm: crm.contacts.save(full_name="James Bond"))

    assert [one.id for one in crm(lambda crm: crm.contacts.list())] == [id]


@pytest.mark.parametrize("error", ["connect", "read_timeout", "reset", "disconnect", "short_body"])
def test_reading_survives_two_faults(mocked: MakeClient, mocks: MockCRMs, error: str) -> None:
    """A list that loses its connection twice still comes whole."""
    mocks.relenta.fail(error=error, times=2)
    crm = mocked()

    assert len(crm(lambda crm: crm.contacts.list())) == 2
    assert [exchange.fault for exchange in mocks.relenta.journal][:3] == [error, error, None]


def test_a_delay_beyond_the_timeout(mocked: MakeClient, mocks: MockCRMs) -> None:
    """No call hangs: a server that is slower than the timeout is a timeout error."""
    mocks.relenta.fail(delay=6, times=None)

    with pytest.raises(TransportError, match="ReadTimeout"):
        mocked(timeout=5, max_retries=0)(lambda crm: crm.contacts.list())
    assert len(mocked(timeout=7)(lambda crm: crm.contacts.list())) == 2
