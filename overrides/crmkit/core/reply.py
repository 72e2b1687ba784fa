"""A successful reply: status, headers and decoded body."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._httpx import Headers, Response
    from .codec.odd import Reported


class Reply:
    """What the server answered.

    Attributes:
        data: The decoded body, with its envelope; None for an empty body.
        response: The response itself.
    """

    __slots__ = ("data", "reported", "response")

    def __init__(self, response: Response, data: Any, reported: Reported | None = None) -> None:
        self.response = response
        self.data = data
        self.reported = reported  # of the client that got it

    @property
    def status_code(self) -> int:
        """HTTP status."""
        return self.response.status_code

    @property
    def headers(self) -> Headers:
        """The response's headers."""
        return self.response.headers

    @property
    def content(self) -> bytes:
        """The body as it came over the wire."""
        return self.response.content

    def __repr__(self) -> str:
        return f"<Reply {self.status_code}, {len(self.content)} bytes>"
