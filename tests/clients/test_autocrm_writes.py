"""Writes of AutoCRM's and EspoCRM's clients: values, duplicates, versions and refusals."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crmkit import (
    ArgumentError,
    BadRequestError,
    ConflictError,
    NotFoundError,
    PermissionDeniedError,
)
from crmkit.autocrm import AccountInput
from tests.clients.conftest import MakeEspo
from tests.clients.harness import Driver, failures, reply, sync_alone

asynchronous = sync_alone
NAIVE = datetime(2024, 1, 15)  # noqa: DTZ001  # naive is the point
DAY = date(2024, 1, 15)


@pytest.fixture
def crm(mocked_espo: MakeEspo) -> Driver:
    """Return a client of EspoCRM's mock."""
    return mocked_espo()


@pytest.fixture(params=["autocrm", "espocrm"])
def either(mocked_espo: MakeEspo, request: pytest.FixtureRequest) -> Driver:
    """Return a client of each of the two mocks, where they differ."""
    return mocked_espo(profile=str(request.param))


def account(crm: Driver, **members: Any) -> Any:
    """Create an account."""
    return crm(lambda crm: crm.accounts.create(**members))


def test_refuses_duplicates(either: Driver) -> None:
    """A duplicate is refused with the records that are like it, and created if so wanted."""
    created = account(either, name="Twice")

    with pytest.raises(ConflictError, match="duplicate") as caught:
        account(either, name="Twice")
    assert [record["id"] for record in caught.value.current] == [created.id]

    assert account(either, name="Twice", skip_duplicate_check=True).id != created.id


def test_refuses_stale_version(crm: Driver) -> None:
    """A change of what was changed meanwhile is refused with the newer values; others are not."""
    created = account(crm, name="Versions", industry="Retail")
    crm(lambda crm: crm.accounts.update(created.id, industry="Banking"))

    with pytest.raises(ConflictError, match="modified") as caught:
        crm(lambda crm: crm.accounts.update(created.id, industry="Electronics", version_number=1))
    assert caught.value.current == {"values": {"industry": "Banking"}, "versionNumber": 2}

    newer = crm(
        lambda crm: crm.accounts.update(created.id, industry="Electronics", version_number=2)
    )
    assert newer.industry == "Electronics"


def test_values_survive_a_write_and_a_read(crm: Driver) -> None:
    """Datetimes, dates, lists and custom values are read as they were written."""
    start = datetime(2027, 1, 15, 10, tzinfo=ZoneInfo("Europe/Prague"))
    user = crm(lambda crm: crm.me()).user.id

    meeting = crm(
        lambda crm: crm.meetings.create(
            name="Lunch",
            date_start=start,
            date_end=start + timedelta(minutes=30),
            assigned_user_id=user,
        )
    )
    meeting = crm(lambda crm: crm.meetings.get(meeting.id))
    assert meeting.date_start == start
    assert meeting.date_end == start + timedelta(minutes=30)

    deal = crm(
        lambda crm: crm.opportunities.create(
            name="Deal", amount=12.5, close_date=DAY, stage="Prospecting"
        )
    )
    assert (deal.close_date, deal.amount) == (DAY, 12.5)
    cleared = crm(lambda crm: crm.opportunities.update(deal.id, description=None))
    assert cleared.description is None

    created = account(crm, name="Custom", extra={"cTags": ["vip"], "cRating": 3})
    read = crm(lambda crm: crm.accounts.get(created.id))
    assert read.additional_properties["cTags"] == ["vip"]


def test_takes_input_model(crm: Driver) -> None:
    """A write takes one input model in place of keywords."""
    created = crm(lambda crm: crm.accounts.create(AccountInput(name="Modelled")))

    assert crm(lambda crm: crm.accounts.get(created.id)).name == "Modelled"
    assert crm(lambda crm: crm.accounts.delete(created.id)) is None
    with pytest.raises(NotFoundError, match=f"Record {created.id} does not exist"):
        crm(lambda crm: crm.accounts.get(created.id))


REFUSED: list[tuple[dict[str, Any], dict[str, list[str]]]] = [
    ({"phone_number": "601 111 222"}, {"phoneNumber": ["valid"]}),
    ({"industry": "Nonsense"}, {"industry": ["valid"]}),
    ({"email_address": "nobody"}, {"emailAddress": ["emailAddress"]}),
    ({"name": "<b>"}, {"name": ["pattern"]}),
    ({"extra": {"cRating": 11}}, {"cRating": ["max"]}),
    ({"name": None}, {"name": ["required"]}),
]


def test_refused_values_are_in_fields(crm: Driver) -> None:
    """What the server's rules refuse is raised with its own sentence, and by field."""

    def check(members: dict[str, Any], fields: dict[str, list[str]]) -> None:
        with pytest.raises(BadRequestError, match="Field validation failure") as caught:
            account(crm, **{"name": "Refused", **members})
        assert caught.value.fields == fields

    assert failures(check, REFUSED) == []


def test_unknown_user_is_refused(crm: Driver) -> None:
    """The id of a user who does not exist is refused as the server does it, by 403."""
    with pytest.raises(PermissionDeniedError, match="non-existing record"):
        account(crm, name="X", assigned_user_id="nope")


def test_writes_datetimes_and_headers(espo: MakeEspo) -> None:
    """Datetimes go in EspoCRM's form, and arguments about the write go into headers."""
    crm = espo(reply({"id": "1"}))
    start = datetime(2024, 1, 15, 10, tzinfo=ZoneInfo("Europe/Prague"))

    crm(lambda crm: crm.meetings.create(name="X", date_start=start, skip_duplicate_check=True))
    crm(lambda crm: crm.opportunities.update("1", close_date=DAY, version_number=3))

    create, update = crm.seen
    assert create.json == {"name": "X", "dateStart": "2024-01-15 09:00:00"}
    assert create.headers["x-skip-duplicate-check"] == "true"
    assert update.json == {"closeDate": "2024-01-15"}
    assert update.headers["x-version-number"] == "3"


def test_rejects_naive_datetime(espo: MakeEspo) -> None:
    """A datetime without a time zone is refused before anything is sent."""
    crm = espo(reply({}))

    with pytest.raises(ArgumentError, match="date_start: expected an aware datetime"):
        crm(lambda crm: crm.meetings.create(name="X", date_start=NAIVE))
    with pytest.raises(ArgumentError, match="expected an aware datetime"):
        crm(lambda crm: crm.accounts.list(where=[{"type": "on", "value": NAIVE}]))
    assert crm.seen == []
