"""Calls, with links and mass actions."""

from __future__ import annotations

from crmkit_generated.autocrm.resources import calls as generated

from .records import AsyncLinked, Linked


class Calls(Linked, generated.Calls):
    """Telephone calls."""

    entity_type = "Call"


class AsyncCalls(AsyncLinked, generated.AsyncCalls):
    """Telephone calls."""

    entity_type = "Call"
