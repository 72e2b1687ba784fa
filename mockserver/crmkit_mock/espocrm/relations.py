"""Relations as writes to a record change them: lists of ids, columns, followers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.attributes import FOLLOWERS
from crmkit_mock.espocrm.fields import Link
from crmkit_mock.espocrm.people import PEOPLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType, Field
    from crmkit_mock.espocrm.session import Session

#: People have passwords; what an API user is given is not followed by it.
_FOLLOWING = frozenset(
    person.user.id for person in PEOPLE.values() if person.user.kind in {"regular", "admin"}
)
#: Columns of the relation to the first account, by the attributes that set them.
_ACCOUNT_COLUMNS = {"accountRole": "role", "accountIsInactive": "isInactive"}
_PRIMARY_ACCOUNT = Link("accounts", "Account", "many_many", relation="accountContact", near="right")


def in_relation(entity: EntityType, field: Field) -> Link | None:
    """Return the link behind a field that is kept in a relation; None for other fields."""
    link = entity.all_links.get(field.name) if field.family == "linkMultiple" else None
    return link if link is not None and link.kind == "many_many" else None


def kept_part(entity: EntityType, record: Record) -> Record:
    """Return what of a record is kept with it: all but what relations keep."""
    elsewhere = {
        attribute
        for field in entity.fields
        if in_relation(entity, field) is not None
        for attribute in field.attributes
    }
    return {name: value for name, value in record.items() if name not in elsewhere}


def store_links(session: Session, entity: EntityType, record: Record) -> None:
    """Bring relations in line with the ids and columns that a write has set.

    Args:
        session: The request.
        entity: The entity type.
        record: The record with all that was written.
    """
    for field in entity.fields:
        link = in_relation(entity, field)
        if link is None:
            continue
        _store_field(session, link, field, record)
    if entity.name == "Contact":
        _store_primary_account(session, record)


def _store_field(session: Session, link: Link, field: Field, record: Record) -> None:
    columns: Mapping[str, Any] = record.get(f"{field.name}Columns") or {}
    ids = record.get(f"{field.name}Ids")
    there = {row.far(link.near) for row in session.data.linked(link, record["id"])}
    if ids is not None:
        for gone in there - set(ids):
            session.data.unrelate(link, record["id"], gone)
        there &= set(ids)
        # An invitation has no answer yet.
        first = {"status": "None"} if "status" in field.columns else {}
        for new in ids:
            if new not in there:
                session.data.relate(link, record["id"], new, first)
        there = set(ids)
    for id, row in columns.items():
        if id in there:
            session.data.relate(link, record["id"], id, row)


def _store_primary_account(session: Session, record: Record) -> None:
    """Keep a contact's first account and its accounts in line with one another."""
    told = {name: record.pop(name) for name in _ACCOUNT_COLUMNS if name in record}
    ids: list[str] | None = record.get("accountsIds")
    if ids is not None and record.get("accountId") not in ids:
        record["accountId"] = ids[0] if ids else None
    account = record.get("accountId")
    if account is not None:
        columns = {_ACCOUNT_COLUMNS[name]: value for name, value in told.items()}
        session.data.relate(_PRIMARY_ACCOUNT, record["id"], account, columns)


def follow_assigned(session: Session, entity: EntityType, values: Record) -> None:
    """Let the user to whom a record was assigned follow it."""
    assigned = values.get("assignedUserId")
    if entity.stream and assigned in _FOLLOWING:
        session.data.relate(FOLLOWERS, values["id"], assigned)
