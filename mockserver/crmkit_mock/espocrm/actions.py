"""Actions on a single record: merging and converting currencies (observed)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm import records
from crmkit_mock.espocrm.currency_conversion import convert_amounts, target_currency
from crmkit_mock.espocrm.entity_types import ENTITY_TYPES
from crmkit_mock.espocrm.errors import bad_request, forbidden, not_found
from crmkit_mock.espocrm.locking import is_lockable, may_lock, require_lockable
from crmkit_mock.espocrm.relations import add_link, linked_records
from crmkit_mock.espocrm.responses import read_response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType
    from crmkit_mock.espocrm.session import Session

#: Types of notes that move to the record into which theirs is merged.
_MOVED_NOTES = frozenset({"Post", "EmailSent", "EmailReceived"})
_LINKS = frozenset({"has_many", "children", "many_many"})


def run(session: Session) -> dict[str, Any]:
    """Run the action of `POST /Action`; return the record.

    Raises:
        APIError: 400, 403 or 404.
    """
    body = session.body
    name, id, action = body.get("entityType"), body.get("id"), body.get("action")
    if not isinstance(name, str) or not isinstance(id, str) or not isinstance(action, str):
        raise bad_request("")
    if not name or not id or not action:
        raise bad_request("")
    entity = ENTITY_TYPES.get(name)
    if entity is None:
        raise session.server_error_or(f"There is no entity type {name[:50]}.")
    if not session.user.has_scope(name):
        raise forbidden("")
    data: Any = body.get("data")
    data = data if isinstance(data, dict) else {}
    is_known = action in {"merge", "convertCurrency"} or (
        action in {"lock", "unlock"} and session.release >= (10, 0)
    )
    if not is_known:
        raise not_found(f"Action '{action[:50]}' not found.")
    if action in {"lock", "unlock"}:
        _lock(session, entity, id, locked=action == "lock")
        return read_response(session, entity, records.find(session, entity, id, "read"))
    if session.user.level(entity.name, "edit") == "no":
        raise forbidden("")
    if action == "merge":
        _merge(session, entity, id, data)
    else:
        _convert_currency(session, entity, id, data)
    return read_response(session, entity, records.find(session, entity, id, "read"))


def _lock(session: Session, entity: EntityType, id: str, *, locked: bool) -> None:
    if not is_lockable(session, entity):
        raise forbidden("Not enabled.")
    if not may_lock(session, entity):
        raise forbidden("Not allowed.")
    record = session.data.find(entity.name, id)
    if record is None:
        raise not_found()
    require_lockable(session, entity, record, locked=locked)
    records.save_lock(session, entity, record, locked=locked)


def _merge(session: Session, entity: EntityType, id: str, data: Mapping[str, Any]) -> None:
    """Merge others into a record: it gets the attributes sent and their links, they are deleted."""
    ids, attributes = data.get("sourceIdList"), data.get("attributes")
    if not isinstance(ids, list):
        raise bad_request("No 'sourceIdList'.")
    if not isinstance(attributes, dict):
        raise bad_request("No 'attributes'.")
    record = session.data.find(entity.name, id)
    if record is None:
        raise not_found("Record not found.")
    user = session.user
    if not user.may(entity.name, "edit", record):
        raise forbidden("No edit access.")
    if "assignedUserId" in attributes and not user.may_assign(attributes):
        raise forbidden("Assignment permission failure.")
    sources: list[Record] = []
    for source_id in ids:
        source = session.data.find(entity.name, str(source_id))
        if source is None:
            raise not_found("Source record not found.")
        if not all(user.may(entity.name, action, source) for action in ("read", "edit", "delete")):
            raise forbidden("No read, edit or delete access for one of source entities.")
        sources.append(source)
    changes = {**attributes, **_addresses(entity, record, sources, attributes)}
    for source in sources:
        _take_over(session, entity, record, source)
        records.mark_deleted(session, entity, source)
    records.update(session, entity, id, changes)


def _addresses(
    entity: EntityType,
    record: Record,
    sources: list[Record],
    attributes: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the e-mail addresses and phone numbers of all records, the record's own first."""
    merged: dict[str, Any] = {}
    for name in ("emailAddress", "phoneNumber"):
        data = f"{name}Data"
        if name not in entity.by_name or not any(source.get(data) for source in sources):
            continue
        entries = list(attributes.get(data) or record.get(data) or [])
        known = {entry.get(name) for entry in entries}
        for source in sources:
            for entry in source.get(data) or []:
                if entry.get(name) not in known:
                    known.add(entry.get(name))
                    entries.append({**entry, "primary": not entries})
        merged[data] = entries
    return merged


def _take_over(session: Session, entity: EntityType, record: Record, source: Record) -> None:
    """Link a record with all that another one is linked with; take over what was posted at it."""
    for note in session.data.with_value("Note", source["id"], "parentId"):
        if note.get("type") in _MOVED_NOTES:
            session.data.replace("Note", {**note, "parentId": record["id"]})
    for link in entity.all_links.values():
        if link.kind in _LINKS and link.entity != "Attachment" and session.release >= link.since:
            for other in linked_records(session, link, source):
                current = session.data.get(entity.name, record["id"])
                add_link(session, entity, link, current, other)


def _convert_currency(
    session: Session, entity: EntityType, id: str, data: Mapping[str, Any]
) -> None:
    """Convert a record's amounts to another currency."""
    target, rates = target_currency(session, data)
    record = session.data.find(entity.name, id)
    if record is None:
        raise not_found()
    if not session.user.may(entity.name, "edit", record):
        raise forbidden("No 'edit' access.")
    convert_amounts(session, entity, record, target, rates)
