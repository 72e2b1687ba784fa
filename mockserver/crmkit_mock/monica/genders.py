"""Genders, which contacts may have."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from crmkit_mock.monica.columns import varchar
from crmkit_mock.monica.resource import Resource, id_rule
from crmkit_mock.monica.short_contact import common_end
from crmkit_mock.monica.validation import Rules, one_of, required, string

if TYPE_CHECKING:
    from crmkit_mock.monica.columns import Columns
    from crmkit_mock.monica.records import Record
    from crmkit_mock.monica.session import Session, Tree


class Genders(Resource):
    """The genders of an account. Contacts whose gender is deleted have none."""

    kind = "gender"
    label = "gender"
    namespace = "Account\\"
    rules: ClassVar[Rules] = {
        "name": required(string(255)),
        "type": required(one_of("M", "F", "O")),
    }
    update_rules: ClassVar[Rules] = {"gender_id": id_rule("gender"), **rules}
    columns: ClassVar[Columns] = {"name": varchar()}
    defaults: ClassVar[Tree] = {"name": "Gender", "type": "O"}

    def serialize(self, session: Session, record: Record) -> Tree:
        """Build the response object of a gender."""
        del session
        return {
            "id": record["id"],
            "object": "gender",
            "name": record["name"],
            "type": record["type"],
            **common_end(record),
        }
