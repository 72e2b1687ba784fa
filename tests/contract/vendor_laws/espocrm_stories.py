"""What EspoCRM does in several steps: conversions, files, activities, locks, streams, searches."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from crmkit.contract.laws.differences import differing
from tests.contract.vendor_laws.espocrm_records import found

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from crmkit.contract.conversation import Step
    from crmkit.contract.exchange import Reply
    from crmkit.contract.laws.scene import Record, Scene

__all__ = [
    "attendance",
    "conversion",
    "crowds",
    "everywhere",
    "files",
    "history",
    "locks",
    "opted_out",
    "stream_pages",
]


def conversion(scene: Scene) -> None:
    """Convert leads to some records or others, which belong together and come from the lead."""
    talk = scene.talk
    for names in (("Account", "Contact", "Opportunity"), ("Contact",), ("Account", "Contact"), ()):
        lead = scene.create(scene.resources["Lead"])
        records = {name: scene.body(scene.resources[name]) for name in names}
        for body in records.values():
            body.pop("accountId", None)
        sent = {"id": lead.id, "records": records, "skipDuplicateCheck": True}
        step = talk.post("/Lead/action/convert", sent, keeps=True)
        read = scene.read(lead)
        ids = {name: step.bind(f"created{name}Id") for name in names}
        made = {name: talk.get(f"/{name}/{id}") for name, id in ids.items()}
        talk.claim(read, "a lead is converted to what was asked for", _converted, step, read,
                   made, ids, lead.id)  # fmt: skip
        if "Opportunity" in names:
            talk.claim(made["Opportunity"], "an opportunity is with the contact that comes along",
                       _with_contact, made["Opportunity"], ids["Contact"])  # fmt: skip
        again = talk.post("/Lead/action/convert", {"id": lead.id, "records": {}}, keeps=True)
        after = scene.read(lead)
        talk.claim(after, "a converted lead stays so", _still, again, read, after)
        for name, id in ids.items():
            talk.delete(f"/{name}/{id}")


def _with_contact(deal: Reply, contact: Any) -> Iterator[str]:
    if (deal.tree["contactId"], deal.tree["contactsIds"]) != (contact, [contact]):
        yield "the opportunity is with another contact"


def _converted(
    step: Reply, read: Reply, made: dict[str, Reply], ids: dict[str, Any], lead: Any
) -> Iterator[str]:
    if not step.succeeded:
        yield f"it answers {step.outcome}"
        return
    for reply in (step, read):
        if reply.tree["status"] != "Converted":
            yield f"its status is {reply.tree['status']}"
    for name in ("Account", "Contact", "Opportunity"):
        if read.tree.get(f"created{name}Id") != ids.get(name):
            yield f"created{name}Id is another"
    for name, reply in made.items():
        if not reply.succeeded:
            yield f"{name} is not there"
        elif reply.tree.get("originalLeadId", lead) != lead:
            yield f"{name} is of another lead"
        elif name != "Account" and reply.tree.get("accountId") != ids.get("Account"):
            yield f"{name} belongs to another account"
    if "Opportunity" in made and "Contact" in made:
        contacts = made["Opportunity"].tree.get("contactsIds") or []
        if contacts != [ids["Contact"]]:
            yield "the opportunity has other contacts"


def _still(again: Reply, before: Reply, after: Reply) -> Iterator[str]:
    if not again.succeeded:
        yield f"it answers {again.outcome}"
    may = {"modifiedAt", "modifiedBy(Id|Name)", "versionNumber", "streamUpdatedAt"}
    yield from differing(before.tree, after.tree, may)


# -- files -----------------------------------------------------------------------------------------

_CONTENT = bytes(range(256)) * 5
_FILE_NAMES = ("plain.txt", "Žluťoučký kůň.txt", "a b.txt", "日本.txt")
_OF_DOCUMENT = {"role": "Attachment", "relatedType": "Document", "field": "file"}


def files(scene: Scene) -> None:
    """Upload files, whole and in chunks, under several names, and copy them: bytes stay."""
    talk = scene.talk
    for name in _FILE_NAMES:
        body = {"name": name, "type": "text/plain", "file": _uri(_CONTENT), **_OF_DOCUMENT}
        made = talk.post("/Attachment", body)
        _downloaded(scene, made.id, name, _CONTENT)
    copy_of = made.id
    copied = talk.post(f"/Attachment/copy/{copy_of}", {"relatedType": "Document", "field": "file"})
    _downloaded(scene, copied.id, _FILE_NAMES[-1], _CONTENT)
    talk.delete(f"/Attachment/{copy_of}")
    _downloaded(scene, copied.id, _FILE_NAMES[-1], _CONTENT)
    for size in (500, len(_CONTENT) - 1):
        big: dict[str, Any] = {"name": "big.txt", "type": "text/plain", "isBeingUploaded": True,
                "size": len(_CONTENT), **_OF_DOCUMENT}  # fmt: skip
        made = talk.post("/Attachment", big)
        for start in range(0, len(_CONTENT), size):
            rest = _CONTENT[start:] + b"x"
            much = talk.post(
                f"/Attachment/chunk/{made.id}",
                content=_uri(rest).encode(),
                keeps=True,
                headers={"Content-Type": "application/octet-stream"},
            )
            talk.claim(much, "a file takes no more than its size", _refused, much)
            chunk = _uri(_CONTENT[start : start + size]).encode()
            step = talk.post(f"/Attachment/chunk/{made.id}", content=chunk, keeps=True,
                             headers={"Content-Type": "application/octet-stream"})  # fmt: skip
            talk.claim(step, "a chunk is taken", scene.succeeded, step)
        _downloaded(scene, made.id, "big.txt", _CONTENT)
        more = talk.post(f"/Attachment/chunk/{made.id}", content=_uri(b"x").encode(), keeps=True,
                         headers={"Content-Type": "application/octet-stream"})  # fmt: skip
        talk.claim(more, "a file that is whole takes no more", _refused, more)
        _downloaded(scene, made.id, "big.txt", _CONTENT)


def _uri(content: bytes) -> str:
    return "data:text/plain;base64," + base64.b64encode(content).decode()


def _downloaded(scene: Scene, id: Any, name: str, content: bytes) -> None:
    step = scene.talk.get(f"/Attachment/file/{id}")
    read = scene.talk.get(f"/Attachment/{id}")
    scene.talk.claim(step, "a file is downloaded as it was uploaded", _is_file, step, read, name,
                     [content])  # fmt: skip


def _is_file(reply: Reply, read: Reply, name: str, contents: list[bytes]) -> Iterator[str]:
    if reply.content != contents[0]:
        yield f"it has {len(reply.content)} bytes, expected {len(contents[0])}, or other ones"
    disposition = reply.headers.get("content-disposition", "")
    expected = f'filename="{name}"' if name.isascii() else f"filename*=UTF-8''{quote(name)}"
    if expected not in disposition:
        yield f"its name is given by {disposition}"
    if (read.tree["name"], read.tree["size"]) != (name, len(contents[0])):
        yield "its record has another name or size"


def _refused(reply: Reply) -> Iterator[str]:
    if reply.succeeded:
        yield f"it answers {reply.outcome}"


# -- activities ------------------------------------------------------------------------------------

_STATUSES = {"Meeting": ("Planned", "Held", "Not Held"), "Call": ("Planned", "Held", "Not Held")}


def history(scene: Scene) -> None:
    """Look for meetings and calls of a record in its activities, planned, and its history."""
    talk = scene.talk
    account = scene.fill("{Account}")
    made: dict[str, list[Any]] = {"Planned": [], "Held": [], "Not Held": []}
    for name, statuses in _STATUSES.items():
        resource = scene.resources[name]
        for status in statuses:
            record = scene.create(resource, {**scene.body(resource), "status": status})
            made[status].append(record.id)
    gone = made["Held"].pop()
    talk.delete(f"/Call/{gone}")
    other = scene.create(scene.resources["Account"]).id
    cases: tuple[tuple[Any, str, tuple[str, ...]], ...] = (
        (account, "activities", ("Planned",)), (account, "history", ("Held", "Not Held")),
        (other, "activities", ()), (other, "history", ()),
    )  # fmt: skip
    for id, which, states in cases:
        step = talk.get(f"/Activities/Account/{id}/{which}", {"maxSize": 50}, any_order=True)
        expected = [one for status in states for one in made[status]]
        talk.claim(step, f"{which} of an account are its own", _counted, scene, step, expected)
        for name in _STATUSES:
            query = {"maxSize": 50, "entityType": name}
            step = talk.get(f"/Activities/Account/{id}/{which}", query, any_order=True)
            talk.claim(step, f"{which} of one type are of that type", _of_type, scene, step, name)


def _counted(scene: Scene, reply: Reply, expected: list[Any]) -> Generator[str, None, int]:
    made = yield from found(scene, reply, expected)
    if reply.tree["total"] != len(expected):
        yield f"it counts {reply.tree['total']}, expected {len(expected)}"
    return made


def _of_type(scene: Scene, reply: Reply, name: str) -> Iterator[str]:
    scopes = {row["_scope"] for row in scene.rows_in(reply)}
    if scopes - {name}:
        yield f"it has {sorted(scopes)}"


def attendance(scene: Scene) -> None:
    """Invite a user who accepts, declines or says nothing; what was declined is not the user's."""
    talk = scene.talk
    me = scene.fill("{me}")
    for name in ("Meeting", "Call"):
        resource = scene.resources[name]
        mine: list[Any] = []
        for status in ("None", "Accepted", "Tentative", "Declined", ""):
            body = {**scene.body(resource), "usersIds": [me] if status else []}
            body["assignedUserId"] = me if status else talk.get("/App/user", user="admin").bind(
                "user.id")  # fmt: skip
            if status:
                body["usersColumns"] = {me: {"status": status}}
            else:
                body["usersIds"] = [body["assignedUserId"]]
            record = scene.create(resource, body)
            if status not in {"Declined", ""}:
                mine.append(record.id)
        step = scene.page(resource.lists[1], query=(("boolFilterList[]", "onlyMy"),))
        talk.claim(step, "onlyMy has what the user has not declined", _counted, scene, step, mine)


def opted_out(scene: Scene) -> None:
    """Link targets to a list, of whom some have opted out: these are listed, and counted."""
    talk = scene.talk
    target_list = scene.create(scene.resources["TargetList"])
    contacts = [scene.create(scene.resources["Contact"]) for _ in range(3)]
    talk.post(f"{target_list.path}/contacts", {"ids": [one.id for one in contacts]}, keeps=True)
    step = talk.get(f"{target_list.path}/optedOut", {"maxSize": 50})
    talk.claim(step, "who has not opted out is not listed so", _counted, scene, step, [])
    linked = talk.get(f"{target_list.path}/contacts", {"maxSize": 50})
    talk.claim(linked, "all targets are linked", _counted, scene, linked,
               [one.id for one in contacts])  # fmt: skip
    read = scene.read(target_list)
    talk.claim(read, "a list counts its targets", _entries, read, 3)


def _entries(reply: Reply, count: int) -> Iterator[str]:
    if reply.tree.get("entryCount", count) != count or reply.tree.get("optedOutCount", 0) != 0:
        yield f"it counts {reply.tree.get('entryCount')}"


# -- lists of several types ------------------------------------------------------------------------


def everywhere(scene: Scene) -> None:
    """Search in all types at once, by pages of several sizes; it says whether more follow."""
    talk = scene.talk
    names = ("Account", "Contact", "Lead", "Opportunity")
    made = [scene.create(scene.resources[name]).id for name in names for _ in range(2)]
    made.append(scene.fill("{Account}"))  # which the others need
    gone = scene.create(scene.resources["Account"])
    scene.delete(gone)
    whole = talk.get("/GlobalSearch", {"q": talk.marker, "maxSize": 50})
    talk.claim(whole, "a search finds records of all types", found, scene, whole, made)
    for size in (1, 3, 4, 8, 9):
        for offset in range(0, len(made) + 1, size):
            query = {"q": talk.marker, "maxSize": size, "offset": offset}
            step = talk.get("/GlobalSearch", query)
            talk.claim(step, "a page of a search is a part of it, and says what follows", _part,
                       scene, whole, step, offset, size)  # fmt: skip


def _part(scene: Scene, whole: Reply, reply: Reply, offset: int, size: int) -> Iterator[str]:
    every = [row["id"] for row in scene.rows_in(whole)]
    rows = [row["id"] for row in scene.rows_in(reply)]
    if rows != every[offset : offset + size]:
        yield f"from {offset}, {size} rows are others"
    expected = -1 if offset + size < len(every) else -2
    if reply.tree["total"] != expected:
        yield f"from {offset}, {size} rows, it says {reply.tree['total']}, expected {expected}"


def stream_pages(scene: Scene) -> None:
    """Read a stream before and after each of its notes; none is on two pages."""
    talk = scene.talk
    account = scene.create(scene.resources["Account"])
    for number in range(4):
        body = {"type": "Post", "parentType": "Account", "parentId": account.id,
                "post": talk.unique(f"post {number}")}  # fmt: skip
        talk.post("/Note", body)
    for name in ("stream", "posts"):
        whole = talk.get(f"{account.path}/{name}", {"maxSize": 50})
        for index in range(4):
            note = whole.bind(f"list.{index}.number")
            step = talk.get(f"{account.path}/{name}", {"maxSize": 50, "beforeNumber": note})
            talk.claim(step, f"a {name} goes on before a note", _before, scene, whole, step,
                       index)  # fmt: skip


def _before(scene: Scene, whole: Reply, reply: Reply, index: int) -> Iterator[str]:
    every = [row["id"] for row in scene.rows_in(whole)]
    rows = [row["id"] for row in scene.rows_in(reply)]
    if rows != every[index + 1 :]:
        yield f"before note {index} of {len(every)} there are {len(rows)}"


# -- locks, and many at once -----------------------------------------------------------------------


def locks(scene: Scene) -> None:
    """Lock a record: it is neither changed nor deleted, but for who it is of, until it is free."""
    talk = scene.talk
    user = "admin"
    if not talk.has_user(user):
        return
    record, other = (scene.create(scene.resources["Account"]) for _ in range(2))

    def act(action: str) -> Step:
        body = {"entityType": "Account", "id": record.id, "action": action, "data": {}}
        return talk.post("/Action", body, user=user, keeps=True)

    for _ in range(2):
        locked = act("lock")
        talk.claim(locked, "a record is locked", _is_locked, locked, True)
        before = scene.read(record, user)
        for step in (
            talk.put(record.path, {"description": "x"}, user=user, keeps=True),
            talk.request("DELETE", record.path, user=user, keeps=True),
            talk.put(record.path, {"name": talk.unique("other")}, keeps=True),
            act("lock"),
        ):
            talk.claim(step, "what is locked is not changed", _refused, step)
        mass = {"entityType": "Account", "action": "delete", "params": {"ids": [record.id]}}
        talk.post("/MassAction", mass, user=user, keeps=True)
        after = scene.read(record, user)
        talk.claim(after, "what is locked stays as it is", _same, before, after)
        assigned = talk.put(record.path, {"assignedUserId": scene.fill("{me}")}, user=user,
                            keeps=True)  # fmt: skip
        talk.claim(assigned, "what is locked can be assigned", scene.succeeded, assigned)
        changed = talk.put(other.path, {"description": "x"}, keeps=True)
        talk.claim(changed, "others are not locked", scene.succeeded, changed)
        freed = act("unlock")
        talk.claim(freed, "a record is unlocked", _is_locked, freed, False)
        again = act("unlock")
        talk.claim(again, "what is not locked is not unlocked", _refused, again)
        changed = talk.put(record.path, {"description": talk.unique("free")}, keeps=True)
        talk.claim(changed, "what is unlocked is changed", scene.succeeded, changed)
    gone = scene.delete(record)
    talk.claim(gone, "what is unlocked is deleted", scene.succeeded, gone)


def _is_locked(reply: Reply, is_locked: Any) -> Iterator[str]:
    if not reply.succeeded or reply.tree["isLocked"] is not is_locked:
        yield f"it answers {reply.outcome}"


def _same(before: Reply, after: Reply) -> Iterator[str]:
    yield from differing(before.tree, after.tree)


def crowds(scene: Scene) -> None:
    """Name several in one call: each is followed, linked, changed or let go, and no other is."""
    _followers(scene)
    _linked(scene)
    _changed(scene)


def _followers(scene: Scene) -> None:
    talk = scene.talk
    names = [name for name in ("", "signer", "admin", "jana") if not name or talk.has_user(name)]
    users = [talk.get("/App/user", user=name).bind("user.id") for name in names]
    account, other = (scene.create(scene.resources["Account"]) for _ in range(2))
    for method, some, left in (
        ("POST", users, users),
        ("DELETE", users[1:3], users[:1] + users[3:]),
        ("POST", users[1:2], users[:2] + users[3:]),
        ("DELETE", users, []),
    ):
        step = talk.request(method, f"{account.path}/followers", json={"ids": list(some)},
                            user="admin", keeps=True)  # fmt: skip
        talk.claim(step, "several follow, or no longer", scene.succeeded, step)
        listed = talk.get(f"{account.path}/followers", {"maxSize": 50}, user="admin")
        talk.claim(listed, "those who were named follow", _counted, scene, listed, list(left))
    listed = talk.get(f"{other.path}/followers", {"maxSize": 50}, user="admin")
    talk.claim(listed, "nobody follows another record", _counted, scene, listed, [])


def _linked(scene: Scene) -> None:
    talk = scene.talk
    contact = scene.resources["Contact"]
    account = scene.create(scene.resources["TargetList"])
    people = [scene.create(contact) for _ in range(4)]
    ids = [person.id for person in people]

    def look(expected: Sequence[Any]) -> None:
        listed = talk.get(f"{account.path}/contacts", {"maxSize": 50})
        talk.claim(listed, "those that were named are linked", _counted, scene, listed,
                   list(expected))  # fmt: skip

    for method, some, left in (("POST", ids[:3], ids[:3]), ("DELETE", ids[:2], ids[2:3]),
                               ("POST", ids, ids), ("DELETE", ids[1:], ids[:1])):  # fmt: skip
        talk.request(method, f"{account.path}/contacts", json={"ids": some}, keeps=True)
        look(left)
    where = [{"type": "in", "attribute": "id", "value": ids[1:3]}]
    talk.post(f"{account.path}/contacts", {"massRelate": True, "where": where}, keeps=True)
    look(ids[:3])


def _changed(scene: Scene) -> None:
    """Change many at once, of which one is unknown, one is named twice, and one may not be so."""
    talk = scene.talk
    resource = scene.resources["Account"]
    records = [scene.create(resource) for _ in range(4)]
    ids = [record.id for record in records]
    gone = scene.create(resource)
    scene.delete(gone)

    def run(action: str, data: Any, some: Sequence[Any]) -> Step:
        body = {"entityType": "Account", "action": action, "params": {"ids": list(some)},
                "data": data}  # fmt: skip
        return talk.post("/MassAction", body, keeps=True)

    for some, expected in (((ids[0], "nope", ids[2], gone.id), (0, 2)), ((ids[1], ids[1]), (1,)),
                           (ids[::-1], (0, 1, 2, 3))):  # fmt: skip
        text = talk.unique(f"{scene.rng.randrange(10**6)}")
        step = run("update", {"description": text}, some)
        reads = [scene.read(record) for record in records]
        talk.claim(reads[-1], "those that were named are changed, and counted", _described, step,
                   reads, text, list(expected))  # fmt: skip
    if "cTags" in resource.members:
        _items(scene, records)


def _described(step: Reply, reads: list[Reply], text: str, expected: list[int]) -> Iterator[str]:
    changed = [index for index, read in enumerate(reads) if read.tree["description"] == text]
    if changed != expected:
        yield f"{changed} are changed, expected {expected}"
    if step.tree["count"] != len(expected):
        yield f"it counts {step.tree['count']}, expected {len(expected)}"
    ids = [read.tree["id"] for index, read in enumerate(reads) if index in expected]
    if sorted(step.tree.get("ids", ids)) != sorted(ids):
        yield "it names others"


def _items(scene: Scene, records: Sequence[Record]) -> None:
    """Add items to a list and remove some, of many records at once."""
    talk = scene.talk
    tags: list[str] = []
    for action, some in (("add", ["vip", "partner"]), ("add", ["vip"]), ("remove", ["vip"]),
                         ("add", ["vip"]), ("remove", ["partner", "vip"])):  # fmt: skip
        data = {"values": {"cTags": some}, "actions": {"cTags": action}}
        body = {"entityType": "Account", "action": "update", "data": data,
                "params": {"ids": [record.id for record in records]}}  # fmt: skip
        talk.post("/MassAction", body, keeps=True)
        tags = [tag for tag in tags if tag not in some] + (some if action == "add" else [])
        for record in records:
            read = scene.read(record)
            talk.claim(read, "a list has the items that were added", _tagged, read, tags)


def _tagged(reply: Reply, tags: list[str]) -> Iterator[str]:
    if sorted(reply.tree["cTags"] or []) != sorted(tags):
        yield f"it has {len(reply.tree['cTags'] or [])}, expected {len(tags)}"
