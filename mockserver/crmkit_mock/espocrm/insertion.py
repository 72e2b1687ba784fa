"""Inserting records into the store without a request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.arguments import require_record
from crmkit_mock.espocrm.addresses import email_entry, phone_entry, share
from crmkit_mock.espocrm.attributes import FOLLOWERS
from crmkit_mock.espocrm.datetimes import format_datetime
from crmkit_mock.espocrm.defaults import defaults
from crmkit_mock.espocrm.entity_types import ENTITY_TYPES
from crmkit_mock.espocrm.extra_attributes import EXTRA
from crmkit_mock.espocrm.records import first_stamps, numbers
from crmkit_mock.espocrm.relations import relation_of, without_relations
from crmkit_mock.espocrm.responses import FOREIGN
from crmkit_mock.espocrm.users import INTEGRATOR_ID
from crmkit_mock.schemas import first_error

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.clock import Clock
    from crmkit_mock.documents import Document
    from crmkit_mock.espocrm.data import Data, Record
    from crmkit_mock.espocrm.fields import EntityType

_LINK_SUFFIXES = ("Id", "Name", "Ids", "Names", "Columns")


def insert_record(data: Data, clock: Clock, entity_type: str, record: Mapping[str, Any]) -> str:
    """Insert a record without the vendor's validation; return its id.

    Args:
        data: The records.
        clock: The mock's clock, for missing times.
        entity_type: Name of the entity type.
        record: Attributes as they are stored, those of links included; an e-mail address or a
            phone number is enough without its list. What is missing gets its default.

    Raises:
        ValueError: there is a record with that id.
    """
    entity = ENTITY_TYPES[entity_type]
    now = format_datetime(clock.now())
    complete: Record = {
        **defaults(entity),
        "deleted": False,
        "createdById": INTEGRATOR_ID,
        **first_stamps(entity, now),
        **numbers(data, entity, record),
        **record,
    }
    complete.setdefault("modifiedAt", complete["createdAt"])
    if complete.get("id") is None:
        number = data.settings.next_number("id", 1)
        complete["id"] = f"{int(clock.now().timestamp()):08x}{number:09x}"
    _complete_addresses(data, entity, complete)
    data.insert(entity.name, without_relations(entity, complete))
    _insert_links(data, entity, complete)
    id: str = complete["id"]
    return id


def require_attributes(document: Document, entity_type: str, record: Mapping[str, Any]) -> None:
    """Check the attributes of a record to insert by their names and, if documented, types.

    Raises:
        ValueError: one does not exist, or its value is not of its type.
    """
    require_record(entity_type, record, _attributes(ENTITY_TYPES[entity_type]))
    schema = document.tree["components"]["schemas"].get(entity_type, {})
    for name, value in record.items():
        node = schema.get("properties", {}).get(name)
        if node is not None:
            validator = document.validator(node)
            if not validator.is_valid(value):
                raise ValueError(f"{entity_type}: {name}: {first_error(validator, value)}")


def _attributes(entity: EntityType) -> list[str]:
    """Return the names of all attributes that a record of a type may have."""
    return [
        *("id", "deleted", "versionNumber", "followersIds", "followersNames", "isFollowed"),
        *("isStarred", *FOREIGN.get(entity.name, ())),
        *entity.by_attribute,
        *(f"{name}{suffix}" for name in entity.all_links for suffix in _LINK_SUFFIXES),
        *EXTRA.get(entity.name, ()),
    ]


def _complete_addresses(data: Data, entity: EntityType, record: Record) -> None:
    primary = {"primary": True}
    for field in entity.fields:
        entries = f"{field.name}Data"
        value = record.get(field.name)
        if field.family == "email" and value and not record.get(entries):
            record[entries] = [email_entry(value, primary)]
        if field.family == "phone" and value and not record.get(entries):
            record[entries] = [phone_entry(value, primary, field.default_type)]
        if field.family in {"email", "phone"}:
            for entry in record.get(entries) or []:
                share(data, field, entry)


def _insert_links(data: Data, entity: EntityType, record: Record) -> None:
    for field in entity.fields:
        link = relation_of(entity, field)
        if link is not None:
            columns = record.get(f"{field.name}Columns") or {}
            initial = {"status": "None"} if "status" in field.columns else {}
            for other in record.get(f"{field.name}Ids") or []:
                data.relate(link, record["id"], other, {**initial, **columns.get(other, {})})
    if entity.name == "Contact" and record.get("accountId"):
        columns = (record.get("accountsColumns") or {}).get(record["accountId"])
        columns = {"role": record.get("title"), "isInactive": False, **(columns or {})}
        data.relate(entity.all_links["accounts"], record["id"], record["accountId"], columns)
    for user in record.get("followersIds") or []:
        data.relate(FOLLOWERS, record["id"], user)
