"""Envelope codes under any HTTP status, in every format, and what is retried."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import httpx
import pytest

from crmkit import (
    AuthenticationError,
    BadRequestError,
    ConflictError,
    DecodeError,
    NotFoundError,
    PermissionDeniedError,
    QuotaExceededError,
    RateLimitError,
    ServerError,
    StatusError,
    TransportError,
    ValidationError,
)
from crmkit_mock import MockCRMs
from tests.clients.conftest import MakeOnePageCRM
from tests.clients.harness import Answer, Clock, failures, reply, sync_alone

asynchronous = sync_alone

CODES: dict[int, type[StatusError]] = {
    101: AuthenticationError,
    102: PermissionDeniedError,
    103: AuthenticationError,
    104: AuthenticationError,
    105: AuthenticationError,
    106: NotFoundError,
    107: ConflictError,
    108: ValidationError,
    109: ValidationError,
    201: QuotaExceededError,
    202: QuotaExceededError,
    999: ServerError,
    555: StatusError,
    -1: StatusError,
}
WRITTEN = {
    "json": lambda code: json.dumps({"timestamp": 7, "status": code, "message": "said"}),
    "xml": lambda code: (
        f"<hash><timestamp>7</timestamp><status>{code}</status><message>said</message></hash>"
    ),
    "yaml": lambda code: f"timestamp: 7\nstatus: {code}\nmessage: said\n",
}
NO_TAGS: dict[str, Any] = {"system": [], "custom": []}
OK = {"timestamp": 7, "status": 0, "message": "OK", "tags": NO_TAGS}
ID = "4e5dea11638190102c000361"


def version(crm: Any) -> Any:
    """Make the simplest call."""
    return crm.api_version()


def test_maps_code_to_class(onepagecrm: MakeOnePageCRM) -> None:
    """The envelope's code decides the class, whatever the HTTP status is."""

    def check(format_: str, http_status: int, code: int) -> None:
        crm = onepagecrm(reply(WRITTEN[format_](code), http_status), format=format_, max_retries=0)

        with pytest.raises(StatusError) as caught:
            crm(version)

        error = caught.value
        assert isinstance(error, CODES[code])
        assert (error.code, error.status_code, error.message) == (code, http_status, "said")
        assert error.operation == "api_version"
        assert error.body == {"timestamp": 7, "status": code, "message": "said"}
        if CODES[code] is not StatusError:
            assert type(error) is CODES[code]

    assert failures(check, product(WRITTEN, [200, 400, 401, 404, 422, 500], CODES)) == []


def test_maps_status_without_envelope(onepagecrm: MakeOnePageCRM) -> None:
    """Where a proxy answers in the server's place, the HTTP status decides the class."""
    cases: list[tuple[Any, ...]] = [
        (status, expected, format_, body)
        for (status, expected), format_, body in product(
            [(401, AuthenticationError), (404, NotFoundError), (502, ServerError)],
            WRITTEN,
            ["", "<html><title>Bad gateway</title></html>", "[]", "{"],
        )
    ]

    def check(status: int, expected: type[StatusError], format_: str, body: str) -> None:
        headers = {"Content-Type": "text/html"}
        crm = onepagecrm(reply(body, status, headers), format=format_, max_retries=0)

        with pytest.raises(expected) as caught:
            crm(version)

        assert caught.value.code is None

    assert failures(check, cases) == []


def test_success_without_envelope_is_decode_error(onepagecrm: MakeOnePageCRM) -> None:
    """HTTP 200 without an envelope is a DecodeError."""
    cases = product(WRITTEN, ["", "<html/>", "[]", "{}", "1", "status: true\n"])

    def check(format_: str, body: str) -> None:
        crm = onepagecrm(reply(body), format=format_)

        with pytest.raises(DecodeError):
            crm(version)

    assert failures(check, cases) == []


def test_status_of_wrong_type_is_decode_error(onepagecrm: MakeOnePageCRM) -> None:
    """A status that is not an int is neither success nor failure."""

    def check(status: Any) -> None:
        crm = onepagecrm(reply({"timestamp": 7, "status": status, "data": {"version": "1.2"}}))

        with pytest.raises(DecodeError):
            crm(version)

    assert failures(check, product([True, "0", None, 0.0])) == []


def test_error_status_wins_over_envelope(onepagecrm: MakeOnePageCRM) -> None:
    """An HTTP error status is believed, though the envelope's status is 0."""
    crm = onepagecrm(reply(OK, 500), max_retries=0)

    with pytest.raises(ServerError):
        crm(version)


def test_explains_406(onepagecrm: MakeOnePageCRM) -> None:
    """406 with an empty body is explained."""
    crm = onepagecrm(reply(None, 406))

    with pytest.raises(BadRequestError, match=r"\.json, \.xml or \.yaml") as caught:
        crm(lambda crm: crm.request("GET", "/contacts.csv"))

    assert caught.value.status_code == 406


def test_explains_406_of_mock(mocked_onepagecrm: MakeOnePageCRM) -> None:
    """The explanation is there for the real reply as well."""
    with pytest.raises(BadRequestError, match="unknown format"):
        mocked_onepagecrm()(lambda crm: crm.request("GET", "/contacts"))


def test_request_reads_all_formats(mocked_onepagecrm: MakeOnePageCRM) -> None:
    """`request` reads the same tree in all formats, whatever the client's own is."""

    def check(format_: str) -> None:
        crm = mocked_onepagecrm()

        def ask(format_: str) -> Any:
            return crm(lambda crm: crm.request("GET", f"/contacts.{format_}")).data["data"]

        assert repr(ask(format_)) == repr(ask("json"))

    assert failures(check, product(WRITTEN)) == []


def test_obeys_429_of_proxy(onepagecrm: MakeOnePageCRM, clock: Clock) -> None:
    """A 429 from a proxy is obeyed, and raised when it does not end."""
    crm = onepagecrm(reply("", 429, {"Retry-After": "3"}))

    with pytest.raises(RateLimitError):
        crm(version)

    assert clock.waits == [3.0, 3.0]


def test_429_wins_over_code_999(mocked_onepagecrm: MakeOnePageCRM, mocks: MockCRMs) -> None:
    """A 429 says more than the envelope's code 999."""

    def check(format_: str) -> None:
        mocks.reset()
        crm = mocked_onepagecrm(format=format_, max_retries=0)
        mocks.onepagecrm.fail(status=429, retry_after=7)

        with pytest.raises(RateLimitError, match="Injected fault") as caught:
            crm(version)

        assert (caught.value.code, caught.value.retry_after) == (999, 7.0)

    assert failures(check, product(WRITTEN)) == []


def test_specific_code_wins_over_429(onepagecrm: MakeOnePageCRM) -> None:
    """A code with a meaning of its own keeps it under 429."""
    crm = onepagecrm(reply(WRITTEN["json"](201), 429), max_retries=0)

    with pytest.raises(QuotaExceededError):
        crm(version)


# -- what is retried ---------------------------------------------------------------------------

FAILED = reply({"timestamp": 7, "status": 999, "message": "failed"})
READS = {
    "list": (
        lambda crm: crm.contacts.list(),
        {"count": 0, "page": 1, "maxpage": 1, "contacts": []},
    ),
    "get": (lambda crm: crm.api_version(), {"version": "1.2"}),
    "closed_deals": (lambda crm: crm.sales.closed_deals(), []),
    "delete": (lambda crm: crm.notes.delete(ID), None),
    "update": (lambda crm: crm.request("PUT", "/notes/a.json", json={}), None),
}
WRITES = {
    "logout": lambda crm: crm.auth.logout(),
    "change_api_key": lambda crm: crm.auth.change_api_key(),
    "undo_delete": lambda crm: crm.contacts.undo_delete(),
    "assign": lambda crm: crm.tags.assign(id=ID, name="Solar"),
    "unassign": lambda crm: crm.tags.unassign(id=ID, name="Solar"),
    "remove_unused": lambda crm: crm.tags.remove_unused(),
    "create": lambda crm: crm.tags.create(name="Solar"),
    "rename": lambda crm: crm.tags.rename("a", name="b"),
    "mark_done": lambda crm: crm.actions.mark_done(cid=ID),
}
FAILURES: dict[str, Answer | Exception] = {
    "code 999": FAILED,
    "502": reply("", 502),
    "reset": httpx.ReadError("reset"),
}


def test_retries_repeatable_operations(onepagecrm: MakeOnePageCRM) -> None:
    """Reads, updates and deletions are retried after a failure, code 999 included."""

    def check(failure: str, call: str) -> None:
        work, data = READS[call]
        crm = onepagecrm(
            FAILURES[failure], reply({**OK, **({} if data is None else {"data": data})})
        )

        crm(work)

        assert len(crm.seen) == 2

    assert failures(check, product(FAILURES, READS)) == []


def test_does_not_retry_writes(onepagecrm: MakeOnePageCRM) -> None:
    """Operations that change something are not sent twice, though most of them are GETs."""

    def check(failure: str, call: str) -> None:
        crm = onepagecrm(FAILURES[failure])

        with pytest.raises((ServerError, TransportError)):
            crm(WRITES[call])

        assert len(crm.seen) == 1

    assert failures(check, product(FAILURES, WRITES)) == []


def test_retries_writes_that_were_not_sent(onepagecrm: MakeOnePageCRM) -> None:
    """Every operation is retried where no connection was made."""

    def check(call: str) -> None:
        crm = onepagecrm(httpx.ConnectError("refused"), reply({**OK, "status": 108}))

        with pytest.raises(ValidationError):
            crm(WRITES[call])

        assert len(crm.seen) == 2

    assert failures(check, product(WRITES)) == []


def test_lost_deletion_is_done(onepagecrm: MakeOnePageCRM) -> None:
    """A deletion whose reply was lost, and which then finds nothing, is done."""
    not_found = reply({"timestamp": 7, "status": 106, "message": "no such note"})
    crm = onepagecrm(httpx.ReadError("reset"), not_found)

    assert crm(lambda crm: crm.notes.delete(ID)) is None


def test_deletion_of_missing_record_raises(onepagecrm: MakeOnePageCRM) -> None:
    """A first deletion that finds nothing is a NotFoundError."""
    crm = onepagecrm(reply({"timestamp": 7, "status": 106, "message": "no such note"}))

    with pytest.raises(NotFoundError):
        crm(lambda crm: crm.notes.delete(ID))
