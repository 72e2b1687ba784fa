"""The clients `Monica` and `AsyncMonica`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from crmkit.core.client import AsyncClient, SyncClient
from crmkit.core.lazy import resource
from crmkit.core.options import credential
from crmkit_generated.monica.resources import AsyncResources, Resources

from .vendor import MonicaVendor

if TYPE_CHECKING:
    from typing import Unpack

    from crmkit.core.client import AsyncSettings, SyncSettings

    from .contacts import AsyncContacts, Contacts
    from .relationships import (
        AsyncRelationships,
        AsyncRelationshipTypes,
        Relationships,
        RelationshipTypes,
    )


def _base_url(base_url: str | None) -> str:
    address = base_url or os.environ.get("MONICA_BASE_URL") or "https://app.monicahq.com/api"
    # The address of the site stands for its API.
    site = address.rstrip("/") if isinstance(address, str) else address
    return site if not isinstance(site, str) or site.endswith("/api") else f"{site}/api"


def _vendor(token: str | None) -> MonicaVendor:
    return MonicaVendor(credential(token, "token", "MONICA_TOKEN"))


class Monica(Resources, SyncClient):
    """Client of Monica's API, release 4, for one user.

    It opens no connection until the first call. Use it as a context manager, or call `close()`.

    A server takes 60 requests a minute from a user, as a rule. The client lets that many through at
    once and then waits for the next minute; it learns the server's own limit from its replies.

    Args:
        token: A personal access token, made in the site under Settings > API, or one of OAuth; else
            `MONICA_TOKEN`.
        base_url: Address of the site or of its API (`/api` is added if it is not there); else
            `MONICA_BASE_URL`, else the vendor's own site.
        settings: See `crmkit.core.client.SyncSettings`.

    Raises:
        ConfigError: The token is missing or a setting is impossible.
    """

    def __init__(
        self,
        *,
        token: str | None = None,
        base_url: str | None = None,
        **settings: Unpack[SyncSettings],
    ) -> None:
        super().__init__(_vendor(token), _base_url(base_url), **settings)

    @resource
    def contacts(self) -> Contacts:
        """People that the user knows, with work, food, first meeting, picture and tags."""
        from .contacts import Contacts

        return Contacts(self._sender)

    @resource
    def relationships(self) -> Relationships:
        """Links between two contacts: who is whose uncle, spouse, colleague."""
        from .relationships import Relationships

        return Relationships(self._sender)

    @resource
    def relationship_types(self) -> RelationshipTypes:
        """What a relationship can mean, with the type of its reverse."""
        from .relationships import RelationshipTypes

        return RelationshipTypes(self._sender)


class AsyncMonica(AsyncResources, AsyncClient):
    """Async client of Monica's API, release 4, for one user; see `Monica`.

    It opens no connection until the first call. Use it as an async context manager, or call
    `aclose()`.

    Args:
        token: A personal access token, made in the site under Settings > API, or one of OAuth; else
            `MONICA_TOKEN`.
        base_url: Address of the site or of its API (`/api` is added if it is not there); else
            `MONICA_BASE_URL`, else the vendor's own site.
        settings: See `crmkit.core.client.AsyncSettings`.

    Raises:
        ConfigError: The token is missing or a setting is impossible.
    """

    def __init__(
        self,
        *,
        token: str | None = None,
        base_url: str | None = None,
        **settings: Unpack[AsyncSettings],
    ) -> None:
        super().__init__(_vendor(token), _base_url(base_url), **settings)

    @resource
    def contacts(self) -> AsyncContacts:
        """People that the user knows, with work, food, first meeting, picture and tags."""
        from .contacts import AsyncContacts

        return AsyncContacts(self._sender)

    @resource
    def relationships(self) -> AsyncRelationships:
        """Links between two contacts: who is whose uncle, spouse, colleague."""
        from .relationships import AsyncRelationships

        return AsyncRelationships(self._sender)

    @resource
    def relationship_types(self) -> AsyncRelationshipTypes:
        """What a relationship can mean, with the type of its reverse."""
        from .relationships import AsyncRelationshipTypes

        return AsyncRelationshipTypes(self._sender)
