"""Streams: lists of notes at a record, for a user, and of everything (observed)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.attributes import FOLLOWERS, value_of
from crmkit_mock.espocrm.entity_types import ENTITY_TYPES
from crmkit_mock.espocrm.errors import bad_request, forbidden, not_found
from crmkit_mock.espocrm.search import Search, parse_query
from crmkit_mock.espocrm.stream import audience
from crmkit_mock.espocrm.system_types import NOTE
from crmkit_mock.espocrm.text_filters import text_filter
from crmkit_mock.espocrm.where import compile_where

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType
    from crmkit_mock.espocrm.session import Session

    Test = Callable[[Record], bool]

_FILTERS: dict[str, Test] = {
    "all": lambda _note: True,
    "posts": lambda note: note.get("type") == "Post",
    "updates": lambda note: note.get("type") in {"Update", "Status"},
}
#: Notes with content and files.
_WITH_FILES = frozenset({"Post", "EmailReceived", "EmailSent"})
_BOTH = (
    "id", "post", "data", "type", "targetType", "number", "isGlobal", "createdByGender",
    "isInternal", "reactionCounts", "myReactions", "createdAt", "parentId", "parentType",
    "relatedId", "relatedType", "createdById", "createdByName",
)  # fmt: skip
#: Attributes in the stream of a record.
_AT_RECORD = (
    *_BOTH, "deleted", "isPinned", "modifiedAt", "modifiedById", "modifiedByName",
    "superParentId", "superParentType",
)  # fmt: skip


def require_stream(session: Session, entity: EntityType, id: str) -> Record:
    """Return a record whose stream the user may read.

    Raises:
        APIError: 403 or 404.
    """
    if entity.name == "User":
        raise forbidden("")
    record = session.data.find(entity.name, id)
    if record is None:
        raise not_found("Record not found.")
    if not session.user.may(entity.name, "stream", record):
        raise forbidden("No stream access.")
    return record


def list_of_record(session: Session, entity: EntityType, id: str) -> dict[str, Any]:
    """Return a page of the notes at a record, newest first, and the pinned ones.

    Raises:
        APIError: 400, 403 or 404.
    """
    search = _search(session)
    if entity.name == "User":
        return _with_reactions(session, _of_user(session, id, search))
    record = require_stream(session, entity, id)
    page = _page_of_record(session, entity, record, search)
    visible = [note for note in _notes_of(session, entity, record) if note.get("isPinned")]
    pinned = [_at_record(session, entity, record, note) for note in visible[::-1]]
    return {**page, "pinnedList": pinned}


def list_posts(session: Session, entity: EntityType, id: str) -> dict[str, Any]:
    """Return a page of what users posted at a record, newest first.

    Raises:
        APIError: 400, 403 or 404.
    """
    search = replace(_search(session), primary_filter="posts")
    if entity.name == "User":
        return _of_user(session, id, search)
    return _page_of_record(session, entity, require_stream(session, entity, id), search)


def list_own(session: Session) -> dict[str, Any]:
    """Return a page of the user's stream: posts, and notes at records that it follows.

    Raises:
        APIError: 400.
    """
    page = _of_user(session, session.user.id, _search(session))
    return _with_reactions(session, page)


def list_all(session: Session) -> dict[str, Any]:
    """Return a page of the notes at all records whose streams the user may read.

    Raises:
        APIError: 400 or 403.
    """
    if not session.user.has_scope("GlobalStream"):
        raise forbidden("")
    search = parse_query(session, session.query)
    if search.offset:
        raise bad_request("Offset is not supported.")
    tests = _tests(session, search)
    parents: dict[str, bool] = {}

    def is_visible(note: Record) -> bool:
        if not note.get("parentId"):
            return _is_posted(session, session.user.id, note)
        id = note["parentId"]
        if id not in parents:
            entity = ENTITY_TYPES.get(note.get("parentType") or "")
            parent = session.data.find(entity.name, id) if entity and entity.stream else None
            parents[id] = (
                entity is not None
                and parent is not None
                and session.user.level(entity.name, "read") != "no"
                and session.user.may(entity.name, "stream", parent)
            )
        return parents[id]

    notes = [note for note in session.data.all("Note") if is_visible(note)]
    page = _page(session, _select(notes, tests), search)
    for note in page["list"]:
        note["_scope"] = "Note"
    return page


def _search(session: Session) -> Search:
    search = parse_query(session, session.query)
    name = session.query.get("filter")
    if isinstance(name, str) and name:
        search = replace(search, primary_filter=name)
    if session.query.get("skipOwn") == "true":
        search = replace(search, bool_filters=(*search.bool_filters, "skipOwn"))
    return search


def _tests(session: Session, search: Search) -> list[Test]:
    """Return the tests of a search for notes.

    Raises:
        APIError: 400, the search is invalid.
    """
    where = compile_where(session, NOTE, search.where)
    if where.failure is not None:
        raise where.failure
    tests: list[Test] = [where.test]
    if search.primary_filter is not None:
        if search.primary_filter not in _FILTERS:
            raise bad_request(f"No primary filter '{search.primary_filter}' for 'Note'.")
        tests.append(_FILTERS[search.primary_filter])
    for name in search.bool_filters:
        if name != "skipOwn":
            raise bad_request(f"No bool filter '{name}' for 'Note'.")
        tests.append(lambda note: note["createdById"] != session.user.id)
    if search.text_filter is not None:
        tests.append(text_filter(session, NOTE, search.text_filter))
    after, before = session.query.get("after"), session.query.get("beforeNumber")
    if isinstance(after, str) and after:
        tests.append(lambda note: note["createdAt"] > after)
    if isinstance(before, str) and before not in {"", "0"}:
        # What is not a number is 0 for the database, so that nothing is before it.
        tests.append(lambda note: note["number"] < (int(before) if before.isdigit() else 0))
    return tests


def _select(notes: Iterable[Record], tests: list[Test]) -> list[Record]:
    found = [note for note in notes if all(test(note) for test in tests)]
    return sorted(found, key=lambda note: note["number"], reverse=True)


def _own_types(session: Session) -> set[str]:
    """Return the entity types of which the user reads only its own records."""
    return {name for name in ENTITY_TYPES if session.user.level(name, "read") in {"own", "team"}}


def _is_concerned(session: Session, note: Record) -> bool:
    return session.user.id in value_of(session, NOTE, note, "usersIds") or bool(
        {*session.user.teams} & {*value_of(session, NOTE, note, "teamsIds")}
    )


def _is_shown(session: Session, note: Record, own_types: set[str]) -> bool:
    """Return whether the user may see what a note tells of a related record and of its parent."""
    user = session.user
    related, parent = note.get("relatedType"), note.get("parentType")
    if related and user.level(related, "read") == "no":
        return False
    if parent and "no" in (user.level(parent, "read"), user.level(parent, "stream")):
        return False
    return not related or related not in own_types or _is_concerned(session, note)


def _notes_of(session: Session, entity: EntityType, record: Record) -> list[Record]:
    """Return the notes at a record, and those of an account's records that the user may see."""
    own_types = _own_types(session)

    def is_visible(note: Record) -> bool:
        if not _is_shown(session, note, own_types):
            return False
        if (note.get("parentType"), note.get("parentId")) == (entity.name, record["id"]):
            return True
        is_sub = (note.get("superParentType"), note.get("superParentId")) == (
            entity.name,
            record["id"],
        )
        is_own = note.get("parentType") not in own_types or _is_concerned(session, note)
        return is_sub and (bool(note.get("relatedId")) or is_own)

    notes = session.data.with_value("Note", record["id"], "parentId", "superParentId")
    return [note for note in notes if is_visible(note)]


def _page_of_record(
    session: Session, entity: EntityType, record: Record, search: Search
) -> dict[str, Any]:
    found = _select(_notes_of(session, entity, record), _tests(session, search))
    page = found[search.offset : search.offset + search.max_size]
    return {
        "total": len(found),
        "list": [_at_record(session, entity, record, note) for note in page],
    }


def _at_record(
    session: Session, entity: EntityType, record: Record, note: Record
) -> dict[str, Any]:
    is_parent = (note.get("parentType"), note.get("parentId")) == (entity.name, record["id"])
    return _response(session, note, _AT_RECORD, with_parent=not is_parent)


def _response(
    session: Session, note: Record, names: tuple[str, ...], *, with_parent: bool
) -> dict[str, Any]:
    names = (
        *names,
        *(("parentName",) if with_parent and note.get("parentId") else ()),
        *(("relatedName",) if note.get("relatedId") else ()),
        *(
            f"attachments{suffix}"
            for suffix in ("Ids", "Names", "Types")
            if note.get("type") in _WITH_FILES
        ),
    )
    return {name: value_of(session, NOTE, note, name) for name in names}


def _of_user(session: Session, id: str, search: Search) -> dict[str, Any]:
    """Return a page of a user's stream.

    Raises:
        APIError: 400, 403 or 404.
    """
    if session.data.find("User", id) is None:
        raise not_found("User not found.")
    if id != session.user.id and session.user.permission("user") == "no":
        raise forbidden("No user permission access.")
    own_types = _own_types(session)

    def follows(record_id: str | None) -> bool:
        return record_id is not None and (
            session.data.related(FOLLOWERS, record_id, id) is not None
        )

    def is_visible(note: Record) -> bool:
        if not note.get("parentId"):
            return _is_posted(session, id, note)
        if not _is_shown(session, note, own_types):
            return False
        if follows(note["parentId"]):
            return True
        is_own = note.get("parentType") not in own_types or _is_concerned(session, note)
        return follows(note.get("superParentId")) and (bool(note.get("relatedId")) or is_own)

    notes = [note for note in session.data.all("Note") if is_visible(note)]
    return _page(session, _select(notes, _tests(session, search)), search)


def _is_posted(session: Session, user_id: str, note: Record) -> bool:
    """Return whether a note without a parent was posted by or for a user."""
    if note.get("type") != "Post":
        return False
    if note["createdById"] == user_id:
        return True
    target = note.get("targetType")
    user = session.data.find("User", user_id) or {}
    if target == "all":
        return user.get("type") != "api"
    if target == "users":
        return user_id in value_of(session, NOTE, note, "usersIds")
    teams = set(session.user.teams) if user_id == session.user.id else set()
    return target == "teams" and bool(teams & {*value_of(session, NOTE, note, "teamsIds")})


def _page(session: Session, found: list[Record], search: Search) -> dict[str, Any]:
    end = search.offset + search.max_size
    return {
        "total": -1 if len(found) > end else -2,
        "list": [
            _response(session, note, _BOTH, with_parent=True) | audience(session, note)
            for note in found[search.offset : end]
        ],
    }


def _with_reactions(session: Session, page: dict[str, Any]) -> dict[str, Any]:
    return {**page, "reactionsCheckDate": session.now(), "updatedReactions": []}
