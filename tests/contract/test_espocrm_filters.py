"""Every filter of EspoCRM's document, against plain Python on the records that reads show."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crmkit_mock import MockCRMs
from tests.contract import espocrm_demo as demo
from tests.contract.account_documents import wire
from tests.mock.espo import Espo, brackets, client_for

Record = dict[str, Any]
Fits = Callable[[Record], bool]

PRAGUE = ZoneInfo("Europe/Prague")
#: When the filters look: a leap day, late in the evening in UTC, so that Prague has the next day.
NOW = datetime(2024, 2, 29, 23, 30, tzinfo=UTC)
TODAY = date(2024, 3, 1)

#: Last names of the contacts who are invited to a meeting.
INVITED = {"Boss", "Svoboda"}
#: The accounts that have contacts.
STAFFED = {demo.ACCOUNT, demo.SECOND_ACCOUNT}
VISITS = [
    NOW + timedelta(hours=hours)
    for hours in (-9000, -4000, -2300, -1500, -800, -200, -170, -30, -25, -1, 0, 1, 20, 30, 90, 900)
]


@dataclass(frozen=True)
class Case:
    """A filter item, and what it should find.

    Args:
        entity: Entity type that is searched.
        item: The item.
        fits: Returns whether the filter should match a record, which is as a read returns it.
    """

    entity: str
    item: dict[str, Any]
    fits: Fits

    def __str__(self) -> str:
        return f"{self.item['type']} {self.item.get('attribute', '')}"


def account(type_: str, attribute: str | None, value: Any, fits: Fits, **more: Any) -> Case:
    """Return a case on accounts."""
    item = {"type": type_, "attribute": attribute, "value": value, **more}
    return Case("Account", {name: value for name, value in item.items() if value is not None}, fits)


def local(record: Record, name: str = "cLastVisit") -> date:
    """Return the date in Prague of a record's datetime; a date of long ago without one."""
    text = record[name]
    if text is None:
        return date(1, 1, 1)
    return datetime.fromisoformat(text).replace(tzinfo=UTC).astimezone(PRAGUE).date()


def at_datetime(type_: str, value: Any, fits: Callable[[date], bool]) -> Case:
    """Return a case on a datetime of accounts, compared by its date in Prague."""
    return account(
        type_,
        "cLastVisit",
        value,
        lambda row: row["cLastVisit"] is not None and fits(local(row)),
        dateTime=True,
        timeZone="Europe/Prague",
    )


def at_time(type_: str, value: Any, fits: Callable[[datetime], bool]) -> Case:
    """Return a case on a datetime of accounts, compared by its time in Prague."""

    def matches(row: Record) -> bool:
        if row["cLastVisit"] is None:
            return False
        visit = datetime.fromisoformat(row["cLastVisit"]).replace(tzinfo=UTC)
        return fits(visit.astimezone(PRAGUE))

    zone = {"dateTime": True, "timeZone": "Europe/Prague"}
    return account(type_, "cLastVisit", value, matches, **zone)


def on_date(type_: str, value: Any, fits: Callable[[date], bool]) -> Case:
    """Return a case on a date of accounts."""
    return account(
        type_,
        "cFounded",
        value,
        lambda row: row["cFounded"] is not None and fits(date.fromisoformat(row["cFounded"])),
        timeZone="Europe/Prague",
    )


def _quarter(some: date) -> tuple[int, int]:
    return some.year, (some.month - 1) // 3


#: What each type that needs no value demands of a date.
PERIODS: dict[str, Callable[[date], bool]] = {
    "today": lambda some: some == TODAY,
    "lastSevenDays": lambda some: timedelta() <= TODAY - some <= timedelta(days=7),
    "currentMonth": lambda some: (some.year, some.month) == (2024, 3),
    "lastMonth": lambda some: (some.year, some.month) == (2024, 2),
    "nextMonth": lambda some: (some.year, some.month) == (2024, 4),
    "currentQuarter": lambda some: _quarter(some) == (2024, 0),
    "lastQuarter": lambda some: _quarter(some) == (2023, 3),
    "currentYear": lambda some: some.year == 2024,
    "lastYear": lambda some: some.year == 2023,
    "currentFiscalYear": lambda some: some.year == 2024,
    "lastFiscalYear": lambda some: some.year == 2023,
    "currentFiscalQuarter": lambda some: _quarter(some) == (2024, 0),
    "lastFiscalQuarter": lambda some: _quarter(some) == (2023, 3),
}
#: The same for those with a value: a number of days, or a date. Those of days mean other times
#: for datetimes, which end or begin now.
VALUED: list[tuple[str, Any, Callable[[date], bool]]] = [
    ("lastXDays", 2, lambda some: timedelta() <= TODAY - some <= timedelta(days=2)),
    ("nextXDays", 2, lambda some: timedelta() <= some - TODAY <= timedelta(days=2)),
    ("olderThanXDays", 8, lambda some: TODAY - some > timedelta(days=8)),
    ("afterXDays", 2, lambda some: some - TODAY > timedelta(days=2)),
    ("on", "2024-03-01", lambda some: some == TODAY),
    ("notOn", "2024-03-01", lambda some: some != TODAY),
    ("before", "2024-03-01", lambda some: some < TODAY),
    ("after", "2024-03-01", lambda some: some > TODAY),
]
_MIDNIGHT = datetime(2024, 3, 1, tzinfo=PRAGUE)
_DAY = timedelta(days=1)
TIMED: list[tuple[str, Any, Callable[[datetime], bool]]] = [
    ("lastSevenDays", None, lambda visit: _MIDNIGHT - 7 * _DAY <= visit <= NOW),
    ("lastXDays", 2, lambda visit: _MIDNIGHT - 2 * _DAY <= visit <= NOW),
    ("lastXDays", None, lambda visit: _MIDNIGHT <= visit <= NOW),
    # It ends 59 minutes and 59 seconds after the last day.
    ("nextXDays", 2, lambda visit: NOW <= visit < _MIDNIGHT + 3 * _DAY + timedelta(hours=1)),
    ("olderThanXDays", 8, lambda visit: visit < _MIDNIGHT - 8 * _DAY),
    ("afterXDays", 2, lambda visit: visit >= _MIDNIGHT + 2 * _DAY),
    # It is compared with midnight in UTC.
    ("notOn", "2024-03-01", lambda _: True),
]
_DAYS = {type_ for type_, _, _ in TIMED}


def text(row: Record, name: str) -> str | None:
    """Return a str as the database compares it."""
    value = row[name]
    return None if value is None else str(value).lower()


#: Types of the document that no server knows.
UNKNOWN = {"columnNotLike"}
CASES: list[Case] = [
    account("equals", "industry", "retail", lambda row: row["industry"] == "Retail"),
    account("equals", "industry", ["Retail", "Banking"],
            lambda row: row["industry"] in ("Retail", "Banking")),
    account("equals", "cRating", "3", lambda row: row["cRating"] == 3),
    account("equals", "cIsKey", 1, lambda row: row["cIsKey"]),
    account("equals", "cIsKey", "true", lambda row: not row["cIsKey"]),
    account("equals", "industry", "", lambda _: False),
    account("equals", "industry", None, lambda row: row["industry"] is None),
    account("equals", "id", demo.ACCOUNT, lambda row: row["id"] == demo.ACCOUNT),
    account("equals", "emailAddress", "second3@x.example", lambda row: row["name"] == "Acc 03"),
    account("equals", "deleted", 1, lambda _: False),
    account("notEquals", "industry", "Retail", lambda row: row["industry"] not in (None, "Retail")),
    account("in", "industry", ["Retail", "Banking"],
            lambda row: row["industry"] in ("Retail", "Banking")),
    account("notIn", "industry", ["Retail"],
            lambda row: row["industry"] not in (None, "Retail")),
    *(
        account(type_, "cRating", 5, fits)
        for type_, fits in (
            ("greaterThan", lambda row: row["cRating"] is not None and row["cRating"] > 5),
            ("lessThan", lambda row: row["cRating"] is not None and row["cRating"] < 5),
            ("greaterThanOrEquals", lambda row: row["cRating"] is not None and row["cRating"] >= 5),
            ("lessThanOrEquals", lambda row: row["cRating"] is not None and row["cRating"] <= 5),
        )
    ),
    account("between", "cRating", [3, 5],
            lambda row: row["cRating"] is not None and 3 <= row["cRating"] <= 5),
    account("between", "cFounded", ["2024-02-01", "2024-03-01"],
            lambda row: row["cFounded"] is not None
            and "2024-02-01" <= row["cFounded"] <= "2024-03-01"),
    account("greaterThan", "cBudgetConverted", 5,
            lambda row: row["cBudgetConverted"] is not None and row["cBudgetConverted"] > 5),
    account("contains", "name", "CC 0", lambda row: "cc 0" in (text(row, "name") or "")),
    account("contains", "phoneNumber", "7770", lambda row: "7770" in (row["phoneNumber"] or "")),
    account("notContains", "industry", "tail",
            lambda row: row["industry"] is not None and "tail" not in row["industry"]),
    account("startsWith", "name", "acc 1",
            lambda row: (text(row, "name") or "").startswith("acc 1")),
    account("endsWith", "name", "1", lambda row: (text(row, "name") or "").endswith("1")),
    account("like", "name", "a%1_", lambda row: (text(row, "name") or "").startswith("acc 1")),
    account("notLike", "industry", "R%",
            lambda row: row["industry"] is not None and row["industry"][0] != "R"),
    account("isNull", "industry", None, lambda row: row["industry"] is None),
    account("isNotNull", "industry", None, lambda row: row["industry"] is not None),
    account("ever", "industry", None, lambda row: row["industry"] is not None),
    account("any", "industry", None, lambda _: True),
    account("none", "industry", None, lambda _: False),
    account("isTrue", "cIsKey", None, lambda row: row["cIsKey"]),
    account("isFalse", "cIsKey", None, lambda row: not row["cIsKey"]),
    *(
        at_datetime(type_, None, fits) for type_, fits in PERIODS.items() if type_ not in _DAYS
    ),
    *(on_date(type_, None, fits) for type_, fits in PERIODS.items()),
    *(at_datetime(type_, value, fits) for type_, value, fits in VALUED if type_ not in _DAYS),
    *(at_time(type_, value, fits) for type_, value, fits in TIMED),
    *(on_date(type_, value, fits) for type_, value, fits in VALUED),
    on_date("past", None, lambda some: some < TODAY),
    on_date("future", None, lambda some: some > TODAY),
    *(
        account(type_, "cLastVisit", None, fits, dateTime=True)
        for type_, fits in (
            ("past", lambda row: (row["cLastVisit"] or "9") <= "2024-02-29 23:30:00"),
            ("future", lambda row: (row["cLastVisit"] or "") > "2024-02-29 23:30:00"),
        )
    ),
    # Without dateTime a datetime is compared with a bare date, and never equals it.
    account("today", "cLastVisit", None, lambda _: False),
    account("on", "cLastVisit", "2024-03-01", lambda _: False),
    account("linkedWith", "assignedUser", "6b0000000000000b6",
            lambda row: row["assignedUserId"] == "6b0000000000000b6"),
    account("linkedWith", "teams", ["6b0000000000000a1"], lambda row: bool(row["teamsIds"])),
    account("notLinkedWith", "teams", ["6b0000000000000a1"], lambda row: not row["teamsIds"]),
    account("isLinked", "contacts", None, lambda row: row["id"] in STAFFED),
    account("isNotLinked", "contacts", None, lambda row: row["id"] not in STAFFED),
    account("linkedWithAll", "contacts", [demo.CONTACT, demo.SECOND_CONTACT],
            lambda row: row["id"] == demo.ACCOUNT),
    account("isUserFromTeams", "assignedUser", "6b0000000000000a1",
            lambda row: row["assignedUserId"] == "6b0000000000000b6"),
    # There are no categories; without a value the item is ignored.
    account("inCategory", "assignedUser", None, lambda _: True),
    account("arrayAnyOf", "cTags", ["vip", "prospect"],
            lambda row: bool({"vip", "prospect"} & set(row["cTags"] or ()))),
    account("arrayNoneOf", "cTags", ["vip"], lambda row: "vip" not in (row["cTags"] or ())),
    account("arrayAllOf", "cTags", ["vip", "partner"],
            lambda row: {"vip", "partner"} <= set(row["cTags"] or ())),
    account("arrayIsEmpty", "cTags", None, lambda row: not row["cTags"]),
    account("arrayIsNotEmpty", "cTags", None, lambda row: bool(row["cTags"])),
    Case("Lead", {"type": "equals", "attribute": "name", "value": "f01 lead01"},
         lambda row: row["name"] == "F01 Lead01"),
    Case("Lead", {"type": "like", "attribute": "name", "value": "F0%"},
         lambda row: row["name"].startswith("F0")),
    Case("Opportunity", {"type": "contains", "attribute": "accountName", "value": "alza"},
         lambda row: "Alza" in (row["accountName"] or "")),
    Case("Task", {"type": "equals", "attribute": "parentId", "value": demo.ACCOUNT},
         lambda row: row["parentId"] == demo.ACCOUNT),
    *(
        Case("Contact", {"type": type_, "attribute": "acceptanceStatusMeetings", "value": value},
             fits)
        for type_, value, fits in (
            ("columnEquals", "accepted", lambda row: row["lastName"] == "Boss"),
            ("columnNotEquals", "Accepted", lambda row: row["lastName"] == "Svoboda"),
            ("columnIn", ["Accepted", "None"], lambda row: row["lastName"] in INVITED),
            ("columnNotIn", ["None"], lambda row: row["lastName"] == "Boss"),
            ("columnLike", "A%", lambda row: row["lastName"] == "Boss"),
            # Who is not invited has a row of nulls.
            ("columnIsNull", None, lambda row: row["lastName"] not in INVITED),
            ("columnIsNotNull", None, lambda row: row["lastName"] in INVITED),
        )
    ),
]  # fmt: skip


def joined() -> Iterator[Case]:
    """Yield nested filters: pairs of the others, in both ways, one inside the other."""
    # Within "or" some mean something else, or are ignored.
    odd = {"inCategory", "arrayAllOf", "linkedWithAll"}
    plain = [case for case in CASES if case.entity == "Account" and case.item["type"] not in odd]
    for first, second in zip(plain[::3], plain[1::3], strict=False):
        yield account("and", None, [first.item, second.item], _both(first, second))
        deep = [first.item, {"type": "and", "value": [second.item, plain[10].item]}]
        yield account("or", None, deep, _either(first.fits, _both(second, plain[10])))


def _both(first: Case, second: Case) -> Fits:
    return lambda row: first.fits(row) and second.fits(row)


def _either(first: Fits, second: Fits) -> Fits:
    return lambda row: first(row) or second(row)


ALL = [*CASES, *joined()]


def add_records(espo: Espo) -> None:
    """Add accounts and contacts that differ in every attribute the filters look at."""
    industries = (None, "Retail", "Banking", "Education")
    tags: tuple[list[str] | None, ...] = (None, [], ["vip"], ["vip", "partner"], ["prospect"])
    for number, visit in enumerate(VISITS):
        founded = visit.astimezone(PRAGUE).date()
        record: Record = {
            "name": f"Acc {number:02d}",
            "industry": industries[number % 4],
            "cRating": None if number % 6 == 5 else number % 11,
            "cIsKey": number % 2 == 0,
            "cTags": tags[number % 5],
            "cBudget": number,
            "cBudgetCurrency": ("USD", "CZK", "EUR")[number % 3],
            "cLastVisit": visit.strftime("%Y-%m-%d %H:%M:%S"),
            "cFounded": None if number == 9 else founded.isoformat(),
            "assignedUserId": espo.mock.user_ids["jana"] if number % 3 == 0 else None,
            "teamsIds": ["6b0000000000000a1"] if number % 4 == 0 else [],
            "phoneNumber": f"+4207770{number:05d}" if number % 2 else None,
        }
        entries = [f"first{number}@x.example", f"second{number}@x.example"]
        record["emailAddressData"] = [
            {"emailAddress": entry, "lower": entry, "primary": entry == entries[0], "optOut": False,
             "invalid": False}
            for entry in entries
        ]  # fmt: skip
        espo.mock.add("Account", record)
    espo.mock.add(
        "Contact",
        {
            "lastName": "Boss",
            "accountId": demo.SECOND_ACCOUNT,
            "accountsColumns": {demo.SECOND_ACCOUNT: {"role": "CEO"}},
        },
    )
    boss = espo.mock.data.all("Contact")[-1]["id"]
    invited = {demo.CONTACT: {"status": "None"}, boss: {"status": "Accepted"}}
    espo.mock.add(
        "Meeting",
        {"name": "Talk", "contactsIds": [*invited], "contactsColumns": invited},
    )
    espo.mock.clock.set(NOW)


@pytest.fixture(scope="module")
def espo() -> Iterator[Espo]:
    """The mock with records for the filters, and a client; no test changes them."""
    with MockCRMs() as mocks, client_for(mocks.espocrm) as http:
        espo = Espo(mocks.espocrm, http)
        add_records(espo)
        yield espo


@pytest.fixture(scope="module")
def everything(espo: Espo) -> dict[str, list[Record]]:
    """All records of the entity types that are filtered, as reads show them."""
    return {
        entity: [
            espo.get(f"/{entity}/{row['id']}")
            for row in espo.records(f"/{entity}", select="id", maxSize=200)
        ]
        for entity in {case.entity for case in CASES}
    }


def test_filters_find_what_plain_python_finds(
    espo: Espo, everything: dict[str, list[Record]]
) -> None:
    """Brackets and searchParams find the same records: those that plain Python finds."""
    wrong = [
        f"{number} {case}: {difference}"
        for number, case in enumerate(ALL)
        for difference in differences(espo, everything, case)
    ]

    assert len(ALL) > 150
    assert wrong == []


def differences(espo: Espo, everything: dict[str, list[Record]], case: Case) -> Iterator[str]:
    """Yield how the results of a filter differ from the expected ones."""
    expected = {record["id"] for record in everything[case.entity] if case.fits(record)}
    params = {"select": "id", "maxSize": 200}
    item = with_words(case.item)
    by_brackets = espo.get(f"/{case.entity}", **params, **brackets({"where": [item]}))
    returned = [record["id"] for record in by_brackets["list"]]
    if {*returned} != expected:
        yield f"expected {sorted(expected)}, got {sorted(returned)}"
    if by_brackets["total"] != len(expected):
        yield f"total {by_brackets['total']}, not {len(expected)}"
    search = json.dumps({"where": [case.item], "select": ["id"]})
    by_json = espo.get(f"/{case.entity}", searchParams=search)
    if [record["id"] for record in by_json["list"]] != returned:
        yield "searchParams finds other records than brackets"


def with_words(item: Any) -> Any:
    """Return an item as a query spells it, with true as a word."""
    if isinstance(item, dict):
        return {name: with_words(value) for name, value in item.items()}
    if isinstance(item, list):
        return [with_words(part) for part in item]
    return "true" if item is True else item


def test_every_filter_type_of_the_document_is_tested() -> None:
    """The cases cover the document's filter types, and find something as well as nothing."""
    types = wire("autocrm")["components"]["schemas"]["FilterType"]["enum"]
    tested = {case.item["type"] for case in ALL}
    assert tested == set(types) - UNKNOWN


def test_cases_distinguish_records(everything: dict[str, list[Record]]) -> None:
    """Most cases find some records and leave out others: they could fail."""
    distinguishing = [
        case
        for case in CASES
        if 0 < sum(map(case.fits, everything[case.entity])) < len(everything[case.entity])
    ]
    assert len(distinguishing) > len(CASES) * 0.8
