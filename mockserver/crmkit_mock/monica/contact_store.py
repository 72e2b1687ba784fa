"""What befalls contacts beside being written: they are listed, archived, deleted, logged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmkit_mock.monica.short_contact import complete_name

if TYPE_CHECKING:
    from crmkit_mock.monica.call import Call
    from crmkit_mock.monica.records import Records, Row


def is_listed(contact: Row) -> bool:
    """Return whether lists show a contact: neither deleted nor archived nor partial."""
    return contact["is_active"] and is_searched(contact)


def is_searched(contact: Row) -> bool:
    """Return whether searches find a contact: neither deleted nor partial."""
    return not contact["is_partial"] and not contact["deleted_at"]


def log(call: Call, action: str, contact: Row) -> None:
    """Write into the audit log what the user has done to a contact."""
    columns = {
        "action": action,
        "contact_id": contact["id"],
        "contact_name": complete_name(contact),
        "created_at": call.now,
        "updated_at": call.now,
    }
    call.records.add("auditlog", call.account.id, columns)


def delete_contact(call: Call, contact: Row) -> None:
    """Delete a contact: it is hidden, its relationships go, all else that it has stays.

    A partial contact that loses its last relationship by that goes with it.
    """
    contact["deleted_at"] = call.now
    call.records.keep("contact", contact)
    if call.settings.get(f"me {contact['account_id']}") == contact["id"]:
        call.settings.set(f"me {contact['account_id']}", None)
    for id in call.records.attached(contact).get("relationship", []):
        relationship = call.records.get("relationship", contact["account_id"], id)
        if relationship is not None:
            remove_pair(call, relationship)


def remove_pair(call: Call, relationship: Row) -> None:
    """Delete a relationship with its reverse, and a partial `of_contact` that has none left."""
    reverse = reverse_of(call.records, relationship)
    for row in (relationship, reverse):
        if row is not None:
            owner = call.records.get("contact", row["account_id"], row["contact_is"])
            if owner is not None:
                call.records.detach(owner, "relationship", row["id"])
            call.records.remove("relationship", row)
    other = call.records.get("contact", relationship["account_id"], relationship["of_contact"])
    if (
        other is not None
        and other["is_partial"]
        and not other["deleted_at"]
        and not call.records.attached(other).get("relationship")
    ):
        delete_contact(call, other)


def reverse_type(records: Records, kind: Row) -> Row | None:
    """Return the type that is the reverse of a relationship type."""
    for row in records.all("relationshiptype", kind["account_id"]):
        if (
            row["name"] == kind["name_reverse_relationship"]
            and row["name_reverse_relationship"] == kind["name"]
        ):
            return row
    return None


def reverse_of(records: Records, relationship: Row) -> Row | None:
    """Return the row that goes the other way, any one where there are several alike.

    Recorded: it is found by its contacts and type, there is nothing that ties the rows together.
    """
    account = relationship["account_id"]
    kind = records.get("relationshiptype", account, relationship["relationship_type_id"])
    other = records.get("contact", account, relationship["of_contact"])
    back = None if kind is None else reverse_type(records, kind)
    if other is None or back is None:
        return None
    for id in records.attached(other).get("relationship", []):
        row = records.get("relationship", account, id)
        if (
            row is not None
            and row["id"] != relationship["id"]
            and row["of_contact"] == relationship["contact_is"]
            and row["relationship_type_id"] == back["id"]
        ):
            return row
    return None
