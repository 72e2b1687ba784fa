"""Which attributes a reply carries: a creation, a read, an update and a list each have their own.

Source: the recorded replies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.attributes import value_of
from crmkit_mock.espocrm.fields import PERSON_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType, Field
    from crmkit_mock.espocrm.session import Session

#: What contacts show of their account beside its link.
_FOREIGN = {"Contact": ("accountIsInactive", "accountType", "hasPortalUser")}
_LISTS = frozenset({"linkMultiple", "attachmentMultiple"})
_ALWAYS = ("createdById", "assignedUserId")


def read_shape(session: Session, entity: EntityType, record: Record) -> dict[str, Any]:
    """Return a record as a read shows it: every attribute, null where there is no value."""
    names = ["id", "deleted", *_FOREIGN.get(entity.name, ())]
    for field in _shown(session, entity, "read"):
        names += field.attributes
    if entity.stream:
        names.append("isFollowed")
        if session.user.level("User", "read") != "no":
            names += ("followersIds", "followersNames")
    if entity.stars:
        names.append("isStarred")
    if entity.versioned:
        names.append("versionNumber")
    return _show(session, entity, record, names)


def list_names(session: Session, entity: EntityType) -> list[str]:
    """Return the attributes of records in a list without `select`."""
    names = ["id", "deleted", *_FOREIGN.get(entity.name, ())]
    for field in _shown(session, entity, "list"):
        if field.family in _LISTS:
            continue
        if field.family in {"email", "phone"}:
            names += (one for one in field.attributes if not one.endswith("Data"))
        else:
            names += field.attributes
    if entity.versioned:
        names.append("versionNumber")
    return names


def list_shape(session: Session, entity: EntityType, record: Record) -> dict[str, Any]:
    """Return a record as a list without `select`, or a refused duplicate, shows it."""
    return _show(session, entity, record, list_names(session, entity))


def selected_names(
    session: Session,
    entity: EntityType,
    select: Iterable[str],
    order_by: str,
    *,
    related: bool = False,
) -> list[str]:
    """Return the attributes of records in a list with `select`, which are more than asked for.

    Args:
        session: The request.
        entity: The entity type.
        select: The attributes asked for; unknown ones are passed over.
        order_by: Field or attribute that the list is sorted by.
        related: Whether it is the list of a link.
    """
    chosen = [one for one in select if is_readable(session, entity, one)]
    names = ["id", *chosen, *order_attributes(entity, order_by), *entity.selected]
    names += (one for one in _ALWAYS if one in entity.by_attribute)
    if "name" in chosen and not related:
        names += entity.with_name
    if any(one in chosen for one in ("parentId", "parentType")):
        names += ("parentId", "parentType", "parentName")
    return list(dict.fromkeys(names))


def show_selected(
    session: Session, entity: EntityType, record: Record, names: Iterable[str]
) -> dict[str, Any]:
    """Return the chosen attributes of a record."""
    shown = _show(session, entity, record, names)
    if "parentName" in shown and "parentId" not in shown:
        # The name is looked up by what was read, which the parent is not part of.
        shown["parentName"] = None
    if "personStringData" in shown and record.get("status") == "Sent":
        # To say whom it went to, the addresses were read, and are told (recorded: rel-emails-2).
        names = ("toEmailAddressesIds", "toEmailAddressesNames")
        shown |= _show(session, entity, record, names)
    return shown


def is_readable(session: Session, entity: EntityType, attribute: str) -> bool:
    """Return whether there is an attribute, and the user may see it."""
    field = entity.by_attribute.get(attribute)
    if field is None:
        extra = ("id", "deleted", "accountRole", *_FOREIGN.get(entity.name, ()))
        return (
            attribute in extra
            or (attribute == "versionNumber" and entity.versioned)
            or (attribute == "isStarred" and entity.stars)
            or (attribute in {"isFollowed", "followersIds", "followersNames"} and entity.stream)
        )
    return field.name not in session.user.hidden(entity.name)


def order_attributes(entity: EntityType, order_by: str) -> tuple[str, ...]:
    """Return the attributes that sorting by a field adds to a list."""
    if order_by == "name" and entity.person:
        return PERSON_NAME[:-1]
    field = entity.by_name.get(order_by)
    return (order_by,) if field is None else field.attributes


def created_shape(
    session: Session, entity: EntityType, record: Record, echo: dict[str, Any]
) -> dict[str, Any]:
    """Return a record as the reply to its creation: what was never set is absent."""
    shown: dict[str, Any] = {"id": record["id"], "deleted": False}
    for field in _shown(session, entity, "create"):
        for attribute in field.attributes:
            if attribute not in entity.uncreated and _is_created(entity, record, field, attribute):
                shown[attribute] = value_of(session, entity, record, attribute)
        if field.family in {"email", "phone"}:
            # Nothing is known of addresses yet, and that is told as no.
            shown[f"{field.name}IsInvalid"] = shown[f"{field.name}IsInvalid"] or False
            shown[f"{field.name}IsOptedOut"] = shown[f"{field.name}IsOptedOut"] or False
    if entity.stream:
        names = ["isFollowed"]
        if session.user.level("User", "read") != "no":
            names += ("followersIds", "followersNames")
        shown |= _show(session, entity, record, names)
    if entity.stars:
        shown["isStarred"] = False
    if entity.versioned:
        shown["versionNumber"] = record["versionNumber"]
    if shown.get("emailAddress"):
        shown["emailAddress"] = shown["emailAddress"].lower()
    return {**entity.created, **shown, **echo}


def _is_created(entity: EntityType, record: Record, field: Field, attribute: str) -> bool:
    if attribute in entity.created:
        return record.get(attribute) is not None
    if field.family in {*_LISTS, "jsonArray"} or attribute.endswith(
        ("Data", "IsInvalid", "IsOptedOut")
    ):
        return True
    if field.family in {"link", "file", "linkParent"} and attribute.endswith("Name"):
        return True
    if field.family == "personName" and attribute == "name":
        both = record.get("firstName") and record.get("lastName")
        return bool(both or record.get("accountName"))
    if field.family == "currency" and attribute.endswith("Converted"):
        return record.get(field.name) is not None
    return attribute in record and not (
        record[attribute] is None and field.family in {"link", "file", "linkParent"}
    )


def _shown(session: Session, entity: EntityType, where: str) -> list[Field]:
    hidden = session.user.hidden(entity.name)
    return [one for one in entity.fields if where in one.shown and one.name not in hidden]


def _show(
    session: Session, entity: EntityType, record: Record, names: Iterable[str]
) -> dict[str, Any]:
    return {name: value_of(session, entity, record, name) for name in names}
