"""Locked records, which only their assignment changes until they are unlocked (observed)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.errors import APIError, bad_request, forbidden

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType
    from crmkit_mock.espocrm.session import Session

#: First release that locks records.
_SINCE = (10, 0)
#: Fields of a locked record that may be changed.
_CHANGEABLE = frozenset({"assignedUser", "teams", "collaborators", "isLocked"})


def is_lockable(session: Session, entity: EntityType) -> bool:
    """Return whether records of an entity type can be locked."""
    return session.release >= _SINCE and "isLocked" in entity.by_name


def may_lock(session: Session, entity: EntityType) -> bool:
    """Return whether the user may lock records of an entity type."""
    user = session.user
    return user.level(entity.name, "edit") != "no" and user.permission("lock") != "no"


def require_lockable(session: Session, entity: EntityType, record: Record, *, locked: bool) -> None:
    """Check that the user may lock or unlock a record, and that it is not so already.

    Raises:
        APIError: 400 or 403.
    """
    if not session.user.may(entity.name, "edit", record):
        raise forbidden("No edit access.")
    if bool(record.get("isLocked")) == locked:
        raise bad_request("Already locked." if locked else "Already unlocked.")


def require_changeable(
    session: Session, entity: EntityType, stored: Mapping[str, Any], values: Mapping[str, Any]
) -> None:
    """Check that a write changes nothing of a locked record but its assignment.

    Args:
        session: The request.
        entity: The entity type.
        stored: The record as reading shows it.
        values: The attributes sent.

    Raises:
        APIError: 409 for the first field that it changes.
    """
    if not is_lockable(session, entity) or not stored.get("isLocked"):
        return
    for field in entity.fields:
        if field.read_only or field.name in _CHANGEABLE:
            continue
        if any(
            name in values and values[name] != stored.get(name)
            for name in field.attributes
            if not name.endswith(("Name", "Names")) or (name == field.name)
        ):
            raise _conflict("cannotModifyLockedRecord", {"field": _label(field.name)})


def require_removable(session: Session, entity: EntityType, record: Record) -> None:
    """Check that a record that is to be deleted is not locked.

    Raises:
        APIError: 409.
    """
    if is_lockable(session, entity) and record.get("isLocked"):
        raise _conflict("cannotRemoveLockedRecord", {})


def _conflict(label: str, data: dict[str, Any]) -> APIError:
    return APIError(
        409, label, {"messageTranslation": {"label": label, "scope": None, "data": data}}
    )


def _label(name: str) -> str:
    """Return the label of a field: its name in words."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return words[:1].upper() + words[1:]
