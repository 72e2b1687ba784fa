"""Records and settings of all mock CRMs in one SQLite database, in memory or in a file."""

from __future__ import annotations

import json
import sqlite3
import threading
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

T = TypeVar("T")

#: Marks a file as ours in SQLite's own header ("crmk").
APPLICATION_ID = 0x63726D6B
#: Raised whenever the tables change; a file of another version is refused.
SCHEMA_VERSION = 1

_TABLES = """
CREATE TABLE records (
    crm TEXT NOT NULL,
    kind TEXT NOT NULL,
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    position INTEGER NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (crm, kind, tenant, id)
);
CREATE INDEX records_in_order ON records (crm, kind, tenant, position);
CREATE TABLE settings (
    crm TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (crm, name)
) WITHOUT ROWID;
"""

#: Records are kept as compact ASCII, so that their text can go out on the wire as it is.
_write = json.JSONEncoder(separators=(",", ":")).encode

#: Types of JSON values that need no copy.
_SCALARS = frozenset({str, int, bool, type(None)})

_HEADER = b"SQLite format 3\0"

Record = dict[str, Any]

_INSERT = """
INSERT INTO records VALUES (?1, ?2, ?3, ?4, (
    SELECT coalesce(max(position), 0) + 1 FROM records WHERE crm=?1 AND kind=?2 AND tenant=?3
), ?5)
"""


class StoreError(Exception):
    """The database file cannot be used; `str()` says why in one line. The file is untouched."""


class Store:
    """The database. One lock serves all threads; hold it across reads that belong together.

    Args:
        path: Database file, made when it does not exist; None keeps everything in memory.

    Raises:
        StoreError: the file is not SQLite, has another schema, or cannot be opened.
    """

    def __init__(self, path: str | Path | None = None) -> None:
        self.lock = threading.RLock()
        self.path = path
        fresh = path is None or _inspect(Path(path))
        try:
            # Autocommit, transactions are begun by hand; other threads are kept out by our lock.
            self._db = sqlite3.connect(
                ":memory:" if path is None else path, check_same_thread=False, isolation_level=None
            )
            try:
                self._prepare(fresh=fresh)
            except BaseException:
                self._db.close()
                raise
        except sqlite3.Error as error:
            raise StoreError(f"{path}: cannot be used as a database ({error})") from None
        self._depth = 0
        self._begun = False
        # What was read of the database stays here until a write makes it another. All settings
        # are here once one was asked for; those in `_unwritten` go to the database at the end of
        # their transaction.
        self._settings: dict[str, dict[str, Any]] = {}
        self._unwritten: set[tuple[str, str]] = set()
        self._views: dict[tuple[str, str], dict[tuple[str, object], object]] = {}
        self._transaction = _Transaction(self)
        # Who forgets to close shall not get a ResourceWarning for it.
        weakref.finalize(self, self._db.close)

    def _prepare(self, *, fresh: bool) -> None:
        # A second process on the same file gets an error at once instead of half our state.
        self._db.execute("PRAGMA busy_timeout=0")
        self._db.execute("PRAGMA locking_mode=EXCLUSIVE")
        if fresh:
            # The marks go in before WAL, so that they always stand in the main file.
            self._db.executescript(
                f"BEGIN; {_TABLES} PRAGMA application_id={APPLICATION_ID};"
                f" PRAGMA user_version={SCHEMA_VERSION}; COMMIT;"
            )
        else:
            # All of this only reads: what turns out not to be ours is left as it was.
            self._db.execute("SELECT crm, kind, tenant, id, position, body FROM records LIMIT 1")
            self._db.execute("SELECT crm, name, value FROM settings LIMIT 1")
            state = self._db.execute("PRAGMA quick_check(1)").fetchone()[0]
            if state != "ok":
                raise sqlite3.DatabaseError(state.replace("\n", " "))
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")

    def close(self) -> None:
        """Close the database. Closing twice is fine."""
        with self.lock:
            self._db.close()

    def transaction(self) -> _Transaction:
        """Hold the lock and keep either all writes of the `with` block or, if it raises, none.

        Blocks nest; the outermost one decides.
        """
        return self._transaction

    def enter(self) -> None:
        """Begin a transaction or one within it; the lock is held until `leave`."""
        self.lock.acquire()
        self._depth += 1

    def leave(self, *, keep: bool) -> None:
        """End the innermost transaction; the outermost one keeps its writes or undoes them."""
        try:
            if self._depth > 1 or not (self._begun or self._unwritten):
                return
            if not keep:
                self._undo()
                return
            try:
                self._write_settings()
                self._db.execute("COMMIT")
                self._begun = False
            except BaseException:
                self._undo()
                raise
        finally:
            self._depth -= 1
            self.lock.release()

    def write(self, sql: str, values: Sequence[object]) -> sqlite3.Cursor:
        """Execute a statement that writes records; the lock is held.

        The database begins its transaction here and not before: most requests only read.
        """
        if self._depth and not self._begun:
            self._db.execute("BEGIN")
            self._begun = True
        return self._db.execute(sql, values)

    def _write_settings(self) -> None:
        for crm, name in sorted(self._unwritten):
            value = self._settings[crm][name]
            self.write(
                "INSERT OR REPLACE INTO settings VALUES (?,?,?)",
                (crm, name, str(value) if type(value) is int else _write(value)),
            )
        self._unwritten.clear()

    def _undo(self) -> None:
        self._settings.clear()
        self._unwritten.clear()
        self._views.clear()
        if self._begun:
            self._begun = False
            # An error of the disk may have rolled back already.
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")

    def values(self, crm: str) -> dict[str, Any]:
        """Return the settings of one CRM, as they are kept; the lock is held."""
        values = self._settings.get(crm)
        if values is None:
            rows = self._db.execute("SELECT name, value FROM settings WHERE crm=?", (crm,))
            values = self._settings[crm] = {name: json.loads(value) for name, value in rows}
        return values

    def set_value(self, crm: str, name: str, value: object) -> None:
        """Keep a setting of one CRM; it is written when the transaction ends."""
        with self.lock:
            self.values(crm)[name] = value
            self._unwritten.add((crm, name))
            if not self._depth:
                with self._transaction:
                    pass

    def views(self, crm: str, kind: str) -> dict[tuple[str, object], object]:
        """Return what was made of the records of one kind since they changed; the lock is held."""
        return self._views.setdefault((crm, kind), {})

    def collection(self, crm: str, kind: str) -> Collection:
        """Return the records of one kind of one CRM."""
        return Collection(self, self._db, crm, kind)

    def settings(self, crm: str) -> Settings:
        """Return the counters and settings of one CRM."""
        return Settings(self, crm)

    def clear(self, crm: str | None = None) -> None:
        """Delete everything of one CRM, or of all."""
        with self.transaction():
            # A null matches every row.
            self.write("DELETE FROM records WHERE crm=coalesce(?, crm)", (crm,))
            self.write("DELETE FROM settings WHERE crm=coalesce(?, crm)", (crm,))
            # Whatever else is kept here is written first, or it would be lost with the rest.
            self._unwritten = {one for one in self._unwritten if crm not in (None, one[0])}
            self._write_settings()
            self._settings.clear()
            self._views.clear()

    def snapshot(self, crm: str) -> dict[str, Any]:
        """Return the whole state of one CRM as a JSON tree."""
        with self.lock:
            records = self._db.execute(
                "SELECT kind, tenant, id, position, body FROM records WHERE crm=?"
                " ORDER BY kind, tenant, position",
                (crm,),
            ).fetchall()
            settings = {name: _copy(value) for name, value in sorted(self.values(crm).items())}
        return {
            "crm": crm,
            "schema": SCHEMA_VERSION,
            "records": [[*row[:4], json.loads(row[4])] for row in records],
            "settings": settings,
        }

    def restore(self, crm: str, snapshot: Mapping[str, Any]) -> None:
        """Replace the state of one CRM by a snapshot.

        Raises:
            ValueError: the tree is not a snapshot of this CRM and schema; the state is unchanged.
        """
        if snapshot.get("crm") != crm or snapshot.get("schema") != SCHEMA_VERSION:
            raise ValueError(f"not a snapshot of {crm} with schema {SCHEMA_VERSION}")
        try:
            rows = [
                (crm, str(kind), str(tenant), str(id), int(position), _write(dict(body)))
                for kind, tenant, id, position, body in snapshot["records"]
            ]
            settings = [
                (crm, str(name), _write(value)) for name, value in snapshot["settings"].items()
            ]
            with self.transaction():
                self.clear(crm)
                self._db.executemany("INSERT INTO records VALUES (?,?,?,?,?,?)", rows)
                self._db.executemany("INSERT INTO settings VALUES (?,?,?)", settings)
        except (
            AttributeError,
            KeyError,
            OverflowError,
            TypeError,
            ValueError,
            sqlite3.Error,
        ) as error:
            raise ValueError(f"the snapshot of {crm} is damaged ({error})") from None


class Collection:
    """Records of one kind of one CRM, apart by tenant (a department, an account), in order.

    A record is a JSON object; its id is a text of its own. Reads give fresh copies.
    """

    __slots__ = ("_crm", "_db", "_kind", "_store")

    def __init__(self, store: Store, db: sqlite3.Connection, crm: str, kind: str) -> None:
        self._store = store
        self._db = db
        self._crm = crm
        self._kind = kind

    def insert(self, tenant: str, id: str, record: Record) -> None:
        """Add a record behind all others of its tenant.

        Raises:
            ValueError: the tenant has a record of that id.
        """
        values = (self._crm, self._kind, tenant, id, _write(record))
        with self._store.lock:
            try:
                self._write(_INSERT, values)
            except sqlite3.IntegrityError:
                raise ValueError(f"{self._kind} {id} exists") from None

    def get(self, tenant: str, id: str) -> Record | None:
        """Return a record, or None if the tenant has none of that id."""
        with self._store.lock:
            row = self._db.execute(
                "SELECT body FROM records WHERE crm=? AND kind=? AND tenant=? AND id=?",
                (self._crm, self._kind, tenant, id),
            ).fetchone()
        return None if row is None else json.loads(row[0])

    def replace(self, tenant: str, id: str, record: Record) -> bool:
        """Overwrite a record and keep its place; return whether there was one."""
        with self._store.lock:
            cursor = self._write(
                "UPDATE records SET body=? WHERE crm=? AND kind=? AND tenant=? AND id=?",
                (_write(record), self._crm, self._kind, tenant, id),
            )
            return cursor.rowcount > 0

    def delete(self, tenant: str, id: str) -> bool:
        """Delete a record; return whether there was one."""
        with self._store.lock:
            cursor = self._write(
                "DELETE FROM records WHERE crm=? AND kind=? AND tenant=? AND id=?",
                (self._crm, self._kind, tenant, id),
            )
            return cursor.rowcount > 0

    def page(self, tenant: str, *, limit: int = -1, offset: int = 0) -> list[Record]:
        """Return records of a tenant in the order of their creation; `limit` -1 means all."""
        page: list[Record] = json.loads(self.page_text(tenant, limit=limit, offset=offset))
        return page

    def page_text(self, tenant: str, *, limit: int = -1, offset: int = 0) -> str:
        """Return the same as `page` as JSON text, compact and in ASCII."""
        with self._store.lock:
            rows = self._db.execute(
                "SELECT body FROM records WHERE crm=? AND kind=? AND tenant=?"
                " ORDER BY position LIMIT ? OFFSET ?",
                (self._crm, self._kind, tenant, limit, offset),
            ).fetchall()
        return f"[{','.join([row[0] for row in rows])}]"

    def view(self, tenant: str, make: Callable[[list[Record]], T]) -> T:
        """Return what `make` makes of all records of a tenant.

        It is made once and given out again until a record of this kind changes.

        Args:
            tenant: The tenant.
            make: A function that stays the same, since it is kept with what it made.
        """
        with self._store.lock:
            views = self._store.views(self._crm, self._kind)
            if (tenant, make) not in views:
                views[tenant, make] = make(self.page(tenant))
            return cast("T", views[tenant, make])

    def _write(self, sql: str, values: tuple[str, ...]) -> sqlite3.Cursor:
        self._store.views(self._crm, self._kind).clear()
        return self._store.write(sql, values)

    def count(self, tenant: str | None = None) -> int:
        """Return the number of records of a tenant, or of all tenants."""
        sql = "SELECT count(*) FROM records WHERE crm=? AND kind=?"
        values = [self._crm, self._kind]
        if tenant is not None:
            sql += " AND tenant=?"
            values.append(tenant)
        with self._store.lock:
            number: int = self._db.execute(sql, values).fetchone()[0]
        return number


class Settings:
    """Counters and settings of one CRM, JSON values by name. They roll back with the records."""

    __slots__ = ("_crm", "_store")

    def __init__(self, store: Store, crm: str) -> None:
        self._store = store
        self._crm = crm

    def get(self, name: str) -> Any:
        """Return a value, or None if it was never set."""
        with self._store.lock:
            return _copy(self._store.values(self._crm).get(name))

    def set(self, name: str, value: object) -> None:
        """Keep a JSON value under a name."""
        self._store.set_value(self._crm, name, _copy(value))

    def next_number(self, name: str, first: int) -> int:
        """Count on: return `first` at the first call, then one more each time."""
        with self._store.lock:
            last = self.get(name)
            number = first if last is None else int(last) + 1
            self.set(name, number)
        return number


class _Transaction:
    """What `Store.transaction` gives; it has no state of its own, so one serves all."""

    __slots__ = ("_store",)

    def __init__(self, store: Store) -> None:
        self._store = store

    def __enter__(self) -> None:
        self._store.enter()

    def __exit__(self, kind: object, *_: object) -> None:
        self._store.leave(keep=kind is None)


def _copy(value: object) -> Any:
    """Return a JSON value as its text would bring it back."""
    return value if type(value) in _SCALARS else json.loads(_write(value))


def _inspect(path: Path) -> bool:
    """Return whether the file is to be made; refuse a foreign one by its header alone.

    SQLite itself would already write to it (recover a journal, for one), so it does not see
    the file before this.
    """
    try:
        with path.open("rb") as file:
            header = file.read(100)
    except FileNotFoundError:
        if not path.parent.is_dir():
            raise StoreError(f"{path}: no such folder") from None
        return True
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}") from None
    if not header:
        return True
    if len(header) < 100 or not header.startswith(_HEADER):
        raise StoreError(f"{path}: not an SQLite database")
    if int.from_bytes(header[68:72], "big") != APPLICATION_ID:
        raise StoreError(f"{path}: an SQLite database of another program")
    version = int.from_bytes(header[60:64], "big")
    if version != SCHEMA_VERSION:
        raise StoreError(
            f"{path}: has schema {version}, this crmkit-mock reads schema {SCHEMA_VERSION}"
        )
    return False
