"""MockServer and MockCRMs: starting, stopping, addresses, clients."""

from __future__ import annotations

import asyncio
import socket
import threading

import httpx
import pytest

from crmkit_mock import MockCRMs, MockServer
from tests.mock.plain import KEY_HEADER, Relenta, client_for


def test_a_server_answers_on_loopback() -> None:
    """A started server answers on loopback, over plain http."""
    with MockServer() as mock:
        assert mock.relenta.base_url.startswith("http://127.0.0.1:")
        assert mock.relenta.base_url == f"{mock.url}/relenta/api/v3"
        assert mock.relenta.transport is None
        assert mock.relenta.credentials == {"department_key": "8e222f0167df75f78449921176c570ca"}
        with client_for(mock.relenta) as http:
            assert len(Relenta(mock.relenta, http).contacts()) == 2


def test_stopping_leaves_no_thread_and_no_socket() -> None:
    """After the block the thread has ended and the port is free."""
    before = set(threading.enumerate())
    with MockServer() as mock:
        port = int(mock.url.rpartition(":")[2])
        assert len(threading.enumerate()) == len(before) + 1
    assert set(threading.enumerate()) == before
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_start_and_stop_by_hand() -> None:
    """start() and stop() work without a block; a second start is an error, a second stop is not."""
    mock = MockServer()
    with pytest.raises(RuntimeError, match="not started"):
        mock.relenta  # noqa: B018 - asking is enough
    with pytest.raises(RuntimeError, match="not started"):
        mock.url  # noqa: B018 - asking is enough
    mock.stop()
    assert mock.start() is mock
    with pytest.raises(RuntimeError, match="once"):
        mock.start()
    mock.stop()
    mock.stop()


def test_a_port_in_use_is_an_oserror() -> None:
    """A port that is in use is an OSError."""
    with MockServer() as first:
        port = int(first.url.rpartition(":")[2])
        with pytest.raises(OSError, match="in use"):
            MockServer(port=port).start()


def test_ipv6_loopback() -> None:
    """The server listens on ::1 as well, where the machine has it."""
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            pass
    except OSError:
        pytest.skip("this machine has no ::1")
    with MockServer(host="::1") as mock, client_for(mock.relenta) as http:
        assert mock.url.startswith("http://[::1]:")
        assert http.get("/contact.list.json").status_code == 200


def test_two_servers_share_nothing() -> None:
    """Two servers have ports and records of their own."""
    with MockServer() as one, MockServer() as two:
        with client_for(one.relenta) as http:
            Relenta(one.relenta, http).save(full_name="X")
        with client_for(two.relenta) as http:
            assert len(Relenta(two.relenta, http).contacts()) == 2


def test_one_transport_serves_sync_and_async_clients(mocks: MockCRMs) -> None:
    """One transport object serves a sync and an async client, also at the same time."""
    mock = mocks.relenta

    async def work() -> list[int]:
        headers = {KEY_HEADER: mock.credentials["department_key"]}
        async with httpx.AsyncClient(
            base_url=mock.base_url, transport=mock.transport, headers=headers
        ) as http:

            async def save() -> int:
                reply = await http.post("/contact.save.json", json={"full_name": "X"})
                id: int = reply.json()["data"]["id"]
                return id

            with client_for(mock) as sync:
                assert Relenta(mock, sync).save(full_name="Y") == 33104663
            return list(await asyncio.gather(*(save() for _ in range(10))))

    assert sorted(asyncio.run(work())) == list(range(33104664, 33104674))


def test_closed_clients_leave_the_transport_usable(mocks: MockCRMs) -> None:
    """Closing a client closes nothing of the mock."""
    for _ in range(2):
        with client_for(mocks.relenta) as http:
            assert http.get("/contact.list.json").status_code == 200


def test_the_address_in_process_cannot_exist(mocks: MockCRMs) -> None:
    """In process the address is https, at a name that cannot exist."""
    assert mocks.relenta.base_url == "https://relenta.mock.invalid/relenta/api/v3"


def test_unknown_names() -> None:
    """The package has the names that it lists, and no others."""
    import crmkit_mock

    assert {"MockCRMs", "MockServer"} <= set(dir(crmkit_mock))
    with pytest.raises(AttributeError, match="Nope"):
        crmkit_mock.Nope  # noqa: B018 - asking is enough


def test_an_unknown_method_is_rejected_by_the_parser(server: MockServer) -> None:
    """A method that uvicorn's parser does not know gets its plain 400, before any CRM."""
    with client_for(server.relenta) as http:
        reply = http.request("FOO", "/contact.list.json")
        assert reply.status_code == 400
        assert reply.headers["content-type"].startswith("text/plain")
        assert list(server.relenta.journal) == []
    with MockCRMs() as mocks, client_for(mocks.relenta) as http:
        assert http.request("FOO", "/contact.list.json").status_code == 405


def test_head_and_body_of_a_reply_are_one_write(server: MockServer) -> None:
    """A reply comes in one piece, and a head without a body is sent at once."""
    address = httpx.URL(server.url)
    for head, ending in {
        "GET /relenta/api/v3/contact.list.json": b"}",
        "HEAD /relenta/api/v3/contact.list.json": b"\r\n\r\n",
        "GET /__mock__/health": b"}",
        "HEAD /__mock__/health": b"\r\n\r\n",
    }.items():
        with socket.create_connection((address.host, address.port or 0), timeout=60) as connection:
            for _ in range(3):
                connection.sendall(f"{head} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
                reply = connection.recv(65536)
                assert reply.startswith(b"HTTP/1.1 ")
                assert reply.endswith(ending), head


def test_pipelined_requests_are_answered_in_order(server: MockServer) -> None:
    """Requests written at once get their replies in order, until the client closes."""
    address = httpx.URL(server.url)
    lines = [
        f"{method} /__mock__/{path} HTTP/1.1\r\nHost: localhost\r\n{last}\r\n"
        for method, path, last in (
            ("HEAD", "health", ""),
            ("GET", "health", ""),
            ("GET", "nope", ""),
            ("HEAD", "health", "Connection: close\r\n"),
        )
    ]
    with socket.create_connection((address.host, address.port or 0), timeout=60) as connection:
        connection.sendall("".join(lines).encode())
        replies = b""
        while part := connection.recv(65536):
            replies += part
    statuses = [reply[:3] for reply in replies.split(b"HTTP/1.1 ")[1:]]
    assert statuses == [b"200", b"200", b"404", b"200"]
    assert replies.endswith(b"\r\n\r\n")


def test_answers_expect_100_continue(server: MockServer) -> None:
    """100 Continue comes before the body is sent."""
    address = httpx.URL(server.url)
    key = server.relenta.credentials["department_key"]
    with socket.create_connection((address.host, address.port or 0), timeout=60) as connection:
        connection.sendall(
            b"POST /relenta/api/v3/contact.save.json HTTP/1.1\r\nHost: x\r\n"
            b"Content-Type: application/json\r\nContent-Length: 2\r\n"
            b"Expect: 100-continue\r\n%s: %s\r\n\r\n" % (KEY_HEADER.encode(), key.encode())
        )
        assert connection.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"{}")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200")
