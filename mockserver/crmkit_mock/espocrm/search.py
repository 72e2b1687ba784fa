"""Search parameters, from a query or from the JSON in `searchParams` (observed)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from crmkit_mock.espocrm.errors import bad_request, forbidden
from crmkit_mock.espocrm.php_types import to_int, to_list
from crmkit_mock.json_text import JSONTextError, parse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.espocrm.session import Session

#: Maximum number of records on a page, which is also the default.
MAX_SIZE = 200


@dataclass(frozen=True, slots=True)
class Search:
    """What a list asks for.

    Attributes:
        select: Attributes to return; None for all.
        where: Filter items, all of which must match.
        order_by: Field or attribute to sort by; None for the entity type's default.
        order: Direction; None for the default.
        offset: Number of records to skip.
        max_size: Maximum number of records to return.
        primary_filter: Name of the primary filter, or None.
        bool_filters: Names of the bool filters.
        text_filter: String to look for, or None.
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

    @property
    def is_filtered(self) -> bool:
        """Whether any filter is set."""
        return (
            bool(self.where or self.primary_filter is not None or self.bool_filters)
            or self.text_filter is not None
        )


def parse_query(session: Session, query: Mapping[str, Any]) -> Search:
    """Parse the search parameters of a query.

    If there are `searchParams`, all others are ignored.

    Raises:
        APIError: 400 or 403, a parameter is invalid.
    """
    json = query.get("searchParams")
    if isinstance(json, str):
        try:
            tree = parse(json.encode("utf-8"))
        except JSONTextError:
            tree = None
        if not isinstance(tree, dict):
            raise bad_request("Invalid search params JSON.")
        return parse_params(session, tree)
    select = query.get("attributeSelect", query.get("select"))
    where = query.get("whereGroup", query.get("where"))
    q = _str(query.get("q"))
    return _checked(
        session,
        # A select in brackets is ignored, and so is a where that is a string.
        select=select.split(",") if isinstance(select, str) and select else None,
        where=tuple(to_list(where)) if isinstance(where, dict) else (),
        order_by=_str(query.get("orderBy")) or _str(query.get("sortBy")),
        order=_direction(query),
        offset=to_int(query["offset"]) if "offset" in query else 0,
        max_size=to_int(query["maxSize"]) if "maxSize" in query else MAX_SIZE,
        primary_filter=_str(query.get("primaryFilter")),
        bool_filters=tuple(name for name in to_list(query.get("boolFilterList")) if _str(name)),
        text_filter=_str(query.get("textFilter")) or q,
        counted=q is None,
    )


def parse_params(session: Session, tree: Mapping[str, Any]) -> Search:
    """Parse search parameters that came as JSON, whose types are checked.

    Raises:
        APIError: 400 or 403, a parameter is invalid.
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
        select=None if select is None else [str(name) for name in select],
        where=tuple(where or ()),
        order_by=tree.get("orderBy"),
        order=_direction(tree),
        offset=tree.get("offset", 0),
        max_size=tree.get("maxSize", MAX_SIZE),
        primary_filter=tree.get("primaryFilter"),
        bool_filters=tuple(str(name) for name in filters or ()),
        text_filter=tree.get("textFilter") or None,
    )


def parse_selection(session: Session, tree: Mapping[str, Any]) -> Search:
    """Parse which records a body selects: by `searchParams`, by `where` beside them, or by both.

    An invalid selection is rejected, since ignoring it would select all records.

    Raises:
        APIError: 400 or 403, a parameter is invalid.
    """
    params = tree.get("searchParams")
    if params is not None and not isinstance(params, dict):
        raise bad_request("searchParams should be object.")
    search = parse_params(session, params or {})
    beside = parse_params(session, {"where": tree.get("where")})
    return replace(search, where=(*search.where, *beside.where))


def _checked(session: Session, **members: Any) -> Search:
    search = Search(**members)
    if search.max_size > MAX_SIZE:
        raise forbidden(f"Max size should not exceed {MAX_SIZE}. Use offset and limit.")
    if search.max_size < 0:
        raise session.server_error_or("maxSize is negative.")
    if search.offset < 0:
        raise session.server_error_or("offset is negative.")
    return search


def _str(value: object) -> str | None:
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
