"""A table of DuckDB that mirrors a list, with the cursor up to which it was read."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import duckdb

from .columns import Columns
from .database import arrow_view, quoted
from .errors import CommandError
from .resources import find_field

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable
    from pathlib import Path

    from .lists import Listing

__all__ = ["Counts", "Mirror"]

#: The table of what was read into the others, and the column of when a record was missed.
_STATE, _GONE = "_crmkit_sync", "_gone_at"
_SEEN = "_crmkit_seen"


@dataclass
class Counts:
    """What a run has found.

    Args:
        new: Records that the table did not have.
        changed: Records that it had otherwise.
        gone: Records that are no more.
    """

    new: int = 0
    changed: int = 0
    gone: int = 0


class Mirror:
    """A table that mirrors a list. It is made, or gets the columns that the list has got.

    Args:
        database: The database, open.
        path: Its path, for errors.
        listing: The list, after whose resource the table is called.
        server: Base URL of the server.

    Attributes:
        cursor: Up to where changes were read; None if the whole list has to be.

    Raises:
        CommandError: Records have no id, the table mirrors another list or none, or a column has
            got another type.
    """

    def __init__(self, database: Any, path: Path, listing: Listing, server: str) -> None:
        self.path = path
        self.counts = Counts()
        self.cursor: str | None = None
        self._database = database
        self._name = listing.resource.name
        self._table = quoted(self._name)
        self._source = (listing.resource.crm, server)
        if find_field("id", listing.columns) is None:
            raise CommandError(f"{self._name} have no id, by which they could be kept; export them")
        self._columns = Columns(listing.resource, listing.columns)
        with self._transaction() as run:
            run(
                f"CREATE TABLE IF NOT EXISTS {_STATE} "
                "(name VARCHAR, crm VARCHAR, server VARCHAR, cursor VARCHAR, synced_at TIMESTAMPTZ)"
            )
            self._open()
        database.execute(f"CREATE TEMP TABLE {_SEEN} AS SELECT id FROM {self._table} LIMIT 0")

    def _open(self) -> None:
        run, name = self._database.execute, self._name
        sql = f"SELECT crm, server, cursor FROM {_STATE} WHERE name = ?"
        state = run(sql, [name]).fetchone()
        is_there = run("SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [name]).fetchone()
        if state is not None and state[:2] != self._source:
            raise CommandError(
                f"{self.path}: the table {name} is of {state[0]} at {state[1]}, not of "
                f"{self._source[0]} at {self._source[1]}; use another file"
            )
        if state is None and is_there:
            raise CommandError(
                f"{self.path}: the table {name} was not made by crmkit sync; rename it, or use "
                "another file"
            )
        if state is not None and is_there:
            self.cursor = state[2]
            self._add_columns()
            return
        with arrow_view(self._database, self._columns.schema.empty_table()) as view:
            run(f"CREATE TABLE {self._table} AS SELECT *, NULL::TIMESTAMPTZ AS {_GONE} FROM {view}")
        run(f"DELETE FROM {_STATE} WHERE name = ?", [name])
        run(f"INSERT INTO {_STATE} VALUES (?, ?, ?, NULL, NULL)", [name, *self._source])

    def _add_columns(self) -> None:
        has = self._types(self._table)
        with arrow_view(self._database, self._columns.schema.empty_table()) as view:
            types = self._types(view)
        for column, type_ in types.items():
            if column not in has:
                self._database.execute(
                    f"ALTER TABLE {self._table} ADD COLUMN {quoted(column)} {type_}"
                )
            elif has[column] != type_:
                raise CommandError(
                    f"{self.path}: column {column} of {self._name} is {has[column]}, and the list "
                    f"has {type_}; rename the table, and the next run makes a new one"
                )

    def write(self, rows: Iterable[dict[str, Any]], cursor: str | None = None) -> None:
        """Write records, and how far changes were read, in one transaction.

        Args:
            rows: The records; of several with one id, the last counts.
            cursor: The cursor; None leaves the one that there is.
        """
        batch = self._columns.batch({row["id"]: row for row in rows}.values())
        with self._transaction() as run, arrow_view(self._database, batch) as view:
            names = ", ".join(map(quoted, self._columns.schema.names))
            there = f"SELECT id FROM {self._table}"
            (new,) = run(f"SELECT count(*) FROM {view} WHERE id NOT IN ({there})").fetchone()
            same = f"SELECT {names} FROM {self._table} WHERE {_GONE} IS NULL"
            (other,) = run(
                f"SELECT count(*) FROM (SELECT {names} FROM {view} EXCEPT ALL {same})"
            ).fetchone()
            run(f"DELETE FROM {self._table} WHERE id IN (SELECT id FROM {view})")
            run(f"INSERT INTO {self._table} BY NAME SELECT * FROM {view}")
            run(f"INSERT INTO {_SEEN} SELECT id FROM {view}")
            if cursor is not None:
                self._store(cursor)
        self.counts.new += new
        self.counts.changed += other - new

    def unseen(self) -> list[Any]:
        """Return the ids of records that are in the table and were not written by this run."""
        sql = (
            f"SELECT id FROM {self._table} "
            f"WHERE {_GONE} IS NULL AND id NOT IN (SELECT id FROM {_SEEN}) ORDER BY id"
        )
        return [id for (id,) in self._database.execute(sql).fetchall()]

    def finish(self, gone: Iterable[Any], cursor: str | None) -> None:
        """Mark records that are gone, and write how far changes were read.

        Args:
            gone: Their ids.
            cursor: The cursor; None if the list has no changes.
        """
        ids, now = list(gone), datetime.now(UTC)
        with self._transaction() as run:
            run(f"UPDATE {self._table} SET {_GONE} = ? WHERE id IN (SELECT unnest(?))", [now, ids])
            self._store(cursor)
        self.counts.gone += len(ids)

    def _store(self, cursor: str | None) -> None:
        self._database.execute(
            f"UPDATE {_STATE} SET cursor = ?, synced_at = ? WHERE name = ?",
            [cursor, datetime.now(UTC), self._name],
        )

    def _types(self, table: str) -> dict[str, str]:
        rows = self._database.execute(f"DESCRIBE {table}").fetchall()
        return {row[0]: row[1] for row in rows}

    @contextmanager
    def _transaction(self) -> Generator[Any]:
        self._database.begin()
        try:
            yield self._database.execute
            self._database.commit()
        except BaseException:
            with suppress(duckdb.TransactionException):  # what cannot be committed has ended
                self._database.rollback()
            raise
