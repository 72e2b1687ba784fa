"""Relationships, always in pairs, their types and groups, and what deleting a contact deletes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from crmkit_mock.messages import json_reply
from crmkit_mock.monica.errors import archived
from crmkit_mock.monica.records import BY_OWNER
from crmkit_mock.monica.resource import OnBadId, Resource, id_rule
from crmkit_mock.monica.short_contact import account_reference, common_end, short_contact
from crmkit_mock.monica.validation import Exists, Rules, identifier, required
from crmkit_mock.shelves import Index

if TYPE_CHECKING:
    from crmkit_mock.messages import Reply
    from crmkit_mock.monica.records import Record, Records
    from crmkit_mock.monica.session import Session, Tree
    from crmkit_mock.monica.validation import Values

_TYPE: Rules = {"relationship_type_id": required(identifier, Exists("relationshiptype"))}
_BY_CONTACTS_AND_TYPE = Index(
    lambda row: [(row["contact_is"], row["of_contact"], row["relationship_type_id"])]
)


class Relationships(Resource):
    """The relationships of an account.

    Each is two records, one for each contact; the reverse gets the next id.
    """

    kind = "relationship"
    label = "relationship"
    text_delete = OnBadId.INVALID
    echoes_id = True
    rules: ClassVar[Rules] = {
        "contact_is": required(identifier, Exists("contact")),
        "of_contact": required(identifier, Exists("contact")),
        **_TYPE,
    }
    update_rules: ClassVar[Rules] = {"relationship_id": id_rule("relationship"), **_TYPE}
    defaults: ClassVar[Tree] = {"relationship_type_id": 1}

    def serialize(self, session: Session, record: Record) -> Tree:
        """Build the response object of a relationship."""
        type_ = session.read("relationshiptype", record["relationship_type_id"])
        return {
            "id": record["id"],
            "uuid": record["uuid"],
            "object": "relationship",
            "contact_is": short_contact(session, record["contact_is"]),
            "relationship_type": serialize_relationship_type(type_),
            "of_contact": short_contact(session, record["of_contact"]),
            "url": session.url(f"relationships/{record['id']}"),
            **common_end(record),
        }

    def list_of_contact(self, session: Session) -> Reply:
        """Answer all relationships of a contact; of an unknown contact, an empty list."""
        contact = session.records.read("contact", session.account.id, session.path_id("contact_id"))
        records = [] if contact is None else self.records_of(session, contact["id"])
        data = [self.serialize(session, record) for record in records]
        return json_reply(200, {"data": data})

    def create(self, session: Session) -> Reply:
        """Create a relationship and its reverse, and answer the one that was asked for.

        Raises:
            Refusal: 422, `contact_is` is archived; 404, a contact or the type is another
                account's, or a contact is deleted.
        """
        values = session.validate(self.rules)
        contact = session.read("contact", values["contact_is"])
        if not contact["is_active"]:
            raise archived()
        other = session.read("contact", values["of_contact"])
        type_ = session.read("relationshiptype", values["relationship_type_id"])
        record = self._insert_side(session, contact, other, type_)
        reverse = _reverse_type(session.records, type_)
        if reverse is not None:
            self._insert_side(session, other, contact, reverse)
        return session.data_reply(self.serialize(session, record), 201)

    def _insert_side(
        self, session: Session, contact: Record, other: Record, type_: Record
    ) -> Record:
        columns = {
            "contact_is": contact["id"],
            "of_contact": other["id"],
            "relationship_type_id": type_["id"],
        }
        return self.insert(session, columns)

    def apply(self, session: Session, record: Record, values: Values) -> None:
        """Change the type of a relationship and of its reverse; the contacts stay."""
        _require_active(session, record)
        type_ = session.read("relationshiptype", values["relationship_type_id"])
        reverse = _reverse_of(session.records, record)
        record["relationship_type_id"] = type_["id"]
        new_type = _reverse_type(session.records, type_)
        if reverse is not None and new_type is not None:
            self.save(session, {**reverse, "relationship_type_id": new_type["id"]})

    def delete(self, session: Session) -> Reply:
        """Delete a relationship, its reverse, and a partial `of_contact` that has no other."""
        relationship = self.find_for_delete(session)
        _require_active(session, relationship)
        _delete_pair(session, relationship)
        return session.deleted_reply(session.path_params["id"])


def _require_active(session: Session, relationship: Record) -> None:
    """Refuse to write a relationship whose `contact_is` is archived."""
    contact = session.records.read("contact", session.account.id, relationship["contact_is"])
    if contact is not None and not contact["is_active"]:
        raise archived()


class RelationshipTypes(Resource):
    """The types of relationships of an account, which the API only reads."""

    kind = "relationshiptype"
    label = "relationship type"
    sortable = None
    raw_crash = True

    def serialize(self, session: Session, record: Record) -> Tree:
        """Build the response object of a type."""
        del session
        return serialize_relationship_type(record)


class RelationshipTypeGroups(Resource):
    """The groups of types of relationships of an account, which the API only reads."""

    kind = "relationshiptypegroup"
    label = "relationship type group"
    sortable = None
    raw_crash = True

    def serialize(self, session: Session, record: Record) -> Tree:
        """Build the response object of a group."""
        del session
        return {
            "id": record["id"],
            "object": self.kind,
            "name": record["name"],
            "delible": False,
            "account": account_reference(record),
            "created_at": None,
            "updated_at": None,
        }


def serialize_relationship_type(record: Record) -> Tree:
    """Build the response object of a type of relationships."""
    return {
        "id": record["id"],
        "object": "relationshiptype",
        "name": record["name"],
        "name_reverse_relationship": record["name_reverse_relationship"],
        "relationship_type_group_id": record["relationship_type_group_id"],
        "delible": False,
        **common_end(record),
    }


def delete_contact(session: Session, contact: Record) -> None:
    """Delete a contact: it is hidden, its relationships go, all else that it has stays.

    A partial contact that loses its last relationship by that goes with it.
    """
    account = contact["account_id"]
    contact["deleted_at"] = session.now
    session.records.save("contact", contact)
    if session.settings.get(f"me {account}") == contact["id"]:
        session.settings.set(f"me {account}", None)
    for relationship in session.records.select("relationship", account, BY_OWNER, contact["id"]):
        # A relation to itself goes together with its reverse.
        if session.records.read("relationship", account, relationship["id"]) is not None:
            _delete_pair(session, relationship)


def _delete_pair(session: Session, relationship: Record) -> None:
    """Delete a relationship with its reverse, and a partial `of_contact` that has none left."""
    records, account = session.records, relationship["account_id"]
    pair = (_reverse_of(records, relationship), relationship)
    for record in {row["id"]: row for row in pair if row is not None}.values():
        records.remove("relationship", record)
    other = records.get("contact", account, relationship["of_contact"])
    if (
        other is not None
        and other["is_partial"]
        and not other["deleted_at"]
        and not records.count_of("relationship", account, BY_OWNER, other["id"])
    ):
        delete_contact(session, other)


def _reverse_type(records: Records, type_: Record) -> Record | None:
    """Return the type that is the reverse of a relationship type: the first of that name."""
    for record in records.all("relationshiptype", type_["account_id"]):
        if record["name"] == type_["name_reverse_relationship"]:
            return record
    return None


def _reverse_of(records: Records, relationship: Record) -> Record | None:
    """Return the record of the other direction, the first where there are several alike.

    Recorded: it is found by contacts and type; nothing else ties the two records together. So that
    of a contact to itself may be the record itself.
    """
    account = relationship["account_id"]
    type_ = records.read("relationshiptype", account, relationship["relationship_type_id"])
    reverse = None if type_ is None else _reverse_type(records, type_)
    if reverse is None:
        return None
    key = (relationship["of_contact"], relationship["contact_is"], reverse["id"])
    found = records.select("relationship", account, _BY_CONTACTS_AND_TYPE, key, limit=1)
    return found[0] if found else None
