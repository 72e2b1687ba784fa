"""Linked records, and how links are stored, added and removed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.attributes import FOLLOWERS
from crmkit_mock.espocrm.users import USERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType, Field, Link
    from crmkit_mock.espocrm.session import Session

#: Users who follow what is assigned to them; API users do not.
_FOLLOWING = frozenset(
    login.user.id for login in USERS.values() if login.user.kind in {"regular", "admin"}
)
_ACCOUNT_CONTACT = "accountContact"


def linked_records(session: Session, link: Link, record: Record) -> list[Record]:
    """Return the records at the other end of a link."""
    data = session.data
    match link.kind:
        case "belongs_to":
            found = [data.find(link.entity, record.get(link.key))]
        case "many_many":
            rows = data.linked(link, record["id"])
            found = [data.find(link.entity, row.far(link.near)) for row in rows]
        case "has_many":
            return data.with_value(link.entity, record["id"], link.key)
        case _:
            return data.with_value(link.entity, record["id"], "parentId")
    return [other for other in found if other is not None]


def add_link(
    session: Session, entity: EntityType, link: Link, record: Record, other: Record
) -> None:
    """Link a record with another one, if it is not linked yet.

    Args:
        session: The request.
        entity: Entity type of the record.
        link: The link.
        record: The record.
        other: The record at the other end.
    """
    data = session.data
    match link.kind:
        case "many_many":
            data.relate(link, record["id"], other["id"])
            if _is_contacts_of_account(link) and other.get("accountId") is None:
                # The first account of a contact becomes its primary one.
                data.replace("Contact", {**other, "accountId": record["id"]})
        case "has_many":
            data.replace(link.entity, {**other, link.key: record["id"]})
        case _:
            parent = {"parentId": record["id"], "parentType": entity.name}
            data.replace(link.entity, {**other, **parent})
    session.clock.tick()


def detach(session: Session, link: Link, record: Record, other: Record) -> None:
    """Remove a link, if it exists."""
    data = session.data
    key = {"has_many": link.key, "children": "parentId"}.get(link.kind)
    if link.kind == "many_many":
        data.unrelate(link, record["id"], other["id"])
        if _is_contacts_of_account(link):
            key = "accountId"
    if key is not None and other.get(key) == record["id"]:
        cleared: dict[str, Any] = {key: None}
        if key == "parentId":
            cleared["parentType"] = None
        data.replace(link.entity, {**other, **cleared})
    session.clock.tick()


def _is_contacts_of_account(link: Link) -> bool:
    return link.name == "contacts" and link.relation == _ACCOUNT_CONTACT


def relation_of(entity: EntityType, field: Field) -> Link | None:
    """Return the link of a field that is stored as rows of a relation; None for other fields."""
    link = entity.all_links.get(field.name) if field.family == "linkMultiple" else None
    return link if link is not None and link.kind == "many_many" else None


def without_relations(entity: EntityType, record: Record) -> Record:
    """Return a record without the attributes that are stored in relations."""
    elsewhere = {
        attribute
        for field in entity.fields
        if relation_of(entity, field) is not None
        for attribute in field.attributes
    }
    return {name: value for name, value in record.items() if name not in elsewhere}


def store_links(session: Session, entity: EntityType, record: Record) -> None:
    """Update relations by the ids and columns that a write has set.

    Args:
        session: The request.
        entity: The entity type.
        record: The record with all that was written.
    """
    for field in entity.fields:
        link = relation_of(entity, field)
        if link is not None:
            _store_field(session, link, field, record)


def _store_field(session: Session, link: Link, field: Field, record: Record) -> None:
    columns: Mapping[str, Any] = record.get(f"{field.name}Columns") or {}
    ids = record.get(f"{field.name}Ids")
    if ids is None and not columns:
        return
    linked = {row.far(link.near) for row in session.data.linked(link, record["id"])}
    if ids is not None:
        for removed in linked - set(ids):
            session.data.unrelate(link, record["id"], removed)
        # An invitation is not answered yet.
        initial = {"status": "None"} if "status" in field.columns else {}
        for added in ids:
            if added not in linked:
                session.data.relate(link, record["id"], added, initial)
        linked = set(ids)
    for id, row in columns.items():
        if id in linked:
            session.data.relate(link, record["id"], id, row)


def follow_assigned(session: Session, entity: EntityType, values: Record) -> None:
    """Make the user to whom a record was assigned follow it."""
    assigned = values.get("assignedUserId")
    if entity.stream and assigned in _FOLLOWING:
        session.data.relate(FOLLOWERS, values["id"], assigned)
