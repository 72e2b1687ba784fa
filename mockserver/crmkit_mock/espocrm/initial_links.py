"""Links that a new record is created with, beside those of its fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.attributes import value_of
from crmkit_mock.espocrm.php_types import to_str
from crmkit_mock.espocrm.relations import add_link

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType
    from crmkit_mock.espocrm.session import Session


def add_initial_links(
    session: Session, entity: EntityType, record: Record, ids: Mapping[str, list[Any] | None]
) -> dict[str, Any]:
    """Link a new record with the records whose ids were sent for links that are not fields.

    Args:
        session: The request.
        entity: The entity type.
        record: The new record.
        ids: The ids of each link, once they are checked.

    Returns:
        What the response has of them.
    """
    for link in entity.links if ids else ():
        for id in ids.get(link.name) or ():
            other = session.data.find(link.entity, to_str(id))
            if other is not None:
                add_link(session, entity, link, record, other, is_initial=True)
    response: dict[str, Any] = {f"{name}Ids": sent for name, sent in ids.items()}
    if response and entity.name == "TargetList":
        response["entryCount"] = value_of(session, entity, record, "entryCount")
    return response
