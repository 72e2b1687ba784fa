"""The records of all accounts, and the indexes by which they are found."""

from __future__ import annotations

import uuid
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from crmkit_mock.monica.collation import folded
from crmkit_mock.shelves import Index

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Hashable, Iterable

    from crmkit_mock.rows import Row
    from crmkit_mock.store import Collection, Store

Record = dict[str, Any]

#: Ids of the accounts.
ACCOUNT_IDS = (1, 2)

#: The last character of Unicode, which sorts behind all others.
_LAST_CHARACTER = 0x10FFFF
_NAMESPACE = uuid.UUID("6d6f6e69-6361-4000-8000-63726d6b6974")


def owners(record: Record) -> Iterable[Hashable]:
    """Return the keys of a record: None for the account, and the ids of its contacts."""
    if "contacts" in record:
        return (None, *record["contacts"])
    owner = record.get("contact_is" if "contact_is" in record else "contact_id")
    return (None,) if owner is None else (None, owner)


#: All records of a kind by None, those of a contact by its id, in the order of creation.
BY_OWNER = Index(owners)


def visibility(contact: Record) -> Iterable[Hashable]:
    """Return the keys of a contact: "found" if searches find it, "listed" if lists have it too.

    Searches find archived contacts, but neither partial nor deleted ones.
    """
    if contact["is_partial"] or contact["deleted_at"]:
        return ()
    return ("found", "listed") if contact["is_active"] else ("found",)


@cache
def sort_index(*orders: str, keys: Callable[[Record], Iterable[Hashable]] = owners) -> Index:
    """Return the index that has records in an order.

    Those with equal values come in the order of their ids (assumption: the database promises
    none). Null comes before all else.

    Args:
        orders: Columns, each with a minus before it for the reverse; a later one has its say where
            records are equal in those before it.
        keys: Returns the keys of a record.
    """
    columns = [(order.removeprefix("-"), order.startswith("-")) for order in orders]

    def rank(record: Record) -> tuple[str, ...]:
        return tuple(
            _reversed(record[column] or "") if reverse else folded(record[column] or "")
            for column, reverse in columns
        )

    return Index(keys, order=rank)


def _reversed(value: str) -> str:
    """Return a str that sorts the other way round."""
    return "".join(chr(_LAST_CHARACTER - ord(character)) for character in value) + chr(
        _LAST_CHARACTER
    )


class Records:
    """Records by kind. Ids count over all accounts, as in the tables of a real server.

    `get` returns a copy to change; all else that is read is shared and must not be changed.

    Args:
        store: The database.
        crm: Name of the CRM in it.
    """

    def __init__(self, store: Store, crm: str) -> None:
        self._store = store
        self._crm = crm
        self._settings = store.settings(crm)
        self._collections: dict[str, Collection] = {}

    def _collection(self, kind: str) -> Collection:
        collection = self._collections.get(kind)
        if collection is None:
            collection = self._collections[kind] = self._store.collection(self._crm, kind)
        return collection

    def next_id(self, kind: str) -> int:
        """Return the next id of a kind."""
        return self._settings.next_number(f"id {kind}", 1)

    @contextmanager
    def as_id(self, kind: str, id: object) -> Generator[None]:
        """Give the next record of a kind this id; later ones go on behind all ids given.

        Args:
            kind: The kind.
            id: The id; None: the next one.

        Raises:
            ValueError: it is not a positive int, or there is a record with that id.
        """
        if id is None:
            yield
            return
        if type(id) is not int or id < 1:
            raise ValueError(f"{kind}: id must be an int >= 1, got {id!r}")
        if self.find(kind, id) is not None:
            raise ValueError(f"there is a {kind} with the id {id}")
        last = self._settings.get(f"id {kind}") or 0
        self._settings.set(f"id {kind}", id - 1)
        yield
        self._settings.set(f"id {kind}", max(last, self._settings.get(f"id {kind}")))

    def add(self, kind: str, account: int, columns: Record) -> Record:
        """Add a record with the next id; return it."""
        id = self.next_id(kind)
        record = {"id": id, "account_id": account, "uuid": make_uuid(kind, id), **columns}
        self._collection(kind).insert(str(account), str(id), record)
        return record

    def put(self, kind: str, record: Record, columns: Record) -> None:
        """Add a record of another kind beside a record, under its id."""
        self._collection(kind).insert(str(record["account_id"]), str(record["id"]), columns)

    def save(self, kind: str, record: Record) -> None:
        """Write a changed record back."""
        self._collection(kind).replace(str(record["account_id"]), str(record["id"]), record)

    def remove(self, kind: str, record: Record) -> None:
        """Delete a record."""
        self._collection(kind).delete(str(record["account_id"]), str(record["id"]))

    def get(self, kind: str, account: int, id: int) -> Record | None:
        """Return a copy of a record of an account, or None."""
        return self._collection(kind).get(str(account), str(id))

    def read(self, kind: str, account: int, id: int) -> Record | None:
        """Return a record of an account, or None."""
        return self._collection(kind).read(str(account), str(id))

    def find(self, kind: str, id: int) -> Record | None:
        """Return a record of any account, or None."""
        for account in ACCOUNT_IDS:
            record = self.read(kind, account, id)
            if record is not None:
                return record
        return None

    def all(self, kind: str, account: int) -> list[Record]:
        """Return all records of an account, in the order of their creation."""
        return self._collection(kind).all(str(account))

    def select(
        self,
        kind: str,
        account: int,
        index: Index,
        key: Hashable = None,
        *,
        limit: int = -1,
        offset: int = 0,
        reverse: bool = False,
    ) -> list[Record]:
        """Return the records of an account that an index has under a key, in its order."""
        return self._collection(kind).find(
            str(account), index, key, limit=limit, offset=offset, reverse=reverse
        )

    def count_of(self, kind: str, account: int, index: Index, key: Hashable = None) -> int:
        """Return the number of records of an account that an index has under a key."""
        return self._collection(kind).count_of(str(account), index, key)

    def row(
        self, key: tuple[Hashable, ...], record: Record, render: Callable[[Record], Record]
    ) -> Row:
        """Return the row of a record in a list, as `RowCache.row` does."""
        return self._store.rows.row((self._crm, *key), record, render)

    def count(self, kind: str) -> int:
        """Return the number of records of all accounts."""
        return self._collection(kind).count()


class YearCounts:
    """The number of records by year, which lists of calls and activities bring along.

    Args:
        kind: Kind of the records.
        column: Column with a date or datetime.
    """

    def __init__(self, kind: str, column: str) -> None:
        self._kind = kind
        self._column = column
        self._by_year = Index(
            lambda record: [(owner, record[column][:4]) for owner in owners(record)]
        )

    def latest(self, records: Records, account: int, contact: int | None) -> str | None:
        """Return the latest date or datetime of the records of a contact or account, or None."""
        return self._end(records, account, contact, reverse=True)

    def count(self, records: Records, account: int) -> dict[str, int] | list[int]:
        """Return the numbers of an account by year, newest first; `[]` where there are none."""
        newest = self._end(records, account, None, reverse=True)
        oldest = self._end(records, account, None, reverse=False)
        if newest is None or oldest is None:
            return []
        years = [f"{year:04}" for year in range(int(newest[:4]), int(oldest[:4]) - 1, -1)]
        counts = {
            year: records.count_of(self._kind, account, self._by_year, (None, year))
            for year in years
        }
        return {year: count for year, count in counts.items() if count}

    def _end(
        self, records: Records, account: int, contact: int | None, *, reverse: bool
    ) -> str | None:
        index = sort_index(self._column)
        found = records.select(self._kind, account, index, contact, limit=1, reverse=reverse)
        return found[0][self._column] if found else None


def make_uuid(kind: str, id: int) -> str:
    """Return the uuid of a record: always the same for the same kind and id."""
    return str(uuid.uuid5(_NAMESPACE, f"{kind}/{id}"))
