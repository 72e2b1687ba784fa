"""The stream: notes at records (observed)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm import lists, records
from crmkit_mock.espocrm.attributes import value_of
from crmkit_mock.espocrm.entity_types import ENTITY_TYPES
from crmkit_mock.espocrm.errors import forbidden, invalid
from crmkit_mock.espocrm.followers import require_stream
from crmkit_mock.espocrm.responses import list_attributes
from crmkit_mock.espocrm.search import parse_query
from crmkit_mock.espocrm.system_types import NOTE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType
    from crmkit_mock.espocrm.session import Session

_ATTACHMENTS = ("attachmentsIds", "attachmentsNames", "attachmentsTypes")


def post(session: Session) -> dict[str, Any]:
    """Post a note, at a record or for users.

    Raises:
        APIError: 400, or 403: the parent does not exist or the user may not read its stream.
    """
    values = {name: value for name, value in session.body.items() if value is not None}
    sent = {"type": "Post", **values}
    parent_type, id = sent.get("parentType"), sent.get("parentId")
    if parent_type is not None or id is not None:
        entity = ENTITY_TYPES.get(str(parent_type))
        parent = session.data.find(entity.name, id) if entity is not None else None
        if entity is None or parent is None or not session.user.may(entity.name, "stream", parent):
            raise forbidden("No create access.")
    response = records.create(session, NOTE, sent)
    note = session.data.get("Note", response["id"])
    if parent_type is None:
        for name in ("targetType", "usersIds", "teamsIds"):
            if name in sent:
                response[name] = note.get(name)
        if "usersIds" in response:
            response["usersNames"] = _user_names(session, note)
    return response


def update(session: Session, id: str) -> dict[str, Any]:
    """Change a note of the user's own.

    Raises:
        APIError: 400, 403 or 404.
    """
    note = _find_own(session, id)
    sent = session.body
    changes: dict[str, Any] = {
        name: sent[name] for name in ("post", "attachmentsIds", "isInternal") if name in sent
    }
    if not isinstance(changes.get("post"), str | None):
        raise invalid("Note", "post", "valid")
    records.update(session, NOTE, note["id"], changes)
    return records.read(session, NOTE, id)


def delete(session: Session, id: str) -> None:
    """Delete a note of the user's own.

    Raises:
        APIError: 403 or 404.
    """
    records.mark_deleted(session, NOTE, _find_own(session, id))


def _find_own(session: Session, id: str) -> Record:
    note = records.find(session, NOTE, id, "edit")
    if not session.user.is_admin and note["createdById"] != session.user.id:
        raise forbidden("No edit access.")
    return note


def list_of_record(session: Session, entity: EntityType, id: str) -> dict[str, Any]:
    """Return a page of the notes at a record, newest first.

    Raises:
        APIError: 403 or 404.
    """
    require_stream(session, entity, id)
    notes = session.data.with_value("Note", id, "parentId")
    return {**_page_of_record(session, notes), "pinnedList": []}


def list_posts(session: Session, entity: EntityType, id: str) -> dict[str, Any]:
    """Return a page of what users posted at a record, newest first.

    Raises:
        APIError: 403 or 404.
    """
    require_stream(session, entity, id)
    notes = session.data.with_value("Note", id, "parentId")
    return _page_of_record(session, [note for note in notes if note.get("type") == "Post"])


def _page_of_record(session: Session, notes: list[Record]) -> dict[str, Any]:
    return _page(session, notes, counted=True, omit=("parentName", "relatedName"))


def list_all(session: Session, *, followed: bool) -> dict[str, Any]:
    """Return a page of the notes that the user may see, newest first, without a count.

    Args:
        session: The request.
        followed: Whether to return only those of records that the user follows.
    """
    user = session.user
    user.require_scope("Note", "read")

    def is_visible(note: Record) -> bool:
        entity = ENTITY_TYPES.get(note.get("parentType") or "")
        if entity is None:
            return user.id == note["createdById"] or user.id in (note.get("usersIds") or ())
        parent = session.data.find(entity.name, note.get("parentId"))
        if parent is None or not user.may(entity.name, "stream", parent):
            return False
        return not followed or value_of(session, entity, parent, "isFollowed") is True

    omit = ("parentName", "relatedName", "deleted", "isPinned", "superParentId",
            "superParentType", "modifiedAt", "modifiedById", "modifiedByName")  # fmt: skip
    notes = [note for note in session.data.all("Note") if is_visible(note)]
    page = _page(session, notes, counted=False, omit=omit)
    for note in page["list"]:
        note["_scope"] = "Note"
        note["usersIds"] = session.data.get("Note", note["id"]).get("usersIds") or []
        note["usersNames"] = _user_names(session, note)
    return page


def _user_names(session: Session, note: Mapping[str, Any]) -> dict[str, str | None]:
    return {id: session.data.name_of("User", id) for id in note.get("usersIds") or []}


def _page(
    session: Session, notes: list[Record], *, counted: bool, omit: tuple[str, ...]
) -> dict[str, Any]:
    search = replace(parse_query(session, session.query), counted=counted, select=None)
    after = session.query.get("after")
    if isinstance(after, str):
        notes = [note for note in notes if note["createdAt"] > after]
    names = [name for name in (*list_attributes(session, NOTE), *_ATTACHMENTS) if name not in omit]
    return lists.page(session, NOTE, search, notes[::-1], names=names)
