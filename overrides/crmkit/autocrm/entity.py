"""The records of any entity type: `crm.entity("CGadget")`."""

from __future__ import annotations

from crmkit_generated.autocrm.resources.records import AsyncRecordsOf, RecordsOf

from .records import AsyncLinked, EntityType, Linked, checked_name


class _Named(EntityType):
    def __init__(self, entity_type: str) -> None:
        self.entity_type = self._bound = checked_name(entity_type, "entity_type")

    @property
    def _label(self) -> str:
        return f"entity({self.entity_type!r})"


class Entity(_Named, Linked, RecordsOf):
    """The records of one entity type, custom ones included.

    Args:
        entity_type: Name of the entity type, such as `CGadget`.

    Raises:
        ArgumentError: The name is not possible.
    """


class AsyncEntity(_Named, AsyncLinked, AsyncRecordsOf):
    """The records of one entity type, for async clients; see `Entity`.

    Args:
        entity_type: Name of the entity type, such as `CGadget`.

    Raises:
        ArgumentError: The name is not possible.
    """
