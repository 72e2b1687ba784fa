"""Lists: limit, page, order, and the envelope around a page."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from crmkit_mock.messages import Reply, json_reply, row_reply
from crmkit_mock.monica.errors import (
    BAD_QUERY,
    BAD_SORT,
    LIMIT_TOO_BIG,
    error_with_code,
    framework_error,
)
from crmkit_mock.monica.php_types import is_numeric, to_number
from crmkit_mock.rows import RowPage

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from crmkit_mock.messages import Refusal
    from crmkit_mock.monica.records import Record
    from crmkit_mock.monica.session import Session, Tree
    from crmkit_mock.shelves import Index

T = TypeVar("T")

DEFAULT_LIMIT = 15
MAX_LIMIT = 100
#: Orders that any request may ask for, whether its table has the columns or not.
SORTS = frozenset({"created_at", "updated_at", "completed_at", "called_at", "favorited_at"})
COMMON_COLUMNS = frozenset({"created_at", "updated_at"})

_PAGE = re.compile(r"\+?0*([1-9][0-9]{0,17})", re.ASCII)
#: The database's error about a negative limit, cut before its query.
_SYNTAX_ERROR = (
    "SQLSTATE[42000]: Syntax error or access violation: 1064 You have an error in your SQL syntax; "
    "check the manual that corresponds to your MariaDB server version for the right syntax to use "
    "near '' at line 1"
)
#: Number of page links on each side of the current page.
_BESIDE = 3


def check_limit_and_sort(session: Session) -> None:
    """Refuse an invalid limit or order, as every route does, also where it is not a list.

    Raises:
        Refusal: 400, code 39 or 30.
    """
    query = session.sent
    if not query:
        return
    if "sort" in query:
        sort = query["sort"]
        if not isinstance(sort, str) or sort.removeprefix("-") not in SORTS:
            raise error_with_code(BAD_SORT)
    if _limit(query.get("limit")) > MAX_LIMIT:
        raise error_with_code(LIMIT_TOO_BIG)


def _limit(value: object) -> float:
    """Return the number that a limit means, as the server compares it; 0 for none."""
    if value is None:
        return 0
    if is_numeric(value) or isinstance(value, bool):
        return to_number(value)
    # Of what is not a number, the characters are compared.
    if isinstance(value, str) and value <= str(MAX_LIMIT):
        return math.nan
    return math.inf


def sort_of(
    session: Session, columns: frozenset[str] = COMMON_COLUMNS, *, raw_crash: bool = False
) -> str:
    """Return the order that was asked for, `created_at` by default.

    Args:
        session: The session.
        columns: Columns of the table.
        raw_crash: Whether the server passes the database's error on as it is.

    Raises:
        Refusal: the table has no such column.
    """
    sort: str = session.sent.get("sort", "created_at")
    if sort.removeprefix("-") in columns:
        return sort
    if not session.faithful_crashes:
        raise error_with_code(BAD_SORT)
    raise _unknown_column(sort) if raw_crash else error_with_code(BAD_QUERY)


def _unknown_column(sort: str) -> Refusal:
    column = sort.removeprefix("-")
    message = f"SQLSTATE[42S22]: Column not found: 1054 Unknown column '{column}' in 'ORDER BY'"
    return framework_error(500, message)


@dataclass(frozen=True, slots=True)
class _Page:
    """The page that a request asks for.

    Attributes:
        number: Its number, from 1.
        limit: How many items a page has.
        exact_limit: The same as it was asked for; pages are counted by it.
    """

    number: int
    limit: int
    exact_limit: float

    @property
    def offset(self) -> int:
        """Number of items before the page."""
        return int((self.number - 1) * self.exact_limit)


def _requested_page(session: Session, total: int, *, raw_crash: bool) -> _Page:
    """Return the page that a request asks for; what is not a positive number counts as page 1.

    Raises:
        Refusal: the limit is negative or not a number, which crashes the database.
    """
    limit = _limit(session.sent.get("limit"))
    if math.isnan(limit) or (limit < 0 and total):
        if not session.faithful_crashes:
            # Code 30 is what a check would answer.
            raise error_with_code(LIMIT_TOO_BIG)
        if math.isnan(limit):
            raise framework_error(500, "A non-numeric value encountered")
        raise framework_error(500, _SYNTAX_ERROR) if raw_crash else error_with_code(BAD_QUERY)
    number = session.sent.get("page")
    match = _PAGE.fullmatch(str(number)) if isinstance(number, str | int) else None
    exact = limit if int(limit) else DEFAULT_LIMIT
    return _Page(int(match[1]) if match else 1, int(exact), exact)


def index_page_reply(
    session: Session,
    kind: str,
    index: Index,
    key: Hashable,
    serialize: Callable[[Record], Tree],
    *,
    shape: Hashable = None,
    raw_crash: bool = False,
    **meta: Any,
) -> Reply:
    """Return the reply with one page of the records that an index has under a key.

    Args:
        session: The session, whose query says which page.
        kind: Kind of the records.
        index: The index.
        key: The key.
        serialize: Builds the response object of a record.
        shape: What tells the objects from those that other lists show of the same records, so that
            they are built once and kept; None: they are built each time.
        raw_crash: Whether the server passes the database's errors on as they are.
        meta: Further members of `meta`.
    """
    account = session.account.id
    total = session.records.count_of(kind, account, index, key)
    page = _requested_page(session, total, raw_crash=raw_crash)
    records = session.records.select(
        kind, account, index, key, limit=page.limit, offset=page.offset
    )
    if shape is None:
        data = [serialize(record) for record in records]
        return json_reply(200, _envelope(session, page, data, total, meta))

    def render(record: Record) -> Tree:
        # So that whatever the row is made of is read for it, and noted.
        session.short_contacts.clear()
        return serialize(record)

    rows = [
        session.records.row((kind, record["id"], account, shape), record, render)
        for record in records
    ]
    envelope = _envelope(session, page, rows, total, meta)
    return row_reply(RowPage({**envelope, "data": []}, "data", rows))


def page_reply(
    session: Session,
    items: Sequence[T],
    serialize: Callable[[T], Tree],
    *,
    raw_crash: bool = False,
    **meta: Any,
) -> Reply:
    """Return the reply with one page of a sequence.

    Args:
        session: The session, whose query says which page.
        items: All items of the list.
        serialize: Builds the response object of an item.
        raw_crash: Whether the server passes the database's errors on as they are.
        meta: Further members of `meta`.
    """
    page = _requested_page(session, len(items), raw_crash=raw_crash)
    data = [serialize(item) for item in items[page.offset : page.offset + page.limit]]
    return json_reply(200, _envelope(session, page, data, len(items), meta))


def _envelope(
    session: Session, page: _Page, data: Sequence[object], total: int, more_meta: Tree
) -> Tree:
    url = f"{session.base_url}{session.request.path.rstrip('/')}"
    last = max(1, math.ceil(total / page.exact_limit))

    def link(number: int) -> str:
        # The server leaves limit, order and all else out of the links of a list.
        return f"{url}?page={number}"

    previous = link(page.number - 1) if page.number > 1 else None
    following = link(page.number + 1) if page.number < last else None
    bar = [{"url": previous, "label": "❮ Previous", "active": False}]  # noqa: RUF001 - Monica's arrow
    for number in _linked_pages(page.number, last):
        target = None if number is None else link(number)
        label = "..." if number is None else str(number)
        bar.append({"url": target, "label": label, "active": number == page.number})
    bar.append({"url": following, "label": "Next ❯", "active": False})  # noqa: RUF001 - Monica's arrow
    links = {"first": link(1), "last": link(last), "prev": previous, "next": following}
    meta = {
        "current_page": page.number,
        "from": page.offset + 1 if data else None,
        "last_page": last,
        "links": bar,
        "path": url,
        "per_page": page.limit,
        "to": page.offset + len(data) if data else None,
        "total": total,
        **more_meta,
    }
    return {"data": data, "links": links, "meta": meta}


def _linked_pages(page: int, last: int) -> list[int | None]:
    """Return the numbers of the page links, None for a gap.

    Recorded: the links of a first page of many (seq 491). Assumption: elsewhere in a long list.
    """
    window = _BESIDE + 4
    if last < _BESIDE * 2 + 8:
        return [*range(1, last + 1)]
    if page <= window:
        return [*range(1, window + _BESIDE + 1), None, last - 1, last]
    if page > last - window:
        return [1, 2, None, *range(last - window - _BESIDE + 1, last + 1)]
    return [1, 2, None, *range(page - _BESIDE, page + _BESIDE + 1), None, last - 1, last]
