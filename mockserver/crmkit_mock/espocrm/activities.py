"""Activities of a record and of a user, and attendees."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.attributes import value_of
from crmkit_mock.espocrm.data import display_name
from crmkit_mock.espocrm.datetimes import (
    SERVER_TIME_ZONE,
    date_bounds,
    format_datetime,
    time_zone,
)
from crmkit_mock.espocrm.email_addresses import owners
from crmkit_mock.espocrm.entity_types import ENTITY_TYPES
from crmkit_mock.espocrm.errors import bad_request, forbidden, not_found
from crmkit_mock.espocrm.list_responses import list_response
from crmkit_mock.espocrm.search import parse_query

if TYPE_CHECKING:
    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType
    from crmkit_mock.espocrm.session import Session

#: Statuses of the activities in each list, by entity type.
_STATUSES: dict[str, dict[str, tuple[str, ...]]] = {
    "activities": {"Meeting": ("Planned",), "Call": ("Planned",)},
    "history": {
        "Meeting": ("Held", "Not Held"),
        "Call": ("Held", "Not Held"),
        "Email": ("Archived", "Sent"),
    },
}
_ATTRIBUTES = (
    "id", "name", "dateStart", "dateEnd", "dateStartDate", "dateEndDate", "assignedUserId",
    "assignedUserName", "parentType", "parentId", "status", "createdAt",
)  # fmt: skip
#: Links of meetings and calls to people of an entity type.
_ATTENDEES = {"Contact": "contacts", "Lead": "leads", "User": "users"}
_WITH_ADDRESSES = frozenset({"Account", "Contact", "Lead", "User"})
#: Statuses of tasks that are not open.
_CLOSED_TASKS = ("Completed", "Canceled", "Deferred")


def upcoming(session: Session) -> dict[str, Any]:
    """Return a page of a user's activities of today and of the next days, the next one first.

    Raises:
        APIError: 400, `entityTypeList` is not a list; 403, the calendar is another user's; 404,
            there is no such user.
    """
    user = session.query.get("userId") or session.user.id
    if session.data.find("User", user) is None:
        raise not_found()
    if user != session.user.id and not session.user.is_admin:
        raise forbidden("")
    names = session.query.get("entityTypeList", {"0": "Meeting", "1": "Call"})
    if not isinstance(names, dict):
        raise bad_request("Bad entityTypeList.")
    days = session.query.get("futureDays")
    is_upcoming = _Upcoming(session, int(days) if isinstance(days, str) and days.isdigit() else 1)
    found: list[tuple[str, Record]] = []
    for name in names.values():
        if name not in ("Meeting", "Call", "Task") or session.user.level(name, "read") == "no":
            continue
        found += (
            (name, record)
            for record in session.data.all(name)
            if _is_own(session, name, record, user)
            and session.user.may(name, "read", record)
            and is_upcoming(name, record)
        )
    found.sort(key=_order)
    search = parse_query(session, session.query)
    page = [
        {**_upcoming_response(session, name, record), "_scope": name}
        for name, record in found[search.offset : search.offset + search.max_size]
    ]
    return {"total": len(found), "list": page}


def _upcoming_response(session: Session, name: str, record: Record) -> dict[str, Any]:
    response = list_response(session, ENTITY_TYPES[name], record)
    response.pop("isStarred", None)
    return {**response, "emailId": record.get("emailId")} if name == "Task" else response


class _Upcoming:
    """The condition of upcoming activities.

    Args:
        session: The request.
        days: Number of the next days.
    """

    def __init__(self, session: Session, days: int) -> None:
        now = session.clock.now()
        zone = time_zone(SERVER_TIME_ZONE)
        today = now.astimezone(zone).date()
        self._now = format_datetime(now)
        self._before = format_datetime(now + timedelta(days=days))
        self._tasks_before = format_datetime(now + timedelta(days=7))
        self._first, self._last = date_bounds(today, today, zone)

    def __call__(self, name: str, record: Record) -> bool:
        start, end = record.get("dateStart"), record.get("dateEnd")
        is_today = start is not None and self._first <= start <= self._last
        if name != "Task":
            is_soon = start is not None and start < self._before and (end or "") > self._now
            return bool(record.get("status") == "Planned" and (is_today or is_soon))
        if record.get("status") in _CLOSED_TASKS:
            return False
        if start is None:
            return bool(end is None or end < self._tasks_before)
        return bool(is_today or start < self._before)


def _order(pair: tuple[str, Record]) -> tuple[bool, str, str, str, str]:
    name, record = pair
    start, end = record.get("dateStart") or "", record.get("dateEnd") or ""
    return (not end, end if name == "Task" else start, start, end, record.get("name") or "")


def _is_own(session: Session, name: str, record: Record, user: str) -> bool:
    if name == "Task":
        return record.get("assignedUserId") == user
    return (
        session.data.related(ENTITY_TYPES[name].all_links["users"], record["id"], user) is not None
    )


def list_of_record(session: Session, entity_type: str, id: str, which: str) -> dict[str, Any]:
    """Return a page of the planned activities of a record, or of those that were done.

    Args:
        session: The request.
        entity_type: Name of the entity type of the record.
        id: Its id.
        which: "activities" or "history".

    Raises:
        APIError: 400 for another list, 403 or 404.
    """
    if session.user.level("Activities", "read") == "no":
        raise forbidden("")
    statuses = _STATUSES.get(which)
    if statuses is None:
        raise bad_request("")
    search = parse_query(session, session.query)
    entity = ENTITY_TYPES.get(entity_type)
    if entity is None:
        raise session.server_error_or(f"There is no entity type {entity_type[:50]!r}.")
    record = session.data.find(entity.name, id)
    if record is None:
        raise not_found()
    is_others = entity.name == "User" and id != session.user.id and not session.user.is_admin
    if is_others or not session.user.may(entity.name, "read", record):
        raise forbidden("")
    only = session.query.get("entityType")
    if only and only not in ("Meeting", "Call", "Email"):
        reason = f"Entity '{only}' is not an activity"
        raise session.server_error_or(f"{reason}.", says=reason)
    if only and only not in statuses:
        return {"total": 0, "list": []}
    found = [
        (name, other)
        for name in statuses
        if (not only or only == name) and session.user.level(name, "read") != "no"
        for other in session.data.all(name)
        if other.get("status") in statuses[name]
        and _belongs(session, entity, record, name, other)
        and session.user.may(name, "read", other)
    ]
    found.sort(key=_newest, reverse=True)
    total = len(found)
    if entity.name == "User":
        total = -1 if len(found) > search.offset + search.max_size else -2
    page = found[search.offset : search.offset + search.max_size]
    return {"total": total, "list": [_to_response(session, *pair) for pair in page]}


def _belongs(
    session: Session, entity: EntityType, record: Record, name: str, other: Record
) -> bool:
    """Return whether an activity is one of a record."""
    id = record["id"]
    if entity.name != "User" and (other.get("parentType"), other.get("parentId")) == (
        entity.name,
        id,
    ):
        return True
    account = id if entity.name == "Account" else record.get("createdAccountId")
    if account and entity.name in {"Account", "Lead"} and other.get("accountId") == account:
        return True
    if name == "Email":
        if entity.name == "User":
            users = ENTITY_TYPES["Email"].all_links["users"]
            return session.data.related(users, other["id"], id) is not None
        return entity.name in _WITH_ADDRESSES and _has_address(record, other)
    link = _ATTENDEES.get(entity.name)
    if link is None:
        return False
    return session.data.related(ENTITY_TYPES[name].all_links[link], other["id"], id) is not None


def _has_address(record: Record, email: Record) -> bool:
    """Return whether an e-mail is from or to an address of a record."""
    own = {entry["lower"] for entry in record.get("emailAddressData") or ()}
    named = ";".join(str(email.get(name) or "") for name in ("from", "to", "cc", "bcc", "replyTo"))
    return any(address.strip().lower() in own for address in named.split(";") if address.strip())


def _newest(pair: tuple[str, Record]) -> tuple[str, str]:
    name, record = pair
    start = record.get("dateSent" if name == "Email" else "dateStart")
    return (start or "", record["createdAt"])


def _to_response(session: Session, name: str, record: Record) -> dict[str, Any]:
    """Return an activity as the list shows it: with what new records of its type have."""
    entity = ENTITY_TYPES[name]
    attributes = _EMAIL_ATTRIBUTES if name == "Email" else _ATTRIBUTES
    response: dict[str, Any] = {"deleted": False, **_NEW[name], "_scope": name}
    response |= {
        attribute: value_of(session, entity, record, attribute)
        for attribute in attributes
        if attribute == "id" or attribute in entity.by_attribute
    }
    return response | owners(session, {"from": record.get("from")}) if name == "Email" else response


#: What a new record of an entity type has, by name.
_NEW: dict[str, dict[str, Any]] = {
    "Meeting": {"isAllDay": False, "duration": 3600, "joinUrl": None, "isFollowed": False},
    "Call": {"duration": 300, "direction": "Outbound"},
    "Email": {
        "isRead": True,
        "folderId": None,
        **dict.fromkeys(
            (
                "isNotRead", "isReplied", "isNotReplied", "isImportant", "inTrash", "inArchive",
                "isUsers", "isUsersSent", "isAutoReply", "isSystem", "isJustSent",
                "isBeingImported",
            ),
            False,
        ),
        "isHtml": True,
    },
}  # fmt: skip
_EMAIL_ATTRIBUTES = (
    "id", "name", "subject", "status", "dateSent", "createdAt", "hasAttachment", "from",
    "fromEmailAddressName", "fromString", "fromName", "fromAddress", "parentId", "parentType",
    "assignedUserId", "assignedUserName",
)  # fmt: skip


#: What stands for the address of an attendee that the reader may not see (observed).
_HIDDEN_ADDRESS = "dummy@dummy.dummy"


def attendees(session: Session, entity: EntityType, id: str) -> dict[str, Any]:
    """Return the attendees of a meeting or a call.

    Only administrators see the addresses of users.

    Raises:
        APIError: 403 or 404.
    """
    if entity.name not in {"Meeting", "Call"}:
        raise not_found("Link does not exist.")
    record = session.data.find(entity.name, id)
    if record is None:
        raise not_found()
    if not session.user.may(entity.name, "read", record):
        raise forbidden("")
    found: list[dict[str, Any]] = []
    for name in ("users", "contacts", "leads"):
        link = entity.all_links[name]
        for row in session.data.linked(link, record["id"]):
            attendee = session.data.find(link.entity, row.far(link.near))
            if attendee is not None:
                found.append(
                    {
                        "_scope": link.entity,
                        "id": attendee["id"],
                        "name": display_name(attendee),
                        "acceptanceStatus": row.columns.get("status", "None"),
                        "emailAddress": _shown_address(session, link.entity, attendee),
                    }
                )
    return {"list": found}


def _shown_address(session: Session, entity: str, attendee: Record) -> Any:
    address = attendee.get("emailAddress")
    # The server judges by the little it has loaded: not the owner, nor that a user is active.
    is_seen = session.user.may(entity, "read", {"id": attendee["id"], "isActive": False})
    return address if is_seen or not address else _HIDDEN_ADDRESS
