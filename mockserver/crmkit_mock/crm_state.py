"""The state of a mock CRM: its records, settings and clock, and the seeds it starts from."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from crmkit_mock.clock import Clock
from crmkit_mock.seeds import Seed, SeedSource, read_seed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.store import Store


class CRMState(ABC):
    """The state of one mock CRM.

    Args:
        store: Database that keeps the state; a CRM without state in it is seeded.
        seed: The seed that a fresh state gets, and that `reset` goes back to.

    Raises:
        ValueError: there is no such seed, or a record of it is invalid.
    """

    #: Name of the CRM, as the attribute of `MockServer` and `MockCRMs`.
    name: ClassVar[str]
    #: When the clock of a fresh state starts.
    epoch: ClassVar[datetime] = datetime(2016, 2, 1, 9, 0, tzinfo=UTC)

    def __init__(self, store: Store, *, seed: SeedSource | Seed) -> None:
        self._initial_seed = read_seed(seed)
        self.store = store
        self.settings = store.settings(self.name)
        #: The mock's clock; it stands still unless something is written.
        self.clock = Clock(self.settings, self.epoch)
        with store.transaction():
            if self.settings.get("seed") is None:
                self.seed(self._initial_seed)

    @abstractmethod
    def load_seed(self, seed: str) -> None:
        """Fill the empty store with the records of a named seed."""

    @abstractmethod
    def add(self, kind: str, record: Mapping[str, Any]) -> int | str:
        """Put a record into the store, without a request.

        Args:
            kind: What the record is: the resource as in the client, such as "contacts"; of
                EspoCRM and AutoCRM the entity type, such as "Contact".
            record: Members by their wire names. What is missing gets its default.

        Returns:
            The id of the record.

        Raises:
            ValueError: there is no such kind, or the record is invalid; nothing was stored.
        """

    def seed(self, name: SeedSource | Seed = "demo") -> None:
        """Replace all data by a seed; counters and clock start again.

        Args:
            name: "demo", or "empty": accounts and credentials without records; or a JSON file, or
                its tree, with records by CRM and kind (see `seeds`), each checked as by `add`.

        Raises:
            ValueError: there is no such seed, or a record of it is invalid; the data are unchanged.
        """
        seed = read_seed(name)
        if seed is not name and seed.records and self.name not in seed.records:
            raise ValueError(f"{seed.name or 'the seed'} has no records of {self.name}")
        with self.store.transaction():
            self.store.clear(self.name)
            self.clock.restart()
            self.load_seed(seed.base)
            self.settings.set("seed", seed.name)
            for place, kind, record in seed.of(self.name):
                try:
                    self.add(kind, record)
                except ValueError as error:
                    raise ValueError(f"{place}: {error}") from None

    def reset(self) -> None:
        """Go back to the seed that the state started from."""
        self.seed(self._initial_seed)

    def snapshot(self) -> dict[str, Any]:
        """Return the whole state, clock and counters included, as a JSON tree for `restore`."""
        return self.store.snapshot(self.name)

    def restore(self, snapshot: Mapping[str, Any]) -> None:
        """Go back to a state that `snapshot` returned. Faults and journal stay.

        Raises:
            ValueError: it is not a snapshot of this CRM; the state is unchanged.
        """
        self.store.restore(self.name, snapshot)
        self.clock.restart()
