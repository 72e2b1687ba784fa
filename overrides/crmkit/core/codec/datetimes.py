"""Dates and datetimes: RFC 3339, Unix seconds, `dd.mm.yyyy`, EspoCRM's format."""

from __future__ import annotations

from datetime import UTC, date, datetime
from math import floor
from typing import Any

from crmkit.core.errors import ArgumentError, expected

from .decode_errors import reject

_parse = datetime.fromisoformat
_TWO_DIGITS = tuple(f"{n:02d}" for n in range(60))
_YEARS = {year: str(year) for year in range(1900, 2100)}
_DAYS = tuple(tuple(f"-{month}-{day}T" for day in _TWO_DIGITS[:32]) for month in _TWO_DIGITS[:13])
_MINUTES = tuple(tuple(f"{hour}:{minute}:" for minute in _TWO_DIGITS) for hour in _TWO_DIGITS[:24])


def decode_datetime(value: Any) -> datetime:
    """Read an ISO 8601 datetime; one without time zone is in UTC."""
    try:
        parsed = _parse(value)
    except TypeError:  # to look at the type before takes longer
        reject(value, "str")
    if parsed.tzinfo is not None:
        return parsed
    try:
        return _parse(value + "Z")
    except ValueError:  # a date
        return parsed.replace(tzinfo=UTC)  # which takes ten times as long


def encode_datetime(value: object, argument: str) -> str:
    """Write a datetime as RFC 3339 in UTC, with `Z`.

    Args:
        value: An aware datetime.
        argument: Name of the argument.

    Raises:
        ArgumentError: It is not a datetime, or has no time zone.
    """
    utc = value if type(value) is datetime and value.tzinfo is UTC else to_utc(value, argument)
    year = _YEARS.get(utc.year)
    if year is None or utc.microsecond:
        return utc.replace(tzinfo=None).isoformat() + "Z"
    # isoformat() of an aware datetime takes several times as long.
    day, minute = _DAYS[utc.month][utc.day], _MINUTES[utc.hour][utc.minute]
    return f"{year}{day}{minute}{_TWO_DIGITS[utc.second]}Z"


def to_utc(value: object, argument: str) -> datetime:
    """Return an aware datetime in UTC.

    Raises:
        ArgumentError: It is not a datetime, has no time zone, or lies outside the years of UTC.
    """
    if not isinstance(value, datetime) or value != value:  # noqa: PLR0124  # pandas' NaT
        raise expected(argument, "an aware datetime", value)
    localize = getattr(value.tzinfo, "localize", None)
    if localize is not None and value.tzname() == "LMT":
        # A zone of pytz as tzinfo is local mean time, whatever the date; nobody means that.
        localized: datetime = localize(value.replace(tzinfo=None))
        value = localized
    if value.utcoffset() is None:
        problem = "expected an aware datetime, got a naive one; use datetime(…, tzinfo=UTC)"
        raise ArgumentError(argument, problem)
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ArgumentError(argument, "must be within the years 1 to 9999 in UTC") from None


def decode_date(value: object) -> date:
    """Read a date as `YYYY-MM-DD`."""
    if type(value) is not str:
        reject(value, "str")
    return date.fromisoformat(value)


def encode_date(value: object, argument: str) -> str:
    """Write a date as `YYYY-MM-DD`.

    Raises:
        ArgumentError: It is not a date, or is a datetime.
    """
    return _check_date(value, argument).isoformat()


def _check_date(value: object, argument: str) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise expected(argument, "a date", value)
    return value


def decode_dmy(value: object) -> date:
    """Read a date as `dd.mm.yyyy`."""
    if type(value) is not str or len(value) != 10 or value[2] != "." or value[5] != ".":
        reject(value, "a date as dd.mm.yyyy")
    return date.fromisoformat(f"{value[6:]}-{value[3:5]}-{value[:2]}")


def encode_dmy(value: object, argument: str) -> str:
    """Write a date as `dd.mm.yyyy`.

    Raises:
        ArgumentError: It is not a date, or is a datetime.
    """
    day = value if type(value) is date else _check_date(value, argument)
    return f"{_TWO_DIGITS[day.day]}.{_TWO_DIGITS[day.month]}.{day.year:04d}"


def decode_unix(value: object) -> datetime:
    """Read seconds since 1970."""
    if type(value) is not int:
        reject(value, "int")
    return datetime.fromtimestamp(value, UTC)


def encode_unix(value: object, argument: str) -> int:
    """Write a datetime as whole seconds since 1970; fractions are cut off.

    Raises:
        ArgumentError: It is not an aware datetime.
    """
    return floor(to_utc(value, argument).timestamp())


def encode_espo_datetime(value: object, argument: str) -> str:
    """Write a datetime as `YYYY-MM-DD HH:MM:SS` in UTC; fractions of a second are cut off.

    Raises:
        ArgumentError: It is not an aware datetime.
    """
    return encode_datetime(value, argument)[:19].replace("T", " ")


def decode_date_or_str(value: object) -> date | datetime | str:
    """Read a date or an aware datetime; any other str stays one."""
    if type(value) is not str:
        reject(value, "str")
    try:
        if len(value) == 10:  # as YYYY-MM-DD is
            return date.fromisoformat(value)
        parsed = datetime.fromisoformat(value)
    except ValueError:
        return value
    return value if parsed.tzinfo is None else parsed


def encode_date_or_str(value: object, argument: str) -> str:
    """Write a date, a datetime, or a str such as `tomorrow`.

    Raises:
        ArgumentError: It is not one of them, or a datetime without time zone.
    """
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, datetime):
        return encode_datetime(value, argument)
    if isinstance(value, date):
        return value.isoformat()
    raise expected(argument, "a date, datetime or str", value)
