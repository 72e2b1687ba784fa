"""Lists, values and other resources of AutoCRM's and EspoCRM's clients, on the mock."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crmkit import (
    ArgumentError,
    AuthenticationError,
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


def accounts(crm: Driver, *conditions: where.Where) -> list[str]:
    """Return the ids of the accounts that match conditions."""
    return [row.id for row in crm(lambda crm: crm.accounts.list(where=list(conditions)))]


# -- lists -----------------------------------------------------------------------------------------


@both
def test_list_crosses_pages(crm: Driver) -> None:
    """A list goes on to its total, whatever the size of a page."""
    for index in range(7):
        account(crm, name=f"Paged {index}")
    paged: Any = {"where": [where.starts_with("name", "Paged")], "order_by": "name"}

    rows = crm(lambda crm: crm.accounts.list(**paged, page_size=3))
    assert [account.name for account in rows] == [f"Paged {index}" for index in range(7)]
    rows = crm(lambda crm: crm.accounts.list(**paged, order="desc", start=5))
    assert [account.name for account in rows] == ["Paged 1", "Paged 0"]
    pages = crm(lambda crm: crm.accounts.list(**paged, page_size=3).pages())
    assert [(page.number, page.total, len(page.items)) for page in pages] == [
        (0, 7, 3),
        (3, 7, 3),
        (6, 7, 1),
    ]


def test_uncounted_list_has_no_total(crm: Driver) -> None:
    """Without a count a list is complete all the same, and no page has a total."""
    for index in range(5):
        account(crm, name=f"Uncounted {index}")
    asked: Any = {"where": [where.starts_with("name", "Uncounted")], "no_total": True}

    pages = list(crm(lambda crm: crm.accounts.list(**asked, page_size=2).pages()))

    assert [(page.total, len(page.items)) for page in pages] == [(None, 2), (None, 2), (None, 1)]


def test_list_parameters_have_their_effect(crm: Driver) -> None:
    """Each promised parameter has its effect."""
    account(crm, name="Zebra s.r.o.", type_="Customer", website="https://zebra.example")
    account(crm, name="Zebra Partner", type_="Partner")

    def names(**asked: Any) -> list[str]:
        return [row.name for row in crm(lambda crm: crm.accounts.list(**asked))]

    assert sorted(names(text_filter="Zebra")) == ["Zebra Partner", "Zebra s.r.o."]
    assert names(text_filter="Zebra", primary_filter="customers") == ["Zebra s.r.o."]
    assert names(text_filter="Zebra", bool_filters=["onlyMy"]) == []
    selected = crm(lambda crm: crm.accounts.list(text_filter="Zebra s", select=["name"]).first())
    assert (selected.name, selected.website) == ("Zebra s.r.o.", None)
    with pytest.raises(BadRequestError, match="No bool filter 'nope'"):
        names(bool_filters=["nope"])
    with pytest.raises(BadRequestError, match="Order by non-existing field"):
        names(order_by="nope")


OPERATORS: dict[str, Any] = {
    "equals": (where.equals("name", "Q"), True),
    "not_equals": (where.not_equals("name", "Q"), False),
    "in_": (where.in_("type", ["Customer", "Partner"]), True),
    "not_in": (where.not_in("type", ["Customer"]), False),
    "greater_than": (where.greater_than("cRating", 6), True),
    "less_than": (where.less_than("cRating", 7), False),
    "greater_than_or_equals": (where.greater_than_or_equals("cRating", 7), True),
    "less_than_or_equals": (where.less_than_or_equals("cRating", 7), True),
    "between": (where.between("cRating", 7, 9), True),
    "between dates": (where.between("cFounded", date(1999, 1, 1), date(1999, 12, 31)), True),
    "contains": (where.contains("website", "example"), True),
    "not_contains": (where.not_contains("website", "example"), False),
    "starts_with": (where.starts_with("website", "https"), True),
    "ends_with": (where.ends_with("website", "https"), False),
    "like": (where.like("website", "%q.ex%"), True),
    "not_like": (where.not_like("website", "%q.ex%"), False),
    "is_null": (where.is_null("description"), True),
    "is_not_null": (where.is_not_null("description"), False),
    "none": (where.none("name"), False),
    "is_true": (where.is_true("cIsKey"), True),
    "is_false": (where.is_false("cIsKey"), False),
    "equals true": (where.equals("cIsKey", True), True),
    "equals None": (where.equals("description", None), True),
    "on": (where.on("cFounded", date(1999, 12, 31)), True),
    "not_on": (where.not_on("cFounded", date(1999, 12, 31)), False),
    "before": (where.before("cFounded", date(2000, 1, 1)), True),
    "after": (where.after("cFounded", date(2000, 1, 1)), False),
    "past": (where.past("cFounded"), True),
    "future": (where.future("cFounded"), False),
    "today": (where.today("createdAt"), True),
    "today in Prague": (where.today("createdAt", time_zone="Europe/Prague"), True),
    "last_seven_days": (where.last_seven_days("createdAt"), True),
    "last_x_days": (where.last_x_days("createdAt", 3), True),
    "next_x_days": (where.next_x_days("cFounded", 3), False),
    "older_than_x_days": (where.older_than_x_days("cFounded", 3), True),
    "after_x_days": (where.after_x_days("createdAt", 3), False),
    "current_month": (where.current_month("createdAt"), True),
    "last_month": (where.last_month("createdAt"), False),
    "next_month": (where.next_month("createdAt"), False),
    "current_quarter": (where.current_quarter("createdAt"), True),
    "last_quarter": (where.last_quarter("createdAt"), False),
    "current_year": (where.current_year("createdAt"), True),
    "last_year": (where.last_year("createdAt"), False),
    "current_fiscal_year": (where.current_fiscal_year("createdAt"), True),
    "last_fiscal_year": (where.last_fiscal_year("createdAt"), False),
    "current_fiscal_quarter": (where.current_fiscal_quarter("createdAt"), True),
    "last_fiscal_quarter": (where.last_fiscal_quarter("createdAt"), False),
    "is_linked": (where.is_linked("contacts"), False),
    "is_not_linked": (where.is_not_linked("contacts"), True),
    "array_any_of": (where.array_any_of("cTags", ["vip", "prospect"]), True),
    "array_none_of": (where.array_none_of("cTags", ["vip"]), False),
    "array_all_of": (where.array_all_of("cTags", ["vip", "partner"]), True),
    "array_is_empty": (where.array_is_empty("cTags"), False),
    "array_is_not_empty": (where.array_is_not_empty("cTags"), True),
    "and_": (where.and_(where.is_true("cIsKey"), where.equals("cRating", 1)), False),
    "or_": (where.or_(where.is_false("cIsKey"), where.equals("cRating", 7)), True),
}


def test_operators(crm: Driver) -> None:
    """Each operator matches what it says, and nothing else."""
    extra = {
        "cRating": 7,
        "cIsKey": True,
        "cTags": ["vip", "partner"],
        "cFounded": "1999-12-31",
        "cLastVisit": "2024-01-15 23:30:00",
    }
    created = account(crm, name="Q", type_="Customer", website="https://q.example", extra=extra)

    def check(_: str, condition: where.Where, matches: bool) -> None:
        rows = accounts(crm, where.equals("id", created.id), condition)
        assert rows == ([created.id] if matches else [])

    assert failures(check, [(name, *case) for name, case in OPERATORS.items()]) == []


def test_date_is_of_a_time_zone(crm: Driver) -> None:
    """A datetime is on the date that it has in the time zone of the condition."""
    created = account(crm, name="Zoned", extra={"cLastVisit": "2024-01-15 23:30:00"})
    ours = where.equals("id", created.id)

    def check(day: date, zone: Any, matches: bool) -> None:
        for condition in (
            where.on("cLastVisit", day, time_zone=zone),
            where.between("cLastVisit", day, day, time_zone=zone),
        ):
            assert bool(accounts(crm, ours, condition)) is matches

    cases = [
        (date(2024, 1, 15), "UTC", True),
        (date(2024, 1, 16), "UTC", False),
        (date(2024, 1, 16), ZoneInfo("Europe/Prague"), True),
        (date(2024, 1, 15), "Europe/Prague", False),
    ]
    assert failures(check, cases) == []


def test_finds_changes_since_a_datetime(crm: Driver) -> None:
    """What changed since a datetime is found, in whatever time zone it is passed."""
    created = account(crm, name="Since")
    changed = created.modified_at.astimezone(ZoneInfo("Asia/Tokyo"))

    def since(start: datetime) -> list[str]:
        rows = crm(
            lambda crm: crm.accounts.list(
                where=[where.greater_than_or_equals("modifiedAt", start)], order_by="modifiedAt"
            )
        )
        return [account.id for account in rows]

    assert since(changed) == [created.id]
    assert since(changed + timedelta(seconds=1)) == []


def test_finds_records_by_links(crm: Driver) -> None:
    """Records are found by their links."""
    created = account(crm, name="Linked")
    person = crm(lambda crm: crm.contacts.create(last_name="L", account_id=created.id)).id

    for condition in (
        where.linked_with("contacts", person),
        where.linked_with("contacts", [person]),
        where.linked_with_all("contacts", [person]),
    ):
        assert accounts(crm, condition) == [created.id]
    rest = crm(lambda crm: crm.accounts.list(where=[where.not_linked_with("contacts", [person])]))
    assert created.id not in [account.id for account in rest]
    with pytest.raises(BadRequestError, match="not found"):
        crm(lambda crm: crm.accounts.list(where=[where.linked_with("contacts", "nope")]))


# -- writes ----------------------------------------------------------------------------------------


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


# -- the rest --------------------------------------------------------------------------------------


def test_stream(crm: Driver) -> None:
    """A post is in the stream of its record, and of who follows it."""
    created = account(crm, name="Streamed")
    parent: Any = {"parent_type": "Account", "parent_id": created.id}

    note = crm(lambda crm: crm.stream.post(post="Hello", **parent))

    assert note.post == "Hello"
    posts = crm(lambda crm: crm.stream.posts("Account", created.id))
    assert [post.id for post in posts] == [note.id]
    assert crm(lambda crm: crm.follow("Account", created.id)) is True
    assert note.id in [post.id for post in crm(lambda crm: crm.stream.list())]
    assert crm(lambda crm: crm.unfollow("Account", created.id)) is None


def test_me_and_metadata(crm: Driver) -> None:
    """`me` returns the user, and `metadata.get` what the system has."""
    assert crm(lambda crm: crm.me()).user.user_name == "integrator"
    field = crm(lambda crm: crm.metadata.get("entityDefs.Account.fields.cTags"))
    assert field["type"] == "multiEnum"
    assert crm(lambda crm: crm.metadata.get("entityDefs.Nope")) is None


def test_roles_limit_what_users_see(mocked_espo: MakeEspo, mocks: Any) -> None:
    """Users see what their roles allow, and get an error for the rest."""
    limited = mocked_espo(**mocks.espocrm.users["limited"])
    for row in limited(lambda crm: crm.accounts.list()):
        assert row.website is None
    with pytest.raises(PermissionDeniedError, match="No read access"):
        limited(lambda crm: crm.opportunities.list())
    with pytest.raises(AuthenticationError):
        mocked_espo(**mocks.espocrm.users["inactive"])(lambda crm: crm.accounts.list())


def test_explains_lockout_on_the_mock(mocked_espo: MakeEspo, mocks: Any) -> None:
    """After many failed log-ins a good key is refused as well, and the error says why."""
    mocks.espocrm.rate_limits = True
    wrong = mocked_espo(api_key="0" * 32)
    for _ in range(11):
        with pytest.raises((AuthenticationError, PermissionDeniedError)):
            wrong(lambda crm: crm.accounts.list())

    with pytest.raises(PermissionDeniedError, match="more than ten log-ins from there"):
        mocked_espo()(lambda crm: crm.accounts.list())


def test_models_are_loaded_by_calls() -> None:
    """Neither the import nor a client nor its resources load a model; a call loads its own."""
    code = """
import sys
import httpx
from crmkit.autocrm import EspoCRM
answer = httpx.MockTransport(lambda request: httpx.Response(200, json={"id": "1"}))
crm = EspoCRM(base_url="https://crm.example.com", api_key="k", transport=answer)
accounts = crm.accounts
assert not [name for name in sys.modules if name.startswith("crmkit_generated.autocrm.models.")]
accounts.get("1")
assert "crmkit_generated.autocrm.models.account" in sys.modules
assert "crmkit_generated.autocrm.models.opportunity" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_resources_are_cached(espo: MakeEspo) -> None:
    """A resource is created once, when it is first used, and each view has its own."""
    crm = espo(reply({})).crm

    assert crm.accounts is crm.accounts
    assert type(crm.accounts).__name__.removeprefix("Async") == "Accounts"
    view = crm.with_options(timeout=5)
    assert view.accounts is not crm.accounts
    assert type(view.accounts) is type(crm.accounts)


def test_reads_aware_datetimes(either: Driver) -> None:
    """Times of either server are aware datetimes."""
    created = account(either, name="Timed")

    assert created.created_at.utcoffset() is not None
    assert created.created_at.astimezone(UTC).date() == date(2024, 1, 25)
