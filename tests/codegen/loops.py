"""Run many cases in one test, which reports each failing case."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any

import pytest

__all__ = ["for_each"]


def for_each(
    names: str, cases: Iterable[Any], name_of: Callable[[Any], str] = repr
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return a decorator that runs a test's body for each case, as subtests of one test.

    Args:
        names: Names of the test's arguments that a case has values for, separated by commas.
        cases: A value for each case; a tuple where there are several names.
        name_of: Names a case in reports.
    """
    arguments = [name.strip() for name in names.split(",")]
    table = list(cases)
    assert table, "a test needs a case"

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        fixtures = [
            parameter
            for parameter in inspect.signature(test).parameters.values()
            if parameter.name not in arguments
        ]

        def run(**values: Any) -> None:
            subtests: pytest.Subtests = values["subtests"]
            passed = {parameter.name: values[parameter.name] for parameter in fixtures}
            for case in table:
                case_values = (case,) if len(arguments) == 1 else case
                with subtests.test(name_of(case)):
                    test(**dict(zip(arguments, case_values, strict=True)), **passed)

        run.__name__, run.__doc__, run.__module__ = test.__name__, test.__doc__, test.__module__
        if not any(parameter.name == "subtests" for parameter in fixtures):
            kind = inspect.Parameter.KEYWORD_ONLY
            fixtures_of_run = [*fixtures, inspect.Parameter("subtests", kind)]
        else:
            fixtures_of_run = fixtures
        run.__signature__ = inspect.Signature(  # type: ignore[attr-defined]  # read by pytest
            [fixture.replace(kind=inspect.Parameter.KEYWORD_ONLY) for fixture in fixtures_of_run]
        )
        return run

    return decorate
