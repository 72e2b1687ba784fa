"""Values of fields that link records, and of addresses and reminders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.addresses import parse_emails, parse_phones
from crmkit_mock.espocrm.errors import foreign_record_not_found

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.espocrm.values import FieldInput


def accept_link(sent: FieldInput) -> None:
    """Accept the id of a linked record."""
    attribute = f"{sent.field.name}Id"
    if attribute not in sent.attributes:
        return
    id = sent.attributes[attribute] or None
    if id is not None:
        _require_foreign(sent, sent.field.entity, id)
    sent.out.values[attribute] = id


def _require_foreign(sent: FieldInput, foreign: str, id: object) -> None:
    if sent.session.data.find(foreign, id) is None:
        raise foreign_record_not_found(sent.entity.name, sent.field.name, foreign)


def accept_parent(sent: FieldInput) -> None:
    """Accept type and id of a parent."""
    id_name, type_name = f"{sent.field.name}Id", f"{sent.field.name}Type"
    id = sent.attributes.get(id_name, sent.record.get(id_name)) or None
    foreign = sent.attributes.get(type_name, sent.record.get(type_name)) or None
    if id is None:
        # A type without an id is stored: an attachment gets its parent later.
        sent.out.values[id_name] = None
        sent.out.values[type_name] = foreign if isinstance(foreign, str) else None
        return
    if not isinstance(foreign, str):
        raise sent.invalid("required")
    _require_foreign(sent, foreign, id)
    sent.out.values[id_name] = id
    sent.out.values[type_name] = foreign


def accept_links(sent: FieldInput) -> None:
    """Accept the ids of linked records, and columns of their relation."""
    ids_name, columns_name = f"{sent.field.name}Ids", f"{sent.field.name}Columns"
    if ids_name in sent.attributes:
        ids: Any = sent.attributes[ids_name]
        ids = [] if ids is None else ids
        if not isinstance(ids, list) or not all(isinstance(id, str) for id in ids):
            raise sent.invalid("valid")
        for id in ids:
            _require_foreign(sent, sent.field.entity, id)
        sent.out.values[ids_name] = list(dict.fromkeys(ids))
    columns = sent.attributes.get(columns_name)
    if sent.field.columns and isinstance(columns, dict):
        sent.out.values[columns_name] = {
            id: {name: row[name] for name in sent.field.columns if name in row}
            for id, row in columns.items()
            if isinstance(row, dict)
        }


def accept_emails(sent: FieldInput) -> None:
    """Accept e-mail addresses."""
    sent.out.values |= parse_emails(sent.field, sent.attributes, sent.record, sent.invalid)
    _echo_entries(sent)


def accept_phones(sent: FieldInput) -> None:
    """Accept phone numbers."""
    # Types of numbers without one, as recorded for accounts.
    default_type = "Office" if sent.entity.name == "Account" else "Mobile"
    sent.out.values |= parse_phones(
        sent.field, sent.attributes, sent.record, sent.invalid, default_type
    )
    _echo_entries(sent)


def _echo_entries(sent: FieldInput) -> None:
    # The list is returned as it was sent; the next read has the defaults of its entries
    # (recorded: update-phoneNumberData).
    name = f"{sent.field.name}Data"
    entries = sent.attributes.get(name)
    if isinstance(entries, list):
        sent.out.echo[name] = [_coerced(entry) for entry in entries if isinstance(entry, dict)]


def _coerced(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entry of such a list with its values in the types in which they are stored."""
    coerced = dict(entry)
    for name, kind in (("primary", bool), ("optOut", bool), ("invalid", bool), ("type", str)):
        if coerced.get(name) is not None:
            coerced[name] = kind(coerced[name])
    return coerced


def accept_reminders(sent: FieldInput) -> None:
    """Accept a list of reminders; invalid ones are ignored."""
    items = sent.value if isinstance(sent.value, list) else []
    sent.accept([item for item in items if _is_reminder(item)])


def _is_reminder(item: object) -> bool:
    if not isinstance(item, dict):
        return False
    return type(item.get("seconds")) is int and isinstance(item.get("type"), str)
