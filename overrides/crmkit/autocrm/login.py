"""Address and credentials of a client: from arguments, else from the environment."""

from __future__ import annotations

import os
import re

from crmkit.core.errors import ConfigError
from crmkit.core.options import credential, sent_url

from .vendor import Credentials

_API = re.compile("/api/v1(/portal-access/[^/]+)?$")  # of the site, or of one of its portals


def address(base_url: str | None, prefix: str) -> str:
    """Return the API's address.

    Args:
        base_url: Address of the site or of its API; None for that of the environment.
        prefix: Beginning of the environment's variables.

    Raises:
        ConfigError: There is none.
    """
    url = base_url or os.environ.get(f"{prefix}_BASE_URL")
    if not url:
        raise ConfigError(f"base_url is missing: pass base_url=… or set {prefix}_BASE_URL")
    if not isinstance(url, str):
        raise ConfigError("base_url must be an address like https://crm.example.com")
    site = url.rstrip("/")
    return site if _API.search(site) else f"{site}/api/v1"


def base_path(url: str) -> str:
    """Return the path of the API's address as requests have it, before that of each call."""
    return sent_url(url).raw_path.decode().rstrip("/")


def credentials(
    prefix: str,
    api_key: str | None,
    secret_key: str | None,
    username: str | None,
    password: str | None,
    signature: str = "raw",
) -> Credentials:
    """Return the credentials of one scheme: a key, a key with its secret, or name and password.

    An argument chooses the scheme; the environment fills in what it lacks. Without arguments the
    environment chooses.

    Args:
        prefix: Beginning of the environment's variables.
        api_key: The API user's key.
        secret_key: The API user's secret key.
        username: A regular user's name.
        password: That user's password.
        signature: How calls are signed, `raw` or `hex`.

    Raises:
        ConfigError: Something is missing, or belongs to another scheme.
    """
    if signature not in ("raw", "hex"):
        raise ConfigError(f"signature must be 'raw' or 'hex', got {signature!r}")
    by_key = api_key is not None or secret_key is not None
    by_name = username is not None or password is not None
    if by_key and by_name:
        raise ConfigError("pass api_key (and secret_key) or username and password, not both")
    if not by_key and not by_name:
        by_name = bool(os.environ.get(f"{prefix}_USERNAME"))
        if by_name and os.environ.get(f"{prefix}_API_KEY"):
            raise ConfigError(
                f"{prefix}_API_KEY and {prefix}_USERNAME are both set; unset one, or pass arguments"
            )
        if not by_name:
            secret_key = os.environ.get(f"{prefix}_SECRET_KEY") or None
    if by_name:
        name = credential(username, "username", f"{prefix}_USERNAME")
        if ":" in name:
            raise ConfigError("username must not hold a colon, which ends it on the wire")
        password = credential(password, "password", f"{prefix}_PASSWORD", in_header=False)
        return Credentials(username=name, password=password)
    key = credential(api_key, "api_key", f"{prefix}_API_KEY")
    if secret_key is None:
        return Credentials(key)
    secret = credential(secret_key, "secret_key", f"{prefix}_SECRET_KEY")
    return Credentials(key, secret, signature=signature)
