"""Reading, creating, updating and deleting one record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.datetimes import format_datetime
from crmkit_mock.espocrm.duplicates import require_unique
from crmkit_mock.espocrm.errors import bad_request, forbidden, modified, not_found
from crmkit_mock.espocrm.relations import store_links, without_relations
from crmkit_mock.espocrm.responses import create_response, read_response
from crmkit_mock.espocrm.rules import derive, normalise
from crmkit_mock.espocrm.stream_notes import (
    audited_values,
    note_change,
    note_creation,
    note_link,
    unfollow_all,
)
from crmkit_mock.espocrm.validation import accept

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.espocrm.access import Action
    from crmkit_mock.espocrm.data import Data, Record
    from crmkit_mock.espocrm.fields import EntityType, Field
    from crmkit_mock.espocrm.session import Session
    from crmkit_mock.espocrm.values import Accepted

_NUMBERED = frozenset({"number", "autoincrement"})
#: Attributes that follow from others in relations, by entity type.
_FOLLOWING: dict[str, tuple[str, ...]] = {
    "Contact": ("title", "accountIsInactive", "accountsColumns"),
    "Opportunity": ("contactsIds", "contactsNames", "contactsColumns"),
    "Case": ("contactsIds", "contactsNames"),
}


def find(session: Session, entity: EntityType, id: str, action: Action) -> Record:
    """Return a record on which the user may perform an action.

    Raises:
        APIError: 404, there is none; 403, it is not allowed.
    """
    session.user.require_scope(entity.name, action)
    record = session.data.find(entity.name, id)
    if record is None:
        reason = "does not exist" if action == "read" else "not found"
        raise not_found(f"Record {id} {reason}.")
    session.user.require(entity.name, action, record)
    return record


def read(session: Session, entity: EntityType, id: str) -> dict[str, Any]:
    """Return a record as reading shows it.

    Raises:
        APIError: as for `find`.
    """
    return read_response(session, entity, find(session, entity, id, "read"))


def create(
    session: Session,
    entity: EntityType,
    sent: Mapping[str, Any],
    *,
    skip_duplicate_check: bool = False,
    extra: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Create a record; return the response.

    Args:
        session: The request.
        entity: The entity type.
        sent: The attributes sent.
        skip_duplicate_check: Whether duplicates are created too.
        extra: Attributes that the server sets.

    Raises:
        APIError: 400, 403 or 409; nothing has changed.
    """
    record, accepted = insert(
        session, entity, sent, skip_duplicate_check=skip_duplicate_check, extra=extra
    )
    return create_response(session, entity, record, accepted.echo)


def insert(
    session: Session,
    entity: EntityType,
    sent: Mapping[str, Any],
    *,
    skip_duplicate_check: bool = False,
    extra: Mapping[str, Any] | None = None,
) -> tuple[Record, Accepted]:
    """Create a record; return it with all that was written, and the validated values.

    Raises:
        APIError: as for `create`.
    """
    session.user.require_scope(entity.name, "create")
    accepted = accept(session, entity, normalise(session, entity, sent))
    record: Record = {**defaults(entity), **accepted.values, **(extra or {})}
    session.user.require_assignment(record)
    if entity.duplicates and not skip_duplicate_check:
        require_unique(session, entity, record)
    record |= {"id": session.new_id(), "deleted": False, "createdById": session.user.id}
    now = format_datetime(session.clock.tick())
    record |= {**first_stamps(entity, now), "modifiedAt": now, **numbers(session.data, entity)}
    record |= derive(session, entity, record, sent, new=True)
    store_links(session, entity, record)
    session.data.insert(entity.name, without_relations(entity, record))
    if entity.name != "Note":
        note_creation(session, entity, record)
    return record, accepted


def defaults(entity: EntityType) -> Record:
    """Return the default values of a new record."""
    return {field.name: field.default for field in entity.fields if field.default is not None}


def first_stamps(entity: EntityType, now: str) -> Record:
    """Return the times and the version of a new record."""
    stamps: Record = {"createdAt": now}
    if entity.stream:
        stamps["streamUpdatedAt"] = now
    if entity.versioned:
        stamps["versionNumber"] = 1
    return stamps


def numbers(data: Data, entity: EntityType, record: Mapping[str, Any] | None = None) -> Record:
    """Return the next values of the numbered fields that a new record lacks."""
    values: Record = {}
    for field in entity.fields:
        if field.family in _NUMBERED and field.name not in (record or {}):
            number = data.next_number(f"{entity.name}.{field.name}")
            values[field.name] = f"A-{number:05d}" if field.family == "number" else number
    return values


def update(
    session: Session, entity: EntityType, id: str, sent: Mapping[str, Any]
) -> dict[str, Any]:
    """Change the attributes sent; return the response, which has all of the record.

    Raises:
        APIError: 400, 403, 404, or 409 for a change that is based on an old version; nothing has
            changed.
    """
    before = find(session, entity, id, "edit")
    accepted = accept(session, entity, normalise(session, entity, sent), before)
    _require_version(session, entity, before, accepted)
    response_before = read_response(session, entity, before)
    after = change(session, entity, before, accepted, sent)
    response = read_response(session, entity, after) | accepted.echo
    for name in ("emailAddress", "phoneNumber"):
        if name in accepted.values and f"{name}Data" not in sent:
            # The other attributes of the address are returned as they were (observed).
            stale = (f"{name}Data", f"{name}IsInvalid", f"{name}IsOptedOut")
            response |= {key: response_before[key] for key in stale if key in response_before}
    # So is what depends on the primary account of a contact, or on the main contact.
    following = _FOLLOWING.get(entity.name, ())
    if "contactsIds" in sent:
        following = ()
    response |= {
        name: response_before[name]
        for name in following
        if name in response_before and name not in sent
    }
    for field in entity.fields:
        columns = f"{field.name}Columns"
        if field.columns and f"{field.name}Ids" in accepted.values and columns not in sent:
            # So are columns (recorded: update-link-updated-header2).
            response[columns] = response_before[columns]
    return response


def change(
    session: Session,
    entity: EntityType,
    before: Record,
    accepted: Accepted,
    sent: Mapping[str, Any],
) -> Record:
    """Store validated changes; return the record as it is stored.

    Raises:
        APIError: 403, the user may not assign the record to another one.
    """
    if "assignedUserId" in accepted.values:
        session.user.require_assignment(accepted.values)
    now = format_datetime(session.clock.tick())
    after = {**before, **accepted.values, "modifiedAt": now, "modifiedById": session.user.id}
    if entity.versioned:
        after["versionNumber"] = before.get("versionNumber", 1) + 1
    after |= derive(session, entity, after, sent)
    values = audited_values(session, entity, before)
    changed_links = store_links(session, entity, after, before)
    stored = without_relations(entity, after)
    session.data.replace(entity.name, stored)
    note_change(session, entity, before, stored, values, sent)
    for link, other, kind in changed_links:
        note_link(session, entity, link, stored, other, kind, saved=True)
    return session.data.get(entity.name, before["id"])


def _require_version(
    session: Session, entity: EntityType, before: Record, accepted: Accepted
) -> None:
    header = session.header("X-Version-Number")
    if header is None or not entity.versioned:
        return
    if not (header.isascii() and header.isdigit()):
        raise bad_request("Bad version number.")
    version = before.get("versionNumber", 1)
    if int(header) == version:
        return
    response = read_response(session, entity, before)
    values = {name: response.get(name) for name in accepted.values}
    # Only the attributes sent count, and only where they differ from the stored ones.
    if any(values[name] != accepted.values[name] for name in values):
        raise modified(values, version)


def delete(session: Session, entity: EntityType, id: str) -> None:
    """Delete a record; an administrator can restore it.

    Raises:
        APIError: 403 or 404.
    """
    mark_deleted(session, entity, find(session, entity, id, "delete"))


def mark_deleted(session: Session, entity: EntityType, record: Record) -> None:
    """Mark a record as deleted."""
    now = format_datetime(session.clock.tick())
    session.data.replace(entity.name, {**record, "deleted": True, "modifiedAt": now})
    if entity.stream:
        unfollow_all(session, record)


def restore(session: Session, entity: EntityType) -> bool:
    """Restore the deleted record that the body names; for administrators.

    Raises:
        APIError: 400 without an id, 403, or 404 for a record that is not deleted.
    """
    if not session.user.is_admin:
        raise forbidden("")
    record = session.data.find_any(entity.name, _required_id(session))
    if record is None or not record["deleted"]:
        raise not_found()
    session.clock.tick()
    session.data.replace(entity.name, {**record, "deleted": False})
    return True


def _required_id(session: Session) -> str:
    id = session.body.get("id")
    if not isinstance(id, str) or not id:
        raise bad_request("")
    return id


def duplicate_attributes(session: Session, entity: EntityType) -> dict[str, Any]:
    """Return the initial attributes of a copy of the record that the body names.

    Raises:
        APIError: 400 without an id, 403 or 404.
    """
    id = _required_id(session)
    session.user.require_scope(entity.name, "create")
    attributes = read(session, entity, id)
    for field in entity.fields:
        if field.family == "attachmentMultiple":
            attributes |= _copy_files(session, field, attributes)
    omitted = {"id", *(field.name for field in entity.fields if field.family in _NUMBERED)}
    return {name: value for name, value in attributes.items() if name not in omitted}


def _copy_files(session: Session, field: Field, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Copy the files of a field, since a copy of a record has files of its own."""
    copies: dict[str, Record] = {}
    for id in attributes[f"{field.name}Ids"]:
        file = session.data.find("Attachment", id)
        if file is not None:
            copy = {**file, "id": session.new_id(), "sourceId": id}
            session.data.insert("Attachment", copy)
            session.data.write_file(copy["id"], session.data.read_file(id))
            copies[copy["id"]] = copy
    return {
        f"{field.name}Ids": list(copies),
        f"{field.name}Names": {id: copy["name"] for id, copy in copies.items()},
        f"{field.name}Types": {id: copy.get("type") for id, copy in copies.items()},
    }
