"""Users, their roles, and the access that these grant."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from crmkit_mock.espocrm.entity_types import ENTITY_TYPES
from crmkit_mock.espocrm.errors import forbidden

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.espocrm.data import Record

#: "yes" and "no" of scopes and of creating; how far other actions reach.
Level = Literal["all", "team", "own", "yes", "no"]
Action = Literal["create", "read", "edit", "delete", "stream"]
#: Levels of the actions on an entity type; a bool grants or denies a scope as a whole.
Row = bool | dict[Action, Level]

#: Scopes that every user has, whatever its role (observed in `App/user`).
MANDATORY: Mapping[str, Row] = {
    "ActionHistoryRecord": {"read": "own"},
    "Attachment": {"read": "own", "edit": "own", "delete": "own", "create": "yes"},
    "EmailAccount": {"read": "own", "edit": "own", "delete": "own", "create": "yes"},
    "EmailFilter": {"read": "own", "edit": "own", "delete": "own", "create": "yes"},
    "EmailFolder": {"read": "own", "edit": "own", "delete": "own", "create": "yes"},
    "GroupEmailFolder": {"read": "team"},
    "Note": {"read": "own", "edit": "own", "delete": "own", "create": "yes"},
    "Notification": {"read": "own", "delete": "own"},
    "Preferences": {"read": "own", "edit": "own"},
    "Stream": True,
    "Team": {"read": "team"},
    "User": {"read": "own"},
}
#: Scopes that every user has since 10.0.
_SINCE_10: Mapping[str, Row] = {"Pipeline": True, "PipelineStage": True}
#: Fields that only administrators see, by entity type.
_FOR_ADMINISTRATORS = {
    "Call": frozenset({"uid"}),
    "Meeting": frozenset({"uid"}),
    "User": frozenset(
        {"authMethod", "apiKey", "gender", "auth2FA", "dashboardTemplate", "layoutSet"}
    ),
}
#: Types of users that only administrators find in lists.
_UNLISTED = frozenset({"api", "system"})


@dataclass(frozen=True, slots=True, eq=False)
class Role:
    """A role.

    Attributes:
        name: Name.
        table: Levels of the actions by scope, beside the mandatory ones.
        hidden: Fields by entity type that are neither returned nor accepted.
        permissions: Levels of permissions by name, such as "assignment"; a missing one is "no".
    """

    name: str
    table: Mapping[str, Row]
    hidden: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    permissions: Mapping[str, Level] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class User:
    """A user with the access that its role grants.

    Attributes:
        id: Id of the record.
        name: Name as other records show it.
        kind: "admin", "regular" or "api".
        role: The role, or None.
        teams: Ids of the teams.
    """

    id: str
    name: str
    kind: Literal["admin", "regular", "api"]
    role: Role | None = None
    teams: tuple[str, ...] = ()

    @property
    def is_admin(self) -> bool:
        """Whether the user is an administrator, who may do everything."""
        return self.kind == "admin"

    def row(self, scope: str) -> Row:
        """Return what the user may do with a scope."""
        if self.is_admin:
            return True
        role = self.role.table if self.role else {}
        return role.get(scope, MANDATORY.get(scope, _SINCE_10.get(scope, False)))

    def has_scope(self, scope: str) -> bool:
        """Return whether the user may do anything with a scope."""
        row = self.row(scope)
        return row if isinstance(row, bool) else any(level != "no" for level in row.values())

    def level(self, entity: str, action: Action) -> Level:
        """Return the level of an action on an entity type."""
        row = self.row(entity)
        if isinstance(row, bool):
            return "all" if row else "no"
        return row.get(action, "no")

    def permission(self, name: str) -> Level:
        """Return the level of a permission, such as "assignment" or "massUpdate"."""
        if self.is_admin:
            return "all"
        return self.role.permissions.get(name, "no") if self.role else "no"

    def hidden(self, entity: str) -> frozenset[str]:
        """Return the fields of an entity type that are hidden from the user."""
        return _hidden(self.role, entity, is_admin=self.is_admin)

    def owns(self, record: Record, entity: str = "") -> bool:
        """Return whether a record is the user's own: assigned to it where the type has that.

        Records that cannot be assigned belong to the user who created them.

        Args:
            record: The record.
            entity: Name of its entity type, if records of the type may be assigned.
        """
        if entity == "Note" and record.get("type") != "Post":
            return False
        return owner_id(record, entity) == self.id or (
            entity == "Team" and record["id"] in self.teams
        )

    def may(self, entity: str, action: Action, record: Record) -> bool:
        """Return whether an action on a record is allowed."""
        if entity == "User" and not self._may_see(action, record):
            return False
        level = self.level(entity, action)
        if entity == "Note" and level == "own" and action == "read":
            # Who may read a note depends on its parent; `stream` decides.
            return True
        return level in {"all", "yes"} or (level != "no" and self.owns(record, entity))

    def _may_see(self, action: Action, user: Record) -> bool:
        """Return whether the user may ever perform an action on another one."""
        if user.get("type") == "system":
            return False
        return self.is_admin or action != "read" or bool(user["isActive"])

    def filters(self, entity: str) -> bool:
        """Return whether lists of an entity type lack records that the user might read by id."""
        return entity in {"User", "Team"}

    def finds(self, entity: str, record: Record) -> bool:
        """Return whether a record may be in lists that the user asks for."""
        if entity == "User":
            unlisted = _UNLISTED - {"api"} if self.is_admin else _UNLISTED
            if record.get("type") in unlisted:
                return False
        if entity == "Note":
            return self.is_admin or record.get("createdById") == self.id
        return self.may(entity, "read", record)

    def require_scope(self, entity: str, action: Action) -> None:
        """Check that an action is allowed for some record of an entity type.

        Raises:
            APIError: 403.
        """
        if entity == "Webhook" and self.kind == "regular":
            # Only programs and administrators may have them, whatever their roles say.
            raise forbidden("No access to 'Webhook'.")
        if self.level(entity, action) == "no":
            raise forbidden(f"No {action} access.")

    def require(self, entity: str, action: Action, record: Record) -> None:
        """Check that an action is allowed for a record.

        Raises:
            APIError: 403.
        """
        if not self.may(entity, action, record):
            # Only the reason for reading has the action in quotes (observed).
            raise forbidden("No 'read' access." if action == "read" else f"No {action} access.")

    @property
    def may_mass_update(self) -> bool:
        """Whether mass updates are allowed."""
        return self.permission("massUpdate") != "no"

    @property
    def may_export(self) -> bool:
        """Whether records may be exported."""
        return self.permission("export") != "no"

    def may_assign(self, record: Record) -> bool:
        """Return whether a record may have the assigned user and the teams that it has."""
        if self.permission("assignment") == "all":
            return True
        assigned = record.get("assignedUserId")
        if assigned is None and "assignedUserId" in record and self.kind != "api":
            return False
        return assigned in (None, self.id) and set(record.get("teamsIds") or ()) <= set(self.teams)

    def require_assignment(self, record: Record) -> None:
        """Check that a record may have the assigned user and the teams that it has.

        Raises:
            APIError: 403.
        """
        if not self.may_assign(record):
            raise forbidden("Assignment failure: assigned user or team not allowed.")


@lru_cache(maxsize=1024)
def _hidden(role: Role | None, entity: str, *, is_admin: bool) -> frozenset[str]:
    hidden = frozenset(role.hidden.get(entity, ()) if role else ())
    return hidden if is_admin else hidden | _FOR_ADMINISTRATORS.get(entity, frozenset())


def owner_id(record: Record, entity: str) -> str | None:
    """Return the id of the user whose own a record is, or None.

    Args:
        record: The record.
        entity: Name of its entity type.
    """
    if entity == "User":
        owner: str | None = record["id"]
    elif entity in ENTITY_TYPES and "assignedUser" in ENTITY_TYPES[entity].by_name:
        owner = record.get("assignedUserId")
    else:
        owner = record.get("createdById")
    return owner
