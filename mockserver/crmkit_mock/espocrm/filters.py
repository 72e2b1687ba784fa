"""Filters by name: primary filters, bool filters, and the text filter."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from crmkit_mock.espocrm.attributes import followers, value_of
from crmkit_mock.espocrm.folding import fold
from crmkit_mock.espocrm.instants import day_bounds, write_instant, zone
from crmkit_mock.espocrm.profiles import SERVER_ZONE
from crmkit_mock.espocrm.refusals import bad_request

if TYPE_CHECKING:
    from collections.abc import Callable

    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType
    from crmkit_mock.espocrm.session import Session


def _one_of(attribute: str, *values: str) -> Callable[[Session], Callable[[Record], bool]]:
    return lambda _session: lambda record: record.get(attribute) in values


def _none_of(attribute: str, *values: str) -> Callable[[Session], Callable[[Record], bool]]:
    return lambda _session: lambda record: record.get(attribute) not in values


def _recent(session: Session) -> Callable[[Record], bool]:
    since = write_instant(session.clock.now() - timedelta(days=7))
    return lambda record: record["createdAt"] >= since


def _todays(attribute: str) -> Callable[[Session], Callable[[Record], bool]]:
    def prepare(session: Session) -> Callable[[Record], bool]:
        here = zone(SERVER_ZONE)
        today = session.clock.now().astimezone(here).date()
        first, last = day_bounds(today, today, here)
        return lambda record: first <= (record.get(attribute) or "") <= last

    return prepare


def _overdue(session: Session) -> Callable[[Record], bool]:
    now = session.now()
    return lambda record: (
        record.get("dateEnd") is not None
        and record["dateEnd"] < now
        and record.get("status") not in _TASKS_DONE
    )


def _begun(session: Session) -> Callable[[Record], bool]:
    now = session.now()
    return lambda record: (
        record.get("status") not in (*_TASKS_DONE, "Deferred")
        and (record.get("dateStart") or "") <= now
    )


def _has_portal_user(session: Session) -> Callable[[Record], bool]:
    return lambda record: session.data.find("User", record.get("portalUserId")) is not None


def _no_portal_user(session: Session) -> Callable[[Record], bool]:
    return lambda record: session.data.find("User", record.get("portalUserId")) is None


def _account_active(session: Session) -> Callable[[Record], bool]:
    from crmkit_mock.espocrm.attributes import primary_row

    return lambda record: not primary_row(session, record).get("isInactive")


_TASKS_DONE = ("Completed", "Canceled")

_PRIMARY: dict[tuple[str, str], Callable[[Session], Callable[[Record], bool]]] = {
    ("Account", "customers"): _one_of("type", "Customer"),
    ("Account", "resellers"): _one_of("type", "Reseller"),
    ("Account", "partners"): _one_of("type", "Partner"),
    ("Account", "recentlyCreated"): _recent,
    ("Contact", "portalUsers"): _has_portal_user,
    ("Contact", "notPortalUsers"): _no_portal_user,
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
    ("Task", "todays"): _todays("dateEnd"),
    ("Task", "actualStartingNotInFuture"): _begun,
    ("Task", "overdue"): _overdue,
    **{
        (kind, name): test
        for kind in ("Meeting", "Call")
        for name, test in (
            ("planned", _one_of("status", "Planned")),
            ("held", _one_of("status", "Held")),
            ("todays", _todays("dateStart")),
        )
    },
    ("Document", "active"): _one_of("status", "Active"),
    ("Document", "draft"): _one_of("status", "Draft"),
    ("Campaign", "active"): _one_of("status", "Active"),
}


def primary_filter(session: Session, entity: EntityType, name: str) -> Callable[[Record], bool]:
    """Return the test of a primary filter.

    Raises:
        Problem: 400, the entity type has none of that name.
    """
    prepare = _PRIMARY.get((entity.name, name))
    if prepare is None:
        raise bad_request(f"No primary filter '{name}' for '{entity.name}'.")
    return prepare(session)


def bool_filter(session: Session, entity: EntityType, name: str) -> Callable[[Record], bool]:
    """Return the test of a bool filter.

    Raises:
        Problem: 400, the entity type has none of that name.
    """
    user = session.user
    if name == "onlyMy" and "assignedUser" in entity.by_name:
        return lambda record: record.get("assignedUserId") == user.id
    if name == "followed" and entity.stream:
        return lambda record: user.id in followers(session, record)
    # Who has no teams gets everything (recorded: list-boolFilter-shared).
    if name == "shared" and "teams" in entity.by_name:
        return lambda _record: True
    raise bad_request(f"No bool filter '{name}' for '{entity.name}'.")


def text_filter(session: Session, entity: EntityType, text: str) -> Callable[[Record], bool]:
    """Return the test of a text filter: a prefix, with `*` for anything."""
    pattern = fold(text.strip())
    regex = re.compile(".*".join(re.escape(part) for part in pattern.split("*")) + ".*", re.DOTALL)
    if pattern.startswith("*") and not pattern.endswith("*"):
        # With a wildcard before it and none behind it, the text has to end there
        # (recorded: list-textFilter-wildcard).
        regex = re.compile(regex.pattern.removesuffix(".*"), re.DOTALL)

    def test(record: Record) -> bool:
        for attribute in entity.text_filter:
            value = value_of(session, entity, record, attribute)
            if value is not None and regex.fullmatch(fold(str(value))):
                return True
        return False

    return test
