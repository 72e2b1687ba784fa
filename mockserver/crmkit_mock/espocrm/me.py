"""What users may ask about themselves: data, access and token."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.access_table import access_table
from crmkit_mock.espocrm.attributes import value_of
from crmkit_mock.espocrm.errors import bad_request, not_found
from crmkit_mock.espocrm.logins import login_of
from crmkit_mock.espocrm.preferences import preference_values, require_self
from crmkit_mock.espocrm.settings import settings
from crmkit_mock.espocrm.system_types import USER
from crmkit_mock.espocrm.time_zones import TIME_ZONES
from crmkit_mock.espocrm.users import SYSTEM_ID

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


def read(session: Session) -> dict[str, Any]:
    """Return the user with its access."""
    return {
        "user": _user(session),
        "acl": access_table(session.user, session.release),
        "preferences": {"id": session.user.id, **preference_values(session, session.user.id)},
        "token": session.authenticator.token_for(session.login) if _wants_token(session) else None,
        "settings": settings(session),
        "language": "en_US",
        "appParams": _app_params(session),
    }


def _wants_token(session: Session) -> bool:
    """Return whether the user logged in by a header that gets a token; Basic does not."""
    return session.login.api_key is None and session.header("Espo-Authorization") is not None


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
    """Destroy the token that the body names, and return whether there was one.

    Raises:
        APIError: 400 without a token.
    """
    token = session.body.get("token")
    if not isinstance(token, str) or not token:
        raise bad_request("No `token`.")
    return session.authenticator.destroy_token(token)


def access(session: Session, id: str) -> dict[str, Any]:
    """Return the access of a user; of another one for administrators.

    Raises:
        APIError: 403 or 404.
    """
    require_self(session, id)
    record = session.data.find("User", id)
    if record is None:
        raise not_found()
    user = login_of(session.data, record).user
    return access_table(user, session.release, complete=True)
