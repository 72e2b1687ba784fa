"""Days and moments as Monica reads and writes them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

#: Assumption: forms beside ISO 8601, of the many that PHP reads as a date.
_FORMS = ("%Y/%m/%d", "%m/%d/%Y", "%d %B %Y", "%d %b %Y", "%B %d, %Y", "%b %d, %Y")
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[Tt ].*)?", re.ASCII | re.DOTALL)


def write_instant(moment: datetime) -> str:
    """Write an aware moment as nearly all members show it: 2026-11-21T16:38:15Z."""
    return f"{moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat()}Z"


def with_microseconds(instant: str) -> str:
    """Write a moment as a few members show it: 2026-11-21T16:38:15.000000Z."""
    return f"{instant[:-1]}.000000Z"


def midnight(instant: str) -> str:
    """Return the beginning of a moment's day."""
    return f"{instant[:10]}T00:00:00Z"


def read_moment(text: str) -> datetime | None:
    """Read a day or moment; None if it is none. Without an offset it is in UTC."""
    try:
        if _ISO.fullmatch(text):
            # A leap second is the first of the next minute: datetime has no second 60.
            plain = re.sub(r"(?<=[0-9]{2}:[0-9]{2}:)60", "59", text.upper())
            moment = datetime.fromisoformat(plain)
            if plain != text.upper():
                moment += timedelta(seconds=1)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    for form in _FORMS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


def overflowing(year: int, month: int, day: int) -> str | None:
    """Return a day whose month and day may lie beyond their ends: February 31 is in March.

    Returns:
        The day as YYYY-MM-DD; None if it lies outside the years 1 to 9999.
    """
    months = year * 12 + month - 1
    try:
        first = date(months // 12, months % 12 + 1, 1)
        return (first + timedelta(days=day - 1)).isoformat()
    except (ValueError, OverflowError):
        return None
