"""Lists of servers that answer wrongly: all of the list comes, or an error; never without end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from crmkit import PaginationError
from tests.clients.harness import both
from tests.clients.list_model import PAGINGS, collected, pager_of

ROWS: list[dict[str, Any]] = [{"id": number, "name": f"Row {number}"} for number in range(1, 31)]
FORMS = ["offset", "page", "page without total", "key"]
Query = dict[str, int]
Body = dict[str, Any]


def right(query: Query, rows: list[Any]) -> Body:
    """Answer as a server should."""
    size = query["size"]
    offset = query.get("offset", (query.get("page", 1) - 1) * size)
    if "after" in query:
        rows = [row for row in rows if row.get("id", 99) > query["after"]]
    last = max(1, -(-len(rows) // size))
    return {"list": rows[offset : offset + size], "total": len(rows), "last": last}


class Wrong(httpx.BaseTransport):
    """A server that answers wrongly.

    Args:
        answer: Returns the body of a reply to a query, or to the query of a later request.
    """

    def __init__(self, answer: Callable[[Query, int], Body]) -> None:
        self.answer = answer
        self.requests = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer."""
        query = {name: int(value) for name, value in request.url.params.items()}
        self.requests += 1
        assert self.requests < 60, "no end"
        return httpx.Response(200, json=self.answer(query, self.requests), request=request)


def without_ids(query: Query) -> Body:
    """Answer with rows that have no id."""
    return right(query, [{"name": row["name"]} for row in ROWS])


COMPLETE: dict[str, Callable[[Query, int], Body]] = {
    "right": lambda query, _: right(query, ROWS),
    "a total that is too large": lambda query, _: {
        **right(query, ROWS),
        "total": 1000,
        "last": 100,
    },
    "a total that is too small": lambda query, _: {**right(query, ROWS), "total": 3, "last": 9},
    "a total that shrinks": lambda query, n: {**right(query, ROWS), "total": max(1, 50 - 9 * n)},
    "a total of -1": lambda query, _: {**right(query, ROWS), "total": -1},
    "a total that is no number": lambda query, _: {
        **right(query, ROWS),
        "total": "30",
        "last": None,
    },
    "rows without ids": lambda query, _: without_ids(query),
    "ids that are no ids": lambda query, _: right(query, [{**row, "id": [1]} for row in ROWS]),
    "some rows without ids": lambda query, _: right(
        query, [row if row["id"] % 3 else {"name": row["name"]} for row in ROWS]
    ),
    "a size of its own": lambda query, _: right({**query, "size": 7}, ROWS),
    "a size that is limited": lambda query, _: right(
        {**query, "size": min(query["size"], 6)}, ROWS
    ),
}


WITHOUT_KEYS = {"rows without ids", "ids that are no ids"}
"""Where nothing can be asked for by the key of the last row."""


@both
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("case", COMPLETE)
def test_list_is_complete_all_the_same(form: str, case: str, asynchronous: bool) -> None:
    """What can be read in spite of a wrong answer comes once, in order."""
    if form == "key" and case == "some rows without ids":
        return  # which rows come after a key, only rows with keys can say
    for size in (4, 10, 25, 40):
        server = Wrong(COMPLETE[case])
        if form == "key" and case in WITHOUT_KEYS and size < len(ROWS):
            with pytest.raises(PaginationError):
                collected(asynchronous, server, PAGINGS[form], page_size=size)
            continue
        rows = collected(asynchronous, server, PAGINGS[form], page_size=size)
        names = [row["name"] for row in rows]
        assert names == [row["name"] for row in ROWS], size


ERRORS: dict[str, Callable[[Query, int], Body]] = {
    "the page is ignored": lambda query, _: right({"size": query["size"]}, ROWS),
    "page and size are ignored": lambda _, __: {"list": ROWS[:10], "total": 30, "last": 3},
    "pages go round": lambda query, n: right({"page": n % 2 + 1, "size": query["size"]}, ROWS),
    "the same id everywhere": lambda query, _: right({**query, "after": 0}, [{"id": 1}] * 30),
}


@both
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("case", ERRORS)
def test_list_without_end_is_an_error(form: str, case: str, asynchronous: bool) -> None:
    """Pages that bring nothing new end in an error that says so, and where to go on."""
    for size in (3, 4):
        server = Wrong(ERRORS[case])
        with pytest.raises(PaginationError, match="brought nothing new") as caught:
            collected(asynchronous, server, PAGINGS[form], page_size=size)
        assert caught.value.operation == "rows.list"
        assert 1 <= caught.value.items_read <= 30


def test_rows_that_never_come_as_they_were() -> None:
    """Where rows differ in every reply, a row is known by its id alone."""

    def answer(query: Query, request: int) -> Body:
        return right(query, [{**row, "shown": request} for row in ROWS])

    for form in FORMS:
        server = Wrong(answer)
        assert len(collected(False, server, PAGINGS[form], page_size=4)) == len(ROWS)
        assert server.requests <= 16


def test_an_id_that_repeats_comes_once() -> None:
    """Of rows that share an id, on one page or on two, the first comes."""
    rows = [{**row, "id": {5: 4, 20: 3}.get(row["id"], row["id"])} for row in ROWS]
    for form in FORMS[:3]:
        server = Wrong(lambda query, _: right(query, rows))
        read = collected(False, server, PAGINGS[form], page_size=7)
        assert [row["id"] for row in read] == [*range(1, 5), *range(6, 20), *range(21, 31)]


def test_rows_that_were_moved_to_the_end() -> None:
    """Rows that come once more at the end are passed over, and what follows them is read."""
    rows = [*ROWS[4:16], *({**row, "name": "moved"} for row in ROWS[:4]), *ROWS[16:]]
    for form in FORMS[:3]:
        server = Wrong(lambda query, n: right(query, ROWS if n == 1 else rows))
        read = collected(False, server, PAGINGS[form], page_size=4)
        assert sorted(row["id"] for row in read) == [row["id"] for row in ROWS]


def test_every_row_changes_after_it_was_read() -> None:
    """Where the loop saves each row that it gets, rows come as they were a request ago."""
    rows = [dict(row) for row in ROWS]
    for form in FORMS[:3]:
        server = Wrong(lambda query, _: right(query, [dict(row) for row in rows]))
        read: list[int] = []
        for row in pager_of(server, PAGINGS[form], page_size=10):
            read.append(row["id"])
            rows[row["id"] - 1]["name"] += "x"
            if row["id"] % 10 == 0 and len(rows) > 25:
                rows.pop()  # the row after the last one of the page moves up
        assert read[:25] == [*range(1, 26)]


def test_server_that_takes_no_larger_page() -> None:
    """Where a page may not be one row larger, the rest is read without."""

    class Limited(Wrong):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if int(request.url.params["size"]) > 25:
                return httpx.Response(403, json={}, request=request)
            return super().handle_request(request)

    server = Limited(lambda query, _: right(query, ROWS))
    assert len(collected(False, server, PAGINGS["offset"], page_size=25)) == len(ROWS)
    assert server.requests == 2
