"""Generated methods and functions: what they return for each kind of reply."""

from __future__ import annotations

import importlib
import io
import json
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import httpx
import pytest

from crmkit.core.errors import ConfigError, DecodeError
from crmkit.core.types import File
from tests.codegen.operation_client import clients
from tests.codegen.server import Server


@pytest.fixture
def crm(operations_package: ModuleType, server: Server) -> Iterator[Any]:
    """A client."""
    with clients(operations_package, server)[0] as crm:
        yield crm


@pytest.fixture
def models(operations_package: ModuleType) -> Any:
    """The models."""
    return importlib.import_module(f"{operations_package.__name__}.models")


def answer_with(server: Server, data: Any) -> None:
    """Let the server answer with a payload in an envelope."""
    server.answer = lambda _: {"data": data}


def test_returns_map_as_dict(crm: Any, server: Server, models: Any) -> None:
    """A map is returned as a dict of models; another type is an error."""
    answer_with(server, {"a": {"name": "x"}})
    assert crm.counts() == {"a": models.Label(name="x")}
    for wrong in ({"a": 5}, [1], None):
        answer_with(server, wrong)
        with pytest.raises(DecodeError):
            crm.counts()


def test_returns_discriminated_model(crm: Any, server: Server, models: Any) -> None:
    """A constant member decides which model is returned."""
    answer_with(server, {"kind": "ink"})
    assert type(crm.facts.last()) is models.Ink
    answer_with(server, {"kind": "pen"})
    assert type(crm.facts.last()) is models.Pen
    answer_with(server, {"kind": "cup"})  # which the first model keeps
    assert crm.facts.last().to_dict()["kind"] == "cup"


def test_returns_none_for_null(crm: Any, server: Server) -> None:
    """A null payload is returned as None where the document allows it."""
    answer_with(server, None)
    assert crm.facts.best() is None
    answer_with(server, {"id": 1})
    assert crm.facts.best().id == 1


@pytest.mark.parametrize("data", [None, 5, "x", [1], {"a": [None]}])
def test_returns_untyped_payload(crm: Any, server: Server, data: Any) -> None:
    """A payload without a documented type is returned unchanged."""
    answer_with(server, data)
    assert crm.facts.get() == data


def test_returns_unpaged_list(crm: Any, server: Server) -> None:
    """A list without paging is returned as a list."""
    answer_with(server, ["a", "b"])
    assert crm.labels.rename("Pen", "x", "n") == ["a", "b"]
    answer_with(server, ["a", 5])
    with pytest.raises(DecodeError):
        crm.labels.rename("Pen", "x", "n")


def test_returns_bytes(crm: Any, server: Server) -> None:
    """A reply that is not JSON is returned as bytes."""
    server.answer = lambda _: httpx.Response(
        200, content=b"\x00png", headers={"Content-Type": "x/y"}
    )
    assert crm.covers.get(1) == b"\x00png"


def test_returns_none_without_payload(crm: Any, server: Server) -> None:
    """A reply without a documented payload is returned as None."""
    server.answer = lambda _: {"status": "fine"}
    assert crm.books.sort() is None


def test_operation_may_have_no_envelope(crm: Any, server: Server, models: Any) -> None:
    """`x-crmkit-envelope` of an operation may say that its reply has no envelope."""
    server.answer = lambda _: {"name": "x"}
    assert crm.labels.rename_book("x", "n") == models.Label(name="x")


def test_side_elements_have_a_model(models: Any) -> None:
    """An element beside any payload has a model, though no operation returns it."""
    assert models.View.from_dict({"dust": 3}).dust == 3


# -- generated functions -----------------------------------------------------------------------


def function(package: ModuleType, tag: str, name: str) -> Any:
    """Return the class of an operation's functions."""
    return getattr(importlib.import_module(f"{package.__name__}.api.{tag}"), name)


def test_generated_functions(
    crm: Any, server: Server, operations_package: ModuleType, models: Any
) -> None:
    """A generated function sends and returns what its method does."""
    client = crm.generated

    def call(tag: str, name: str, *args: Any, **kwargs: Any) -> Any:
        module = function(operations_package, tag, name)
        return module.sync_detailed(*args, client=client, **kwargs).parsed

    answer_with(server, [{"id": 1}])
    assert [book.id for book in call("books", "books_list", tags=["a"])] == [1]
    assert server.last.url.path == "/books.json"
    assert [book.id for book in call("books", "books_list_of_shelf", 4)] == [1]
    answer_with(server, {"id": 1})
    assert call("books", "books_get", 1).id == 1
    assert server.last.url.path == "/books/1.json"
    call("books", "books_create", body=models.BookInput(title="a"))
    assert server.last.content == b"title=a"
    assert server.last.headers["Content-Type"] == "application/x-www-form-urlencoded"
    body = models.BookChangeInput(title="a", secret="b")
    assert call("books", "books_update", 1, body=body).id == 1
    assert (server.last.method, json.loads(server.last.content)["title"]) == ("PUT", "a")
    for other in ("books_update_patch", "books_sort_post"):  # counterparts have no function
        with pytest.raises(AttributeError):
            function(operations_package, "books", other)
    call("books", "books_delete", 1, body=models.ReasonInput(reason="old"))
    assert json.loads(server.last.content) == {"reason": "old"}
    answer_with(server, {"a": {"name": "x"}})
    assert call("facts", "counts") == {"a": models.Label(name="x")}
    answer_with(server, {"kind": "ink"})
    assert call("facts", "facts_last") == models.Ink(kind="ink")
    answer_with(server, None)
    assert call("facts", "facts_best") is None
    call("labels", "labels_count", "Pen", "x", body={"a": 1})
    assert json.loads(server.last.content) == {"a": 1}


def test_generated_functions_send_files_and_bytes(
    crm: Any, server: Server, operations_package: ModuleType, models: Any
) -> None:
    """Files are sent as multipart, bytes with the documented media type, and bytes are returned."""
    client = crm.generated
    server.answer = lambda _: ...
    picture = File(io.BytesIO(b"cat"), "cat.png")
    for name in ("covers_add", "covers_set"):
        body = models.PictureUploadInput(picture=picture, caption="c")
        function(operations_package, "covers", name).sync_detailed(1, client=client, body=body)
        assert server.last.headers["Content-Type"].startswith("multipart/form-data")
        assert b'filename="cat.png"' in server.last.content
    write = function(operations_package, "books", "books_write")
    write.sync_detailed(1, client=client, body=File(io.BytesIO(b"text")), start=3)
    assert server.last.headers["Content-Type"] == "text/markdown"
    assert server.last.content == b"text"
    server.answer = lambda _: httpx.Response(200, content=b"\x00png")
    reply = function(operations_package, "covers", "covers_get").sync_detailed(1, client=client)
    assert (reply.content, reply.parsed) == (b"\x00png", b"\x00png")


def test_prefers_path_with_fewer_variables(
    crm: Any, server: Server, operations_package: ModuleType, models: Any
) -> None:
    """If two paths match, the one with fewer variables decides the type of the reply."""
    client, body = crm.generated, models.LabelInput(new_name="n")
    server.answer = lambda _: {"name": "x"}
    module = function(operations_package, "labels", "labels_rename_book")
    assert module.sync("x", client=client, body=body) == models.Label(name="x")
    answer_with(server, ["a"])
    module = function(operations_package, "labels", "labels_rename")
    assert module.sync("Pen", "x", client=client, body=body) == ["a"]


async def test_async_methods_and_functions(operations_package: ModuleType, server: Server) -> None:
    """Async methods and functions work like the sync ones."""
    async with clients(operations_package, server)[1] as crm:
        answer_with(server, [{"id": 1}])
        assert [book.id async for book in crm.books.list(shelf_id=4).take(1)] == [1]
        answer_with(server, {"id": 1})
        assert (await crm.books.create(title="a")).id == 1
        server.answer = lambda _: ...
        assert await crm.covers.set(1, picture=b"x") is None
        assert await crm.books.write(1, 2, b"x") is None
        server.answer = lambda _: httpx.Response(200, content=b"\x00png")
        assert await crm.covers.get(1) == b"\x00png"
        module = function(operations_package, "covers", "covers_get")
        assert await module.asyncio(1, client=crm.generated) == b"\x00png"
        with pytest.raises(ConfigError):
            module.sync(1, client=crm.generated)
