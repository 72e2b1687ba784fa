"""What users may ask about themselves: data, access, preferences and token."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.access_table import access_table
from crmkit_mock.espocrm.attributes import value_of
from crmkit_mock.espocrm.errors import bad_request, forbidden, not_found
from crmkit_mock.espocrm.settings import settings
from crmkit_mock.espocrm.system_types import USER
from crmkit_mock.espocrm.time_zones import TIME_ZONES
from crmkit_mock.espocrm.users import SYSTEM_ID, USERS

if TYPE_CHECKING:
    from crmkit_mock.espocrm.session import Session

#: Attributes of the user in this response.
_ATTRIBUTES = (
    "id", "name", "deleted", "userName", "type", "salutationName", "firstName", "lastName",
    "isActive", "title", "emailAddress", "phoneNumber", "avatarColor", "createdAt", "modifiedAt",
    "middleName", "emailAddressIsOptedOut", "emailAddressIsInvalid", "phoneNumberIsOptedOut",
    "phoneNumberIsInvalid", "defaultTeamId", "defaultTeamName", "teamsIds", "teamsNames",
    "teamsColumns", "contactId", "contactName", "avatarId", "avatarName", "createdById",
    "createdByName", "workingTimeCalendarId",
)  # fmt: skip
#: Those that administrators have too.
_OF_ADMINISTRATORS = (
    "authMethod", "gender", "auth2FA", "dashboardTemplateId", "dashboardTemplateName",
    "layoutSetId",
)  # fmt: skip
#: The address from which everybody may send.
_SHARED_ADDRESS = "crm@example.com"
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
_PREFERENCES_SINCE_10 = {
    "reactionNotificationsNotFollowed": False,
    "notificationGrouping": True,
    "notificationSound": False,
    "followAsCollaborator": True,
}


def read(session: Session) -> dict[str, Any]:
    """Return the user with its access."""
    return {
        "user": _user(session),
        "acl": access_table(session.user, session.release),
        "preferences": {"id": session.user.id, **_preferences(session)},
        "token": session.authenticator.token_for(session.login) if _wants_token(session) else None,
        "settings": settings(session),
        "language": "en_US",
        "appParams": _app_params(session),
    }


def _wants_token(session: Session) -> bool:
    """Return whether the user logged in by a header that gets a token; Basic does not."""
    return session.login.password is not None and session.header("Espo-Authorization") is not None


def _user(session: Session) -> dict[str, Any]:
    record = session.data.find("User", session.user.id) or {}
    names = (*_ATTRIBUTES, *(_OF_ADMINISTRATORS if session.user.is_admin else ()))
    user = {name: value_of(session, USER, record, name) for name in names}
    own = [entry["emailAddress"] for entry in record.get("emailAddressData") or []]
    return {
        **user,
        "ipAddress": "127.0.0.1",
        "emailAddressList": [*own, _SHARED_ADDRESS],
        "userEmailAddressList": own,
        "excludeFromReplyEmailAddressList": [],
    }


def _preferences(session: Session) -> dict[str, Any]:
    since_10 = _PREFERENCES_SINCE_10 if session.release >= (10, 0) else {}
    return {**_PREFERENCES, **since_10}


def _app_params(session: Session) -> dict[str, Any]:
    params: dict[str, Any] = {
        "maxUploadSize": 60,
        "isRestrictedMode": False,
        "passwordChangeForNonAdminDisabled": False,
        "timeZoneList": list(TIME_ZONES),
        "auth2FARequired": False,
        "logoutWait": False,
        "systemUserId": SYSTEM_ID,
        "templateEntityTypeList": [],
        "extensions": [],
        "addressCountryData": {"list": [], "preferredList": []},
    }
    if session.release >= (10, 0):
        rates = {code: f"{rate:.6f}" for code, rate in session.rates().items()}
        params |= {"currencyRates": rates, "pipelines": [], "meetingServices": []}
    return params


def token_cookie(session: Session) -> dict[str, str]:
    """Return the header with the cookie that a browser gets with its token, if it asks for one."""
    if not session.has_flag("Espo-Authorization-Create-Token-Secret"):
        return {}
    secret = hashlib.sha256(f"secret of {session.login.user_name}".encode()).hexdigest()[:32]
    return {"Set-Cookie": f"auth-token-secret={secret}; path=/; HttpOnly; SameSite=Lax"}


def destroy_token(session: Session) -> bool:
    """Destroy the token that the body names.

    Raises:
        APIError: 400 without a token.
    """
    token = session.body.get("token")
    if not isinstance(token, str) or not token:
        raise bad_request("")
    session.authenticator.destroy_token(token)
    return True


def access(session: Session, id: str) -> dict[str, Any]:
    """Return the access of a user; of another one for administrators.

    Raises:
        APIError: 403 or 404.
    """
    _require_self(session, id)
    for login in USERS.values():
        if login.user.id == id:
            return access_table(login.user, session.release)
    raise not_found()


def preferences(session: Session, id: str) -> dict[str, Any]:
    """Return the preferences of a user; of another one for administrators.

    Raises:
        APIError: 403 or 404.
    """
    _require_self(session, id)
    name = session.data.name_of("User", id)
    if name is None:
        raise not_found()
    return {"id": id, "name": name, "isPortalUser": False, **_preferences(session)}


def _require_self(session: Session, id: str) -> None:
    if not session.user.is_admin and id != session.user.id:
        raise forbidden("")
