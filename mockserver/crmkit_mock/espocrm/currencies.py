"""Amounts in the base currency as responses to writes have them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal
from typing import TYPE_CHECKING

from crmkit_mock.espocrm.defaults import currency_fields
from crmkit_mock.espocrm.php_types import plain_number
from crmkit_mock.espocrm.session import BASE_CURRENCY

if TYPE_CHECKING:
    from collections.abc import Callable

    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType
    from crmkit_mock.espocrm.session import Session


def round_amount(value: float, release: tuple[int, ...]) -> float | int:
    """Return an amount rounded to cents, halves away from zero.

    PHP rounded to 15 digits before, so that 5 * 0.045 was no less than a half, until the version
    that servers since 10.0 ran on.
    """
    text = repr(value) if release >= _EXACT_SINCE else f"{value:.15g}"
    rounded = Decimal(text).quantize(_CENT, ROUND_HALF_UP, Context(prec=400))
    return plain_number(float(rounded))


_EXACT_SINCE = (10, 0)
_CENT = Decimal("0.01")


def converted_amounts(
    session: Session,
    entity: EntityType,
    record: Record,
    is_changed: Callable[..., bool],
) -> Record:
    """Return the converted amounts of the currency fields that a write changes.

    Args:
        session: The request.
        entity: The entity type.
        record: The record with all that was sent.
        is_changed: Returns whether one of some attributes is changed.
    """
    converted: Record = {}
    for field in currency_fields(entity):
        code = f"{field.name}Currency"
        if field.read_only or not is_changed(field.name, code):
            continue
        amount, currency = record.get(field.name), record.get(code)
        if amount is None or currency:
            name = f"{field.name}Converted"
            converted[name] = converted_amount(session, amount, currency)
    return converted


def converted_amount(
    session: Session, amount: float | None, currency: str | None
) -> float | int | None:
    """Return an amount in the base currency, rounded where it has to be converted."""
    if amount is None or currency == BASE_CURRENCY:
        return amount
    return round_amount(amount * session.rates().get(currency or "", 1), session.release)


def weighted_amount(session: Session, record: Record) -> float | int:
    """Return the converted amount of an opportunity, weighted by its probability."""
    amount = converted_amount(session, record.get("amount"), record.get("amountCurrency"))
    weighted = (amount or 0) * (record.get("probability") or 0) / 100
    return round_amount(weighted, session.release)
