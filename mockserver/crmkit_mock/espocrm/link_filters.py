"""Filter items about links: linked with, not linked with, columns of relations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmkit_mock.espocrm.common_fields import TEAMS
from crmkit_mock.espocrm.errors import bad_request
from crmkit_mock.espocrm.php_types import to_list
from crmkit_mock.espocrm.relations import linked_records
from crmkit_mock.espocrm.value_filters import TYPES, value_test

if TYPE_CHECKING:
    from collections.abc import Callable

    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType, Link
    from crmkit_mock.espocrm.session import Session

    Test = Callable[[Record], bool]

#: Types of items whose attribute is a link.
LINK_TYPES = frozenset(
    {
        "linkedWith", "notLinkedWith", "linkedWithAll", "isLinked", "isNotLinked", "inCategory",
        "isUserFromTeams",
    }
)  # fmt: skip

#: Link and column for each attribute that stands for a column of a relation.
_COLUMNS = {
    ("Contact", "accountRole"): ("accounts", "role"),
    ("Contact", "accountIsInactive"): ("accounts", "isInactive"),
    ("Contact", "opportunityRole"): ("opportunities", "role"),
    **{
        (entity, "targetListIsOptedOut"): ("targetLists", "optedOut")
        for entity in ("Account", "Contact", "Lead")
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
        APIError: 400, the link or a record does not exist.
    """
    link = entity.all_links.get(name)
    if link is None:
        raise bad_request(f"Not existing relation '{name[:50]}' in where.")

    def linked(record: Record) -> set[str]:
        return {other["id"] for other in linked_records(session, link, record)}

    if kind == "isLinked":
        return lambda record: bool(linked(record))
    if kind == "isNotLinked":
        return lambda record: not linked(record)
    ids = {str(id) for id in (to_list(value) if isinstance(value, list | dict) else [value])}
    if value is None or not ids:
        raise bad_request("Bad where item. No value.")
    if kind == "isUserFromTeams":
        return lambda record: any(_is_in_teams(session, id, ids) for id in linked(record))
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


def _is_in_teams(session: Session, user: str, teams: set[str]) -> bool:
    return any(row.right in teams for row in session.data.linked(TEAMS, user))


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
        APIError: 400, the type is unknown, or the attribute does not stand for a column.
    """
    value_kind = kind.removeprefix("column")
    value_kind = value_kind[:1].lower() + value_kind[1:]
    if value_kind not in TYPES:
        raise bad_request(f"Unknown where item type '{kind[:50]}'.")
    if (entity.name, attribute) not in _COLUMNS:
        raise bad_request("Bad where item 'column'.")
    link_name, column = _COLUMNS[entity.name, attribute]
    link: Link = entity.all_links[link_name]
    test = value_test(value_kind, value)

    def matches(record: Record) -> bool:
        rows = session.data.linked(link, record["id"])
        return any(test([row.columns.get(column)]) for row in rows)

    return matches
