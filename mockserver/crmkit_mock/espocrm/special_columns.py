"""Attributes that the server looks up or computes, and the comparisons that it defines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.addresses import entries_of, primary_of
from crmkit_mock.espocrm.attributes import value_of
from crmkit_mock.espocrm.columns import (
    NO_COLUMN,
    Column,
    DefinedColumn,
    StoredColumn,
    any_value,
    computed_number,
    flag,
    values_of_rows,
)
from crmkit_mock.espocrm.comparisons import comparison, to_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from crmkit_mock.espocrm.columns import Test
    from crmkit_mock.espocrm.comparisons import Operator
    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType, Field
    from crmkit_mock.espocrm.session import Session

_NAMES = ("firstName", "middleName", "lastName")
_MEETINGS = frozenset({"Meeting", "Call"})


def person_name(session: Session) -> DefinedColumn:
    """Return the name of people: its parts, and two ways to put them together."""

    def parts(record: Record) -> Iterable[Any]:
        first, last = record.get("firstName"), record.get("lastName")
        yield from (first, last)
        both = first is not None and last is not None
        yield f"{first} {last}" if both else None
        yield f"{last} {first}" if both else None

    def any_part(operator: Operator) -> Callable[[Any], Test]:
        return lambda operand: any_value(parts, comparison("text", operator, operand))

    def all_parts(operator: Operator) -> Callable[[Any], Test]:
        def make(operand: object) -> Test:
            matches = comparison("text", operator, operand)
            return lambda record: all(map(matches, parts(record)))

        return make

    def has_name(record: Record) -> bool:
        return any(record.get(name) is not None for name in _NAMES)

    tests = {
        "LIKE": any_part("LIKE"),
        "NOT LIKE": all_parts("NOT LIKE"),
        "=": any_part("="),
    }
    if session.release >= (10, 0):
        # Before, these made queries that fail.
        tests |= {
            "<>": all_parts("<>"),
            "IN": lambda _: lambda _record: False,
            "NOT IN": lambda _: lambda _record: False,
            "IS NULL": lambda _: lambda record: not has_name(record),
            "IS NOT NULL": lambda _: has_name,
        }
    return DefinedColumn(tests)


def _state_of_primary(session: Session, field: Field, member: str) -> Column:
    def is_set(record: Record) -> bool:
        primary = primary_of(entries_of(session.data, field, record))
        return primary is not None and bool(primary.get(member))

    return flag(is_set)


class _AsText(DefinedColumn):
    """An attribute whose values are compared with strings, whatever the value of the item."""

    def test(self, operator: Operator, operand: object) -> Test:
        """Return the test of a comparison.

        Raises:
            QueryFailedError: the server does not define it.
        """
        is_scalar = isinstance(operand, bool | int | float)
        return DefinedColumn.test(self, operator, to_text(operand) if is_scalar else operand)


def communication(session: Session, field: Field, attribute: str) -> Column:
    """Return an attribute of a record's e-mail addresses or phone numbers.

    Args:
        session: The request.
        field: The field.
        attribute: The attribute.
    """
    name, data = field.name, f"{field.name}Data"
    for suffix, member in (("IsOptedOut", "optOut"), ("IsInvalid", "invalid")):
        if attribute == name + suffix:
            return _state_of_primary(session, field, member)

    def values(record: Record) -> list[str]:
        return [entry[name] for entry in record.get(data) or ()]

    if attribute == name and field.family == "email":
        return _AsText(values_of_rows(values))
    if attribute == name:

        def other(operand: object) -> Test:
            return any_value(values, comparison("text", "<>", operand))

        # Of phone numbers, it is enough that one is none of the list.
        return DefinedColumn({**values_of_rows(values), "NOT IN": other})
    return NO_COLUMN


def phone_numeric() -> Column:
    """Return the digits of a record's phone numbers."""

    def values(record: Record) -> list[str]:
        entries = record.get("phoneNumberData") or ()
        return ["".join(filter(str.isdigit, entry["phoneNumber"])) for entry in entries]

    return DefinedColumn(values_of_rows(values))


def _number(session: Session, entity: EntityType, attribute: str, amount: str) -> Column:
    return computed_number(
        lambda record: value_of(session, entity, record, attribute),
        lambda record: record.get(amount) is None,
    )


def converted(session: Session, entity: EntityType, field: Field, attribute: str) -> Column:
    """Return an amount in the base currency."""
    return _number(session, entity, attribute, field.name)


def _weighted(session: Session, entity: EntityType) -> Column:
    return _number(session, entity, "amountWeightedConverted", "amount")


def _roles(session: Session, entity: EntityType) -> Callable[[Record], list[Any]]:
    link = entity.all_links["accounts"]

    def roles(record: Record) -> list[Any]:
        rows = session.data.linked(link, record["id"])
        return [row.columns.get("role") for row in rows]

    return roles


def _title(session: Session, entity: EntityType) -> Column:
    """Return the title of contacts, which is the role at any of their accounts."""
    roles = _roles(session, entity)
    tests = values_of_rows(roles)

    def has_role(record: Record) -> bool:
        return any(role not in (None, "") for role in roles(record))

    return DefinedColumn(
        {
            **{name: tests[name] for name in ("LIKE", "NOT LIKE", "=", "<>")},
            "IS NULL": lambda _: lambda record: not has_role(record),
            "IS NOT NULL": lambda _: has_role,
        }
    )


def _any_account(session: Session, entity: EntityType) -> Column:
    link = entity.all_links["accounts"]

    def accounts(record: Record) -> list[str]:
        return [row.far(link.near) for row in session.data.linked(link, record["id"])]

    tests = values_of_rows(accounts)
    return DefinedColumn(
        {
            **{name: tests[name] for name in ("=", "<>", "IN", "NOT IN")},
            "IS NULL": lambda _: lambda record: record.get("accountId") is None,
            "IS NOT NULL": lambda _: lambda record: record.get("accountId") is not None,
        }
    )


def _account_is_inactive(session: Session, entity: EntityType) -> Column:
    return flag(lambda record: bool(value_of(session, entity, record, "accountIsInactive")))


def _account_type(session: Session, entity: EntityType) -> Column:
    return StoredColumn("text", lambda record: value_of(session, entity, record, "accountType"))


def _has_portal_user(session: Session, _entity: EntityType) -> Column:
    return flag(
        lambda record: session.data.find("User", record.get("portalUserId")) is not None,
    )


def _acceptance(session: Session, entity: EntityType) -> Column:
    """Return the answers of those who are invited to a meeting or a call."""
    links = [entity.all_links[name] for name in ("users", "contacts", "leads")]

    def answers(record: Record) -> Iterable[Any]:
        for link in links:
            for row in session.data.linked(link, record["id"]):
                yield row.columns.get("status")

    tests = values_of_rows(answers)
    return DefinedColumn({name: tests[name] for name in ("=", "<>", "IN", "NOT IN")})


def _role_of(name: str) -> Callable[[Session, EntityType], Column]:
    """Return the maker of the role that records have for those at the other end of a link."""

    def make(session: Session, entity: EntityType) -> Column:
        link = entity.all_links[name]

        def roles(record: Record) -> list[Any]:
            return [row.columns.get("role") for row in session.data.linked(link, record["id"])]

        return DefinedColumn(values_of_rows(roles))

    return make


_SPECIAL: dict[tuple[str, str], Callable[[Session, EntityType], Column]] = {
    ("Contact", "title"): _title,
    ("Contact", "accountAnyId"): _any_account,
    ("Contact", "accountIsInactive"): _account_is_inactive,
    ("Contact", "accountType"): _account_type,
    ("Contact", "hasPortalUser"): _has_portal_user,
    ("User", "position"): _role_of("teams"),
    ("Contact", "opportunityRole"): _role_of("opportunities"),
    ("Opportunity", "contactRole"): _role_of("contacts"),
    ("Opportunity", "amountWeightedConverted"): _weighted,
    **{(name, "acceptanceStatus"): _acceptance for name in _MEETINGS},
}


def special_column(session: Session, entity: EntityType, attribute: str) -> Column | None:
    """Return the column of an attribute of one entity type that the server defines by itself."""
    make = _SPECIAL.get((entity.name, attribute))
    return None if make is None else make(session, entity)
