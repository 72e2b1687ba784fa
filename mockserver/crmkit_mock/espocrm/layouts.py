"""Layouts of the user interface, made of the fields of an entity type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.entity_types import ENTITY_TYPES
from crmkit_mock.espocrm.errors import forbidden, not_found

if TYPE_CHECKING:
    from crmkit_mock.espocrm.fields import EntityType
    from crmkit_mock.espocrm.session import Session

_LISTS = frozenset({"list", "listSmall"})
_NAMES = frozenset({"filters", "massUpdate"})
_PANELS = frozenset({"detail", "detailSmall", "edit", "editSmall"})


def layout(session: Session, entity_type: str, name: str) -> list[Any]:
    """Return a layout of an entity type; of an unknown type the list has its name alone.

    Raises:
        APIError: 403, or 404: there is no such layout.
    """
    entity_type = entity_type[:1].upper() + entity_type[1:]
    entity = ENTITY_TYPES.get(entity_type)
    if entity is not None and session.user.level(entity_type, "read") == "no":
        raise forbidden(f"No access to scope {entity_type}.")
    fields = _fields(entity)
    if name in _LISTS:
        others = [
            {"name": field, "width": 20, "notSortable": False}
            for field in fields
            if field != "name"
        ]
        return [{"name": "name", "link": True}, *others[:3]]
    if entity is not None and name == "kanban":
        return [{"name": "name", "link": True}, *({"name": field} for field in fields[1:4])]
    if entity is not None and name in _NAMES:
        return fields
    if entity is not None and name in _PANELS:
        rows = [[{"name": field}, False] for field in fields]
        return [{"label": "Overview", "rows": rows}]
    raise not_found(f"Layout {entity_type}:{name} is not found.")


def _fields(entity: EntityType | None) -> list[str]:
    if entity is None:
        return []
    families = {"varchar", "enum", "url"}
    return [field.name for field in entity.fields if field.family in families]
