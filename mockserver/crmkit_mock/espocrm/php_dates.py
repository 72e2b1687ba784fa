"""Dates and time zones as PHP reads them, which takes more spellings than the stored formats."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import datetime, time, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

_DATE = re.compile(
    r"(\d{4})[-/](\d{1,2})(?:[-/](\d{1,2}))?"
    r"(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?)?"
    r"\s*([a-z]+(?:/[a-z_]+)*|[+-]\d{1,2}:?(?:\d{2})?)?",
    re.ASCII | re.IGNORECASE,
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_DAY_OF_YEAR = re.compile(r"(\d{4})[-.]?(\d{3})", re.ASCII)
_TIME = re.compile(r"([01]\d|2[0-4])([0-5]\d)", re.ASCII)
_RELATIVE = re.compile(r"([+-]\s*\d{1,6})\s*(day|week|hour|minute|second)s?", re.ASCII)
_OFFSET = re.compile(r"([+-])(\d{1,2})(?::?(\d{2}))?", re.ASCII)
#: Days from today, and whether the time of day is kept.
_WORDS = {
    "": (0, True),
    "now": (0, True),
    "today": (0, False),
    "midnight": (0, False),
    "tomorrow": (1, False),
    "yesterday": (-1, False),
}


@cache
def _zone_names() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones()}


def php_zone(name: str) -> tzinfo | None:
    """Return a time zone by its name in any case, or by its offset; None if it is unknown."""
    offset = _OFFSET.fullmatch(name)
    if offset:
        sign, hours, minutes = offset.groups()
        delta = timedelta(hours=int(hours), minutes=int(minutes or 0))
        return timezone(-delta if sign == "-" else delta) if delta < timedelta(days=1) else None
    known = _zone_names().get("utc" if name.lower() == "z" else name.lower())
    return None if known is None else ZoneInfo(known)


def php_datetime(  # noqa: PLR0911 - one return a spelling
    text: str, now: datetime
) -> datetime | None:
    """Return a datetime that a string describes, or None if it describes none.

    Args:
        text: The string.
        now: The time, in the zone of strings without one.
    """
    words = text.strip().lower()
    if words in _WORDS:
        days, keeps_time = _WORDS[words]
        start = now if keeps_time else datetime.combine(now.date(), time(), now.tzinfo)
        return start + timedelta(days=days)
    relative = _RELATIVE.fullmatch(words)
    if relative:
        return now + timedelta(**{f"{relative[2]}s": int(relative[1].replace(" ", ""))})
    clock = _TIME.fullmatch(words)
    if clock:
        return _replaced(now, (now.year, now.month, now.day), (int(clock[1]), int(clock[2]), 0))
    date = _COMPACT.fullmatch(words)
    if date:
        return _replaced(now, (int(date[1]), int(date[2]), int(date[3])), (0, 0, 0))
    day_of_year = _DAY_OF_YEAR.fullmatch(words)
    if day_of_year:
        first = _replaced(now, (int(day_of_year[1]), 1, 1), (0, 0, 0))
        return None if first is None else first + timedelta(days=int(day_of_year[2]) - 1)
    match = _DATE.fullmatch(words)
    if match is None:
        return None
    year, month, day, hour, minute, second, zone = match.groups()
    if zone:
        known = php_zone(zone)
        if known is None:
            return None
        now = now.astimezone(known)
    return _replaced(
        now,
        (int(year), int(month), int(day or 1)),
        (int(hour or 0), int(minute or 0), int(second or 0)),
    )


def _replaced(
    now: datetime, date: tuple[int, int, int], clock: tuple[int, int, int]
) -> datetime | None:
    """Return a date and a time in a zone; days that a month lacks are those of the next one."""
    year, month, day = date
    hour, minute, second = clock
    if month > 12 or day > 31 or hour > 24 or minute > 59 or second > 59:
        return None
    try:
        first = datetime(year or 1, month or 1, 1, tzinfo=now.tzinfo)
        shift = timedelta(days=max(day - 1, 0), hours=hour, minutes=minute, seconds=second)
        if month == 0 and year:
            shift -= timedelta(days=31)
        return first + shift
    except (ValueError, OverflowError):
        return None


def add_interval(moment: datetime, start: datetime, end: datetime) -> datetime:
    """Return a datetime moved by the interval between two others, as PHP counts it.

    PHP counts whole years and months before days, so that the length in seconds may differ.

    Raises:
        OverflowError: The result is beyond the years that exist.
        ValueError: As above.
    """
    sign = -1 if start > end else 1
    first, last = sorted((start, end))
    months = (last.year - first.year) * 12 + last.month - first.month
    days = last.day - first.day
    seconds = _second_of_day(last) - _second_of_day(first)
    if seconds < 0:
        seconds, days = seconds + 86400, days - 1
    # Months are borrowed from those before the end, or from those after it where it comes first.
    month = last.year * 12 + last.month - 2 if sign > 0 else first.year * 12 + first.month - 1
    while days < 0:
        days += monthrange(month // 12, month % 12 + 1)[1]
        month, months = month - sign, months - 1
    year, month = divmod(moment.year * 12 + moment.month - 1 + sign * months, 12)
    moved = moment.replace(year=year, month=month + 1, day=1)
    return moved + timedelta(days=moment.day - 1 + sign * days, seconds=sign * seconds)


def _second_of_day(moment: datetime) -> int:
    return moment.hour * 3600 + moment.minute * 60 + moment.second
