"""Meetings, with links and mass actions, and those that last all day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit.core.types import UNSET
from crmkit_generated.autocrm.resources import meetings as generated

from .records import AsyncLinked, EntityType, Linked

if TYPE_CHECKING:
    from crmkit.core.call import Call
    from crmkit.core.operation import Operation

_DATES = ("dateStartDate", "dateEndDate")


class _AllDay(EntityType):
    entity_type = "Meeting"

    def _call(
        self, operation: Operation, arguments: Any, options: Any = None, body: Any = UNSET
    ) -> Call:
        """Say whether a meeting lasts all day, where only its dates do.

        10.0 drops dates without `isAllDay`; 9.x keeps dates until they are null.
        """
        if isinstance(body, dict) and any(map(body.get, _DATES)):
            body.setdefault("isAllDay", True)
        elif isinstance(body, dict) and body.get("isAllDay") is False:
            for date in _DATES:
                body.setdefault(date, None)
        return super()._call(operation, arguments, options, body)


class Meetings(_AllDay, Linked, generated.Meetings):
    """Appointments. Dates alone make one last all day, and `is_all_day=False` removes them."""


class AsyncMeetings(_AllDay, AsyncLinked, generated.AsyncMeetings):
    """Appointments. Dates alone make one last all day, and `is_all_day=False` removes them."""
