"""Lists that page themselves.

A list ends at an empty page, at the total or at the last page that the server names, never at a
short page: servers leave rows out of pages for reasons of their own.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from .drive import drive
from .errors import ArgumentError, PaginationError
from .operation import Paging
from .options import is_number
from .sender import decoded, payload
from .types import UNSET

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from typing import Self

    from .call import Call
    from .operation import Operation
    from .reply import Reply
    from .sender import Sender
    from .types import Unset

__all__ = ["AsyncPager", "ListRequest", "Page", "Pager"]

T = TypeVar("T")

CHUNK = 50
"""Rows that are decoded at a time while a list is iterated: faster than a page, and less memory."""

RECENT = 2000
"""Ids that are remembered of the items that were read last, in lists by offset."""

ENDED = -2
"""The total that some servers report without counting where nothing follows; -1 otherwise."""


@dataclass(slots=True)
class Page(Generic[T]):
    """One page of a list.

    Args:
        items: The items of the page.
        total: Number of items of the whole list, or None if the server does not report it.
        number: Number of the page, or offset of its first item.
        reply: The reply that carried it.
    """

    items: list[T]
    total: int | None
    number: int
    reply: Reply


class ListRequest:
    """A call that lists, from which the call of each page is derived.

    Args:
        sender: The client's sender.
        call: The call, without number and size of the page.
        start: First page or offset; UNSET for the first.
        page_size: Items a page; UNSET for the default.

    Raises:
        ArgumentError: `start` or `page_size` is not an integer, too small or too large.
    """

    def __init__(
        self,
        sender: Sender,
        call: Call,
        start: int | Unset = UNSET,
        page_size: int | Unset = UNSET,
    ) -> None:
        self.sender = sender
        self.call = call
        self.operation = call.operation
        self.paging = paging = call.operation.paging or Paging("none")
        self.limit: int | None = None
        self.start = paging.first
        if start is not UNSET:
            self.start = _integer(start, "start", paging.first, self.operation)
        self.sized = page_size is not UNSET
        self.page_size = paging.default_size
        if page_size is not UNSET:
            self.page_size = _integer(page_size, "page_size", 1, self.operation)
            largest = sender.vendor.largest_page
            if largest is not None and self.page_size > largest:
                problem = f"must be <= {largest}, got {page_size}"
                raise ArgumentError("page_size", problem, operation=self.operation.name)

    def limited(self, limit: int) -> ListRequest:
        """Return this request, ending after `limit` items at the latest.

        Raises:
            ArgumentError: `limit` is not a non-negative integer.
        """
        request = copy(self)
        count = _integer(limit, "count", 0, self.operation)
        request.limit = count if self.limit is None else min(count, self.limit)
        return request

    def page(self, number: int, left: int | None) -> Call:
        """Return the call of one page.

        Args:
            number: Number of the page, or its offset.
            left: How many items are still wanted; None for all.
        """
        paging, size = self.paging, self.page_size
        query: dict[str, Any] = {}
        if paging.number is not None:
            query[paging.number] = number
        if paging.strategy == "offset" and not self.sized and size is not None:
            # No more than is wanted: unlike a page's number, an offset goes with any size.
            size = size if left is None else min(size, left)
        if paging.size is not None and size is not None:
            query[paging.size] = size
        return self.call.with_query(query) if query else self.call


class PageIterator:
    """One run over the pages of a list.

    Where items are counted, a list may shift between two pages: items that came in before the
    position push some over it a second time, and when some before it go, others are missed. So
    items that were just read are skipped, and where the total has fallen the run steps back.

    Args:
        request: The list.
    """

    def __init__(self, request: ListRequest) -> None:
        self._request = request
        self._number = request.start
        self._left = request.limit
        self._read = 0
        self._before: Page[Any] | None = None
        self._ended = request.limit == 0
        self._recent: dict[Any, None] = {}
        self._skipped = 0
        self._stepped_at = 0

    async def next(self) -> Page[Any] | None:
        """Fetch the next page, its items not decoded; None after the last.

        Only the first page may be empty.

        Raises:
            PaginationError: The page is the same as the one before.
            CRMError: The call failed.
        """
        while not self._ended:
            page = await self._fetch()
            if page is not None:
                return page
        return None

    async def _fetch(self) -> Page[Any] | None:
        """Fetch a page; None if it brings nothing new."""
        request, paging = self._request, self._request.paging
        reply = await request.sender.reply(request.page(self._number, self._left))
        rows: list[Any] = payload(request.operation, reply)
        total = _count(reply.data, paging.total)
        if self._repeats(rows, total, reply):
            problem = "the server sent the same page again"
            raise PaginationError(problem, self._read, self._number, request.operation.name)
        if self._stepped_back(total):
            return None
        number, first = self._number, self._before is None
        # Where the total is negative, the items were not counted.
        counted = None if total is None or total < 0 else total
        self._before = Page(rows, counted, number, reply)
        last = _count(reply.data, paging.last)
        if paging.strategy == "offset":
            self._number += len(rows)
            self._ended = total == ENDED or (counted is not None and counted <= self._number)
        else:
            self._ended = paging.strategy == "none" or (last is not None and last <= self._number)
            self._number += 1
        self._ended = self._ended or not rows
        unseen = self._unseen_rows(rows)[: self._left]
        self._skipped = 0 if unseen else self._skipped + len(rows)
        if self._left is not None:
            self._left -= len(unseen)
            self._ended = self._ended or self._left == 0
        self._read += len(unseen)
        return Page(unseen, counted, number, reply) if unseen or first else None

    def _repeats(self, rows: list[Any], total: int | None, reply: Reply) -> bool:
        """Return whether a page is the same as the one before, or many brought nothing new."""
        before = self._before
        if before is None:
            return False
        grown = total is not None and before.total is not None and total > before.total
        return (_same(before, rows, reply) and not grown) or self._skipped > RECENT

    def _stepped_back(self, total: int | None) -> bool:
        """Go back by as many items as the list has lost, and return whether it was any."""
        before = self._before
        if self._request.paging.strategy != "offset" or before is None or before.total is None:
            return False
        known = min(len(self._recent), self._number - self._request.start)
        lost = min(before.total - total, known) if total and total > 0 else 0
        if lost <= 0 or self._stepped_at == self._read:  # never twice without anything new between
            return False
        self._number -= lost
        self._stepped_at = self._read
        self._before = Page([], total, self._number, before.reply)
        return True

    def _unseen_rows(self, rows: list[Any]) -> list[Any]:
        """Return the rows that the last pages did not have, and remember them."""
        if self._request.paging.strategy != "offset":
            return rows
        ids = [row.get("id") if type(row) is dict else None for row in rows]
        unseen = [
            row
            for row, id in zip(rows, ids, strict=True)
            if type(id) not in {str, int} or id not in self._recent
        ]
        self._recent.update((id, None) for id in ids if type(id) in {str, int})
        for id in list(self._recent)[: max(0, len(self._recent) - RECENT)]:
            del self._recent[id]
        return unseen


class _Pager(Generic[T]):
    def __init__(self, request: ListRequest, decode: Callable[[Any], list[T]]) -> None:
        self._request = request
        self._decode = decode

    def __repr__(self) -> str:
        limit = self._request.limit
        text = "" if limit is None else f", at most {limit} items"
        return f"<{type(self).__name__} of {self._request.operation.name}{text}>"

    def take(self, count: int) -> Self:
        """Return a pager that ends after `count` items and fetches no page beyond them.

        Raises:
            ArgumentError: `count` is not a non-negative integer.
        """
        return type(self)(self._request.limited(count), self._decode)

    def _chunks(self, page: Page[Any]) -> Iterator[list[T]]:
        """Yield the items of a page, decoded a few at a time."""
        for begin in range(0, len(page.items), CHUNK):
            rows = page.items[begin : begin + CHUNK]
            yield decoded(self._request.operation, page.reply, self._decode, rows, begin)

    def _page(self, page: Page[Any]) -> Page[T]:
        """Return a page with all its items decoded."""
        items = decoded(self._request.operation, page.reply, self._decode, page.items)
        return Page(items, page.total, page.number, page.reply)


class Pager(_Pager[T]):
    """A lazy list of a sync client: no request before it is iterated; every iteration asks anew.

    Args:
        request: The list.
        decode: Turns rows into items.
    """

    def __iter__(self) -> Iterator[T]:
        pages = PageIterator(self._request)
        while (page := drive(pages.next())) is not None:
            for chunk in self._chunks(page):
                yield from chunk

    def pages(self) -> Iterator[Page[T]]:
        """Iterate over whole pages, with `items`, `total` (or None), `number` and `reply`."""
        pages = PageIterator(self._request)
        while (page := drive(pages.next())) is not None:
            yield self._page(page)

    def first(self) -> T | None:
        """Return the first item, or None of an empty list."""
        return next(iter(self.take(1)), None)

    def collect(self) -> list[T]:
        """Return all items in a list."""
        return list(self)


class AsyncPager(_Pager[T]):
    """A lazy list of an async client: no request before it is iterated; each asks anew.

    Args:
        request: The list.
        decode: Turns rows into items.
    """

    async def __aiter__(self) -> AsyncIterator[T]:
        pages = PageIterator(self._request)
        while (page := await pages.next()) is not None:
            for chunk in self._chunks(page):
                for item in chunk:
                    yield item

    async def pages(self) -> AsyncIterator[Page[T]]:
        """Iterate over whole pages, with `items`, `total` (or None), `number` and `reply`."""
        pages = PageIterator(self._request)
        while (page := await pages.next()) is not None:
            yield self._page(page)

    async def first(self) -> T | None:
        """Return the first item, or None of an empty list."""
        first: T | None = None
        async for item in self.take(1):  # to its end, so that no generator is left half-run
            first = item
        return first

    async def collect(self) -> list[T]:
        """Return all items in a list."""
        return [item async for item in self]


def _same(before: Page[Any], rows: list[Any], reply: Reply) -> bool:
    try:
        return bool(rows) and rows == before.items
    except RecursionError:  # rows that are nested too deeply to compare
        return reply.content == before.reply.content


def _integer(value: Any, argument: str, least: int, operation: Operation) -> int:
    if not is_number(value, int) or value < least:
        problem = f"must be an integer >= {least}, got {value!r}"
        raise ArgumentError(argument, problem, operation=operation.name)
    return int(value)


def _count(tree: Any, path: tuple[str, ...] | None) -> int | None:
    if path is None:
        return None
    for member in path:
        tree = tree.get(member) if isinstance(tree, dict) else None
    return tree if type(tree) is int else None
