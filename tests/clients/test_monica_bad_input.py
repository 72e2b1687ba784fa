"""Bad input to Monica: the right class, the server's message, nothing partially applied."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import product
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
from tests.clients.harness import Clock, Driver, failures, sync_alone
from tests.clients.monica_wire import ALIVE, CLIENT, data

asynchronous = sync_alone

Work = Callable[[Any], Any]


def error_of(crm: Driver, work: Work, error: type[StatusError], code: int | None = None) -> Any:
    """Return the error that a call raises."""
    with pytest.raises(error) as caught:
        crm(work)
    assert type(caught.value) is error
    assert caught.value.code == code
    assert caught.value.message
    return caught.value


def test_str_as_id(monica: MakeClient) -> None:
    """A str in the place of an id is not found or refused, as the server answers."""
    crm = monica()
    error_of(crm, lambda crm: crm.request("GET", "/relationships/abc"), NotFoundError, 31)
    error_of(crm, lambda crm: crm.request("GET", "/notes/abc"), NotFoundError, 31)
    error = error_of(
        crm, lambda crm: crm.request("DELETE", "/relationships/abc"), ValidationError, 32
    )
    assert error.fields == {"relationship_id": ["The relationship id must be an integer."]}
    error = error_of(crm, lambda crm: crm.request("DELETE", "/contacts/abc"), ValidationError)
    assert error.fields == {"contact_id": ["The contact id must be an integer."]}


def test_rejects_id_that_changes_path(client: MakeClient) -> None:
    """An id that would change the URL's path is refused before anything is sent."""

    def check(id: Any) -> None:
        crm = client(data({}), **CLIENT)
        with pytest.raises(ArgumentError, match="id"):
            crm(lambda crm: crm.notes.get(id))
        assert crm.seen == []

    assert failures(check, product([".", "..", ""])) == []


def test_record_of_another_account_is_not_found(monica: MakeClient, mocks: MockCRMs) -> None:
    """A record of another account is not found."""

    def check(name: str) -> None:
        mocks.reset()
        crm, other = monica(), monica(**mocks.monica.accounts["grace"])
        if name == "relationships":
            contact = other(lambda crm: crm.contacts.list())[0].id
            others_id = other(lambda crm: crm.relationships.list(contact_id=contact))[0].id
        else:
            others_id = other(lambda crm: getattr(crm, name).list())[0].id
        error_of(crm, lambda crm: getattr(crm, name).get(others_id), NotFoundError, 31)
        code = None if name == "contacts" else 31
        error_of(crm, lambda crm: getattr(crm, name).delete(others_id), NotFoundError, code)
        assert other(lambda crm: getattr(crm, name).get(others_id)).id == others_id

    assert failures(check, product(["notes", "contacts", "relationships"])) == []


def test_unknown_relationship_type_is_refused(monica: MakeClient) -> None:
    """An unknown type is refused with the server's message by field."""
    error = error_of(
        monica(),
        lambda crm: crm.relationships.create(contact_is=1, relationship_type_id=999, of_contact=2),
        ValidationError,
        32,
    )
    assert error.fields == {
        "relationship_type_id": ["The selected relationship type id is invalid."]
    }


def test_server_refuses_large_page_size(monica: MakeClient) -> None:
    """A page size above 100 is refused by the server, and not reduced by the client."""

    def check(page_size: int) -> None:
        error = error_of(
            monica(), lambda crm: crm.contacts.list(page_size=page_size), BadRequestError, 30
        )
        assert error.message == "The limit parameter is too big"

    assert failures(check, product([101, 1000])) == []


def test_rejects_invalid_page_size(client: MakeClient) -> None:
    """A page size that is not a positive int is refused before anything is sent."""

    def check(page_size: Any) -> None:
        crm = client(data([]), **CLIENT)
        with pytest.raises(ArgumentError, match="page_size"):
            crm(lambda crm: crm.contacts.list(page_size=page_size))
        assert crm.seen == []

    assert failures(check, product([0, -1, 1.5, "7", True, None])) == []


def test_unknown_sort_is_refused(monica: MakeClient) -> None:
    """An unknown sort criterion is refused."""
    error = error_of(monica(), lambda crm: crm.contacts.list(sort="name"), BadRequestError, 39)
    assert error.message == "The sorting criteria is invalid"


def test_missing_flags_are_reported_by_field(monica: MakeClient) -> None:
    """Missing required members are reported by the server, by field."""
    crm = monica()
    before = len(crm(lambda crm: crm.contacts.list()))
    error = error_of(crm, lambda crm: crm.contacts.create(first_name="Ada"), ValidationError, 32)
    assert error.fields == {
        name: [f"The {name.replace('_', ' ')} field is required."] for name in ALIVE
    }
    assert len(crm(lambda crm: crm.contacts.list())) == before


def test_february_31(monica: MakeClient) -> None:
    """As a birthdate the server reads it as a day in March; elsewhere it is an invalid date."""
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
    error = error_of(
        crm, lambda crm: crm.request("POST", "/activities", json=body), ValidationError, 32
    )
    assert [*error.fields] == ["happened_at"]


def test_rejects_value_that_is_not_a_date(client: MakeClient) -> None:
    """Where the wire has a date, nothing else is sent."""

    def check(day: Any) -> None:
        crm = client(data({}), **CLIENT)
        with pytest.raises(ArgumentError, match="happened_at"):
            crm(lambda crm: crm.activities.create(summary="x", happened_at=day, contacts=[1]))
        assert crm.seen == []

    assert failures(check, product(["2026-02-31", 5, datetime(2026, 2, 1, tzinfo=UTC)])) == []


def test_birthdate_without_day_is_partially_applied(monica: MakeClient) -> None:
    """The server refuses it and has created the contact: the document and the mock say so."""
    crm = monica()
    before = len(crm(lambda crm: crm.contacts.list()))
    error = error_of(
        crm,
        lambda crm: crm.contacts.create(first_name="Half", **{**ALIVE, "is_birthdate_known": True}),
        ValidationError,
        32,
    )
    assert "day" in error.fields
    assert len(crm(lambda crm: crm.contacts.list())) == before + 1


def test_null_body_is_refused(monica: MakeClient) -> None:
    """The body `null` is the one that the server reports as invalid JSON."""
    error = error_of(
        monica(),
        lambda crm: crm.request(
            "POST", "/tags", content=b"null", headers={"Content-Type": "application/json"}
        ),
        BadRequestError,
        37,
    )
    assert error.message == "Problems parsing JSON"


def test_invalid_json_counts_as_empty(monica: MakeClient) -> None:
    """Invalid JSON counts as an empty body, so the required members are missing."""
    error = error_of(
        monica(),
        lambda crm: crm.request(
            "POST", "/tags", content=b'{"name": ', headers={"Content-Type": "application/json"}
        ),
        ValidationError,
        32,
    )
    assert error.fields == {"name": ["The name field is required."]}


def test_photo_of_20_megabytes_is_refused(monica: MakeClient) -> None:
    """A body that is too big is refused; the caller's file stays open."""
    crm = monica()
    before = len(crm(lambda crm: crm.photos.list()))
    huge = io.BytesIO(b"\x89PNG\r\n\x1a\n" + bytes(20 * 1024 * 1024))
    with pytest.raises(BadRequestError) as caught:
        crm(lambda crm: crm.photos.create(contact_id=1, photo=File(huge, "big.png", "image/png")))
    assert caught.value.status_code == 413
    assert not huge.closed
    assert len(crm(lambda crm: crm.photos.list())) == before


def test_photo_that_is_not_an_image_is_refused(monica: MakeClient) -> None:
    """A file that is not an image is refused with the server's message."""
    error = error_of(
        monica(),
        lambda crm: crm.photos.create(contact_id=1, photo=b"text"),
        ValidationError,
        32,
    )
    assert error.fields == {"photo": ["The photo must be an image."]}


def closed() -> io.BytesIO:
    """Return a closed file."""
    file = io.BytesIO(b"x")
    file.close()
    return file


def test_rejects_invalid_files(client: MakeClient) -> None:
    """A str is neither a path nor content; a file must be open, in binary mode."""
    payloads: list[Any] = [io.StringIO("text"), closed(), "text", None]
    files = [5, object(), ["x"], *payloads[:3], *(File(payload, "name") for payload in payloads)]

    def check(file: Any) -> None:
        crm = client(data({}), **CLIENT)
        with pytest.raises(ArgumentError, match="photo"):
            crm(lambda crm: crm.photos.create(contact_id=1, photo=file))
        assert crm.seen == []

    assert failures(check, product(files)) == []


def test_expired_token_is_authentication_error(monica: MakeClient, mocks: MockCRMs) -> None:
    """Expired credentials are an AuthenticationError, without a retry."""
    crm = monica(**mocks.monica.expired_credentials)
    error = error_of(crm, lambda crm: crm.me(), AuthenticationError)
    assert error.message == "Unauthenticated."
    assert error.attempts == 1
    assert mocks.monica.expired_credentials["token"] not in f"{error} {error.request.headers}"


def test_redirect_without_accept_header_is_authentication_error(
    monica: MakeClient, mocks: MockCRMs
) -> None:
    """Without the Accept header the error still says that the token is the reason."""
    crm = monica(**mocks.monica.expired_credentials)
    error = error_of(
        crm,
        lambda crm: crm.me(options={"headers": {"Accept": "*/*"}}),
        AuthenticationError,
    )
    assert error.status_code == 302


def test_server_crash_is_not_retried(asynchronous: bool) -> None:
    """A crash is a ServerError with the server's message; a creation is not repeated."""
    with MockCRMs(faithful_crashes=True) as mocks:
        mock = mocks.monica
        crm = Driver(
            asynchronous,
            mock.transport,
            (Monica, AsyncMonica),
            base_url=mock.base_url,
            **mock.credentials,
        )
        error = error_of(
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
        contacts = crm(lambda crm: crm.contacts.list(query="Half"))
        assert len(contacts) == 1, "created by the server before it crashed"
        crm.end()


def test_mock_enforces_rate_limit(asynchronous: bool, clock: Clock) -> None:
    """The mock refuses the 61st request of a minute; a throttled client does not get there."""
    with MockCRMs(rate_limits=True) as mocks:
        mock = mocks.monica
        settings = {"base_url": mock.base_url, **mock.credentials}
        clients = (Monica, AsyncMonica)
        crm = Driver(asynchronous, mock.transport, clients, **settings)
        for _ in range(60):
            crm(lambda crm: crm.me())
        assert clock.waits == []
        hasty = Driver(asynchronous, mock.transport, clients, throttle=0, max_retries=0, **settings)
        error = error_of(hasty, lambda crm: crm.me(), RateLimitError, 34)
        assert error.message == "Too many attempts, please slow down the request"
        assert 0 < error.retry_after <= 60
        for driver in (crm, hasty):
            driver.end()


def test_unknown_contact_creates_nothing(monica: MakeClient, mocks: MockCRMs) -> None:
    """A record of an unknown contact is not found or refused, and nothing is created."""
    cases: list[tuple[Any, ...]] = [
        ("notes", {"body": "x", "contact_id": 9999}),
        ("activities", {"summary": "x", "happened_at": date(2026, 1, 1), "contacts": [9999]}),
        ("tasks", {"title": "x", "contact_id": 9999}),
        ("gifts", {"name": "x", "status": "idea", "contact_id": 9999}),
    ]

    def check(name: str, members: Any) -> None:
        mocks.reset()
        crm = monica()
        before = len(crm(lambda crm: getattr(crm, name).list()))
        with pytest.raises((NotFoundError, ValidationError)) as caught:
            crm(lambda crm: getattr(crm, name).create(**members))
        assert caught.value.code in {31, 32}
        assert len(crm(lambda crm: getattr(crm, name).list())) == before

    assert failures(check, cases) == []


def test_server_reports_invalid_values_by_field(monica: MakeClient) -> None:
    """Choices and lengths are left to the server, whose messages come by field."""
    crm = monica()
    error = error_of(
        crm,
        lambda crm: crm.debts.create(contact_id=1, in_debt="perhaps", status="complete", amount=1),
        ValidationError,
        32,
    )
    assert {*error.fields} == {"in_debt", "status"}
    error = error_of(
        crm,
        lambda crm: crm.addresses.create(contact_id=1, country="France"),
        ValidationError,
        32,
    )
    assert error.fields == {"country": ["The country may not be greater than 3 characters."]}


def test_unknown_keyword_is_type_error(client: MakeClient) -> None:
    """A misspelt keyword is a TypeError."""
    crm = client(data({"id": 1}), **CLIENT)
    with pytest.raises(TypeError):
        crm(lambda crm: crm.tags.create("x", colour="red"))
    assert crm.seen == []
