"""The clients `AutoCRM` and `EspoCRM`, sync and async."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from crmkit.core.client import AsyncClient, SyncClient

from .login import address, base_path, credentials
from .resources import AsyncEntities, Entities
from .vendor import EspoVendor

if TYPE_CHECKING:
    from typing import Unpack

    from crmkit.core.client import AsyncSettings, SyncSettings


def _start(
    profile: str,
    base_url: str | None,
    *own: Any,
) -> tuple[EspoVendor, str]:
    """Return the vendor and the address of a client."""
    url = address(base_url, profile.upper())
    merged_credentials = credentials(profile.upper(), *own)
    return EspoVendor(profile, merged_credentials, base_path(url)), url


class _Sync(Entities, SyncClient):
    _profile = ""

    def __init__(
        self,
        *,
        base_url: str | None = None,
        api_key: str | None = None,
        secret_key: str | None = None,
        username: str | None = None,
        password: str | None = None,
        signature: Literal["raw", "hex"] = "raw",
        **settings: Unpack[SyncSettings],
    ) -> None:
        own = (api_key, secret_key, username, password, signature)
        vendor, url = _start(self._profile, base_url, *own)
        super().__init__(vendor, url, **settings)


class _Async(AsyncEntities, AsyncClient):
    _profile = ""

    def __init__(
        self,
        *,
        base_url: str | None = None,
        api_key: str | None = None,
        secret_key: str | None = None,
        username: str | None = None,
        password: str | None = None,
        signature: Literal["raw", "hex"] = "raw",
        **settings: Unpack[AsyncSettings],
    ) -> None:
        own = (api_key, secret_key, username, password, signature)
        vendor, url = _start(self._profile, base_url, *own)
        super().__init__(vendor, url, **settings)


class AutoCRM(_Sync):
    """Client of AutoCRM, which is EspoCRM with routes of its own.

    It uses the routes of AutoCRM's page for mass updates, mass deletions and conversions. Where the
    server turns out not to have one it uses EspoCRM's instead, from then on.

    It opens no connection until the first call. Use it as a context manager, or call `close()`.

    Args:
        base_url: Address of the site or of its API, to which `/api/v1` is added where it is
            missing; else `AUTOCRM_BASE_URL`.
        api_key: Key of an API user; else `AUTOCRM_API_KEY`.
        secret_key: Secret key of an API user whose calls are signed; else `AUTOCRM_SECRET_KEY`.
        username: Name of a regular user, in place of a key; else `AUTOCRM_USERNAME`.
        password: That user's password; else `AUTOCRM_PASSWORD`.
        signature: How calls are signed where there is a secret key: `raw`, by the digest's bytes,
            which servers from 7.0 to 10.0 take, or `hex`, by its digits, for one that drops that.
        settings: See `crmkit.core.client.SyncSettings`.

    Raises:
        ConfigError: A credential is missing or of another kind, or a setting is impossible.
    """

    _profile = "autocrm"


class AsyncAutoCRM(_Async):
    """Async client of AutoCRM; see `AutoCRM` for its arguments.

    Use it as an async context manager, or call `aclose()`.
    """

    _profile = "autocrm"


class EspoCRM(_Sync):
    """Client of EspoCRM from 7.0 on.

    It opens no connection until the first call. Use it as a context manager, or call `close()`.

    Args:
        base_url: Address of the site or of its API, to which `/api/v1` is added where it is
            missing; else `ESPOCRM_BASE_URL`.
        api_key: Key of an API user; else `ESPOCRM_API_KEY`.
        secret_key: Secret key of an API user whose calls are signed; else `ESPOCRM_SECRET_KEY`.
        username: Name of a regular user, in place of a key; else `ESPOCRM_USERNAME`.
        password: That user's password; else `ESPOCRM_PASSWORD`.
        signature: How calls are signed where there is a secret key: `raw`, by the digest's bytes,
            which servers from 7.0 to 10.0 take, or `hex`, by its digits, for one that drops that.
        settings: See `crmkit.core.client.SyncSettings`.

    Raises:
        ConfigError: A credential is missing or of another kind, or a setting is impossible.
    """

    _profile = "espocrm"


class AsyncEspoCRM(_Async):
    """Async client of EspoCRM from 7.0 on; see `EspoCRM` for its arguments.

    Use it as an async context manager, or call `aclose()`.
    """

    _profile = "espocrm"
