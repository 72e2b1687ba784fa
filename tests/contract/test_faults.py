"""The checks can fail: whatever a mock gets wrong, one of them finds out."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from crmkit import CRMError
from tests.contract import checks
from tests.contract.exchanges import Fault, answer, changed
from tests.contract.world import CONTACTS, LISTINGS, World, relenta

Send = Callable[[httpx.Request], httpx.Response]
Rows = list[dict[str, Any]]


def conforms(world: World) -> None:
    """Save a record and list it; both exchanges are what the document says."""
    reply = world.http.post(CONTACTS.save_path, json={"company": "Virtucon"})
    world.http.get(CONTACTS.list_path, params={"page": 1, "page_size": 5})
    assert reply.content
    world.conforms()


def pages(world: World) -> None:
    """Look at every page of every size."""
    checks.fill(world, CONTACTS)
    for size in range(1, 9):
        for page in range(1, 9):
            checks.page_has_its_rows(world, CONTACTS, 7, size, page)


def whole(world: World) -> None:
    """Put pages together."""
    checks.fill(world, CONTACTS)
    for size in (1, 2, 3, 7):
        checks.pages_make_up_the_whole(world, CONTACTS, size)


def default(world: World) -> None:
    """Leave the parameters out."""
    checks.fill(world, CONTACTS)
    checks.nothing_said_is_the_default(world, CONTACTS)


def saved(world: World) -> None:
    """Save a record and look for it."""
    checks.fill(world, CONTACTS, 2)
    checks.what_is_saved_is_listed(world, CONTACTS, checks.SAMPLES["contacts"][2])


def updated(world: World) -> None:
    """Update a record and look for it."""
    first, _ = checks.fill(world, CONTACTS, 2)
    checks.an_update_changes_what_is_sent(world, CONTACTS, first, {"company": "MI6"})


def created(world: World) -> None:
    """Create with the id of another record."""
    first, _ = checks.fill(world, CONTACTS, 2)
    checks.create_never_updates(world, CONTACTS, first, {"company": "MI6"})


def apart(world: World) -> None:
    """Look with the key of another department."""
    (first,) = checks.fill(world, CONTACTS, 1)
    checks.departments_are_apart(world, CONTACTS, first)


def unique(world: World) -> None:
    """Compare ids."""
    checks.ids_are_unique(world, LISTINGS)


def client(world: World) -> None:
    """Compare the client's view with the wire."""
    checks.fill(world, CONTACTS, 3)
    checks.the_client_shows_the_wire(world, CONTACTS)


CHECKS = (conforms, pages, whole, default, saved, updated, created, apart, unique, client)


@pytest.mark.parametrize("check", CHECKS)
def test_the_mock_as_it_is_passes(check: Callable[[World], None]) -> None:
    """A mock that does nothing wrong is not accused of anything."""
    with relenta() as world:
        check(world)
        world.conforms()


# -- faults ------------------------------------------------------------------------------------


def rows(change: Callable[[Rows, httpx.Request], Rows]) -> Fault:
    """Return the fault that changes the rows of contact lists."""

    def fault(request: httpx.Request, send: Send) -> httpx.Response:
        response = send(request)
        if "contact.list" not in request.url.path:
            return response
        tree = response.json()
        return answer(response, {**tree, "data": change(tree["data"], request)})

    return fault


def each_row(**members: Any) -> Fault:
    """Return the fault that sets members of every row; None takes a member out."""
    return rows(
        lambda found, _: [
            {k: v for k, v in {**row, **members}.items() if k not in members or v is not ...}
            for row in found
        ]
    )


def asked(**parameters: Callable[[int], int | None]) -> Fault:
    """Return the fault that lists another page than was asked for."""

    def fault(request: httpx.Request, send: Send) -> httpx.Response:
        query = dict(request.url.params)
        if "list" in request.url.path and request.url.params:
            for name, change in parameters.items():
                value = change(int(query.pop(name, 1)))
                query |= {} if value is None else {name: str(value)}
            request = changed(request, url=request.url.copy_with(params=query))
        return send(request)

    return fault


def saves(change: Callable[[dict[str, Any]], dict[str, Any]], path: str = "contact.save") -> Fault:
    """Return the fault that stores something else than was sent."""

    def fault(request: httpx.Request, send: Send) -> httpx.Response:
        if path in request.url.path:
            body = change(json.loads(request.content))
            request = changed(request, content=json.dumps(body).encode())
        return send(request)

    return fault


def save_replies(change: Callable[[Any], Any], status: int | None = None) -> Fault:
    """Return the fault that answers a save in another way."""

    def fault(request: httpx.Request, send: Send) -> httpx.Response:
        response = send(request)
        if "save" not in request.url.path:
            return response
        return answer(response, change(response.json()), status)

    return fault


def echoed(request: httpx.Request, send: Send) -> httpx.Response:
    """Answer an update as if it were done."""
    body = json.loads(request.content or b"{}")
    if "save" in request.url.path and "id" in body:
        tree = {"status": True, "code": 200, "data": {"id": int(body["id"])}}
        return httpx.Response(200, json=tree)
    return send(request)


def updating(request: httpx.Request, send: Send) -> httpx.Response:
    """Save where only a creation was asked for."""
    path = request.url.path.replace("contact.create", "contact.save")
    return send(changed(request, url=request.url.copy_with(path=path)))


def one_key(request: httpx.Request, send: Send) -> httpx.Response:
    """Take any key for that of the first department."""
    key = "8e222f0167df75f78449921176c570ca"
    return send(changed(request, headers={"x-relenta-department-key": key}))


def as_text(request: httpx.Request, send: Send) -> httpx.Response:
    """Answer under another media type."""
    response = send(request)
    headers = {"content-type": "text/plain"}
    return httpx.Response(response.status_code, headers=headers, content=response.content)


def unsteady() -> Fault:
    """Return the fault that turns every other list round."""
    turn = iter(range(1000))
    return rows(lambda found, _: found[::-1] if next(turn) % 2 else found)


@dataclass(frozen=True)
class Seeded:
    """A fault and the check that has to find it."""

    name: str
    fault: Callable[[], Fault]
    check: Callable[[World], None]


FAULTS = [
    Seeded("the first page is the second", lambda: asked(page=lambda n: n + 1), pages),
    Seeded("pages count from 0", lambda: asked(page=lambda n: max(n - 1, 1)), pages),
    Seeded("the size is ignored", lambda: asked(page_size=lambda _: None), pages),
    Seeded("one row too many", lambda: asked(page_size=lambda n: min(n + 1, 500)), pages),
    Seeded("one row too few", lambda: rows(lambda found, _: found[:-1]), pages),
    Seeded("a page turned round", lambda: rows(lambda found, _: found[::-1]), whole),
    Seeded("an order that changes", unsteady, whole),
    Seeded("a row on two pages", lambda: rows(lambda found, _: [*found, *found[:1]]), whole),
    Seeded(
        "another default",
        lambda: rows(lambda found, request: found if request.url.params else found[1:]),
        default,
    ),
    Seeded("the newest is missing", lambda: rows(lambda found, _: found[:2]), saved),
    Seeded("a value is lost", lambda: saves(lambda body: {**body, "company": ""}), saved),
    Seeded("a value is another", lambda: each_row(phone="1"), saved),
    Seeded(
        "the id of the reply is another",
        lambda: save_replies(lambda tree: {**tree, "data": {"id": tree["data"]["id"] + 1}}),
        saved,
    ),
    Seeded("the id of the list is another", lambda: each_row(id="7"), saved),
    Seeded("an update is only said to be done", lambda: echoed, updated),
    Seeded(
        "an update clears the rest",
        lambda: saves(lambda body: {"title": "", **body} if "id" in body else body),
        updated,
    ),
    Seeded(
        "an update makes a new record",
        lambda: saves(lambda body: {k: v for k, v in body.items() if k != "id"}),
        updated,
    ),
    Seeded("a creation updates", lambda: updating, created),
    Seeded("departments share everything", lambda: one_key, apart),
    Seeded(
        "every id is the same",
        lambda: save_replies(lambda tree: {**tree, "data": {"id": 1}}),
        unique,
    ),
    Seeded("a value of another type", lambda: each_row(do_not_mass_email="false"), conforms),
    Seeded("an id that is a number", lambda: each_row(id=33104663), conforms),
    Seeded("a moment without a zone", lambda: each_row(dt_created="2016-01-05T12:03"), conforms),
    Seeded("a required member is missing", lambda: each_row(title=...), conforms),
    Seeded("another envelope", lambda: save_replies(lambda tree: tree["data"]), conforms),
    Seeded("no status in it", lambda: save_replies(lambda t: {**t, "status": 1}), conforms),
    Seeded("an undescribed status", lambda: save_replies(lambda tree: tree, 202), conforms),
    Seeded("another media type", lambda: as_text, conforms),
]


@pytest.mark.parametrize("seeded", FAULTS, ids=lambda one: one.name)
def test_a_fault_is_found(seeded: Seeded) -> None:
    """A mock with one fault fails the check that looks for it."""
    with relenta(seeded.fault()) as world, pytest.raises((AssertionError, CRMError)):
        seeded.check(world)


def test_the_client_is_found_out() -> None:
    """A client that shows other values than the wire fails the comparison."""
    turn = iter(range(1000))

    def second(found: Rows, _: httpx.Request) -> Rows:
        # The comparison reads the wire first and then through the client.
        return [{**row, "company": "?"} for row in found] if next(turn) > 1 else found

    with relenta(rows(second)) as world, pytest.raises(AssertionError):
        client(world)
