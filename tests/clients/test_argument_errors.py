"""Wrong arguments of every public method: what is raised, when, and what it says."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import crmkit
from crmkit import ArgumentError
from tests.clients.harness import CREDENTIALS, both, failures, new_client, public_methods

_REQUIRED: dict[str, Any] = {
    "base_url": "https://acme.example",
    "link": "contacts",
    "ids": ["1"],
    "attributes": {"name": "x"},
    "path": "/x",
    "method": "GET",
    "file": b"x",
}
"""Values of required arguments for which "1" will not do."""

BAD_INPUT: list[tuple[str, str, str, Callable[[Any], Any]]] = [
    ("EspoCRM", "accounts.get", "id", lambda crm: crm.accounts.get(None)),
    ("EspoCRM", "leads.mass_delete", "ids", lambda crm: crm.leads.mass_delete(ids=[])),
    (
        "EspoCRM",
        "emails.send",
        "to",
        lambda crm: crm.emails.send(to=[], subject="s", body="b"),
    ),
    ("EspoCRM", "accounts.link", "link", lambda crm: crm.accounts.link("a", "b c", "x")),
    ("EspoCRM", "accounts.list", "select", lambda crm: crm.accounts.list(select="name")),
    (
        "EspoCRM",
        "attachments.upload",
        "name",
        lambda crm: crm.attachments.upload(b"x", field="file", related_type="Document"),
    ),
    ("EspoCRM", "accounts.list", "where[0]", lambda crm: crm.accounts.list(where=[5])),
    ("EspoCRM", "accounts.list", "page_size", lambda crm: crm.accounts.list(page_size=0)),
    ("Monica", "contacts.get", "id", lambda crm: crm.contacts.get(None)),
    ("OnePageCRM", "contacts.get", "id", lambda crm: crm.contacts.get(None)),
    ("Relenta", "contacts.list", "page_size", lambda crm: crm.contacts.list(page_size=0)),
]


def called(work: Callable[[], Any]) -> Any:
    """Make a call, and await it if it is a coroutine; a pager is not iterated."""
    result = work()
    if inspect.iscoroutine(result):
        return asyncio.run(result)
    return result


@both
def test_names_argument_and_operation(asynchronous: bool) -> None:
    """An ArgumentError has the argument as callers spell it and the operation, at the call."""

    def check(crm: str, operation: str, argument: str, work: Callable[[Any], Any]) -> None:
        client = new_client(crm, asynchronous=asynchronous)
        with pytest.raises(ArgumentError) as caught:
            called(lambda: work(client))
        assert (caught.value.argument, caught.value.operation) == (argument, operation)
        assert str(caught.value).startswith(f"{operation}: {argument}: ")

    assert failures(check, BAD_INPUT) == []


def test_entity_names_operation() -> None:
    """`entity` and the methods of what it returns name the operation as users write it."""
    crm = new_client("EspoCRM")
    with pytest.raises(ArgumentError) as caught:
        crm.entity("A/b")
    assert (caught.value.argument, caught.value.operation) == ("entity_type", "entity")
    with pytest.raises(ArgumentError) as caught:
        crm.entity("CGadget").list(page_size=0)
    assert caught.value.argument == "page_size"
    assert caught.value.operation


@pytest.mark.parametrize("name", CREDENTIALS)
def test_unknown_keyword_names_class(name: str) -> None:
    """An unknown keyword of a constructor is a TypeError that names the class."""
    for cls in (getattr(crmkit, name), getattr(crmkit, f"Async{name}")):
        with pytest.raises(TypeError, match=rf"^{cls.__name__}\(\) .*unexpected .*'nope'"):
            cls(**CREDENTIALS[name], nope=1)


def _wrong(crm: Any) -> Iterator[tuple[str, str, Any, dict[str, Any]]]:
    """Yield, of each public method, each argument with a value of a type that it never takes."""
    for name, method in public_methods(crm):
        params = inspect.signature(method).parameters.values()
        required = {
            param.name: _REQUIRED.get(param.name, "1")
            for param in params
            if param.default is param.empty
        }
        for param in params:
            yield name, param.name, method, {**required, param.name: object()}


@both
@pytest.mark.parametrize("name", CREDENTIALS)
def test_wrong_type_is_refused_by_name(name: str, asynchronous: bool) -> None:
    """A value of a wrong type is an ArgumentError about a parameter, or a TypeError; unsent."""
    crm = new_client(name, asynchronous=asynchronous)

    def check(path: str, argument: str, method: Any, arguments: dict[str, Any]) -> None:
        with pytest.raises((ArgumentError, TypeError)) as caught:
            called(lambda: method(**arguments))
        error = caught.value
        if not isinstance(error, ArgumentError):
            # Python's own, about a model of another class; never about the signature.
            assert "keyword" not in str(error)
            assert "missing" not in str(error)
            return
        blamed = error.argument.partition("[")[0]
        assert blamed in inspect.signature(method).parameters
        assert error.operation, "no operation"

    assert failures(check, _wrong(crm)) == []


@both
@pytest.mark.parametrize("name", CREDENTIALS)
def test_signature_matches_call(name: str, asynchronous: bool) -> None:
    """Every public method takes the parameters of its signature, by name, and no others."""
    crm = new_client(name, asynchronous=asynchronous)

    def check(path: str, method: Any) -> None:
        params = inspect.signature(method).parameters.values()
        assert not {param.kind for param in params} & {
            inspect.Parameter.VAR_POSITIONAL,
            inspect.Parameter.VAR_KEYWORD,
        }
        with pytest.raises(TypeError, match="unexpected keyword argument 'nope'"):
            called(lambda: method(**{param.name: "1" for param in params}, nope=1))
        required = [param.name for param in params if param.default is param.empty]
        if required:
            with pytest.raises(TypeError, match=f"missing .*{required[0]}"):
                called(method)
        positional = [param for param in params if param.kind is not param.KEYWORD_ONLY]
        with pytest.raises(TypeError, match="positional argument"):
            called(lambda: method(*[None] * (len(positional) + 1)))

    assert failures(check, public_methods(crm)) == []
