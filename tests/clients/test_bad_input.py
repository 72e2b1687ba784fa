"""Wrong arguments are refused by the call itself, by the names that the caller wrote."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import httpx
import pytest

from crmkit import (
    ArgumentError,
    AsyncEspoCRM,
    AsyncMonica,
    AsyncRelenta,
    EspoCRM,
    Monica,
    OnePageCRM,
    Relenta,
)

NAIVE = datetime(2026, 1, 1)  # noqa: DTZ001  # which is what is wrong with it
KEY = "AJfSRLr7uhsa9lOIgKQ4Vu72zzg3QTE7pJL2iSeA6Mo="
CLIENTS: dict[str, tuple[Any, Any, dict[str, Any]]] = {
    "relenta": (Relenta, AsyncRelenta, {"account": "acme", "department_key": "k"}),
    "espocrm": (EspoCRM, AsyncEspoCRM, {"base_url": "https://crm.example", "api_key": "k"}),
    "monica": (Monica, AsyncMonica, {"token": "t"}),
}
WRONG: list[tuple[str, Callable[[Any], Any], str, str]] = [
    ("espocrm", lambda crm: crm.contacts.get(None), "id", "contacts.get"),
    ("espocrm", lambda crm: crm.contacts.get(""), "id", "contacts.get"),
    ("espocrm", lambda crm: crm.contacts.get(".."), "id", "contacts.get"),
    ("espocrm", lambda crm: crm.contacts.get("a/b"), "id", "contacts.get"),
    ("espocrm", lambda crm: crm.contacts.get("\ud800"), "id", "contacts.get"),
    ("espocrm", lambda crm: crm.contacts.mass_delete(ids=[]), "ids", "records.mass_delete"),
    ("espocrm", lambda crm: crm.leads.mass_delete(), "ids", "records.mass_delete"),
    ("espocrm", lambda crm: crm.leads.mass_delete(ids=[7]), "ids[0]", "records.mass_delete"),
    (
        "espocrm",
        lambda crm: crm.leads.mass_update(ids=["1"], attributes={"cAt": NAIVE}),
        "attributes['cAt']",
        "records.mass_update",
    ),
    (
        "espocrm",
        lambda crm: crm.emails.send(to=[], subject="s", body="b"),
        "to",
        "emails.send",
    ),
    (
        "espocrm",
        lambda crm: crm.emails.send(to="a@b.c", subject="s", body=object()),
        "body",
        "emails.send",
    ),
    ("espocrm", lambda crm: crm.contacts.link("a", "b c", "x"), "link", "records.link"),
    ("espocrm", lambda crm: crm.contacts.link("a", "teams", []), "ids", "records.link"),
    ("espocrm", lambda crm: crm.contacts.unlink("..", "teams", "x"), "id", "records.unlink"),
    ("espocrm", lambda crm: crm.contacts.related("a", "b c"), "link", "records.related"),
    ("espocrm", lambda crm: crm.contacts.list(select="name"), "select", "contacts.list"),
    ("espocrm", lambda crm: crm.contacts.list(where=[5]), "where[0]", "contacts.list"),
    ("espocrm", lambda crm: crm.contacts.list(where={"a": 1}), "where", "contacts.list"),
    ("espocrm", lambda crm: crm.contacts.list(page_size=0), "page_size", "contacts.list"),
    ("espocrm", lambda crm: crm.contacts.list(page_size=201), "page_size", "contacts.list"),
    ("espocrm", lambda crm: crm.contacts.list(start=-1), "start", "contacts.list"),
    ("espocrm", lambda crm: crm.contacts.list(order_by=["a"]), "order_by", "contacts.list"),
    ("espocrm", lambda crm: crm.entity("CGadget").list(where=[5]), "where[0]", "records.list"),
    ("espocrm", lambda crm: crm.attachments.upload(b"x"), "name", "attachments.upload"),
    ("espocrm", lambda crm: crm.leads.convert(7), "id", "leads.convert"),
    (
        "espocrm",
        lambda crm: crm.opportunities.create(close_date="x"),
        "close_date",
        "opportunities.create",
    ),
    ("relenta", lambda crm: crm.contacts.list(page_size=0), "page_size", "contacts.list"),
    ("relenta", lambda crm: crm.contacts.save(options={"x": 1}), "options['x']", "contacts.save"),
    ("relenta", lambda crm: crm.activities.save(dt_start=NAIVE), "dt_start", "activities.save"),
    ("relenta", lambda crm: crm.request("GET", "x"), "path", "request"),
    ("monica", lambda crm: crm.contacts.get(None), "id", "contacts.get"),
    ("monica", lambda crm: crm.contacts.update(None), "id", "contacts.update"),
    ("monica", lambda crm: crm.notes.list(page_size=True), "page_size", "notes.list"),
]


@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize(
    ("crm", "call", "argument", "operation"), WRONG, ids=[str(n) for n in range(len(WRONG))]
)
def test_names_argument_and_operation(
    crm: str, call: Callable[[Any], Any], argument: str, operation: str, *, asynchronous: bool
) -> None:
    """An ArgumentError has the argument and the operation, and nothing is sent."""
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200, json={})

    sync, other, credentials = CLIENTS[crm]
    client = (other if asynchronous else sync)(transport=httpx.MockTransport(answer), **credentials)

    async def finish() -> Any:
        result = call(client)
        return await result if inspect.isawaitable(result) else result

    with pytest.raises(ArgumentError) as caught:
        asyncio.run(finish()) if asynchronous else call(client)
    assert (caught.value.argument, caught.value.operation) == (argument, operation)
    assert str(caught.value).startswith(f"{operation}: {argument}: ")
    assert requests == []


def test_messages_say_what_was_expected() -> None:
    """A message names the argument, what was expected and what came."""
    crm: Any = EspoCRM(base_url="https://crm.example", api_key="k")
    calls: list[tuple[Callable[[], Any], str]] = [
        (lambda: crm.contacts.mass_delete(ids=[]), "ids: must not be empty"),
        (lambda: crm.contacts.list(where=[5]), r"where\[0\]: must be a condition"),
        (lambda: crm.contacts.list(select="name"), "select: expected a list, got str"),
        (lambda: crm.contacts.get(None), "id: expected str or int, got None"),
        (lambda: crm.contacts.list(page_size=0), "page_size: must be an integer >= 1, got 0"),
    ]
    for call, message in calls:
        with pytest.raises(ArgumentError, match=message):
            call()


@pytest.mark.parametrize(
    ("cls", "settings"),
    [
        (Relenta, {"account": "acme", "department_key": "k"}),
        (EspoCRM, {"base_url": "https://crm.example", "api_key": "k"}),
        (OnePageCRM, {"uid": "4e0046526381906f7e000002", "key": KEY}),
        (Monica, {"token": "t"}),
    ],
)
def test_an_unknown_setting_names_the_class(cls: Any, settings: dict[str, Any]) -> None:
    """An unknown keyword of a constructor is a TypeError about the class that was called."""
    text = rf"^{cls.__name__}\(\) got an unexpected keyword argument 'nonsense'$"
    with pytest.raises(TypeError, match=text):
        cls(**settings, nonsense=1)


def test_an_input_model_reports_dates_by_keyword() -> None:
    """A member is named as the keyword, not as the wire spells it."""
    crm = EspoCRM(base_url="https://crm.example", api_key="k")
    with pytest.raises(ArgumentError) as caught:
        crm.opportunities.create(name="x", close_date="2026-01-01")  # type: ignore[arg-type]  # wrong
    assert caught.value.argument == "close_date"
    assert caught.value.operation == "opportunities.create"
    assert date(2026, 1, 1).isoformat() not in str(caught.value)
