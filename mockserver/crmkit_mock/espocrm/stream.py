"""Notes that users post in streams: posting, reading, changing, deleting (observed)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm import records
from crmkit_mock.espocrm.attributes import value_of
from crmkit_mock.espocrm.datetimes import format_datetime
from crmkit_mock.espocrm.entity_types import ENTITY_TYPES
from crmkit_mock.espocrm.errors import bad_request, forbidden, invalid, not_found
from crmkit_mock.espocrm.stream_notes import follow, touch_parent
from crmkit_mock.espocrm.system_types import NOTE
from crmkit_mock.espocrm.validation import accept, validate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.session import Session

_TARGETS = ("self", "all", "users", "teams", "portals")
#: Who a note is for, by its target; other members are ignored.
_AUDIENCES = {
    "self": ("users",),
    "all": (),
    "users": ("users",),
    "teams": ("teams",),
    "portals": (),
}
#: Reasons for targets without ids.
_NO_IDS = {"users": "No user IDs.", "teams": "No team IDS.", "portals": "No portal IDs."}
#: Entity types whose notes may be hidden from portal users, since 10.0.
_WITH_INTERNAL_NOTES = frozenset({"Case"})
_TEAMS = ("teamsIds", "teamsNames")
#: How long their authors may change and delete notes.
_EDIT_PERIOD, _DELETE_PERIOD = timedelta(days=7), timedelta(days=30)


def post(session: Session) -> dict[str, Any]:
    """Post a note, at a record or for users.

    Raises:
        APIError: 400, or 403: the parent does not exist or the user may not read its stream.
    """
    sent = _as_post(session)
    # Null is no target either (observed).
    if "targetType" in sent and sent["targetType"] not in _TARGETS:
        raise invalid("Note", "targetType", "valid")
    if sent.get("parentType") not in (None, *ENTITY_TYPES):
        raise invalid("Note", "parent", "valid")
    parent = _require_parent(session, sent)
    session.user.require_assignment(validate(session, NOTE, sent))
    accept(session, NOTE, sent)
    target = sent.get("targetType")
    if target is not None:
        _require_target(session, sent, target)
    is_internal_allowed = session.release < (10, 0) or (
        parent and sent["parentType"] in _WITH_INTERNAL_NOTES
    )
    if sent.get("isInternal") and not is_internal_allowed:
        raise forbidden("Internal note is not allowed.")
    if target is not None:
        ignored = {"users", "teams", "portals"} - set(_AUDIENCES[target])
        sent = {name: value for name, value in sent.items() if name[:-3] not in ignored}
    if target == "self":
        sent["usersIds"] = [session.user.id]
    extra: Record = {"data": {}}
    if target == "all":
        extra["isGlobal"] = True
    response = records.create(session, NOTE, sent, extra=extra)
    note = session.data.get("Note", response["id"])
    if parent is not None and note.get("type") == "Post":
        touch_parent(session, note)
        if session.user.kind != "api":
            entity = ENTITY_TYPES[sent["parentType"]]
            if entity.stream:
                follow(session, entity, parent, [session.user.id])
    return response | _audience(session, note)


def _as_post(session: Session) -> dict[str, Any]:
    """Return the members sent; only administrators choose the type of a note."""
    sent = dict(session.body)
    if not session.user.is_admin or not sent.get("type"):
        sent["type"] = "Post"
    return sent


def _require_parent(session: Session, sent: Mapping[str, Any]) -> Record | None:
    parent_type, id = sent.get("parentType"), sent.get("parentId")
    if not parent_type or not id:
        return None
    parent = session.data.find(parent_type, id)
    if parent is None or not session.user.may(parent_type, "stream", parent):
        raise forbidden("No create access.")
    if not session.user.may(parent_type, "read", parent):
        raise forbidden("No access to parent.")
    return parent


def _require_target(session: Session, sent: Mapping[str, Any], target: str) -> None:
    """Check that the user may post to a target, which must be named."""
    ids = sent.get(f"{target}Ids") or []
    only_self = target == "users" and set(ids) <= {session.user.id}
    if session.user.permission("message") == "no" and not (
        only_self or target in {"self", "portals"}
    ):
        raise forbidden("Not permitted to post to anybody except self.")
    if target in _NO_IDS and not ids:
        raise bad_request(_NO_IDS[target])
    if target == "portals" and session.user.permission("portal") == "no":
        raise forbidden("Not permitted to post to portal users.")


def _audience(session: Session, note: Record) -> dict[str, Any]:
    """Return the members of a response that say whom a note without a parent is for."""
    target = note.get("targetType")
    members: dict[str, Any] = {}
    if target is not None:
        members["targetType"] = target
    if note.get("isGlobal"):
        members["isGlobal"] = True
    return members | audience(session, note)


def audience(session: Session, note: Record) -> dict[str, Any]:
    """Return the users and teams that a note without a parent is for."""
    if note.get("parentId") is not None:
        return {}
    target = note.get("targetType")
    links = ("teams", "users") if target is None else _AUDIENCES[target]
    return {
        f"{link}{suffix}": value_of(session, NOTE, note, f"{link}{suffix}")
        for link in links
        for suffix in ("Ids", "Names")
    }


def read(session: Session, id: str) -> dict[str, Any]:
    """Return a note.

    Raises:
        APIError: 403 or 404.
    """
    note = _find(session, id)
    return records.read(session, NOTE, id) | audience(session, note)


def _find(session: Session, id: str) -> Record:
    is_admin = session.user.is_admin
    note = session.data.find_any("Note", id) if is_admin else session.data.find("Note", id)
    if note is None:
        raise not_found(f"Record {id} does not exist.")
    if not may_read(session, note):
        raise forbidden("No 'read' access.")
    return note


def may_read(session: Session, note: Record) -> bool:
    """Return whether the user may read a note by its id."""
    user = session.user
    if user.is_admin:
        return True
    parent_type, parent_id = note.get("parentType"), note.get("parentId")
    if parent_type and parent_id:
        parent = session.data.find(parent_type, parent_id)
        return parent is not None and user.may(parent_type, "stream", parent)
    if note.get("type") != "Post":
        return False
    target = note.get("targetType")
    return (
        note["createdById"] == user.id
        or target == "all"
        or (target == "users" and user.id in value_of(session, NOTE, note, "usersIds"))
        or (
            target == "teams" and bool({*user.teams} & {*value_of(session, NOTE, note, "teamsIds")})
        )
    )


def update(session: Session, id: str) -> dict[str, Any]:
    """Change a note of the user's own.

    Raises:
        APIError: 400, 403 or 404.
    """
    note = records.find(session, NOTE, id, "edit")
    if not session.user.is_admin and _is_older(session, note, _EDIT_PERIOD):
        raise forbidden("No edit access.")
    sent = session.body
    changes: dict[str, Any] = {
        name: sent[name] for name in ("post", "attachmentsIds") if name in sent
    }
    accept(session, NOTE, changes, note)
    if note.get("type") != "Post":
        raise forbidden("Note is not editable.")
    records.update(session, NOTE, note["id"], changes)
    response = records.read(session, NOTE, id)
    if session.user.permission("assignment") != "all":
        # The server has looked them up, to see whether they are the user's.
        response |= {name: value_of(session, NOTE, note, name) for name in _TEAMS}
    return response | audience(session, note)


def delete(session: Session, id: str) -> None:
    """Delete a note of the user's own.

    Raises:
        APIError: 403 or 404.
    """
    note = records.find(session, NOTE, id, "delete")
    if not session.user.is_admin and _is_older(session, note, _DELETE_PERIOD):
        raise forbidden("No delete access.")
    records.mark_deleted(session, NOTE, note)


def _is_older(session: Session, note: Record, period: timedelta) -> bool:
    return bool(note["createdAt"] < format_datetime(session.clock.now() - period))
