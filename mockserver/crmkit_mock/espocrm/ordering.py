"""The order of lists: sort keys, and indexes that hold records in the usual orders."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.access import owner_id
from crmkit_mock.espocrm.attributes import is_stored, value_of
from crmkit_mock.espocrm.entity_types import ENTITY_TYPES
from crmkit_mock.espocrm.errors import bad_request
from crmkit_mock.espocrm.folding import fold
from crmkit_mock.espocrm.responses import is_readable
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


@dataclass(frozen=True, slots=True)
class Ordering:
    """The order of a list.

    Attributes:
        key: Returns what a record is sorted by; the id comes last, so that no two are equal.
        descending: Whether the greatest comes first.
        index: Index of the records in this order, under None and under the ids of the users who
            own them; None where the order depends on more than the record itself.
    """

    key: Callable[[Record], Any]
    descending: bool
    index: Index | None


def ordering(session: Session, entity: EntityType, search: Search) -> Ordering:
    """Return the order that a search asks for.

    Raises:
        APIError: 400, the list cannot be sorted by that.
    """
    by = order_by(entity, search)
    default = "asc" if search.order_by else entity.order[1]
    descending = (search.order or default) == "desc"
    _require_sortable(session, entity, by)
    values = _stored_values(entity, by)
    if values is not None:
        return Ordering(_key(values), descending, _index(entity.name, by))
    return Ordering(_key(_computed_values(session, entity, by)), descending, None)


def order_by(entity: EntityType, search: Search) -> str:
    """Return the field or attribute that a list is sorted by."""
    return search.order_by or entity.order[0]


def _field(entity: EntityType, by: str) -> Field | None:
    return entity.by_name.get(by) or entity.by_attribute.get(by)


def _require_sortable(session: Session, entity: EntityType, by: str) -> None:
    field = _field(entity, by)
    if field is None:
        if by not in {"id", "versionNumber"}:
            raise bad_request(f"Order by non-existing field '{by[:50]}'.")
        return
    if field.name in session.user.hidden(entity.name):
        reason = f"Not access to order by field '{field.name}'."
        raise bad_request(f"{reason} {reason}")
    if by not in entity.by_name and by.endswith(("Name", "Names", "Ids", "Types", "Data")):
        raise session.server_error_or(f"A list cannot be ordered by {by[:50]}.")
    if not is_readable(session, entity, field.attributes[0]):
        raise bad_request(f"Order by non-existing field '{by[:50]}'.")
    if by == field.name and field.family in _UNSORTABLE:
        raise session.server_error_or(f"A list cannot be ordered by {by}.")


_UNSORTABLE = frozenset({"linkMultiple", "attachmentMultiple", "array", "multiEnum", "jsonArray"})


def _stored_values(entity: EntityType, by: str) -> Values | None:
    """Return the values to sort by where they are the record's own, else None."""
    field = _field(entity, by)
    if field is not None and by == field.name:
        if by == "name" and entity.person:
            return lambda record: (record.get("firstName"), record.get("lastName"))
        if field.family in {"linkParent", "address"}:
            parts = ("Type", "Id") if field.family == "linkParent" else _ADDRESS_PARTS
            return lambda record: [record.get(by + part) for part in parts]
        if field.family == "enum" and field.options:
            # Options are sorted in the order of their definition (assumption: not recorded).
            places = {option: place for place, option in enumerate(field.options)}
            return lambda record: (places.get(record.get(by) or "", -1),)
    if (field is None or by in entity.by_attribute) and is_stored(entity, by):
        return lambda record: (record.get(by),)
    return None


def _computed_values(session: Session, entity: EntityType, by: str) -> Values:
    field = _field(entity, by)
    if field is not None and by == field.name and field.family in {"link", "file"}:
        return lambda record: (session.data.name_of(field.entity, record.get(f"{by}Id")),)
    return lambda record: (value_of(session, entity, record, by),)


def _key(values: Values) -> Callable[[Record], Any]:
    return lambda record: (
        *(part for value in values(record) for part in _sortable(value)),
        record["id"],
    )


@cache
def _index(entity_name: str, by: str) -> Index:
    values = _stored_values(ENTITY_TYPES[entity_name], by)
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
    return (2, fold(str(value)))
