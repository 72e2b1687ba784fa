"""Requests and replies as conversations hold them: what goes over the wire, and nothing typed."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["NO_BODY", "Reply", "Request", "Sender", "Violation"]


class _NoBody:
    """Takes the place of a body where there is none; None is JSON's null."""

    def __repr__(self) -> str:
        return "NO_BODY"


NO_BODY = _NoBody()


@dataclass(frozen=True)
class Request:
    """One request, with names in place of what differs between servers.

    Attributes:
        method: HTTP method, in upper case.
        path: Path below the base URL, beginning with a slash.
        query: Names and values, in the order in which they are sent.
        json: The body as a JSON tree; `NO_BODY` for none.
        content: The body as bytes, in place of `json`.
        headers: Further headers.
        user: Name of the user who sends it; empty for the run's own.
    """

    method: str
    path: str
    query: tuple[tuple[str, Any], ...] = ()
    json: Any = NO_BODY
    content: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    user: str = ""

    def __str__(self) -> str:
        """The request in one line, its body cut."""
        query = "&".join(f"{name}={value}" for name, value in self.query)
        parts = [self.method, f"{self.path}?{query}" if query else self.path]
        if self.json is not NO_BODY:
            body = json.dumps(self.json, ensure_ascii=False)
            parts.append(body if len(body) <= 120 else f"{body[:117]}…")
        elif self.content is not None:
            parts.append(f"({len(self.content)} bytes)")
        if self.user:
            parts.append(f"as {self.user}")
        return " ".join(parts)


@dataclass(frozen=True)
class Reply:
    """What a server answered.

    Attributes:
        status: HTTP status.
        headers: Headers by name in lower case.
        content: The body.
        url: The address that was asked.
        seconds: How long it took.
        method: HTTP method of the request.
    """

    status: int
    headers: Mapping[str, str]
    content: bytes
    url: str = ""
    seconds: float = 0.0
    method: str = "GET"

    @property
    def succeeded(self) -> bool:
        """Whether the status says that the request worked."""
        return 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        """Whether it says that there is no such record, or none any more."""
        return self.status in {404, 410}

    @property
    def is_denied(self) -> bool:
        """Whether it refuses for want of rights."""
        return self.status in {401, 403}

    @property
    def outcome(self) -> str:
        """The status, with the vendor's own where that is in the body."""
        return str(self.status)

    @property
    def media_type(self) -> str:
        """The media type, in lower case and without parameters; empty if there is none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def text(self) -> str:
        """The body as str."""
        return self.content.decode("utf-8", "replace")

    @cached_property
    def tree(self) -> Any:
        """The body as a JSON tree, whatever format it is written in; None if it is not one."""
        try:
            return json.loads(self.content)
        except ValueError:
            return None

    @property
    def is_json(self) -> bool:
        """Whether the body is JSON."""
        return self.tree is not None or self.content.strip() == b"null"

    @cached_property
    def time(self) -> datetime:
        """The server's clock at the reply; that of this machine if the server does not say."""
        try:
            return parsedate_to_datetime(self.headers["date"]).astimezone(UTC)
        except (KeyError, ValueError, TypeError):
            return datetime.now(UTC)


class Sender(Protocol):
    """Sends requests: what a kind of server needs of a server to ask who it is."""

    base_url: str

    @property
    def users(self) -> Mapping[str, Any]:
        """What puts the credentials of each user on a request, by name."""
        ...

    def send(self, request: Request) -> Reply:
        """Send a request and return the reply."""
        ...


class Violation(NamedTuple):
    """What a document says against a body.

    Attributes:
        text: What is wrong, with the place in the body.
        value: The value there; None where the reply as a whole is not as documented.
    """

    text: str
    value: Any = None
