"""Lists: access, filters, order, total, page, and the attributes returned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.data import display_name
from crmkit_mock.espocrm.list_responses import (
    list_attributes,
    selected_attributes,
    selected_response,
)
from crmkit_mock.espocrm.named_filters import bool_filters, primary_filter
from crmkit_mock.espocrm.ordering import order_by, ordering
from crmkit_mock.espocrm.responses import has_stars, to_tree
from crmkit_mock.espocrm.text_filters import text_filter
from crmkit_mock.espocrm.where import compile_where
from crmkit_mock.rows import RowPage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType
    from crmkit_mock.espocrm.search import Search
    from crmkit_mock.espocrm.session import Session


def list_all(session: Session, entity: EntityType, search: Search) -> RowPage:
    """Return a page of an entity type's records, with their total.

    Raises:
        APIError: 400, the search is invalid.
    """
    level = session.user.level(entity.name, "read")
    is_whole = not (search.is_filtered or level == "no" or session.user.filters(entity.name))
    order = ordering(session, entity, search) if is_whole else None
    if order is None or order.index is None:
        found = matching(session, entity, search)
        part = found[search.offset : search.offset + search.max_size]
        return _row_page(session, entity, search, part, len(found))
    # Without a filter, page and total are found without looking at the other records.
    owner = None if level == "all" else session.user.id
    records = session.data.find_all(
        entity.name,
        order.index,
        owner,
        limit=search.max_size,
        offset=search.offset,
        reverse=order.descending,
    )
    count = session.data.count(entity.name, order.index, owner)
    return _row_page(session, entity, search, records, count)


def _row_page(
    session: Session, entity: EntityType, search: Search, records: list[Record], count: int
) -> RowPage:
    names = tuple(response_attributes(session, entity, search))
    shared = (entity.name, session.user.id, names)

    def render(record: Record) -> dict[str, Any]:
        tree: dict[str, Any] = to_tree(session, selected_response(session, entity, record, names))
        return tree

    rows = [session.data.row((record["id"], *shared), record, render) for record in records]
    return RowPage({"total": total(entity, search, count), "list": []}, "list", rows)


def matching(
    session: Session,
    entity: EntityType,
    search: Search,
    records: Iterable[Record] | None = None,
) -> list[Record]:
    """Return all records that the user may read and a search finds, in order.

    Args:
        session: The request.
        entity: The entity type.
        search: The search.
        records: The records to search; None for all of the entity type.

    Raises:
        APIError: 400, the search is invalid.
    """
    order = ordering(session, entity, search)
    tests: list[Callable[[Record], bool]] = []
    failures = [order.failure]
    if search.bool_filters:
        tests.append(bool_filters(session, entity, search.bool_filters))
    if search.primary_filter is not None:
        primary = primary_filter(session, entity, search.primary_filter)
        tests.append(primary.test)
        failures.append(primary.failure)
    if search.text_filter is not None:
        tests.append(text_filter(session, entity, search.text_filter))
    if search.where:
        where = compile_where(session, entity, search.where)
        tests.append(where.test)
        failures.append(where.failure)
    for failure in failures:
        # The database refuses the query after everything in the request was checked.
        if failure is not None:
            raise failure
    searched = session.data.all(entity.name) if records is None else records
    level = session.user.level(entity.name, "read")
    checked = session.user.filters(entity.name)
    found = [
        record
        for record in searched
        if ((level == "all" and not checked) or session.user.finds(entity.name, record))
        and all(test(record) for test in tests)
    ]
    found.sort(key=order.key, reverse=order.descending)
    return found


def page(
    session: Session,
    entity: EntityType,
    search: Search,
    found: list[Record],
    *,
    names: list[str],
) -> dict[str, Any]:
    """Return a page of what a search found, with its total.

    Args:
        session: The request.
        entity: The entity type.
        search: The search.
        found: The records that it found, in order.
        names: Attributes to return.
    """
    records = found[search.offset : search.offset + search.max_size]
    return {
        "total": total(entity, search, len(found)),
        "list": [selected_response(session, entity, record, names) for record in records],
    }


def total(entity: EntityType, search: Search, count: int) -> int:
    """Return the total of a list: a count, or -1 if there are further records and -2 if not."""
    if search.counted and entity.counted:
        return count
    # A page without rows is not compared with what there is.
    return -1 if search.max_size and count > search.offset + search.max_size else -2


def response_attributes(session: Session, entity: EntityType, search: Search) -> list[str]:
    """Return the attributes of records in a list."""
    stars = ["isStarred"] if has_stars(session, entity) else []
    if search.select is None:
        return [*list_attributes(session, entity), *stars]
    selected = selected_attributes(session, entity, search.select, order_by(entity, search))
    return [*selected, *stars]


def short_response(record: Record) -> dict[str, Any]:
    """Return a record as a list of several entity types shows it."""
    return {"id": record["id"], "name": display_name(record)}
