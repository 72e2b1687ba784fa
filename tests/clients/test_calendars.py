"""Days, zones and dates as people mean them, in both halves of the year."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from crmkit import ArgumentError, AsyncMonica
from crmkit.autocrm import where
from crmkit.core.codec.datetimes import decode_datetime, encode_datetime, encode_unix
from crmkit.monica import Monica
from crmkit.monica.dates import BIRTHDATE, DECEASED, FIRST_MET
from crmkit_mock import MockCRMs
from tests.clients.harness import Clock, Driver, both, new_client

SECOND = timedelta(seconds=1)
ZONES = {
    "Africa/Cairo": "the last hour of a day comes twice",
    "America/Havana": "the first hour of a day comes twice, or not at all",
    "America/Santiago": "the first hour of a day does not come",
    "Asia/Beirut": "the first hour of a day does not come",
    "Atlantic/Azores": "the first hour of a day comes twice",
    "Australia/Lord_Howe": "clocks move by half an hour",
    "Europe/Prague": "clocks move at night",
    "America/New_York": "clocks move at night",
    "Asia/Kolkata": "an offset of half hours",
    "Pacific/Apia": "a day was left out",
    "UTC": "days are alike",
}


class PytzZone(tzinfo):
    """A zone as pytz makes them: as tzinfo it has the first offset of its zone."""

    def __init__(self, zone: str) -> None:
        self.zone = zone

    def utcoffset(self, when: datetime | None) -> timedelta | None:
        """Return the local mean time's."""
        return None if when is None else timedelta(minutes=58)

    def tzname(self, _when: datetime | None) -> str:
        """Return the name of local mean time."""
        return "LMT"

    def dst(self, _when: datetime | None) -> timedelta:
        """Return nothing."""
        return timedelta()

    def localize(self, naive: datetime) -> datetime:
        """Return a datetime with the offset that its date has."""
        return naive.replace(tzinfo=ZoneInfo(self.zone))


class DateutilZone(ZoneInfo):
    """A zone as dateutil makes them: named by the file that it was read from."""

    key = None  # type: ignore[assignment]  # has none

    def __repr__(self) -> str:
        return "tzfile('/usr/share/zoneinfo/Europe/Prague')"

    __str__ = __repr__


def utc(text: str) -> datetime:
    """Return a datetime as EspoCRM has it."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)


@pytest.mark.parametrize("zone", ZONES)
def test_days_follow_each_other(zone: str) -> None:
    """A day ends one second before the next begins, on every day of common and leap years."""
    for year in (2011, 2023, 2024):
        day = date(year, 1, 1)
        end: datetime | None = None
        while day.year == year:
            item = where.between("createdAt", day, day, time_zone=zone)
            first, last = map(utc, item["value"])
            assert end is None or first == end + SECOND, (zone, day)
            assert timedelta(0) <= last - first + SECOND <= timedelta(hours=25), (zone, day)
            local = first.astimezone(ZoneInfo(zone))
            assert local.date() >= day, (zone, day)
            end, day = last, day + timedelta(days=1)


@pytest.mark.parametrize(
    ("zone", "day", "first", "last"),
    [
        ("Africa/Cairo", date(2024, 10, 31), "2024-10-30 21:00:00", "2024-10-31 21:59:59"),
        ("Europe/Prague", date(2024, 7, 1), "2024-06-30 22:00:00", "2024-07-01 21:59:59"),
        ("Europe/Prague", date(2024, 1, 1), "2023-12-31 23:00:00", "2024-01-01 22:59:59"),
        ("Europe/Prague", date(2024, 3, 31), "2024-03-30 23:00:00", "2024-03-31 21:59:59"),
        ("Europe/Prague", date(2024, 10, 27), "2024-10-26 22:00:00", "2024-10-27 22:59:59"),
        ("America/Havana", date(2024, 11, 3), "2024-11-03 04:00:00", "2024-11-04 04:59:59"),
        ("America/New_York", date(2024, 2, 29), "2024-02-29 05:00:00", "2024-03-01 04:59:59"),
        ("UTC", date.max, "9999-12-31 00:00:00", "9999-12-31 23:59:59"),
    ],
)
def test_bounds_of_a_day(zone: str, day: date, first: str, last: str) -> None:
    """A date as a bound includes the whole day, of 23, 24 or 25 hours."""
    assert where.between("createdAt", day, day, time_zone=zone)["value"] == [first, last]


@pytest.mark.parametrize(
    "zone",
    ["Europe/Prague", PytzZone("Europe/Prague"), DateutilZone("Europe/Prague")],
    ids=["name", "pytz", "dateutil"],
)
def test_zones_of_other_libraries_count_by_their_names(zone: Any) -> None:
    """A zone means the same by name, of zoneinfo, of pytz and of dateutil."""
    usual = ZoneInfo("Europe/Prague")
    for day in (date(2024, 1, 15), date(2024, 7, 15), date(2023, 10, 29), date(2024, 10, 27)):
        for ask in (where.on, where.before, where.not_on):
            assert ask("createdAt", day, time_zone=zone) == ask("createdAt", day, time_zone=usual)
        both = [where.between("cVisit", day, day, time_zone=each) for each in (zone, usual)]
        assert both[0] == both[1]
    assert where.today("createdAt", time_zone=zone)["timeZone"] == "Europe/Prague"


def test_offsets_bound_days_but_name_no_zone() -> None:
    """Any offset, seconds included, bounds days; what the server is to count needs a name."""
    zone = timezone(timedelta(hours=5, minutes=53, seconds=28))

    item = where.between("createdAt", date(2024, 2, 29), date(2024, 2, 29), time_zone=zone)

    assert item["value"] == ["2024-02-28 18:06:32", "2024-02-29 18:06:31"]
    assert where.today("createdAt", time_zone=timezone(timedelta(0)))["timeZone"] == "UTC"
    with pytest.raises(ArgumentError, match="zone with a name"):
        where.today("createdAt", time_zone=zone)


def test_datetimes_with_a_zone_of_pytz() -> None:
    """A datetime with a zone of pytz as tzinfo is no local mean time."""
    for month, hour in ((1, 11), (7, 10)):
        local = datetime(2024, month, 15, 12, tzinfo=PytzZone("Europe/Prague"))
        moment = datetime(2024, month, 15, hour, tzinfo=UTC)
        assert encode_datetime(local, "x") == f"2024-{month:02}-15T{hour}:00:00Z"
        assert encode_unix(local, "x") == moment.timestamp()


def test_datetimes_in_gaps_folds_and_any_offset() -> None:
    """A time that comes twice is the one that fold says; any offset is read and written exactly."""
    zone = ZoneInfo("Europe/Prague")
    for fold, hour in ((0, 0), (1, 1)):
        twice = datetime(2024, 10, 27, 2, 30, tzinfo=zone, fold=fold)
        assert encode_datetime(twice, "x") == f"2024-10-27T0{hour}:30:00Z"
    assert encode_datetime(datetime(2024, 3, 31, 2, 30, tzinfo=zone), "x") == "2024-03-31T01:30:00Z"
    odd = decode_datetime("2024-02-29T00:00:00+05:53:28")
    assert encode_datetime(odd, "x") == "2024-02-28T18:06:32Z"


def test_espocrm_gets_its_own_form_of_datetimes_everywhere() -> None:
    """EspoCRM before 8.2 takes no ISO datetimes, so none are sent, whatever holds them."""
    bodies: list[Any] = []

    def handle(request: httpx.Request) -> httpx.Response:
        bodies.append(json.loads(request.content))
        return httpx.Response(200, json={"id": "1", "count": 1})

    crm = new_client("EspoCRM", transport=httpx.MockTransport(handle))
    when = datetime(2024, 7, 1, 12, tzinfo=ZoneInfo("Europe/Prague"))
    extra = {"cVisit": when, "cList": [{"at": when}]}
    crm.accounts.create(name="A", extra=extra)
    crm.accounts.update("1", extra=extra)
    crm.entity("CGadget").create(extra=extra)
    crm.accounts.mass_update(ids=["1"], attributes=extra)
    gadget = crm.entity("CGadget").update("1", extra=extra)
    gadget["cVisit"] = when
    bodies.append(gadget.to_dict())

    text = json.dumps(bodies)
    assert text.count("2024-07-01 10:00:00") == 11
    assert "T10" not in text


@pytest.mark.parametrize("date_", [BIRTHDATE, DECEASED, FIRST_MET], ids=lambda date: date.flag)
@pytest.mark.parametrize(("year", "month"), [(2026, 26), (2027, 14), (2028, 2), (1897, 86)])
def test_leap_day_without_a_year_stays(date_: Any, year: int, month: int) -> None:
    """29 February without a year is written as that of a leap year, month by month from this."""
    tree: Any = {"date": "2024-02-29T00:00:00Z", "is_age_based": False, "is_year_unknown": True}
    for member in reversed(date_.path):
        tree = {member: tree}

    kept, moved = date_.written(tree, {}, year), date_.written(tree, {}, year)
    moved[date_.name("day")] = 28
    for body in (kept, moved):
        date_.keep_leap_day(body, year)

    assert [kept[date_.name(part)] for part in ("day", "month", "year")] == [29, month, None]
    assert moved[date_.name("month")] == 2


LEAP_DAYS: dict[str, Any] = {
    "is_birthdate_known": True,
    "birthdate_day": 29,
    "birthdate_month": 2,
    "is_deceased": True,
    "is_deceased_date_known": True,
    "deceased_date_day": 29,
    "deceased_date_month": 2,
}
OTHER_DAYS = {**LEAP_DAYS, "birthdate_month": 1, "deceased_date_day": 28}
PARTS: dict[str, Any] = {"birthdate_month": 2, "deceased_date_day": 29}


@pytest.mark.parametrize("year", [2026, 2028])
@both
def test_no_write_moves_a_leap_day(asynchronous: bool, year: int, clock: Clock) -> None:
    """29 February without a year stays that day in any year, however much of it is passed."""
    with MockCRMs(seed="empty") as mocks:
        mock = mocks.monica
        mock.clock.set(datetime(year, 6, 1, tzinfo=UTC))
        clock.now = mock.clock.now().timestamp()
        settings = {"base_url": mock.base_url, **mock.credentials}
        crm = Driver(asynchronous, mock.transport, (Monica, AsyncMonica), **settings)

        def dates(id: int) -> list[Any]:
            information = crm(lambda crm: crm.request("GET", f"/contacts/{id}")).data["data"][
                "information"
            ]
            met = information["how_you_met"]["first_met_date"]
            return [date and date["date"] for date in (*information["dates"].values(), met)]

        made = crm(lambda crm: crm.contacts.create(first_name="x", **LEAP_DAYS))
        assert [date[5:10] for date in dates(made.id)[:2]] == ["02-29", "02-29"]
        for changes in ({"last_name": "y"}, OTHER_DAYS, PARTS, LEAP_DAYS, {"last_name": "z"}):
            crm.finish(partial(crm.crm.contacts.update, made.id, **changes))
            if changes is not OTHER_DAYS:
                assert [date[5:10] for date in dates(made.id)[:2]] == ["02-29", "02-29"], changes
        met: dict[str, Any] = {"is_date_known": True, "day": 29, "month": 2}
        crm(lambda crm: crm.contacts.update_introduction(made.id, **met))
        assert dates(made.id)[2][5:10] == "02-29"
        crm.end()
