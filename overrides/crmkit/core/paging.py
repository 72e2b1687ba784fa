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
from .sender import decoded, payload
from .types import UNSET

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from typing import Self

    from .operation import Operation
    from .options import Options
    from .reply import Reply
    from .sender import Sender
    from .types import Unset

__all__ = ["AsyncPager", "Page", "Pager", "Walk"]

T = TypeVar("T")

CHUNK = 50
"""Rows that are decoded at a time while a list is iterated: faster than a page, and less memory."""

RECENT = 2000
"""Ids that are remembered of the items that were read last, where items are counted."""

ENDED = -2
"""What some servers give for a total that they did not count, where nothing follows; -1 else."""


@dataclass(slots=True)
class Page(Generic[T]):
    """One page of a list.

    Args:
        items: The items of the page.
        total: Number of items of the whole list, or None if the server does not tell.
        number: Number of the page, or offset of its first item.
        reply: The reply that carried it.
    """

    items: list[T]
    total: int | None
    number: int
    reply: Reply


@dataclass(slots=True)
class _Rows:
    """A page before decoding."""

    rows: list[Any]
    total: int | None
    number: int
    reply: Reply


class Walk(Generic[T]):
    """A list operation with its arguments: what every iteration over it starts from.

    Args:
        sender: The client's sender.
        operation: The operation; its `paging` tells how the list continues.
        kwargs: What the generated `_get_kwargs` returned.
        decode: Turns rows into items.
        options: What the calls do differently.
        start: First page or offset; UNSET for the first.
        page_size: Items a page; UNSET for the default.

    Raises:
        ArgumentError: `start` or `page_size` is no whole number, or too small.
    """

    def __init__(
        self,
        sender: Sender,
        operation: Operation,
        kwargs: dict[str, Any],
        decode: Callable[[Any], list[T]],
        options: Options | None,
        start: int | Unset = UNSET,
        page_size: int | Unset = UNSET,
    ) -> None:
        paging = operation.paging or Paging("none")
        self.sender = sender
        self.operation = operation
        self.paging = paging
        self.kwargs = kwargs
        self.decode = decode
        self.options = options
        self.limit: int | None = None
        self.start = (
            paging.first if start is UNSET else _whole(start, "start", paging.first, operation)
        )
        self.sized = page_size is not UNSET
        self.page_size = (
            paging.default_size
            if page_size is UNSET
            else _whole(page_size, "page_size", 1, operation)
        )

    def shorter(self, limit: int) -> Walk[T]:
        """Return this walk, ending after `limit` items at the latest."""
        walk = copy(self)
        count = _whole(limit, "take", 0, self.operation)
        walk.limit = count if self.limit is None else min(count, self.limit)
        return walk

    def chunks(self, page: _Rows) -> Iterator[list[T]]:
        """Give the items of a page, decoded a few at a time."""
        for begin in range(0, len(page.rows), CHUNK):
            rows = page.rows[begin : begin + CHUNK]
            yield decoded(self.operation, page.reply, self.decode, rows, begin)

    def page(self, page: _Rows) -> Page[T]:
        """Return a page with all its items decoded."""
        items = decoded(self.operation, page.reply, self.decode, page.rows)
        return Page(items, page.total, page.number, page.reply)


class _Steps(Generic[T]):
    """One run over the pages of a list.

    Where items are counted, a list may shift between two pages: items that came in before the place
    push some over it a second time, and when some before it go, others slip by unseen. So items
    that were just read are passed over, and where the total has fallen the run steps back.
    """

    def __init__(self, walk: Walk[T]) -> None:
        self._walk = walk
        self._number = walk.start
        self._left = walk.limit
        self._read = 0
        self._before: _Rows | None = None
        self._ended = walk.limit == 0
        self._recent: dict[Any, None] = {}
        self._passed_over = 0
        self._stepped_at = 0

    async def next(self) -> _Rows | None:
        """Fetch the next page; None after the last. Only the first page may be empty.

        Raises:
            PaginationError: The page is the same as the one before.
            CRMError: The call failed.
        """
        while not self._ended:
            page = await self._fetch()
            if page is not None:
                return page
        return None

    async def _fetch(self) -> _Rows | None:
        """Fetch a page; None if it brings nothing new."""
        walk, paging = self._walk, self._walk.paging
        reply = await walk.sender.reply(walk.operation, self._asked(), walk.options)
        rows: list[Any] = payload(walk.operation, reply)
        total = _count(reply.data, paging.total)
        if self._repeats(rows, total, reply):
            problem = "the server sent the same page again"
            raise PaginationError(problem, self._read, self._number, walk.operation.name)
        if self._stepped_back(total):
            return None
        number, first = self._number, self._before is None
        # A negative total is none: the items were not counted.
        counted = None if total is None or total < 0 else total
        self._before = _Rows(rows, counted, number, reply)
        last = _count(reply.data, paging.last)
        if paging.strategy == "offset":
            self._number += len(rows)
            self._ended = total == ENDED or (counted is not None and counted <= self._number)
        else:
            self._ended = paging.strategy == "none" or (last is not None and last <= self._number)
            self._number += 1
        self._ended = self._ended or not rows
        fresh = self._fresh(rows)[: self._left]
        self._passed_over = 0 if fresh else self._passed_over + len(rows)
        if self._left is not None:
            self._left -= len(fresh)
            self._ended = self._ended or self._left == 0
        self._read += len(fresh)
        return _Rows(fresh, counted, number, reply) if fresh or first else None

    def _repeats(self, rows: list[Any], total: int | None, reply: Reply) -> bool:
        """Return whether a page is as the one before, or many brought nothing new."""
        before = self._before
        if before is None:
            return False
        grown = total is not None and before.total is not None and total > before.total
        return (_same(before, rows, reply) and not grown) or self._passed_over > RECENT

    def _stepped_back(self, total: int | None) -> bool:
        """Go back by as many items as the list has lost, and return whether it was any."""
        before = self._before
        if self._walk.paging.strategy != "offset" or before is None or before.total is None:
            return False
        known = min(len(self._recent), self._number - self._walk.start)
        lost = min(before.total - total, known) if total and total > 0 else 0
        if lost <= 0 or self._stepped_at == self._read:  # never twice without anything new between
            return False
        self._number -= lost
        self._stepped_at = self._read
        self._before = _Rows([], total, self._number, before.reply)
        return True

    def _fresh(self, rows: list[Any]) -> list[Any]:
        """Return the rows that the last pages did not have, and remember them."""
        if self._walk.paging.strategy != "offset":
            return rows
        ids = [row.get("id") if type(row) is dict else None for row in rows]
        fresh = [
            row
            for row, id in zip(rows, ids, strict=True)
            if type(id) not in {str, int} or id not in self._recent
        ]
        self._recent.update((id, None) for id in ids if type(id) in {str, int})
        for id in list(self._recent)[: max(0, len(self._recent) - RECENT)]:
            del self._recent[id]
        return fresh

    def _asked(self) -> dict[str, Any]:
        walk, paging = self._walk, self._walk.paging
        params = dict(walk.kwargs.get("params") or {})
        if paging.number is not None:
            params[paging.number] = self._number
        size = walk.page_size
        if paging.strategy == "offset" and not walk.sized and size is not None:
            # No more than is wanted: unlike a page's number, an offset goes with any size.
            size = size if self._left is None else min(size, self._left)
        if paging.size is not None and size is not None:
            params[paging.size] = size
        return {**walk.kwargs, "params": params}


class _Base(Generic[T]):
    def __init__(self, walk: Walk[T]) -> None:
        self._walk = walk

    def __repr__(self) -> str:
        limit = "" if self._walk.limit is None else f", at most {self._walk.limit} items"
        return f"<{type(self).__name__} of {self._walk.operation.name}{limit}>"

    def take(self, count: int) -> Self:
        """Return a pager that ends after `count` items and fetches no page beyond them.

        Raises:
            ArgumentError: `count` is no whole number from 0.
        """
        return type(self)(self._walk.shorter(count))


class Pager(_Base[T]):
    """A lazy list of a sync client: no request before it is iterated; every iteration asks anew."""

    def __iter__(self) -> Iterator[T]:
        steps = _Steps(self._walk)
        while (page := drive(steps.next())) is not None:
            for chunk in self._walk.chunks(page):
                yield from chunk

    def pages(self) -> Iterator[Page[T]]:
        """Iterate over whole pages, with `items`, `total` (or None), `number` and `reply`."""
        steps = _Steps(self._walk)
        while (page := drive(steps.next())) is not None:
            yield self._walk.page(page)

    def first(self) -> T | None:
        """Return the first item, or None of an empty list."""
        return next(iter(self.take(1)), None)

    def collect(self) -> list[T]:
        """Return all items in a list."""
        return list(self)


class AsyncPager(_Base[T]):
    """A lazy list of an async client: no request before it is iterated; each asks anew."""

    async def __aiter__(self) -> AsyncIterator[T]:
        steps = _Steps(self._walk)
        while (page := await steps.next()) is not None:
            for chunk in self._walk.chunks(page):
                for item in chunk:
                    yield item

    async def pages(self) -> AsyncIterator[Page[T]]:
        """Iterate over whole pages, with `items`, `total` (or None), `number` and `reply`."""
        steps = _Steps(self._walk)
        while (page := await steps.next()) is not None:
            yield self._walk.page(page)

    async def first(self) -> T | None:
        """Return the first item, or None of an empty list."""
        found: T | None = None
        async for item in self.take(1):  # to its end, so that no generator is left half-run
            found = item
        return found

    async def collect(self) -> list[T]:
        """Return all items in a list."""
        return [item async for item in self]


def _same(before: _Rows, rows: list[Any], reply: Reply) -> bool:
    try:
        return bool(rows) and rows == before.rows
    except RecursionError:  # rows that are nested too deeply to compare
        return reply.content == before.reply.content


def _whole(value: Any, argument: str, least: int, operation: Operation) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ArgumentError(
            argument, f"takes a whole number from {least}, not {value!r}", operation=operation.name
        )
    return value


def _count(tree: Any, path: tuple[str, ...] | None) -> int | None:
    if path is None:
        return None
    for member in path:
        tree = tree.get(member) if isinstance(tree, dict) else None
    return tree if isinstance(tree, int) and not isinstance(tree, bool) else None
