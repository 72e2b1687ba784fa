"""Values of a new record that a request does not send."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.session import BASE_CURRENCY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType


def defaults(entity: EntityType) -> Record:
    """Return the default values of a new record."""
    return {field.name: field.default for field in entity.fields if field.default is not None}


def default_currencies(entity: EntityType, values: Mapping[str, Any]) -> Record:
    """Return the currency of each amount that lacks one."""
    currencies: Record = {}
    for field in entity.fields:
        name = f"{field.name}Currency"
        if field.family != "currency" or values.get(name):
            continue
        if values.get(field.name) is not None:
            currencies[name] = BASE_CURRENCY
    return currencies
