"""A plain HTTP client for the mocks of EspoCRM and AutoCRM, with helpers of their tests."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from crmkit_mock.espocrm import MockEspoCRM


@dataclass
class Espo:
    """A mock with a plain HTTP client for one of its users."""

    mock: MockEspoCRM
    http: httpx.Client

    def get(self, path: str, **query: Any) -> Any:
        """Return the body of a GET that must succeed."""
        reply = self.http.get(path, params=query)
        assert reply.status_code == 200, (reply.status_code, dict(reply.headers))
        return reply.json()

    def records(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """Return the records of a list."""
        records: list[dict[str, Any]] = self.get(path, **query)["list"]
        return records

    def create(self, entity_type: str, **attributes: Any) -> dict[str, Any]:
        """Create a record; return the response."""
        reply = self.http.post(f"/{entity_type}", json=attributes)
        assert reply.status_code in (200, 201), (reply.status_code, dict(reply.headers))
        record: dict[str, Any] = reply.json()
        return record

    def update(self, path: str, **attributes: Any) -> dict[str, Any]:
        """Update a record; return the response."""
        reply = self.http.put(path, json=attributes)
        assert reply.status_code == 200, (reply.status_code, dict(reply.headers))
        record: dict[str, Any] = reply.json()
        return record

    def post(self, path: str, body: object) -> Any:
        """Return the body of a POST that must succeed."""
        reply = self.http.post(path, json=body)
        assert reply.status_code == 200, (reply.status_code, dict(reply.headers))
        return reply.json()

    def find(self, entity_type: str, *items: dict[str, Any], **query: Any) -> list[str]:
        """Return the names of the records that match where items."""
        found = self.records(f"/{entity_type}", **where(*items), maxSize=200, **query)
        return [str(record.get("name")) for record in found]


def where(*items: dict[str, Any]) -> dict[str, Any]:
    """Return where items as query parameters with brackets."""
    return brackets({"where": list(items)})


def brackets(tree: dict[str, Any]) -> dict[str, Any]:
    """Return a tree as query parameters with brackets."""
    flat: dict[str, Any] = {}

    def put(name: str, value: Any) -> None:
        if isinstance(value, dict):
            for key, item in value.items():
                put(f"{name}[{key}]", item)
        elif isinstance(value, list):
            for number, item in enumerate(value):
                put(f"{name}[{number}]", item)
        elif value is not None:
            flat[name] = value

    for name, value in tree.items():
        put(name, value)
    return flat


def error_reason(reply: httpx.Response, status: int) -> str | None:
    """Check the status of an error; return its reason, None if the header is missing."""
    assert reply.status_code == status, (reply.status_code, reply.headers.get("x-status-reason"))
    reason: str | None = reply.headers.get("x-status-reason")
    return reason


def headers_of(credentials: dict[str, Any], method: str = "", path: str = "") -> dict[str, str]:
    """Return the headers with a user's credentials.

    Args:
        credentials: Keyword arguments of a client, from `users`.
        method: Method of the request, if it is signed.
        path: Its path below the base URL, if it is signed.
    """
    if "password" in credentials:
        pair = f"{credentials['username']}:{credentials['password']}"
        return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
    if "secret_key" in credentials:
        signed = f"{method} {path}".encode()
        digest = hmac.new(credentials["secret_key"].encode(), signed, hashlib.sha256).hexdigest()
        pair = f"{credentials['api_key']}:{digest}"
        return {"X-Hmac-Authorization": base64.b64encode(pair.encode()).decode()}
    return {"X-Api-Key": credentials["api_key"]}


def client_for(mock: MockEspoCRM, user: str = "integrator") -> httpx.Client:
    """Return a plain HTTP client with a user's key or password."""
    return httpx.Client(
        base_url=mock.base_url,
        transport=mock.transport,
        headers=headers_of(mock.users[user]),
        trust_env=False,
    )
