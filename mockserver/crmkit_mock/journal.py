"""The journal: the last exchanges of a mock CRM, without its credentials."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from threading import Lock
from typing import Any, Final, overload

from crmkit_mock.exchange import Exchange
from crmkit_mock.expectation import Expectation, failure
from crmkit_mock.har import har
from crmkit_mock.redaction import REDACTED, Redactor

__all__ = ["REDACTED", "Exchange", "Journal"]

LIMIT = 1_000
#: Bytes of all bodies in a journal, and of each: older bodies are dropped, larger ones cut.
BYTES_LIMIT = 16 * 1024 * 1024
BODY_LIMIT = 1024 * 1024


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
    datetime,
]
_BODY: Final = 5
_RESPONSE_BODY: Final = 9
_NO_TIME: Final = datetime.min.replace(tzinfo=UTC)


class Journal(Sequence[Exchange]):
    """The newest exchanges, the oldest first. Holds at most 1,000, and 16 MiB of bodies.

    Args:
        base_url: Address of the API.
        redactor: Takes the credentials out of what is shown.
    """

    def __init__(self, base_url: str = "", redactor: Redactor | None = None) -> None:
        self._base_url = base_url
        # Credentials go when an exchange is looked at, which is seldom, not when it is recorded.
        self._redactor = redactor or Redactor()
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
                return [self._shown(entry) for entry in list(self._ring)[index]]
            return self._shown(self._ring[index])

    def __len__(self) -> int:
        return len(self._ring)

    def __iter__(self) -> Iterator[Exchange]:
        with self._lock:
            return iter([self._shown(entry) for entry in self._ring])

    def __repr__(self) -> str:
        lines = (f"{exchange.method} {exchange.path} -> {exchange.outcome}" for exchange in self)
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
        time: datetime = _NO_TIME,
    ) -> None:
        """Add an exchange, credentials included, and drop the oldest ones over the limits."""
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
                    time,
                )
            )
            self._bytes += len(body) + len(response_body)
            while len(self._ring) > LIMIT or self._bytes > BYTES_LIMIT:
                oldest = self._ring.popleft()
                self._bytes -= len(oldest[_BODY]) + len(oldest[_RESPONSE_BODY])

    def _shown(self, entry: _Attributes) -> Exchange:
        """Return an exchange without its credentials."""
        exchange, redactor = Exchange(*entry), self._redactor
        return replace(
            exchange,
            path=redactor.values(exchange.path),
            query=redactor.text(exchange.query),
            headers=redactor.headers(exchange.headers),
            body=redactor.body(exchange.body),
            response_headers=redactor.headers(exchange.response_headers),
            response_body=redactor.body(exchange.response_body),
        )

    def assert_called(
        self,
        method: str,
        path: str,
        *,
        times: int | None = None,
        json: object | None = None,
        query: Mapping[str, object] | None = None,
    ) -> list[Exchange]:
        """Check that a call was made, whatever became of it.

        Args:
            method: Its method.
            path: Path below the base URL, such as "/contact.list.json", or a pattern of it
                (`fnmatch`) such as "/Contact/*".
            times: How often it was made; 0: never; None: once or more.
            json: The whole body as a JSON tree; None: any. `unittest.mock.ANY` may stand in it.
            query: Parameters that the query has, each with its value or a list of values; it may
                have others, such as those of paging. None: any.

        Returns:
            The calls.

        Raises:
            AssertionError: it was not; the message shows the nearest calls.
            ValueError: an argument is of another type, or `times` is negative.
        """
        __tracebackhide__ = True  # pytest shows the line of the test
        expected = Expectation(method, path, json, query)
        if times is not None and (type(times) is not int or times < 0):
            raise ValueError(f"times must be an int >= 0, or None for any, got {times!r}")
        with self._lock:
            entries, total = list(self._ring), self._count
        # Credentials may be part of what is expected, but not of what is shown.
        found = [entry for entry in entries if not expected.differences(Exchange(*entry))]
        if len(found) == times or (times is None and found):
            return [self._shown(entry) for entry in found]
        calls = [self._shown(entry) for entry in entries]
        raise AssertionError(failure(expected, times, len(found), calls, total))

    def har(self) -> dict[str, Any]:
        """Return the exchanges as HAR 1.2, a JSON tree without credentials."""
        return har(self, self._base_url)

    def clear(self) -> None:
        """Forget all exchanges and count from 1 again."""
        with self._lock:
            self._ring.clear()
            self._bytes = self._count = 0
