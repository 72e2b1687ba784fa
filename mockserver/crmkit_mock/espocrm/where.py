"""Filter items: each becomes a test of records (observed)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from crmkit_mock.espocrm import compare, link_filters
from crmkit_mock.espocrm.attributes import value_of
from crmkit_mock.espocrm.date_filters import DATE_TYPES, date_test
from crmkit_mock.espocrm.php import items
from crmkit_mock.espocrm.refusals import bad_request
from crmkit_mock.espocrm.shapes import is_readable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType
    from crmkit_mock.espocrm.session import Session

    Test = Callable[[Record], bool]

_MEMBERS = frozenset({"type", "attribute", "field", "value", "dateTime", "date", "timeZone"})
_SUB_QUERIES = frozenset({"not", "subQueryIn", "subQueryNotIn"})
#: With a person's name, which has no column, a real server makes a query that fails; 10.0 does not.
_NOT_FOR_NAMES = frozenset({"notEquals", "in", "notIn", "isNull", "isNotNull"})
#: Deeper filters than this are nobody's.
_DEEPEST = 50


def all_of(
    session: Session, entity: EntityType, where: Iterable[Any], depth: int = 0
) -> Callable[[Record], bool]:
    """Return the test that all of some filter items fit.

    Args:
        session: The request.
        entity: The entity type.
        where: The items.
        depth: How deep they are nested.

    Raises:
        Problem: 400, an item is improper or not allowed; 500 or 400, a real server crashes of it.
    """
    tests = [_test(session, entity, item, depth) for item in where]
    return lambda record: all(test(record) for test in tests)


def _any_of(
    session: Session, entity: EntityType, where: Iterable[Any], depth: int
) -> Callable[[Record], bool]:
    tests = [_test(session, entity, item, depth) for item in where]
    return lambda record: any(test(record) for test in tests)


def _test(session: Session, entity: EntityType, item: object, depth: int) -> Test:
    if not isinstance(item, dict):
        raise session.crash("A where item is not an object.")
    told = cast("dict[str, Any]", item)
    kind = told.get("type")
    if not isinstance(kind, str) or not told.keys() <= _MEMBERS:
        raise session.crash("A where item has no type, or a member that no item has.")
    if kind in _SUB_QUERIES:
        raise _twice("Sub-queries are forbidden in where.")
    if kind in {"and", "or"}:
        if depth > _DEEPEST:
            raise bad_request("Where is nested too deeply.")
        value = told.get("value")
        if not isinstance(value, list | dict):
            raise bad_request("Bad where item.")
        join = all_of if kind == "and" else _any_of
        return join(session, entity, items(value), depth + 1)
    attribute = told.get("attribute", told.get("field"))
    if kind == "expression" or (isinstance(attribute, str) and set(attribute) & set(":.(")):
        raise _twice("Complex expressions are forbidden in where.")
    if not isinstance(attribute, str) or not attribute:
        raise session.crash(f"A where item of type {kind[:50]} has no attribute.")
    return _of_attribute(session, entity, kind, attribute, told)


def _of_attribute(
    session: Session, entity: EntityType, kind: str, attribute: str, told: Mapping[str, Any]
) -> Test:
    value = told.get("value")
    if kind in link_filters.LINK_TYPES:
        return link_filters.link_test(session, entity, kind, attribute, value)
    if kind.startswith("column"):
        return link_filters.column_test(session, entity, kind, attribute, value)
    if kind not in compare.TYPES and kind not in DATE_TYPES:
        raise bad_request(f"Unknown where item type '{kind[:50]}'.")
    _require_attribute(session, entity, kind, attribute)
    read = _reader(session, entity, attribute)
    if kind in DATE_TYPES:
        test = date_test(session, kind, value, told)
    else:
        test = compare.value_test(kind, value)
    return lambda record: test(read(record))


def _require_attribute(session: Session, entity: EntityType, kind: str, attribute: str) -> None:
    if entity.person and attribute == "name" and kind in _NOT_FOR_NAMES:
        raise session.crash(f"A person's name cannot be filtered with {kind}.")
    if entity.name == "Email" and attribute == "subject":
        raise session.crash("E-mails are filtered by name, not by subject.")
    field = entity.by_attribute.get(attribute)
    if field is not None and field.name in session.user.hidden(entity.name):
        raise _twice(f"Forbidden attribute '{attribute}' in where.")
    known = attribute in {"id", "deleted", "emailAddress"} or is_readable(
        session, entity, attribute
    )
    if not known:
        raise bad_request(f"Not existing attribute '{attribute[:50]}' in where.")


def _reader(session: Session, entity: EntityType, attribute: str) -> Callable[[Record], list[Any]]:
    """Return what gives the values of an attribute; addresses and numbers have several."""
    field = entity.by_attribute.get(attribute)
    if field is not None and field.family in {"email", "phone"} and attribute == field.name:
        data = f"{attribute}Data"
        return lambda record: [one[attribute] for one in record.get(data) or []] or [None]
    if entity.name == "Email" and attribute == "emailAddress":
        return _addresses
    return lambda record: [value_of(session, entity, record, attribute)]


def _addresses(record: Record) -> list[Any]:
    """Return all addresses that an e-mail is from or to."""
    texts = (record.get(name) or "" for name in ("from", "to", "cc", "bcc"))
    return [one for text in texts for one in text.split(";") if one] or [None]


def _twice(reason: str) -> Exception:
    # 9.x says these reasons twice over (observed).
    return bad_request(f"{reason} {reason}")
