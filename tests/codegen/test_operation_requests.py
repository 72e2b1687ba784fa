"""Generated methods: how arguments and bodies are sent."""

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


def operations(package: ModuleType) -> Any:
    """Return the module of the operations."""
    return importlib.import_module(f"{package.__name__}.operations")


# -- parameters --------------------------------------------------------------------------------


def test_sends_arguments_in_wire_formats(crm: Any, server: Server) -> None:
    """Enums, unions, lists, datetimes and flags are sent in the documented formats."""
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
    """A header is an argument, under its documented name or its own in snake_case."""
    crm.books.list(keep_order=False, x_version=7, x_names=["a", "b"]).collect()

    headers = server.last.headers
    assert (headers["X-Keep-Order"], headers["X-Version"]) == ("false", "7")
    assert headers["X-Names"] == "a,b"


def test_combines_parameters_into_one_argument(crm: Any, server: Server) -> None:
    """Parameters that belong together are one list; the vendor formats a list of objects."""
    crm.books.list(where=[{"type": "a"}], filters=("mine",)).collect()
    assert server.queries == [{"where": '[{"type": "a"}]', "only[]": "mine", "page": "1"}]
    crm.books.list().collect()
    assert server.queries[1] == {"page": "1"}


@pytest.mark.parametrize("name", ["where", "filters", "tags", "fields", "words", "x_names"])
@pytest.mark.parametrize("value", ["ab", 5, {"a": "b"}, None])
def test_rejects_argument_that_is_not_a_list(
    crm: Any, server: Server, name: str, value: Any
) -> None:
    """A str, whose characters would be the items, or another type is not a list."""
    with pytest.raises(ArgumentError, match=f": {name}: |^{name}: "):
        crm.books.list(**{name: value})
    assert server.requests == []


@pytest.mark.parametrize(("name", "value"), [("fields", ["a,b"]), ("words", ["a;b"])])
def test_rejects_items_with_separator(crm: Any, name: str, value: Any) -> None:
    """An item that contains the separator is an error."""
    with pytest.raises(ArgumentError, match="separates"):
        crm.books.list(**{name: value})


def test_deprecated_parameters_have_no_argument(crm: Any, operations_package: ModuleType) -> None:
    """A deprecated parameter is an argument of the generated function only."""
    assert "order_by" not in inspect.signature(crm.books.list).parameters
    api = importlib.import_module(f"{operations_package.__name__}.api.books")
    assert "order_by" in inspect.signature(api.books_list.sync).parameters


def test_sole_and_required_arguments_may_be_positional(crm: Any, server: Server) -> None:
    """A sole argument and required arguments may be positional: `facts.get("key")`."""
    server.answer = lambda _: {"data": 1}
    assert crm.facts.get("a.b") == 1
    assert crm.facts.get() == 1
    assert server.queries == [{"key": "a.b"}, {}]


def test_client_settings_are_not_arguments(crm: Any, server: Server) -> None:
    """The path's `{format}` is the client's setting."""
    crm.books.list().collect()
    assert server.last.url.path == "/books.json"
    assert "format_" not in inspect.signature(crm.books.list).parameters


def test_uses_x_crmkit_name_for_arguments(crm: Any, server: Server) -> None:
    """`x-crmkit-name` is the argument's name, also if path and query use the same name."""
    server.answer = lambda _: {"data": ["a"]}
    assert crm.labels.rename("Pen", id="x", new_name="n", old_id="o") == ["a"]
    assert server.last.url.path == "/labels/Pen/x"
    assert server.queries == [{"id": "o"}]
    assert json.loads(server.last.content) == {"name": "n"}


# -- lists that narrow others ------------------------------------------------------------------


def test_parameter_selects_narrower_list(crm: Any, server: Server) -> None:
    """`books.list(shelf_id=…)` requests the books of the shelf, which has no separate method."""
    crm.books.list(shelf_id=4, genre=2, start=3, page_size=9).collect()

    assert server.last.url.path == "/shelves/4/books"
    assert server.queries == [{"genre": "2", "page": "3", "size": "9"}]
    assert not hasattr(crm.books, "list_of_shelf")


def test_rejects_arguments_that_narrower_list_lacks(crm: Any, server: Server) -> None:
    """An argument that the server would ignore is an error."""
    with pytest.raises(ArgumentError, match=r"sort: cannot be combined with shelf_id"):
        crm.books.list(shelf_id=4, sort="up")
    assert server.requests == []


# -- bodies ------------------------------------------------------------------------------------


def test_sends_form(crm: Any, server: Server, operations_package: ModuleType) -> None:
    """Keyword arguments and an input model are sent as a form where one is documented."""
    server.answer = lambda _: {"data": {"id": 1}}
    models = importlib.import_module(f"{operations_package.__name__}.models")
    values = {"title": "a&b", "pages": 3, "heavy": True, "authors": ["x", "y"]}
    crm.books.create(**values)
    crm.books.create(models.BookInput(**values))

    for request in server.requests:
        assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
        assert parse_qsl(request.content.decode()) == [
            ("title", "a&b"),
            ("pages", "3"),
            ("heavy", "true"),
            ("authors[]", "x"),
            ("authors[]", "y"),
        ]


def test_sends_content_unchanged(crm: Any, server: Server) -> None:
    """A body that is neither JSON nor a form is sent unchanged with its media type."""
    server.answer = lambda _: ...
    for content in ("Wort für Wort", "Wort für Wort".encode()):
        assert crm.books.write(1, 20, content) is None
        assert server.last.headers["Content-Type"] == "text/markdown"
        assert server.last.headers["Start"] == "20"
        assert server.last.content.decode() == "Wort für Wort"


def test_sends_file_as_multipart(crm: Any, server: Server, tmp_path: Path) -> None:
    """Files, bytes and paths are sent as a file with a name, beside the fields."""
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


def test_file_decides_media_type(crm: Any, server: Server, operations_package: ModuleType) -> None:
    """If JSON and multipart are documented, a call with a file sends multipart."""
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


def test_rejects_file_with_input_that_has_none(
    crm: Any, server: Server, operations_package: ModuleType
) -> None:
    """A file together with an input that has none is an error, not lost."""
    models = importlib.import_module(f"{operations_package.__name__}.models")
    with pytest.raises(ArgumentError, match="picture"):
        crm.covers.set(1, models.PictureInput(address="a"), picture=b"x")
    with pytest.raises(TypeError):
        crm.covers.set(1, picture=b"x", address="a")
    assert server.requests == []


def test_delete_sends_body(crm: Any, server: Server) -> None:
    """A DELETE may have a body, and returns None."""
    assert crm.books.delete(1, reason="old", sure=True) is None
    assert (server.last.method, server.last.url.path) == ("DELETE", "/books/1.json")
    assert json.loads(server.last.content) == {"reason": "old", "sure": True}


def test_sole_member_may_be_positional(
    crm: Any, server: Server, operations_package: ModuleType
) -> None:
    """An input with one member is passed by position, by keyword, or as the model."""
    server.answer = lambda _: {"data": []}
    models = importlib.import_module(f"{operations_package.__name__}.models")
    crm.labels.rename("Pen", "x", "n")
    crm.labels.rename("Pen", "x", new_name="n")
    crm.labels.rename("Pen", "x", models.LabelInput(new_name="n"))
    assert [json.loads(request.content) for request in server.requests] == [{"name": "n"}] * 3
    with pytest.raises(ArgumentError):
        crm.labels.rename("Pen", "x", models.LabelInput(new_name="n"), extra={"more": 1})
    with pytest.raises(TypeError):
        crm.labels.rename("Pen", "x")


def test_sends_mapping_as_body(crm: Any, server: Server) -> None:
    """A body without documented members is passed as a mapping."""
    server.answer = lambda _: ...
    assert crm.labels.count("Pen", "x", {"a": 1, "b": 2}) is None
    assert json.loads(server.last.content) == {"a": 1, "b": 2}
    with pytest.raises(ArgumentError):
        crm.labels.count("Pen", "x", {"a": object()})


# -- the table of operations -------------------------------------------------------------------


def test_operations_have_documented_properties(operations_package: ModuleType) -> None:
    """Operations have the document's media types, settings, profiles, effects and parameters."""
    books, covers = (
        operations(operations_package),
        operations(operations_package),
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


def test_counterpart_operation_has_no_method(crm: Any, server: Server) -> None:
    """Of two operations that do the same, only one is a method."""
    server.answer = lambda _: ...
    assert crm.books.sort() is None
    assert server.last.method == "GET"
    assert not hasattr(crm.books, "sort_post")
    assert not hasattr(crm.books, "update_patch")


def test_docstrings_name_server_profiles(crm: Any) -> None:
    """If not every kind of server has an operation, its docstring says which do."""
    assert "Only servers of old have it." in str(inspect.getdoc(crm.books.sort))
    assert "Only servers" not in str(inspect.getdoc(crm.books.list))
