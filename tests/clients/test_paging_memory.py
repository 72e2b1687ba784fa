"""The memory of long lists: what a Pager keeps of 100,000 records is their ids."""

from __future__ import annotations

import json
import multiprocessing
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

import crmkit
from crmkit_mock import MockCRMs

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(sys.platform != "linux", reason="the peak of memory is read from /proc"),
]
RECORDS = 100_000
PAGE = 100
MOST_MB = 20
Query = dict[str, str]


def _page(query: Query) -> int:
    return (int(query.get("page", 1)) - 1) * PAGE


def _relenta(rows: list[Any], first: int) -> Any:
    del first
    return {"status": True, "code": 200, "data": rows}


def _espocrm(rows: list[Any], first: int) -> Any:
    del first
    return {"total": RECORDS, "list": rows}


def _onepagecrm(rows: list[Any], first: int) -> Any:
    data = {"count": RECORDS, "page": first // PAGE + 1, "maxpage": RECORDS // PAGE}
    return {"timestamp": 1, "status": 0, "message": "OK", "data": {**data, "contacts": rows}}


def _monica(rows: list[Any], first: int) -> Any:
    meta = {"current_page": first // PAGE + 1, "last_page": RECORDS // PAGE, "total": RECORDS}
    return {"data": rows, "meta": {**meta, "per_page": PAGE}}


def _note(number: int) -> Any:
    note = {"type": "Post", "post": "x" * 200, "number": number, "isInternal": False}
    return {"id": f"{number:017x}", **note, "createdAt": "2024-01-25 08:00:00"}


#: By strategy: the client, the list, where a page begins, its envelope, its first record's path in
#: the mock's list, and what makes an id.
CASES: dict[str, tuple[str, Callable[[Any], Any], Callable[[Query], int], Any, Any, Any]] = {
    "page": ("Relenta", lambda crm: crm.contacts.list(page_size=PAGE), _page, _relenta, 0, str),
    "page with total": (
        "OnePageCRM",
        lambda crm: crm.contacts.list(),
        _page,
        _onepagecrm,
        0,
        "{:024x}".format,
    ),
    "page with last": (
        "Monica",
        lambda crm: crm.contacts.list(page_size=PAGE),
        _page,
        _monica,
        0,
        int,
    ),
    "offset": (
        "EspoCRM",
        lambda crm: crm.contacts.list(page_size=PAGE),
        lambda query: int(query["offset"]),
        _espocrm,
        0,
        "{:017x}".format,
    ),
    "key": (
        "EspoCRM",
        lambda crm: crm.stream.list_all(page_size=PAGE),
        lambda query: RECORDS - int(query.get("beforeNumber", RECORDS + 1)) + 1,
        _espocrm,
        None,
        None,
    ),
}


def _record(crm: Any) -> dict[str, Any]:
    """Return the first record of the mock's list, as it is sent."""
    seen: list[bytes] = []
    list(crm.contacts.list(options={"on_reply": lambda reply: seen.append(reply.content)}).take(1))
    body = json.loads(seen[0])
    rows = body.get("list") or body["data"]
    rows = rows["contacts"] if isinstance(rows, dict) else rows
    return dict(rows[0])


def _peak() -> int:
    """Return the most memory that this process has had, in bytes.

    Not `ru_maxrss`: that begins with what the process had that started this one.
    """
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def growth(case: str) -> tuple[int, float]:
    """Return the number of records read, and the megabytes that it took beyond the first page."""
    name, pager, begin, envelope, template, id = CASES[case]
    with MockCRMs() as mocks:
        mock = getattr(mocks, name.lower())
        settings = {"base_url": mock.base_url, **mock.credentials}
        record: dict[str, Any] = {}
        if template is not None:
            with getattr(crmkit, name)(transport=mock.transport, **settings) as crm:
                record = _record(crm)

    def answer(request: httpx.Request) -> httpx.Response:
        first = begin(dict(request.url.params))
        numbers = range(first, min(first + PAGE, RECORDS))
        if template is None:
            rows = [_note(RECORDS - number) for number in numbers]
        else:
            rows = [{**record, "id": id(number + 1)} for number in numbers]
        return httpx.Response(200, json=envelope(rows, first))

    count, after_first = 0, 0
    transport = httpx.MockTransport(answer)
    with getattr(crmkit, name)(transport=transport, throttle=0, **settings) as crm:
        for _ in pager(crm):
            count += 1
            if count == PAGE:
                after_first = _peak()
    return count, (_peak() - after_first) / 2**20


@pytest.mark.parametrize("case", CASES)
def test_long_list_takes_little_memory(
    case: str, record_property: Callable[[str, object], None]
) -> None:
    """Reading 100,000 records takes at most 20 MB beyond the first page, by every strategy."""
    # A process of its own: in this one, what other tests have freed would hide what is taken.
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        count, grown = process.submit(growth, case).result()

    record_property("figure", f"memory of {RECORDS:,} records by {case}: {grown:.1f} MB")
    assert count == RECORDS
    assert grown <= MOST_MB
