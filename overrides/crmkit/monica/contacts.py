"""What an update of a contact writes back that no path tells: its dates, and their reminders."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from crmkit.core.resource import Resource
from crmkit_generated.monica import operations
from crmkit_generated.monica.resources import contacts as generated
from crmkit_generated.monica.resources.reminders import AsyncReminders

from .dates import BIRTHDATE, DECEASED, FIRST_MET

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .dates import SpecialDate
    from .faults import MonicaVendor

__all__ = ["AsyncContacts", "Contacts"]

_DATES: dict[str, tuple[SpecialDate, ...]] = {
    operations.CONTACTS_UPDATE.name: (BIRTHDATE, DECEASED),
    operations.CONTACTS_UPDATE_INTRODUCTION.name: (FIRST_MET,),
}


class _Dates(Resource):
    async def _replaced(
        self, name: str, tree: Any, kept: dict[str, Any], given: Mapping[str, Any]
    ) -> dict[str, Any]:
        sender = self._sender
        told = cast("MonicaVendor", sender.vendor).year
        year = told or datetime.fromtimestamp(sender.io.time(), UTC).year
        reminded: set[str] | None = None
        for date in _DATES.get(name, ()):
            parts = date.written(tree, given, year)
            kept |= parts
            found = date.read(tree)
            if not found or not parts.get(date.known) or date.name("add_reminder") in given:
                continue
            if reminded is None:
                reminded = await self._reminded(tree)
            if found["date"][5:10] in reminded:
                kept[date.name("add_reminder")] = True
        if kept.get(DECEASED.known) and any(one.startswith(DECEASED.prefix) for one in given):
            kept["is_deceased"] = True
        return kept

    async def _reminded(self, contact: Any) -> set[str]:
        """Return the days, as `MM-DD`, that the user is reminded of because a contact has them."""
        # A partial contact has no statistics, but may have reminders.
        statistics = contact.get("statistics")
        if statistics is not None and not statistics.get("number_of_reminders"):
            return set()
        # The async twin works for both: a sync client's sender never suspends.
        reminders = AsyncReminders(self._sender).list(contact_id=contact["id"])
        # assumption: those that a date brings along come each year and cannot be deleted; that
        # there are such is only recorded as a number
        return {
            f"{one.initial_date:%m-%d}"
            async for one in reminders
            if one.frequency_type == "year" and not one.delible
        }


class Contacts(_Dates, generated.Contacts):
    """People that the user knows, with work, food, first meeting, picture and tags."""


class AsyncContacts(_Dates, generated.AsyncContacts):
    """People that the user knows, with work, food, first meeting, picture and tags."""
