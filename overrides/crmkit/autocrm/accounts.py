"""Accounts, with links and mass actions."""

from __future__ import annotations

from crmkit_generated.autocrm.resources import accounts as generated

from .records import AsyncLinked, Linked


class Accounts(Linked, generated.Accounts):
    """Companies and people that one does business with."""

    entity_type = "Account"


class AsyncAccounts(AsyncLinked, generated.AsyncAccounts):
    """Companies and people that one does business with."""

    entity_type = "Account"
