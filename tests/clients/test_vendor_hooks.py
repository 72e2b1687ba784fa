"""What a vendor may do around a call: prepare, see replies, recover, spread queries."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from crmkit import AuthenticationError, ServerError
from crmkit.core.call import Call, new_call
from crmkit.core.client import AsyncClient, SyncClient
from crmkit.core.drive import drive
from crmkit.core.errors import ArgumentError, StatusError
from crmkit.core.operation import Operation, Param
from crmkit.core.types import UNSET
from crmkit.core.vendor import Vendor
from tests.clients.harness import Answer, Canned, Clock, both, call_of, reply, sync_alone

asynchronous = sync_alone

PATH = "/things/{id}.{format}"
ID = Param("id", "id", "path")
WHERE = Param("where", "where", style="spread")
THINGS = Operation(
    "things.get",
    "GET",
    PATH,
    (ID, Param("plain", "plain"), WHERE),
    effect="read",
    settings=("format",),
)
CREATE = Operation("things.create", "POST", "/things")
ASK = {"id": 7, "plain": "1"}


class Spy(Vendor):
    """Notes its calls, and recovers from what the test says."""

    name = "Spy"
    rate = (60, 60.0)

    def __init__(self) -> None:
        self.settings: Mapping[str, str] = {"format": "json"}
        self.notes: list[str] = []
        self.recovers: list[str | None] = []
        self.limits: tuple[int, int] | None = None
        self.logins = 0
        self.lock: Any = None
        self.session = 0

    async def prepare(self, sender: Any, call: Call) -> None:
        """Log in once."""
        self.notes.append(f"prepare {call.operation.name}")
        if self.lock is None or call.operation.name == "login":
            return
        async with self.lock():
            if not self.session:
                login = Operation("login", "POST", "/login")
                await sender.reply(new_call(self, sender.settings, login, {}))
                self.session = 1

    def spread(self, argument: str, values: list[Any]) -> dict[str, Any]:
        """Number the values."""
        return {f"{argument}[{n}]": value for n, value in enumerate(values)}

    def on_response(self, response: httpx.Response, tree: Any) -> None:
        """Note the reply."""
        self.notes.append(f"reply {response.status_code} {tree!r}")

    def rate_limit(self, headers: httpx.Headers) -> tuple[int, int] | None:  # noqa: ARG002  # the test decides
        """Return the limits that the test has set."""
        return self.limits

    def recover(self, error: StatusError) -> str | None:  # noqa: ARG002  # the test decides
        """Return what the test says."""
        return self.recovers.pop(0) if self.recovers else None


@pytest.fixture
def make(
    asynchronous: bool, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[Any, Spy, Clock]]:
    """Return a function that makes a client over canned answers."""
    clock = Clock()

    def made(*answers: Answer | Exception, **settings: Any) -> tuple[Any, Spy, Clock]:
        vendor = Spy()
        transport = Canned(*answers)
        cls: Any = AsyncClient if asynchronous else SyncClient
        crm = cls(vendor, "https://x.example", transport=transport, **settings)

        async def sleep(seconds: float) -> None:
            clock.sleep(seconds)

        io = crm._io
        monkeypatch.setattr(io, "sleep", sleep)
        monkeypatch.setattr(io, "monotonic", lambda: clock.now)
        monkeypatch.setattr(io, "random", lambda: clock.chance)
        crm.canned = transport
        crm.run = asyncio.run if asynchronous else drive
        return crm, vendor, clock

    return made


def call(crm: Any, operation: Operation = THINGS, body: Any = UNSET, **arguments: Any) -> Any:
    """Make a call through the client's sender."""
    made = call_of(crm, operation, arguments or ASK, body)
    work: Coroutine[Any, Any, Any] = crm._sender.reply(made)
    return crm.run(work)


def test_fills_setting_into_path_and_spreads_query(make: Any) -> None:
    """A client's setting fills its part of the path, and the vendor spreads lists."""
    crm, _, _ = make(reply({}))
    call(crm, id=7, plain="1", where=["x", "y"])
    assert crm.canned.seen[0].path == "/things/7.json"
    assert crm.canned.seen[0].query == {"plain": "1", "where[0]": "x", "where[1]": "y"}


def test_rejects_id_beside_a_setting(make: Any) -> None:
    """A path value that names another path is refused, also where a setting follows it."""
    crm, _, _ = make(reply({}))
    for id in ("", ".", ".."):
        with pytest.raises(ArgumentError, match="id"):
            call(crm, id=id)
    assert crm.canned.seen == []


def test_vendor_sees_every_reply(make: Any) -> None:
    """A vendor prepares each attempt, and sees successes and errors alike."""
    crm, vendor, _ = make(reply({"e": 1}, 500), reply({"a": 1}))
    call(crm)
    prepare = "prepare things.get"
    assert vendor.notes == [prepare, "reply 500 {'e': 1}", prepare, "reply 200 {'a': 1}"]


@both
def test_recovered_call_is_repeated_at_once(make: Any) -> None:
    """After a recovery a call is repeated without a wait, also a creation; that is no retry."""
    crm, vendor, clock = make(reply({}, 401), reply({}), max_retries=0)
    vendor.recovers = ["session"]
    call(crm, CREATE, {"a": 1})
    assert [seen.body for seen in crm.canned.seen] == [b'{"a":1}'] * 2
    assert clock.waits == []


def test_recovers_once_from_each_cause(make: Any) -> None:
    """The same cause a second time is the error itself; another cause may be recovered from."""
    crm, vendor, _ = make(reply({}, 401))
    vendor.recovers = ["clock", "session", "session", "clock"]
    with pytest.raises(AuthenticationError) as caught:
        call(crm)
    assert len(crm.canned.seen) == 3
    assert caught.value.attempts == 3


def test_recovery_leaves_all_retries(make: Any) -> None:
    """After a recovery there are as many retries as without."""
    crm, vendor, _ = make(reply({}, 401), reply({}, 503), max_retries=1)
    vendor.recovers = ["clock"]
    with pytest.raises(ServerError):
        call(crm)
    assert len(crm.canned.seen) == 3


def test_keeps_limits_of_replies(make: Any) -> None:
    """When a reply says that the server's window is used up, the next call waits for the next."""
    crm, vendor, clock = make(reply({}))
    call(crm)
    vendor.limits = 60, 0
    call(crm)
    assert clock.waits == []
    vendor.limits = None
    call(crm)
    assert clock.waits == [60.0]


@both
def test_many_tasks_and_threads_log_in_once(make: Any) -> None:
    """Of many calls at a time one prepares the client, and the others wait for it."""
    crm, vendor, _ = make(reply({}))
    vendor.lock = crm._io.lock
    if crm.run is drive:
        gate = threading.Barrier(8)

        def work() -> None:
            gate.wait(60)
            call(crm)

        with ThreadPoolExecutor(8) as pool:
            for future in [pool.submit(work) for _ in range(8)]:
                future.result()
    else:

        async def all_at_once() -> None:
            await asyncio.gather(*(crm._sender.reply(call_of(crm, THINGS, ASK)) for _ in range(8)))

        asyncio.run(all_at_once())
    paths = [seen.path for seen in crm.canned.seen]
    assert paths.count("/login") == 1
    assert paths[0] == "/login"
    assert paths.count("/things/7.json") == 8
