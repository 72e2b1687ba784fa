"""Records and settings of all mock CRMs in one SQLite database, in memory or in a file."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

from crmkit_mock.collection import Collection, RecordTable
from crmkit_mock.database import APPLICATION_ID, SCHEMA_VERSION, Database, StoreError, Transaction
from crmkit_mock.rows import RowCache
from crmkit_mock.settings import Settings, SettingsTable
from crmkit_mock.shelves import Index

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = [
    "APPLICATION_ID",
    "SCHEMA_VERSION",
    "Collection",
    "Index",
    "Settings",
    "Store",
    "StoreError",
]


class Store:
    """The store. One lock serves all threads; hold it across reads that belong together.

    Args:
        path: Database file, created if it does not exist; None keeps everything in memory.

    Raises:
        StoreError: the file is not SQLite, has another schema, or cannot be opened.
    """

    def __init__(self, path: str | Path | None = None) -> None:
        self._database = Database(path)
        self.path = path
        #: Lock of all reads and writes; it may be taken again by the thread that holds it.
        self.lock = self._database.lock
        self._records = RecordTable(self._database)
        self._settings = SettingsTable(self._database)
        self._collections: dict[tuple[str, str], Collection] = {}
        #: Rows of lists as they were rendered.
        self.rows = RowCache(self._database)

    def close(self) -> None:
        """Close the database. Closing twice is fine."""
        self._database.close()

    def transaction(self) -> Transaction:
        """Hold the lock and keep either all writes of the `with` block or, if it raises, none.

        Blocks nest; the outermost one decides.
        """
        return self._database.transaction

    def collection(self, crm: str, kind: str) -> Collection:
        """Return the records of one kind of one CRM."""
        collection = self._collections.get((crm, kind))
        if collection is None:
            collection = Collection(self._database, self._records, crm, kind)
            self._collections[crm, kind] = collection
        return collection

    def settings(self, crm: str) -> Settings:
        """Return the counters and settings of one CRM."""
        return Settings(self._database, self._settings, crm)

    def clear(self, crm: str | None = None) -> None:
        """Delete everything of one CRM, or of all."""
        with self.transaction():
            self._records.clear(crm)
            self._settings.clear(crm)

    def snapshot(self, crm: str) -> dict[str, Any]:
        """Return the whole state of one CRM as a JSON tree."""
        with self.lock:
            return {
                "crm": crm,
                "schema": SCHEMA_VERSION,
                "records": self._records.snapshot(crm),
                "settings": self._settings.snapshot(crm),
            }

    def restore(self, crm: str, snapshot: Mapping[str, Any]) -> None:
        """Replace the state of one CRM by a snapshot.

        Raises:
            ValueError: the tree is not a snapshot of this CRM and schema; the state is unchanged.
        """
        if snapshot.get("crm") != crm or snapshot.get("schema") != SCHEMA_VERSION:
            raise ValueError(f"not a snapshot of {crm} with schema {SCHEMA_VERSION}")
        try:
            records = [
                (str(kind), str(tenant), str(id), int(position), dict(body))
                for kind, tenant, id, position, body in snapshot["records"]
            ]
            settings = [(str(name), value) for name, value in snapshot["settings"].items()]
            with self.transaction():
                self._records.clear(crm, records)
                self._settings.clear(crm, settings)
        except (
            AttributeError,
            KeyError,
            OverflowError,
            TypeError,
            ValueError,
            sqlite3.Error,
        ) as error:
            raise ValueError(f"the snapshot of {crm} is damaged ({error})") from None

    def counts(self, crm: str) -> dict[str, int]:
        """Return how many records of each kind a CRM has, by kind."""
        with self.lock:
            return self._records.counts(crm)

    def newest(self, crm: str, kind: str, limit: int) -> list[tuple[str, str, dict[str, Any]]]:
        """Return tenant, id and copy of the last records of a kind, the newest first."""
        with self.lock:
            return self._records.newest(crm, kind, limit)

    def changed_in_place(self) -> list[str]:
        """Return CRM, kind, tenant and id of shared records that were changed instead of replaced.

        Always empty, unless a mock has a bug: its tests look.
        """
        with self.lock:
            return self._records.changed_in_place()
