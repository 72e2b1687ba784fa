"""Lists across entity types or groups: global search, e-mail addresses, Kanban boards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm import lists
from crmkit_mock.espocrm.data import display_name
from crmkit_mock.espocrm.entity_types import ENTITY_TYPES
from crmkit_mock.espocrm.errors import bad_request, not_found
from crmkit_mock.espocrm.search import MAX_SIZE, parse_query
from crmkit_mock.espocrm.text_filters import text_filter

if TYPE_CHECKING:
    from crmkit_mock.espocrm.fields import EntityType
    from crmkit_mock.espocrm.session import Session

#: Field by which the records of a board are grouped.
_BOARDS = {"Lead": "status", "Opportunity": "stage", "Case": "status", "Task": "status"}


def kanban(session: Session, entity: EntityType) -> dict[str, Any]:
    """Return records grouped by their status.

    Raises:
        APIError: 400 for an invalid search, 403, or 404 for an entity type without a board.
    """
    name = _BOARDS.get(entity.name)
    if name is None:
        raise not_found()
    session.user.require_scope(entity.name, "read")
    search = parse_query(session, session.query)
    found = lists.matching(session, entity, search)
    names = lists.response_attributes(session, entity, search)
    groups: list[dict[str, Any]] = []
    for option in entity.by_name[name].options:
        members = [record for record in found if record.get(name) == option]
        groups.append({"name": option, **lists.page(session, entity, search, members, names=names)})
    page = lists.page(session, entity, search, found, names=names)
    return {"total": page["total"], "groups": groups, "list": page["list"]}


def search_records(session: Session) -> dict[str, Any]:
    """Return the records of several entity types that match a string, without a count.

    Raises:
        APIError: 400, the string is missing.
    """
    text = session.query.get("q")
    if not isinstance(text, str) or not text.strip():
        raise bad_request("")
    search = parse_query(session, {**session.query, "q": ""})
    found: list[dict[str, Any]] = []
    for name in ("Account", "Contact", "Lead", "Opportunity", "Case"):
        if session.user.level(name, "read") == "no":
            continue
        matches = text_filter(session, ENTITY_TYPES[name], text)
        found += (
            {**lists.short_response(record), "_scope": name}
            for record in session.data.all(name)
            if session.user.may(name, "read", record) and matches(record)
        )
    end = search.offset + search.max_size
    return {"total": -1 if len(found) > end else -2, "list": found[search.offset : end]}


def search_email_addresses(session: Session) -> list[dict[str, Any]]:
    """Return e-mail addresses with a prefix, and their users.

    Only users are searched, by the vendor's default of emailAddressLookupEntityTypeList.
    """
    prefix = str(session.query.get("q") or "").lower()
    if not prefix or session.user.level("User", "read") == "no":
        return []
    found = [
        {
            "emailAddress": entry["emailAddress"],
            "entityName": display_name(record),
            "entityType": "User",
            "entityId": record["id"],
        }
        for record in session.data.all("User")
        if session.user.may("User", "read", record)
        for entry in record.get("emailAddressData") or []
        if entry["lower"].startswith(prefix)
    ]
    size = session.query.get("maxSize")
    limit = int(size) if isinstance(size, str) and size.isdigit() else MAX_SIZE
    return found[:limit]
