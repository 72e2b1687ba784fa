"""Conditions of lists: operators, dates, nesting, and values without a wire format."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from enum import Enum
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

import pytest

from crmkit import ArgumentError
from crmkit.autocrm import where
from crmkit.autocrm.where import and_, between, conditions, equals, flatten, in_, on, or_
from tests.clients.harness import failures

ROOT = Path(__file__).resolve().parents[2]
WIRE = json.loads(
    (ROOT / "generated" / "crmkit_generated" / "autocrm" / "wire.json").read_text("utf-8")
)
PRAGUE = ZoneInfo("Europe/Prague")
NOON = datetime(2024, 1, 15, 13, 0, 0, 999_999, tzinfo=PRAGUE)
DAY = date(2024, 1, 15)
UTC_ZONE = {"dateTime": True, "timeZone": "UTC"}

VALUES: dict[str, tuple[Any, ...]] = {
    "after": (DAY,),
    "after_x_days": (3,),
    "before": (DAY,),
    "between": (1, 2),
    "last_x_days": (3,),
    "next_x_days": (3,),
    "not_on": (DAY,),
    "older_than_x_days": (3,),
    "on": (DAY,),
}
LISTS = {
    *("in_", "not_in", "column_in", "column_not_in"),
    *("array_all_of", "array_any_of", "array_none_of"),
}
OPERATORS = sorted(
    name
    for name, value in vars(where).items()
    if inspect.isfunction(value)
    and value.__module__ == where.__name__
    and name[0] != "_"
    and name not in {"conditions", "flatten", "wire_tree"}
)


class Status(str, Enum):  # noqa: UP042  # what the generator makes
    """An enum like those of the models."""

    NEW = "New"


def camel(name: str) -> str:
    """Return the wire's name of an operator."""
    first, *rest = name.rstrip("_").split("_")
    return first + "".join(part.capitalize() for part in rest)


def condition_of(name: str) -> Any:
    """Return a condition of an operator, with values that it accepts."""
    function = getattr(where, name)
    if name in {"and_", "or_"}:
        return function(equals("status", "New"))
    if name in LISTS:
        return function("attribute", ["a", "b"])
    count = sum(
        parameter.default is parameter.empty and parameter.kind != parameter.KEYWORD_ONLY
        for parameter in inspect.signature(function).parameters.values()
    )
    return function("attribute", *VALUES.get(name, ("x", "y"))[: count - 1])


def test_every_operator_has_a_function() -> None:
    """The functions are those of the document's operators, in snake_case, and no others."""
    operators = WIRE["components"]["schemas"]["FilterType"]["enum"]

    assert {camel(name) for name in OPERATORS} == set(operators)


def test_offers_no_operator_that_servers_refuse() -> None:
    """There is no function for `not`, sub-queries or expressions, which every server refuses."""
    offered = {camel(name) for name in OPERATORS}

    assert not offered & {"not", "subQueryIn", "subQueryNotIn", "expression"}


def test_operators_write_their_wire_names() -> None:
    """An operator's condition is a mapping with the wire's type, and no member but the wire's."""

    def check(name: str) -> None:
        item = condition_of(name)
        assert item["type"] == camel(name)
        assert item.keys() <= {"type", "attribute", "value", "dateTime", "timeZone"}
        assert ("attribute" in item) == (name not in {"and_", "or_"})
        assert flatten([item])["where[0][type]"] == camel(name)
        json.dumps(item)

    assert failures(check, [(name,) for name in OPERATORS]) == []


VALUES_ON_THE_WIRE: list[tuple[Any, object]] = [
    (equals("status", Status.NEW), "New"),
    (equals("doNotCall", True), True),
    (equals("source", None), None),
    (equals("createdAt", NOON), "2024-01-15 12:00:00"),
    (equals("closeDate", DAY), "2024-01-15"),
    (where.greater_than_or_equals("modifiedAt", NOON), "2024-01-15 12:00:00"),
    (where.less_than("amount", 10.5), 10.5),
    (between("amount", 1, 5), [1, 5]),
    (between("createdAt", NOON, NOON), ["2024-01-15 12:00:00"] * 2),
    (between("closeDate", DAY, date(2024, 2, 1)), ["2024-01-15", "2024-02-01"]),
    (in_("status", (Status.NEW, "Dead")), ["New", "Dead"]),
    (where.linked_with("teams", "t1"), "t1"),
    (where.linked_with("teams", ["t1", "t2"]), ["t1", "t2"]),
    (where.last_x_days("closeDate", 7), 7),
]


def test_writes_values_in_wire_format() -> None:
    """Enums are written as str, dates in ISO form, datetimes in UTC with a space, for servers."""

    def check(item: Any, value: object) -> None:
        assert item["value"] == value
        assert type(item["value"]) is type(value)
        assert item.keys() == {"type", "attribute", "value"}

    assert failures(check, VALUES_ON_THE_WIRE) == []


def test_knows_datetime_attributes_by_name() -> None:
    """Operators on dates mark a datetime attribute as one, or they would match nothing."""
    for attribute in ("createdAt", "modifiedAt", "dateStart", "dateSent"):
        assert where.today(attribute) == {"type": "today", "attribute": attribute, **UTC_ZONE}
        assert on(attribute, DAY) == {
            "type": "on",
            "attribute": attribute,
            "value": "2024-01-15",
            **UTC_ZONE,
        }
        assert between(attribute, DAY, DAY) == {
            "type": "between",
            "attribute": attribute,
            "value": ["2024-01-15 00:00:00", "2024-01-15 23:59:59"],
        }
        assert where.older_than_x_days(attribute, 2).items() >= UTC_ZONE.items()


def test_time_zone_says_where_dates_begin() -> None:
    """A time zone, by name or as Python's, is sent and marks a custom datetime attribute."""
    for zone in ("Europe/Prague", PRAGUE):
        for item in (
            where.current_month("cLastVisit", time_zone=zone),
            where.next_x_days("cLastVisit", 1, time_zone=zone),
        ):
            assert item["dateTime"] is True
            assert item["timeZone"] == "Europe/Prague"
        days = between("cLastVisit", DAY, date.max, time_zone=zone)
        assert days["value"] == ["2024-01-14 23:00:00", "9999-12-31 22:59:59"]


def test_not_on_is_before_or_after_the_date() -> None:
    """Servers find every datetime on no date, so that `not_on` is `before` or `after` there."""
    for item in (where.not_on("createdAt", DAY), where.not_on("cLastVisit", DAY, time_zone=UTC)):
        names = {"attribute": item["value"][0]["attribute"], "value": "2024-01-15", **UTC_ZONE}
        assert item == {
            "type": "or",
            "value": [{"type": "before", **names}, {"type": "after", **names}],
        }
    assert where.not_on("createdAt", NOON)["type"] == "notOn"
    assert where.not_on("closeDate", DAY).keys() == {"type", "attribute", "value"}


def test_knows_the_documented_datetimes() -> None:
    """Every datetime of the document is known by its name, and no date is taken for one."""
    is_datetime = {"DateTime": True, "DateTimeInput": True, "Date": False}
    members = {
        name: is_datetime[kind]
        for schema in WIRE["components"]["schemas"].values()
        for name, member in schema.get("properties", {}).items()
        if (kind := member.get("$ref", "").rsplit("/", 1)[-1]) in is_datetime
    }

    assert {False, True} == set(members.values())
    assert members == {name: "dateTime" in where.today(name) for name in members}


def test_date_has_no_time_zone() -> None:
    """An attribute that is a date is compared with dates, without a time zone."""
    for attribute in ("closeDate", "dateStartDate", "cFounded"):
        assert on(attribute, DAY) == {"type": "on", "attribute": attribute, "value": "2024-01-15"}
        assert where.today(attribute).keys() == {"type", "attribute"}


def test_datetime_is_sent_in_utc_whatever_the_zone() -> None:
    """A datetime is sent in UTC and marked as UTC, also where dates begin elsewhere."""
    item = where.before("cLastVisit", NOON, time_zone="America/New_York")

    assert item == {
        "type": "before",
        "attribute": "cLastVisit",
        "value": "2024-01-15 12:00:00",
        **UTC_ZONE,
    }


def test_flattens_nested_conditions() -> None:
    """Conditions are spread over parameters with indexes, in the form that servers read."""
    params = flatten(
        [
            equals("doNotCall", False),
            or_(in_("status", ["New", "Dead"]), and_(equals("source", None), on("createdAt", DAY))),
        ]
    )

    assert params == {
        "where[0][type]": "equals",
        "where[0][attribute]": "doNotCall",
        "where[0][value]": 0,
        "where[1][type]": "or",
        "where[1][value][0][type]": "in",
        "where[1][value][0][attribute]": "status",
        "where[1][value][0][value][0]": "New",
        "where[1][value][0][value][1]": "Dead",
        "where[1][value][1][type]": "and",
        "where[1][value][1][value][0][type]": "equals",
        "where[1][value][1][value][0][attribute]": "source",
        "where[1][value][1][value][1][type]": "on",
        "where[1][value][1][value][1][attribute]": "createdAt",
        "where[1][value][1][value][1][value]": "2024-01-15",
        "where[1][value][1][value][1][dateTime]": "true",
        "where[1][value][1][value][1][timeZone]": "UTC",
    }
    # Servers treat the strings "true" and "false" alike; 0 == False, so the type is checked.
    assert type(params["where[0][value]"]) is int


def test_accepts_plain_mappings() -> None:
    """A hand-written condition is accepted unchanged, and its Python values are encoded."""
    item = {"type": "future-operator", "field": "cX", "value": [NOON, 1], "dateTime": False}

    assert conditions([item]) == [{**item, "value": ["2024-01-15 12:00:00", 1]}]
    assert flatten([item]) == {
        "where[0][type]": "future-operator",
        "where[0][field]": "cX",
        "where[0][value][0]": "2024-01-15 12:00:00",
        "where[0][value][1]": 1,
    }
    assert item["value"] == [NOON, 1], "the caller's condition was changed"


def recorded() -> list[tuple[str, dict[str, str]]]:
    """Return the recorded lists with one plain condition that a server accepted."""
    text = (ROOT / "tests" / "recorded" / "espocrm.jsonl").read_text("utf-8")
    pairs = [json.loads(line) for line in text.splitlines()]
    return [
        (pair["label"], dict(parse_qsl(urlsplit(pair["path"]).query)))
        for pair in pairs
        if "where%5B0%5D%5Battribute%5D" in pair["path"]
        and pair["status"] == 200
        and not pair["path"].endswith("%5Bvalue%5D=")
    ]


BUILT: dict[str, Callable[[dict[str, str]], Any]] = {
    "in": lambda p: in_(p["attribute"], [p["value][0"], p["value][1"]]),
    "linkedWithAll": lambda p: where.linked_with_all(p["attribute"], [p["value][0"]]),
    "notLinkedWith": lambda p: where.not_linked_with(p["attribute"], [p["value][0"]]),
    "arrayAnyOf": lambda p: where.array_any_of(p["attribute"], [p["value][0"], p["value][1"]]),
    "arrayNoneOf": lambda p: where.array_none_of(p["attribute"], [p["value][0"]]),
    "between": lambda p: between(
        p["attribute"], date.fromisoformat(p["value][0"]), date.fromisoformat(p["value][1"])
    ),
}


def rebuilt(members: dict[str, str]) -> Any:
    """Return the condition of recorded members, made by the function of its operator."""
    operator = members["type"]
    if operator == "linkedWith" and "value][0" in members:
        return where.linked_with(members["attribute"], [members["value][0"]])
    if operator in BUILT:
        return BUILT[operator](members)
    function = getattr(where, next(name for name in OPERATORS if camel(name) == operator))
    zone = {"time_zone": members["timeZone"]} if "timeZone" in members else {}
    value: list[Any] = [members["value"]] if "value" in members else []
    if operator.endswith("XDays"):
        value = [int(members.get("value", "0"))]
    if operator == "equals" and not value:
        value = [None]
    if operator in {"on", "after"}:
        text = members["value"]
        value = [datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)]
    return function(members["attribute"], *value, **zone)


def test_writes_what_servers_accepted() -> None:
    """The functions write the parameters, name by name, that a server answered with 200."""

    def check(_: str, query: dict[str, str]) -> None:
        sent = {name: value for name, value in query.items() if name.startswith("where[")}
        members = {
            name.removeprefix("where[0][")[:-1]: value
            for name, value in sent.items()
            if name.startswith("where[0][")
        }
        written = {name: str(value) for name, value in flatten([rebuilt(members)]).items()}
        # In addition: the zone of datetime attributes; and datetimes are never sent in ISO form.
        extra = written.keys() - sent.keys()
        assert extra <= {"where[0][timeZone]", "where[0][dateTime]", "where[0][value]"}
        after = members["type"] == "after"
        same = sent.keys() - {"where[0][value]"} if after else sent.keys()
        assert {name: written[name] for name in same} == {name: sent[name] for name in same}

    cases = recorded()
    assert len(cases) > 20
    assert failures(check, cases) == []


NAIVE = datetime(2024, 1, 15)  # noqa: DTZ001  # naive is the point
UNTYPED: Any = where  # as for callers without a type checker
FIRST = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=9)))
EAST = timezone(timedelta(hours=1), "CET")  # also the name of a zone that has summer time

REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "naive": (lambda: equals("createdAt", NAIVE), "got a naive one"),
    "naive date": (lambda: on("createdAt", NAIVE), "aware datetime"),
    "naive in list": (lambda: in_("createdAt", [NAIVE]), r"createdAt\[0\]"),
    "out of range": (lambda: equals("createdAt", FIRST), "years 1 to 9999"),
    "no zone": (lambda: between("createdAt", DAY, DAY, time_zone="Mars/Olympus"), "time_zone"),
    "a path": (lambda: between("createdAt", DAY, DAY, time_zone="../etc/passwd"), "time_zone"),
    "an offset": (lambda: on("createdAt", DAY, time_zone=EAST), "zone with a name"),
    "zone of an empty name": (lambda: where.past("createdAt", time_zone=""), "zone with a name"),
    "None for a str": (lambda: UNTYPED.contains("name", None), "expected str, got None"),
    "None for a pattern": (lambda: UNTYPED.column_like("role", None), "expected str, got None"),
    "number for a str": (lambda: UNTYPED.starts_with("name", 5), "expected str, got int"),
    "no ids": (lambda: where.not_linked_with("teams", []), "at least one"),
    "None for an id": (lambda: UNTYPED.linked_with("teams", None), "expected an id"),
    "an empty id": (lambda: where.in_category("folder", ["1", ""]), "expected an id"),
    "a number": (lambda: UNTYPED.today("createdAt", time_zone=5), "time_zone"),
    "no attribute": (lambda: equals("", 1), "attribute"),
    "no name": (lambda: UNTYPED.equals(None, 1), "attribute"),
    "not finite": (lambda: equals("amount", float("nan")), "amount"),
    "no value": (lambda: UNTYPED.equals("amount", object()), "amount"),
    "empty list": (lambda: in_("status", []), "at least one"),
    "str for a list": (lambda: in_("status", "New"), "list of at least one value"),
    "empty choices": (lambda: where.array_any_of("cTags", []), "at least one"),
    "days as str": (lambda: UNTYPED.last_x_days("createdAt", "3"), "must be an integer"),
    "days as bool": (lambda: where.last_x_days("createdAt", True), "must be an integer"),
    "and without conditions": (and_, "at least one"),
    "or without conditions": (or_, "at least one"),
    "and with a str": (lambda: UNTYPED.and_("status"), "must be a condition"),
}


def test_rejects_values_without_wire_format() -> None:
    """A value without a wire format is rejected when the condition is made, with its path."""

    def check(_: str, make: Callable[[], object], message: str) -> None:
        with pytest.raises(ArgumentError, match=message):
            make()

    assert failures(check, [(name, *case) for name, case in REFUSED.items()]) == []


def test_rejects_what_is_not_a_list_of_conditions() -> None:
    """A condition without a type, or a value that is not a list of conditions, is rejected."""

    def check(value: Any) -> None:
        for work in (conditions, flatten):
            with pytest.raises(ArgumentError):
                work(value)

    values: list[Any] = [
        "status=New",
        equals("status", "New"),
        [{"attribute": "status", "value": "New"}],
        [{"type": "", "attribute": "status"}],
        [{"type": 1}],
        ["equals"],
        [None],
        [{"type": "or", "value": []}],
        [{"type": "or", "value": {"type": "equals"}}],
        [{"type": "and", "value": [{"attribute": "x"}]}],
        None,
    ]
    assert failures(check, [(value,) for value in values]) == []


def test_query_rejects_empty_lists_and_none() -> None:
    """A query cannot express an empty list or None in one; JSON can express both."""
    for values in ([], ["New", None]):
        item = {"type": "in", "attribute": "status", "value": values}
        assert conditions([item]) == [item]
        with pytest.raises(ArgumentError, match="not empty and does not hold None"):
            flatten([item])


def test_rejects_condition_that_contains_itself() -> None:
    """A condition that contains itself is rejected rather than followed endlessly."""
    item: dict[str, Any] = {"type": "and", "value": []}
    item["value"].append(item)

    with pytest.raises(ArgumentError, match="must not contain itself"):
        flatten([item])


def test_writes_utc_by_name() -> None:
    """Python's UTC is written as the zone's name, as servers know it."""
    assert where.today("cLastVisit", time_zone=UTC)["timeZone"] == "UTC"
