"""The clients `Relenta` and `AsyncRelenta`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmkit.core.client import AsyncClient, SyncClient
from crmkit.core.options import credential
from crmkit_generated.relenta.resources import AsyncResources, Resources

from .login import address
from .vendor import RelentaVendor

if TYPE_CHECKING:
    from typing import Unpack

    from crmkit.core.client import AsyncSettings, SyncSettings


class Relenta(Resources, SyncClient):
    """Client of Relenta API v3 for one department.

    It opens no connection until the first call. Use it as a context manager, or call `close()`.

    Args:
        account: Name of the account, the first label of its host name; else `RELENTA_ACCOUNT`.
        department_key: The department's API key; else `RELENTA_DEPARTMENT_KEY`.
        base_url: Address of the API in place of the account's; else `RELENTA_BASE_URL`.
        settings: See `crmkit.core.client.SyncSettings`.

    Raises:
        ConfigError: A credential is missing or a setting is impossible.
    """

    def __init__(
        self,
        *,
        account: str | None = None,
        department_key: str | None = None,
        base_url: str | None = None,
        **settings: Unpack[SyncSettings],
    ) -> None:
        key = credential(department_key, "department_key", "RELENTA_DEPARTMENT_KEY")
        super().__init__(RelentaVendor(key), address(account, base_url), **settings)


class AsyncRelenta(AsyncResources, AsyncClient):
    """Async client of Relenta API v3 for one department.

    It opens no connection until the first call. Use it as an async context manager, or call
    `aclose()`.

    Args:
        account: Name of the account, the first label of its host name; else `RELENTA_ACCOUNT`.
        department_key: The department's API key; else `RELENTA_DEPARTMENT_KEY`.
        base_url: Address of the API in place of the account's; else `RELENTA_BASE_URL`.
        settings: See `crmkit.core.client.AsyncSettings`.

    Raises:
        ConfigError: A credential is missing or a setting is impossible.
    """

    def __init__(
        self,
        *,
        account: str | None = None,
        department_key: str | None = None,
        base_url: str | None = None,
        **settings: Unpack[AsyncSettings],
    ) -> None:
        key = credential(department_key, "department_key", "RELENTA_DEPARTMENT_KEY")
        super().__init__(RelentaVendor(key), address(account, base_url), **settings)
