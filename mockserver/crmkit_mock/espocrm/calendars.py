"""Calendars: the events of users in a period, and when they are busy."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.attributes import value_of
from crmkit_mock.espocrm.datetimes import parse_date, parse_datetime
from crmkit_mock.espocrm.entity_types import ENTITY_TYPES
from crmkit_mock.espocrm.errors import bad_request, forbidden, not_found

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.session import Session

#: Entity types in calendars, by the settings calendarEntityList and busyRangesEntityList.
_CALENDAR = ("Meeting", "Call", "Task")
_BUSY = ("Meeting", "Call")
_LONGEST = timedelta(days=123)
_LONGEST_BUSY = timedelta(days=20)
_CANCELED = ("Not Held", "Canceled")
_ATTRIBUTES = (
    "id", "name", "dateStart", "dateEnd", "status", "dateStartDate", "dateEndDate", "parentType",
    "parentId", "createdAt",
)  # fmt: skip


def calendar(session: Session) -> list[dict[str, Any]]:
    """Return the events of a user, of several users or of teams in a period.

    Raises:
        APIError: 400, `from` or `to` is missing or not a datetime; 403, the period is too long
            or the user may not see the calendar; 404, there is no such user.
    """
    if session.user.level("Calendar", "read") == "no":
        raise forbidden("")
    first, last = _period(session, _LONGEST)
    given = session.query.get("scopeList")
    scopes = given.split(",") if isinstance(given, str) else None
    teams = _names(session.query.get("teamIdList"))
    users = _names(session.query.get("userIdList"))
    if teams:
        return _of_teams(session, teams, scopes, first, last)
    if users:
        return [
            {**event, "userId": user}
            for user in users
            if _may_see(session, user)
            for event in _events(session, user, scopes, first, last)
        ]
    user = session.query.get("userId") or session.user.id
    _require_user(session, user)
    return _events(session, user, scopes, first, last)


def busy_ranges(session: Session) -> dict[str, Any]:
    """Return when users are busy in a period, by the id of the user; never in a long one.

    Raises:
        APIError: 400, a parameter is missing or not a datetime.
    """
    users = _names(session.query.get("userIdList"))
    if not users:
        raise bad_request("")
    first, last = _period(session)
    start, end = datetime.fromisoformat(first), datetime.fromisoformat(last)
    if end - start > _LONGEST_BUSY:
        return {user: [] for user in users}
    ignored = (session.query.get("entityType"), session.query.get("entityId"))
    return {
        user: _busy(_events(session, user, _BUSY, first, last, strict=False), ignored)
        for user in users
        if _may_see(session, user) and session.data.find("User", user) is not None
    }


def _busy(events: Iterable[dict[str, Any]], ignored: tuple[Any, Any]) -> list[dict[str, Any]]:
    ranges: list[dict[str, Any]] = []
    for event in events:
        start, end = event["dateStart"], event["dateEnd"]
        is_ignored = (event["scope"], event["id"]) == ignored
        if not start or not end or event["status"] in _CANCELED or is_ignored:
            continue
        for known in ranges:
            if (
                start < known["dateEnd"]
                and end > known["dateStart"]
                and (start, end)
                != (
                    known["dateStart"],
                    known["dateEnd"],
                )
            ):
                known["dateStart"] = min(start, known["dateStart"])
                known["dateEnd"] = max(end, known["dateEnd"])
                break
        else:
            ranges.append({"dateStart": start, "dateEnd": end, "isBusyRange": True})
    return ranges


def _of_teams(
    session: Session, teams: list[str], scopes: list[str] | None, first: str, last: str
) -> list[dict[str, Any]]:
    if not session.user.is_admin:
        reason = "User Calendar Permission not allowing to view calendars of other users."
        raise forbidden(reason)
    link = ENTITY_TYPES["User"].all_links["teams"]
    events: dict[tuple[str, str], dict[str, Any]] = {}
    for user in session.data.all("User"):
        if not any(row.right in teams for row in session.data.linked(link, user["id"])):
            continue
        for event in _events(session, user["id"], scopes, first, last):
            known = events.setdefault(
                (event["scope"], event["id"]), {**event, "userIdList": [], "userNameMap": {}}
            )
            known["userIdList"].append(user["id"])
            known["userNameMap"][user["id"]] = session.data.name_of("User", user["id"])
    return [*events.values()]


def _events(
    session: Session,
    user: str,
    scopes: Iterable[str] | None,
    first: str,
    last: str,
    *,
    strict: bool = True,
) -> list[dict[str, Any]]:
    """Return the events of a user, of one entity type after another.

    Args:
        session: The request.
        user: Id of the user.
        scopes: Names of entity types; None for all of calendars.
        first: Start of the period.
        last: Its end, which is not part of it.
        strict: Whether events that the requesting user may not read are left out.
    """
    events: list[dict[str, Any]] = []
    for name in _CALENDAR if scopes is None else scopes:
        if name not in _CALENDAR or session.user.level(name, "read") == "no":
            continue
        entity = ENTITY_TYPES[name]
        for record in session.data.all(name):
            if not _has(session, name, record, user) or not _is_in(name, record, first, last):
                continue
            if strict and not session.user.may(name, "read", record):
                continue
            event = {
                attribute: value_of(session, entity, record, attribute)
                if attribute == "id" or attribute in entity.by_attribute
                else None
                for attribute in _ATTRIBUTES
            }
            events.append({"scope": name, **event, "color": None})
    return events


def _has(session: Session, entity: str, record: Record, user: str) -> bool:
    if entity == "Task":
        return record.get("assignedUserId") == user
    row = session.data.related(ENTITY_TYPES[entity].all_links["users"], record["id"], user)
    return row is not None and row.columns.get("status") != "Declined"


def _is_in(entity: str, record: Record, first: str, last: str) -> bool:
    start, end = record.get("dateStart"), record.get("dateEnd")
    if entity == "Task":
        day = record.get("dateEndDate")
        if end is None and day is None:
            return start is not None and first <= start < last
        return (end is not None and first <= end < last) or (
            day is not None and first <= day < last
        )
    return any(value is not None and first <= value < last for value in (start, end)) or (
        start is not None and end is not None and start <= first and end >= last
    )


def _period(session: Session, longest: timedelta | None = None) -> tuple[str, str]:
    texts = [session.query.get(name) for name in ("from", "to")]
    if not all(isinstance(text, str) and text for text in texts):
        raise bad_request("")
    bounds = [parse_datetime(text) or _midnight(text) for text in texts]
    if longest is not None and None not in bounds:
        start, end = (datetime.fromisoformat(str(bound)) for bound in bounds)
        if end - start > longest:
            raise forbidden("Too long range.")
    first, last = (parse_datetime(text) for text in texts)
    if first is None or last is None or any("T" in str(text) for text in texts):
        raise session.server_error_or("The period is not between two datetimes.")
    return first, last


def _midnight(text: object) -> str | None:
    return f"{text} 00:00:00" if parse_date(text) else None


def _names(value: object) -> list[str] | None:
    return value.split(",") if isinstance(value, str) and value else None


def _require_user(session: Session, user: object) -> None:
    if session.data.find("User", user) is None:
        raise not_found()
    if not _may_see(session, user):
        raise forbidden("")


def _may_see(session: Session, user: object) -> bool:
    """Return whether the user may see the calendar of a user; the permission is "no"."""
    return session.user.is_admin or user == session.user.id
