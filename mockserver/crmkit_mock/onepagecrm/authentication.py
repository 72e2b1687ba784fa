"""Who sends a request: signatures, logins and the keys that sign.

Page: API 2.3 manual, Calculating request signature value.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from typing import TYPE_CHECKING

from crmkit_mock.onepagecrm.account import NAME, Account, account_settings
from crmkit_mock.onepagecrm.errors import Code, refusal

if TYPE_CHECKING:
    from datetime import datetime

    from crmkit_mock.messages import Request
    from crmkit_mock.store import Store

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
        body: The bytes of the body; signed for POST and PUT only. Assumption: also if it is empty.
    """
    parts = [uid, time, method, hashlib.sha1(url.encode("latin-1")).hexdigest()]  # noqa: S324 - the vendor's way
    if method in ("POST", "PUT"):
        parts.append(hashlib.sha1(body).hexdigest())  # noqa: S324 - the vendor's way
    return hmac.new(base64.b64decode(key), ".".join(parts).encode("latin-1"), "sha256").hexdigest()


class Authenticator:
    """Finds the account that a request belongs to.

    Args:
        store: The database.
        base_url: Address of the API, for requests without a Host header.
        base_path: Path of the API.
    """

    def __init__(self, store: Store, base_url: str, base_path: str) -> None:
        self._store = store
        self._scheme, _, self._netloc = base_url.removesuffix(base_path).partition("://")

    def authenticate(self, request: Request, now: datetime) -> Account:
        """Check the signature of a request and return its user's account.

        The URL that it signs is the one at which the client reached the mock.

        Raises:
            Refusal: 105, a header is missing; 104, the user, the key or the signature is wrong;
                101, the signature is right, but its time is too far from the server's.
        """
        uid, time, sent = (
            request.headers.get(name, "") for name in (UID_HEADER, TIME_HEADER, SIGNATURE_HEADER)
        )
        if not (uid and time and sent):
            raise refusal(Code.NO_SIGNATURE, "The authorization headers are missing")
        settings = self._store.collection(NAME, "account").read("", uid)
        key = None if settings is None else settings["key"]
        if key is None or not hmac.compare_digest(
            signature(
                uid, time, key, request.method, self._signed_url(request), request.body
            ).encode(),
            sent.encode("latin-1"),
        ):
            raise refusal(Code.WRONG_SIGNATURE, "The authorization token is wrong")
        if not _TIME.fullmatch(time) or abs(int(time) - now.timestamp()) > SKEW:
            raise refusal(Code.EXPIRED, "The signature is expired")
        return Account(self._store, uid, now)

    def log_in(self, login: str, password: str, now: datetime) -> Account:
        """Return the account of a login and password.

        Raises:
            Refusal: 103, one of them is wrong.
        """
        for settings in account_settings(self._store):
            if settings["email"] == login and hmac.compare_digest(
                settings["password"].encode(), password.encode()
            ):
                return Account(self._store, settings["id"], now)
        raise refusal(Code.WRONG_LOGIN, "Login or password is wrong")

    def _signed_url(self, request: Request) -> str:
        host = request.headers.get("host", self._netloc)
        query = f"?{request.query.decode('latin-1')}" if request.query else ""
        return f"{self._scheme}://{host}{request.raw_path.decode('latin-1')}{query}"


def change_key(account: Account) -> None:
    """Give an account a key that it never had, the same in every run."""
    number = account.store.settings(NAME).next_number("key", 1)
    digest = hashlib.sha256(f"{account.uid}.{number}".encode()).digest()
    account.settings["key"] = base64.b64encode(digest).decode("ascii")
    account.save_settings()
