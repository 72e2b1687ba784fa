"""Values of meetings, calls and tasks that follow from others: times, and reminders."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from crmkit_mock.espocrm.datetimes import SERVER_TIME_ZONE, format_datetime, midnight, time_zone
from crmkit_mock.espocrm.php_dates import add_interval

if TYPE_CHECKING:
    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.saving import Saving

#: Statuses in which nobody is reminded any more.
_DONE = frozenset({"Held", "Not Held", "Completed", "Canceled"})
#: First release that drops the dates of events that are not marked as all-day.
_DROPS_DATES_SINCE = (10, 0)


def event(saving: Saving) -> Record:
    """Return the times and reminders of an event on saving."""
    derived: Record = {}
    if saving.entity.name != "Task" and saving.before is not None:
        derived |= _keep_duration(saving, saving.before)
    if saving.is_changed("status") and saving.record.get("status") in _DONE:
        derived["reminders"] = []
    dates = {name: saving.record.get(name) for name in ("dateStartDate", "dateEndDate")}
    dates |= {name: derived[name] for name in dates if name in derived}
    is_timed = "isAllDay" in saving.entity.by_name and not saving.record.get("isAllDay")
    if is_timed and saving.session.release >= _DROPS_DATES_SINCE:
        return derived | dict.fromkeys(dates)
    return derived | _midnights(dates)


def _midnights(dates: Record) -> Record:
    """Return when whole days begin and end in the server's time zone."""
    zone = time_zone(SERVER_TIME_ZONE)
    derived: Record = {}
    if dates["dateStartDate"]:
        first = date.fromisoformat(dates["dateStartDate"])
        derived["dateStart"] = format_datetime(midnight(first, zone))
    if dates["dateEndDate"]:
        last = date.fromisoformat(dates["dateEndDate"])
        # The server adds the day in UTC, so that it is an hour off when clocks change.
        derived["dateEnd"] = _add(format_datetime(midnight(last, zone)), timedelta(days=1))
    return derived


def _keep_duration(saving: Saving, before: Record) -> Record:
    """Return the end of an event whose start alone was moved."""
    if not saving.is_changed("dateStart", "dateStartDate"):
        return {}
    if "dateEnd" in saving.values or "dateEndDate" in saving.values:
        return {}
    derived: Record = {}
    for suffix in ("", "Date"):
        old, new = before.get(f"dateStart{suffix}"), saving.record.get(f"dateStart{suffix}")
        end = saving.record.get(f"dateEnd{suffix}")
        if old and new and end:
            moved = _moved_end(old, end, new)
            derived[f"dateEnd{suffix}"] = moved[:10] if suffix else moved
    return derived


def _moved_end(start: str, end: str, new_start: str) -> str:
    try:
        moved = add_interval(
            datetime.fromisoformat(new_start),
            datetime.fromisoformat(start),
            datetime.fromisoformat(end),
        )
    except (OverflowError, ValueError):
        return end
    return moved.isoformat(sep=" ")


def stored_reminders(saving: Saving, users: list[str]) -> Record:
    """Return the reminders to be stored: those of the user who saves, if they take part.

    Args:
        saving: The event.
        users: Ids of the users who take part.
    """
    record, user = saving.record, saving.session.user.id
    if "reminders" not in saving.entity.by_name or not saving.is_changed("reminders"):
        return {}
    sent: list[Record] = record.get("reminders") or []
    start = record.get("dateEnd" if saving.entity.name == "Task" else "dateStart")
    if user not in users or not start:
        kept = (saving.before or {}).get("reminders") or []
        return {"reminders": [] if record.get("status") in _DONE else kept}
    begins = datetime.fromisoformat(start)
    now = datetime.fromisoformat(saving.now)
    kept = []
    for item in sorted(sent, key=lambda item: item["seconds"]):
        reminder = {"seconds": item["seconds"], "type": item["type"]}
        is_due = begins - timedelta(seconds=min(item["seconds"], _CENTURY)) < now
        if not is_due and reminder not in kept:
            kept.append(reminder)
    if saving.session.release >= _REMINDS_LATE_SINCE:
        kinds = {item["type"] for item in sent} - {item["type"] for item in kept}
        kept = [*({"seconds": 0, "type": kind} for kind in sorted(kinds)), *kept]
    return {"reminders": kept, "remindersUserId": user}


#: First release that reminds at once of what all reminders of a type are too late for.
_REMINDS_LATE_SINCE = (10, 0)
_CENTURY = 100 * 366 * 24 * 3600


def _add(moment: str, length: timedelta) -> str:
    try:
        later = datetime.fromisoformat(moment) + length
    except OverflowError:
        return moment
    return later.isoformat(sep=" ")


def duration(record: Record) -> int | None:
    """Return the seconds between the start and the end of an event, None without both."""
    start, end = record.get("dateStart"), record.get("dateEnd")
    if not start or not end:
        return None
    length = datetime.fromisoformat(end) - datetime.fromisoformat(start)
    return int(length.total_seconds())
