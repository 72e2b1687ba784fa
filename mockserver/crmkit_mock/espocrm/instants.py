"""Days and moments as EspoCRM reads and writes them (observed)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from crmkit_mock.espocrm.refusals import bad_request

_ESPO = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}(:\d{2})?", re.ASCII)
_ISO = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})", re.ASCII
)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


#: What the database keeps as a day, less one year for days that begin elsewhere.
_YEARS = range(1001, 9999)


def write_instant(moment: datetime) -> str:
    """Write a moment: UTC, with a blank in the middle and no mark of a zone."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def read_instant(text: object) -> str | None:
    """Return the moment that a request names as records keep it; None if it names none.

    Taken are the form of replies, also without seconds, and ISO 8601 with a zone.
    """
    if not isinstance(text, str):
        return None
    try:
        if _ESPO.fullmatch(text):
            moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
        elif _ISO.fullmatch(text):
            moment = datetime.fromisoformat(text)
        else:
            return None
    except ValueError:
        return None
    return write_instant(moment) if moment.year in _YEARS else None


def read_day(text: object) -> str | None:
    """Return the day that a request names; None if it names none.

    An ISO moment is cut to the day that it shows.
    """
    if not isinstance(text, str):
        return None
    if not _DAY.fullmatch(text) and read_instant(text) is None:
        return None
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return None
    return day.isoformat() if day.year in _YEARS else None


def zone(name: str) -> ZoneInfo:
    """Return a time zone.

    Raises:
        Problem: 400, there is none of that name.
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise bad_request("Bad timezone") from None


def midnight(day: date, in_zone: ZoneInfo) -> datetime:
    """Return the moment at which a day begins somewhere."""
    return datetime.combine(day, time(), in_zone)


def day_bounds(first: date, last: date, in_zone: ZoneInfo) -> tuple[str, str]:
    """Return the first and the last second of some days somewhere, as records keep moments."""
    end = midnight(last + timedelta(days=1), in_zone) - timedelta(seconds=1)
    return write_instant(midnight(first, in_zone)), write_instant(end)
