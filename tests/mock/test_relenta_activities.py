"""Relenta's activities."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.mock.plain import Relenta


def test_a_save_without_an_id_creates(either: Relenta) -> None:
    """A new activity has what was sent, is open and of the default type, and empty elsewhere."""
    id = either.save(
        "activity.save",
        label="Briefing",
        all_day=True,
        dt_start="2016-03-01T10:00:00+01:00",
        rrule="FREQ=WEEKLY;BYDAY=MO",
        users="Austin Powers <austin.powers@mi6.gov.uk>",
    )
    assert either.activity(id) == {
        "id": str(id),
        "activity_type": "default",
        "label": "Briefing",
        "calendar_id": "",
        "all_day": True,
        "dt_created": "2016-02-01T09:00:00Z",
        "dt_modified": "2016-02-01T09:00:00Z",
        "dt_start": "2016-03-01T09:00:00Z",
        "dt_end": None,
        "rrule": "FREQ=WEEKLY;BYDAY=MO",
        "status": "open",
        "author": "",
        "users": "Austin Powers <austin.powers@mi6.gov.uk>",
        "contacts": "",
        "subject": "",
        "body": "",
    }


def test_a_save_with_an_id_updates(relenta: Relenta) -> None:
    """An update keeps what was not sent; empty strings and null clear."""
    before = relenta.activity(33104113)
    relenta.save("activity.save", id=33104113, status="closed", dt_end="", body=None, all_day=None)
    assert relenta.activity(33104113) == {
        **before,
        "status": "closed",
        "dt_end": None,
        "body": "",
        "all_day": False,
        "dt_modified": "2016-02-01T09:00:00Z",
    }


def test_the_whole_record_can_be_sent_back(relenta: Relenta) -> None:
    """An activity that was read can be saved as it is: only dt_modified changes."""
    before = relenta.activity(33104112)
    relenta.save("activity.save", **before)
    after = relenta.activity(33104112)
    assert after.pop("dt_modified") != before.pop("dt_modified")
    assert after == before


def test_unknown_members_are_ignored(relenta: Relenta) -> None:
    """A member that the document does not name has no effect on an activity."""
    id = relenta.save("activity.save", label="Lunch", colour={"red": [1, 2.5, None]})
    assert "colour" not in relenta.activity(id)


def test_all_ids_are_one_series(relenta: Relenta) -> None:
    """Contacts and activities never share an id, and neither finds the other's."""
    contact = relenta.save(full_name="X")
    activity = relenta.save("activity.save", label="X")
    assert activity == contact + 1
    relenta.refused(404, "activity.save", id=contact)
    relenta.refused(404, id=activity)


def test_datetimes_become_utc_to_the_second(relenta: Relenta) -> None:
    """Any datetime of RFC 3339 is shown in UTC, to the second."""
    for sent, shown in {
        "2016-01-21T19:00:00.987654321Z": "2016-01-21T19:00:00Z",
        "2016-12-31T23:59:60Z": "2017-01-01T00:00:00Z",
        "2016-01-01t00:30:00+01:00": "2015-12-31T23:30:00Z",
        "0001-01-01T00:00:00Z": "0001-01-01T00:00:00Z",
    }.items():
        assert relenta.activity(relenta.save("activity.save", dt_start=sent))["dt_start"] == shown


def test_rejects_invalid_datetimes(relenta: Relenta) -> None:
    """A datetime without zone, malformed, or outside the years 1 to 9999 is 400 by name."""
    before = relenta.mock.snapshot()
    for value in (
        *("x", "2016-01-21", "2016-01-21T19:00:00", "21.01.2016", 5, True),
        *("0000-01-01T00:00:00Z", "0001-01-01T00:00:00+10:00", "9999-12-31T23:59:59-10:00"),
    ):
        assert "dt_start" in relenta.refused(400, "activity.save", dt_start=value), value
        assert relenta.mock.snapshot() == before
