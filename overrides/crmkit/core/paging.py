"""Lists that page themselves.

A list ends at an empty page, at the total or at the last page that the server names, never at a
short page: servers leave rows out of pages for reasons of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from .drive import drive
from .errors import ArgumentError, PaginationError
from .operation import Paging
from .types import UNSET

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Iterator

    from .operation import Operation
    from .options import Options
    from .reply import Reply
    from .sender import Sender

__all__ = ["AsyncPager", "Page", "Pager", "Walk"]

T = TypeVar("T")

CHUNK = 50
"""Rows that are decoded at a time while a list is iterated: faster than a page, and less memory."""


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
        start: Any,
        page_size: Any,
    ) -> None:
        paging = operation.paging or Paging("none")
        self.sender = sender
        self.operation = operation
        self.paging = paging
        self.kwargs = kwargs
        self.decode = decode
        self.options = options
        self.start = paging.first if start is UNSET else _whole(start, "start", 0, operation)
        self.page_size = (
            paging.default_size
            if page_size is UNSET
            else _whole(page_size, "page_size", 1, operation)
        )

    def begin(self) -> _Steps[T]:
        """Return a fresh run over the pages."""
        return _Steps(self)

    def decoded(self, page: _Rows, begin: int, end: int | None) -> list[T]:
        """Return rows `begin` to `end` of a page as items.

        Raises:
            DecodeError: A row has another form than documented.
        """
        rows = page.rows if begin == 0 and end is None else page.rows[begin:end]
        return self.sender.decoded(self.operation, page.reply, self.decode, rows, begin)


class _Steps(Generic[T]):
    """One run over the pages of a list."""

    def __init__(self, walk: Walk[T]) -> None:
        self._walk = walk
        self._number = walk.start
        self._read = 0
        self._before: list[Any] | None = None
        self._ended = False

    async def next(self) -> _Rows | None:
        """Fetch the next page; None after the last.

        Raises:
            PaginationError: The page is the same as the one before.
            CRMError: The call failed.
        """
        if self._ended:
            return None
        walk, paging = self._walk, self._walk.paging
        reply = await walk.sender.reply(walk.operation, self._asked(), walk.options)
        if reply is None:  # only a DELETE has none
            return None
        rows: list[Any] = walk.sender.payload(walk.operation, reply)
        if rows and rows == self._before:
            raise PaginationError(
                f"{walk.operation.name}: the server sent the same page again",
                items_read=self._read,
                last_page=self._number,
            )
        page = _Rows(rows, _count(reply.data, paging.total), self._number, reply)
        self._before = rows
        self._read += len(rows)
        last = _count(reply.data, paging.last)
        if paging.strategy == "offset":
            self._number += len(rows)
            self._ended = page.total is not None and 0 <= page.total <= self._number
        else:
            self._ended = paging.strategy == "none" or (last is not None and last <= self._number)
            self._number += 1
        self._ended = self._ended or not rows
        return page

    def _asked(self) -> dict[str, Any]:
        walk, paging = self._walk, self._walk.paging
        params = dict(walk.kwargs.get("params") or {})
        if paging.number is not None:
            params[paging.number] = self._number
        if paging.size is not None and walk.page_size is not None:
            params[paging.size] = walk.page_size
        return {**walk.kwargs, "params": params}


class _Base(Generic[T]):
    def __init__(self, walk: Walk[T], limit: int | None = None) -> None:
        self._walk = walk
        self._limit = limit

    def __repr__(self) -> str:
        limit = "" if self._limit is None else f", at most {self._limit} items"
        return f"<{type(self).__name__} of {self._walk.operation.name}{limit}>"

    def _shorter(self, count: int) -> int:
        if isinstance(count, bool) or not isinstance(count, int) or count < 0:
            raise ArgumentError("take", f"takes a whole number from 0, not {count!r}")
        return count if self._limit is None else min(count, self._limit)

    def _fetch(self, steps: _Steps[T], left: int | None) -> Coroutine[Any, Any, _Rows | None]:
        return steps.next() if left is None or left > 0 else _nothing()

    def _page(self, page: _Rows, left: int | None) -> Page[T]:
        return Page(self._walk.decoded(page, 0, left), page.total, page.number, page.reply)

    def _chunks(self, page: _Rows, left: int | None) -> Iterator[list[T]]:
        end = len(page.rows) if left is None else min(left, len(page.rows))
        for begin in range(0, end, CHUNK):
            yield self._walk.decoded(page, begin, min(begin + CHUNK, end))


class Pager(_Base[T]):
    """A lazy list: no request before it is iterated, and pages are fetched as they are reached.

    Every iteration starts anew and asks the server again.
    """

    def __iter__(self) -> Iterator[T]:
        steps, left = self._walk.begin(), self._limit
        while (page := drive(self._fetch(steps, left))) is not None:
            for chunk in self._chunks(page, left):
                yield from chunk
            left = _rest(left, page)

    def pages(self) -> Iterator[Page[T]]:
        """Iterate over whole pages, with `items`, `total` (or None), `number` and `reply`."""
        steps, left = self._walk.begin(), self._limit
        while (page := drive(self._fetch(steps, left))) is not None:
            if page.rows or page.number == self._walk.start:
                yield self._page(page, left)
            left = _rest(left, page)

    def take(self, count: int) -> Pager[T]:
        """Return a pager that ends after `count` items and fetches no page beyond them.

        Raises:
            ArgumentError: `count` is no whole number from 0.
        """
        return Pager(self._walk, self._shorter(count))

    def first(self) -> T | None:
        """Return the first item, or None of an empty list."""
        return next(iter(self.take(1)), None)

    def collect(self) -> list[T]:
        """Return all items in a list."""
        return list(self)


class AsyncPager(_Base[T]):
    """A lazy list: no request before it is iterated, and pages are fetched as they are reached.

    Every iteration starts anew and asks the server again.
    """

    async def __aiter__(self) -> AsyncIterator[T]:
        steps, left = self._walk.begin(), self._limit
        while (page := await self._fetch(steps, left)) is not None:
            for chunk in self._chunks(page, left):
                for item in chunk:
                    yield item
            left = _rest(left, page)

    async def pages(self) -> AsyncIterator[Page[T]]:
        """Iterate over whole pages, with `items`, `total` (or None), `number` and `reply`."""
        steps, left = self._walk.begin(), self._limit
        while (page := await self._fetch(steps, left)) is not None:
            if page.rows or page.number == self._walk.start:
                yield self._page(page, left)
            left = _rest(left, page)

    def take(self, count: int) -> AsyncPager[T]:
        """Return a pager that ends after `count` items and fetches no page beyond them.

        Raises:
            ArgumentError: `count` is no whole number from 0.
        """
        return AsyncPager(self._walk, self._shorter(count))

    async def first(self) -> T | None:
        """Return the first item, or None of an empty list."""
        found: T | None = None
        async for item in self.take(1):  # to its end, so that no generator is left half-run
            found = item
        return found

    async def collect(self) -> list[T]:
        """Return all items in a list."""
        return [item async for item in self]


async def _nothing() -> None:
    return None


def _rest(left: int | None, page: _Rows) -> int | None:
    return None if left is None else left - len(page.rows)


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
