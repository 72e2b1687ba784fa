"""The checks of fields that link records, and of addresses, phone numbers and reminders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.entity_types import ENTITY_TYPES
from crmkit_mock.espocrm.phone_numbers import is_possible_number
from crmkit_mock.espocrm.php_types import to_str
from crmkit_mock.espocrm.sales_types import CONTACT_ROLES
from crmkit_mock.espocrm.text_formats import has_markup, is_email, is_id

if TYPE_CHECKING:
    from crmkit_mock.espocrm.values import Check, FieldInput

_MAX_ENTRIES = 10
_MAX_EMAIL_LENGTH, _MAX_PHONE_LENGTH = 255, 36
_REMINDER_TYPES = ("Popup", "Email")


def _has_id(sent: FieldInput) -> bool:
    return sent.has("Id") and sent.get("Id") not in (None, "")


def _is_id(sent: FieldInput) -> bool:
    value = sent.get("Id")
    if value is None:
        return True
    if isinstance(value, list | dict):
        reason = f"{sent.field.name}Id is a list or an object."
        raise sent.session.server_error_or(reason, by_router=True)
    return is_id(to_str(value) or "")


def _has_parent(sent: FieldInput) -> bool:
    return _has_id(sent) and bool(sent.get("Type"))


def _is_parent_type(sent: FieldInput) -> bool:
    value = sent.get("Type")
    if value is None or value is True:
        # To PHP true equals any name.
        return True
    return value in (sent.field.parents or ENTITY_TYPES) if isinstance(value, str) else False


def _ids(sent: FieldInput) -> list[Any]:
    value = sent.get("Ids")
    return value if isinstance(value, list) else []


def _has_ids(sent: FieldInput) -> bool:
    return bool(_ids(sent))


def _are_ids(sent: FieldInput) -> bool:
    return all(isinstance(id, str) and is_id(id) for id in _ids(sent))


def _has_few_ids(sent: FieldInput) -> bool:
    return sent.field.max_count is None or len(_ids(sent)) <= sent.field.max_count


def _has_columns(sent: FieldInput) -> bool:
    rows = sent.get("Columns")
    if not sent.field.columns or not isinstance(rows, dict):
        return True
    for row in rows.values():
        if not isinstance(row, dict):
            return False
        for name in sent.field.columns:
            if name in row and not _is_column_value(sent, name, row[name]):
                return False
    return True


def _is_column_value(sent: FieldInput, column: str, value: object) -> bool:
    if column == "isInactive":
        return isinstance(value, bool)
    if value is None:
        return True
    if not isinstance(value, str):
        return False
    if column == "role" and sent.entity.name == "Opportunity":
        return value in ("", *CONTACT_ROLES)
    if column == "role" and sent.entity.name == "Contact":
        return 0 < len(value) <= _MAX_ROLE_LENGTH and not has_markup(value)
    return True


_MAX_ROLE_LENGTH = 100


def _entries(sent: FieldInput) -> list[Any]:
    value = sent.get("Data")
    return value if isinstance(value, list) else []


def _has_entry(sent: FieldInput) -> bool:
    if sent.value not in (None, ""):
        return True
    return any(isinstance(entry, dict) and entry.get(sent.field.name) for entry in _entries(sent))


def _has_few_entries(sent: FieldInput) -> bool:
    return len(_entries(sent)) <= _MAX_ENTRIES


def _are_emails(sent: FieldInput) -> bool:
    if sent.value not in (None, "") and not is_email(sent.value):
        return False
    for entry in _entries(sent):
        if not isinstance(entry, dict):
            return False
        address = entry.get("emailAddress")
        if address and not (isinstance(address, str | int | float) and is_email(str(address))):
            return False
    return True


def _are_short(limit: int) -> Any:
    def check(sent: FieldInput) -> bool:
        values = [sent.value, *(entry.get(sent.field.name) for entry in _entries(sent))]
        return all(not isinstance(value, str) or len(value) <= limit for value in values)

    return check


def _are_numbers(sent: FieldInput) -> bool:
    if sent.value not in (None, "") and not is_possible_number(sent.value):
        return False
    return all(_is_phone_entry(sent, entry) for entry in _entries(sent))


def _is_phone_entry(sent: FieldInput, entry: object) -> bool:
    if not isinstance(entry, dict) or not is_possible_number(entry.get("phoneNumber")):
        return False
    kind = entry.get("type")
    return kind is None or (
        isinstance(kind, str) and (not sent.field.types or kind in sent.field.types)
    )


def _is_array(sent: FieldInput) -> bool:
    value = sent.data.get(sent.field.name)
    return value is None or isinstance(value, list)


def _are_reminders(sent: FieldInput) -> bool:
    return all(_is_reminder(item) for item in sent.value or ())


def _is_reminder(item: object) -> bool:
    if not isinstance(item, dict):
        return False
    seconds = item.get("seconds")
    return type(seconds) is int and seconds >= 0 and item.get("type") in _REMINDER_TYPES


def _has_few_reminders(sent: FieldInput) -> bool:
    return len(sent.value or ()) <= _MAX_ENTRIES


#: Checks of links, addresses and reminders by family, in their order.
LINK_CHECKS: dict[str, tuple[Check, ...]] = {
    "link": (("required", _has_id), ("pattern", _is_id)),
    "file": (("required", _has_id), ("pattern", _is_id)),
    "linkParent": (("required", _has_parent), ("pattern", _is_id), ("valid", _is_parent_type)),
    "linkMultiple": (
        ("required", _has_ids),
        ("pattern", _are_ids),
        ("columnsValid", _has_columns),
        ("maxCount", _has_few_ids),
    ),
    "attachmentMultiple": (("required", _has_ids), ("pattern", _are_ids)),
    "email": (
        ("required", _has_entry),
        ("emailAddress", _are_emails),
        ("maxLength", _are_short(_MAX_EMAIL_LENGTH)),
        ("maxCount", _has_few_entries),
    ),
    "phone": (
        ("required", _has_entry),
        ("valid", _are_numbers),
        ("maxLength", _are_short(_MAX_PHONE_LENGTH)),
        ("maxCount", _has_few_entries),
    ),
    "jsonArray": (
        ("array", _is_array),
        ("valid", _are_reminders),
        ("maxCount", _has_few_reminders),
    ),
}
