"""A public client of EspoCRM, which is not ours, works with the mock unchanged."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest

from crmkit_mock import MockServer
from crmkit_mock.espocrm import seed

# The package has no types.
_espo: Any = import_module("espo")
Client, Methods = _espo.Espo, _espo.EspoMethods


@pytest.fixture
def client(server: MockServer) -> Any:
    """The public client with an API key of the mock."""
    mock = server.espocrm
    return Client(server.url, mock.credentials["api_key"], prefix="/espocrm/api/v1/")


def test_creates_reads_updates_and_deletes(client: Any) -> None:
    """Its methods work, and a second deletion is an error with the reason."""
    created = client.request(Methods.POST, "Account", {"name": "By espo"})
    path = f"Account/{created['id']}"
    assert client.request(Methods.GET, path)["name"] == "By espo"
    client.request(Methods.PUT, path, {"industry": "Retail"})
    client.request(Methods.PATCH, path, {"type": "Customer"})
    read = client.request(Methods.GET, path)
    assert (read["industry"], read["type"]) == ("Retail", "Customer")
    assert client.request(Methods.DELETE, path) is True
    with pytest.raises(Exception, match=f"404: Record {created['id']} not found"):
        client.request(Methods.DELETE, path)


def test_filters_lists_by_brackets(client: Any) -> None:
    """The query that it builds from nested parameters is understood."""
    params = {
        "select": "id,name,status",
        "where": [{"type": "in", "attribute": "status", "value": ["New", "Dead"]}],
        "orderBy": "name",
        "order": "desc",
        "maxSize": 3,
    }
    page = client.request(Methods.GET, "Lead", params)
    assert page["total"] == 10
    assert [lead["name"] for lead in page["list"]] == ["F23 Lead23", "F20 Lead20", "F18 Lead18"]


def test_links_but_does_not_unlink(client: Any) -> None:
    """It sends the id of a deletion in the query alone, which the server answers with false."""
    path = f"TargetList/{seed.TARGET_LIST}/leads"
    lead = "6593c9800000001e1"
    assert client.request(Methods.POST, path, {"id": lead}) is True
    assert client.request(Methods.DELETE, path, {"id": lead}) is False
    assert client.request(Methods.GET, path)["total"] == 1


def test_raises_with_the_reason_of_an_error(client: Any) -> None:
    """A rejected value is an error with the server's reason."""
    with pytest.raises(Exception, match="400: Field validation failure; entityType: Account"):
        client.request(Methods.POST, "Account", {})
