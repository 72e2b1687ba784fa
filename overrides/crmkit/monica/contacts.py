"""Dates of a contact: what an update writes back of them, with their reminders, and leap days."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from crmkit.core.resource import Resource
from crmkit.core.types import UNSET
from crmkit_generated.monica.operations import (
    CONTACTS_CREATE,
    CONTACTS_UPDATE,
    CONTACTS_UPDATE_INTRODUCTION,
)
from crmkit_generated.monica.resources import contacts as generated
from crmkit_generated.monica.resources.reminders import AsyncReminders

from .dates import BIRTHDATE, DECEASED, FIRST_MET

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit.core.call import Call
    from crmkit.core.operation import Operation

    from .dates import SpecialDate
    from .vendor import MonicaVendor

_DATES: dict[str, tuple[SpecialDate, ...]] = {
    CONTACTS_UPDATE.name: (BIRTHDATE, DECEASED),
    CONTACTS_UPDATE_INTRODUCTION.name: (FIRST_MET,),
}


class _Dates(Resource):
    @property
    def _year(self) -> int:
        """The server's year, or this machine's before the first reply."""
        year = cast("MonicaVendor", self._sender.vendor).year
        return year or datetime.fromtimestamp(self._sender.io.time(), UTC).year

    def _call(
        self, operation: Operation, arguments: Any, options: Any = None, body: Any = UNSET
    ) -> Call:
        if operation is CONTACTS_CREATE and isinstance(body, dict):
            for date in _DATES[CONTACTS_UPDATE.name]:
                date.keep_leap_day(body, self._year)
        return super()._call(operation, arguments, options, body)

    async def _merged(
        self, name: str, tree: Any, body: dict[str, Any], changes: Mapping[str, Any]
    ) -> dict[str, Any]:
        kept: dict[str, Any] = {}
        reminded: set[str] | None = None
        for date in _DATES.get(name, ()):
            parts = date.written(tree, changes, self._year)
            kept |= parts
            value = date.read(tree)
            if not value or not parts.get(date.flag) or date.name("add_reminder") in changes:
                continue
            if reminded is None:
                reminded = await self._reminded(tree)
            shown = str(value["date"])
            if shown[5:10] in reminded or shown[:10] in reminded:
                kept[date.name("add_reminder")] = True
        if kept.get(DECEASED.flag) and any(name.startswith(DECEASED.prefix) for name in changes):
            kept["is_deceased"] = True
        body = {**body, **kept, **changes}
        for date in _DATES.get(name, ()):
            date.keep_leap_day(body, self._year)
        return body

    async def _reminded(self, contact: Any) -> set[str]:
        """Return the dates that the user is reminded of each year because a contact has them.

        Those of reminders that cannot be deleted are `MM-DD`, as are most. That of a death can be
        deleted, as can the user's own; it is `YYYY-MM-DD`.
        """
        # A partial contact has no statistics, but may have reminders.
        statistics = contact.get("statistics")
        if statistics is not None and not statistics.get("number_of_reminders"):
            return set()
        # The async class works for both: a sync client's sender never suspends.
        reminders = AsyncReminders(self._sender).list(contact_id=contact["id"])
        # recorded: those that dates bring along recur each year, from the date itself
        return {
            f"{reminder.initial_date:{'%Y-%m-%d' if reminder.delible else '%m-%d'}}"
            async for reminder in reminders
            if reminder.frequency_type == "year" and reminder.initial_date is not None
        }


class Contacts(_Dates, generated.Contacts):
    """People that the user knows, with work, food, first meeting, picture and tags.

    A birthday, death or first meeting on 29 February without a year is written as that of a leap
    year: in others the server would make it 1 March.
    """


class AsyncContacts(_Dates, generated.AsyncContacts):
    """People that the user knows, with work, food, first meeting, picture and tags.

    A birthday, death or first meeting on 29 February without a year is written as that of a leap
    year: in others the server would make it 1 March.
    """
