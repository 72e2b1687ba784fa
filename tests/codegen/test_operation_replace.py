"""Updates of records of which the server clears members that are not sent."""

from __future__ import annotations

import importlib
import inspect
import json
from collections.abc import Iterator
from datetime import date
from types import ModuleType
from typing import Any

import httpx
import pytest

from crmkit.core.errors import ArgumentError, DecodeError, NotFoundError
from tests.codegen.operation_client import clients
from tests.codegen.server import Server

BOOK = {
    "id": 1,
    "title": "Old",
    "about": None,
    "heavy": True,
    "bought": "2020-02-03T04:05:06Z",
    "place": {"shelf": {"id": 7}},
    "phones": [{"kind": "home", "number": "1"}, {"kind": "work", "number": "2"}],
    "words": ["a", "b"],
}
WRITTEN = {
    "title": "Old",
    "about": None,
    "heavy": 1,
    "bought": "2020-02-03",
    "shelf_id": 7,
    "numbers": ["1", "2"],
    "phones": "home|1,work|2",
    "words": "a,b",
}


@pytest.fixture
def book() -> dict[str, Any]:
    """The book as the server returns it."""
    return {**BOOK}


@pytest.fixture
def crm(operations_package: ModuleType, server: Server, book: dict[str, Any]) -> Iterator[Any]:
    """A client of a server that returns one book."""
    server.answer = lambda _: {"data": book}
    with clients(operations_package, server)[0] as crm:
        yield crm


def sent(server: Server) -> Any:
    """Return the body of the PUT request."""
    assert [request.method for request in server.requests] == ["GET", "PUT"]
    return json.loads(server.last.content)


def test_update_sends_unchanged_members(crm: Any, server: Server) -> None:
    """An update reads the record and sends all of it in the format of the input."""
    assert crm.books.update(1, secret="s").id == 1
    assert sent(server) == {**WRITTEN, "secret": "s"}
    assert [request.url.path for request in server.requests] == ["/books/1.json"] * 2


def test_update_prefers_changes_and_clears_none(crm: Any, server: Server) -> None:
    """Changes replace what was read, None included."""
    crm.books.update(1, title="New", about=None, heavy=False, bought=date(2021, 1, 1), words=[])
    changed = {"title": "New", "about": None, "heavy": 0, "bought": "2021-01-01", "words": ""}
    assert sent(server) == {**WRITTEN, **changed}


def test_update_accepts_input_model(
    crm: Any, server: Server, operations_package: ModuleType
) -> None:
    """The members of an input model that are set are the changes."""
    models = importlib.import_module(f"{operations_package.__name__}.models")
    crm.books.update(1, models.BookChangeInput(title="New", secret="s"))
    assert sent(server) == {**WRITTEN, "title": "New", "secret": "s"}


def test_update_sends_extra(crm: Any, server: Server) -> None:
    """`extra` is sent with the other members."""
    crm.books.update(1, extra={"more": 1})
    assert sent(server) == {**WRITTEN, "more": 1}


@pytest.mark.parametrize(
    ("member", "value", "written"),
    [
        ("title", None, "title"),  # null cannot be written there
        ("place", None, "shelf_id"),
        ("place", {}, "shelf_id"),
        ("place", {"shelf": None}, "shelf_id"),
    ],
)
def test_update_omits_members_without_a_value(
    crm: Any, server: Server, book: dict[str, Any], member: str, value: Any, written: str
) -> None:
    """A member that the record lacks, or that cannot be written, is not sent."""
    book[member] = value
    crm.books.update(1)
    assert sent(server) == {name: value for name, value in WRITTEN.items() if name != written}


def test_update_omits_absent_members(crm: Any, server: Server, book: dict[str, Any]) -> None:
    """A member that is not in the reply is not sent."""
    for name in [*book]:
        if name != "id":
            del book[name]
    crm.books.update(1, title="New")
    assert sent(server) == {"title": "New"}


def test_update_keeps_empty_lists(crm: Any, server: Server, book: dict[str, Any]) -> None:
    """An empty list is sent in the wire format of an empty list."""
    book |= {"phones": [], "words": []}
    crm.books.update(1)
    assert sent(server) == {**WRITTEN, "numbers": [], "phones": "", "words": ""}


@pytest.mark.parametrize("phone", [{"kind": "a|b", "number": "1"}, {"kind": "a", "number": "1,2"}])
def test_rejects_elements_that_cannot_be_written_back(
    crm: Any, server: Server, book: dict[str, Any], phone: dict[str, str]
) -> None:
    """An element that would be read back differently is an error that names the member."""
    book["phones"] = [phone]
    with pytest.raises(ArgumentError, match=r"phones: "):
        crm.books.update(1)
    assert [request.method for request in server.requests] == ["GET"]


def test_rejects_invalid_changes_before_reading(crm: Any, server: Server) -> None:
    """A change without a wire format is an error, and the record is not read."""
    with pytest.raises(ArgumentError) as caught:
        crm.books.update(1, heavy="yes")
    assert caught.value.operation == "books.update"
    with pytest.raises(TypeError):
        crm.books.update(1, nonsense=1)
    with pytest.raises(ArgumentError):
        crm.books.update(1, extra={"title": "x"})
    assert server.requests == []


def test_does_not_write_after_failed_read(crm: Any, server: Server) -> None:
    """If the read fails, the update fails and nothing is written."""
    server.answer = lambda _: httpx.Response(404, json={"message": "no"})
    with pytest.raises(NotFoundError):
        crm.books.update(1, title="x")
    server.answer = lambda _: {"data": None}
    with pytest.raises(DecodeError):
        crm.books.update(1, title="x")
    assert {request.method for request in server.requests} == {"GET"}


def test_options_apply_to_both_requests(crm: Any, server: Server) -> None:
    """Headers are sent with the read and the write, query parameters only with the write."""
    crm.books.update(1, title="x", options={"headers": {"X-A": "b"}, "query": {"q": "1"}})
    assert [request.headers["X-A"] for request in server.requests] == ["b", "b"]
    assert server.queries == [{}, {"q": "1"}]


def test_docstring_mentions_two_calls(crm: Any) -> None:
    """The docstring says that the method makes two calls and what the server clears."""
    text = " ".join(str(inspect.getdoc(crm.books.update)).split())
    assert "The server clears what is not sent." in text
    assert "two calls" in text


async def test_async_update(operations_package: ModuleType, server: Server) -> None:
    """An async update reads, merges and writes like the sync one."""
    server.answer = lambda _: {"data": BOOK}
    async with clients(operations_package, server)[1] as crm:
        await crm.books.update(1, title="New")
    assert sent(server) == {**WRITTEN, "title": "New"}
