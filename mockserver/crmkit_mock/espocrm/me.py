"""What users may ask about themselves: data, access, preferences and token."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.access_table import access_table
from crmkit_mock.espocrm.errors import bad_request, forbidden, not_found
from crmkit_mock.espocrm.responses import read_response
from crmkit_mock.espocrm.settings import settings
from crmkit_mock.espocrm.system_types import USER
from crmkit_mock.espocrm.users import USERS

if TYPE_CHECKING:
    from crmkit_mock.espocrm.session import Session

#: Attributes of users that this response lacks.
_OMITTED = (
    "accountsIds", "accountsNames", "rolesIds", "rolesNames", "emailAddressData",
    "phoneNumberData", "portalsIds", "portalsNames", "portalRolesIds", "portalRolesNames",
    "workingTimeCalendarName", "lastAccess",
)  # fmt: skip


def read(session: Session) -> dict[str, Any]:
    """Return the user with its access."""
    record = session.data.find("User", session.user.id) or {}
    user = read_response(session, USER, record)
    user = {name: value for name, value in user.items() if name not in _OMITTED}
    login = session.login
    return {
        "user": {**user, "emailAddressList": [], "userEmailAddressList": []},
        "acl": access_table(session.user, session.release),
        "preferences": {"id": session.user.id, "timeZone": "", "dateFormat": ""},
        "token": session.authenticator.token_for(login) if login.password is not None else None,
        "settings": settings(session),
        "language": "en_US",
        "appParams": {"maxUploadSize": 256, "isRestrictedMode": False},
    }


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
    return {"id": id, "name": name, "timeZone": "", "weekStart": -1, "isPortalUser": False}


def _require_self(session: Session, id: str) -> None:
    if not session.user.is_admin and id != session.user.id:
        raise forbidden("")
