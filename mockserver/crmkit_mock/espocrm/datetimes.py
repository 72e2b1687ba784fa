"""Dates and datetimes as EspoCRM reads and writes them (observed)."""

from __future__ import annotations

import re
from datetime import MAXYEAR, UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from crmkit_mock.espocrm.errors import bad_request

#: Time zone of the server, which decides when a date begins where a request does not say.
SERVER_TIME_ZONE = "Europe/Prague"

_ESPO = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}(:\d{2})?", re.ASCII)
#: ISO 8601 as PHP reads it: with seconds, without fractions, with an offset or a zone's name.
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})T(\d{1,2}):(\d{2}):(\d{2})[ \t]*(\S+)", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2}):?(\d{2})?", re.ASCII | re.IGNORECASE)
#: Abbreviations of time zones, with their hours from UTC.
_ZONES = {
    "Z": 0, "UTC": 0, "GMT": 0, "CET": 1, "CEST": 2, "BST": 1, "EET": 2, "EEST": 3, "MSK": 3,
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
}  # fmt: skip


def format_datetime(value: datetime) -> str:
    """Format a datetime as EspoCRM does: in UTC, with a space and without an offset."""
    try:
        utc = value.astimezone(UTC)
    except OverflowError:
        # In the first or the last hours that there are.
        utc = value.replace(tzinfo=UTC)
    return _in_utc(utc)


@lru_cache(maxsize=256)
def _in_utc(utc: datetime) -> str:
    return f"{utc.year:04}-{utc:%m-%d %H:%M:%S}"


def is_datetime(value: object) -> bool:
    """Return whether a value is a datetime in the stored format, also without seconds."""
    if not isinstance(value, str) or not _ESPO.fullmatch(value):
        return False
    return _exists(value)


def is_date(value: object) -> bool:
    """Return whether a value is a date in the stored format."""
    return isinstance(value, str) and _DATE.fullmatch(value) is not None and _exists(value)


def _exists(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def read_datetime(value: object) -> object:
    """Return an ISO datetime of a request in the stored format; any other value as it is."""
    moment = None if is_datetime(value) else _parse_iso(value)
    return value if moment is None else format_datetime(moment)


def read_date(value: object) -> object:
    """Return the date that an ISO datetime of a request shows; any other value as it is."""
    moment = None if is_date(value) else _parse_iso(value)
    return value if moment is None else f"{moment.year:04}-{moment:%m-%d}"


def _parse_iso(value: object) -> datetime | None:
    """Return an ISO datetime; what is too high for its place carries over to the next one."""
    match = _ISO.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(match[place]) for place in range(1, 7))
    zone = _zone(match[7])
    years, month = divmod(month - 1, 12)
    if zone is None or not 1 <= year + years <= MAXYEAR:
        return None
    start = datetime(year + years, month + 1, 1, tzinfo=zone)
    try:
        return start + timedelta(days=day - 1, hours=hour, minutes=minute, seconds=second)
    except OverflowError:
        return None


def _zone(text: str) -> tzinfo | None:
    """Return a time zone by its offset, its abbreviation or its name, None if there is none."""
    match = _OFFSET.fullmatch(text)
    if match is not None:
        offset = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
        offset = min(offset, timedelta(hours=23, minutes=59))
        return timezone(-offset if match[1] == "-" else offset)
    hours = _ZONES.get(text.upper())
    if hours is not None:
        return timezone(timedelta(hours=hours))
    try:
        return ZoneInfo(text) if "/" in text else None
    except (KeyError, ValueError, OSError):
        return None


def parse_datetime(value: object) -> str | None:
    """Return a datetime of a request in the stored format, or None if it is not a datetime."""
    read = read_datetime(value)
    return str(with_seconds(read)) if is_datetime(read) else None


def parse_date(value: object) -> str | None:
    """Return the date of a date or a datetime of a request, or None if it is neither."""
    moment = parse_datetime(value)
    read = moment[:10] if moment is not None and is_datetime(value) else read_date(value)
    return str(read) if is_date(read) else None


def with_seconds(value: object) -> object:
    """Return a datetime in the stored format with its seconds; any other value as it is."""
    return f"{value}:00" if isinstance(value, str) and len(value) == 16 else value


def time_zone(name: str) -> ZoneInfo:
    """Return a time zone.

    Raises:
        APIError: 400, the name is unknown.
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise bad_request("Bad timezone") from None


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return when a date begins in a time zone."""
    return datetime.combine(day, time(), zone)


def date_bounds(first: date, last: date, zone: ZoneInfo) -> tuple[str, str]:
    """Return the first and the last second of a range of dates in the stored format."""
    end = midnight(last + timedelta(days=1), zone) - timedelta(seconds=1)
    return format_datetime(midnight(first, zone)), format_datetime(end)


@lru_cache(maxsize=256)
def with_server_offset(value: str) -> str:
    """Return a stored datetime in ISO 8601 with the offset of the server's time zone.

    Any other string is returned unchanged.
    """
    if not _ESPO.fullmatch(value):
        return value
    utc = datetime.fromisoformat(value).replace(tzinfo=UTC)
    return utc.astimezone(time_zone(SERVER_TIME_ZONE)).isoformat()
