"""TinyCRM's key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmkit.core.vendor import Vendor

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crmkit.core.http import Request

__all__ = ["TinyVendor"]

_HEADER = "X-Tiny-Key"


class TinyVendor(Vendor):
    """What is peculiar to TinyCRM.

    Args:
        key: The account's key.
    """

    name = "tinycrm"
    credential_headers = (_HEADER,)

    def __init__(self, key: str) -> None:
        self._key = key

    def secrets(self) -> Iterable[str]:
        """Return the key."""
        return (self._key,)

    def authenticate(self, request: Request) -> None:
        """Put the key into its header."""
        request.headers[_HEADER] = self._key
