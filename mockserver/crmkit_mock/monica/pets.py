"""Pets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from crmkit_mock.monica.notes import SETTABLE
from crmkit_mock.monica.resource import OfContact, TextId, Unknown
from crmkit_mock.monica.rules import Exists, Rules, Wrong, integer, optional, required, text
from crmkit_mock.monica.short_contact import account_of, short_contact

if TYPE_CHECKING:
    from crmkit_mock.monica.call import Call, Tree
    from crmkit_mock.monica.records import Records, Row
    from crmkit_mock.monica.rules import Values

#: Categories by id, which is their place from 1. Recorded: there are 11, and the first is this
#: one. Assumption: the order of the others.
CATEGORIES = (
    *("reptile", "bird", "cat", "dog", "fish", "hamster"),
    *("horse", "rabbit", "rat", "small_animal", "other"),
)
_COMMON = frozenset({"cat", "dog"})


class _Category(Exists):
    """The check that there is a category of pets."""

    def __call__(self, value: Any, records: Records) -> Any:
        """Return the category's id."""
        del records
        if not 1 <= value <= len(CATEGORIES):
            raise Wrong("The selected {} is invalid.")
        return value


class Pets(OfContact):
    """The pets of an account."""

    kind = "pet"
    label = "pet"
    prefix = "pets"
    unknown_update = Unknown.MISSING
    unknown_delete = Unknown.MISSING
    text_delete = TextId.MISSING
    contact_columns = None
    update_rules: ClassVar[Rules] = {
        "pet_category_id": required(integer, _Category("pet_category")),
        "contact_id": required(integer),
        "name": optional(text(255)),
    }
    rules: ClassVar[Rules] = {**update_rules, **SETTABLE}

    def shape(self, call: Call, row: Row) -> Tree:
        """Build what replies show of a pet."""
        name = CATEGORIES[row["pet_category_id"] - 1]
        return {
            "id": row["id"],
            "uuid": row["uuid"],
            "object": "pet",
            "name": row["name"],
            "pet_category": {
                "id": row["pet_category_id"],
                "object": "pet_category",
                "name": name,
                "is_common": name in _COMMON,
            },
            "account": account_of(row),
            "contact": short_contact(call, row["contact_id"]),
            "created_at": row["created_at"],
            "updated_at": row["updated_at"],
        }

    def columns_of(self, call: Call, values: Values) -> Row:
        """Build the columns of a new pet."""
        del call
        columns = {name: values.get(name) for name in self.rules_of_update()}
        if values.get("created_at"):
            columns["created_at"] = values["created_at"]
        return columns
