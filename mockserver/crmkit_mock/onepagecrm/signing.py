"""The signature of a request, and whether it is the right one.

Page: API 2.3 manual, Calculating request signature value.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from typing import TYPE_CHECKING

from crmkit_mock.onepagecrm import codes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

UID_HEADER = "x-onepagecrm-uid"
TIME_HEADER = "x-onepagecrm-ts"
SIGNATURE_HEADER = "x-onepagecrm-auth"
HEADERS = frozenset({UID_HEADER, TIME_HEADER, SIGNATURE_HEADER})

#: Assumption: how far a request's time may be from the server's, in seconds.
SKEW = 300

_TIME = re.compile(r"[0-9]{1,12}", re.ASCII)


def signature(uid: str, time: str, key: str, method: str, url: str, body: bytes) -> str:
    """Return the signature of a request, lower-case hexadecimal digits.

    Args:
        uid: Id of the user.
        time: Unix time in seconds, as the header has it.
        key: The user's key, Base64 of 32 bytes.
        method: Method in upper case.
        url: Full URL as it was sent, with its query.
        body: The bytes of the body; signed for POST and PUT only. Assumption: also when there
            are none.
    """
    parts = [uid, time, method, hashlib.sha1(url.encode("latin-1")).hexdigest()]  # noqa: S324 - the vendor's way
    if method in ("POST", "PUT"):
        parts.append(hashlib.sha1(body).hexdigest())  # noqa: S324 - the vendor's way
    return hmac.new(base64.b64decode(key), ".".join(parts).encode("latin-1"), "sha256").hexdigest()


def require_signature(
    headers: Mapping[str, str],
    method: str,
    url: str,
    body: bytes,
    *,
    key_of: Callable[[str], str | None],
    now: datetime,
) -> str:
    """Check the signature of a request and return the id of its user.

    Args:
        headers: Header values by lower-case name.
        method: Method in upper case.
        url: Full URL as it was sent, with its query.
        body: The bytes of the body.
        key_of: Gives the key of a user by id; None for an unknown user or one without a key.
        now: The server's time.

    Raises:
        Refusal: 105, a header is missing; 104, the user, the key or the signature is wrong; 101,
            the signature is right, but its time is too far from the server's.
    """
    uid, time, sent = (
        headers.get(name, "") for name in (UID_HEADER, TIME_HEADER, SIGNATURE_HEADER)
    )
    if not (uid and time and sent):
        raise codes.refusal(codes.NO_TOKEN, "The authorization headers are missing")
    key = key_of(uid)
    if key is None or not hmac.compare_digest(
        signature(uid, time, key, method, url, body).encode(), sent.encode("latin-1")
    ):
        raise codes.refusal(codes.BAD_TOKEN, "The authorization token is wrong")
    if not _TIME.fullmatch(time) or abs(int(time) - now.timestamp()) > SKEW:
        raise codes.refusal(codes.EXPIRED, "The signature is expired")
    return uid
