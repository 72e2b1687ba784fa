"""Authentication: one key in a header."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmkit_mock.tinycrm.errors import unauthorized

if TYPE_CHECKING:
    from crmkit_mock.messages import Request

KEY_HEADER = "x-tiny-key"
KEY = "4f9c1d"


class Authenticator:
    """Checks the key."""

    def authenticate(self, request: Request) -> None:
        """Check the key of a request.

        Raises:
            Refusal: 401, it is missing or wrong.
        """
        if request.headers.get(KEY_HEADER) != KEY:
            raise unauthorized()
