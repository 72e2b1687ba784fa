"""What the pages show of the mocks, as plain values for the templates."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crmkit_mock.faults import CONNECTION_ERRORS, ONLY_IN_PROCESS

if TYPE_CHECKING:
    from crmkit_mock.crm import MockCRM
    from crmkit_mock.crms import CRMs
    from crmkit_mock.exchange import Exchange
    from crmkit_mock.faults import Fault

#: Calls that a page shows of a CRM, and records of a kind.
CALLS = 50
RECORDS = 25
_LONGEST_BODY = 20_000
#: How a connection on a port can break.
ERRORS = sorted(CONNECTION_ERRORS - ONLY_IN_PROCESS)
#: Statuses that the form for faults offers.
STATUSES = (400, 401, 403, 404, 408, 409, 422, 429, 500, 502, 503, 504)


@dataclass(frozen=True, slots=True)
class Call:
    """A call as a page shows it.

    Attributes:
        crm: Name of the CRM.
        number: Its number in the journal.
        line: Method, path and query.
        outcome: Status, or the fault.
        good: Whether it succeeded.
        operation: operationId, or None.
        request: Headers and body of the request.
        reply: Headers and body of the reply.
        time: Time of the mock's clock.
    """

    crm: str
    number: int
    line: str
    outcome: str
    good: bool
    operation: str | None
    request: str
    reply: str
    time: str


@dataclass(frozen=True, slots=True)
class Kind:
    """Records of a kind.

    Attributes:
        name: The kind.
        count: How many there are, of all tenants.
    """

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class CRMView:
    """A CRM as a page shows it.

    Attributes:
        name: Its name.
        title: Name of its client.
        base_url: Address of its API.
        credentials: Keywords of a client with their values.
        code: Python that opens a client.
        curl: The document's address to fetch.
        clock: Time of its clock.
        kinds: Its records by kind.
        records: Number of all of them.
        faults: Its waiting faults, as sentences.
        calls: Its last calls, the newest first.
        total_calls: Number of all calls since the last reset.
    """

    name: str
    title: str
    base_url: str
    credentials: dict[str, Any]
    code: str
    clock: str
    kinds: list[Kind]
    records: int
    faults: list[str]
    calls: list[Call]
    total_calls: int


def crm_view(mocks: CRMs, name: str, *, calls: int = CALLS) -> CRMView:
    """Return what a page shows of a CRM."""
    crm = mocks.crm(name)
    with mocks.store.lock:
        kinds = [
            Kind(kind, count)
            # The rest is the mock's own book-keeping.
            for kind, count in mocks.store.counts(name).items()
            if not kind.endswith(" rows")
        ]
        keywords = "".join(f", {key}={value!r}" for key, value in crm.credentials.items())
        title = type(crm).__name__.removeprefix("Mock")
        return CRMView(
            name,
            title,
            crm.base_url,
            crm.credentials,
            f"crm = {title}(base_url={crm.base_url!r}{keywords})",
            f"{crm.clock.now():%Y-%m-%d %H:%M:%S} UTC",
            kinds,
            sum(kind.count for kind in kinds),
            [describe(fault) for fault in crm.faults.waiting()],
            [_call(name, exchange) for exchange in reversed(crm.journal[-calls:])],
            crm.journal.total,
        )


def records_of(mocks: CRMs, name: str, kind: str) -> list[tuple[str, str, str]]:
    """Return tenant, id and JSON of the newest records of a kind."""
    return [
        (tenant, id, _pretty(record))
        for tenant, id, record in mocks.store.newest(name, kind, RECORDS)
    ]


def describe(fault: Fault) -> str:
    """Return a fault as a sentence."""
    what = []
    if fault.has_reply:
        what.append(f"status {fault.status or 200}")
    if fault.error is not None:
        what.append(fault.error)
    if fault.delay:
        what.append(f"after {fault.delay:g} s")
    if fault.retry_after is not None:
        what.append(f"Retry-After {fault.retry_after}")
    times = "every request" if fault.times is None else f"{fault.times} more"
    where = f"{fault.method or 'any method'} {fault.path or 'any path'}"
    processed = ", processed first" if fault.after else ""
    return f"{', '.join(what)}: {times}, {where}{processed}"


def authorizations(crm: MockCRM) -> dict[str, str]:
    """Return the value of each security scheme that a browser can send by itself, by name."""
    values = crm.credentials
    schemes = crm.document.tree["components"].get("securitySchemes", {})
    found: dict[str, str] = {}
    for name, scheme in schemes.items():
        header = scheme.get("name", "").lower()
        if scheme.get("scheme") == "bearer" and "token" in values:
            found[name] = values["token"]
        elif scheme["type"] == "apiKey" and scheme["in"] == "header" and header.endswith("-key"):
            value = values.get("department_key") or values.get("api_key")
            if value is not None:
                found[name] = value
    return found


def _call(crm: str, exchange: Exchange) -> Call:
    query = f"?{exchange.query}" if exchange.query else ""
    return Call(
        crm,
        exchange.number,
        f"{exchange.method} {exchange.path}{query}",
        exchange.outcome,
        good=exchange.fault is None and exchange.status is not None and exchange.status < 400,
        operation=exchange.operation,
        request=_message(exchange.headers, exchange.body),
        reply=""
        if exchange.status is None
        else _message(exchange.response_headers, exchange.response_body),
        time=f"{exchange.time:%H:%M:%S}",
    )


def _message(headers: Any, body: bytes) -> str:
    lines = [f"{name}: {value}" for name, value in headers.items()]
    if body:
        lines += ["", _body(body)]
    return "\n".join(lines)


def _body(body: bytes) -> str:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return f"({len(body)} bytes that are not text)"
    with contextlib.suppress(ValueError, RecursionError):
        text = _pretty(json.loads(text))
    return (
        text
        if len(text) <= _LONGEST_BODY
        else f"{text[:_LONGEST_BODY]}\n… ({len(text)} characters)"
    )


def _pretty(tree: object) -> str:
    return json.dumps(tree, indent=2, ensure_ascii=False).encode("utf-8", "replace").decode()
