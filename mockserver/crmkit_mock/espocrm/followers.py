"""Followers and stars of records (observed)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm import lists
from crmkit_mock.espocrm.attributes import FOLLOWERS, STARS, followers
from crmkit_mock.espocrm.errors import bad_request, forbidden, not_found
from crmkit_mock.espocrm.links import ids_in
from crmkit_mock.espocrm.logins import login_of
from crmkit_mock.espocrm.search import parse_query
from crmkit_mock.espocrm.system_types import USER

if TYPE_CHECKING:
    from crmkit_mock.espocrm.access import Action
    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType
    from crmkit_mock.espocrm.session import Session
_LEFT_OUT = frozenset({"isActive", "type"})


def follow(session: Session, entity: EntityType, id: str) -> bool:
    """Make the user follow a record; has no effect where the entity type has no stream.

    Raises:
        APIError: 403 or 404.
    """
    user = session.user
    if user.level(entity.name, "stream") == "no":
        raise forbidden("")
    record = session.data.find(entity.name, id)
    if record is None:
        raise not_found()
    if not user.may(entity.name, "stream", record):
        raise forbidden("")
    if entity.stream:
        session.data.relate(FOLLOWERS, record["id"], user.id)
    return True


def unfollow(session: Session, entity: EntityType, id: str) -> bool:
    """Make the user follow a record no longer.

    Raises:
        APIError: 404.
    """
    record = session.data.find(entity.name, id)
    if record is None:
        raise not_found()
    session.data.unrelate(FOLLOWERS, record["id"], session.user.id)
    return True


def list_followers(session: Session, entity: EntityType, id: str) -> dict[str, Any]:
    """Return a page of the users who follow a record: the user itself first, then by name.

    Raises:
        APIError: 403 or 404.
    """
    search = parse_query(session, session.query)
    record = _find(session, entity, id, ("read",))
    users = [session.data.get("User", id) for id in followers(session, record)]
    found = lists.matching(session, USER, search, users)
    if search.order_by is None:
        ids = [user["id"] for user in users]
        found.sort(key=lambda user: ids.index(user["id"]))
    names = lists.response_attributes(session, USER, search)
    if search.select is not None:
        # What lists of users always have is missing here.
        names = [name for name in names if name in search.select or name not in _LEFT_OUT]
    return lists.page(session, USER, search, found, names=names)


def add_followers(session: Session, entity: EntityType, id: str) -> bool:
    """Make the users whose ids the body has follow a record.

    Raises:
        APIError: 403, 404, or 400 without ids.
    """
    if not session.user.has_scope(entity.name):
        raise forbidden(f"No access to {entity.name}.")
    for user_id in _ids(session):
        record = _find(session, entity, id, ("edit", "stream"))
        user = _find_user(session, user_id)
        if not user["isActive"] or not _may_stream(session, entity, record, user_id):
            raise forbidden(
                "Could not add user to followers.",
                {
                    "messageTranslation": {
                        "label": "couldNotAddFollowerUserHasNoAccessToStream",
                        "scope": "Stream",
                        "data": {"userName": user.get("userName") or ""},
                    }
                },
            )
        session.data.relate(FOLLOWERS, record["id"], user_id)
    return True


def _may_stream(session: Session, entity: EntityType, record: Record, user_id: str) -> bool:
    found = session.data.find("User", user_id)
    user = None if found is None else login_of(session.data, found).user
    return user is not None and user.may(entity.name, "stream", record)


def remove_followers(session: Session, entity: EntityType, id: str) -> bool:
    """Make the users whose ids the body has follow a record no longer.

    Raises:
        APIError: 403, 404, or 400 without ids.
    """
    for user_id in _ids(session):
        record = _find(session, entity, id, ("edit", "stream"))
        session.data.unrelate(FOLLOWERS, record["id"], _find_user(session, user_id)["id"])
    return True


def _ids(session: Session) -> list[str]:
    ids = ids_in(session.body)
    if not ids:
        raise bad_request("No ids.")
    return ids


def _find(session: Session, entity: EntityType, id: str, actions: tuple[Action, ...]) -> Record:
    if not session.user.has_scope(entity.name):
        raise forbidden("")
    if session.user.level(entity.name, actions[0]) == "no":
        # The second quote is the vendor's.
        quote = "''" if actions[0] == "read" else "'"
        raise forbidden(f"No '{actions[0]}{quote} access to {entity.name} scope.")
    if not entity.stream:
        raise not_found("No stream.")
    record = session.data.find(entity.name, id)
    if record is None:
        raise not_found("Record not found.")
    for action in actions:
        if not session.user.may(entity.name, action, record):
            raise forbidden(f"No '{action}' access.")
    return record


def _find_user(session: Session, id: str) -> Record:
    user = session.data.find("User", id)
    if user is None:
        raise not_found(f"User {id} not found.")
    if not session.user.may("User", "read", user):
        raise forbidden(f"No 'read' access to user {id}.")
    if id != session.user.id and session.user.permission("followerManagement") == "no":
        raise forbidden("No 'followerManagement' permission.")
    return user


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
        APIError: 403 or 404.
    """
    record = _starrable(session, entity, id, internal=False)
    session.data.unrelate(STARS, record["id"], session.user.id)
    return True


def _starrable(session: Session, entity: EntityType, id: str, *, internal: bool = True) -> Record:
    record = session.data.find(entity.name, id)
    if record is None:
        raise not_found()
    if not session.user.may(entity.name, "read", record):
        raise forbidden("")
    if internal and session.user.kind == "api":
        raise forbidden("Not allowed for non-internal users.")
    if not entity.stars or session.release < entity.stars_since:
        raise forbidden("")
    return record
