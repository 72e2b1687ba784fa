"""Monica's token, its rate window, and the three shapes of its errors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from crmkit.core.codec.decode_errors import reject
from crmkit.core.errors import AuthenticationError, NotFoundError, StatusError, ValidationError
from crmkit.core.vendor import CONCEALED, Fault, Vendor

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from crmkit.core.http import Headers, Request, Response

__all__ = ["MonicaVendor"]

_INVALID = 32
"""The code under which all sentences about refused values come (recorded: seq 27)."""

_LONGEST = 500
"""Characters of a sentence that is looked through for its field's name."""

# A field's name stands in its sentence with spaces for underscores, and may itself end in a verb:
# "The contact is must be an integer." (recorded: seq 633). So what follows it is spelled out.
_SENTENCE = re.compile(
    r"The (?:selected )?(?P<field>[a-z0-9_.]+(?: [a-z0-9_.]+)*?) "
    r"(?:field (?:is|must|has|may)\b.*|is invalid\.|is not .*|must .*|may (?:not|only) .*|"
    r"does not .*|has .*|format is invalid\.|failed to upload\.|confirmation .*)"
)

_DATE = re.compile(r"[A-Za-z]{3}, [0-9]{2} [A-Za-z]{3} (?P<year>[0-9]{4}) [0-9:]{8} GMT")


class MonicaVendor(Vendor):
    """What is peculiar to Monica.

    Args:
        token: A personal access token, or one of OAuth.

    Attributes:
        year: The server's year, as its last reply told it; None if that did not.
    """

    name = "monica"
    # recorded: seq 646 and 647, 60 requests; the window lasts a minute from the first of them. Each
    # reply tells the limit of its own server.
    rate = (60, 60.0)

    def __init__(self, token: str) -> None:
        self._token = token
        self.year: int | None = None

    def secrets(self) -> Iterable[str]:
        """Return the token."""
        return (self._token,)

    def authenticate(self, request: Request) -> None:
        """Put the token into its header."""
        request.headers["Authorization"] = f"Bearer {self._token}"

    def conceal(self, request: Request) -> None:
        """Replace the token."""
        if "Authorization" in request.headers:
            request.headers["Authorization"] = CONCEALED

    def notice(self, response: Response, tree: Any) -> None:  # noqa: ARG002  # the frame's name
        """Take over the year, which the server reckons ages from."""
        told = _DATE.fullmatch(response.headers.get("Date", ""))
        self.year = int(told["year"]) if told else None

    def window(self, headers: Headers) -> tuple[int, int] | None:
        """Return limit and rest of the rate window, which most replies tell, errors included."""
        told = headers.get("X-RateLimit-Limit", ""), headers.get("X-RateLimit-Remaining", "")
        if all(re.fullmatch("[0-9]{1,9}", text) for text in told):
            return int(told[0]), int(told[1])
        return None

    def verify(self, tree: Any) -> None:
        """Check that a success is JSON of Monica's: an object, or one of few arrays.

        Raises:
            TypeError: It is neither.
        """
        if not isinstance(tree, dict | list):
            reject(tree, "an object or an array")

    def fault(self, response: Response, tree: Any) -> Fault | None:
        """Return what went wrong, whichever shape tells it."""
        fault = super().fault(response, tree)
        if fault is None:
            return None
        if response.status_code < 400:
            # recorded: seq 551, without Accept a missing token is answered by the way to the front
            # page
            if _leads_home(response):
                text = "the server redirects to its front page, as it does without a token"
                return Fault(AuthenticationError, text)
            return fault
        told = tree.get("error") if isinstance(tree, dict) else None
        if isinstance(told, dict):
            code = told.get("error_code")
            fault.code = code if isinstance(code, int) and not isinstance(code, bool) else None
            sentences = _sentences(told.get("message"))
            fault.message = " ".join(sentences)
            if fault.code == _INVALID:
                fault.fields = _fields(sentences)
        elif isinstance(tree, dict):
            by_field = tree.get("errors")
            sentences = _sentences(by_field)
            fault.message = " ".join(sentences) or fault.message
            if isinstance(by_field, dict):
                fault.fields = {
                    str(name): list(_sentences(said)) for name, said in by_field.items()
                }
        return fault

    def gone(self, error: StatusError) -> bool:
        """Return whether a DELETE found nothing: for most records that is a 422 (seq 120)."""
        return isinstance(error, NotFoundError) or (
            isinstance(error, ValidationError) and [name[-3:] for name in error.fields] == ["_id"]
        )


def _leads_home(response: Response) -> bool:
    location = response.headers.get("Location")
    try:
        return bool(location) and urlsplit(location).path in {"", "/"}
    except ValueError:  # a server may write anything there
        return False


def _sentences(told: Any) -> tuple[str, ...]:
    """Return all texts that a member holds, at whatever depth."""
    return tuple(_texts(told, 4))


def _texts(told: Any, depth: int) -> Iterator[str]:
    if isinstance(told, str):
        yield told
    elif isinstance(told, dict | list) and depth:
        for one in told.values() if isinstance(told, dict) else told:
            yield from _texts(one, depth - 1)


def _fields(sentences: Iterable[str]) -> dict[str, list[str]]:
    """Return sentences by the field that each begins with; those that name none stay out."""
    fields: dict[str, list[str]] = {}
    for sentence in sentences:
        found = _SENTENCE.fullmatch(sentence) if len(sentence) <= _LONGEST else None
        if found is not None:
            fields.setdefault(found["field"].replace(" ", "_"), []).append(sentence)
    return fields
