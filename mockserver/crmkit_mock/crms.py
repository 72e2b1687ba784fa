"""The mock CRMs over one store: loaded on first use, reset, seeded and restored together."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from crmkit_mock.behavior import Behavior
from crmkit_mock.catalogue import CATALOGUE, Catalogue
from crmkit_mock.seeds import read_seed
from crmkit_mock.strict import RequestNotAllowed

if TYPE_CHECKING:
    from crmkit_mock.crm import MockCRM
    from crmkit_mock.seeds import Seed, SeedSource
    from crmkit_mock.store import Store
    from crmkit_mock.transport import InProcessTransport


class CRMs(Catalogue):
    """The mock CRMs over one store. Each is loaded when it is first used.

    Args:
        seed: Data of a fresh state: "demo", "empty", or a JSON file or tree (see `seeds`).
        behavior: What the CRMs imitate.

    Raises:
        ValueError: there is no such seed, or it is not records by CRM and kind.
    """

    def __init__(
        self,
        *,
        seed: SeedSource | Seed = "demo",
        behavior: Behavior = Behavior(),  # noqa: B008 - it is frozen
    ) -> None:
        self._seed = read_seed(seed, list(CATALOGUE))
        self._behavior = behavior
        self._crms: dict[str, MockCRM] = {}
        self._origin = ""
        self._transport: InProcessTransport | None = None
        self._store: Store | None = None

    @property
    def store(self) -> Store:
        """The database.

        Raises:
            RuntimeError: the mock is not open.
        """
        if self._store is None:
            raise RuntimeError(f"this {type(self).__name__} is not started")
        return self._store

    @property
    def names(self) -> list[str]:
        """Names of the CRMs."""
        return list(CATALOGUE)

    def base_path(self, name: str) -> str:
        """Return the path of a CRM's API.

        Raises:
            KeyError: there is no such CRM.
        """
        return CATALOGUE[name].base_path

    def crm(self, name: str) -> MockCRM:
        """Return a CRM by name.

        Raises:
            KeyError: there is no such CRM.
            RuntimeError: the mock is not open.
        """
        crm = self._crms.get(name)
        if crm is None:
            entry = CATALOGUE[name]
            # The server's thread and the test's may both be the first to ask.
            with self.store.lock:
                if name in self._crms:
                    return self._crms[name]
                kind: type[MockCRM] = getattr(
                    importlib.import_module(entry.module), entry.class_name
                )
                crm = kind(
                    self.store,
                    origin=self._origin,
                    base_path=entry.base_path,
                    transport=self._transport,
                    seed=self._seed,
                    behavior=self._behavior,
                )
                self._crms[name] = crm
        return crm

    @property
    def violations(self) -> list[str]:
        """What strict mode found in all CRMs: where the document does not allow a request."""
        return [line for crm in self._crms.values() for line in crm.violations]

    def require_allowed(self) -> None:
        """Fail if strict mode found a request that the document does not allow.

        Raises:
            AssertionError: it did; the message has one line for each.
        """
        if self.violations:
            raise RequestNotAllowed("\n".join(self.violations))

    def reset(self) -> None:
        """Take all CRMs back to their start: data, counters, clock, faults, journal."""
        with self.store.lock:
            for name in CATALOGUE:
                if name in self._crms:
                    self._crms[name].reset()
                else:
                    # It seeds itself when it is first used.
                    self.store.clear(name)

    def seed(self, name: SeedSource | Seed = "demo") -> None:
        """Replace the data of all CRMs by a seed.

        Args:
            name: "demo", "empty", or a JSON file or tree (see `seeds`).

        Raises:
            ValueError: there is no such seed, or a record of it is invalid; nothing was changed.
        """
        seed = read_seed(name, list(CATALOGUE))
        with self.store.transaction():
            for crm in CATALOGUE:
                self.crm(crm).seed(seed)

    def snapshot(self) -> dict[str, Any]:
        """Return the state of all CRMs, by name, as a JSON tree for `restore`."""
        with self.store.lock:
            return {name: self.crm(name).snapshot() for name in CATALOGUE}

    def restore(self, snapshot: Mapping[str, Any]) -> None:
        """Go back to a state that `snapshot` returned; CRMs that it lacks stay as they are.

        Raises:
            ValueError: it is not a snapshot of these CRMs; nothing was changed.
        """
        with self.store.transaction():
            for name, state in snapshot.items():
                if name not in CATALOGUE or not isinstance(state, Mapping):
                    raise ValueError(f"not a snapshot of these CRMs: {name!r}")
                self.crm(name).restore(state)
