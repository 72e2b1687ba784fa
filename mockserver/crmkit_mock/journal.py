"""The journal: the last exchanges of a mock CRM, without its credentials."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final, overload

#: Stands in the journal where a credential was.
REDACTED = "[redacted]"

LIMIT = 1_000
#: Bytes of all bodies in a journal, and of each: older bodies are dropped, larger ones cut.
BYTES_LIMIT = 16 * 1024 * 1024
BODY_LIMIT = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and what became of it.

    Attributes:
        number: Number of the exchange, from 1; goes on over those that the journal dropped.
        method: Method of the request.
        path: Decoded path below the base URL.
        query: Query string as it was sent.
        headers: Request headers by lower-case name; credentials are replaced by "[redacted]".
        body: Bytes of the request body, the first mebibyte.
        operation: operationId in the document, or None; of HEAD, that of GET.
        status: Status of the reply; None if the connection broke without one.
        response_headers: Headers of the reply.
        response_body: Bytes of the reply's body, the first mebibyte.
        processed: Whether the request reached the CRM: False if a fault struck before it.
        fault: What the fault did ("status 429", "reset", "delay 2.0"); None without one.
    """

    number: int
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    operation: str | None
    status: int | None
    response_headers: Mapping[str, str]
    response_body: bytes
    processed: bool
    fault: str | None

    @property
    def json(self) -> Any:
        """The request's body as a JSON tree; None if it is empty.

        Raises:
            ValueError: the body is not JSON.
        """
        return json.loads(self.body) if self.body else None

    @property
    def response_json(self) -> Any:
        """The reply's body as a JSON tree; None if it is empty.

        Raises:
            ValueError: the body is not JSON.
        """
        return json.loads(self.response_body) if self.response_body else None


_Attributes = tuple[
    int,
    str,
    str,
    str,
    Mapping[str, str],
    bytes,
    str | None,
    int | None,
    Mapping[str, str],
    bytes,
    bool,
    str | None,
]
_BODY: Final = 5
_RESPONSE_BODY: Final = 9


class Journal(Sequence[Exchange]):
    """The newest exchanges, the oldest first. Holds at most 1,000, and 16 MiB of bodies."""

    def __init__(self) -> None:
        # The exchanges' attributes in their order: most are never looked at, and making the
        # objects would be a good part of a request's time.
        self._ring: deque[_Attributes] = deque()
        self._bytes = 0
        self._count = 0
        self._lock = Lock()

    @overload
    def __getitem__(self, index: int) -> Exchange: ...
    @overload
    def __getitem__(self, index: slice) -> list[Exchange]: ...
    def __getitem__(self, index: int | slice) -> Exchange | list[Exchange]:
        with self._lock:
            if isinstance(index, slice):
                return [Exchange(*entry) for entry in list(self._ring)[index]]
            return Exchange(*self._ring[index])

    def __len__(self) -> int:
        return len(self._ring)

    def __iter__(self) -> Iterator[Exchange]:
        with self._lock:
            return iter([Exchange(*entry) for entry in self._ring])

    def __repr__(self) -> str:
        lines = (
            f"{exchange.method} {exchange.path} -> {exchange.fault or exchange.status}"
            for exchange in self
        )
        return f"<Journal: {'; '.join(lines)}>"

    @property
    def total(self) -> int:
        """Exchanges since the last reset, those that the journal dropped included."""
        return self._count

    def record(
        self,
        *,
        method: str,
        path: str,
        query: str,
        headers: Mapping[str, str],
        body: bytes,
        operation: str | None,
        status: int | None,
        response_headers: Mapping[str, str],
        response_body: bytes,
        processed: bool,
        fault: str | None,
    ) -> None:
        """Add an exchange and drop the oldest ones over the limits."""
        body = body[:BODY_LIMIT]
        response_body = response_body[:BODY_LIMIT]
        with self._lock:
            self._count += 1
            self._ring.append(
                (
                    self._count,
                    method,
                    path,
                    query,
                    headers,
                    body,
                    operation,
                    status,
                    response_headers,
                    response_body,
                    processed,
                    fault,
                )
            )
            self._bytes += len(body) + len(response_body)
            while len(self._ring) > LIMIT or self._bytes > BYTES_LIMIT:
                oldest = self._ring.popleft()
                self._bytes -= len(oldest[_BODY]) + len(oldest[_RESPONSE_BODY])

    def clear(self) -> None:
        """Forget all exchanges and count from 1 again."""
        with self._lock:
            self._ring.clear()
            self._bytes = self._count = 0
