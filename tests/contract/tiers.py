"""Which cases of a test `make test` runs, and which it leaves to `make contract`."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import pytest


def quick(cases: Iterable[str], quick: Collection[str]) -> list[Any]:
    """Return the names of cases as parameters: those that are not quick are marked `full`."""
    names = [*cases]
    assert {*quick} <= {*names}
    return [name if name in quick else pytest.param(name, marks=pytest.mark.full) for name in names]
