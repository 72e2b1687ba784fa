"""Lists: limit, page and order, and the envelope around their pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from crmkit_mock.messages import Reply, json_reply
from crmkit_mock.monica.errors import BAD_QUERY, BAD_SORT, LIMIT_TOO_BIG, numbered, plain

if TYPE_CHECKING:
    from crmkit_mock.messages import Refusal
    from crmkit_mock.monica.call import Call, Tree
    from crmkit_mock.monica.records import Row

T = TypeVar("T")

DEFAULT_LIMIT = 15
BIGGEST_LIMIT = 100
#: Names by which any request may ask for an order, whether its table has them or not.
SORTS = frozenset({"created_at", "updated_at", "completed_at", "called_at", "favorited_at"})
COMMON_COLUMNS = frozenset({"created_at", "updated_at"})

_NUMBER = re.compile(r"[+-]?[0-9]{1,18}(?:\.[0-9]*)?", re.ASCII)
_PAGE = re.compile(r"\+?0*([1-9][0-9]{0,17})", re.ASCII)
#: Pages that the bar of page links shows on each side of the current one.
_BESIDE = 3


def check_limit_and_sort(call: Call) -> None:
    """Refuse a limit or an order that does not exist, which every route does, lists or not.

    Raises:
        Refusal: 400, code 39 or 30.
    """
    query = call.query
    if not query:
        return
    if "sort" in query:
        sort = query["sort"]
        if not isinstance(sort, str) or sort.removeprefix("-") not in SORTS:
            raise numbered(BAD_SORT)
    limit = query.get("limit")
    if limit is not None and (
        not isinstance(limit, str) or not _NUMBER.fullmatch(limit) or int(float(limit)) > 100
    ):
        raise numbered(LIMIT_TOO_BIG)


def limit_of(call: Call) -> int:
    """Return how many rows a page has: 15 if nothing, or 0, is said.

    Raises:
        Refusal: the limit is negative, which the database refuses.
    """
    said = call.query.get("limit")
    limit = int(float(said)) if said else 0
    if limit < 0:
        # Code 40 means a database error; a refusal by code 30 is what a check would give.
        raise numbered(BAD_QUERY) if call.faithful else numbered(LIMIT_TOO_BIG)
    return limit or DEFAULT_LIMIT


def sort_of(call: Call, columns: frozenset[str] = COMMON_COLUMNS, *, bare: bool = False) -> str:
    """Return the order that was asked for, created_at if none was.

    Args:
        call: The call.
        columns: Columns of the table.
        bare: Whether the server lets the database's error through as it is.

    Raises:
        Refusal: the table has no such column.
    """
    sort: str = call.query.get("sort", "created_at")
    if sort.removeprefix("-") in columns:
        return sort
    raise _no_column(sort, bare=bare) if call.faithful else numbered(BAD_SORT)


def _no_column(sort: str, *, bare: bool) -> Refusal:
    if bare:
        return plain(500, f"Unknown column '{sort.removeprefix('-')}' in 'order clause'")
    return numbered(BAD_QUERY)


@cache
def order_by(
    sort: str, keep: Callable[[Row], bool] | None = None
) -> Callable[[list[Row]], list[int]]:
    """Return the function that gives the ids of rows in an order.

    Rows of the same moment come in the order of their ids (assumption: the database promises
    none). Null comes before all else.

    Args:
        sort: Column, a minus before it for the reverse.
        keep: Which rows count; None: all.
    """
    column = sort.removeprefix("-")
    descending = sort.startswith("-")

    def ids(rows: list[Row]) -> list[int]:
        kept = [row for row in rows if keep is None or keep(row)]
        kept.sort(key=lambda row: row["id"])
        kept.sort(key=lambda row: row[column] or "", reverse=descending)
        return [row["id"] for row in kept]

    return ids


def sorted_rows(rows: list[Row], sort: str) -> list[Row]:
    """Return rows in an order."""
    by_id = {row["id"]: row for row in rows}
    return [by_id[id] for id in order_by(sort)(rows)]


def page_of(
    call: Call,
    everything: Sequence[T],
    shape: Callable[[T], Tree],
    **more: Any,
) -> Reply:
    """Return the reply that shows one page of a list.

    Args:
        call: The call, whose query says which page.
        everything: All that the list has.
        shape: Builds what the page shows of an item.
        more: Further members of `meta`.
    """
    limit = limit_of(call)
    said = call.query.get("page")
    found = _PAGE.fullmatch(said) if isinstance(said, str) else None
    page = int(found[1]) if found else 1
    items = everything[(page - 1) * limit : page * limit]
    first = (page - 1) * limit + 1
    links, meta = _links_and_meta(call, page, limit, len(everything))
    meta["from"] = first if items else None
    meta["to"] = first + len(items) - 1 if items else None
    data = [shape(item) for item in items]
    meta.update(more)
    return json_reply(200, {"data": data, "links": links, "meta": meta})


def _links_and_meta(call: Call, page: int, limit: int, total: int) -> tuple[Tree, Tree]:
    path = f"{call.base_url}{call.request.path.rstrip('/')}"
    last = max(1, -(-total // limit))

    def link(number: int) -> str:
        # The server forgets limit, order and everything else in the links of a list.
        return f"{path}?page={number}"

    previous = link(page - 1) if page > 1 else None
    following = link(page + 1) if page < last else None
    bar = [{"url": previous, "label": "❮ Previous", "active": False}]  # noqa: RUF001 - Monica's arrow
    for shown in _bar(page, last):
        url = None if shown is None else link(shown)
        label = "..." if shown is None else str(shown)
        bar.append({"url": url, "label": label, "active": shown == page})
    bar.append({"url": following, "label": "Next ❯", "active": False})  # noqa: RUF001 - Monica's arrow
    links = {"first": link(1), "last": link(last), "prev": previous, "next": following}
    meta = {
        "current_page": page,
        "from": None,
        "last_page": last,
        "links": bar,
        "path": path,
        "per_page": limit,
        "to": None,
        "total": total,
    }
    return links, meta


def _bar(page: int, last: int) -> list[int | None]:
    """Return the numbers that the bar of page links shows, None for a gap.

    Recorded: the bar of a first page of many (seq 491). Assumption: elsewhere in a long list.
    """
    window = _BESIDE + 4
    if last < _BESIDE * 2 + 8:
        return [*range(1, last + 1)]
    if page <= window:
        return [*range(1, window + _BESIDE + 1), None, last - 1, last]
    if page > last - window:
        return [1, 2, None, *range(last - window - _BESIDE + 1, last + 1)]
    return [1, 2, None, *range(page - _BESIDE, page + _BESIDE + 1), None, last - 1, last]
