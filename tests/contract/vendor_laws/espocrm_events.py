"""What follows from a write in EspoCRM: times of events, who attends, probabilities, parents."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from crmkit.contract.laws.values import instant
from tests.contract.vendor_laws.espocrm_records import finds, found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crmkit.contract.exchange import Reply
    from crmkit.contract.laws.scene import Scene

__all__ = ["all_day", "follows_stage", "linked_filters", "moved_events", "parents"]

_START = datetime(2031, 3, 1, 9, 0, tzinfo=UTC)
_FORM = "%Y-%m-%d %H:%M:%S"


def moved_events(scene: Scene) -> None:
    """Move events of each status: the end follows the start, unless it is sent as well."""
    talk = scene.talk
    for name in ("Meeting", "Call"):
        resource = scene.resources[name]
        for status in resource.members["status"].choices:
            length = timedelta(minutes=45)
            body = {**scene.body(resource), "status": status, "dateStart": _START.strftime(_FORM),
                    "dateEnd": (_START + length).strftime(_FORM)}  # fmt: skip
            record = scene.create(resource, body)
            for start, end in (
                (_START + timedelta(days=1), None), (_START - timedelta(hours=3), None),
                (_START, _START + timedelta(hours=2)), (_START + timedelta(days=40), None),
                (None, _START + timedelta(days=41)),
            ):  # fmt: skip
                changes = {"dateStart": start, "dateEnd": end}
                sent = {key: at.strftime(_FORM) for key, at in changes.items() if at is not None}
                before = scene.read(record)
                scene.update(record, sent)
                read = scene.read(record)
                talk.claim(read, "an event that is moved keeps its duration", _moved, before, read,
                           sent)  # fmt: skip


def _moved(before: Reply, after: Reply, sent: dict[str, str]) -> Iterator[str]:
    first = {name: instant(before.tree[name]) for name in ("dateStart", "dateEnd")}
    start = instant(sent["dateStart"]) if "dateStart" in sent else first["dateStart"]
    end = first["dateEnd"] + (start - first["dateStart"])
    if "dateEnd" in sent:
        end = instant(sent["dateEnd"])
    last = {name: instant(after.tree[name]) for name in ("dateStart", "dateEnd")}
    if last != {"dateStart": start, "dateEnd": end}:
        yield "it begins or ends at another time"
    if after.tree["duration"] != (end - start).total_seconds():
        yield f"it lasts {after.tree['duration']} s"


def all_day(scene: Scene) -> None:
    """Let events take whole days, winter and summer: they begin at the server's midnight."""
    talk = scene.talk
    settings = talk.get("/Settings")
    zone = str(settings.tree.get("timeZone") or "UTC") if settings.succeeded else "UTC"
    resource = scene.resources["Meeting"]
    for first, count in ((date(2031, 1, 15), 1), (date(2031, 7, 15), 3), (date(2031, 12, 31), 1)):
        last = first + timedelta(days=count - 1)
        body = scene.body(resource)
        del body["dateStart"], body["dateEnd"]
        body |= {"isAllDay": True, "dateStartDate": first.isoformat(),
                 "dateEndDate": last.isoformat()}  # fmt: skip
        record = scene.create(resource, body)
        read = scene.read(record)
        talk.claim(read, "a whole day begins at midnight", _whole, read, zone, first.isoformat(),
                   last.isoformat())  # fmt: skip


def _whole(reply: Reply, zone: str, first: str, last: str) -> Iterator[str]:
    record = reply.tree
    if (record["dateStartDate"], record["dateEndDate"]) != (first, last):
        yield "its days are others"
    start = datetime.combine(date.fromisoformat(first), time(), ZoneInfo(zone))
    end = datetime.combine(date.fromisoformat(last), time(), ZoneInfo(zone)).astimezone(UTC)
    if instant(record["dateStart"]) != start:
        yield f"it begins at {record['dateStart']}"
    if instant(record["dateEnd"]) != end + timedelta(days=1):
        yield f"it ends at {record['dateEnd']}"


def follows_stage(scene: Scene) -> None:
    """Change the stage of an opportunity: its probability is that of a new one of that stage."""
    talk = scene.talk
    resource = scene.resources["Opportunity"]
    stages = resource.members["stage"].choices
    record = scene.create(resource)
    for stage in (*stages, *stages[::-1]):
        other = scene.create(resource, {**scene.body(resource), "stage": stage})
        fresh = scene.read(other)
        scene.update(record, {"stage": stage})
        read = scene.read(record)
        talk.claim(read, "the stage sets the probability", _as_likely, fresh, read)


def _as_likely(fresh: Reply, read: Reply) -> Iterator[str]:
    if read.tree["probability"] != fresh.tree["probability"]:
        yield f"it is {read.tree['probability']}, and {fresh.tree['probability']} of a new one"


def parents(scene: Scene) -> None:
    """Give activities parents of each type: account and contact follow; who is assigned attends."""
    talk = scene.talk
    account = scene.create(scene.resources["Account"])
    contact = scene.resources["Contact"]
    person = scene.create(contact, {**scene.body(contact), "accountId": account.id})
    lead = scene.create(scene.resources["Lead"])
    for kind, parent, owner, attends in (("Account", account, account.id, None),
                                         ("Contact", person, account.id, person.id),
                                         ("Lead", lead, None, None)):  # fmt: skip
        resource = scene.resources["Task"]
        body = {**scene.body(resource), "parentType": kind, "parentId": parent.id}
        task = scene.create(resource, body)
        read = scene.read(task)
        talk.claim(read, "account and contact follow the parent", _inherited, read, owner, attends)
    me = scene.fill("{me}")
    them = talk.get("/App/user", user="jana").bind("user.id")
    for name in ("Meeting", "Call"):
        resource = scene.resources[name]
        for users, assigned in (([them], me), ([], me), ([me, them], me), ([me], them)):
            body = {**scene.body(resource), "usersIds": users, "assignedUserId": assigned}
            record = scene.create(resource, body)
            read = scene.read(record)
            talk.claim(read, "who is assigned attends, beside who is invited", _attend, read,
                       [*users, assigned])  # fmt: skip


def _inherited(reply: Reply, account: Any, contact: Any) -> Iterator[str]:
    if reply.tree["accountId"] != account:
        yield "its account is another"
    if reply.tree["contactId"] != contact:
        yield "its contact is another"


def _attend(reply: Reply, users: list[Any]) -> Iterator[str]:
    if {*reply.tree["usersIds"]} != {*users}:
        yield f"{len(reply.tree['usersIds'])} attend, expected {len({*users})}"


def linked_filters(scene: Scene) -> None:
    """Filter by what records are linked with: one of some, all of them, none, any."""
    resource = scene.resources["Contact"]
    lists = [scene.create(scene.resources["TargetList"]).id for _ in range(3)]
    linked = ((), (0,), (1,), (0, 1), (0, 1, 2), (2,))
    people = [scene.create(resource) for _ in linked]
    for person, ends in zip(people, linked, strict=True):
        if ends:
            sent = {"ids": [lists[end] for end in ends]}
            scene.talk.post(f"{person.path}/targetLists", sent, keeps=True)
    for kind, wanted, fits in (
        ("linkedWith", (0, 2), lambda ends: ends & {0, 2}),
        ("linkedWithAll", (0, 1), lambda ends: ends >= {0, 1}),
        ("linkedWithAll", (2,), lambda ends: 2 in ends),
        ("notLinkedWith", (0, 1), lambda ends: not ends & {0, 1}),
        ("isLinked", None, bool), ("isNotLinked", None, lambda ends: not ends),
    ):  # fmt: skip
        item: dict[str, Any] = {"type": kind, "attribute": "targetLists"}
        item |= {} if wanted is None else {"value": [lists[end] for end in wanted]}
        step = finds(scene, resource, item)
        expected = [person.id for person, ends in zip(people, linked, strict=True)
                    if fits({*ends})]  # fmt: skip
        scene.talk.claim(step, f"{kind} finds what is so", found, scene, step, expected)
