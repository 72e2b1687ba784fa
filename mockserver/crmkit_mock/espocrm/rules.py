"""What the server makes of single entity types: values that follow from others."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.crm_types import STAGES
from crmkit_mock.espocrm.instants import midnight, write_instant, zone
from crmkit_mock.espocrm.profiles import SERVER_ZONE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType
    from crmkit_mock.espocrm.session import Session

_ATTENDED = frozenset({"Meeting", "Call"})


def settle(session: Session, entity: EntityType, sent: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was sent with other spellings settled, and what the kind of server adds."""
    settled = dict(sent)
    if entity.name == "Email" and "subject" in sent:
        # Another name of the same thing, and the stronger one (recorded: email-sending-multi).
        settled["name"] = sent["subject"]
    name = sent.get("name")
    if (
        session.profile.lenient
        and entity.person
        and isinstance(name, str)
        and not (sent.get("firstName") or sent.get("lastName"))
    ):
        first, _, last = name.strip().rpartition(" ")
        settled |= {"firstName": first or None, "lastName": last}
    return settled


def derive(
    session: Session,
    entity: EntityType,
    record: Record,
    sent: Mapping[str, Any],
    *,
    new: bool = False,
) -> Record:
    """Return the attributes of a record that follow from its others after a write.

    Args:
        session: The request.
        entity: The entity type.
        record: The record with all that was written.
        sent: What was sent.
        new: Whether it is being made.
    """
    rule = _BY_ENTITY.get(entity.name)
    derived = {} if rule is None else rule(session, record, sent, new)
    if "parent" in entity.by_name and "account" in entity.by_name and entity.name != "Email":
        derived |= _related(session, entity, record)
    if new and entity.name in _ATTENDED and not record.get("usersIds"):
        derived["usersIds"] = [record["assignedUserId"]]
    return derived


def _opportunity(
    _session: Session,
    record: Record,
    sent: Mapping[str, Any],
    new: bool,  # noqa: FBT001 - every rule of the table gets it in its place
) -> Record:
    stage = record.get("stage")
    derived: Record = {"lastStage": stage}
    # A first probability is kept until the next save (observed).
    told = record.get("probability") is not None if new else "probability" in sent
    if not told and stage in STAGES:
        derived["probability"] = STAGES[stage]
    return derived


def _task(
    _session: Session,
    record: Record,
    _sent: Mapping[str, Any],
    _new: bool,  # noqa: FBT001 - as above
) -> Record:
    if record.get("status") != "Completed":
        return {"dateCompleted": None, **_whole_days(record)}
    completed = record.get("dateCompleted") or record["modifiedAt"]
    return {"dateCompleted": completed, **_whole_days(record)}


def _meeting(
    _session: Session,
    record: Record,
    _sent: Mapping[str, Any],
    _new: bool,  # noqa: FBT001 - as above
) -> Record:
    return _whole_days(record)


def _whole_days(record: Record) -> Record:
    """Return the moments that whole days begin and end at, in the server's zone."""
    here = zone(SERVER_ZONE)
    derived: Record = {}
    if record.get("dateStartDate"):
        first = date.fromisoformat(record["dateStartDate"])
        derived["dateStart"] = write_instant(midnight(first, here))
    if record.get("dateEndDate"):
        last = date.fromisoformat(record["dateEndDate"])
        derived["dateEnd"] = write_instant(midnight(last + timedelta(days=1), here))
    return derived


def _related(session: Session, entity: EntityType, record: Record) -> Record:
    """Return account and contact that a record has by its parent."""
    kind, id = record.get("parentType"), record.get("parentId")
    parent = session.data.find(kind or "", id) or {}
    derived: Record = {"accountId": id if kind == "Account" else parent.get("accountId")}
    if "contact" in entity.by_name:
        derived["contactId"] = id if kind == "Contact" else None
    return derived


_BY_ENTITY: dict[str, Callable[[Session, Record, Mapping[str, Any], bool], Record]] = {
    "Opportunity": _opportunity,
    "Task": _task,
    "Meeting": _meeting,
}
