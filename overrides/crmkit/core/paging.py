"""Lists that page themselves, and lose nothing where others write meanwhile.

A list ends at an empty page, at the total or at the last page that the server names, never at a
short page: servers leave rows out of pages for reasons of their own.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar

from .drive import drive
from .errors import ArgumentError, DecodeError, PaginationError, StatusError, shown
from .operation import Paging
from .options import is_number
from .sender import decoded, payload
from .types import UNSET

if TYPE_CHECKING:
    from collections.abc import (
        AsyncGenerator,
        AsyncIterator,
        Awaitable,
        Callable,
        Iterable,
        Iterator,
    )
    from typing import Self

    from .call import Call
    from .reply import Reply
    from .sender import Sender
    from .types import Unset

T = TypeVar("T")

CHUNK = 50
"""Rows that are decoded at a time while a list is iterated: faster than a page, and less memory."""

MOST_IDLE_PAGES, MOST_IDLE_ROWS = 5, 2000
"""Pages in a row, or rows in them, that may bring nothing new."""

SAFE_PAGE_SIZE = 20
"""Rows of a page that every server takes."""

ENDED = -2
"""The total that some servers report, without counting, where nothing follows."""


@dataclass(slots=True)
class Page(Generic[T]):
    """One page of a list.

    Args:
        items: The items of the page that no page before had.
        total: Number of items of the whole list, or None if the server does not report it.
        number: Number of the page, counted on from `start`, or offset of its first item.
        reply: The reply that carried it.
    """

    items: list[T]
    total: int | None
    number: int
    reply: Reply


@dataclass(slots=True)
class Rows(Page[Any]):
    """A page whose items are not decoded, and where it stands in its list.

    Args:
        index: Place of the first item in the reply.
        base: Position of the first item.
        end: Position after all of them, and after those that the server left out.
        again: How many were there to be read again.
        ended: Whether the reply says that nothing follows.
        short: Whether it has fewer items than it may have.
    """

    index: int = 0
    base: int = 0
    end: int = 0
    again: int = 0
    ended: bool = False
    short: bool = False


class ListRequest:
    """A call that lists, from which the call of each page is derived.

    Args:
        sender: The client's sender.
        call: The call, without number and size of the page.
        start: First page or offset; UNSET for the first.
        page_size: Items a page; UNSET for the default.

    Raises:
        ArgumentError: `start` or `page_size` is not an integer, or too small.
    """

    def __init__(
        self, sender: Sender, call: Call, start: int | Unset = UNSET, page_size: int | Unset = UNSET
    ) -> None:
        self.sender = sender
        self.call = call
        self.operation = call.operation
        self.paging = paging = call.operation.paging or Paging("none")
        self.limit: int | None = None
        first = paging.first
        self.start = first if start is UNSET else self._integer(start, "start", first)
        self.sized = page_size is not UNSET
        self.page_size = paging.default_size
        if self.sized:
            self.page_size = self._integer(page_size, "page_size", 1)

    def refuse(self, argument: str, problem: str) -> NoReturn:
        """Raise the error for an argument of the list.

        Raises:
            ArgumentError: Always.
        """
        raise ArgumentError(argument, problem, operation=self.operation.name)

    def _integer(self, value: Any, argument: str, least: int) -> int:
        """Return an argument that is an integer.

        Raises:
            ArgumentError: It is not, or is too small.
        """
        if not is_number(value, int) or value < least or value.bit_length() > 14_000:
            self.refuse(argument, f"must be an integer >= {least}, got {shown(value)}")
        return int(value)

    def limited(self, limit: int) -> Self:
        """Return this request, ending after `limit` items at the latest.

        Raises:
            ArgumentError: `limit` is not a non-negative integer.
        """
        request = object.__new__(type(self))
        request.__dict__ |= self.__dict__  # copy() takes ten times as long
        most = self._integer(limit, "count", 0)
        request.limit = most if self.limit is None else min(most, self.limit)
        return request

    async def rows(self, number: int | None, size: int | None) -> tuple[list[Any], Reply]:
        """Return the rows of one page, and its reply.

        Args:
            number: Number of the page, its offset, or the key that it comes after; None for the
                first.
            size: Rows to ask for; None for as many as the server sends.

        Raises:
            CRMError: The call failed.
        """
        vendor = self.sender.vendor
        size = size and min(size, vendor.largest_page or size)
        names = {self.paging.number or self.paging.after: number, self.paging.size: size}
        query = {name: value for name, value in names.items() if name and value is not None}
        try:
            reply = await self.sender.reply(self.call.with_query(query))
        except StatusError as error:
            limit = vendor.page_limit(error)
            if limit is None or size is None or limit >= size:
                raise
            vendor.largest_page = limit  # for all lists of the client from now on
            return await self.rows(number, limit)
        return payload(self.operation, reply), reply

    async def count(self) -> int | None:
        """Return the number of items of the whole list, or None if the server does not count it.

        Raises:
            CRMError: The call failed.
        """
        paging = self.paging
        whole = paging.strategy == "none"  # one reply holds everything
        if not self.sender.vendor.counts or not (paging.total or whole):
            return None
        rows, reply = await self.rows(paging.first if paging.number else None, 1)
        return len(rows) if whole else _counted(member(reply.data, paging.total))


class PageIterator:
    """One run over the pages of a list that others may change meanwhile.

    Each further page is asked for so that it begins with a row that was read before. If one of its
    rows was, and is as it was, nothing has slipped past: what keeps its place and stands before
    that row has been read, and what follows it came in the same reply. If not, the run steps back,
    twice as far each time, until a page holds one. By offset that costs a row a page. By number,
    the size of the page is chosen such that its window holds the last row. Where the server decides
    on the size, the page before is read once more, after the next one. What is asked for by the key
    of the last row needs none of that.

    Args:
        request: The list.
    """

    def __init__(self, request: ListRequest) -> None:
        paging, size = request.paging, request.page_size
        self._request, self._left = request, request.limit
        self._ended = request.limit == 0
        # Positions count rows from the list's beginning; pages, where the server decides on sizes.
        self._fixed = paging.strategy == "page" and not (paging.size and size)
        self._unit = size if size and not self._fixed else 1
        scale = self._unit if paging.strategy == "page" else 1
        self._begin = (request.start - paging.first) * scale
        self._next = self._begin  # the position after what was read
        self._filled = self._begin  # the position after the last row, which a short page has before
        self._short = False  # whether the last page was short, where the server decides on sizes
        self._last: int | None = None  # the key of the last row
        self._target: int | None = None  # where a step back leads
        self._back = 1  # by how many pages the next step back leads
        self._overlap = 1  # rows by which a page may be larger than asked
        self._seen: dict[Any, int] = {}  # a hash of each row that was read, by its identity
        self._settled = False  # whether any row came again unchanged
        self._doubts = 0  # how often all rows that came again were changed
        self._unjoined: dict[Any, int] = {}  # the same of the page that did not join
        self._pages = self._read = self._idle = self._idle_rows = 0

    async def next(self) -> Rows | None:
        """Fetch the next page, its items not decoded; None after the last.

        Only the first page may be empty.

        Raises:
            PaginationError: Pages bring nothing new and do not end.
            CRMError: The call failed.
        """
        while not self._ended:
            window = await (self._fixed_window() if self._fixed else self._window())
            if self._joins(window) and self._take(window):
                return window
        return None

    # -- requests ----------------------------------------------------------------------------------

    async def _window(self) -> Rows:
        """Fetch a page that begins with the last row that was read."""
        request, paging = self._request, self._request.paging
        base = max(self._begin, self._next - 1) if self._target is None else self._target
        number, size, by_number = self._last, self._size(0), paging.strategy == "page"
        if by_number:
            number, size, base = self._by_number(base)
        elif paging.after:
            base = self._begin
        else:
            number, size = paging.first + base, self._size(self._next - base)
        try:
            rows, reply = await request.rows(number, size)
        except StatusError as error:
            larger = size is not None and size > (request.page_size or size)
            if not larger or error.status_code not in {400, 403, 422}:
                raise
            self._overlap = 0  # the server takes no page as large as that
            return await self._window()
        if paging.strategy == "offset" and request.sender.vendor.largest_page == 1:
            # A page of one row has no room for a second that is read again: that is another page.
            self._fixed, self._unit = True, 1
            if self._seen:
                return await self._fixed_window()
        total = member(reply.data, paging.total)
        filled, end = base + len(rows), base + (size if by_number and size else len(rows))
        ended = paging.strategy == "none" or total == ENDED
        # A total that the page itself, or the number of the last page, contradicts is ignored.
        last = member(reply.data, paging.last) or 0
        ended = ended or (total is not None and filled <= total <= end and last <= (number or 0))
        full = (size or 0) if by_number else len(rows)
        # Another size than asked for, unless at the end of the list, is the server's own; so it is
        # where rows follow a page that was short.
        whole = base <= self._begin and len(rows) == self._unit
        first = not self._seen or (whole and all(_key(row) in self._seen for row in rows))
        follows = by_number and self._target is None and self._begin < self._filled <= base
        own_size = len(rows) > full or (len(rows) < full and first) or follows
        if rows and not ended and own_size:
            self._begin, read = request.start - paging.first, self._next - self._begin
            self._next = self._begin + read // self._unit
            self._fixed, self._unit, self._target = True, 1, None
            return await self._fixed_window(None if self._seen else (rows, reply))
        cut = max(0, self._begin - base)
        again = max(0, self._filled - base - cut)
        short = len(rows) < size if size else self._target is None
        short = short and not (rows and by_number and total is not None and total > filled)
        place = cut, base + cut, end, again, ended, short
        return Rows(rows[cut:], _counted(total), 0, reply, *place)

    def _size(self, again: int) -> int | None:
        """Return how many rows to ask for, of which some are there to be read again."""
        request, size = self._request, self._request.page_size
        if size is None:
            return None
        if self._overlap and (self._target is None or size + again <= SAFE_PAGE_SIZE):
            size += again
        if self._left is not None and not request.sized:
            # Ask for no more than is wanted: an offset, unlike a page number, goes with any size.
            size = min(size, self._left + again)
        vendor = request.sender.vendor
        usual = max(vendor.usual_page or size, request.page_size or 0)
        return min(size, vendor.largest_page or usual)

    def _by_number(self, base: int) -> tuple[int, int, int]:
        """Return number, size and position of a page that holds the last row and reaches back."""
        size, last = self._unit, self._next - 1
        place = base // size
        if self._next > self._begin:
            least = max(1, size // 2) if self._target is None else 1
            sizes = range(least, max(size, SAFE_PAGE_SIZE) + 1)
            ends = {n: (last // n + 1) * n for n in sizes if last // n * n <= base}
            if ends:
                # As many new rows as were asked for, or else as many as can be.
                wanted = self._next + size
                size = min(ends, key=lambda n: (ends[n] < wanted, abs(ends[n] - wanted)))
                place = last // size
        return self._request.paging.first + place, size, place * size

    async def _fixed_window(self, fetched: tuple[list[Any], Reply] | None = None) -> Rows:
        """Fetch the next page of a server that decides on the size, then the one before again."""
        request, paging = self._request, self._request.paging
        base = self._next if self._target is None else self._target
        number = paging.first + base
        rows, reply = fetched or await request.rows(number, request.page_size)
        before: list[Any] = []
        again = int(base > self._begin and (bool(rows) or not self._short))
        if again:
            before, _ = await request.rows(number - 1, request.page_size)
        most = request.sender.vendor.largest_page or request.page_size or 0
        self._short = 0 < len(rows) < min(most, request.page_size or 0)
        last, again = member(reply.data, paging.last), max(again, len(before))
        ended = last is not None and last <= number
        place = -len(before), base, base + bool(rows), again, ended, not rows
        total = _counted(member(reply.data, paging.total))
        return Rows(before + rows, total, 0, reply, *place)

    # -- replies -----------------------------------------------------------------------------------

    def _joins(self, window: Rows) -> bool:
        """Return whether rows follow what was read without a gap; if not, prepare to step back."""
        if not self._seen:
            return True
        hashes = {_key(row): _hash(row) for row in window.items}
        same = any(self._seen.get(key) == value for key, value in hashes.items())
        self._settled = self._settled or same
        earlier, self._unjoined = self._unjoined, hashes
        again = earlier.keys() & hashes.keys()
        if again and not self._settled and all(earlier[key] != hashes[key] for key in again):
            self._doubts += 1  # perhaps rows differ with every request
        by_id = self._doubts > 1 and not self._seen.keys().isdisjoint(hashes)
        is_after_all = not window.items and not window.again
        if same or by_id or is_after_all or window.base <= self._begin:
            self._target, self._back, self._unjoined = None, 1, {}
            return True
        self._target = max(self._begin, window.base - self._back * self._unit)
        self._back *= 2
        return False

    def _take(self, window: Rows) -> bool:
        """Leave only new rows in a window, and return whether it is to be handed out."""
        request, rows = self._request, window.items
        # Rows of a list of one page need not be remembered.
        unseen, index = self._unseen(rows, remember=not window.ended or bool(self._seen))
        self._next = window.end
        self._filled = window.end if self._fixed else window.base + len(rows)
        self._last = member(rows[-1], (request.paging.by,)) if rows else None
        nothing_follows = not unseen and window.short and len(rows) <= window.again
        repeats = not unseen and len(rows) > window.again  # not even where the list is to end
        self._ended = nothing_follows or (window.ended and not repeats)
        if unseen:
            self._idle = self._idle_rows = 0
        elif not self._ended:
            self._idle_on(rows)
        window.items = self._wanted(unseen)
        if not window.items and self._pages:
            return False
        window.number = request.start + self._pages
        if request.paging.strategy == "offset":
            window.number = request.paging.first + window.base + index
        window.index = max(0, window.index + index)
        self._pages += 1
        return True

    def _wanted(self, rows: list[Any]) -> list[Any]:
        """Return no more rows than are wanted, and count them."""
        rows = rows[: self._left]
        if self._left is not None:
            self._left -= len(rows)
            self._ended = self._ended or not self._left
        self._read += len(rows)
        return rows

    def _unseen(self, rows: list[Any], *, remember: bool) -> tuple[list[Any], int]:
        """Return the rows that were not read yet, and the place of the first; remember them all."""
        unseen: list[Any] = []
        first, before = len(rows), self._seen.keys() & {_key(row) for row in rows}
        for place, row in enumerate(rows):
            key = _key(row)
            # Rows without an id are told apart by what they hold, but not within one page.
            if key not in self._seen or (type(key) is tuple and key not in before):
                unseen.append(row)
                first = min(first, place)
            self._seen[key] = _hash(row) if remember else 0
        return unseen, first if unseen else 0

    def _idle_on(self, rows: list[Any]) -> None:
        """Count a page that brought nothing new."""
        self._idle += 1
        self._idle_rows += len(rows)
        if self._idle >= MOST_IDLE_PAGES or self._idle_rows > MOST_IDLE_ROWS:
            paging, at = self._request.paging, self._begin + self._read
            if paging.strategy == "page":
                at = self._next - self._idle if self._fixed else at // self._unit
            problem = f"{self._idle} pages in a row brought nothing new, and the list does not end"
            raise PaginationError(
                problem, self._read, paging.first + at, self._request.operation.name
            )


class PagerBase(Generic[T]):
    """What sync and async pagers share.

    Args:
        request: The list.
        decode: Turns rows into items.
    """

    def __init__(self, request: ListRequest, decode: Callable[[Any], list[T]]) -> None:
        self._request = request
        self._decode = decode

    def __repr__(self) -> str:
        limit = self._request.limit
        text = "" if limit is None else f", at most {limit} items"
        return f"<{type(self).__name__} of {self._request.operation.name}{text}>"

    def __bool__(self) -> NoReturn:
        problem = "a list has no truth value before it is read: use first() is None, or count()"
        raise TypeError(problem)

    def take(self, count: int) -> Self:
        """Return a pager that ends after `count` items and fetches no page beyond them.

        Raises:
            ArgumentError: `count` is not a non-negative integer.
        """
        return type(self)(self._request.limited(count), self._decode)

    def _run(self) -> PageIterator:
        """Return a new run over the pages."""
        return PageIterator(self._request)

    def _items(self, page: Rows) -> Iterator[T]:
        """Yield the items of a page, decoded a few at a time."""
        for begin in range(0, len(page.items), CHUNK):
            rows, place = page.items[begin : begin + CHUNK], page.index + begin
            items: Iterable[T]
            try:
                items = self._decoded(page, rows, place)
            except DecodeError:  # in one of the rows; yield those before it first
                each = (self._decoded(page, [row], n) for n, row in enumerate(rows, place))
                items = chain.from_iterable(each)
            yield from items

    def _page(self, page: Rows) -> Page[T]:
        """Return a page with all its items decoded."""
        items = self._decoded(page, page.items, page.index)
        return Page(items, page.total, page.number, page.reply)

    def _decoded(self, page: Rows, rows: list[Any], place: int) -> list[T]:
        """Return the items of some rows of a page, the first of which is at a place."""
        return decoded(self._request.operation, page.reply, self._decode, rows, place)


class Pager(PagerBase[T]):
    """A lazy list of a sync client: no request before it is iterated; every iteration asks anew.

    Args:
        request: The list.
        decode: Turns rows into items.
    """

    def __iter__(self) -> Iterator[T]:
        pages = self._run()
        while (page := drive(pages.next())) is not None:
            yield from self._items(page)
            del page  # so that no two pages are in memory while the next is fetched

    def pages(self) -> Iterator[Page[T]]:
        """Iterate over whole pages, with `items`, `total` (or None), `number` and `reply`."""
        pages = self._run()
        while (page := drive(pages.next())) is not None:
            yield self._page(page)

    def first(self) -> T | None:
        """Return the first item, or None of an empty list."""
        return next(iter(self.take(1)), None)

    def collect(self) -> list[T]:
        """Return all items in a list."""
        return list(self)

    def count(self) -> int | None:
        """Return the number of items of the whole list, whatever `take` or `start`, by one request.

        None where the server does not count them.
        """
        return drive(self._request.count())


class _Loop(Generic[T]):
    """What `async for` reads: `break` closes the generator, which else is left to the event loop.

    Trio warns of those. Between two items there is nothing in it to be awaited.
    """

    def __init__(self, generator: AsyncGenerator[T]) -> None:
        self._generator = generator
        self.aclose = generator.aclose

    def __aiter__(self) -> Self:
        return self

    def __anext__(self) -> Awaitable[T]:
        return self._generator.__anext__()

    def __del__(self) -> None:
        with suppress(RuntimeError):  # the loop has ended while a page was under way
            drive(self._generator.aclose())


class AsyncPager(PagerBase[T]):
    """A lazy list of an async client: no request before it is iterated; each asks anew.

    Args:
        request: The list.
        decode: Turns rows into items.
    """

    def __aiter__(self) -> AsyncIterator[T]:
        return _Loop(self._each())

    async def _each(self) -> AsyncGenerator[T]:
        pages = self._run()
        while (page := await pages.next()) is not None:
            for item in self._items(page):
                yield item
            del page

    def pages(self) -> AsyncIterator[Page[T]]:
        """Iterate over whole pages, with `items`, `total` (or None), `number` and `reply`."""
        return _Loop(self._each_page())

    async def _each_page(self) -> AsyncGenerator[Page[T]]:
        pages = self._run()
        while (page := await pages.next()) is not None:
            yield self._page(page)

    async def first(self) -> T | None:
        """Return the first item, or None of an empty list."""
        items = await self.take(1).collect()  # collect(), as a generator would be left half-run
        return items[0] if items else None

    async def collect(self) -> list[T]:
        """Return all items in a list."""
        return [item async for item in self]

    async def count(self) -> int | None:
        """Return the number of items of the whole list, whatever `take` or `start`, by one request.

        None where the server does not count them.
        """
        return await self._request.count()


def _key(row: Any) -> Any:
    """Return the identity of a row: its id, or a hash of all that it holds."""
    id = row.get("id") if type(row) is dict else None
    if type(id) in {str, int}:
        return id
    try:
        return (hash(repr(row)),)
    except RecursionError:  # it is nested too deeply
        return (0,)


def _hash(row: Any) -> int:
    """Return a hash of all that a list may be sorted by."""
    if type(row) is not dict:
        return 0
    plain = [value for value in row.values() if type(value) is not dict and type(value) is not list]
    return hash(tuple(plain)) & 0xFFFFFFFF  # a small int


def _counted(total: int | None) -> int | None:
    return total if total is not None and total >= 0 else None  # negative: it was not counted


def member(tree: Any, path: tuple[str, ...] | None) -> int | None:
    """Return an integer that a reply has at a path, such as the total; None if it has none."""
    for name in path or ():
        tree = tree.get(name) if isinstance(tree, dict) else None
    return tree if path and type(tree) is int else None
