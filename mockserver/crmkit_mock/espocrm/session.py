"""Everything that answering one request needs: state, clock, user and what was sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.datetimes import format_datetime
from crmkit_mock.espocrm.entity_types import ENTITY_TYPES
from crmkit_mock.espocrm.errors import APIError, not_found, server_error_or

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.clock import Clock
    from crmkit_mock.espocrm.access import User
    from crmkit_mock.espocrm.authentication import Authenticator
    from crmkit_mock.espocrm.data import Data
    from crmkit_mock.espocrm.fields import EntityType
    from crmkit_mock.espocrm.profiles import Profile
    from crmkit_mock.espocrm.users import Login
    from crmkit_mock.messages import Request
    from crmkit_mock.store import Settings

#: The base of all rates, and the currency of an amount without one.
BASE_CURRENCY = "USD"
_RATES = {"USD": 1, "EUR": 1.1, "CZK": 0.045}


@dataclass(frozen=True, slots=True)
class Session:
    """One request with everything that answering it needs.

    Attributes:
        request: The request.
        query: The query as a tree.
        body: The body as a tree; empty if there is none.
        login: The user who sends it.
        is_public: Whether the request is not authenticated; `login` is an administrator then.
        data: The records.
        settings: Counters and settings.
        clock: The mock's clock.
        profile: The kind of server.
        authenticator: Creates and destroys tokens.
        release: Release of EspoCRM that is imitated, such as (10, 0).
        faithful_crashes: Whether bad input that crashes a real server is answered with its 500.
    """

    request: Request
    query: Mapping[str, Any]
    body: dict[str, Any]
    login: Login
    is_public: bool
    data: Data
    settings: Settings
    clock: Clock
    profile: Profile
    authenticator: Authenticator
    release: tuple[int, ...]
    faithful_crashes: bool = False

    @property
    def user(self) -> User:
        """The user with its access."""
        return self.login.user

    def now(self) -> str:
        """Return the time in the stored format."""
        return format_datetime(self.clock.now())

    def note_access(self) -> None:
        """Note when the user was last there."""
        name, now = f"last access {self.user.id}", self.now()
        if self.settings.get(name) != now:
            self.settings.set(name, now)

    def header(self, name: str) -> str | None:
        """Return a header of the request, or None."""
        return self.request.headers.get(name.lower())

    def has_flag(self, header: str) -> bool:
        """Return whether a header of the request is "true"."""
        return (self.header(header) or "").lower() == "true"

    def entity(self, name: str) -> EntityType:
        """Return an entity type by its name in a path, with the first letter in either case.

        Raises:
            APIError: 404, there is no such entity type.
        """
        return find_entity(name)

    def server_error_or(
        self, reason: str, *, by_router: bool = False, says: str | None = None
    ) -> APIError:
        """Return the error for what crashes a real server: its 500, or a 400 with the reason.

        Args:
            reason: What is wrong, as a sentence.
            by_router: Whether the router writes the 500: an error of PHP's own, such as a wrong
                type, and not an exception.
            says: The X-Status-Reason of the 500.
        """
        return server_error_or(
            reason, faithful=self.faithful_crashes, by_router=by_router, says=says
        )

    def rates(self) -> dict[str, float]:
        """Return the currency rates."""
        return dict(self.settings.get("rates") or _RATES)

    def new_id(self) -> str:
        """Return the id of a record that the request creates."""
        return self.generated_id()

    def generated_id(self) -> str:
        """Return the id of a new record: 17 hexadecimal digits, increasing."""
        number = self.settings.next_number("id", 1)
        return f"{int(self.clock.now().timestamp()):08x}{number:09x}"


def find_entity(name: str) -> EntityType:
    """Return an entity type by its name in a path, with the first letter in either case.

    Raises:
        APIError: 404, there is no such entity type.
    """
    name = name[:1].upper() + name[1:]
    entity = ENTITY_TYPES.get(name)
    if entity is None:
        raise not_found(f"Controller '{name}' does not exist.")
    return entity
