"""Lead conversion, with its quirks (observed)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm import records
from crmkit_mock.espocrm.crm_types import ACCOUNT, CONTACT, LEAD, OPPORTUNITY
from crmkit_mock.espocrm.duplicates import in_short, matches
from crmkit_mock.espocrm.instants import write_instant
from crmkit_mock.espocrm.refusals import Problem, bad_request, duplicate
from crmkit_mock.espocrm.rules import settle
from crmkit_mock.espocrm.shapes import read_shape
from crmkit_mock.espocrm.values import accept

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType
    from crmkit_mock.espocrm.session import Session

#: What a lead is converted to, in this order.
_PARTS = (ACCOUNT, CONTACT, OPPORTUNITY)
#: Where a lead's attributes go, beside those that have the same name there.
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


class PartFailed(Exception):
    """A part of a conversion was refused; those before it stay.

    Args:
        problem: Why.
    """

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def attributes(session: Session, id: object) -> dict[str, Any]:
    """Return what the parts of a conversion would begin with.

    Raises:
        Problem: 400 without an id, 403 or 404.
    """
    if not isinstance(id, str) or not id:
        raise bad_request("")
    lead = read_shape(session, LEAD, records.find(session, LEAD, id, "read"))
    return {part.name: _prefill(part, lead) for part in _PARTS}


def _prefill(part: EntityType, lead: Mapping[str, Any]) -> dict[str, Any]:
    prefill: dict[str, Any] = {"createdByName": lead["createdByName"]}
    for field in part.fields:
        if field.name in _NOT_COPIED or field.name not in LEAD.by_name or field.name == "name":
            continue
        prefill |= {name: lead[name] for name in field.attributes if name in lead}
    if part is CONTACT:
        prefill |= {one: lead[one] for one in CONTACT.by_name["name"].attributes}
    prefill |= {there: lead[here] for here, there in _MAPPED[part.name].items()}
    # What the vendor has of relations that were not loaded.
    prefill["teamsColumns"] = None
    if part is not OPPORTUNITY:
        prefill |= dict.fromkeys(("targetListsColumns", "targetListsIds", "targetListsNames"))
    return prefill


def convert(session: Session, id: object) -> dict[str, Any]:
    """Convert a lead; return it as it is then.

    A lead that was converted before is converted once more, and parts that are not asked for are
    not made.

    Args:
        session: The request; its body holds `records` and `skipDuplicateCheck`.
        id: Id of the lead.

    Raises:
        Problem: 400 without an id, 403, 404, or 409 with duplicates in short; nothing has changed.
        PartFailed: a part was refused; the lead is as before, the parts made before it stay.
    """
    if not isinstance(id, str) or not id:
        raise bad_request("")
    lead = records.find(session, LEAD, id, "edit")
    told: Any = session.body.get("records")
    sent: dict[str, Any] = told if isinstance(told, dict) else {}
    parts = {part.name: sent[part.name] for part in _PARTS if isinstance(sent.get(part.name), dict)}
    if session.body.get("skipDuplicateCheck") is not True:
        _require_unique(session, parts)
    made: dict[str, Record] = {}
    for part in _PARTS:
        if part.name in parts:
            try:
                made[part.name] = _make(session, part, parts[part.name], made, lead)
            except Problem as problem:
                raise PartFailed(problem) from None
    return _finish(session, lead, made)


def _require_unique(session: Session, parts: Mapping[str, dict[str, Any]]) -> None:
    found: list[dict[str, Any]] = []
    for part in _PARTS:
        if part.name not in parts or not part.duplicates:
            continue
        try:
            record = accept(session, part, settle(session, part, parts[part.name])).values
        except Problem:
            # It will be refused for that in its turn.
            continue
        found += (in_short(part, other) for other in matches(session, part, record))
    if found:
        raise duplicate(found)


def _make(
    session: Session,
    part: EntityType,
    sent: Mapping[str, Any],
    made: Mapping[str, Record],
    lead: Record,
) -> Record:
    sent = dict(sent)
    if part is not ACCOUNT and "Account" in made:
        sent["accountId"] = made["Account"]["id"]
    if part is OPPORTUNITY and "Contact" in made:
        sent.setdefault("contactsIds", [made["Contact"]["id"]])
    record, _ = records.make(
        session, part, sent, skip_duplicate_check=True, given={"originalLeadId": lead["id"]}
    )
    return record


def _finish(session: Session, lead: Record, made: Mapping[str, Record]) -> dict[str, Any]:
    now = write_instant(session.clock.tick())
    after = {
        **lead,
        **{f"created{name}Id": record["id"] for name, record in made.items()},
        "status": "Converted",
        "convertedAt": lead.get("convertedAt") or now,
        "modifiedAt": now,
        "modifiedById": session.user.id,
        "streamUpdatedAt": now,
    }
    session.data.replace("Lead", after)
    shown = read_shape(session, LEAD, after)
    for name in ("Contact", "Opportunity"):
        if name in made:
            # Their names are not read again for the reply (recorded: lead-convert-ok).
            shown[f"created{name}Name"] = None
    return shown
