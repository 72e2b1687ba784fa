"""Lists of AutoCRM's and EspoCRM's clients, on the mock."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crmkit import (
    BadRequestError,
)
from crmkit.autocrm import where
from tests.clients.conftest import MakeEspo
from tests.clients.harness import Driver, both, failures, sync_alone

asynchronous = sync_alone


@pytest.fixture
def crm(mocked_espo: MakeEspo) -> Driver:
    """Return a client of EspoCRM's mock."""
    return mocked_espo()


def account(crm: Driver, **members: Any) -> Any:
    """Create an account."""
    return crm(lambda crm: crm.accounts.create(**members))


def accounts(crm: Driver, *conditions: where.Where) -> list[str]:
    """Return the ids of the accounts that match conditions."""
    return [row.id for row in crm(lambda crm: crm.accounts.list(where=list(conditions)))]


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
