"""A plain HTTP client for the Monica mock, with what its tests need again and again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from crmkit_mock.monica import MockMonica

Tree = dict[str, Any]

#: The required members of a contact, without its name.
PLAIN = {"is_birthdate_known": False, "is_deceased": False, "is_deceased_date_known": False}
NOT_FOUND = {"error": {"message": "The resource has not been found", "error_code": 31}}


@dataclass
class Monica:
    """A Monica mock with a plain HTTP client for one of its accounts."""

    mock: MockMonica
    http: httpx.Client

    def tree(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        """Send a request, check its status and return the reply's tree."""
        options = {} if body is None else {"json": body}
        reply = self.http.request(method, path, **options)
        assert reply.status_code == status, f"{method} {path} {body}: {reply.text}"
        return reply.json()

    def get(self, path: str) -> Any:
        """Return an object or a list without pages."""
        return self.tree("GET", path)["data"]

    def page(self, path: str, **query: Any) -> Tree:
        """Return a page with its links and meta."""
        reply = self.http.get(path, params=query)
        assert reply.status_code == 200, f"{path} {query}: {reply.text}"
        tree: Tree = reply.json()
        return tree

    def ids(self, path: str, **query: Any) -> list[int]:
        """Return the ids of a page."""
        return [item["id"] for item in self.page(path, **query)["data"]]

    def post(self, path: str, status: int = 201, /, **body: Any) -> Tree:
        """Create an object and return it."""
        created: Tree = self.tree("POST", path, body, status)["data"]
        return created

    def put(self, path: str, /, **body: Any) -> Tree:
        """Update an object and return it."""
        updated: Tree = self.tree("PUT", path, body)["data"]
        return updated

    def delete(self, path: str) -> Tree:
        """Delete an object and return the reply."""
        reply: Tree = self.tree("DELETE", path)
        assert reply["deleted"] is True
        return reply

    def expect_not_found(self, method: str, path: str, body: Any = None) -> None:
        """Check that a request is answered 404 in Monica's own form."""
        assert self.tree(method, path, body, 404) == NOT_FOUND, f"{method} {path} {body}"

    def expect_invalid(self, method: str, path: str, body: Any = None) -> list[str]:
        """Check that values are answered 422, code 32; return the messages."""
        error = self.tree(method, path, body, 422)["error"]
        assert error["error_code"] == 32, f"{method} {path} {body}"
        messages: list[str] = error["message"]
        assert messages
        return messages

    def contact(self, first_name: str = "Ann", **more: Any) -> int:
        """Create a contact and return its id."""
        id: int = self.post("/contacts", **{**PLAIN, "first_name": first_name, **more})["id"]
        return id

    def relate(self, contact: int, type_: int, other: int) -> int:
        """Create a relationship and return its id."""
        body = {"contact_is": contact, "relationship_type_id": type_, "of_contact": other}
        id: int = self.post("/relationships", **body)["id"]
        return id


def client_for(mock: MockMonica, account: str = "ada") -> httpx.Client:
    """Return a plain HTTP client with an account's token."""
    return httpx.Client(
        base_url=mock.base_url,
        transport=mock.transport,
        headers={
            "Accept": "application/json",
            "Authorization": f"Bearer {mock.accounts[account]['token']}",
        },
        trust_env=False,
    )
