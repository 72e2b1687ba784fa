"""Birthday, date of death and date of the first meeting: written in parts, read as one datetime.

An update of a contact forgets the dates that it does not send, and their reminders. So they are
written back in the parts that make the same date again.
"""

from __future__ import annotations

from calendar import isleap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["BIRTHDATE", "DECEASED", "FIRST_MET", "SpecialDate"]


@dataclass(frozen=True, slots=True)
class SpecialDate:
    """A date of a contact.

    Args:
        path: Members that lead to it in a contact as read.
        known: Name of the flag that says whether it is written.
        prefix: What the names of its parts begin with.
        ages: Whether an age may be written in its place.
    """

    path: tuple[str, ...]
    known: str
    prefix: str
    ages: bool = True

    def read(self, contact: Any) -> dict[str, Any]:
        """Return the date as replies have it: `date`, `is_age_based`, `is_year_unknown`."""
        tree = contact
        for member in self.path:
            tree = tree.get(member) if isinstance(tree, dict) else None
        return tree if isinstance(tree, dict) and isinstance(tree.get("date"), str) else {}

    def name(self, part: str) -> str:
        """Return the name under which a part is written."""
        return self.prefix + part

    def written(self, contact: Any, changes: Mapping[str, Any], year: int) -> dict[str, Any]:
        """Return the parts to write beside those that the caller passes.

        A day, month or year means a date that is known, and not an age; an age means an age.

        Args:
            contact: The contact as read.
            changes: What the caller changes, by its name on the wire.
            year: The server's current year, from which it calculates ages.
        """
        if changes.get(self.known) in (False, "0"):
            return {}
        known = self.read(contact)
        by_age = bool(known.get("is_age_based"))
        parts: dict[str, Any]
        if any(changes.get(self.name(part)) is not None for part in ("day", "month", "year")):
            parts = {} if by_age or not known else _day(known)
            by_age = False
        elif self.ages and changes.get(self.name("age")) is not None:
            parts, by_age = {}, True
        elif not known:
            return {self.known: False}
        else:
            parts = {"age": year - int(known["date"].lstrip("-")[:4])} if by_age else _day(known)
        if not by_age:
            # recorded: without the member a first meeting crashes the server; null is fine
            parts.setdefault("year", None)
            self._keep_leap_day(parts, changes, year)
        if self.ages:
            parts["is_age_based"] = by_age
        return {self.known: True, **{self.name(part): value for part, value in parts.items()}}

    def _keep_leap_day(self, parts: dict[str, Any], changes: Mapping[str, Any], year: int) -> None:
        """Write 29 February without a year as that of the next leap year.

        The server puts a date without a year into the current one, where it would be 1 March; it
        counts months on beyond the twelfth (tried: month 26 of 2026 is February 2028).
        """
        day, month, of = (changes.get(self.name(part), parts.get(part)) for part in _PARTS)
        if not of and (str(day), str(month)) == ("29", "2") and self.name("month") not in changes:
            leap = next(n for n in range(year, year + 9) if isleap(n))
            parts["month"] = 2 + 12 * (leap - year)


_PARTS = ("day", "month", "year")


def _day(known: Mapping[str, Any]) -> dict[str, Any]:
    # Monica's zero date has a year before 0, and is made again by it.
    sign = -1 if known["date"].startswith("-") else 1
    year, month, day = (int(part) for part in known["date"].lstrip("-")[:10].split("-"))
    year *= sign
    # A date without a year is shown in the one that it was written in.
    return {"day": day, "month": month} | ({} if known.get("is_year_unknown") else {"year": year})


BIRTHDATE = SpecialDate(("information", "dates", "birthdate"), "is_birthdate_known", "birthdate_")
DECEASED = SpecialDate(
    ("information", "dates", "deceased_date"),
    "is_deceased_date_known",
    "deceased_date_",
    ages=False,
)
FIRST_MET = SpecialDate(("information", "how_you_met", "first_met_date"), "is_date_known", "")
