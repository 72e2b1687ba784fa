"""Actions on single records: merging, converting currencies, emptying a target list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm import links, records
from crmkit_mock.espocrm.crm_types import LEAD, TARGET_LIST
from crmkit_mock.espocrm.people import PEOPLE
from crmkit_mock.espocrm.refusals import Problem, bad_request, not_found
from crmkit_mock.espocrm.session import BASE_CURRENCY
from crmkit_mock.espocrm.shapes import read_shape
from crmkit_mock.espocrm.values import accept

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType
    from crmkit_mock.espocrm.session import Session

#: Key of the demo's lead capture form, which works without authentication.
LEAD_CAPTURE_KEY = "5e1f0c9ad7b84236a1c05de8f7b3942c"


def run(session: Session) -> Any:
    """Run what `POST /Action` asks for; return the record.

    Raises:
        Problem: 400, 403 or 404.
    """
    body = session.body
    name, id, kind = body.get("entityType"), body.get("id"), body.get("action")
    if not isinstance(name, str) or not isinstance(id, str) or not isinstance(kind, str):
        raise bad_request("")
    entity = session.entity(name)
    record = records.find(session, entity, id, "edit")
    told = body.get("data")
    data: dict[str, Any] = told if isinstance(told, dict) else {}
    match kind:
        case "merge":
            after = _merge(session, entity, record, data)
        case "convertCurrency":
            after = _convert(session, entity, record, data)
        case _:
            raise not_found(f"Action '{kind[:50]}' does not exist.")
    return read_shape(session, entity, after)


def _merge(session: Session, entity: EntityType, record: Record, data: Mapping[str, Any]) -> Record:
    """Bring records together in one: it gets attributes and links, the others are deleted."""
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
            if link.kind == "belongs_to" or link.entity == entity.name:
                continue
            for other in links.linked_records(session, link, source):
                links.unlink(session, link, source, other)
                # As it is without that link.
                links.link_one(session, link, after, session.data.there(link.entity, other["id"]))
        records.remove(session, entity, source)
    return session.data.there(entity.name, record["id"])


def _convert(
    session: Session, entity: EntityType, record: Record, data: Mapping[str, Any]
) -> Record:
    """Turn a record's amounts into another currency."""
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


def unlink_all(session: Session) -> bool:
    """Empty one link of a target list.

    Raises:
        Problem: 400, 403 or 404.
    """
    id, name = session.body.get("id"), session.body.get("link")
    if not isinstance(id, str) or not isinstance(name, str):
        raise bad_request("")
    record = records.find(session, TARGET_LIST, id, "edit")
    link = TARGET_LIST.all_links.get(name)
    if link is None or link.kind != "many_many":
        raise not_found()
    for other in links.linked_records(session, link, record):
        links.unlink(session, link, record, other)
    return True


def capture_lead(session: Session, key: str) -> bool:
    """Make a lead of what a form on a web page sends. Nothing is required of it.

    Raises:
        Problem: 400 for an improper value, 404 for an unknown key.
    """
    if key != LEAD_CAPTURE_KEY:
        raise Problem(404, "")
    records.make(session, LEAD, session.body, skip_duplicate_check=True)
    return True


#: Whose name what comes without authentication is done in.
NOBODY = PEOPLE["admin"]
