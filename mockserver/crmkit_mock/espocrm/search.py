"""Search parameters: from a query, or from the JSON in `searchParams` (observed)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from crmkit_mock.espocrm.php import items, to_int
from crmkit_mock.espocrm.refusals import bad_request, forbidden
from crmkit_mock.json_text import JSONTextError, parse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.espocrm.session import Session

#: Most records of one page, which is also what comes when nobody says.
MAX_SIZE = 200


@dataclass(frozen=True, slots=True)
class Search:
    """What a list is asked for.

    Attributes:
        select: Attributes to show; None for all.
        where: Filter items, all of which have to fit.
        order_by: Field or attribute to sort by; None for the entity type's own order.
        order: Direction; None for the usual one.
        offset: Number of records to pass over.
        max_size: Most records to show.
        primary_filter: Name of the primary filter, or None.
        bool_filters: Names of the bool filters.
        text_filter: Text to look for, or None.
        counted: Whether the total is wanted.
    """

    select: list[str] | None = None
    where: tuple[Any, ...] = ()
    order_by: str | None = None
    order: Literal["asc", "desc"] | None = None
    offset: int = 0
    max_size: int = MAX_SIZE
    primary_filter: str | None = None
    bool_filters: tuple[str, ...] = ()
    text_filter: str | None = None
    counted: bool = True


def read_search(session: Session, query: Mapping[str, Any]) -> Search:
    """Read the search parameters of a query.

    Where there are `searchParams`, all others are ignored.

    Raises:
        Problem: 400 or 403, a parameter is improper.
    """
    text = query.get("searchParams")
    if isinstance(text, str):
        try:
            tree = parse(text.encode("utf-8"))
        except JSONTextError:
            tree = None
        if not isinstance(tree, dict):
            raise bad_request("Invalid search params JSON.")
        return read_params(session, tree)
    select = query.get("attributeSelect", query.get("select"))
    where = query.get("whereGroup", query.get("where"))
    short = _text(query.get("q"))
    return _checked(
        session,
        # A list of names as an array is passed over, and so is a filter as a text.
        select=select.split(",") if isinstance(select, str) and select else None,
        where=tuple(items(where)) if isinstance(where, dict) else (),
        order_by=_text(query.get("orderBy")) or _text(query.get("sortBy")),
        order=_direction(query),
        offset=to_int(query["offset"]) if "offset" in query else 0,
        max_size=to_int(query["maxSize"]) if "maxSize" in query else MAX_SIZE,
        primary_filter=_text(query.get("primaryFilter")),
        bool_filters=tuple(one for one in items(query.get("boolFilterList")) if _text(one)),
        text_filter=_text(query.get("textFilter")) or short,
        counted=short is None,
    )


def read_params(session: Session, tree: Mapping[str, Any]) -> Search:
    """Read search parameters that came as JSON; their types are strict.

    Raises:
        Problem: 400 or 403, a parameter is improper.
    """
    select = tree.get("attributeSelect", tree.get("select"))
    if select is not None and not isinstance(select, list):
        raise bad_request("select should be array.")
    where = tree.get("whereGroup", tree.get("where"))
    if where is not None and not isinstance(where, list):
        raise bad_request("where should be array.")
    filters = tree.get("boolFilterList")
    if filters is not None and not isinstance(filters, list):
        raise bad_request("boolFilterList should be array.")
    for name in ("offset", "maxSize"):
        if type(tree.get(name, 0)) is not int:
            raise bad_request(f"{name} must be integer.")
    for name in ("orderBy", "primaryFilter", "textFilter"):
        if not isinstance(tree.get(name), str | None):
            raise bad_request(f"{name} must be string.")
    return _checked(
        session,
        select=None if select is None else [str(one) for one in select],
        where=tuple(where or ()),
        order_by=tree.get("orderBy"),
        order=_direction(tree),
        offset=tree.get("offset", 0),
        max_size=tree.get("maxSize", MAX_SIZE),
        primary_filter=tree.get("primaryFilter"),
        bool_filters=tuple(str(one) for one in filters or ()),
        text_filter=tree.get("textFilter") or None,
    )


def read_chosen(session: Session, tree: Mapping[str, Any]) -> Search:
    """Read which records a body chooses: by `searchParams`, by `where` beside them, or by both.

    What is neither is refused rather than passed over, for nothing would stand for all records.

    Raises:
        Problem: 400 or 403, a parameter is improper.
    """
    told = tree.get("searchParams")
    if told is not None and not isinstance(told, dict):
        raise bad_request("searchParams should be object.")
    search = read_params(session, told or {})
    beside = read_params(session, {"where": tree.get("where")})
    return replace(search, where=(*search.where, *beside.where))


def _checked(session: Session, **members: Any) -> Search:
    search = Search(**members)
    if search.max_size > MAX_SIZE:
        raise forbidden(f"Max size should not exceed {MAX_SIZE}. Use offset and limit.")
    if search.max_size < 0:
        raise session.crash("maxSize is negative.")
    if search.offset < 0:
        raise session.crash("offset is negative.")
    return search


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _direction(tree: Mapping[str, Any]) -> Literal["asc", "desc"] | None:
    order = tree.get("order")
    if order is None and "asc" in tree and "orderBy" not in tree:
        return "asc" if tree["asc"] in (True, "true", "1") else "desc"
    if order is None or order == "":
        return None
    match order.lower() if isinstance(order, str) else None:
        case "asc":
            return "asc"
        case "desc":
            return "desc"
        case _:
            raise bad_request("order value is bad.")
