"""Lists lose nothing, and `changes` misses nothing, whoever writes between any two requests."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from crmkit import EspoCRM, Monica, PaginationError
from tests.clients.harness import CREDENTIALS
from tests.clients.list_model import ACTS, PAGINGS, ChangeModel, ListModel, datetime_of, pager_of

KINDS = (("create", "delete"), ("change",), ("save",), ACTS)
SIZES = (1, 2, 3, 5, 10)


def read(seed: int, form: str, kinds: tuple[str, ...] | None = None) -> str:
    """Read a list while others write, and return what came of it.

    Args:
        seed: Decides on everything that happens.
        form: How the list continues.
        kinds: What others do; None for what the seed says.

    Returns:
        `ok`, `error` (a PaginationError), or what was wrong.
    """
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    size, chosen = chance.choice(SIZES), chance.choice(KINDS)
    body = chance.choice((None, None, "delete", "save"))
    model = ListModel(chance, kinds or chosen, size if form == "fixed" else None)
    for _ in range(chance.randrange(41)):
        model.create()
    begin = {row["id"] for row in model.rows}
    model.acts = 20
    ids: list[int] = []
    deleted: set[int] = set()
    arguments: dict[str, Any] = {} if form == "fixed" else {"page_size": size}
    if form == "one row":
        form, arguments = "offset", {"page_size": size, "largest_page": 1}
    try:
        for row in pager_of(model, PAGINGS[form], **arguments):
            ids.append(row["id"])
            own = [other for other in model.rows if other["id"] == row["id"]]
            if body == "save":
                for other in own:
                    other["name"] += "x"
            elif body == "delete":
                deleted.add(row["id"])
                model.rows = [other for other in model.rows if other not in own]
    except PaginationError:
        return "error"
    stayed = begin & ({row["id"] for row in model.rows} | deleted)
    if len({*ids}) != len(ids):
        return f"{seed}: repeated"
    return "ok" if stayed - model.moved <= {*ids} else f"{seed}: lost"


def read_all(form: str, seeds: range) -> tuple[int, list[str]]:
    """Return how many of many runs end in an error, and what went wrong in others."""
    outcomes = Counter(read(seed, form) for seed in seeds)
    return outcomes.pop("error", 0), [*(outcomes.keys() - {"ok"})]


@pytest.mark.parametrize("form", ["offset", "page", "page without total", "key"])
def test_no_row_that_keeps_its_place_is_lost(form: str) -> None:
    """What stays and keeps its place comes exactly once, and no run ends in an error."""
    assert read_all(form, range(100)) == (0, [])


@pytest.mark.long
@pytest.mark.parametrize("form", ["offset", "page", "page without total"])
@pytest.mark.parametrize("part", range(10))
def test_no_row_that_keeps_its_place_is_lost_in_many_runs(form: str, part: int) -> None:
    """The same, in 40,000 runs."""
    errors, wrong = read_all(form, range(1000 + part * 1334, 1000 + (part + 1) * 1334))

    assert wrong == []
    assert errors <= 2  # five pages of one row in a row, which somebody has put before them


@pytest.mark.parametrize("kind", ["delete", "save"])
def test_pages_of_the_servers_size_show_deletions(kind: str) -> None:
    """Where the server decides on the size of a page, what does not cancel out is noticed."""
    assert {read(seed, "fixed", (kind,)) for seed in range(60)} <= {"ok", "error"}


@pytest.mark.parametrize("kinds", [("delete",), ("save",), ("create",)])
def test_pages_of_one_row_show_changes(kinds: tuple[str, ...]) -> None:
    """Where the server takes no larger page than one row, what does not cancel out is noticed."""
    outcomes = Counter(read(seed, "one row", kinds) for seed in range(60))

    assert outcomes.keys() <= {"ok", "error"}
    assert outcomes["error"] <= 3  # five pages of one row in a row that were read before


def test_pages_of_the_servers_size_lose_little() -> None:
    """Where the server decides on the size of a page, two changes may cancel out, unnoticed."""
    outcomes = Counter(read(seed, "fixed").partition(": ")[2] for seed in range(80))

    assert outcomes["repeated"] == 0
    assert outcomes["lost"] <= 4


CHANGES: dict[str, Any] = {
    "EspoCRM": (lambda crm: crm.contacts, lambda record: (int(record.id), int(record.name))),
    "Monica": (lambda crm: crm.genders, lambda record: (record.id, int(record.name))),
}


def follow(seed: int, crm_name: str, settle: float = 5.0) -> str:
    """Follow the changes of a model through some runs, and return what came of it."""
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    model = ChangeModel(chance, newest_first=crm_name == "Monica", acts=chance.randrange(10, 60))
    cls = {"EspoCRM": EspoCRM, "Monica": Monica}[crm_name]
    crm = cls(**CREDENTIALS[crm_name], transport=model)
    resource, version_of = CHANGES[crm_name]
    size, cursor = chance.choice((1, 2, 3, 7, 50)), ""
    since: Any = datetime_of(model)
    stored: list[tuple[int, int]] = []
    tries = 0
    while True:
        tries += 1
        is_last = not model.acts
        if is_last:
            model.now += 60
            model.settle()
        changes = resource(crm).changes(cursor or since, settle=settle, page_size=size)
        try:
            for record in changes:
                if not is_last and chance.random() < 0.1:
                    break  # before the record is dealt with
                stored.append(version_of(record))
                cursor = changes.cursor
                if not is_last and chance.random() < 0.1:
                    break  # after it
        except PaginationError:  # others write faster than it reads; the next run goes on
            assert not is_last
        model.now += chance.choice((0, 0, 1, 5))
        model.settle()
        if is_last:
            break
        if tries > 200:
            return f"{seed}: no end"
    last = dict(stored)
    if len({*stored}) != len(stored):
        return f"{seed}: repeated"
    lost = [row for row in model.visible.values() if last.get(row["id"]) != row["version"]]
    return f"{seed}: lost" if lost else "ok"


@pytest.mark.parametrize("crm", CHANGES)
def test_changes_miss_nothing(crm: str) -> None:
    """What is visible within `settle` comes once for each stored cursor, wherever runs end."""
    assert {follow(seed, crm) for seed in range(40)} == {"ok"}


@pytest.mark.parametrize("crm", CHANGES)
def test_models_show_what_settling_prevents(crm: str) -> None:
    """Without the wait for saves that become visible late, some are missed."""
    assert any(follow(seed, crm, settle=0).endswith("lost") for seed in range(60))


@pytest.mark.long
@pytest.mark.parametrize("crm", CHANGES)
@pytest.mark.parametrize("part", range(10))
def test_changes_miss_nothing_in_many_runs(crm: str, part: int) -> None:
    """The same, in 10,000 runs."""
    assert {follow(seed, crm) for seed in range(1000 + part * 500, 1500 + part * 500)} == {"ok"}


@pytest.mark.parametrize(
    ("form", "size", "rows", "requests", "sent"),
    [
        ("offset", 100, 1000, 10, 1009),
        ("offset", 3, 10, 4, 13),
        ("page", 100, 1000, 11, 1055),
        ("page", 100, 100, 1, 100),
        ("page without total", 100, 7, 2, 7),
        ("page without total", 100, 100, 2, 101),
        ("key", 100, 1000, 10, 1000),
        ("key", 100, 7, 1, 7),
        ("fixed", 10, 100, 19, 190),
        ("fixed", 10, 10, 1, 10),
    ],
)
def test_noticing_costs_little(form: str, size: int, rows: int, requests: int, sent: int) -> None:
    """By offset a row more a page, by number a tenth more, one re-read a page of fixed size."""
    chance = random.Random(1)  # noqa: S311 - not for secrets
    model = ListModel(chance, size=size if form == "fixed" else None)
    for _ in range(rows):
        model.create()
    pager = pager_of(model, PAGINGS[form], **({} if form == "fixed" else {"page_size": size}))

    assert len(pager.collect()) == rows
    assert (model.requests, model.rows_sent) == (requests, sent)
    model.requests = 0
    assert pager.first() is not None
    assert len(pager.take(min(size, rows)).collect()) == min(size, rows)
    assert model.requests == 2
