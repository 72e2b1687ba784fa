"""The state of a mock CRM: its records, settings and clock, and the seeds it starts from."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from crmkit_mock.arguments import require_choice
from crmkit_mock.clock import Clock

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.store import Store

#: Names of the seeds: with sample records, or with accounts and credentials only.
SEEDS = ("demo", "empty")


class CRMState(ABC):
    """The state of one mock CRM.

    Args:
        store: Database that keeps the state; a CRM without state in it is seeded.
        seed: Name of the seed that a fresh state gets, and that `reset` goes back to.

    Raises:
        ValueError: there is no such seed.
    """

    #: Name of the CRM, as the attribute of `MockServer` and `MockCRMs`.
    name: ClassVar[str]
    #: When the clock of a fresh state starts.
    epoch: ClassVar[datetime] = datetime(2016, 2, 1, 9, 0, tzinfo=UTC)

    def __init__(self, store: Store, *, seed: str) -> None:
        require_seed(seed)
        self.store = store
        self.settings = store.settings(self.name)
        #: The mock's clock; it stands still unless something is written.
        self.clock = Clock(self.settings, self.epoch)
        self._initial_seed = seed
        with store.transaction():
            if self.settings.get("seed") is None:
                self.seed(seed)

    @abstractmethod
    def load_seed(self, seed: str) -> None:
        """Fill the empty store with a seed's records."""

    def seed(self, name: str = "demo") -> None:
        """Replace all data by a seed; counters and clock start again.

        Args:
            name: "demo", or "empty": accounts and credentials without records.

        Raises:
            ValueError: there is no such seed; the data are unchanged.
        """
        require_seed(name)
        with self.store.transaction():
            self.store.clear(self.name)
            self.settings.set("seed", name)
            self.clock.restart()
            self.load_seed(name)

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


def require_seed(name: str) -> None:
    """Check the name of a seed.

    Raises:
        ValueError: there is no such seed.
    """
    require_choice("seed", name, SEEDS)
