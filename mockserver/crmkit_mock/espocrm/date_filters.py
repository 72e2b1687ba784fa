"""Filter items about dates: today, last month, the next three days, on, before, after."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.datetimes import SERVER_TIME_ZONE, format_datetime
from crmkit_mock.espocrm.errors import bad_request
from crmkit_mock.espocrm.php_dates import php_datetime, php_zone
from crmkit_mock.espocrm.php_types import to_int

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.espocrm.session import Session

#: An item as another one, which compares values: its type and its value.
Item = tuple[str, Any]

#: Maximum distance from today in days, since the calendar of Python ends.
_MAX_DAYS = 300_000
_CALENDAR = frozenset(
    {
        "currentMonth", "lastMonth", "nextMonth", "currentQuarter", "lastQuarter", "currentYear",
        "lastYear", "currentFiscalYear", "lastFiscalYear", "currentFiscalQuarter",
        "lastFiscalQuarter",
    }
)  # fmt: skip

#: Types of items about periods.
PERIODS = _CALENDAR | {
    "today", "past", "future", "lastSevenDays", "lastXDays", "nextXDays", "olderThanXDays",
    "afterXDays",
}  # fmt: skip
_DAY = len("2024-01-15")


def is_datetime_item(item: Mapping[str, Any]) -> bool:
    """Return whether the dates of an item are those of a time zone."""
    return bool(item.get("dateTime")) and item["dateTime"] != "0"


def datetime_items(session: Session, kind: str, value: Any, item: Mapping[str, Any]) -> list[Item]:
    """Return what an item with `dateTime` compares; the items are joined by "and".

    Args:
        session: The request.
        kind: Type of the item.
        value: Its value.
        item: The whole item.

    Raises:
        APIError: 400, the time zone is unknown, or the value is not a date.
    """
    name = item.get("timeZone")
    zone = php_zone(SERVER_TIME_ZONE if name is None else str(name))
    if kind in {"on", "before", "after"} and value in (None, "", "0", 0, False, [], {}):
        raise bad_request("Bad where item. Empty value.")
    if kind in {"on", "before", "after"} and isinstance(value, list | dict):
        raise session.server_error_or("The value of a where item is not a date.", by_router=True)
    if zone is None:
        raise bad_request("Bad timezone")
    now = session.clock.now().astimezone(zone).replace(microsecond=0)
    if kind in PERIODS:
        return _datetime_period(kind, now, to_int(value))
    if kind in {"on", "before", "after"}:
        return [_at_date(kind, value, now)]
    if kind == "between":
        return [_between_dates(value, now)]
    return [(kind, value)]


def _at_date(kind: str, value: Any, now: datetime) -> Item:
    start = _datetime(value, now)
    end = start + _rest_of_day(value)
    match kind:
        case "on":
            return "between", [_utc(start), _utc(end)]
        case "before":
            return "lessThan", _utc(start)
        case _:
            return "greaterThan", _utc(end)


def _between_dates(value: Any, now: datetime) -> Item:
    if not isinstance(value, list | dict) or len(value) < 2:
        raise bad_request("Bad where item. Bad value.")
    first, last = (value[0], value[1]) if isinstance(value, list) else list(value.values())[:2]
    return "between", [
        _utc(_datetime(first, now)),
        _utc(_datetime(last, now) + _rest_of_day(last)),
    ]


def _rest_of_day(value: Any) -> timedelta:
    """Return how long a value lasts: a date until the end of its day."""
    is_day = len(str(value)) <= _DAY
    return timedelta(days=1, seconds=-1) if is_day else timedelta()


def _datetime(value: Any, now: datetime) -> datetime:
    parsed = php_datetime("" if value is None else str(value), now)
    if parsed is None:
        raise bad_request("Bad date value or timezone.")
    return parsed


def _utc(value: datetime) -> str:
    try:
        return format_datetime(value)
    except OverflowError:
        return "9999-12-31 23:59:59" if value.year > 5000 else "0001-01-01 00:00:00"


def _datetime_period(  # noqa: PLR0911 - one case a type
    kind: str, now: datetime, days: int
) -> list[Item]:
    """Return the bounds of a period of datetimes."""
    zone, today = now.tzinfo, now.date()

    def start(day: date) -> str:
        return _utc(datetime.combine(day, time(), zone))

    match kind:
        case "today":
            return [("between", [start(today), _last_second(today, zone)])]
        case "past":
            return [("lessThanOrEquals", _utc(now))]
        case "future":
            return [("greaterThan", _utc(now))]
        case "lastSevenDays":
            return [("between", [start(_moved(today, -7)), _utc(now)])]
        case "lastXDays":
            return [("between", [start(_moved(today, -days)), _utc(now)])]
        case "nextXDays":
            # The server means the end of the day, and sets 24:59:59.
            last = datetime.combine(_moved(today, days + 1), time(0, 59, 59), zone)
            return [("between", [_utc(now), _utc(last)])]
        case "olderThanXDays":
            return [("lessThan", start(_moved(today, -days)))]
        case "afterXDays":
            return [("greaterThanOrEquals", start(_moved(today, days)))]
        case _:
            first, after = _calendar_period(kind, today)
            return [("between", [start(first), _last_second(_moved(after, -1), zone)])]


def _last_second(day: date, zone: tzinfo | None) -> str:
    return _utc(datetime.combine(day, time(23, 59, 59), zone))


def date_items(  # noqa: PLR0911 - one case a type
    session: Session, kind: str, value: Any, item: Mapping[str, Any]
) -> list[Item]:
    """Return what an item about a period compares without `dateTime`; joined by "and".

    Args:
        session: The request.
        kind: Type of the item, one of `PERIODS`.
        value: Its value.
        item: The whole item; with `date` it may have a time zone.

    Raises:
        APIError: 400, the time zone is unknown.
    """
    name = (item.get("date") or None) and item.get("timeZone")
    is_calendar = kind in _CALENDAR
    zone = php_zone(str(name) if name and not is_calendar else SERVER_TIME_ZONE)
    if zone is None:
        raise bad_request(f"DateTimeZone::__construct(): Unknown or bad timezone ({name})")
    today = session.clock.now().astimezone(zone).date()
    if is_calendar:
        first, after = _calendar_period(kind, today)
        return [("greaterThanOrEquals", first.isoformat()), ("lessThan", after.isoformat())]
    days = 7 if kind == "lastSevenDays" else to_int(value)
    match kind:
        case "today":
            return [("equals", today.isoformat())]
        case "past":
            return [("lessThan", today.isoformat())]
        case "future":
            return [("greaterThan", today.isoformat())]
        case "lastSevenDays" | "lastXDays":
            first, last = _moved(today, -days), today
        case "nextXDays":
            first, last = today, _moved(today, days)
        case "olderThanXDays":
            return [("lessThan", _moved(today, -days).isoformat())]
        case _:
            return [("greaterThan", _moved(today, days).isoformat())]
    return [("greaterThanOrEquals", first.isoformat()), ("lessThanOrEquals", last.isoformat())]


def _moved(day: date, days: int) -> date:
    return day + timedelta(days=max(-_MAX_DAYS, min(days, _MAX_DAYS)))


def _calendar_period(kind: str, today: date) -> tuple[date, date]:
    """Return the first date of a month, a quarter or a year, and that of the next one."""
    # The fiscal year begins in January unless configured otherwise.
    unit = kind.removeprefix("current").removeprefix("last").removeprefix("next")
    months = {"Month": 1, "Quarter": 3, "Year": 12}[unit.removeprefix("Fiscal")]
    begin = (today.month - 1) // months * months
    shift = {"c": 0, "l": -months, "n": months}[kind[0]]
    return _month(today.year, begin + shift), _month(today.year, begin + shift + months)


def _month(year: int, number: int) -> date:
    return date(year + number // 12, number % 12 + 1, 1)


#: Dates of these entity types may lack a time, and are in an attribute of their own then.
_ALL_DAY = {
    ("Task", "dateStart"),
    ("Task", "dateEnd"),
    ("Meeting", "dateStart"),
    ("Meeting", "dateEnd"),
}


def has_all_day(entity: str, attribute: str, kind: str, value: Any) -> bool:
    """Return whether an item with `dateTime` also compares the date of whole days.

    Args:
        entity: Name of the entity type.
        attribute: The attribute.
        kind: Type of the item.
        value: Its value.
    """
    if (entity, attribute) not in _ALL_DAY or kind in {"isNull", "ever", "isNotNull"}:
        return False
    values = [value] if isinstance(value, str) else _strings(value)
    return all(len(text) <= _DAY + 1 for text in values)


def _strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        value = list(value.values())
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
