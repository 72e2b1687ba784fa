"""The state of a mock EspoCRM: records by entity type, and the rows of its relations."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from crmkit_mock.espocrm.fields import Link
    from crmkit_mock.store import Collection, Settings, Store

Record = dict[str, Any]

_TENANT = ""
_FILES = "bytes of files"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a relation: two records, and what is said of them together."""

    left: str
    right: str
    columns: Mapping[str, Any]

    def far(self, near: str) -> str:
        """Return the id at the other end."""
        return self.right if near == "left" else self.left


class Data:
    """Records and relations of one mock.

    What it hands out is shared: a record is replaced, never changed in place.

    Args:
        store: The database.
        name: Name of the CRM in it.
        settings: Counters of the CRM.
    """

    def __init__(self, store: Store, name: str, settings: Settings) -> None:
        self._store = store
        self._name = name
        self.settings = settings

    def all(self, entity: str) -> list[Record]:
        """Return the records of an entity type in the order of their creation."""
        return self._records(entity).view(_TENANT, _not_deleted)

    def kept(self, entity: str, id: object) -> Record | None:
        """Return a record, be it deleted; None if there is none of that id."""
        return self._records(entity).get(_TENANT, id) if isinstance(id, str) and id else None

    def find(self, entity: str, id: object) -> Record | None:
        """Return a record; None if there is none of that id, or if it is deleted."""
        record = self.kept(entity, id)
        return None if record is None or record["deleted"] else record

    def there(self, entity: str, id: str) -> Record:
        """Return a record that is known to be there.

        Raises:
            LookupError: it is not.
        """
        record = self.kept(entity, id)
        if record is None:
            raise LookupError(f"there is no {entity} {id}")
        return record

    def name_of(self, entity: str, id: object) -> str | None:
        """Return the name of a record; None if there is none."""
        record = self.find(entity, id)
        return None if record is None else display_name(record)

    def insert(self, entity: str, record: Record) -> None:
        """Add a record.

        Raises:
            ValueError: there is one of that id.
        """
        self._records(entity).insert(_TENANT, record["id"], record)

    def replace(self, entity: str, record: Record) -> None:
        """Put a record in the place of the one of its id."""
        self._records(entity).replace(_TENANT, record["id"], record)

    def next_number(self, name: str) -> int:
        """Count on, from 1."""
        return self.settings.next_number(f"number of {name}", 1)

    def read_file(self, id: str) -> bytes:
        """Return the bytes of a file; none if none were written."""
        kept = self._store.collection(self._name, _FILES).get(_TENANT, id)
        return b"" if kept is None else base64.b64decode(kept["bytes"])

    def write_file(self, id: str, whole: bytes) -> None:
        """Keep the bytes of a file."""
        files = self._store.collection(self._name, _FILES)
        record = {"bytes": base64.b64encode(whole).decode("ascii")}
        if not files.replace(_TENANT, id, record):
            files.insert(_TENANT, id, record)

    # Relations.

    def rows(self, relation: str) -> list[Row]:
        """Return the rows of a relation in the order of their creation."""
        return self._rows(relation).view(_TENANT, _read_rows)

    def linked(self, link: Link, id: str) -> list[Row]:
        """Return the rows of a link of one record."""
        rows = self._rows(link.relation)
        index = rows.view(_TENANT, _by_left if link.near == "left" else _by_right)
        return index.get(id, [])

    def relate(
        self, link: Link, id: str, other: str, columns: Mapping[str, Any] | None = None
    ) -> None:
        """Add a row to a relation, or set columns of the row that is there."""
        left, right = (id, other) if link.near == "left" else (other, id)
        rows = self._rows(link.relation)
        key = f"{left} {right}"
        kept = rows.get(_TENANT, key)
        if kept is None:
            rows.insert(
                _TENANT, key, {"left": left, "right": right, "columns": dict(columns or {})}
            )
        elif columns:
            rows.replace(_TENANT, key, {**kept, "columns": {**kept["columns"], **columns}})

    def unrelate(self, link: Link, id: str, other: str) -> None:
        """Remove a row from a relation, if it is there."""
        left, right = (id, other) if link.near == "left" else (other, id)
        self._rows(link.relation).delete(_TENANT, f"{left} {right}")

    def _records(self, entity: str) -> Collection:
        return self._store.collection(self._name, entity)

    def _rows(self, relation: str) -> Collection:
        return self._store.collection(self._name, f"{relation} rows")


def display_name(record: Record) -> str | None:
    """Return what stands for a record where another one names it."""
    name = record.get("name")
    if name is None:
        # People have theirs in parts; a lead may be known by its company alone.
        parts = (record.get("firstName"), record.get("middleName"), record.get("lastName"))
        name = " ".join(part for part in parts if part) or record.get("accountName")
    return name


def _not_deleted(records: Iterable[Record]) -> list[Record]:
    return [record for record in records if not record["deleted"]]


def _read_rows(rows: Iterable[Record]) -> list[Row]:
    return [Row(row["left"], row["right"], row["columns"]) for row in rows]


def _by_left(rows: Iterable[Record]) -> dict[str, list[Row]]:
    index: dict[str, list[Row]] = {}
    for row in _read_rows(rows):
        index.setdefault(row.left, []).append(row)
    return index


def _by_right(rows: Iterable[Record]) -> dict[str, list[Row]]:
    index: dict[str, list[Row]] = {}
    for row in _read_rows(rows):
        index.setdefault(row.right, []).append(row)
    return index
