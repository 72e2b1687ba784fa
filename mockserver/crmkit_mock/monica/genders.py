"""Genders."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from crmkit_mock.monica.resource import Resource
from crmkit_mock.monica.rules import Rules, one_of, required, text
from crmkit_mock.monica.short_contact import account_of

if TYPE_CHECKING:
    from crmkit_mock.monica.call import Call, Tree
    from crmkit_mock.monica.records import Row


class Genders(Resource):
    """The genders of an account. Contacts of one that is deleted have none."""

    kind = "gender"
    label = "gender"
    prefix = "genders"
    rules: ClassVar[Rules] = {
        "name": required(text(255)),
        "type": required(one_of("M", "F", "O")),
    }

    def shape(self, call: Call, row: Row) -> Tree:
        """Build what replies show of a gender."""
        del call
        return {
            "id": row["id"],
            "object": "gender",
            "name": row["name"],
            "type": row["type"],
            "account": account_of(row),
            "created_at": row["created_at"],
            "updated_at": row["updated_at"],
        }
