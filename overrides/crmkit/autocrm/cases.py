"""Cases, with links and mass actions."""

from __future__ import annotations

from crmkit_generated.autocrm.resources import cases as generated

from .records import AsyncLinked, Linked


class Cases(Linked, generated.Cases):
    """Questions and complaints of customers."""

    entity_type = "Case"


class AsyncCases(AsyncLinked, generated.AsyncCases):
    """Questions and complaints of customers."""

    entity_type = "Case"
