"""Links that a new record is created with, beside those of its fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.attributes import value_of
from crmkit_mock.espocrm.errors import foreign_record_forbidden, foreign_record_not_found
from crmkit_mock.espocrm.relations import add_link

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType, Link
    from crmkit_mock.espocrm.session import Session

#: A link whose names are returned beside its ids.
_WITH_NAMES = "targetLists"


def add_initial_links(
    session: Session, entity: EntityType, record: Record, sent: Mapping[str, Any]
) -> dict[str, Any]:
    """Link a new record with the records whose ids were sent for links that are not fields.

    Returns:
        What the response has of them.

    Raises:
        APIError: 403, a record does not exist, or the user may not read it.
    """
    response: dict[str, Any] = {}
    for link in entity.links:
        ids = sent.get(f"{link.name}Ids")
        if link.name in entity.by_name or link.kind not in {"has_many", "many_many"}:
            continue
        if not isinstance(ids, list) or not link.readable:
            continue
        others = [_find(session, entity, link, id) for id in ids]
        for other in others:
            add_link(session, entity, link, record, other, is_initial=True)
        response[f"{link.name}Ids"] = ids
        if link.name == _WITH_NAMES and others:
            names = {other["id"]: other.get("name") for other in others}
            response[f"{link.name}Names"] = names
    if response and entity.name == "TargetList":
        response["entryCount"] = value_of(session, entity, record, "entryCount")
    return response


def _find(session: Session, entity: EntityType, link: Link, id: object) -> Record:
    other = session.data.find(link.entity, id)
    if other is None:
        raise foreign_record_not_found(entity.name, link.name, link.entity)
    if not session.user.may(link.entity, link.foreign_access, other):
        raise foreign_record_forbidden(entity.name, link.name, link.entity, link.foreign_access)
    return other
