"""Filter items about days: today, last month, the next three days, on, before, after."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.instants import day_bounds, read_instant, write_instant, zone
from crmkit_mock.espocrm.php import to_int
from crmkit_mock.espocrm.profiles import SERVER_ZONE
from crmkit_mock.espocrm.refusals import bad_request

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from zoneinfo import ZoneInfo

    from crmkit_mock.espocrm.session import Session

    Test = Callable[[list[Any]], bool]

_FIRST = date.min
_LAST = date.max
#: Days on each side of today that a search may go; the calendar ends somewhere.
_FARTHEST = 300_000

_PERIODS = frozenset(
    {
        "today", "lastSevenDays", "currentMonth", "lastMonth", "nextMonth", "currentQuarter",
        "lastQuarter", "currentYear", "lastYear", "currentFiscalYear", "lastFiscalYear",
        "currentFiscalQuarter", "lastFiscalQuarter", "lastXDays", "nextXDays", "olderThanXDays",
        "afterXDays",
    }
)  # fmt: skip
_GIVEN = frozenset({"on", "notOn", "before", "after"})

#: All item types that look at days or moments.
DATE_TYPES = _PERIODS | _GIVEN | {"past", "future"}


def date_test(session: Session, kind: str, value: object, told: Mapping[str, Any]) -> Test:
    """Return the test of an item.

    With `dateTime` it looks at moments, and days are those of `timeZone`. Without, bare days are
    compared with whatever the attribute holds; a moment never equals a day.

    Args:
        session: The request.
        kind: Type of the item, one of `DATE_TYPES`.
        value: Its value.
        told: The whole item.

    Raises:
        Problem: 400, there is no such time zone, or the value is no day.
    """
    here = zone(str(told.get("timeZone") or SERVER_ZONE))
    moments = told.get("dateTime") in (True, 1, "true", "1")
    now = session.clock.now().astimezone(here)
    if kind in {"past", "future"}:
        mark = write_instant(now) if moments else now.date().isoformat()
        if kind == "past":
            return lambda values: any(one is not None and one < mark for one in values)
        return lambda values: any(one is not None and one > mark for one in values)
    if kind in _GIVEN:
        return _given_test(kind, value, here, moments=moments)
    first, last = _period(kind, now.date(), to_int(value))
    return _within(*_bounds(first, last, here, moments=moments))


def _bounds(first: date, last: date, here: ZoneInfo, *, moments: bool) -> tuple[str, str]:
    if not moments:
        return first.isoformat(), last.isoformat()
    low = "" if first == _FIRST else day_bounds(first, first, here)[0]
    high = "9999-12-31 23:59:59" if last == _LAST else day_bounds(last, last, here)[1]
    return low, high


def _within(low: str, high: str) -> Test:
    return lambda values: any(one is not None and low <= one <= high for one in values)


def _given_test(kind: str, value: object, here: ZoneInfo, *, moments: bool) -> Test:
    if not isinstance(value, str) or not value:
        raise bad_request("Bad where item. Bad date value.")
    low = high = value
    if moments:
        low, high = _moments(value, here)
    match kind:
        case "on":
            return _within(low, high)
        case "notOn":
            inside = _within(low, high)
            return lambda values: any(one is not None for one in values) and not inside(values)
        case "before":
            return lambda values: any(one is not None and one < low for one in values)
        case _:
            return lambda values: any(one is not None and one > high for one in values)


def _moments(value: str, here: ZoneInfo) -> tuple[str, str]:
    """Return the moments that a day covers, or twice the moment that a value names."""
    try:
        if len(value) == 10:
            day = date.fromisoformat(value)
            if date(1001, 1, 1) <= day <= date(9998, 12, 31):
                return day_bounds(day, day, here)
        else:
            local = datetime.fromisoformat(value)
            if local.tzinfo is None and 1001 <= local.year <= 9998:
                moment = write_instant(local.replace(tzinfo=here))
                return moment, moment
    except ValueError:
        pass
    moment_told = read_instant(value)
    if moment_told is None:
        raise bad_request("Bad where item. Bad date value.")
    return moment_told, moment_told


def _period(kind: str, today: date, days: int) -> tuple[date, date]:
    """Return the first and the last day of a period."""
    days = max(-_FARTHEST, min(days, _FARTHEST))
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
    # The fiscal year begins in January where nobody has set otherwise.
    unit = kind.removeprefix("current").removeprefix("last").removeprefix("next")
    months = {"Month": 1, "Quarter": 3, "Year": 12}[unit.removeprefix("Fiscal")]
    begin = (today.month - 1) // months * months
    shift = {"c": 0, "l": -months, "n": months}[kind[0]]
    first = _month(today.year, begin + shift)
    after = _month(today.year, begin + shift + months)
    return first, after - timedelta(days=1)


def _month(year: int, number: int) -> date:
    return date(year + number // 12, number % 12 + 1, 1)
