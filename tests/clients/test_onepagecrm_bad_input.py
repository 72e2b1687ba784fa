"""Values that the wire cannot carry are refused before sending; refusals have their class."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from itertools import product
from typing import Any

import pytest

from crmkit import (
    ArgumentError,
    AuthenticationError,
    ConflictError,
    CRMError,
    NotFoundError,
    QuotaExceededError,
    ValidationError,
)
from crmkit_mock import MockCRMs
from tests.clients.conftest import MakeOnePageCRM
from tests.clients.harness import failures, reply, sync_alone

asynchronous = sync_alone

FORMS = ["json", "xml", "yaml"]
JOE = "4e5dea11638190102c000361"
NOBODY = "4e5dea11638190102c0003ff"

UNSENDABLE: dict[str, tuple[Any, str]] = {
    "tag with a comma": (lambda crm: crm.contacts.create(lastname="x", tags=["a,b"]), "tags[0]"),
    "tag that is not a str": (lambda crm: crm.contacts.create(lastname="x", tags=[1]), "tags[0]"),
    "tags that are not a list": (lambda crm: crm.contacts.create(lastname="x", tags="a"), "tags"),
    "phone with a bar": (
        lambda crm: crm.contacts.create(
            lastname="x", phones=[{"type": "work", "number": "+353|86"}]
        ),
        "phones[0]",
    ),
    "phone with a comma": (
        lambda crm: crm.contacts.create(
            lastname="x",
            phones=[{"type": "work", "number": "1"}, {"type": "work", "number": "1,2"}],
        ),
        "phones[1]",
    ),
    "type with a bar": (
        lambda crm: crm.contacts.create(lastname="x", phones=[{"type": "a|b", "number": "1"}]),
        "phones[0]",
    ),
    "phone without a number": (
        lambda crm: crm.contacts.create(lastname="x", phones=[{"type": "work"}]),
        "phones[0]",
    ),
    "phone without a type": (
        lambda crm: crm.contacts.create(lastname="x", phones=[{"number": "1"}]),
        "phones[0]",
    ),
    "phone with another member": (
        lambda crm: crm.contacts.create(
            lastname="x", phones=[{"type": "work", "number": "1", "note": "x"}]
        ),
        "phones[0]",
    ),
    "phone that is a str": (
        lambda crm: crm.contacts.create(lastname="x", phones=["work|1"]),
        "phones[0]",
    ),
    "email with a comma": (
        lambda crm: crm.contacts.create(lastname="x", emails=[{"type": "work", "address": "a,b"}]),
        "emails[0]",
    ),
    "url with a bar": (
        lambda crm: crm.contacts.create(
            lastname="x", urls=[{"type": "website", "address": "http://x/?a|b"}]
        ),
        "urls[0]",
    ),
    "lone surrogate": (lambda crm: crm.contacts.create(lastname="\ud800"), ""),
    "int for a name": (lambda crm: crm.contacts.create(lastname=7), "lastname"),
    "str for a bool": (lambda crm: crm.contacts.create(lastname="x", vip="yes"), "vip"),
    "country name": (
        lambda crm: crm.contacts.create(lastname="x", country="Ireland"),
        "country",
    ),
    "str for a date": (
        lambda crm: crm.notes.create(cid=JOE, body="x", date="31.08.2011"),
        "date",
    ),
    "naive datetime": (
        lambda crm: crm.actions.create(
            cid=JOE,
            name="x",
            next_=True,
            closed=datetime(2012, 1, 1),  # noqa: DTZ001  # the point
        ),
        "closed",
    ),
    "infinite number": (
        lambda crm: crm.notes.create(
            cid=JOE, body="x", date=date(2012, 6, 4), type_="deal", amount=float("inf")
        ),
        "amount",
    ),
    "empty id": (lambda crm: crm.contacts.get(""), "id"),
    "id ..": (lambda crm: crm.contacts.get(".."), "id"),
    "empty tag": (lambda crm: crm.tags.delete(""), "tag"),
}


def test_rejects_values(onepagecrm: MakeOnePageCRM) -> None:
    """A value that the wire cannot carry is an ArgumentError with the argument; nothing is sent."""

    def check(what: str) -> None:
        work, argument = UNSENDABLE[what]
        crm = onepagecrm(reply({"timestamp": 7, "status": 0, "message": "OK"}))

        with pytest.raises(ArgumentError) as caught:
            crm(work)

        assert caught.value.argument.startswith(argument)
        assert crm.seen == []

    assert failures(check, product(UNSENDABLE)) == []


REFUSED: dict[str, tuple[Any, type[CRMError], int]] = {
    "neither lastname nor company": (
        lambda crm: crm.contacts.create(firstname="Joe"),
        ValidationError,
        109,
    ),
    "empty names": (lambda crm: crm.contacts.create(lastname="", company=""), ValidationError, 109),
    "long first name": (
        lambda crm: crm.contacts.create(lastname="x", firstname="x" * 26),
        ValidationError,
        108,
    ),
    "long last name": (lambda crm: crm.contacts.create(lastname="x" * 26), ValidationError, 108),
    "long company": (lambda crm: crm.contacts.create(company="x" * 56), ValidationError, 108),
    "long action": (
        lambda crm: crm.actions.create(cid=JOE, name="x" * 141, next_=True),
        ValidationError,
        108,
    ),
    "unknown status of a deal": (
        lambda crm: crm.notes.create(
            cid=JOE, body="x", date=date(2012, 6, 4), type_="deal", amount=1, status="maybe"
        ),
        ValidationError,
        108,
    ),
    "tag with a comma": (lambda crm: crm.tags.create(name="a,b"), ValidationError, 108),
    "tag of whitespace": (lambda crm: crm.tags.create(name=" "), ValidationError, 109),
    "action without a date": (
        lambda crm: crm.actions.create(cid=JOE, name="x"),
        ValidationError,
        109,
    ),
    "unknown contact": (lambda crm: crm.contacts.get(NOBODY), NotFoundError, 106),
    "notes of unknown contact": (lambda crm: crm.notes.list(cid=NOBODY), NotFoundError, 106),
    "nothing to restore": (lambda crm: crm.contacts.undo_delete(), NotFoundError, 106),
    "different passwords": (
        lambda crm: crm.settings.update_user(password="a", confirm_password="b"),
        ValidationError,
        108,
    ),
}


def test_server_refusals_in_all_formats(mocked_onepagecrm: MakeOnePageCRM, mocks: MockCRMs) -> None:
    """A refusal has its class, code and message, and leaves the records unchanged."""

    def check(format_: str, what: str) -> None:
        work, expected, code = REFUSED[what]
        crm = mocked_onepagecrm(format=format_)
        crm(lambda crm: crm.api_version())  # sets the clock
        before = _records(mocks)

        with pytest.raises(expected) as caught:
            crm(work)

        error: Any = caught.value
        assert error.code == code
        assert error.message
        assert _records(mocks) == before

    assert failures(check, product(FORMS, REFUSED)) == []


def _records(mocks: MockCRMs) -> str:
    """Return all that the mock stores of OnePageCRM, but for its clock."""
    snapshot = mocks.onepagecrm.snapshot()
    return json.dumps(
        {name: part for name, part in snapshot.items() if name != "settings"},
        sort_keys=True,
        default=repr,
    )


def test_unknown_status_becomes_lead(mocked_onepagecrm: MakeOnePageCRM) -> None:
    """The server replaces an unknown status with `lead`, and the reply says so."""
    crm = mocked_onepagecrm()

    created = crm(lambda crm: crm.contacts.create(lastname="x", status="customer-to-be"))

    assert created.status == "lead"


def test_existing_tag_is_conflict(mocked_onepagecrm: MakeOnePageCRM) -> None:
    """A second tag of the same name is a ConflictError."""
    crm = mocked_onepagecrm()
    crm(lambda crm: crm.tags.create(name="Solar"))

    with pytest.raises(ConflictError) as caught:
        crm(lambda crm: crm.tags.create(name="Solar"))

    assert caught.value.code == 107


def test_wrong_key_is_authentication_error(mocked_onepagecrm: MakeOnePageCRM) -> None:
    """A wrong signature is an AuthenticationError, without a retry."""

    def check(format_: str) -> None:
        crm = mocked_onepagecrm(key="A" * 43 + "=", format=format_)

        with pytest.raises(AuthenticationError) as caught:
            crm(lambda crm: crm.api_version())

        assert caught.value.code == 104
        assert caught.value.attempts == 1

    assert failures(check, product(FORMS)) == []


def test_wrong_password_is_authentication_error(
    mocked_onepagecrm: MakeOnePageCRM, mocks: MockCRMs
) -> None:
    """A wrong password is an AuthenticationError of the login."""

    def check(format_: str) -> None:
        mocks.reset()
        crm = mocked_onepagecrm(login="api@example.com", password="wrong", format=format_)

        with pytest.raises(AuthenticationError) as caught:
            crm(lambda crm: crm.api_version())

        assert (caught.value.code, caught.value.operation) == (103, "auth.login")
        assert [request.operation for request in mocks.onepagecrm.journal] == ["auth_login"]

    assert failures(check, product(FORMS)) == []


def test_limit_of_account_is_quota_exceeded(
    mocked_onepagecrm: MakeOnePageCRM, mocks: MockCRMs
) -> None:
    """A limit of the account is a QuotaExceededError with its code."""
    crm = mocked_onepagecrm()
    mocks.onepagecrm.limit(deals=1)

    with pytest.raises(QuotaExceededError) as caught:
        crm(
            lambda crm: crm.notes.create(
                cid=JOE, body="x", date=date(2012, 6, 4), type_="deal", amount=1
            )
        )

    assert caught.value.code == 202


def test_too_many_contacts_refuses_edits(
    mocked_onepagecrm: MakeOnePageCRM, mocks: MockCRMs
) -> None:
    """With too many contacts every edit is refused with the reason; deletion works."""
    crm = mocked_onepagecrm()
    mocks.onepagecrm.limit(contacts=1)
    edits: list[Callable[[Any], Any]] = [
        lambda crm: crm.contacts.create(lastname="Third"),
        lambda crm: crm.contacts.update(JOE, lastname="Other"),
        lambda crm: crm.contacts.undo_delete(),
        lambda crm: crm.actions.mark_done(cid=JOE),
        lambda crm: crm.notes.create(cid=JOE, body="x", date=date(2012, 6, 4)),
        lambda crm: crm.tags.create("Solar"),
        lambda crm: crm.tags.assign(id=JOE, name="Solar"),
    ]

    for edit in edits:
        with pytest.raises(QuotaExceededError) as caught:
            crm(edit)
        assert caught.value.code == 201
        assert crm.crm.view.notifications == ["too_many_contacts"]

    crm(lambda crm: crm.contacts.delete(JOE))
    assert crm.crm.view.notifications == ["contacts_list_full"]


def test_missing_names_are_reported(mocked_onepagecrm: MakeOnePageCRM) -> None:
    """The message of the refusal names both members, of which one is required."""
    with pytest.raises(ValidationError, match="lastname or company is missing"):
        mocked_onepagecrm()(lambda crm: crm.contacts.create(firstname="Ann"))


def test_update_rejects_stored_value(onepagecrm: MakeOnePageCRM, mocks: MockCRMs) -> None:
    """A stored value that cannot be written back stops an update, unless it is passed anew."""
    example = mocks.onepagecrm.document.example("ContactContact")
    data = {**example["data"], "phones": [{"type": "work", "number": "1, ext 2"}]}
    crm = onepagecrm(reply({**example, "data": data}))

    with pytest.raises(ArgumentError) as caught:
        crm(lambda crm: crm.contacts.update(JOE, city="Cork"))

    assert caught.value.argument == "phones"
    assert caught.value.operation == "contacts.update"
    assert [request.method for request in crm.seen] == ["GET"]

    crm(lambda crm: crm.contacts.update(JOE, phones=[{"type": "work", "number": "1"}]))
    assert b"phones=work%7C1&" in crm.seen[-1].body + b"&"
