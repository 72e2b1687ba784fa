"""Monica's token, its rate window, and the three shapes of its errors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from crmkit.core.codec.decode_errors import reject
from crmkit.core.errors import AuthenticationError, NotFoundError, StatusError, ValidationError
from crmkit.core.vendor import ErrorInfo, Vendor

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from crmkit.core.http import Headers, Request, Response

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
        year: The server's year, from its last reply; None if that did not say.
    """

    name = "monica"
    credential_headers = ("Authorization",)
    # recorded: seq 646 and 647, 60 requests; the window lasts a minute from the first of them. Each
    # reply has the limit of its own server.
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

    def on_response(self, response: Response, tree: Any) -> None:  # noqa: ARG002  # as the base
        """Note the year, from which the server calculates ages."""
        date = _DATE.fullmatch(response.headers.get("Date", ""))
        self.year = int(date["year"]) if date else None

    def rate_limit(self, headers: Headers) -> tuple[int, int] | None:
        """Return limit and rest of the rate window, which most replies have, errors included."""
        values = headers.get("X-RateLimit-Limit", ""), headers.get("X-RateLimit-Remaining", "")
        if all(re.fullmatch("[0-9]{1,9}", text) for text in values):
            return int(values[0]), int(values[1])
        return None

    def check_envelope(self, tree: Any) -> None:
        """Check that a success is JSON of Monica's: an object, or one of few arrays.

        Raises:
            TypeError: It is neither.
        """
        if not isinstance(tree, dict | list):
            reject(tree, "an object or an array")

    def error_info(self, response: Response, tree: Any) -> ErrorInfo | None:
        """Return what went wrong, in whichever shape it comes."""
        info = super().error_info(response, tree)
        if info is None:
            return None
        if response.status_code < 400:
            # recorded: seq 551, without Accept a missing token is answered by the way to the front
            # page
            if _leads_home(response):
                text = "the server redirects to its front page, as it does without a token"
                return ErrorInfo(AuthenticationError, hint=text)
            return info
        error = tree.get("error") if isinstance(tree, dict) else None
        if isinstance(error, dict):
            code = error.get("error_code")
            info.code = code if isinstance(code, int) and not isinstance(code, bool) else None
            sentences = _sentences(error.get("message"))
            info.message = " ".join(sentences)
            if info.code == _INVALID:
                info.fields = _fields(sentences)
        elif isinstance(tree, dict):
            by_field = tree.get("errors")
            sentences = _sentences(by_field)
            info.message = " ".join(sentences) or info.message
            if isinstance(by_field, dict):
                info.fields = {
                    str(name): list(_sentences(texts)) for name, texts in by_field.items()
                }
        return info

    def is_already_deleted(self, error: StatusError) -> bool:
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


def _sentences(value: Any) -> tuple[str, ...]:
    """Return all strings that a member holds, at whatever depth."""
    return tuple(_strings(value, 4))


def _strings(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list) and depth:
        for item in value.values() if isinstance(value, dict) else value:
            yield from _strings(item, depth - 1)


def _fields(sentences: Iterable[str]) -> dict[str, list[str]]:
    """Return sentences by the field that each begins with; those without a name are left out."""
    fields: dict[str, list[str]] = {}
    for sentence in sentences:
        match = _SENTENCE.fullmatch(sentence) if len(sentence) <= _LONGEST else None
        if match is not None:
            fields.setdefault(match["field"].replace(" ", "_"), []).append(sentence)
    return fields
