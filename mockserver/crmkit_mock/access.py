"""Who may reach a mock behind a socket: by Host, by Origin, and by token.

Any page of the web can make a browser send requests to a loopback port. Its Origin gives it away,
or, where its own name leads to 127.0.0.1, its Host. CRMs take any Host, as their vendors' do: they
have keys. In process, where no page of the web can reach them, they take any Origin too.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any

from crmkit_mock.messages import Reply, json_reply

#: Cookie by which the pages for people show that they were opened with the token.
COOKIE = "crmkit_mock_token"
#: Paths of the control plane that show nothing of the mock, and need no token.
OPEN_PATHS = ("/__mock__/login", "/__mock__/static/")
_PORTS = {"http": "80", "https": "443"}


def is_loopback(host: str) -> bool:
    """Return whether a host, by name or address, is this machine and nothing else."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def token_for(host: str, token: str | None) -> str | None:
    """Return the token of a mock that listens on a host; one that others can reach has one.

    Args:
        host: Host to listen on.
        token: The token that was asked for.

    Raises:
        ValueError: the host is empty, or the token cannot be sent in a header.
    """
    if not isinstance(host, str) or not host:
        raise ValueError(f"host must not be empty, got {host!r}")
    if token is None:
        return None if is_loopback(host) else secrets.token_urlsafe(24)
    if not isinstance(token, str) or not token or not token.isascii() or not token.isprintable():
        raise ValueError(f"token must be ASCII characters, at least one, got {token!r}")
    if " " in token or len(token) > 1_000:
        raise ValueError("token must not have spaces or more than 1,000 characters")
    return token


class Access:
    """Decides which requests are refused before they reach a CRM or the control plane.

    Args:
        token: Token that control requests need; then they may have any Host. None: only loopback
            names.
        in_process: Whether there is no socket, and thus no Host that means anything.
    """

    def __init__(self, token: str | None = None, *, in_process: bool = False) -> None:
        self.token = token
        self._in_process = in_process
        self._takes_any_host = in_process or token is not None

    def refuse(self, scope: MutableMapping[str, Any], *, control: bool) -> Reply | None:
        """Return the reply to a request that is refused; None for all others.

        Args:
            scope: The request's ASGI scope.
            control: Whether it is for the control plane or a page, not for a CRM.
        """
        host = origin = authorization = cookie = None
        for name, value in scope["headers"]:
            if name == b"host":
                host = value.decode("latin-1")
            elif name == b"origin":
                origin = value.decode("latin-1")
            elif name == b"authorization":
                authorization = value
            elif name == b"cookie":
                cookie = value.decode("latin-1")
        if (
            control
            and host is not None
            and not self._takes_any_host
            and not is_loopback(_name(host))
        ):
            return json_reply(
                403, {"error": f"Host must be a loopback name, got {host[:100]!r}; or set a token"}
            )
        reachable = control or not self._in_process
        if reachable and origin is not None and not _is_same(origin, host or ""):
            return json_reply(403, {"error": f"Origin must be this mock, got {origin[:100]!r}"})
        if (
            control
            and self.token is not None
            and not scope["path"].startswith(OPEN_PATHS)
            and not self.admits(authorization, cookie)
        ):
            challenge = {"WWW-Authenticate": "Bearer"}
            return json_reply(401, {"error": "expected Authorization: Bearer <token>"}, challenge)
        return None

    def admits(self, authorization: bytes | None, cookie: str | None = None) -> bool:
        """Return whether a header or a cookie carries the token."""
        scheme, _, sent = (authorization or b"").partition(b" ")
        if scheme.lower() == b"bearer" and self.is_token(sent.strip()):
            return True
        try:
            morsel = SimpleCookie(cookie or "").get(COOKIE)
        except CookieError:
            return False
        return morsel is not None and hmac.compare_digest(
            morsel.value.encode("utf-8"), self.cookie_value.encode("ascii")
        )

    @property
    def cookie_value(self) -> str:
        """The value of the cookie: not the token itself, and without characters to be quoted."""
        return hashlib.sha256(f"crmkit-mock {self.token}".encode()).hexdigest()

    def is_token(self, sent: bytes) -> bool:
        """Return whether something sent is the token."""
        return self.token is not None and hmac.compare_digest(sent, self.token.encode("ascii"))


def _name(netloc: str) -> str:
    """Return the host of a Host header, without port and brackets."""
    if netloc.startswith("["):
        return netloc[1:].partition("]")[0]
    return netloc.partition(":")[0]


def _is_same(origin: str, host: str) -> bool:
    """Return whether an Origin is that of the host that the request was sent to."""
    scheme, separator, netloc = origin.lower().partition("://")
    if not separator:
        return False
    port = f":{_PORTS.get(scheme, '')}"
    return netloc.removesuffix(port) == host.lower().removesuffix(port)
