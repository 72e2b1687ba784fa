"""Redact credentials: in requests that errors keep, and in messages of servers and libraries."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote
from weakref import WeakKeyDictionary

from .errors import CRMError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ._httpx import Request

REDACTED = "[redacted]"
"""Replaces a credential."""

CREDENTIALS = ("authorization", "proxy-authorization", "cookie")
"""Headers in which callers, or their own httpx client, send credentials."""

_CREDENTIALS = {name.encode() for name in CREDENTIALS}
# The credentials sent with each request, kept apart from it: errors keep requests.
_SENT = WeakKeyDictionary["Request", set[str]]()
# h11 shows the value of a header that it refuses, which may be a credential.
_REFUSED_VALUE = r"(?<=Illegal header value )b?['\"].*"


def redact_request(request: Request, headers: Iterable[str], secrets: Iterable[str]) -> None:
    """Replace the credentials of a request that was sent, and note them for `redacted`.

    Args:
        request: The request.
        headers: Names of the headers that hold the client's own credentials.
        secrets: The client's credentials.
    """
    own = {name.lower().encode(): name for name in headers}
    # Raw headers: httpx takes longer to look one up than to read all of them.
    sent = {name.lower(): value for name, value in request.headers.raw}
    values = [sent[name].decode("latin-1") for name in {*own, *_CREDENTIALS} if name in sent]
    # A signature is only known by its header; the word before a credential is its scheme.
    sent_secrets = _SENT.setdefault(request, set())
    sent_secrets.update(secrets, values, (value.rpartition(" ")[2] for value in values))
    for name in own.keys() & sent.keys():
        request.headers[own[name]] = REDACTED


def redacted(text: str, request: Request | None) -> str:
    """Return what a server or a library said, with the credentials of a request replaced.

    To be called before the text is shortened, as half a credential is not found; and not with
    sentences of our own, which a short credential would take apart.

    Args:
        text: What was said.
        request: The request that it is about.
    """
    secrets = () if request is None else _SENT.get(request, ())
    forms = {form for s in secrets for form in (s, quote(s, safe=""), escape(s)) if form}
    words = map(re.escape, sorted(forms, key=len, reverse=True))
    return re.sub("|".join([_REFUSED_VALUE, *words]), REDACTED, text)


def redact_error(error: BaseException | None, request: Request | None) -> None:
    """Replace the credentials in the messages of foreign errors: an error and what caused it."""
    while error is not None:
        if not isinstance(error, CRMError):
            error.args = tuple(
                redacted(part, request) if type(part) is str else part for part in error.args
            )
        error = error.__cause__ or error.__context__
