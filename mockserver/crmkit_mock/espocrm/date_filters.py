"""Filter items about dates: today, last month, the next three days, on, before, after."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.datetimes import (
    SERVER_TIME_ZONE,
    date_bounds,
    format_datetime,
    parse_datetime,
    time_zone,
)
from crmkit_mock.espocrm.errors import bad_request
from crmkit_mock.espocrm.php_types import to_int

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from zoneinfo import ZoneInfo

    from crmkit_mock.espocrm.session import Session

    Test = Callable[[list[Any]], bool]

_FIRST = date.min
_LAST = date.max
#: Maximum distance from today in days, since the calendar of Python ends.
_MAX_DAYS = 300_000

_PERIODS = frozenset(
    {
        "today", "lastSevenDays", "currentMonth", "lastMonth", "nextMonth", "currentQuarter",
        "lastQuarter", "currentYear", "lastYear", "currentFiscalYear", "lastFiscalYear",
        "currentFiscalQuarter", "lastFiscalQuarter", "lastXDays", "nextXDays", "olderThanXDays",
        "afterXDays",
    }
)  # fmt: skip
_WITH_DATE = frozenset({"on", "notOn", "before", "after"})

#: Types of items about dates.
DATE_TYPES = _PERIODS | _WITH_DATE | {"past", "future"}


def date_test(session: Session, kind: str, value: object, item: Mapping[str, Any]) -> Test:
    """Return the test of an item.

    With `dateTime` it compares datetimes, and dates are those of `timeZone`. Without, dates are
    compared with whatever the attribute holds; a datetime never equals a date.

    Args:
        session: The request.
        kind: Type of the item, one of `DATE_TYPES`.
        value: Its value.
        item: The whole item.

    Raises:
        APIError: 400, the time zone is unknown, or the value is not a date.
    """
    zone = time_zone(str(item.get("timeZone") or SERVER_TIME_ZONE))
    datetimes = item.get("dateTime") in (True, 1, "true", "1")
    now = session.clock.now().astimezone(zone)
    if kind in {"past", "future"}:
        bound = format_datetime(now) if datetimes else now.date().isoformat()
        if kind == "past":
            return lambda values: any(item is not None and item < bound for item in values)
        return lambda values: any(item is not None and item > bound for item in values)
    if kind in _WITH_DATE:
        return _date_value_test(kind, value, zone, datetimes=datetimes)
    first, last = _period(kind, now.date(), to_int(value))
    return _between(*_bounds(first, last, zone, datetimes=datetimes))


def _bounds(first: date, last: date, zone: ZoneInfo, *, datetimes: bool) -> tuple[str, str]:
    if not datetimes:
        return first.isoformat(), last.isoformat()
    low = "" if first == _FIRST else date_bounds(first, first, zone)[0]
    high = "9999-12-31 23:59:59" if last == _LAST else date_bounds(last, last, zone)[1]
    return low, high


def _between(low: str, high: str) -> Test:
    return lambda values: any(item is not None and low <= item <= high for item in values)


def _date_value_test(kind: str, value: object, zone: ZoneInfo, *, datetimes: bool) -> Test:
    if not isinstance(value, str) or not value:
        raise bad_request("Bad where item. Bad date value.")
    low = high = value
    if datetimes:
        low, high = _value_bounds(value, zone)
    match kind:
        case "on":
            return _between(low, high)
        case "notOn":
            is_on = _between(low, high)
            return lambda values: any(item is not None for item in values) and not is_on(values)
        case "before":
            return lambda values: any(item is not None and item < low for item in values)
        case _:
            return lambda values: any(item is not None and item > high for item in values)


def _value_bounds(value: str, zone: ZoneInfo) -> tuple[str, str]:
    """Return the first and last second of a date, or twice a datetime."""
    try:
        if len(value) == 10:
            day = date.fromisoformat(value)
            if date(1001, 1, 1) <= day <= date(9998, 12, 31):
                return date_bounds(day, day, zone)
        else:
            local = datetime.fromisoformat(value)
            if local.tzinfo is None and 1001 <= local.year <= 9998:
                bound = format_datetime(local.replace(tzinfo=zone))
                return bound, bound
    except ValueError:
        pass
    parsed = parse_datetime(value)
    if parsed is None:
        raise bad_request("Bad where item. Bad date value.")
    return parsed, parsed


def _period(kind: str, today: date, days: int) -> tuple[date, date]:
    """Return the first and the last date of a period."""
    days = max(-_MAX_DAYS, min(days, _MAX_DAYS))
    periods = {
        "today": (0, 0),
        "lastSevenDays": (-7, 0),
        "lastXDays": (-days, 0),
        "nextXDays": (0, days),
        "olderThanXDays": (None, -days - 1),
        "afterXDays": (days + 1, None),
    }
    if kind not in periods:
        return _calendar_period(kind, today)
    first, last = periods[kind]
    return (
        _FIRST if first is None else today + timedelta(days=first),
        _LAST if last is None else today + timedelta(days=last),
    )


def _calendar_period(kind: str, today: date) -> tuple[date, date]:
    # The fiscal year begins in January unless configured otherwise.
    unit = kind.removeprefix("current").removeprefix("last").removeprefix("next")
    months = {"Month": 1, "Quarter": 3, "Year": 12}[unit.removeprefix("Fiscal")]
    begin = (today.month - 1) // months * months
    shift = {"c": 0, "l": -months, "n": months}[kind[0]]
    first = _month(today.year, begin + shift)
    after = _month(today.year, begin + shift + months)
    return first, after - timedelta(days=1)


def _month(year: int, number: int) -> date:
    return date(year + number // 12, number % 12 + 1, 1)
