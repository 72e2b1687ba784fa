"""Counters and settings of the mock CRMs, kept in memory and written when a transaction ends."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from crmkit_mock.json_text import to_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from crmkit_mock.database import Database

#: Types of JSON values that need no copy.
_SCALARS = frozenset({str, int, bool, type(None)})
_REPLACE = "INSERT OR REPLACE INTO settings VALUES (?,?,?)"


class SettingsTable:
    """The settings of all CRMs.

    All of one CRM are read from the database when one is first asked for.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        database.before_commit = self._flush
        self._values: dict[str, dict[str, Any]] = {}
        self._unwritten: set[tuple[str, str]] = set()

    def all(self, crm: str) -> dict[str, Any]:
        """Return the settings of one CRM, as they are kept; the lock is held."""
        values = self._values.get(crm)
        if values is None:
            rows = self._database.read("SELECT name, value FROM settings WHERE crm=?", (crm,))
            values = self._values[crm] = {name: json.loads(value) for name, value in rows}
        return values

    def set(self, crm: str, name: str, value: object) -> None:
        """Keep a setting of one CRM; it is written when the transaction ends."""
        with self._database.lock:
            values = self.all(crm)
            if not self._unwritten:
                self._database.on_rollback(self._forget)
            values[name] = value
            self._database.changes += 1
            self._unwritten.add((crm, name))
            if not self._database.in_transaction:
                with self._database.transaction:
                    self._database.on_rollback(self._forget)

    def clear(self, crm: str | None, settings: Iterable[tuple[str, object]] = ()) -> None:
        """Delete the settings of one CRM, or of all; the lock is held in a transaction.

        Args:
            crm: Name of the CRM; None: all.
            settings: Names and values that the CRM has then.
        """
        self._database.on_rollback(self._forget)
        # Whatever else is kept here is written first, or it would be lost with the rest.
        self._unwritten = {key for key in self._unwritten if crm not in (None, key[0])}
        self._flush()
        self._values.clear()
        self._database.changes += 1
        # A null matches every row.
        self._database.write("DELETE FROM settings WHERE crm=coalesce(?, crm)", (crm,))
        rows = [(crm, name, to_json(value)) for name, value in settings]
        self._database.write_many("INSERT INTO settings VALUES (?,?,?)", rows)

    def snapshot(self, crm: str) -> Mapping[str, Any]:
        """Return a copy of the settings of one CRM; the lock is held."""
        return {name: _copy(value) for name, value in sorted(self.all(crm).items())}

    def _flush(self) -> None:
        if not self._unwritten:
            return
        for crm, name in sorted(self._unwritten):
            value = self._values[crm][name]
            name.encode()  # half a surrogate pair, which SQLite cannot keep, fails here
            text = str(value) if type(value) is int else to_json(value)
            self._database.write(_REPLACE, (crm, name, text))
        self._unwritten.clear()

    def _forget(self) -> None:
        self._database.changes += 1
        self._values.clear()
        self._unwritten.clear()


class Settings:
    """Counters and settings of one CRM, JSON values by name. They roll back with the records."""

    __slots__ = ("_crm", "_database", "_table")

    def __init__(self, database: Database, table: SettingsTable, crm: str) -> None:
        self._database = database
        self._table = table
        self._crm = crm

    def get(self, name: str) -> Any:
        """Return a value, or None if it was never set."""
        database = self._database
        with database.lock:
            value = self._table.all(self._crm).get(name)
            if database.reads is not None:
                database.reads.add_value(partial(self._value, name), value)
        return value if type(value) in _SCALARS else _copy(value)

    def _value(self, name: str) -> Any:
        return self._table.all(self._crm).get(name)

    def read_time(self) -> None:
        """Note that what is being rendered depends on a time that passes by itself."""
        if self._database.reads is not None:
            self._database.reads.lasting = False

    def set(self, name: str, value: object) -> None:
        """Keep a JSON value under a name."""
        self._table.set(self._crm, name, _copy(value))

    def next_number(self, name: str, first: int) -> int:
        """Count on: return `first` at the first call, then one more each time."""
        with self._database.lock:
            last = self._value(name)
            number = first if last is None else int(last) + 1
            self._table.set(self._crm, name, number)
        return number


def _copy(value: object) -> Any:
    """Return a JSON value as its text would bring it back."""
    return value if type(value) in _SCALARS else json.loads(to_json(value))
