"""Months and quarters, over which sales are counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Self

#: Months of each kind of period.
_MONTHS = {"month": 1, "quarter": 3}


@dataclass(frozen=True, slots=True)
class Period:
    """One month or quarter of the calendar.

    Attributes:
        number: Number of months, or quarters, since the year 0.
        months: Its length in months.
    """

    number: int
    months: int

    @classmethod
    def of(cls, value: date, kind: str) -> Self:
        """Return the period that contains a date.

        Args:
            value: The date.
            kind: "month" or "quarter".
        """
        months = _MONTHS[kind]
        return cls((value.year * 12 + value.month - 1) // months, months)

    @property
    def start(self) -> date:
        """First date of the period."""
        year, month = divmod(self.number * self.months, 12)
        return date(year, month + 1, 1)

    @property
    def next(self) -> Period:
        """The period that follows."""
        return self.before(-1)

    def before(self, count: int) -> Period:
        """Return the period `count` periods earlier."""
        return Period(self.number - count, self.months)
