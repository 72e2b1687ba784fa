"""What hangs on a contact of Monica: tags, counts, parts, what moves, and who is reminded of it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from crmkit.contract.laws.differences import differing
from crmkit.contract.laws.resources import ABSENT, value_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crmkit.contract.exchange import Reply
    from crmkit.contract.laws.scene import Scene

__all__ = ["counters", "moves", "parts", "tags", "unsent", "upcoming"]

_COUNTED = ("notes", "calls", "activities", "reminders", "tasks", "gifts", "debts")


def counters(scene: Scene) -> None:
    """Count what a contact has, as records come and go."""
    contact = scene.fill("{contact}")
    for name in _COUNTED:
        resource = scene.resources[name]
        records = [scene.create(resource) for _ in range(3)]
        _count(scene, contact, name)
        scene.delete(records.pop(1))
        _count(scene, contact, name)


def _count(scene: Scene, contact: Any, name: str) -> None:
    talk = scene.talk
    listed = talk.get(f"/contacts/{contact}/{name}", {"limit": 100})
    read = talk.get(f"/contacts/{contact}")
    talk.claim(read, f"a contact counts its {name}", _counts, name, listed, read)


def _counts(name: str, listed: Reply, read: Reply) -> Iterator[str]:
    count = read.tree["data"]["statistics"][f"number_of_{name}"]
    if count != len(listed.tree["data"]):
        yield f"it counts {count}, and {len(listed.tree['data'])} are listed"


def moves(scene: Scene) -> None:
    """Give records to another contact, in whose list they are then, and in no other."""
    talk = scene.talk
    first = scene.fill("{contact}")
    second = scene.create(scene.resources["contacts"]).id
    for resource in scene.resources.values():
        below = [listing for listing in resource.lists if "{contact}" in listing.path]
        member = resource.members.get("contact_id")
        if member is None or not member.read_as or not below or not resource.updates:
            continue
        record, stays = scene.create(resource), scene.create(resource)
        moved = scene.update(record, {"contact_id": second})
        read = scene.read(record)
        lists = [
            talk.get(below[0].path.replace("{contact}", contact), {"limit": 100})
            for contact in (first, second)
        ]
        talk.claim(lists[-1], f"one of {resource.name} is where its contact is", _moved,
                   moved, read, lists, [record.id, stays.id], [first, second],
                   resource.name in _STAY_WITH)  # fmt: skip


#: Resources whose records stay with their contact, whatever an update says.
_STAY_WITH = frozenset({"calls", "conversations", "lifeevents"})


def _moved(
    moved: Reply, read: Reply, lists: list[Reply], ids: list[Any], contacts: list[Any], stays_: Any
) -> Iterator[str]:
    record, stays = ids
    owner = value_at(read.tree, "data.contact.id")
    has_moved = owner == contacts[1]
    if has_moved is not (moved.succeeded and not stays_):
        yield "it has moved and should not, or the other way round"
    if owner not in contacts or (moved.succeeded and owner is ABSENT):
        yield "it belongs to neither contact"
    found = [[row["id"] for row in reply.tree["data"]] for reply in lists]
    if [record in rows for rows in found] != [not has_moved, has_moved]:
        yield "a list shows it that should not, or the other way round"
    if stays not in found[0] or stays in found[1]:
        yield "another record has moved"


def tags(scene: Scene) -> None:
    """Tag contacts, and take tags off: exactly those, everywhere."""
    talk = scene.talk
    one, other = (scene.create(scene.resources["contacts"]) for _ in range(2))
    names = [talk.unique(text) for text in ("a", "b", "c", "d")]
    talk.post(f"{one.path}/setTags", {"tags": names[:3]}, keeps=True)
    talk.post(f"{other.path}/setTags", {"tags": names[1:]}, keeps=True)
    listed = talk.get("/tags", {"limit": 100})
    talk.claim(listed, "a tag is created once", _tags_once, listed, names)
    again = talk.post(f"{one.path}/setTags", {"tags": [names[0], names[3]]}, keeps=True)
    _tagged(scene, one, names)
    for text in (names[0].upper(), names[1].title()):
        again = talk.post(f"{one.path}/setTags", {"tags": [text, ""]}, keeps=True)
    _tagged(scene, one, names)
    ids = [again.bind(f"data.tags.{index}.id") for index in range(4)]
    gone = talk.post(f"{one.path}/unsetTag", {"tags": [ids[0], ids[1]]}, keeps=True)
    talk.claim(gone, "these tags go, and no others", _left, again, gone, [ids[0], ids[1]])
    shown = [talk.get(f"/tags/{id}/contacts") for id in ids]
    reads = [scene.read(person) for person in (one, other)]
    talk.claim(shown[-1], "a tag lists the contacts that have it", _agree,
               [one.id, other.id], reads, ids, shown)  # fmt: skip
    talk.post(f"{one.path}/unsetTags", keeps=True)
    _tagged(scene, one, [])
    _tagged(scene, other, names[1:])
    renamed = talk.unique("e")
    talk.put(f"/tags/{ids[2]}", {"name": renamed})
    listed = talk.get("/tags", {"limit": 100})
    talk.claim(listed, "a tag is renamed", _has_tag, listed, ids[2], renamed)
    talk.claim(listed, "its slug is made of its name", _has_slug, listed, ids[2], renamed)
    talk.delete(f"/tags/{ids[2]}")
    read = scene.read(other)
    talk.claim(read, "contacts lose a tag that is deleted", _without, read, ids[2])
    for index in (0, 1, 3):
        talk.delete(f"/tags/{ids[index]}")


def _tags_once(reply: Reply, names: list[Any]) -> Iterator[str]:
    found = [row["name"] for row in reply.tree["data"]]
    for name in names:
        if found.count(name) != 1:
            yield f"there are {found.count(name)} of one name"


def _tagged(scene: Scene, person: Any, names: list[Any]) -> None:
    read = scene.read(person)
    scene.talk.claim(read, "a contact has the tags that it was given", _has, read, names)


def _has(reply: Reply, names: list[Any]) -> Iterator[str]:
    found = sorted(tag["name"] for tag in reply.tree["data"]["tags"])
    if found != sorted(names):
        yield f"it has {len(found)}, expected {len(names)}"


def _left(before: Reply, after: Reply, gone: list[Any]) -> Iterator[str]:
    left = {tag["id"] for tag in after.tree["data"]["tags"]}
    if left != {tag["id"] for tag in before.tree["data"]["tags"]} - set(gone):
        yield f"{len(left)} are left"


def _agree(
    people: list[Any], reads: list[Reply], ids: list[Any], shown: list[Reply]
) -> Iterator[str]:
    for id, reply in zip(ids, shown, strict=True):
        rows = {row["id"] for row in reply.tree["data"]} & set(people)
        have = {
            person
            for person, read in zip(people, reads, strict=True)
            if id in [tag["id"] for tag in read.tree["data"]["tags"]]
        }
        if rows != have:
            yield f"it lists {len(rows)}, and {len(have)} have it"


def _has_tag(reply: Reply, id: Any, name: str) -> Iterator[str]:
    if (id, name) not in [(row["id"], row["name"]) for row in reply.tree["data"]]:
        yield "it has another name"


def _has_slug(reply: Reply, id: Any, name: str) -> Iterator[str]:
    slug = name.lower().replace(" ", "-")
    if (id, slug) not in [(row["id"], row["name_slug"]) for row in reply.tree["data"]]:
        yield "it is another"


def _without(reply: Reply, id: Any) -> Iterator[str]:
    if id in [tag["id"] for tag in reply.tree["data"]["tags"]]:
        yield "it is there"


#: Parts of a contact that are written by themselves: path, bodies and what may change.
_PARTS: dict[str, tuple[list[dict[str, Any]], str]] = {
    "work": ([{"job": "Pilot", "company": "Air"}, {"job": "Baker"}, {"company": "Sea"}, {},
              {"job": None, "company": None}], r"information\.career.*"),
    "food": ([{"food_preferences": "vegan\n007"}, {"food_preferences": None}],
             r"information\.food_preferences"),
    "introduction": ([{"is_date_known": False, "general_information": "in May"},
                      {"is_date_known": False, "met_through_contact_id": "{other}"},
                      {"is_date_known": True, "day": 1, "month": 2, "year": 2001},
                      {"is_date_known": False}], r"information\.how_you_met.*"),
}  # fmt: skip


def parts(scene: Scene) -> None:
    """Write each part of a contact; the values are read back, and nothing else changes."""
    talk = scene.talk
    person = scene.create(scene.resources["contacts"], scene.full(scene.resources["contacts"]))
    for name, (bodies, may) in _PARTS.items():
        for body in bodies:
            before = scene.read(person)
            sent = scene.fill(body)
            written = talk.put(f"{person.path}/{name}", sent)
            read = scene.read(person)
            talk.claim(read, f"{name} is read as it was written", _part, name, sent, written, read)
            talk.claim(read, f"nothing changes with {name}", _same, before, read,
                       {may, "updated_at", r"information\.avatar\.url"})  # fmt: skip


def _same(before: Reply, after: Reply, may: Any) -> Iterator[str]:
    yield from differing(before.tree["data"], after.tree["data"], may)


def _part(name: str, sent: dict[str, Any], written: Reply, read: Reply) -> Iterator[str]:
    information = read.tree["data"]["information"]
    yield from differing(written.tree["data"]["information"], information, ())
    shown = {
        "work": ("career", ("job", "company")),
        "food": ("", ("food_preferences",)),
        "introduction": ("how_you_met", ("general_information",)),
    }[name]
    place = information[shown[0]] if shown[0] else information
    for member in shown[1]:
        if place[member] != sent.get(member):
            yield f"{member} differs"
    if name == "introduction":
        met = place["first_met_through_contact"]
        if (met or {}).get("id") != sent.get("met_through_contact_id"):
            yield "who introduced them differs"
        day = place["first_met_date"]["date"]
        expected = "2001-02-01" if sent["is_date_known"] else None
        if (day or "")[:10] != (expected or ""):
            yield "the date differs"


#: Members of a contact that stay when an update does not send them, and those that are cleared.
_STAY = ("last_name", "nickname", "gender")
_GO = ("description",)


def unsent(scene: Scene) -> None:
    """Update a contact without its optional members: names stay, the description goes."""
    talk = scene.talk
    resource = scene.resources["contacts"]
    for method in resource.updates:
        body = {**scene.full(resource), "gender_id": scene.fill("{gender}")}
        person = scene.create(resource, body)
        before = scene.read(person)
        talk.request(method, person.path, json=scene.body(resource), keeps=True)
        read = scene.read(person)
        talk.claim(read, "names stay that are not sent, the description goes", _kept, before, read)


def _kept(before: Reply, after: Reply) -> Iterator[str]:
    first, last = before.tree["data"], after.tree["data"]
    for member in _STAY:
        if first[member] != last[member]:
            yield f"{member} does not stay"
    for member in _GO:
        if last[member] is not None:
            yield f"{member} stays"


def upcoming(scene: Scene) -> None:
    """Be reminded tomorrow, not today any more, and at the ends of months."""
    talk = scene.talk
    now = talk.get("/me")
    reply = now.reply
    today = reply.time.date() if reply is not None else date(2026, 1, 1)
    months = [_month(today, number) for number in range(4)]
    days = {today, today + timedelta(days=1)}
    for first in months[1:]:
        days |= {first, first - timedelta(days=1)}
    resource = scene.resources["reminders"]
    made = {
        day: scene.create(
            resource,
            {**scene.body(resource), "initial_date": day.isoformat(), "frequency_type": "one_time"},
        )
        for day in sorted(days)
    }
    weekly = scene.create(resource, {**scene.body(resource), "initial_date": today.isoformat(),
                                     "frequency_type": "week"})  # fmt: skip
    for number in range(3):
        step = talk.get(f"/reminders/upcoming/{number}")
        expected = [
            record.id
            for day, record in made.items()
            if day > today and months[number] <= day < months[number + 1]
        ]
        if months[number] <= today + timedelta(days=7) < months[number + 1]:
            expected.append(weekly.id)
        talk.claim(step, "a reminder is upcoming in its month", _upcoming, step, expected,
                   [weekly.id, *(record.id for record in made.values())])  # fmt: skip


def _month(today: date, number: int) -> date:
    months = today.year * 12 + today.month - 1 + number
    return date(months // 12, months % 12 + 1, 1)


def _upcoming(reply: Reply, expected: list[Any], made: list[Any]) -> Iterator[str]:
    found = [row["reminder_id"] for row in reply.tree["data"] if row["reminder_id"] in made]
    if sorted(found) != sorted(expected):
        yield f"{len(found)} are, expected {len(expected)}"
