"""Dates, datetimes and amounts of money as Monica reads and writes them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from crmkit_mock.monica.php_types import to_str
from crmkit_mock.monica.static_data import CURRENCIES

#: The notations that the library behind amounts reads; numbers with an exponent are not among them.
_MONEY = re.compile(r"-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)", re.ASCII)
_LARGEST = 2**63 - 1


def format_datetime(value: datetime) -> str:
    """Format an aware datetime as nearly all members have it: 2026-11-21T16:38:15Z."""
    return f"{value.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat()}Z"


def with_microseconds(value: str) -> str:
    """Return a formatted datetime as a few members have it: 2026-11-21T16:38:15.000000Z."""
    return f"{value[:-1]}.000000Z"


def start_of_day(value: str) -> str:
    """Return midnight of a formatted date or datetime."""
    return f"{value[:10]}T00:00:00Z"


def minor_units(value: object) -> int | None:
    """Return an amount of money in cents; None if the server cannot read it."""
    text = to_str(value)
    if not _MONEY.fullmatch(text):
        return None
    cents = int((Decimal(text) * 100).to_integral_value(ROUND_HALF_UP))
    return max(-_LARGEST, min(_LARGEST, cents))


def serialize_money(cents: int | None, currency: int) -> dict[str, Any]:
    """Build the three members of an amount of money; of none, and of 0, the strings are empty.

    Args:
        cents: The amount in cents.
        currency: Id of the user's currency.
    """
    if not cents:
        return {"amount": None, "value": "", "amount_with_currency": ""}
    units, rest = divmod(abs(cents), 100)
    symbol = CURRENCIES[currency - 1][2].strip()
    sign = "-" if cents < 0 else ""
    amount = f"{sign}{units}.{rest:02}"
    return {
        "amount": amount,
        "value": amount,
        "amount_with_currency": f"{sign}{symbol}{units:,}.{rest:02}",
    }
