"""Debts."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from crmkit_mock.monica.money import money
from crmkit_mock.monica.notes import SETTABLE
from crmkit_mock.monica.resource import OfContact, TextId, Unknown
from crmkit_mock.monica.rules import Rules, amount, integer, one_of, optional, required, text
from crmkit_mock.monica.short_contact import account_of, short_contact

if TYPE_CHECKING:
    from crmkit_mock.monica.call import Call, Tree
    from crmkit_mock.monica.records import Row
    from crmkit_mock.monica.rules import Values


class Debts(OfContact):
    """The debts of an account."""

    kind = "debt"
    label = "debt"
    prefix = "debts"
    unknown_update = Unknown.MISSING
    unknown_delete = Unknown.MISSING
    text_delete = TextId.MISSING
    bare_crash = True
    update_rules: ClassVar[Rules] = {
        "in_debt": required(text(), one_of("yes", "no")),
        "status": required(one_of("inprogress", "completed")),
        "amount": required(amount),
        "reason": optional(text(1_000_000)),
        "contact_id": required(integer),
    }
    rules: ClassVar[Rules] = {**update_rules, **SETTABLE}

    def shape(self, call: Call, row: Row) -> Tree:
        """Build what replies show of a debt."""
        return {
            "id": row["id"],
            "uuid": row["uuid"],
            "object": "debt",
            "in_debt": row["in_debt"],
            "status": row["status"],
            **money(call, row["amount"]),
            "reason": row["reason"],
            "account": account_of(row),
            "contact": short_contact(call, row["contact_id"]),
            "created_at": row["created_at"],
            "updated_at": row["updated_at"],
        }

    def change(self, call: Call, row: Row, values: Values) -> None:
        """Change a debt; its reason stays if none is sent (recorded: seq 393)."""
        self.move(call, row, values["contact_id"])
        row.update(values)

    def columns_of(self, call: Call, values: Values) -> Row:
        """Build the columns of a new debt."""
        del call
        columns = {name: values.get(name) for name in self.rules_of_update()}
        if values.get("created_at"):
            columns["created_at"] = values["created_at"]
        return columns
