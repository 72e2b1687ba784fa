"""Which attributes a response has; those of a creation, a read, an update and a list differ.

Source: the recorded responses.
"""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.attributes import follower_values, reader_of, value_of, values_of
from crmkit_mock.espocrm.data import LEAD_NAMES
from crmkit_mock.espocrm.datetimes import with_server_offset
from crmkit_mock.espocrm.entity_types import DATETIME_ATTRIBUTES
from crmkit_mock.espocrm.fields import PERSON_NAME
from crmkit_mock.messages import Reply, json_reply

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType, Field
    from crmkit_mock.espocrm.session import Session

#: Attributes that contacts show of their account beside its link.
FOREIGN = {"Contact": ("accountIsInactive", "accountType", "hasPortalUser")}
#: Members that hold a datetime; one is of no record, but stands beside the notes of a stream.
_DATETIMES = DATETIME_ATTRIBUTES | {"reactionsCheckDate"}
_LISTS = frozenset({"linkMultiple", "attachmentMultiple"})
_ADDRESSES = frozenset({"email", "phone"})
_LINKS = frozenset({"link", "file", "linkParent"})


def to_reply(
    session: Session, tree: Any, status: int = 200, headers: Mapping[str, str] | None = None
) -> Reply:
    """Build a JSON reply; datetimes get an offset where the server writes one."""
    return json_reply(status, to_tree(session, tree), headers)


def to_tree(session: Session, tree: Any) -> Any:
    """Return a tree with the offset in its datetimes where the server writes one."""
    return _with_offsets(tree) if session.profile.datetimes_with_offset else tree


def _with_offsets(tree: Any) -> Any:
    if isinstance(tree, list):
        return [_with_offsets(item) for item in tree]
    if not isinstance(tree, dict):
        return tree
    members: dict[str, Any] = dict(tree)
    for name, value in tree.items():
        if isinstance(value, str):
            if name in _DATETIMES:
                members[name] = with_server_offset(value)
        elif isinstance(value, dict | list):
            members[name] = _with_offsets(value)
    return members


def read_response(session: Session, entity: EntityType, record: Record) -> dict[str, Any]:
    """Return a record as reading shows it: with every attribute, null where there is no value."""
    names = ["id", "deleted", *FOREIGN.get(entity.name, ())]
    for field in fields_in(session, entity, "read"):
        names += field.attributes
    names += _follower_attributes(session, entity, record)
    if has_stars(session, entity):
        names.append("isStarred")
    if entity.versioned:
        names.append("versionNumber")
    if entity.name == "User" and session.user.is_admin and record.get("secretKey"):
        names.append("secretKey")  # of a user who signs requests
    return attribute_values(session, entity, record, names)


def _follower_attributes(session: Session, entity: EntityType, record: Record) -> tuple[str, ...]:
    if not entity.stream:
        return ()
    if not session.user.may(entity.name, "stream", record):
        return ("isFollowed",)
    return ("isFollowed", "followersIds", "followersNames")


def create_response(
    session: Session, entity: EntityType, record: Record, echo: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a record as the response to its creation: without what was never set.

    Args:
        session: The request.
        entity: The entity type.
        record: The record with all that was written.
        echo: Attributes whose value in the response differs from the stored one.
    """
    response: dict[str, Any] = {"id": record["id"], "deleted": False, **entity.created}
    hidden = session.user.hidden(entity.name)
    for attribute, read, is_shown in _created(entity, hidden, session.release):
        if attribute is None:
            response |= read(session, record)
        elif read is not None:
            response[attribute] = read(session, record)
        elif attribute in echo:
            response[attribute] = echo[attribute]
        elif is_shown and attribute in record:
            response[attribute] = record[attribute]
    if entity.person:
        _compose_name(entity, response, record)
    response |= {name: echo[name] for name in FOREIGN.get(entity.name, ()) if name in echo}
    followers = _follower_attributes(session, entity, record)
    if len(followers) > 1:
        response |= follower_values(session, record)
    else:
        response |= attribute_values(session, entity, record, followers)
    if has_stars(session, entity):
        response["isStarred"] = False
    if entity.versioned:
        response["versionNumber"] = record["versionNumber"]
    return response


@cache
def _created(
    entity: EntityType, hidden: frozenset[str], release: tuple[int, ...]
) -> tuple[tuple[str | None, Any, bool], ...]:
    """Return the attributes that the response to a creation may have, in their order.

    Each with the function that looks it up, None for one that is not, and whether it is shown if
    it is set. Without a name stands a function that returns all attributes of a field.
    """
    found: list[tuple[str | None, Any, bool]] = []
    for field in entity.fields:
        if field.name in hidden or field.since > release:
            continue
        is_created = "create" in field.responses
        if _is_never_loaded(field):
            found.append((None, partial(_links_written, field), False))
        elif is_created and field.family == "linkMultiple":
            found.append((None, partial(values_of, entity, field), False))
        else:
            found += (
                (
                    name,
                    reader_of(entity, name) if is_created and _is_loaded(field, name) else None,
                    _is_shown(field) and name not in entity.uncreated,
                )
                for name in field.attributes
            )
    return tuple(found)


def _is_never_loaded(field: Field) -> bool:
    """Return whether only the response to a write of a linkMultiple has it."""
    return field.family == "linkMultiple" and not field.responses


def _links_written(field: Field, session: Session, written: Mapping[str, Any]) -> dict[str, Any]:
    """Return the ids of such a field that a write has set, and the names if there are any."""
    ids = written.get(f"{field.name}Ids")
    response = {f"{field.name}Ids": ids} if f"{field.name}Ids" in written else {}
    if ids:
        names = {id: session.data.name_of(field.entity, id) for id in ids}
        response[f"{field.name}Names"] = names
    return response


def _is_shown(field: Field) -> bool:
    """Return whether the response to a creation has the attributes of a field that are set."""
    return field.family not in _ADDRESSES and ("create" in field.responses or not field.stored)


def _is_loaded(field: Field, attribute: str) -> bool:
    """Return whether the server looks an attribute up for the response to a creation."""
    if field.family in {*_LISTS, "jsonArray", "jsonObject"}:
        return True
    return field.family in _LINKS and attribute.endswith("Name")


def _compose_name(entity: EntityType, response: dict[str, Any], values: Mapping[str, Any]) -> None:
    """Set the name of a person in a response to a write, if both its parts are known."""
    if "firstName" in values and "lastName" in values:
        parts = (values["firstName"], values["lastName"])
        response["name"] = " ".join(part for part in parts if part is not None) or None
    if entity.name == "Lead" and not response.get("name"):
        # Without a person's name a lead has that of its company, or its address.
        others = [name for name in LEAD_NAMES if name in response]
        if others:
            names = (response[name] for name in others)
            # The digit zero is no name to PHP.
            response["name"] = next((name for name in names if name and name != "0"), None)


def update_response(
    session: Session,
    entity: EntityType,
    id: str,
    before: Mapping[str, Any],
    written: Mapping[str, Any],
) -> dict[str, Any]:
    """Return a record as the response to an update: as it was read before, with what was set.

    What follows from the changes otherwise is not looked up again, and may be stale.

    Args:
        session: The request.
        entity: The entity type.
        id: Id of the record.
        before: The response to reading it before the update.
        written: The attributes that the update set.
    """
    hidden = session.user.hidden(entity.name)
    response = {**before, "id": id}
    for name, value in written.items():
        field = entity.by_attribute.get(name)
        if field is None or (field.name not in hidden and field.since <= session.release):
            response[name] = value
    for field in fields_in(session, entity, "read"):
        if field.family in _LISTS and f"{field.name}Ids" in written:
            ids = written[f"{field.name}Ids"] or []
            names = {other: session.data.name_of(field.entity, other) for other in ids}
            response[f"{field.name}Names"] = names
        is_linked = f"{field.name}Id" in written
        if field.family == "linkParent":
            # The name of a parent that was taken away is still shown.
            is_linked = written.get(f"{field.name}Id") is not None
        if field.family in _LINKS and is_linked:
            name = f"{field.name}Name"
            response[name] = value_of(session, entity, response, name)
    for field in filter(_is_never_loaded, entity.fields):
        response |= _links_written(field, session, written)
    response |= _call_reloaded(session, entity, id, before, written)
    if entity.stream:
        # Notes about the update are made before it is shown.
        response["streamUpdatedAt"] = session.data.get(entity.name, id).get("streamUpdatedAt")
        if written.get("assignedUserId") == session.user.id:
            # Who follows it now beside is not looked up again.
            response["isFollowed"] = True
    is_named = response.get("firstName") or response.get("lastName") or "name" in written
    if entity.name == "Lead" and not is_named:
        response["name"] = None
        _compose_name(entity, response, {})
    if entity.person and any(name in written for name in PERSON_NAME[1:-1]):
        _compose_name(entity, response, response)
    return response


def _call_reloaded(
    session: Session,
    entity: EntityType,
    id: str,
    before: Mapping[str, Any],
    written: Mapping[str, Any],
) -> dict[str, Any]:
    """Return what the response to an update has of a call whose people have changed.

    Only of calls the server looks everything up again.
    """
    if entity.name != "Call" or all(
        written.get(name, before.get(name)) == before.get(name)
        for name in ("contactsIds", "leadsIds")
    ):
        return {}
    stored = session.data.get(entity.name, id)
    return {
        name: value_of(session, entity, stored, name)
        for field in fields_in(session, entity, "read")
        if _is_loaded(field, field.name)
        for name in field.attributes
    }


def has_stars(session: Session, entity: EntityType) -> bool:
    """Return whether responses say whether a record is starred."""
    return entity.stars and entity.stars_since <= session.release


def fields_in(session: Session, entity: EntityType, response: str) -> tuple[Field, ...]:
    """Return the fields whose attributes a kind of response has."""
    return _fields_in(entity, response, session.user.hidden(entity.name), session.release)


@cache
def _fields_in(
    entity: EntityType, response: str, hidden: frozenset[str], release: tuple[int, ...]
) -> tuple[Field, ...]:
    return tuple(
        field
        for field in entity.fields
        if response in field.responses and field.name not in hidden and field.since <= release
    )


def attribute_values(
    session: Session, entity: EntityType, record: Record, names: Iterable[str]
) -> dict[str, Any]:
    """Return attributes of a record with their values."""
    return {name: value_of(session, entity, record, name) for name in names}
