"""Records and settings of all mock CRMs in one SQLite database, in memory or in a file."""

from __future__ import annotations

import json
import sqlite3
import threading
import weakref
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

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

_HEADER = b"SQLite format 3\0"

Record = dict[str, Any]


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

    @contextmanager
    def transaction(self) -> Generator[None]:
        """Hold the lock and keep either all writes of the block or, if it raises, none.

        Blocks nest; the outermost one decides.
        """
        with self.lock:
            if self._depth == 0:
                self._db.execute("BEGIN")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                if self._depth == 0:
                    self._db.execute("ROLLBACK")
                raise
            self._depth -= 1
            if self._depth == 0:
                self._db.execute("COMMIT")

    def collection(self, crm: str, kind: str) -> Collection:
        """Return the records of one kind of one CRM."""
        return Collection(self, self._db, crm, kind)

    def settings(self, crm: str) -> Settings:
        """Return the counters and settings of one CRM."""
        return Settings(self, self._db, crm)

    def clear(self, crm: str | None = None) -> None:
        """Delete everything of one CRM, or of all."""
        with self.transaction():
            # A null matches every row.
            self._db.execute("DELETE FROM records WHERE crm=coalesce(?, crm)", (crm,))
            self._db.execute("DELETE FROM settings WHERE crm=coalesce(?, crm)", (crm,))

    def snapshot(self, crm: str) -> dict[str, Any]:
        """Return the whole state of one CRM as a JSON tree."""
        with self.lock:
            records = self._db.execute(
                "SELECT kind, tenant, id, position, body FROM records WHERE crm=?"
                " ORDER BY kind, tenant, position",
                (crm,),
            ).fetchall()
            settings = self._db.execute(
                "SELECT name, value FROM settings WHERE crm=? ORDER BY name", (crm,)
            ).fetchall()
        return {
            "crm": crm,
            "schema": SCHEMA_VERSION,
            "records": [[*row[:4], json.loads(row[4])] for row in records],
            "settings": {name: json.loads(value) for name, value in settings},
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
        key = (self._crm, self._kind, tenant)
        with self._store.lock:
            try:
                self._db.execute(
                    "INSERT INTO records VALUES (?,?,?,?,(SELECT coalesce(max(position), 0) + 1"
                    " FROM records WHERE crm=? AND kind=? AND tenant=?),?)",
                    (*key, id, *key, _write(record)),
                )
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
            cursor = self._db.execute(
                "UPDATE records SET body=? WHERE crm=? AND kind=? AND tenant=? AND id=?",
                (_write(record), self._crm, self._kind, tenant, id),
            )
            return cursor.rowcount > 0

    def delete(self, tenant: str, id: str) -> bool:
        """Delete a record; return whether there was one."""
        with self._store.lock:
            cursor = self._db.execute(
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

    __slots__ = ("_crm", "_db", "_store")

    def __init__(self, store: Store, db: sqlite3.Connection, crm: str) -> None:
        self._store = store
        self._db = db
        self._crm = crm

    def get(self, name: str) -> Any:
        """Return a value, or None if it was never set."""
        with self._store.lock:
            row = self._db.execute(
                "SELECT value FROM settings WHERE crm=? AND name=?", (self._crm, name)
            ).fetchone()
        return None if row is None else json.loads(row[0])

    def set(self, name: str, value: object) -> None:
        """Keep a JSON value under a name."""
        with self._store.lock:
            self._db.execute(
                "INSERT OR REPLACE INTO settings VALUES (?,?,?)",
                (self._crm, name, _write(value)),
            )

    def next_number(self, name: str, first: int) -> int:
        """Count on: return `first` at the first call, then one more each time."""
        with self._store.lock:
            last = self.get(name)
            number = first if last is None else int(last) + 1
            self.set(name, number)
        return number


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
