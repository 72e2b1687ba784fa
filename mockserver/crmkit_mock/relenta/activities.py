"""Relenta's activities: what a save makes of what was there and what was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.relenta.instants import read_instant, write_instant

if TYPE_CHECKING:
    from datetime import datetime

#: What each member shows when it has no value.
EMPTY: dict[str, Any] = {
    "activity_type": "",
    "label": "",
    "calendar_id": "",
    "all_day": False,
    "dt_start": None,
    "dt_end": None,
    "rrule": "",
    "status": "",
    "author": "",
    "users": "",
    "contacts": "",
    "subject": "",
    "body": "",
}
#: Assumption: what a new activity gets where nothing was sent, after the page's samples.
DEFAULTS = {"activity_type": "default", "status": "open"}
INSTANTS = ("dt_start", "dt_end")

Activity = dict[str, Any]


def new_activity(id: int, sent: Activity, now: datetime) -> Activity:
    """Build the activity that a save without an id creates.

    Raises:
        Refusal: 400, a moment is out of range.
    """
    instant = write_instant(now)
    activity = {
        "id": str(id),
        **EMPTY,
        **DEFAULTS,
        "dt_created": instant,
        "dt_modified": instant,
    }
    return _apply(activity, sent)


def updated_activity(kept: Activity, sent: Activity, now: datetime) -> Activity:
    """Build the activity that a save with an id leaves: members not sent keep their values.

    Raises:
        Refusal: 400, a moment is out of range.
    """
    return _apply({**kept, "dt_modified": write_instant(now)}, sent)


def _apply(activity: Activity, sent: Activity) -> Activity:
    for member, value in sent.items():
        # Assumption: the server sets dt_created and dt_modified and ignores unknown members.
        if member not in EMPTY:
            continue
        if value in ("", None):
            activity[member] = EMPTY[member]
        elif member in INSTANTS:
            activity[member] = read_instant(member, value)
        else:
            activity[member] = value
    return activity
