"""Filter items about values: what each compares, and with what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.comparisons import comparison, to_text
from crmkit_mock.espocrm.errors import bad_request
from crmkit_mock.espocrm.php_types import to_list

if TYPE_CHECKING:
    from collections.abc import Callable

    from crmkit_mock.espocrm.columns import Column, Test
    from crmkit_mock.espocrm.comparisons import Operator
    from crmkit_mock.espocrm.data import Record

#: Operators of the types that compare with their value as it is.
OPERATORS: dict[str, Operator] = {
    "equals": "=",
    "notEquals": "<>",
    "on": "=",
    "notOn": "<>",
    "like": "LIKE",
    "notLike": "NOT LIKE",
    "greaterThan": ">",
    "lessThan": "<",
    "greaterThanOrEquals": ">=",
    "lessThanOrEquals": "<=",
    "after": ">",
    "before": "<",
    "in": "=",
    "notIn": "<>",
}
_PATTERNS: dict[str, tuple[Operator, str]] = {
    "contains": ("LIKE", "%{}%"),
    "notContains": ("NOT LIKE", "%{}%"),
    "startsWith": ("LIKE", "{}%"),
    "endsWith": ("LIKE", "%{}"),
}
#: Operators and values of the types without a value.
_VALUELESS: dict[str, tuple[Operator, bool | None]] = {
    "isNull": ("=", None),
    "isNotNull": ("<>", None),
    "ever": ("<>", None),
    "isTrue": ("=", True),
    "isFalse": ("=", False),
}
_CONSTANTS = {"any": True, "none": False}

#: Types of items about values.
TYPES = frozenset({"between", *OPERATORS, *_PATTERNS, *_VALUELESS, *_CONSTANTS})
#: Types of items about the items of an array.
ARRAY_TYPES = frozenset(
    {"arrayAnyOf", "arrayNoneOf", "arrayAllOf", "arrayIsEmpty", "arrayIsNotEmpty"}
)
#: Characters of an array's item that the server can find.
_ITEM_LENGTH = 100


def value_test(column: Column, kind: str, value: object) -> Test:
    """Return the test of an item.

    Args:
        column: What the attribute stands for.
        kind: Type of the item, one of `TYPES`.
        value: Its value.

    Raises:
        APIError: 400, the value is not a list, or too short.
        QueryFailedError: the attribute cannot be compared so.
        UnsupportedValueError: no query can be made of the value.
    """
    if kind in _CONSTANTS:
        constant = _CONSTANTS[kind]
        return lambda _record: constant
    if kind in _VALUELESS:
        return column.test(*_VALUELESS[kind])
    if kind in _PATTERNS:
        operator, pattern = _PATTERNS[kind]
        return column.test(operator, pattern.format(_concatenated(value)))
    if kind == "between":
        return _between(column, value)
    if kind in {"in", "notIn"} and not isinstance(value, list | dict):
        raise bad_request(f"Bad where item '{kind}'.")
    return column.test(OPERATORS[kind], value)


def is_dropped(kind: str, value: object) -> bool:
    """Return whether an item within "and" or "or" is ignored, as PHP finds its value empty."""
    return kind in OPERATORS and (value in ("0", [], {}) or (value == 0 and type(value) is float))


def _concatenated(value: object) -> str:
    """Return a value as PHP puts it into a string."""
    if isinstance(value, list | dict):
        return "Array"
    return "" if value is None or value is False else to_text(value)


def _between(column: Column, value: object) -> Test:
    if not isinstance(value, list | dict) or len(value) < 2:
        raise bad_request("Bad where item 'between'.")
    bounds = value if isinstance(value, dict) else dict(enumerate(value))
    low = column.test(">=", _bound(bounds, 0))
    high = column.test("<=", _bound(bounds, 1))
    return lambda record: low(record) and high(record)


def _bound(bounds: dict[Any, Any], place: int) -> Any:
    return bounds.get(place, bounds.get(str(place)))


def array_test(
    items: Callable[[Record], list[str]], kind: str, value: object, *, any_is_enough: bool = False
) -> Test | None:
    """Return the test of an item about an array, None if it is ignored.

    Args:
        items: Returns the items that the server finds in a record's array.
        kind: Type of the item, one of `ARRAY_TYPES`.
        value: Its value.
        any_is_enough: Whether one of all wanted items is enough, as within an "or".

    Raises:
        APIError: 400, the value is missing.
        UnsupportedValueError: no query can be made of the value.
    """
    if kind in {"arrayIsEmpty", "arrayIsNotEmpty"}:
        is_wanted = kind == "arrayIsNotEmpty"
        return lambda record: bool(items(record)) == is_wanted
    if not isinstance(value, list | dict) and value in (None, "", "0", 0, False):
        place = "" if kind == "arrayAnyOf" else " 'array'"
        raise bad_request(f"Bad where item{place}. No value.")
    if kind == "arrayAllOf":
        wanted = to_list(value) if isinstance(value, list | dict) else [value]
        tests = [_has_item(items, option) for option in wanted]
        if not tests:
            return None
        combine = any if any_is_enough else all
        return lambda record: combine(test(record) for test in tests)
    has_any = _has_item(items, value)
    if kind == "arrayAnyOf":
        return has_any
    return lambda record: not has_any(record)


def _has_item(items: Callable[[Record], list[str]], option: object) -> Test:
    matches = comparison("text", "=", option)
    return lambda record: any(matches(item[:_ITEM_LENGTH]) for item in items(record))
