"""Amounts in the base currency as responses to writes have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmkit_mock.espocrm.php_types import plain_number
from crmkit_mock.espocrm.session import BASE_CURRENCY

if TYPE_CHECKING:
    from collections.abc import Callable

    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType
    from crmkit_mock.espocrm.session import Session


def round_amount(value: float) -> float | int:
    """Return an amount rounded to cents, halves away from zero."""
    sign = -1 if value < 0 else 1
    # Rounded to 15 digits before, as PHP does, so that 1.005 is not below the half.
    scaled = float(f"{abs(value) * 100:.15g}")
    return plain_number(sign * int(scaled + 0.5) / 100)


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
    for field in entity.fields:
        code = f"{field.name}Currency"
        if field.family != "currency" or field.read_only or not is_changed(field.name, code):
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
    return round_amount(amount * session.rates().get(currency or "", 1))


def weighted_amount(session: Session, record: Record) -> float | int:
    """Return the converted amount of an opportunity, weighted by its probability."""
    amount = converted_amount(session, record.get("amount"), record.get("amountCurrency"))
    return round_amount((amount or 0) * (record.get("probability") or 0) / 100)
