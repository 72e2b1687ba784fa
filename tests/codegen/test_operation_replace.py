"""Updates where the server clears what is not sent."""

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
    """The book as the server shows it."""
    return {**BOOK}


@pytest.fixture
def crm(operations_package: ModuleType, server: Server, book: dict[str, Any]) -> Iterator[Any]:
    """A client of a server that shows one book."""
    server.answer = lambda _: {"data": book}
    with clients(operations_package, server)[0] as crm:
        yield crm


def sent(server: Server) -> Any:
    """Return what was written."""
    assert [one.method for one in server.requests] == ["GET", "PUT"]
    return json.loads(server.last.content)


def test_what_is_not_given_is_sent_as_it_was(crm: Any, server: Server) -> None:
    """An update reads the record, and writes all of it in the form in which it is written."""
    assert crm.books.update(1, secret="s").id == 1
    assert sent(server) == {**WRITTEN, "secret": "s"}
    assert [one.url.path for one in server.requests] == ["/books/1.json"] * 2


def test_changes_win_and_none_clears(crm: Any, server: Server) -> None:
    """What is given goes over what was read, None too, however little of the input it is."""
    crm.books.update(1, title="New", about=None, heavy=False, bought=date(2021, 1, 1), words=[])
    changed = {"title": "New", "about": None, "heavy": 0, "bought": "2021-01-01", "words": ""}
    assert sent(server) == {**WRITTEN, **changed}


def test_an_input_model_changes_what_it_holds(
    crm: Any, server: Server, operations_package: ModuleType
) -> None:
    """Of an input model, the members that are set are the changes."""
    models = importlib.import_module(f"{operations_package.__name__}.models")
    crm.books.update(1, models.BookChangeInput(title="New", secret="s"))
    assert sent(server) == {**WRITTEN, "title": "New", "secret": "s"}


def test_undocumented_members_go_along(crm: Any, server: Server) -> None:
    """`extra` is written with the rest."""
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
def test_what_cannot_be_written_is_left_out(
    crm: Any, server: Server, book: dict[str, Any], member: str, value: Any, written: str
) -> None:
    """Nothing is made up for what the record has not, or has in no form that can be written."""
    book[member] = value
    crm.books.update(1)
    assert sent(server) == {name: one for name, one in WRITTEN.items() if name != written}


def test_absent_members_are_left_out(crm: Any, server: Server, book: dict[str, Any]) -> None:
    """What a reply does not carry is not written."""
    for name in [*book]:
        if name != "id":
            del book[name]
    crm.books.update(1, title="New")
    assert sent(server) == {"title": "New"}


def test_empty_lists_stay_empty(crm: Any, server: Server, book: dict[str, Any]) -> None:
    """A list without elements is written as what such a list is on the wire."""
    book |= {"phones": [], "words": []}
    crm.books.update(1)
    assert sent(server) == {**WRITTEN, "numbers": [], "phones": "", "words": ""}


@pytest.mark.parametrize("phone", [{"kind": "a|b", "number": "1"}, {"kind": "a", "number": "1,2"}])
def test_elements_that_cannot_be_written_back_are_refused(
    crm: Any, server: Server, book: dict[str, Any], phone: dict[str, str]
) -> None:
    """What would be read back as another list is an error that names the member."""
    book["phones"] = [phone]
    with pytest.raises(ArgumentError, match=r"phones: "):
        crm.books.update(1)
    assert [one.method for one in server.requests] == ["GET"]


def test_impossible_changes_are_refused_before_anything_is_sent(crm: Any, server: Server) -> None:
    """A value that the wire cannot carry is an error, and the record is not even read."""
    with pytest.raises(ArgumentError) as caught:
        crm.books.update(1, heavy="yes")
    assert caught.value.operation == "books.update"
    with pytest.raises(TypeError):
        crm.books.update(1, nonsense=1)
    with pytest.raises(ArgumentError):
        crm.books.update(1, extra={"title": "x"})
    assert server.requests == []


def test_a_record_that_cannot_be_read_is_not_written(crm: Any, server: Server) -> None:
    """When the read fails, so does the update, and nothing is written."""
    server.answer = lambda _: httpx.Response(404, json={"message": "no"})
    with pytest.raises(NotFoundError):
        crm.books.update(1, title="x")
    server.answer = lambda _: {"data": None}
    with pytest.raises(DecodeError):
        crm.books.update(1, title="x")
    assert {one.method for one in server.requests} == {"GET"}


def test_options_hold_for_both_calls(crm: Any, server: Server) -> None:
    """Headers go with read and write, further query parameters with the write alone."""
    crm.books.update(1, title="x", options={"headers": {"X-A": "b"}, "query": {"q": "1"}})
    assert [one.headers["X-A"] for one in server.requests] == ["b", "b"]
    assert server.queries == [{}, {"q": "1"}]


def test_the_docstring_says_so(crm: Any) -> None:
    """Who reads of the method learns that it makes two calls, and what may get lost."""
    text = " ".join(str(inspect.getdoc(crm.books.update)).split())
    assert "The server clears what is not sent." in text
    assert "two calls" in text


async def test_the_async_twin_does_the_same(operations_package: ModuleType, server: Server) -> None:
    """An awaited update reads, merges and writes as well."""
    server.answer = lambda _: {"data": BOOK}
    async with clients(operations_package, server)[1] as crm:
        await crm.books.update(1, title="New")
    assert sent(server) == {**WRITTEN, "title": "New"}
