"""Records in memory, in order and by index: what the store reads, SQLite only keeps it."""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import attrgetter
from typing import Any, TypeVar

Record = dict[str, Any]
T = TypeVar("T")

_rank = attrgetter("rank")
_position = attrgetter("position")


def _under_none(_record: Record) -> tuple[None]:
    return (None,)


@dataclass(frozen=True, eq=False, slots=True)
class Index:
    """A way to find records by key, and to walk them in order, without reading all of them.

    Declare it once, at a module's top level. It is built when a collection is first asked by it
    and kept up to date by every insert, replace and delete, also of a transaction undone.

        BY_EMAIL = Index(lambda contact: [e["lower"] for e in contact["emails"]])
        BY_NAME = Index(order=lambda contact: contact["name"].casefold())
        NOT_DELETED = Index(lambda contact: () if contact["deleted"] else (None,))
        NOTES = Index(lambda note: [note["contact_id"]], order=itemgetter("date"), descending=True)

    Args:
        keys: Returns the keys under which a record is found, none or several; by default all
            records are found under None.
        order: Returns what records of one key are sorted by; by default they stay in the order of
            their creation, as do those that are equal in it.
        descending: Whether the greatest comes first. Equal ones keep the order of creation.
        amount: Returns what `Collection.total_of` adds up for each key; None: nothing is added up.

    The functions may depend on nothing but the record.
    """

    keys: Callable[[Record], Iterable[Hashable]] = _under_none
    order: Callable[[Record], Any] | None = None
    descending: bool = False
    amount: Callable[[Record], float] | None = None


class Entry:
    """A record as its JSON text, decoded when first needed."""

    __slots__ = ("_record", "id", "position", "text")

    def __init__(self, id: str, position: int, text: str) -> None:
        self.id = id
        self.position = position
        self.text = text
        self._record: Record | None = None

    @property
    def record(self) -> Record:
        """The record, shared by all who read it."""
        record = self._record
        if record is None:
            record = self._record = self.copy()
        return record

    @property
    def changed_in_place(self) -> bool:
        """Whether who read the shared record changed it, which nobody may."""
        return self._record is not None and self._record != self.copy()

    def copy(self) -> Record:
        """Return a copy of the record."""
        record: Record = json.loads(self.text)
        return record


class _Slot:
    """A record's place in an index."""

    __slots__ = ("entry", "keys", "rank")

    def __init__(self, rank: tuple[Any, int], keys: tuple[Hashable, ...], entry: Entry) -> None:
        self.rank = rank
        self.keys = keys
        self.entry = entry


def _order(slot: _Slot) -> Any:
    return slot.rank[0]


def _part(sequence: Sequence[T], limit: int, offset: int, *, reverse: bool) -> Sequence[T]:
    """Return a part of a sequence read from its end or its start; a negative limit means all."""
    size = len(sequence)
    stop = size if limit < 0 else min(size, offset + limit)
    if not reverse:
        return sequence[offset:stop]
    return sequence[max(size - stop, 0) : max(size - offset, 0)][::-1]


class BuiltIndex:
    """An index with the records of one shelf in it."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._groups: dict[Hashable, list[_Slot]] = {}
        self._slots: dict[str, _Slot] = {}
        # Exact, so that what was added and is subtracted again leaves nothing behind.
        self._totals: dict[Hashable, Fraction] = {}

    def add(self, entry: Entry) -> None:
        """Put a record under its keys."""
        index, record = self._index, entry.record
        keys = tuple(dict.fromkeys(index.keys(record)))
        if not keys:
            return
        # A list in descending order is kept the other way round and read from its end.
        position = -entry.position if index.descending else entry.position
        rank = (None if index.order is None else index.order(record), position)
        slot = self._slots[entry.id] = _Slot(rank, keys, entry)
        for key in keys:
            group = self._groups.setdefault(key, [])
            if not group or group[-1].rank < rank:
                group.append(slot)
            else:
                group.insert(bisect_left(group, rank, key=_rank), slot)
        self._add_up(slot, 1)

    def remove(self, id: str) -> None:
        """Remove a record from under its keys."""
        slot = self._slots.pop(id, None)
        if slot is None:
            return
        for key in slot.keys:
            group = self._groups[key]
            if len(group) == 1:
                del self._groups[key]
            else:
                del group[bisect_left(group, slot.rank, key=_rank)]
        self._add_up(slot, -1)

    def _add_up(self, slot: _Slot, sign: int) -> None:
        if self._index.amount is not None:
            amount = sign * Fraction(self._index.amount(slot.entry.record))
            for key in slot.keys:
                total = self._totals.pop(key, 0) + amount
                if total:
                    self._totals[key] = total

    def find(self, key: Hashable, limit: int, offset: int, *, reverse: bool) -> list[Entry]:
        """Return records of a key in order."""
        group = self._groups.get(key)
        if group is None:
            return []
        part = _part(group, limit, offset, reverse=reverse != self._index.descending)
        return [slot.entry for slot in part]

    def count(self, key: Hashable) -> int:
        """Return the number of records of a key."""
        return len(self._groups.get(key, ()))

    def count_after(self, value: Any) -> int:
        """Return the number of records under None whose order is above a value."""
        group = self._groups.get(None, [])
        return len(group) - bisect_right(group, value, key=_order)

    def total(self, key: Hashable) -> float:
        """Return the sum of the amounts of a key's records, rounded once."""
        return float(self._totals.get(key, 0))

    def keys(self) -> list[Hashable]:
        """Return the keys that have records."""
        return list(self._groups)


class Shelf:
    """The records of one kind of one tenant."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}
        self._order: list[Entry] = []
        #: Those that were asked for.
        self.indexes: dict[Index, BuiltIndex] = {}

    @property
    def next_position(self) -> int:
        """Position behind all records."""
        return self._order[-1].position + 1 if self._order else 1

    def __len__(self) -> int:
        return len(self._order)

    def get(self, id: str) -> Entry | None:
        """Return a record, or None."""
        return self._entries.get(id)

    def put(self, entry: Entry) -> None:
        """Put a record in its place, and in that of the record of its id if there is one."""
        former = self._entries.get(entry.id)
        if former is not None:
            self.remove(former.id)
        self._entries[entry.id] = entry
        if not self._order or self._order[-1].position < entry.position:
            self._order.append(entry)
        else:
            self._order.insert(bisect_left(self._order, entry.position, key=_position), entry)
        for built in self.indexes.values():
            built.add(entry)

    def remove(self, id: str) -> None:
        """Remove a record that is there."""
        entry = self._entries.pop(id)
        if self._order[-1] is entry:
            self._order.pop()
        else:
            del self._order[bisect_left(self._order, entry.position, key=_position)]
        for built in self.indexes.values():
            built.remove(id)

    def page(self, limit: int, offset: int) -> list[Entry]:
        """Return records in the order of their creation."""
        return list(_part(self._order, limit, offset, reverse=False))

    def index(self, index: Index) -> BuiltIndex:
        """Return an index, built if it was not asked for before."""
        built = self.indexes.get(index)
        if built is None:
            built = BuiltIndex(index)
            for entry in self._order:
                built.add(entry)
            self.indexes[index] = built
        return built
