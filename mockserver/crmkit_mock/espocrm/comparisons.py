"""Comparisons of a column with a value, as the database makes them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from crmkit_mock.espocrm.folding import fold, like, like_form, sort_key
from crmkit_mock.espocrm.php_types import to_list, to_number

if TYPE_CHECKING:
    from collections.abc import Callable

    #: Takes the value of a column.
    ValueTest = Callable[[Any], bool]

#: Type of a column; "date" and "datetime" hold strings.
Kind = Literal["text", "number", "date", "datetime"]
#: Operator of a comparison, as the server's own language of queries writes it.
Operator = Literal["=", "<>", "<", "<=", ">", ">=", "LIKE", "NOT LIKE"]

_ORDERED: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda value, bound: value < bound,
    "<=": lambda value, bound: value <= bound,
    ">": lambda value, bound: value > bound,
    ">=": lambda value, bound: value >= bound,
    "=": lambda value, bound: value == bound,
}
_TEMPORAL = re.compile(
    r"\s*(\d{1,4})[-/.:](\d{1,2})[-/.:](\d{1,2})"
    r"(?:[T\s]+(\d{1,2})(?::(\d{1,2})(?::(\d{1,2}))?)?)?",
    re.ASCII,
)
_DIGITS = re.compile(r"\s*(\d{8}|\d{14})(?!\d)", re.ASCII)


class UnsupportedValueError(Exception):
    """A value of which no query can be made: a real server's request crashes."""


def comparison(  # noqa: PLR0911 - one case a type
    kind: Kind, operator: Operator, operand: object
) -> ValueTest:
    """Return the test that a column compares with a value.

    A list is one of several values, whatever the operator, and null is compared with `IS NULL`.
    Nothing else than that is true of a column that is null.

    Args:
        kind: Type of the column.
        operator: The operator.
        operand: The value, as it came in the request.

    Raises:
        UnsupportedValueError: no query can be made of it.
    """
    if operand is None:
        return _null_test(operator)
    if isinstance(operand, list | dict):
        return _one_of(kind, operator, to_list(operand))
    if operator in {"LIKE", "NOT LIKE"}:
        return _pattern_test(operator, to_text(operand))
    if operator == "<>":
        equal = comparison(kind, "=", operand)
        return lambda value: value is not None and not equal(value)
    if kind in {"date", "datetime"}:
        return _temporal_test(operator, operand)
    if kind == "number" or not isinstance(operand, str):
        number, compare = to_number(operand), _ORDERED[operator]
        return lambda value: value is not None and compare(to_number(value), number)
    if operator == "=":
        wanted = fold(operand)
        return lambda value: value is not None and fold(value) == wanted
    bound, ordered = sort_key(operand), _ORDERED[operator]
    return lambda value: value is not None and ordered(sort_key(value), bound)


def _null_test(operator: Operator) -> ValueTest:
    if operator == "=":
        return lambda value: value is None
    if operator == "<>":
        return lambda value: value is not None
    return lambda _value: False


def _one_of(kind: Kind, operator: Operator, options: list[Any]) -> ValueTest:
    if any(isinstance(option, list | dict) for option in options):
        raise UnsupportedValueError("a list within a list")
    is_negated = operator == "<>"
    if not options:
        # Written as a constant, which is true of null as well.
        return lambda _value: is_negated
    tests = [comparison(kind, "=", option) for option in options if option is not None]
    if is_negated:
        # Nothing is known to differ from null.
        has_null = None in options
        return lambda value: not (value is None or has_null or any(test(value) for test in tests))
    return lambda value: value is not None and any(test(value) for test in tests)


def _pattern_test(operator: Operator, pattern: str) -> ValueTest:
    matches = like(pattern).fullmatch
    is_negated = operator == "NOT LIKE"
    return lambda value: (
        value is not None and (matches(like_form(to_text(value))) is None) == is_negated
    )


def to_text(value: object) -> str:
    """Return a column's value as the database converts it to a string."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


def _temporal_test(operator: Operator, operand: object) -> ValueTest:
    # What is no date is less than every one.
    bound = _to_datetime(operand) or ""
    compare = _ORDERED[operator]
    return lambda value: value is not None and compare(_padded(value), bound)


def _padded(value: str) -> str:
    return f"{value} 00:00:00" if len(value) == len("2024-01-15") else value


def _to_datetime(operand: object) -> str | None:
    """Return what the database reads as a date, in the stored format; None if it is none."""
    text = to_text(operand)
    match = _DIGITS.match(text)
    if match:
        digits = match[1].ljust(14, "0")
        parts = [digits[:4], *(digits[place : place + 2] for place in range(4, 14, 2))]
    else:
        match = _TEMPORAL.match(text)
        if match is None:
            return None
        parts = [part or "0" for part in match.groups()]
    try:
        year, month, day, hour, minute, second = map(int, parts)
        read = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        return read.strftime("%Y-%m-%d %H:%M:%S").zfill(len("2024-01-15 00:00:00"))
    except ValueError:
        return None
