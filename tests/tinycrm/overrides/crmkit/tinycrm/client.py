"""The clients `TinyCRM` and `AsyncTinyCRM`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from crmkit.core.client import AsyncClient, SyncClient
from crmkit.core.options import credential
from crmkit_generated.tinycrm.resources import AsyncResources, Resources

from .vendor import TinyVendor

if TYPE_CHECKING:
    from typing import Unpack

    from crmkit.core.client import AsyncSettings, SyncSettings

__all__ = ["AsyncTinyCRM", "TinyCRM"]


def _base_url(base_url: str | None) -> str:
    return base_url or os.environ.get("TINYCRM_BASE_URL") or "https://api.tinycrm.example/v1"


class TinyCRM(Resources, SyncClient):
    """Client of TinyCRM.

    Args:
        key: The account's key; else `TINYCRM_KEY`.
        base_url: Address of the API; else `TINYCRM_BASE_URL`, else the vendor's server.
        settings: See `crmkit.core.client.SyncSettings`.

    Raises:
        ConfigError: The key is missing or a setting is impossible.
    """

    def __init__(
        self,
        *,
        key: str | None = None,
        base_url: str | None = None,
        **settings: Unpack[SyncSettings],
    ) -> None:
        vendor = TinyVendor(credential(key, "key", "TINYCRM_KEY"))
        super().__init__(vendor, _base_url(base_url), **settings)


class AsyncTinyCRM(AsyncResources, AsyncClient):
    """Async client of TinyCRM; see `TinyCRM` for its arguments."""

    def __init__(
        self,
        *,
        key: str | None = None,
        base_url: str | None = None,
        **settings: Unpack[AsyncSettings],
    ) -> None:
        vendor = TinyVendor(credential(key, "key", "TINYCRM_KEY"))
        super().__init__(vendor, _base_url(base_url), **settings)
