"""Which attributes lists have: with and without `select`, and what comes with a selection."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.attributes import value_of
from crmkit_mock.espocrm.fields import PERSON_NAME
from crmkit_mock.espocrm.responses import FOREIGN, attribute_values, fields_in, has_stars

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType, Field
    from crmkit_mock.espocrm.session import Session

_LISTS = frozenset({"linkMultiple", "attachmentMultiple"})
_ADDRESSES = frozenset({"email", "phone"})
_LINKS = frozenset({"link", "file", "linkParent"})
_ALWAYS = ("createdById", "assignedUserId")


def list_attributes(session: Session, entity: EntityType) -> list[str]:
    """Return the attributes of records in a list without `select`."""
    user = session.user
    fields = fields_in(session, entity, "list")
    return list(_list_attributes(entity, fields, is_admin=user.is_admin))


@cache
def _list_attributes(
    entity: EntityType, fields: tuple[Field, ...], *, is_admin: bool
) -> tuple[str, ...]:
    names = ["id", "deleted", *FOREIGN.get(entity.name, ())]
    if entity.name == "Email":
        names += ("personStringData", "isSystem")
    for field in fields:
        names += (name for name in field.attributes if is_selectable(entity, name))
    if entity.versioned:
        names.append("versionNumber")
    if entity.name == "User" and is_admin:
        names.append("secretKey")
    return tuple(names)


def list_response(session: Session, entity: EntityType, record: Record) -> dict[str, Any]:
    """Return a record as a list without `select`, or a duplicate error, shows it."""
    names = list_attributes(session, entity)
    return _without_absent(attribute_values(session, entity, record, names))


def _without_absent(response: dict[str, Any]) -> dict[str, Any]:
    """Leave out whom an e-mail is from or to, if it has no address that says so.

    So are the secret keys of users who need none.
    """
    for name in ("personStringData", "secretKey"):
        if response.get(name, "") is None:
            del response[name]
    return response


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
    sorted_by = order_attributes(entity, order_by)
    names = ["id", *readable, *sorted_by, *entity.selected]
    names += (name for name in _ALWAYS if name in entity.by_attribute)
    if "name" in (*readable, *sorted_by) and not related:
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
        if entity.name == "TargetList" and name in {"entryCount", "optedOutCount"}:
            found.append(name)
    return found


def is_selectable(entity: EntityType, attribute: str) -> bool:
    """Return whether lists can have an attribute that is not looked up for each record."""
    if attribute in FOREIGN.get(entity.name, ()) or (entity.name, attribute) in _SELECTABLE:
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
        ("User", "lastAccess"),
        ("User", "workingTimeCalendarName"),
        ("User", "layoutSetName"),
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
    response = attribute_values(session, entity, record, names)
    if "parentName" in response and not {"parentId", "parentType"} <= response.keys():
        # The server looks up the name by attributes that it did not load.
        response["parentName"] = None
    if "relatedName" in response and not {"relatedId", "relatedType"} <= response.keys():
        response["relatedName"] = None
    if "name" not in response and entity.person and {"firstName", "lastName"} <= response.keys():
        # Parts of the name bring the whole one.
        response["name"] = value_of(session, entity, record, "name")
    elif "name" not in response:
        # It is made of what is loaded, which is not the parts of the name.
        others = [response[name] for name in _NAMES.get(entity.name, ()) if name in response]
        if others:
            response["name"] = next((other for other in others if other), None)
    if "personStringData" in response and record.get("status") == "Sent":
        # To build it the server loads the addresses, and returns them too (recorded:
        # rel-emails-2).
        names = ("toEmailAddressesIds", "toEmailAddressesNames")
        response |= attribute_values(session, entity, record, names)
    return _without_absent(response)


def is_readable(session: Session, entity: EntityType, attribute: str) -> bool:
    """Return whether an attribute exists and the user may see it."""
    field = entity.by_attribute.get(attribute)
    if field is None:
        extra = ("id", "deleted", "accountRole", *FOREIGN.get(entity.name, ()))
        return (
            attribute in extra
            or (attribute == "versionNumber" and entity.versioned)
            or (attribute == "secretKey" and entity.name == "User" and session.user.is_admin)
            or (attribute == "isStarred" and has_stars(session, entity))
            or (attribute in {"isFollowed", "followersIds", "followersNames"} and entity.stream)
        )
    return field.name not in session.user.hidden(entity.name) and field.since <= session.release


def order_attributes(entity: EntityType, order_by: str) -> tuple[str, ...]:
    """Return the attributes that sorting by a field adds to a list."""
    if order_by == "name" and entity.person:
        return PERSON_NAME
    field = entity.by_name.get(order_by)
    if field is None:
        owner = entity.by_attribute.get(order_by)
        is_part = owner is not None and owner.family not in {*_LISTS, *_LINKS}
        is_foreign = order_by in FOREIGN.get(entity.name, ())
        return (order_by,) if is_part or is_foreign else ()
    if field.family == "currency":
        return field.attributes[:2]
    return field.attributes
