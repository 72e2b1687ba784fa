"""The order of lists: sort keys, and indexes that hold records in the usual orders."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.access import owner_id
from crmkit_mock.espocrm.addresses import entries_of, primary_of
from crmkit_mock.espocrm.attribute_columns import ARRAYS, array_text, column_of
from crmkit_mock.espocrm.attributes import is_stored, value_of
from crmkit_mock.espocrm.entity_types import ENTITY_TYPES
from crmkit_mock.espocrm.errors import APIError, bad_request
from crmkit_mock.espocrm.extra_attributes import EXTRA, FORBIDDEN, ORDER_DISABLED
from crmkit_mock.espocrm.folding import fold, sort_key
from crmkit_mock.espocrm.list_responses import selected_attributes
from crmkit_mock.espocrm.search import denied
from crmkit_mock.store import Index

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType, Field
    from crmkit_mock.espocrm.search import Search
    from crmkit_mock.espocrm.session import Session

    #: Returns the values of a record that it is sorted by.
    Values = Callable[[Record], Iterable[Any]]

_ADDRESS_PARTS = ("Country", "City", "Street")
_LINKS = frozenset({"link", "file"})
_LOOKED_UP = frozenset({"linkMultiple", "attachmentMultiple", "jsonArray"})


@dataclass(frozen=True, slots=True)
class Ordering:
    """The order of a list.

    Attributes:
        key: Returns what a record is sorted by; the id comes last, so that no two are equal.
        descending: Whether the greatest comes first.
        index: Index of the records in this order, under None and under the ids of the users who
            own them; None where the order depends on more than the record itself.
        failure: Error of a query that the database refuses; None if it works.
    """

    key: Callable[[Record], Any]
    descending: bool
    index: Index | None = None
    failure: APIError | None = None


def ordering(session: Session, entity: EntityType, search: Search) -> Ordering:
    """Return the order that a search asks for.

    Raises:
        APIError: 400, the list cannot be sorted by that.
    """
    by = order_by(entity, search)
    # Without an attribute, a direction is that of the default order.
    descending = (search.order or ("asc" if search.order_by else entity.order[1])) == "desc"
    _require_sortable(session, entity, by)
    if _is_unjoined(session, entity, search, by):
        return _failed(session, by, descending=descending)
    values = _stored_values(entity, by, descending=descending)
    if _is_converted(session, entity, by):
        by, values = f"{by}Converted", None
    if values is not None:
        return Ordering(_key(values), descending, _index(entity.name, by, descending))
    computed = _computed_values(session, entity, by)
    if computed is None:
        return _failed(session, by, descending=descending)
    return Ordering(_key(computed), descending)


def _is_converted(session: Session, entity: EntityType, by: str) -> bool:
    """Return whether amounts are sorted in the base currency, as before 10.0."""
    field = entity.by_name.get(by)
    return field is not None and field.family == "currency" and session.release < (10, 0)


def _failed(session: Session, by: str, *, descending: bool) -> Ordering:
    """Return the order of a query that the database refuses."""
    failure = session.server_error_or(f"A list cannot be ordered by {by[:50]}.")
    return Ordering(lambda record: record["id"], descending, failure=failure)


def _is_unjoined(session: Session, entity: EntityType, search: Search, by: str) -> bool:
    """Return whether a list is sorted by a name of another record that it does not select."""
    field = entity.by_attribute.get(by)
    if field is None or field.family not in _LINKS or not by.endswith("Name"):
        return False
    return search.select is not None and by not in selected_attributes(
        session, entity, search.select, by
    )


def order_by(entity: EntityType, search: Search) -> str:
    """Return the field or attribute that a list is sorted by."""
    return search.order_by or entity.order[0]


def _require_sortable(session: Session, entity: EntityType, by: str) -> None:
    if set(by) & set(".:"):
        raise denied(session, "Complex expressions are forbidden in 'orderBy'.")
    if by in ORDER_DISABLED.get(entity.name, ()):
        raise denied(session, f"Order by the field '{by}' is disabled.")
    if by in FORBIDDEN.get(entity.name, ()) and not session.user.is_admin:
        raise denied(session, f"Not access to order by field '{by}'.")
    field = entity.by_name.get(by) or entity.by_attribute.get(by)
    if field is not None and field.name in session.user.hidden(entity.name):
        raise denied(session, f"Not access to order by field '{field.name}'.")
    if not _exists(session, entity, by):
        raise bad_request(f"Order by non-existing field '{by[:50]}'.")


def _exists(session: Session, entity: EntityType, by: str) -> bool:
    """Return whether a name is a field with an order of its own, or an attribute."""
    field = entity.by_name.get(by)
    if field is not None and field.family in {*_LINKS, "linkParent", "address"}:
        return True
    if by in _EXTRA_SORTABLE.get(entity.name, ()):
        return True
    return column_of(session, entity, by) is not None


_EXTRA_SORTABLE = {
    "Contact": ("accountIsInactive", "accountType", "hasPortalUser"),
    "Meeting": ("duration",),
    "Call": ("duration",),
    "Task": ("dateUpcoming",),
}


#: Enums whose options are those of another field; they are sorted as strings.
_WITH_OPTIONS_OF_OTHERS = frozenset(
    {("Lead", "industry"), ("Opportunity", "leadSource"), ("Opportunity", "lastStage")}
)


def _stored_values(  # noqa: PLR0911 - one case a type
    entity: EntityType, by: str, *, descending: bool
) -> Values | None:
    """Return the values to sort by where they are the record's own, else None."""
    if by in EXTRA.get(entity.name, ()) and by not in _EXTRA_SORTABLE.get(entity.name, ()):
        return None
    if (entity.name, by) == ("Task", "dateUpcoming"):
        return lambda record: (
            record.get("dateEnd") is None,
            record.get("dateEnd"),
            record.get("dateStart"),
        )
    field = entity.by_name.get(by)
    if by == "name" and entity.person:
        return lambda record: (record.get("firstName"), record.get("lastName"))
    if field is not None and field.stored:
        has_places = (entity.name, by) not in _WITH_OPTIONS_OF_OTHERS
        values = _field_values(field, descending=descending) if has_places else None
        if values is not None:
            return values
    if by in entity.by_attribute and entity.by_attribute[by].family not in {
        *_LOOKED_UP,
        *_LINKS,
        "linkParent",
        "email",
        "phone",
    }:
        return (lambda record: (record.get(by),)) if is_stored(entity, by) else None
    link = entity.all_links.get(by.removesuffix("Id"))
    is_key = by in entity.by_attribute and by.endswith(("Id", "Type"))
    if is_key and link is not None and link.kind == "has_one":
        # The other record has the id of this one.
        return None
    if is_key or by in {"id", "versionNumber", "deleted"}:
        return lambda record: (record.get(by),)
    return None


def _field_values(field: Field, *, descending: bool) -> Values | None:
    by = field.name
    match field.family:
        case "linkParent":
            return lambda record: (record.get(f"{by}Type"),)
        case "address":
            return lambda record: [record.get(by + part) for part in _ADDRESS_PARTS]
        case "enum" if field.options:
            options = ("", *(option for option in field.options if option))
            places = {fold(option): place for place, option in enumerate(options)}
            # What is no option comes last in either direction.
            last = -1 if descending else len(options)
            return lambda record: (
                last if (value := record.get(by)) is None else places.get(fold(str(value)), last),
            )
        case "bool":
            return lambda record: (bool(record.get(by)),)
        case _:
            return None


def _computed_values(  # noqa: PLR0911 - one case a type
    session: Session, entity: EntityType, by: str
) -> Values | None:
    """Return the values to sort by where they are looked up; None if no query finds them."""
    field = entity.by_name.get(by)
    if field is not None and field.family in _LINKS:
        return lambda record: (value_of(session, entity, record, f"{by}Name"),)
    owner = entity.by_attribute.get(by)
    if owner is not None and owner.family in {"email", "phone"}:
        return _communication_values(session, owner, by)
    if (entity.name, by) == ("Contact", "accountIsInactive"):
        return lambda record: (
            None if record.get("accountId") is None else value_of(session, entity, record, by),
        )
    if by in _EXTRA_SORTABLE.get(entity.name, ()):
        return lambda record: (value_of(session, entity, record, by),)
    if owner is None or by in EXTRA.get(entity.name, ()):
        return None
    if by.endswith("Id") and owner.family in _LINKS:
        return None
    if owner.family in _LOOKED_UP or (owner.family == "linkParent" and by.endswith("Name")):
        return None
    if owner.family in ARRAYS:
        return lambda record: (array_text(value_of(session, entity, record, by)),)
    return lambda record: (value_of(session, entity, record, by),)


def _communication_values(session: Session, field: Field, by: str) -> Values | None:
    member = {
        field.name: "lower" if field.family == "email" else field.name,
        f"{field.name}IsOptedOut": "optOut",
        f"{field.name}IsInvalid": "invalid",
    }.get(by)
    if member is None:
        return None

    def values(record: Record) -> Iterable[Any]:
        primary = primary_of(entries_of(session.data, field, record))
        return ((primary or {}).get(member),)

    return values


def _key(values: Values) -> Callable[[Record], Any]:
    return lambda record: (
        *(part for value in values(record) for part in _sortable(value)),
        record["id"],
    )


@cache
def _index(entity_name: str, by: str, descending: bool) -> Index:  # noqa: FBT001 - a key of the cache
    values = _stored_values(ENTITY_TYPES[entity_name], by, descending=descending)
    if values is None:
        raise LookupError(f"{entity_name} has no index by {by}")
    return Index(lambda record: _owners(entity_name, record), order=_key(values))


def _owners(entity_name: str, record: Record) -> Iterable[str | None]:
    owner = owner_id(record, entity_name)
    if record["deleted"]:
        return ()
    return (None,) if owner is None else (None, owner)


def _sortable(value: object) -> tuple[int, Any]:
    # Null comes first, as in the database.
    if value is None or isinstance(value, list | dict):
        return (0, 0)
    if isinstance(value, int | float):
        return (1, value)
    return (2, sort_key(str(value)))
