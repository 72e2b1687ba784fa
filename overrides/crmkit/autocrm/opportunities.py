"""Opportunities, with links and mass actions."""

from __future__ import annotations

from crmkit_generated.autocrm.resources import opportunities as generated

from .records import AsyncLinked, Linked


class Opportunities(Linked, generated.Opportunities):
    """Deals that may be won."""

    entity_type = "Opportunity"


class AsyncOpportunities(AsyncLinked, generated.AsyncOpportunities):
    """Deals that may be won."""

    entity_type = "Opportunity"
