"""The state of a mock EspoCRM: records by entity type, and the rows of its relations."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from crmkit_mock.espocrm.folding import fold
from crmkit_mock.store import Index

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping

    from crmkit_mock.espocrm.fields import Link
    from crmkit_mock.rows import Row as ListRow
    from crmkit_mock.store import Collection, Settings, Store

Record = dict[str, Any]

#: What names a lead without a person's name.
LEAD_NAMES = ("accountName", "emailAddress", "phoneNumber")

_TENANT = ""
_FILES = "bytes of files"
_OUTBOX = "outbox"


def _unless_deleted(record: Record, keys: Iterable[Any]) -> Iterable[Any]:
    return () if record["deleted"] else keys


#: Records that are not deleted, in the order of their creation.
_NOT_DELETED = Index(lambda record: _unless_deleted(record, (None,)))
#: Records that are not deleted by their e-mail addresses in lower case.
_BY_ADDRESS = Index(
    lambda record: _unless_deleted(
        record, (entry["lower"] for entry in record.get("emailAddressData") or ())
    )
)
_BY_LEFT = Index(lambda row: (row["left"],))
_BY_RIGHT = Index(lambda row: (row["right"],))


@cache
def _by_attribute(*attributes: str) -> Index:
    """Return the index of records that are not deleted by the values of attributes."""
    return Index(
        lambda record: _unless_deleted(
            record, [value for name in attributes if (value := record.get(name)) is not None]
        )
    )


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a relation: two records and the columns that describe their connection."""

    left: str
    right: str
    columns: Mapping[str, Any]

    def far(self, near: str) -> str:
        """Return the id at the other end."""
        return self.right if near == "left" else self.left


class Change(NamedTuple):
    """A record that was written.

    Attributes:
        entity: Name of the entity type.
        before: The record as it was; None if it is new.
        after: The record as it is.
    """

    entity: str
    before: Record | None
    after: Record


class Data:
    """Records and relations of one mock.

    Records that it returns are shared: replace them, never change them in place.

    Args:
        store: The database.
        name: Name of the CRM in it.
        settings: Counters of the CRM.
        changes: Gets what is inserted and replaced, for webhooks; None: nothing is noted.
    """

    def __init__(
        self, store: Store, name: str, settings: Settings, changes: list[Change] | None = None
    ) -> None:
        self._store = store
        self._name = name
        self.settings = settings
        self._changes = changes

    def all(self, entity: str) -> list[Record]:
        """Return the records of an entity type in the order of their creation."""
        return self.find_all(entity, _NOT_DELETED)

    def find_all(
        self,
        entity: str,
        index: Index,
        key: Any = None,
        *,
        limit: int = -1,
        offset: int = 0,
        reverse: bool = False,
    ) -> list[Record]:
        """Return the records that an index has under a key.

        Args:
            entity: Name of the entity type.
            index: An index of records that are not deleted.
            key: The key.
            limit: Maximum number of records; -1 for all.
            offset: Number of records to skip.
            reverse: Whether to read the index from its end.
        """
        records = self._records(entity)
        return records.find(_TENANT, index, key, limit=limit, offset=offset, reverse=reverse)

    def count(self, entity: str, index: Index, key: Any = None) -> int:
        """Return the number of records that an index has under a key."""
        return self._records(entity).count_of(_TENANT, index, key)

    def with_value(self, entity: str, value: object, *attributes: str) -> list[Record]:
        """Return the records that have a value in one of some attributes."""
        return self.find_all(entity, _by_attribute(*attributes), value)

    def with_address(self, entity: str, address: str) -> list[Record]:
        """Return the records that have an e-mail address, which is in lower case."""
        return self.find_all(entity, _BY_ADDRESS, address)

    def find_any(self, entity: str, id: object) -> Record | None:
        """Return a record, even a deleted one, or None.

        The database compares ids like any other str: without case, accents and padding.
        """
        if not isinstance(id, str) or not id:
            return None
        records = self._records(entity)
        return records.read(_TENANT, id) or records.read(_TENANT, fold(id))

    def find(self, entity: str, id: object) -> Record | None:
        """Return a record that is not deleted, or None."""
        record = self.find_any(entity, id)
        return None if record is None or record["deleted"] else record

    def get(self, entity: str, id: str) -> Record:
        """Return a record that must exist.

        Raises:
            LookupError: it does not.
        """
        record = self.find_any(entity, id)
        if record is None:
            raise LookupError(f"there is no {entity} {id}")
        return record

    def name_of(self, entity: str, id: object) -> str | None:
        """Return the name of a record, or None if there is none of that id."""
        record = self.find(entity, id)
        return None if record is None else display_name(record)

    def row(
        self, key: tuple[Hashable, ...], record: Record, render: Callable[[Record], Record]
    ) -> ListRow:
        """Return the row of a record in a list, as `RowCache.row` does."""
        return self._store.rows.row((self._name, *key), record, render)

    def insert(self, entity: str, record: Record) -> None:
        """Add a record.

        Raises:
            ValueError: there is a record with that id.
        """
        self._records(entity).insert(_TENANT, record["id"], record)
        if self._changes is not None:
            self._changes.append(Change(entity, None, dict(record)))

    def replace(self, entity: str, record: Record) -> None:
        """Replace the record with the same id."""
        if self._changes is not None:
            before = self.find_any(entity, record["id"])
            self._changes.append(Change(entity, before, dict(record)))
        self._records(entity).replace(_TENANT, record["id"], record)

    def next_number(self, name: str) -> int:
        """Return the next value of a counter, which starts at 1."""
        return self.settings.next_number(f"number of {name}", 1)

    def read_file(self, id: str) -> bytes:
        """Return the bytes of a file, empty if none were written."""
        stored = self._store.collection(self._name, _FILES).read(_TENANT, id)
        return b"" if stored is None else base64.b64decode(stored["bytes"])

    def write_file(self, id: str, content: bytes) -> None:
        """Store the bytes of a file."""
        files = self._store.collection(self._name, _FILES)
        record = {"bytes": base64.b64encode(content).decode("ascii")}
        if not files.replace(_TENANT, id, record):
            files.insert(_TENANT, id, record)

    def outbox(self) -> list[Record]:
        """Return copies of the messages sent, oldest first."""
        return self._store.collection(self._name, _OUTBOX).page(_TENANT)

    def add_to_outbox(self, message: Record) -> None:
        """Add a message to those sent."""
        outbox = self._store.collection(self._name, _OUTBOX)
        outbox.insert(_TENANT, str(outbox.count(_TENANT) + 1), message)

    # Relations.

    def linked(self, link: Link, id: str) -> list[Row]:
        """Return the rows of a link of one record."""
        index = _BY_LEFT if link.near == "left" else _BY_RIGHT
        return [_row(row) for row in self._rows(link.relation).find(_TENANT, index, id)]

    def related(self, link: Link, id: str, other: str | None) -> Row | None:
        """Return the row that links two records, or None."""
        if other is None:
            return None
        other = self._id_of(link.entity, other)
        row = self._rows(link.relation).read(_TENANT, _key(link, id, other))
        return None if row is None else _row(row)

    def relate(
        self,
        link: Link,
        id: str,
        other: str,
        columns: Mapping[str, Any] | None = None,
        *,
        initial: Mapping[str, Any] | None = None,
    ) -> bool:
        """Add a row to a relation, or set columns of the existing row.

        A row that was deleted comes back with the columns that it had.

        Args:
            link: The link.
            id: Id of the record.
            other: Id of the record at the other end.
            columns: Columns to set.
            initial: Columns of a row that never was.

        Returns:
            Whether a row was added.
        """
        other = self._id_of(link.entity, other)
        left, right = (id, other) if link.near == "left" else (other, id)
        rows = self._rows(link.relation)
        key = _key(link, id, other)
        row = rows.read(_TENANT, key)
        if row is None:
            former = self._former_rows(link.relation).read(_TENANT, key)
            known = (initial or {}) if former is None else former["columns"]
            added = {"left": left, "right": right, "columns": {**known, **(columns or {})}}
            rows.insert(_TENANT, key, added)
        elif columns:
            rows.replace(_TENANT, key, {**row, "columns": {**row["columns"], **columns}})
        return row is None

    def unrelate(self, link: Link, id: str, other: str) -> None:
        """Delete a row of a relation, if it exists; its columns are kept."""
        key = _key(link, id, self._id_of(link.entity, other))
        row = self._rows(link.relation).read(_TENANT, key)
        self._rows(link.relation).delete(_TENANT, key)
        if row is not None and row["columns"]:
            former = self._former_rows(link.relation)
            if not former.replace(_TENANT, key, row):
                former.insert(_TENANT, key, row)

    def _id_of(self, entity: str, id: str) -> str:
        """Return the id of a record as it is stored."""
        record = self.find_any(entity, id)
        return id if record is None else str(record["id"])

    def _records(self, entity: str) -> Collection:
        return self._store.collection(self._name, entity)

    def _rows(self, relation: str) -> Collection:
        return self._store.collection(self._name, f"{relation} rows")

    def _former_rows(self, relation: str) -> Collection:
        return self._store.collection(self._name, f"{relation} former rows")


def display_name(record: Record) -> str | None:
    """Return the name that other records show for a record."""
    name = record.get("name")
    if name is None:
        # People have theirs in parts, of which the middle name is not shown.
        parts = (record.get("firstName"), record.get("lastName"))
        name = " ".join(part for part in parts if part is not None) or None
    return name or next((record[other] for other in LEAD_NAMES if record.get(other)), None)


def _row(row: Record) -> Row:
    return Row(row["left"], row["right"], row["columns"])


def _key(link: Link, id: str, other: str) -> str:
    return f"{id} {other}" if link.near == "left" else f"{other} {id}"
