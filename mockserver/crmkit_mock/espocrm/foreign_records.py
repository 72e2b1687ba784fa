"""The check of the records that a write links to: they must exist, and the user must see them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.attributes import linked_ids
from crmkit_mock.espocrm.errors import (
    forbidden,
    foreign_record_forbidden,
    foreign_record_not_found,
)
from crmkit_mock.espocrm.php_types import to_str
from crmkit_mock.espocrm.sanitizing import cast_array, fields_set

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.espocrm.access import Action
    from crmkit_mock.espocrm.fields import EntityType, Link
    from crmkit_mock.espocrm.session import Session

_MANY = frozenset({"linkMultiple", "attachmentMultiple"})
#: Links to one record that no field sets, by entity type.
_WITHOUT_FIELD = {"Task": ("email",)}
#: Fields with the records to which another one is assigned beside its assigned user.
_ASSIGNED_TO = {"Meeting": "users", "Call": "users", "Email": "teams"}
_TO_MANY = frozenset({"has_many", "many_many", "children"})
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
    fields = [field for field in fields_set(entity, values) if field.stored]
    for field in fields:
        ids = values.get(f"{field.name}Ids") if field.family in _MANY else None
        if ids:
            known = (
                set() if stored is None else set(linked_ids(session, entity, dict(stored), field))
            )
            for id in ids:
                if id not in known:
                    _check(session, entity, field.name, field.entity, id)
    for link in _WITHOUT_FIELD.get(entity.name, ()):
        if values.get(f"{link}Id") is not None:
            reason = f"Cannot set ID attribute for link '{link}' as there's no link field."
            raise forbidden(reason)
    for field in fields:
        name = f"{field.name}Id"
        id = values.get(name)
        if field.family not in _ONE or id is None or (stored or {}).get(name) == id:
            continue
        foreign: Any = field.entity
        if field.family == "linkParent":
            kind = f"{field.name}Type"
            foreign = {**(stored or {}), **values}.get(kind) or ""
        if foreign is True:
            raise session.server_error_or(f"{field.name}Type is no entity type.")
        if foreign:
            _check(session, entity, field.name, foreign, id)


def check_assigned(session: Session, entity: EntityType, values: Mapping[str, Any]) -> None:
    """Check the ids that the server reads to see whether the user may assign a record to them.

    Raises:
        APIError: 500, or 400 in its place: an id is empty or there twice, or it is no list.
    """
    field = _ASSIGNED_TO.get(entity.name, "")
    if entity.name == "Email" and to_str(values.get("assignedUserId")) == "0":
        raise session.server_error_or("assignedUserId is empty.")
    ids = values.get(f"{field}Ids", ())
    if ids is None and field == "users":
        raise session.server_error_or(f"{field}Ids is not a list.")
    if ids and len(set(ids)) < len(ids):
        raise session.server_error_or(f"{field}Ids has an id twice.")


def check_links_without_fields(
    session: Session, entity: EntityType, sent: Mapping[str, Any]
) -> dict[str, list[Any] | None]:
    """Check the ids that are sent for links which are not fields: each takes one record at most.

    Args:
        session: The request.
        entity: The entity type.
        sent: The attributes sent.

    Returns:
        The ids of each such link, None where what was sent is not a list.

    Raises:
        APIError: 403 for several records, or for one that does not exist or that the user may not
            use; 500, or 400 in its place, for what is not an id.
    """
    links = _links_without_fields(entity)
    found = {links[name]: cast_array(sent[name]) for name in links if name in sent}
    for link, ids in found.items():
        if not ids:
            continue
        if any(isinstance(id, dict) for id in ids):
            raise session.server_error_or(f"{link.name}Ids has an object.", by_router=True)
        if len(ids) > 1:
            reason = (
                f"Cannot set multiple IDs for link '{link.name}' as there's no link-multiple field."
            )
            raise forbidden(reason)
        if ids[0] is None or isinstance(ids[0], list):
            raise session.server_error_or(f"{link.name}Ids has no ids.", by_router=True)
        _check(session, entity, link.name, link.entity, to_str(ids[0]), link.foreign_access)
    return {link.name: ids for link, ids in found.items()}


@cache
def _links_without_fields(entity: EntityType) -> dict[str, Link]:
    """Return the links that are not fields, by the attribute that has the ids."""
    return {
        f"{link.name}Ids": link
        for link in entity.links
        if link.kind in _TO_MANY and link.readable and link.name not in entity.by_name
    }


def _check(
    session: Session,
    entity: EntityType,
    link: str,
    foreign: str,
    id: object,
    action: Action = "read",
) -> None:
    record = session.data.find(foreign, id if isinstance(id, str) else to_str(id))
    if record is None:
        raise foreign_record_not_found(entity.name, link, foreign)
    if foreign not in _OPEN and not session.user.may(foreign, action, record):
        raise foreign_record_forbidden(entity.name, link, foreign, action)


def foreign_values(
    session: Session, entity: EntityType, values: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the attributes of a record that a write copies from a record it links to."""
    account = session.data.find("Account", values.get("accountId"))
    if entity.name != "Contact" or account is None:
        return {}
    return {"accountType": account.get("type")}
