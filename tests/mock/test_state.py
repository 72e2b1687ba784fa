"""State: seeds, reset, snapshots, the clock; the same requests give the same bytes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from crmkit_mock import MockCRMs
from tests.mock.plain import Relenta, client_for


def replies(relenta: Relenta) -> list[tuple[int, list[tuple[str, str]], bytes]]:
    """Send a series of valid and invalid requests, and return the bytes of every reply."""
    requests: list[tuple[str, str, object]] = [
        ("POST", "/contact.save.json", {"full_name": "Number Two", "T-shirt_size": "M"}),
        ("POST", "/contact.save.json", {"id": 33104663, "title": "COO", "T-shirt_size": ""}),
        ("POST", "/contact.create.json", {"first_name": "Mini-Me"}),
        ("POST", "/contact.save.json", {"Nope": "x"}),
        ("POST", "/contact.save.json", {"id": 1}),
        ("POST", "/activity.save.json", {"label": "Lunch", "dt_start": "2016-05-01T12:00:00Z"}),
        ("GET", "/contact.list.json?page_size=3", None),
        ("GET", "/contact.list.json?page=2&page_size=3", None),
        ("GET", "/activity.list.json", None),
        ("GET", "/custom_field.list.json", None),
        ("PUT", "/contact.save.json", {}),
        ("GET", "/contact.list.json?page=0", None),
    ]
    received = []
    for method, path, body in requests:
        content = None if body is None else json.dumps(body)
        reply = relenta.http.request(
            method, path, content=content, headers={"Content-Type": "application/json"}
        )
        received.append((reply.status_code, reply.headers.multi_items(), reply.content))
    return received


def test_replies_after_reset_are_the_same_bytes(either: Relenta) -> None:
    """After reset the same requests get the same replies, ids and times included."""
    first = replies(either)
    either.mock.reset()
    assert replies(either) == first


def test_two_mocks_answer_the_same(relenta: Relenta) -> None:
    """Another mock answers the same from its start on, whatever the state of the first."""
    first = replies(relenta)
    with MockCRMs() as others, client_for(others.relenta) as http:
        other = Relenta(others.relenta, http)
        assert len(other.contacts()) == 2
        assert replies(other) == first


def test_reset_clears_faults_and_journal(relenta: Relenta) -> None:
    """Reset leaves no fault waiting and an empty journal, and keeps address and credentials."""
    mock = relenta.mock
    before = (mock.base_url, mock.credentials, mock.transport)
    relenta.contacts()
    mock.fail(status=500)
    mock.reset()
    assert list(mock.journal) == []
    assert mock.faults.waiting() == []
    assert (mock.base_url, mock.credentials, mock.transport) == before


def test_seed_replaces_the_data_only(relenta: Relenta) -> None:
    """seed() puts data, ids and clock back and leaves faults and journal alone."""
    relenta.save(full_name="X")
    relenta.mock.fail(status=500)
    relenta.mock.seed("demo")
    assert len(relenta.mock.journal) == 1
    relenta.refused(500, full_name="X")
    assert relenta.save(full_name="X") == 33104663


def test_the_empty_seed(relenta: Relenta) -> None:
    """The empty seed has departments and keys, and neither records nor custom fields."""
    relenta.mock.seed("empty")
    assert relenta.contacts() == relenta.activities() == []
    assert relenta.http.get("/custom_field.list.json").json()["data"] == []
    assert relenta.save(full_name="First") == 33104663
    relenta.mock.reset()
    assert len(relenta.contacts()) == 2


def test_a_mock_can_start_empty() -> None:
    """The seed of the constructor is what reset goes back to."""
    with MockCRMs(seed="empty") as mocks, client_for(mocks.relenta) as http:
        relenta = Relenta(mocks.relenta, http)
        relenta.save(full_name="First")
        mocks.reset()
        assert relenta.contacts() == []
        mocks.seed("demo")
        assert len(relenta.contacts()) == 2


def test_rejects_unknown_seeds(mocks: MockCRMs) -> None:
    """A seed that does not exist is an error and changes nothing."""
    before = mocks.snapshot()
    for seed in (mocks.seed, mocks.relenta.seed):
        with pytest.raises(ValueError, match="nope"):
            seed("nope")
    with pytest.raises(ValueError, match="nope"):
        MockCRMs(seed="nope")
    assert mocks.snapshot() == before


def test_restores_a_snapshot(relenta: Relenta) -> None:
    """A snapshot, passed through JSON, brings back records, ids, clock and limits."""
    relenta.save(full_name="Kept")
    relenta.mock.plan_limit(contacts=7)
    snapshot = json.loads(json.dumps(relenta.mock.snapshot()))
    after = replies(relenta)
    relenta.mock.restore(snapshot)
    assert relenta.mock.snapshot() == snapshot
    assert replies(relenta) == after


def test_rejects_invalid_snapshots(relenta: Relenta) -> None:
    """A damaged or foreign snapshot is a ValueError and changes nothing."""
    relenta.save(full_name="Kept")
    before = relenta.mock.snapshot()
    changes: list[dict[str, object]] = [
        {"crm": "monica"},
        {"schema": before["schema"] + 1},
        {"records": None},
        {"records": [1]},
        {"records": [["contact", "agents", "1", "x", {}]]},
        {"records": [["contact", "agents", "1", 1, "not an object"]]},
        {"records": [["contact", "agents", "1", 2**70, {}]]},
        {"records": [["contact", "agents", "1", 1, {}], ["contact", "agents", "1", 2, {}]]},
        {"settings": []},
    ]
    for change in changes:
        with pytest.raises(ValueError, match="snapshot"):
            relenta.mock.restore({**before, **change})
        assert relenta.mock.snapshot() == before, change
        assert len(relenta.contacts()) == 3


def test_all_crms_are_restored_or_none(mocks: MockCRMs) -> None:
    """A snapshot of all CRMs with one bad part changes nothing."""
    before = mocks.snapshot()
    with client_for(mocks.relenta) as http:
        Relenta(mocks.relenta, http).save(full_name="X")
    changed = mocks.snapshot()
    extras: tuple[dict[str, Any], ...] = ({"nope": {}}, {"relenta ": before["relenta"]}, {"x": 1})
    for extra in extras:
        with pytest.raises(ValueError, match="snapshot"):
            mocks.restore({**before, **extra})
        assert mocks.snapshot() == changed
    mocks.restore(before)
    assert mocks.snapshot() == before


def test_the_clock_moves_with_writes_only(relenta: Relenta) -> None:
    """Reading leaves the clock where it is, each write moves it on by a second."""
    clock = relenta.mock.clock
    start = clock.now()
    assert start == datetime(2016, 2, 1, 9, tzinfo=UTC)
    relenta.contacts()
    relenta.refused(400, Nope="x")
    assert clock.now() == start
    relenta.save()
    assert clock.now() == start + timedelta(seconds=1)


def test_the_clock_can_be_set_and_advanced(relenta: Relenta) -> None:
    """A test sets the time; reset goes back."""
    clock = relenta.mock.clock
    clock.set(datetime(2030, 1, 1, 1, tzinfo=timezone(timedelta(hours=1))))
    assert relenta.contact(relenta.save())["dt_created"] == "2030-01-01T00:00:00Z"
    clock.advance(3599)
    assert relenta.contact(relenta.save())["dt_created"] == "2030-01-01T01:00:00Z"
    with pytest.raises(ValueError, match="aware"):
        clock.set(datetime(2030, 1, 1))  # noqa: DTZ001 - a naive one is the point
    relenta.mock.reset()
    assert clock.now() == datetime(2016, 2, 1, 9, tzinfo=UTC)


def test_a_mock_that_is_not_closed_does_not_warn() -> None:
    """Forgetting to close a mock is not a ResourceWarning."""
    mocks = MockCRMs()
    assert mocks.relenta.base_url.startswith("https://relenta.mock.invalid/")
    del mocks
    import gc

    gc.collect()


def test_closing_twice_is_fine() -> None:
    """Closing a mock is idempotent."""
    mocks = MockCRMs()
    mocks.close()
    mocks.close()
