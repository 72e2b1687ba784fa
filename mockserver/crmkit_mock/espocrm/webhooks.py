"""Subscriptions to events."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm import records
from crmkit_mock.espocrm.entity_types import ENTITY_TYPES
from crmkit_mock.espocrm.errors import forbidden
from crmkit_mock.espocrm.system_types import WEBHOOK

if TYPE_CHECKING:
    from crmkit_mock.espocrm.session import Session


def create(session: Session) -> dict[str, Any]:
    """Subscribe a URL to an event.

    Raises:
        APIError: 400, or 403: it is not allowed, or the event is unknown.
    """
    session.user.require_scope("Webhook", "create")
    event = session.body.get("event")
    parts = event.split(".") if isinstance(event, str) else []
    if event is not None and not _is_event(parts):
        raise forbidden("Not supported event.")
    number = session.settings.next_number("webhook", 1)
    extra: dict[str, Any] = {
        "secretKey": hashlib.sha256(f"webhook {number}".encode()).hexdigest()[:32],
        "isActive": session.body.get("isActive", True) is True,
    }
    if parts:
        field = parts[2] if len(parts) == 3 else None
        extra |= {"entityType": parts[0], "type": parts[1], "field": field}
    response = records.create(session, WEBHOOK, session.body, extra=extra)
    return {"userId": None, **response}


def _is_event(parts: list[str]) -> bool:
    entity = ENTITY_TYPES.get(parts[0]) if parts else None
    if entity is None:
        return False
    if len(parts) == 3:
        return parts[1] == "fieldUpdate" and parts[2] in entity.by_name
    return len(parts) == 2 and parts[1] in {"create", "update", "delete"}
