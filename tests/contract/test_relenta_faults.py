"""The checks can fail: whatever a mock gets wrong, one of them notices."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from crmkit import CRMError
from tests.contract import relenta_checks as checks
from tests.contract.exchanges import Fault, answer, changed
from tests.contract.relenta_harness import CONTACTS, RESOURCES, Harness, relenta

Send = Callable[[httpx.Request], httpx.Response]
Rows = list[dict[str, Any]]


def conforms(harness: Harness) -> None:
    """Save a record and list it; both exchanges are valid by the document."""
    reply = harness.http.post(CONTACTS.save_path, json={"company": "Virtucon"})
    harness.http.get(CONTACTS.list_path, params={"page": 1, "page_size": 5})
    assert reply.content
    harness.conforms()


def pages(harness: Harness) -> None:
    """Look at every page of every size."""
    checks.fill(harness, CONTACTS)
    for size in range(1, 9):
        for page in range(1, 9):
            checks.page_has_its_records(harness, CONTACTS, 7, size, page)


def whole(harness: Harness) -> None:
    """Put pages together."""
    checks.fill(harness, CONTACTS)
    for size in (1, 2, 3, 7):
        checks.pages_cover_the_list(harness, CONTACTS, size)


def default(harness: Harness) -> None:
    """Leave the parameters out."""
    checks.fill(harness, CONTACTS)
    checks.defaults_are_the_first_page(harness, CONTACTS)


def saved(harness: Harness) -> None:
    """Save a record and look for it."""
    checks.fill(harness, CONTACTS, 2)
    checks.saved_record_is_listed(harness, CONTACTS, checks.SAMPLES["contacts"][2])


def updated(harness: Harness) -> None:
    """Update a record and look for it."""
    first, _ = checks.fill(harness, CONTACTS, 2)
    checks.update_changes_what_is_sent(harness, CONTACTS, first, {"company": "MI6"})


def created(harness: Harness) -> None:
    """Create with the id of another record."""
    first, _ = checks.fill(harness, CONTACTS, 2)
    checks.create_never_updates(harness, CONTACTS, first, {"company": "MI6"})


def isolated(harness: Harness) -> None:
    """Look with the key of another department."""
    (first,) = checks.fill(harness, CONTACTS, 1)
    checks.departments_are_isolated(harness, CONTACTS, first)


def unique(harness: Harness) -> None:
    """Compare ids."""
    checks.ids_are_unique(harness, RESOURCES)


def client(harness: Harness) -> None:
    """Compare the client's view with the wire."""
    checks.fill(harness, CONTACTS, 3)
    checks.client_agrees_with_wire(harness, CONTACTS)


CHECKS = (conforms, pages, whole, default, saved, updated, created, isolated, unique, client)


@pytest.mark.parametrize("check", CHECKS)
def test_mock_passes_every_check(check: Callable[[Harness], None]) -> None:
    """The mock without faults passes."""
    with relenta() as harness:
        check(harness)
        harness.conforms()


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
    """Return the fault that sets members of every row; `...` removes a member."""
    return rows(
        lambda listed, _: [
            {k: v for k, v in {**row, **members}.items() if k not in members or v is not ...}
            for row in listed
        ]
    )


def asked(**parameters: Callable[[int], int | None]) -> Fault:
    """Return the fault that lists another page than was requested."""

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


def creates_by_saving(request: httpx.Request, send: Send) -> httpx.Response:
    """Save where the request was to create."""
    path = request.url.path.replace("contact.create", "contact.save")
    return send(changed(request, url=request.url.copy_with(path=path)))


def one_key(request: httpx.Request, send: Send) -> httpx.Response:
    """Read any key as that of the first department."""
    key = "8e222f0167df75f78449921176c570ca"
    return send(changed(request, headers={"x-relenta-department-key": key}))


def as_text(request: httpx.Request, send: Send) -> httpx.Response:
    """Answer under another media type."""
    response = send(request)
    headers = {"content-type": "text/plain"}
    return httpx.Response(response.status_code, headers=headers, content=response.content)


def unstable() -> Fault:
    """Return the fault that reverses every other list."""
    counter = iter(range(1000))
    return rows(lambda listed, _: listed[::-1] if next(counter) % 2 else listed)


@dataclass(frozen=True)
class Seeded:
    """A fault and the check that has to find it."""

    name: str
    fault: Callable[[], Fault]
    check: Callable[[Harness], None]


FAULTS = [
    Seeded("the first page is the second", lambda: asked(page=lambda n: n + 1), pages),
    Seeded("pages are numbered from 0", lambda: asked(page=lambda n: max(n - 1, 1)), pages),
    Seeded("the size is ignored", lambda: asked(page_size=lambda _: None), pages),
    Seeded("one row too many", lambda: asked(page_size=lambda n: min(n + 1, 500)), pages),
    Seeded("one row too few", lambda: rows(lambda listed, _: listed[:-1]), pages),
    Seeded("a reversed page", lambda: rows(lambda listed, _: listed[::-1]), whole),
    Seeded("an order that changes", unstable, whole),
    Seeded("a row on two pages", lambda: rows(lambda listed, _: [*listed, *listed[:1]]), whole),
    Seeded(
        "another default",
        lambda: rows(lambda listed, request: listed if request.url.params else listed[1:]),
        default,
    ),
    Seeded("the newest record is missing", lambda: rows(lambda listed, _: listed[:2]), saved),
    Seeded("a value is lost", lambda: saves(lambda body: {**body, "company": ""}), saved),
    Seeded("another value", lambda: each_row(phone="1"), saved),
    Seeded(
        "another id in the reply",
        lambda: save_replies(lambda tree: {**tree, "data": {"id": tree["data"]["id"] + 1}}),
        saved,
    ),
    Seeded("another id in the list", lambda: each_row(id="7"), saved),
    Seeded("an update is confirmed but not made", lambda: echoed, updated),
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
    Seeded("a creation updates", lambda: creates_by_saving, created),
    Seeded("departments share everything", lambda: one_key, isolated),
    Seeded(
        "every id is the same",
        lambda: save_replies(lambda tree: {**tree, "data": {"id": 1}}),
        unique,
    ),
    Seeded("a value of another type", lambda: each_row(do_not_mass_email="false"), conforms),
    Seeded("an id that is a number", lambda: each_row(id=33104663), conforms),
    Seeded("a datetime without a zone", lambda: each_row(dt_created="2016-01-05T12:03"), conforms),
    Seeded("a required member is missing", lambda: each_row(title=...), conforms),
    Seeded("another envelope", lambda: save_replies(lambda tree: tree["data"]), conforms),
    Seeded("the status is a number", lambda: save_replies(lambda t: {**t, "status": 1}), conforms),
    Seeded("an undocumented status", lambda: save_replies(lambda tree: tree, 202), conforms),
    Seeded("another media type", lambda: as_text, conforms),
]


@pytest.mark.parametrize("seeded", FAULTS, ids=lambda seeded: seeded.name)
def test_finds_every_fault(seeded: Seeded) -> None:
    """A mock with one fault fails the check that looks for it."""
    with relenta(seeded.fault()) as harness, pytest.raises((AssertionError, CRMError)):
        seeded.check(harness)


def test_finds_a_client_that_disagrees_with_the_wire() -> None:
    """A client that shows other values than the wire fails the comparison."""
    counter = iter(range(1000))

    def second(listed: Rows, _: httpx.Request) -> Rows:
        # The comparison reads the wire first and then through the client.
        return [{**row, "company": "?"} for row in listed] if next(counter) > 1 else listed

    with relenta(rows(second)) as harness, pytest.raises(AssertionError):
        client(harness)
