"""One time is the same in any offset; a day begins at midnight of its zone, summer and winter."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from crmkit.contract.espocrm.entities import flatten

from .values import instant

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from crmkit.contract.exchange import Reply

    from .resources import Member, Resource
    from .scene import Scene

__all__ = ["days", "offsets", "todays"]

#: A time in winter, one in summer, one on either side of midnight, and of a change of the clocks.
_TIMES = (
    datetime(2027, 1, 15, 10, 0, tzinfo=UTC), datetime(2027, 7, 15, 10, 0, tzinfo=UTC),
    datetime(2027, 1, 31, 23, 30, tzinfo=UTC), datetime(2027, 7, 31, 22, 30, tzinfo=UTC),
    datetime(2027, 3, 28, 0, 59, 59, tzinfo=UTC), datetime(2027, 3, 28, 1, 0, tzinfo=UTC),
    datetime(2027, 10, 31, 0, 30, tzinfo=UTC), datetime(2027, 10, 31, 1, 30, tzinfo=UTC),
)  # fmt: skip
_OFFSETS = (
    UTC, timezone(timedelta(hours=2)), timezone(timedelta(hours=-5)),
    timezone(timedelta(hours=5, minutes=45)), timezone(timedelta(hours=-9, minutes=-30)),
)  # fmt: skip
_ZONES = ("Europe/Prague", "America/New_York", "Asia/Kathmandu")
_DAYS = (date(2027, 1, 15), date(2027, 7, 15), date(2027, 3, 28), date(2027, 10, 31))


def offsets(scene: Scene, resource: Resource) -> None:
    """Write one time in several offsets; all are read as the same, winter and summer."""
    members = [m for m in resource.plain_members() if m.kind == "datetime"]
    for member in members[:1]:
        for at in scene.some(resource, _TIMES, 2):
            texts = [
                f"{at.astimezone(zone):%Y-%m-%dT%H:%M:%S}{_offset(at.astimezone(zone))}"
                for zone in scene.rng.sample(_OFFSETS, 2)
            ]
            for text in (f"{at:%Y-%m-%dT%H:%M:%SZ}", *texts):
                _written(scene, resource, member, at, text)


def _offset(at: datetime) -> str:
    text = f"{at:%z}"
    return f"{text[:3]}:{text[3:]}"


def _written(scene: Scene, resource: Resource, member: Member, at: datetime, text: str) -> None:
    body = {**scene.body(resource), member.name: text}
    for first, last in (("dateStart", "dateEnd"),):
        if first == member.name and last in body:
            body[last] = f"{at + timedelta(hours=1):%Y-%m-%d %H:%M:%S}"
        elif last == member.name and first in body:
            body[first] = f"{at - timedelta(hours=1):%Y-%m-%d %H:%M:%S}"
    record = scene.create(resource, body)
    read = scene.read(record)
    scene.talk.claim(read, "a time is the same in any offset", _same_time,
                     scene, member.read_as, at, read)  # fmt: skip


def _same_time(scene: Scene, path: str, at: Any, read: Reply) -> Iterator[str]:
    record = scene.record_in(read)
    if instant(record[path]) != at:
        yield f"{path} is another"


def days(scene: Scene, resource: Resource) -> None:
    """Filter by days of several zones; each begins and ends at midnight there."""
    for member in [m for m in resource.plain_members() if m.kind == "datetime"][:1]:
        for day in scene.some(resource, _DAYS, 2):
            _day(scene, resource, member, scene.rng.choice(_ZONES), day)


def _day(scene: Scene, resource: Resource, member: Member, zone: str, day: date) -> None:
    first = datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
    last = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone)).astimezone(UTC)
    second = timedelta(seconds=1)
    times = (first - second, first, first + second, last - second, last, last + second)
    records = [
        scene.create(resource, {**scene.body(resource), **_moment(resource, member, at)})
        for at in times
    ]
    ids = [record.id for record in records]
    for kind, fits in _ON_DAYS.items():
        item = {"type": kind, "attribute": member.name, "value": day.isoformat(),
                "dateTime": True, "timeZone": zone}  # fmt: skip
        expected = [id for id, at in zip(ids, times, strict=True) if fits(at, first, last)]
        _found(scene, resource, item, ids, expected, f"{kind} a day of {zone}")
    for record in records:
        scene.delete(record)


def _moment(resource: Resource, member: Member, at: datetime) -> dict[str, Any]:
    text = f"{at:%Y-%m-%d %H:%M:%S}"
    if member.name == "dateEnd" and "dateStart" in resource.needs:
        return {"dateStart": f"{at - timedelta(hours=1):%Y-%m-%d %H:%M:%S}", "dateEnd": text}
    if member.name == "dateStart" and "dateEnd" in resource.needs:
        return {"dateStart": text, "dateEnd": f"{at + timedelta(hours=1):%Y-%m-%d %H:%M:%S}"}
    return {member.name: text}


_ON_DAYS: dict[str, Callable[[datetime, datetime, datetime], bool]] = {
    "on": lambda at, first, last: first <= at < last,
    "before": lambda at, first, _last: at < first,
    "after": lambda at, _first, last: at >= last,
}


def _found(
    scene: Scene, resource: Resource, item: Any, ids: Sequence[Any], expected: Sequence[Any],
    what: str,
) -> None:  # fmt: skip
    listing = next(listing for listing in resource.lists if listing.is_own)
    step = scene.page(listing, query=tuple(flatten("where[1]", item)))
    scene.talk.claim(step, f"a filter finds what is {what}", _exactly,
                     scene, list(ids), list(expected), step)  # fmt: skip


def _exactly(
    scene: Scene, ids: list[Any], expected: list[Any], reply: Reply
) -> Generator[str, None, int]:
    rows = [row["id"] for row in scene.rows_in(reply)]
    found = [number for number, id in enumerate(ids) if id in rows]
    wanted = [number for number, id in enumerate(ids) if id in expected]
    if found != wanted:
        yield f"it finds {found}, expected {wanted}"
    return int(0 < len(wanted) < len(ids))


def todays(scene: Scene, resource: Resource) -> None:
    """Filter by what is relative to the present: each day begins at midnight in its zone."""
    members = [m for m in resource.plain_members() if m.kind in {"date", "datetime"}]
    reply = scene.talk.get("/App/user").reply
    if reply is None:
        return
    for member in scene.some(resource, members, 1):
        for zone in scene.rng.sample(_ZONES, 1):
            today = reply.time.astimezone(ZoneInfo(zone)).date()
            _relative(scene, resource, member, zone, today)


def _relative(scene: Scene, resource: Resource, member: Member, zone: str, today: date) -> None:
    dates = [today + timedelta(days=number) for number in (-8, -7, -2, -1, 0, 1, 2, 3)]
    if member.kind == "date":
        bodies: list[dict[str, Any]] = [{member.name: day.isoformat()} for day in dates]
    else:
        times = [
            datetime.combine(day, clock, ZoneInfo(zone)).astimezone(UTC)
            for day in dates
            for clock in (time(0, 0, 1), time(23, 59, 58))
        ]
        bodies = [_moment(resource, member, at) for at in times]
        dates = [day for day in dates for _ in range(2)]
    records = [scene.create(resource, {**scene.body(resource), **body}) for body in bodies]
    ids = [record.id for record in records]
    kinds = _RELATIVE if member.kind == "date" else _OF_DAYS
    for kind, value, fits in kinds:
        item: dict[str, Any] = {"type": kind, "attribute": member.name, "timeZone": zone}
        item |= {"dateTime": True} if member.kind == "datetime" else {}
        item |= {} if value is None else {"value": value}
        expected = [id for id, day in zip(ids, dates, strict=True) if fits((day - today).days)]
        _found(scene, resource, item, ids, expected, f"{kind} in {zone}")
    for record in records:
        scene.delete(record)


_OF_DAYS: tuple[tuple[str, int | None, Callable[[int], bool]], ...] = (
    ("today", None, lambda days: days == 0),
)
_RELATIVE: tuple[tuple[str, int | None, Callable[[int], bool]], ...] = (
    *_OF_DAYS,
    ("past", None, lambda days: days < 0),
    ("future", None, lambda days: days > 0),
    ("lastSevenDays", None, lambda days: -7 <= days <= 0),
    ("lastXDays", 2, lambda days: -2 <= days <= 0),
    ("nextXDays", 2, lambda days: 0 <= days <= 2),
    ("olderThanXDays", 7, lambda days: days < -7),
    ("afterXDays", 2, lambda days: days > 2),
)
