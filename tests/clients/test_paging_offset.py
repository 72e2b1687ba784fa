"""Lists by offset: totals, and items that shift between pages."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from crmkit import PaginationError
from crmkit.core.client import AsyncClient, SyncClient
from crmkit.core.operation import Operation, Paging
from crmkit.core.paging import AsyncPager, ListRequest, Pager
from crmkit.core.vendor import Vendor
from tests.clients.harness import both, call_of, sync_alone

asynchronous = sync_alone

PAGING = Paging("offset", number="offset", size="size", default_size=2, first=0, total=("total",))
THINGS = Operation(
    "things.list",
    "GET",
    "/things",
    envelope=("list",),
    payload=list,
    effect="read",
    paging=PAGING,
)

Change = Callable[[list[int]], None]


class Server(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """A list of ids that changes after requests.

    Args:
        ids: The ids at first.
        changes: What changes the list after the first request, the second and so on.
        counting: Whether replies have the total, or -1 and -2 instead.
    """

    def __init__(self, ids: list[int], *changes: Change, counting: bool = True) -> None:
        self.ids = ids
        self.counting = counting
        self._changes = list(changes)
        self.requests: list[tuple[int, int]] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer with a page, and make the next change."""
        offset, size = (int(request.url.params[name]) for name in ("offset", "size"))
        self.requests.append((offset, size))
        rows = [{"id": str(id)} for id in self.ids[offset : offset + size]]
        total = len(self.ids)
        if not self.counting:
            total = -1 if len(self.ids) > offset + size else -2
        if self._changes:
            self._changes.pop(0)(self.ids)
        return httpx.Response(200, json={"total": total, "list": rows}, request=request)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer an async client."""
        return self.handle_request(request)


@pytest.fixture
def read(asynchronous: bool) -> Callable[..., Any]:
    """Return a function that reads a list: its ids, or what else is made of the pager."""

    def made(server: Any, work: Callable[[Any], Any] | None = None, **paging: int) -> Any:
        cls: Any = AsyncClient if asynchronous else SyncClient
        crm = cls(Vendor(), "https://x.example", transport=server)
        things: Any = ListRequest(crm._sender, call_of(crm, THINGS), **paging)
        if asynchronous:
            return asyncio.run(collected((work or AsyncPager.collect)(AsyncPager(things, ids_of))))
        return (work or Pager.collect)(Pager(things, ids_of))

    return made


def ids_of(rows: list[Any]) -> list[int]:
    """Decode rows."""
    return [int(row["id"]) for row in rows]


async def collected(result: Any) -> Any:
    """Return what was awaited, or the items of what is iterated."""
    return [item async for item in result] if hasattr(result, "__aiter__") else await result


def nothing(ids: list[int]) -> None:
    """Change nothing."""


@both
def test_total_ends_the_list(read: Callable[..., Any]) -> None:
    """At the total no further page is requested."""
    server = Server([1, 2, 3, 4, 5])

    assert read(server) == [1, 2, 3, 4, 5]
    assert server.requests == [(0, 2), (1, 3), (3, 3)]


@both
def test_negative_totals_are_not_counts(read: Callable[..., Any]) -> None:
    """-1 goes on, -2 ends without a further request, and neither is a page's total."""
    server = Server([1, 2, 3, 4], counting=False)

    pages = list(read(server, lambda pager: pager.pages()))

    assert server.requests == [(0, 2), (1, 3)]
    assert [(page.items, page.total, page.number) for page in pages] == [
        ([1, 2], None, 0),
        ([3, 4], None, 2),
    ]


@both
def test_take_requests_no_more_than_needed(read: Callable[..., Any]) -> None:
    """`take` requests as many items as are still wanted, unless the page size is passed."""
    server = Server(list(range(10)))

    assert read(server, lambda pager: pager.take(3).collect()) == [0, 1, 2]
    assert read(server, lambda pager: pager.first()) == 0
    assert server.requests == [(0, 2), (1, 2), (0, 1)]

    assert read(server, lambda pager: pager.take(3).collect(), page_size=5) == [0, 1, 2]
    assert server.requests[3:] == [(0, 5)]


@both
def test_items_pushed_to_the_next_page_come_once(read: Callable[..., Any]) -> None:
    """Items that new ones push to the next page come once."""
    server = Server([1, 2, 3, 4, 5], lambda ids: ids.insert(0, 0), lambda ids: ids.insert(0, -1))

    assert read(server) == [1, 2, 3, 4, 5]


def test_skips_page_without_unseen_items(read: Callable[..., Any]) -> None:
    """A page that brings nothing new is passed over."""
    server = Server([1, 2, 3, 4, 5], nothing, lambda ids: ids.__setitem__(slice(0), [-1, -2]))

    pages = list(read(server, lambda pager: pager.pages(), page_size=2))

    assert [page.items for page in pages] == [[1, 2], [3, 4], [5]]
    assert server.requests == [(0, 2), (1, 3), (3, 3), (5, 3)]


@both
def test_deletions_leave_no_item_out(read: Callable[..., Any]) -> None:
    """Where items that were read are deleted, none of those that move up is left out."""
    for deleted in (0, 1):
        server = Server([1, 2, 3, 4, 5, 6], lambda ids, deleted=deleted: ids.__delitem__(deleted))  # type: ignore[misc]  # a default
        assert read(server) == [1, 2, 3, 4, 5, 6]
        assert server.requests[:3] == [(0, 2), (1, 3), (0, 4)]


def test_later_deletions_repeat_nothing(read: Callable[..., Any]) -> None:
    """Where later items are deleted, what was read does not come again, nor is it an error."""
    server = Server(
        [1, 2, 3, 4, 5, 6, 7, 8], nothing, lambda ids: ids.__delitem__(slice(6, 8)), nothing
    )

    assert read(server) == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(("deleted", "offsets"), [(1, [2, 2]), (4, [2, 2])])
def test_never_goes_back_before_start(
    read: Callable[..., Any], deleted: int, offsets: list[int]
) -> None:
    """A list that begins further on never goes back before its beginning."""
    server = Server([1, 2, 3, 4, 5, 6, 7], lambda ids: ids.__delitem__(slice(2, 2 + deleted)))

    assert read(server, start=2, page_size=1) == [3, *range(3 + deleted, 8)]
    assert [offset for offset, _ in server.requests][:2] == offsets


@pytest.mark.parametrize("totals", [[4], [4, 3]])
def test_endless_list_is_an_error(read: Callable[..., Any], totals: list[int]) -> None:
    """A server that sends the same items in turn, whatever the request, is an error."""

    class Round(Server):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            count = len(self.requests)
            self.requests.append((0, 0))
            body = {
                "total": totals[count % len(totals)] * 100_000,
                "list": [{"id": str(count % 3)}, {"id": str(count % 2 + 3)}],
            }
            return httpx.Response(200, json=body, request=request)

    server = Round([])
    with pytest.raises(PaginationError) as caught:
        read(server)

    assert caught.value.items_read == 5
    assert len(server.requests) <= 12


def test_long_list_comes_once(read: Callable[..., Any]) -> None:
    """A long list is complete and without repetition."""
    server = Server(list(range(4000 + 1)))

    assert read(server, page_size=200) == list(range(4000 + 1))
