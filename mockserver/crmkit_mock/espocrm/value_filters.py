"""Filter items about values, compared as the database compares them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.errors import bad_request
from crmkit_mock.espocrm.folding import fold
from crmkit_mock.espocrm.php_types import to_list, to_number

if TYPE_CHECKING:
    from collections.abc import Callable

    #: Takes the values of an attribute: one, or several of an address.
    Test = Callable[[list[Any]], bool]

_ORDERED: dict[str, Callable[[Any, Any], bool]] = {
    "greaterThan": lambda value, bound: value > bound,
    "lessThan": lambda value, bound: value < bound,
    "greaterThanOrEquals": lambda value, bound: value >= bound,
    "lessThanOrEquals": lambda value, bound: value <= bound,
}
_NEGATED = {"notContains": "contains", "notLike": "like"}
_PATTERNED = ("contains", "startsWith", "endsWith", "like")
_ARRAYS = frozenset({"arrayAnyOf", "arrayNoneOf", "arrayAllOf", "arrayIsEmpty", "arrayIsNotEmpty"})

#: Types of items about values alone.
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
        APIError: 400, the value is not a list, or too short.
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
    return _equality_test(kind, value)


def _equality_test(kind: str, value: object) -> Test:
    if kind in {"in", "notIn"}:
        options = _options(value)
    elif value is None and kind in {"equals", "notEquals"}:
        kind, options = ("isNull" if kind == "equals" else "isNotNull"), []
    else:
        options = [value]

    def positive(values: list[Any]) -> bool:
        return any(_contains(values, option) for option in options)

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
        # These two ignore the values.
        "any": lambda _values: True,
        "none": lambda _values: False,
    }
    return tests[kind]


def _range_test(kind: str, value: object) -> Test:
    if kind != "between":
        compare = _ORDERED[kind]
        return lambda values: any(_ordered(compare, item, value) for item in values)
    bounds = to_list(value)
    if len(bounds) < 2:
        raise bad_request("Bad where item. Bad between value.")
    first, last = bounds[:2]
    return lambda values: any(
        _ordered(_ORDERED["greaterThanOrEquals"], item, first)
        and _ordered(_ORDERED["lessThanOrEquals"], item, last)
        for item in values
    )


def _options(value: object) -> list[Any]:
    options = to_list(value)
    if not options:
        raise bad_request("Bad where item. No value.")
    return options


def _is_null(values: list[Any]) -> bool:
    return values == [None]


def _contains(values: list[Any], wanted: object) -> bool:
    return any(equal(value, wanted) for value in values)


def equal(value: object, wanted: object) -> bool:
    """Return whether a stored value equals the value of an item; null equals nothing.

    A string is compared with a number or a bool by the number that it begins with.
    """
    if value is None or wanted is None or isinstance(value, list | dict):
        return False
    if isinstance(value, int | float):
        return float(value) == to_number(wanted)
    return fold(str(value)) == fold(_str(wanted))


def _ordered(compare: Callable[[Any, Any], bool], value: object, bound: object) -> bool:
    if value is None or bound is None or isinstance(value, list | dict):
        return False
    if isinstance(value, int | float):
        return compare(float(value), to_number(bound))
    return compare(fold(str(value)), fold(_str(bound)))


def _str(value: object) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value)


def _pattern_test(kind: str, value: object) -> Test:
    if isinstance(value, list | dict):
        raise bad_request("Bad where item. Bad value.")
    text = fold("" if value is None else _str(value))
    literal = re.escape(text)
    pattern = {
        "contains": f".*{literal}.*",
        "startsWith": f"{literal}.*",
        "endsWith": f".*{literal}",
        "like": "".join(
            ".*" if char == "%" else "." if char == "_" else re.escape(char) for char in text
        ),
    }[kind]
    regex = re.compile(pattern, re.DOTALL)
    return lambda values: any(
        item is not None and regex.fullmatch(fold(_str(item))) is not None for item in values
    )


def _array_test(kind: str, value: object) -> Test:
    if kind in {"arrayIsEmpty", "arrayIsNotEmpty"}:
        return lambda values: bool(values[0]) == (kind == "arrayIsNotEmpty")
    options = {str(item) for item in (_options(value) if not isinstance(value, str) else [value])}

    def test(values: list[Any]) -> bool:
        array = set(values[0] or ()) if isinstance(values[0], list) else set()
        if kind == "arrayAnyOf":
            return bool(array & options)
        if kind == "arrayNoneOf":
            return not array & options
        return options <= array

    return test
