"""Filters by name: primary filters and bool filters."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from crmkit_mock.espocrm.attributes import FOLLOWERS, STARS
from crmkit_mock.espocrm.common_fields import COLLABORATOR_LINK, TEAMS
from crmkit_mock.espocrm.datetimes import SERVER_TIME_ZONE, format_datetime
from crmkit_mock.espocrm.errors import bad_request
from crmkit_mock.espocrm.where import Where, compile_where

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from crmkit_mock.espocrm.columns import Test
    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType, Link
    from crmkit_mock.espocrm.session import Session

    Prepare = Callable[[Session, EntityType], Test]

_TASKS_DONE = ("Completed", "Canceled")
_TASKS_NOT_ACTUAL = (*_TASKS_DONE, "Deferred")


def _one_of(attribute: str, *values: str) -> Prepare:
    return lambda _session, _entity: lambda record: record.get(attribute) in values


def _none_of(attribute: str, *values: str) -> Prepare:
    # Null differs from nothing, as in SQL.
    def test(record: Record) -> bool:
        value = record.get(attribute)
        return value is not None and value not in values

    return lambda _session, _entity: test


def _recently_created(session: Session, _entity: EntityType) -> Test:
    since = format_datetime(session.clock.now() - timedelta(days=7))
    return lambda record: record["createdAt"] >= since


def _at(kind: str, attribute: str) -> Prepare:
    """Return the filter that a date is in a period of the user's time zone."""

    def prepare(session: Session, entity: EntityType) -> Test:
        zone = {"dateTime": True, "timeZone": SERVER_TIME_ZONE}
        return compile_where(session, entity, [{"type": kind, "attribute": attribute, **zone}]).test

    return prepare


def _overdue(session: Session, entity: EntityType) -> Test:
    has_ended = _at("past", "dateEnd")(session, entity)
    return lambda record: has_ended(record) and record.get("status") not in _TASKS_DONE


def _started(session: Session, entity: EntityType) -> Test:
    tests = [_at(kind, "dateStart")(session, entity) for kind in ("past", "today")]

    def test(record: Record) -> bool:
        if record.get("status") in _TASKS_NOT_ACTUAL:
            return False
        return record.get("dateStart") is None or any(is_in(record) for is_in in tests)

    return test


def _portal_user(*, exists: bool) -> Prepare:
    return lambda session, _entity: (
        lambda record: (session.data.find("User", record.get("portalUserId")) is not None) == exists
    )


def _active_user(*kinds: str) -> Prepare:
    return lambda _session, _entity: (
        lambda record: bool(record.get("isActive")) and record.get("type") in kinds
    )


def _actual_template(_session: Session, _entity: EntityType) -> Test:
    return lambda record: not record.get("oneOff") and record.get("status") == "Active"


def _all(_session: Session, _entity: EntityType) -> Test:
    return lambda _record: True


def _related_to_user(link: Link) -> Prepare:
    def prepare(session: Session, _entity: EntityType) -> Test:
        user = session.user.id
        return lambda record: session.data.related(link, record["id"], user) is not None

    return prepare


_PRIMARY: dict[tuple[str, str], Prepare] = {
    ("Account", "customers"): _one_of("type", "Customer"),
    ("Account", "resellers"): _one_of("type", "Reseller"),
    ("Account", "partners"): _one_of("type", "Partner"),
    ("Account", "recentlyCreated"): _recently_created,
    ("Contact", "portalUsers"): _portal_user(exists=True),
    ("Contact", "notPortalUsers"): _portal_user(exists=False),
    ("Lead", "actual"): _none_of("status", "Converted", "Recycled", "Dead"),
    ("Lead", "active"): _none_of("status", "Converted", "Recycled", "Dead"),
    ("Lead", "converted"): _one_of("status", "Converted"),
    ("Opportunity", "open"): _none_of("stage", "Closed Won", "Closed Lost"),
    ("Opportunity", "won"): _one_of("stage", "Closed Won"),
    ("Opportunity", "lost"): _one_of("stage", "Closed Lost"),
    ("Case", "open"): _none_of("status", "Closed", "Rejected", "Duplicate"),
    ("Case", "closed"): _one_of("status", "Closed"),
    ("Task", "actual"): _none_of("status", *_TASKS_NOT_ACTUAL),
    ("Task", "completed"): _one_of("status", "Completed"),
    ("Task", "deferred"): _one_of("status", "Deferred"),
    ("Task", "todays"): _at("today", "dateEnd"),
    ("Task", "actualStartingNotInFuture"): _started,
    ("Task", "overdue"): _overdue,
    **{
        (entity, name): prepare
        for entity in ("Meeting", "Call")
        for name, prepare in (
            ("planned", _one_of("status", "Planned")),
            ("held", _one_of("status", "Held")),
            ("todays", _at("today", "dateStart")),
        )
    },
    ("Document", "active"): _one_of("status", "Active"),
    ("Document", "draft"): _one_of("status", "Draft"),
    ("Campaign", "active"): _one_of("status", "Active"),
    ("EmailTemplate", "actual"): _actual_template,
    ("User", "active"): _active_user("regular", "admin"),
    ("User", "activePortal"): _active_user("portal"),
    ("User", "activeApi"): _active_user("api"),
    ("User", "portal"): _one_of("type", "portal"),
    ("User", "api"): _one_of("type", "api"),
    ("User", "internal"): _none_of("type", "portal", "api", "system"),
    ("Note", "posts"): _one_of("type", "Post"),
    ("Note", "updates"): _one_of("type", "Update"),
}
#: Primary filters of every entity type.
_COMMON_PRIMARY: dict[str, Prepare] = {
    "all": _all,
    "one": _all,
    "followed": _related_to_user(FOLLOWERS),
    "starred": _related_to_user(STARS),
}


def primary_filter(session: Session, entity: EntityType, name: str) -> Where:
    """Return a primary filter.

    Raises:
        APIError: 400, the entity type has no such filter.
    """
    if (entity.name, name) == ("Contact", "accountActive"):
        # It reads a relation that a list does not join.
        failure = session.server_error_or("Contacts cannot be filtered with accountActive.")
        return Where(lambda _record: False, failure)
    prepare = _PRIMARY.get((entity.name, name), _COMMON_PRIMARY.get(name[:1].lower() + name[1:]))
    if prepare is None:
        raise bad_request(f"No primary filter '{name}' for '{entity.name}'.")
    return Where(prepare(session, entity))


def bool_filters(session: Session, entity: EntityType, names: Iterable[str]) -> Test:
    """Return the test that a record matches one of some bool filters.

    Raises:
        APIError: 400, the entity type has no such filter.
    """
    tests: list[Test] = []
    for name in names:
        prepare = _BOOL.get((entity.name, name)) or _COMMON_BOOL.get(name[:1].lower() + name[1:])
        if prepare is None and name == "onlyMyTeam" and session.release < (10, 0):
            prepare = _of_my_teams
        if prepare is None:
            raise bad_request(f"No bool filter '{name}' for '{entity.name}'.")
        test = prepare(session, entity)
        if test is not None:
            tests.append(test)
    # Filters that mean nothing for an entity type find everything.
    return lambda record: not tests or any(test(record) for test in tests)


def _only_my(session: Session, entity: EntityType) -> Test:
    user = session.user.id
    key = "assignedUserId" if "assignedUser" in entity.by_name else "createdById"
    return lambda record: record.get(key) == user


def _attended(session: Session, entity: EntityType) -> Test:
    link, user = entity.all_links["users"], session.user.id

    def test(record: Record) -> bool:
        row = session.data.related(link, record["id"], user)
        return row is not None and row.columns.get("status") != "Declined"

    return test


def _own_email(session: Session, entity: EntityType) -> Test:
    return _related_to_user(entity.all_links["users"])(session, entity)


def _shared(session: Session, entity: EntityType) -> Test | None:
    """Return the filter of records that the user collaborates on; None without collaborators."""
    if session.release < (10, 0) or entity.name not in {"Task", "Case"}:
        return None
    return _related_to_user(COLLABORATOR_LINK)(session, entity)


def _my_team(session: Session, _entity: EntityType) -> Test:
    teams = {row.right for row in session.data.linked(TEAMS, session.user.id)}
    return lambda record: any(
        row.right in teams for row in session.data.linked(TEAMS, record["id"])
    )


def _of_my_teams(session: Session, entity: EntityType) -> Test:
    """Return the filter of records of the user's teams, which releases before 10.0 have."""
    if "teams" not in entity.all_links:
        raise session.server_error_or(f"{entity.name} has no teams.")
    return _my_team(session, entity)


def _own_teams(session: Session, _entity: EntityType) -> Test:
    teams = {row.right for row in session.data.linked(TEAMS, session.user.id)}
    return lambda record: record["id"] in teams


def _me(session: Session, _entity: EntityType) -> Test:
    return lambda record: record["id"] == session.user.id


_BOOL: dict[tuple[str, str], Callable[[Session, EntityType], Test | None]] = {
    ("Meeting", "onlyMy"): _attended,
    ("Call", "onlyMy"): _attended,
    ("Email", "onlyMy"): _own_email,
    ("Team", "onlyMy"): _own_teams,
    ("User", "onlyMyTeam"): _my_team,
    ("User", "onlyMe"): _me,
    ("Case", "open"): _PRIMARY["Case", "open"],
    ("Task", "actual"): _PRIMARY["Task", "actual"],
    ("Task", "completed"): _PRIMARY["Task", "completed"],
}
#: Bool filters of every entity type.
_COMMON_BOOL: dict[str, Callable[[Session, EntityType], Test | None]] = {
    "onlyMy": _only_my,
    "followed": _related_to_user(FOLLOWERS),
    "shared": _shared,
}
