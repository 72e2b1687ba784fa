"""Rows of lists as JSON text, kept as long as nothing changes that they were made of.

A row is often made of more records than its own: the name of an account, the stars of a user.
While one is rendered, the store notes which kinds of records and which settings are read. The next
list takes the text that is there, unless one of those has changed. It is checked against the
document once, when it is new; the rest of the list each time.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from crmkit_mock.json_text import to_json
from crmkit_mock.reads import Reads

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

    from jsonschema_rs import Draft202012Validator as Validator

    from crmkit_mock.database import Database
    from crmkit_mock.shelves import Record

#: Rows that are kept; then all of them are made anew.
LIMIT = 20_000


class Row:
    """One row of a list.

    Attributes:
        record: The record that it shows.
        text: The row as JSON.
    """

    __slots__ = ("_reads", "_seen", "_validator", "record", "text", "tree")

    def __init__(self, record: Record, tree: Mapping[str, Any], reads: Reads) -> None:
        self.record = record
        self.text = to_json(tree)
        #: The row itself, until it was checked against the document.
        self.tree: Mapping[str, Any] | None = tree
        self._reads = reads
        self._validator: Validator | None = None
        self._seen = -1

    def is_current(self, changes: int) -> bool:
        """Return whether nothing has changed that it was made of.

        Args:
            changes: Number of all changes so far: without a new one, nothing is looked at again.
        """
        if self._seen != changes:
            if not self._reads.are_current():
                return False
            self._seen = changes
        return True

    def as_tree(self) -> Mapping[str, Any]:
        """Return the row as a JSON tree, shared by all who ask and not to be changed."""
        return json.loads(self.text) if self.tree is None else self.tree

    def is_valid_for(self, validator: Validator) -> bool:
        """Return whether the list of a validator was found valid with this row in it."""
        return self._validator is validator

    def set_valid_for(self, validator: Validator) -> None:
        """Keep that it was."""
        self._validator = validator
        self.tree = None


class RowCache:
    """The rows that lists have shown."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rows: dict[Hashable, Row] = {}

    def row(
        self, key: Hashable, record: Record, render: Callable[[Record], Mapping[str, Any]]
    ) -> Row:
        """Return the row of a record; the lock is held.

        Args:
            key: What tells the row from those of other records, and of other users and lists, as
                far as `render` gives those something else.
            record: The record as it is kept, not a copy.
            render: Returns the row. What it reads from the store before it is called does not
                count as read.
        """
        row = self._rows.get(key)
        changes = self._database.changes
        if row is not None and row.record is record and row.is_current(changes):
            return row
        reads = self._database.reads = Reads()
        try:
            row = Row(record, render(record), reads)
        finally:
            self._database.reads = None
        if reads.lasting:
            if len(self._rows) >= LIMIT:
                self._rows.clear()
            self._rows[key] = row
        return row


class RowPage:
    """The tree of a list: its envelope, and the rows in one of its members.

    Args:
        envelope: The members, that of the rows with an empty list.
        member: Name of the member with the rows.
        rows: The rows.
        outer: What the tree stands in: members, one of them an empty list in its place, and the
            name of that; None if it is the whole.
    """

    __slots__ = ("_envelope", "_member", "_outer", "_rows")

    def __init__(
        self,
        envelope: Mapping[str, Any],
        member: str,
        rows: Sequence[Row],
        outer: tuple[Mapping[str, Any], str] | None = None,
    ) -> None:
        self._envelope = envelope
        self._member = member
        self._rows = rows
        self._outer = outer

    def within(self, envelope: Mapping[str, Any], member: str) -> RowPage:
        """Return the tree as a member of an envelope that has it as one of its members."""
        return RowPage(self._envelope, self._member, self._rows, ({**envelope, member: []}, member))

    def text(self) -> str:
        """Return the whole as compact JSON text in ASCII."""
        rows = ",".join([row.text for row in self._rows])
        text = _with_text(self._envelope, self._member, f"[{rows}]")
        return text if self._outer is None else _with_text(*self._outer, text)

    def is_valid(self, validator: Validator) -> bool:
        """Return whether it fits a schema, of which only what is new is checked.

        The document's lists say nothing of their rows together, such as a minimum of them.
        """
        new = [row for row in self._rows if not row.is_valid_for(validator)]
        if not validator.is_valid(self._tree(new)):
            return False
        for row in new:
            row.set_valid_for(validator)
        return True

    def tree(self) -> dict[str, Any]:
        """Return the whole as a JSON tree."""
        return self._tree(self._rows)

    def _tree(self, rows: Sequence[Row]) -> dict[str, Any]:
        tree = {**self._envelope, self._member: [row.as_tree() for row in rows]}
        if self._outer is None:
            return tree
        envelope, member = self._outer
        return {**envelope, member: tree}


def _with_text(envelope: Mapping[str, Any], member: str, text: str) -> str:
    """Return an envelope as JSON, with a text in the place of the empty list in a member."""
    # In a name or str the quotation marks would be escaped.
    return to_json(envelope).replace(f'"{member}":[]', f'"{member}":{text}', 1)
