"""Values of a new record that a request does not send."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.session import BASE_CURRENCY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType, Field


def defaults(entity: EntityType) -> Record:
    """Return the default values of a new record."""
    return dict(_defaults(entity))


@cache
def _defaults(entity: EntityType) -> Record:
    return {field.name: field.default for field in entity.fields if field.default is not None}


@cache
def currency_fields(entity: EntityType) -> tuple[Field, ...]:
    """Return the fields that are amounts with their currency."""
    return tuple(field for field in entity.fields if field.family == "currency")


def default_currencies(entity: EntityType, values: Mapping[str, Any]) -> Record:
    """Return the currency of each amount that lacks one."""
    currencies: Record = {}
    for field in currency_fields(entity):
        name = f"{field.name}Currency"
        if values.get(name):
            continue
        if values.get(field.name) is not None:
            currencies[name] = BASE_CURRENCY
    return currencies
