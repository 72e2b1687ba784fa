"""Lists of strings that the wire writes as one string, such as `a;b;c`."""

from __future__ import annotations

from typing import Any

from crmkit.core.errors import ArgumentError, expected


def check_list(values: object, argument: str, type_: type, example: str) -> list[Any]:
    """Return a copy of a list whose elements all have one type.

    Args:
        values: The list.
        argument: Its name, for errors.
        type_: The elements' type.
        example: An element, as callers write it.

    Raises:
        ArgumentError: It is not a list, or an element has another type.
    """
    if not isinstance(values, list | tuple):
        raise expected(argument, f"a list of {type_.__name__}", values)
    for index, value in enumerate(values):
        if not isinstance(value, type_):
            raise expected(f"{argument}[{index}]", f"{type_.__name__} such as {example}", value)
    return list(values)


def join_elements(elements: list[str], argument: str, separator: str = ";") -> str:
    """Join strings, none of which may hold the separator.

    Raises:
        ArgumentError: One holds it.
    """
    for index, element in enumerate(elements):
        if separator in element:
            problem = f"must not contain {separator!r}, which separates elements on the wire"
            raise ArgumentError(f"{argument}[{index}]", problem)
    return separator.join(elements)


def join_strings(values: object, argument: str, separator: str = ";") -> str:
    """Join a list of strings to one string.

    Args:
        values: The strings.
        argument: Name of the argument.
        separator: What separates them.

    Raises:
        ArgumentError: It is not a list of str, or an element holds the separator.
    """
    if type(values) is list:
        if len(values) == 1 and type(only := values[0]) is str and separator not in only:
            return only
        try:
            joined = separator.join(values)
            # One look at the whole; each element only on doubt.
            if joined.count(separator) < len(values):
                return joined
        except TypeError:
            pass  # reported with the element's index below
    return join_elements(check_list(values, argument, str, "'a'"), argument, separator)
