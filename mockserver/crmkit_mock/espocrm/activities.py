"""Calendar, activities of a record and of a user, and attendees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm import records
from crmkit_mock.espocrm.attributes import value_of
from crmkit_mock.espocrm.data import display_name
from crmkit_mock.espocrm.datetimes import parse_date, parse_datetime
from crmkit_mock.espocrm.entity_types import ENTITY_TYPES
from crmkit_mock.espocrm.errors import bad_request, not_found
from crmkit_mock.espocrm.search import parse_query

if TYPE_CHECKING:
    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType
    from crmkit_mock.espocrm.session import Session

_CALENDAR = ("Meeting", "Call", "Task")
_DONE = {
    "Meeting": ("Held", "Not Held"),
    "Call": ("Held", "Not Held"),
    "Task": ("Completed", "Canceled"),
    "Email": ("Sent", "Archived", "Received"),
}
_ATTRIBUTES = (
    "id", "name", "status", "dateStart", "dateEnd", "dateStartDate", "dateEndDate",
    "assignedUserId", "assignedUserName", "parentType", "parentId", "createdAt",
)  # fmt: skip
_CALENDAR_ATTRIBUTES = (
    "id", "name", "status", "dateStart", "dateEnd", "dateStartDate", "dateEndDate",
    "parentType", "parentId",
)  # fmt: skip


def _to_response(
    session: Session, entity_name: str, record: Record, names: tuple[str, ...]
) -> dict[str, Any]:
    entity = ENTITY_TYPES[entity_name]
    known = [name for name in names if name == "id" or name in entity.by_attribute]
    return {name: value_of(session, entity, record, name) for name in known}


def calendar(session: Session) -> list[dict[str, Any]]:
    """Return the entries of a user's calendar in a period.

    Raises:
        APIError: 400, `from` or `to` is not a datetime.
    """
    first, last = (_bound(session.query.get(name)) for name in ("from", "to"))
    user = session.query.get("userId") or session.user.id
    entries: list[dict[str, Any]] = []
    for entity in _CALENDAR:
        if session.user.level(entity, "read") == "no":
            continue
        for record in _assigned(session, entity, user):
            start = record.get("dateStart") or record.get("dateEnd")
            if start and first <= start <= last:
                entry = _to_response(session, entity, record, _CALENDAR_ATTRIBUTES)
                entries.append({"scope": entity, **entry})
    return sorted(
        entries, key=lambda entry: (entry.get("dateStart") or entry["dateEnd"], entry["id"])
    )


def _assigned(session: Session, entity: str, user: object) -> list[Record]:
    if not isinstance(user, str):
        return []
    return session.data.with_value(entity, user, "assignedUserId")


def _bound(value: object) -> str:
    text = value if isinstance(value, str) else ""
    bound = parse_datetime(text) or (f"{text} 00:00:00" if parse_date(text) else None)
    if bound is None:
        raise bad_request("")
    return bound


def upcoming(session: Session) -> dict[str, Any]:
    """Return a page of the user's upcoming activities, the next one first."""
    now = session.now()
    found = [
        (entity, record)
        for entity in _CALENDAR
        for record in _assigned(session, entity, session.user.id)
        if record.get("status") not in _DONE[entity]
        and (record.get("dateEnd") or record.get("dateStart") or "") >= now
    ]
    found.sort(key=lambda pair: (pair[1].get("dateStart") or pair[1]["dateEnd"], pair[1]["id"]))
    return _page(session, found)


def list_of_record(session: Session, entity: EntityType, id: str, which: str) -> dict[str, Any]:
    """Return a page of the planned activities of a record, or of those that were done.

    Args:
        session: The request.
        entity: The entity type of the record.
        id: Its id.
        which: "activities" or "history".

    Raises:
        APIError: 400 for another list, 403 or 404.
    """
    if which not in {"activities", "history"}:
        raise bad_request("")
    record = records.find(session, entity, id, "read")
    names = ("Meeting", "Call") if which == "activities" else ("Meeting", "Call", "Email")
    found = [
        (name, other)
        for name in names
        for other in session.data.with_value(name, record["id"], "parentId", "accountId")
        if (other.get("status") in _DONE[name]) == (which == "history")
        and session.user.may(name, "read", other)
    ]
    found.sort(
        key=lambda pair: (pair[1].get("dateStart") or pair[1]["createdAt"], pair[1]["id"]),
        reverse=which == "history",
    )
    return _page(session, found)


def _page(session: Session, found: list[tuple[str, Record]]) -> dict[str, Any]:
    search = parse_query(session, session.query)
    page = [
        {"_scope": entity, **_to_response(session, entity, record, _ATTRIBUTES)}
        for entity, record in found[search.offset : search.offset + search.max_size]
    ]
    return {"total": len(found), "list": page}


def attendees(session: Session, entity: EntityType, id: str) -> dict[str, Any]:
    """Return the attendees of a meeting or a call.

    Raises:
        APIError: 403 or 404.
    """
    if entity.name not in {"Meeting", "Call"}:
        raise not_found("Link does not exist.")
    record = records.find(session, entity, id, "read")
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
                        "emailAddress": attendee.get("emailAddress"),
                    }
                )
    return {"list": found}
