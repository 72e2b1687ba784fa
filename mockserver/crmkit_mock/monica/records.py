"""The rows of all accounts, and which of them belong to which contact."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from crmkit_mock.store import Collection, Store

Row = dict[str, Any]

#: Ids of the accounts.
ACCOUNTS = (1, 2)

_NAMESPACE = uuid.UUID("6d6f6e69-6361-4000-8000-63726d6b6974")
_LINKS = "link"


class Records:
    """Rows by kind. Ids count over all accounts, as in the tables of a real server.

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

    def add(self, kind: str, account: int, columns: Row) -> Row:
        """Add a row with the next id; return it."""
        id = self.next_id(kind)
        row = {"id": id, "account_id": account, "uuid": make_uuid(kind, id), **columns}
        self._collection(kind).insert(str(account), str(id), row)
        return row

    def put(self, kind: str, row: Row, columns: Row) -> None:
        """Add a row of another kind beside a row, under its id."""
        self._collection(kind).insert(str(row["account_id"]), str(row["id"]), columns)

    def get(self, kind: str, account: int, id: int) -> Row | None:
        """Return a row of an account, or None."""
        return self._collection(kind).get(str(account), str(id))

    def find(self, kind: str, id: int) -> Row | None:
        """Return a row of whatever account, or None."""
        for account in ACCOUNTS:
            row = self.get(kind, account, id)
            if row is not None:
                return row
        return None

    def keep(self, kind: str, row: Row) -> None:
        """Write a changed row back."""
        self._collection(kind).replace(str(row["account_id"]), str(row["id"]), row)

    def remove(self, kind: str, row: Row) -> None:
        """Delete a row."""
        self._collection(kind).delete(str(row["account_id"]), str(row["id"]))

    def all(self, kind: str, account: int) -> list[Row]:
        """Return all rows of an account, in the order of their creation."""
        return self._collection(kind).page(str(account))

    def count(self, kind: str) -> int:
        """Return the number of rows of all accounts."""
        return self._collection(kind).count()

    def ids(self, kind: str, account: int, order: Callable[[list[Row]], list[int]]) -> list[int]:
        """Return what a function makes of all rows, made once until one of the kind changes.

        Args:
            kind: The kind.
            account: The account.
            order: Gives ids of rows in some order; the same function object each time.
        """
        return self._collection(kind).view(str(account), order)

    def attach(self, contact: Row, kind: str, id: int) -> None:
        """Note that a row belongs to a contact."""
        body = {"kind": kind, "id": id}
        self._collection(_LINKS).insert(_holder(contact), f"{kind}/{id}", body)

    def detach(self, contact: Row, kind: str, id: int) -> bool:
        """Note that a row belongs to a contact no more; return whether it did."""
        return self._collection(_LINKS).delete(_holder(contact), f"{kind}/{id}")

    def attached(self, contact: Row) -> dict[str, list[int]]:
        """Return the ids of the rows that belong to a contact, by kind, in order."""
        found: dict[str, list[int]] = {}
        for link in self._collection(_LINKS).page(_holder(contact)):
            found.setdefault(link["kind"], []).append(link["id"])
        return found

    def is_attached(self, contact: Row, kind: str, id: int) -> bool:
        """Return whether a row belongs to a contact."""
        return self._collection(_LINKS).get(_holder(contact), f"{kind}/{id}") is not None


def _holder(contact: Row) -> str:
    return f"{contact['account_id']}/{contact['id']}"


def make_uuid(kind: str, id: int) -> str:
    """Return the uuid of a row: always the same for the same kind and id."""
    return str(uuid.uuid5(_NAMESPACE, f"{kind}/{id}"))
