"""Conversion of the amounts of records to another currency (observed)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm import records
from crmkit_mock.espocrm.errors import bad_request
from crmkit_mock.espocrm.session import BASE_CURRENCY
from crmkit_mock.espocrm.validation import accept

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType
    from crmkit_mock.espocrm.session import Session


def target_currency(session: Session, data: Mapping[str, Any]) -> tuple[str, Mapping[str, float]]:
    """Return the currency that the data names, and the rates by which to convert.

    Raises:
        APIError: 400, there is no currency, or no rate of it.
    """
    target = data.get("targetCurrency")
    if not target:
        raise bad_request("No target currency.")
    sent = data.get("rates")
    if sent is not None and not isinstance(sent, dict):
        raise bad_request("")
    rates: dict[str, float] = session.rates() if sent is None else {**sent, BASE_CURRENCY: 1}
    if not isinstance(target, str) or (target != BASE_CURRENCY and target not in rates):
        raise bad_request("Target currency rate is not specified.")
    return target, rates


def convert_amounts(
    session: Session,
    entity: EntityType,
    record: Record,
    target: str,
    rates: Mapping[str, float],
) -> Record:
    """Convert a record's amounts; return the record as it is stored.

    Args:
        session: The request.
        entity: The entity type.
        record: The record.
        target: Code of the currency.
        rates: Rates by code.
    """
    changes: dict[str, Any] = {}
    for field in entity.fields:
        amount, code = record.get(field.name), record.get(f"{field.name}Currency")
        if field.family == "currency" and amount is not None and code not in (None, target):
            rate = rates.get(code, 1) / rates.get(target, 1)
            changes |= {
                field.name: float(f"{float(amount) * rate:.14g}"),
                f"{field.name}Currency": target,
            }
    accepted = accept(session, entity, changes, record)
    return records.change(session, entity, record, accepted, changes)
