"""Bad input to Monica: the right class, the server's sentence, nothing half-written."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from crmkit import (
    ArgumentError,
    AsyncMonica,
    AuthenticationError,
    BadRequestError,
    Monica,
    NotFoundError,
    RateLimitError,
    ServerError,
    StatusError,
    ValidationError,
)
from crmkit.monica import File
from crmkit_mock import MockCRMs
from tests.clients.conftest import MakeClient
from tests.clients.harness import Clock, Twin
from tests.clients.monica_wire import CLIENT, data

ALIVE = {"is_birthdate_known": False, "is_deceased": False, "is_deceased_date_known": False}
Work = Callable[[Any], Any]


def refused(crm: Twin, work: Work, error: type[StatusError], code: int | None = None) -> Any:
    """Return the error that a call ends in."""
    with pytest.raises(error) as caught:
        crm(work)
    assert type(caught.value) is error
    assert caught.value.code == code
    assert caught.value.message
    return caught.value


def test_text_as_an_id(monica: MakeClient) -> None:
    """A word in the place of an id finds nothing, or is refused, as the server has it."""
    crm = monica()
    refused(crm, lambda crm: crm.request("GET", "/relationships/abc"), NotFoundError, 31)
    refused(crm, lambda crm: crm.request("GET", "/notes/abc"), NotFoundError, 31)
    error = refused(
        crm, lambda crm: crm.request("DELETE", "/relationships/abc"), ValidationError, 32
    )
    assert error.fields == {"relationship_id": ["The relationship id must be an integer."]}
    error = refused(crm, lambda crm: crm.request("DELETE", "/contacts/abc"), ValidationError)
    assert error.fields == {"contact_id": ["The contact id must be an integer."]}


@pytest.mark.parametrize("id", [".", "..", ""])
def test_an_id_that_would_lead_elsewhere(client: MakeClient, id: Any) -> None:
    """What a URL takes for another path is refused before anything is sent."""
    crm = client(data({}), **CLIENT)
    with pytest.raises(ArgumentError, match="id"):
        crm(lambda crm: crm.notes.get(id))
    assert crm.seen == []


@pytest.mark.parametrize("name", ["notes", "contacts", "relationships"])
def test_another_accounts_record(monica: MakeClient, mocks: MockCRMs, name: str) -> None:
    """Another account's record is as if it were not there."""
    crm, other = monica(), monica(**mocks.monica.accounts["grace"])
    if name == "relationships":
        contact = other(lambda crm: crm.contacts.list())[0].id
        theirs = other(lambda crm: crm.relationships.list(contact_id=contact))[0].id
    else:
        theirs = other(lambda crm: getattr(crm, name).list())[0].id
    refused(crm, lambda crm: getattr(crm, name).get(theirs), NotFoundError, 31)
    code = None if name == "contacts" else 31
    refused(crm, lambda crm: getattr(crm, name).delete(theirs), NotFoundError, code)
    assert other(lambda crm: getattr(crm, name).get(theirs)).id == theirs


def test_an_unknown_type(monica: MakeClient) -> None:
    """A type that does not exist is refused with the server's sentence."""
    error = refused(
        monica(),
        lambda crm: crm.relationships.create(contact_is=1, relationship_type_id=999, of_contact=2),
        ValidationError,
        32,
    )
    assert error.fields == {
        "relationship_type_id": ["The selected relationship type id is invalid."]
    }


@pytest.mark.parametrize("page_size", [101, 1000])
def test_a_limit_that_is_too_big(monica: MakeClient, page_size: int) -> None:
    """More than 100 a page is refused by the server, and not cut by us."""
    error = refused(
        monica(), lambda crm: crm.contacts.list(page_size=page_size), BadRequestError, 30
    )
    assert error.message == "The limit parameter is too big"


@pytest.mark.parametrize("page_size", [0, -1, 1.5, "7", True, None], ids=repr)
def test_a_size_that_is_none(client: MakeClient, page_size: Any) -> None:
    """What is no number of items is refused before anything is sent."""
    crm = client(data([]), **CLIENT)
    with pytest.raises(ArgumentError, match="page_size"):
        crm(lambda crm: crm.contacts.list(page_size=page_size))
    assert crm.seen == []


def test_an_unknown_order(monica: MakeClient) -> None:
    """An order that does not exist is refused."""
    error = refused(monica(), lambda crm: crm.contacts.list(sort="name"), BadRequestError, 39)
    assert error.message == "The sorting criteria is invalid"


def test_missing_flags(monica: MakeClient) -> None:
    """What the server requires, the server misses, and its sentences come by field."""
    crm = monica()
    before = len(crm(lambda crm: crm.contacts.list()))
    error = refused(crm, lambda crm: crm.contacts.create(first_name="Ada"), ValidationError, 32)
    assert error.fields == {
        name: [f"The {name.replace('_', ' ')} field is required."] for name in ALIVE
    }
    assert len(crm(lambda crm: crm.contacts.list())) == before


def test_the_31st_of_february(monica: MakeClient) -> None:
    """As a birthday the server makes it a day of March; elsewhere it is no day."""
    crm = monica()
    contact = crm(
        lambda crm: crm.contacts.create(
            first_name="Ada",
            birthdate_day=31,
            birthdate_month=2,
            birthdate_year=2001,
            **{**ALIVE, "is_birthdate_known": True},
        )
    )
    assert contact.information.dates.birthdate.date == datetime(2001, 3, 3, tzinfo=UTC)
    body = {"summary": "x", "happened_at": "2026-02-31", "contacts": [1]}
    error = refused(
        crm, lambda crm: crm.request("POST", "/activities", json=body), ValidationError, 32
    )
    assert [*error.fields] == ["happened_at"]


@pytest.mark.parametrize("day", ["2026-02-31", 5, datetime(2026, 2, 1, tzinfo=UTC)], ids=repr)
def test_a_day_that_is_none(client: MakeClient, day: Any) -> None:
    """Where the wire wants a day, nothing else is sent."""
    crm = client(data({}), **CLIENT)
    with pytest.raises(ArgumentError, match="happened_at"):
        crm(lambda crm: crm.activities.create(summary="x", happened_at=day, contacts=[1]))
    assert crm.seen == []


def test_a_birthday_without_its_day_is_half_written(monica: MakeClient) -> None:
    """The server refuses it and has made the contact: the document and the mock say so."""
    crm = monica()
    before = len(crm(lambda crm: crm.contacts.list()))
    error = refused(
        crm,
        lambda crm: crm.contacts.create(first_name="Half", **{**ALIVE, "is_birthdate_known": True}),
        ValidationError,
        32,
    )
    assert "day" in error.fields
    assert len(crm(lambda crm: crm.contacts.list())) == before + 1


def test_a_body_that_is_null(monica: MakeClient) -> None:
    """The one body that the server calls no JSON."""
    error = refused(
        monica(),
        lambda crm: crm.request(
            "POST", "/tags", content=b"null", headers={"Content-Type": "application/json"}
        ),
        BadRequestError,
        37,
    )
    assert error.message == "Problems parsing JSON"


def test_broken_json(monica: MakeClient) -> None:
    """Broken JSON counts as an empty body, so the required members are missing."""
    error = refused(
        monica(),
        lambda crm: crm.request(
            "POST", "/tags", content=b'{"name": ', headers={"Content-Type": "application/json"}
        ),
        ValidationError,
        32,
    )
    assert error.fields == {"name": ["The name field is required."]}


def test_a_photo_of_20_megabytes(monica: MakeClient) -> None:
    """A body that is too big is refused; the file is closed by its owner alone."""
    crm = monica()
    before = len(crm(lambda crm: crm.photos.list()))
    huge = io.BytesIO(b"\x89PNG\r\n\x1a\n" + bytes(20 * 1024 * 1024))
    with pytest.raises(BadRequestError) as caught:
        crm(lambda crm: crm.photos.create(contact_id=1, photo=File(huge, "big.png", "image/png")))
    assert caught.value.status_code == 413
    assert not huge.closed
    assert len(crm(lambda crm: crm.photos.list())) == before


def test_a_photo_that_is_none(monica: MakeClient) -> None:
    """A file that is no picture is refused by the server's own word."""
    error = refused(
        monica(),
        lambda crm: crm.photos.create(contact_id=1, photo=b"text"),
        ValidationError,
        32,
    )
    assert error.fields == {"photo": ["The photo must be an image."]}


def closed() -> io.BytesIO:
    """Return a file that was closed."""
    file = io.BytesIO(b"x")
    file.close()
    return file


@pytest.mark.parametrize(
    "file",
    [
        *(5, "text", object(), ["x"]),
        *(io.StringIO("open as text"), closed()),
        *(File(one, "name") for one in (io.StringIO("text"), closed(), "text", None)),  # type: ignore[arg-type]  # the point
    ],
    ids=lambda one: f"{type(one).__name__} {type(getattr(one, 'payload', None)).__name__}",
)
def test_what_is_no_file(client: MakeClient, file: Any) -> None:
    """A text is not taken for a path, nor for content; a file must be open, and in binary mode."""
    crm = client(data({}), **CLIENT)
    with pytest.raises(ArgumentError, match="photo"):
        crm(lambda crm: crm.photos.create(contact_id=1, photo=file))
    assert crm.seen == []


def test_an_expired_token(monica: MakeClient, mocks: MockCRMs) -> None:
    """Credentials that are no longer good are said to be so, once."""
    crm = monica(**mocks.monica.expired_credentials)
    error = refused(crm, lambda crm: crm.me(), AuthenticationError)
    assert error.message == "Unauthenticated."
    assert error.attempts == 1
    assert mocks.monica.expired_credentials["token"] not in f"{error} {error.request.headers}"


def test_without_accept_the_front_page_is_no_success(monica: MakeClient, mocks: MockCRMs) -> None:
    """Who takes the header Accept away is still told that the token is the reason."""
    crm = monica(**mocks.monica.expired_credentials)
    error = refused(
        crm,
        lambda crm: crm.me(options={"headers": {"Accept": "*/*"}}),
        AuthenticationError,
    )
    assert error.status_code == 302


def test_a_server_that_crashes(asynchronous: bool) -> None:
    """A crash is a ServerError with the server's words; what creates is not repeated."""
    with MockCRMs(faithful_crashes=True) as mocks:
        mock = mocks.monica
        crm = Twin(
            asynchronous,
            mock.transport,
            (Monica, AsyncMonica),
            base_url=mock.base_url,
            **mock.credentials,
        )
        error = refused(
            crm,
            lambda crm: crm.contacts.create(
                first_name="Half",
                is_birthdate_known=False,
                is_deceased=True,
                is_deceased_date_known=True,
            ),
            ServerError,
        )
        assert error.attempts == 1
        found = crm(lambda crm: crm.contacts.list(query="Half"))
        assert len(found) == 1, "made by the server before it crashed"
        crm.end()


def test_the_mocks_rate_limit(asynchronous: bool, clock: Clock) -> None:
    """The mock turns the 61st request of a minute away; the client does not come to that."""
    with MockCRMs(rate_limits=True) as mocks:
        mock = mocks.monica
        settings = {"base_url": mock.base_url, **mock.credentials}
        clients = (Monica, AsyncMonica)
        crm = Twin(asynchronous, mock.transport, clients, **settings)
        for _ in range(60):
            crm(lambda crm: crm.me())
        assert clock.waits == []
        hasty = Twin(asynchronous, mock.transport, clients, throttle=0, max_retries=0, **settings)
        error = refused(hasty, lambda crm: crm.me(), RateLimitError, 34)
        assert error.message == "Too many attempts, please slow down the request"
        assert 0 < error.retry_after <= 60
        for one in (crm, hasty):
            one.end()


@pytest.mark.parametrize(
    ("name", "members"),
    [
        ("notes", {"body": "x", "contact_id": 9999}),
        ("activities", {"summary": "x", "happened_at": date(2026, 1, 1), "contacts": [9999]}),
        ("tasks", {"title": "x", "contact_id": 9999}),
        ("gifts", {"name": "x", "status": "idea", "contact_id": 9999}),
    ],
)
def test_an_unknown_contact(monica: MakeClient, name: str, members: Any) -> None:
    """A contact that does not exist is not found or refused, and nothing is made."""
    crm = monica()
    before = len(crm(lambda crm: getattr(crm, name).list()))
    with pytest.raises((NotFoundError, ValidationError)) as caught:
        crm(lambda crm: getattr(crm, name).create(**members))
    assert caught.value.code in {31, 32}
    assert len(crm(lambda crm: getattr(crm, name).list())) == before


def test_values_that_the_server_refuses(monica: MakeClient) -> None:
    """Choices and lengths are left to the server, whose sentences come under their fields."""
    crm = monica()
    error = refused(
        crm,
        lambda crm: crm.debts.create(contact_id=1, in_debt="perhaps", status="complete", amount=1),
        ValidationError,
        32,
    )
    assert {*error.fields} == {"in_debt", "status"}
    error = refused(
        crm,
        lambda crm: crm.addresses.create(contact_id=1, country="France"),
        ValidationError,
        32,
    )
    assert error.fields == {"country": ["The country may not be greater than 3 characters."]}


def test_unknown_keywords_are_pythons_own_error(client: MakeClient) -> None:
    """A misspelt member is a TypeError; one that is meant goes into `extra`."""
    crm = client(data({"id": 1}), **CLIENT)
    with pytest.raises(TypeError):
        crm(lambda crm: crm.tags.create("x", colour="red"))
    assert crm.seen == []
