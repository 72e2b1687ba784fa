"""The SQLite file or in-memory database under the store, with its lock and transactions."""

from __future__ import annotations

import sqlite3
import threading
import weakref
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from crmkit_mock.reads import Reads

#: Marks a file as ours in SQLite's own header ("crmk").
APPLICATION_ID = 0x63726D6B
#: Raised whenever the tables change; a file of another version is refused.
SCHEMA_VERSION = 2

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
CREATE TABLE settings (
    crm TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (crm, name)
) WITHOUT ROWID;
"""

#: How many statements an in-memory database may keep for later.
_LONGEST_WAIT = 1_000
_HEADER = b"SQLite format 3\0"


class StoreError(Exception):
    """The database file cannot be used; `str()` says why in one line.

    A file that cannot be opened is untouched. Where writing fails, nothing of the transaction is
    stored.
    """


class Database:
    """An SQLite database with one lock for all threads.

    Whoever keeps a copy of it in memory restores that with `on_rollback`.

    Args:
        path: Database file, created if it does not exist; None keeps everything in memory.

    Raises:
        StoreError: the file is not SQLite, has another schema, or cannot be opened.
    """

    def __init__(self, path: str | Path | None = None) -> None:
        self.lock = threading.RLock()
        self.path = path
        #: Called before a transaction commits, to write what was held back until then.
        self.before_commit: Callable[[], None] | None = None
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
            if "locked" in str(error):
                raise StoreError(f"{path}: is locked: another mock uses it") from None
            raise StoreError(f"{path}: cannot be used as a database ({error})") from None
        self._file = None if path is None else _identity(path)
        #: Counts the changes of records and settings.
        self.changes = 0
        #: Gets what is read, while a row of a list is rendered.
        self.reads: Reads | None = None
        self._depth = 0
        self._begun = False
        # Statements that an in-memory database has yet to execute, and how many of them were there
        # before the running transaction.
        self._pending: list[tuple[str, Sequence[object]]] = []
        self._kept = 0
        self._rollback: list[Callable[[], None]] = []
        self._transaction = Transaction(self)
        # Without this, forgetting to close would be a ResourceWarning.
        weakref.finalize(self, self._db.close)

    def _prepare(self, *, fresh: bool) -> None:
        # A second process on the same file gets an error at once instead of half our state.
        self._db.execute("PRAGMA busy_timeout=0")
        self._db.execute("PRAGMA locking_mode=EXCLUSIVE")
        if fresh:
            # These are set before WAL, so that they are always in the main file.
            self._db.executescript(
                f"BEGIN; {_TABLES} PRAGMA application_id={APPLICATION_ID};"
                f" PRAGMA user_version={SCHEMA_VERSION}; COMMIT;"
            )
        else:
            # All of this only reads: a foreign file is left as it was.
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

    @property
    def transaction(self) -> Transaction:
        """A context manager: hold the lock and keep all writes of the block or, if it raises, none.

        Blocks nest; the outermost one decides.
        """
        return self._transaction

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction has begun; the lock is held."""
        return self._depth > 0

    def enter(self) -> None:
        """Begin a transaction or one within it; the lock is held until `leave`."""
        self.lock.acquire()
        if not self._depth:
            self._kept = len(self._pending)
        self._depth += 1

    def leave(self, *, keep: bool) -> None:
        """End the innermost transaction; the outermost one commits or rolls back."""
        try:
            if self._depth > 1:
                return
            if not keep:
                self._undo()
                return
            try:
                if self.before_commit is not None:
                    self.before_commit()
                if self._begun or len(self._pending) > _LONGEST_WAIT:
                    self._flush()
                if self._begun:
                    self._require_file()
                    self._db.execute("COMMIT")
                self._begun = False
                self._rollback.clear()
            except sqlite3.OperationalError as error:
                self._undo()
                raise self._failure(error) from None
            except BaseException:
                self._undo()
                raise
        finally:
            self._depth -= 1
            self.lock.release()

    def on_rollback(self, undo: Callable[[], None]) -> None:
        """Have a function called, last one first, if the running transaction is rolled back."""
        if self._depth:
            self._rollback.append(undo)

    def _undo(self) -> None:
        for undo in reversed(self._rollback):
            undo()
        self._rollback.clear()
        del self._pending[self._kept :]
        if self._begun:
            self._begun = False
            # An error of the disk may have rolled back already.
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")

    def read(self, sql: str, values: Sequence[object]) -> list[tuple[str, ...]]:
        """Return the rows of a query; the lock is held."""
        self._flush()
        return self._db.execute(sql, values).fetchall()

    def write(self, sql: str, values: Sequence[object]) -> None:
        """Execute a statement that writes; the lock is held.

        A file's database begins its transaction here and not before: most requests only read. One
        in memory executes it when its rows are next read, or together with many others: it
        is lost with the process anyway, and all that is read often is kept in memory as well.
        Whoever writes sees to it that SQLite can keep the values.

        Raises:
            StoreError: the disk is full, or fails.
        """
        if self.path is None:
            self._pending.append((sql, values))
            return
        self._begin()
        try:
            self._db.execute(sql, values)
        except sqlite3.OperationalError as error:
            raise self._failure(error) from None

    def write_many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Execute a statement that writes once for each row; the lock is held.

        Raises:
            StoreError: the disk is full, or fails.
        """
        self._flush()
        self._begin()
        try:
            self._db.executemany(sql, rows)
        except sqlite3.OperationalError as error:
            raise self._failure(error) from None

    def _flush(self) -> None:
        """Execute what is pending: of earlier transactions for good, of the running one in it."""
        if not self._pending:
            return
        pending, self._pending = self._pending, []
        earlier, own = pending[: self._kept], pending[self._kept :]
        self._kept = 0
        if earlier:
            self._db.execute("BEGIN")
            self._execute(earlier)
            self._db.execute("COMMIT")
        if own:
            self._begin()
            self._execute(own)

    def _execute(self, statements: Iterable[tuple[str, Sequence[object]]]) -> None:
        for sql, group in groupby(statements, itemgetter(0)):
            self._db.executemany(sql, [values for _, values in group])

    def _failure(self, error: sqlite3.OperationalError) -> StoreError:
        return StoreError(f"{self.path}: {error}; nothing of this was stored")

    def _require_file(self) -> None:
        """Check that what is written goes into the file that was opened.

        SQLite would go on writing into a file that was removed, and all of it would be lost.

        Raises:
            StoreError: it was removed, or another one is in its place.
        """
        if self.path is not None and _identity(self.path) != self._file:
            raise StoreError(
                f"{self.path}: the file was removed or replaced; nothing of this was stored"
            )

    def _begin(self) -> None:
        if self._depth and not self._begun:
            self._db.execute("BEGIN")
            self._begun = True


class Transaction:
    """The context manager of `Database.transaction`; stateless, so one serves all."""

    __slots__ = ("_database",)

    def __init__(self, database: Database) -> None:
        self._database = database

    def __enter__(self) -> None:
        self._database.enter()

    def __exit__(self, kind: object, *_: object) -> None:
        self._database.leave(keep=kind is None)


def _identity(path: str | Path) -> tuple[int, int] | None:
    """Return what tells a file from another one that takes its name; None if there is none."""
    try:
        status = Path(path).stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _inspect(path: Path) -> bool:
    """Return whether the file is to be created; refuse a foreign one by its header alone.

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
