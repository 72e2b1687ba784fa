"""The notes that the server itself makes in streams, and who follows a record (observed).

A record gets a note when it is created, assigned or changed in an audited field; so does another
record for which it is created, or with which it is linked by an audited link.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.attributes import FOLLOWERS, value_of
from crmkit_mock.espocrm.datetimes import format_datetime
from crmkit_mock.espocrm.entity_types import ENTITY_TYPES
from crmkit_mock.espocrm.logins import logins
from crmkit_mock.espocrm.system_types import NOTE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType, Field, Link
    from crmkit_mock.espocrm.session import Session

#: Field that holds the status of a record, by entity type.
STATUS_FIELDS = {
    "Lead": "status",
    "Opportunity": "stage",
    "Case": "status",
    "Task": "status",
    "Meeting": "status",
    "Call": "status",
    "Campaign": "status",
}
#: Fields whose changes are noted, by entity type.
_AUDITED: Mapping[str, tuple[str, ...]] = {
    "Account": ("name", "type", "isLocked"),
    "Lead": ("status", "opportunityAmount", "doNotCall"),
    "Opportunity": ("amount", "account", "stage", "leadSource", "closeDate", "campaign"),
    "Case": ("name", "status", "priority", "type", "account", "contacts", "isInternal"),
    "Task": ("status", "priority", "dateEnd"),
    "Meeting": ("status", "dateStart", "users", "contacts", "leads"),
    "Call": ("status", "dateStart", "users", "contacts", "leads"),
    "Email": ("groupFolder",),
    "TargetList": ("assignedUser",),
    "Campaign": ("status", "type", "startDate", "endDate", "assignedUser", "teams"),
    "Document": (
        "file", "status", "type", "publishDate", "expirationDate", "assignedUser", "folder",
    ),
    "EmailTemplate": ("name", "subject", "body", "isHtml", "status", "attachments", "teams"),
    "User": ("isActive", "teams", "roles"),
    "Team": ("name", "positionList"),
}  # fmt: skip
#: Those of them that are noted by releases before 10.0, where that is less.
_AUDITED_BEFORE_10: Mapping[str, tuple[str, ...]] = {
    "Account": ("name",),
    "Lead": ("status", "opportunityAmount"),
    "Opportunity": ("amount", "stage", "closeDate"),
    "Case": ("status", "priority", "type"),
    "TargetList": (),
    "Campaign": (),
    "Document": ("status",),
}
#: Entity types whose records the users among their attendees follow.
_FOLLOWED_BY_USERS = frozenset({"Meeting"})
#: Entity types with attendees.
_ATTENDED = frozenset({"Meeting", "Call"})
#: Key of the teams and users of a record among its values.
_CONCERNED = "teams and users"
#: How old the notes may be that a record's new teams and users may see.
_SHARED_AGAIN = timedelta(days=3)
#: Entity types whose creation is not noted at other records.
_NO_OBJECTS = frozenset({"Note", "Attachment", "Webhook", "Notification", "Role", "Team"})


def note_creation(session: Session, entity: EntityType, record: Record) -> None:
    """Note that a record was created, at itself and at others; let users follow it.

    Args:
        session: The request.
        entity: The entity type.
        record: The record with all that was written.
    """
    if entity.stream:
        users = [record.get("assignedUserId")]
        if entity.name in _FOLLOWED_BY_USERS:
            users += record.get("usersIds") or []
        follow(session, entity, record, users)
        data = _assignee(session, record)
        status = STATUS_FIELDS.get(entity.name)
        if status is not None and record.get(status):
            data |= {"statusValue": record[status], "statusField": status}
        account = _account_id(entity, record)
        note = _add_note(session, "Create", entity, record["id"], data=data, account=account)
        if account is not None:
            _share(session, note, entity, record)
            _touch(session, "Account", account)
    if entity.name not in _NO_OBJECTS:
        _note_creation_elsewhere(session, entity, record)


def _note_creation_elsewhere(session: Session, entity: EntityType, record: Record) -> None:
    noted: set[str] = set()
    for foreign_name, id, foreign_link in _named_links(entity, record):
        foreign = ENTITY_TYPES.get(foreign_name)
        if foreign is None or not foreign.stream or foreign_name in noted:
            continue
        link = foreign.all_links.get(foreign_link)
        if link is None or not link.audited:
            continue
        noted.add(foreign_name)
        account = _account_id(entity, record)
        related = (entity.name, record["id"])
        note = _add_note(session, "CreateRelated", foreign, id, related=related, account=account)
        _share(session, note, entity, record)
        _touch(session, foreign_name, id)


def _named_links(entity: EntityType, record: Record) -> Iterable[tuple[str, str, str]]:
    """Yield entity type, id and link at the other end of the records that a new one links to."""
    if entity.name == "Case" and record.get("leadId"):
        yield "Lead", record["leadId"], "cases"
    parent_type, parent_id = record.get("parentType"), record.get("parentId")
    if parent_type and parent_id and "parent" in entity.all_links:
        yield parent_type, parent_id, entity.all_links["parent"].foreign
    # In the order of real servers: leads before contacts.
    for name, link in _to_many(entity):
        if record.get(name):
            yield link.entity, record[name][0], link.foreign


@cache
def _to_many(entity: EntityType) -> tuple[tuple[str, Link], ...]:
    """Return the attributes with the ids of links whose other end may note them."""
    links = (link for link in reversed(entity.links) if link.kind == "many_many" and link.foreign)
    return tuple((f"{link.name}Ids", link) for link in links)


def audited_values(session: Session, entity: EntityType, record: Record) -> dict[str, Any]:
    """Return the values of a record whose change matters, to be compared after the change."""
    return {
        _CONCERNED: _concerned(session, entity, record),
        **{
            attribute: value_of(session, entity, record, attribute)
            for field in _audited_fields(session, entity)
            for attribute in _actual(field)
        },
    }


def note_change(
    session: Session,
    entity: EntityType,
    before: Record,
    after: Record,
    values: Mapping[str, Any],
    sent: Mapping[str, Any],
) -> None:
    """Note that a record was assigned or changed; let users follow it.

    Args:
        session: The request.
        entity: The entity type.
        before: The record as it was stored.
        after: The record as it is stored.
        values: What `audited_values` returned before the change.
        sent: The attributes sent.
    """
    if entity.stream and before.get("assignedUserId") != after.get("assignedUserId"):
        assigned = after.get("assignedUserId")
        follow(session, entity, after, [assigned])
        account = _account_id(entity, after)
        data = _assignee(session, after) or {"assignedUserId": None}
        note = _add_note(session, "Assign", entity, after["id"], data=data, account=account)
        if account is not None:
            _share(session, note, entity, after)
        _touch(session, entity.name, after["id"])
    if entity.name in _FOLLOWED_BY_USERS:
        added = set(value_of(session, entity, after, "usersIds")) - set(
            values.get("usersIds") or ()
        )
        follow(session, entity, after, added)
    fields: list[str] = []
    was: dict[str, Any] = {}
    became: dict[str, Any] = {}
    status = STATUS_FIELDS.get(entity.name)
    for field in _audited_fields(session, entity):
        now = {name: value_of(session, entity, after, name) for name in _actual(field)}
        if all(_is_same(values[name], now[name]) for name in _compared(field)):
            continue
        if field.name == status and entity.stream:
            continue
        fields.append(field.name)
        was |= {name: values[name] for name in now}
        became |= now
        columns = f"{field.name}Columns"
        if columns in now:
            # The columns are those sent, not those that the change made.
            became[columns] = sent.get(columns, values[columns])
    if values[_CONCERNED] != _concerned(session, entity, after):
        _share_again(session, entity, after)
    is_new_status = status is not None and before.get(status) != after.get(status)
    if not fields and not is_new_status:
        return
    data = {"fields": fields, "attributes": {"was": was, "became": became}}
    if status is not None and is_new_status and after.get(status):
        data["value"] = after[status]
    elif not fields:
        return
    _add_note(session, "Update", entity, after["id"], data=data)
    _touch(session, entity.name, after["id"])


def note_link(
    session: Session,
    entity: EntityType,
    link: Link,
    record: Record,
    other: Record,
    kind: str,
    *,
    saved: bool = False,
) -> None:
    """Note at either end of an audited link that it was made or removed.

    Args:
        session: The request.
        entity: Entity type of the record.
        link: The link.
        record: The record.
        other: The record at the other end.
        kind: "Relate" or "Unrelate".
        saved: Whether the record was saved; otherwise the server knows of no attendees.
    """
    foreign = ENTITY_TYPES.get(link.entity)
    if foreign is None or entity.name in _NO_OBJECTS:
        return
    back = foreign.all_links.get(link.foreign)
    ends = [(link, entity, record, foreign, other), (back, foreign, other, entity, record)]
    for audited, near, parent, far, related in ends:
        if audited is not None and audited.audited:
            note = _add_note(session, kind, near, parent["id"], related=(far.name, related["id"]))
            _share(session, note, far, related, with_attendees=saved)
            _touch(session, near.name, parent["id"])


def follow(
    session: Session, entity: EntityType, record: Record, users: Iterable[str | None]
) -> None:
    """Make users follow a record, of those who are active and may read its stream."""
    wanted = {id for id in users if id is not None}
    for login in logins(session.data) if wanted else ():
        user = login.user
        if user.id in wanted and login.active and user.may(entity.name, "stream", record):
            session.data.relate(FOLLOWERS, record["id"], user.id)


def unfollow_all(session: Session, record: Record) -> None:
    """Make nobody follow a record."""
    for row in session.data.linked(FOLLOWERS, record["id"]):
        session.data.unrelate(FOLLOWERS, record["id"], row.right)


def touch_parent(session: Session, note: Record) -> None:
    """Set when the stream of a note's parent last changed."""
    _touch(session, note.get("parentType") or "", note.get("parentId"))


def _touch(session: Session, entity_name: str, id: str | None) -> None:
    entity = ENTITY_TYPES.get(entity_name)
    record = session.data.find(entity_name, id) if entity is not None and entity.stream else None
    if record is not None:
        session.data.replace(entity_name, {**record, "streamUpdatedAt": session.now()})


def _assignee(session: Session, record: Record) -> dict[str, Any]:
    id = record.get("assignedUserId")
    if id is None:
        return {}
    return {"assignedUserId": id, "assignedUserName": session.data.name_of("User", id)}


def _account_id(entity: EntityType, record: Record) -> str | None:
    return record.get("accountId") if "account" in entity.by_name else None


def _add_note(
    session: Session,
    kind: str,
    entity: EntityType,
    id: str,
    *,
    data: Any = None,
    related: tuple[str, str] | None = None,
    account: str | None = None,
) -> str:
    now = session.now()
    note: Record = {
        "id": session.generated_id(),
        "deleted": False,
        "type": kind,
        "data": data,
        "parentType": entity.name,
        "parentId": id,
        "number": session.data.next_number("Note.number"),
        "createdAt": now,
        "modifiedAt": now,
        "createdById": session.user.id,
    }
    if related is not None:
        note |= {"relatedType": related[0], "relatedId": related[1]}
    if account is not None:
        note |= {"superParentType": "Account", "superParentId": account}
    session.data.insert("Note", note)
    note_id: str = note["id"]
    return note_id


def _share(
    session: Session,
    note: str,
    entity: EntityType,
    record: Record,
    *,
    with_attendees: bool = True,
) -> None:
    """Store who may see a note that concerns a record: its teams and its users."""
    concerned = _concerned(session, entity, record)
    if entity.name in _ATTENDED and not with_attendees:
        concerned["users"] = []
    for name, ids in concerned.items():
        link = NOTE.all_links[name]
        for row in session.data.linked(link, note):
            session.data.unrelate(link, note, row.far(link.near))
        for id in ids:
            session.data.relate(link, note, id)


def _concerned(session: Session, entity: EntityType, record: Record) -> dict[str, list[str]]:
    """Return the teams and the users of a record."""
    assigned = record.get("assignedUserId")
    users = [] if assigned is None else [assigned]
    if entity.name in _ATTENDED:
        users = value_of(session, entity, record, "usersIds")
    elif "collaborators" in entity.by_name:
        collaborators = value_of(session, entity, record, "collaboratorsIds") or ()
        users = list(dict.fromkeys([*users, *collaborators]))
    teams = value_of(session, entity, record, "teamsIds") if "teams" in entity.by_name else []
    return {"teams": teams, "users": users}


def _share_again(session: Session, entity: EntityType, record: Record) -> None:
    """Store who may see the notes of the last days that concern a record."""
    since = format_datetime(session.clock.now() - _SHARED_AGAIN)
    notes = session.data.with_value("Note", record["id"], "relatedId", "parentId")
    for note in notes:
        is_related = note.get("relatedId") == record["id"]
        is_shared = note.get("superParentId") is not None and note.get("relatedId") is None
        if note["createdAt"] >= since and (is_related or is_shared):
            _share(session, note["id"], entity, record)
            changed = {"modifiedAt": session.now(), "modifiedById": session.user.id}
            session.data.replace("Note", {**note, **changed})


def _audited_fields(session: Session, entity: EntityType) -> list[Field]:
    names = _AUDITED.get(entity.name, ())
    if session.release < (10, 0):
        names = _AUDITED_BEFORE_10.get(entity.name, names)
    return [entity.by_name[name] for name in names if name in entity.by_name]


def _actual(field: Field) -> tuple[str, ...]:
    """Return the attributes of a field that a note shows."""
    computed = {f"{field.name}Converted"}
    return tuple(name for name in field.attributes if name not in computed)


def _compared(field: Field) -> tuple[str, ...]:
    """Return the attributes of a field whose change counts."""
    computed = {f"{field.name}{suffix}" for suffix in ("Name", "Names", "Types", "Columns")}
    return tuple(name for name in _actual(field) if name not in computed)


def _is_same(one: Any, other: Any) -> bool:
    if isinstance(one, list) and isinstance(other, list):
        return sorted(map(str, one)) == sorted(map(str, other))
    return bool(one == other)
