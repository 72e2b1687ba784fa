"""Target lists: who opted out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.data import display_name
from crmkit_mock.espocrm.entity_types import ENTITY_TYPES
from crmkit_mock.espocrm.errors import forbidden, not_found
from crmkit_mock.espocrm.search import parse_query

if TYPE_CHECKING:
    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType
    from crmkit_mock.espocrm.session import Session

_TARGETS = ("contacts", "leads", "accounts", "users")


def opted_out(session: Session, id: str) -> dict[str, Any]:
    """Return a page of the targets that opted out of a list, the newest first.

    Raises:
        APIError: 400, the search is invalid; 403 or 404.
    """
    entity = ENTITY_TYPES["TargetList"]
    if session.user.level("TargetList", "read") == "no":
        raise forbidden("")
    search = parse_query(session, session.query)
    record = session.data.find("TargetList", id)
    if record is None:
        raise not_found()
    if not session.user.may("TargetList", "read", record):
        raise forbidden("")
    found: list[dict[str, Any]] = []
    for name in _TARGETS:
        link = entity.all_links.get(name)
        for row in session.data.linked(link, record["id"]) if link else ():
            target = session.data.find(link.entity, row.far(link.near)) if link else None
            if target is not None and link is not None and row.columns.get("optedOut"):
                found.append(_to_response(ENTITY_TYPES[link.entity], target))
    found.sort(key=lambda target: target["createdAt"], reverse=True)
    page = found[search.offset : search.offset + search.max_size]
    return {"total": len(found), "list": page}


def _to_response(entity: EntityType, target: Record) -> dict[str, Any]:
    """Return a target as the list shows it: with its name, and the bools that it was made with."""
    flags = {name: False for name, value in entity.created.items() if value is False}
    for field in entity.fields:
        if field.family == "bool" and "list" in field.responses:
            flags[field.name] = False
        elif field.family in {"email", "phone"}:
            flags |= {f"{field.name}IsOptedOut": False, f"{field.name}IsInvalid": False}
    if entity.stream:
        flags["isFollowed"] = False
    own = {"id": target["id"], "name": display_name(target), "deleted": False}
    return {**own, **flags, "createdAt": target["createdAt"], "_scope": entity.name}
