"""What is planned and what was done: calendar, activities of a record, attendees, Kanban."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm import lists, records
from crmkit_mock.espocrm.attributes import value_of
from crmkit_mock.espocrm.data import display_name
from crmkit_mock.espocrm.instants import read_day, read_instant
from crmkit_mock.espocrm.other_types import ENTITY_TYPES
from crmkit_mock.espocrm.refusals import bad_request, not_found
from crmkit_mock.espocrm.search import MAX_SIZE, read_search

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
_MEMBERS = (
    "id", "name", "status", "dateStart", "dateEnd", "dateStartDate", "dateEndDate",
    "assignedUserId", "assignedUserName", "parentType", "parentId", "createdAt",
)  # fmt: skip
_ENTRY = (
    "id", "name", "status", "dateStart", "dateEnd", "dateStartDate", "dateEndDate",
    "parentType", "parentId",
)  # fmt: skip
#: Where the field that a board is divided by lies.
_BOARDS = {"Lead": "status", "Opportunity": "stage", "Case": "status", "Task": "status"}


def _show(session: Session, kind: str, record: Record, names: tuple[str, ...]) -> dict[str, Any]:
    entity = ENTITY_TYPES[kind]
    known = [one for one in names if one == "id" or one in entity.by_attribute]
    return {name: value_of(session, entity, record, name) for name in known}


def calendar(session: Session) -> list[dict[str, Any]]:
    """Return what the user's calendar has between two moments.

    Raises:
        Problem: 400, `from` or `to` is no moment.
    """
    first, last = (_moment(session.query.get(name)) for name in ("from", "to"))
    user = session.query.get("userId") or session.user.id
    entries: list[dict[str, Any]] = []
    for kind in _CALENDAR:
        if session.user.level(kind, "read") == "no":
            continue
        for record in session.data.all(kind):
            start = record.get("dateStart") or record.get("dateEnd")
            if record.get("assignedUserId") == user and start and first <= start <= last:
                entries.append({"scope": kind, **_show(session, kind, record, _ENTRY)})
    return sorted(entries, key=lambda one: (one.get("dateStart") or one["dateEnd"], one["id"]))


def _moment(value: object) -> str:
    text = value if isinstance(value, str) else ""
    moment = read_instant(text) or (f"{text} 00:00:00" if read_day(text) else None)
    if moment is None:
        raise bad_request("")
    return moment


def upcoming(session: Session) -> dict[str, Any]:
    """Return what lies before the user, the next first."""
    now = session.now()
    found = [
        (kind, record)
        for kind in _CALENDAR
        for record in session.data.all(kind)
        if record.get("assignedUserId") == session.user.id
        and record.get("status") not in _DONE[kind]
        and (record.get("dateEnd") or record.get("dateStart") or "") >= now
    ]
    found.sort(key=lambda one: (one[1].get("dateStart") or one[1]["dateEnd"], one[1]["id"]))
    return _page(session, found)


def of_record(session: Session, entity: EntityType, id: str, which: str) -> dict[str, Any]:
    """Return what is planned for a record, or what was done.

    Args:
        session: The request.
        entity: The entity type of the record.
        id: Its id.
        which: "activities" or "history".

    Raises:
        Problem: 400 for another list, 403 or 404.
    """
    if which not in {"activities", "history"}:
        raise bad_request("")
    record = records.find(session, entity, id, "read")
    kinds = ("Meeting", "Call") if which == "activities" else ("Meeting", "Call", "Email")
    found = [
        (kind, one)
        for kind in kinds
        for one in session.data.all(kind)
        if record["id"] in (one.get("parentId"), one.get("accountId"))
        and (one.get("status") in _DONE[kind]) == (which == "history")
        and session.user.may(kind, "read", one)
    ]
    found.sort(
        key=lambda one: (one[1].get("dateStart") or one[1]["createdAt"], one[1]["id"]),
        reverse=which == "history",
    )
    return _page(session, found)


def _page(session: Session, found: list[tuple[str, Record]]) -> dict[str, Any]:
    search = read_search(session, session.query)
    end = search.offset + search.max_size
    shown = [
        {"_scope": kind, **_show(session, kind, record, _MEMBERS)}
        for kind, record in found[search.offset : end]
    ]
    return {"total": len(found), "list": shown}


def attendees(session: Session, entity: EntityType, id: str) -> dict[str, Any]:
    """Return who takes part in a meeting or a call.

    Raises:
        Problem: 403 or 404.
    """
    if entity.name not in {"Meeting", "Call"}:
        raise not_found("Link does not exist.")
    record = records.find(session, entity, id, "read")
    shown: list[dict[str, Any]] = []
    for name in ("users", "contacts", "leads"):
        link = entity.all_links[name]
        for row in session.data.linked(link, record["id"]):
            person = session.data.find(link.entity, row.far(link.near))
            if person is not None:
                shown.append(
                    {
                        "_scope": link.entity,
                        "id": person["id"],
                        "name": display_name(person),
                        "acceptanceStatus": row.columns.get("status", "None"),
                        "emailAddress": person.get("emailAddress"),
                    }
                )
    return {"list": shown}


def kanban(session: Session, entity: EntityType) -> dict[str, Any]:
    """Return records by the state that they are in.

    Raises:
        Problem: 400 for an improper search, 403, or 404 for an entity type without a board.
    """
    name = _BOARDS.get(entity.name)
    if name is None:
        raise not_found()
    session.user.require_scope(entity.name, "read")
    search = read_search(session, session.query)
    found = lists.matching(session, entity, search)
    names = lists.shown_names(session, entity, search)
    groups: list[dict[str, Any]] = []
    for option in entity.by_name[name].options:
        members = [one for one in found if one.get(name) == option]
        page = lists.page(session, entity, search, members, names=names)
        groups.append({"name": option, "total": page["total"], "list": page["list"]})
    everything = lists.page(session, entity, search, found, names=names)
    return {"total": everything["total"], "groups": groups, "list": everything["list"]}


def global_search(session: Session) -> dict[str, Any]:
    """Return records of all entity types whose text fits; they are not counted.

    Raises:
        Problem: 400, there is nothing to search for.
    """
    from crmkit_mock.espocrm.filters import text_filter

    text = session.query.get("q")
    if not isinstance(text, str) or not text.strip():
        raise bad_request("")
    search = read_search(session, {**session.query, "q": ""})
    found: list[dict[str, Any]] = []
    for kind in ("Account", "Contact", "Lead", "Opportunity", "Case"):
        if session.user.level(kind, "read") == "no":
            continue
        fits = text_filter(session, ENTITY_TYPES[kind], text)
        found += (
            {**lists.in_short(record), "_scope": kind}
            for record in session.data.all(kind)
            if session.user.may(kind, "read", record) and fits(record)
        )
    end = search.offset + search.max_size
    return {"total": -1 if len(found) > end else -2, "list": found[search.offset : end]}


def email_addresses(session: Session) -> list[dict[str, Any]]:
    """Return e-mail addresses that begin with a text, and whose they are."""
    text = str(session.query.get("q") or "").lower()
    found: list[dict[str, Any]] = []
    # Users alone, as the vendor's default setting emailAddressLookupEntityTypeList has it.
    for kind in ("User",):
        if not text or session.user.level(kind, "read") == "no":
            continue
        for record in session.data.all(kind):
            if not session.user.may(kind, "read", record):
                continue
            found += (
                {
                    "emailAddress": entry["emailAddress"],
                    "entityName": display_name(record),
                    "entityType": kind,
                    "entityId": record["id"],
                }
                for entry in record.get("emailAddressData") or []
                if entry["lower"].startswith(text)
            )
    size = session.query.get("maxSize")
    limit = int(size) if isinstance(size, str) and size.isdigit() else MAX_SIZE
    return found[:limit]
