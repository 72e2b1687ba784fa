"""Formats of strings that EspoCRM checks: URLs, e-mail addresses, ids."""

from __future__ import annotations

import re

from crmkit_mock.espocrm.php_types import trim

_PROTOCOL = r"(?:[a-zA-Z0-9]+://)"
_HOST = r"[a-zA-Z0-9%./?:@\-_=#$!+*()',]+"
_TAIL = r"[a-zA-Z0-9%&./?:@\-_=#$!+*()',~]*"
_URL = re.compile(rf"{_PROTOCOL}?{_HOST}\.{_TAIL}\n?", re.ASCII)
_FULL_URL = re.compile(r"[a-zA-Z][a-zA-Z0-9+.\-]*:(?://[^\s/?#]+|[^\s/])[!-~]*", re.ASCII)
_ID = re.compile(r"[A-Za-z0-9_=\-.]+\n?", re.ASCII)
_ADDRESS_PART = re.compile(r"<(.*)>")
_MARKUP = re.compile(r"[<>=]")

_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~\-]+"
_QUOTED = r'"(?:[!#-\[\]-~]|\\[ -~])*"'
_LOCAL = re.compile(rf"(?:{_ATOM}|{_QUOTED})(?:\.(?:{_ATOM}|{_QUOTED}))*", re.ASCII | re.IGNORECASE)
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9\-]*[a-z0-9])?", re.ASCII | re.IGNORECASE)
_IP_LITERAL = re.compile(
    r"\[(?:\d{1,3}(?:\.\d{1,3}){3}|IPv6:[0-9a-f:.]+)\]", re.ASCII | re.IGNORECASE
)
_MAX_LOCAL, _MAX_LABEL, _MAX_ADDRESS = 64, 63, 254


def is_url(text: str, *, full: bool = False) -> bool:
    """Return whether a string is a URL.

    Args:
        text: The string.
        full: Whether the scheme is required.
    """
    return (_FULL_URL if full else _URL).fullmatch(text) is not None


def is_id(text: str) -> bool:
    """Return whether a string may be an id."""
    return _ID.fullmatch(text) is not None


def has_markup(text: str) -> bool:
    """Return whether a string has characters that names may not have."""
    return _MARKUP.search(text) is not None


def is_email(text: str) -> bool:
    """Return whether a string is an e-mail address, in ASCII and with a dot in its domain."""
    if len(text) > _MAX_ADDRESS or not text.isascii():
        return False
    local, at, domain = text.rpartition("@")
    if not at or len(local) > _MAX_LOCAL or not _LOCAL.fullmatch(local):
        return False
    if _IP_LITERAL.fullmatch(domain):
        return True
    labels = domain.split(".")
    return (
        len(labels) > 1
        and all(len(label) <= _MAX_LABEL and _LABEL.fullmatch(label) for label in labels)
        and not labels[-1][0].isdigit()
    )


def mailbox_name(mailbox: str) -> str:
    """Return the name in a mailbox such as `A <a@b.example>`, an empty str without one."""
    return _ADDRESS_PART.sub("", mailbox).strip('" ') if "<" in mailbox else ""


def mailbox_address(mailbox: str) -> str:
    """Return the address in a mailbox; without brackets, it is the address."""
    if "<" not in mailbox:
        return "" if mailbox == "0" else mailbox
    match = _ADDRESS_PART.search(mailbox)
    return trim(match[1]) if match else ""
