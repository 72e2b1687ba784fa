"""Each write under each fault: never done twice, and its error says whether it may be done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import httpx
import pytest

from crmkit import CRMError
from crmkit.core.operation import Operation
from tests.clients.harness import CREDENTIALS, failures, new_client, operations_of
from tests.clients.hostile.methods import Method, methods_of
from tests.clients.hostile.replies import below_base, examples

DOCUMENTS = {"Relenta": "relenta", "OnePageCRM": "onepagecrm", "Monica": "monica"}
REFUSED = (400, 401, 403, 404, 405, 409, 413, 415, 422, 429)
UNCLEAR = (301, 302, 307, 402, 408, 418, 500, 501, 502, 503, 504, 520)


@dataclass(frozen=True)
class Fault:
    """What goes wrong with a request.

    Args:
        name: Its name in messages.
        outcome: A status, bytes under status 200, or an exception.
        maybe_processed: What the client has to say of it, by the design's table.
        processed: Whether the server did what it was asked.
        headers: Headers of the reply.
    """

    name: str
    outcome: Any
    maybe_processed: bool
    processed: bool = False
    headers: tuple[tuple[str, str], ...] = ()


def faults() -> Iterator[Fault]:
    """Yield all faults."""
    nothing_sent = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
    yield from (Fault(error.__name__, error("x"), False) for error in nothing_sent)
    yield from (Fault(f"{status}", status, False) for status in REFUSED)
    for wait, status in product(("0", "7", "90"), (429, 503)):
        yield Fault(f"{status} after {wait} s", status, False, headers=(("Retry-After", wait),))
    for done in (False, True):
        label = ", processed" if done else ""
        for error in (httpx.ReadTimeout, httpx.ReadError, httpx.RemoteProtocolError):
            yield Fault(f"{error.__name__}{label}", error("x"), True, done)
        for status in UNCLEAR:
            yield Fault(f"{status}{label}", status, True, done)
        yield Fault(f"html{label}", b"<html>", True, done)
        yield Fault(f"cut{label}", b'{"status": tr', True, done)
    yield Fault("WriteError", httpx.WriteError("x"), True)
    yield Fault("503 after soon", 503, True, headers=(("Retry-After", "soon"),))


FAULTS = list(faults())


@dataclass(slots=True)
class Server:
    """Counts what it does; some of the first requests that write, or that read, go wrong.

    Args:
        crm: Name of the document.
    """

    crm: str
    fault: Fault | None = None
    times: int = 0
    of_reads: bool = False
    processed: list[str] = field(default_factory=list, init=False)
    wrote: list[bool] = field(default_factory=list, init=False)
    operations: list[tuple[str, str]] = field(default_factory=list, init=False)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        method, path = request.method, request.url.path
        self.operations.append((method, path))
        read = is_read(self.crm, method, path)
        fault = self.fault
        if fault is not None and self.times and read is self.of_reads:
            self.times -= 1
            if not read:
                self.wrote.append(fault.maybe_processed)
                self.processed += [f"{method} {path} {request.url.query!r}"] * fault.processed
            return self._fail(fault)
        if not read:
            deleted = method == "DELETE" and self.processed
            self.wrote.append(not deleted)
            if deleted:
                return httpx.Response(404)
            self.processed.append(f"{method} {path} {request.url.query!r}")
        bodies = examples(self.crm, method, path, "2")
        headers = {"Content-Type": "application/json"}
        other = "true" if self.crm == "autocrm" else "{}"
        return httpx.Response(200, text=bodies[0] if bodies else other, headers=headers)

    def _fail(self, fault: Fault) -> httpx.Response:
        if isinstance(fault.outcome, Exception):
            raise fault.outcome
        if isinstance(fault.outcome, bytes):
            return httpx.Response(200, content=fault.outcome)
        return httpx.Response(fault.outcome, headers=dict(fault.headers))


def is_read(crm: str, method: str, path: str) -> bool:
    """Return whether a request changes nothing, by its document."""
    operation = operation_of(crm, method, path)
    return method == "GET" if operation is None else operation.effect == "read"


_OPERATIONS: dict[str, list[tuple[list[str], Operation]]] = {}


def operation_of(crm: str, method: str, path: str) -> Operation | None:
    """Return the operation of a request; None if the document has none."""
    known = _OPERATIONS.get(crm)
    if known is None:
        operations = operations_of(crm).values()
        pairs = [(each.path.replace(".{format}", ".json").split("/"), each) for each in operations]
        known = _OPERATIONS[crm] = sorted(pairs, key=lambda pair: pair[1].path.count("{"))
    parts = below_base(path).split("/")
    for template, operation in known:
        same = operation.method == method and len(parts) == len(template)
        if same and all(a == b or "{" in a for a, b in zip(template, parts, strict=True)):
            return operation
    return None


def writes(name: str) -> list[Method]:
    """Return the methods of a client that change something."""
    found: list[Method] = []
    for method in methods_of(new_client(name)):
        server = Server(DOCUMENTS.get(name, "autocrm"))
        crm = new_client(name, transport=httpx.MockTransport(server), throttle=0)
        try:
            method.call(crm)
        except CRMError as error:
            assert not server.processed, f"{name}: {method.name}: {error}"
        if server.processed:
            found.append(method)
    return found


def check(
    crm: Any, server: Server, method: Method, fault: Fault, times: int, of_reads: bool
) -> None:
    """Make a call under a fault, and check what was done against what the client says."""
    server.fault, server.times, server.of_reads = fault, times, of_reads
    server.processed, server.wrote, server.operations = [], [], []
    try:
        method.call(crm)
    except CRMError as error:
        if fault.processed:
            assert error.maybe_processed, "it was processed"
        assert error.maybe_processed is any(server.wrote), f"{error!r}: {server.wrote}"
    else:
        assert server.processed, "nothing was done"
    operations = [operation_of(server.crm, *each) for each in server.operations]
    harmless = all(each is not None and each.repeatable for each in operations)
    twice = len(server.processed) > len(set(server.processed))
    assert harmless or not twice, f"done twice: {server.processed}"


def cases(name: str, step: int) -> Iterator[tuple[Any, ...]]:
    """Yield every case of a client, or each of so many."""
    number = 0
    for method, retries in product(writes(name), (0, 2)):
        server = Server(DOCUMENTS.get(name, "autocrm"))
        crm: Any = None
        for fault, times, of_reads in product(FAULTS, (1, 2, 9), (False, True)):
            number += 1
            if number % step or (of_reads and (fault.processed or times == 9)):
                continue
            if crm is None or method.name.startswith("auth."):
                transport = httpx.MockTransport(server)
                crm = new_client(name, transport=transport, throttle=0, max_retries=retries)
            yield crm, server, method, fault, times, of_reads


@pytest.mark.parametrize("name", CREDENTIALS)
def test_outcome_of_a_write(name: str) -> None:
    """A write that fails says whether it may be done; none but harmless ones is done twice."""
    assert failures(check, cases(name, 211)) == []


@pytest.mark.long
@pytest.mark.parametrize("name", CREDENTIALS)
def test_outcomes_of_all_writes(name: str) -> None:
    """The same of every write, in half of all cases: some 90,000."""
    assert failures(check, cases(name, 2)) == []
