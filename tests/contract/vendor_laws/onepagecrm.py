"""What hangs on a contact of OnePageCRM: tags, actions, deals, and what a deletion can undo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from crmkit.contract.laws.differences import differing
from crmkit.contract.laws.resources import value_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crmkit.contract.exchange import Reply
    from crmkit.contract.laws.scene import Scene

__all__ = ["actions", "deals", "formats", "sides", "tags", "undo", "unsent"]

_FORMATS = ("json", "xml", "yaml")
_SHARED = (
    "/tags", "/filters", "/settings/user", "/settings/system", "/settings/subscription",
    "/settings/timezone_list", "/settings/currency_list", "/sales/index", "/sales/closed_deals",
    "/misc/api_version", "/contacts",
)  # fmt: skip


def _data(reply: Reply) -> Any:
    return reply.tree["data"]


def formats(scene: Scene) -> None:
    """Read everything in all formats: each carries the same."""
    talk = scene.talk
    contacts = scene.resources["contacts"]
    body = {**scene.full(contacts), "phones": "work|+1 23,mobile|007", "tags": "a: b,07018,- a",
            "emails": "work|ada@example.com", "urls": "website|http://a.example/?b=c"}  # fmt: skip
    contact = scene.create(contacts, body).id
    for resource in scene.resources.values():
        if resource is not contacts:
            scene.create(resource, {**scene.full(resource), "cid": contact})
    paths: list[tuple[str, Any]] = [(path, ()) for path in _SHARED]
    paths += [(f"/contacts/{contact}", ()), ("/contacts", {"search": talk.marker}),
              ("/actions", {"cid": contact}), ("/notes", {"cid": contact}),
              ("/contacts/000000000000000000000000", ())]  # fmt: skip
    for path, query in paths:
        steps = [talk.get(f"{path}.{ending}", query, shared=True) for ending in _FORMATS]
        talk.claim(steps[-1], f"{path} is the same in all formats", _alike, steps)
    talk.delete(f"/contacts/{contact}.json")
    for tag in ("a: b", "07018", "- a"):
        talk.delete(_tag(tag))


def _alike(replies: list[Reply]) -> Iterator[str]:
    first, *others = replies
    for reply in others:
        if reply.status != first.status:
            yield f"{reply.media_type} has the status {reply.status}"
        for place in differing(first.tree, reply.tree, {"timestamp"}):
            yield f"{reply.media_type}: {place}"


def _tag(name: str) -> str:
    return f"/tags/{quote(name, safe='')}.json"


def tags(scene: Scene) -> None:
    """Tag contacts; lists, counts and contacts say the same, whatever becomes of them."""
    talk = scene.talk
    word = scene.word
    names = [f"{word}a", f"{word}b", f"{word}c"]
    contacts = scene.resources["contacts"]
    one, other, third = (
        scene.create(contacts, {**scene.body(contacts), "tags": tag})
        for tag in (f"{names[0]},{names[1]}", names[1], "")
    )
    people = [one, other, third]
    expected: dict[str, set[int]] = {names[0]: {0}, names[1]: {0, 1}}
    _look(scene, people, expected)
    talk.post("/misc/assign_tag.json", {"id": third.id, "name": names[0]}, keeps=True)
    talk.post("/misc/assign_tag.json", {"id": third.id, "name": names[2]}, keeps=True)
    expected = {names[0]: {0, 2}, names[1]: {0, 1}, names[2]: {2}}
    _look(scene, people, expected)
    talk.post("/misc/unassign_tag.json", {"id": one.id, "name": names[0]}, keeps=True)
    expected[names[0]] = {2}
    _look(scene, people, expected)
    talk.put(_tag(names[1]), {"name": f"{word}d"})
    expected[f"{word}d"] = expected.pop(names[1])
    _look(scene, people, expected, gone=[names[1]])
    talk.delete(other.path)
    expected[f"{word}d"] = {0}
    _look(scene, people, expected)
    talk.delete(_tag(names[2]))
    del expected[names[2]]
    _look(scene, people, expected, gone=[names[2]])
    for name in expected:
        talk.delete(_tag(name))


def _look(scene: Scene, people: list[Any], expected: dict[str, set[int]], gone: Any = ()) -> None:
    talk = scene.talk
    ids = [record.id for record in people]
    listed = talk.get("/tags.json", shared=True)
    talk.claim(listed, "the list of tags counts the contacts that have them", _counts,
               listed, {tag: len(have) for tag, have in expected.items()}, list(gone))  # fmt: skip
    for name, have in expected.items():
        found = talk.get("/contacts.json", {"tag": name})
        talk.claim(found, "a tag finds the contacts that have it", _people, scene, found, ids,
                   sorted(have))  # fmt: skip
    reads = [scene.read(record) for record in people]
    talk.claim(reads[-1], "contacts have their tags", _tagged, reads,
               {name: sorted(have) for name, have in expected.items()}, scene.word)  # fmt: skip


def _counts(reply: Reply, expected: dict[str, int], gone: list[str]) -> Iterator[str]:
    counts = {row["name"]: row["count"] for row in _data(reply)}
    for name, count in expected.items():
        if counts.get(name) != count:
            yield f"it counts {counts.get(name)}, expected {count}"
    if set(gone) & counts.keys():
        yield "one is there that is not"


def _people(scene: Scene, reply: Reply, ids: list[Any], expected: list[int]) -> Iterator[str]:
    rows = [row["id"] for row in scene.rows_in(reply)]
    found = [index for index, id in enumerate(ids) if id in rows]
    if found != expected:
        yield f"it finds {found}, expected {expected}"
    if value_at(reply.tree, "data.count") != len(rows):
        yield "it counts otherwise"


def _tagged(reads: list[Reply], expected: dict[str, list[int]], word: str) -> Iterator[str]:
    for index, reply in enumerate(reads):
        if not reply.succeeded:
            continue
        found = sorted(tag for tag in _data(reply)["tags"] if tag.startswith(word))
        if found != sorted(name for name, have in expected.items() if index in have):
            yield f"contact {index} has {len(found)}"


def actions(scene: Scene) -> None:
    """Plan an action, do it, undo that; the contact shows its next action, and lists it."""
    talk = scene.talk
    contact = scene.create(scene.resources["contacts"])
    name = talk.unique("call")
    body = {"cid": contact.id, "name": name, "date": "01.02.2030"}
    made = talk.post("/actions.json", body)
    talk.claim(made, "an action is planned", scene.succeeded, made)
    second = talk.post("/actions.json", {**body, "name": talk.unique("second")}, keeps=True)
    talk.claim(second, "a contact has one open action", _refused, second)
    _next(scene, contact, made, True)
    for path, is_open in (("mark_action_as_done", False), ("undo_action_completion", True),
                          ("mark_action_as_done", False)):  # fmt: skip
        done = talk.post(f"/misc/{path}.json", {"cid": contact.id}, keeps=True)
        talk.claim(done, f"{path} is done", scene.succeeded, done)
        _next(scene, contact, made, is_open)
    again = talk.post("/misc/mark_action_as_done.json", {"cid": contact.id}, keeps=True)
    talk.claim(again, "without an open action none is done", _refused, again)
    waiting = talk.post("/actions.json", {"cid": contact.id, "name": talk.unique("wait"),
                                          "waiting": True})  # fmt: skip
    talk.claim(waiting, "an action may wait", scene.succeeded, waiting)
    for value, found in ((1, True), (0, False)):
        step = talk.get("/contacts.json", {"search": talk.marker, "waiting": value})
        talk.claim(step, "waiting contacts are listed if they are asked for", _has, scene, step,
                   contact.id, found)  # fmt: skip
    # So that it can be removed.
    talk.post("/misc/mark_action_as_done.json", {"cid": contact.id}, keeps=True)


def _refused(reply: Reply) -> Iterator[str]:
    if reply.succeeded:
        yield f"it answers {reply.outcome}"


def _has(scene: Scene, reply: Reply, id: Any, found: Any) -> Iterator[str]:
    if (id in [row["id"] for row in scene.rows_in(reply)]) != found:
        yield "it is not" if found else "it is"


def _next(scene: Scene, contact: Any, made: Any, is_open: bool) -> None:
    talk = scene.talk
    read = scene.read(contact)
    listed = talk.get("/actions.json", {"cid": contact.id})
    action = talk.get(f"/actions/{made.id}.json")
    talk.claim(action, "a contact shows its open action", _shown, read, listed, action, is_open)


def _shown(read: Reply, listed: Reply, action: Reply, is_open: Any) -> Iterator[str]:
    record = _data(action)
    if record["done"] is is_open:
        yield "the action says otherwise"
    if (record["closed"] is None) is not is_open:
        yield "the time at which it was closed says otherwise"
    following = _data(read)["nextaction"]
    if (following.get("id") == record["id"]) is not is_open:
        yield "the contact says otherwise"
    rows = [row for row in _data(listed) if row["id"] == record["id"]]
    if len(rows) != 1 or rows[0]["done"] is is_open:
        yield "the list says otherwise"


def deals(scene: Scene) -> None:
    """Sell: deals that are pending are shown and summed up, until they are closed or gone."""
    talk = scene.talk
    contact = scene.fill("{contact}")
    path = f"/contacts/{contact}.json"
    before = talk.get("/sales/index.json", shared=True)
    body = {"cid": contact, "body": talk.unique("deal"), "date": "01.02.2030", "type": "deal"}
    first = talk.post("/notes.json", {**body, "amount": 100.5})
    second = talk.post("/notes.json", {**body, "amount": 20.25})
    _sales(scene, path, before, [first.id, second.id], 0, 0)
    talk.put(f"/notes/{first.id}.json", {**body, "amount": 100.5, "status": "won"})
    _sales(scene, path, before, [second.id], 100.5, 0)
    talk.put(f"/notes/{second.id}.json", {**body, "amount": 20.25, "status": "lost"})
    _sales(scene, path, before, [], 100.5, 20.25)
    closed = talk.get("/sales/closed_deals.json", shared=True)
    talk.claim(closed, "closed deals come newest first, each once", _newest, closed,
               [second.id, first.id])  # fmt: skip
    third = talk.post("/notes.json", {**body, "amount": 5})
    _sales(scene, path, before, [third.id], 100.5, 20.25)
    talk.delete(f"/notes/{third.id}.json")
    _sales(scene, path, before, [], 100.5, 20.25)
    talk.post("/notes.json", {**body, "amount": 7})
    talk.delete(path)
    _sales(scene, "", before, [], 0, 0)
    closed = talk.get("/sales/closed_deals.json", shared=True)
    talk.claim(closed, "deals go with their contact", _none_of, closed, [first.id, second.id])


def _sales(
    scene: Scene, path: str, before: Any, pending: list[Any], won: float, lost: float
) -> None:
    talk = scene.talk
    after = talk.get("/sales/index.json", shared=True)
    talk.claim(after, "sales sum up the deals", _summed, before, after, pending, won, lost)
    if path:
        read = talk.get(path)
        talk.claim(read, "a contact shows whether a deal is pending", _pending, read, bool(pending))


def _summed(
    before: Reply, after: Reply, pending: list[Any], won: float, lost: float
) -> Iterator[str]:
    first, last = _data(before), _data(after)
    known = {row["id"] for row in first["pending"]}
    new = {row["id"] for row in last["pending"]} - known
    if new != set(pending):
        yield f"{len(new)} more are pending, expected {len(pending)}"
    for period, amounts in last["breakdown"].items():
        for name, amount in (("won", won), ("lost", lost)):
            grown = round(amounts[name] - first["breakdown"][period][name], 2)
            if grown != amount:
                yield f"{name} in {period} grows by {grown}, expected {amount}"


def _pending(reply: Reply, pending: Any) -> Iterator[str]:
    if bool(_data(reply)["pendingdeal"]) is not pending:
        yield "it says otherwise"


def _newest(reply: Reply, ids: list[Any]) -> Iterator[str]:
    rows = [row["id"] for row in _data(reply) if row["id"] in ids]
    if sorted(rows) != sorted(ids):
        yield f"{len(rows)} are there, expected {len(ids)}"
    dates = [row["deal"]["closed"].split(".")[::-1] for row in _data(reply)]
    if dates != sorted(dates, reverse=True):
        yield "they are not sorted"


def _none_of(reply: Reply, ids: list[Any]) -> Iterator[str]:
    if any(row["id"] in ids for row in _data(reply)):
        yield "one is there"


def undo(scene: Scene) -> None:
    """Delete a contact with all that it has, and undo that: everything is as before."""
    talk = scene.talk
    contacts = scene.resources["contacts"]
    contact = scene.create(contacts, scene.full(contacts))
    for resource in scene.resources.values():
        if resource is not contacts:
            scene.create(resource, {**scene.full(resource), "cid": contact.id})
    paths = [(contact.path, {}), ("/actions.json", {"cid": contact.id}),
             ("/notes.json", {"cid": contact.id})]  # fmt: skip
    before = [talk.get(path, query) for path, query in paths]
    talk.delete(contact.path)
    undone = talk.post("/misc/undo_contact_deletion.json")
    talk.claim(undone, "a deletion can be undone", scene.succeeded, undone)
    after = [talk.get(path, query) for path, query in paths]
    talk.claim(after[-1], "what was deleted is as before", _as_before, before, after)


def _as_before(before: list[Reply], after: list[Reply]) -> Iterator[str]:
    for one, other in zip(before, after, strict=True):
        yield from differing(one.tree["data"], other.tree["data"])


def unsent(scene: Scene) -> None:
    """Update records without their optional members, which are cleared by that."""
    talk = scene.talk
    for name in ("contacts", "notes", "deals"):
        resource = scene.resources[name]
        record = scene.create(resource, scene.full(resource))
        talk.put(record.path, scene.body(resource))
        read = scene.read(record)
        sent = [*resource.needs, resource.naming]
        talk.claim(read, "an update clears what it does not send", _cleared, scene, name, sent,
                   read)  # fmt: skip


def _cleared(scene: Scene, name: str, sent: list[str], read: Reply) -> Iterator[str]:
    record = scene.record_in(read)
    for member in scene.resources[name].plain_members():
        if member.name not in sent and member.of(record) not in (
            None,
            "",
            False,
            0,
            [],
            "pending",
            "lead",
        ):
            yield f"{member.name} stays"


#: Parameters by which a list shows what a side element counts.
_SYSTEM_TAGS = ("vip", "pending_deals", "waiting")


def sides(scene: Scene) -> None:
    """Write, and read the counts beside each reply: lists have as many contacts."""
    talk = scene.talk
    contacts = scene.resources["contacts"]
    tag = f"{scene.word}s"
    bodies: list[dict[str, Any]] = [
        {"vip": True, "tags": tag}, {"status": "prospect", "tags": tag}, {"status": "customer"},
    ]  # fmt: skip
    records = [scene.create(contacts, {**scene.body(contacts), **more}) for more in bodies]
    _sides(scene, records[-1].step, tag)
    deal = {"cid": records[0].id, "body": talk.unique("deal"), "date": "01.02.2030",
            "type": "deal", "amount": 5}  # fmt: skip
    for body in (deal, {**deal, "cid": records[1].id}):
        _sides(scene, talk.post("/notes.json", body), tag)
    wait = {"cid": records[1].id, "name": talk.unique("wait"), "waiting": True}
    _sides(scene, talk.post("/actions.json", wait), tag)
    _sides(scene, talk.put(records[0].path, scene.body(contacts)), tag)
    _sides(scene, scene.delete(records[1]), tag)
    _sides(scene, scene.delete(records[0]), tag)
    talk.delete(_tag(tag))


def _sides(scene: Scene, step: Any, tag: str) -> None:
    talk = scene.talk
    lists = {name: talk.get("/contacts.json", {"system_tag": name}, shared=True)
             for name in _SYSTEM_TAGS}  # fmt: skip
    lists[tag] = talk.get("/contacts.json", {"tag": tag}, shared=True)
    lists["all"] = talk.get("/contacts.json", shared=True)
    waiting = {
        name: talk.get("/contacts.json", {"waiting": 1, **query}, shared=True)
        for name, query in (("all", {}), (tag, {"tag": tag}), ("vip", {"system_tag": "vip"}),
                            ("pending_deals", {"system_tag": "pending_deals"}))
    }  # fmt: skip
    talk.claim(step, "what stands beside a reply counts what lists show", _agree, step, lists,
               waiting)  # fmt: skip


def _agree(reply: Reply, lists: dict[str, Reply], waiting: dict[str, Reply]) -> Iterator[str]:
    beside = reply.tree.get("tags")
    counts = {row["name"]: row["count"] for rows in (beside or {}).values() for row in rows}
    for row in reply.tree.get("statuses") or ():
        if row["name"] == "all":
            counts["all"] = row["count"]
    for name, listed in lists.items():
        if name not in counts:
            continue
        count = _data(listed)["count"]
        count += _data(waiting[name])["count"] if name in waiting else 0
        if counts[name] != count:
            yield f"{name}: it counts {counts[name]}, and lists have {count}"
