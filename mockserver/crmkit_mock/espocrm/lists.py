"""Lists: access, filters, order, total, page, and the attributes shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.attributes import value_of
from crmkit_mock.espocrm.data import display_name
from crmkit_mock.espocrm.filters import bool_filter, primary_filter, text_filter
from crmkit_mock.espocrm.folding import fold
from crmkit_mock.espocrm.refusals import bad_request
from crmkit_mock.espocrm.shapes import (
    is_readable,
    list_names,
    selected_names,
    show_selected,
)
from crmkit_mock.espocrm.where import all_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType, Field
    from crmkit_mock.espocrm.search import Search
    from crmkit_mock.espocrm.session import Session

_ADDRESS = ("Country", "City", "Street")


def matching(
    session: Session,
    entity: EntityType,
    search: Search,
    records: Iterable[Record] | None = None,
) -> list[Record]:
    """Return the records that the user may read and a search finds, in order, not cut to a page.

    Args:
        session: The request.
        entity: The entity type.
        search: The search.
        records: The records to search in; None for all of the entity type.

    Raises:
        Problem: 400, the search is improper.
    """
    tests = [all_of(session, entity, search.where)]
    if search.primary_filter is not None:
        tests.append(primary_filter(session, entity, search.primary_filter))
    tests += [bool_filter(session, entity, name) for name in search.bool_filters]
    if search.text_filter is not None:
        tests.append(text_filter(session, entity, search.text_filter))
    key = _key(session, entity, order_of(entity, search))
    pool = session.data.all(entity.name) if records is None else records
    level = session.user.level(entity.name, "read")
    found = [
        record
        for record in pool
        if (level == "all" or session.user.may(entity.name, "read", record))
        and all(test(record) for test in tests)
    ]
    found.sort(key=key, reverse=_is_descending(entity, search))
    return found


def order_of(entity: EntityType, search: Search) -> str:
    """Return what a list is sorted by."""
    return search.order_by or entity.order[0]


def _is_descending(entity: EntityType, search: Search) -> bool:
    usual = "asc" if search.order_by else entity.order[1]
    return (search.order or usual) == "desc"


def page(
    session: Session,
    entity: EntityType,
    search: Search,
    records: list[Record],
    *,
    names: list[str] | None = None,
) -> dict[str, Any]:
    """Return a page of records that were found, with its total.

    Args:
        session: The request.
        entity: The entity type.
        search: The search.
        records: What it found, in order.
        names: Attributes to show; None for those that the search asks for.
    """
    end = search.offset + search.max_size
    if names is None:
        names = shown_names(session, entity, search)
    shown = [
        show_selected(session, entity, record, names) for record in records[search.offset : end]
    ]
    return {"total": total(entity, search, len(records)), "list": shown}


def total(entity: EntityType, search: Search, found: int) -> int:
    """Return the total of a list: a count, or -1 where more follows and -2 where nothing does."""
    if search.counted and entity.counted:
        return found
    return -1 if found > search.offset + search.max_size else -2


def shown_names(session: Session, entity: EntityType, search: Search) -> list[str]:
    """Return the attributes that a list shows."""
    if search.select is None:
        stars = ["isStarred"] if entity.stars else []
        return [*list_names(session, entity), *stars]
    return selected_names(session, entity, search.select, order_of(entity, search))


def _key(session: Session, entity: EntityType, by: str) -> Callable[[Record], Any]:
    field = entity.by_name.get(by) or entity.by_attribute.get(by)
    if field is None and by not in {"id", "versionNumber"}:
        raise bad_request(f"Order by non-existing field '{by[:50]}'.")
    if field is None:
        return lambda record: (*_sortable(record.get(by)), record["id"])
    if field.name in session.user.hidden(entity.name):
        reason = f"Not access to order by field '{field.name}'."
        raise bad_request(f"{reason} {reason}")
    if by not in entity.by_name and (by.endswith(("Name", "Names", "Ids", "Types", "Data"))):
        raise session.crash(f"A list cannot be ordered by {by[:50]}.")
    if not is_readable(session, entity, field.attributes[0]):
        raise bad_request(f"Order by non-existing field '{by[:50]}'.")
    values = _values(session, entity, field, by)
    return lambda record: (
        *(part for one in values(record) for part in _sortable(one)),
        record["id"],
    )


def _values(
    session: Session, entity: EntityType, field: Field, by: str
) -> Callable[[Record], list[Any]]:
    """Return what gives the values that records are sorted by."""
    if by == "name" and entity.person:
        return lambda record: [record.get("firstName"), record.get("lastName")]
    if by != field.name:
        return lambda record: [value_of(session, entity, record, by)]
    match field.family:
        case "link" | "file":
            key = f"{by}Id"
            return lambda record: [session.data.name_of(field.entity, record.get(key))]
        case "linkParent" | "address":
            ends = ("Type", "Id") if field.family == "linkParent" else _ADDRESS
            return lambda record: [record.get(by + end) for end in ends]
        case "enum" if field.options:
            # Choices are sorted as they are listed (assumption: not recorded).
            places = {option: place for place, option in enumerate(field.options)}
            return lambda record: [places.get(record.get(by) or "", -1)]
        case "linkMultiple" | "attachmentMultiple" | "array" | "multiEnum" | "jsonArray":
            raise session.crash(f"A list cannot be ordered by {by}.")
        case _:
            return lambda record: [value_of(session, entity, record, by)]


def _sortable(value: object) -> tuple[int, Any]:
    # Null comes first, as in the database.
    if value is None or isinstance(value, list | dict):
        return (0, 0)
    if isinstance(value, int | float):
        return (1, value)
    return (2, fold(str(value)))


def in_short(record: Record) -> dict[str, Any]:
    """Return what stands for a record in a list of several entity types."""
    return {"id": record["id"], "name": display_name(record)}
