"""Authentication: which user sends a request (observed)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from crmkit_mock.espocrm.errors import APIError
from crmkit_mock.espocrm.logins import is_password, login_with

if TYPE_CHECKING:
    from crmkit_mock.clock import Clock
    from crmkit_mock.espocrm.data import Data
    from crmkit_mock.espocrm.users import Login
    from crmkit_mock.messages import Request
    from crmkit_mock.store import Settings

_KEY_HEADERS = frozenset({"x-api-key", "x-hmac-authorization", "espo-authorization"})
#: Request headers, in lower case, that hold credentials.
CREDENTIAL_HEADERS = _KEY_HEADERS | {"authorization", "x-another-user"}
_FAILURES = "failed logins"
_ALLOWED_FAILURES = 10
_PERIOD = timedelta(seconds=60)


class Authenticator:
    """Authenticates requests by API key, signature, password or token.

    Args:
        data: The records, of which users and roles say who may log in.
        settings: Where tokens and failed logins are stored.
        clock: The mock's clock.
        limit_failures: Whether more than ten failed logins within a minute lock out everybody.
            Each failed login then moves the clock on by a second.
    """

    def __init__(
        self, data: Data, settings: Settings, clock: Clock, *, limit_failures: bool
    ) -> None:
        self._data = data
        self._settings = settings
        self._clock = clock
        self._limit_failures = limit_failures

    def is_locked(self) -> bool:
        """Return whether all requests are rejected, whatever their credentials."""
        return self._limit_failures and len(self._failures()) > _ALLOWED_FAILURES

    def authenticate(self, request: Request) -> Login | None:
        """Return the user who sends a request, or None without valid credentials."""
        login = self._identify(request)
        if login is None or not self._is_active(login):
            return None
        another = request.headers.get("x-another-user")
        if another is None:
            return login
        # Only administrators act on behalf of another user.
        impersonated = login_with(self._data, "userName", another) if login.user.is_admin else None
        return impersonated if impersonated is not None and self._is_active(impersonated) else None

    def _is_active(self, login: Login) -> bool:
        record = self._data.find("User", login.user.id)
        return login.active and record is not None and bool(record.get("isActive"))

    def unauthorized(self, request: Request) -> APIError:
        """Return the 401 for a request without valid credentials, and count it as failed."""
        headers = request.headers
        if self._limit_failures and CREDENTIAL_HEADERS & headers.keys():
            self._add_failure()
        # Only what may be a browser is asked to show its log-in dialogue.
        may_be_browser = (
            not (_KEY_HEADERS & headers.keys())
            and _basic(headers.get("authorization", "")) is None
            and request.method != "POST"
            and "referer" not in headers
            and headers.get("x-requested-with", "").lower() != "xmlhttprequest"
        )
        challenge = {"WWW-Authenticate": 'Basic realm=""'}
        return APIError(401, headers=challenge if may_be_browser else None)

    def token_for(self, login: Login) -> str:
        """Return the token that a user can send in place of its password, created on first use."""
        tokens = self._tokens()
        if login.user_name not in tokens:
            number = self._settings.next_number("token", 1)
            text = f"{login.user_name} {number} {self._clock.now().isoformat()}"
            tokens[login.user_name] = hashlib.sha256(text.encode()).hexdigest()[:32]
            self._settings.set("tokens", tokens)
        return tokens[login.user_name]

    def destroy_token(self, token: str) -> bool:
        """Delete a token, and return whether it existed."""
        before = self._tokens()
        tokens = {name: value for name, value in before.items() if value != token}
        self._settings.set("tokens", tokens)
        return tokens != before

    def _tokens(self) -> dict[str, str]:
        tokens: dict[str, str] = self._settings.get("tokens") or {}
        return tokens

    def _identify(self, request: Request) -> Login | None:
        headers = request.headers
        if "espo-authorization" in headers:
            return self._by_password(_decode(headers["espo-authorization"]))
        if "x-api-key" in headers:
            return self._by_key(headers["x-api-key"])
        if "x-hmac-authorization" in headers:
            return self._by_signature(headers["x-hmac-authorization"], request)
        return self._by_password(_basic(headers.get("authorization", "")))

    def _by_password(self, pair: bytes | None) -> Login | None:
        if pair is None:
            return None
        name, _, secret = pair.decode("utf-8", "replace").partition(":")
        login = login_with(self._data, "userName", name)
        if login is None or login.api_key is not None:
            return None
        is_token = secret == self._tokens().get(name)
        return login if is_token or is_password(self._data, login, secret) else None

    def _by_key(self, key: str) -> Login | None:
        # Servers look it up in their database, which takes letters in any case: live 10.0.0.
        login = login_with(self._data, "apiKey", key.lower())
        # The key of a user who signs is not enough by itself.
        return None if login is None or login.secret_key is not None else login

    def _by_signature(self, header: str, request: Request) -> Login | None:
        key, _, digest = (_decode(header) or b"").partition(b":")
        login = login_with(self._data, "apiKey", key.decode("latin-1"))
        if login is None or login.secret_key is None:
            return None
        # The path without the query; the body is not signed.
        signed = f"{request.method} {request.path}".encode()
        expected = hmac.new(login.secret_key.encode(), signed, hashlib.sha256)
        # Hexadecimal since 8.4.1, raw bytes before; both are accepted.
        if hmac.compare_digest(digest, expected.hexdigest().encode()) or hmac.compare_digest(
            digest, expected.digest()
        ):
            return login
        return None

    def _failures(self) -> list[str]:
        since = self._clock.now() - _PERIOD
        failures: list[str] = self._settings.get(_FAILURES) or []
        return [time for time in failures if datetime.fromisoformat(time) > since]

    def _add_failure(self) -> None:
        self._settings.set(_FAILURES, [*self._failures(), self._clock.tick().isoformat()])


def _basic(header: str) -> bytes | None:
    scheme, _, value = header.partition(" ")
    pair = _decode(value.strip()) if scheme.lower() == "basic" else None
    return pair if pair is not None and b":" in pair else None


def _decode(text: str) -> bytes | None:
    try:
        return base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return None
