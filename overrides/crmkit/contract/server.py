"""One of the parties of a conversation: a server, live or mock, and who speaks to it."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from .address import is_loopback
from .crm import ContractError, SlowError
from .exchange import NO_BODY, Reply, Request
from .http import ERRORS, Client, QueryParams, ReadTimeout
from .names import Names

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .crm import CRM
    from .http import BaseTransport, HTTPRequest

__all__ = ["Server", "changed_at"]

_TRIES = 5
_LONGEST_WAIT = 120.0
#: Replies in HTML, one after another, after which a server counts as out of order.
_MOST_PAGES = 10


class Server:
    """A server that requests are sent to, one at a time and not faster than it takes them.

    Args:
        crm: Kind of server.
        base_url: Address of its API.
        users: What puts the credentials of each user on a request, by name; the run's own user has
            the empty name. "nobody" has none, and those of "wrong" are the run's own but for one
            character.
        transport: Transport in place of the network.
        rate: Requests a second; None: as fast as it answers.
        timeout: Seconds for each phase of a request.
        verify: As httpx takes it.
        before: Called before each request, such as to set a mock's clock.
        on_wait: Called with the seconds before a pause that the server asks for.

    Attributes:
        users: As above.
        rate: As above.
        on_wait: As above.
        sent: How many requests have been sent.
        last: The last reply; None before the first.
        writing: Whether something is being changed that is not yet noted, to be removed.
    """

    def __init__(
        self,
        crm: CRM,
        base_url: str,
        users: Mapping[str, Callable[[HTTPRequest], None]],
        *,
        transport: BaseTransport | None = None,
        rate: float | None = None,
        timeout: float = 30.0,
        verify: Any = True,
        before: Callable[[], object] | None = None,
        on_wait: Callable[[float], object] = lambda _: None,
    ) -> None:
        self.crm = crm
        self.base_url = base_url.rstrip("/")
        self.users = {"nobody": _no_credentials, "wrong": self._wrong_credentials, **users}
        self.names = Names()
        self.sent = 0
        self.last: Reply | None = None
        self.writing = False
        self.rate = rate
        self.on_wait = on_wait
        self._next = 0.0
        self._pages = 0
        self._before = before
        self._timeout = timeout
        self._http = Client(
            transport=transport,
            timeout=timeout,
            verify=verify,
            follow_redirects=False,
            trust_env=not is_loopback(base_url),  # a proxy does not reach this machine
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def send(self, request: Request) -> Reply:
        """Send a request, whose names have been filled in, and return the reply.

        A reply of 429, or of 503 that says when to come again, is waited for and asked again.

        Raises:
            ContractError: There is no reply, or none but these, or nothing but pages in HTML.
        """
        for number in range(_TRIES):
            reply = self._send(request)
            wait = _wait(reply, number)
            if wait is None:
                self._count_pages(reply)
                return reply
            if wait > _LONGEST_WAIT:
                raise ContractError(
                    f"{self.base_url} asks to wait for {wait:.0f} s; try again later"
                )
            self.on_wait(wait)
            time.sleep(wait)
        raise ContractError(f"{self.base_url} asks to wait again and again; try again later")

    def _send(self, request: Request) -> Reply:
        self._pace()
        http_request = self._build(request)
        self.sent += 1
        started = time.monotonic()
        try:
            response = self._http.send(http_request)
        except ReadTimeout as error:
            raise SlowError(
                f"no reply from {self.base_url} to {request.method} {request.path} within "
                f"{self._timeout:.0f} s"
            ) from error
        except ERRORS as error:
            reason = str(error) or type(error).__name__
            raise ContractError(
                f"no reply from {self.base_url}: {reason}; is the server up and the address right?"
            ) from error
        self._http.cookies.clear()  # a session would make the next request somebody else's
        self.last = self.crm.reply(
            response.status_code,
            {name.lower(): value for name, value in response.headers.items()},
            response.content,
            str(response.url),
            time.monotonic() - started,
            request.method,
        )
        self.crm.heard(self.last, self.users)
        return self.last

    def _count_pages(self, reply: Reply) -> None:
        """Give up where something in front of the API answers, such as a page for maintenance."""
        if reply.status in {404, 405}:
            return  # with which the router of an API may answer so
        is_page = reply.media_type == "text/html" and reply.content.lstrip().startswith(b"<")
        self._pages = self._pages + 1 if is_page else 0
        if self._pages >= _MOST_PAGES:
            raise ContractError(
                f"{self.base_url} answers with pages in HTML only ({reply.status}); something "
                "else than the API answers there"
            )

    def _build(self, request: Request) -> HTTPRequest:
        body: dict[str, Any] = {}
        if request.json is not NO_BODY:
            body = {"content": self.crm.encode(request.json)}
        elif request.content is not None:
            body = {"content": request.content}
        http_request = self._http.build_request(
            request.method,
            self.base_url + request.path,
            params=QueryParams([(name, _text(value)) for name, value in request.query])
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

    def _wrong_credentials(self, request: HTTPRequest) -> None:
        """Put credentials on a request that are the run's own but for one character."""
        before = dict(request.headers)
        self.users[""](request)
        for name, value in dict(request.headers).items():
            if before.get(name) != value:
                request.headers[name] = changed_at(value, len(value) // 2)

    def credentials(self, request: Request) -> dict[str, str]:
        """Return the headers that a user's credentials put on a request; nothing is sent."""
        plain = self._http.build_request("GET", self.base_url + request.path)
        before = dict(plain.headers)
        self.users[request.user](plain)
        return {name: value for name, value in plain.headers.items() if name not in before}

    def _pace(self) -> None:
        if self._before is not None:
            self._before()
        now = time.monotonic()
        if now < self._next:
            time.sleep(self._next - now)
        self._next = max(now, self._next) + (1 / self.rate if self.rate else 0.0)


def changed_at(text: str, place: int) -> str:
    """Return a str with another character at a place; a digit stays one."""
    digits = "0123456789"
    others = digits if text[place] in digits else "abcdefABCDEF"
    return text[:place] + next(c for c in others if c != text[place]) + text[place + 1 :]


def _no_credentials(request: HTTPRequest) -> None:
    """Leave a request as it is."""


def _wait(reply: Reply, number: int) -> float | None:
    """Return the seconds to wait before a request is sent again; None if it need not be."""
    asked = reply.headers.get("retry-after", "")
    if reply.status == 429:
        return _seconds(asked) if asked else float(2**number)
    return _seconds(asked) if asked and reply.status == 503 else None


def _seconds(text: str) -> float:
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        until = parsedate_to_datetime(text).astimezone(UTC)
    except ValueError:
        return 1.0
    return max(0.0, (until - datetime.now(UTC)).total_seconds())


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
