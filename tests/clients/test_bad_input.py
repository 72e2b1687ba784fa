"""Wrong arguments are refused by the call itself, by the names that the caller wrote."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import pytest

import crmkit
from crmkit import ArgumentError, ConfigError, EspoCRM, File
from crmkit.core.drive import drive
from tests.clients.harness import CREDENTIALS, both, failures, new_client, public_methods

NAIVE = datetime(2026, 1, 1)  # noqa: DTZ001  # naive is the point
DAY = datetime(2026, 1, 1, tzinfo=UTC)
REFUSED: list[tuple[str, Callable[[Any], Any], str, str]] = [
    ("EspoCRM", lambda crm: crm.contacts.get(None), "id", "contacts.get"),
    ("EspoCRM", lambda crm: crm.contacts.get(""), "id", "contacts.get"),
    ("EspoCRM", lambda crm: crm.contacts.get(".."), "id", "contacts.get"),
    ("EspoCRM", lambda crm: crm.contacts.get("a/b"), "id", "contacts.get"),
    ("EspoCRM", lambda crm: crm.contacts.get("\ud800"), "id", "contacts.get"),
    ("EspoCRM", lambda crm: crm.contacts.mass_delete(ids=[]), "ids", "contacts.mass_delete"),
    ("EspoCRM", lambda crm: crm.leads.mass_delete(), "ids", "leads.mass_delete"),
    ("EspoCRM", lambda crm: crm.leads.mass_delete(ids=[7]), "ids[0]", "leads.mass_delete"),
    (
        "EspoCRM",
        lambda crm: crm.leads.mass_update(ids=["1"], attributes={"cAt": NAIVE}),
        "attributes['cAt']",
        "leads.mass_update",
    ),
    (
        "EspoCRM",
        lambda crm: crm.emails.send(to=[], subject="s", body="b"),
        "to",
        "emails.send",
    ),
    (
        "EspoCRM",
        lambda crm: crm.emails.send(to="a@b.c", subject="s", body=object()),
        "body",
        "emails.send",
    ),
    ("EspoCRM", lambda crm: crm.contacts.link("a", "b c", "x"), "link", "contacts.link"),
    ("EspoCRM", lambda crm: crm.contacts.link("a", "teams", []), "ids", "contacts.link"),
    ("EspoCRM", lambda crm: crm.contacts.unlink("..", "teams", "x"), "id", "contacts.unlink"),
    ("EspoCRM", lambda crm: crm.contacts.related("a", "b c"), "link", "contacts.related"),
    ("EspoCRM", lambda crm: crm.contacts.list(select="name"), "select", "contacts.list"),
    ("EspoCRM", lambda crm: crm.contacts.list(where=[5]), "where[0]", "contacts.list"),
    ("EspoCRM", lambda crm: crm.contacts.list(where={"a": 1}), "where", "contacts.list"),
    ("EspoCRM", lambda crm: crm.contacts.list(page_size=0), "page_size", "contacts.list"),
    ("EspoCRM", lambda crm: crm.contacts.list(page_size=0), "page_size", "contacts.list"),
    ("EspoCRM", lambda crm: crm.contacts.list(start=-1), "start", "contacts.list"),
    ("EspoCRM", lambda crm: crm.contacts.list(order_by=["a"]), "order_by", "contacts.list"),
    (
        "EspoCRM",
        lambda crm: crm.entity("CGadget").list(where=[5]),
        "where[0]",
        "entity('CGadget').list",
    ),
    ("EspoCRM", lambda crm: crm.attachments.upload(b"x"), "name", "attachments.upload"),
    ("EspoCRM", lambda crm: crm.leads.convert(7), "id", "leads.convert"),
    (
        "EspoCRM",
        lambda crm: crm.opportunities.create(close_date="x"),
        "close_date",
        "opportunities.create",
    ),
    ("Relenta", lambda crm: crm.contacts.list(page_size=0), "page_size", "contacts.list"),
    ("Relenta", lambda crm: crm.contacts.save(options={"x": 1}), "options['x']", "contacts.save"),
    ("Relenta", lambda crm: crm.activities.save(dt_start=NAIVE), "dt_start", "activities.save"),
    ("Relenta", lambda crm: crm.request("GET", "x"), "path", "request"),
    ("Monica", lambda crm: crm.contacts.get(None), "id", "contacts.get"),
    ("Monica", lambda crm: crm.contacts.update(None), "id", "contacts.update"),
    ("Monica", lambda crm: crm.notes.list(page_size=True), "page_size", "notes.list"),
    ("EspoCRM", lambda crm: crm.entity("A/b"), "entity_type", "entity"),
    ("OnePageCRM", lambda crm: crm.contacts.get(None), "id", "contacts.get"),
    ("OnePageCRM", lambda crm: crm.contacts.list(start=0), "start", "contacts.list"),
    ("Monica", lambda crm: crm.with_options(headers={"a b": "x"}), "headers", "with_options"),
    ("Monica", lambda crm: crm.contacts.list(page_size=0), "page_size", "contacts.list"),
]


def called(work: Callable[[], Any]) -> Any:
    """Make a call, and run it if it is a coroutine; a pager is not iterated."""
    result = work()
    return drive(result) if inspect.iscoroutine(result) else result  # nothing waits before it sends


@both
def test_names_argument_and_operation(asynchronous: bool) -> None:
    """An ArgumentError has argument and operation, is raised by the call, and nothing is sent."""

    def check(crm: str, call: Callable[[Any], Any], argument: str, operation: str) -> None:
        client = new_client(crm, asynchronous=asynchronous)
        with pytest.raises(ArgumentError) as caught:
            called(lambda: call(client))
        assert (caught.value.argument, caught.value.operation) == (argument, operation)
        assert str(caught.value).startswith(f"{operation}: {argument}: ")

    assert failures(check, REFUSED) == []


def wrong_types(crm: Any) -> Iterator[tuple[str, str, Any, dict[str, Any]]]:
    """Yield, of each public method, each argument with a value of a type that it never takes."""
    right: dict[str, Any] = {
        "file": File(BytesIO(b"x"), "x"),
        "link": "contacts",
        "ids": ["1"],
        "names": ["x"],
        "attributes": {"name": "x"},
        "path": "/x",
        "method": "GET",
        "name": "x",
    }
    for path, method in public_methods(crm):
        if path.startswith(("generated.", "view.")):
            continue  # called by generated functions, and by the client itself
        params = inspect.signature(method).parameters
        arguments = {
            name: DAY if "datetime" in str(param.annotation) else right.get(name, "1")
            for name, param in params.items()
            if param.default is param.empty
        }
        for name in params:
            # Either ids or where is required, though both are optional.
            ids = {"ids": ["1"]} if "ids" in params and name != "where" else {}
            yield path, name, method, {**arguments, **ids, name: object()}


@both
@pytest.mark.parametrize("name", CREDENTIALS)
def test_refuses_wrong_types_by_name(name: str, asynchronous: bool) -> None:
    """A value of a wrong type is refused by the name of a parameter, before anything is sent."""
    crm = new_client(name, asynchronous=asynchronous)

    def check(path: str, argument: str, method: Any, arguments: dict[str, Any]) -> None:
        with pytest.raises((ArgumentError, ConfigError, TypeError)) as caught:
            called(lambda: method(**arguments))
        error = caught.value
        if isinstance(error, ArgumentError):
            assert error.argument.partition("[")[0] == argument
            assert error.operation
        elif isinstance(error, ConfigError):
            assert path == "with_options"
            assert str(error).startswith(argument)
        else:  # Python's own, about a model of another class
            assert argument == "input_"
            assert "Input" in str(error)

    assert failures(check, wrong_types(crm)) == []


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


def test_unknown_setting_names_the_class() -> None:
    """An unknown keyword of a constructor is a TypeError about the class that was called."""
    for name, credentials in CREDENTIALS.items():
        for cls in (getattr(crmkit, name), getattr(crmkit, f"Async{name}")):
            text = rf"^{cls.__name__}\(\) got an unexpected keyword argument 'nonsense'$"
            with pytest.raises(TypeError, match=text):
                cls(**credentials, nonsense=1)


def test_names_keyword_rather_than_wire_name() -> None:
    """A member is named as the keyword, not as the wire spells it."""
    crm = EspoCRM(base_url="https://crm.example", api_key="k")
    with pytest.raises(ArgumentError) as caught:
        crm.opportunities.create(name="x", close_date="2026-01-01")  # type: ignore[arg-type]  # wrong
    assert caught.value.argument == "close_date"
    assert caught.value.operation == "opportunities.create"
    assert date(2026, 1, 1).isoformat() not in str(caught.value)
