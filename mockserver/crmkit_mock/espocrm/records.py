"""Reading, creating, updating and deleting one record."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_OID, uuid5

from crmkit_mock.espocrm.collaborators import require_collaborators
from crmkit_mock.espocrm.common_fields import COLLABORATORS
from crmkit_mock.espocrm.datetimes import format_datetime
from crmkit_mock.espocrm.defaults import defaults
from crmkit_mock.espocrm.duplicates import require_unique
from crmkit_mock.espocrm.entity_types import ENTITY_TYPES
from crmkit_mock.espocrm.errors import APIError, bad_request, forbidden, modified, not_found
from crmkit_mock.espocrm.event_rules import stored_reminders
from crmkit_mock.espocrm.foreign_records import (
    check_assigned,
    check_links,
    check_links_without_fields,
)
from crmkit_mock.espocrm.initial_links import add_initial_links
from crmkit_mock.espocrm.linking import link_related
from crmkit_mock.espocrm.locking import require_changeable, require_removable
from crmkit_mock.espocrm.php_types import stored_float, to_int
from crmkit_mock.espocrm.relations import store_links, without_relations
from crmkit_mock.espocrm.responses import create_response, read_response, update_response
from crmkit_mock.espocrm.rules import derive, normalise
from crmkit_mock.espocrm.sanitizing import cast, sanitize, settable
from crmkit_mock.espocrm.saving import Saving
from crmkit_mock.espocrm.stream_notes import (
    audited_values,
    follow,
    note_change,
    note_creation,
    note_link,
    unfollow_all,
)
from crmkit_mock.espocrm.users import SYSTEM_ID
from crmkit_mock.espocrm.validation import Accepted, to_stored, validate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.espocrm.access import Action
    from crmkit_mock.espocrm.data import Data, Record
    from crmkit_mock.espocrm.fields import EntityType, Field
    from crmkit_mock.espocrm.relations import LinkChange
    from crmkit_mock.espocrm.session import Session

_NUMBERED = frozenset({"number", "autoincrement"})
#: Fields that a copy of a record does not get, and those that it does not get since 10.0.
_NOT_COPIED = frozenset({"reminders", "joinUrl"})
_NOT_COPIED_SINCE_10 = frozenset(
    {"originalLead", "portalUser", "createdAccount", "createdContact", "createdOpportunity"}
)


def find(session: Session, entity: EntityType, id: str, action: Action) -> Record:
    """Return a record on which the user may perform an action.

    Administrators read deleted records, too.

    Raises:
        APIError: 404, there is none; 403, it is not allowed.
    """
    session.user.require_scope(entity.name, action)
    record = session.data.find(entity.name, id)
    if record is None and action == "read" and session.user.is_admin:
        record = session.data.find_any(entity.name, id)  # even a deleted one
    if record is None:
        reason = "does not exist" if action == "read" else "not found"
        raise not_found(f"Record {id} {reason}.")
    session.user.require(entity.name, action, record)
    return record


def find_readable(session: Session, name: object, id: object) -> tuple[str, Record] | None:
    """Return a record that the user may read and the name of its entity type, or None.

    Args:
        session: The request.
        name: Name of the entity type, as it was sent.
        id: Id of the record, as it was sent.
    """
    if not isinstance(name, str) or name not in ENTITY_TYPES:
        return None
    record = session.data.find(name, id)
    return (name, record) if record and session.user.may(name, "read", record) else None


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
    ids = check_links_without_fields(session, entity, sent)
    linked = add_initial_links(session, entity, record, ids)
    return {**create_response(session, entity, record, accepted.echo), **linked}


def check(
    session: Session,
    entity: EntityType,
    sent: Mapping[str, Any],
    before: Record | None = None,
) -> dict[str, Any]:
    """Check the attributes sent for a record; return them in the types of their fields.

    Args:
        session: The request.
        entity: The entity type.
        sent: The attributes sent.
        before: The record as it is stored; None for a new one.

    Raises:
        APIError: 400, a field is invalid; 403, the user may not assign or link it that way.
    """
    sent = normalise(session, entity, sent)
    values = validate(session, entity, sent, before)
    if before is None or "assignedUserId" in values:
        session.user.require_assignment(values)
    require_collaborators(session, entity, values, before)
    check_assigned(session, entity, values)
    check_links(session, entity, values, before)
    check_links_without_fields(session, entity, sent)
    return values


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
    values = check(session, entity, sent)
    if entity.duplicates and not skip_duplicate_check:
        require_unique(session, entity, values)
    accepted = to_stored(session, entity, values, None)
    record: Record = {**defaults(entity), **accepted.values, **(extra or {})}
    record |= {"id": session.new_id(), "deleted": False, "createdById": session.user.id}
    now = format_datetime(session.clock.tick())
    record |= {**first_stamps(entity, now), "modifiedAt": now, **numbers(session.data, entity)}
    _save(Saving(session, entity, record, None, values, now))
    if entity.name != "Note":
        note_creation(session, entity, record)
    return record, accepted


def _save(saving: Saving) -> tuple[Record, list[LinkChange]]:
    """Store a record with its links; return what was derived, and the links that changed."""
    session, entity, record = saving.session, saving.entity, saving.record
    derived = derive(saving)
    links = dict(record)
    changed_links = store_links(session, entity, links)
    stored = {
        name: stored_float(value)
        if isinstance(value, int | float) and _is_float(entity, name, value)
        else value
        for name, value in without_relations(entity, links).items()
        if name not in entity.unstored
    }
    attendees = "usersIds" if "users" in entity.by_name else "assignedUserId"
    users = links.get(attendees) or (saving.before or {}).get(attendees) or []
    reminders = stored_reminders(saving, [users] if isinstance(users, str) else users)
    stored |= reminders
    if saving.before is None:
        record |= reminders
    if saving.before is None:
        session.data.insert(entity.name, stored)
    else:
        session.data.replace(entity.name, stored)
    link_related(saving)
    if entity.stream and COLLABORATORS.since <= session.release:
        known = (saving.before or {}).get("collaboratorsIds") or []
        added = set(record.get("collaboratorsIds") or []) - set(known)
        follow(session, entity, stored, added)
    return derived, changed_links


def _is_float(entity: EntityType, name: str, value: object) -> bool:
    """Return whether a number is a float to the server, which JSON may write as an integer."""
    if isinstance(value, float):
        return True
    field = entity.by_attribute.get(name)
    return field is not None and field.family in {"float", "currency"}


def first_stamps(entity: EntityType, now: str) -> Record:
    """Return the times and the version of a new record."""
    stamps: Record = {"createdAt": now}
    if entity.stream:
        stamps["streamUpdatedAt"] = now
    if entity.versioned:
        stamps["versionNumber"] = 1
    return stamps


def numbers(data: Data, entity: EntityType, record: Mapping[str, Any] | None = None) -> Record:
    """Return the next values of the numbered fields, and the uid, that a new record lacks."""
    values: Record = {}
    if "uid" in entity.by_name and not (record or {}).get("uid"):
        number = data.next_number(f"{entity.name}.uid")
        values["uid"] = str(uuid5(NAMESPACE_OID, f"{entity.name}/{number}"))
    for field in _numbered(entity):
        if field.name not in (record or {}):
            number = data.next_number(f"{entity.name}.{field.name}")
            values[field.name] = f"A-{number:05d}" if field.family == "number" else number
    return values


@cache
def _numbered(entity: EntityType) -> tuple[Field, ...]:
    return tuple(field for field in entity.fields if field.family in _NUMBERED)


def update(
    session: Session, entity: EntityType, id: str, sent: Mapping[str, Any]
) -> dict[str, Any]:
    """Change the attributes sent; return the response, which has all of the record.

    Raises:
        APIError: 400, 403, 404, or 409 for a change that is based on an old version; nothing has
            changed.
    """
    before = find(session, entity, id, "edit")
    id = before["id"]
    sent = normalise(session, entity, sent)
    _require_version(session, entity, before, sent)
    values = check(session, entity, sent, before)
    response_before = read_response(session, entity, before)
    require_changeable(session, entity, response_before, values)
    accepted = to_stored(session, entity, values, before)
    derived = _write(session, entity, before, accepted, values)
    shown = {**accepted.values, **accepted.echo, **derived}
    return update_response(session, entity, id, response_before, shown)


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
    _write(session, entity, before, accepted, sent)
    return session.data.get(entity.name, before["id"])


def _write(
    session: Session,
    entity: EntityType,
    before: Record,
    accepted: Accepted,
    sent: Mapping[str, Any],
) -> Record:
    """Store validated changes; return the attributes that follow from them."""
    loaded = {**before, **read_response(session, entity, before)}
    now = format_datetime(session.clock.tick())
    record = {**before, **accepted.values}
    stamps: Record = {}
    if entity.versioned:
        stamps["versionNumber"] = before.get("versionNumber", 1) + 1
    saving = Saving(session, entity, record, loaded, sent, now)
    if entity.versioned or entity.stream or entity.computed or saving.is_changed(*accepted.values):
        # What is computed on loading counts as a change.
        stamps["modifiedAt"] = now
        if "modifiedById" in entity.by_attribute:
            stamps["modifiedById"] = session.user.id
    record |= stamps
    audited = audited_values(session, entity, before)
    derived, changed_links = _save(saving)
    after = session.data.get(entity.name, before["id"])
    note_change(session, entity, before, after, audited, sent)
    for link, other, kind in changed_links:
        note_link(session, entity, link, after, other, kind, saved=True)
    return stamps | derived


def _require_version(
    session: Session, entity: EntityType, before: Record, sent: Mapping[str, Any]
) -> None:
    header = session.header("X-Version-Number")
    if header is None or not entity.versioned:
        return
    version = before.get("versionNumber", 1)
    if to_int(header) == version:
        return
    response = read_response(session, entity, before)
    wanted = cast(entity, sanitize(session, entity, sent, new=False))
    values: dict[str, Any] = {}
    # Only the fields sent count, and only where they differ from the stored ones.
    for field in entity.fields:
        names = [name for name, _ in settable(field) if name in wanted and name in response]
        if field.family == "address":
            names = [name for name in field.attributes if name in wanted]
        if any(wanted[name] != response[name] for name in names):
            values |= {name: response.get(name) for name in _members(field)}
    if values:
        raise modified(values, version)


def _members(field: Field) -> list[str]:
    """Return the attributes of a field, without an amount's conversion."""
    return [name for name in field.attributes if not name.endswith("Converted")]


def delete(session: Session, entity: EntityType, id: str) -> None:
    """Delete a record; an administrator can restore it.

    Raises:
        APIError: 403 or 404.
    """
    mark_deleted(session, entity, find(session, entity, id, "delete"))


def save_lock(session: Session, entity: EntityType, record: Record, *, locked: bool) -> None:
    """Lock or unlock a record, which counts as a change of it."""
    before = {**record, "isLocked": bool(record.get("isLocked"))}
    _write(session, entity, before, Accepted({"isLocked": locked}), {"isLocked": locked})


def save_as_system(session: Session, entity: EntityType, record: Record) -> None:
    """Save a record as it is, as the server itself does."""
    saved = {**record, "modifiedAt": session.now(), "modifiedById": SYSTEM_ID}
    if entity.versioned:
        saved["versionNumber"] = record.get("versionNumber", 1) + 1
    session.data.replace(entity.name, saved)


def mark_deleted(session: Session, entity: EntityType, record: Record) -> None:
    """Mark a record as deleted.

    Raises:
        APIError: 409, it is locked.
    """
    require_removable(session, entity, record)
    now = format_datetime(session.clock.tick())
    stamps = {"modifiedAt": now, "modifiedById": session.user.id}
    session.data.replace(entity.name, {**record, **stamps, "deleted": True})
    if entity.stream:
        unfollow_all(session, record)


def restore(session: Session, entity: EntityType) -> bool:
    """Restore the deleted record that the body names; for administrators.

    Raises:
        APIError: 400 without an id; 403; 404 for an unknown record; 409, in older releases 403,
            for one that is not deleted.
    """
    if not session.user.is_admin:
        raise forbidden("")
    record = session.data.find_any(entity.name, _required_id(session))
    if record is None:
        raise not_found()
    if not record["deleted"]:
        if session.release >= (10, 0):
            raise APIError(409, "Record type is not soft-deleted.")
        raise forbidden("No 'deleted' attribute.")
    now = format_datetime(session.clock.tick())
    session.data.replace(entity.name, {**record, "deleted": False, "modifiedAt": now})
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
    if session.user.level(entity.name, "create") == "no":
        raise forbidden("No 'create' access.")
    if session.data.find(entity.name, id) is None and not session.user.is_admin:
        raise not_found("Record not found.")
    attributes = read(session, entity, id)
    for field in entity.fields:
        if field.family == "attachmentMultiple":
            attributes |= _copy_files(session, field, attributes)
    omitted = {"id"}
    for field in entity.fields:
        is_dropped = session.release >= (10, 0) and field.name in _NOT_COPIED_SINCE_10
        if is_dropped or field.family in _NUMBERED or field.name in _NOT_COPIED:
            omitted.update(field.attributes)
    if entity.name == "Lead":
        # A copy of a lead begins anew.
        omitted.add("status")
    if session.user.permission("assignment") == "no":
        omitted |= {"assignedUserId", "assignedUserName"}
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
