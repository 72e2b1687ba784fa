"""The ASGI application: CRMs by the first part of the path, the control plane for all else.

It awaits nothing but the request's body and the sending of the reply, so that a caller without an
event loop can drive it by hand.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, Protocol

from crmkit_mock.messages import BODY_CAP, Outcome, Request
from crmkit_mock.sockets import HeldConnections, send_reply

if TYPE_CHECKING:
    from crmkit_mock.access import Access

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

#: Name of the ASGI extension by which an in-process transport asks for the outcome itself, a
#: list that gets it, so that delays and broken connections can be raised instead of waited for.
OUTCOME = "crmkit_mock.outcome"


#: Path of the form for the token.
LOGIN = "/__mock__/login"


class Exchanger(Protocol):
    """What answers the requests of one CRM."""

    @property
    def base_path(self) -> str:
        """Path of the API below the host."""
        ...

    def exchange(self, request: Request) -> Outcome:
        """Answer a request."""
        ...


class MockApp:
    """The application.

    Args:
        crms: For each name, which is the first part of the path, a function that returns the CRM.
        control: Application that answers everything else.
        access: Decides who may reach them.
    """

    def __init__(
        self,
        crms: Mapping[str, Callable[[str], Exchanger]],
        control: ASGIApp,
        access: Access,
    ) -> None:
        self._crms = crms
        self._control = control
        self._access = access
        #: Connections that a fault keeps open.
        self.held = HeldConnections()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one ASGI event."""
        if scope["type"] != "http":
            raise NotImplementedError(f"the mock does not speak {scope['type']}")
        path: str = scope["path"]
        name = path[1:].partition("/")[0]
        load = self._crms.get(name)
        refusal = self._access.refuse(scope, control=load is None)
        if refusal is not None and refusal.status == 401 and _is_browser(scope):
            # The form for the token, under the same status.
            scope = {**scope, "path": LOGIN, "raw_path": LOGIN.encode(), "query_string": b""}
        elif refusal is not None:
            await send_reply(refusal, scope["method"], send)
            return
        if load is None:
            await self._control(scope, receive, send)
            return
        body = await read_body(scope, receive)
        crm = load(name)
        outcome = crm.exchange(_request(scope, body, crm.base_path))
        box: list[Outcome] | None = scope.get("extensions", {}).get(OUTCOME)
        if box is not None:
            box.append(outcome)
        elif outcome.delay or outcome.error:
            await self.held.play(outcome, scope, receive, send)
            return
        await send_reply(outcome.reply, scope["method"], send)


def _is_browser(scope: Scope) -> bool:
    """Return whether a person's browser asks for a page."""
    if scope["method"] not in {"GET", "HEAD"}:
        return False
    return any(name == b"accept" and b"text/html" in value for name, value in scope["headers"])


async def read_body(scope: Scope, receive: Receive) -> bytes | None:
    """Read a request's body; None if it is larger than `BODY_CAP`."""
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit() and int(value[:20]) > BODY_CAP:
            return None
    message = await receive()
    body: bytes = message.get("body", b"")
    if not message.get("more_body", False):
        return body if len(body) <= BODY_CAP else None
    parts = [body]
    size = len(body)
    while message.get("more_body", False):
        message = await receive()
        part: bytes = message.get("body", b"")
        size += len(part)
        if size > BODY_CAP:
            return None
        parts.append(part)
    return b"".join(parts)


def _request(scope: Scope, body: bytes | None, base_path: str) -> Request:
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    path: str = scope["path"]
    return Request(
        method=scope["method"],
        # A path outside the API stays whole; no document has it.
        path=path[len(base_path) :] if path.startswith(f"{base_path}/") else path,
        query=scope["query_string"],
        headers=headers,
        body=body or b"",
        too_large=body is None,
        raw_path=scope.get("raw_path") or b"",
    )
