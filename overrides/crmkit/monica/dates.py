"""Birthday, date of death and date of the first meeting: written in parts, read as one datetime.

An update of a contact forgets the dates that it does not send, and their reminders. So they are
written back in the parts that make the same date again.
"""

from __future__ import annotations

import re
from calendar import isleap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crmkit.core.errors import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class SpecialDate:
    """A date of a contact.

    Args:
        path: Members that lead to it in a contact as read.
        flag: Name of the member that says whether it is written.
        prefix: What the names of its parts begin with.
        ages: Whether an age may be written in its place.
    """

    path: tuple[str, ...]
    flag: str
    prefix: str
    ages: bool = True

    def read(self, contact: Any) -> dict[str, Any]:
        """Return the date as replies have it: `date`, `is_age_based`, `is_year_unknown`."""
        tree = contact
        for member in self.path:
            tree = tree.get(member) if isinstance(tree, dict) else None
        return tree if isinstance(tree, dict) and tree.get("date") is not None else {}

    def name(self, part: str) -> str:
        """Return the name under which a part is written."""
        return self.prefix + part

    def written(self, contact: Any, changes: Mapping[str, Any], year: int) -> dict[str, Any]:
        """Return the parts to write beside those that the caller passes.

        A day, month or year means a known date, and not an age; an age means an age.

        Args:
            contact: The contact as read.
            changes: What the caller changes, by its name on the wire.
            year: The server's current year, from which it calculates ages.

        Raises:
            ArgumentError: What the server has is not a date, and the caller passes none.
        """
        if changes.get(self.flag) in (False, "0"):
            return {}
        date = self.read(contact)
        by_age = bool(date.get("is_age_based"))
        parts: dict[str, Any]
        if any(changes.get(self.name(part)) is not None for part in ("day", "month", "year")):
            parts = {} if by_age else _parts_of(date) or {}
            by_age = False
        elif self.ages and changes.get(self.name("age")) is not None:
            parts, by_age = {}, True
        elif not date:
            return {self.flag: False}
        else:
            day = _parts_of(date)
            if day is None:
                problem = "cannot be written back as the server has it: pass its new value"
                raise ArgumentError(self.name("day"), problem)
            parts = {"age": year - _year_of(date)} if by_age else day
        if not by_age:
            # recorded: without the member a first meeting crashes the server; null is fine
            parts.setdefault("year", None)
        if self.ages:
            parts["is_age_based"] = by_age
        return {self.flag: True, **{self.name(part): value for part, value in parts.items()}}

    def keep_leap_day(self, body: dict[str, Any], year: int) -> None:
        """Make 29 February without a year that of the next leap year, in the body of a write.

        The server puts a date without a year into the current one, where it would be 1 March; it
        counts months on beyond the twelfth (tried: month 26 of 2026 is February 2028).

        Args:
            body: The body, which is changed.
            year: The server's current year.
        """
        day, month, of = (body.get(self.name(part)) for part in ("day", "month", "year"))
        if not of and [str(part).lstrip("0") for part in (day, month)] == ["29", "2"]:
            leap = next(n for n in range(year, year + 9) if isleap(n))
            body[self.name("month")] = 2 + 12 * (leap - year)


_DATE = re.compile(r"(-?\d{4,6})-(\d{2})-(\d{2})", re.ASCII)


def _year_of(date: Mapping[str, Any]) -> int:
    return int(date["date"].lstrip("-")[:4])


def _parts_of(date: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the parts of a date; None if it cannot be read."""
    match = _DATE.match(str(date.get("date")))
    if match is None:
        return None
    # Monica's zero date has a year before 0, and is made again by it.
    year, month, day = map(int, match.groups())
    # Of a date without a year, replies show the year in which it was written.
    return {"day": day, "month": month} | ({} if date.get("is_year_unknown") else {"year": year})


BIRTHDATE = SpecialDate(("information", "dates", "birthdate"), "is_birthdate_known", "birthdate_")
DECEASED = SpecialDate(
    ("information", "dates", "deceased_date"),
    "is_deceased_date_known",
    "deceased_date_",
    ages=False,
)
FIRST_MET = SpecialDate(("information", "how_you_met", "first_met_date"), "is_date_known", "")
