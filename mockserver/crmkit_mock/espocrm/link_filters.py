"""Filter items about links: linked with, not linked with, columns of relations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.columns import QueryFailedError
from crmkit_mock.espocrm.common_fields import TEAMS
from crmkit_mock.espocrm.comparisons import comparison
from crmkit_mock.espocrm.errors import bad_request
from crmkit_mock.espocrm.fields import Link
from crmkit_mock.espocrm.php_types import to_list
from crmkit_mock.espocrm.relations import linked_records
from crmkit_mock.espocrm.search import denied

if TYPE_CHECKING:
    from collections.abc import Callable

    from crmkit_mock.espocrm.columns import Test
    from crmkit_mock.espocrm.comparisons import Operator
    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType
    from crmkit_mock.espocrm.session import Session

_WITH_IDS = frozenset(
    {"linkedWith", "notLinkedWith", "linkedWithAll", "inCategory", "isUserFromTeams"}
)
#: Types of items whose attribute is a link.
LINK_TYPES = _WITH_IDS | {"isLinked", "isNotLinked"}
_UNSUPPORTED = "Bad where item. Not supported relation type."

#: Link and column for each attribute that stands for a column of a relation.
_COLUMNS = {
    (entity, attribute): (link, "status")
    for entity in ("Contact", "Lead", "User")
    for attribute, link in (
        ("acceptanceStatusMeetings", "meetings"),
        ("acceptanceStatusCalls", "calls"),
    )
}
_COLUMN_OPERATORS: dict[str, Operator] = {
    "columnLike": "LIKE",
    "columnIn": "=",
    "columnEquals": "=",
    "columnNotEquals": "<>",
    "columnNotIn": "<>",
    "columnIsNull": "=",
    "columnIsNotNull": "<>",
}
#: Types of items about the columns of relations.
COLUMN_TYPES = frozenset(_COLUMN_OPERATORS)


def require_link(session: Session, entity: EntityType, kind: str, name: str, value: object) -> None:
    """Check that a link may be filtered by, and by the records of an item.

    Args:
        session: The request.
        entity: The entity type.
        kind: Type of the item, one of `LINK_TYPES`.
        name: Name of the link.
        value: One id, or several.

    Raises:
        APIError: 400, the link or a record does not exist, or is not accessible.
    """
    link = find_link(session, entity, name)
    if _family(entity, name) == "linkParent" or (link is not None and link.kind == "parent"):
        detail = ", no foreign entity type." if session.release >= (10, 0) else "."
        raise denied(session, f"Bad relation '{name}' in where{detail}")
    if link is None:
        raise bad_request(f"Not existing relation '{name[:50]}' in where.")
    foreign = "Team" if kind == "isUserFromTeams" else link.entity
    is_hidden = name in session.user.hidden(entity.name)
    if is_hidden or not _is_accessible(session, foreign):
        noun = "link" if session.release >= (10, 0) else "relation"
        raise denied(session, f"Forbidden {noun} '{name}' in where.")
    if kind in _WITH_IDS and value is not None:
        _require_records(session, foreign, value)


#: Entity types that every role may read.
_FOR_EVERYBODY = frozenset({"Attachment", "Team"})


def _is_accessible(session: Session, entity_name: str) -> bool:
    """Return whether the user may read records of an entity type."""
    return entity_name in _FOR_EVERYBODY or session.user.level(entity_name, "read") != "no"


def find_link(session: Session, entity: EntityType, name: str) -> Link | None:
    """Return the link of a name, those of the files of a field included; None if there is none."""
    field = entity.by_name.get(name)
    if field is not None and field.family == "attachmentMultiple":
        return Link(name, "Attachment", "children", key=f"{name}Ids")
    link = entity.all_links.get(name)
    return link if link is not None and session.release >= link.since else None


def _family(entity: EntityType, name: str) -> str | None:
    field = entity.by_name.get(name)
    return None if field is None else field.family


def _ids(value: object) -> list[Any]:
    return to_list(value) if isinstance(value, list | dict) else [value]


def _require_records(session: Session, foreign: str, value: object) -> None:
    ids = _ids(value)
    if not all(isinstance(id, str) for id in ids):
        raise bad_request("Bad where item. Non-string ID.")
    for id in ids:
        record = session.data.find(foreign, id)
        if record is None:
            raise denied(session, f"Record '{foreign}' `{id[:50]}` not found.")
        if not session.user.may(foreign, "read", record):
            raise denied(session, f"No access to '{foreign}' `{id}`.")


def link_test(
    session: Session,
    entity: EntityType,
    kind: str,
    name: str,
    value: object,
    *,
    any_is_enough: bool = False,
) -> Test | None:
    """Return the test of an item about a link, None if it is ignored.

    Args:
        session: The request.
        entity: The entity type.
        kind: Type of the item, one of `LINK_TYPES`.
        name: Name of the link, which exists.
        value: One id, or several.
        any_is_enough: Whether one of all wanted records is enough, as within an "or".

    Raises:
        APIError: 400, the value or the kind of the link does not fit.
        QueryFailedError: the query fails.
    """
    link = find_link(session, entity, name)
    assert link is not None  # noqa: S101 - checked by require_link before
    linked = _linked_ids(session, link)
    if kind in {"isLinked", "isNotLinked"}:
        is_wanted = kind == "isLinked"
        return lambda record: bool(linked(record)) == is_wanted
    if value is None and kind in {"inCategory", "isUserFromTeams"}:
        return None
    if value is None and kind == "linkedWithAll":
        raise bad_request("Bad where item. Empty value.")
    if not all(isinstance(id, str) for id in _ids(value)):
        raise bad_request("Bad where item. Bad array item.")
    ids = set(_ids(value))
    if kind == "linkedWithAll" and not ids:
        return None
    if kind == "isUserFromTeams":
        return _user_test(session, link, ids)
    if kind == "inCategory":
        return _category_test(link, linked, ids)
    if link.kind == "children" or (
        kind == "linkedWithAll" and link.kind in {"belongs_to", "has_one"}
    ):
        raise bad_request(_UNSUPPORTED)
    is_all = kind == "linkedWithAll" and not any_is_enough
    return _ids_test(link, linked, ids, kind, is_all=is_all)


def _ids_test(
    link: Link, linked: Callable[[Record], set[str]], ids: set[str], kind: str, *, is_all: bool
) -> Test:
    if is_all:
        return lambda record: ids <= linked(record)
    if kind != "notLinkedWith":
        return lambda record: bool(linked(record) & ids)
    if link.kind == "belongs_to":
        # Written as NOT IN, which is not true of null.
        return lambda record: record.get(link.key) is not None and not linked(record) & ids
    return lambda record: not linked(record) & ids


def _linked_ids(session: Session, link: Link) -> Callable[[Record], set[str]]:
    if link.entity == "Attachment" and link.kind == "children":
        return lambda record: set(record.get(link.key) or ())
    return lambda record: {other["id"] for other in linked_records(session, link, record)}


def _category_test(link: Link, linked: Callable[[Record], set[str]], ids: set[str]) -> Test:
    if link.kind not in {"belongs_to", "many_many"}:
        raise bad_request(f"Not supported link '{link.name}' in where item.")
    if not link.entity.endswith(("Category", "Folder")):
        # Only categories have the table that the query reads.
        raise QueryFailedError
    return lambda record: bool(linked(record) & ids)


def _user_test(session: Session, link: Link, teams: set[str]) -> Test:
    if link.entity != "User" or link.kind != "belongs_to":
        raise bad_request(f"Not supported link '{link.name}' in where item.")

    def test(record: Record) -> bool:
        user = record.get(link.key)
        rows = session.data.linked(TEAMS, user) if user is not None else []
        return any(row.right in teams for row in rows)

    return test


def column_test(
    session: Session, entity: EntityType, kind: str, attribute: str, value: object
) -> Test:
    """Return the test of an item about a column of a relation.

    Args:
        session: The request.
        entity: The entity type.
        kind: Type of the item, one of `COLUMN_TYPES`.
        attribute: The attribute that stands for the column.
        value: The value.

    Raises:
        APIError: 400, the attribute does not stand for a column.
        UnsupportedValueError: no query can be made of the value.
    """
    if (entity.name, attribute) not in _COLUMNS:
        raise bad_request("Bad where item 'column'.")
    name, column = _COLUMNS[entity.name, attribute]
    operand = None if kind in {"columnIsNull", "columnIsNotNull"} else value
    matches = comparison("text", _COLUMN_OPERATORS[kind], operand)
    link = entity.all_links.get(name)

    def test(record: Record) -> bool:
        rows = [] if link is None else session.data.linked(link, record["id"])
        # Without rows, there is one of nulls.
        return any(matches(row.columns.get(column)) for row in rows) if rows else matches(None)

    return test
