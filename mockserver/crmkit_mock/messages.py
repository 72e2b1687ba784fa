"""Requests, replies and outcomes as plain values, and the refusal that ends a request early."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crmkit_mock.json_text import to_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.rows import RowPage

#: Largest request body that the mock reads, in bytes; a larger one is answered 413.
BODY_CAP = 20 * 1024 * 1024

JSON_TYPE = "application/json"


@dataclass(frozen=True, slots=True)
class Request:
    """One request, read completely.

    Attributes:
        method: Method in upper case.
        path: Decoded path below the CRM's base path, with its leading slash.
        query: Query string as it was sent, still percent-encoded.
        headers: Header values by lower-case name; repeated headers are joined with ", ".
        body: The bytes of the body. Empty when the body was over the cap.
        too_large: Whether the body was over `BODY_CAP`.
        raw_path: The whole path as it was sent, base path included, still percent-encoded: what
            signatures are made of.
    """

    method: str
    path: str
    query: bytes
    headers: Mapping[str, str]
    body: bytes
    too_large: bool = False
    raw_path: bytes = b""

    @property
    def media_type(self) -> str:
        """Media type of the body in lower case, without parameters; empty without Content-Type."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def charset(self) -> str | None:
        """Character set that Content-Type names, in lower case; or None."""
        for parameter in self.headers.get("content-type", "").split(";")[1:]:
            name, _, value = parameter.partition("=")
            if name.strip().lower() == "charset":
                return value.strip().strip('"').lower()
        return None

    def require_room(self) -> None:
        """Refuse a body over the cap.

        Raises:
            Refusal: 413, the body is larger than `BODY_CAP`.
        """
        if self.too_large:
            raise Refusal(413, f"The body is larger than {BODY_CAP} bytes")


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply.

    Attributes:
        status: HTTP status.
        body: The bytes of the body.
        headers: Headers beside Content-Type and Content-Length.
        media_type: Value of Content-Type; None: it is not sent.
        tree: The body as a JSON tree or page of rows, for the check against the document.
    """

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str | None = JSON_TYPE
    tree: object = None

    def with_headers(self, headers: Mapping[str, str]) -> Reply:
        """Return the reply with further headers, which win over its own."""
        merged = {**self.headers, **headers}
        return Reply(self.status, self.body, merged, self.media_type, self.tree)


def json_reply(status: int, tree: object, headers: Mapping[str, str] | None = None) -> Reply:
    """Build a JSON reply. Characters beyond ASCII are escaped, so that any str can be encoded."""
    body = to_json(tree).encode("ascii")
    return Reply(status, body, headers or {}, tree=tree)


def row_reply(page: RowPage) -> Reply:
    """Build the JSON reply of a page of rows."""
    return Reply(200, page.text().encode("ascii"), tree=page)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a request: a reply, after a delay, or a connection that breaks.

    Attributes:
        reply: The reply; of a short body, the one that is cut.
        delay: Seconds until it is sent.
        error: How the connection breaks, as in `Fault.error`; None if it does not.
        violation: In strict mode, where the document does not allow the request.
    """

    reply: Reply
    delay: float = 0.0
    error: str | None = None
    violation: str | None = None


class Refusal(Exception):
    """Ends a request with an error; nothing that it did is kept.

    Args:
        status: HTTP status, 400 to 599.
        message: What is wrong, as a sentence for the client.
        headers: Headers of the reply, such as Allow.
        detail: What else the CRM's error body needs.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        headers: Mapping[str, str] | None = None,
        detail: object = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers: Mapping[str, str] = headers or {}
        self.detail = detail
