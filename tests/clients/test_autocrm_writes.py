"""Writes of AutoCRM's and EspoCRM's clients: values, duplicates, versions and refusals."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
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
from crmkit.autocrm import AccountInput, where
from tests.clients.conftest import MakeEspo
from tests.clients.harness import Driver, both, failures, reply, sync_alone

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


def test_money_is_exact(crm: Driver, espo: MakeEspo) -> None:
    """Money is read as Decimal from a number or a string, and a Decimal is sent as a string."""
    deal = crm(
        lambda crm: crm.opportunities.create(name="Deal", amount=Decimal("0.10"), close_date=DAY)
    )
    assert repr(crm(lambda crm: crm.opportunities.get(deal.id)).amount) == "Decimal('0.1')"
    dime = [where.equals("amount", Decimal("0.10")), where.equals("id", deal.id)]
    assert len(crm(lambda crm: crm.opportunities.list(where=dime))) == 1

    exact = espo(reply({"id": "1", "amount": "1234.5000", "amountConverted": 1234.5}))
    for amount, wire in ((Decimal("1e3"), "1000"), (12.5, 12.5), (3, 3), (None, None)):
        read = exact(lambda crm: crm.opportunities.update("1", amount=amount))  # noqa: B023  # called here
        assert exact.seen[-1].json == {"amount": wire}
        assert repr(read.amount) == "Decimal('1234.5000')"
        assert read.amount_converted == Decimal("1234.5")
    with pytest.raises(ArgumentError, match="amount: expected"):
        exact(lambda crm: crm.opportunities.update("1", amount="12"))


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


ALL_DAY: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (
        {"date_start_date": DAY, "date_end_date": DAY},
        {"dateStartDate": "2024-01-15", "dateEndDate": "2024-01-15", "isAllDay": True},
    ),
    (
        {"date_end_date": DAY, "is_all_day": False},
        {"dateEndDate": "2024-01-15", "isAllDay": False},
    ),
    ({"is_all_day": False}, {"isAllDay": False, "dateStartDate": None, "dateEndDate": None}),
    ({"date_start_date": None}, {"dateStartDate": None}),
    ({"name": "X"}, {"name": "X"}),
]


@both
def test_dates_make_a_meeting_last_all_day(espo: MakeEspo) -> None:
    """A meeting of dates lasts all day, without which 10.0 drops them; other ones have no dates."""

    def check(members: dict[str, Any], body: dict[str, Any]) -> None:
        crm = espo(reply({"id": "1"}))
        crm(lambda crm: crm.meetings.create(**members))
        crm(lambda crm: crm.meetings.update("1", **members))
        assert [seen.json for seen in crm.seen] == [body, body]

    assert failures(check, ALL_DAY) == []


DROPPED = {
    "calls": ("duration",),
    "contacts": ("account_is_inactive", "account_role"),
    "emails": (
        *("account_id", "assigned_users_ids", "body_plain", "folder_id", "group_folder_id"),
        *("in_archive", "in_trash", "is_important", "is_replied", "users_columns", "users_ids"),
    ),
    "leads": ("name",),
    "meetings": ("duration", "join_url"),
    "tasks": ("email_id",),
}
"""Members that servers take and drop, or refuse whatever their value."""


def test_offers_no_member_that_servers_drop(espo: MakeEspo) -> None:
    """A member that servers drop is not a keyword; `extra` sends it to a server that takes it."""
    crm = espo(reply({"id": "1"}))

    def check(resource: str, name: str) -> None:
        first, *rest = name.split("_")
        wire = first + "".join(map(str.capitalize, rest))
        with pytest.raises(TypeError, match=name):
            crm(lambda crm: getattr(crm, resource).create(**{name: "x"}))
        with pytest.raises(TypeError, match=name):
            crm(lambda crm: getattr(crm, resource).update("1", **{name: "x"}))
        crm(lambda crm: getattr(crm, resource).create(extra={wire: "x"}))
        assert crm.seen[-1].json == {wire: "x"}

    cases = [(resource, name) for resource, names in DROPPED.items() for name in names]
    assert failures(check, cases) == []


def test_offers_no_none_that_servers_refuse(espo: MakeEspo) -> None:
    """Servers fail on a bool that is None and ignore None for a list, which `[]` clears."""
    crm = espo(reply({"id": "1"}))

    def check(resource: str, name: str) -> None:
        with pytest.raises(ArgumentError, match=f"{name}: expected"):
            crm(lambda crm: getattr(crm, resource).update("1", **{name: None}))

    cases = [
        ("accounts", "teams_ids"),
        ("accounts", "email_address_data"),
        ("contacts", "accounts_columns"),
        ("contacts", "do_not_call"),
        ("cases", "attachments_ids"),
        ("cases", "is_internal"),
        ("emails", "is_html"),
        ("meetings", "is_all_day"),
        ("meetings", "users_ids"),
    ]
    assert failures(check, cases) == []
    assert crm.seen == []


def test_rejects_naive_datetime(espo: MakeEspo) -> None:
    """A datetime without a time zone is refused before anything is sent."""
    crm = espo(reply({}))

    with pytest.raises(ArgumentError, match="date_start: expected an aware datetime"):
        crm(lambda crm: crm.meetings.create(name="X", date_start=NAIVE))
    with pytest.raises(ArgumentError, match="expected an aware datetime"):
        crm(lambda crm: crm.accounts.list(where=[{"type": "on", "value": NAIVE}]))
    assert crm.seen == []
