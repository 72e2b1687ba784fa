"""The one module that imports httpcore: sockets on which no wait passes the end of a call.

httpcore gives each read the whole timeout of its phase, which a server that sends a byte at a time
never exceeds. Here none gets more than what its call has left.
"""

from __future__ import annotations

import socket
import ssl
from typing import Any

import httpcore

from .deadline import seconds_left

_PIECE = 16_384
"""Bytes of one write: httpcore sends all parts of a buffer within the same timeout each."""


class _ProxySocket(ssl.SSLSocket):
    """A connection to a proxy that carries another one to a server within its own encryption.

    httpcore reads and writes it as often as one read or write of that other connection needs, each
    time with the whole timeout.
    """

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        self.settimeout(seconds_left(self.gettimeout(), TimeoutError))
        return super().recv(buflen, flags)

    def send(self, data: Any, flags: int = 0) -> int:
        self.settimeout(seconds_left(self.gettimeout(), TimeoutError))
        return super().send(data, flags)


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream
        self.close, self.get_extra_info = stream.close, stream.get_extra_info  # type: ignore[method-assign]  # as they are

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, seconds_left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _PIECE):
            left = seconds_left(timeout, httpcore.WriteTimeout)
            self._stream.write(buffer[start : start + _PIECE], left)

    def start_tls(self, ssl_context: Any, server_hostname: Any = None, timeout: Any = None) -> Any:
        left = seconds_left(timeout, httpcore.ConnectTimeout)
        connection = self.get_extra_info("socket")
        if isinstance(connection, ssl.SSLSocket):
            connection.__class__ = _ProxySocket  # made by a context that is not ours
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left))


class DeadlineBackend(httpcore.SyncBackend):
    """Opens connections that keep to the deadline of the call that uses them."""

    def connect_tcp(
        self, host: str, port: int, timeout: Any = None, *args: Any, **more: Any
    ) -> Any:
        """Connect to the first address of a host that answers, within one deadline for all."""
        try:
            addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        failure: Exception | None = None
        for address in dict.fromkeys(str(info[4][0]) for info in addresses):
            left = seconds_left(timeout, httpcore.ConnectTimeout)
            try:
                return _Stream(super().connect_tcp(address, port, left, *args, **more))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore.ConnectError("the host has no address")
