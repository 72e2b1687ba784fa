"""Filters by name: primary filters, bool filters, and the text filter."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from crmkit_mock.espocrm.attributes import FOLLOWERS, primary_account_columns, value_of
from crmkit_mock.espocrm.datetimes import (
    SERVER_TIME_ZONE,
    date_bounds,
    format_datetime,
    time_zone,
)
from crmkit_mock.espocrm.errors import bad_request
from crmkit_mock.espocrm.folding import fold

if TYPE_CHECKING:
    from collections.abc import Callable

    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType
    from crmkit_mock.espocrm.session import Session


def _one_of(attribute: str, *values: str) -> Callable[[Session], Callable[[Record], bool]]:
    return lambda _session: lambda record: record.get(attribute) in values


def _none_of(attribute: str, *values: str) -> Callable[[Session], Callable[[Record], bool]]:
    return lambda _session: lambda record: record.get(attribute) not in values


def _recently_created(session: Session) -> Callable[[Record], bool]:
    since = format_datetime(session.clock.now() - timedelta(days=7))
    return lambda record: record["createdAt"] >= since


def _today(attribute: str) -> Callable[[Session], Callable[[Record], bool]]:
    def prepare(session: Session) -> Callable[[Record], bool]:
        zone = time_zone(SERVER_TIME_ZONE)
        today = session.clock.now().astimezone(zone).date()
        first, last = date_bounds(today, today, zone)
        return lambda record: first <= (record.get(attribute) or "") <= last

    return prepare


def _overdue(session: Session) -> Callable[[Record], bool]:
    now = session.now()
    return lambda record: (
        record.get("dateEnd") is not None
        and record["dateEnd"] < now
        and record.get("status") not in _TASKS_DONE
    )


def _started(session: Session) -> Callable[[Record], bool]:
    now = session.now()
    return lambda record: (
        record.get("status") not in (*_TASKS_DONE, "Deferred")
        and (record.get("dateStart") or "") <= now
    )


def _has_portal_user(session: Session) -> Callable[[Record], bool]:
    return lambda record: session.data.find("User", record.get("portalUserId")) is not None


def _has_no_portal_user(session: Session) -> Callable[[Record], bool]:
    return lambda record: session.data.find("User", record.get("portalUserId")) is None


def _account_active(session: Session) -> Callable[[Record], bool]:
    return lambda record: not primary_account_columns(session, record).get("isInactive")


_TASKS_DONE = ("Completed", "Canceled")

_PRIMARY: dict[tuple[str, str], Callable[[Session], Callable[[Record], bool]]] = {
    ("Account", "customers"): _one_of("type", "Customer"),
    ("Account", "resellers"): _one_of("type", "Reseller"),
    ("Account", "partners"): _one_of("type", "Partner"),
    ("Account", "recentlyCreated"): _recently_created,
    ("Contact", "portalUsers"): _has_portal_user,
    ("Contact", "notPortalUsers"): _has_no_portal_user,
    ("Contact", "accountActive"): _account_active,
    ("Lead", "actual"): _none_of("status", "Converted", "Recycled", "Dead"),
    ("Lead", "active"): _none_of("status", "Converted", "Recycled", "Dead"),
    ("Lead", "converted"): _one_of("status", "Converted"),
    ("Opportunity", "open"): _none_of("stage", "Closed Won", "Closed Lost"),
    ("Opportunity", "won"): _one_of("stage", "Closed Won"),
    ("Opportunity", "lost"): _one_of("stage", "Closed Lost"),
    ("Case", "open"): _none_of("status", "Closed", "Rejected", "Duplicate"),
    ("Case", "closed"): _one_of("status", "Closed"),
    ("Task", "actual"): _none_of("status", *_TASKS_DONE, "Deferred"),
    ("Task", "completed"): _one_of("status", "Completed"),
    ("Task", "deferred"): _one_of("status", "Deferred"),
    ("Task", "todays"): _today("dateEnd"),
    ("Task", "actualStartingNotInFuture"): _started,
    ("Task", "overdue"): _overdue,
    **{
        (entity, name): test
        for entity in ("Meeting", "Call")
        for name, test in (
            ("planned", _one_of("status", "Planned")),
            ("held", _one_of("status", "Held")),
            ("todays", _today("dateStart")),
        )
    },
    ("Document", "active"): _one_of("status", "Active"),
    ("Document", "draft"): _one_of("status", "Draft"),
    ("Campaign", "active"): _one_of("status", "Active"),
}


def primary_filter(session: Session, entity: EntityType, name: str) -> Callable[[Record], bool]:
    """Return the test of a primary filter.

    Raises:
        APIError: 400, the entity type has no such filter.
    """
    prepare = _PRIMARY.get((entity.name, name))
    if prepare is None:
        raise bad_request(f"No primary filter '{name}' for '{entity.name}'.")
    return prepare(session)


def bool_filter(session: Session, entity: EntityType, name: str) -> Callable[[Record], bool]:
    """Return the test of a bool filter.

    Raises:
        APIError: 400, the entity type has no such filter.
    """
    user = session.user
    if name == "onlyMy" and "assignedUser" in entity.by_name:
        return lambda record: record.get("assignedUserId") == user.id
    if name == "followed" and entity.stream:
        return lambda record: session.data.related(FOLLOWERS, record["id"], user.id) is not None
    # A user without teams gets all records (recorded: list-boolFilter-shared).
    if name == "shared" and "teams" in entity.by_name:
        return lambda _record: True
    raise bad_request(f"No bool filter '{name}' for '{entity.name}'.")


def text_filter(session: Session, entity: EntityType, text: str) -> Callable[[Record], bool]:
    """Return the test of a text filter: a prefix, in which `*` stands for anything."""
    text = fold(text.strip())
    pattern = ".*".join(re.escape(part) for part in text.split("*"))
    if not text.startswith("*") or text.endswith("*"):
        # With a wildcard only in front, the value must end with the text (recorded:
        # list-textFilter-wildcard).
        pattern += ".*"
    regex = re.compile(pattern, re.DOTALL)

    def test(record: Record) -> bool:
        values = (value_of(session, entity, record, name) for name in entity.text_filter)
        return any(
            value is not None and regex.fullmatch(fold(str(value))) is not None for value in values
        )

    return test
