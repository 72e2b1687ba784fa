"""Users, their roles, and the access that these grant."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from crmkit_mock.espocrm.errors import forbidden

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.espocrm.data import Record

Level = Literal["all", "own", "no"]
Action = Literal["create", "read", "edit", "delete", "stream"]


@dataclass(frozen=True, slots=True)
class Role:
    """A role.

    Attributes:
        name: Name.
        table: Level of each action by entity type; a missing one is "no".
        hidden: Fields by entity type that are neither returned nor accepted.
        assignment: Whether records may be assigned to other users.
        mass_update: Whether mass updates are allowed.
        export: Whether records may be exported.
    """

    name: str
    table: Mapping[str, Mapping[str, Level]]
    hidden: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    assignment: bool = True
    mass_update: bool = False
    export: bool = False


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

    def level(self, entity: str, action: Action) -> Level:
        """Return the level of an action on an entity type."""
        if self.is_admin:
            return "all"
        table = self.role.table if self.role else {}
        return table.get(entity, {}).get(action, "no")

    def hidden(self, entity: str) -> frozenset[str]:
        """Return the fields of an entity type that are hidden from the user."""
        return frozenset(self.role.hidden.get(entity, ()) if self.role else ())

    def owns(self, record: Record) -> bool:
        """Return whether a record is the user's own."""
        return self.id in (record.get("assignedUserId"), record.get("createdById"))

    def may(self, entity: str, action: Action, record: Record) -> bool:
        """Return whether an action on a record is allowed."""
        level = self.level(entity, action)
        return level == "all" or (level == "own" and self.owns(record))

    def require_scope(self, entity: str, action: Action) -> None:
        """Check that an action is allowed for some record of an entity type.

        Raises:
            APIError: 403.
        """
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

    def to_response(self) -> dict[str, Any]:
        """Return the access table as `App/user` shows it."""
        permissions = {
            "assignmentPermission": "all" if self._may_assign else "no",
            "userPermission": "no",
            "massUpdatePermission": "yes" if self.may_mass_update else "no",
            "exportPermission": "yes" if self.may_export else "no",
        }
        role = self.role
        rows = {} if role is None else {name: dict(row) for name, row in role.table.items()}
        fields = {
            entity: {name: {"read": "no", "edit": "no"} for name in names}
            for entity, names in (role.hidden.items() if role else ())
        }
        return {"table": rows, "fieldTable": fields, **permissions}

    @property
    def _may_assign(self) -> bool:
        return self.is_admin or (self.role is not None and self.role.assignment)

    @property
    def may_mass_update(self) -> bool:
        """Whether mass updates are allowed."""
        return self.is_admin or (self.role is not None and self.role.mass_update)

    @property
    def may_export(self) -> bool:
        """Whether records may be exported."""
        return self.is_admin or (self.role is not None and self.role.export)

    def require_assignment(self, record: Record) -> None:
        """Check that a record may have the assigned user that it has.

        Raises:
            APIError: 403.
        """
        assigned = record.get("assignedUserId")
        if assigned not in (None, self.id) and not self._may_assign:
            raise forbidden("Assignment failure: assigned user or team not allowed.")
