"""Generated methods: what they send, what they return, and how their lists are paged."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from types import ModuleType
from typing import Any

import httpx
import pytest

from crmkit.core.client import AsyncClient, SyncClient
from crmkit.core.errors import DecodeError
from crmkit.core.vendor import Vendor
from tests.codegen import values
from tests.codegen.schema_cases import MEMBERS
from tests.codegen.server import Server

BASE_URL = "https://things.mock.invalid/api"
THING = {member.wire: values.WIRE[member.kind] for member in MEMBERS}


@pytest.fixture
def crm(schemas_package: ModuleType, server: Server) -> Iterator[Any]:
    """A client of the API of schema cases."""
    resources = importlib.import_module(f"{schemas_package.__name__}.resources")
    client = type("Things", (resources.Resources, SyncClient), {})
    with client(Vendor(), BASE_URL, transport=httpx.MockTransport(server)) as crm:
        yield crm


@pytest.fixture
def acrm(schemas_package: ModuleType, server: Server) -> Any:
    """An async client of the API of schema cases."""
    resources = importlib.import_module(f"{schemas_package.__name__}.resources")
    client = type("AsyncThings", (resources.AsyncResources, AsyncClient), {})
    return client(Vendor(), BASE_URL, transport=httpx.MockTransport(server))


# -- lists -------------------------------------------------------------------------------------


def rows(count: int) -> list[dict[str, int]]:
    """Return distinct rows."""
    return [{"anything": n} for n in range(count)]


@pytest.mark.parametrize("total", [True, False], ids=["total", "no total"])
@pytest.mark.parametrize("size", [1, 2, 3, 5, 6, 9])
@pytest.mark.parametrize("count", [0, 1, 5])
def test_lists_by_offset_return_every_row(
    crm: Any, server: Server, count: int, size: int, *, total: bool
) -> None:
    """A list by offset begins at its first row and ends at the total, or at an empty page."""

    def answer(request: httpx.Request) -> Any:
        offset = int(request.url.params["offset"])
        body = {"data": rows(count)[offset : offset + int(request.url.params["limit"])]}
        return {**body, "total": count} if total else body

    server.answer = answer

    assert [row.anything for row in crm.things.search(page_size=size)] == [*range(count)]
    assert server.queries[0]["offset"] == "0"
    assert [row.anything for row in crm.things.search(start=2, page_size=size)] == [
        *range(2, count)
    ]


def test_lists_by_page_end_at_last_page(crm: Any, server: Server) -> None:
    """A list by pages asks from the first page to the one that the server calls the last."""
    server.answer = lambda request: {
        "data": [{**THING, "str_required": request.url.params["page"]}],
        "meta": {"total": 3, "last": 3},
    }
    pages = list(crm.things.list().pages())

    assert [page.items[0].str_required for page in pages] == ["1", "2", "3"]
    assert [(page.number, page.total) for page in pages] == [(1, 3), (2, 3), (3, 3)]
    # Its pages are shorter than asked for, so each is read again after the next one.
    assert server.queries == [{"page": str(n), "size": "2"} for n in (1, 2, 1, 3, 2)]


def test_lists_models_and_plain_values(crm: Any, server: Server) -> None:
    """Lists of models and of plain values are pagers, and take one request without paging."""
    server.answer = lambda _: {"data": ["a", "b"]}
    assert crm.branches.names().collect() == ["a", "b"]
    server.answer = lambda _: {"data": [{}, {"more": 1}]}
    assert [leaf.additional_properties for leaf in crm.everyone()] == [{}, {"more": 1}]
    assert len(server.requests) == 2


@pytest.mark.parametrize("data", [["a", 1], ["a", None], [["a"]], "ab", {"a": 1}])
def test_rejects_items_of_another_type(crm: Any, server: Server, data: Any) -> None:
    """Plain items are checked like members of models: an int in a list of strings is an error."""
    server.answer = lambda _: {"data": data}

    with pytest.raises(DecodeError):
        crm.branches.names().collect()


# -- arguments ---------------------------------------------------------------------------------


def test_sends_arguments_under_wire_names(crm: Any, server: Server) -> None:
    """Arguments are sent under their wire names in wire formats; absent ones are not sent."""
    server.answer = lambda _: {"data": []}
    crm.things.list(
        text_filter="a&b",
        type_="x",
        from_=date(2016, 1, 5),
        since=datetime(2016, 1, 5, 12, 3, 32, tzinfo=UTC),
        heavy=True,
        ratio=0.5,
        start=4,
        page_size=7,
    ).collect()

    assert server.queries == [
        {
            "text_filter": "a&b",
            "type": "x",
            "from": "2016-01-05",
            "since": "2016-01-05T12:03:32Z",
            "heavy": "true",
            "ratio": "0.5",
            "page": "4",
            "size": "7",
        }
    ]


def test_path_parameters_are_positional(crm: Any, server: Server) -> None:
    """A path parameter goes into the path of PUT, DELETE and POST requests."""
    server.answer = lambda _: {"data": dict.fromkeys(("type", "from", "class", "id"), "x")}
    assert crm.things.update(7, from_="y", type_="z").list_ is None
    assert (server.last.method, server.last.url.path) == ("PUT", "/api/things/7")
    assert json.loads(server.last.content) == {"from": "y", "type": "z"}
    server.answer = lambda _: ...
    assert crm.things.delete(7) is None
    assert (server.last.method, server.last.url.path) == ("DELETE", "/api/things/7")
    assert crm.things.touch(thing_id=8) is None
    assert (server.last.method, server.last.url.path) == ("POST", "/api/things/8/touch")


def test_unwraps_payloads(crm: Any, server: Server) -> None:
    """A method returns what is in the envelope, the document's or the operation's own."""
    server.answer = lambda _: {"data": THING}
    assert crm.things.get(1).to_dict() == THING
    server.answer = lambda _: {"data": "1.2"}
    assert crm.version() == "1.2"
    server.answer = lambda _: {"data": False}
    assert crm.branches.find(name="x") is False


def test_does_not_check_required_members(crm: Any, server: Server) -> None:
    """A call without a required member is sent; the server reports what is missing."""
    server.answer = lambda _: {"data": False}
    crm.branches.find(day=date(2016, 1, 5))
    assert "name" not in json.loads(server.last.content)


def test_accepts_input_model(crm: Any, server: Server, schemas_package: ModuleType) -> None:
    """An input model is sent like the keyword arguments."""
    models = importlib.import_module(f"{schemas_package.__name__}.models")
    server.answer = lambda _: {"data": {"id": 5}}
    assert crm.things.create(models.EverythingInput.from_dict(THING)) == 5
    assert json.loads(server.last.content) == THING


def test_documented_effect_decides_retries(schemas_package: ModuleType) -> None:
    """The documented effect, not the HTTP method alone, decides whether a request is retried."""
    operations = importlib.import_module(f"{schemas_package.__name__}.operations")

    assert operations.BRANCHES_FIND.repeatable
    assert operations.THINGS_UPDATE.repeatable
    assert not operations.THINGS_CREATE.repeatable
    assert not operations.THINGS_TOUCH.repeatable


# -- async -------------------------------------------------------------------------------------


async def test_async_methods(acrm: Any, server: Server) -> None:
    """Async lists, calls and the client's own methods work like the sync ones."""
    async with acrm as crm:
        server.answer = lambda _: {"data": ["a", "b"]}
        assert [name async for name in crm.branches.names()] == ["a", "b"]
        server.answer = lambda _: {"data": [{}]}
        assert len(await crm.everyone().collect()) == 1
        server.answer = lambda _: {"data": "1.2"}
        assert await crm.version() == "1.2"
        server.answer = lambda _: ...
        assert await crm.things.delete(7) is None
