"""What a request changed, as the events that webhooks subscribe to.

Source: the vendor's `Core/Webhook/Manager.php` of 9.2.7, and its deliveries (recorded).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from crmkit_mock.espocrm.entity_types import ENTITY_TYPES
from crmkit_mock.espocrm.responses import attribute_values, fields_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crmkit_mock.espocrm.data import Change, Record
    from crmkit_mock.espocrm.fields import EntityType
    from crmkit_mock.espocrm.session import Session

#: Attributes whose change is no event.
_SKIPPED = frozenset({"modifiedAt", "modifiedById", "streamUpdatedAt", "versionNumber"})


class Event(NamedTuple):
    """An event.

    Attributes:
        name: Its name, such as Account.fieldUpdate.name.
        data: What is sent of it.
    """

    name: str
    data: dict[str, Any]


def events_of(session: Session, changes: Iterable[Change]) -> list[Event]:
    """Return the events of a request.

    Args:
        session: The request; what is sent is what an administrator would read.
        changes: What it wrote, in order; several writes of one record are one change.
    """
    merged: dict[tuple[str, str], tuple[Record | None, Record]] = {}
    for name, before, after in changes:
        key = (name, after["id"])
        merged[key] = (merged[key][0] if key in merged else before, after)
    events: list[Event] = []
    for (name, _), (before, after) in merged.items():
        if name in ENTITY_TYPES:
            events += _events(session, ENTITY_TYPES[name], before, after)
    return events


def _events(
    session: Session, entity: EntityType, before: Record | None, after: Record
) -> list[Event]:
    id = after["id"]
    if before is None:
        names = [name for field in fields_in(session, entity, "read") for name in field.attributes]
        values = attribute_values(session, entity, after, ["id", "deleted", *names])
        # recorded: of a creation only what is set is sent.
        data = {name: value for name, value in values.items() if value is not None}
        return [Event(f"{entity.name}.create", data)]
    if after["deleted"]:
        return [] if before["deleted"] else [Event(f"{entity.name}.delete", {"id": id})]
    changed = [
        name
        for name in dict.fromkeys([*before, *after])
        if name in entity.by_attribute
        and name not in _SKIPPED
        and before.get(name) != after.get(name)
    ]
    if not changed:
        return []
    values = attribute_values(session, entity, after, changed)
    events = [Event(f"{entity.name}.update", {**values, "id": id})]
    for field in dict.fromkeys(entity.by_attribute[name] for name in changed):
        names = [name for name in field.attributes if name not in _SKIPPED]
        values = attribute_values(session, entity, after, names)
        events.append(Event(f"{entity.name}.fieldUpdate.{field.name}", {"id": id, **values}))
    return events
