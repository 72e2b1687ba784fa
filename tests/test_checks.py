"""The linters and type checkers as tests, which fail with the checker's output."""

from __future__ import annotations

import checks
import pytest


@pytest.mark.parametrize("name", checks.CHECKS)
def test_check_finds_no_error(name: str) -> None:
    """Hand-written and generated code satisfies every linter and type checker."""
    status, output = checks.run(name)

    if status:
        pytest.fail(f"{name} found errors:\n{output}", pytrace=False)
