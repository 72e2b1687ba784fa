"""The preferences of users."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.errors import forbidden, not_found

if TYPE_CHECKING:
    from crmkit_mock.espocrm.session import Session

#: A user's preferences until it changes them.
_PREFERENCES: dict[str, Any] = {
    "weekStart": -1,
    "thousandSeparator": ",",
    "decimalMark": ".",
    "dashboardLayout": [
        {
            "name": "My Espo",
            "layout": [
                {
                    "id": "default-activities",
                    "name": "Activities",
                    "x": 2,
                    "y": 2,
                    "width": 2,
                    "height": 4,
                },
                {"id": "default-stream", "name": "Stream", "x": 0, "y": 0, "width": 2, "height": 4},
            ],
        }
    ],
    "dashletsOptions": {},
    "exportDelimiter": ",",
    "receiveAssignmentEmailNotifications": True,
    "receiveMentionEmailNotifications": True,
    "receiveStreamEmailNotifications": True,
    "assignmentNotificationsIgnoreEntityTypeList": [],
    "reactionNotifications": True,
    "autoFollowEntityTypeList": [],
    "defaultReminders": [],
    "defaultRemindersTask": [],
    "useCustomTabList": False,
    "addCustomTabs": False,
    "emailReplyToAllByDefault": True,
    "emailReplyForceHtml": True,
    "doNotFillAssignedUserIfNotRequired": True,
    "followEntityOnStreamPost": True,
    "followCreatedEntities": False,
    "followCreatedEntityTypeList": [],
    "emailUseExternalClient": False,
    "scopeColorsDisabled": False,
    "tabColorsDisabled": False,
    "textSearchStoringDisabled": False,
    "calendarSlotDuration": None,
    "calendarScrollHour": None,
}
#: Further ones, texts that a user has set, or null to unset.
_TEXTS = frozenset({"dateFormat", "timeFormat", "timeZone", "language", "defaultCurrency"})
_PREFERENCES_SINCE_10 = {
    "reactionNotificationsNotFollowed": False,
    "notificationGrouping": True,
    "notificationSound": False,
    "followAsCollaborator": True,
}


def preference_values(session: Session, id: str) -> dict[str, Any]:
    """Return the preferences of a user."""
    since_10 = _PREFERENCES_SINCE_10 if session.release >= (10, 0) else {}
    return {**_PREFERENCES, **since_10, **_changed(session, id)}


def read_preferences(session: Session, id: str) -> dict[str, Any]:
    """Return the preferences of a user; of another one for administrators.

    Raises:
        APIError: 403 or 404.
    """
    return {**_record(session, id), "isPortalUser": False}


def update_preferences(session: Session, id: str) -> dict[str, Any]:
    """Change preferences. Unknown ones and those of another type are ignored.

    Raises:
        APIError: 403 or 404.
    """
    known = _record(session, id)
    changed = {
        name: value
        for name, value in session.body.items()
        if name not in {"id", "name"} and _is_taken(name, value, known)
    }
    changed = {**_changed(session, id), **changed}
    kept = {
        name: value for name, value in changed.items() if value is not None or name not in _TEXTS
    }
    session.settings.set(_key(id), kept)
    return _record(session, id)


def _is_taken(name: str, value: object, known: dict[str, Any]) -> bool:
    if name in _TEXTS:
        return value is None or isinstance(value, str)
    return type(value) is type(known.get(name))


def require_self(session: Session, id: str) -> None:
    """Check that a user asks about itself or is an administrator.

    Raises:
        APIError: 403.
    """
    if not session.user.is_admin and id != session.user.id:
        raise forbidden("")


def _record(session: Session, id: str) -> dict[str, Any]:
    require_self(session, id)
    name = session.data.name_of("User", id)
    if name is None:
        raise not_found()
    return {"id": id, "name": name, **preference_values(session, id)}


def _key(id: str) -> str:
    return f"preferences of {id}"


def _changed(session: Session, id: str) -> dict[str, Any]:
    changed: dict[str, Any] = session.settings.get(_key(id)) or {}
    return changed
