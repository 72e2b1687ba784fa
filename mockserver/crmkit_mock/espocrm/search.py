"""Search parameters, from a query or from the JSON in `searchParams` (observed)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from crmkit_mock.espocrm.errors import bad_request, forbidden
from crmkit_mock.espocrm.php_types import to_int, to_list
from crmkit_mock.json_text import JSONTextError, parse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.espocrm.errors import APIError
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
        max_text_length: Length to which long texts are cut, or None.
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
    max_text_length: int | None = None
    counted: bool = True

    @property
    def is_filtered(self) -> bool:
        """Whether any filter is set."""
        return (
            bool(self.where or self.primary_filter is not None or self.bool_filters)
            or self.text_filter is not None
        )


def denied(session: Session, reason: str) -> APIError:
    """Return the 400 for what lists do not allow; releases before 10.0 repeat the reason."""
    return bad_request(reason if session.release >= (10, 0) else f"{reason} {reason}")


def parse_query(session: Session, query: Mapping[str, Any]) -> Search:
    """Parse the search parameters of a query.

    If there are `searchParams`, all others are ignored.

    Raises:
        APIError: 400 or 403, a parameter is invalid.
    """
    json = query.get("searchParams")
    if json is not None:
        return _parse_json(session, json)
    select = _first(query, "attributeSelect", "select")
    where = _first(query, "whereGroup", "where")
    q = _str(query.get("q"))
    filters = query.get("boolFilterList")
    return _search(
        session,
        {
            # A select in brackets is ignored, and so is a where that is a string.
            "select": select.split(",") if isinstance(select, str) and select else None,
            "where": to_list(where) if isinstance(where, dict) else None,
            "orderBy": _str(query.get("orderBy")) or _str(query.get("sortBy")),
            "order": _direction(query),
            "offset": _int(query.get("offset")),
            "maxSize": _int(query.get("maxSize")),
            "primaryFilter": _str(query.get("primaryFilter")),
            "boolFilterList": [filters] if _str(filters) else to_list(filters),
            "textFilter": _str(query.get("textFilter")) or (q and q.strip()),
        },
        counted=q is None,
    )


def _parse_json(session: Session, json: object) -> Search:
    try:
        tree = parse(json.encode("utf-8")) if isinstance(json, str) else None
    except JSONTextError:
        raise bad_request("Invalid search params JSON.") from None
    if not isinstance(tree, dict | list):
        raise session.server_error_or("The search params are not an object.")
    return parse_params(session, tree if isinstance(tree, dict) else {})


def _first(query: Mapping[str, Any], *names: str) -> Any:
    """Return the first of some parameters that is there."""
    return next((query[name] for name in names if query.get(name) is not None), None)


def _int(value: object) -> int | None:
    return None if value is None or value == "" else to_int(value)


#: Types of search parameters that came as JSON, and what a wrong type is told.
_PARAM_TYPES: tuple[tuple[str, type, str], ...] = (
    ("select", list, "select should be array."),
    ("orderBy", str, "orderBy should be string."),
    ("order", str, "order should be string."),
    ("boolFilterList", list, "boolFilterList should be array."),
    ("primaryFilter", str, "primaryFilter should be string."),
    ("textFilter", str, "textFilter should be string."),
    ("where", list, "where should be array."),
    ("offset", int, "offset should be int."),
    ("maxTextAttributeLength", int, "maxTextAttributeLength should be int."),
)


def parse_params(session: Session, tree: Mapping[str, Any]) -> Search:
    """Parse search parameters that came as JSON, whose types are checked.

    Raises:
        APIError: 400 or 403, a parameter is invalid.
    """
    params = dict(tree)
    if not isinstance(params.get("maxSize"), int | None) or params.get("maxSize") is True:
        raise bad_request("maxSize must be integer.")
    if not isinstance(params.get("q"), str | None):
        raise bad_request("q must be string.")
    _require_size(params.get("maxSize"))
    if params.get("textFilter") is None:
        params["textFilter"] = params.get("q")
    offset = params.get("offset")
    if isinstance(offset, str) and offset.isascii() and offset.isdigit():
        params["offset"] = int(offset)
    for name in ("where", "select", "boolFilterList"):
        # PHP takes an object for an array.
        if isinstance(params.get(name), dict):
            params[name] = to_list(params[name])
    for name, kind, reason in _PARAM_TYPES:
        value = params.get(name)
        if value is not None and (not isinstance(value, kind) or isinstance(value, bool)):
            raise bad_request(reason)
        if kind is list and name != "where" and not _all_str(value):
            raise bad_request(f"{name} has non-string item.")
    return _search(session, {**params, "order": _order(params.get("order"))})


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


def _all_str(values: Any) -> bool:
    return all(isinstance(value, str) for value in values or ())


def _search(session: Session, params: Mapping[str, Any], *, counted: bool = True) -> Search:
    """Return a search, with the filters by name that `where` may contain taken out of it."""
    max_size = params.get("maxSize")
    _require_size(max_size)
    offset = params.get("offset") or 0
    named: dict[str, Any] = {
        "bool": params.get("boolFilterList") or (),
        "primary": params.get("primaryFilter"),
        "textFilter": params.get("textFilter"),
    }
    where: list[Any] = []
    for item in params.get("where") or ():
        kind = item.get("type") if isinstance(item, dict) else None
        value = item.get("value") if kind in ("bool", "primary", "textFilter") else None
        if kind == "bool" and value and isinstance(value, list | dict):
            named["bool"] = to_list(value)
        elif kind == "textFilter" or (kind == "primary" and value):
            named[kind] = value
        else:
            where.append(item)
    if (max_size or 0) < 0:
        raise session.server_error_or("maxSize is negative.")
    if offset < 0:
        raise session.server_error_or("offset is negative.")
    return Search(
        select=None if params.get("select") == ["*"] else params.get("select") or None,
        where=tuple(where),
        order_by=params.get("orderBy") or None,
        order=params.get("order"),
        offset=offset,
        max_size=MAX_SIZE if max_size is None else max_size,
        primary_filter=_str(named["primary"]),
        bool_filters=tuple(str(name) for name in named["bool"]),
        text_filter=_str(named["textFilter"]),
        max_text_length=params.get("maxTextAttributeLength") or None,
        counted=counted,
    )


def _require_size(max_size: int | None) -> None:
    if max_size is not None and max_size > MAX_SIZE:
        raise forbidden(f"Max size should not exceed {MAX_SIZE}. Use offset and limit.")


def _str(value: object) -> str | None:
    # PHP takes "0" for nothing.
    return value if isinstance(value, str) and value not in ("", "0") else None


def _direction(query: Mapping[str, Any]) -> Literal["asc", "desc"] | None:
    order = _str(query.get("order"))
    if order is None and _str(query.get("asc")):
        return "asc" if query["asc"] == "true" else "desc"
    return _order(order)


def _order(order: str | None) -> Literal["asc", "desc"] | None:
    match (order or "").lower():
        case "":
            return None
        case "asc":
            return "asc"
        case "desc":
            return "desc"
        case _:
            raise bad_request("order value is bad.")
