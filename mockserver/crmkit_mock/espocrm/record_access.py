"""What there is about a record beside it: rights of users, and files in its stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm import lists
from crmkit_mock.espocrm.attributes import value_of
from crmkit_mock.espocrm.entity_types import ENTITY_TYPES
from crmkit_mock.espocrm.errors import forbidden, not_found
from crmkit_mock.espocrm.logins import logins
from crmkit_mock.espocrm.search import parse_query

if TYPE_CHECKING:
    from crmkit_mock.espocrm.access import Action
    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType
    from crmkit_mock.espocrm.session import Session

_ACTIONS: tuple[Action, ...] = ("read", "edit", "delete", "stream")
_FILE_ATTRIBUTES = (
    "id", "name", "type", "size", "parentType", "parentId", "createdAt", "createdById",
    "createdByName",
)  # fmt: skip


def users_access(session: Session, entity_type: str, id: str) -> dict[str, Any]:
    """Return a page of users with their rights on a record.

    Raises:
        APIError: 400, the search is invalid; 403, the user may not read the record or see other
            users; 404.
    """
    search = parse_query(session, session.query)
    entity, record = _find(session, entity_type, id)
    if not session.user.is_admin:
        raise forbidden("No user permission.")
    rights = {login.user.id: login.user for login in logins(session.data)}
    users = ENTITY_TYPES["User"]
    found = lists.matching(session, users, search)
    names = lists.response_attributes(session, users, search)
    if search.select is not None:
        # What lists of users always have is missing here (recorded: users-access).
        names = [name for name in names if name in search.select or name not in users.selected]
    page = lists.page(session, users, search, found, names=names)
    for row in page["list"]:
        if search.select is not None and "name" not in search.select:
            # The parts of the name are not loaded for it.
            row["name"] = row.get("userName")
        user = rights.get(row["id"])
        row["recordAccessLevels"] = {
            action: user is not None and user.may(entity.name, action, record)
            for action in _ACTIONS
        }
    return page


def stream_attachments(session: Session, entity_type: str, id: str) -> dict[str, Any]:
    """Return a page of the files in the stream of a record, the newest first.

    Raises:
        APIError: 400, the search is invalid; 403 or 404.
    """
    entity, record = _find(session, entity_type, id)
    if not session.user.may(entity.name, "stream", record):
        raise forbidden("No 'stream' access.")
    search = parse_query(session, session.query)
    ids = [
        file
        for note in session.data.with_value("Note", id, "parentId")
        if note.get("parentType") == entity.name
        for file in note.get("attachmentsIds") or ()
    ]
    files = [file for file in (session.data.find("Attachment", id) for id in ids) if file]
    files.sort(key=lambda file: (file["createdAt"], file["id"]), reverse=True)
    kind = ENTITY_TYPES["Attachment"]
    page = [
        {name: value_of(session, kind, file, name) for name in _FILE_ATTRIBUTES}
        for file in files[search.offset : search.offset + search.max_size]
    ]
    return {"total": len(files), "list": page}


def _find(session: Session, entity_type: str, id: str) -> tuple[EntityType, Record]:
    """Return an entity type and a record of it that the user may read.

    Raises:
        APIError: 404, or 403; 400 where a real server answers 500: the type is unknown.
    """
    entity = ENTITY_TYPES.get(entity_type)
    if entity is None:
        raise session.server_error_or(f"There is no entity type {entity_type[:50]!r}.")
    record = session.data.find(entity.name, id)
    if record is None:
        raise not_found()
    if not session.user.may(entity.name, "read", record):
        raise forbidden("")
    return entity, record
