"""Validation of the attributes sent for a record, field by field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmkit_mock.espocrm import linked_values, values
from crmkit_mock.espocrm.values import Accepted, FieldInput, is_blank

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from crmkit_mock.espocrm.fields import EntityType
    from crmkit_mock.espocrm.session import Session


def accept(
    session: Session,
    entity: EntityType,
    sent: Mapping[str, Any],
    stored: Mapping[str, Any] | None = None,
) -> Accepted:
    """Validate the attributes sent for a record, and convert them to stored ones.

    Unknown, read-only and hidden ones are ignored.

    Args:
        session: The request.
        entity: The entity type.
        sent: The attributes sent.
        stored: The record as it is stored; None for a new one.

    Raises:
        APIError: 400 for the first field that fails; 403 for the id of a record that does not
            exist.
    """
    out = Accepted()
    hidden = session.user.hidden(entity.name)
    for field in entity.fields:
        if field.read_only or field.name in hidden:
            continue
        is_sent = any(attribute in sent for attribute in field.attributes)
        sent_field = FieldInput(session, entity, field, sent, stored or {}, out)
        if stored is None or is_sent:
            _require(sent_field)
        if is_sent:
            _BY_FAMILY[field.family](sent_field)
    return out


def _require(sent: FieldInput) -> None:
    name = sent.field.name
    if not sent.field.required or (name == "closeDate" and sent.session.profile.lenient):
        return
    attributes = {
        "link": (f"{name}Id",),
        "datetimeOptional": (name, f"{name}Date"),
    }.get(sent.field.family, (name,))
    candidates = [
        sent.attributes.get(attribute, sent.record.get(attribute)) for attribute in attributes
    ]
    if all(is_blank(value) for value in candidates):
        raise sent.invalid("required")


_BY_FAMILY: dict[str, Callable[[FieldInput], None]] = {
    "varchar": values.accept_text,
    "text": values.accept_text,
    "url": values.accept_text,
    "address": values.accept_text,
    "personName": values.accept_person_name,
    "bool": values.accept_bool,
    "int": values.accept_number,
    "float": values.accept_number,
    "enum": values.accept_enum,
    "multiEnum": values.accept_array,
    "array": values.accept_array,
    "urlMultiple": values.accept_array,
    "date": values.accept_date,
    "datetime": values.accept_datetime,
    "datetimeOptional": values.accept_datetime_optional,
    "currency": values.accept_currency,
    "link": linked_values.accept_link,
    "file": linked_values.accept_link,
    "linkParent": linked_values.accept_parent,
    "linkMultiple": linked_values.accept_links,
    "attachmentMultiple": linked_values.accept_links,
    "email": linked_values.accept_emails,
    "phone": linked_values.accept_phones,
    "jsonArray": linked_values.accept_reminders,
}
