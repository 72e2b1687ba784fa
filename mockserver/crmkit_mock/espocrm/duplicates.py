"""The check for duplicates: a name or an e-mail address that another record has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.data import display_name
from crmkit_mock.espocrm.folding import fold
from crmkit_mock.espocrm.refusals import duplicate
from crmkit_mock.espocrm.shapes import list_shape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType
    from crmkit_mock.espocrm.session import Session


def matches(session: Session, entity: EntityType, record: Record) -> Iterator[Record]:
    """Give the records that a new one would duplicate, each once for every reason."""
    name = _name(entity, record)
    addresses = _addresses(record)
    for other in session.data.all(entity.name):
        if not session.user.may(entity.name, "read", other):
            continue
        if name is not None and _name(entity, other) == name:
            yield other
        if addresses & _addresses(other):
            yield other


def require_unique(session: Session, entity: EntityType, record: Record) -> None:
    """Refuse a record that duplicates others.

    Raises:
        Problem: 409, with the others as lists show them.
    """
    found = {other["id"]: other for other in matches(session, entity, record)}
    if found:
        raise duplicate([list_shape(session, entity, other) for other in found.values()])


def in_short(entity: EntityType, record: Record) -> dict[str, Any]:
    """Return a duplicate as a refused conversion shows it."""
    return {"id": record["id"], "name": display_name(record), "_entityType": entity.name}


def _name(entity: EntityType, record: Record) -> str | None:
    if entity.person:
        first, last = record.get("firstName"), record.get("lastName")
        return fold(f"{first} {last}") if first and last else None
    name = record.get("name")
    return fold(name) if name else None


def _addresses(record: Record) -> set[str]:
    return {entry["lower"] for entry in record.get("emailAddressData") or []}
