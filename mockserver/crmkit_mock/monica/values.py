"""Dates, datetimes and amounts of money as Monica reads and writes them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from crmkit_mock.monica.static_data import CURRENCIES

#: Assumption: formats beside ISO 8601, of the many that PHP reads as a date.
_FORMATS = ("%Y/%m/%d", "%m/%d/%Y", "%d %B %Y", "%d %b %Y", "%B %d, %Y", "%b %d, %Y")
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[Tt ].*)?", re.ASCII | re.DOTALL)
_CENT = Decimal("0.01")


def format_datetime(value: datetime) -> str:
    """Format an aware datetime as nearly all members have it: 2026-11-21T16:38:15Z."""
    return f"{value.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat()}Z"


def with_microseconds(value: str) -> str:
    """Return a formatted datetime as a few members have it: 2026-11-21T16:38:15.000000Z."""
    return f"{value[:-1]}.000000Z"


def start_of_day(value: str) -> str:
    """Return midnight of a formatted date or datetime."""
    return f"{value[:10]}T00:00:00Z"


def parse_datetime(value: str) -> datetime | None:
    """Parse a date or datetime, in UTC where it has no offset; None if it is not one."""
    try:
        if _ISO.fullmatch(value):
            # A leap second is the first of the next minute: datetime has no second 60.
            without_leap = re.sub(r"(?<=[0-9]{2}:[0-9]{2}:)60", "59", value.upper())
            parsed = datetime.fromisoformat(without_leap)
            if without_leap != value.upper():
                parsed += timedelta(seconds=1)
            parsed = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
            return parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    for format_ in _FORMATS:
        try:
            return datetime.strptime(value, format_).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


def rollover_date(year: int, month: int, day: int) -> str | None:
    """Return a date whose month and day may lie beyond their ends: February 31 is in March.

    Returns:
        The date as YYYY-MM-DD; None if it lies outside the years 1 to 9999.
    """
    months = year * 12 + month - 1
    try:
        first = date(months // 12, months % 12 + 1, 1)
        return (first + timedelta(days=day - 1)).isoformat()
    except (ValueError, OverflowError):
        return None


def serialize_money(amount: float | None, currency: int) -> dict[str, Any]:
    """Build the three members of an amount of money; without one the strings are empty.

    Args:
        amount: The amount.
        currency: Id of the user's currency.
    """
    if amount is None:
        return {"amount": None, "value": "", "amount_with_currency": ""}
    rounded = Decimal(str(amount)).quantize(_CENT)
    symbol = CURRENCIES[currency - 1][2]
    sign = "-" if rounded < 0 else ""
    return {
        "amount": str(rounded),
        "value": str(rounded),
        "amount_with_currency": f"{sign}{symbol}{abs(rounded):,}",
    }
