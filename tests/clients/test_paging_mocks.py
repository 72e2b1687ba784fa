"""Lists and changes of the mocks lose nothing while somebody writes between any two requests."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import Any

import pytest

import crmkit
from crmkit import PaginationError
from crmkit_mock import MockCRMs
from tests.clients.harness import failures

Act = Callable[[Any, int], Any]


class Kind:
    """Records of one kind: how they are written and listed.

    Args:
        crm: Name of the client.
        create: Creates a record of a number.
        move: Changes a record, and its place in the order of some lists.
        delete: Deletes a record; None where the API cannot.
        lists: The lists, by page size.
    """

    def __init__(
        self,
        crm: str,
        create: Act,
        move: Callable[[Any, Any, int], Any],
        delete: Act | None,
        *lists: Callable[[Any, int], Any],
    ) -> None:
        self.crm, self.create, self.move, self.delete = crm, create, move, delete
        self.lists = lists


KINDS = [
    Kind(
        "Relenta",
        lambda crm, n: crm.contacts.save(full_name=f"Name {n}"),
        lambda crm, id, n: crm.contacts.save(id=id, full_name=f"Name {n}"),
        None,
        lambda crm, size: crm.contacts.list(page_size=size),
    ),
    Kind(
        "EspoCRM",
        lambda crm, n: crm.cases.create(name=f"Name {n % 7}").id,
        lambda crm, id, n: crm.cases.update(id, name=f"Name {n % 7}"),
        lambda crm, id: crm.cases.delete(id),
        lambda crm, size: crm.cases.list(page_size=size),
        lambda crm, size: crm.cases.list(page_size=size, order_by="name", order="desc"),
        lambda crm, size: crm.entity("Case").list(page_size=size, order_by="modifiedAt"),
    ),
    Kind(
        "OnePageCRM",
        lambda crm, n: crm.contacts.create(lastname=f"Name {n}").id,
        lambda crm, id, n: crm.contacts.update(id, lastname=f"Name {n}"),
        lambda crm, id: crm.contacts.delete(id),
        lambda crm, size: crm.contacts.list(),  # noqa: ARG005 - the account has the size
    ),
    Kind(
        "Monica",
        lambda crm, n: crm.companies.create(name=f"Name {n}").id,
        lambda crm, id, n: crm.companies.update(id, name=f"Name {n}"),
        lambda crm, id: crm.companies.delete(id),
        lambda crm, size: crm.companies.list(page_size=size),
        lambda crm, size: crm.companies.list(page_size=size, sort="-updated_at"),
    ),
]
"""Of each CRM records that are quickly written."""


class Writers:
    """A client of a mock whose clock stands still, and another that writes before its requests.

    Args:
        kind: The records.
        seed: Decides on everything that happens.
    """

    def __init__(self, kind: Kind, seed: int) -> None:
        self.kind = kind
        self.chance = random.Random(seed)  # noqa: S311 - not for secrets
        mocks = MockCRMs()
        self.mock: Any = getattr(mocks, kind.crm.lower())
        cls = getattr(crmkit, kind.crm)
        settings = {"base_url": self.mock.base_url, "transport": self.mock.transport}
        settings |= {"throttle": 0, **self.mock.credentials}
        self.writer = cls(**settings)
        self.reader = cls(**settings, middleware=[self.write_before])
        if kind.crm == "OnePageCRM":
            self.mock.listing(size=3)
        self.ids: list[Any] = []
        self.written: dict[Any, int] = {}
        self.acts = self.number = 0

    def act(self, *kinds: str) -> None:
        """Do one of some things; the clock does not move."""
        kind, time = self.chance.choice(kinds), self.mock.clock.now()
        self.number += 1
        if kind == "delete" and self.ids and self.kind.delete is not None:
            id = self.ids.pop(self.chance.randrange(len(self.ids)))
            self.kind.delete(self.writer, id)
            del self.written[id]
        elif kind == "move" and self.ids:
            id = self.chance.choice(self.ids)
            self.kind.move(self.writer, id, self.number)
            self.written[id] = self.number
        else:
            self.ids.append(self.kind.create(self.writer, self.number))
            self.written[self.ids[-1]] = self.number
        self.mock.clock.set(time)

    async def write_before(self, request: Any, call_next: Any) -> Any:
        """Write something, then pass the request on."""
        for _ in range(min(self.acts, self.chance.choice((0, 0, 1, 1, 2)))):
            self.acts -= 1
            self.act("create", "delete", "move")
        return await call_next(request)


def read(kind: Kind, seed: int) -> list[Any]:
    """Read a list while others write; return the ids that were lost or came twice."""
    writers = Writers(kind, seed)
    for _ in range(writers.chance.randrange(4, 16)):
        writers.act("create")
    begin, pager = dict(writers.written), writers.chance.choice(kind.lists)
    size = writers.chance.choice((1, 2, 3, 5))
    body_deletes = writers.chance.random() < 0.3 and kind.delete is not None
    writers.acts = 10
    read: list[Any] = []
    try:
        for record in pager(writers.reader, size):
            read.append(record.id)
            if body_deletes and record.id in writers.ids:
                writers.ids.remove(record.id)
                writers.kind.delete(writers.writer, record.id)  # type: ignore[misc]  # not None
    except PaginationError:  # others put five pages before those that it reads
        return ["error", size]
    stayed = {id for id, number in begin.items() if writers.written.get(id) == number}
    return [*(stayed - {*read}), *({id for id in read if read.count(id) > 1})]


CASES = pytest.mark.parametrize("kind", KINDS, ids=[kind.crm for kind in KINDS])


@CASES
def test_lists_of_mocks_lose_nothing(kind: Kind) -> None:
    """What stays and keeps its place comes exactly once, in every CRM, also if the loop deletes."""
    assert [found for seed in range(4) if (found := read(kind, seed))] == []


@pytest.mark.long
@CASES
def test_lists_of_mocks_lose_nothing_in_many_runs(kind: Kind) -> None:
    """The same, in 1,000 runs; one may end in an error, if five pages in a row are five rows."""
    wrong = [found for seed in range(100, 350) if (found := read(kind, seed))]

    if kind.crm == "OnePageCRM":  # there two changes may cancel out between two requests
        assert len(wrong) <= 1
    assert [found for found in wrong if found != ["error", 1]] == []
    assert len(wrong) <= 1


COSTS: list[tuple[str, str, dict[str, str], int, Callable[[Any], Any], int]] = [
    ("EspoCRM", "Case", {"name": "A"}, 450, lambda crm: crm.cases.list(page_size=100), 5),
    ("EspoCRM", "Case", {"name": "A"}, 450, lambda crm: crm.cases.list(), 3),
    ("Monica", "companies", {"name": "A"}, 750, lambda crm: crm.companies.list(page_size=100), 9),
    ("Relenta", "contacts", {"full_name": "A"}, 750, lambda crm: crm.contacts.list(), 10),
    ("OnePageCRM", "contacts", {"lastname": "A"}, 75, lambda crm: crm.contacts.list(), 15),
]
"""Client, record, how often there is one, its list, and the requests that it may take at most."""


def test_noticing_costs_what_is_promised() -> None:
    """A row more a page, 1.15 times the requests or each page again, and nothing for one page."""

    def check(name: str, kind: str, record: Any, count: int, made: Any, requests: int) -> None:
        mock: Any = getattr(MockCRMs(seed="empty"), name.lower())
        settings = {"base_url": mock.base_url, "transport": mock.transport, **mock.credentials}
        crm = getattr(crmkit, name)(throttle=0, **settings)
        for _ in range(count):
            mock.add(kind, record)
        pager = made(crm)

        assert len(pager.collect()) == count
        assert len(mock.journal) <= requests
        before = len(mock.journal)
        assert pager.first() is not None
        assert len(pager.take(8).collect()) == 8
        assert len(mock.journal) == before + 2

    assert failures(check, COSTS) == []


def read_stream(mock: Any, **arguments: Any) -> list[Any]:
    """Return the numbers of all notes that a list shows, as each client reads them."""
    settings = {"base_url": mock.base_url, "transport": mock.transport, **mock.credentials}
    read: list[Any] = [n.number for n in crmkit.EspoCRM(**settings).stream.list_all(**arguments)]

    async def read_async() -> list[Any]:
        async with crmkit.AsyncEspoCRM(**settings) as crm:
            return [note.number async for note in crm.stream.list_all(**arguments)]

    assert asyncio.run(read_async()) == read
    return read


def test_stream_of_all_records_pages_by_number() -> None:
    """Servers take no offset there: what follows a note is asked for by its number."""
    mock = MockCRMs().espocrm
    crm = crmkit.EspoCRM(
        base_url=mock.base_url, transport=mock.transport, throttle=0, **mock.credentials
    )
    for number in range(9):
        crm.stream.post(post=f"Note {number}", target_type="all")
    whole = read_stream(mock)
    before = len(mock.journal)

    assert len(whole) >= 9
    assert whole == sorted({*whole}, reverse=True)
    assert read_stream(mock, page_size=2) == whole
    queries = [request.query for request in mock.journal][before:]
    assert queries[:2] == ["maxSize=2", f"beforeNumber={whole[1]}&maxSize=2"]
    assert read_stream(mock, page_size=4, before_number=whole[2]) == whole[3:]
    assert crm.stream.list_all(page_size=3).count() is None
    assert [page.number for page in crm.stream.list_all(page_size=4).take(8).pages()] == [1, 2]
    read: list[Any] = []
    for note in crm.stream.list_all(page_size=2):
        read.append(note.number)
        crm.stream.post(post="newer", target_type="all")
    assert read == whole


CHANGES: dict[str, Callable[[Any], Any]] = {
    "EspoCRM": lambda crm: crm.cases,
    "Monica": lambda crm: crm.companies,
}


def follow(kind: Kind, seed: int) -> list[Any]:
    """Follow the changes of a mock through some runs; return the ids whose last one was missed."""
    writers = Writers(kind, seed)
    chance, resource = writers.chance, CHANGES[kind.crm](writers.reader)
    since: Any = writers.mock.clock.now()
    seen: dict[Any, list[str]] = {}
    writers.acts = 25
    while True:
        is_last = not writers.acts
        writers.mock.clock.advance(60 if is_last else chance.choice((0, 0, 1, 7)))
        changes = resource.changes(since, page_size=chance.choice((1, 2, 5)))
        for record in changes:
            if not is_last and chance.random() < 0.1:
                break
            seen.setdefault(record.id, []).append(record.name)
            since = changes.cursor
        if is_last:
            break
        writers.act("create", "move", "move", "delete")
    own = CHANGES[kind.crm](writers.writer)
    now = {id: own.get(id).name for id in writers.ids}
    return [id for id, name in now.items() if seen.get(id, [None])[-1] != name]


FOLLOWED = [kind for kind in KINDS if kind.crm in CHANGES]


@pytest.mark.parametrize("kind", FOLLOWED, ids=CHANGES)
def test_changes_of_mocks_miss_nothing(kind: Kind) -> None:
    """The newest state of every record comes, though all happens in few seconds."""
    assert [found for seed in range(4) if (found := follow(kind, seed))] == []


@pytest.mark.long
@pytest.mark.parametrize("kind", FOLLOWED, ids=CHANGES)
def test_changes_of_mocks_miss_nothing_in_many_runs(kind: Kind) -> None:
    """The same, in 400 runs."""
    assert [found for seed in range(100, 300) if (found := follow(kind, seed))] == []
