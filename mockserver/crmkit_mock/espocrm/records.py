"""Reading, creating, changing and deleting one record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.duplicates import require_unique
from crmkit_mock.espocrm.instants import write_instant
from crmkit_mock.espocrm.refusals import bad_request, forbidden, modified, not_found
from crmkit_mock.espocrm.relations import follow_assigned, kept_part, store_links
from crmkit_mock.espocrm.rules import derive, settle
from crmkit_mock.espocrm.shapes import created_shape, read_shape
from crmkit_mock.espocrm.values import Accepted, accept

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.espocrm.access import Action
    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType, Field
    from crmkit_mock.espocrm.session import Session


def find(session: Session, entity: EntityType, id: str, action: Action) -> Record:
    """Return a record that the user may act on.

    Raises:
        Problem: 404, there is none; 403, it is not allowed.
    """
    session.user.require_scope(entity.name, action)
    record = session.data.find(entity.name, id)
    if record is None:
        told = "does not exist" if action == "read" else "not found"
        raise not_found(f"Record {id} {told}.")
    session.user.require(entity.name, action, record)
    return record


def read(session: Session, entity: EntityType, id: str) -> dict[str, Any]:
    """Return a record as a read shows it.

    Raises:
        Problem: as for `find`.
    """
    return read_shape(session, entity, find(session, entity, id, "read"))


def create(
    session: Session,
    entity: EntityType,
    sent: Mapping[str, Any],
    *,
    skip_duplicate_check: bool = False,
    given: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Make a record; return the reply to its creation.

    Args:
        session: The request.
        entity: The entity type.
        sent: The attributes that were sent.
        skip_duplicate_check: Whether duplicates are made all the same.
        given: Attributes that the server itself sets.

    Raises:
        Problem: 400, 403 or 409; nothing has changed.
    """
    record, accepted = make(
        session, entity, sent, skip_duplicate_check=skip_duplicate_check, given=given
    )
    return created_shape(session, entity, record, accepted.echo)


def make(
    session: Session,
    entity: EntityType,
    sent: Mapping[str, Any],
    *,
    skip_duplicate_check: bool = False,
    given: Mapping[str, Any] | None = None,
) -> tuple[Record, Accepted]:
    """Make a record; return it as it is kept, and what became of the values sent.

    Raises:
        Problem: as for `create`.
    """
    session.user.require_scope(entity.name, "create")
    accepted = accept(session, entity, settle(session, entity, sent))
    defaults = {one.name: one.default for one in entity.fields if one.default is not None}
    record: Record = {**defaults, **accepted.values, **(given or {})}
    session.user.require_assignment(record)
    if entity.duplicates and not skip_duplicate_check:
        require_unique(session, entity, record)
    record = {**record, "id": session.new_id(), "deleted": False, **_first_stamps(session, entity)}
    for one in entity.fields:
        if one.family in {"number", "autoincrement"}:
            number = session.data.next_number(f"{entity.name}.{one.name}")
            record[one.name] = f"A-{number:05d}" if one.family == "number" else number
    record |= derive(session, entity, record, sent, new=True)
    store_links(session, entity, record)
    session.data.insert(entity.name, kept_part(entity, record))
    follow_assigned(session, entity, record)
    return record, accepted


def _first_stamps(session: Session, entity: EntityType) -> dict[str, Any]:
    now = write_instant(session.clock.tick())
    stamps: dict[str, Any] = {"createdAt": now, "modifiedAt": now, "createdById": session.user.id}
    if entity.stream:
        stamps["streamUpdatedAt"] = now
    if entity.versioned:
        stamps["versionNumber"] = 1
    return stamps


def update(
    session: Session, entity: EntityType, id: str, sent: Mapping[str, Any]
) -> dict[str, Any]:
    """Change what is sent of a record; return the reply, which shows all of it.

    Raises:
        Problem: 400, 403, 404, or 409 for a change from an old version; nothing has changed.
    """
    before = find(session, entity, id, "edit")
    accepted = accept(session, entity, settle(session, entity, sent), before)
    _require_version(session, entity, before, accepted)
    shown_before = read_shape(session, entity, before)
    after = change(session, entity, before, accepted, sent)
    shown = read_shape(session, entity, after) | accepted.echo
    for name in ("emailAddress", "phoneNumber"):
        if name in accepted.values and f"{name}Data" not in sent:
            # What belongs to the address is told as it was (observed).
            stale = (f"{name}Data", f"{name}IsInvalid", f"{name}IsOptedOut")
            shown |= {one: shown_before[one] for one in stale if one in shown_before}
    for field in entity.fields:
        columns = f"{field.name}Columns"
        if field.columns and f"{field.name}Ids" in accepted.values and columns not in sent:
            # Columns are told as they were, too (recorded: update-link-updated-header2).
            shown[columns] = shown_before[columns]
    return shown


def change(
    session: Session,
    entity: EntityType,
    before: Record,
    accepted: Accepted,
    sent: Mapping[str, Any],
) -> Record:
    """Keep a change that was accepted; return the record as it is kept.

    Raises:
        Problem: 403, the record would be somebody else's.
    """
    if "assignedUserId" in accepted.values:
        session.user.require_assignment(accepted.values)
    now = write_instant(session.clock.tick())
    after = {**before, **accepted.values, "modifiedAt": now, "modifiedById": session.user.id}
    if entity.versioned:
        after["versionNumber"] = before.get("versionNumber", 1) + 1
    after |= derive(session, entity, after, sent)
    store_links(session, entity, after)
    kept = kept_part(entity, after)
    session.data.replace(entity.name, kept)
    follow_assigned(session, entity, accepted.values | {"id": before["id"]})
    return kept


def _require_version(
    session: Session, entity: EntityType, before: Record, accepted: Accepted
) -> None:
    text = session.header("X-Version-Number")
    if text is None or not entity.versioned:
        return
    if not (text.isascii() and text.isdigit()):
        raise bad_request("Bad version number.")
    version = before.get("versionNumber", 1)
    if int(text) == version:
        return
    shown = read_shape(session, entity, before)
    values = {name: shown.get(name) for name in accepted.values}
    # Judged by what was sent, and only where it differs from what there is.
    if any(values[name] != accepted.values[name] for name in values):
        raise modified(values, version)


def delete(session: Session, entity: EntityType, id: str) -> None:
    """Delete a record softly.

    Raises:
        Problem: 403 or 404.
    """
    remove(session, entity, find(session, entity, id, "delete"))


def remove(session: Session, entity: EntityType, record: Record) -> None:
    """Mark a record as deleted."""
    now = write_instant(session.clock.tick())
    session.data.replace(entity.name, {**record, "deleted": True, "modifiedAt": now})


def restore(session: Session, entity: EntityType, id: object) -> None:
    """Bring a deleted record back; for administrators.

    Raises:
        Problem: 400 without an id, 403, or 404 for a record that is not deleted.
    """
    if not session.user.is_admin:
        raise forbidden("")
    if not isinstance(id, str) or not id:
        raise bad_request("")
    record = session.data.kept(entity.name, id)
    if record is None or not record["deleted"]:
        raise not_found()
    session.clock.tick()
    session.data.replace(entity.name, {**record, "deleted": False})


def duplicate_attributes(session: Session, entity: EntityType, id: object) -> dict[str, Any]:
    """Return the attributes that a copy of a record would begin with.

    Raises:
        Problem: 400 without an id, 403 or 404.
    """
    if not isinstance(id, str) or not id:
        raise bad_request("")
    session.user.require_scope(entity.name, "create")
    shown = read(session, entity, id)
    left_out = {"id", *(one.name for one in entity.fields if one.family in _NUMBERED)}
    for one in entity.fields:
        if one.family == "attachmentMultiple":
            shown |= _copied_files(session, one, shown)
    return {name: value for name, value in shown.items() if name not in left_out}


def _copied_files(session: Session, field: Field, shown: Mapping[str, Any]) -> dict[str, Any]:
    """Copy the files of a field, as a copy of their record gets files of its own."""
    copies: dict[str, Record] = {}
    for id in shown[f"{field.name}Ids"]:
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


_NUMBERED = frozenset({"number", "autoincrement"})
