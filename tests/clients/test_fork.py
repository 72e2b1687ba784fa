"""Clients in the children of a fork, as of gunicorn, Celery and multiprocessing."""

from __future__ import annotations

import asyncio
import os
import pickle
import ssl
import threading
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import trustme

from crmkit import AsyncRelenta, OnePageCRM, Relenta
from tests.clients.harness import CREDENTIALS, KEY, Canned, reply
from tests.clients.onepagecrm_wire import LOGIN, VERSION, session
from tests.clients.raw_server import Connection, RawServer

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")

HANGS = 60


def in_child(work: Callable[[], Any]) -> Any:
    """Return what `work` returns, or the name and text of what it raises, in a forked child."""
    reader, writer = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # this process has threads
        child = os.fork()
    if child == 0:
        try:
            result = work()
        except BaseException as error:  # noqa: BLE001  # the parent reports it
            result = f"{type(error).__name__}: {error}"
        os.write(writer, pickle.dumps(result))
        os._exit(0)
    os.close(writer)
    try:
        with os.fdopen(reader, "rb") as pipe:
            return pickle.loads(_read(pipe, child))
    finally:
        os.waitpid(child, 0)


def _read(pipe: Any, child: int) -> bytes:
    timer = threading.Timer(HANGS, os.kill, (child, 9))
    timer.start()
    try:
        result: bytes = pipe.read()
        return result or pickle.dumps("the child hangs")
    finally:
        timer.cancel()


def answer(connection: Connection) -> None:
    """Answer each request with its path and the number of its connection."""
    while request := connection.request():
        path = request.split()[1].decode()
        connection.reply(b'{"path": "%s", "connection": %d}' % (path.encode(), connection.number))


@pytest.fixture(params=["http", "https"])
def server(request: pytest.FixtureRequest) -> Iterator[tuple[RawServer, dict[str, Any]]]:
    """A server, and the settings that reach it."""
    tls, settings = None, {}
    if request.param == "https":
        authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(tls)
        context = ssl.create_default_context()
        authority.configure_trust(context)
        settings["verify"] = context
    with RawServer(answer, tls) as server:
        yield server, {"base_url": server.url, "department_key": KEY, **settings}


def ask(crm: Any, name: str) -> tuple[str, int]:
    """Return the path that a call asked for, as the server saw it, and its connection."""
    data = crm.request("GET", f"/{name}").data
    return data["path"], data["connection"]


async def aask(crm: Any, name: str) -> tuple[str, int]:
    """Do what `ask` does with an async client."""
    data = (await crm.request("GET", f"/{name}")).data
    return data["path"], data["connection"]


def test_children_have_their_own_connections(server: tuple[RawServer, dict[str, Any]]) -> None:
    """A child opens connections of its own, and its parent's live on."""
    with Relenta(**server[1]) as crm:
        view = crm.with_options(timeout=60)
        assert ask(crm, "parent") == ("/parent", 0)

        def work() -> list[Any]:
            own = [ask(crm, "child"), ask(view, "again"), in_child(lambda: ask(crm, "grandchild"))]
            return [*own, ask(crm, "child")]

        assert in_child(work) == [("/child", 1), ("/again", 1), ("/grandchild", 2), ("/child", 1)]
        assert ask(crm, "parent") == ("/parent", 0)
        assert in_child(lambda: ask(crm, "other")) == ("/other", 3)


def test_async_children_have_their_own_connections(
    server: tuple[RawServer, dict[str, Any]],
) -> None:
    """So do async children, in a new event loop and in the parent's."""
    crm = AsyncRelenta(**server[1])
    with asyncio.Runner() as runner:
        assert runner.run(aask(crm, "parent")) == ("/parent", 0)
        assert in_child(lambda: asyncio.run(aask(crm, "new"))) == ("/new", 1)
        assert in_child(lambda: runner.run(aask(crm, "same"))) == ("/same", 2)
        assert runner.run(aask(crm, "parent")) == ("/parent", 0)
        runner.run(crm.aclose())


def test_locks_held_by_other_threads_are_free_in_children() -> None:
    """A lock that another thread held at the fork does not hang the child."""
    crm = OnePageCRM(**LOGIN, transport=Canned(session(), VERSION), throttle=1e6, deadline=30)
    vendor: Any = crm._sender.vendor
    throttle: Any = crm._sender.throttle
    login = crm._io._current().lock
    held = [crm._io._lock, throttle._lock, login, vendor._guard, vendor.view._lock]
    for lock in held:
        lock.acquire()

    assert in_child(crm.api_version) == "1.2"


def test_own_http_client_of_parent_is_refused_in_children() -> None:
    """An http_client or socket transport of the caller is refused if it was used before."""
    with RawServer(answer) as server:
        settings: dict[str, Any] = {"base_url": server.url, "department_key": KEY}
        for own in ({"http_client": httpx.Client()}, {"transport": httpx.HTTPTransport()}):
            crm = Relenta(**settings, **own)
            assert in_child(lambda: ask(crm, "unused")[0]) == "/unused"  # noqa: B023  # called here
            assert ask(crm, "parent")[0] == "/parent"
            refused = in_child(lambda: ask(crm, "used"))  # noqa: B023  # called here
            assert str(refused).startswith("ConfigError")
            assert "forked" in refused
            assert ask(crm, "parent")[0] == "/parent"
            own[next(iter(own))].close()


def test_transport_without_sockets_works_in_children() -> None:
    """A transport that has no connections may be used in parent and child."""
    transport = Canned(reply({"path": "/x", "connection": 0}))
    crm = Relenta(**CREDENTIALS["Relenta"], transport=transport)

    def work() -> Any:
        return ask(crm, "x")

    assert work() == ("/x", 0)
    assert in_child(work) == ("/x", 0)
