"""Which attributes a response has; those of a creation, a read, an update and a list differ.

Source: the recorded responses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.attributes import value_of
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
_FOREIGN = {"Contact": ("accountIsInactive", "accountType", "hasPortalUser")}
_LISTS = frozenset({"linkMultiple", "attachmentMultiple"})
_ADDRESSES = frozenset({"email", "phone"})
_LINKS = frozenset({"link", "file", "linkParent"})
_ALWAYS = ("createdById", "assignedUserId")


def to_reply(
    session: Session, tree: Any, status: int = 200, headers: Mapping[str, str] | None = None
) -> Reply:
    """Build a JSON reply; datetimes get an offset where the server writes one."""
    if session.profile.datetimes_with_offset:
        tree = _with_offsets(tree)
    return json_reply(status, tree, headers)


def _with_offsets(tree: Any) -> Any:
    if isinstance(tree, list):
        return [_with_offsets(item) for item in tree]
    if not isinstance(tree, dict):
        return tree
    return {
        name: with_server_offset(value)
        if name in DATETIME_ATTRIBUTES and isinstance(value, str)
        else _with_offsets(value)
        for name, value in tree.items()
    }


def read_response(session: Session, entity: EntityType, record: Record) -> dict[str, Any]:
    """Return a record as reading shows it: with every attribute, null where there is no value."""
    names = ["id", "deleted", *_FOREIGN.get(entity.name, ())]
    for field in _fields_in(session, entity, "read"):
        names += field.attributes
    names += _follower_attributes(session, entity, record)
    if has_stars(session, entity):
        names.append("isStarred")
    if entity.versioned:
        names.append("versionNumber")
    return _values(session, entity, record, names)


def _follower_attributes(session: Session, entity: EntityType, record: Record) -> tuple[str, ...]:
    if not entity.stream:
        return ()
    user = session.user
    if user.level("User", "read") == "no" or not user.may(entity.name, "stream", record):
        return ("isFollowed",)
    return ("isFollowed", "followersIds", "followersNames")


def list_attributes(session: Session, entity: EntityType) -> list[str]:
    """Return the attributes of records in a list without `select`."""
    names = ["id", "deleted", *_FOREIGN.get(entity.name, ())]
    if entity.name == "Email":
        names += ("personStringData", "isSystem")
    for field in _fields_in(session, entity, "list"):
        names += (name for name in field.attributes if is_selectable(entity, name))
    if entity.versioned:
        names.append("versionNumber")
    return names


def list_response(session: Session, entity: EntityType, record: Record) -> dict[str, Any]:
    """Return a record as a list without `select`, or a duplicate error, shows it."""
    return _values(session, entity, record, list_attributes(session, entity))


#: Attributes that come with others, by the entity type and those others; in this order, so that
#: what came with one may bring further ones.
_DEPENDENT: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "Contact": (("accountId", ("accountIsInactive",)),),
    "Opportunity": (("contactsIds", ("contactId",)),),
    "Case": (("contactsIds", ("contactId",)),),
    "Task": (("dateEnd", ("status",)),),
    "Meeting": (
        ("duration", ("dateStart", "dateEnd")),
        ("dateStart", ("dateEnd",)),
        ("dateStartDate", ("dateEnd", "dateEndDate")),
    ),
    "Call": (("duration", ("dateStart", "dateEnd")), ("dateStart", ("dateEnd",))),
    "Email": (("subject", ("isAutoReply", "hasAttachment")),),
}


def selected_attributes(
    session: Session,
    entity: EntityType,
    select: Iterable[str],
    order_by: str,
    *,
    related: bool = False,
) -> list[str]:
    """Return the attributes of records in a list with `select`, which are more than selected.

    Args:
        session: The request.
        entity: The entity type.
        select: The selected attributes; unknown ones are ignored.
        order_by: Field or attribute that the list is sorted by.
        related: Whether it is the list of a link.
    """
    readable = [name for name in select if is_readable(session, entity, name)]
    names = ["id", *readable, *order_attributes(entity, order_by), *entity.selected]
    names += (name for name in _ALWAYS if name in entity.by_attribute)
    if "name" in readable and not related:
        names += entity.with_name
    for name, others in _DEPENDENT.get(entity.name, ()):
        # E-mails have their subject anyway, and by itself it brings nothing.
        if name in (readable if name == "subject" else names):
            names += others
    looked_up = _looked_up(session, entity, readable)
    names = [name for name in names if is_selectable(entity, name)]
    return list(dict.fromkeys([*names, *looked_up]))


#: Attributes of e-mails that are loaded together.
_HEADERS = frozenset({"from", "to", "cc", "bcc", "replyTo"})
_HEADER_LINKS = ("toEmailAddresses", "ccEmailAddresses", "bccEmailAddresses")
#: Figures of campaigns, which are loaded together.
_FIGURES = frozenset(
    {
        *("sentCount", "openedCount", "clickedCount", "optedInCount", "optedOutCount"),
        *("bouncedCount", "leadCreatedCount", "openedPercentage", "clickedPercentage"),
        *("optedOutPercentage", "bouncedPercentage", "revenue", "revenueCurrency"),
    }
)


def _looked_up(session: Session, entity: EntityType, select: Iterable[str]) -> list[str]:
    """Return the attributes that the server looks up for each record because of those selected."""
    found: list[str] = []
    for name in select:
        field = entity.by_attribute.get(name)
        is_list = field is not None and field.family in _LISTS and not name.endswith("Types")
        if name.endswith("Columns") and session.release < (10, 0):
            is_list = False
        if is_list and field is not None and (entity.name, field.name) != ("Email", "users"):
            found += field.attributes
        if entity.name == "Email" and name in _HEADERS:
            found += _HEADERS
            links = (*_HEADER_LINKS, "replyToEmailAddresses")
            found += (f"{link}{suffix}" for link in links for suffix in ("Ids", "Names"))
        if entity.name == "Campaign" and name in _FIGURES:
            found += _FIGURES
        if (entity.name, name) == ("TargetList", "entryCount"):
            found.append(name)
    return found


def is_selectable(entity: EntityType, attribute: str) -> bool:
    """Return whether lists can have an attribute that is not looked up for each record."""
    if attribute in _FOREIGN.get(entity.name, ()) or (entity.name, attribute) in _SELECTABLE:
        return True
    field = entity.by_attribute.get(attribute)
    if field is None:
        return attribute not in _ONLY_READ
    if (entity.name, attribute) in _COUNTED or (entity.name == "Email" and attribute in _HEADERS):
        return False
    if field.family in _ADDRESSES:
        return not attribute.endswith("Data")
    if field.family in {"jsonArray", "jsonObject"}:
        return "list" in field.responses
    return field.stored and field.family not in _LISTS


#: Attributes of which no list has a value.
_ONLY_READ = frozenset({"isFollowed", "followersIds", "followersNames", "accountRole"})
_TEMPLATES = ("accounts", "contacts", "leads", "users")
#: Those that only reading counts.
_COUNTED = frozenset(
    {
        ("TargetList", "entryCount"),
        ("TargetList", "optedOutCount"),
        *(("Campaign", name) for name in _FIGURES),
        *(
            ("Campaign", f"{kind}TemplateName")
            for kind in ("accounts", "contacts", "leads", "users")
        ),
    }
)
#: Those that are computed or looked up, but that lists have.
_SELECTABLE = frozenset({("Contact", "title"), ("Email", "addressNameMap")})


#: Attributes that stand for the name of people whose own is not selected.
_NAMES = {
    "User": ("userName",),
    "Lead": ("accountName", "emailAddress", "phoneNumber"),
}


def selected_response(
    session: Session, entity: EntityType, record: Record, names: Iterable[str]
) -> dict[str, Any]:
    """Return a record with the given attributes."""
    response = _values(session, entity, record, names)
    if "parentName" in response and not {"parentId", "parentType"} <= response.keys():
        # The server looks up the name by attributes that it did not load.
        response["parentName"] = None
    if "name" not in response:
        # It is made of what is loaded, which is not the parts of the name.
        others = [response[name] for name in _NAMES.get(entity.name, ()) if name in response]
        if others:
            response["name"] = next((other for other in others if other), None)
    if "personStringData" in response and record.get("status") == "Sent":
        # To build it the server loads the addresses, and returns them too (recorded:
        # rel-emails-2).
        names = ("toEmailAddressesIds", "toEmailAddressesNames")
        response |= _values(session, entity, record, names)
    return response


def is_readable(session: Session, entity: EntityType, attribute: str) -> bool:
    """Return whether an attribute exists and the user may see it."""
    field = entity.by_attribute.get(attribute)
    if field is None:
        extra = ("id", "deleted", "accountRole", *_FOREIGN.get(entity.name, ()))
        return (
            attribute in extra
            or (attribute == "versionNumber" and entity.versioned)
            or (attribute == "isStarred" and has_stars(session, entity))
            or (attribute in {"isFollowed", "followersIds", "followersNames"} and entity.stream)
        )
    return field.name not in session.user.hidden(entity.name) and field.since <= session.release


def order_attributes(entity: EntityType, order_by: str) -> tuple[str, ...]:
    """Return the attributes that sorting by a field adds to a list."""
    if order_by == "name" and entity.person:
        return PERSON_NAME[:-1]
    field = entity.by_name.get(order_by)
    if field is None:
        owner = entity.by_attribute.get(order_by)
        is_part = owner is not None and owner.family not in {*_LISTS, *_LINKS}
        is_foreign = order_by in _FOREIGN.get(entity.name, ())
        return (order_by,) if is_part or is_foreign else ()
    if field.family == "currency":
        return field.attributes[:2]
    return field.attributes


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
    for field in entity.fields:
        if field.name in hidden or field.since > session.release:
            continue
        for attribute in field.attributes:
            if attribute in entity.uncreated and attribute not in echo:
                continue
            if "create" in field.responses and _is_loaded(field, attribute):
                response[attribute] = value_of(session, entity, record, attribute)
            elif attribute in echo:
                response[attribute] = echo[attribute]
            elif attribute in record and _is_shown(field):
                response[attribute] = record[attribute]
    if entity.person:
        _compose_name(entity, response, record)
    response |= {name: echo[name] for name in _FOREIGN.get(entity.name, ()) if name in echo}
    response |= _values(session, entity, record, _follower_attributes(session, entity, record))
    if has_stars(session, entity):
        response["isStarred"] = False
    if entity.versioned:
        response["versionNumber"] = record["versionNumber"]
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
            response["name"] = next((name for name in names if name), None)


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
    for field in _fields_in(session, entity, "read"):
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
    if entity.name == "Call" and any(
        name in written and written[name] != before.get(name)
        for name in ("contactsIds", "leadsIds")
    ):
        # Only of calls the server looks everything up again.
        stored = session.data.get(entity.name, id)
        response |= {
            name: value_of(session, entity, stored, name)
            for field in _fields_in(session, entity, "read")
            if _is_loaded(field, field.name)
            for name in field.attributes
        }
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


def has_stars(session: Session, entity: EntityType) -> bool:
    """Return whether responses say whether a record is starred."""
    return entity.stars and entity.stars_since <= session.release


def _fields_in(session: Session, entity: EntityType, response: str) -> list[Field]:
    hidden = session.user.hidden(entity.name)
    return [
        field
        for field in entity.fields
        if response in field.responses
        and field.name not in hidden
        and field.since <= session.release
    ]


def _values(
    session: Session, entity: EntityType, record: Record, names: Iterable[str]
) -> dict[str, Any]:
    return {name: value_of(session, entity, record, name) for name in names}
