"""Dates and datetimes as EspoCRM reads and writes them (observed)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from crmkit_mock.espocrm.errors import bad_request

#: Time zone of the server, which decides when a date begins where a request does not say.
SERVER_TIME_ZONE = "Europe/Prague"

_ESPO = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}(:\d{2})?", re.ASCII)
_ISO = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})", re.ASCII
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

#: Years that the database can hold, less one at each end for dates in other time zones.
_YEARS = range(1001, 9999)


def format_datetime(value: datetime) -> str:
    """Format a datetime as EspoCRM does: in UTC, with a space and without an offset."""
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def parse_datetime(value: object) -> str | None:
    """Return a datetime of a request in the stored format, or None if it is not a datetime.

    Accepted are the format of responses, also without seconds, and ISO 8601 with an offset.
    """
    if not isinstance(value, str):
        return None
    try:
        if _ESPO.fullmatch(value):
            parsed = datetime.fromisoformat(value).replace(tzinfo=UTC)
        elif _ISO.fullmatch(value):
            parsed = datetime.fromisoformat(value)
        else:
            return None
    except ValueError:
        return None
    return format_datetime(parsed) if parsed.year in _YEARS else None


def parse_date(value: object) -> str | None:
    """Return a date of a request in the stored format, or None if it is not a date.

    An ISO datetime is cut to the date that it shows.
    """
    if not isinstance(value, str):
        return None
    if not _DATE.fullmatch(value) and parse_datetime(value) is None:
        return None
    try:
        parsed = date.fromisoformat(value[:10])
    except ValueError:
        return None
    return parsed.isoformat() if parsed.year in _YEARS else None


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


def with_server_offset(value: str) -> str:
    """Return a stored datetime in ISO 8601 with the offset of the server's time zone.

    Any other string is returned unchanged.
    """
    if not _ESPO.fullmatch(value):
        return value
    utc = datetime.fromisoformat(value).replace(tzinfo=UTC)
    return utc.astimezone(time_zone(SERVER_TIME_ZONE)).isoformat()
