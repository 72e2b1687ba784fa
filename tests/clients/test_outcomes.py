"""What the error of a write says of its outcome: `maybe_processed`."""

from __future__ import annotations

from io import BytesIO
from itertools import product
from typing import Any

import httpx
import pytest

from crmkit import (
    AuthenticationError,
    CRMError,
    DecodeError,
    NotFoundError,
    PaginationError,
    ServerError,
    StatusError,
)
from crmkit.autocrm.attachments import CHUNK
from crmkit.core.errors import class_of
from tests.clients.conftest import MakeClient, MakeEspo, MakeOnePageCRM
from tests.clients.harness import failures, page, refusal, reply, saved, sync_alone

asynchronous = sync_alone

REFUSALS = {400, 401, 403, 404, 405, 409, 413, 415, 422, 429}


def test_statuses_say_whether_a_write_may_be_processed() -> None:
    """False for what a server refuses before it acts, and for 503 with Retry-After; else True."""

    def check(status: int, retry_after: float | None) -> None:
        error = class_of(status)("x", status_code=status, retry_after=retry_after)

        assert error.maybe_processed is not (status in REFUSALS or (status == 503 and retry_after))

    assert failures(check, product(range(300, 600), (None, 5.0))) == []


def test_errors_in_an_envelope_say_it_by_their_class(client: MakeClient) -> None:
    """Under HTTP 200 the class of the error decides: a refusal has done nothing."""
    cases: list[tuple[Any, ...]] = [(400, False), (404, False), (429, False), (500, True)]
    cases += [(None, True)]

    def check(code: Any, expected: bool) -> None:
        crm = client(reply({"status": False, "code": code, "message": "no"}))

        with pytest.raises(StatusError) as caught:
            crm(lambda crm: crm.contacts.save(full_name="x"))

        assert caught.value.maybe_processed is expected

    assert failures(check, cases) == []


def test_unreadable_success_may_be_processed(client: MakeClient) -> None:
    """A success that cannot be read may have been one; errors outside a call were none."""
    for answer in (reply("<html>"), reply({"status": True, "data": {}}), page()):
        with pytest.raises(DecodeError) as caught:
            client(answer)(lambda crm: crm.contacts.save(full_name="x"))
        assert caught.value.maybe_processed is True
    assert PaginationError("x", 1, 2).maybe_processed is False


def test_any_attempt_counts(client: MakeClient) -> None:
    """Over several attempts it is True if any attempt may have been processed."""
    sequences: list[tuple[Any, ...]] = [
        ((refusal(502), refusal(404)), True),
        ((httpx.ReadTimeout("slow"), refusal(403)), True),
        ((refusal(502), httpx.ConnectError("refused")), True),
        ((refusal(429), refusal(404)), False),
        ((httpx.ConnectError("refused"), refusal(400)), False),
    ]

    def check(answers: Any, expected: bool) -> None:
        with pytest.raises(CRMError) as caught:
            client(*answers)(lambda crm: crm.request("PUT", "/x", json={}))

        assert caught.value.maybe_processed is expected

    assert failures(check, sequences) == []


CONTACT = {"id": 1, "first_name": "A", "tags": [], "information": {"career": {}}}
SESSION = reply({"status": 103, "message": "wrong password"})


def test_failed_read_before_a_write_is_not_processed(onepagecrm: MakeOnePageCRM) -> None:
    """Of a read-merge-write, what fails before the write has changed nothing."""
    answers: list[Any] = [httpx.ReadTimeout("slow"), reply(None, 502), reply("<html>")]
    answers += [reply({"status": 999, "message": "no"}), reply({"status": 0, "data": {}})]

    def check(number: int) -> None:
        crm = onepagecrm(answers[number], max_retries=0)

        with pytest.raises(CRMError) as caught:
            crm(lambda crm: crm.contacts.update("a1", jobtitle="x"))

        assert [seen.method for seen in crm.seen] == ["GET"]
        assert caught.value.maybe_processed is False
        assert "may have acted" not in str(caught.value)

    assert failures(check, product(range(len(answers)))) == []


def test_failed_log_in_is_not_processed(onepagecrm: MakeOnePageCRM) -> None:
    """Of a call whose log-in fails, nothing was sent, whatever the log-in ended in."""
    answers: list[Any] = [httpx.ReadTimeout("slow"), reply(None, 500), reply("<html>"), SESSION]
    answers += [reply({"status": 0, "data": {}})]

    def check(number: int) -> None:
        crm = onepagecrm(answers[number], login="a@b.example", password="pw", max_retries=0)

        with pytest.raises(CRMError) as caught:
            crm(lambda crm: crm.tags.create("x"))

        assert caught.value.maybe_processed is False
        assert isinstance(caught.value, AuthenticationError) == (number == 3)

    assert failures(check, product(range(len(answers)))) == []


def test_delete_refused_before_log_in_is_not_done(onepagecrm: MakeOnePageCRM) -> None:
    """A DELETE that first failed at the log-in has not reached the server: its 404 is an error."""
    session = {"uid": "a" * 24, "key": "AJfSRLr7uhsa9lOIgKQ4Vu72zzg3QTE7pJL2iSeA6Mo="}
    gone = reply({"status": 106, "message": "gone"}, 404)
    crm = onepagecrm(
        reply(None, 503), reply({"status": 0, "data": session}), gone, login="a", password="b"
    )

    with pytest.raises(NotFoundError):
        crm(lambda crm: crm.tags.delete("x"))


def test_second_request_of_a_write_counts_the_first(espo: MakeEspo) -> None:
    """Where a part of a write was done, its error says so, though the next part was refused."""
    made = reply({"id": "a1", "name": "a"})

    def unlink(crm: Any) -> Any:
        return crm.accounts.unlink("a1", "contacts", ["b1", "b2"])

    def upload(crm: Any) -> Any:
        return crm.attachments.upload(BytesIO(b"x" * (CHUNK + 1)), name="a", field="file")

    for answers, work, done in (
        ((refusal(403),), unlink, False),
        ((reply(True), refusal(403)), unlink, True),
        ((refusal(403),), upload, False),
        ((made, refusal(403)), upload, True),
    ):
        crm = espo(*answers, profile="autocrm")
        with pytest.raises(StatusError) as caught:
            crm(work)
        assert caught.value.maybe_processed is done


def test_put_that_does_something_else_is_not_repeated(
    onepagecrm: MakeOnePageCRM, espo: MakeEspo
) -> None:
    """Renaming a tag and a mass update by PUT are not repeated after a lost reply."""

    def mass(crm: Any) -> Any:
        return crm.accounts.mass_update(ids=["a1"], attributes={"name": "x"})

    for crm, work in (
        (onepagecrm(httpx.ReadTimeout("slow")), lambda crm: crm.tags.rename("a", "b")),
        (espo(reply(None, 502), profile="autocrm"), mass),
    ):
        with pytest.raises(CRMError) as caught:
            crm(work)
        assert len(crm.seen) == 1
        assert caught.value.maybe_processed is True


def test_lost_server_error_is_named(client: MakeClient) -> None:
    """An error of a write keeps what the retries before it have learned."""
    crm = client(refusal(503, headers={"Retry-After": "1"}), refusal(500), saved())

    with pytest.raises(ServerError) as caught:
        crm(lambda crm: crm.contacts.save(full_name="x"))

    assert (caught.value.attempts, caught.value.maybe_processed) == (2, True)
