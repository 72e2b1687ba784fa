"""Numbers of records by year, which lists of calls and activities bring along."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def statistics(days: Iterable[str]) -> dict[str, int] | list[int]:
    """Count days or moments by their years; an empty list where there are none."""
    years = Counter(day[:4] for day in days)
    return {year: years[year] for year in sorted(years, reverse=True)} or []
