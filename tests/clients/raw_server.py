"""A server of plain sockets: a function answers each connection, byte by byte if it likes."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Self

Answer = Callable[["Connection"], None]


class Connection:
    """One accepted connection.

    Args:
        raw: The socket.
        stopped: Set when the server stops.
        number: Number of the connection, from 0.
    """

    def __init__(self, raw: socket.socket, stopped: threading.Event, number: int) -> None:
        self.raw = raw
        self.number = number
        self._stopped = stopped

    def request(self) -> bytes:
        """Return the next request with its body; empty if the client has gone."""
        seen = b""
        while b"\r\n\r\n" not in seen:
            part = self.raw.recv(65536)
            if not part:
                return b""
            seen += part
        head, _, body = seen.partition(b"\r\n\r\n")
        lower = head.lower()
        length = 0
        if b"content-length:" in lower:
            length = int(lower.partition(b"content-length:")[2].split(b"\r\n")[0])
        while len(body) < length and (part := self.raw.recv(65536)):
            body += part
        return head + b"\r\n\r\n" + body

    def send(self, data: bytes) -> None:
        """Send bytes."""
        self.raw.sendall(data)

    def reply(self, body: bytes, status: int = 200, *headers: str) -> None:
        """Send a whole reply."""
        lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", *headers, "", ""]
        self.send("\r\n".join(lines).encode() + body)

    def drip(self, part: bytes, pause: float = 0.01) -> None:
        """Send the same bytes again and again, until client or server stop."""
        while not self.wait(pause):
            self.send(part)

    def wait(self, seconds: float = 30) -> bool:
        """Do nothing, and return whether the server has stopped meanwhile."""
        return self._stopped.wait(seconds)


class RawServer:
    """Listens on a port of loopback while it is open.

    Args:
        answer: Answers a connection, which is closed afterwards.
        tls: Encrypts connections; None for plain ones.

    Attributes:
        port: The port.
        connections: Number of connections so far.
    """

    def __init__(self, answer: Answer, tls: ssl.SSLContext | None = None) -> None:
        self._answer = answer
        self._tls = tls
        self._stopped = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port: int = self._listener.getsockname()[1]
        self.connections = 0
        self._streams: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    @property
    def url(self) -> str:
        """Address of the server, by its number."""
        return f"{'http' if self._tls is None else 'https'}://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stopped.set()
        # Closing alone does not wake a thread that accepts or reads.
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for stream in self._streams:
            with suppress(OSError):
                stream.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(60)

    def _accept(self) -> None:
        while not self._stopped.is_set():
            try:
                raw, _ = self._listener.accept()
            except OSError:
                return
            raw.settimeout(60)  # what hangs ends; a loaded machine is slow
            number, self.connections = self.connections, self.connections + 1
            thread = threading.Thread(target=self._serve, args=(raw, number), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, raw: socket.socket, number: int) -> None:
        with suppress(OSError), raw:
            stream = raw
            if self._tls is not None:
                stream = self._tls.wrap_socket(raw, server_side=True, do_handshake_on_connect=False)
            with stream:
                self._streams.append(stream)
                if isinstance(stream, ssl.SSLSocket):
                    stream.do_handshake()
                self._answer(Connection(stream, self._stopped, number))
