"""Lists page themselves: lazily, to an empty page, and never without end."""

from __future__ import annotations

import gc
import tracemalloc
from typing import Any

import httpx
import pytest

from crmkit import AsyncPager, DecodeError, Page, Pager, PaginationError, ServerError
from crmkit_mock import MockCRMs
from tests.clients.conftest import MakeClient
from tests.clients.harness import (
    Driver,
    Seen,
    both,
    contact,
    envelope,
    failures,
    page,
    refusal,
    reply,
    sync_alone,
)

asynchronous = sync_alone


class Book(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Answers with pages of contacts, as many as there are.

    Args:
        count: Number of contacts.
        most: The most that a page holds, whatever is asked for.
    """

    def __init__(self, count: int, most: int = 500) -> None:
        self.count = count
        self.most = most
        self.seen: list[Seen] = []
        self.keep = True
        self.by_own_size = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a sync client."""
        query = dict(request.url.params)
        if self.keep:
            self.seen.append(Seen(request.method, request.url.path, query, {}, b"", {}))
        size = self.most if self.by_own_size else int(query["page_size"])
        first = (int(query["page"]) - 1) * size
        rows = [
            contact(id + 1, emails=f"{id}@example.org;x", phone="1 (a);2 (b)", text="t" * 200)
            for id in range(first, min(first + min(size, self.most), self.count))
        ]
        return httpx.Response(200, json=envelope(rows), request=request)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer an async client."""
        return self.handle_request(request)


def ids(crm: Driver, **arguments: Any) -> list[int]:
    """Return the ids of a whole list."""
    return [row.id for row in crm(lambda crm: crm.contacts.list(**arguments))]


def requested(crm: Driver) -> list[tuple[str, str]]:
    """Return page and size of the requests so far."""
    return [(seen.query["page"], seen.query["page_size"]) for seen in crm.seen]


def read_ids(pager: Any, read: list[int]) -> Any:
    """Iterate a pager of either kind, and keep the ids that come before an error."""
    if isinstance(pager, Pager):
        for item in pager:
            read.append(item.id)  # noqa: PERF401 - what came before the error counts
        return None

    async def read_all() -> None:
        async for item in pager:
            read.append(item.id)  # noqa: PERF401 - what came before the error counts

    return read_all()


@both
def test_list_is_lazy(client: MakeClient) -> None:
    """Nothing is requested before the list is iterated, nor by `take` or `repr`."""
    crm = client(page(contact(1)), page())

    pager = crm(lambda crm: (crm.contacts.list(), crm.contacts.list().take(3)))

    assert isinstance(pager[0], AsyncPager if crm.asynchronous else Pager)
    assert "contacts.list" in repr(pager[0])
    assert "3" in repr(pager[1])
    assert crm.seen == []


@both
def test_list_crosses_pages(asynchronous: bool) -> None:
    """All items come, in order, page after page up to the empty one."""
    crm = Driver(asynchronous, Book(7))

    assert ids(crm, page_size=3) == [1, 2, 3, 4, 5, 6, 7]
    # Each page begins with rows that were read before; the last is empty.
    assert requested(crm) == [("1", "3"), ("1", "6"), ("1", "9"), ("3", "4")]
    crm.end()


@both
def test_short_page_is_not_the_end(asynchronous: bool) -> None:
    """A server may send fewer rows than asked for: only an empty page ends the list."""
    book = Book(7, most=2)
    crm = Driver(asynchronous, book)

    assert ids(crm, page_size=10) == [1, 2]  # its second page begins at the eleventh contact
    book.by_own_size = True
    assert ids(crm, page_size=10) == [1, 2, 3, 4, 5, 6, 7]
    crm.end()


@both
def test_empty_list(client: MakeClient) -> None:
    """A list without items is one request and no item."""
    crm = client(page())

    assert crm(lambda crm: crm.contacts.list().collect()) == []
    assert crm(lambda crm: crm.contacts.list().first()) is None
    (only,) = crm(lambda crm: crm.contacts.list().pages())
    assert (only.items, only.total, only.number) == ([], None, 1)
    assert len(crm.seen) == 3


def test_default_page_size_and_start(client: MakeClient) -> None:
    """100 items a page are requested from page 1, unless the caller says otherwise."""
    crm = client(page())

    ids(crm)
    ids(crm, page_size=500)
    ids(crm, start=3)
    ids(crm, start=3, page_size=1)
    crm(lambda crm: crm.activities.list(start=2))

    assert requested(crm) == [("1", "100"), ("1", "500"), ("3", "100"), ("3", "1"), ("2", "100")]


def test_list_without_pages_is_one_request(client: MakeClient) -> None:
    """A list without pages is one request without parameters."""
    crm = client(page({"id": "1", "type": "Text", "key": "a", "label": "a"}))

    assert len(crm(lambda crm: crm.custom_fields.list())) == 1
    assert len(crm(lambda crm: crm.custom_fields.list().collect())) == 1
    (only,) = crm(lambda crm: crm.custom_fields.list().pages())
    assert len(only.items) == 1
    assert [seen.query for seen in crm.seen] == [{}, {}, {}]


@both
def test_take_ends_the_list(asynchronous: bool) -> None:
    """`take` ends after that many items and requests no page beyond them."""

    def check(count: int, requests: int) -> None:
        crm = Driver(asynchronous, Book(7))
        items = crm(lambda crm: crm.contacts.list(page_size=3).take(count).collect())
        assert [item.id for item in items] == list(range(1, min(count, 7) + 1))
        assert len(crm.seen) == requests
        crm.end()

    cases = [(0, 0), (1, 1), (3, 1), (4, 2), (6, 2), (7, 3), (8, 4), (100, 4)]
    assert failures(check, cases) == []


def test_smallest_take_applies(asynchronous: bool) -> None:
    """Of several counts the smallest applies, and the first pager keeps its own."""
    crm = Driver(asynchronous, Book(9))

    for most, fewer in ((5, 2), (2, 5)):
        pager = crm.crm.contacts.list().take(most).take(fewer)
        items = crm.finish(pager.collect)
        assert [item.id for item in items] == [1, 2]
    pager = crm.crm.contacts.list()
    pager.take(1)
    assert len(crm.finish(pager.collect)) == 9
    crm.end()


@both
def test_first_is_one_request(asynchronous: bool) -> None:
    """`first` requests one page and returns its first item."""
    crm = Driver(asynchronous, Book(9))

    assert crm(lambda crm: crm.contacts.list().first()).id == 1
    assert crm(lambda crm: crm.contacts.list().take(0).first()) is None
    assert len(crm.seen) == 1
    crm.end()


@both
def test_pages_have_items_number_total_and_reply(asynchronous: bool) -> None:
    """Pages have items, number, total and reply; the empty one at the end is left out."""
    crm = Driver(asynchronous, Book(5))

    pages: list[Page[Any]] = crm(lambda crm: crm.contacts.list(page_size=2, start=2).pages())

    assert [[item.id for item in page.items] for page in pages] == [[3, 4], [5]]
    assert [page.number for page in pages] == [2, 3]
    assert [page.total for page in pages] == [None, None]
    assert pages[0].reply.status_code == 200
    assert pages[0].reply.data["code"] == 200
    assert pages[0].reply.content.startswith(b"{")
    assert pages[0].reply.headers["content-type"] == "application/json"
    assert "Contact" not in repr(pages[0].reply)
    crm.end()


def test_take_cuts_the_last_page(asynchronous: bool) -> None:
    """`take` cuts the last page, and the next is not requested."""
    crm = Driver(asynchronous, Book(9))

    pages = crm(lambda crm: crm.contacts.list(page_size=3).take(4).pages())

    assert [[item.id for item in page.items] for page in pages] == [[1, 2, 3], [4]]
    assert len(crm.seen) == 2
    crm.end()


@both
def test_repeated_page_is_an_error(client: MakeClient) -> None:
    """A server that sends the same page again does not make the list endless."""
    crm = client(page(contact(1), contact(2)))
    read: list[int] = []

    with pytest.raises(PaginationError) as caught:
        crm(lambda crm: read_ids(crm.contacts.list(page_size=2), read))

    assert read == [1, 2]
    assert caught.value.items_read == 2
    assert caught.value.last_page == 2
    assert "contacts.list" in str(caught.value)
    assert "5 pages in a row brought nothing new" in str(caught.value)
    assert len(crm.seen) == 12


def test_compares_deeply_nested_pages(client: MakeClient) -> None:
    """Pages are compared without a RecursionError, however deeply they are nested."""
    depth = 1015  # as deep as the fastest reader goes
    row = '{"id": "1", "x": ' + "[" * depth + "]" * depth + "}"
    crm = client(reply('{"status": true, "data": [' + row + "]}"))

    with pytest.raises((PaginationError, DecodeError)):
        crm(lambda crm: crm.contacts.list())


@both
def test_decode_error_has_place_of_the_row(client: MakeClient) -> None:
    """Rows before a wrong one are delivered, and the path counts from the page's first row."""
    rows: list[Any] = [contact(id) for id in range(1, 101)]
    rows[74] = {"full_name": "no id"}
    crm = client(page(*rows), page())
    read: list[int] = []

    with pytest.raises(DecodeError) as caught:
        crm(lambda crm: read_ids(crm.contacts.list(), read))

    assert caught.value.path == "data[74].id"
    assert read == list(range(1, 75))
    with pytest.raises(DecodeError) as caught:
        client(page(*rows))(lambda crm: crm.contacts.list().pages())
    assert caught.value.path == "data[74].id"


def test_take_decodes_no_row_beyond_the_count(client: MakeClient) -> None:
    """`take` decodes no row that it does not deliver."""
    crm = client(page(contact(1), {"id": "wrong"}))

    assert [row.id for row in crm(lambda crm: crm.contacts.list().take(1))] == [1]
    assert crm(lambda crm: crm.contacts.list().first()).id == 1


def test_error_of_a_later_page_is_raised_there(client: MakeClient) -> None:
    """An error of a later page is raised when that page is reached."""
    crm = client(page(contact(1)), refusal(500), max_retries=0)

    assert crm(lambda crm: crm.contacts.list().first()).id == 1
    with pytest.raises(ServerError):
        crm(lambda crm: crm.contacts.list(page_size=1))


@both
def test_every_iteration_requests_anew(mocked: MakeClient, mocks: MockCRMs) -> None:
    """A pager that is iterated again sees what has changed."""
    crm = mocked()
    pager = crm.crm.contacts.list()

    before = len(crm.finish(pager.collect))
    crm(lambda crm: crm.contacts.save(full_name="Vanessa Kensington"))
    after = len(crm.finish(pager.collect))

    assert after == before + 1
    assert len(mocks.relenta.journal) == 5


@both
def test_iterations_are_independent(asynchronous: bool) -> None:
    """Two iterations over one pager do not disturb each other."""
    crm = Driver(asynchronous, Book(5))
    pager = crm.crm.contacts.list(page_size=2)

    if asynchronous:

        async def both() -> list[tuple[int, int]]:
            other = pager.__aiter__()
            return [(one.id, (await anext(other)).id) async for one in pager]

        pairs = crm.finish(both)
    else:
        other = iter(pager)
        pairs = [(one.id, next(other).id) for one in pager]

    assert pairs == [(id, id) for id in range(1, 6)]
    crm.end()


@both
def test_early_break_leaves_nothing_behind(asynchronous: bool) -> None:
    """Leaving a list early requests nothing more and leaves nothing half-run."""
    crm = Driver(asynchronous, Book(50))

    def start(crm: Any) -> Any:
        if not hasattr(crm, "aclose"):
            for one in crm.contacts.list(page_size=2):
                if one.id == 3:
                    return one.id
            return None

        async def work() -> Any:
            async for one in crm.contacts.list(page_size=2):
                if one.id == 3:
                    return one.id
            return None

        return work()

    assert crm(start) == 3
    assert len(crm.seen) == 2
    # Whatever was left half-run would warn now, and warnings are errors.
    crm.end()


@both
def test_memory_stays_flat(asynchronous: bool) -> None:
    """Reading many pages needs no more memory than reading a few."""
    book = Book(6_000)
    book.keep = False
    crm = Driver(asynchronous, book)

    def count(crm: Any) -> Any:
        pager = crm.contacts.list(page_size=100)
        if not crm_is_async:
            return sum(1 for _ in pager)

        async def work() -> int:
            number = 0
            async for _ in pager:
                number += 1
            return number

        return work()

    crm_is_async = asynchronous
    crm(lambda crm: crm.contacts.list(page_size=100).take(300).collect())
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        assert crm(count) == 6_000
        _, peak = tracemalloc.get_traced_memory()
        gc.collect()  # garbage is not kept
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # One page of such contacts is about 0.3 MB; all 60 of them would be 15.
    assert peak - before < 2_500_000
    assert after - before < 1_000_000
    crm.end()


def test_options_apply_to_every_page(client: MakeClient) -> None:
    """Headers and query of the options are sent with each page."""
    crm = client(page(contact(1)), page())

    crm(lambda crm: crm.contacts.list(options={"headers": {"X-A": "b"}, "query": {"q": "ü"}}))

    assert [seen.query for seen in crm.seen] == [
        {"page": number, "page_size": "100", "q": "ü"} for number in ("1", "2")
    ]
    assert [seen.headers["x-a"] for seen in crm.seen] == ["b", "b"]


def test_query_of_options_wins(client: MakeClient) -> None:
    """A query parameter of the options wins over that of an argument."""
    crm = client(page())

    crm(lambda crm: crm.contacts.list(page_size=5, options={"query": {"page_size": 7}}))

    assert requested(crm) == [("1", "7")]
