"""`changes`, `count` and `bool` of lists: what is taken, what is refused, and what is requested."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import httpx
import pytest

from crmkit import (
    ArgumentError,
    Changes,
    DecodeError,
    EspoCRM,
    Monica,
    OnePageCRM,
    Pager,
    PaginationError,
    Relenta,
)
from crmkit_mock import MockCRMs
from tests.clients.conftest import MakeEspo
from tests.clients.harness import CREDENTIALS, Driver, both, failures, sync_alone

asynchronous = sync_alone

SINCE = datetime(2024, 1, 25, 8, tzinfo=UTC)
"""When the clock of EspoCRM's mock starts."""


@pytest.fixture
def crm(mocked_espo: MakeEspo) -> Driver:
    """Return a client of EspoCRM's mock, with some cases of one second."""
    crm = mocked_espo()
    for number in range(5):
        crm.finish(partial(crm.crm.cases.create, name=f"Case {number}"))
    return crm


def names(records: Any) -> list[str]:
    """Return the names of records."""
    return [record.name for record in records]


@both
def test_changes_are_a_pager_with_a_cursor(crm: Driver, mocks: MockCRMs) -> None:
    """All methods of a pager are there, and a run from a stored cursor goes on right there."""
    mocks.espocrm.clock.advance(10)
    changes = crm.crm.cases.changes(SINCE, page_size=2)
    first = changes.cursor

    assert names(crm.finish(changes.collect)) == [f"Case {number}" for number in range(5)]
    assert json.loads(json.dumps(changes.cursor)) == changes.cursor != first
    assert crm(lambda crm: crm.cases.changes(changes.cursor).first()) is None
    assert len(crm(lambda crm: crm.cases.changes(first).collect())) == 5
    assert crm.finish(changes.first).name == "Case 0"
    assert crm.finish(changes.count) == 5
    pages = list(crm.finish(changes.take(3).pages))
    assert [names(page.items) for page in pages] == [["Case 0", "Case 1"], ["Case 2"]]
    assert "cases.changes" in repr(changes)


def test_cursor_moves_with_each_item(crm: Driver, mocks: MockCRMs) -> None:
    """After any item the cursor is where to go on, also for a custom entity type."""
    mocks.espocrm.clock.advance(10)
    changes: Changes[Any] = crm.crm.entity("Case").changes(SINCE, page_size=2)
    assert isinstance(changes, Pager)

    for place, _ in enumerate(changes, 1):
        rest = crm.crm.entity("Case").changes(changes.cursor)
        assert len(rest.collect()) == 5 - place


def test_what_has_not_settled_waits(crm: Driver, mocks: MockCRMs) -> None:
    """A change younger than `settle` by the server's clock comes with a later run."""
    for settle, count in ((0, 5), (3, 3), (60, 0)):
        assert len(crm.crm.cases.changes(SINCE, settle=settle).collect()) == count
    mocks.espocrm.clock.advance(57)
    assert len(crm.crm.cases.changes(SINCE, settle=60).collect()) == 3


@both
def test_rejects_wrong_since_and_settle(crm: Driver) -> None:
    """What is no time, no cursor, or a cursor of something else is refused where it is passed."""
    cases = crm.crm.cases
    cursor = cases.changes(SINCE).cursor
    other = EspoCRM(**CREDENTIALS["EspoCRM"]).cases.changes(SINCE).cursor

    def check(since: Any, reason: str, settle: Any = 5.0, **filters: Any) -> None:
        with pytest.raises(ArgumentError, match=reason) as caught:
            cases.changes(since, settle=settle, **filters)
        assert caught.value.operation == "cases.changes"
        assert caught.value.argument == ("since" if settle == 5.0 else "settle")

    table: list[tuple[Any, ...]] = [
        (SINCE.replace(tzinfo=None), "must be an aware datetime"),
        *((value, "expected an aware datetime or a cursor") for value in (None, 7, SINCE.date())),
        *((text, "is not a cursor") for text in ("", "x", "é", cursor[:-4], cursor + "A")),
        (cursor[:12] + ("A" if cursor[12] != "A" else "B") + cursor[13:], "is not a cursor"),
        (other, "another CRM"),
        (crm.crm.leads.changes(SINCE).cursor, "another list"),
        (cases.changes(SINCE, text_filter="a").cursor, "another filter"),
        *((SINCE, "number of seconds >= 0", value) for value in (-1, True, float("nan"), "5")),
    ]
    assert failures(check, table) == []
    assert cases.changes(cursor, select=["name"], page_size=3).cursor == cursor


@both
def test_rejects_since_in_the_servers_future(crm: Driver, mocks: MockCRMs) -> None:
    """Whether a time lies in the future the server's clock decides, with its first reply."""
    now = mocks.espocrm.clock.now()
    assert crm(lambda crm: crm.cases.changes(now).collect()) == []
    later = now + timedelta(minutes=1)
    with pytest.raises(ArgumentError, match="lies in the future"):
        crm(lambda crm: crm.cases.changes(later).collect())
    with pytest.raises(ArgumentError, match="lies in the future"):
        crm(lambda crm: crm.cases.changes(later).count())


def answering(*rows: dict[str, Any], date: str | None = None, **body: Any) -> httpx.MockTransport:
    """Return a transport that answers every request alike."""
    headers = {"Date": date or "Thu, 25 Jan 2024 09:00:00 GMT"}

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"list": rows, "data": rows, **body}, headers=headers)

    return httpx.MockTransport(answer)


AT = "2024-01-25 08:00:01"
BEFORE = "2020-01-01 00:00:00"


def test_servers_that_do_not_sort_are_an_error() -> None:
    """A server that ignores filter or order, or leaves out what is needed, ends in an error."""

    def check(reason: str, *rows: dict[str, Any]) -> None:
        crm = EspoCRM(**CREDENTIALS["EspoCRM"], transport=answering(*rows))
        with pytest.raises(PaginationError, match=reason):
            crm.cases.changes(SINCE).collect()

    table: list[tuple[Any, ...]] = [
        ("does not sort and filter", {"id": "a", "modifiedAt": BEFORE}),
        ("does not sort", {"id": "a", "modifiedAt": AT}, {"id": "b", "modifiedAt": BEFORE}),
        ("brought nothing new", {"id": "a", "modifiedAt": AT}),
        ("without its id", {"modifiedAt": AT}),
        ("without modifiedAt", {"id": "a"}),
        ("without modifiedAt", {"id": "a", "modifiedAt": "yesterday"}),
    ]
    assert failures(check, table) == []
    rows = [{"id": 1, "updated_at": "2024-01-25T08:00:01Z"}]
    rows.append({"id": 2, "updated_at": "2024-01-25T08:00:09Z"})
    monica = Monica(token="t", transport=answering(*rows, meta={"total": 2}))
    with pytest.raises(PaginationError, match="does not sort by updated_at"):
        monica.tasks.changes(SINCE).collect()


def test_reply_without_date_is_an_error() -> None:
    """Without the server's clock nothing is known to have settled."""
    crm = EspoCRM(**CREDENTIALS["EspoCRM"], transport=answering(date="today"))
    with pytest.raises(DecodeError, match="no Date header"):
        crm.cases.changes(SINCE).collect()


@both
def test_count_is_one_small_request(crm: Driver, mocks: MockCRMs) -> None:
    """`count` is of the whole filtered list, whatever `take` and `start`; mails are not counted."""
    count = crm(lambda crm: crm.cases.list().count())
    for made in (
        lambda crm: crm.cases.list(start=3).count(),
        lambda crm: crm.cases.list(page_size=2).take(1).count(),
    ):
        before = len(mocks.espocrm.journal)
        assert crm(made) == count
        assert [request.query for request in mocks.espocrm.journal][before:] == [
            "offset=0&maxSize=1"
        ]
    assert crm(lambda crm: crm.cases.list(text_filter="nobody has this").count()) == 0
    assert crm(lambda crm: crm.cases.list(no_total=True).count()) is None
    assert crm(lambda crm: crm.emails.list().count()) is None


def test_count_in_all_crms(mocks: MockCRMs) -> None:
    """Monica and OnePageCRM count; Relenta does in no list, and is not asked."""

    def settings(mock: Any) -> dict[str, Any]:
        return {"base_url": mock.base_url, "transport": mock.transport, **mock.credentials}

    monica, onepagecrm = Monica(**settings(mocks.monica)), OnePageCRM(**settings(mocks.onepagecrm))
    assert monica.contacts.list().count() == len(monica.contacts.list().collect())
    assert onepagecrm.contacts.list().count() == len(onepagecrm.contacts.list().collect())
    assert onepagecrm.tags.list().count() == len(onepagecrm.tags.list().collect())
    relenta = Relenta(**settings(mocks.relenta))
    assert relenta.contacts.list().count() is None
    assert relenta.custom_fields.list().count() is None
    assert len(mocks.relenta.journal) == 0


@both
def test_a_pager_has_no_truth_value(crm: Driver) -> None:
    """`if pager` would be true for an empty list: it is a TypeError that says what to ask."""
    for pager in (crm.crm.cases.list(), crm.crm.cases.changes(SINCE)):
        with pytest.raises(TypeError, match=r"first\(\).*count\(\)"):
            bool(pager)
