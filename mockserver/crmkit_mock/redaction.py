"""Takes credentials out of what the journal shows: by name of header or member, and by value."""

from __future__ import annotations

import base64
import re
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

#: Stands where a credential was.
REDACTED = "[redacted]"

#: Headers that hold credentials of any CRM: a client may send them to the wrong one.
_HEADER = re.compile(r"auth|cookie|key|passw|secret|session|signature|token", re.IGNORECASE)
#: Members that hold credentials in any CRM.
_MEMBERS = (
    r"\w*passw\w*",
    r"\w*secret\w*",
    r"(?:\w+[_-])?token",
    r"\w+Token",
    r"(?:\w+[_-])?api[_-]?key",
    r"department_key",
)
#: Keywords of clients that name an account and open nothing.
_NAMES = frozenset({"uid", "login", "username"})
#: Credentials of the mocks of this process, those of one CRM for the others too.
_known: set[str] = set()


def remember(credentials: Iterable[Mapping[str, Any]]) -> None:
    """Take the values of clients' credentials out of all that is redacted from now on."""
    for keywords in credentials:
        secrets = {value for name, value in keywords.items() if name not in _NAMES}
        _known.update(secrets)
        if "username" in keywords:
            pair = f"{keywords['username']}:{keywords['password']}"
            _known.add(base64.b64encode(pair.encode()).decode())


class Redactor:
    """Redacts what is sent to one CRM, and its replies.

    Args:
        headers: Its headers with credentials, in lower case.
        members: Returns the names of its members with credentials, beside those that always hold
            some. Asked when they are first needed.
    """

    def __init__(
        self, headers: Iterable[str] = (), members: Callable[[], Iterable[str]] = tuple
    ) -> None:
        self._headers = frozenset(headers)
        self._members = members

    @cached_property
    def _patterns(self) -> tuple[tuple[re.Pattern[str], str], ...]:
        names = "|".join((*_MEMBERS, *map(re.escape, sorted(self._members()))))
        in_json = rf'("(?:{names})"\s*:\s*)(?:"(?:[^"\\]|\\.)*"|-?[0-9][^,}}\]\s]*)'
        in_form = rf"((?:^|[?&])(?:[^=&]*(?:\[|%5B))?(?:{names})(?:\]|%5D)?=)[^&]+"
        in_part = rf'(name="(?:{names})"[^\r\n]*(?:\r\n[^\r\n]+)*\r\n\r\n)[^\r]*'
        in_xml = rf"(<(?:{names})(?:\s[^>]*)?>)[^<]+"
        in_yaml = rf"((?:^|\n)[ \t-]*(?:{names}):[ \t]+)[^\r\n]+"
        return (
            (re.compile(in_json, re.IGNORECASE), rf'\1"{REDACTED}"'),
            *(
                (re.compile(pattern, re.IGNORECASE), rf"\1{REDACTED}")
                for pattern in (in_form, in_part, in_xml, in_yaml)
            ),
        )

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Return headers of a request or reply with their credentials replaced."""
        return {
            name: REDACTED
            if name.lower() in self._headers or _HEADER.search(name)
            else self.values(value)
            for name, value in headers.items()
        }

    def values(self, text: str) -> str:
        """Replace the credentials of the mocks wherever they stand in a str."""
        for secret in _known:
            if secret in text:
                text = text.replace(secret, REDACTED)
        return text

    def text(self, text: str) -> str:
        """Replace credentials in a query or a body, by member and by value."""
        for pattern, replacement in self._patterns:
            text = pattern.sub(replacement, text)
        return self.values(text)

    def body(self, body: bytes) -> bytes:
        """Replace credentials in a body of any media type; bytes that are not text stay as is."""
        if not body:
            return body
        text = body.decode("latin-1")
        redacted = self.text(text)
        return body if redacted == text else redacted.encode("latin-1")
