"""Users that were created by requests: programs log in with the keys they were given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.access import Level, Role, Row, User
from crmkit_mock.espocrm.data import display_name
from crmkit_mock.espocrm.entity_types import ENTITY_TYPES
from crmkit_mock.espocrm.users import USERS, Login

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crmkit_mock.espocrm.data import Data, Record

#: Levels from the least; of several roles the highest counts.
_LEVELS: tuple[Level, ...] = ("no", "own", "team", "all", "yes")
_SEEDED = frozenset(login.user.id for login in USERS.values())
_SUFFIX = "Permission"


def login_with_key(data: Data, api_key: str) -> Login | None:
    """Return the user of type "api" that has been created and has a key, or None."""
    for record in data.with_value("User", api_key, "apiKey"):
        if record["id"] not in _SEEDED and record.get("type") == "api":
            return _login(data, record)
    return None


def _login(data: Data, record: Record) -> Login:
    roles = [role for role in _linked(data, record, "roles", "Role") if not role.get("deleted")]
    teams = tuple(team["id"] for team in _linked(data, record, "teams", "Team"))
    name = display_name(record) or record["userName"]
    is_signing = record.get("authMethod") == "Hmac"
    return Login(
        User(record["id"], name, "api", _merged(roles), teams),
        record["userName"],
        api_key=record["apiKey"],
        secret_key=record.get("secretKey") if is_signing else None,
        active=bool(record.get("isActive")),
        last_name=name,
    )


def _linked(data: Data, record: Record, link: str, entity: str) -> list[Record]:
    definition = ENTITY_TYPES["User"].all_links[link]
    rows = data.linked(definition, record["id"])
    found = (data.find(entity, row.far(definition.near)) for row in rows)
    return [other for other in found if other is not None]


def _merged(roles: Iterable[Record]) -> Role | None:
    """Return one role that grants what any of some grants, or None without any."""
    table: dict[str, Row] = {}
    permissions: dict[str, Level] = {}
    hidden: list[dict[str, set[str]]] = []
    for role in roles:
        for scope, row in (role.get("data") or {}).items():
            table[scope] = _higher(table.get(scope, False), _whole(row))
        for name, level in role.items():
            if name.endswith(_SUFFIX) and level in _LEVELS:
                short = name.removesuffix(_SUFFIX)
                permissions[short] = max(permissions.get(short, "no"), level, key=_LEVELS.index)
        fields: dict[str, dict[str, Any]] = role.get("fieldData") or {}
        hidden.append({entity: _unreadable(rights) for entity, rights in fields.items()})
    if not hidden:
        return None
    names = {entity: set.intersection(*(one.get(entity, set()) for one in hidden))
             for entity in hidden[0]}  # fmt: skip
    return Role("", table, {entity: tuple(sorted(found)) for entity, found in names.items()},
                permissions)  # fmt: skip


def _whole(row: Row) -> Row:
    """Return a row with the level of `stream`, which is that of reading where it is not set."""
    return row if isinstance(row, bool) else {"stream": row.get("read", "no"), **row}


def _unreadable(rights: dict[str, Any]) -> set[str]:
    return {name for name, right in rights.items() if right and right.get("read") == "no"}


def _higher(row: Row, other: Row) -> Row:
    if isinstance(row, bool) or isinstance(other, bool):
        granted = [found for found in (row, other) if found is not False]
        return granted[0] if granted else False
    levels = dict(row)
    for action, level in other.items():
        levels[action] = max(levels.get(action, "no"), level, key=_LEVELS.index)
    return levels
