"""A plain HTTP client for the Relenta mock, with the requests that most tests need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from crmkit_mock.relenta import MockRelenta

KEY_HEADER = "X-Relenta-Department-Key"


@dataclass
class Relenta:
    """A Relenta mock with a plain HTTP client for one of its departments."""

    mock: MockRelenta
    http: httpx.Client

    def contacts(self, **query: int) -> list[dict[str, Any]]:
        """Read one page of contacts."""
        return self._data("contact", query)

    def activities(self, **query: int) -> list[dict[str, Any]]:
        """Read one page of activities."""
        return self._data("activity", query)

    def contact(self, id: int) -> dict[str, Any]:
        """Read one contact out of the list."""
        contacts = self.contacts(page_size=500)
        (contact,) = [record for record in contacts if record["id"] == str(id)]
        return contact

    def activity(self, id: int) -> dict[str, Any]:
        """Read one activity out of the list."""
        activities = self.activities(page_size=500)
        (activity,) = [record for record in activities if record["id"] == str(id)]
        return activity

    def save(self, what: str = "contact.save", /, **body: Any) -> int:
        """Save a record that the mock must accept; return its id."""
        reply = self.http.post(f"/{what}.json", json=body)
        assert reply.status_code == 200, reply.text
        id: int = reply.json()["data"]["id"]
        return id

    def refused(self, status: int, what: str = "contact.save", /, **body: Any) -> str:
        """Save a record that the mock must refuse; return its message."""
        return refusal(self.http.post(f"/{what}.json", json=body), status)

    def _data(self, what: str, query: dict[str, int]) -> list[dict[str, Any]]:
        reply = self.http.get(f"/{what}.list.json", params=query)
        assert reply.status_code == 200, reply.text
        data: list[dict[str, Any]] = reply.json()["data"]
        return data


def refusal(reply: httpx.Response, status: int) -> str:
    """Check that a reply is an error in Relenta's envelope; return its message."""
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/json"
    envelope = reply.json()
    assert envelope.keys() == {"status", "code", "message"}
    assert envelope["status"] is False
    assert envelope["code"] == status
    message: str = envelope["message"]
    assert message
    return message


def client_for(mock: MockRelenta, department: str = "agents") -> httpx.Client:
    """Return a plain HTTP client with a department's key."""
    key = mock.departments[department]["department_key"]
    return httpx.Client(
        base_url=mock.base_url,
        transport=mock.transport,
        headers={KEY_HEADER: key},
        trust_env=False,
    )
