"""Emitted methods: how arguments and bodies of every way go out."""

from __future__ import annotations

import importlib
import inspect
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import parse_qsl

import pytest

from crmkit.core.errors import ArgumentError
from crmkit.core.types import File
from tests.codegen.operation_client import clients
from tests.codegen.server import Server


@pytest.fixture
def crm(operations_package: ModuleType, server: Server) -> Iterator[Any]:
    """A client whose server answers with an empty list."""
    server.answer = lambda _: {"data": []}
    with clients(operations_package, server)[0] as crm:
        yield crm


def operations(package: ModuleType, resource: str) -> Any:
    """Return the module of a resource's operations."""
    return importlib.import_module(f"{package.__name__}.operations.{resource}")


# -- parameters --------------------------------------------------------------------------------


def test_arguments_go_out_in_the_forms_of_the_wire(crm: Any, server: Server) -> None:
    """Enums, first alternatives, lists, moments and flags are written as the document has them."""
    crm.books.list(
        sort="up",
        genre=3,
        year=1999,
        tags=["a", "b"],
        fields=["x", "y"],
        words=("p", "q"),
        since=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        heavy=True,
    ).collect()

    assert server.last.url.params.multi_items() == [
        ("sort", "up"),
        ("genre", "3"),
        ("year", "1999"),
        ("tags[]", "a"),
        ("tags[]", "b"),
        ("fields", "x,y"),
        ("words", "p;q"),
        ("since", "2026-01-02 03:04:05"),
        ("heavy", "1"),
        ("page", "1"),
    ]


def test_headers_are_arguments(crm: Any, server: Server) -> None:
    """A header has an argument, by the name that the document gives or its own in snake_case."""
    crm.books.list(keep_order=False, x_version=7, x_names=["a", "b"]).collect()

    headers = server.last.headers
    assert (headers["X-Keep-Order"], headers["X-Version"]) == ("false", "7")
    assert headers["X-Names"] == "a,b"


def test_many_parameters_make_one_argument(crm: Any, server: Server) -> None:
    """What parameters spell together is one list; one of objects is written by the vendor."""
    crm.books.list(where=[{"type": "a"}], filters=("mine",)).collect()
    assert server.queries == [{"where": '[{"type": "a"}]', "only[]": "mine", "page": "1"}]
    crm.books.list().collect()
    assert server.queries[1] == {"page": "1"}


@pytest.mark.parametrize("name", ["where", "filters", "tags", "fields", "words", "x_names"])
@pytest.mark.parametrize("value", ["ab", 5, {"a": "b"}, None])
def test_what_is_no_list_is_refused(crm: Any, server: Server, name: str, value: Any) -> None:
    """A single text, whose letters would be the items, or another thing is no list."""
    with pytest.raises(ArgumentError, match=f": {name}: |^{name}: "):
        crm.books.list(**{name: value})
    assert server.requests == []


@pytest.mark.parametrize(("name", "value"), [("fields", ["a,b"]), ("words", ["a;b"])])
def test_items_that_hold_the_separator_are_refused(crm: Any, name: str, value: Any) -> None:
    """An item that would be read as two is an error."""
    with pytest.raises(ArgumentError, match="separates"):
        crm.books.list(**{name: value})


def test_deprecated_parameters_have_no_argument(crm: Any, operations_package: ModuleType) -> None:
    """A parameter that another one replaces is left to the generated function."""
    assert "order_by" not in inspect.signature(crm.books.list).parameters
    api = importlib.import_module(f"{operations_package.__name__}.api.books.books_list")
    assert "order_by" in inspect.signature(api.sync).parameters


def test_a_sole_argument_and_required_ones_may_be_positional(crm: Any, server: Server) -> None:
    """`facts.get("key")` reads well; so does what every call needs."""
    server.answer = lambda _: {"data": 1}
    assert crm.facts.get("a.b") == 1
    assert crm.facts.get() == 1
    assert server.queries == [{"key": "a.b"}, {}]


def test_settings_of_the_client_are_no_arguments(crm: Any, server: Server) -> None:
    """The path's `{format}` is what the client is set to."""
    crm.books.list().collect()
    assert server.last.url.path == "/books.json"
    assert "format_" not in inspect.signature(crm.books.list).parameters


def test_names_that_the_document_gives(crm: Any, server: Server) -> None:
    """`x-crmkit-name` names arguments, also where path and query have the same name."""
    server.answer = lambda _: {"data": ["a"]}
    assert crm.labels.rename("Pen", id="x", new_name="n", old_id="o") == ["a"]
    assert server.last.url.path == "/labels/Pen/x"
    assert server.queries == [{"id": "o"}]
    assert json.loads(server.last.content) == {"name": "n"}


# -- lists that narrow others ------------------------------------------------------------------


def test_a_narrower_list_is_reached_by_its_parameter(crm: Any, server: Server) -> None:
    """`books.list(shelf_id=…)` asks for the books of the shelf, and has no method of its own."""
    crm.books.list(shelf_id=4, genre=2, start=3, page_size=9).collect()

    assert server.last.url.path == "/shelves/4/books"
    assert server.queries == [{"genre": "2", "page": "3", "size": "9"}]
    assert not hasattr(crm.books, "list_of_shelf")


def test_what_a_narrower_list_does_not_know_is_refused(crm: Any, server: Server) -> None:
    """An argument that the server would pass over is an error."""
    with pytest.raises(ArgumentError, match=r"sort: cannot be combined with shelf_id"):
        crm.books.list(shelf_id=4, sort="up")
    assert server.requests == []


# -- bodies ------------------------------------------------------------------------------------


def test_a_form(crm: Any, server: Server, operations_package: ModuleType) -> None:
    """Where the wire has a form, keywords and model go out as one."""
    server.answer = lambda _: {"data": {"id": 1}}
    models = importlib.import_module(f"{operations_package.__name__}.models")
    given = {"title": "a&b", "pages": 3, "heavy": True, "authors": ["x", "y"]}
    crm.books.create(**given)
    crm.books.create(models.BookInput(**given))

    for request in server.requests:
        assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
        assert parse_qsl(request.content.decode()) == [
            ("title", "a&b"),
            ("pages", "3"),
            ("heavy", "true"),
            ("authors[]", "x"),
            ("authors[]", "y"),
        ]


def test_bytes_as_they_are(crm: Any, server: Server) -> None:
    """A body that is neither JSON nor a form goes out as it is given, with its own type."""
    server.answer = lambda _: ...
    for content in ("Wort für Wort", "Wort für Wort".encode()):
        assert crm.books.write(1, 20, content) is None
        assert server.last.headers["Content-Type"] == "text/markdown"
        assert server.last.headers["Start"] == "20"
        assert server.last.content.decode() == "Wort für Wort"


def test_a_file(crm: Any, server: Server, tmp_path: Path) -> None:
    """Files, bytes and paths go out as a file with a name, beside the fields."""
    server.answer = lambda _: ...
    path = tmp_path / "cat.png"
    path.write_bytes(b"cat")
    for picture, name in (
        (b"cat", "picture"),
        (io.BytesIO(b"cat"), "picture"),
        (path, "cat.png"),
        (File(io.BytesIO(b"cat"), "tom.png", "image/png"), "tom.png"),
    ):
        assert crm.covers.add(1, caption="Tom", picture=picture) is None
        kind, _, boundary = server.last.headers["Content-Type"].partition("; boundary=")
        assert kind == "multipart/form-data"
        parts = server.last.content.decode().split(f"--{boundary}")
        assert 'name="caption"\r\n\r\nTom' in parts[1]
        assert f'name="picture"; filename="{name}"' in parts[2]
        assert parts[2].endswith("\r\n\r\ncat\r\n")


def test_a_call_with_a_file_or_without(
    crm: Any, server: Server, operations_package: ModuleType
) -> None:
    """Where JSON and files are taken, a file decides which of the two goes out."""
    server.answer = lambda _: ...
    models = importlib.import_module(f"{operations_package.__name__}.models")
    crm.covers.set(1, address="http://a")
    crm.covers.set(1, models.PictureInput(address="http://a"))
    for request in server.requests:
        assert json.loads(request.content) == {"address": "http://a"}
    crm.covers.set(1, picture=b"x", caption="y")
    crm.covers.set(1, models.PictureUploadInput(picture=File(io.BytesIO(b"x"), "a"), caption="y"))
    for request in server.requests[2:]:
        assert request.headers["Content-Type"].startswith("multipart/form-data")
        assert b'name="caption"\r\n\r\ny' in request.content


def test_a_file_beside_an_input_without_one_is_refused(
    crm: Any, server: Server, operations_package: ModuleType
) -> None:
    """The whole input or keywords, never both: nothing that is given gets lost."""
    models = importlib.import_module(f"{operations_package.__name__}.models")
    with pytest.raises(ArgumentError, match="picture"):
        crm.covers.set(1, models.PictureInput(address="a"), picture=b"x")
    with pytest.raises(TypeError):
        crm.covers.set(1, picture=b"x", address="a")
    assert server.requests == []


def test_a_delete_with_a_body(crm: Any, server: Server) -> None:
    """A DELETE may carry a body, and gives nothing back."""
    assert crm.books.delete(1, reason="old", sure=True) is None
    assert (server.last.method, server.last.url.path) == ("DELETE", "/books/1.json")
    assert json.loads(server.last.content) == {"reason": "old", "sure": True}


def test_a_sole_member_may_be_positional(
    crm: Any, server: Server, operations_package: ModuleType
) -> None:
    """An input of one member is that member, by position or by name, or the model around it."""
    server.answer = lambda _: {"data": []}
    models = importlib.import_module(f"{operations_package.__name__}.models")
    crm.labels.rename("Pen", "x", "n")
    crm.labels.rename("Pen", "x", new_name="n")
    crm.labels.rename("Pen", "x", models.LabelInput(new_name="n"))
    assert [json.loads(one.content) for one in server.requests] == [{"name": "n"}] * 3
    with pytest.raises(ArgumentError):
        crm.labels.rename("Pen", "x", models.LabelInput(new_name="n"), extra={"more": 1})
    with pytest.raises(TypeError):
        crm.labels.rename("Pen", "x")


def test_a_map_as_a_body(crm: Any, server: Server) -> None:
    """A body whose members the document does not name is given as a mapping."""
    server.answer = lambda _: ...
    assert crm.labels.count("Pen", "x", {"a": 1, "b": 2}) is None
    assert json.loads(server.last.content) == {"a": 1, "b": 2}
    with pytest.raises(ArgumentError):
        crm.labels.count("Pen", "x", {"a": object()})


# -- the table of operations -------------------------------------------------------------------


def test_operations_tell_what_the_document_tells(operations_package: ModuleType) -> None:
    """Media, settings, servers, effects and parameters stand in the operations."""
    books, covers = (
        operations(operations_package, "books"),
        operations(operations_package, "covers"),
    )

    assert (books.BOOKS_CREATE.media, books.BOOKS_CREATE.settings) == ("form", ("format",))
    assert (books.BOOKS_WRITE.media, books.BOOKS_WRITE.content_type) == ("content", "text/markdown")
    assert (covers.COVERS_ADD.media, covers.COVERS_GET.payload) == ("multipart", bytes)
    assert (covers.COVERS_SET.media, covers.COVERS_SET_UPLOAD.media) == ("json", "multipart")
    assert (books.BOOKS_LIST.profiles, books.BOOKS_SORT.profiles) == (("old", "new"), ("old",))
    assert not books.BOOKS_SORT.repeatable
    params = {param.argument: param for param in books.BOOKS_LIST.params}
    assert (params["where"].style, params["filters"].style) == ("spread", "repeated")
    assert (params["words"].style, params["words"].separator) == ("joined", ";")
    assert (params["keep_order"].wire, params["keep_order"].place) == ("X-Keep-Order", "header")
    assert not hasattr(books, "BOOKS_UPDATE_PATCH")
    assert not hasattr(books, "BOOKS_SORT_POST")


def test_a_twin_is_no_method(crm: Any, server: Server) -> None:
    """Of two ways to do the same, one is the method."""
    server.answer = lambda _: ...
    assert crm.books.sort() is None
    assert server.last.method == "GET"
    assert not hasattr(crm.books, "sort_post")
    assert not hasattr(crm.books, "update_patch")


def test_docstrings_name_the_servers_that_have_it(crm: Any) -> None:
    """Where not all kinds of server have an operation, its docstring says which do."""
    assert "Only servers of old have it." in str(inspect.getdoc(crm.books.sort))
    assert "Only servers" not in str(inspect.getdoc(crm.books.list))
