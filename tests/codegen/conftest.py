"""Checkouts for the tests of the generation."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.codegen.checkout import Checkout, base
from tests.codegen.spoiling import Case, Refused, refuse


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A checkout with the base document and nothing generated."""
    checkout = Checkout(tmp_path)
    checkout.write(base())
    return checkout


@pytest.fixture
def refused(checkout: Checkout, capfd: pytest.CaptureFixture[str]) -> Refused:
    """Return the check that a case is refused in one line, with nothing written."""

    def check(case: Case) -> None:
        refuse(case, checkout, capfd)

    return check
