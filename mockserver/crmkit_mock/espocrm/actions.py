"""Actions on a single record: merging and converting currencies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm import records
from crmkit_mock.espocrm.errors import bad_request, not_found
from crmkit_mock.espocrm.relations import add_link, detach, linked_records
from crmkit_mock.espocrm.responses import read_response
from crmkit_mock.espocrm.session import BASE_CURRENCY
from crmkit_mock.espocrm.validation import accept

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType
    from crmkit_mock.espocrm.session import Session


def run(session: Session) -> dict[str, Any]:
    """Run the action of `POST /Action`; return the record.

    Raises:
        APIError: 400, 403 or 404.
    """
    body = session.body
    name, id, action = body.get("entityType"), body.get("id"), body.get("action")
    if not isinstance(name, str) or not isinstance(id, str) or not isinstance(action, str):
        raise bad_request("")
    entity = session.entity(name)
    record = records.find(session, entity, id, "edit")
    data: Any = body.get("data")
    data = data if isinstance(data, dict) else {}
    match action:
        case "merge":
            after = _merge(session, entity, record, data)
        case "convertCurrency":
            after = _convert_currency(session, entity, record, data)
        case _:
            raise not_found(f"Action '{action[:50]}' does not exist.")
    return read_response(session, entity, after)


def _merge(session: Session, entity: EntityType, record: Record, data: Mapping[str, Any]) -> Record:
    """Merge others into a record: it gets the attributes sent and their links, they are deleted."""
    ids = data.get("sourceIdList")
    if not isinstance(ids, list) or not ids:
        raise bad_request("")
    sources = [records.find(session, entity, str(id), "delete") for id in ids]
    attributes: Any = data.get("attributes")
    sent = attributes if isinstance(attributes, dict) else {}
    accepted = accept(session, entity, sent, record)
    after = records.change(session, entity, record, accepted, sent)
    for source in sources:
        for link in entity.all_links.values():
            if link.kind in {"belongs_to", "has_one", "parent"} or link.entity == entity.name:
                continue
            for other in linked_records(session, link, source):
                detach(session, entity, link, source, other)
                detached = session.data.get(link.entity, other["id"])
                add_link(session, entity, link, after, detached)
        records.mark_deleted(session, entity, source)
    return session.data.get(entity.name, record["id"])


def _convert_currency(
    session: Session, entity: EntityType, record: Record, data: Mapping[str, Any]
) -> Record:
    """Convert a record's amounts to another currency."""
    target = data.get("targetCurrency", BASE_CURRENCY)
    rates = session.rates()
    if target not in rates:
        raise bad_request("Bad target currency.")
    changes: dict[str, Any] = {}
    for field in entity.fields:
        amount = record.get(field.name)
        if field.family == "currency" and amount is not None:
            rate = rates[record[f"{field.name}Currency"]] / rates[target]
            changes |= {field.name: round(amount * rate, 2), f"{field.name}Currency": target}
    accepted = accept(session, entity, changes, record)
    return records.change(session, entity, record, accepted, changes)
