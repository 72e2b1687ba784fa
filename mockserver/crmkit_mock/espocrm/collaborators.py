"""The collaborators of records, since 10.0."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.attributes import linked_ids
from crmkit_mock.espocrm.errors import forbidden

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.espocrm.fields import EntityType
    from crmkit_mock.espocrm.session import Session


def require_collaborators(
    session: Session,
    entity: EntityType,
    values: Mapping[str, Any],
    before: Mapping[str, Any] | None,
) -> None:
    """Check that those who become collaborators are active users who log in by themselves.

    Args:
        session: The request.
        entity: The entity type.
        values: The attributes sent, cast.
        before: The record as it is stored; None for a new one.

    Raises:
        APIError: 403.
    """
    field = entity.by_name.get("collaborators")
    if field is None or session.release < field.since:
        return
    known = [] if before is None else linked_ids(session, entity, dict(before), field)
    for id in values.get("collaboratorsIds") or ():
        user = session.data.find("User", id)
        if user is None or id in known:
            continue
        if not user["isActive"] or user["type"] not in {"regular", "admin"}:
            raise forbidden("Assignment failure: assigned user or team not allowed.")
