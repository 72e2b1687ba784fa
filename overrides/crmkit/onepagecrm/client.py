"""The clients `OnePageCRM` and `AsyncOnePageCRM`."""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Literal, cast

from crmkit.core.client import AsyncClient, SyncClient
from crmkit.core.errors import ConfigError
from crmkit.core.options import credential
from crmkit_generated.onepagecrm.resources import AsyncResources, Resources

from .signature import key_bytes
from .vendor import MEDIA_TYPES, OnePageCRMVendor

if TYPE_CHECKING:
    from typing import Unpack

    from crmkit.core.client import AsyncSettings, SyncSettings

    from .view import View

Format = Literal["json", "xml", "yaml"]

_BASE_URL = "https://app.onepagecrm.com/api"


def _vendor(
    form: str, uid: str | None, key: str | None, login: str | None, password: str | None
) -> OnePageCRMVendor:
    if form not in tuple(MEDIA_TYPES):  # of a list, a dict has no hash
        raise ConfigError(f"format must be one of {', '.join(MEDIA_TYPES)}, got {form!r}")
    if form == "yaml":
        import_module(".yaml", __package__)  # its ConfigError names the extra that is missing
    # What is passed wins over the environment; there, a key wins over a password.
    environment = os.environ
    by_login = login is not None or password is not None
    if uid is None and key is None and not by_login:
        by_login = bool(environment.get("ONEPAGECRM_LOGIN")) and not any(
            environment.get(name) for name in ("ONEPAGECRM_UID", "ONEPAGECRM_KEY")
        )
    if by_login:
        login = credential(login, "login", "ONEPAGECRM_LOGIN", in_header=False)
        password = credential(password, "password", "ONEPAGECRM_PASSWORD", in_header=False)
    if uid is None and key is None and by_login:
        return OnePageCRMVendor(form, None, None, login, password)
    if not (uid or key or environment.get("ONEPAGECRM_UID") or environment.get("ONEPAGECRM_KEY")):
        raise ConfigError(
            "credentials are missing: pass uid=… and key=… or set ONEPAGECRM_UID and "
            "ONEPAGECRM_KEY, or pass login=… and password=… (ONEPAGECRM_LOGIN, ONEPAGECRM_PASSWORD)"
        )
    uid = credential(uid, "uid", "ONEPAGECRM_UID")
    key = credential(key, "key", "ONEPAGECRM_KEY")
    try:
        key_bytes(key)
    except ValueError:
        raise ConfigError("key must be the Base64 that the login gives") from None
    return OnePageCRMVendor(form, uid, key, login, password)


def _base_url(base_url: str | None) -> str:
    return base_url or os.environ.get("ONEPAGECRM_BASE_URL") or _BASE_URL


class OnePageCRM(Resources, SyncClient):
    """Client of OnePageCRM API 1.2 for one user.

    It signs with the user's key, or logs in when the first call needs a key. It opens no connection
    until then. Use it as a context manager, or call `close()`.

    Args:
        uid: Id of the user, as a login gives it; else `ONEPAGECRM_UID`.
        key: The user's key, as a login gives it; else `ONEPAGECRM_KEY`.
        login: E-mail address of the user, in place of `uid` and `key` or to get a new key when the
            server refuses that one; else `ONEPAGECRM_LOGIN`.
        password: Password of the user, with `login`; else `ONEPAGECRM_PASSWORD`.
        format: Format of the replies. All give the same objects; `yaml` needs `crmkit[yaml]`.
        base_url: Address of the API in place of the vendor's; else `ONEPAGECRM_BASE_URL`.
        settings: See `crmkit.core.client.SyncSettings`.

    Raises:
        ConfigError: A credential is missing or a setting is impossible.
    """

    def __init__(
        self,
        *,
        uid: str | None = None,
        key: str | None = None,
        login: str | None = None,
        password: str | None = None,
        format: Format = "json",  # noqa: A002  # the promised name
        base_url: str | None = None,
        **settings: Unpack[SyncSettings],
    ) -> None:
        vendor = _vendor(format, uid, key, login, password)
        super().__init__(vendor, _base_url(base_url), **settings)

    @property
    def view(self) -> View:
        """The newest state of tags, statuses, sales and limits that any reply carried."""
        return cast("OnePageCRMVendor", self._sender.vendor).view


class AsyncOnePageCRM(AsyncResources, AsyncClient):
    """Async client of OnePageCRM API 1.2 for one user.

    It signs with the user's key, or logs in when the first call needs a key. It opens no connection
    until then. Use it as an async context manager, or call `aclose()`.

    Args:
        uid: Id of the user, as a login gives it; else `ONEPAGECRM_UID`.
        key: The user's key, as a login gives it; else `ONEPAGECRM_KEY`.
        login: E-mail address of the user, in place of `uid` and `key` or to get a new key when the
            server refuses that one; else `ONEPAGECRM_LOGIN`.
        password: Password of the user, with `login`; else `ONEPAGECRM_PASSWORD`.
        format: Format of the replies. All give the same objects; `yaml` needs `crmkit[yaml]`.
        base_url: Address of the API in place of the vendor's; else `ONEPAGECRM_BASE_URL`.
        settings: See `crmkit.core.client.AsyncSettings`.

    Raises:
        ConfigError: A credential is missing or a setting is impossible.
    """

    def __init__(
        self,
        *,
        uid: str | None = None,
        key: str | None = None,
        login: str | None = None,
        password: str | None = None,
        format: Format = "json",  # noqa: A002  # the promised name
        base_url: str | None = None,
        **settings: Unpack[AsyncSettings],
    ) -> None:
        vendor = _vendor(format, uid, key, login, password)
        super().__init__(vendor, _base_url(base_url), **settings)

    @property
    def view(self) -> View:
        """The newest state of tags, statuses, sales and limits that any reply carried."""
        return cast("OnePageCRMVendor", self._sender.vendor).view
