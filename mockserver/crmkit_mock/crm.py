"""The frame of a mock CRM: from a request to its reply, with faults, checks and journal.

A mock CRM is a package with one line in the catalogue (`catalogue.py`) and these modules, so that
who knows one CRM knows all:

- `__init__.py` re-exports the public class or classes and holds nothing else.
- `server.py`: the subclass of `MockCRM`, which is the way of a request, and what tests call.
- `operations.py`: `OPERATIONS`, the table from operationId to handler; it must be complete.
- `authentication.py`: `Authenticator`, with `authenticate(request)`, which returns the user or
  account or raises `unauthorized(…)`.
- `session.py`: `Session`, one authenticated request and what handlers need of it: `query`, `body`,
  `store` or records, `clock`; `server_error_or(refusal)` where a real server crashes.
- `errors.py`: builds the vendor's error bodies and the `Refusal`s that become them.
- `values.py`: values as the wire has them, read and written.
- `seed.py`: `load_seed`, which fills an empty store.
- further modules by resource (`contacts.py`, `notes.py` …), which hold handlers and shapes.

The frame has what they share: `store` (records by id, order and `Index`), `forms` (queries and form
bodies), `json_text` (strict JSON), `documents` (operations and their validation), `messages`,
`arguments` (checks of what tests pass).
Modules of a CRM import the frame and one another without circles, and nothing of another CRM.
"""

from __future__ import annotations

import logging
from abc import abstractmethod
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, ClassVar

from crmkit_mock.behavior import Behavior
from crmkit_mock.crm_state import CRMState
from crmkit_mock.documents import Document, Operation, load_document
from crmkit_mock.faults import ONLY_IN_PROCESS, Body, Fault, Faults
from crmkit_mock.journal import Journal
from crmkit_mock.messages import JSON_TYPE, Outcome, Refusal, Reply, Request
from crmkit_mock.redaction import Redactor, remember
from crmkit_mock.store import StoreError
from crmkit_mock.strict import violation

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from crmkit_mock.seeds import Seed, SeedSource
    from crmkit_mock.store import Store
    from crmkit_mock.transport import InProcessTransport

_log = logging.getLogger("crmkit_mock")


class MockCRM(CRMState):
    """One mock CRM with its state, clock, faults and journal.

    Args:
        store: Database that keeps the state; a CRM without state in it is seeded.
        origin: Scheme, host and port at which clients reach the mock; `{name}` in it is
            replaced by the name of the CRM.
        base_path: Path of the API below it.
        transport: Transport for in-process clients; None where a socket serves them.
        seed: The seed that a fresh state gets, and that `reset` goes back to.
        behavior: What the CRM imitates.
    """

    #: Name of the wire document.
    document_name: ClassVar[str]
    #: Request headers, in lower case, whose values the journal replaces.
    credential_headers: ClassVar[frozenset[str]]

    def __init__(
        self,
        store: Store,
        *,
        origin: str,
        base_path: str,
        transport: InProcessTransport | None = None,
        seed: SeedSource | Seed = "demo",
        behavior: Behavior = Behavior(),  # noqa: B008 - it is frozen
    ) -> None:
        self.base_path = base_path
        #: Address of the API, without a slash at its end.
        self.base_url = origin.format(name=self.name) + base_path
        #: Transport to hand to a client, sync or async; None on a `MockServer`.
        self.transport = transport
        self.behavior = behavior
        self.rate_limits = behavior.rate_limits
        self.faithful_crashes = behavior.faithful_crashes
        #: Whether a request that the document does not allow fails the test; may be set.
        self.strict = behavior.strict
        #: What strict mode found, one line for each request that is not allowed.
        self.violations: list[str] = []
        #: The last exchanges, oldest first.
        self.journal = Journal(
            self.base_url,
            Redactor(
                self.credential_headers, lambda: load_document(self.document_name).secret_members
            ),
        )
        self.faults = Faults()
        remember(self.all_credentials)
        # Last: loading a seed may need all of the above.
        super().__init__(store, seed=seed)

    # To be defined by each CRM.

    @property
    @abstractmethod
    def credentials(self) -> dict[str, Any]:
        """Constructor keywords of the client that the mock accepts. Stable over reset."""

    @property
    def all_credentials(self) -> list[dict[str, Any]]:
        """All keywords of clients that the mock accepts or once did, for the journal to redact."""
        return [self.credentials]

    @property
    @abstractmethod
    def operations(self) -> Mapping[str, object]:
        """Handler by operationId, one for each operation of the document."""

    @abstractmethod
    def error_reply(
        self, request: Request, status: int, message: str, detail: object = None
    ) -> Reply:
        """Build the error reply to a request in the CRM's own envelope.

        Args:
            request: The request; its format may decide that of the reply.
            status: HTTP status.
            message: What is wrong, in a sentence.
            detail: What else the CRM's error body needs, as in `Refusal`.
        """

    @abstractmethod
    def respond(
        self, operation: Operation, path_parameters: Mapping[str, str], request: Request
    ) -> Reply:
        """Answer a request whose path and method the document knows.

        Everything stored is undone if this raises, or if the reply does not fit the document.

        Args:
            operation: The document's operation.
            path_parameters: Decoded values of the path's templates.
            request: The request.

        Raises:
            Refusal: the request is not fulfilled.
        """

    # For tests.

    @cached_property
    def document(self) -> Document:
        """The wire document.

        Raises:
            NotImplementedError: an operation of it has no handler; the message names them all.
        """
        document = load_document(self.document_name)
        missing = sorted(document.operation_ids - self.operations.keys())
        if missing:
            raise NotImplementedError(f"{self.name} has no handler for {', '.join(missing)}")
        return document

    def reset(self) -> None:
        """Go back to the start: seed, counters and clock; no faults, an empty journal."""
        with self.store.lock:
            self.faults.clear()
            self.journal.clear()
            self.violations.clear()
            super().reset()

    def fail(
        self,
        *,
        status: int | None = None,
        retry_after: int | str | None = None,
        body: Body | None = None,
        headers: Mapping[str, str] | None = None,
        times: int | None = 1,
        delay: float = 0.0,
        error: str | None = None,
        path: str | None = None,
        method: str | None = None,
        after: bool = False,
    ) -> Fault:
        """Let the next matching requests fail; several faults apply in the order they were added.

        Args:
            status: HTTP status of the reply; the body is the CRM's error body unless `body` is
                given. With `body` alone the status is 200, a server that reports
                success with an error inside.
            retry_after: Value of the Retry-After header, seconds or an HTTP date.
            body: Body of the reply: str or bytes as they are, anything else as JSON.
            headers: Further headers of the reply.
            times: Number of requests that fail; None: all until `reset`.
            delay: Seconds before the reply or the break. In process there is no waiting: a delay
                beyond the client's read timeout is a `ReadTimeout` at once.
            error: How the connection breaks instead of a reply: "connect" and "connect_timeout"
                (in process only), "read_timeout" (no reply, ever), "reset" (connection reset),
                "disconnect" (closed without a reply), "short_body" (closed within the body),
                "garbage" (bytes that are not HTTP).
            path: Pattern (`fnmatch`) of paths below the base URL, such as "/contact.*"; None: all.
            method: Method that fails; None: all.
            after: True: the request is processed, only its reply is lost or replaced. False:
                it is not processed, nothing is stored.

        Returns:
            The fault; its `times` counts down.

        Raises:
            ValueError: the arguments are invalid, or this mock cannot play the fault.
        """
        fault = Fault(
            status=status,
            retry_after=retry_after,
            body=body,
            headers=headers or {},
            times=times,
            delay=delay,
            error=error,
            path=path,
            method=method,
            after=after,
        )
        if error in ONLY_IN_PROCESS and self.transport is None:
            raise ValueError(f"error: {error!r} cannot happen on an open port; use MockCRMs")
        self.faults.add(fault)
        return fault

    # The way of a request.

    def exchange(self, request: Request) -> Outcome:
        """Answer a request, with faults, and write it into the journal."""
        with self.store.lock:
            not_allowed = self._violation(request) if self.strict else None
            fault = self.faults.take(request) if not_allowed is None else None
            operation: Operation | None
            if not_allowed is not None:
                # 400, which no client repeats.
                operation = self._operation(request)
                reply = self.error_reply(request, 400, f"Strict mode: {not_allowed}")
            elif fault is None or fault.processes:
                reply, operation = self.answer(request)
            else:
                # It is not processed, but the journal names its operation.
                operation = self._operation(request)
                reply = self._fault_reply(fault, request)
            if fault is not None and fault.after and fault.has_reply:
                reply = self._fault_reply(fault, request)
            if fault is not None and fault.error == "short_body" and not reply.body:
                # Of nothing, nothing can be missing.
                media_type = reply.media_type or JSON_TYPE
                reply = Reply(reply.status, b"{}", reply.headers, media_type)
            now = self.clock.now()
            if "Date" not in reply.headers:
                # The mock's time, by which clients know the server's clock. Made by hand, as all
                # in the way of every request: replace() takes ten times as long.
                headers = {"Date": _http_date(now), **reply.headers}
                reply = Reply(reply.status, reply.body, headers, reply.media_type, reply.tree)
            if fault is None:
                outcome = Outcome(reply, violation=not_allowed)
            else:
                outcome = Outcome(reply, fault.delay, fault.error)
            self._record(request, operation, outcome, fault, now)
            return outcome

    def _violation(self, request: Request) -> str | None:
        """Return where the document does not allow a request, and keep it in `violations`."""
        name = f"{self.name}: {request.method} {request.path}"
        try:
            with self.store.transaction():
                operation, path_parameters = self.route(request)
        except Refusal as refusal:
            what = "path" if refusal.status == 404 else "method of this path"
            found: str | None = f"{name}: the document has no such {what}"
        else:
            problem = violation(operation, path_parameters, request)
            found = None if problem is None else f"{name} ({operation.id}): {problem}"
        if found is not None:
            self.violations.append(found)
        return found

    def _operation(self, request: Request) -> Operation | None:
        try:
            return self.route(request)[0]
        except Refusal:
            return None

    def _fault_reply(self, fault: Fault, request: Request) -> Reply:
        status = fault.status or 200
        return fault.reply(self.error_reply(request, status, f"Injected fault: {status}"))

    def answer(self, request: Request) -> tuple[Reply, Operation | None]:
        """Answer a request, without faults. Whatever is wrong becomes a reply.

        Returns:
            The reply, and the document's operation; None if it has none for the request.
        """
        operation: Operation | None = None
        try:
            try:
                with self.store.transaction():
                    operation, path_parameters = self.route(request)
                    request.require_room()
                    reply = self.respond(operation, path_parameters, request)
                    operation.check_reply(reply)
                    return reply, operation
            except Refusal as refusal:
                reply = self.refuse(refusal, request)
                # 413 belongs to the server around the CRM, not to its document.
                if operation is not None and refusal.status != 413:
                    operation.check_reply(reply)
                return reply, operation
        except StoreError as error:
            # Not a bug: the disk is full, or the file is gone. Whoever runs the mock sees it too.
            _log.error("%s: %s", self.name, error)
            return self.error_reply(request, 500, str(error)), operation
        except Exception as error:  # noqa: BLE001 - whatever fails, the server goes on
            # A bug in the mock, or a reply that its document does not allow. The reply names it,
            # since that is where a test looks, and the server goes on.
            _log.exception("%s: %s %s failed", self.name, request.method, request.path)
            place = operation.id if operation else f"{request.method} {request.path}"
            message = f"The mock failed at {place}: {type(error).__name__}: {error}"
            return self.error_reply(request, 500, message), operation

    def route(self, request: Request) -> tuple[Operation, dict[str, str]]:
        """Return the operation of a request, and its path parameters.

        HEAD counts as GET.

        Raises:
            Refusal: 404 for an unknown path, 405 with Allow for a method it does not have.
        """
        match = self.document.match(request.path)
        if match is None:
            raise self.unknown_path(request.path)
        operations, path_parameters = match
        method = "GET" if request.method == "HEAD" else request.method
        operation = operations.get(method)
        if operation is None:
            allow = [*operations, "HEAD"] if "GET" in operations else list(operations)
            raise Refusal(
                405,
                f"{request.path} does not take {request.method}",
                headers={"Allow": ", ".join(allow)},
            )
        return operation, path_parameters

    def unknown_path(self, path: str) -> Refusal:
        """Return the refusal of a path that the document does not have."""
        return Refusal(404, f"There is no {path[:200]}")

    def refuse(self, refusal: Refusal, request: Request) -> Reply:
        """Turn a refusal into the CRM's error reply to a request."""
        reply = self.error_reply(request, refusal.status, refusal.message, refusal.detail)
        return reply.with_headers(refusal.headers) if refusal.headers else reply

    def _record(
        self,
        request: Request,
        operation: Operation | None,
        outcome: Outcome,
        fault: Fault | None,
        now: datetime,
    ) -> None:
        broken = outcome.error is not None
        effect = None
        if fault is not None:
            effect = fault.error or (
                f"status {outcome.reply.status}" if fault.has_reply else f"delay {fault.delay}"
            )
        self.journal.record(
            method=request.method,
            path=request.path,
            query=request.query.decode("latin-1"),
            headers=request.headers,
            body=request.body,
            operation=operation.id if operation else None,
            status=None if broken else outcome.reply.status,
            response_headers={} if broken else outcome.reply.headers,
            response_body=b"" if broken else outcome.reply.body,
            processed=outcome.violation is None and (fault is None or fault.processes),
            fault=effect or ("strict" if outcome.violation else None),
            time=now,
        )


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)


def _http_date(time: datetime) -> str:
    """Return a time in UTC as headers have it; `email.utils` takes five times as long."""
    return f"{_http_day(time.date())} {time.hour:02}:{time.minute:02}:{time.second:02} GMT"


@lru_cache(maxsize=8)
def _http_day(day: date) -> str:
    return f"{_DAYS[day.weekday()]}, {day.day:02} {_MONTHS[day.month - 1]} {day.year:04}"
