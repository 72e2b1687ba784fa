"""Kanban boards: the records of an entity type, a column for each status."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm import lists
from crmkit_mock.espocrm.entity_types import ENTITY_TYPES
from crmkit_mock.espocrm.errors import forbidden
from crmkit_mock.espocrm.search import parse_query

if TYPE_CHECKING:
    from crmkit_mock.espocrm.fields import EntityType
    from crmkit_mock.espocrm.session import Session

#: Field by which the records of a board are grouped.
_STATUS = {
    **dict.fromkeys(("Lead", "Case", "Task", "Meeting", "Call"), "status"),
    "Opportunity": "stage",
}
#: Statuses without a column.
_IGNORED = {"Opportunity": {"Closed Lost"}, "Task": {"Canceled", "Deferred"}}


def kanban(session: Session, name: str) -> dict[str, Any]:
    """Return records of an entity type grouped by their status.

    Raises:
        APIError: 400 for an invalid search, or where a real server answers 500: the entity type
            has no status; 403.
    """
    entity = ENTITY_TYPES.get(name)
    if entity is None:
        raise forbidden("Non-object entities are not supported.")
    if session.user.level(entity.name, "read") == "no":
        raise forbidden("")
    search = parse_query(session, session.query)
    status = _STATUS.get(entity.name)
    if status is None:
        reason = f"No status field for entity type '{entity.name}'."
        raise session.server_error_or(reason, says=reason)
    found = lists.matching(session, entity, search)
    names = lists.response_attributes(session, entity, search)
    groups: list[dict[str, Any]] = []
    for option in entity.by_name[status].options:
        if not option or option in _IGNORED.get(entity.name, ()):
            continue
        members = [record for record in found if record.get(status) == option]
        column = lists.page(session, entity, search, members, names=names)
        group = {"name": option, "total": column["total"], "list": column["list"]}
        # Those of a pipeline; there is none by default.
        groups.append({**group, "label": None, "style": None})
    records = [record for group in groups for record in group["list"]]
    return {"total": _total(groups, entity, len(found)), "groups": groups, "list": records}


def _total(groups: list[dict[str, Any]], entity: EntityType, count: int) -> int:
    if entity.counted:
        return count
    return -1 if any(group["total"] == -1 for group in groups) else -2
