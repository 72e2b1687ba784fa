"""The clients `Relenta` and `AsyncRelenta`."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from crmkit.core.client import AsyncClient, SyncClient
from crmkit.core.errors import ConfigError
from crmkit.core.options import credential
from crmkit_generated.relenta.resources import AsyncResources, Resources

from .vendor import RelentaVendor

if TYPE_CHECKING:
    from typing import Unpack

    from crmkit.core.client import AsyncSettings, SyncSettings

__all__ = ["AsyncRelenta", "Relenta"]


def _base_url(account: str | None, base_url: str | None) -> str:
    # What is passed wins over the environment.
    address = base_url or (None if account else os.environ.get("RELENTA_BASE_URL"))
    if address:
        return address
    name = account or os.environ.get("RELENTA_ACCOUNT")
    if not name:
        raise ConfigError(
            "account is missing: pass account=… or set RELENTA_ACCOUNT "
            "(or base_url=…, RELENTA_BASE_URL)"
        )
    # Anything but a host label could send the key to another host.
    if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?", name):
        raise ConfigError(
            f"account must be the first label of the account's host name, got {name!r}"
        )
    return f"https://{name}.relenta.com/api/v3"


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
        super().__init__(RelentaVendor(key), _base_url(account, base_url), **settings)


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
        super().__init__(RelentaVendor(key), _base_url(account, base_url), **settings)
