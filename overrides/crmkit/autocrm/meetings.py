"""Meetings, with links and mass actions."""

from __future__ import annotations

from crmkit_generated.autocrm.resources import meetings as generated

from .records import AsyncLinked, Linked

__all__ = ["AsyncMeetings", "Meetings"]


class Meetings(Linked, generated.Meetings):
    """Meetings."""

    entity_type = "Meeting"


class AsyncMeetings(AsyncLinked, generated.AsyncMeetings):
    """Meetings."""

    entity_type = "Meeting"
