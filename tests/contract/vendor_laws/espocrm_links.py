"""A link is seen from both ends; linking adds, unlinking takes off, those that are named only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit.contract.laws.resources import ABSENT

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from crmkit.contract.exchange import Reply
    from crmkit.contract.laws.resources import Resource
    from crmkit.contract.laws.scene import Scene

__all__ = ["LINKS", "columns", "followers", "links", "mass"]

#: Links of many to many by entity type: the link, the other type, and the link back.
LINKS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "Account": (("contacts", "Contact", "accounts"), ("targetLists", "TargetList", "accounts")),
    "Contact": (("accounts", "Account", "contacts"),
                ("opportunities", "Opportunity", "contacts"), ("cases", "Case", "contacts"),
                ("targetLists", "TargetList", "contacts")),
    "Lead": (("targetLists", "TargetList", "leads"),),
    "Opportunity": (("contacts", "Contact", "opportunities"),),
    "Case": (("contacts", "Contact", "cases"),),
    "Meeting": (("contacts", "Contact", "meetings"), ("leads", "Lead", "meetings")),
    "Call": (("contacts", "Contact", "calls"), ("leads", "Lead", "calls")),
    "TargetList": (("accounts", "Account", "targetLists"), ("contacts", "Contact", "targetLists"),
                   ("leads", "Lead", "targetLists"), ("campaigns", "Campaign", "targetLists")),
    "Campaign": (("targetLists", "TargetList", "campaigns"),),
}  # fmt: skip


def links(scene: Scene, resource: Resource) -> None:
    """Link and unlink records by each link of many to many, and look from both ends."""
    for link, other, back in LINKS[resource.name]:
        _link(scene, resource, link, scene.resources[other], back)


def _link(scene: Scene, resource: Resource, link: str, other: Resource, back: str) -> None:
    talk = scene.talk
    near = [scene.create(resource) for _ in range(2)]
    far = [scene.create(other, _unlinked(scene, other)) for _ in range(3)]
    linked: set[tuple[int, int]] = set()

    def look(what: str) -> None:
        for index, record in enumerate(near):
            step = talk.get(f"{record.path}/{link}", {"select": "id", "maxSize": 50})
            expected = [far[end].id for start, end in linked if start == index]
            talk.claim(step, f"{resource.name}.{link} {what}", _exactly, scene, step, expected,
                       [record.id for record in far])  # fmt: skip
        for index, record in enumerate(far):
            step = talk.get(f"{record.path}/{back}", {"select": "id", "maxSize": 50})
            expected = [near[start].id for start, end in linked if end == index]
            talk.claim(step, f"{other.name}.{back} {what}", _exactly, scene, step, expected,
                       [record.id for record in near])  # fmt: skip

    look("is empty at first")
    talk.post(f"{near[0].path}/{link}", {"ids": [far[0].id, far[1].id]}, keeps=True)
    talk.post(f"{near[1].path}/{link}", {"id": far[1].id}, keeps=True)
    linked |= {(0, 0), (0, 1), (1, 1)}
    look("has what was linked")
    talk.post(f"{near[0].path}/{link}", {"id": far[1].id}, keeps=True)
    talk.post(f"{near[0].path}/{link}", {"id": far[2].id}, keeps=True)
    linked.add((0, 2))
    look("has each once")
    talk.request("DELETE", f"{near[0].path}/{link}", query=_query(scene, far[1].id),
                 json={"id": far[1].id})  # fmt: skip
    linked.discard((0, 1))
    look("lacks what was unlinked")
    scene.delete(far[0])
    linked.discard((0, 0))
    del far[0]
    linked = {(start, end - 1) for start, end in linked}
    look("lacks what was deleted")


def _query(scene: Scene, id: Any) -> dict[str, Any]:
    return {"id": id} if scene.talk.crm.name == "autocrm" else {}


def _unlinked(scene: Scene, resource: Resource) -> dict[str, Any]:
    body = scene.body(resource)
    body.pop("accountId", None)
    return body


def _exactly(scene: Scene, reply: Reply, expected: list[Any], among: list[Any]) -> Iterator[str]:
    rows = [row["id"] for row in scene.rows_in(reply)]
    found = [id for id in rows if id in among]
    if sorted(found) != sorted(expected):
        yield f"it has {len(found)} of them, expected {len(expected)}"
    total = reply.tree.get("total", ABSENT)
    if total is not ABSENT and total >= 0 and total != len(rows):
        yield f"it counts {total} and has {len(rows)}"


#: Links whose relations have columns: entity type, link, other type, link back, and by the end at
#: which they are written the columns with two values of each.
_COLUMNS: tuple[tuple[str, str, str, str, dict[str, tuple[Any, Any]]], ...] = (
    ("Contact", "accounts", "Account", "contacts",
     {"role": ("CFO", "Head of x"), "isInactive": (True, False)}),
    ("Opportunity", "contacts", "Contact", "opportunities", {"role": ("Evaluator", "Influencer")}),
    ("Meeting", "contacts", "Contact", "meetings", {"status": ("Accepted", "Tentative")}),
    ("Meeting", "leads", "Lead", "meetings", {"status": ("Declined", "Accepted")}),
    ("Call", "contacts", "Contact", "calls", {"status": ("Accepted", "Tentative")}),
    ("Call", "leads", "Lead", "calls", {"status": ("Declined", "Accepted")}),
)  # fmt: skip


def columns(scene: Scene) -> None:
    """Make links anew, and again, that have columns: what was written to those is there still."""
    for entity, link, other, back, values in _COLUMNS:
        _keep_columns(scene, scene.resources[entity], (link, back), scene.resources[other], values)


def _keep_columns(
    scene: Scene, resource: Resource, ends: tuple[str, str], other: Resource,
    values: dict[str, tuple[Any, Any]],
) -> None:  # fmt: skip
    talk = scene.talk
    link, back = ends
    far = [scene.create(other, _unlinked(scene, other)) for _ in range(2)]
    near = scene.create(resource, _unlinked(scene, resource))
    written = [{name: pair[index] for name, pair in values.items()} for index in range(2)]
    linked = [0, 1]

    def look(what: str) -> None:
        read = scene.read(near)
        expected = {far[index].id: written[index] for index in linked}
        talk.claim(read, f"{resource.name}.{link} {what} with its columns", _has_columns,
                   read, f"{link}Columns", list(expected), list(expected.values()))  # fmt: skip

    def ask(method: str, path: str, body: dict[str, Any]) -> None:
        query = _query(scene, body["id"]) if method == "DELETE" else {}
        talk.request(method, path, query=query, json=body, keeps=True)

    ids = [record.id for record in far]
    scene.update(near, {f"{link}Ids": ids, f"{link}Columns": dict(zip(ids, written, strict=True))})
    look("is written")
    ask("POST", f"{near.path}/{link}", {"id": far[0].id})
    look("is made again")
    ask("POST", f"{near.path}/{link}", {"ids": [record.id for record in far]})
    look("is made again for many")
    ask("POST", f"{far[1].path}/{back}", {"id": near.id})
    look("is made again from its other end")
    scene.update(near, {f"{link}Ids": [record.id for record in reversed(far)]})
    look("is named again")
    written[1] = {name: pair[0] for name, pair in values.items()}
    scene.update(near, {f"{link}Columns": {far[1].id: written[1]}})
    look("is changed")
    for path, body, index in (
        (f"{near.path}/{link}", {"id": far[0].id}, 0),
        (f"{far[1].path}/{back}", {"id": near.id}, 1),
    ):
        ask("DELETE", path, body)
        linked.remove(index)
        look("is taken off one")
        ask("POST", path, body)  # Live 10.0.0: the row is there still, and comes back.
        linked.append(index)
        look("comes back")


def _has_columns(
    reply: Reply, member: str, ids: list[Any], expected: list[dict[str, Any]]
) -> Generator[str, None, int]:
    shown = reply.tree[member]
    if shown.keys() != {*ids}:
        yield f"it has {len(shown)}, expected {len(ids)}"
    for id, columns in zip(ids, expected, strict=True):
        found = shown.get(id) or {}
        for name, value in columns.items():
            if found.get(name) != value:
                yield f"{name} is {found.get(name)}, expected {value}"
    return len(ids)


def mass(scene: Scene, resource: Resource) -> None:
    """Update and delete many at once: those that are named, each of them, and no others."""
    talk = scene.talk
    records = [scene.create(resource) for _ in range(5)]
    chosen, spared = records[:3], records[3:]

    def run(action: str, params: dict[str, Any], data: dict[str, Any]) -> Any:
        body = {"entityType": resource.name, "action": action, "params": params, "data": data}
        return talk.post("/MassAction", body, keeps=True)

    done = run("update", {"ids": [record.id for record in chosen]}, {"description": "by ids"})
    _look(scene, done, records, ["by ids"] * 3 + [None] * 2, 3)
    where = [{"type": "in", "attribute": "id", "value": [record.id for record in records[1:4]]}]
    done = run("update", {"where": where}, {"description": "by where"})
    _look(scene, done, records, ["by ids", *["by where"] * 3, None], 3)
    done = run("delete", {"ids": [record.id for record in chosen]}, {})
    for record in chosen:
        read = scene.read(record)
        talk.claim(read, "all that were named are deleted", _gone, read)
    _look(scene, done, spared, ["by where", None], 3)


def _look(scene: Scene, done: Any, records: list[Any], texts: list[Any], count: int) -> None:
    reads = [scene.read(record) for record in records]
    scene.talk.claim(reads[-1], "a mass action does what it says to those it names", _texts,
                     done, reads, texts, count)  # fmt: skip


def _texts(done: Reply, reads: list[Reply], texts: list[Any], count: int) -> Iterator[str]:
    if done.tree.get("count") != count:
        yield f"it counts {done.tree.get('count')}, expected {count}"
    found = [read.tree.get("description") for read in reads]
    if found != texts:
        wrong = sum(one != other for one, other in zip(found, texts, strict=True))
        yield f"{wrong} records are otherwise"


def _gone(reply: Reply) -> Iterator[str]:
    if not reply.is_gone:
        yield f"it answers {reply.outcome}"


def followers(scene: Scene) -> None:
    """Follow and unfollow a record as several users; each follows by oneself."""
    talk = scene.talk
    users = [name for name in ("", "signer", "admin") if not name or talk.has_user(name)]
    ids = [talk.get("/App/user", user=name).bind("user.id") for name in users]
    record = scene.create(scene.resources["Account"])
    following: set[int] = set()

    def look() -> None:
        step = talk.get(f"{record.path}/followers", user=users[-1])
        talk.claim(step, "a record is followed by who follows it", _exactly, scene, step,
                   [ids[index] for index in following], ids)  # fmt: skip
        for index, name in enumerate(users):
            read = scene.read(record, name)
            talk.claim(read, "who follows a record sees so", _follows, read, index in following)

    for index, name in enumerate(users):
        talk.put(f"{record.path}/subscription", user=name)
        following.add(index)
    look()
    for index, name in enumerate(users[:-1]):
        talk.delete(f"{record.path}/subscription", user=name)
        following.discard(index)
        look()


def _follows(reply: Reply, is_following: Any) -> Iterator[str]:
    if reply.succeeded and reply.tree.get("isFollowed") is not is_following:
        yield f"it says {reply.tree.get('isFollowed')}"
