"""Ids and names that are part of a path: what would name another thing is not sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import crmkit
from crmkit import ArgumentError
from crmkit_mock import MockCRMs
from tests.clients.harness import failures

CALLS: list[tuple[str, Callable[[Any, Any], Any]]] = [
    ("EspoCRM", lambda crm, id: crm.accounts.get(id)),
    ("EspoCRM", lambda crm, id: crm.accounts.update(id, name="x")),
    ("EspoCRM", lambda crm, id: crm.entity("CGadget").delete(id)),
    ("OnePageCRM", lambda crm, id: crm.contacts.get(id)),
    ("OnePageCRM", lambda crm, id: crm.contacts.update(id, company="x")),
    ("Monica", lambda crm, id: crm.contacts.get(id)),
    ("Monica", lambda crm, id: crm.notes.update(id, body="x")),
    ("Monica", lambda crm, id: crm.notes.list(contact_id=id)),
    ("Monica", lambda crm, id: crm.relationships.list(id)),
]


def test_rejects_what_is_not_an_id() -> None:
    """What is neither int nor a str that UTF-8 can hold is refused by name, unsent."""
    with MockCRMs() as mocks:

        def check(name: str, work: Callable[[Any, Any], Any], value: object) -> None:
            mock = getattr(mocks, name.lower())
            crm = getattr(crmkit, name)(
                base_url=mock.base_url, transport=mock.transport, **mock.credentials
            )
            with pytest.raises(ArgumentError) as caught:
                work(crm, value)
            assert caught.value.argument in {"id", "contact_id"}
            assert caught.value.operation
            assert list(mock.journal) == []

        values: tuple[object, ...] = (None, True, 1.5, [], {"id": 1}, object(), "\ud800")
        cases = [(name, work, value) for name, work in CALLS for value in values]
        assert failures(check, cases) == []
