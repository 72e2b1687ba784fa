"""Dates and datetimes in the forms that PHP reads, which are many.

Read are the forms that people and programs write dates in: ISO 8601 with and without time, also
with single digits, week dates; dd.mm.yyyy, dd-mm-yyyy, mm/dd/yyyy; names of months in English;
`@` and seconds. Times that are relative to now have no date of their own, which is what Monica
asks for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from crmkit_mock.monica.php_types import is_numeric, to_number

#: What the database has in place of a date that it cannot store, as replies show it.
ZERO_DATE = "-0001-11-30"

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?P<name>[a-z]{3,9})\.?"
_DAY = r"(?P<d>[0-3]?[0-9])(?:st|nd|rd|th)?"
_SEPARATORS = r"[ \t.,/-]*"
_DATES = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        r"(?P<y>[0-9]{4})-(?P<m>[01]?[0-9])-(?P<d>[0-3]?[0-9])(?![0-9])",
        r"(?P<y>[0-9]{4})/(?P<m>[01]?[0-9])/(?P<d>[0-3]?[0-9])(?![0-9])",
        r"(?P<y>[0-9]{4})-?w(?P<week>[0-5][0-9])(?:-?(?P<weekday>[0-7]))?(?![0-9])",
        r"(?P<y>[0-9]{4})-(?P<m>[01]?[0-9])(?![0-9-])",
        r"(?P<y>[0-9]{4})(?P<m>[01][0-9])(?P<d>[0-3][0-9])(?=t|$)",
        r"(?P<m>[01]?[0-9])/(?P<d>[0-3]?[0-9])/(?P<y>[0-9]{4}|[0-9]{2})(?![0-9])",
        r"(?P<d>[0-3]?[0-9])[.\t-](?P<m>[01]?[0-9])[.-](?P<y>[0-9]{4})(?![0-9])",
        r"(?P<y>[0-9]{2})-(?P<m>[01][0-9])-(?P<d>[0-3][0-9])(?![0-9])",
        rf"{_DAY}{_SEPARATORS}{_MONTH}{_SEPARATORS}(?P<y>[0-9]{{4}}|[0-9]{{2}})(?![0-9:])",
        rf"{_MONTH}{_SEPARATORS}{_DAY}[ \t.,/-]+(?P<y>[0-9]{{4}})(?![0-9:])",
        rf"{_MONTH}{_SEPARATORS}(?P<y>[0-9]{{4}})(?![0-9:])",
    )
)
_WEEKDAY = re.compile(r"(?P<weekday>(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*)[,.]?[ \t]+", re.ASCII)
_TIME = re.compile(
    r"(?:t|[ \t,]+t?|$)"
    r"(?:(?P<h>[0-2]?[0-9])(?::?(?P<i>[0-5][0-9])(?::?(?P<s>[0-5][0-9]|60)(?:[.,][0-9]+)?)?)?"
    r"[ \t]*(?P<half>[ap]\.?m\.?)?|(?P<noon>noon|midnight))?",
    re.ASCII,
)
_ZONE = re.compile(
    r"[ \t]*(?:z|utc|gmt|[a-z]|e[sd]t|c[sde]?[sd]?t|m[sd]t|p[sd]t"
    r"|(?:gmt|utc)?[+-][0-9]{1,2}(?::?[0-9]{2})?|[a-z]+/[a-z_]+)?",
    re.ASCII,
)
_LONG_YEAR = re.compile(r"(?P<h>[0-9])(?P<rest>[0-9]{4}-[0-9]{2}-[0-9]{2})", re.ASCII)
_TWO_HOURS = re.compile(r"(?P<h>[0-9]{2})(?P<rest>[0-9]{3}-[0-9]{2}-[0-9]{2})", re.ASCII)
_CENTURY_START = 70
_EARLIEST_TIMESTAMP = datetime(1970, 1, 1, 0, 0, 1)  # noqa: DTZ001 - wall time
_LATEST_TIMESTAMP = datetime(2038, 1, 19, 3, 14, 7)  # noqa: DTZ001 - wall time


@dataclass(frozen=True, slots=True)
class _Parsed:
    """A date with its time as written; the day may not exist in its month."""

    year: int
    month: int
    day: int
    seconds: int = 0
    shift: int = 0

    @property
    def is_valid(self) -> bool:
        """Whether there is such a day."""
        try:
            date(self.year, self.month, self.day)
        except ValueError:
            return False
        return True


def is_date(value: object) -> bool:
    """Return whether a value is a date to a validation rule: one that names an existing day."""
    if isinstance(value, str):
        parsed = _parse(value)
        return parsed is not None and parsed.is_valid
    if not is_numeric(value) or isinstance(value, float):
        return False
    return is_date(str(value))


def wall_time(value: object) -> datetime | None:
    """Return the datetime that a valid date is stored as; None if it is outside of 1 to 9999.

    An offset is dropped and the time kept as it was written. A number is a count of seconds.
    """
    if is_numeric(value):
        return _from_seconds(to_number(value))
    text = str(value).strip()
    if text.startswith("@"):
        return _from_seconds(to_number(text[1:]))
    parsed = _parse(text)
    if parsed is None:
        return None
    try:
        first = datetime(parsed.year, parsed.month, 1)  # noqa: DTZ001 - wall time
        return first + timedelta(days=parsed.day - 1 + parsed.shift, seconds=parsed.seconds)
    except (ValueError, OverflowError):
        return None


def format_wall_time(value: datetime | None) -> str:
    """Format a wall time as replies have it."""
    if value is None:
        return f"{ZERO_DATE}T00:00:00Z"
    return f"{value.replace(microsecond=0).isoformat()}Z"


def format_timestamp(value: datetime | None) -> str:
    """Format a wall time that the database keeps in a column for recent times only."""
    is_kept = value is not None and _EARLIEST_TIMESTAMP <= value <= _LATEST_TIMESTAMP
    return format_wall_time(value if is_kept else None)


def _from_seconds(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None, microsecond=0)
    except (ValueError, OverflowError, OSError):
        return None


def _parse(text: str) -> _Parsed | None:
    """Parse a str; None if it is not a date, or names none."""
    text = text.strip().lower()
    if text.startswith("@"):
        return _Parsed(1970, 1, 1) if is_numeric(text[1:]) else None
    # Of a year of five digits the first ones are read as the hour.
    long_year = _LONG_YEAR.fullmatch(text)
    if long_year is not None:
        return _long_year(text)
    weekday = _WEEKDAY.match(text)
    start = weekday.end() if weekday else 0
    for pattern in _DATES:
        match = pattern.match(text, start)
        if match is None:
            continue
        day = _day(match.groupdict())
        rest = _seconds(text[match.end() :])
        if day is None or rest is None:
            continue
        return _Parsed(day.year, day.month, day.day, rest, day.shift)
    return None


def _long_year(text: str) -> _Parsed | None:
    match = _TWO_HOURS.fullmatch(text)
    if match is None or int(match["h"]) > 24:
        match = _LONG_YEAR.fullmatch(text)
        return None if match is None else _parse(f"200{text[4:]}")
    year, month, day = match["rest"].split("-")
    return _Parsed(2000 + int(year), int(month), int(day), int(match["h"]) * 3600)


def _day(parts: dict[str, str | None]) -> _Parsed | None:
    year = int(parts["y"] or 0)
    if len(parts["y"] or "") == 2:
        year += 2000 if year < _CENTURY_START else 1900
    if parts.get("week"):
        day = date(year, 1, 4)
        monday = day - timedelta(days=day.weekday()) + timedelta(weeks=int(parts["week"] or 1) - 1)
        weekday = int(parts.get("weekday") or 1)
        shift = (monday - date(year, 1, 1)).days + weekday - 1
        return _Parsed(year, 1, 1, shift=shift)
    name = parts.get("name")
    month = int(parts.get("m") or 0)
    if name is not None:
        known = [short for short in _MONTHS if name.startswith(short)]
        if not known:
            return None
        month = _MONTHS.index(known[0]) + 1
    if month > len(_MONTHS) or int(parts.get("d") or 1) > 31:
        return None
    return _Parsed(year, month, int(parts.get("d") or 1))


def _seconds(text: str) -> int | None:
    """Return the seconds of the day that the rest of a str means; None if it is not a time."""
    match = _TIME.match(text)
    rest = text[match.end() :] if match else text
    if not _ZONE.fullmatch(rest):
        return None
    if match is None or (match["h"] is None and match["noon"] is None):
        return 0
    if match["noon"]:
        return 12 * 3600 if match["noon"] == "noon" else 0
    hour = int(match["h"])
    half = match["half"]
    if hour > (12 if half else 24):
        return None
    if half:
        hour = hour % 12 + (12 if half[0] == "p" else 0)
    return hour * 3600 + int(match["i"] or 0) * 60 + int(match["s"] or 0)
