"""Creating, changing and deleting users, as administrators do (observed)."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm import records
from crmkit_mock.espocrm.attributes import value_of
from crmkit_mock.espocrm.errors import APIError, forbidden, invalid
from crmkit_mock.espocrm.logins import PASSWORD_HASH, password_hash
from crmkit_mock.espocrm.system_types import USER

if TYPE_CHECKING:
    from crmkit_mock.espocrm.session import Session

_NAME = re.compile(r"[a-z0-9\-@_.]*")
#: Types that nobody gives a user, with the reason.
_FORBIDDEN = {"system": "Not allowed 'type'.", "super-admin": "No create access."}
#: Attributes that the reply to a creation has beside those of other types.
_SHOWN = ("avatarId", "avatarName", "lastAccess")


def create(session: Session) -> dict[str, Any]:
    """Create a user, who can log in; one for programs gets a key.

    Raises:
        APIError: 400, 403, or 409: the name is taken.
    """
    session.user.require_scope("User", "create")
    sent = dict(session.body)
    kind = sent.get("type")
    if kind in _FORBIDDEN:
        raise forbidden(_FORBIDDEN[kind])
    _require_name(session, sent.get("userName"))
    keys: dict[str, str] = {}
    if kind == "api":
        sent["lastName"] = sent.get("userName")
        keys = _keys(session, sent.get("authMethod"))
    extra = {**keys, **_password(sent)}
    response = records.create(session, USER, sent, extra=extra)
    record = session.data.get("User", response["id"])
    shown = [*_SHOWN, *(("defaultTeamId",) if kind == "portal" else ())]
    if kind != "api" or sent.get("authMethod"):
        shown.append("authMethod")
    return {
        **response,
        # Without both parts of the name it is that to log in with.
        "name": response.get("name") or record["userName"],
        "targetListIsOptedOut": False,
        **{name: value_of(session, USER, record, name) for name in shown},
        **keys,
    }


def update(session: Session, id: str) -> dict[str, Any]:
    """Change a user; its own type, and whether it is active, no user changes.

    Raises:
        APIError: 400, 403, 404, or 409: the name is taken.
    """
    user = records.find(session, USER, id, "edit")
    sent = dict(session.body)
    if id == session.user.id:
        sent = {name: value for name, value in sent.items() if name not in {"type", "isActive"}}
    if sent.get("type") in _FORBIDDEN:
        raise forbidden("Can't change type.")
    if sent.get("userName", user["userName"]) != user["userName"]:
        _require_name(session, sent["userName"])
        if user.get("type") == "api":
            sent["lastName"] = sent["userName"]
    return records.update(session, USER, id, sent)


def delete(session: Session, id: str) -> None:
    """Delete a user.

    Raises:
        APIError: 403 or 404.
    """
    records.find(session, USER, id, "delete")
    if id == session.user.id:
        raise forbidden("Can't delete own user.")
    records.delete(session, USER, id)


def _require_name(session: Session, name: object) -> None:
    """Check the name of a user as far as its field does not.

    Raises:
        APIError: 400 or 409.
    """
    if not isinstance(name, str) or len(name) > (USER.by_name["userName"].max_length or 0):
        return
    if not _NAME.fullmatch(name):
        raise invalid("User", "userName", "valid")
    if name and session.data.with_value("User", name, "userName"):
        raise APIError(409, "userNameExists")


def _password(sent: dict[str, Any]) -> dict[str, str]:
    """Return what is stored of the password that a person gets; programs have none."""
    password = sent.get("password")
    if not isinstance(password, str) or sent.get("type") == "api":
        return {}
    return {PASSWORD_HASH: password_hash(password)}


def _keys(session: Session, method: object) -> dict[str, str]:
    number = session.settings.next_number("API key", 1)

    def key(name: str) -> str:
        return hashlib.sha256(f"{name} {number}".encode()).hexdigest()[:32]

    secret = {"secretKey": key("secret")} if method == "Hmac" else {}
    return {"apiKey": key("key"), **secret}
