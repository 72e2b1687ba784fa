"""Authentication: the accounts of the mock, their tokens, and the operations that need none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crmkit_mock.monica.errors import unauthorized
from crmkit_mock.monica.records import make_uuid

if TYPE_CHECKING:
    from crmkit_mock.messages import Request

_BEARER = re.compile(r"Bearer\s+(\S+)\s*", re.IGNORECASE)
#: Operations that need no token.
PUBLIC_OPERATIONS = frozenset(
    {"currencies_list", "currencies_get", "compliance_list", "compliance_get", "statistics"}
)


@dataclass(frozen=True, slots=True)
class Account:
    """An account with its only user.

    Attributes:
        id: Id of the account and of the user.
        name: Name by which tests know it.
        token: The user's token.
        first_name: The user's first name.
        last_name: The user's last name.
        currency: Id of the user's currency.
        timezone: The user's time zone.
        signed: Whether the user has signed the current terms.
    """

    id: int
    name: str
    token: str
    first_name: str
    last_name: str
    currency: int
    timezone: str
    signed: bool

    @property
    def email(self) -> str:
        """The user's email address."""
        return f"{self.name}@example.com"

    @property
    def uuid(self) -> str:
        """The user's uuid."""
        return make_uuid("user", self.id)


#: The accounts by name; the first is that of `MockMonica.credentials`.
ACCOUNTS = {
    account.name: account
    for account in (
        Account(1, "ada", "mock-token-of-ada", "Ada", "Tester", 2, "America/Chicago", signed=True),
        Account(
            2, "grace", "mock-token-of-grace", "Grace", "Other", 4, "Europe/Paris", signed=False
        ),
    )
}
#: A token that was valid once.
EXPIRED_TOKEN = "mock-token-that-has-expired"  # noqa: S105 - it opens nothing


class Authenticator:
    """Finds the account of a request by its bearer token."""

    def __init__(self) -> None:
        self._accounts = {account.token: account for account in ACCOUNTS.values()}

    def authenticate(self, request: Request) -> Account:
        """Return the account of a request.

        Raises:
            Refusal: 401, the token is missing, malformed, wrong or expired.
        """
        match = _BEARER.fullmatch(request.headers.get("authorization", ""))
        account = self._accounts.get(match[1]) if match else None
        if account is None:
            raise unauthorized()
        return account
