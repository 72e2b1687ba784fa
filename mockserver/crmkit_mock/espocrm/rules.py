"""Rules of single entity types: other spellings, and values that follow from others."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.datetimes import SERVER_TIME_ZONE, format_datetime, midnight, time_zone
from crmkit_mock.espocrm.sales_types import STAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType
    from crmkit_mock.espocrm.session import Session

_ATTENDED = frozenset({"Meeting", "Call"})


def normalise(session: Session, entity: EntityType, sent: Mapping[str, Any]) -> dict[str, Any]:
    """Return the attributes sent with aliases replaced, and with those that the profile adds."""
    attributes = dict(sent)
    if entity.name == "Email" and "subject" in sent:
        # An alias of the name, which takes precedence (recorded: email-sending-multi).
        attributes["name"] = sent["subject"]
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
        sent: The attributes sent.
        new: Whether it is being created.
    """
    rule = _BY_ENTITY.get(entity.name)
    derived = {} if rule is None else rule(record, sent, new)
    if "parent" in entity.by_name and "account" in entity.by_name and entity.name != "Email":
        derived |= _from_parent(session, entity, record)
    if new and entity.name in _ATTENDED and not record.get("usersIds"):
        derived["usersIds"] = [record["assignedUserId"]]
    return derived


def _opportunity(
    record: Record,
    sent: Mapping[str, Any],
    new: bool,  # noqa: FBT001 - every rule of the table gets it by position
) -> Record:
    stage = record.get("stage")
    derived: Record = {"lastStage": stage}
    # A probability sent on creation is kept until the next save (observed).
    is_sent = record.get("probability") is not None if new else "probability" in sent
    if not is_sent and stage in STAGES:
        derived["probability"] = STAGES[stage]
    return derived


def _task(
    record: Record,
    _sent: Mapping[str, Any],
    _new: bool,  # noqa: FBT001 - as above
) -> Record:
    if record.get("status") != "Completed":
        return {"dateCompleted": None, **_all_day_bounds(record)}
    completed = record.get("dateCompleted") or record["modifiedAt"]
    return {"dateCompleted": completed, **_all_day_bounds(record)}


def _meeting(
    record: Record,
    _sent: Mapping[str, Any],
    _new: bool,  # noqa: FBT001 - as above
) -> Record:
    return _all_day_bounds(record)


def _all_day_bounds(record: Record) -> Record:
    """Return when whole days begin and end in the server's time zone."""
    zone = time_zone(SERVER_TIME_ZONE)
    derived: Record = {}
    if record.get("dateStartDate"):
        first = date.fromisoformat(record["dateStartDate"])
        derived["dateStart"] = format_datetime(midnight(first, zone))
    if record.get("dateEndDate"):
        last = date.fromisoformat(record["dateEndDate"])
        derived["dateEnd"] = format_datetime(midnight(last + timedelta(days=1), zone))
    return derived


def _from_parent(session: Session, entity: EntityType, record: Record) -> Record:
    """Return the account and the contact of a record's parent."""
    parent_type, id = record.get("parentType"), record.get("parentId")
    parent = session.data.find(parent_type or "", id) or {}
    derived: Record = {"accountId": id if parent_type == "Account" else parent.get("accountId")}
    if "contact" in entity.by_name:
        derived["contactId"] = id if parent_type == "Contact" else None
    return derived


_BY_ENTITY: dict[str, Callable[[Record, Mapping[str, Any], bool], Record]] = {
    "Opportunity": _opportunity,
    "Task": _task,
    "Meeting": _meeting,
}
