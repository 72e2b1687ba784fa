"""The accounts of the mock, their users and tokens."""

from __future__ import annotations

from dataclasses import dataclass

from crmkit_mock.monica.records import make_uuid


@dataclass(frozen=True, slots=True)
class Account:
    """An account with its only user.

    Attributes:
        id: Id of the account and of the user.
        name: Name by which tests know it.
        token: Token that the user made.
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
        """The user's address."""
        return f"{self.name}@example.com"

    @property
    def uuid(self) -> str:
        """The user's uuid."""
        return make_uuid("user", self.id)


#: The accounts by name; the first is that of `credentials`.
ACCOUNTS = {
    account.name: account
    for account in (
        Account(1, "ada", "mock-token-of-ada", "Ada", "Tester", 2, "America/Chicago", signed=True),
        Account(
            2, "grace", "mock-token-of-grace", "Grace", "Other", 4, "Europe/Paris", signed=False
        ),
    )
}
BY_TOKEN = {account.token: account for account in ACCOUNTS.values()}
#: A token that was good once.
EXPIRED_TOKEN = "mock-token-that-has-expired"  # noqa: S105 - it opens nothing
