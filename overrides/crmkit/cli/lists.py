"""Whole lists of a resource, page by page, and from where a reading was broken off.

Rows are what JSON has: the values of columns by their names, then what nobody has described.
"""

from __future__ import annotations

import inspect
import json
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, dropwhile
from typing import TYPE_CHECKING, Any

from .resources import Field, find_field
from .values import json_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from .custom import Rows
    from .resources import Resource

    Row = dict[str, Any]

__all__ = ["Chunk", "Listing", "Place", "can_be_read", "known_rows"]

#: Arguments that lists need, and the resource whose ids they take.
PARENTS = {"cid": "contacts", "contact_id": "contacts"}


@dataclass(frozen=True)
class Place:
    """Where in a list a page stands.

    Args:
        number: Its number, or the offset of its first row; None for the first page.
        parent: The record that its rows belong to, where they are listed by that.
    """

    number: int | None = None
    parent: Any = None


@dataclass(frozen=True)
class Chunk:
    """Rows of one page.

    Args:
        rows: The rows.
        place: Where the page stands.
        total: How many rows the whole list has, if the server says so.
        date: The server's clock as the reply shows it; empty if it does not.
    """

    rows: list[Row]
    place: Place
    total: int | None = None
    date: str = ""


def can_be_read(resource: Resource) -> bool:
    """Return whether a resource has a list that can be read without being told of what."""
    method = resource.find("list")
    return method is not None and all(name in PARENTS for name in method.required)


def _fingerprint(row: Row) -> int:
    """Return what is equal for rows that hold the same."""
    return hash(json.dumps(row, sort_keys=True, default=float))


@dataclass
class Listing:
    """The list of a resource on a server.

    Args:
        resource: The resource, of which `can_be_read` is true.
        client: The client, connected.
        rows: How its rows are read.
    """

    resource: Resource
    client: Any
    rows: Rows
    _seen: Mapping[Any, int] = field(default_factory=dict)

    @cached_property
    def parent(self) -> Field | None:
        """The argument that says whose rows are listed; None where all are in one list."""
        required = self.resource.method("list").required
        return find_field(required[0], self.resource.method("list").fields) if required else None

    @cached_property
    def columns(self) -> list[Field]:
        """The columns of the rows, with the record that they belong to."""
        parent, columns = self.parent, self.rows.columns
        names = {each.name for each in columns}
        return [*columns, *([parent] if parent and parent.name not in names else [])]

    def chunks(
        self, place: Place | None = None, seen: Mapping[Any, int] | None = None
    ) -> Iterator[Chunk]:
        """Yield the rows of the list, a page at a time.

        To go on with a reading that was broken off, it steps back from its last page until one has
        a record as it was read, as pages shift where others delete.

        Args:
            place: Where the last page stood that was read; None to begin.
            seen: The records that were read, as `known_rows` returns them; they are left out.

        Raises:
            CRMError: A call failed.
        """
        self._seen = seen or {}
        place = place or Place()
        if self.parent is None:
            yield from self._from(place)
            return
        ids = self._ids(PARENTS[self.parent.name])
        if place.parent in ids:
            ids = list(dropwhile(lambda id: id != place.parent, ids))
        for id in ids:
            yield from self._from(Place(parent=id))

    def _ids(self, name: str) -> list[Any]:
        from .crms import resource
        from .custom import Rows

        parents = resource(self.resource.crm, name)
        listing = Listing(parents, self.client, Rows(parents.columns))
        return [row["id"] for chunk in listing.chunks() for row in chunk.rows]

    def _from(self, place: Place) -> Iterator[Chunk]:
        number, back = place.number, 1
        while True:
            chunks = self._pages(number, place.parent)
            first = next(chunks, None)
            known = first is not None and any(
                self._seen.get(row.get("id")) == _fingerprint(row) for row in first.rows
            )
            if first is None or known or not number:
                break
            # By offset a page is as far away as it has rows.
            number, back = max(0, number - back * max(1, self._step)), back * 2
        for chunk in chain([first] if first else [], chunks):
            rows = [row for row in chunk.rows if row.get("id") not in self._seen]
            yield Chunk(rows, chunk.place, chunk.total, chunk.date)

    @cached_property
    def _step(self) -> int:
        paging = self._pager(None, None)._request  # noqa: SLF001  # its part
        return paging.page_size or 1 if paging.paging.strategy == "offset" else 1

    def _pages(self, number: int | None, parent: Any) -> Iterator[Chunk]:
        listed = self._pager(number, parent)
        if isinstance(listed, dict):  # of Monica's countries, which are keyed by their codes
            yield Chunk([self.row(row, parent) for row in listed.values()], Place())
            return
        for page in listed.pages():
            rows = [self.row(row, parent) for row in page.items]
            yield Chunk(
                rows, Place(page.number, parent), page.total, page.reply.headers.get("Date", "")
            )

    def row(self, row: Any, parent: Any = None) -> Row:
        """Return a row as JSON has it, for what a client returned.

        Args:
            row: The object.
            parent: The record that it belongs to, where it is listed by that.
        """
        values: Row = json_value(self.rows.values(row))
        if self.parent is not None and values.get(self.parent.name) is None:
            values[self.parent.name] = parent
        return values

    def _pager(self, number: int | None, parent: Any) -> Any:
        call = getattr(self.resource.on(self.client), self.resource.method("list").name)
        takes = inspect.signature(call).parameters
        arguments: dict[str, Any] = {}
        if self.parent is not None:
            arguments[self.parent.name] = parent
        if number is not None and "start" in takes:
            arguments["start"] = number
        if "order_by" in takes and find_field("createdAt", self.columns):
            # New records come last, so that they move no others.
            arguments |= {"order_by": "createdAt", "order": "asc"}
        return call(**arguments)


def known_rows(rows: Iterable[Row]) -> dict[Any, int]:
    """Return the ids of rows, with what is equal for those that hold the same."""
    return {row["id"]: _fingerprint(row) for row in rows if row.get("id") is not None}
