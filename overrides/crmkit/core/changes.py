"""Records that changed since a datetime or a cursor: `crm.contacts.changes(since)`.

A server stamps a change before others can see it. So what is younger than `settle` seconds by the
server's own clock is left to the next run: no change that becomes visible within that time is lost.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from copy import copy
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, TypeVar

from . import paging
from .codec.datetimes import to_utc
from .errors import DecodeError, PaginationError, shown, type_name
from .options import is_number
from .sender import misformed
from .types import UNSET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .call import Call
    from .reply import Reply
    from .sender import Sender

T = TypeVar("T")


class Position(NamedTuple):
    """A place in the order of changes.

    Args:
        time: A time of change.
        id: Id of the record that was handed out last of those that changed then; None for none.
    """

    time: datetime
    id: int | str | None

    @property
    def place(self) -> tuple[Any, ...]:
        """The sort key of a position; an id of None sorts before all records of its second."""
        return (self.time, self.id is not None, isinstance(self.id, str), self.id)


class ChangesRequest(paging.ListRequest):
    """A list of what has changed.

    Args:
        sender: The client's sender.
        call: The call of the whole list.
        identity: That call without what may differ between two runs with one cursor.
        since: An aware datetime or a cursor.
        settle: Seconds that a change has to be old.
        page_size: Records a page; UNSET for the default.

    Raises:
        ArgumentError: An argument is not possible, or the cursor is of another list.
    """

    def __init__(
        self,
        sender: Sender,
        call: Call,
        identity: Call,
        since: datetime | str,
        settle: float,
        page_size: Any = UNSET,
    ) -> None:
        super().__init__(sender, call, UNSET, page_size)
        self.order: Any = self.paging.changes  # only lists that have it get a `changes` method
        self._origin = [
            _digest([sender.vendor.name, sender.settings.base_url]),
            _digest([self.operation.name, identity.path]),
            _digest([identity.query, identity.own_query]),
        ]
        if not is_number(settle, (int, float)) or not 0 <= settle < 1e9:
            self.refuse("settle", f"must be a number of seconds >= 0, got {shown(settle)}")
        self.settle = timedelta(seconds=settle)
        self.until: datetime | None = None  # up to when changes have settled
        self._is_cursor = isinstance(since, str)
        self.since = (
            self._position_of(since) if isinstance(since, str) else self._position_at(since)
        )

    def _position_at(self, since: Any) -> Position:
        if not isinstance(since, datetime):
            self.refuse("since", f"expected an aware datetime or a cursor, got {type_name(since)}")
        if since.utcoffset() is None:
            self.refuse("since", f"must be an aware datetime, got {shown(since)}")
        # The first reply tells whether it lies in the future, by the server's clock.
        return Position(to_utc(since, "since").replace(microsecond=0), None)

    def _position_of(self, cursor: str) -> Position:
        try:
            text = urlsafe_b64decode(cursor[8:]).decode()
            content: Any = json.loads(text) if _cursor(text) == cursor else ()
            seconds, id, *origin = content
            position = Position(datetime.fromtimestamp(seconds, UTC), id)
        except (ValueError, TypeError, OverflowError, OSError):
            self.refuse("since", "is not a cursor, or not as changes() returned it")
        parts = ("CRM", "list", "filter")
        for name, own, other in zip(parts, self._origin, origin, strict=False):
            if own != other:
                self.refuse("since", f"the cursor belongs to another {name}")
        return position

    def cursor(self, position: Position) -> str:
        """Return a position as a string to be stored."""
        content = [int(position.time.timestamp()), position.id, *self._origin]
        return _cursor(json.dumps(content, separators=(",", ":")))

    def after(self, position: Position) -> Call:
        """Return the call that lists what comes after a position."""
        time, id = f"{position.time:{self.order.time_format}}", position.id or ""
        return self.call.with_query(
            {name: text.format(time=time, id=id) for name, text in self.order.after}
        )

    def _settled(self, reply: Reply) -> datetime:
        """Return the time up to which changes have settled, by the server's clock.

        Raises:
            ArgumentError: The changes are to begin in the future.
            DecodeError: The reply does not show the server's clock.
        """
        try:
            now = parsedate_to_datetime(reply.headers.get("Date", "")).astimezone(UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            error = DecodeError(
                "the reply has no Date header, from which the server's clock is read"
            )
            raise misformed(error, self.operation, reply) from None
        if not self._is_cursor and self.since.time > now + self.settle:
            self.refuse("since", f"lies in the future: {self.since.time}, the server has {now}")
        return now - self.settle

    async def rows(self, number: Any, size: int | None) -> tuple[list[Any], Reply]:
        """Fetch rows as a list does, and note up to when changes have settled."""
        rows, reply = await super().rows(number, size)
        self.until = self.until or self._settled(reply)
        return rows, reply

    def position(self, row: Any) -> Position | None:
        """Return the position of a row; None if it does not say when it was changed."""
        try:
            time, id = datetime.fromisoformat(row[self.order.time]), row["id"]
            time = time.replace(tzinfo=time.tzinfo or UTC, microsecond=0).astimezone(UTC)
        except (KeyError, ValueError, TypeError, OverflowError):
            return None
        return Position(time, id) if type(id) in {int, str} else None

    async def count(self) -> int | None:
        """Return how many records have changed, settled or not; None if the server cannot say.

        Raises:
            CRMError: The call failed.
        """
        if not self.order.after:
            return None
        request = copy(self)
        request.call = self.after(self.since)
        return await super(ChangesRequest, request).count()


class ChangeIterator(paging.PageIterator):
    """One run over what has changed, oldest change first.

    Where the server can filter, each page is asked for by the time and id of the record before it,
    so that no page depends on how many others there are. Where it can only sort, the newest come
    first: the run reads down to where it begins, and holds what it finds.

    Args:
        request: The list.
    """

    def __init__(self, request: ChangesRequest) -> None:
        super().__init__(request)
        self._changes = copy(request)
        self._query = dict(request.order.query)
        self._position: Position = request.since
        self._same_time: set[Any] = set()

    async def next(self) -> paging.Rows | None:
        """Fetch the next page; None after the last. See `PageIterator.next`."""
        while not self._ended:
            rows, reply = await (
                self._oldest_first() if self._changes.order.after else self._newest_first()
            )
            rows = self._wanted(rows)
            if rows or not self._pages:
                self._pages += 1
                return paging.Rows(rows, None, self._pages, reply)
        return None

    async def _oldest_first(self) -> tuple[list[Any], Reply]:
        request, size = self._changes, self._changes.page_size
        if self._left is not None and size is not None and not request.sized:
            size = min(size, self._left)
        request.call = request.after(self._position).with_query(self._query)
        rows, reply = await request.rows(request.paging.first, size)
        until: Any = request.until
        new: list[Any] = []
        for row in rows:
            position = request.position(row)
            if position is None:
                self._fail(f"a record comes without its id or without {request.order.time}")
            if position.time < self._position.time:
                self._fail(f"the server does not sort and filter by {request.order.time}")
            if position.time > until:
                self._ended = True  # neither this record nor those after it have settled
                break
            if position.time > self._position.time:
                self._same_time.clear()
            self._position = position
            if position.id not in self._same_time and position != request.since:
                self._same_time.add(position.id)
                new.append(row)
        self._idle = 0 if new else self._idle + 1
        total = paging.member(reply.data, request.paging.total)
        nothing_follows = total == paging.ENDED or (total is not None and 0 <= total <= len(rows))
        self._ended = self._ended or not rows or nothing_follows
        if self._idle >= paging.MOST_IDLE_PAGES and not self._ended:
            self._fail(f"{self._idle} pages in a row brought nothing new")
        return new, reply

    async def _newest_first(self) -> tuple[list[Any], Any]:
        request, since, reply = self._changes, self._changes.since, None
        changed: dict[Any, tuple[Position, Any]] = {}
        request.call, request.limit = request.call.with_query(self._query), None
        pages = paging.PageIterator(request)
        while not self._ended and (page := await pages.next()) is not None:
            reply, until = page.reply, request.until
            before = datetime.max.replace(tzinfo=UTC)
            for row in page.items:
                position = request.position(row)
                if position is None or position.time < since.time:
                    self._ended = True  # rows without a time come last
                    break
                if position.time > before:
                    self._fail(f"the server does not sort by {request.order.time}")
                before = position.time
                if until and position.time <= until and position.place > since.place:
                    changed[position.id] = position, row
        self._ended = True
        return [row for _, row in sorted(changed.values(), key=lambda item: item[0].place)], reply

    def _fail(self, problem: str) -> NoReturn:
        raise PaginationError(problem, self._read, self._pages, self._changes.operation.name)


class _Changes(paging.PagerBase[T]):
    _request: ChangesRequest

    def __init__(self, request: ChangesRequest, decode: Callable[[Any], list[T]]) -> None:
        super().__init__(request, decode)
        self._position = request.since

    @property
    def cursor(self) -> str:
        """Where to go on: pass it as `since` to the next run, and nothing is lost or repeated.

        It moves with each item that is handed out, so store it when the item is dealt with.
        """
        return self._request.cursor(self._position)

    def _run(self) -> paging.PageIterator:
        self._position = self._request.since
        return ChangeIterator(self._request)

    def _items(self, page: paging.Rows) -> Iterator[T]:
        for row, item in zip(page.items, super()._items(page), strict=True):
            self._position = self._request.position(row) or self._position
            yield item

    def _page(self, page: paging.Rows) -> paging.Page[T]:
        decoded = super()._page(page)
        for row in page.items[-1:]:
            self._position = self._request.position(row) or self._position
        return decoded


class Changes(_Changes[T], paging.Pager[T]):
    """The records that have changed, oldest change first, of a sync client; as lazy as a `Pager`.

    Args:
        request: The list.
        decode: Turns rows into items.
    """


class AsyncChanges(_Changes[T], paging.AsyncPager[T]):
    """The records that have changed, oldest change first, of an async client; see `Changes`.

    Args:
        request: The list.
        decode: Turns rows into items.
    """


def _cursor(text: str) -> str:
    return _digest(text) + urlsafe_b64encode(text.encode()).decode()


def _digest(content: Any) -> str:
    return sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()[:8]
