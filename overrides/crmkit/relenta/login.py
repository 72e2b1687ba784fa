"""Address of a Relenta account's API."""

from __future__ import annotations

import os
import re

from crmkit.core.errors import ConfigError


def address(account: str | None, base_url: str | None) -> str:
    """Return the API's address.

    Args:
        account: Name of the account; None for that of the environment.
        base_url: Address in place of the account's; None for that of the environment.

    Raises:
        ConfigError: There is neither, or the name is none.
    """
    # What is passed wins over the environment.
    given = base_url or (None if account else os.environ.get("RELENTA_BASE_URL"))
    if given:
        return given
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
