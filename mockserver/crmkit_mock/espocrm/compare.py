"""Tests of single values, as the database compares them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.folding import fold
from crmkit_mock.espocrm.php import items, to_number
from crmkit_mock.espocrm.refusals import bad_request

if TYPE_CHECKING:
    from collections.abc import Callable

    #: Takes the values of an attribute: one, or several of an address.
    Test = Callable[[list[Any]], bool]

_ORDERED: dict[str, Callable[[Any, Any], bool]] = {
    "greaterThan": lambda one, other: one > other,
    "lessThan": lambda one, other: one < other,
    "greaterThanOrEquals": lambda one, other: one >= other,
    "lessThanOrEquals": lambda one, other: one <= other,
}
_NEGATED = {"notContains": "contains", "notLike": "like"}
_PATTERNED = ("contains", "startsWith", "endsWith", "like")
_ARRAYS = frozenset({"arrayAnyOf", "arrayNoneOf", "arrayAllOf", "arrayIsEmpty", "arrayIsNotEmpty"})

#: All item types that look at values alone.
TYPES = frozenset(
    {
        "equals", "notEquals", "in", "notIn", "between", "isNull", "isNotNull", "ever", "any",
        "none", "isTrue", "isFalse", *_ORDERED, *_PATTERNED, *_NEGATED, *_ARRAYS,
    }
)  # fmt: skip


def value_test(kind: str, value: object) -> Test:
    """Return the test of an item.

    Args:
        kind: Type of the item, one of `TYPES`.
        value: Its value.

    Raises:
        Problem: 400, the value is no list, or too short a one.
    """
    if kind in {"equals", "notEquals"} and isinstance(value, list | dict):
        kind = "in" if kind == "equals" else "notIn"
    if kind in _ARRAYS:
        return _array_test(kind, value)
    if kind in _NEGATED:
        positive = _pattern_test(_NEGATED[kind], value)
        return lambda values: values != [None] and not positive(values)
    if kind in _PATTERNED:
        return _pattern_test(kind, value)
    if kind in _ORDERED or kind == "between":
        return _range_test(kind, value)
    return _plain_test(kind, value)


def _plain_test(kind: str, value: object) -> Test:
    if kind in {"in", "notIn"}:
        options = _options(value)
    elif value is None and kind in {"equals", "notEquals"}:
        kind, options = ("isNull" if kind == "equals" else "isNotNull"), []
    else:
        options = [value]

    def positive(values: list[Any]) -> bool:
        return any(_has(values, one) for one in options)

    tests: dict[str, Test] = {
        "equals": positive,
        "in": positive,
        # Null differs from nothing, as in SQL.
        "notEquals": lambda values: not _is_null(values) and not positive(values),
        "notIn": lambda values: not _is_null(values) and not positive(values),
        "isNull": _is_null,
        "isNotNull": lambda values: not _is_null(values),
        "ever": lambda values: not _is_null(values),
        "isTrue": lambda values: values == [True],
        "isFalse": lambda values: values == [False],
        # These two look at nothing.
        "any": lambda _values: True,
        "none": lambda _values: False,
    }
    return tests[kind]


def _range_test(kind: str, value: object) -> Test:
    if kind != "between":
        compares = _ORDERED[kind]
        return lambda values: any(_ordered(compares, one, value) for one in values)
    bounds = items(value)
    if len(bounds) < 2:
        raise bad_request("Bad where item. Bad between value.")
    first, last = bounds[:2]
    return lambda values: any(
        _ordered(_ORDERED["greaterThanOrEquals"], one, first)
        and _ordered(_ORDERED["lessThanOrEquals"], one, last)
        for one in values
    )


def _options(value: object) -> list[Any]:
    options = items(value)
    if not options:
        raise bad_request("Bad where item. No value.")
    return options


def _is_null(values: list[Any]) -> bool:
    return values == [None]


def _has(values: list[Any], wanted: object) -> bool:
    return any(equal(one, wanted) for one in values)


def equal(one: object, wanted: object) -> bool:
    """Return whether a value equals what is asked for; null equals nothing.

    Beside a number or a flag a text counts as the number that it begins with.
    """
    if one is None or wanted is None or isinstance(one, list | dict):
        return False
    if isinstance(one, int | float):
        return float(one) == to_number(wanted)
    return fold(str(one)) == fold(_text(wanted))


def _ordered(compares: Callable[[Any, Any], bool], one: object, bound: object) -> bool:
    if one is None or bound is None or isinstance(one, list | dict):
        return False
    if isinstance(one, int | float):
        return compares(float(one), to_number(bound))
    return compares(fold(str(one)), fold(_text(bound)))


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value)


def _pattern_test(kind: str, value: object) -> Test:
    if isinstance(value, list | dict):
        raise bad_request("Bad where item. Bad value.")
    text = fold("" if value is None else _text(value))
    literal = re.escape(text)
    pattern = {
        "contains": f".*{literal}.*",
        "startsWith": f"{literal}.*",
        "endsWith": f".*{literal}",
        "like": "".join(
            ".*" if one == "%" else "." if one == "_" else re.escape(one) for one in text
        ),
    }[kind]
    regex = re.compile(pattern, re.DOTALL)
    return lambda values: any(
        one is not None and regex.fullmatch(fold(_text(one))) is not None for one in values
    )


def _array_test(kind: str, value: object) -> Test:
    if kind in {"arrayIsEmpty", "arrayIsNotEmpty"}:
        return lambda values: bool(values[0]) == (kind == "arrayIsNotEmpty")
    options = {str(one) for one in (_options(value) if not isinstance(value, str) else [value])}

    def test(values: list[Any]) -> bool:
        chosen = set(values[0] or ()) if isinstance(values[0], list) else set()
        if kind == "arrayAnyOf":
            return bool(chosen & options)
        if kind == "arrayNoneOf":
            return not chosen & options
        return options <= chosen

    return test
