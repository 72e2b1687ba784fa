"""Filter items: each becomes a test of records (observed).

The server first checks all items, then makes a query of them, and then the database may refuse it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from crmkit_mock.espocrm import date_filters, link_filters, type_filters, value_filters
from crmkit_mock.espocrm.attribute_columns import ARRAYS, column_of
from crmkit_mock.espocrm.columns import NO_COLUMN, QueryFailedError, StoredColumn
from crmkit_mock.espocrm.comparisons import UnsupportedValueError
from crmkit_mock.espocrm.errors import APIError, bad_request
from crmkit_mock.espocrm.extra_attributes import FORBIDDEN
from crmkit_mock.espocrm.php_types import to_number
from crmkit_mock.espocrm.search import denied

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from crmkit_mock.espocrm.columns import Column, Test
    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType
    from crmkit_mock.espocrm.session import Session

_MEMBERS = frozenset({"type", "attribute", "field", "value", "dateTime", "date", "timeZone"})
_MEMBERS |= {"data"}
_GROUPS = frozenset({"and", "or"})
_SUB_QUERIES = frozenset({"not", "subQueryIn", "subQueryNotIn"})
_WITHOUT_ATTRIBUTE = _GROUPS | _SUB_QUERIES
#: What the server takes for a string, a number or a constant of an expression.
_LITERAL = re.compile(r"'.*'|\".*\"|-?\d+(\.\d+)?|true|false|null", re.IGNORECASE | re.DOTALL)
#: Type of an item whose attribute is the condition.
_EXPRESSION = "expression"
_TYPES = frozenset(
    {
        _EXPRESSION,
        *value_filters.TYPES,
        *value_filters.ARRAY_TYPES,
        *date_filters.PERIODS,
        *link_filters.LINK_TYPES,
        *link_filters.COLUMN_TYPES,
    }
)
_MAX_DEPTH = 200


@dataclass(frozen=True, slots=True)
class Where:
    """Filter items as one test.

    Attributes:
        test: Returns whether a record matches all of them.
        failure: Error of the query that they make, None if it works. The server notices it after
            it has checked everything else that a request asks for.
    """

    test: Test
    failure: APIError | None = None


def compile_where(session: Session, entity: EntityType, items: Iterable[Any]) -> Where:
    """Return filter items, all of which must match, as one test.

    Args:
        session: The request.
        entity: The entity type.
        items: The items.

    Raises:
        APIError: 400, an item is invalid or not allowed; 500 or 400, it crashes a real server.
    """
    items = list(items)
    if not items:
        return Where(lambda _record: True)
    parsed = [_parse(session, item) for item in items]
    for item in parsed:
        _check(session, entity, item)
    compiler = _Compiler(session, entity)
    tests = [test for item in parsed if (test := compiler.compile(item)) is not None]
    return Where(lambda record: all(test(record) for test in tests), compiler.failure)


@dataclass(frozen=True, slots=True)
class _Item:
    """A filter item whose form is valid."""

    kind: str
    attribute: str
    value: Any
    raw: dict[str, Any]
    items: tuple[_Item, ...] = ()

    def changed(self, kind: str, value: Any, attribute: str | None = None) -> _Item:
        """Return the item with another type and value, which is no longer about a time zone."""
        return _Item(kind, attribute or self.attribute, value, {})


def _parse(session: Session, item: object, depth: int = 0) -> _Item:
    if not isinstance(item, dict):
        raise session.server_error_or("A where item is not an object.")
    raw = cast("dict[str, Any]", item)
    kind, attribute = raw.get("type"), raw.get("attribute", raw.get("field"))
    if not kind or not isinstance(kind, str) or not raw.keys() <= _MEMBERS:
        raise session.server_error_or("A where item has no type or an unknown member.")
    if not isinstance(attribute, str | None):
        raise session.server_error_or("The attribute of a where item must be a str.")
    if not attribute and kind not in _WITHOUT_ATTRIBUTE:
        raise session.server_error_or(f"A where item of type {kind[:50]} has no attribute.")
    value = raw.get("value")
    if kind not in _GROUPS:
        return _Item(kind, attribute or "", value, raw)
    if depth > _MAX_DEPTH:
        raise bad_request("Where is nested too deeply.")
    items = _sequence({} if value is None else value)
    if items is None:
        raise session.server_error_or(f"The value of a where item of type {kind} is not a list.")
    nested = tuple(_parse(session, one, depth + 1) for one in items)
    return _Item(kind, attribute or "", value, raw, nested)


def _sequence(value: object) -> list[Any] | None:
    """Return the items of a list, also of one in brackets that are numbered from 0; else None."""
    if isinstance(value, list):
        return value
    if not isinstance(value, dict):
        return None
    tree = cast("dict[str, Any]", value)
    numbers = [str(number) for number in range(len(tree))]
    return list(tree.values()) if list(tree) == numbers else None


def _check(session: Session, entity: EntityType, item: _Item) -> None:
    """Check that an item and those within it are allowed, and that what they name exists."""
    kind, attribute = item.kind, item.attribute
    if "#" in attribute and session.release >= (10, 0):
        raise denied(session, "Not allowed character in attribute.")
    if kind in _SUB_QUERIES:
        raise denied(session, "Sub-queries are forbidden in where.")
    if attribute:
        if _is_expression(attribute):
            raise denied(session, "Complex expressions are forbidden in where.")
        if kind in link_filters.LINK_TYPES:
            link_filters.require_link(session, entity, kind, attribute, item.value)
        else:
            _require_attribute(session, entity, attribute)
    for nested in item.items:
        _check(session, entity, nested)


def _is_expression(attribute: str) -> bool:
    return bool(set(attribute) & set(".:") or _LITERAL.fullmatch(attribute))


def _require_attribute(session: Session, entity: EntityType, attribute: str) -> None:
    if attribute in FORBIDDEN.get(entity.name, ()) and not session.user.is_admin:
        raise denied(session, f"Forbidden attribute '{attribute}' in where.")
    if column_of(session, entity, attribute) is None:
        raise bad_request(f"Not existing attribute '{attribute[:50]}' in where.")
    field = entity.by_attribute.get(attribute)
    if field is not None and field.name in session.user.hidden(entity.name):
        raise denied(session, f"Forbidden attribute '{attribute}' in where.")


class _Compiler:
    """Makes tests of items, and keeps the first failure of the query that they make.

    Args:
        session: The request.
        entity: The entity type.
    """

    def __init__(self, session: Session, entity: EntityType) -> None:
        self._session = session
        self._entity = entity
        self.failure: APIError | None = None

    def compile(self, item: _Item, within: str = "") -> Test | None:
        """Return the test of an item, None if it is ignored.

        Args:
            item: The item.
            within: Type of the group that it is in, if any.

        Raises:
            APIError: 400, its value is invalid.
        """
        if date_filters.is_datetime_item(item.raw):
            return self._datetime_test(item)
        if item.kind in _GROUPS:
            return self._group(item)
        if within and value_filters.is_dropped(item.kind, item.value):
            return None
        try:
            return self._test(item, any_is_enough=within == "or")
        except QueryFailedError:
            self._fail(f"{item.attribute[:50]} cannot be filtered with {item.kind[:50]}.")
        except UnsupportedValueError as error:
            self._fail(f"{item.attribute[:50]} cannot be compared with {error}.", by_router=True)
        return lambda _record: False

    def _fail(self, reason: str, *, by_router: bool = False) -> None:
        error = self._session.server_error_or(reason, by_router=by_router)
        self.failure = self.failure or error

    def _group(self, item: _Item) -> Test | None:
        tests = [test for one in item.items if (test := self.compile(one, item.kind)) is not None]
        if not tests:
            return None
        combine: Callable[[Iterable[bool]], bool] = all if item.kind == "and" else any
        return lambda record: combine(test(record) for test in tests)

    def _datetime_test(self, item: _Item) -> Test | None:
        items = date_filters.datetime_items(self._session, item.kind, item.value, item.raw)
        tests = [self.compile(item.changed(kind, value)) for kind, value in items]
        time_test = _all(tests)
        if not date_filters.has_all_day(self._entity.name, item.attribute, item.kind, item.value):
            return time_test
        attribute = f"{item.attribute}Date"
        date_test = self.compile(item.changed(item.kind, item.value, attribute))

        def test(record: Record) -> bool:
            if date_test is not None and date_test(record):
                return True
            return record.get(attribute) is None and (time_test is None or time_test(record))

        return test

    def _test(self, item: _Item, *, any_is_enough: bool) -> Test | None:
        session, entity, kind = self._session, self._entity, item.kind
        special = type_filters.type_test(session, entity, item.attribute, kind, item.value)
        if special is not None:
            return special
        if kind in link_filters.LINK_TYPES:
            return link_filters.link_test(
                session, entity, kind, item.attribute, item.value, any_is_enough=any_is_enough
            )
        if kind in link_filters.COLUMN_TYPES:
            return link_filters.column_test(session, entity, kind, item.attribute, item.value)
        if kind in value_filters.ARRAY_TYPES:
            items = _array_items(entity, kind, item.attribute)
            return value_filters.array_test(items, kind, item.value, any_is_enough=any_is_enough)
        if kind not in _TYPES:
            raise bad_request(f"Unknown where item type '{kind[:50]}'.")
        column = column_of(session, entity, item.attribute) or NO_COLUMN
        return _column_test(session, column, item)


def _column_test(session: Session, column: Column, item: _Item) -> Test | None:
    if item.kind == _EXPRESSION:
        return _truth_test(column)
    if item.kind in date_filters.PERIODS:
        return _period_test(session, column, item)
    return value_filters.value_test(column, item.kind, item.value)


def _truth_test(column: Column) -> Test:
    """Return the test that the database takes the value of a column for true.

    Raises:
        QueryFailedError: It is no column.
    """
    if not isinstance(column, StoredColumn):
        raise QueryFailedError
    value = column.value
    return lambda record: to_number(value(record)) != 0


def _all(tests: list[Test | None]) -> Test | None:
    kept = [test for test in tests if test is not None]
    if not kept:
        return None
    return lambda record: all(test(record) for test in kept)


def _period_test(session: Session, column: Column, item: _Item) -> Test | None:
    items = date_filters.date_items(session, item.kind, item.value, item.raw)
    return _all([value_filters.value_test(column, kind, value) for kind, value in items])


def _array_items(entity: EntityType, kind: str, attribute: str) -> Callable[[Record], list[str]]:
    field = entity.by_attribute.get(attribute)
    link = entity.all_links.get(field.name) if field is not None else None
    is_foreign = attribute.endswith("Name") or (link is not None and link.kind == "has_one")
    if field is not None and field.stored and field.family in {"link", "file"} and is_foreign:
        alias = field.entity[:1].lower() + field.entity[1:]
        if kind in {"arrayNoneOf", "arrayIsEmpty"} and alias != field.name:
            # The query names the other table, which it reads under the name of the link.
            raise QueryFailedError
    if field is None or field.family not in ARRAYS:
        # The items of other attributes are not kept where the server looks for them.
        return lambda _record: []
    return lambda record: [item for item in record.get(attribute) or () if isinstance(item, str)]
