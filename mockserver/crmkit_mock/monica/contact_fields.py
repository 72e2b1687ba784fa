"""Contact fields, such as addresses of mail and telephone numbers, and their types."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from crmkit_mock.monica.notes import SETTABLE
from crmkit_mock.monica.resource import OfContact, Resource, TextId, Unknown
from crmkit_mock.monica.rules import (
    Exists,
    Rules,
    array_of,
    integer,
    optional,
    required,
    text,
)
from crmkit_mock.monica.short_contact import account_of, short_contact

if TYPE_CHECKING:
    from crmkit_mock.messages import Reply
    from crmkit_mock.monica.call import Call, Tree
    from crmkit_mock.monica.records import Row
    from crmkit_mock.monica.rules import Values

#: Labels that Monica knows; others are shown as they were sent.
_KNOWN_LABELS = {"home": "Home", "work": "Work", "main": "Main", "other": "Other"}


class ContactFields(OfContact):
    """The contact fields of an account, which are listed by contact only."""

    kind = "contactfield"
    label = "contact field"
    prefix = "contact_fields"
    verbs: ClassVar[tuple[str, ...]] = ("list", "get", "create", "update", "delete")
    contact_columns = None
    rules: ClassVar[Rules] = {
        "contact_id": required(integer),
        "contact_field_type_id": required(integer, Exists("contactfieldtype")),
        "data": required(text(255)),
        "labels": optional(array_of(text())),
    }

    def shape(self, call: Call, row: Row) -> Tree:
        """Build what replies show of a contact field."""
        return contact_field_shape(call, row)

    def page(self, call: Call) -> Reply:
        """Answer a page of the contact fields of a contact."""
        return self.page_of_contact(call)

    def columns_of(self, call: Call, values: Values) -> Row:
        """Build the columns of a new contact field."""
        kind = call.own("contactfieldtype", values["contact_field_type_id"])
        return {
            "contact_id": values["contact_id"],
            "contact_field_type_id": kind["id"],
            "content": values["data"],
            "labels": self._labels(call, values),
        }

    def _labels(self, call: Call, values: Values) -> list[int]:
        """Return the ids of labels by their names; new ones are made."""
        ids: list[int] = []
        for name in values.get("labels") or []:
            known = call.records.all("contactfieldlabel", call.account.id)
            found = next((row for row in known if row["type"] == name), None)
            if found is None:
                columns = {"type": name, "label": _KNOWN_LABELS.get(name, name)}
                moments = {"created_at": call.now, "updated_at": call.now}
                found = call.records.add(
                    "contactfieldlabel", call.account.id, {**moments, **columns}
                )
            ids.append(found["id"])
        return list(dict.fromkeys(ids))

    def to_update(self, call: Call) -> tuple[Row, Values]:
        """Return the contact field that an update means: a `contact_field_id` sent beats the path.

        Recorded: seq 691.
        """
        sent = call.given.get("contact_field_id")
        if sent is not None:
            call.parameters = {**call.parameters, "id": str(sent)}
        return super().to_update(call)

    def change(self, call: Call, row: Row, values: Values) -> None:
        """Change a contact field; labels stay if none are sent (assumption)."""
        kind = call.own("contactfieldtype", values["contact_field_type_id"])
        self.move(call, row, values["contact_id"])
        row["contact_field_type_id"] = kind["id"]
        row["content"] = values["data"]
        if "labels" in values:
            row["labels"] = self._labels(call, values)


class ContactFieldTypes(Resource):
    """The types of contact fields of an account."""

    kind = "contactfieldtype"
    label = "contact field type"
    prefix = "contact_field_types"
    unknown_update = Unknown.MISSING
    unknown_delete = Unknown.MISSING
    text_delete = TextId.MISSING
    columns = None
    update_rules: ClassVar[Rules] = {
        "name": required(text(255)),
        "fontawesome_icon": optional(text(255)),
        "protocol": optional(text(255)),
        "delible": optional(integer),
        "type": optional(text(255)),
    }
    rules: ClassVar[Rules] = {**update_rules, **SETTABLE}

    def shape(self, call: Call, row: Row) -> Tree:
        """Build what replies show of a type."""
        del call
        return contact_field_type_shape(row)

    def columns_of(self, call: Call, values: Values) -> Row:
        """Build the columns of a new type."""
        del call
        columns = {name: values.get(name) for name in self.rules_of_update()}
        columns["delible"] = values.get("delible") != 0
        if values.get("created_at"):
            columns["created_at"] = values["created_at"]
        return columns

    def change(self, call: Call, row: Row, values: Values) -> None:
        """Change a type; what is not sent stays."""
        del call
        row.update({name: value for name, value in values.items() if name != "delible"})
        if values.get("delible") is not None:
            row["delible"] = values["delible"] != 0

    def dropped(self, call: Call, row: Row) -> None:
        """Delete the contact fields of a type with it."""
        for field in call.records.all("contactfield", row["account_id"]):
            if field["contact_field_type_id"] == row["id"]:
                ContactFields().dropped(call, field)
                call.records.remove("contactfield", field)


def contact_field_shape(call: Call, row: Row) -> Tree:
    """Build what replies show of a contact field."""
    kind = call.own("contactfieldtype", row["contact_field_type_id"])
    labels = [call.own("contactfieldlabel", id) for id in row["labels"]]
    return {
        "id": row["id"],
        "uuid": row["uuid"],
        "object": "contactfield",
        "content": row["content"],
        "contact_field_type": contact_field_type_shape(kind),
        "labels": [_label_shape(label) for label in labels],
        "account": account_of(row),
        "contact": short_contact(call, row["contact_id"]),
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
    }


def contact_field_type_shape(row: Row) -> Tree:
    """Build what replies show of a type of contact fields."""
    return {
        "id": row["id"],
        "uuid": row["uuid"],
        "object": "contactfieldtype",
        "name": row["name"],
        "fontawesome_icon": row["fontawesome_icon"],
        "protocol": row["protocol"],
        "delible": row["delible"],
        "type": row["type"],
        "account": account_of(row),
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
    }


def _label_shape(row: Row) -> Tree:
    return {
        "id": row["id"],
        "object": "contactfieldlabel",
        "type": row["type"],
        "label": row["label"],
        "account": account_of(row),
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
    }
