"""The signature of every request but login."""

from __future__ import annotations

import hmac
from base64 import b64decode
from hashlib import sha1
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crmkit.core.http import Request


UID, TIME, SIGNATURE = "X-OnePageCRM-UID", "X-OnePageCRM-TS", "X-OnePageCRM-Auth"
"""The headers, spelled as the vendor does: servers may be case-sensitive (page: API 3 manual)."""


def key_bytes(key: str) -> bytes:
    """Return the bytes that a user's key stands for.

    Args:
        key: The key as login gives it, in Base64.

    Raises:
        ValueError: It is not Base64.
    """
    if len(key) % 4:  # a sign too many passes on some Pythons and not on others
        raise ValueError("Base64 comes in groups of four")
    return b64decode(key, validate=True)


def signature(uid: str, key: bytes, seconds: int, method: str, url: str, body: bytes) -> str:
    """Return the signature of a request.

    Page: API 2.3 manual, Calculating request signature value, whose example is one of the tests.
    That the query string belongs to the URL is known from the vendor's later clients.

    Args:
        uid: Id of the user.
        key: The bytes of the user's key.
        seconds: Time of the request, unix time in seconds.
        method: HTTP method in upper case.
        url: The full URL as it is sent, with its query.
        body: The body as it is sent; signed for POST and PUT only, where it may be empty.
    """
    parts = [uid, str(seconds), method, _digest(url.encode())]
    if method in {"POST", "PUT"}:
        parts.append(_digest(body))
    return hmac.digest(key, ".".join(parts).encode(), "sha256").hex()


def sign(request: Request, uid: str, key: bytes, seconds: int) -> None:
    """Put the three headers on a request.

    Args:
        request: The request, as it is about to be sent.
        uid: Id of the user.
        key: The bytes of the user's key.
        seconds: Time of the request, unix time in seconds.
    """
    address = request.url
    # Of the parts that go over the wire: no fragment, no other spelling of the path.
    url = f"{address.scheme}://{address.netloc.decode()}{address.raw_path.decode()}"
    request.headers[UID] = uid
    request.headers[TIME] = str(seconds)
    request.headers[SIGNATURE] = signature(uid, key, seconds, request.method, url, request.content)


def _digest(content: bytes) -> str:
    # The vendor's choice; what protects the request is the HMAC around it.
    return sha1(content, usedforsecurity=False).hexdigest()
