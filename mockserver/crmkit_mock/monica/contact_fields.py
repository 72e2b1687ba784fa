"""Contact fields, such as email addresses and telephone numbers, and their types."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from crmkit_mock.monica.resource import CREATED_AT, ContactResource, OnBadId, Resource
from crmkit_mock.monica.short_contact import common_end, short_contact
from crmkit_mock.monica.validation import (
    Exists,
    Rules,
    array_of,
    integer,
    optional,
    required,
    string,
)
from crmkit_mock.shelves import Index

if TYPE_CHECKING:
    from crmkit_mock.monica.records import Record
    from crmkit_mock.monica.session import Session, Tree
    from crmkit_mock.monica.validation import Values

#: Labels that Monica knows; others appear as they were sent.
_KNOWN_LABELS = {"home": "Home", "work": "Work", "main": "Main", "other": "Other"}
_LABEL_BY_TYPE = Index(lambda label: [label["type"]])
_FIELDS_BY_TYPE = Index(lambda field: [field["contact_field_type_id"]])


class ContactFields(ContactResource):
    """The contact fields of an account, which are listed by contact only."""

    kind = "contactfield"
    label = "contact field"
    contact_columns = None
    rules: ClassVar[Rules] = {
        "contact_id": required(integer),
        "contact_field_type_id": required(integer, Exists("contactfieldtype")),
        "data": required(string(255)),
        "labels": optional(array_of(string())),
    }
    defaults: ClassVar[Tree] = {"contact_field_type_id": 1, "data": "someone@example.com"}

    def serialize(self, session: Session, record: Record) -> Tree:
        """Build the response object of a contact field."""
        return serialize_contact_field(session, record)

    def new_record(self, session: Session, values: Values) -> Record:
        """Build the columns of a new contact field."""
        type_ = session.read("contactfieldtype", values["contact_field_type_id"])
        return {
            "contact_id": values["contact_id"],
            "contact_field_type_id": type_["id"],
            "content": values["data"],
            "labels": _label_ids(session, values),
        }

    def find_for_update(self, session: Session) -> tuple[Record, Values]:
        """Return the contact field to update: a `contact_field_id` sent wins over the path.

        Recorded: seq 691.
        """
        id = session.sent.get("contact_field_id")
        if id is not None:
            session.path_params = {**session.path_params, "id": str(id)}
        return super().find_for_update(session)

    def apply(self, session: Session, record: Record, values: Values) -> None:
        """Change a contact field; labels stay if none are sent (assumption)."""
        type_ = session.read("contactfieldtype", values["contact_field_type_id"])
        self.assign(session, record, values["contact_id"])
        record["contact_field_type_id"] = type_["id"]
        record["content"] = values["data"]
        if "labels" in values:
            record["labels"] = _label_ids(session, values)


def _label_ids(session: Session, values: Values) -> list[int]:
    """Return the ids of labels by their names; unknown ones are created."""
    kind, account = "contactfieldlabel", session.account.id
    ids: list[int] = []
    for name in values.get("labels") or []:
        known = session.records.select(kind, account, _LABEL_BY_TYPE, name, limit=1)
        if known:
            ids.append(known[0]["id"])
        else:
            columns = {"type": name, "label": _KNOWN_LABELS.get(name, name)}
            label = session.records.add(kind, account, {**session.timestamps, **columns})
            ids.append(label["id"])
    return list(dict.fromkeys(ids))


class ContactFieldTypes(Resource):
    """The types of contact fields of an account."""

    kind = "contactfieldtype"
    label = "contact field type"
    unknown_update = OnBadId.NOT_FOUND
    unknown_delete = OnBadId.NOT_FOUND
    text_delete = OnBadId.NOT_FOUND
    columns = None
    update_rules: ClassVar[Rules] = {
        "name": required(string(255)),
        "fontawesome_icon": optional(string(255)),
        "protocol": optional(string(255)),
        "delible": optional(integer),
        "type": optional(string(255)),
    }
    rules: ClassVar[Rules] = {**update_rules, **CREATED_AT}
    defaults: ClassVar[Tree] = {"name": "Type"}

    def serialize(self, session: Session, record: Record) -> Tree:
        """Build the response object of a type."""
        del session
        return serialize_contact_field_type(record)

    def new_record(self, session: Session, values: Values) -> Record:
        """Build the columns of a new type."""
        return {**super().new_record(session, values), "delible": values.get("delible") != 0}

    def apply(self, session: Session, record: Record, values: Values) -> None:
        """Change a type; what is not sent stays."""
        del session
        record.update({name: value for name, value in values.items() if name != "delible"})
        if values.get("delible") is not None:
            record["delible"] = values["delible"] != 0

    def before_delete(self, session: Session, record: Record) -> None:
        """Delete the contact fields of a type with it."""
        records = session.records
        for field in records.select(
            "contactfield", record["account_id"], _FIELDS_BY_TYPE, record["id"]
        ):
            records.remove("contactfield", field)


def serialize_contact_field(session: Session, record: Record) -> Tree:
    """Build the response object of a contact field."""
    type_ = session.read("contactfieldtype", record["contact_field_type_id"])
    labels = [session.read("contactfieldlabel", id) for id in record["labels"]]
    return {
        "id": record["id"],
        "uuid": record["uuid"],
        "object": "contactfield",
        "content": record["content"],
        "contact_field_type": serialize_contact_field_type(type_),
        "labels": [_serialize_label(label) for label in labels],
        "contact": short_contact(session, record["contact_id"]),
        **common_end(record),
    }


def serialize_contact_field_type(record: Record) -> Tree:
    """Build the response object of a type of contact fields."""
    return {
        "id": record["id"],
        "uuid": record["uuid"],
        "object": "contactfieldtype",
        "name": record["name"],
        "fontawesome_icon": record["fontawesome_icon"],
        "protocol": record["protocol"],
        "delible": record["delible"],
        "type": record["type"],
        **common_end(record),
    }


def _serialize_label(record: Record) -> Tree:
    return {
        "id": record["id"],
        "object": "contactfieldlabel",
        "type": record["type"],
        "label": record["label"],
        **common_end(record),
    }
