"""TinyCRM's client against its mock."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from crmkit import AuthenticationError, NotFoundError
from crmkit.tinycrm import TinyCRM


def test_reads_what_it_created(tinycrm_mock: Any) -> None:
    """A person that was created is read by id and comes in the list."""
    crm: TinyCRM = tinycrm_mock.client()
    person = crm.people.create(name="Grace Hopper", born=dt.date(1906, 12, 9))

    assert crm.people.get(person.id) == person
    assert [one.name for one in crm.people.list(page_size=1)] == ["Ada Lovelace", "Grace Hopper"]


async def test_async_counterpart(tinycrm_mock: Any) -> None:
    """The async client reads the same."""
    assert (await tinycrm_mock.async_client().people.get(1)).born == dt.date(1815, 12, 10)


def test_refuses_a_wrong_key_and_an_unknown_id(tinycrm_mock: Any) -> None:
    """The server's errors are raised as exceptions."""
    with pytest.raises(AuthenticationError):
        tinycrm_mock.client(key="wrong").people.list().first()
    with pytest.raises(NotFoundError, match="There is no person 7"):
        tinycrm_mock.client().people.get(7)
