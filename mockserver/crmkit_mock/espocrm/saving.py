"""A record that is being saved, which rules of entity types look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType
    from crmkit_mock.espocrm.session import Session


@dataclass(frozen=True, slots=True)
class Saving:
    """A record that is being saved.

    Attributes:
        session: The request.
        entity: The entity type.
        record: The record with all that was sent.
        before: The record as it is stored; None for a new one.
        values: The attributes sent.
        now: The time of the write.
    """

    session: Session
    entity: EntityType
    record: Record
    before: Record | None
    values: Mapping[str, Any]
    now: str

    def is_changed(self, *names: str) -> bool:
        """Return whether one of some attributes is set, or differs from the stored one."""
        if self.before is None:
            return any(name in self.record for name in names)
        before = self.before
        return any(self.record.get(name) != before.get(name) for name in names)
