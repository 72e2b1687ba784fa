"""What all kinds of records have in common: list, show, create, update, delete."""

from __future__ import annotations

from abc import ABC, abstractmethod
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar

from crmkit_mock.monica.errors import invalid, not_found
from crmkit_mock.monica.listing import (
    COMMON_COLUMNS,
    order_by,
    page_of,
    sort_of,
    sorted_rows,
)
from crmkit_mock.monica.rules import Wrong, integer, judge

if TYPE_CHECKING:
    from crmkit_mock.messages import Reply
    from crmkit_mock.monica.call import Call, Handler, Tree
    from crmkit_mock.monica.records import Row
    from crmkit_mock.monica.rules import Rules, Values


#: Methods of verbs whose names are taken: a method `list` would hide the type.
_METHODS = {"list": "page", "list_of_contact": "page_of_contact"}


class Unknown(Enum):
    """How the server answers an id that it does not find.

    `MISSING`: 404, code 31. `INVALID`: 422, code 32, as it is one of the values that it checks.
    """

    MISSING = "missing"
    INVALID = "invalid"


class TextId(Enum):
    """How the server answers a text as the id of a record that is to be deleted.

    `MISSING` and `INVALID` as in `Unknown`; `CRASH`: 500.
    """

    MISSING = "missing"
    INVALID = "invalid"
    CRASH = "crash"


class Resource(ABC):
    """One kind of records, with the operations that nearly all kinds have.

    Where kinds differ, they say so in attributes or in methods of their own.
    """

    #: Kind of the rows.
    kind: ClassVar[str]
    #: Name in sentences, as in "The selected note id is invalid."
    label: ClassVar[str]
    #: First part of the operationIds.
    prefix: ClassVar[str]
    #: The operations of this resource, without prefix.
    verbs: ClassVar[tuple[str, ...]] = ("list", "get", "create", "update", "delete")
    #: Status of the reply to a creation.
    created: ClassVar[int] = 201
    #: Answer to an update of an unknown id.
    unknown_update: ClassVar[Unknown] = Unknown.INVALID
    #: Answer to the deletion of an unknown id.
    unknown_delete: ClassVar[Unknown] = Unknown.INVALID
    #: Answer to the deletion of a text.
    text_delete: ClassVar[TextId] = TextId.CRASH
    #: Whether a deletion answers the id as it stood in the path.
    echoes_id: ClassVar[bool] = False
    #: Columns that a list can be sorted by; None: an order is accepted and ignored.
    columns: ClassVar[frozenset[str] | None] = COMMON_COLUMNS
    #: The same for the list of a contact.
    contact_columns: ClassVar[frozenset[str] | None] = COMMON_COLUMNS
    #: Whether the list of a contact lets the database's errors through as they are.
    bare_crash: ClassVar[bool] = False
    #: Rules of what is sent.
    rules: ClassVar[Rules] = {}
    #: Rules of an update; empty where they are the same.
    update_rules: ClassVar[Rules] = {}

    def operations(self) -> dict[str, Handler]:
        """Return the handlers by operationId."""
        handlers: dict[str, Handler] = {
            f"{self.prefix}_{verb}": getattr(self, _METHODS.get(verb, verb)) for verb in self.verbs
        }
        if "update" in self.verbs:
            handlers[f"{self.prefix}_update_patch"] = self.update
        return handlers

    # What each kind says for itself.

    @abstractmethod
    def shape(self, call: Call, row: Row) -> Tree:
        """Build what replies show of a row."""

    def columns_of(self, call: Call, values: Values) -> Row:
        """Build the columns of a new row from what was sent."""
        del call
        return dict(values)

    def change(self, call: Call, row: Row, values: Values) -> None:
        """Change a row by what was sent: here, a field that is not sent is cleared."""
        del call
        for name in self.rules_of_update():
            row[name] = values.get(name)

    def dropped(self, call: Call, row: Row) -> None:  # noqa: B027 - most kinds have nothing to do
        """Clear up after a row that is going to be deleted."""

    # The operations.

    def page(self, call: Call) -> Reply:
        """Answer a page of the account's records."""
        order = order_by("id" if self.columns is None else sort_of(call, self.columns))
        ids = call.records.ids(self.kind, call.account.id, order)
        return page_of(call, ids, lambda id: self.shape(call, call.own(self.kind, id)))

    def page_of_contact(self, call: Call) -> Reply:
        """Answer a page of the records of a contact."""
        rows = self.rows_of_contact(call, call.own("contact", call.number("contact_id")))
        if self.contact_columns is not None:
            rows = sorted_rows(rows, sort_of(call, self.contact_columns, bare=self.bare_crash))
        return page_of(call, rows, lambda row: self.shape(call, row))

    def ordered(self, call: Call, rows: list[Row], *, bare: bool = False) -> list[Row]:
        """Return rows in the order that was asked for."""
        columns = COMMON_COLUMNS if self.columns is None else self.columns
        return sorted_rows(rows, sort_of(call, columns, bare=bare))

    def rows_of_contact(self, call: Call, contact: Row) -> list[Row]:
        """Return the rows that belong to a contact, in the order of their creation."""
        ids = call.records.attached(contact).get(self.kind, [])
        return [call.own(self.kind, id) for id in ids]

    def get(self, call: Call) -> Reply:
        """Answer one record."""
        return call.data(self.shape(call, call.own(self.kind, call.number())))

    def create(self, call: Call) -> Reply:
        """Create a record and answer it."""
        row = self.add(call, self.columns_of(call, call.values(self.rules)))
        return self.shown(call, row, self.created)

    def shown(self, call: Call, row: Row, status: int = 200, **instead: Any) -> Reply:
        """Answer a row that was just written.

        Later reads may show it otherwise: members that differ now are in `instead`, those that
        the database changes are up to `settle`.
        """
        reply = call.data({**self.shape(call, row), **instead}, status)
        if self.settle(row):
            call.records.keep(self.kind, row)
        return reply

    def settle(self, row: Row) -> bool:
        """Give a row the form in which the database keeps it; return whether that is another."""
        del row
        return False

    def add(self, call: Call, columns: Row) -> Row:
        """Add a row, with the moment of its creation unless it brings one."""
        moments = {"created_at": call.now, "updated_at": call.now}
        return call.records.add(self.kind, call.account.id, {**moments, **columns})

    def update(self, call: Call) -> Reply:
        """Change a record and answer it."""
        row, values = self.to_update(call)
        self.change(call, row, values)
        self.keep(call, row)
        return self.shown(call, row)

    def keep(self, call: Call, row: Row) -> None:
        """Write a changed row back, with the moment of the change."""
        row["updated_at"] = call.now
        call.records.keep(self.kind, row)

    def to_update(self, call: Call) -> tuple[Row, Values]:
        """Return the row that an update means, and what was sent.

        Raises:
            Refusal: 404 or 422, values are refused or the row does not exist.
        """
        if self.unknown_update is Unknown.MISSING:
            row = call.own(self.kind, call.number())
            return row, call.values(self.rules_of_update())
        values = self.values_with_id(call, self.rules_of_update())
        return call.own(self.kind, int(call.parameters["id"])), values

    def rules_of_update(self) -> Rules:
        """Return the rules of an update."""
        return self.update_rules or self.rules

    def values_with_id(self, call: Call, rules: Rules) -> Values:
        """Hold what was sent against rules, and after them the id in the path.

        Raises:
            Refusal: 422, code 32.
        """
        values, sentences = judge(rules, call.given, call.records)
        wrong = self.wrong_id(call)
        if sentences or wrong:
            raise invalid(*sentences, *([wrong] if wrong else []))
        return values

    def wrong_id(self, call: Call, name: str = "id") -> str | None:
        """Return the sentence about an id in the path that no account has, or None."""
        try:
            id = integer(call.parameters[name], call.records)
        except Wrong as wrong:
            return str(wrong).format(f"{self.label} id")
        if call.records.find(self.kind, id) is None:
            return f"The selected {self.label} id is invalid."
        return None

    def delete(self, call: Call) -> Reply:
        """Delete a record."""
        row = self.to_delete(call)
        self.dropped(call, row)
        call.records.remove(self.kind, row)
        return call.deleted(call.parameters["id"] if self.echoes_id else row["id"])

    def to_delete(self, call: Call) -> Row:
        """Return the row that a deletion means.

        Raises:
            Refusal: 404, 422 or 500, it does not exist.
        """
        sentence = self.wrong_id(call)
        if sentence is not None:
            is_text = not call.parameters["id"].lstrip("+-").isdigit()
            answer = self.text_delete.value if is_text else self.unknown_delete.value
            if answer == "crash":
                raise call.crash(not_found())
            # "4xyz" is 4 to the database, but not to a rule.
            if answer == "invalid":
                raise invalid(sentence)
        return call.own(self.kind, call.number())


class OfContact(Resource):
    """Records that belong to one contact, which `contact_id` names."""

    verbs: ClassVar[tuple[str, ...]] = (
        "list",
        "list_of_contact",
        "get",
        "create",
        "update",
        "delete",
    )

    def create(self, call: Call) -> Reply:
        """Create a record of a contact and answer it."""
        values = self.values_of(call)
        contact = call.own("contact", values["contact_id"])
        row = self.add(call, self.columns_of(call, values))
        call.records.attach(contact, self.kind, row["id"])
        self.attached(call, contact, row)
        return self.shown(call, row, self.created)

    def values_of(self, call: Call) -> Values:
        """Return what was sent for a new record."""
        return call.values(self.rules)

    def attached(self, call: Call, contact: Row, row: Row) -> None:
        """Do what follows from a new record of a contact."""

    def change(self, call: Call, row: Row, values: Values) -> None:
        """Change a row by what was sent; the contact may be another."""
        if values.get("contact_id") is not None:
            self.move(call, row, values["contact_id"])
        super().change(call, row, values)

    def move(self, call: Call, row: Row, contact_id: int) -> None:
        """Let a row belong to a contact, which must be the account's.

        Raises:
            Refusal: 404, code 31, it is not.
        """
        contact = call.own("contact", contact_id)
        if contact_id != row["contact_id"]:
            self.leave(call, row)
            call.records.attach(contact, self.kind, row["id"])
            row["contact_id"] = contact_id

    def leave(self, call: Call, row: Row) -> None:
        """Let a row belong to its contact no more; the contact may be deleted."""
        if row["contact_id"] is not None:
            contact = call.records.get("contact", row["account_id"], row["contact_id"])
            if contact is not None:
                call.records.detach(contact, self.kind, row["id"])

    def dropped(self, call: Call, row: Row) -> None:
        """Take a row that is going to be deleted from its contact."""
        self.leave(call, row)
