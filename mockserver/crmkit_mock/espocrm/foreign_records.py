"""The check of the records that a write links to: they must exist, and the user must see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.attributes import linked_ids
from crmkit_mock.espocrm.errors import (
    forbidden,
    foreign_record_forbidden,
    foreign_record_not_found,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.espocrm.fields import EntityType, Field
    from crmkit_mock.espocrm.session import Session

_MANY = frozenset({"linkMultiple", "attachmentMultiple"})
#: Links to one record that no field sets, by entity type.
_WITHOUT_FIELD = {"Task": ("email",)}
_ONE = frozenset({"link", "file", "linkParent"})
#: Entity types that anyone may link who knows the id.
_OPEN = frozenset({"Attachment"})


def check_links(
    session: Session,
    entity: EntityType,
    values: Mapping[str, Any],
    stored: Mapping[str, Any] | None,
) -> None:
    """Check the records that a write links to.

    Args:
        session: The request.
        entity: The entity type.
        values: The attributes sent, cast.
        stored: The record as it is stored; None for a new one.

    Raises:
        APIError: 403 for the first record that does not exist, or that the user may not read.
    """
    fields = [field for field in entity.fields if field.stored]
    for field in fields:
        if field.family in _MANY:
            known = (
                set() if stored is None else set(linked_ids(session, entity, dict(stored), field))
            )
            for id in values.get(f"{field.name}Ids") or ():
                if id not in known:
                    _check(session, entity, field, field.entity, id)
    for link in _WITHOUT_FIELD.get(entity.name, ()):
        if values.get(f"{link}Id") is not None:
            reason = f"Cannot set ID attribute for link '{link}' as there's no link field."
            raise forbidden(reason)
    for field in fields:
        name = f"{field.name}Id"
        id = values.get(name)
        if field.family not in _ONE or id is None or (stored or {}).get(name) == id:
            continue
        foreign = field.entity
        if field.family == "linkParent":
            kind = f"{field.name}Type"
            foreign = values.get(kind) or (stored or {}).get(kind) or ""
        if foreign:
            _check(session, entity, field, foreign, id)


def _check(session: Session, entity: EntityType, field: Field, foreign: str, id: object) -> None:
    record = session.data.find(foreign, id)
    if record is None:
        raise foreign_record_not_found(entity.name, field.name, foreign)
    if foreign not in _OPEN and not session.user.may(foreign, "read", record):
        raise foreign_record_forbidden(entity.name, field.name, foreign)


def foreign_values(
    session: Session, entity: EntityType, values: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the attributes of a record that a write copies from a record it links to."""
    account = session.data.find("Account", values.get("accountId"))
    if entity.name != "Contact" or account is None:
        return {}
    return {"accountType": account.get("type")}
