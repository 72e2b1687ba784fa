"""Followers and stars of records (observed)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm import lists, records
from crmkit_mock.espocrm.attributes import FOLLOWERS, STARS, followers
from crmkit_mock.espocrm.errors import bad_request, forbidden, not_found
from crmkit_mock.espocrm.links import ids_in
from crmkit_mock.espocrm.search import parse_query
from crmkit_mock.espocrm.system_types import USER

if TYPE_CHECKING:
    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType
    from crmkit_mock.espocrm.session import Session


def require_stream(session: Session, entity: EntityType, id: str) -> Record:
    """Return a record whose stream the user may read.

    Raises:
        APIError: 403 or 404.
    """
    session.user.require_scope(entity.name, "stream")
    record = session.data.find(entity.name, id)
    if record is None:
        raise not_found(f"Record {id} does not exist.")
    session.user.require(entity.name, "stream", record)
    if not entity.stream:
        raise forbidden("No stream access.")
    return record


def follow(session: Session, entity: EntityType, id: str) -> bool:
    """Make the user follow a record.

    Raises:
        APIError: 403 or 404.
    """
    record = require_stream(session, entity, id)
    session.data.relate(FOLLOWERS, record["id"], session.user.id)
    return True


def unfollow(session: Session, entity: EntityType, id: str) -> bool:
    """Make the user follow a record no longer.

    Raises:
        APIError: 403 or 404.
    """
    record = records.find(session, entity, id, "read")
    session.data.unrelate(FOLLOWERS, record["id"], session.user.id)
    return True


def list_followers(session: Session, entity: EntityType, id: str) -> dict[str, Any]:
    """Return a page of the users who follow a record.

    Raises:
        APIError: 403 or 404.
    """
    record = require_stream(session, entity, id)
    session.user.require_scope("User", "read")
    ids = set(followers(session, record))
    search = parse_query(session, session.query)
    users = [user for user in session.data.all("User") if user["id"] in ids]
    found = lists.matching(session, USER, search, users)
    return lists.page(session, USER, search, found)


def add_followers(session: Session, entity: EntityType, id: str) -> bool:
    """Make the users whose ids the body has follow a record.

    Raises:
        APIError: 403, 404, or 400 without ids.
    """
    for user in _named_users(session, entity, id):
        session.data.relate(FOLLOWERS, id, user)
    return True


def remove_followers(session: Session, entity: EntityType, id: str) -> bool:
    """Make the users whose ids the body has follow a record no longer.

    Raises:
        APIError: 403, 404, or 400 without ids.
    """
    for user in _named_users(session, entity, id):
        session.data.unrelate(FOLLOWERS, id, user)
    return True


def _named_users(session: Session, entity: EntityType, id: str) -> list[str]:
    record = require_stream(session, entity, id)
    session.user.require(entity.name, "edit", record)
    ids = ids_in(session.body)
    if not ids:
        raise bad_request("")
    if any(session.data.find("User", user) is None for user in ids):
        raise not_found()
    return ids


def add_star(session: Session, entity: EntityType, id: str) -> bool:
    """Star a record.

    Raises:
        APIError: 403, also for API users, or 404.
    """
    record = _starrable(session, entity, id)
    session.data.relate(STARS, record["id"], session.user.id)
    return True


def remove_star(session: Session, entity: EntityType, id: str) -> bool:
    """Remove the user's star from a record.

    Raises:
        APIError: 403, also for API users, or 404.
    """
    record = _starrable(session, entity, id)
    session.data.unrelate(STARS, record["id"], session.user.id)
    return True


def _starrable(session: Session, entity: EntityType, id: str) -> Record:
    if session.user.kind == "api":
        raise forbidden("Not allowed for non-internal users.")
    if not entity.stars:
        raise forbidden("")
    return records.find(session, entity, id, "read")
