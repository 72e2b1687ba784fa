"""The linters and type checkers, as tests: a fault they find fails the run with their words."""

from __future__ import annotations

import checks
import pytest


@pytest.mark.parametrize("name", checks.CHECKS)
def test_a_check_finds_no_fault(name: str) -> None:
    """Hand-written and generated code satisfies every linter and type checker."""
    status, said = checks.run(name)

    if status:
        pytest.fail(f"{name} found faults:\n{said}", pytrace=False)
