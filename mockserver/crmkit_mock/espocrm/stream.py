"""The stream: posts at records, who follows them, who starred them (observed)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm import lists, records
from crmkit_mock.espocrm.attributes import FOLLOWERS, STARS, value_of
from crmkit_mock.espocrm.links import named_ids
from crmkit_mock.espocrm.other_types import ENTITY_TYPES, NOTE, USER
from crmkit_mock.espocrm.refusals import Problem, forbidden, invalid, not_found
from crmkit_mock.espocrm.search import read_search
from crmkit_mock.espocrm.shapes import list_names, read_shape

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType
    from crmkit_mock.espocrm.session import Session

_ATTACHMENTS = ("attachmentsIds", "attachmentsNames", "attachmentsTypes")


def post(session: Session, sent: Mapping[str, Any]) -> dict[str, Any]:
    """Post a note, at a record or for users.

    Raises:
        Problem: 400, or 403: the parent does not exist or its stream may not be read.
    """
    told = {"type": "Post", **{name: value for name, value in sent.items() if value is not None}}
    kind, id = told.get("parentType"), told.get("parentId")
    if kind is not None or id is not None:
        entity = ENTITY_TYPES.get(str(kind))
        parent = session.data.find(entity.name, id) if entity is not None else None
        if entity is None or parent is None or not session.user.may(entity.name, "stream", parent):
            raise forbidden("No create access.")
    shown = records.create(session, NOTE, told)
    note = session.data.there("Note", shown["id"])
    if kind is None:
        for name in ("targetType", "usersIds", "teamsIds"):
            if name in told:
                shown[name] = note.get(name)
        if "usersIds" in shown:
            shown["usersNames"] = _user_names(session, note)
    return shown


def update(session: Session, id: str, sent: Mapping[str, Any]) -> dict[str, Any]:
    """Change a note; only its author may.

    Raises:
        Problem: 400, 403 or 404.
    """
    note = _own(session, id)
    told = {name: sent[name] for name in ("post", "attachmentsIds", "isInternal") if name in sent}
    if "post" in told and not isinstance(told["post"], str | None):
        raise invalid("Note", "post", "valid")
    records.update(session, NOTE, note["id"], told)
    return read(session, id)


def read(session: Session, id: str) -> dict[str, Any]:
    """Return a note.

    Raises:
        Problem: 403 or 404.
    """
    note = records.find(session, NOTE, id, "read")
    return read_shape(session, NOTE, note)


def delete(session: Session, id: str) -> None:
    """Delete a note; only its author may.

    Raises:
        Problem: 403 or 404.
    """
    records.remove(session, NOTE, _own(session, id))


def _own(session: Session, id: str) -> Record:
    note = records.find(session, NOTE, id, "edit")
    if not session.user.is_admin and note["createdById"] != session.user.id:
        raise forbidden("No edit access.")
    return note


def of_record(session: Session, entity: EntityType, id: str, *, posts: bool) -> dict[str, Any]:
    """Return a page of the notes at a record, the newest first.

    Args:
        session: The request.
        entity: The entity type of the record.
        id: Its id.
        posts: Whether only what people posted is wanted.

    Raises:
        Problem: 403 or 404.
    """
    _require_stream(session, entity, id)

    def wanted(note: Record) -> bool:
        return note.get("parentId") == id and (not posts or note.get("type") == "Post")

    page = _page(session, wanted, counted=True, drop=("parentName", "relatedName"))
    return page if posts else {**page, "pinnedList": []}


def everywhere(session: Session, *, mine: bool) -> dict[str, Any]:
    """Return a page of the notes that the user may see, the newest first; it is not counted.

    Args:
        session: The request.
        mine: Whether only records that the user follows are wanted.
    """
    user = session.user
    session.user.require_scope("Note", "read")

    def wanted(note: Record) -> bool:
        entity = ENTITY_TYPES.get(note.get("parentType") or "")
        if entity is None:
            return user.id == note["createdById"] or user.id in (note.get("usersIds") or ())
        parent = session.data.find(entity.name, note.get("parentId"))
        if parent is None or not user.may(entity.name, "stream", parent):
            return False
        return not mine or value_of(session, entity, parent, "isFollowed") is True

    left_out = ("parentName", "relatedName", "deleted", "isPinned", "superParentId",
                "superParentType", "modifiedAt", "modifiedById", "modifiedByName")  # fmt: skip
    page = _page(session, wanted, counted=False, drop=left_out)
    for note in page["list"]:
        note["_scope"] = "Note"
        note["usersIds"] = session.data.there("Note", note["id"]).get("usersIds") or []
        note["usersNames"] = _user_names(session, note)
    return page


def _user_names(session: Session, note: Mapping[str, Any]) -> dict[str, str | None]:
    return {id: session.data.name_of("User", id) for id in note.get("usersIds") or []}


def _page(
    session: Session,
    wanted: Callable[[Record], bool],
    *,
    counted: bool,
    drop: tuple[str, ...],
) -> dict[str, Any]:
    search = replace(read_search(session, session.query), counted=counted, select=None)
    after = session.query.get("after")
    notes = [
        note
        for note in reversed(session.data.all("Note"))
        if wanted(note) and (not isinstance(after, str) or note["createdAt"] > after)
    ]
    names = [name for name in (*list_names(session, NOTE), *_ATTACHMENTS) if name not in drop]
    return lists.page(session, NOTE, search, notes, names=names)


def _require_stream(session: Session, entity: EntityType, id: str) -> Record:
    session.user.require_scope(entity.name, "stream")
    record = session.data.find(entity.name, id)
    if record is None:
        raise not_found(f"Record {id} does not exist.")
    session.user.require(entity.name, "stream", record)
    if not entity.stream:
        raise forbidden("No stream access.")
    return record


def follow(session: Session, entity: EntityType, id: str) -> bool:
    """Let the user follow a record.

    Raises:
        Problem: 403 or 404.
    """
    record = _require_stream(session, entity, id)
    session.data.relate(FOLLOWERS, record["id"], session.user.id)
    return True


def unfollow(session: Session, entity: EntityType, id: str) -> bool:
    """Let the user follow a record no longer.

    Raises:
        Problem: 403 or 404.
    """
    record = records.find(session, entity, id, "read")
    session.data.unrelate(FOLLOWERS, record["id"], session.user.id)
    return True


def followers(session: Session, entity: EntityType, id: str) -> dict[str, Any]:
    """Return a page of the users who follow a record.

    Raises:
        Problem: 403 or 404.
    """
    record = _require_stream(session, entity, id)
    session.user.require_scope("User", "read")
    ids = {row.right for row in session.data.linked(FOLLOWERS, record["id"])}
    search = read_search(session, session.query)
    users = [user for user in session.data.all("User") if user["id"] in ids]
    found = lists.matching(session, USER, search, users)
    return lists.page(session, USER, search, found)


def change_followers(session: Session, entity: EntityType, id: str, *, add: bool) -> bool:
    """Add followers to a record, or take some away.

    Raises:
        Problem: 403, 404, or 400 for no ids.
    """
    record = _require_stream(session, entity, id)
    session.user.require(entity.name, "edit", record)
    ids = named_ids(session.body)
    if not ids:
        raise Problem(400, "")
    for user in ids:
        if session.data.find("User", user) is None:
            raise not_found()
        if add:
            session.data.relate(FOLLOWERS, record["id"], user)
        else:
            session.data.unrelate(FOLLOWERS, record["id"], user)
    return True


def star(session: Session, entity: EntityType, id: str, *, add: bool) -> bool:
    """Star a record, or take the star away; for people only.

    Raises:
        Problem: 403 or 404.
    """
    if session.user.kind == "api":
        raise forbidden("Not allowed for non-internal users.")
    if not entity.stars:
        raise forbidden("")
    record = records.find(session, entity, id, "read")
    if add:
        session.data.relate(STARS, record["id"], session.user.id)
    else:
        session.data.unrelate(STARS, record["id"], session.user.id)
    return True
