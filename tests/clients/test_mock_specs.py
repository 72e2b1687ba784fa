"""What tools see of a client: autospec, signatures and help."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any
from unittest.mock import AsyncMock, create_autospec

import pytest

import crmkit
from tests.clients.harness import new_client

CLIENTS = ("Relenta", "AutoCRM", "EspoCRM", "OnePageCRM", "Monica")
ESPO = ("AutoCRM", "EspoCRM", "AsyncAutoCRM", "AsyncEspoCRM")
WRITES: dict[str, Callable[[Any], Any]] = {
    "Relenta": lambda crm: crm.contacts.save,
    "AutoCRM": lambda crm: crm.contacts.create,
    "EspoCRM": lambda crm: crm.contacts.create,
    "OnePageCRM": lambda crm: crm.contacts.create,
    "Monica": lambda crm: crm.contacts.create,
}


@pytest.mark.parametrize("prefix", ["", "Async"])
@pytest.mark.parametrize("name", CLIENTS)
def test_autospec_refuses_wrong_calls(name: str, prefix: str) -> None:
    """A mock made by `create_autospec` takes what the client takes, and nothing else."""
    spec = create_autospec(getattr(crmkit, prefix + name), instance=True)
    write = WRITES[name](spec)

    with pytest.raises(TypeError):
        write(no_such_keyword=1)
    with pytest.raises(TypeError):
        write(1, 2, 3)
    with pytest.raises(AttributeError):
        _ = spec.contacts.no_such_method
    with pytest.raises(AttributeError):
        _ = spec.no_such_resource
    assert isinstance(write, AsyncMock) is bool(prefix)
    with pytest.raises(TypeError):
        spec.contacts.list(no_such_filter=1)
    spec.contacts.list(options=None)
    spec.contacts.list.assert_called_once_with(options=None)


@pytest.mark.parametrize("name", ESPO)
def test_autospec_knows_any_entity_type(name: str) -> None:
    """The records of any entity type are specified as well, and `entity` itself."""
    spec = create_autospec(getattr(crmkit, name), instance=True)

    for wrong in (
        spec.entity,
        lambda: spec.entity("CGadget", 1),
        lambda: spec.entity("CGadget").get(),
        lambda: spec.entity("CGadget").related("CGadget", "1", "contacts"),
        lambda: spec.accounts.related("Account", "1", "contacts"),
        spec.leads.convert,
    ):
        with pytest.raises(TypeError):
            wrong()
    assert isinstance(spec.entity("CGadget").get, AsyncMock) is name.startswith("Async")


@pytest.mark.parametrize("name", ESPO)
def test_signatures_show_what_may_be_passed(name: str) -> None:
    """No signature shows the entity type, which belongs to the resource, or a sender."""
    client = new_client(name.removeprefix("Async"), asynchronous=name.startswith("Async"))
    for resource in (client.accounts, client.meetings, client.entity("CGadget")):
        for method in ("list", "get", "create", "update", "delete", "changes", "related", "link"):
            names = [*inspect.signature(getattr(resource, method)).parameters]
            assert not {"entity", "sender", "self", "args", "kwargs"} & {*names}, method
        assert [*inspect.signature(resource.related).parameters][:2] == ["id", "link"]
        assert [*inspect.signature(resource.get).parameters] == ["id", "options"]
    assert [*inspect.signature(client.entity).parameters] == ["entity_type"]
    assert inspect.getdoc(client.entity)


@pytest.mark.parametrize("prefix", ["", "Async"])
@pytest.mark.parametrize("name", CLIENTS)
def test_resources_of_the_class_show_their_methods(name: str, prefix: str) -> None:
    """A resource of the class, as help() and documentation tools ask for, has its methods."""
    cls = getattr(crmkit, prefix + name)

    assert inspect.signature(cls.contacts.list).parameters["options"]
    assert new_client(name, asynchronous=bool(prefix)).contacts is not cls.contacts
