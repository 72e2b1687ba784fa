"""AutoCRM as its page has it, where that is otherwise than EspoCRM."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from crmkit.contract.laws.differences import differing

from .control import control

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from crmkit.contract.conversation import Step
    from crmkit.contract.exchange import Reply
    from crmkit.contract.laws.scene import Scene

__all__ = ["bulk", "conversions", "deletions", "mails", "names", "offsets", "unlinks"]

_ZONE = ZoneInfo("Europe/Prague")
#: Any datetime, and one as the page shows it.
_DATETIME = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d.*")
_OF_THE_PAGE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")
_SKIP = {"X-Skip-Duplicate-Check": "true"}
#: Times in winter and in summer, around the changes of the clocks, and where days and years begin.
_TIMES = (
    datetime(2027, 1, 15, 9, 30, tzinfo=UTC),
    datetime(2027, 7, 15, 9, 30, tzinfo=UTC),
    datetime(2027, 3, 28, 0, 59, 59, tzinfo=UTC),
    datetime(2027, 3, 28, 1, 0, tzinfo=UTC),
    datetime(2027, 10, 31, 0, 30, tzinfo=UTC),
    datetime(2027, 10, 31, 1, 0, tzinfo=UTC),
    datetime(2027, 12, 31, 23, 0, tzinfo=UTC),
    datetime(2027, 6, 30, 22, 30, tzinfo=UTC),
    datetime(1999, 7, 1, 12, 0, tzinfo=UTC),
    datetime(2030, 2, 28, 23, 59, 59, tzinfo=UTC),
)
_OFFSETS = (None, "+00:00", "+05:45", "-09:30", "+02:00", "Z")


def _make(scene: Scene, entity: str, body: dict[str, Any]) -> Step:
    step = scene.talk.post(f"/{entity}", body, headers=_SKIP)
    scene.talk.claim(step, f"a valid {entity} is created", scene.succeeded, step)
    return step


# -- datetimes -------------------------------------------------------------------------------------


def offsets(scene: Scene) -> None:
    """Write datetimes in any form; every reply has them with the offset that the zone has then."""
    talk, clock = scene.talk, control(scene).clock
    account = _make(scene, "Account", {"name": talk.unique("offsets")}).id
    parent = {"parentType": "Account", "parentId": account, "assignedUserId": scene.fill("{me}")}
    for number, at in enumerate(_TIMES):
        clock.move(at + timedelta(hours=1))
        sent = _spelled(at, _OFFSETS[number % len(_OFFSETS)])
        later = f"{at + timedelta(hours=1):%Y-%m-%d %H:%M:%S}"
        step = _make(
            scene,
            "Meeting",
            {"name": talk.unique(f"m{number}"), **parent, "dateStart": sent, "dateEnd": later},
        )
        made = clock.now
        times = {"dateStart": at, "dateEnd": at + timedelta(hours=1), "createdAt": made}
        read = talk.get(f"/Meeting/{step.id}")
        for shown in (step, read):
            talk.claim(
                shown, "a datetime has the offset that its zone has then", _times, shown, times
            )
        task = _make(
            scene,
            "Task",
            {"name": talk.unique(f"t{number}"), **parent, "dateEnd": sent, "status": "Completed"},
        )
        made = clock.now
        changed = talk.put(f"/Account/{account}", {"cLastVisit": sent, "cFounded": "1999-12-31"})
        visit = {"cLastVisit": at, "modifiedAt": clock.now}
        for shown, expected in (
            (task, {"dateEnd": at, "createdAt": made}),
            (changed, visit),
            (talk.get(f"/Account/{account}"), visit),
        ):
            talk.claim(
                shown, "a datetime has the offset that its zone has then", _times, shown, expected
            )
        talk.put(f"/Account/{account}", {"cLastVisit": changed.tree["cLastVisit"]})
        again = talk.get(f"/Account/{account}")
        talk.claim(again, "a datetime is taken as it is shown", _times, again, {"cLastVisit": at})
        talk.claim(again, "a date has no offset", _is_date, again)
    lead = _make(scene, "Lead", {"lastName": talk.unique("lead")})
    talk.post("/Lead/action/convert", {"id": lead.id, "records": {}})
    for path, query in (
        ("/Meeting", {"maxSize": 50}),
        ("/Task", {"maxSize": 50}),
        ("/Account", {"maxSize": 50}),
        ("/Lead", {"maxSize": 50}),
        (f"/Account/{account}/meetings", {}),
        (f"/Lead/{lead.id}", {}),
        (f"/Account/{account}/tasks", {}),
        (f"/Account/{account}/stream", {}),
        ("/Email", {}),
        ("/Activities/Account/" + account + "/activities", {}),
        ("/Stream", {}),
        ("/Activities/Account/" + account + "/history", {}),
        ("/App/user", {}),
        ("/Contact", {}),
    ):
        step = talk.get(path, query, shared=True)
        talk.claim(
            step,
            f"{path.partition('/6')[0]} has no datetime without an offset",
            _all_offset,
            step,
            path,
        )


def _spelled(at: datetime, offset: str | None) -> str:
    if offset is None:
        return f"{at:%Y-%m-%d %H:%M:%S}"
    if offset == "Z":
        return f"{at:%Y-%m-%dT%H:%M:%S}Z"
    hours, minutes = int(offset[1:3]), int(offset[4:])
    more = timedelta(hours=hours, minutes=minutes)
    return f"{at + (more if offset[0] == '+' else -more):%Y-%m-%dT%H:%M:%S}{offset}"


def _times(reply: Reply, expected: dict[str, datetime]) -> Iterator[str]:
    for name, at in expected.items():
        shown = at.astimezone(_ZONE).isoformat(timespec="seconds")
        if reply.tree.get(name) != shown:
            yield f"{name} is {reply.tree.get(name)}, expected {shown}"
    yield from _all_offset(reply, "the record")


def _is_date(reply: Reply) -> Iterator[str]:
    if reply.tree["cFounded"] != "1999-12-31":
        yield f"it is {reply.tree['cFounded']}"


def _all_offset(reply: Reply, place: str) -> Iterator[str]:
    yield from () if reply.succeeded else [f"it answers {reply.outcome}"]
    yield from _without_offset(reply.tree, place.rpartition("/")[2])


def _without_offset(tree: Any, place: str) -> Iterator[str]:
    if isinstance(tree, dict):
        for name, value in tree.items():
            yield from _without_offset(value, name)
    elif isinstance(tree, list):
        for item in tree:
            yield from _without_offset(item, place)
    elif isinstance(tree, str) and _DATETIME.fullmatch(tree):
        if not _OF_THE_PAGE.fullmatch(tree):
            yield f"{place} is {tree}"
        elif datetime.fromisoformat(tree).astimezone(_ZONE).isoformat() != tree:
            yield f"{place} has the offset of another zone, or of another time: {tree}"


# -- deletions and links ---------------------------------------------------------------------------

_EVENT = {
    "dateStart": "2027-01-01 10:00:00",
    "dateEnd": "2027-01-01 11:00:00",
    "assignedUserId": "{me}",
}
_BODIES: dict[str, dict[str, Any]] = {
    "Account": {},
    "Contact": {},
    "Lead": {},
    "Case": {},
    "Campaign": {},
    "Opportunity": {"amount": 5},
    "Task": {"assignedUserId": "{me}"},
    "Meeting": _EVENT,
    "Call": _EVENT,
}


def _record(scene: Scene, entity: str, text: str = "x") -> Step:
    naming = "lastName" if entity in {"Contact", "Lead"} else "name"
    body = {naming: scene.talk.unique(text), **scene.fill(_BODIES[entity])}
    return _make(scene, entity, body)


def deletions(scene: Scene) -> None:
    """Delete a record of each type: the body is empty, and the record is gone."""
    talk = scene.talk
    for entity in _BODIES:
        kept, gone = _record(scene, entity, "kept"), _record(scene, entity, "gone")
        step = talk.delete(f"/{entity}/{gone.id}")
        talk.claim(step, "a deletion answers with an empty body", _is_empty, step)
        talk.claim(
            step, "what is deleted is gone", _has_status, talk.get(f"/{entity}/{gone.id}"), 404
        )
        again = talk.request("DELETE", f"/{entity}/{gone.id}", keeps=True)
        talk.claim(again, "what is deleted is not deleted again", _has_status, again, 404)
        read = talk.get(f"/{entity}/{kept.id}")
        talk.claim(read, "a deletion leaves the others", _has_status, read, 200)


def _is_empty(reply: Reply) -> Iterator[str]:
    if reply.status != 200 or reply.content:
        yield f"it answers {reply.outcome} with {reply.content[:20]!r}"


def _has_status(reply: Reply, status: int) -> Iterator[str]:
    if reply.status != status:
        yield f"it answers {reply.outcome}"


_LINKS = (
    ("Account", "contacts", "Contact"),
    ("Account", "opportunities", "Opportunity"),
    ("Account", "cases", "Case"),
    ("Contact", "opportunities", "Opportunity"),
    ("Contact", "cases", "Case"),
    ("Opportunity", "contacts", "Contact"),
    ("Meeting", "contacts", "Contact"),
    ("Meeting", "leads", "Lead"),
    ("Call", "contacts", "Contact"),
    ("Case", "contacts", "Contact"),
)


def unlinks(scene: Scene) -> None:
    """Unlink by the query, as the page has it, by the body, and by both: only what they name."""
    talk = scene.talk
    for entity, link, other in _LINKS:
        owner, stranger = _record(scene, entity), _record(scene, entity)
        path = f"/{entity}/{owner.id}/{link}"
        ids = [_record(scene, other, f"{number}").id for number in range(6)]
        foreign = _record(scene, other, "foreign").id
        talk.post(path, {"ids": ids}, keeps=True)
        talk.post(f"/{entity}/{stranger.id}/{link}", {"ids": [foreign]}, keeps=True)
        left = list(ids)
        _linked(scene, path, left)
        for gone, query, body in (
            ([0], {"id": ids[0]}, None),
            ([1], {"id": ids[1]}, {}),
            ([2], (), {"id": ids[2]}),
            ([3, 4], (), {"ids": [ids[3], ids[4]]}),
            ([5], {"id": ids[5]}, {"id": ids[5]}),
        ):
            sent: dict[str, Any] = {} if body is None else {"json": body}
            step = talk.request("DELETE", path, query=query, keeps=True, **sent)
            talk.claim(step, "unlinking answers true", _says, step, True)
            left = [id for id in left if id not in [ids[number] for number in gone]]
            _linked(scene, path, left)
        talk.post(path, {"ids": ids[:2]}, keeps=True)
        nothing = talk.request("DELETE", path, keeps=True, json={})
        talk.claim(nothing, "unlinking of nothing answers false", _says, nothing, False)
        _linked(scene, path, ids[:2])
        _linked(scene, f"/{entity}/{stranger.id}/{link}", [foreign])


def _linked(scene: Scene, path: str, ids: Sequence[Any]) -> None:
    step = scene.talk.get(path, {"maxSize": 50, "select": "id"})
    scene.talk.claim(
        step, "what is linked is what was linked, and not unlinked", _has_rows, step, list(ids)
    )


def _has_rows(reply: Reply, ids: list[str]) -> Iterator[str]:
    rows = [row["id"] for row in reply.tree["list"]]
    if sorted(rows) != sorted(ids) or reply.tree["total"] != len(ids):
        yield f"there are {len(rows)} of {reply.tree['total']}, expected {len(ids)}"


def _says(reply: Reply, value: bool) -> Iterator[str]:
    if reply.status != 200 or reply.tree is not value:
        yield f"it answers {reply.outcome} with {reply.content[:20]!r}"


# -- e-mails and names -----------------------------------------------------------------------------


def mails(scene: Scene) -> None:
    """Send e-mails without status and sender, as the page does; with them they are kept."""
    talk, mock, clock = scene.talk, control(scene).mock, control(scene).clock
    account = _record(scene, "Account").id
    body = {
        "to": "ada@example.com",
        "subject": talk.unique("s"),
        "body": "<p>x</p>",
        "isHtml": True,
        "parentType": "Account",
        "parentId": account,
    }
    sender = "me@example.com"
    for more, status, came_from in (
        ({}, "Sent", None),
        ({"from": sender}, "Sent", sender),
        ({"status": "Sending"}, "Sent", None),
        ({"status": "Draft"}, "Draft", None),
        ({"status": "Draft", "from": sender}, "Draft", sender),
        ({"status": "Archived", "from": sender}, "Archived", sender),
    ):
        count = len(mock.outbox)
        step = _make(scene, "Email", {**body, **more})
        made = clock.now
        read = talk.get(f"/Email/{step.id}")
        is_sent = status == "Sent"
        expected: dict[str, Any] = {
            "status": status,
            "name": body["subject"],
            "to": body["to"],
            "body": body["body"],
            "isHtml": True,
            "parentId": account,
            "parentType": "Account",
        }
        if is_sent:
            expected["dateSent"] = made.astimezone(_ZONE).isoformat(timespec="seconds")
        talk.claim(read, "an e-mail is as it was sent", _has, read, expected)
        talk.claim(read, "an e-mail has a sender", _is_from, read, came_from or "")
        messages = [dict(message) for message in mock.outbox[count:]]
        talk.claim(
            read,
            "an e-mail is sent once, or not at all",
            _went,
            read,
            messages,
            is_sent,
            body["to"],
            came_from or "",
        )


def _has(reply: Reply, expected: dict[str, Any]) -> Iterator[str]:
    for name, value in expected.items():
        if reply.tree.get(name) != value:
            yield f"{name} is {reply.tree.get(name)!r}"


def _is_from(reply: Reply, sender: str) -> Iterator[str]:
    came_from = reply.tree.get("from")
    if "@" not in str(came_from) or (sender and came_from != sender):
        yield f"it is {came_from!r}"


def _went(
    _reply: Reply, messages: list[Any], is_sent: bool, recipient: str, sender: str
) -> Iterator[str]:
    if len(messages) != is_sent:
        yield f"{len(messages)} messages were sent"
    for message in messages:
        if message["to"] != recipient or (sender and message["from"] != sender):
            yield "it went to another, or from another"


def names(scene: Scene) -> None:
    """Create people by one name, and opportunities without a date, as the page does."""
    talk = scene.talk
    for entity in ("Contact", "Lead"):
        for sent, expected in (
            ({"name": "John Doe"}, ("John", "Doe")),
            ({"name": "Doe"}, (None, "Doe")),
            ({"name": "Anna Maria Doe"}, ("Anna Maria", "Doe")),
            ({"firstName": "Ann", "lastName": "Lee"}, ("Ann", "Lee")),
            ({"firstName": "Ann", "lastName": "Lee", "name": "John Doe"}, ("Ann", "Lee")),
            ({"lastName": "Lee", "name": "John Doe"}, (None, "Lee")),
        ):
            step = _make(scene, entity, sent)
            first, last = expected
            whole = {"firstName": first, "lastName": last, "name": " ".join(filter(None, expected))}
            read = talk.get(f"/{entity}/{step.id}")
            talk.claim(read, "a name is split, where its parts are not sent", _has, read, whole)
    step = _make(scene, "Opportunity", {"name": talk.unique("o"), "amount": 5})
    read = talk.get(f"/Opportunity/{step.id}")
    talk.claim(read, "an opportunity may lack a date", _has, read, {"closeDate": None, "amount": 5})


# -- many records at once --------------------------------------------------------------------------


def bulk(scene: Scene) -> None:
    """Change and delete many leads by the page's routes: those that are named, and no others."""
    talk = scene.talk
    word = scene.word
    leads = [
        _make(
            scene, "Lead", {"lastName": f"{word} {number}", "title": "before", "source": "Call"}
        ).id
        for number in range(7)
    ]
    before = _leads(scene)
    for number, chosen in enumerate(([0], [6], [1, 2, 3], [5, 0], [4, 4], [0, 1, 2, 3, 4, 5, 6])):
        ids = [leads[index] for index in chosen]
        sent = {"ids": [*ids, "6593c98000nothing"], "attributes": {"title": f"after {number}"}}
        step = talk.put("/Lead/action/massUpdate", sent, keeps=True)
        after = _leads(scene)
        talk.claim(step, "a mass update counts what it changes", _counted, step, ids)
        talk.claim(
            after,
            "a mass update changes what is named, and no more",
            _updated,
            before,
            after,
            ids,
            f"after {number}",
        )
        before = after
    where = [{"type": "startsWith", "attribute": "lastName", "value": f"{word} 3"}]
    search = {"byWhere": True, "where": where, "attributes": {"title": "found"}}
    talk.put("/Lead/action/massUpdate", search, keeps=True)
    after = _leads(scene)
    talk.claim(
        after,
        "a mass update by a search changes what is found",
        _updated,
        before,
        after,
        [leads[3]],
        "found",
    )
    wrong_bodies: list[dict[str, Any]] = [
        {},
        {"ids": []},
        {"attributes": {"title": "x"}},
        {"ids": [leads[0]]},
    ]
    for wrong in wrong_bodies:
        refused = talk.put("/Lead/action/massUpdate", wrong, keeps=True)
        talk.claim(refused, "a mass update names records and attributes", _has_status, refused, 400)
    same = _leads(scene)
    talk.claim(same, "what is refused changes nothing", _same_rows, after, same, [])
    for chosen in ([6], [0, 2], [1, 3, 5]):
        ids = [leads[index] for index in chosen]
        step = talk.post("/Lead/action/massDelete", {"ids": ids}, keeps=True)
        talk.claim(step, "a mass deletion counts what it deletes", _counted, step, ids)
        for id in ids:
            gone = talk.get(f"/Lead/{id}")
            talk.claim(gone, "what is deleted is gone", _has_status, gone, 404)
        left = _leads(scene)
        talk.claim(
            left, "a mass deletion deletes what is named, and no more", _same_rows, same, left, ids
        )
        same = left


def _leads(scene: Scene) -> Step:
    return scene.talk.get("/Lead", {"maxSize": 200, "orderBy": "createdAt"}, shared=True)


def _counted(reply: Reply, ids: list[str]) -> Iterator[str]:
    if reply.status != 200 or reply.tree["count"] != len({*ids}):
        yield f"it answers {reply.outcome} and counts {reply.tree.get('count')}"
    if sorted(reply.tree.get("ids", ids)) != sorted({*ids}):
        yield "it names others"


def _rows(reply: Reply) -> dict[str, Any]:
    return {row["id"]: row for row in reply.tree["list"]}


def _updated(before: Reply, after: Reply, ids: list[str], title: str) -> Iterator[str]:
    left, right = _rows(before), _rows(after)
    times = {"modifiedAt", "modifiedBy(Id|Name)", "title", "versionNumber", "streamUpdatedAt"}
    for id, row in right.items():
        yield from differing(left[id], row, times if id in ids else ())
        if id in ids and row["title"] != title:
            yield "one that is named is not changed"


def _same_rows(before: Reply, after: Reply, gone: list[str]) -> Iterator[str]:
    expected = {id: row for id, row in _rows(before).items() if id not in gone}
    if _rows(after) != expected:
        yield "there are others"


# -- conversions -----------------------------------------------------------------------------------


def conversions(scene: Scene) -> None:
    """Convert leads by the page's route and by EspoCRM's: both create what is asked for."""
    talk = scene.talk
    word = scene.word
    sent: dict[str, dict[str, Any]] = {
        "Account": {"name": f"{word} company", "website": "a.example"},
        "Contact": {"firstName": "Zoë", "lastName": word},
        "Opportunity": {"name": f"{word} deal", "amount": 100_000},
    }
    outcomes: list[Step] = []
    for number, (kinds, by_path) in enumerate(
        (
            (tuple(sent), True),
            (tuple(sent), False),
            (("Account",), True),
            (("Contact",), True),
            (("Opportunity", "Account"), True),
            ((), True),
            ((), False),
        )
    ):
        other = _record(scene, "Lead", "other")
        lead = _make(scene, "Lead", {"lastName": f"{word} {number}", "emailAddress": "l@x.example"})
        records = {kind: dict(sent[kind]) for kind in kinds}
        for record in records.values():  # none is a duplicate
            naming = "name" if "name" in record else "lastName"
            record[naming] += f" {number}"
        if by_path:
            step = talk.post(f"/Lead/{lead.id}/action/convert", {"records": records}, keeps=True)
        else:
            step = talk.post(
                "/Lead/action/convert",
                {"id": lead.id, "records": records, "skipDuplicateCheck": True},
                keeps=True,
            )
        talk.claim(step, "a lead is converted", scene.succeeded, step)
        read = talk.get(f"/Lead/{lead.id}")
        talk.claim(read, "a conversion makes what is asked for", _converted, read, list(kinds))
        for kind in kinds:
            id = read.tree.get(f"created{kind}Id")
            made = talk.get(f"/{kind}/{id}")
            talk.claim(
                made, f"a conversion makes the {kind} that is asked for", _has, made, records[kind]
            )
        left = talk.get(f"/Lead/{other.id}")
        talk.claim(left, "a conversion leaves other leads", _has, left, {"status": "New"})
        outcomes.append(read)
    for one, two in pairwise((outcomes[0], outcomes[1])):
        talk.claim(two, "both routes convert alike", _alike, one, two)
    gone = talk.post("/Lead/6593c98000nothing/action/convert", {"records": {}}, keeps=True)
    talk.claim(gone, "an unknown lead is not converted", _has_status, gone, 404)


def _converted(reply: Reply, kinds: list[str]) -> Iterator[str]:
    if reply.tree["status"] != "Converted":
        yield f"its status is {reply.tree['status']}"
    for kind in ("Account", "Contact", "Opportunity"):
        if bool(reply.tree.get(f"created{kind}Id")) is not (kind in kinds):
            yield f"there is {'no' if kind in kinds else 'a'} {kind}"


def _alike(one: Reply, two: Reply) -> Iterator[str]:
    own = {
        "id",
        "name",
        "lastName",
        ".*At",
        "created.*(Id|Name)",
        ".*Ids",
        ".*Names",
        "versionNumber",
    }
    yield from differing(one.tree, two.tree, own)
