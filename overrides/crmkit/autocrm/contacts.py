"""Contacts, with links and mass actions."""

from __future__ import annotations

from crmkit_generated.autocrm.resources import contacts as generated

from .records import AsyncLinked, Linked


class Contacts(Linked, generated.Contacts):
    """People."""

    entity_type = "Contact"


class AsyncContacts(AsyncLinked, generated.AsyncContacts):
    """People."""

    entity_type = "Contact"
