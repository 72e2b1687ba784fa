"""Emitted methods: what they send, what they return, and how their lists go on."""

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
THING = {one.wire: values.WIRE[one.kind] for one in MEMBERS}


@pytest.fixture
def crm(schemas_package: ModuleType, server: Server) -> Iterator[Any]:
    """A client of the API with all kinds."""
    resources = importlib.import_module(f"{schemas_package.__name__}.resources")
    kinds = type("Things", (resources.Resources, SyncClient), {})
    with kinds(Vendor(), BASE_URL, transport=httpx.MockTransport(server)) as crm:
        yield crm


@pytest.fixture
def acrm(schemas_package: ModuleType, server: Server) -> Any:
    """An async client of the API with all kinds."""
    resources = importlib.import_module(f"{schemas_package.__name__}.resources")
    kinds = type("AsyncThings", (resources.AsyncResources, AsyncClient), {})
    return kinds(Vendor(), BASE_URL, transport=httpx.MockTransport(server))


# -- lists -------------------------------------------------------------------------------------


def rows(count: int) -> list[dict[str, int]]:
    """Return rows that can be told apart."""
    return [{"anything": n} for n in range(count)]


@pytest.mark.parametrize("total", [True, False], ids=["total", "no total"])
@pytest.mark.parametrize("size", [1, 2, 3, 5, 6, 9])
@pytest.mark.parametrize("count", [0, 1, 5])
def test_offsets_reach_every_row(
    crm: Any, server: Server, count: int, size: int, *, total: bool
) -> None:
    """A list by offset begins at its first row and ends at the total, or at an empty page."""

    def answer(request: httpx.Request) -> Any:
        offset = int(request.url.params["offset"])
        found = {"data": rows(count)[offset : offset + int(request.url.params["limit"])]}
        return {**found, "total": count} if total else found

    server.answer = answer

    assert [one.anything for one in crm.things.search(page_size=size)] == [*range(count)]
    assert server.queries[0]["offset"] == "0"
    assert [one.anything for one in crm.things.search(start=2, page_size=size)] == [
        *range(2, count)
    ]


def test_pages_end_at_the_last(crm: Any, server: Server) -> None:
    """A list by pages asks from the first page to the one that the server calls the last."""
    server.answer = lambda request: {
        "data": [{**THING, "str_required": request.url.params["page"]}],
        "meta": {"total": 3, "last": 3},
    }
    pages = list(crm.things.list().pages())

    assert [page.items[0].str_required for page in pages] == ["1", "2", "3"]
    assert [(page.number, page.total) for page in pages] == [(1, 3), (2, 3), (3, 3)]
    assert server.queries == [{"page": str(n), "size": "2"} for n in (1, 2, 3)]


def test_lists_of_all_kinds_of_items(crm: Any, server: Server) -> None:
    """Lists of models and of plain values are pagers of them, and one request is enough."""
    server.answer = lambda _: {"data": ["a", "b"]}
    assert crm.branches.names().collect() == ["a", "b"]
    server.answer = lambda _: {"data": [{}, {"more": 1}]}
    assert [leaf.additional_properties for leaf in crm.everyone()] == [{}, {"more": 1}]
    assert len(server.requests) == 2


@pytest.mark.parametrize("data", [["a", 1], ["a", None], [["a"]], "ab", {"a": 1}])
def test_items_of_another_type_are_refused(crm: Any, server: Server, data: Any) -> None:
    """Plain items are checked like members of models: an int in a list of texts is an error."""
    server.answer = lambda _: {"data": data}

    with pytest.raises(DecodeError):
        crm.branches.names().collect()


# -- arguments ---------------------------------------------------------------------------------


def test_queries_have_the_vendors_names_and_forms(crm: Any, server: Server) -> None:
    """Arguments go out under the names and in the forms of the wire; what is not given does not."""
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
    """A path parameter stands in the path, and PUT, DELETE and POST do what they are called."""
    server.answer = lambda _: {"data": dict.fromkeys(("type", "from", "class", "id"), "x")}
    with pytest.raises(DecodeError) as caught:
        crm.things.update(7, from_="y", type_="z")
    assert caught.value.path == "data.list"
    assert (server.last.method, server.last.url.path) == ("PUT", "/api/things/7")
    assert json.loads(server.last.content) == {"from": "y", "type": "z"}
    server.answer = lambda _: ...
    assert crm.things.delete(7) is None
    assert (server.last.method, server.last.url.path) == ("DELETE", "/api/things/7")
    assert crm.things.touch(thing_id=8) is None
    assert (server.last.method, server.last.url.path) == ("POST", "/api/things/8/touch")


def test_payloads_are_unwrapped(crm: Any, server: Server) -> None:
    """What stands in the envelope comes back, by the document's way or the operation's own."""
    server.answer = lambda _: {"data": THING}
    assert crm.things.get(1).to_dict() == THING
    server.answer = lambda _: {"data": "1.2"}
    assert crm.version() == "1.2"
    server.answer = lambda _: {"data": False}
    assert crm.branches.find(name="x") is False


def test_what_is_required_is_left_to_the_server(crm: Any, server: Server) -> None:
    """Without a required member the call is made, and the server tells what it lacks."""
    server.answer = lambda _: {"data": False}
    crm.branches.find(day=date(2016, 1, 5))
    assert "name" not in json.loads(server.last.content)


def test_an_input_model_does_as_well(crm: Any, server: Server, schemas_package: ModuleType) -> None:
    """The whole input as a model sends what the keywords send."""
    models = importlib.import_module(f"{schemas_package.__name__}.models")
    server.answer = lambda _: {"data": {"id": 5}}
    assert crm.things.create(models.EverythingInput.from_dict(THING)) == 5
    assert json.loads(server.last.content) == THING


def test_a_post_that_only_reads_is_repeated(schemas_package: ModuleType) -> None:
    """The effect that a document states, and not the method alone, decides what is retried."""
    branches, things = (
        importlib.import_module(f"{schemas_package.__name__}.operations.{name}")
        for name in ("branches", "things")
    )

    assert branches.BRANCHES_FIND.repeatable
    assert things.THINGS_UPDATE.repeatable
    assert not things.THINGS_CREATE.repeatable
    assert not things.THINGS_TOUCH.repeatable


# -- async -------------------------------------------------------------------------------------


async def test_the_async_twin_does_the_same(acrm: Any, server: Server) -> None:
    """Lists, calls and the client's own methods work when they are awaited."""
    async with acrm as crm:
        server.answer = lambda _: {"data": ["a", "b"]}
        assert [name async for name in crm.branches.names()] == ["a", "b"]
        server.answer = lambda _: {"data": [{}]}
        assert len(await crm.everyone().collect()) == 1
        server.answer = lambda _: {"data": "1.2"}
        assert await crm.version() == "1.2"
        server.answer = lambda _: ...
        assert await crm.things.delete(7) is None
