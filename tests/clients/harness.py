"""One way to drive both twins, and a transport of canned replies."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import json
import pkgutil
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from crmkit import AsyncRelenta, Relenta
from crmkit.core.call import Call, new_call
from crmkit.core.operation import Operation
from crmkit.core.types import UNSET

KEY = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
ACCOUNT = "acme"
BASE_URL = "https://acme.relenta.com/api/v3"
KEY_HEADER = "X-Relenta-Department-Key"

Answer = Callable[[httpx.Request], httpx.Response]


@dataclass
class Seen:
    """A request as the transport saw it, before its credentials were replaced."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    timeout: dict[str, float | None]

    @property
    def json(self) -> Any:
        """The body as a tree."""
        return json.loads(self.body)


class Canned(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Answers in turn; the last answer goes on for ever. An exception in its place is raised.

    Args:
        answers: What `reply`, `page` and `saved` return, or exceptions.
    """

    def __init__(self, *answers: Answer | Exception) -> None:
        self._answers = list(answers)
        self.seen: list[Seen] = []
        self.closed = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a sync client."""
        return self._answer(request, request.read())

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer an async client."""
        return self._answer(request, await request.aread())

    def close(self) -> None:
        """Count how often it was closed."""
        self.closed += 1

    async def aclose(self) -> None:
        """Count how often it was closed."""
        self.closed += 1

    def _answer(self, request: httpx.Request, body: bytes) -> httpx.Response:
        self.seen.append(
            Seen(
                request.method,
                request.url.path,
                dict(request.url.params),
                # Of a copy: reading headers makes httpx guess their encoding and keep the guess.
                dict(httpx.Headers(request.headers.raw)),
                body,
                request.extensions.get("timeout", {}),
            )
        )
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            if isinstance(answer, httpx.RequestError):
                answer.request = request
            raise answer
        return answer(request)


def reply(
    body: object = None, status: int = 200, headers: Mapping[str, str] | None = None
) -> Answer:
    """Return an answer: bytes and text as they are, None as an empty body, else as JSON."""
    if body is None:
        content, kind = b"", None
    elif isinstance(body, bytes):
        content, kind = body, "application/json"
    elif isinstance(body, str):
        content, kind = body.encode(), "application/json"
    else:
        content, kind = json.dumps(body).encode(), "application/json"
    given = {"Content-Type": kind} if kind else {}

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(
            status, content=content, headers={**given, **(headers or {})}, request=request
        )

    return answer


def envelope(data: object) -> dict[str, Any]:
    """Return a successful Relenta envelope around data."""
    return {"status": True, "code": 200, "data": data}


def page(*rows: object) -> Answer:
    """Answer with a page of rows."""
    return reply(envelope(list(rows)))


def saved(id: int = 1) -> Answer:
    """Answer as a save does."""
    return reply(envelope({"id": id}))


def refusal(status: int, message: str = "no", headers: Mapping[str, str] | None = None) -> Answer:
    """Answer with Relenta's error envelope."""
    return reply({"status": False, "code": status, "message": message}, status, headers)


def contact(id: int, **members: Any) -> dict[str, Any]:
    """Return a contact as the wire has it."""
    return {"id": str(id), "full_name": f"Contact {id}", **members}


@dataclass
class Clock:
    """A clock that only moves when somebody sleeps, and chance that is told what to say."""

    now: float = 1_000_000.0
    chance: float = 1.0
    waits: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        """Note the wait and move on."""
        self.waits.append(seconds)
        self.now += seconds


class Twin:
    """One client, sync or async, driven in the same words.

    Calling it with a function of the client does the work to its end: a coroutine is awaited, a
    list or an iterator of pages is collected.

    Args:
        asynchronous: Which of the twins.
        transport: What answers.
        crms: The sync and the async client of a CRM; Relenta's by default.
        settings: Keywords of the client; Relenta's account and key are given where they are not.
    """

    def __init__(
        self,
        asynchronous: bool,
        transport: Any = None,
        crms: tuple[Any, Any] | None = None,
        **settings: Any,
    ) -> None:
        self.asynchronous = asynchronous
        self.transport = transport
        self._runner = asyncio.Runner() if asynchronous else None
        if transport is not None:
            settings["transport"] = transport
        if crms is None:
            crms = Relenta, AsyncRelenta
            if "base_url" not in settings:
                settings.setdefault("account", ACCOUNT)
            settings.setdefault("department_key", KEY)
        self.crm: Any = crms[asynchronous](**settings)

    @property
    def seen(self) -> list[Seen]:
        """The requests so far."""
        seen: list[Seen] = self.transport.seen
        return seen

    def __call__(self, work: Callable[[Any], Any], crm: Any = None) -> Any:
        """Do `work` with the client, or with another of the same kind."""
        return self.finish(lambda: work(self.crm if crm is None else crm))

    def finish(self, work: Callable[[], Any]) -> Any:
        """Do `work` to its end."""
        if self._runner is not None:
            return self._runner.run(_finished(work))
        result = work()
        return list(result) if hasattr(result, "__iter__") and _lazy(result) else result

    def close(self, crm: Any = None) -> None:
        """Close the client, or another of the same kind."""
        client = self.crm if crm is None else crm
        self.finish(client.aclose if self.asynchronous else client.close)

    def end(self) -> None:
        """Close the client and the event loop."""
        self.close()
        if self._runner is not None:
            self._runner.close()


async def _finished(work: Callable[[], Any]) -> Any:
    result = work()
    if inspect.isawaitable(result):
        result = await result
    if hasattr(result, "__aiter__"):
        return [item async for item in result]
    return result


def _lazy(result: object) -> bool:
    return inspect.isgenerator(result) or type(result).__name__ == "Pager"


def call_of(
    crm: Any,
    operation: Operation,
    arguments: Mapping[str, Any] | None = None,
    body: Any = UNSET,
    options: Any = None,
) -> Call:
    """Return a call of a client."""
    sender = crm._sender
    return new_call(sender.vendor, sender.settings, operation, arguments or {}, options, body)


def operations_of(crm: str) -> dict[str, Operation]:
    """Return all operations of a CRM by the names of their constants."""
    package = importlib.import_module(f"crmkit_generated.{crm}.operations")
    return {
        name: value
        for info in pkgutil.iter_modules(package.__path__)
        for name, value in vars(importlib.import_module(f"{package.__name__}.{info.name}")).items()
        if isinstance(value, Operation)
    }


@contextmanager
def twin(asynchronous: bool, *answers: Answer | Exception, **settings: Any) -> Generator[Twin]:
    """Open a client over canned answers, for tests that make many."""
    made = Twin(asynchronous, Canned(*answers), **settings)
    try:
        yield made
    finally:
        made.end()
