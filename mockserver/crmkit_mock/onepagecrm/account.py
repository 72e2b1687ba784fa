"""One account with its records, as the operations use it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from crmkit_mock.onepagecrm.errors import not_found

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable
    from datetime import datetime

    from crmkit_mock.rows import Row, RowCache
    from crmkit_mock.shelves import Index
    from crmkit_mock.store import Collection, Store

NAME = "onepagecrm"

Record = dict[str, Any]


@dataclass(slots=True, eq=False)  # not frozen: that takes longer to make
class Records:
    """The records of one kind of one account.

    `get` and `require` return copies. The others return what is kept, which must not be changed.
    """

    collection: Collection
    tenant: str
    kind: str
    rows: RowCache

    def all(self, *, limit: int = -1, offset: int = 0) -> list[Record]:
        """Return the records in the order of their creation; `limit` -1 means all."""
        return self.collection.all(self.tenant, limit=limit, offset=offset)

    def find(
        self,
        index: Index,
        key: Hashable = None,
        *,
        limit: int = -1,
        offset: int = 0,
        reverse: bool = False,
    ) -> list[Record]:
        """Return the records that an index has under a key, in its order or from its end."""
        return self.collection.find(
            self.tenant, index, key, limit=limit, offset=offset, reverse=reverse
        )

    def first(self, index: Index, key: Hashable) -> Record | None:
        """Return the first record that an index has under a key, or None."""
        return next(iter(self.find(index, key, limit=1)), None)

    def row(self, record: Record, render: Callable[[Record], Record]) -> Row:
        """Return the row of a record in lists, as `RowCache.row` does."""
        key = (NAME, self.kind, self.tenant, record["id"])
        return self.rows.row(key, record, render)

    def count(self, index: Index | None = None, key: Hashable = None) -> int:
        """Return the number of records, or of those that an index has under a key."""
        if index is None:
            return self.collection.count(self.tenant)
        return self.collection.count_of(self.tenant, index, key)

    def counts(self, index: Index, keys: Iterable[Hashable]) -> dict[Hashable, int]:
        """Return what `count` returns for each of several keys."""
        return self.collection.counts_of(self.tenant, index, keys)

    def counts_after(self, indexes: Iterable[Index], value: Any) -> list[int]:
        """Return how many records each of some indexes has under None, in order above a value."""
        return self.collection.counts_after(self.tenant, indexes, value)

    def total(self, index: Index, key: Hashable) -> float:
        """Return the sum of the amounts of the records that an index has under a key."""
        return self.collection.total_of(self.tenant, index, key)

    def keys(self, index: Index) -> list[Hashable]:
        """Return the keys under which an index has records."""
        return self.collection.keys(self.tenant, index)

    def get(self, id: str) -> Record | None:
        """Return a record, or None."""
        return self.collection.get(self.tenant, id)

    def read(self, id: str) -> Record | None:
        """Return a record as it is kept, or None."""
        return self.collection.read(self.tenant, id)

    def require(self, id: str) -> Record:
        """Return a record.

        Raises:
            Refusal: 106, there is none of that id.
        """
        record = self.get(id)
        if record is None:
            raise not_found(self.kind, id)
        return record

    def add(self, record: Record, id: str | None = None) -> None:
        """Add a record under its own `id`, or another."""
        self.collection.insert(self.tenant, record["id"] if id is None else id, record)

    def save(self, record: Record) -> None:
        """Overwrite a record under its own `id`."""
        self.collection.replace(self.tenant, record["id"], record)

    def remove(self, id: str) -> None:
        """Delete a record."""
        self.collection.delete(self.tenant, id)


@dataclass(frozen=True)
class Account:
    """One account at one time.

    Attributes:
        store: The database.
        uid: Id of the account's only user.
        now: Time of the request.
    """

    store: Store
    uid: str
    now: datetime

    @cached_property
    def contacts(self) -> Records:
        """Contacts; hidden fields say when they were added, edited and viewed."""
        return self._records("contact")

    @cached_property
    def actions(self) -> Records:
        """Actions, as replies show them."""
        return self._records("action")

    @cached_property
    def notes(self) -> Records:
        """Notes and deals, as replies show them but without `contact`."""
        return self._records("note")

    @cached_property
    def tags(self) -> Records:
        """Custom tags; their names are their ids."""
        return self._records("tag")

    @cached_property
    def filters(self) -> Records:
        """Custom filters, as replies show them."""
        return self._records("filter")

    @cached_property
    def settings(self) -> Record:
        """What an account has once: user, settings, key, limits, the contact deleted last.

        Its members may be replaced, not changed in place; that is kept only by `save_settings`.
        """
        return dict(self._own.read(self.uid) or {})

    def save_settings(self) -> None:
        """Keep the changes of `settings`."""
        self._own.save({**self.settings, "id": self.uid})

    def new_id(self) -> str:
        """Return an id that no record has."""
        number = self.store.settings(NAME).next_number("id", 1)
        return f"4fcc7092638190{number:010x}"

    @property
    def _own(self) -> Records:
        return self._records("account")

    def _records(self, kind: str) -> Records:
        # All accounts are kept together, so that one can be found by its address at login.
        tenant = "" if kind == "account" else self.uid
        return Records(self.store.collection(NAME, kind), tenant, kind, self.store.rows)


def account_settings(store: Store) -> list[Record]:
    """Return the settings of all accounts, as they are kept."""
    return store.collection(NAME, "account").all("")
