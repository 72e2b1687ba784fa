"""Monica before 3.6, whose records have no uuid."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from crmkit import AsyncMonica, Monica
from crmkit_mock import MockCRMs
from tests.clients.harness import Canned, Driver, both, reply, sync_alone

asynchronous = sync_alone
LISTS = ("contacts", "notes", "tags", "activities", "tasks", "genders", "places", "companies")


def without_uuid(tree: Any) -> Any:
    """Return a reply as a server before 3.6 has it."""
    if isinstance(tree, dict):
        return {name: without_uuid(item) for name, item in tree.items() if name != "uuid"}
    return [without_uuid(item) for item in tree] if isinstance(tree, list) else tree


class Older(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """The mock of Monica, as an older release answers.

    Args:
        transport: The mock's transport.
    """

    def __init__(self, transport: Any) -> None:
        self._transport = transport
        self.bodies: list[bytes] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a sync client."""
        self.bodies.append(request.read())
        return self._older(self._transport.handle_request(request))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer an async client."""
        self.bodies.append(await request.aread())
        response = await self._transport.handle_async_request(request)
        await response.aread()
        return self._older(response)

    def _older(self, response: httpx.Response) -> httpx.Response:
        response.read()
        return httpx.Response(response.status_code, json=without_uuid(response.json()))


@both
@pytest.mark.parametrize("resource", LISTS)
def test_reads_records_without_uuid(asynchronous: bool, mocks: MockCRMs, resource: str) -> None:
    """Every list of an older server is read; what it does not have is None."""
    mock = mocks.monica
    older = Older(mock.transport)
    clients = (Monica, AsyncMonica)
    crm = Driver(asynchronous, older, clients, base_url=mock.base_url, **mock.credentials)

    records = crm(lambda crm: getattr(crm, resource).list())

    assert records
    assert all(getattr(record, "uuid", None) is None for record in records)
    crm.end()


@both
def test_updates_contacts_without_uuid(asynchronous: bool, mocks: MockCRMs) -> None:
    """An update reads, merges and writes a contact of an older server, and makes up no uuid."""
    mock = mocks.monica
    older = Older(mock.transport)
    clients = (Monica, AsyncMonica)
    crm = Driver(asynchronous, older, clients, base_url=mock.base_url, **mock.credentials)
    contact = crm(lambda crm: crm.contacts.list().first())

    changed = crm(lambda crm: crm.contacts.update(contact.id, nickname="Zed"))

    assert changed.nickname == "Zed"
    assert changed.first_name == contact.first_name
    assert not any(b'"uuid":"' in body for body in older.bodies)
    crm.end()


def recorded_contacts() -> list[dict[str, Any]]:
    """Return the 99 contacts that a server before 3.6 sent."""
    path = Path(__file__).parents[1] / "recorded" / "monica-older.jsonl"
    template, names, *rows = map(json.loads, path.read_text("utf-8").splitlines())

    def filled(tree: Any, values: dict[str, Any]) -> Any:
        if isinstance(tree, dict):
            return {name: filled(item, values) for name, item in tree.items()}
        if isinstance(tree, list):
            return [filled(item, values) for item in tree]
        is_name = isinstance(tree, str) and tree.startswith("$")
        return values[tree[1:]] if is_name else tree

    return [filled(template, dict(zip(names, row, strict=True))) for row in rows]


def members(sent: Any, kept: Any) -> list[tuple[Any, Any]]:
    """Return the values of a reply beside those that a model writes back."""
    if isinstance(sent, dict):
        return [pair for name, item in sent.items() for pair in members(item, kept[name])]
    if isinstance(sent, list):
        return [pair for item in zip(sent, kept, strict=True) for pair in members(*item)]
    return [(sent, kept)]


@both
def test_reads_recorded_contacts_of_an_older_server(asynchronous: bool) -> None:
    """Every contact that a server before 3.6 sent is read, and nothing of it is lost."""
    sent = recorded_contacts()
    body = {"data": sent, "meta": {"current_page": 1, "last_page": 1, "total": len(sent)}}
    canned = Canned(reply(json.dumps(body).encode()))
    crm = Driver(asynchronous, canned, (Monica, AsyncMonica), token="t", throttle=0)

    contacts = crm(lambda crm: crm.contacts.list(page_size=100).collect())

    assert len(contacts) == len(sent) == 99
    for contact, record in zip(contacts, sent, strict=True):
        assert (contact.uuid, contact.addresses[0].uuid) == (None, None)
        assert contact.created_at.year == 2021
        pairs = members(record, json.loads(json.dumps(contact.to_dict())))
        assert [pair for pair in pairs if pair[0] != pair[1]] == []
    crm.end()
