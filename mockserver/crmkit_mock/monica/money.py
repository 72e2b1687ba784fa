"""Sums of money: gifts and debts show them as texts, in the user's currency."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from crmkit_mock.monica.currencies import CURRENCIES

if TYPE_CHECKING:
    from crmkit_mock.monica.call import Call

_CENT = Decimal("0.01")


def money(call: Call, amount: float | None) -> dict[str, Any]:
    """Build the three members that show a sum; without one the texts are empty."""
    if amount is None:
        return {"amount": None, "value": "", "amount_with_currency": ""}
    sum_ = Decimal(str(amount)).quantize(_CENT)
    symbol = CURRENCIES[call.account.currency - 1][2]
    sign = "-" if sum_ < 0 else ""
    return {
        "amount": str(sum_),
        "value": str(sum_),
        "amount_with_currency": f"{sign}{symbol}{abs(sum_):,}",
    }
