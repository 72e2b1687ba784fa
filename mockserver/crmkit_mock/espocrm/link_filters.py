"""Filter items about links: linked with, not linked with, columns of relations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.compare import TYPES, value_test
from crmkit_mock.espocrm.links import linked_records
from crmkit_mock.espocrm.php import items
from crmkit_mock.espocrm.refusals import bad_request

if TYPE_CHECKING:
    from collections.abc import Callable

    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType, Link
    from crmkit_mock.espocrm.session import Session

    Test = Callable[[Record], bool]

#: All item types whose attribute is a link.
LINK_TYPES = frozenset(
    {
        "linkedWith", "notLinkedWith", "linkedWithAll", "isLinked", "isNotLinked", "inCategory",
        "isUserFromTeams",
    }
)  # fmt: skip

#: Attributes that stand for a column of a relation: the link, and the column's name.
_COLUMNS = {
    ("Contact", "accountRole"): ("accounts", "role"),
    ("Contact", "accountIsInactive"): ("accounts", "isInactive"),
    ("Contact", "opportunityRole"): ("opportunities", "role"),
    **{
        (kind, "targetListIsOptedOut"): ("targetLists", "optedOut")
        for kind in ("Account", "Contact", "Lead")
    },
}


def link_test(session: Session, entity: EntityType, kind: str, name: str, value: object) -> Test:
    """Return the test of an item about a link.

    Args:
        session: The request.
        entity: The entity type.
        kind: Type of the item, one of `LINK_TYPES`.
        name: Name of the link.
        value: One id, or several.

    Raises:
        Problem: 400, there is no such link or record.
    """
    link = entity.all_links.get(name)
    if link is None:
        raise bad_request(f"Not existing relation '{name[:50]}' in where.")

    def linked(record: Record) -> set[str]:
        return {one["id"] for one in linked_records(session, link, record)}

    if kind == "isLinked":
        return lambda record: bool(linked(record))
    if kind == "isNotLinked":
        return lambda record: not linked(record)
    ids = {str(one) for one in (items(value) if isinstance(value, list | dict) else [value])}
    if value is None or not ids:
        raise bad_request("Bad where item. No value.")
    if kind == "isUserFromTeams":
        return lambda record: any(_in_teams(session, id, ids) for id in linked(record))
    for id in sorted(ids):
        if session.data.find(link.entity, id) is None:
            reason = f"Record '{link.entity}' `{id[:50]}` not found."
            raise bad_request(f"{reason} {reason}")
    match kind:
        case "notLinkedWith":
            return lambda record: not linked(record) & ids
        case "linkedWithAll":
            return lambda record: ids <= linked(record)
        case _:
            return lambda record: bool(linked(record) & ids)


def _in_teams(session: Session, user: str, teams: set[str]) -> bool:
    return any(row.left == user and row.right in teams for row in session.data.rows("entityTeam"))


def column_test(
    session: Session, entity: EntityType, kind: str, attribute: str, value: object
) -> Test:
    """Return the test of an item about a column of a relation.

    Args:
        session: The request.
        entity: The entity type.
        kind: "column" and the type of an item about values, such as "columnEquals".
        attribute: The attribute that stands for the column.
        value: The value.

    Raises:
        Problem: 400, there is no such type, or the attribute stands for no column.
    """
    bare = kind.removeprefix("column")
    bare = bare[:1].lower() + bare[1:]
    if bare not in TYPES:
        raise bad_request(f"Unknown where item type '{kind[:50]}'.")
    place = _COLUMNS.get((entity.name, attribute))
    if place is None:
        raise bad_request("Bad where item 'column'.")
    link: Link = entity.all_links[place[0]]
    test = value_test(bare, value)

    def fits(record: Record) -> bool:
        rows = session.data.linked(link, record["id"])
        values: list[list[Any]] = [[row.columns.get(place[1])] for row in rows]
        return any(test(one) for one in values)

    return fits
