"""What a CRM's room tells the shared sender: its credentials, and how replies tell errors."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from .codec import json
from .errors import AuthenticationError, NotFoundError, StatusError, class_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .http import Headers, Request, Response
    from .operation import Operation
    from .sender import Sender

__all__ = ["CONCEALED", "Fault", "Vendor", "text_of"]

CONCEALED = "[concealed]"
"""What stands in the place of a credential."""

_LOGIN = re.compile(r"\b(log|sign)[-_]?in\b", re.IGNORECASE)


@dataclass(slots=True)
class Fault:
    """What a reply says went wrong.

    Args:
        error: Class to raise.
        message: The server's sentence.
        code: The vendor's own code, or None.
        fields: The server's sentences by field.
        current: For a conflict, what the server holds.
    """

    error: type[StatusError]
    message: str = ""
    code: int | None = None
    fields: dict[str, list[str]] = field(default_factory=dict)
    current: Any = None


def text_of(response: Response) -> str:
    """Return a body as text, whatever its charset claims to be: httpx fails on some of them."""
    return response.content.decode("utf-8", errors="replace")


class Vendor:
    """How one CRM speaks HTTP. A room subclasses it and says only what is peculiar.

    Attributes:
        name: The CRM's name in logs and in the user agent.
        rate: The vendor's documented limit in requests a second, or as a number of requests and
            the seconds of the window that takes them; None for none.
        accept: Media type to ask for.
        settings: Values of the path parameters that are settings of the client.
    """

    name: str = ""
    rate: float | tuple[int, float] | None = None
    accept: str = "application/json"
    settings: Mapping[str, str] = MappingProxyType({})

    def secrets(self) -> Iterable[str]:
        """Return the credentials, to be kept out of messages."""
        return ()

    def query(self, params: dict[str, Any]) -> dict[str, Any]:
        """Return the query parameters as the wire has them.

        Args:
            params: Values by name: texts, numbers, or what a room's methods pass for it to spread.

        Raises:
            ArgumentError: A value cannot be written.
        """
        return params

    async def ready(self, sender: Sender, operation: Operation) -> None:
        """Get ready before an attempt, such as by logging in.

        Args:
            sender: What the attempt goes through; may be used for calls of the vendor's own.
            operation: The operation that is attempted.

        Raises:
            CRMError: It cannot be attempted.
        """

    def authenticate(self, request: Request) -> None:
        """Put the credentials on a request, anew for each attempt."""

    def conceal(self, request: Request) -> None:
        """Replace the credentials that `authenticate` put on a request."""

    def decode(self, response: Response, operation: Operation) -> Any:  # noqa: ARG002  # for rooms
        """Return the tree that a body holds; None for an empty one.

        Args:
            response: The response.
            operation: The operation, for forms that say nothing of types.

        Raises:
            ValueError: It cannot be read.
        """
        return json.loads(response.content) if response.content else None

    def notice(self, response: Response, tree: Any) -> None:
        """Look at a reply, be it a success or an error, before anything is made of it.

        Args:
            response: The response.
            tree: Its decoded body; None if it is empty or cannot be decoded.
        """

    def window(self, headers: Headers) -> tuple[int, int] | None:  # noqa: ARG002  # for rooms
        """Return what the headers of a reply tell of the server's rate window.

        Returns:
            How many requests the window takes, and how many are left; None if they do not tell.
        """
        return None

    def verify(self, tree: Any) -> None:
        """Check that the body of a success is of the vendor's making.

        Raises:
            TypeError: It is not.
        """

    def fault(self, response: Response, tree: Any) -> Fault | None:
        """Return what went wrong, or None if the call worked.

        Args:
            response: The response.
            tree: Its decoded body; None if it is empty or cannot be decoded.
        """
        status = response.status_code
        if status < 300:
            return None
        if status < 400:
            # Not split as a URL: a server may write anything there.
            if _LOGIN.search(response.headers.get("Location", "").partition("?")[0]):
                return Fault(AuthenticationError, "the server redirects to its login page")
            return Fault(StatusError, "the server redirects; check base_url")
        return Fault(class_of(status), self.message(response, tree))

    def gone(self, error: StatusError) -> bool:
        """Return whether the error of a DELETE says that there is nothing to delete."""
        return isinstance(error, NotFoundError)

    def mend(self, error: StatusError) -> str | None:  # noqa: ARG002  # for rooms
        """Put right what an error tells of, so that the call works when it is sent again.

        Args:
            error: What an attempt ended in, of which the server has done nothing.

        Returns:
            A name for what was put right, such as `session`; the call is sent again at once, but
            once only for each name. None if there was nothing to put right.
        """
        return None

    def message(self, response: Response, tree: Any) -> str:
        """Return the sentence in which the server tells what went wrong, or an empty text."""
        for member in ("message", "error", "data", "errors"):
            told = tree.get(member) if isinstance(tree, dict) else None
            told = told.get("message") if isinstance(told, dict) else told
            told = told[0] if isinstance(told, list) and told else told
            if isinstance(told, str):
                return told
        kind = response.headers.get("Content-Type", "")
        if "text/plain" in kind:
            return text_of(response)[:1000]
        if "html" in kind:
            title = re.search(
                r"<title[^>]*>([^<]{1,300})", text_of(response)[:20_000], re.IGNORECASE
            )
            return title[1] if title else ""
        return ""
