"""One account with its records, as the operations use it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from crmkit_mock.onepagecrm import codes

if TYPE_CHECKING:
    from datetime import datetime

    from crmkit_mock.store import Collection, Store

NAME = "onepagecrm"

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Records:
    """The records of one kind of one account."""

    collection: Collection
    tenant: str
    kind: str

    def all(self) -> list[Record]:
        """Return all records in the order of their creation."""
        return self.collection.page(self.tenant)

    def get(self, id: str) -> Record | None:
        """Return a record, or None."""
        return self.collection.get(self.tenant, id)

    def require(self, id: str) -> Record:
        """Return a record.

        Raises:
            Refusal: 106, there is none of that id.
        """
        record = self.get(id)
        if record is None:
            raise codes.refusal(codes.NOT_FOUND, f"There is no {self.kind} {id[:100]}")
        return record

    def of_contact(self, cid: str) -> list[Record]:
        """Return the records that belong to a contact."""
        return [record for record in self.all() if record["cid"] == cid]

    def add(self, record: Record, id: str | None = None) -> None:
        """Add a record under its own `id`, or another."""
        self.collection.insert(self.tenant, record["id"] if id is None else id, record)

    def save(self, record: Record) -> None:
        """Overwrite a record under its own `id`."""
        self.collection.replace(self.tenant, record["id"], record)

    def remove(self, id: str) -> None:
        """Delete a record."""
        self.collection.delete(self.tenant, id)

    def count(self) -> int:
        """Return the number of records."""
        return self.collection.count(self.tenant)


@dataclass(frozen=True)
class Account:
    """One account at one moment.

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
        """Contacts; hidden members tell when they were added, edited and viewed."""
        return self._records("contact")

    @cached_property
    def actions(self) -> Records:
        """Actions, in the form of the wire."""
        return self._records("action")

    @cached_property
    def notes(self) -> Records:
        """Notes and deals, in the form of the wire but without `contact`."""
        return self._records("note")

    @cached_property
    def tags(self) -> Records:
        """Custom tags; their names are their ids."""
        return self._records("tag")

    @cached_property
    def filters(self) -> Records:
        """Custom filters, in the form of the wire."""
        return self._records("filter")

    @cached_property
    def settings(self) -> Record:
        """What there is once: user, settings, key, limits, the contact deleted last.

        Changes stay only after `save_settings`.
        """
        return self._own.require(self.uid)

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
        return Records(self.store.collection(NAME, kind), tenant, kind)


def accounts(store: Store) -> list[Record]:
    """Return the settings of all accounts."""
    return store.collection(NAME, "account").page("")
