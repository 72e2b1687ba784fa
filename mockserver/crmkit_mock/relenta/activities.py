"""Relenta's activities: how a save combines what is stored with what was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.relenta.errors import not_found
from crmkit_mock.relenta.values import normalise_datetime, write_datetime

if TYPE_CHECKING:
    from datetime import datetime

    from crmkit_mock.relenta.session import Session

#: What each member shows when it is empty.
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
DATETIMES = ("dt_start", "dt_end")

Activity = dict[str, Any]


def save_activity(session: Session) -> int:
    """Create or update an activity; return its id.

    Raises:
        Refusal: 400, a datetime is out of range; 404, there is no such activity.
    """
    activities, department = session.activities, session.department
    id = session.body.pop("id", None)
    if id is None:
        number = session.new_id(activities)
        activity = new_activity(number, session.body, session.clock.tick())
        activities.insert(department, str(number), activity)
        return number
    number = int(id)
    stored = activities.read(department, str(number))
    if stored is None:
        raise not_found("activity", id)
    activity = updated_activity(stored, session.body, session.clock.tick())
    activities.replace(department, str(number), activity)
    return number


def new_activity(id: int, sent: Activity, now: datetime) -> Activity:
    """Build the activity that a save without an id creates.

    Raises:
        Refusal: 400, a datetime is out of range.
    """
    time = write_datetime(now)
    activity = {
        "id": str(id),
        **EMPTY,
        **DEFAULTS,
        "dt_created": time,
        "dt_modified": time,
    }
    return _apply(activity, sent)


def updated_activity(stored: Activity, sent: Activity, now: datetime) -> Activity:
    """Build the activity after a save with an id: members that were not sent keep their values.

    Raises:
        Refusal: 400, a datetime is out of range.
    """
    return _apply({**stored, "dt_modified": write_datetime(now)}, sent)


def _apply(activity: Activity, sent: Activity) -> Activity:
    for member, value in sent.items():
        # Assumption: the server sets dt_created and dt_modified and ignores unknown members.
        if member not in EMPTY:
            continue
        if value in ("", None):
            activity[member] = EMPTY[member]
        elif member in DATETIMES:
            activity[member] = normalise_datetime(member, value)
        else:
            activity[member] = value
    return activity
