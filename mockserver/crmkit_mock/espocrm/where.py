"""Filter items: each becomes a test of records (observed)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from crmkit_mock.espocrm import link_filters, value_filters
from crmkit_mock.espocrm.attributes import value_of
from crmkit_mock.espocrm.date_filters import DATE_TYPES, date_test
from crmkit_mock.espocrm.errors import bad_request
from crmkit_mock.espocrm.php_types import to_list
from crmkit_mock.espocrm.responses import is_readable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType
    from crmkit_mock.espocrm.session import Session

    Test = Callable[[Record], bool]

_MEMBERS = frozenset({"type", "attribute", "field", "value", "dateTime", "date", "timeZone"})
_SUB_QUERIES = frozenset({"not", "subQueryIn", "subQueryNotIn"})
#: For the name of a person, which has no column, a real server builds a query that fails; 10.0
#: does not.
_NOT_FOR_NAMES = frozenset({"notEquals", "in", "notIn", "isNull", "isNotNull"})
_MAX_DEPTH = 50


def all_of(
    session: Session, entity: EntityType, where: Iterable[Any], depth: int = 0
) -> Callable[[Record], bool]:
    """Return the test that all of some filter items match.

    Args:
        session: The request.
        entity: The entity type.
        where: The items.
        depth: How deep they are nested.

    Raises:
        APIError: 400, an item is invalid or not allowed; 500 or 400, it crashes a real server.
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
        raise session.server_error_or("A where item is not an object.")
    members = cast("dict[str, Any]", item)
    kind = members.get("type")
    if not isinstance(kind, str) or not members.keys() <= _MEMBERS:
        raise session.server_error_or("A where item has no type or an unknown member.")
    if kind in _SUB_QUERIES:
        raise _repeated("Sub-queries are forbidden in where.")
    if kind in {"and", "or"}:
        if depth > _MAX_DEPTH:
            raise bad_request("Where is nested too deeply.")
        value = members.get("value")
        if not isinstance(value, list | dict):
            raise bad_request("Bad where item.")
        combine = all_of if kind == "and" else _any_of
        return combine(session, entity, to_list(value), depth + 1)
    attribute = members.get("attribute", members.get("field"))
    if kind == "expression" or (isinstance(attribute, str) and set(attribute) & set(":.(")):
        raise _repeated("Complex expressions are forbidden in where.")
    if not isinstance(attribute, str) or not attribute:
        raise session.server_error_or(f"A where item of type {kind[:50]} has no attribute.")
    return _attribute_test(session, entity, kind, attribute, members)


def _attribute_test(
    session: Session, entity: EntityType, kind: str, attribute: str, item: Mapping[str, Any]
) -> Test:
    value = item.get("value")
    if kind in link_filters.LINK_TYPES:
        return link_filters.link_test(session, entity, kind, attribute, value)
    if kind.startswith("column"):
        return link_filters.column_test(session, entity, kind, attribute, value)
    if kind not in value_filters.TYPES and kind not in DATE_TYPES:
        raise bad_request(f"Unknown where item type '{kind[:50]}'.")
    _require_attribute(session, entity, kind, attribute)
    values = _values(session, entity, attribute)
    if kind in DATE_TYPES:
        test = date_test(session, kind, value, item)
    else:
        test = value_filters.value_test(kind, value)
    return lambda record: test(values(record))


def _require_attribute(session: Session, entity: EntityType, kind: str, attribute: str) -> None:
    if entity.person and attribute == "name" and kind in _NOT_FOR_NAMES:
        raise session.server_error_or(f"A person's name cannot be filtered with {kind}.")
    if entity.name == "Email" and attribute == "subject":
        raise session.server_error_or("E-mails are filtered by name, not by subject.")
    field = entity.by_attribute.get(attribute)
    if field is not None and field.name in session.user.hidden(entity.name):
        raise _repeated(f"Forbidden attribute '{attribute}' in where.")
    is_known = attribute in {"id", "deleted", "emailAddress"} or is_readable(
        session, entity, attribute
    )
    if not is_known:
        raise bad_request(f"Not existing attribute '{attribute[:50]}' in where.")


def _values(session: Session, entity: EntityType, attribute: str) -> Callable[[Record], list[Any]]:
    """Return a function for the values of an attribute; addresses and numbers have several."""
    field = entity.by_attribute.get(attribute)
    if field is not None and field.family in {"email", "phone"} and attribute == field.name:
        data = f"{attribute}Data"
        return lambda record: [entry[attribute] for entry in record.get(data) or []] or [None]
    if entity.name == "Email" and attribute == "emailAddress":
        return _email_addresses
    return lambda record: [value_of(session, entity, record, attribute)]


def _email_addresses(record: Record) -> list[Any]:
    """Return the addresses of sender and recipients of an e-mail."""
    lists = (record.get(name) or "" for name in ("from", "to", "cc", "bcc"))
    return [address for value in lists for address in value.split(";") if address] or [None]


def _repeated(reason: str) -> Exception:
    # 9.x sends these reasons twice (observed).
    return bad_request(f"{reason} {reason}")
