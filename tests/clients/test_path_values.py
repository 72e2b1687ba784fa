"""Ids and names that go into a path: what would name another thing than was meant is not sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import crmkit
from crmkit import ArgumentError
from crmkit_mock import MockCRMs

CALLS: dict[str, tuple[str, Callable[[Any, Any], Any]]] = {
    "a record of EspoCRM": ("EspoCRM", lambda crm, id: crm.accounts.get(id)),
    "a change in EspoCRM": ("EspoCRM", lambda crm, id: crm.accounts.update(id, name="x")),
    "a deletion in EspoCRM": ("EspoCRM", lambda crm, id: crm.entity("CGadget").delete(id)),
    "a record of OnePageCRM": ("OnePageCRM", lambda crm, id: crm.contacts.get(id)),
    "a change in OnePageCRM": ("OnePageCRM", lambda crm, id: crm.contacts.update(id, company="x")),
    "a record of Monica": ("Monica", lambda crm, id: crm.contacts.get(id)),
    "a change in Monica": ("Monica", lambda crm, id: crm.notes.update(id, body="x")),
    "a part of a list": ("Monica", lambda crm, id: crm.notes.list(contact_id=id).collect()),
    "a list": ("Monica", lambda crm, id: crm.relationships.list(id).collect()),
}


@pytest.fixture(scope="module")
def mocks() -> MockCRMs:
    """Return mock CRMs whose journals tell whether anything was sent."""
    return MockCRMs()


@pytest.mark.parametrize("value", [None, True, 1.5, [], {"id": 1}, object(), "\ud800"], ids=type)
@pytest.mark.parametrize("call", CALLS)
def test_what_is_no_id_is_not_sent(mocks: MockCRMs, call: str, value: object) -> None:
    """What is neither a number nor a text of UTF-8 is refused before anything is sent."""
    name, work = CALLS[call]
    mock = getattr(mocks, name.lower())
    crm = getattr(crmkit, name)(
        base_url=mock.base_url, transport=mock.transport, **mock.credentials
    )
    mock.journal.clear()

    with pytest.raises(ArgumentError) as caught:
        work(crm, value)

    assert caught.value.argument in {"id", "contact_id"}
    assert list(mock.journal) == []
