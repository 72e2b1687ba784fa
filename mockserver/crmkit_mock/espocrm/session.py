"""What answering one request takes: the state, the time, the user and what was sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.instants import write_instant
from crmkit_mock.espocrm.other_types import ENTITY_TYPES
from crmkit_mock.espocrm.refusals import Problem, not_found

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.clock import Clock
    from crmkit_mock.espocrm.access import User
    from crmkit_mock.espocrm.data import Data
    from crmkit_mock.espocrm.fields import EntityType
    from crmkit_mock.espocrm.people import Person
    from crmkit_mock.espocrm.profiles import Profile
    from crmkit_mock.messages import Request
    from crmkit_mock.store import Settings

#: The base of all rates, and what an amount without a currency is in.
BASE_CURRENCY = "USD"
RATES = {"CZK": 0.045, "EUR": 1.1, "USD": 1}


@dataclass(frozen=True, slots=True)
class Session:
    """One request with everything that answering it needs.

    Attributes:
        request: The request.
        query: The query as a tree.
        body: The body as a tree; empty where there is none.
        person: Who sends it.
        data: The records.
        settings: Counters and settings.
        clock: The mock's clock.
        profile: What kind of server this is.
        faithful_crashes: Whether bad input that crashes a real server gets its 500.
    """

    request: Request
    query: Mapping[str, Any]
    body: dict[str, Any]
    person: Person
    data: Data
    settings: Settings
    clock: Clock
    profile: Profile
    faithful_crashes: bool = False

    @property
    def user(self) -> User:
        """The user."""
        return self.person.user

    def now(self) -> str:
        """Return the time as records show it."""
        return write_instant(self.clock.now())

    def header(self, name: str) -> str | None:
        """Return a header of the request; None if it has none of that name."""
        return self.request.headers.get(name.lower())

    def entity(self, name: str) -> EntityType:
        """Return an entity type by the name in a path, whose first letter may be small.

        Raises:
            Problem: 404, there is no such entity type.
        """
        entity = ENTITY_TYPES.get(name[:1].upper() + name[1:])
        if entity is None:
            raise not_found(f"Controller '{name[:1].upper() + name[1:]}' does not exist.")
        return entity

    def crash(self, why: str) -> Problem:
        """Return the answer to what crashes a real server: its 500, or a 400 that says why.

        Args:
            why: What is wrong, in a sentence.
        """
        if self.faithful_crashes:
            return Problem(500)
        return Problem(400, f"{why} A real server answers 500.")

    def rates(self) -> dict[str, float]:
        """Return the currency rates."""
        return self.settings.get("rates") or dict(RATES)

    def new_id(self) -> str:
        """Return the id of a new record: 17 hexadecimal digits, later ones being greater."""
        number = self.settings.next_number("id", 1)
        return f"{int(self.clock.now().timestamp()):08x}{number:09x}"
