"""The deadline of a call: it ends in time, however a server drips, sync, on asyncio and on trio."""

from __future__ import annotations

import asyncio
import gc
import socket
import ssl
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from io import BytesIO
from pathlib import Path
from threading import Event, Thread
from typing import Any

import anyio
import httpx
import pytest
import trio
import trustme

from crmkit import (
    ArgumentError,
    AsyncOnePageCRM,
    AsyncRelenta,
    CallTimeoutError,
    CRMError,
    EspoCRM,
    OnePageCRM,
    Relenta,
    ServerError,
    StatusError,
)
from crmkit.core.deadline import Deadline, current_deadline, seconds_left
from crmkit.core.drive import drive
from crmkit.core.http import AsyncIO, SyncIO
from crmkit_generated.onepagecrm.operations import API_VERSION
from tests.clients.conftest import MakeClient
from tests.clients.harness import (
    CREDENTIALS,
    KEY,
    Answer,
    Canned,
    Clock,
    Driver,
    both,
    call_of,
    open_driver,
    refusal,
    saved,
    sync_alone,
)
from tests.clients.onepagecrm_wire import LOGIN, VERSION, session
from tests.clients.raw_server import Connection, RawServer

asynchronous = sync_alone
uncollected = pytest.mark.filterwarnings(
    # httpcore leaves a connection that is cut within its handshake to the collector, and trio warns
    # of its generators where the deadline passes between two parts of a body.
    "ignore::ResourceWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
)
# Far from what a call that hangs takes: its server waits for half a minute.
HANGS = 15.0
PATIENT: Any = {"deadline": 60}
SAVED = b'{"status": true, "code": 200, "data": {"id": 5}}'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.fixture
def clock() -> None:
    """Leave the clock as it is: what ends here ends by real time."""


def patiently(work: Callable[[float], None]) -> None:
    """Do work with a short deadline, and with a longer one if that was too short to send anything.

    On a machine that does ten other things, a tenth of a second may pass between two lines. A fault
    fails with any deadline.

    Args:
        work: Takes the deadline in seconds.
    """
    for seconds in (0.2, 2.0):
        try:
            return work(seconds)
        except (AssertionError, CRMError, pytest.fail.Exception, ExceptionGroup):
            continue
    return work(10.0)


def silence(connection: Connection) -> None:
    """Take the request and say nothing."""
    connection.request()
    connection.wait()


def dripped_head(connection: Connection) -> None:
    """Send a head that never ends, a byte at a time."""
    connection.request()
    connection.send(b"HTTP/1.1 200 OK\r\nX-A: ")
    connection.drip(b"a")


def dripped_body(connection: Connection) -> None:
    """Send a body a byte at a time."""
    connection.request()
    connection.send(HEAD + b"Content-Length: 100000\r\n\r\n")
    connection.drip(b" ")


def dripped_chunks(connection: Connection) -> None:
    """Send a body without end in small chunks."""
    connection.request()
    connection.send(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    connection.drip(b"1\r\n \r\n")


def interim_replies(connection: Connection) -> None:
    """Send interim replies, one after the other."""
    connection.request()
    connection.drip(b"HTTP/1.1 102 Processing\r\n\r\n")


def flood_of_interim_replies(connection: Connection) -> None:
    """Send interim replies as fast as they are taken."""
    connection.request()
    connection.drip(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 100, 0)


def unread_request(connection: Connection) -> None:
    """Take nothing of the request."""
    connection.wait()


def slowly_read_request(connection: Connection) -> None:
    """Take a little of the request at a time, so that each write of it goes on in time."""
    # With a small buffer, or the other side may write nothing for long, and then much at once.
    connection.raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    while not connection.wait(0.01):
        connection.raw.recv(4096)


CASES: dict[str, Callable[[Connection], None]] = {
    function.__name__: function
    for function in (
        *(silence, dripped_head, dripped_body, dripped_chunks),
        *(interim_replies, flood_of_interim_replies, unread_request, slowly_read_request),
    )
}
UPLOADS = frozenset({"unread_request", "slowly_read_request"})
BIG = "x" * 8_000_000


def second_time(answer: Callable[[Connection], None]) -> Callable[[Connection], None]:
    """Let the first connection misbehave after one good reply; further ones reply and close.

    So a client has its connection before it makes the call that the deadline is to end.
    """

    def serve(connection: Connection) -> None:
        connection.request()
        connection.reply(SAVED)
        if connection.number == 0:
            answer(connection)

    return serve


@contextmanager
def servers() -> Iterator[dict[str, str]]:
    """Open a server of each kind, which misbehaves at the second request it gets."""
    with ExitStack() as stack:
        opened = {name: RawServer(second_time(answer)) for name, answer in CASES.items()}
        yield {name: stack.enter_context(server).url for name, server in opened.items()}


def check(name: str, deadline: float, error: Exception | None, seconds: float) -> None:
    """Check how a call ended."""
    assert isinstance(error, CallTimeoutError), (name, error)
    assert f"deadline of {deadline:g} s" in str(error), (name, error)
    assert error.maybe_processed, name
    assert error.attempts == 1, name
    assert deadline * 0.9 <= seconds < deadline + HANGS, (name, seconds)


def test_sync_call_ends_at_deadline() -> None:
    """A sync call ends at its deadline, however the server drips, and the next call is good."""

    def work(deadline: float, name: str, url: str) -> None:
        with Relenta(base_url=url, department_key=KEY, deadline=deadline) as crm:
            assert crm.contacts.save(options=PATIENT) == 5
            begun = time.monotonic()
            error = None
            try:
                crm.contacts.save(full_name=BIG if name in UPLOADS else "x")
            except CRMError as caught:
                error = caught
            check(name, deadline, error, time.monotonic() - begun)
            assert crm.contacts.save(options=PATIENT) == 5

    def at_once(deadline: float) -> None:
        with servers() as urls, ThreadPoolExecutor(len(urls)) as pool:
            for done in [pool.submit(work, deadline, *item) for item in urls.items()]:
                done.result()

    patiently(at_once)


@pytest.mark.parametrize("run", [asyncio.run, lambda work: trio.run(lambda: work)])
def test_async_call_ends_at_deadline(run: Callable[[Awaitable[None]], None]) -> None:
    """An async call ends at its deadline, on asyncio and on trio, and the next call is good."""

    async def work(deadline: float, name: str, url: str) -> None:
        async with AsyncRelenta(base_url=url, department_key=KEY, deadline=deadline) as crm:
            assert await crm.contacts.save(options=PATIENT) == 5
            begun = time.monotonic()
            error = None
            try:
                await crm.contacts.save(full_name=BIG if name in UPLOADS else "x")
            except CRMError as caught:
                error = caught
            check(name, deadline, error, time.monotonic() - begun)
            assert await crm.contacts.save(options=PATIENT) == 5

    async def main(deadline: float, urls: dict[str, str]) -> None:
        async with anyio.create_task_group() as group:
            for item in urls.items():
                group.start_soon(work, deadline, *item)

    def at_once(deadline: float) -> None:
        with servers() as urls:
            run(main(deadline, urls))

    patiently(at_once)


# -- where nothing was sent --------------------------------------------------------------------


@contextmanager
def no_handshake() -> Iterator[str]:
    """Open a server that takes connections and never answers the beginning of TLS."""
    with RawServer(unread_request) as server:
        yield server.url.replace("http:", "https:")


@contextmanager
def full_backlog() -> Iterator[str]:
    """Open a port at which no connection comes about, as its queue is full."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        address = listener.getsockname()
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(address)
        yield f"http://127.0.0.1:{address[1]}"


@uncollected
@pytest.mark.skipif(sys.platform != "linux", reason="queues of connections differ")
@pytest.mark.parametrize("unreachable", [no_handshake, full_backlog])
def test_deadline_before_the_connection_sends_nothing(unreachable: Any) -> None:
    """A deadline that passes before there is a connection is an error of which nothing was sent."""
    with unreachable() as url:
        with Relenta(base_url=url, department_key=KEY, deadline=0.1) as crm:
            with pytest.raises(CallTimeoutError, match=r"deadline of 0.1 s") as caught:
                crm.contacts.save(full_name="x")
            assert not caught.value.maybe_processed

        async def work() -> None:
            async with AsyncRelenta(base_url=url, department_key=KEY, deadline=0.1) as crm:
                with pytest.raises(CallTimeoutError, match=r"deadline of 0.1 s") as caught:
                    await crm.contacts.save(full_name="x")
                assert not caught.value.maybe_processed

        asyncio.run(work())
        trio.run(work)
    gc.collect()


def test_deadline_holds_over_tls() -> None:
    """Encrypted connections keep the deadline like plain ones."""
    authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    settings: dict[str, Any] = {"department_key": KEY, "verify": False}

    def work(deadline: float) -> None:
        for answer in (dripped_head, dripped_body):
            with (
                RawServer(second_time(answer), context) as server,
                Relenta(base_url=server.url, **settings, deadline=deadline) as crm,
            ):
                assert crm.contacts.save(options=PATIENT) == 5
                begun = time.monotonic()
                with pytest.raises(CallTimeoutError) as caught:
                    crm.contacts.save(full_name="x")
                check(answer.__name__, deadline, caught.value, time.monotonic() - begun)

    patiently(work)


@contextmanager
def tls_proxy(target: RawServer, context: ssl.SSLContext, dripping: Event) -> Iterator[str]:
    """Open a proxy with TLS of its own, which drips what the target sends once that is set."""

    def tunnel(connection: Connection) -> None:
        connection.request()
        connection.send(b"HTTP/1.1 200 OK\r\n\r\n")
        with socket.create_connection(("127.0.0.1", target.port), 60) as inner:
            forward = Thread(target=pump, args=(connection.raw, inner), daemon=True)
            forward.start()
            while part := inner.recv(65536):
                step = 1 if dripping.is_set() else len(part)
                for start in range(0, len(part), step):
                    connection.send(part[start : start + step])
                    if step == 1 and connection.wait(0.01):
                        return

    def pump(source: socket.socket, to: socket.socket) -> None:
        with suppress(OSError):
            while part := source.recv(65536):
                to.sendall(part)
        with suppress(OSError):
            to.shutdown(socket.SHUT_RDWR)

    with RawServer(tunnel, context) as proxy:
        yield proxy.url


@uncollected
@pytest.mark.parametrize("begin", ["handshake", "reply"])
@both
def test_deadline_holds_over_tls_through_a_proxy_with_tls(
    asynchronous: bool, begin: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A handshake or reply that comes byte by byte through an https proxy ends at the deadline."""
    authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))  # by which proxies are checked
    dripping = Event()

    def answer(connection: Connection) -> None:
        connection.request()  # the first shows that it works at all
        connection.reply(SAVED + b" " * 4000)
        while connection.request():
            dripping.set()
            connection.reply(SAVED + b" " * 4000)

    def work(deadline: float) -> None:
        dripping.clear()
        with (
            RawServer(answer, context) as server,
            tls_proxy(server, context, dripping) as proxy,
            ExitStack() as stack,
        ):

            def opened() -> Driver:
                settings: dict[str, Any] = {"base_url": server.url, "proxy": proxy, "verify": False}
                driver = Driver(asynchronous, **settings)
                stack.callback(driver.end)
                return driver

            driver = opened()
            assert driver(save) == 5
            if begin == "handshake":
                dripping.set()
                driver = opened()
            begun = time.monotonic()
            with pytest.raises(CallTimeoutError) as caught:
                driver(lambda crm: crm.contacts.save(full_name="x", options={"deadline": deadline}))
            spent = time.monotonic() - begun

        assert f"deadline of {deadline:g} s" in str(caught.value)
        assert caught.value.maybe_processed or begin == "handshake"
        assert deadline * 0.9 <= spent < deadline + HANGS

    patiently(work)
    gc.collect()


@uncollected
def test_status_is_kept_where_the_deadline_cuts_its_body() -> None:
    """An error reply whose body drips beyond the deadline is that error, not a timeout."""

    def dripped_error(connection: Connection) -> None:
        connection.request()
        connection.send(b"HTTP/1.1 503 X\r\nContent-Length: 100000\r\n\r\n")
        connection.drip(b" ")

    def work(deadline: float) -> None:
        with (
            RawServer(second_time(dripped_error)) as server,
            Relenta(base_url=server.url, department_key=KEY, deadline=deadline) as crm,
        ):
            crm.contacts.save(options=PATIENT)
            with pytest.raises(ServerError):
                crm.request("GET", "/x")

    async def awork(deadline: float) -> None:
        with RawServer(second_time(dripped_error)) as server:
            async with AsyncRelenta(
                base_url=server.url, department_key=KEY, deadline=deadline
            ) as crm:
                await crm.contacts.save(options=PATIENT)
                with pytest.raises(ServerError):
                    await crm.request("GET", "/x")

    patiently(work)
    patiently(lambda deadline: asyncio.run(awork(deadline)))
    patiently(lambda deadline: trio.run(awork, deadline))
    gc.collect()


def save(crm: Any) -> Any:
    """Make a call."""
    return crm.contacts.save(full_name="x")


# -- what counts -------------------------------------------------------------------------------


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that moves by the waits alone."""
    clock = Clock()

    async def sleep(_: object, seconds: float) -> None:
        clock.sleep(seconds)

    for io in (SyncIO, AsyncIO):
        monkeypatch.setattr(io, "sleep", sleep)
        monkeypatch.setattr(io, "monotonic", lambda _: clock.now)
        monkeypatch.setattr(io, "random", lambda _: clock.chance)
    return clock


@both
def test_pause_beyond_the_deadline_is_not_begun(asynchronous: bool, slow: Clock) -> None:
    """A pause that would pass the deadline is not made: the last error is raised at once."""
    cases: list[tuple[Answer, dict[str, Any], list[float]]] = [
        (refusal(503), {"deadline": 3.0}, [0.5, 1.0]),  # the next were 2.0
        (refusal(503), {"deadline": 3.6}, [0.5, 1.0, 2.0]),
        (refusal(503), {"deadline": 0.4}, []),
        (refusal(429, headers={"Retry-After": "20"}), {"deadline": 19}, []),
        (refusal(429, headers={"Retry-After": "20"}), {"deadline": 41}, [20.0, 20.0]),
        (refusal(503), {"deadline": None, "max_retries": 4}, [0.5, 1.0, 2.0, 4.0]),
    ]
    for answer, settings, waits in cases:
        slow.waits.clear()
        with open_driver(asynchronous, answer, **{"max_retries": 9, **settings}) as crm:
            with pytest.raises(StatusError) as caught:
                crm(lambda crm: crm.request("GET", "/x"))
            assert slow.waits == waits
            assert caught.value.attempts == len(waits) + 1


@both
def test_options_of_a_call_win(asynchronous: bool, slow: Clock) -> None:
    """A call may have another deadline than its client, and none."""
    with open_driver(asynchronous, refusal(503), deadline=0.1, max_retries=3) as crm:
        for deadline, waits in ((0.1, 0), (1.0, 1), (None, 3), (300, 3)):
            slow.waits.clear()
            with pytest.raises(ServerError):
                crm(lambda crm: crm.contacts.list(options={"deadline": deadline}).first())  # noqa: B023  # called here
            assert len(slow.waits) == waits


@both
def test_waits_for_the_throttle_do_not_count(asynchronous: bool, slow: Clock) -> None:
    """Waiting for the client's own throttle takes nothing of a deadline."""
    with open_driver(asynchronous, saved(), throttle=0.01, deadline=5) as crm:
        for _ in range(3):
            crm(save)
    assert sum(slow.waits) == pytest.approx(200)
    slow.waits.clear()
    answers = refusal(503), refusal(503), saved()
    with open_driver(asynchronous, *answers, throttle=0.01, deadline=5) as crm:
        crm(lambda crm: crm.request("GET", "/x"))
    assert sum(slow.waits) == pytest.approx(200)


@pytest.mark.parametrize(("inner", "end"), [(3.0, 1003.0), (30.0, 1010.0), (None, 1010.0)])
def test_call_within_a_call_ends_with_the_earlier(inner: float | None, end: float) -> None:
    """A call within another has its own deadline, but ends with that one at the latest."""
    now = 1000.0
    with Deadline(10.0, lambda: now) as outer, Deadline(inner, lambda: now) as within:
        assert (outer.end, within.end) == (1010.0, end)
        within.extend(5.0)
        assert (outer.end, within.end) == (1015.0, end + 5.0)
        assert current_deadline() is within
    assert current_deadline() is None


@both
def test_login_shares_the_deadline_of_its_call(asynchronous: bool, slow: Clock) -> None:
    """What a login takes is taken from the call that needs it."""

    def lasting(answer: Answer, seconds: float) -> Answer:
        def late(request: httpx.Request) -> httpx.Response:
            slow.now += seconds
            return answer(request)

        return late

    crms = OnePageCRM, AsyncOnePageCRM
    for spent, good in ((3.0, True), (5.0, False)):
        answers = lasting(session(), spent), VERSION
        with open_driver(asynchronous, *answers, crms=crms, **LOGIN, deadline=4) as crm:
            if good:
                assert crm(lambda crm: crm.api_version()) == "1.2"
            else:
                with pytest.raises(CallTimeoutError, match="deadline of 4 s") as caught:
                    crm(lambda crm: crm.api_version())
                assert not caught.value.maybe_processed


@both
def test_login_of_another_call_is_waited_for_until_the_deadline(asynchronous: bool) -> None:
    """A call that waits for another's login gives up at its own deadline, and sent nothing."""
    crms = OnePageCRM, AsyncOnePageCRM
    with open_driver(asynchronous, session(), crms=crms, **LOGIN) as crm:
        call = call_of(crm.crm, API_VERSION, options={"deadline": 0.05})

        async def held() -> None:
            async with crm.crm._io.lock():
                with pytest.raises(CallTimeoutError, match=r"deadline of 0.05 s") as caught:
                    await crm.crm._sender.call(call, None)
                assert not caught.value.maybe_processed

        if asynchronous:
            crm.finish(held)
        else:
            drive(held())


def test_transfers_of_files_have_no_deadline_unless_set(slow: Clock) -> None:
    """Uploads and downloads have no deadline, but for one that is passed."""

    def late(request: httpx.Request) -> httpx.Response:
        slow.now += 1000
        return httpx.Response(
            503 if len(transport.seen) % 2 else 200, content=b"{}", request=request
        )

    transport = Canned(late)
    settings: dict[str, Any] = {**CREDENTIALS["EspoCRM"], "transport": transport}
    with EspoCRM(**settings) as crm:
        crm.attachments.download("a", BytesIO())
        crm.attachments.download("a")
        with pytest.raises(ServerError):
            crm.attachments.download("a", options={"deadline": 999})
        transport.seen.clear()
        with pytest.raises(ServerError):
            crm.me()
    transport.seen.clear()
    with EspoCRM(**settings, deadline=300) as crm, pytest.raises(ServerError):
        crm.attachments.download("a")


def test_deadline_is_looked_at_within_a_caller_s_transport() -> None:
    """With a transport of the caller's, a body that drips ends at the deadline all the same."""

    class Dripping(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            while True:
                time.sleep(0.01)
                yield b" "

    transport = httpx.MockTransport(lambda _: httpx.Response(200, stream=Dripping()))
    settings: dict[str, Any] = {"account": "a", "department_key": KEY, "transport": transport}

    def work(deadline: float) -> None:
        with Relenta(**settings, deadline=deadline) as crm:
            with pytest.raises(CallTimeoutError, match=rf"deadline of {deadline:g} s") as caught:
                crm.contacts.save(full_name="x")
            assert caught.value.maybe_processed

    patiently(work)


def test_async_deadline_ends_a_hanging_transport() -> None:
    """An async call ends at its deadline whatever a transport of the caller's does."""

    class Hanging(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            await anyio.sleep(30)
            return httpx.Response(200, request=request)

    async def work(deadline: float) -> None:
        settings: dict[str, Any] = {"account": "a", "department_key": KEY, "deadline": deadline}
        async with AsyncRelenta(transport=Hanging(), **settings) as crm:
            with pytest.raises(CallTimeoutError, match=rf"deadline of {deadline:g} s") as caught:
                await crm.contacts.save(full_name="x")
            assert caught.value.maybe_processed

    patiently(lambda deadline: asyncio.run(work(deadline)))
    patiently(lambda deadline: trio.run(work, deadline))


def test_call_of_a_task_that_outlives_its_call_has_its_own_deadline() -> None:
    """A task that middleware leaves behind is not bound by the deadline of a call that is over."""
    tasks: list[asyncio.Task[Any]] = []
    over = asyncio.Event()

    async def middleware(request: Any, call_next: Any) -> Any:
        async def later() -> None:
            await over.wait()
            assert current_deadline() is not None
            assert seconds_left(None, CallTimeoutError) is None

        tasks.append(asyncio.create_task(later()))
        return await call_next(request)

    async def work() -> None:
        settings: dict[str, Any] = {"account": "a", "department_key": KEY, "deadline": 60}
        async with AsyncRelenta(
            transport=Canned(saved()), middleware=[middleware], **settings
        ) as crm:
            await crm.contacts.save(full_name="x")
        over.set()
        await tasks[0]

    asyncio.run(work())
    assert current_deadline() is None


def test_rejects_impossible_deadline_of_a_call(client: MakeClient) -> None:
    """An impossible deadline of a call is an ArgumentError that names it; nothing is sent."""
    for wrong in (0, -1, float("nan"), float("inf"), True, "5", 10**9, [5]):
        crm = client(saved())
        with pytest.raises(ArgumentError, match="deadline"):
            crm(lambda crm: crm.contacts.save(options={"deadline": wrong}))  # noqa: B023  # called here
        with pytest.raises(ArgumentError, match="max_reply_bytes"):
            crm(lambda crm: crm.contacts.save(options={"max_reply_bytes": 5}))
        assert crm.seen == []
