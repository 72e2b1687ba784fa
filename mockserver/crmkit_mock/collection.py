"""Records of one kind of one mock CRM, and all of them: written to the database, read in memory."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, cast

from crmkit_mock.json_text import to_json
from crmkit_mock.shelves import BuiltIndex, Entry, Index, Record, Shelf

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from crmkit_mock.database import Database

T = TypeVar("T")

_INSERT = "INSERT INTO records VALUES (?,?,?,?,?,?)"
_UPDATE = "UPDATE records SET body=? WHERE crm=? AND kind=? AND tenant=? AND id=?"
_DELETE = "DELETE FROM records WHERE crm=? AND kind=? AND tenant=? AND id=?"

#: Kind, tenant, id, position and record, as a snapshot has them.
Row = tuple[str, str, str, int, Record]


class Kind:
    """The records of one kind, by tenant, and what was computed from them since they changed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        #: Counts the changes of its records.
        self.version = 0
        self.shelves: dict[str, Shelf] = {}
        self.views: dict[tuple[str, object], object] = {}

    def changed(self) -> None:
        """Forget what was computed from the records: one of them changes."""
        self.views.clear()
        self.version += 1
        self._database.changes += 1

    def shelf(self, tenant: str) -> Shelf:
        """Return the records of a tenant."""
        shelf = self.shelves.get(tenant)
        if shelf is None:
            shelf = self.shelves[tenant] = Shelf()
        return shelf


class RecordTable:
    """The records of all CRMs.

    All of one kind are read from the database when one is first asked for.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        #: What was read, by CRM and kind; the same object for good.
        self.kinds: dict[tuple[str, str], Kind] = {}

    def load(self, crm: str, name: str) -> Kind:
        """Read the records of one kind of one CRM; the lock is held."""
        kind = self.kinds[crm, name] = Kind(self._database)
        for tenant, id, position, body in self._database.read(
            "SELECT tenant, id, position, body FROM records WHERE crm=? AND kind=?"
            " ORDER BY tenant, position",
            (crm, name),
        ):
            shelf = kind.shelf(tenant)
            shelf.put(Entry(id, int(position), body))
        return kind

    def clear(self, crm: str | None, records: Iterable[Row] = ()) -> None:
        """Delete the records of one CRM, or of all; the lock is held in a transaction.

        Args:
            crm: Name of the CRM; None: all.
            records: Records that the CRM has then.
        """
        self._database.on_rollback(partial(self._forget, crm))
        self._forget(crm)
        # A null matches every row.
        self._database.write("DELETE FROM records WHERE crm=coalesce(?, crm)", (crm,))
        rows = [
            (crm, kind, tenant, id, position, to_json(record))
            for kind, tenant, id, position, record in records
        ]
        self._database.write_many(_INSERT, rows)

    def snapshot(self, crm: str) -> list[list[Any]]:
        """Return copies of the records of one CRM; the lock is held."""
        rows = self._database.read(
            "SELECT kind, tenant, id, position, body FROM records WHERE crm=?"
            " ORDER BY kind, tenant, position",
            (crm,),
        )
        return [[*row[:4], json.loads(row[4])] for row in rows]

    def counts(self, crm: str) -> dict[str, int]:
        """Return what `Store.counts` does; the lock is held."""
        rows: list[tuple[Any, ...]] = [
            *self._database.read(
                "SELECT kind, COUNT(*) FROM records WHERE crm=? GROUP BY kind ORDER BY kind", (crm,)
            )
        ]
        return {kind: int(count) for kind, count in rows}

    def newest(self, crm: str, kind: str, limit: int) -> list[tuple[str, str, Record]]:
        """Return what `Store.newest` does; the lock is held."""
        rows = self._database.read(
            "SELECT tenant, id, body FROM records WHERE crm=? AND kind=?"
            " ORDER BY position DESC, tenant LIMIT ?",
            (crm, kind, limit),
        )
        return [(tenant, id, json.loads(body)) for tenant, id, body in rows]

    def changed_in_place(self) -> list[str]:
        """Return what `Store.changed_in_place` does; the lock is held."""
        return [
            f"{crm} {name} {tenant} {entry.id}"
            for (crm, name), kind in self.kinds.items()
            for tenant, shelf in kind.shelves.items()
            for entry in shelf.page(-1, 0)
            if entry.changed_in_place
        ]

    def _forget(self, crm: str | None) -> None:
        for key in [key for key in self.kinds if crm in (None, key[0])]:
            self.kinds.pop(key).changed()


class Collection:
    """Records of one kind of one CRM, apart by tenant (a department, an account), in order.

    A record is a JSON object; its id is a str of its own. `get` and `page` return copies; `read`,
    `all` and `find` return what is kept, shared by all and never to be changed in place, which is
    much quicker.
    """

    __slots__ = ("_crm", "_database", "_key", "_kinds", "_lock", "_name", "_table")

    def __init__(self, database: Database, table: RecordTable, crm: str, kind: str) -> None:
        self._database = database
        self._lock = database.lock
        self._table = table
        self._kinds = table.kinds
        self._key = crm, kind
        self._crm = crm
        self._name = kind

    # Writing.

    def insert(self, tenant: str, id: str, record: Record) -> None:
        """Add a record behind all others of its tenant.

        Raises:
            ValueError: the tenant has a record of that id.
        """
        text = to_json(record)
        id.encode()  # half a surrogate pair, which SQLite cannot keep, fails here
        with self._lock:
            kind = self._kind()
            shelf = kind.shelf(tenant)
            if shelf.get(id) is not None:
                raise ValueError(f"{self._name} {id} exists")
            position = shelf.next_position
            self._database.write(_INSERT, (self._crm, self._name, tenant, id, position, text))
            self._put(kind, shelf, Entry(id, position, text))

    def replace(self, tenant: str, id: str, record: Record) -> bool:
        """Overwrite a record and keep its place; return whether there was one."""
        text = to_json(record)
        with self._lock:
            kind = self._kind()
            shelf = kind.shelves.get(tenant)
            former = None if shelf is None else shelf.get(id)
            if shelf is None or former is None:
                return False
            values = (text, self._crm, self._name, tenant, id)
            self._database.write(_UPDATE, values)
            self._put(kind, shelf, Entry(id, former.position, text))
            return True

    def delete(self, tenant: str, id: str) -> bool:
        """Delete a record; return whether there was one."""
        with self._lock:
            kind = self._kind()
            shelf = kind.shelves.get(tenant)
            former = None if shelf is None else shelf.get(id)
            if shelf is None or former is None:
                return False
            self._database.write(_DELETE, (self._crm, self._name, tenant, id))
            kind.changed()
            shelf.remove(id)
            self._database.on_rollback(partial(_restore, kind, shelf, former))
            return True

    def _put(self, kind: Kind, shelf: Shelf, entry: Entry) -> None:
        kind.changed()
        former = shelf.get(entry.id)
        shelf.put(entry)
        if former is None:
            self._database.on_rollback(partial(_discard, kind, shelf, entry.id))
        else:
            self._database.on_rollback(partial(_restore, kind, shelf, former))

    # Reading.

    def get(self, tenant: str, id: str) -> Record | None:
        """Return a copy of a record, or None if the tenant has none of that id."""
        entry = self._entry(tenant, id)
        return None if entry is None else entry.copy()

    def read(self, tenant: str, id: str) -> Record | None:
        """Return a record as it is kept, or None if the tenant has none of that id."""
        entry = self._entry(tenant, id)
        return None if entry is None else entry.record

    def page(self, tenant: str, *, limit: int = -1, offset: int = 0) -> list[Record]:
        """Return copies of a tenant's records in the order of their creation.

        Args:
            tenant: The tenant.
            limit: Number of records at most; -1 means all.
            offset: Number of records to leave out at the beginning.
        """
        return [entry.copy() for entry in self._page(tenant, limit, offset)]

    def page_text(self, tenant: str, *, limit: int = -1, offset: int = 0) -> str:
        """Return the same as `page` as JSON text, compact and in ASCII."""
        return f"[{','.join([entry.text for entry in self._page(tenant, limit, offset)])}]"

    def all(self, tenant: str, *, limit: int = -1, offset: int = 0) -> list[Record]:
        """Return a tenant's records as they are kept, in the order of their creation."""
        return [entry.record for entry in self._page(tenant, limit, offset)]

    def find(
        self,
        tenant: str,
        index: Index,
        key: Hashable = None,
        *,
        limit: int = -1,
        offset: int = 0,
        reverse: bool = False,
    ) -> list[Record]:
        """Return records as they are kept, by index, however many others there are.

        Args:
            tenant: The tenant.
            index: The index.
            key: Key under which the index has them.
            limit: Number of records at most; -1 means all.
            offset: Number of records to leave out at the beginning.
            reverse: Whether they come from the end of the index's order.
        """
        with self._lock:
            entries = self._index(tenant, index).find(key, limit, offset, reverse=reverse)
            return [entry.record for entry in entries]

    def find_ids(self, tenant: str, index: Index, key: Hashable = None) -> list[str]:
        """Return the ids of the records that `find` returns."""
        with self._lock:
            found = self._index(tenant, index).find(key, -1, 0, reverse=False)
            return [entry.id for entry in found]

    def count_of(self, tenant: str, index: Index, key: Hashable = None) -> int:
        """Return the number of records that an index has under a key."""
        with self._lock:
            return self._index(tenant, index).count(key)

    def counts_of(self, tenant: str, index: Index, keys: Iterable[Hashable]) -> dict[Hashable, int]:
        """Return what `count_of` returns for each of several keys."""
        with self._lock:
            count = self._index(tenant, index).count
            return {key: count(key) for key in keys}

    def counts_after(self, tenant: str, indexes: Iterable[Index], value: Any) -> list[int]:
        """Return how many records each of some indexes has under None, in order above a value."""
        with self._lock:
            shelf = self._kind().shelf(tenant)
            return [shelf.index(index).count_after(value) for index in indexes]

    def total_of(self, tenant: str, index: Index, key: Hashable = None) -> float:
        """Return the sum of the amounts of the records that an index has under a key."""
        with self._lock:
            return self._index(tenant, index).total(key)

    def keys(self, tenant: str, index: Index) -> list[Hashable]:
        """Return the keys under which an index has records."""
        with self._lock:
            return self._index(tenant, index).keys()

    def view(self, tenant: str, make: Callable[[list[Record]], T]) -> T:
        """Return what `make` computes from all records of a tenant, as they are kept.

        It is computed once and returned again until a record of this kind changes: for kinds that
        rarely do, such as definitions of fields. Use an `Index` for others.

        Args:
            tenant: The tenant.
            make: A function that stays the same, since it is kept with what it computed.
        """
        with self._lock:
            views = self._kind().views
            if (tenant, make) not in views:
                views[tenant, make] = make(self.all(tenant))
            return cast("T", views[tenant, make])

    def count(self, tenant: str | None = None) -> int:
        """Return the number of records of a tenant, or of all tenants."""
        with self._lock:
            shelves = self._kind().shelves
            if tenant is None:
                return sum(map(len, shelves.values()))
            return len(shelves.get(tenant, ()))

    def _kind(self) -> Kind:
        kind = self._kinds.get(self._key)
        if kind is None:
            kind = self._table.load(self._crm, self._name)
        if self._database.reads is not None:
            self._database.reads.add(kind)
        return kind

    def _entry(self, tenant: str, id: str) -> Entry | None:
        with self._lock:
            shelf = self._kind().shelves.get(tenant)
            return None if shelf is None else shelf.get(id)

    def _page(self, tenant: str, limit: int, offset: int) -> list[Entry]:
        with self._lock:
            shelf = self._kind().shelves.get(tenant)
            return [] if shelf is None else shelf.page(limit, offset)

    def _index(self, tenant: str, index: Index) -> BuiltIndex:
        kind = self._kind()
        # Looked up here, most requests do it ten times; the calls are for the first one.
        shelf = kind.shelves.get(tenant) or kind.shelf(tenant)
        return shelf.indexes.get(index) or shelf.index(index)


def _restore(kind: Kind, shelf: Shelf, entry: Entry) -> None:
    kind.changed()
    shelf.put(entry)


def _discard(kind: Kind, shelf: Shelf, id: str) -> None:
    kind.changed()
    shelf.remove(id)
