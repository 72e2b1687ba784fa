"""Linked records, and how links are stored, added and removed."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from crmkit_mock.espocrm.entity_types import ENTITY_TYPES
from crmkit_mock.espocrm.stream_notes import note_link

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType, Field, Link
    from crmkit_mock.espocrm.session import Session

    #: A link that a write has made or removed, and the record at the other end.
    LinkChange = tuple[Link, Record, Literal["Relate", "Unrelate"]]

#: Links that give a record at the other end its main record, if it has none: the attribute there
#: by entity type and link.
_MAIN = {("Account", "contacts"): "accountId", ("Contact", "opportunities"): "contactId"}


def linked_records(session: Session, link: Link, record: Record) -> list[Record]:
    """Return the records at the other end of a link."""
    data = session.data
    match link.kind:
        case "belongs_to":
            found = [data.find(link.entity, record.get(link.key))]
        case "many_many":
            rows = data.linked(link, record["id"])
            found = [data.find(link.entity, row.far(link.near)) for row in rows]
        case "has_many" | "has_one":
            return data.with_value(link.entity, record["id"], link.key)
        case _ if link.name == "attachments":
            found = [data.find(link.entity, id) for id in record.get("attachmentsIds") or []]
        case _:
            return data.with_value(link.entity, record["id"], "parentId")
    return [other for other in found if other is not None]


def add_link(
    session: Session,
    entity: EntityType,
    link: Link,
    record: Record,
    other: Record,
    *,
    is_initial: bool = False,
) -> None:
    """Link a record with another one, if it is not linked yet.

    Args:
        session: The request.
        entity: Entity type of the record.
        link: The link.
        record: The record.
        other: The record at the other end.
        is_initial: Whether the record is new: then nothing else follows from its links.
    """
    data = session.data
    match link.kind:
        case "many_many":
            columns = {column for _, column in link.columns}
            is_new = data.relate(link, record["id"], other["id"], initial=_initial(columns))
        case "has_many":
            is_new = other.get(link.key) != record["id"]
            data.replace(link.entity, {**other, link.key: record["id"]})
        case _:
            is_new = other.get("parentId") != record["id"]
            parent = {"parentId": record["id"], "parentType": entity.name}
            data.replace(link.entity, {**other, **parent})
    session.clock.tick()
    if is_initial:
        return
    key = _MAIN.get((entity.name, link.name))
    if is_new and key is not None and other.get(key) is None:
        _save(session, link.entity, other, {key: record["id"]})
    if (
        session.release >= (10, 0)
        and (entity.name, link.name) == ("Contact", "accounts")
        and record.get("accountId") is None
    ):
        current = data.get("Contact", record["id"])
        if current.get("accountId") is None:
            data.replace("Contact", {**current, "accountId": other["id"]})
    if is_new:
        note_link(session, entity, link, record, other, "Relate")


def _initial(columns: Iterable[str]) -> dict[str, Any]:
    """Return the columns of a new row: an invitation is not answered yet."""
    values = {"status": "None", "isInactive": False, "optedOut": False}
    return {name: values.get(name) for name in columns}


def detach(session: Session, entity: EntityType, link: Link, record: Record, other: Record) -> None:
    """Remove a link, if it exists."""
    data = session.data
    match link.kind:
        case "many_many":
            data.unrelate(link, record["id"], other["id"])
        case "has_many" if other.get(link.key) == record["id"]:
            data.replace(link.entity, {**other, link.key: None})
        case "children" if other.get("parentId") == record["id"]:
            data.replace(link.entity, {**other, "parentId": None, "parentType": None})
    session.clock.tick()
    key = _MAIN.get((entity.name, link.name))
    if key is not None and other.get(key) == record["id"]:
        _save(session, link.entity, other, {key: _next_account(session, link, other)})
    note_link(session, entity, link, record, other, "Unrelate")


def _next_account(session: Session, link: Link, other: Record) -> str | None:
    """Return the account that becomes the main one of a contact that leaves its main one."""
    if session.release < (10, 0) or link.entity != "Contact":
        return None
    accounts = ENTITY_TYPES["Contact"].all_links["accounts"]
    rows = session.data.linked(accounts, other["id"])
    return next((row.far(accounts.near) for row in rows), None)


def _save(session: Session, entity_name: str, record: Record, changes: Record) -> None:
    """Store changes that a link makes to a record, which count as a change of it."""
    saved = {**record, **changes, "modifiedAt": session.now(), "modifiedById": session.user.id}
    if "versionNumber" in saved:
        saved["versionNumber"] += 1
    session.data.replace(entity_name, saved)


def relation_of(entity: EntityType, field: Field) -> Link | None:
    """Return the link of a field that is stored as rows of a relation; None for other fields."""
    link = entity.all_links.get(field.name) if field.family == "linkMultiple" else None
    return link if link is not None and link.kind == "many_many" else None


def without_relations(entity: EntityType, record: Record) -> Record:
    """Return a record without the attributes that are stored in relations."""
    elsewhere = _attributes_of_relations(entity)
    return {name: value for name, value in record.items() if name not in elsewhere}


def store_links(session: Session, entity: EntityType, record: Record) -> list[LinkChange]:
    """Update relations by the ids and columns that a write has set; return what has changed.

    Args:
        session: The request.
        entity: The entity type.
        record: The record with all that was written.
    """
    changes: list[LinkChange] = []
    for field, link in _relations(entity):
        changes += _store_field(session, link, field, record)
    return changes


@cache
def _relations(entity: EntityType) -> tuple[tuple[Field, Link], ...]:
    """Return the fields that are stored as rows of a relation, with their links."""
    found = ((field, relation_of(entity, field)) for field in entity.fields)
    return tuple((field, link) for field, link in found if link is not None)


@cache
def _attributes_of_relations(entity: EntityType) -> frozenset[str]:
    return frozenset(name for field, _ in _relations(entity) for name in field.attributes)


def _store_field(session: Session, link: Link, field: Field, record: Record) -> list[LinkChange]:
    columns: Mapping[str, Any] = record.get(f"{field.name}Columns") or {}
    ids = record.get(f"{field.name}Ids")
    if ids is None and not columns:
        return []
    linked = {row.far(link.near): None for row in session.data.linked(link, record["id"])}
    # Ids of columns alone are linked too; nothing is unlinked then.
    wanted = list(columns) if ids is None else ids
    added = [id for id in wanted if id not in linked]
    removed = [] if ids is None else [id for id in linked if id not in ids]
    initial = _initial(field.columns)
    for id in added:
        session.data.relate(link, record["id"], id, columns.get(id), initial=initial)
    for id in removed:
        session.data.unrelate(link, record["id"], id)
    for id in linked:
        if id in wanted and id in columns:
            session.data.relate(link, record["id"], id, columns[id])
    others: list[tuple[str, Literal["Relate", "Unrelate"]]] = [(id, "Relate") for id in added]
    others += [(id, "Unrelate") for id in removed]
    return [
        (link, other, kind)
        for id, kind in others
        if (other := session.data.find(link.entity, id)) is not None
    ]
