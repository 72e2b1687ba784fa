"""One way to drive sync and async clients, and a transport of canned replies."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import json
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

import crmkit
from crmkit import AsyncRelenta, Relenta
from crmkit.core.call import Call, new_call
from crmkit.core.operation import Operation
from crmkit.core.types import UNSET

KEY = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
ACCOUNT = "acme"
BASE_URL = "https://acme.relenta.com/api/v3"
KEY_HEADER = "X-Relenta-Department-Key"
CREDENTIALS: dict[str, dict[str, Any]] = {
    "Relenta": {"account": ACCOUNT, "department_key": KEY},
    "AutoCRM": {"base_url": "https://acme.example", "api_key": "k"},
    "EspoCRM": {"base_url": "https://acme.example", "api_key": "k"},
    "OnePageCRM": {"uid": "u", "key": "azE="},
    "Monica": {"token": "t"},
}
"""Constructor arguments of each client that never sends anything."""

Answer = Callable[[httpx.Request], httpx.Response]

both = pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
"""Runs a test with a sync and with an async client.

For what I/O, paging, locks and lifetimes have to do with; all else is one coroutine, which the
modules that say `asynchronous = sync_alone` test by the sync client.
"""


@pytest.fixture
def sync_alone() -> bool:
    """Let `client`, `mocked` and the like make sync clients."""
    return False


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
    """Answers in order; the last answer is repeated. An exception in its place is raised.

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
    """Return an answer: bytes and str as they are, None as an empty body, all else as JSON."""
    if body is None:
        content, media_type = b"", None
    elif isinstance(body, bytes):
        content, media_type = body, "application/json"
    elif isinstance(body, str):
        content, media_type = body.encode(), "application/json"
    else:
        content, media_type = json.dumps(body).encode(), "application/json"
    defaults = {"Content-Type": media_type} if media_type else {}

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(
            status, content=content, headers={**defaults, **(headers or {})}, request=request
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
    """A clock that only moves when somebody sleeps, and a random number that is set."""

    now: float = 1_000_000.0
    chance: float = 1.0
    waits: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        """Note the wait and move on."""
        self.waits.append(seconds)
        self.now += seconds


class Driver:
    """One client, sync or async, driven in the same words.

    Calling it with a function of the client does the work to its end: a coroutine is awaited, a
    list or an iterator of pages is collected.

    Args:
        asynchronous: Whether the client is the async one.
        transport: What answers.
        crms: The sync and the async client of a CRM; Relenta's by default.
        settings: Keywords of the client; Relenta's account and key by default.
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
    return inspect.isgenerator(result) or type(result).__name__ in {"Pager", "Changes"}


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
    module = importlib.import_module(f"crmkit_generated.{crm}.operations")
    return {name: value for name, value in vars(module).items() if isinstance(value, Operation)}


@contextmanager
def open_driver(
    asynchronous: bool, *answers: Answer | Exception, **settings: Any
) -> Generator[Driver]:
    """Open a client over canned answers, for tests that make many."""
    driver = Driver(asynchronous, Canned(*answers), **settings)
    try:
        yield driver
    finally:
        driver.end()


_FAILED = (AssertionError, pytest.fail.Exception)
_UNEXPECTED = (crmkit.CRMError, TypeError, ValueError, LookupError, AttributeError, RuntimeError)


def failures(check: Callable[..., None], cases: Iterable[tuple[Any, ...]]) -> list[str]:
    """Return each case of a table in which a check fails, with the reason.

    A table is one test that way, and a run shows all its failures: `assert failures(…) == []`.
    """
    failed: list[str] = []
    count = 0
    for count, case in enumerate(cases, 1):  # noqa: B007 - counted for the check below
        try:
            check(*case)
        except _FAILED as error:
            failed.append(f"{_label(case)}: {error}")
        except _UNEXPECTED as error:
            failed.append(f"{_label(case)}: {type(error).__name__}: {error}")
    assert count, "the table is empty"
    return failed


def _label(case: tuple[Any, ...]) -> str:
    return " ".join(ascii(part) for part in case if not inspect.isroutine(part))


def public_methods(crm: Any) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield every public method of a client and its resources, with its name as users write it."""
    owners = {"": crm}
    owners |= {name: getattr(crm, name) for name in dir(crm) if name[0] != "_"}
    if hasattr(crm, "entity"):
        owners["entity('CGadget')"] = crm.entity("CGadget")
    for name, owner in owners.items():
        if callable(owner) and name:
            continue
        for attribute in dir(owner):
            if attribute[0] != "_" and callable(method := getattr(owner, attribute)):
                yield f"{name}.{attribute}".lstrip("."), method


def new_client(name: str, *, asynchronous: bool = False, **settings: Any) -> Any:
    """Return a client of a CRM by the name of its sync class, over a transport that fails."""
    refuse = AssertionError("a request was sent")
    settings = {"transport": Canned(refuse), **CREDENTIALS[name], **settings}
    return getattr(crmkit, f"Async{name}" if asynchronous else name)(**settings)
