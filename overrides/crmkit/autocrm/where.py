"""Conditions of a list: one function for each operator that EspoCRM takes.

    from crmkit.autocrm.where import equals, greater_than_or_equals, in_, or_

    crm.leads.list(
        where=[
            in_("status", ["New", "Assigned"]),
            or_(equals("source", "Call"), greater_than_or_equals("createdAt", yesterday)),
        ]
    )

All conditions of a list must match. Attributes go by their names on the wire or, where they are
documented, by their Python names. A condition is a plain mapping with the members `type`,
`attribute` and `value`, so one that is written by hand does as well.

Values are aware datetimes or dates. Operators that count in days (`on`, `today`,
`last_x_days` and so on) must know whether an attribute has a time of day. They take that from the
names of EspoCRM's own attributes (`createdAt` and all others in `At`, `dateStart`, `dateEnd`,
`dateSent`, `dateCompleted`, `deliveryDate`, `actionDate`, `lastAccess`) and from `time_zone`, which
a custom attribute needs: it says in which zone days begin, UTC by default.

`not`, sub-queries and expressions are refused by every server in a list, so there are no functions
for them (recorded: where-not-as-admin, where-subQueryIn, where-expression).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from crmkit.core.call import items_of
from crmkit.core.codec.datetimes import encode_espo_datetime
from crmkit.core.codec.values import encode_json
from crmkit.core.errors import ArgumentError, expected, shown

from .names import camel_case

Where = Mapping[str, Any]
"""A condition: `{"type": "equals", "attribute": "status", "value": "New"}`."""

Scalar = str | int | float | Decimal | bool | date | None
Ids = str | Sequence[str]
Zone = str | tzinfo | None
Rename = Callable[[Any, str], Any]

_DATETIMES = re.compile(
    r"[a-z]\w*At|date(Start|End|Sent|Completed)|deliveryDate|actionDate|lastAccess"
)
_ZONE = re.compile(r"[A-Za-z][\w+/-]*", re.ASCII)
_LAST = time(23, 59, 59, fold=1)  # the later one where clocks go back at the end of a day
_DATEUTIL = re.compile(r"<?tzfile\W+(?:/.*zoneinfo/)?([A-Z][\w+/-]*)\W*", re.ASCII)
_FLAGS = ("[dateTime]", "[date]")


# -- wire forms ------------------------------------------------------------------------------------


def wire_tree(value: Any, argument: str) -> Any:
    """Return a value as EspoCRM's JSON has it: datetimes in UTC, as `2024-01-15 09:30:00`.

    Args:
        value: A plain value, or lists and mappings of them.
        argument: Name of the argument, for messages.

    Raises:
        ArgumentError: It holds a naive datetime, itself, or what JSON cannot hold.
    """
    # The server compares strings, so the form matters.
    return encode_json(value, argument, encode_espo_datetime)


def conditions(where: Any, argument: str = "where", rename: Rename | None = None) -> list[Any]:
    """Return conditions as JSON has them.

    Args:
        where: A list of conditions.
        argument: Name of the argument, for messages.
        rename: Returns the wire's name of an attribute, given its name and place.

    Raises:
        ArgumentError: It is not a list, one of them is not a mapping with a `type`, or a value
            cannot be written.
    """
    tree: list[Any] = wire_tree(where, argument)
    if not isinstance(tree, list):
        raise expected(argument, "a list of conditions", where)
    for index, item in enumerate(tree):
        _check(item, f"{argument}[{index}]", rename)
    return tree


def _check(item: Any, place: str, rename: Rename | None) -> None:
    """Refuse what is not a condition: without a type the server fails with a bare 500."""
    if not isinstance(item, dict) or not isinstance(item.get("type"), str) or not item["type"]:
        raise ArgumentError(place, "must be a condition (a mapping with a 'type')")
    if item["type"] in {"and", "or"}:
        nested = item.get("value")
        if not isinstance(nested, list) or not nested:
            raise ArgumentError(f"{place}['value']", "must be a list of at least one condition")
        for index, condition in enumerate(nested):
            _check(condition, f"{place}['value'][{index}]", rename)
    for member in ("attribute", "field"):
        if rename is not None and member in item:
            item[member] = rename(item[member], f"{place}[{member!r}]")


def flatten(where: Any, argument: str = "where") -> dict[str, Any]:
    """Return conditions as query parameters: `where[0][type]=equals` and so on.

    Args:
        where: A list of conditions.
        argument: Name of the argument, for messages.

    Raises:
        ArgumentError: As `conditions`; or a list is empty or holds None, which a query cannot.
    """
    params: dict[str, Any] = {}
    _spread("where", conditions(where, argument), params)
    return params


def _spread(name: str, value: Any, params: dict[str, Any]) -> None:
    if isinstance(value, dict):
        for member, item in value.items():
            _spread(f"{name}[{member}]", item, params)
    elif isinstance(value, list):
        if name != "where" and (not value or None in value):
            raise ArgumentError(name, "must be a list that is not empty and does not hold None")
        for index, item in enumerate(value):
            _spread(f"{name}[{index}]", item, params)
    elif isinstance(value, bool) and name.endswith(_FLAGS):
        if value:  # the server takes any string for true, "false" too
            params[name] = "true"
    elif value is not None:  # a missing value stands for null
        # The string "true" matches what is false (recorded: where-equals-bool-str).
        params[name] = int(value) if isinstance(value, bool) else value


def _item(operator: str, attribute: str, *value: Any) -> dict[str, Any]:
    if not isinstance(attribute, str) or not attribute:
        raise ArgumentError(
            "attribute", f"must be the name of an attribute, got {shown(attribute)}"
        )
    item: dict[str, Any] = {"type": operator, "attribute": attribute}
    if value:
        item["value"] = wire_tree(value[0], attribute)
    return item


def _listed(operator: str, attribute: str, values: Any) -> Where:
    items = [] if isinstance(values, str) else items_of(values, attribute)
    if not items:
        raise ArgumentError(attribute, "must be a list of at least one value")
    return _item(operator, attribute, items)


def _like(operator: str, attribute: str, text: Any) -> Where:
    if not isinstance(text, str):  # a missing value matches everything
        raise expected(attribute, "str", text)
    return _item(operator, attribute, text)


def _to(operator: str, link: str, ids: Any) -> Where:
    items = ids if isinstance(ids, list | tuple) else [ids]
    if not items or not all(isinstance(id, str) and id for id in items):
        raise ArgumentError(link, f"expected an id or a list of at least one id, got {shown(ids)}")
    return _item(operator, link, ids)


def _zone(attribute: str, time_zone: Zone) -> Zone:
    """Return the zone in which dates of an attribute begin; None where it has no time of day."""
    if not isinstance(time_zone, str | tzinfo | None):
        raise ArgumentError("time_zone", f"must be a name or tzinfo, got {shown(time_zone)}")
    if time_zone is None and _DATETIMES.fullmatch(camel_case(str(attribute))):
        return UTC
    return time_zone


def _datetime(value: Any, at: time, zone: str | tzinfo) -> Any:
    if not isinstance(value, date) or isinstance(value, datetime):
        return value
    name = _name_of(zone)
    try:
        # Zones of pytz and dateutil count otherwise: as tzinfo, or where clocks are changed.
        tz = zone if name is None and isinstance(zone, tzinfo) else ZoneInfo(str(name))
    except (KeyError, ValueError, OSError):  # what ZoneInfo raises for unknown names
        raise ArgumentError("time_zone", f"unknown time zone {zone!r}") from None
    return datetime.combine(value, at, tz)


def _dated(operator: str, attribute: str, time_zone: Zone, *value: Any) -> Where:
    item = _item(operator, attribute, *value)
    # A datetime is sent in UTC.
    is_datetime = bool(value) and isinstance(value[0], datetime)
    zone = UTC if is_datetime else _zone(attribute, time_zone)
    return item if zone is None else {**item, "dateTime": True, "timeZone": _zone_name(zone)}


def _name_of(zone: str | tzinfo) -> str | None:
    """Return the name of a zone of zoneinfo, pytz or dateutil; None for one that has no name."""
    if isinstance(zone, str):
        return zone
    name = getattr(zone, "key", None) or getattr(zone, "zone", None)
    match = _DATEUTIL.fullmatch(repr(zone))
    if isinstance(name, str) or match is not None:
        return name or (match and match[1])
    # A fixed offset is not a zone, whatever its name.
    return "UTC" if zone.utcoffset(None) == timedelta(0) else None


def _zone_name(zone: str | tzinfo) -> str:
    name = _name_of(zone)
    if name is None or not _ZONE.fullmatch(name):
        raise ArgumentError("time_zone", f"must be a zone with a name, got {zone!r}")
    return name


def _days(operator: str, attribute: str, days: int, time_zone: Zone) -> Where:
    if isinstance(days, bool) or not isinstance(days, int):
        raise ArgumentError("days", f"must be an integer, got {shown(days)}")
    return _dated(operator, attribute, time_zone, days)


# -- values ----------------------------------------------------------------------------------------


def equals(attribute: str, value: Scalar) -> Where:
    """Match records whose attribute is the value; None matches what is not set."""
    return _item("equals", attribute, value)


def not_equals(attribute: str, value: Scalar) -> Where:
    """Match records whose attribute is another value."""
    return _item("notEquals", attribute, value)


def in_(attribute: str, values: Sequence[Scalar]) -> Where:
    """Match records whose attribute is one of the values."""
    return _listed("in", attribute, values)


def not_in(attribute: str, values: Sequence[Scalar]) -> Where:
    """Match records whose attribute is not one of the values."""
    return _listed("notIn", attribute, values)


def greater_than(attribute: str, value: Scalar) -> Where:
    """Match records whose attribute is greater, or later."""
    return _item("greaterThan", attribute, value)


def less_than(attribute: str, value: Scalar) -> Where:
    """Match records whose attribute is less, or earlier."""
    return _item("lessThan", attribute, value)


def greater_than_or_equals(attribute: str, value: Scalar) -> Where:
    """Match records whose attribute is the value, greater or later."""
    return _item("greaterThanOrEquals", attribute, value)


def less_than_or_equals(attribute: str, value: Scalar) -> Where:
    """Match records whose attribute is the value, less or earlier."""
    return _item("lessThanOrEquals", attribute, value)


def between(attribute: str, from_: Scalar, to: Scalar, *, time_zone: Zone = None) -> Where:
    """Match records whose attribute lies between two values, or is one of them.

    Args:
        attribute: Name of the attribute.
        from_: The least value.
        to: The greatest value. A date includes the whole day.
        time_zone: Zone that the days of a datetime attribute begin in; see the module.
    """
    zone = _zone(attribute, time_zone)
    if zone is None:
        return _item("between", attribute, (from_, to))
    # Servers compare datetimes as strings; a date has no time.
    return _item(
        "between", attribute, (_datetime(from_, time.min, zone), _datetime(to, _LAST, zone))
    )


def contains(attribute: str, text: str) -> Where:
    """Match records whose attribute contains the text."""
    return _like("contains", attribute, text)


def not_contains(attribute: str, text: str) -> Where:
    """Match records whose attribute does not contain the text."""
    return _like("notContains", attribute, text)


def starts_with(attribute: str, text: str) -> Where:
    """Match records whose attribute begins with the text."""
    return _like("startsWith", attribute, text)


def ends_with(attribute: str, text: str) -> Where:
    """Match records whose attribute ends with the text."""
    return _like("endsWith", attribute, text)


def like(attribute: str, pattern: str) -> Where:
    """Match records whose attribute matches a pattern, in which `%` stands for anything."""
    return _like("like", attribute, pattern)


def not_like(attribute: str, pattern: str) -> Where:
    """Match records whose attribute does not match a pattern, in which `%` stands for anything."""
    return _like("notLike", attribute, pattern)


def is_null(attribute: str) -> Where:
    """Match records whose attribute is not set."""
    return _item("isNull", attribute)


def is_not_null(attribute: str) -> Where:
    """Match records whose attribute is set."""
    return _item("isNotNull", attribute)


def ever(attribute: str) -> Where:
    """Match records whose attribute is set, as `is_not_null`."""
    return _item("ever", attribute)


def any_(attribute: str) -> Where:
    """Match all records, whatever the attribute is."""
    return _item("any", attribute)


def none(attribute: str) -> Where:
    """Match no record."""
    return _item("none", attribute)


def is_true(attribute: str) -> Where:
    """Match records whose attribute is true."""
    return _item("isTrue", attribute)


def is_false(attribute: str) -> Where:
    """Match records whose attribute is false."""
    return _item("isFalse", attribute)


# -- dates and datetimes ---------------------------------------------------------------------------


def on(attribute: str, value: date, *, time_zone: Zone = None) -> Where:
    """Match records whose attribute is on the date, or at the datetime."""
    return _dated("on", attribute, time_zone, value)


def not_on(attribute: str, value: date, *, time_zone: Zone = None) -> Where:
    """Match records whose attribute is set, but not on the date, or at the datetime.

    Servers compare `notOn` with the time of day, so that every datetime is on no date. For a
    datetime attribute (see the module; a custom one needs `time_zone`) the condition is therefore
    sent as `before` or `after`.
    """
    item = _dated("notOn", attribute, time_zone, value)
    if "dateTime" not in item or len(str(item["value"])) > 10:  # a date, or at a datetime
        return item
    return or_(*({**item, "type": operator} for operator in ("before", "after")))


def before(attribute: str, value: date, *, time_zone: Zone = None) -> Where:
    """Match records whose attribute is before the date or datetime."""
    return _dated("before", attribute, time_zone, value)


def after(attribute: str, value: date, *, time_zone: Zone = None) -> Where:
    """Match records whose attribute is after the date or datetime."""
    return _dated("after", attribute, time_zone, value)


def today(attribute: str, *, time_zone: Zone = None) -> Where:
    """Match records whose attribute is today."""
    return _dated("today", attribute, time_zone)


def past(attribute: str, *, time_zone: Zone = None) -> Where:
    """Match records whose attribute is in the past."""
    return _dated("past", attribute, time_zone)


def future(attribute: str, *, time_zone: Zone = None) -> Where:
    """Match records whose attribute is in the future."""
    return _dated("future", attribute, time_zone)


def last_seven_days(attribute: str, *, time_zone: Zone = None) -> Where:
    """Match records whose attribute is within the last seven days."""
    return _dated("lastSevenDays", attribute, time_zone)


def last_x_days(attribute: str, days: int, *, time_zone: Zone = None) -> Where:
    """Match records whose attribute is within the last days."""
    return _days("lastXDays", attribute, days, time_zone)


def next_x_days(attribute: str, days: int, *, time_zone: Zone = None) -> Where:
    """Match records whose attribute is within the next days."""
    return _days("nextXDays", attribute, days, time_zone)


def older_than_x_days(attribute: str, days: int, *, time_zone: Zone = None) -> Where:
    """Match records whose attribute is more than so many days ago."""
    return _days("olderThanXDays", attribute, days, time_zone)


def after_x_days(attribute: str, days: int, *, time_zone: Zone = None) -> Where:
    """Match records whose attribute is more than so many days ahead."""
    return _days("afterXDays", attribute, days, time_zone)


def current_month(attribute: str, *, time_zone: Zone = None) -> Where:
    """Match records whose attribute is within this month."""
    return _dated("currentMonth", attribute, time_zone)


def last_month(attribute: str, *, time_zone: Zone = None) -> Where:
    """Match records whose attribute is within last month."""
    return _dated("lastMonth", attribute, time_zone)


def next_month(attribute: str, *, time_zone: Zone = None) -> Where:
    """Match records whose attribute is within next month."""
    return _dated("nextMonth", attribute, time_zone)


def current_quarter(attribute: str, *, time_zone: Zone = None) -> Where:
    """Match records whose attribute is within this quarter."""
    return _dated("currentQuarter", attribute, time_zone)


def last_quarter(attribute: str, *, time_zone: Zone = None) -> Where:
    """Match records whose attribute is within last quarter."""
    return _dated("lastQuarter", attribute, time_zone)


def current_year(attribute: str, *, time_zone: Zone = None) -> Where:
    """Match records whose attribute is within this year."""
    return _dated("currentYear", attribute, time_zone)


def last_year(attribute: str, *, time_zone: Zone = None) -> Where:
    """Match records whose attribute is within last year."""
    return _dated("lastYear", attribute, time_zone)


def current_fiscal_year(attribute: str, *, time_zone: Zone = None) -> Where:
    """Match records whose attribute is within this fiscal year, as the server is set up."""
    return _dated("currentFiscalYear", attribute, time_zone)


def last_fiscal_year(attribute: str, *, time_zone: Zone = None) -> Where:
    """Match records whose attribute is within last fiscal year, as the server is set up."""
    return _dated("lastFiscalYear", attribute, time_zone)


def current_fiscal_quarter(attribute: str, *, time_zone: Zone = None) -> Where:
    """Match records whose attribute is within this quarter of the fiscal year."""
    return _dated("currentFiscalQuarter", attribute, time_zone)


def last_fiscal_quarter(attribute: str, *, time_zone: Zone = None) -> Where:
    """Match records whose attribute is within last quarter of the fiscal year."""
    return _dated("lastFiscalQuarter", attribute, time_zone)


# -- links -----------------------------------------------------------------------------------------


def linked_with(link: str, ids: Ids) -> Where:
    """Match records that a link ties to one of the ids.

    Args:
        link: Name of the link, such as `teams`; not of its attribute `teamsIds`.
        ids: One id, or several. An id that leads nowhere is a `BadRequestError`.
    """
    return _to("linkedWith", link, ids)


def not_linked_with(link: str, ids: Ids) -> Where:
    """Match records that a link ties to none of the ids."""
    return _to("notLinkedWith", link, ids)


def linked_with_all(link: str, ids: Ids) -> Where:
    """Match records that a link ties to all of the ids."""
    return _to("linkedWithAll", link, ids)


def is_linked(link: str) -> Where:
    """Match records that a link ties to anything."""
    return _item("isLinked", link)


def is_not_linked(link: str) -> Where:
    """Match records that a link ties to nothing."""
    return _item("isNotLinked", link)


def in_category(attribute: str, id: Ids) -> Where:
    """Match records in a category or one below it."""
    return _to("inCategory", attribute, id)


def is_user_from_teams(attribute: str, ids: Ids) -> Where:
    """Match records whose user belongs to one of the teams."""
    return _to("isUserFromTeams", attribute, ids)


# -- lists of choices ------------------------------------------------------------------------------


def array_any_of(attribute: str, values: Sequence[str]) -> Where:
    """Match records whose list contains one of the values."""
    return _listed("arrayAnyOf", attribute, values)


def array_none_of(attribute: str, values: Sequence[str]) -> Where:
    """Match records whose list contains none of the values."""
    return _listed("arrayNoneOf", attribute, values)


def array_all_of(attribute: str, values: Sequence[str]) -> Where:
    """Match records whose list contains all of the values."""
    return _listed("arrayAllOf", attribute, values)


def array_is_empty(attribute: str) -> Where:
    """Match records whose list is empty."""
    return _item("arrayIsEmpty", attribute)


def array_is_not_empty(attribute: str) -> Where:
    """Match records whose list is not empty."""
    return _item("arrayIsNotEmpty", attribute)


# -- columns of a relation -------------------------------------------------------------------------


def column_equals(attribute: str, value: Scalar) -> Where:
    """Match records whose column of a relation is the value."""
    return _item("columnEquals", attribute, value)


def column_not_equals(attribute: str, value: Scalar) -> Where:
    """Match records whose column of a relation is another value."""
    return _item("columnNotEquals", attribute, value)


def column_in(attribute: str, values: Sequence[Scalar]) -> Where:
    """Match records whose column of a relation is one of the values."""
    return _listed("columnIn", attribute, values)


def column_not_in(attribute: str, values: Sequence[Scalar]) -> Where:
    """Match records whose column of a relation is none of the values."""
    return _listed("columnNotIn", attribute, values)


def column_like(attribute: str, pattern: str) -> Where:
    """Match records whose column of a relation matches a pattern."""
    return _like("columnLike", attribute, pattern)


def column_not_like(attribute: str, pattern: str) -> Where:
    """Match records whose column of a relation does not match a pattern."""
    return _like("columnNotLike", attribute, pattern)


def column_is_null(attribute: str) -> Where:
    """Match records whose column of a relation is not set."""
    return _item("columnIsNull", attribute)


def column_is_not_null(attribute: str) -> Where:
    """Match records whose column of a relation is set."""
    return _item("columnIsNotNull", attribute)


# -- several conditions ----------------------------------------------------------------------------


def and_(*items: Where) -> Where:
    """Match records for which all conditions are true."""
    return _joined("and", items)


def or_(*items: Where) -> Where:
    """Match records for which one of the conditions is true."""
    return _joined("or", items)


def _joined(operator: str, items: tuple[Where, ...]) -> Where:
    if not items:
        raise ArgumentError(operator, "must be called with at least one condition")
    return {"type": operator, "value": conditions(items, operator)}
