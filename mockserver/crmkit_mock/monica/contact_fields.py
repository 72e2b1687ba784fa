"""Contact fields, such as email addresses and telephone numbers, and their types."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from crmkit_mock.monica.columns import timestamp, varchar
from crmkit_mock.monica.php_types import to_integer, to_str
from crmkit_mock.monica.resource import (
    KNOWN_CONTACT,
    ContactResource,
    OnBadId,
    Resource,
    id_rule,
)
from crmkit_mock.monica.short_contact import common_end, short_contact
from crmkit_mock.monica.validation import (
    Exists,
    Rules,
    array,
    at_most,
    identifier,
    integer,
    not_null,
    optional,
    required,
    string,
)
from crmkit_mock.shelves import Index

if TYPE_CHECKING:
    from crmkit_mock.monica.columns import Columns
    from crmkit_mock.monica.records import Record
    from crmkit_mock.monica.session import Session, Tree
    from crmkit_mock.monica.validation import Values

#: Labels that Monica knows, in any case; others appear as they were sent.
_KNOWN_LABELS = {
    "home": "Home",
    "work": "Work",
    "cell": "Mobile",
    "fax": "Fax",
    "pager": "Pager",
    "main": "Main",
    "other": "Other",
}
_LABEL_BY_TYPE = Index(lambda label: [(label["type"] or "").casefold()])
_FIELDS_BY_TYPE = Index(lambda field: [field["contact_field_type_id"]])


class ContactFields(ContactResource):
    """The contact fields of an account, which are listed by contact only."""

    kind = "contactfield"
    label = "contact field"
    contact_sortable = None
    contact_raw_crash = True
    rules: ClassVar[Rules] = {
        "contact_id": KNOWN_CONTACT,
        "contact_field_type_id": required(identifier, Exists("contactfieldtype")),
        "data": required(string(255)),
        "labels": optional(array),
    }
    update_rules: ClassVar[Rules] = {"contact_field_id": id_rule("contactfield"), **rules}
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
        if self.id_name in session.sent:
            session.path_params = {**session.path_params, "id": session.sent[self.id_name]}
        return super().find_for_update(session)

    def apply(self, session: Session, record: Record, values: Values) -> None:
        """Change a contact field; labels stay if there are none among the values."""
        self.assign(session, record, values["contact_id"])
        type_ = session.read("contactfieldtype", values["contact_field_type_id"])
        record["contact_field_type_id"] = type_["id"]
        record["content"] = values["data"]
        record["labels"] = _label_ids(session, values) or record["labels"]


def _label_ids(session: Session, values: Values) -> list[int]:
    """Return the ids of labels by their names; unknown ones are created.

    Raises:
        Refusal: 500 or 422, a label is not a str.
    """
    kind, account = "contactfieldlabel", session.account.id
    ids: list[int] = []
    for value in values.get("labels") or []:
        session.require_storable("labels", value)
        name = "" if value is None else to_str(value)
        name = name.lower() if name.lower() in _KNOWN_LABELS else name
        known = session.records.select(kind, account, _LABEL_BY_TYPE, name.casefold(), limit=1)
        if known:
            ids.append(known[0]["id"])
        else:
            columns = {"type": name or None, "label": _KNOWN_LABELS.get(name, name) or None}
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
    sortable = None
    raw_crash = True
    rules: ClassVar[Rules] = {
        "name": required(at_most(255)),
        "fontawesome_icon": optional(at_most(255)),
        "protocol": optional(at_most(255)),
        "delible": not_null(integer),
        "type": optional(at_most(255)),
    }
    update_rules: ClassVar[Rules] = rules
    columns: ClassVar[Columns] = {
        **dict.fromkeys(("name", "fontawesome_icon", "protocol", "type"), varchar()),
        "created_at": timestamp,
    }
    defaults: ClassVar[Tree] = {"name": "Type"}

    def serialize(self, session: Session, record: Record) -> Tree:
        """Build the response object of a type."""
        del session
        return serialize_contact_field_type(record)

    def new_record(self, session: Session, values: Values) -> Record:
        """Build the columns of a new type, which can be deleted unless it says otherwise."""
        columns = super().new_record(session, values)
        # Recorded: the reply to a creation without the member has false, later ones have true.
        columns["delible"] = _flag(values["delible"]) if "delible" in values else None
        return columns

    def apply(self, session: Session, record: Record, values: Values) -> None:
        """Change a type; what is not sent stays."""
        del session
        record.update(values)
        if "delible" in values:
            record["delible"] = _flag(values["delible"])

    def normalise(self, record: Record) -> bool:
        """Store an unknown `delible` as true."""
        differs = super().normalise(record)
        if record["delible"] is None:
            record["delible"] = True
            return True
        return differs

    def before_delete(self, session: Session, record: Record) -> None:
        """Delete the contact fields of a type with it."""
        records = session.records
        for field in records.select(
            "contactfield", record["account_id"], _FIELDS_BY_TYPE, record["id"]
        ):
            records.remove("contactfield", field)


def _flag(value: object) -> bool:
    """Return the bool that an integer stands for."""
    return bool(to_integer(value))


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
        "delible": bool(record["delible"]),
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
