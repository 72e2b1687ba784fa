"""Monica before 3.6, whose records have no uuid."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from crmkit import AsyncMonica, Monica
from crmkit_mock import MockCRMs
from tests.clients.harness import Driver, both, sync_alone

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
