"""What filters compare: columns of records, and attributes that the server looks up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from crmkit_mock.espocrm.comparisons import comparison

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from crmkit_mock.espocrm.comparisons import Kind, Operator, ValueTest
    from crmkit_mock.espocrm.data import Record

    Test = Callable[[Record], bool]


class QueryFailedError(Exception):
    """The database refuses the query that a real server makes, whose request crashes."""


class Column(Protocol):
    """What an attribute stands for in a filter."""

    def test(self, operator: Operator, operand: object) -> Test:
        """Return the test that the attribute of a record compares with a value.

        Args:
            operator: The operator.
            operand: The value, as it came in the request.

        Raises:
            QueryFailedError: the attribute cannot be compared so.
            UnsupportedValueError: no query can be made of the value.
        """
        ...


@dataclass(frozen=True, slots=True)
class StoredColumn:
    """A column, which takes every comparison.

    Attributes:
        kind: Its type.
        value: Returns the value of a record.
    """

    kind: Kind
    value: Callable[[Record], Any]

    def test(self, operator: Operator, operand: object) -> Test:
        """Return the test of a comparison."""
        matches, value = comparison(self.kind, operator, operand), self.value
        return lambda record: matches(value(record))


@dataclass(frozen=True, slots=True)
class DefinedColumn:
    """An attribute without a column, for which the server defines some comparisons.

    Attributes:
        tests: Makes the test of a comparison from its value, by what `comparison_name` returns.
        is_bool: Whether a bool is compared with "= TRUE" and "= FALSE".
    """

    tests: Mapping[str, Callable[[Any], Test]]
    is_bool: bool = False

    def test(self, operator: Operator, operand: object) -> Test:
        """Return the test of a comparison.

        Raises:
            QueryFailedError: the server does not define it.
        """
        make = self.tests.get(comparison_name(operator, operand, is_bool=self.is_bool))
        if make is not None:
            return make(operand)
        if operand is None and operator not in {"=", "<>"}:
            # Nothing is compared with null; the query does not even name the column then.
            return lambda _record: False
        raise QueryFailedError


#: An attribute that cannot be compared at all.
NO_COLUMN = DefinedColumn({})


def comparison_name(operator: Operator, operand: object, *, is_bool: bool = False) -> str:
    """Return the name under which the server defines a comparison.

    Args:
        operator: The operator.
        operand: The value.
        is_bool: Whether the attribute is a bool.
    """
    if operator not in {"=", "<>"}:
        return operator
    is_equal = operator == "="
    if is_bool and isinstance(operand, bool):
        return "= TRUE" if operand == is_equal else "= FALSE"
    if isinstance(operand, list | dict):
        return "IN" if is_equal else "NOT IN"
    if operand is None:
        return "IS NULL" if is_equal else "IS NOT NULL"
    return operator


def flag(is_set: Callable[[Record], bool]) -> DefinedColumn:
    """Return a looked-up bool, which can only be compared with a bool."""
    return DefinedColumn(
        {"= TRUE": lambda _: is_set, "= FALSE": lambda _: lambda record: not is_set(record)},
        is_bool=True,
    )


def computed_number(
    value: Callable[[Record], Any], is_null: Callable[[Record], bool]
) -> DefinedColumn:
    """Return a number that the database computes.

    Args:
        value: Returns the number of a record.
        is_null: Returns whether a record has none.
    """
    column = StoredColumn("number", value)
    names: tuple[Operator, ...] = ("=", "<>", "<", "<=", ">", ">=")

    def defined(operator: Operator) -> Callable[[Any], Test]:
        return lambda operand: column.test(operator, operand)

    return DefinedColumn(
        {
            **{name: defined(name) for name in names},
            "IS NULL": lambda _: is_null,
            "IS NOT NULL": lambda _: lambda record: not is_null(record),
        }
    )


def any_value(values: Callable[[Record], Iterable[Any]], matches: ValueTest) -> Test:
    """Return the test that one of a record's values matches."""
    return lambda record: any(matches(value) for value in values(record))


def no_value(values: Callable[[Record], Iterable[Any]], matches: ValueTest) -> Test:
    """Return the test that none of a record's values matches."""
    return lambda record: not any(matches(value) for value in values(record))


def values_of_rows(values: Callable[[Record], Iterable[Any]]) -> dict[str, Callable[[Any], Test]]:
    """Return the comparisons of an attribute with any number of values, each in a row of its own.

    A negated comparison is true of a record without values.

    Args:
        values: Returns the values of a record.
    """

    def with_any(operator: Operator) -> Callable[[Any], Test]:
        return lambda operand: any_value(values, comparison("text", operator, operand))

    def with_none(operator: Operator) -> Callable[[Any], Test]:
        return lambda operand: no_value(values, comparison("text", operator, operand))

    return {
        "LIKE": with_any("LIKE"),
        "NOT LIKE": with_none("LIKE"),
        "=": with_any("="),
        "<>": with_none("="),
        "IN": with_any("="),
        "NOT IN": with_none("="),
        "IS NULL": lambda _: no_value(values, comparison("text", "<>", None)),
        "IS NOT NULL": lambda _: any_value(values, comparison("text", "<>", None)),
    }
