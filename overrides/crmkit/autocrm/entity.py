"""The records of any entity type: `crm.entity("CGadget")`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmkit_generated.autocrm.resources.records import AsyncRecordsOf, RecordsOf

from .records import AsyncLinked, EntityType, Linked, checked_name

if TYPE_CHECKING:
    from crmkit.core.sender import Sender

__all__ = ["AsyncEntity", "Entity"]


class _Named(EntityType):
    @property
    def _label(self) -> str:
        return f"entity({self.entity_type!r})"


class Entity(_Named, Linked, RecordsOf):
    """The records of one entity type, custom ones included.

    Args:
        sender: The client's sender.
        entity_type: Name of the entity type, such as `CGadget`.

    Raises:
        ArgumentError: The name is not possible.
    """

    def __init__(self, sender: Sender, entity_type: str) -> None:
        super().__init__(sender, checked_name(entity_type, "entity_type"))
        self.entity_type = entity_type


class AsyncEntity(_Named, AsyncLinked, AsyncRecordsOf):
    """The records of one entity type, for async clients; see `Entity`.

    Args:
        sender: The client's sender.
        entity_type: Name of the entity type, such as `CGadget`.

    Raises:
        ArgumentError: The name is not possible.
    """

    def __init__(self, sender: Sender, entity_type: str) -> None:
        super().__init__(sender, checked_name(entity_type, "entity_type"))
        self.entity_type = entity_type
