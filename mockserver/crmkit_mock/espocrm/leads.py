"""Leads: conversion with its quirks (observed), and capture from a form on a web page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm import records
from crmkit_mock.espocrm.datetimes import format_datetime
from crmkit_mock.espocrm.duplicates import find_duplicates, summary
from crmkit_mock.espocrm.errors import (
    APIError,
    PartiallyApplied,
    bad_request,
    duplicate,
    forbidden,
    not_found,
)
from crmkit_mock.espocrm.insertion import insert_record
from crmkit_mock.espocrm.responses import read_response
from crmkit_mock.espocrm.rules import normalise
from crmkit_mock.espocrm.sales_types import ACCOUNT, CONTACT, LEAD, OPPORTUNITY
from crmkit_mock.espocrm.validation import accept

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType
    from crmkit_mock.espocrm.session import Session

#: Key of the demo's lead capture form, which works without authentication.
LEAD_CAPTURE_KEY = "5e1f0c9ad7b84236a1c05de8f7b3942c"

#: The records that a lead is converted to, in this order.
_PARTS = (ACCOUNT, CONTACT, OPPORTUNITY)
#: Attributes of a lead that are copied to an attribute with another name.
_MAPPED: dict[str, dict[str, str]] = {
    "Account": {
        "accountName": "name",
        **{
            f"address{part}": f"billingAddress{part}"
            for part in ("Street", "City", "State", "Country", "PostalCode")
        },
    },
    "Contact": {},
    "Opportunity": {
        "opportunityAmount": "amount",
        "opportunityAmountCurrency": "amountCurrency",
        "source": "leadSource",
    },
}
_NOT_COPIED = frozenset({"createdAt", "modifiedAt", "createdBy", "modifiedBy", "originalLead"})


def conversion_attributes(session: Session, id: object) -> dict[str, Any]:
    """Return the initial attributes of each record that a lead is converted to.

    Raises:
        APIError: 400 without an id, 403 or 404.
    """
    lead = read_response(session, LEAD, _find(session, id))
    return {part.name: _initial_attributes(part, lead) for part in _PARTS}


def _initial_attributes(part: EntityType, lead: Mapping[str, Any]) -> dict[str, Any]:
    attributes: dict[str, Any] = {"createdByName": lead["createdByName"]}
    for field in part.fields:
        if field.name in _NOT_COPIED or field.name not in LEAD.by_name or field.name == "name":
            continue
        attributes |= {name: lead[name] for name in field.attributes if name in lead}
    if part is CONTACT:
        attributes |= {name: lead[name] for name in CONTACT.by_name["name"].attributes}
    attributes |= {target: lead[source] for source, target in _MAPPED[part.name].items()}
    # The vendor's values of relations that it did not load.
    attributes["teamsColumns"] = None
    if part is not OPPORTUNITY:
        attributes |= dict.fromkeys(("targetListsColumns", "targetListsIds", "targetListsNames"))
    return attributes


def convert(session: Session, id: object) -> dict[str, Any]:
    """Convert a lead; return it as it is then.

    A converted lead is converted again, and only the records that the body asks for are created.

    Args:
        session: The request; its body has `records` and `skipDuplicateCheck`.
        id: Id of the lead.

    Raises:
        APIError: 400 without an id, 403, 404, or 409 with duplicates; nothing has changed.
        PartiallyApplied: one record was rejected; the lead is unchanged, the records created
            before remain.
    """
    sent = session.body.get("records", {})
    if not isinstance(sent, dict):
        raise bad_request("")
    lead = _find(session, id)
    for name, values in sent.items():
        if not isinstance(values, dict):
            reason = f"The attributes of {name[:50]} are not an object."
            raise session.server_error_or(reason, by_router=True)
    parts = {part.name: sent[part.name] for part in _PARTS if part.name in sent}
    if session.body.get("skipDuplicateCheck") is not True:
        _require_unique(session, parts)
    created: dict[str, Record] = {}
    for part in _PARTS:
        if part.name in parts:
            try:
                created[part.name] = _create(session, part, parts[part.name], created, lead)
            except APIError as error:
                raise PartiallyApplied(error) from None
    return _finish(session, lead, created)


def _find(session: Session, id: object) -> Record:
    """Return the lead of an id, which the user may change.

    Raises:
        APIError: 400 without an id, 403 or 404.
    """
    if not id:
        raise bad_request("")
    if session.user.level("Lead", "read") == "no":
        raise forbidden("No 'read' access.")
    lead = session.data.find("Lead", id)
    if lead is None:
        raise not_found()
    session.user.require("Lead", "read", lead)
    session.user.require("Lead", "edit", lead)
    return lead


def _require_unique(session: Session, parts: Mapping[str, dict[str, Any]]) -> None:
    found: list[dict[str, Any]] = []
    for part in _PARTS:
        if part.name not in parts or not part.duplicates:
            continue
        try:
            record = accept(session, part, normalise(session, part, parts[part.name])).values
        except APIError:
            # Its creation will fail for the same reason.
            continue
        found += (summary(part, other) for other in find_duplicates(session, part, record))
    if found:
        raise duplicate(found)


def _create(
    session: Session,
    part: EntityType,
    sent: Mapping[str, Any],
    created: Mapping[str, Record],
    lead: Record,
) -> Record:
    sent = dict(sent)
    if part is not ACCOUNT and "Account" in created:
        sent["accountId"] = created["Account"]["id"]
    if part is OPPORTUNITY and "Contact" in created:
        sent.setdefault("contactsIds", [created["Contact"]["id"]])
        sent.setdefault("contactId", created["Contact"]["id"])
    record, _ = records.insert(
        session, part, sent, skip_duplicate_check=True, extra={"originalLeadId": lead["id"]}
    )
    return record


def _finish(session: Session, lead: Record, created: Mapping[str, Record]) -> dict[str, Any]:
    now = format_datetime(session.clock.tick())
    after = {
        **lead,
        **{f"created{name}Id": record["id"] for name, record in created.items()},
        "status": "Converted",
        "convertedAt": lead.get("convertedAt") or now,
        "modifiedAt": now,
        "modifiedById": session.user.id,
        "streamUpdatedAt": now,
    }
    session.data.replace("Lead", after)
    response = read_response(session, LEAD, after)
    for name in ("Contact", "Opportunity"):
        if name in created:
            # Their names are not loaded for the response (recorded: lead-convert-ok).
            response[f"created{name}Name"] = None
    return response


def require_form(key: str) -> None:
    """Check the key of a form.

    Raises:
        APIError: 404, it is unknown.
    """
    if key != LEAD_CAPTURE_KEY:
        raise not_found()


def capture(session: Session, key: str) -> bool:
    """Create a lead from a form on a web page, if no lead has the same e-mail address.

    Live 10.0.0: one that has it stays as it is.

    Raises:
        APIError: 400, no field of the form is sent or a value is invalid; 404 for an unknown key.
    """
    if key != LEAD_CAPTURE_KEY:
        # The reason is observed, although it names the id of another kind of form.
        raise not_found("Form ID is not valid.")
    sent = {name: session.body[name] for name in _FORM_FIELDS if name in session.body}
    if not sent:
        raise bad_request("empty")
    accepted = accept(session, LEAD, normalise(session, LEAD, sent), {"id": ""})
    address = sent.get("emailAddress")
    if isinstance(address, str) and session.data.with_address("Lead", address.lower()):
        return True
    # No field is required.
    values = {**accepted.values, "source": _FORM_SOURCE, "createdById": session.user.id}
    insert_record(session.data, session.clock, "Lead", values)
    return True


#: The vendor's defaults of a form: its fields, and the source of its leads.
_FORM_FIELDS = ("firstName", "lastName", "emailAddress")
_FORM_SOURCE = "Web Site"
