"""The column of each attribute, by the type of its field."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.attributes import value_of
from crmkit_mock.espocrm.columns import NO_COLUMN, Column, StoredColumn
from crmkit_mock.espocrm.extra_attributes import EXTRA
from crmkit_mock.espocrm.fields import PERSON_NAME
from crmkit_mock.espocrm.responses import has_stars
from crmkit_mock.espocrm.special_columns import (
    communication,
    converted,
    person_name,
    phone_numeric,
    special_column,
)

if TYPE_CHECKING:
    from crmkit_mock.espocrm.comparisons import Kind
    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType, Field
    from crmkit_mock.espocrm.session import Session

_KINDS: dict[str, Kind] = {
    "bool": "number",
    "int": "number",
    "float": "number",
    "autoincrement": "number",
    "date": "date",
    "datetime": "datetime",
}
#: Families of fields that are stored as JSON text, and whose items filters of arrays look up.
ARRAYS = frozenset({"multiEnum", "array", "urlMultiple"})
_FOLLOWERS = frozenset({"isFollowed", "followersIds", "followersNames"})


def column_of(  # noqa: PLR0911 - a table
    session: Session, entity: EntityType, attribute: str
) -> Column | None:
    """Return the column of an attribute; None if the entity type has no such attribute.

    Args:
        session: The request.
        entity: The entity type.
        attribute: Name of the attribute.
    """
    special = special_column(session, entity, attribute)
    if special is not None:
        return special
    if attribute in EXTRA.get(entity.name, ()):
        return NO_COLUMN
    field = entity.by_attribute.get(attribute)
    if field is not None and field.since > session.release:
        return None
    if field is not None and not field.stored:
        return NO_COLUMN
    if field is not None:
        return _column_of_field(session, entity, field, attribute)
    match attribute:
        case "id":
            return StoredColumn("text", lambda record: record["id"])
        case "deleted":
            return StoredColumn("number", lambda record: int(record["deleted"]))
        case "versionNumber" if entity.versioned:
            return StoredColumn("number", lambda record: record.get("versionNumber", 1))
        case "phoneNumberNumeric" if "phoneNumber" in entity.by_name:
            return phone_numeric()
        case _:
            return NO_COLUMN if is_known(session, entity, attribute) else None


def is_known(session: Session, entity: EntityType, attribute: str) -> bool:
    """Return whether an attribute of no field exists, though no column does."""
    if attribute in EXTRA.get(entity.name, ()):
        return True
    if attribute in _FOLLOWERS:
        return entity.stream
    if attribute == "isStarred":
        return has_stars(session, entity)
    for suffix in ("Ids", "Names"):
        link = entity.all_links.get(attribute.removesuffix(suffix))
        if attribute.endswith(suffix) and link is not None:
            return link.kind != "belongs_to"
    return False


def _column_of_field(  # noqa: PLR0911 - one case a type
    session: Session, entity: EntityType, field: Field, attribute: str
) -> Column:
    def value(record: Record) -> Any:
        return value_of(session, entity, record, attribute)

    match field.family:
        case "personName" if attribute == PERSON_NAME[-1]:
            return person_name(session)
        case "email" | "phone":
            return communication(session, field, attribute)
        case "currency" if attribute.endswith("Converted"):
            return converted(session, entity, field, attribute)
        case "currency" if attribute == field.name:
            return StoredColumn("number", lambda record: record.get(attribute))
        case "datetimeOptional":
            is_date = attribute != field.name
            return StoredColumn(
                "date" if is_date else "datetime", lambda record: record.get(attribute)
            )
        case "linkMultiple" | "attachmentMultiple" | "jsonArray" | "jsonObject" | "duration":
            return NO_COLUMN
        case "linkParent" if attribute.endswith("Name"):
            return NO_COLUMN
        case "multiEnum" | "array" | "urlMultiple":
            return StoredColumn("text", lambda record: array_text(value(record)))
        case "bool":
            return StoredColumn("number", lambda record: int(bool(value(record))))
        case family:
            return StoredColumn(_KINDS.get(family, "text"), value)


def array_text(value: object) -> str | None:
    """Return an array as the server writes it into its column; None for null."""
    if value is None:
        return None
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("/", "\\/")
