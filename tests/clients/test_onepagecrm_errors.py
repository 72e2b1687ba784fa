"""Codes of the envelope under any HTTP status and in any format, and what is retried."""

from __future__ import annotations

import json
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
from tests.clients.harness import Answer, Clock, reply

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
    """Make the simplest call there is."""
    return crm.api_version()


@pytest.mark.parametrize("form", WRITTEN)
@pytest.mark.parametrize("http_status", [200, 400, 401, 404, 422, 500])
@pytest.mark.parametrize("code", CODES)
def test_a_code_raises_its_class(
    onepagecrm: MakeOnePageCRM, code: int, http_status: int, form: str
) -> None:
    """The envelope's code decides about the class, whatever the HTTP status says."""
    crm = onepagecrm(reply(WRITTEN[form](code), http_status), format=form, max_retries=0)

    with pytest.raises(StatusError) as caught:
        crm(version)

    error = caught.value
    assert isinstance(error, CODES[code])
    assert (error.code, error.status_code, error.message) == (code, http_status, "said")
    assert error.operation == "api_version"
    assert error.body == {"timestamp": 7, "status": code, "message": "said"}
    if CODES[code] is not StatusError:
        assert type(error) is CODES[code]


@pytest.mark.parametrize(
    ("status", "expected"), [(401, AuthenticationError), (404, NotFoundError), (502, ServerError)]
)
@pytest.mark.parametrize("form", WRITTEN)
@pytest.mark.parametrize("body", ["", "<html><title>Bad gateway</title></html>", "[]", "{"])
def test_a_reply_that_is_no_envelope(
    onepagecrm: MakeOnePageCRM, status: int, expected: type[StatusError], form: str, body: str
) -> None:
    """Where a proxy answers in the server's place, the HTTP status decides."""
    headers = {"Content-Type": "text/html"}
    crm = onepagecrm(reply(body, status, headers), format=form, max_retries=0)

    with pytest.raises(expected) as caught:
        crm(version)

    assert caught.value.code is None


@pytest.mark.parametrize("form", WRITTEN)
@pytest.mark.parametrize("body", ["", "<html/>", "[]", "{}", "1", "status: true\n"])
def test_a_success_that_is_no_envelope(onepagecrm: MakeOnePageCRM, form: str, body: str) -> None:
    """HTTP 200 without an envelope is a DecodeError."""
    crm = onepagecrm(reply(body), format=form)

    with pytest.raises(DecodeError):
        crm(version)


@pytest.mark.parametrize("status", [True, "0", None, 0.0])
def test_a_status_of_another_type(onepagecrm: MakeOnePageCRM, status: Any) -> None:
    """A status that is no integer says neither success nor failure."""
    crm = onepagecrm(reply({"timestamp": 7, "status": status, "data": {"version": "1.2"}}))

    with pytest.raises(DecodeError):
        crm(version)


def test_a_success_under_an_error_status(onepagecrm: MakeOnePageCRM) -> None:
    """An HTTP status that tells of an error is believed, though the envelope says 0."""
    crm = onepagecrm(reply(OK, 500), max_retries=0)

    with pytest.raises(ServerError):
        crm(version)


def test_no_such_format(onepagecrm: MakeOnePageCRM) -> None:
    """406 with an empty body is explained."""
    crm = onepagecrm(reply(None, 406))

    with pytest.raises(BadRequestError, match=r"\.json, \.xml or \.yaml") as caught:
        crm(lambda crm: crm.request("GET", "/contacts.csv"))

    assert caught.value.status_code == 406


def test_the_mock_refuses_the_format(mocked_onepagecrm: MakeOnePageCRM) -> None:
    """The explanation is there for the real reply as well."""
    with pytest.raises(BadRequestError, match="unknown format"):
        mocked_onepagecrm()(lambda crm: crm.request("GET", "/contacts"))


@pytest.mark.parametrize("form", WRITTEN)
def test_a_call_of_ones_own_is_read_like_an_operation(
    mocked_onepagecrm: MakeOnePageCRM, form: str
) -> None:
    """`crm.request` reads the same tree in all formats, whatever the client's own is."""
    crm = mocked_onepagecrm()

    def ask(form: str) -> Any:
        return crm(lambda crm: crm.request("GET", f"/contacts.{form}")).data["data"]

    assert repr(ask(form)) == repr(ask("json"))


def test_too_many_requests(onepagecrm: MakeOnePageCRM, clock: Clock) -> None:
    """A 429 of a proxy is obeyed, and raised when it does not end."""
    crm = onepagecrm(reply("", 429, {"Retry-After": "3"}))

    with pytest.raises(RateLimitError):
        crm(version)

    assert clock.waits == [3.0, 3.0]


@pytest.mark.parametrize("form", WRITTEN)
def test_the_mocks_429(mocked_onepagecrm: MakeOnePageCRM, mocks: MockCRMs, form: str) -> None:
    """Of too many requests, HTTP tells more than the envelope's 999."""
    crm = mocked_onepagecrm(format=form, max_retries=0)
    mocks.onepagecrm.fail(status=429, retry_after=7)

    with pytest.raises(RateLimitError, match="A fault was asked for") as caught:
        crm(version)

    assert (caught.value.code, caught.value.retry_after) == (999, 7.0)


def test_a_code_says_more_than_429(onepagecrm: MakeOnePageCRM) -> None:
    """A code that has a meaning of its own keeps it under 429."""
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
    "update": (lambda crm: crm.tags.rename("a", name="b"), None),
}
WRITES = {
    "logout": lambda crm: crm.auth.logout(),
    "change_api_key": lambda crm: crm.auth.change_api_key(),
    "undo_delete": lambda crm: crm.contacts.undo_delete(),
    "assign": lambda crm: crm.tags.assign(id=ID, name="Solar"),
    "unassign": lambda crm: crm.tags.unassign(id=ID, name="Solar"),
    "remove_unused": lambda crm: crm.tags.remove_unused(),
    "create": lambda crm: crm.tags.create(name="Solar"),
    "mark_done": lambda crm: crm.actions.mark_done(cid=ID),
}
FAILURES: dict[str, Answer | Exception] = {
    "code 999": FAILED,
    "502": reply("", 502),
    "reset": httpx.ReadError("reset"),
}


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("call", READS)
def test_what_may_be_repeated_is_retried(
    onepagecrm: MakeOnePageCRM, call: str, failure: str
) -> None:
    """Reads, replacements and deletions are repeated after a failure, also one told by code 999."""
    work, data = READS[call]
    crm = onepagecrm(FAILURES[failure], reply({**OK, **({} if data is None else {"data": data})}))

    crm(work)

    assert len(crm.seen) == 2


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("call", WRITES)
def test_what_changes_something_is_not(onepagecrm: MakeOnePageCRM, call: str, failure: str) -> None:
    """What changes something is not sent twice, though most of it are GETs."""
    crm = onepagecrm(FAILURES[failure])

    with pytest.raises((ServerError, TransportError)):
        crm(WRITES[call])

    assert len(crm.seen) == 1


@pytest.mark.parametrize("call", WRITES)
def test_what_was_not_sent_is_sent_again(onepagecrm: MakeOnePageCRM, call: str) -> None:
    """A connection that was never made is tried again for everything."""
    crm = onepagecrm(httpx.ConnectError("refused"), reply({**OK, "status": 108}))

    with pytest.raises(ValidationError):
        crm(WRITES[call])

    assert len(crm.seen) == 2


def test_a_deletion_that_was_done(onepagecrm: MakeOnePageCRM) -> None:
    """A deletion whose reply was lost, and which then finds nothing, is done."""
    gone = reply({"timestamp": 7, "status": 106, "message": "no such note"})
    crm = onepagecrm(httpx.ReadError("reset"), gone)

    assert crm(lambda crm: crm.notes.delete(ID)) is None


def test_a_deletion_of_nothing(onepagecrm: MakeOnePageCRM) -> None:
    """A deletion that finds nothing at first is a NotFoundError."""
    crm = onepagecrm(reply({"timestamp": 7, "status": 106, "message": "no such note"}))

    with pytest.raises(NotFoundError):
        crm(lambda crm: crm.notes.delete(ID))
