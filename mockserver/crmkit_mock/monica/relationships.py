"""Relationships, always in pairs, their types and the groups of these."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from crmkit_mock.messages import json_reply
from crmkit_mock.monica.contact_store import remove_pair, reverse_of, reverse_type
from crmkit_mock.monica.errors import ARCHIVED, invalid
from crmkit_mock.monica.resource import Resource, TextId
from crmkit_mock.monica.rules import Exists, Rules, integer, required
from crmkit_mock.monica.short_contact import account_of, short_contact

if TYPE_CHECKING:
    from crmkit_mock.messages import Reply
    from crmkit_mock.monica.call import Call, Tree
    from crmkit_mock.monica.records import Row
    from crmkit_mock.monica.rules import Values

_TYPE: Rules = {"relationship_type_id": required(integer, Exists("relationshiptype"))}


class Relationships(Resource):
    """The relationships of an account.

    Each is two rows, one for each contact; the row that was not asked for gets the next id.
    """

    kind = "relationship"
    label = "relationship"
    prefix = "relationships"
    text_delete = TextId.INVALID
    echoes_id = True
    rules: ClassVar[Rules] = {
        "contact_is": required(integer, Exists("contact")),
        "of_contact": required(integer, Exists("contact")),
        **_TYPE,
    }
    update_rules: ClassVar[Rules] = _TYPE

    def shape(self, call: Call, row: Row) -> Tree:
        """Build what replies show of a relationship."""
        kind = call.own("relationshiptype", row["relationship_type_id"])
        return {
            "id": row["id"],
            "uuid": row["uuid"],
            "object": "relationship",
            "contact_is": short_contact(call, row["contact_is"]),
            "relationship_type": relationship_type_shape(kind),
            "of_contact": short_contact(call, row["of_contact"]),
            "url": call.url(f"relationships/{row['id']}"),
            "account": account_of(row),
            "created_at": row["created_at"],
            "updated_at": row["updated_at"],
        }

    def page(self, call: Call) -> Reply:
        """Answer all relationships of a contact; of one that does not exist, none."""
        contact = call.records.get("contact", call.account.id, call.number("contact_id"))
        ids = [] if contact is None else call.records.attached(contact).get(self.kind, [])
        shown = [self.shape(call, call.own(self.kind, id)) for id in ids]
        return json_reply(200, {"data": shown})

    def create(self, call: Call) -> Reply:
        """Create a relationship and its reverse, and answer the one that was asked for.

        Raises:
            Refusal: 422, `contact_is` is archived; 404, a contact or the type is another
                account's, or a contact is deleted.
        """
        values = call.values(self.rules)
        contact = call.own("contact", values["contact_is"])
        other = call.own("contact", values["of_contact"])
        kind = call.own("relationshiptype", values["relationship_type_id"])
        if not contact["is_active"]:
            raise invalid(ARCHIVED)
        row = self._add_side(call, contact, other, kind)
        back = reverse_type(call.records, kind)
        if back is not None:
            self._add_side(call, other, contact, back)
        return call.data(self.shape(call, row), 201)

    def _add_side(self, call: Call, contact: Row, other: Row, kind: Row) -> Row:
        columns = {
            "contact_is": contact["id"],
            "of_contact": other["id"],
            "relationship_type_id": kind["id"],
        }
        row = self.add(call, columns)
        call.records.attach(contact, self.kind, row["id"])
        return row

    def change(self, call: Call, row: Row, values: Values) -> None:
        """Change the type of a relationship and of its reverse; the contacts stay."""
        kind = call.own("relationshiptype", values["relationship_type_id"])
        reverse = reverse_of(call.records, row)
        row["relationship_type_id"] = kind["id"]
        back = reverse_type(call.records, kind)
        if reverse is not None and back is not None:
            reverse["relationship_type_id"] = back["id"]
            self.keep(call, reverse)

    def delete(self, call: Call) -> Reply:
        """Delete a relationship, its reverse, and a partial `of_contact` that has no other."""
        remove_pair(call, self.to_delete(call))
        return call.deleted(call.parameters["id"])


class RelationshipTypes(Resource):
    """The types of relationships of an account, which the API only reads."""

    kind = "relationshiptype"
    label = "relationship type"
    prefix = "relationship_types"
    verbs: ClassVar[tuple[str, ...]] = ("list", "get")
    columns = None

    def shape(self, call: Call, row: Row) -> Tree:
        """Build what replies show of a type."""
        del call
        return relationship_type_shape(row)


class RelationshipTypeGroups(Resource):
    """The groups of types of relationships of an account, which the API only reads."""

    kind = "relationshiptypegroup"
    label = "relationship type group"
    prefix = "relationship_type_groups"
    verbs: ClassVar[tuple[str, ...]] = ("list", "get")
    columns = None

    def shape(self, call: Call, row: Row) -> Tree:
        """Build what replies show of a group."""
        del call
        return {
            "id": row["id"],
            "object": self.kind,
            "name": row["name"],
            "delible": False,
            "account": account_of(row),
            "created_at": None,
            "updated_at": None,
        }


def relationship_type_shape(row: Row) -> Tree:
    """Build what replies show of a type of relationships."""
    return {
        "id": row["id"],
        "object": "relationshiptype",
        "name": row["name"],
        "name_reverse_relationship": row["name_reverse_relationship"],
        "relationship_type_group_id": row["relationship_type_group_id"],
        "delible": False,
        "account": account_of(row),
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
    }
