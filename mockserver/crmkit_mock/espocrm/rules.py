"""Rules of single entity types: other spellings, and values that follow from others on saving."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.currencies import converted_amounts, weighted_amount
from crmkit_mock.espocrm.errors import bad_request
from crmkit_mock.espocrm.event_rules import event
from crmkit_mock.espocrm.linking import choose_primary_account
from crmkit_mock.espocrm.sales_types import STAGES
from crmkit_mock.espocrm.session import BASE_CURRENCY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType
    from crmkit_mock.espocrm.saving import Saving
    from crmkit_mock.espocrm.session import Session

_ATTENDED = frozenset({"Meeting", "Call"})
_EVENTS = frozenset({"Meeting", "Call", "Task"})
_LOST, _WON = 0, 100
#: First release in which the assigned user becomes a collaborator.
_COLLABORATORS_SINCE = (10, 0)


def normalise(session: Session, entity: EntityType, sent: Mapping[str, Any]) -> dict[str, Any]:
    """Return the attributes sent with aliases replaced, and with those that the profile adds."""
    attributes = dict(sent)
    if entity.name == "Email" and ("subject" in sent or "name" in sent):
        # An alias of the name, which takes precedence (recorded: email-sending-multi).
        attributes["name"] = attributes["subject"] = sent.get("subject", sent.get("name"))
    name = sent.get("name")
    if (
        session.profile.lenient
        and entity.person
        and isinstance(name, str)
        and not (sent.get("firstName") or sent.get("lastName"))
    ):
        first, _, last = name.strip().rpartition(" ")
        attributes |= {"firstName": first or None, "lastName": last}
    return attributes


def derive(saving: Saving) -> Record:
    """Return the attributes of a record that follow from its others on saving.

    Some are not stored, and only the response has them.

    Raises:
        APIError: 400, a new task answers an e-mail that does not exist.
    """
    derived: Record = {}
    for rule in (*_RULES, _BY_ENTITY.get(saving.entity.name)):
        if rule is not None:
            found = rule(saving)
            derived |= found
            saving.record.update(found)
    return derived


def _currencies(saving: Saving) -> Record:
    derived: Record = {}
    for field in saving.entity.fields if saving.before is not None else ():
        code = f"{field.name}Currency"
        if field.family == "currency" and saving.is_changed(field.name):
            # An amount that is taken away leaves a currency.
            derived[code] = saving.record[code] = saving.record.get(code) or BASE_CURRENCY
    amounts = converted_amounts(saving.session, saving.entity, saving.record, saving.is_changed)
    return derived | amounts


def _collaborators(saving: Saving) -> Record:
    if "collaborators" not in saving.entity.by_name:
        return {}
    assigned = saving.record.get("assignedUserId")
    if saving.session.release < _COLLABORATORS_SINCE or not assigned:
        return {}
    ids = list(_linked(saving, "collaborators"))
    if not saving.is_changed("assignedUserId") or assigned in ids:
        return {}
    return {"collaboratorsIds": [*ids, assigned]}


def _attendees(saving: Saving) -> Record:
    assigned = saving.record.get("assignedUserId")
    if saving.entity.name not in _ATTENDED or not assigned:
        return {}
    ids = list(_linked(saving, "users"))
    users: Record = {} if assigned in ids else {"usersIds": [*ids, assigned]}
    user = saving.session.user.id
    if saving.before is None and user in (*ids, assigned):
        # Who creates an event and takes part in it, accepts it.
        columns = dict(saving.record.get("usersColumns") or {})
        row = columns.get(user) or {}
        if row.get("status") in (None, "None"):
            users["usersColumns"] = {**columns, user: {**row, "status": "Accepted"}}
    return users


def _linked(saving: Saving, field: str) -> list[str]:
    """Return the ids of a field that links many records, those sent or else the stored ones."""
    sent = saving.record.get(f"{field}Ids")
    if sent is not None or saving.before is None:
        return sent or []
    link = saving.entity.all_links[field]
    return [row.far(link.near) for row in saving.session.data.linked(link, saving.before["id"])]


def _events(saving: Saving) -> Record:
    if saving.entity.name not in _EVENTS:
        return {}
    return event(saving)


def _parent(saving: Saving) -> Record:
    """Return the account and the contact of a record's parent."""
    entity, record = saving.entity, saving.record
    if not saving.is_changed("parentId", "parentType") or "parent" not in entity.by_name:
        return {}
    names = [name for name in ("accountId", "contactId") if name[:-2] in entity.by_name]
    if not names or entity.name == "Email":
        return {}
    # A new meeting or call only gets what there is.
    found: Record = {}
    if saving.before is not None or entity.name == "Task":
        found = dict.fromkeys(names)
    kind, id = record.get("parentType"), record.get("parentId")
    parent = saving.session.data.find(kind or "", id)
    if parent is None:
        return found
    if kind == "Lead" and parent.get("status") == "Converted":
        inherited = {
            "accountId": parent.get("createdAccountId"),
            "contactId": parent.get("createdContactId"),
        }
    else:
        inherited = {"accountId": parent.get("accountId"), "contactId": parent.get("contactId")}
        if kind in {"Account", "Contact"}:
            inherited[f"{kind.lower()}Id"] = id
    return found | {name: inherited[name] for name in names if inherited[name]}


def _opportunity(saving: Saving) -> Record:
    record, stage = saving.record, saving.record.get("stage")
    derived: Record = {}
    if saving.values.get("probability") is None and stage in STAGES:
        # A probability that was sent is kept until the next save.
        derived["probability"] = record["probability"] = STAGES[stage]
    if saving.is_changed("stage") and "lastStage" not in saving.values:
        last = _last_stage(saving, stage)
        if last is not None:
            derived["lastStage"] = last
    if saving.is_changed("amount", "probability"):
        weighted = weighted_amount(saving.session, record)
        derived["amountWeightedConverted"] = weighted
    return derived


def _last_stage(saving: Saving, stage: str | None) -> str | None:
    """Return the last stage before one was lost; None keeps the present one."""
    if stage is None or STAGES.get(stage) != _LOST:
        return stage
    open_stages = {name: value for name, value in STAGES.items() if _LOST < value < _WON}
    if saving.before is None:
        return min(open_stages, key=lambda name: open_stages[name])
    if STAGES.get(saving.before.get("lastStage") or "") == _WON:
        return max(open_stages, key=lambda name: open_stages[name])
    return None


def _lead(saving: Saving) -> Record:
    record = saving.record
    is_converted = record.get("status") == "Converted" and saving.is_changed("status")
    return {"convertedAt": saving.now} if is_converted and not record.get("convertedAt") else {}


def _task(saving: Saving) -> Record:
    derived: Record = {}
    email = saving.values.get("originalEmailId")
    if saving.before is None and email is not None:
        if saving.session.data.find("Email", email) is None:
            raise bad_request("Email record not found.")
        derived["emailId"] = email
    if saving.is_changed("status"):
        is_completed = saving.record.get("status") == "Completed"
        derived["dateCompleted"] = saving.now if is_completed else None
    return derived


_RULES: tuple[Callable[[Saving], Record], ...] = (
    _currencies,
    _collaborators,
    _events,
    _attendees,
    _parent,
    choose_primary_account,
)
_BY_ENTITY: dict[str, Callable[[Saving], Record]] = {
    "Opportunity": _opportunity,
    "Lead": _lead,
    "Task": _task,
}
