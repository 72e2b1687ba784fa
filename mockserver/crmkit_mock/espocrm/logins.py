"""Who can log in: the mock's own users, and those that administrators create in it."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.access import Role, Row, User
from crmkit_mock.espocrm.entity_types import ENTITY_TYPES
from crmkit_mock.espocrm.users import ROLE_IDS, ROLES, USERS, Login

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from crmkit_mock.espocrm.data import Data, Record

#: Member of a stored user that holds the hash of its password.
PASSWORD_HASH = "passwordHash"  # noqa: S105 - a name
_OWN = {login.user.id: login for login in USERS.values()}
_OWN_ROLES = {ROLE_IDS[role.name]: role for role in ROLES}
_USER_ROLES = ENTITY_TYPES["User"].all_links["roles"]
_TEAM_ROLES = ENTITY_TYPES["Team"].all_links["roles"]
_USER_TEAMS = ENTITY_TYPES["User"].all_links["teams"]
#: Levels from the least to the most.
_LEVELS = ("not-set", "no", "own", "team", "all", "yes")
_PERMISSION = "Permission"


def password_hash(password: str) -> str:
    """Return what is stored of a password."""
    return hashlib.sha256(f"crmkit-mock {password}".encode("utf-8", "replace")).hexdigest()


def is_password(data: Data, login: Login, sent: str) -> bool:
    """Return whether what was sent is the password of a user."""
    if login.password is not None:
        return hmac.compare_digest(login.password.encode(), sent.encode("utf-8", "replace"))
    stored = (data.find("User", login.user.id) or {}).get(PASSWORD_HASH)
    return isinstance(stored, str) and hmac.compare_digest(stored, password_hash(sent))


def login_with(data: Data, attribute: str, value: str) -> Login | None:
    """Return the login of the user with an API key, or a name to log in with; None without one.

    Args:
        data: The records.
        attribute: "apiKey" or "userName".
        value: Its value.
    """
    record = next(iter(data.with_value("User", value, attribute)), None)
    return None if record is None else login_of(data, record)


def login_of(data: Data, record: Record) -> Login:
    """Return the login of a user's record.

    Assumption: rights that a role does not mention are those of a user without a role.
    """
    own = _OWN.get(record["id"])
    if own is not None:
        return own
    kind = record.get("type")
    teams = [row.right for row in data.linked(_USER_TEAMS, record["id"])]
    user = User(
        record["id"],
        record.get("name") or record["userName"],
        "admin" if kind == "admin" else "api" if kind == "api" else "regular",
        _role(data, record["id"], teams),
        tuple(teams),
    )
    return Login(
        user,
        record["userName"],
        api_key=record.get("apiKey"),
        secret_key=record.get("secretKey"),
        active=bool(record.get("isActive")) and kind not in {"portal", "system"},
    )


def logins(data: Data) -> list[Login]:
    """Return the logins of all users."""
    return [login_of(data, record) for record in data.all("User") if record.get("userName")]


def _role(data: Data, user_id: str, teams: Iterable[str]) -> Role | None:
    """Return the roles of a user and of its teams as one; the higher level counts."""
    ids = [row.far(_USER_ROLES.near) for row in data.linked(_USER_ROLES, user_id)]
    for team in teams:
        ids += [row.far(_TEAM_ROLES.near) for row in data.linked(_TEAM_ROLES, team)]
    records = [record for id in dict.fromkeys(ids) if (record := data.find("Role", id))]
    roles = [_OWN_ROLES.get(record["id"]) or _read_role(record) for record in records]
    if len(roles) < 2:
        return roles[0] if roles else None
    return Role(
        ", ".join(role.name for role in roles),
        _merged([role.table for role in roles]),
        {
            entity: tuple(name for name in fields if all(_hides(r, entity, name) for r in roles))
            for entity, fields in roles[0].hidden.items()
        },
        {
            name: max((role.permissions.get(name, "no") for role in roles), key=_LEVELS.index)
            for name in {name for role in roles for name in role.permissions}
        },
    )


def _merged(tables: list[Mapping[str, Row]]) -> dict[str, Row]:
    merged: dict[str, Row] = {}
    for table in tables:
        for scope, row in table.items():
            known = merged.get(scope)
            if isinstance(row, bool) or isinstance(known, bool) or known is None:
                # A whole scope is granted, or levels are, whichever there is.
                merged[scope] = row if known is None or known is False else known
                continue
            merged[scope] = {
                action: max(known.get(action, "no"), row.get(action, "no"), key=_LEVELS.index)
                for action in {*known, *row}
            }
    return merged


def _read_role(record: Record) -> Role:
    """Return the role of a record that an administrator created."""
    table: dict[str, Row] = {}
    for scope, row in _members(record.get("data")).items():
        if isinstance(row, bool):
            table[scope] = row
        elif isinstance(row, dict):
            levels: Any = {action: level for action, level in row.items() if level in _LEVELS}
            # Following is as reading where it is not set.
            table[scope] = {"stream": levels.get("read", "no"), **levels}
    hidden = {
        entity: tuple(name for name, row in _members(fields).items() if not _shows(row))
        for entity, fields in _members(record.get("fieldData")).items()
    }
    permissions: Any = {
        name.removesuffix(_PERMISSION): level
        for name, level in record.items()
        if name.endswith(_PERMISSION) and level in _LEVELS[1:]
    }
    return Role(str(record.get("name")), table, hidden, permissions)


def _hides(role: Role, entity: str, field: str) -> bool:
    return field in role.hidden.get(entity, ())


def _shows(row: object) -> bool:
    return _members(row).get("read") != "no"


def _members(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
