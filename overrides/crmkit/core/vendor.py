"""The hooks of a CRM's package: credentials, and how replies report errors."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from .codec import json
from .errors import ArgumentError, AuthenticationError, NotFoundError, StatusError, class_of
from .redact import redact_request, redacted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ._httpx import Headers, Request, Response
    from .call import Call
    from .http import IO
    from .operation import Operation
    from .options import Settings
    from .reply import Reply

_LOGIN = re.compile(r"\b(log|sign)[-_]?in\b", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]{0,300}>([^<]*)", re.IGNORECASE)
_HOST = re.compile(r"(?:[a-z]+:)?//(?:[^/?#@]*@)?([A-Za-z0-9.:-]{1,260})(?:[/?#]|$)")


class SendsCalls(Protocol):
    """The client's sender, as far as a vendor may use it for calls of its own."""

    io: IO
    settings: Settings

    async def reply(self, call: Call) -> Reply:
        """Make a call."""
        ...


@dataclass(slots=True)
class ErrorInfo:
    """What a reply says went wrong.

    Args:
        error: Class to raise.
        message: The server's sentence.
        code: The vendor's own code, or None.
        fields: The server's sentences by field.
        current: For a conflict, what the server holds.
        hint: What is known of such a reply, where the server says nothing.
    """

    error: type[StatusError]
    message: str = ""
    code: int | None = None
    fields: dict[str, list[str]] = field(default_factory=dict)
    current: Any = None
    hint: str = ""


def body_text(response: Response) -> str:
    """Return a body as str, whatever charset it claims: httpx fails on some of them."""
    return response.content.decode("utf-8", errors="replace")


class Vendor:
    """How one CRM speaks HTTP. A CRM's package subclasses it and says only what is peculiar.

    Attributes:
        name: The CRM's name in logs and in the user agent.
        rate: The vendor's documented limit in requests a second, or as a number of requests and
            the seconds of the window that takes them; None for none.
        accept: Media type to ask for.
        settings: Values of the path parameters that are settings of the client.
        refused_in_path: Characters that the server cannot take in a path value.
        usual_page: The largest page that servers take where nobody has changed that, or None.
        largest_page: The largest page that this server takes, as it has said, or None.
        counts: Whether any list of the server reports how many items it has.
        credential_headers: Names of the headers that `authenticate` puts credentials into.
    """

    name: str = ""
    rate: float | tuple[int, float] | None = None
    accept: str = "application/json"
    settings: Mapping[str, str] = MappingProxyType({})
    refused_in_path: str = ""
    usual_page: int | None = None
    largest_page: int | None = None
    counts: bool = True
    credential_headers: tuple[str, ...] = ()

    # -- requests ----------------------------------------------------------------------------------

    def secrets(self) -> Iterable[str]:
        """Return the credentials, to be kept out of messages."""
        return ()

    def arguments(self, operation: Operation, arguments: Mapping[str, Any]) -> Mapping[str, Any]:  # noqa: ARG002  # for subclasses
        """Return the arguments of a call as the API takes them.

        Raises:
            ArgumentError: One of them cannot be.
        """
        return arguments

    def spread(self, argument: str, values: list[Any]) -> dict[str, Any]:  # noqa: ARG002  # for subclasses
        """Return the query parameters over which a list is spread.

        Args:
            argument: Name of the argument.
            values: The list.

        Raises:
            ArgumentError: A value cannot be written.
        """
        raise ArgumentError(argument, f"{self.name or 'this vendor'} cannot write it")

    async def prepare(self, sender: SendsCalls, call: Call) -> None:
        """Get ready before an attempt, such as by logging in.

        Args:
            sender: What the attempt goes through; may be used for calls of the vendor's own.
            call: The call that is attempted.

        Raises:
            CRMError: It cannot be attempted.
        """

    def authenticate(self, request: Request) -> None:
        """Put the credentials on a request, anew for each attempt."""

    def redact(self, request: Request) -> None:
        """Replace the credentials that `authenticate` put on a request."""
        redact_request(request, self.credential_headers, self.secrets())

    # -- replies -----------------------------------------------------------------------------------

    def decode(self, response: Response, operation: Operation) -> Any:
        """Return the tree that a body holds; None for an empty one.

        Args:
            response: The response.
            operation: The operation, for formats that say nothing of types.

        Raises:
            ValueError: It cannot be read.
        """
        return json.loads(response.content, exact=operation.exact) if response.content else None

    def on_response(self, response: Response, tree: Any) -> None:
        """Look at a reply, be it a success or an error, before anything is made of it.

        Args:
            response: The response.
            tree: Its decoded body; None if it is empty or cannot be decoded.
        """

    def rate_limit(self, headers: Headers) -> tuple[int, int] | None:  # noqa: ARG002  # for subclasses
        """Return what the headers of a reply report of the server's rate window.

        Returns:
            How many requests the window takes, and how many are left; None if they do not say.
        """
        return None

    def check_envelope(self, tree: Any) -> None:
        """Check that the body of a success comes from the vendor's API.

        Raises:
            TypeError: It does not.
        """

    def error_info(self, response: Response, tree: Any) -> ErrorInfo | None:
        """Return what went wrong, or None if the call worked.

        Args:
            response: The response.
            tree: Its decoded body; None if it is empty or cannot be decoded.
        """
        status = response.status_code
        if status < 300:
            return None
        if status < 400:
            # Not parsed as a URL: servers may write anything.
            location = response.headers.get("Location", "")
            if _LOGIN.search(location.partition("?")[0]):
                hint = "the server redirects to its login page"
                return ErrorInfo(AuthenticationError, hint=hint)
            host = _HOST.match(location)
            shown = host and host[1] in redacted(location, response.request)
            where = f"to {host[1]}" if host and shown else "elsewhere" if location else "nowhere"
            unchanged = "nothing has changed since what a header of the request says"
            hint = f"the server redirects {where}; check base_url"
            return ErrorInfo(StatusError, hint=unchanged if status == 304 else hint)
        return ErrorInfo(class_of(status), self.message(response, tree))

    def is_already_deleted(self, error: StatusError) -> bool:
        """Return whether the error of a DELETE says that there is nothing to delete."""
        return isinstance(error, NotFoundError)

    def page_limit(self, error: StatusError) -> int | None:  # noqa: ARG002  # for subclasses
        """Return the largest page that the server takes where an error of a list names it."""
        return None

    def recover(self, error: StatusError) -> str | None:  # noqa: ARG002  # for subclasses
        """Put right what an error reports, so that the call works when it is sent again.

        Args:
            error: What an attempt ended in, of which the server has done nothing.

        Returns:
            A name for what was put right, such as `session`; the call is sent again at once, but
            only once for each name. None if there was nothing to put right.
        """
        return None

    def message(self, response: Response, tree: Any) -> str:
        """Return the sentence in which the server says what went wrong, or an empty str."""
        for member in ("message", "error", "data", "errors"):
            value = tree.get(member) if isinstance(tree, dict) else None
            value = value.get("message") if isinstance(value, dict) else value
            value = value[0] if isinstance(value, list) and value else value
            if isinstance(value, str):
                return value
        media_type = response.headers.get("Content-Type", "")
        if "text/plain" in media_type:
            return body_text(response)
        if "html" in media_type:
            title = _TITLE.search(body_text(response))
            return title[1] if title else ""
        return ""
