"""A server model in plain Python: one list, and others who write between any two requests."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx

from crmkit.core.client import AsyncClient, SyncClient
from crmkit.core.operation import Operation, Paging
from crmkit.core.paging import AsyncPager, ListRequest, Pager
from crmkit.core.vendor import Vendor
from tests.clients.harness import call_of

PAGINGS = {
    "offset": Paging("offset", "offset", "size", 4, 0, total=("total",)),
    "page": Paging("page", "page", "size", 4, 1, total=("total",), last=("last",)),
    "page without total": Paging("page", "page", "size", 4, 1),
    "fixed": Paging("page", "page", total=("total",), last=("last",)),
    "key": Paging("key", size="size", default_size=4, total=("total",), after="after"),
}
"""All ways in which a list continues."""

ACTS = ("create", "delete", "change", "save")
"""What others do: `change` moves a row to another place in the order, `save` does not."""

Row = dict[str, Any]


ROWS = Operation("rows.list", "GET", "/rows", envelope=("list",), payload=list, effect="read")


def request_of(crm: Any, paging: Paging, **arguments: Any) -> ListRequest:
    """Return the request of a model's list."""
    return ListRequest(crm._sender, call_of(crm, replace(ROWS, paging=paging)), **arguments)


def pager_of(
    transport: Any, paging: Paging, *, largest_page: int | None = None, **arguments: Any
) -> Pager[Row]:
    """Return a pager over a model, whose server may limit the size of pages."""
    vendor = Vendor()
    vendor.largest_page = largest_page
    crm = SyncClient(vendor, "https://x.example", transport=transport)
    return Pager(request_of(crm, paging, **arguments), lambda rows: rows)


class _AsyncTransport(httpx.AsyncBaseTransport):
    def __init__(self, transport: httpx.BaseTransport) -> None:
        self.transport = transport

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self.transport.handle_request(request)


def collected(asynchronous: bool, transport: Any, paging: Paging, **arguments: Any) -> list[Row]:
    """Return all rows of a model's list, as a sync or an async client reads them."""
    if not asynchronous:
        return pager_of(transport, paging, **arguments).collect()

    async def read() -> list[Row]:
        url, wrapped = "https://x.example", _AsyncTransport(transport)
        async with AsyncClient(Vendor(), url, transport=wrapped) as crm:
            request = request_of(crm, paging, **arguments)
            return await AsyncPager[Row](request, lambda rows: rows).collect()

    return asyncio.run(read())


@dataclass
class ListModel(httpx.BaseTransport):
    """A list of rows, sorted by `key` and then by id.

    Args:
        chance: What decides on everything that happens.
        kinds: What others may do, as in `ACTS`.
        size: The server's own page size; None for what is asked for.
        acts: How many acts there may be; at most three come together, before a request.
    """

    chance: random.Random
    kinds: tuple[str, ...] = ACTS
    size: int | None = None
    acts: int = 0
    rows: list[Row] = field(default_factory=list)
    moved: set[int] = field(default_factory=set)
    requests: int = 0
    rows_sent: int = 0
    last_id: int = 0

    def __post_init__(self) -> None:
        """Choose a direction."""
        self.descending = self.chance.random() < 0.5

    def create(self) -> None:
        """Add a row; there are few keys, so that many are equal."""
        self.last_id += 1
        self.rows.append({"id": self.last_id, "key": self.chance.randrange(10), "name": "n"})

    def act(self) -> None:
        """Do something."""
        kind = self.chance.choice(self.kinds)
        if kind == "create":
            self.create()
        elif self.rows:
            row = self.chance.choice(self.rows)
            if kind == "delete":
                self.rows.remove(row)
            elif kind == "save":
                row["name"] += "x"
            else:
                self.moved.add(row["id"])
                row["key"] = self.chance.randrange(10)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer with a page, after some acts."""
        for _ in range(min(self.acts, self.chance.choice((0, 0, 1, 1, 2, 3)))):
            self.acts -= 1
            self.act()
        query = request.url.params
        size = self.size or int(query["size"])
        rows = sorted(self.rows, key=lambda row: (row["key"], row["id"]), reverse=self.descending)
        offset = int(query.get("offset", (int(query.get("page", 1)) - 1) * size))
        if not {"offset", "page"} & query.keys():  # by key: the newest first, whatever is changed
            before = int(query.get("after", self.last_id + 1))
            rows = sorted(self.rows, key=lambda row: -row["id"])
            rows = [row for row in rows if row["id"] < before]
        page = [dict(row) for row in rows[offset : offset + size]]
        self.requests += 1
        self.rows_sent += len(page)
        body = {"list": page, "total": len(rows), "last": max(1, -(-len(rows) // size))}
        return httpx.Response(200, json=body, request=request)


@dataclass
class ChangeModel(httpx.BaseTransport):
    """A server of EspoCRM's or Monica's kind, whose saves become visible late.

    Its clock has whole seconds, and moves on by itself only now and then, so that many records
    change in one second.

    Args:
        chance: What decides on everything that happens.
        newest_first: Whether it sorts only, the latest change first, as Monica does.
        delay: The most seconds after which a save becomes visible.
    """

    chance: random.Random
    newest_first: bool
    delay: float = 4.0
    acts: int = 0
    now: float = 1_700_000_000.0
    last_id: int = 0
    requests: int = 0
    visible: dict[str, Row] = field(default_factory=dict)
    waiting: list[tuple[float, Row]] = field(default_factory=list)

    def act(self) -> None:
        """Create, save or delete a record."""
        kind = self.chance.choice(("create", "save", "save", "save", "delete", "pass"))
        if kind == "pass":
            self.now += self.chance.choice((0.3, 1, 3))
            self.settle()
        elif kind == "create" or not self.visible:
            self.last_id += 1
            self._save({"id": self.last_id, "version": 0})
        else:
            row = self.chance.choice(list(self.visible.values()))
            busy = any(other["id"] == row["id"] for _, other in self.waiting)
            if kind == "delete" and not busy:
                del self.visible[str(row["id"])]
            elif not busy:  # the database lets one write at a time
                self._save({**row, "version": row["version"] + 1})

    def _save(self, row: Row) -> None:
        row["time"] = int(self.now)
        self.waiting.append((self.now + self.chance.random() * self.delay, row))
        self.settle()

    def settle(self) -> None:
        """Make visible what has waited long enough."""
        for item in sorted(self.waiting, key=lambda item: item[0]):
            if item[0] <= self.now:
                self.waiting.remove(item)
                self.visible[str(item[1]["id"])] = item[1]

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer with a page, after some acts."""
        for _ in range(min(self.acts, self.chance.choice((0, 1, 2, 3, 6)))):
            self.acts -= 1
            self.act()
        self.requests += 1
        query = dict(request.url.params)
        date = format_datetime(datetime.fromtimestamp(int(self.now), UTC), usegmt=True)
        body = self._monica(query) if self.newest_first else self._espocrm(query)
        return httpx.Response(200, json=body, headers={"Date": date}, request=request)

    def _monica(self, query: dict[str, str]) -> dict[str, Any]:
        assert query["sort"] == "-updated_at"
        rows = sorted(self.visible.values(), key=lambda row: (-row["time"], row["id"]))
        size, number = int(query["limit"]), int(query["page"])
        data = [
            {
                **_GENDER,
                "id": row["id"],
                "name": str(row["version"]),
                "updated_at": _text(row, "T") + "Z",
            }
            for row in rows[(number - 1) * size : number * size]
        ]
        last = max(1, -(-len(rows) // size))
        return {"data": data, "meta": {"total": len(rows), "last_page": last}}

    def _espocrm(self, query: dict[str, str]) -> dict[str, Any]:
        assert (query["orderBy"], query["order"]) == ("modifiedAt", "asc")
        rows = [
            {"id": f"{row['id']:05}", "name": str(row["version"]), "modifiedAt": _text(row, " ")}
            for row in self.visible.values()
        ]
        rows = [row for row in rows if all(_matches(row, item) for item in _where(query))]
        rows.sort(key=lambda row: (row["modifiedAt"], row["id"]))
        begin = int(query["offset"])
        return {"total": len(rows), "list": rows[begin : begin + int(query["maxSize"])]}


_GENDER = {"object": "gender", "account": {"id": 1}, "created_at": "2020-01-01T00:00:00Z"}


def _text(row: Row, between: str) -> str:
    return datetime.fromtimestamp(row["time"], UTC).strftime(f"%Y-%m-%d{between}%H:%M:%S")


def _where(query: dict[str, str]) -> list[Any]:
    """Return the conditions of a query."""
    tree: dict[str, Any] = {}
    for name, value in query.items():
        if name.startswith("where["):
            node, path = tree, re.findall(r"\[(\w+)\]", name)
            for part in path[:-1]:
                node = node.setdefault(part, {})
            node[path[-1]] = value
    return list(tree.values())


_COMPARE: dict[str, Callable[[str, str], bool]] = {
    "equals": lambda own, value: own == value,
    "greaterThan": lambda own, value: own > value,
    "greaterThanOrEquals": lambda own, value: own >= value,
}


def _matches(row: Row, item: Any) -> bool:
    if item["type"] in {"and", "or"}:
        matches = (_matches(row, other) for other in item["value"].values())
        return all(matches) if item["type"] == "and" else any(matches)
    return _COMPARE[item["type"]](row[item["attribute"]], item["value"])


def datetime_of(model: ChangeModel, seconds: float = 0) -> datetime:
    """Return the model's time, or some seconds after it."""
    return datetime.fromtimestamp(int(model.now), UTC) + timedelta(seconds=seconds)
