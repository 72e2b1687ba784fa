"""One of the parties of a conversation: a server, live or mock, and who speaks to it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import httpx

from .crm import ContractError
from .exchange import NO_BODY, Reply, Request
from .names import Names

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .crm import CRM

__all__ = ["Server"]

_RETRIES = 5
_LONGEST_WAIT = 120.0


class Server:
    """A server that requests are sent to, one at a time and not faster than it takes them.

    Args:
        crm: Kind of server.
        base_url: Address of its API.
        users: What puts the credentials of each user on a request, by name; the run's own user has
            the empty name.
        transport: Transport in place of the network.
        rate: Requests a second; None: as fast as it answers.
        timeout: Seconds for each phase of a request.
        verify: As httpx takes it.
        before: Called before each request, such as to set a mock's clock.
    """

    def __init__(
        self,
        crm: CRM,
        base_url: str,
        users: Mapping[str, Callable[[httpx.Request], None]],
        *,
        transport: httpx.BaseTransport | None = None,
        rate: float | None = None,
        timeout: float = 30.0,
        verify: Any = True,
        before: Callable[[], object] | None = None,
    ) -> None:
        self.crm = crm
        self.base_url = base_url.rstrip("/")
        self.users = users
        self.names = Names()
        self.sent = 0
        self._interval = 1 / rate if rate else 0.0
        self._next = 0.0
        self._before = before
        self._http = httpx.Client(
            transport=transport, timeout=timeout, verify=verify, follow_redirects=False
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def send(self, request: Request) -> Reply:
        """Send a request, whose names have been filled in, and return the reply.

        A reply of 429 is waited for and asked again.

        Raises:
            ContractError: There is no reply, or none but 429.
        """
        for _ in range(_RETRIES):
            reply = self._send(request)
            wait = _seconds(reply.headers.get("retry-after", ""))
            if reply.status != 429 or wait is None:
                return reply
            if wait > _LONGEST_WAIT:
                raise ContractError(
                    f"{self.base_url} asks to wait for {wait:.0f} s; try again later"
                )
            time.sleep(wait)
        raise ContractError(f"{self.base_url} answers 429 however long one waits")

    def _send(self, request: Request) -> Reply:
        self._pace()
        http_request = self._build(request)
        self.sent += 1
        try:
            response = self._http.send(http_request)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            reason = str(error) or type(error).__name__
            raise ContractError(f"no reply from {self.base_url}: {reason}") from error
        return Reply(
            response.status_code,
            {name.lower(): value for name, value in response.headers.items()},
            response.content,
            str(response.url),
        )

    def _build(self, request: Request) -> httpx.Request:
        body: dict[str, Any] = {}
        if request.json is not NO_BODY:
            body = {"content": _dumps(request.json)}
        elif request.content is not None:
            body = {"content": request.content}
        http_request = self._http.build_request(
            request.method,
            self.base_url + request.path,
            params=httpx.QueryParams([(name, _text(value)) for name, value in request.query])
            if request.query
            else None,
            headers=self.crm.headers(request),
            **body,
        )
        try:
            authenticate = self.users[request.user]
        except KeyError:
            raise ContractError(f"there is no user {request.user!r}", 2) from None
        authenticate(http_request)
        return http_request

    def _pace(self) -> None:
        if self._before is not None:
            self._before()
        now = time.monotonic()
        if now < self._next:
            time.sleep(self._next - now)
        self._next = max(now, self._next) + self._interval


def _seconds(text: str) -> float | None:
    return float(text) if text.isascii() and text.isdigit() else None


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _dumps(tree: Any) -> bytes:
    import json

    return json.dumps(tree, ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", "surrogatepass"
    )
