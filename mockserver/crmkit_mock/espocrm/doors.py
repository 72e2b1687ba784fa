"""Authentication: which user a request comes from (observed)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from crmkit_mock.espocrm.people import PEOPLE, Person
from crmkit_mock.espocrm.refusals import Problem

if TYPE_CHECKING:
    from crmkit_mock.clock import Clock
    from crmkit_mock.messages import Request
    from crmkit_mock.store import Settings

#: Request headers, in lower case, that carry credentials.
CREDENTIAL_HEADERS = frozenset(
    {"x-api-key", "x-hmac-authorization", "espo-authorization", "authorization", "x-another-user"}
)
_FAILURES = "failed logins"
_ALLOWED_FAILURES = 10
_PERIOD = timedelta(seconds=60)


class Doors:
    """Lets users in by key, signature, password or token.

    Args:
        settings: Where tokens and failed logins are kept.
        clock: The mock's clock.
        guarded: Whether more than ten failed logins within a minute shut the door for everybody.
            Each request that is turned away then moves the clock on by a second.
    """

    def __init__(self, settings: Settings, clock: Clock, *, guarded: bool) -> None:
        self._settings = settings
        self._clock = clock
        self._guarded = guarded

    def locked(self) -> bool:
        """Return whether nobody is let in, whatever they bring."""
        return self._guarded and len(self._failures()) > _ALLOWED_FAILURES

    def enter(self, request: Request) -> Person | None:
        """Return who sends a request; None if nobody that is let in."""
        person = self._identify(request)
        if person is None or not person.active:
            return None
        another = request.headers.get("x-another-user")
        if another is None:
            return person
        # On behalf of another user: for administrators only.
        stand_in = PEOPLE.get(another) if person.user.is_admin else None
        return stand_in if stand_in is not None and stand_in.active else None

    def turned_away(self, request: Request) -> Problem:
        """Return the 401 for a request that nobody is let in by."""
        headers = request.headers
        if self._guarded and CREDENTIAL_HEADERS & headers.keys():
            self._note_failure()
        # A browser's dialogue is asked for only where a person may be sitting at one.
        asks = (
            not ({"x-api-key", "x-hmac-authorization", "espo-authorization"} & headers.keys())
            and _basic(headers.get("authorization", "")) is None
            and request.method != "POST"
            and "referer" not in headers
            and headers.get("x-requested-with", "").lower() != "xmlhttprequest"
        )
        return Problem(401, headers={"WWW-Authenticate": 'Basic realm=""'} if asks else None)

    def token_for(self, person: Person) -> str:
        """Return the token that stands in for a person's password, made on first use."""
        tokens: dict[str, str] = self._settings.get("tokens") or {}
        if person.user_name not in tokens:
            number = self._settings.next_number("token", 1)
            text = f"{person.user_name} {number} {self._clock.now().isoformat()}"
            tokens[person.user_name] = hashlib.sha256(text.encode()).hexdigest()[:32]
            self._settings.set("tokens", tokens)
        return tokens[person.user_name]

    def destroy_token(self, token: str) -> bool:
        """Forget a token; return whether there was one."""
        tokens: dict[str, str] = self._settings.get("tokens") or {}
        left = {name: kept for name, kept in tokens.items() if kept != token}
        self._settings.set("tokens", left)
        return len(left) < len(tokens)

    def _identify(self, request: Request) -> Person | None:
        headers = request.headers
        if "espo-authorization" in headers:
            return self._by_password(_decode(headers["espo-authorization"]))
        if "x-api-key" in headers:
            return _by_key(headers["x-api-key"])
        if "x-hmac-authorization" in headers:
            return _by_signature(headers["x-hmac-authorization"], request)
        return self._by_password(_basic(headers.get("authorization", "")))

    def _by_password(self, pair: bytes | None) -> Person | None:
        if pair is None:
            return None
        name, _, secret = pair.decode("utf-8", "replace").partition(":")
        person = PEOPLE.get(name)
        if person is None or person.password is None:
            return None
        tokens: dict[str, str] = self._settings.get("tokens") or {}
        return person if secret in (person.password, tokens.get(name)) else None

    def _failures(self) -> list[str]:
        since = self._clock.now() - _PERIOD
        failures: list[str] = self._settings.get(_FAILURES) or []
        return [moment for moment in failures if datetime.fromisoformat(moment) > since]

    def _note_failure(self) -> None:
        self._settings.set(_FAILURES, [*self._failures(), self._clock.tick().isoformat()])


def _by_key(key: str) -> Person | None:
    for person in PEOPLE.values():
        # The key of a user who signs opens nothing by itself.
        if person.api_key is not None and person.secret_key is None and person.api_key == key:
            return person
    return None


def _by_signature(header: str, request: Request) -> Person | None:
    key, _, digest = (_decode(header) or b"").partition(b":")
    for person in PEOPLE.values():
        if person.secret_key is None or (person.api_key or "").encode() != key:
            continue
        # The path without the query; the body is not signed.
        signed = f"{request.method} {request.path}".encode()
        proper = hmac.new(person.secret_key.encode(), signed, hashlib.sha256)
        # Hex as of 8.4.1, raw bytes as before; both are taken.
        if hmac.compare_digest(digest, proper.hexdigest().encode()) or hmac.compare_digest(
            digest, proper.digest()
        ):
            return person
    return None


def _basic(header: str) -> bytes | None:
    scheme, _, value = header.partition(" ")
    pair = _decode(value.strip()) if scheme.lower() == "basic" else None
    return pair if pair is not None and b":" in pair else None


def _decode(text: str) -> bytes | None:
    try:
        return base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return None
