"""The check for duplicates: records with the same name or e-mail address."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.data import display_name
from crmkit_mock.espocrm.errors import duplicate
from crmkit_mock.espocrm.folding import fold
from crmkit_mock.espocrm.list_responses import list_response
from crmkit_mock.store import Index

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType
    from crmkit_mock.espocrm.session import Session


def find_duplicates(session: Session, entity: EntityType, record: Record) -> list[Record]:
    """Return the records that a new one would duplicate, once for each reason.

    They come in the order of their creation, and only those that the user may read.
    """
    name = _folded_name(record, person=entity.person)
    addresses = _addresses(record)
    groups = [session.data.with_address(entity.name, address) for address in addresses]
    if name is not None:
        groups.append(session.data.find_all(entity.name, _by_name(entity.person), name))
    groups = [group for group in groups if group]
    if len(groups) > 1:
        # Only the list of all records says which of several groups' was created first.
        ids = {other["id"] for group in groups for other in group}
        groups = [[other for other in session.data.all(entity.name) if other["id"] in ids]]
    duplicates: list[Record] = []
    for other in (other for group in groups for other in group):
        if session.user.may(entity.name, "read", other):
            same_name = name is not None and _folded_name(other, person=entity.person) == name
            same_address = bool(addresses & _addresses(other))
            duplicates += [other] * (same_name + same_address)
    return duplicates


def require_unique(session: Session, entity: EntityType, record: Record) -> None:
    """Check that a new record does not duplicate others.

    Raises:
        APIError: 409, with the others as lists show them; 500, or 400 in its place: the list of
            e-mail addresses has an empty one.
    """
    for entry in record.get("emailAddressData") or ():
        address = entry.get("emailAddress")
        if not address or address == "0":
            is_no_str = address is None or isinstance(address, list | dict)
            reason = "emailAddressData has an empty address."
            raise session.server_error_or(reason, by_router=is_no_str)
    found = {other["id"]: other for other in find_duplicates(session, entity, record)}
    if found:
        raise duplicate([list_response(session, entity, other) for other in found.values()])


def summary(entity: EntityType, record: Record) -> dict[str, Any]:
    """Return a duplicate as a rejected conversion shows it."""
    return {"id": record["id"], "name": display_name(record), "_entityType": entity.name}


@cache
def _by_name(person: bool) -> Index:  # noqa: FBT001 - the key of a cache
    def keys(record: Record) -> tuple[str, ...]:
        name = None if record["deleted"] else _folded_name(record, person=person)
        return () if name is None else (name,)

    return Index(keys)


def _folded_name(record: Record, *, person: bool) -> str | None:
    if person:
        # A missing part equals a missing one only.
        first, last = record.get("firstName") or "", record.get("lastName") or ""
        return fold(f"{first}\n{last}") if first or last else None
    name = record.get("name")
    return fold(name) if name else None


def _addresses(record: Mapping[str, Any]) -> set[str]:
    """Return the addresses of a record, or of the attributes sent for one, in lower case."""
    entries = record.get("emailAddressData") or []
    values = [record.get("emailAddress"), *(entry.get("emailAddress") for entry in entries)]
    return {value.lower() for value in values if isinstance(value, str) and value}
