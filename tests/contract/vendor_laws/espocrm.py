"""What EspoCRM does besides keeping records: rights, selections, streams, inboxes, duplicates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit.contract.laws.differences import differing
from crmkit.contract.laws.resources import ABSENT

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from crmkit.contract.exchange import Reply
    from crmkit.contract.laws.resources import Resource
    from crmkit.contract.laws.scene import Scene

__all__ = [
    "DUPLICATES",
    "addresses",
    "duplicates",
    "folders",
    "inbox",
    "restoring",
    "rights",
    "selections",
    "streams",
]


def rights(scene: Scene, resource: Resource) -> None:
    """Do as each user what its role allows, which the server says itself, and what it does not."""
    talk = scene.talk
    for user in scene.some(resource, ("limited", "norole", "admin"), 1):
        if talk.has_user(user):
            _rights(scene, resource, user)


def _rights(scene: Scene, resource: Resource, user: str) -> None:
    talk = scene.talk
    me = scene.fill("{me}")
    account = talk.get("/App/user", user=user)
    them = account.bind("user.id")
    owners: tuple[Any, ...] = (me, them, None)
    if resource.name == "Email":
        owners = (None,)
    elif "assignedUserId" in resource.needs:
        owners = (me, them)
    records = [
        scene.create(resource, {**scene.body(resource), "assignedUserId": owner})
        for owner in owners
    ]
    ids = [record.id for record in records]
    whole, listing = resource.lists[0], resource.lists[1]
    for some in (listing, whole):
        pages = scene.pages(some, user=user)
        talk.claim(pages[-1], f"a list shows {user} what may be read", _listed, scene,
                   account, resource.name, ids, pages)  # fmt: skip
    for index, record in enumerate(records):
        is_own = index == 1
        for action, method in (("read", "GET"), ("stream", "stream"), ("edit", "PUT"),
                               ("delete", "DELETE")):  # fmt: skip
            if method == "stream":
                step = talk.get(f"{record.path}/stream", user=user)
            else:
                sent: dict[str, Any] = {}
                if method == "PUT":
                    sent["json"] = {resource.naming: record.body[resource.naming]}
                step = talk.request(method, record.path, user=user, keeps=True, **sent)
            talk.claim(step, f"{user} may {action} what its role allows", _allowed, account,
                       resource.name, action, is_own, step)  # fmt: skip


def _level(account: Reply, name: str, action: str) -> str:
    if account.tree["user"]["type"] == "admin":
        return "all"
    table = account.tree["acl"]["table"].get(name)
    return str(table.get(action, "no")) if isinstance(table, dict) else "no"


def _listed(
    scene: Scene, account: Reply, name: str, ids: list[Any], pages: list[Reply]
) -> Iterator[str]:
    level = _level(account, name, "read")
    rows = [row["id"] for row in scene.rows_of(pages)]
    found = [index for index, id in enumerate(ids) if id in rows]
    wanted = {"all": list(range(len(ids))), "own": [1], "no": []}.get(level)
    if wanted is not None and len(ids) > 1 and found != wanted:
        yield f"{name} with the level {level} shows {found}, expected {wanted}"
    if level == "no" and rows:
        yield f"{name} shows rows to who may read none"


def _allowed(account: Reply, name: str, action: str, is_own: Any, reply: Reply) -> Iterator[str]:
    level = _level(account, name, action)
    may = {"all": True, "own": is_own, "no": False}.get(level)
    if action == "stream" and level != "no":
        return  # who may read the stream of a record depends on the rights to the record, too
    if may is not None and name != "Email" and reply.succeeded is not may and not reply.is_gone:
        yield f"{name} with the level {level} answers {reply.outcome}"


def selections(scene: Scene, resource: Resource) -> None:
    """Select members of a list, whole and below another record: these come, others do not."""
    talk = scene.talk
    scene.create(resource, scene.full(resource))
    members = [m.name for m in resource.plain_members() if m.name not in _ALWAYS]
    for listing in resource.lists[1:]:
        full = scene.pages(listing, query=(("select", ",".join(["id", *members])),))
        for chosen in ([], members[:1], members[-2:]):
            query = (("select", ",".join(["id", *chosen])), ("orderBy", "createdAt"))
            step = scene.page(listing, query=query)
            talk.claim(step, f"{listing.path} has what is selected", _selected, scene, members,
                       chosen, full, step)  # fmt: skip


#: Members that come whatever is selected.
_ALWAYS = frozenset({"name", "lastName", "status", "emailAddress", "phoneNumber", "dateStart",
                     "dateEnd", "salutationName", "firstName", "middleName", "isHtml",
                     "cBudget", "opportunityAmount", "budget", "amount", "closeDate",
                     "stage"})  # fmt: skip


def _selected(
    scene: Scene, members: list[str], chosen: list[str], full: list[Reply], reply: Reply
) -> Iterator[str]:
    rows = {row["id"]: row for row in scene.rows_of(full)}
    found = {row["id"]: row for row in scene.rows_in(reply)}
    if rows.keys() != found.keys():
        yield "it has other rows"
    for id in rows.keys() & found.keys():
        for member in members:
            value = found[id].get(member, ABSENT)
            if member in chosen and value != rows[id].get(member, ABSENT):
                yield f"{member} was selected and differs"
            if member not in chosen and value is not ABSENT:
                yield f"{member} was not selected and comes"


def streams(scene: Scene) -> None:
    """Post to records: the newest post comes first, in its own stream only, until it is deleted."""
    talk = scene.talk
    accounts = [scene.create(scene.resources["Account"]) for _ in range(2)]
    posts: list[list[Any]] = [[], []]
    for index in (0, 0, 1, 0):
        body = {"type": "Post", "parentType": "Account", "parentId": accounts[index].id,
                "post": talk.unique(f"post {index}")}  # fmt: skip
        posts[index].insert(0, talk.post("/Note", body).id)

    def look() -> None:
        for index, account in enumerate(accounts):
            every = [id for some in posts for id in some]
            for place in ("posts", "stream"):
                step = talk.get(f"{account.path}/{place}", {"maxSize": 50})
                talk.claim(step, "a stream has the posts of its record, newest first", _posted,
                           scene, step, posts[index], every)  # fmt: skip
            short = [talk.get(f"{account.path}/posts", {"maxSize": 1, "offset": offset})
                     for offset in range(4)]  # fmt: skip
            talk.claim(short[-1], "a stream goes on by pages", _paged, scene, short,
                       posts[index])  # fmt: skip

    look()
    gone = posts[0].pop(1)
    talk.delete(f"/Note/{gone}")
    look()
    changed = talk.unique("changed")
    talk.put(f"/Note/{posts[0][0]}", {"post": changed})
    read = talk.get(f"/Note/{posts[0][0]}")
    talk.claim(read, "a post can be changed", _says, read, changed)
    other = talk.get(f"/Note/{posts[0][1]}")
    talk.claim(other, "other posts stay", _says_not, other, changed)


def _posted(scene: Scene, reply: Reply, expected: list[Any], every: list[Any]) -> Iterator[str]:
    rows = [row["id"] for row in scene.rows_in(reply) if row["id"] in every]
    if rows != expected:
        yield f"it has {len(rows)}, expected {len(expected)}, or another order"
    numbers = [row["number"] for row in scene.rows_in(reply)]
    if numbers != sorted(numbers, reverse=True):
        yield "it is not sorted"


def _paged(scene: Scene, replies: list[Reply], expected: list[Any]) -> Iterator[str]:
    rows = [row["id"] for reply in replies for row in scene.rows_in(reply)]
    if rows != expected:
        yield f"pages have {len(rows)}, expected {len(expected)}"


def _says(reply: Reply, text: Any) -> Iterator[str]:
    if reply.tree["post"] != text:
        yield "it says otherwise"


def _says_not(reply: Reply, text: Any) -> Iterator[str]:
    if reply.tree["post"] == text:
        yield "it says the same"


_MARKS = (("read", "isRead"), ("important", "isImportant"), ("inTrash", "inTrash"))


def inbox(scene: Scene) -> None:
    """Mark e-mails of a user, and take marks off: of those that are named, and no others."""
    talk = scene.talk
    user = "jana"
    address = talk.get("/App/user", user=user).bind("user.emailAddress")
    if not talk.knows(address):
        return  # of whom no e-mail can be
    resource = scene.resources["Email"]
    counts = talk.get("/Email/inbox/notReadCounts", user=user)
    emails = [scene.create(resource, {**scene.body(resource), "to": address}) for _ in range(3)]
    for mark, member in _MARKS:
        named = {"ids": [emails[0].id, emails[1].id]}
        talk.delete(f"/Email/inbox/{mark}", {"ids": [email.id for email in emails]}, user=user)
        for method, body, expected in (("POST", named, (True, True, False)),
                                       ("DELETE", {"ids": [emails[0].id]}, (False, True, False)),
                                       ("DELETE", named, (False, False, False))):  # fmt: skip
            talk.request(method, f"/Email/inbox/{mark}", json=body, keeps=True, user=user)
            # In a list: an e-mail that is read by itself is marked as read.
            listed = scene.page(resource.lists[1], user=user)
            talk.claim(
                listed,
                f"e-mails are marked as {mark}, those that are named",
                _marked,
                scene,
                member,
                listed,
                [email.id for email in emails],
                list(expected),
            )
            if mark == "read":
                after = talk.get("/Email/inbox/notReadCounts", user=user)
                talk.claim(after, "what is not read is counted", _unread, counts, after,
                           expected.count(False))  # fmt: skip


#: What users see of an e-mail in a list, of its state.
_STATE = ("isRead", "isImportant", "inTrash", "isReplied", "folderId", "inArchive")


def folders(scene: Scene) -> None:
    """Move e-mails of a user to folders, in every state: only where they are changes."""
    talk = scene.talk
    user = "jana"
    address = talk.get("/App/user", user=user).bind("user.emailAddress")
    if not talk.knows(address):
        return  # of whom no e-mail can be
    resource = scene.resources["Email"]
    emails = [scene.create(resource, {**scene.body(resource), "to": address}) for _ in range(4)]
    ids = [email.id for email in emails]
    expected: list[dict[str, Any]] = [
        {**dict.fromkeys(_STATE, False), "folderId": None} for _ in emails
    ]

    def ask(method: str, path: str, chosen: list[int], **state: Any) -> None:
        sent = {"ids": [ids[index] for index in chosen]}
        talk.request(method, f"/Email/inbox/{path}", json=sent, keeps=True, user=user)
        for index in chosen:
            expected[index] |= state
        # In a list: an e-mail that is read by itself is marked as read.
        query = [("select", ",".join(("id", *_STATE)))]
        listed = scene.page(resource.lists[1], query=query, user=user)
        talk.claim(listed, f"{method} {path} changes what it says of the e-mails that are named",
                   _in_state, scene, listed, ids, [{**state} for state in expected])  # fmt: skip

    def move(folder: str, chosen: list[int]) -> None:
        ask("POST", f"folders/{folder}", chosen, inTrash=False, inArchive=folder == "archive")

    move("archive", [0])
    move("inbox", [0, 1])
    for index, (mark, member) in enumerate(_MARKS):
        ask("POST", mark, [index], **{member: True})
    for folder in ("archive", "inbox"):
        ask("POST", "inTrash", [1, 2], inTrash=True)
        move(folder, [0, 1, 2])
    ask("DELETE", "read", [0], isRead=False)
    ask("POST", "read", [2], isRead=True)
    move("archive", [0, 2])
    ask("POST", "inTrash", [0, 3], inTrash=True)
    ask("DELETE", "inTrash", [0, 3], inTrash=False)


def _in_state(
    scene: Scene, reply: Reply, ids: list[Any], expected: list[dict[str, Any]]
) -> Generator[str, None, int]:
    rows = {row["id"]: row for row in scene.rows_in(reply)}
    for index, (id, state) in enumerate(zip(ids, expected, strict=True)):
        for name, value in state.items():
            if rows[id].get(name) != value:
                yield f"{name} of the one of number {index} is {rows[id].get(name)}"
    return len(ids)


def _unread(before: Reply, after: Reply, count: int) -> Iterator[str]:
    more = after.tree["inbox"] - before.tree["inbox"]
    if more != count:
        yield f"it counts {more} more, expected {count}"


def _marked(
    scene: Scene, member: str, reply: Reply, ids: list[Any], expected: list[bool]
) -> Iterator[str]:
    rows = {row["id"]: row for row in scene.rows_in(reply)}
    found = [rows[id].get(member) for id in ids]
    if found != expected:
        yield f"{member} is {found}, expected {expected}"


def addresses(scene: Scene, resource: Resource) -> None:
    """Give a record several e-mail addresses and phone numbers; each finds it, one is the first."""
    talk = scene.talk
    word = scene.word
    for name, values in (
        ("emailAddress", [f"{word}{index}@crmkit.example" for index in range(3)]),
        ("phoneNumber", [f"+42077712345{index}" for index in range(3)]),
    ):
        record = scene.create(resource)
        for first in (0, 1, 2):
            data = [{name: value, "primary": index == first, "optOut": index == 1,
                     "invalid": index == 2} for index, value in enumerate(values)]  # fmt: skip
            scene.update(record, {f"{name}Data": data})
            read = scene.read(record)
            talk.claim(read, f"{name} has all its entries", _entries, read, name, data)
            for value in values:
                item = {"type": "equals", "attribute": name, "value": value}
                step = scene.page(resource.lists[1], query=scene.filtered(item))
                talk.claim(step, f"each {name} finds its record", _has, scene, step, record.id)
        scene.update(record, {f"{name}Data": [{name: values[1], "primary": True}]})
        scene.update(record, {name: None})
        read = scene.read(record)
        talk.claim(read, f"null removes the {name}", _entries, read, name, [])


def _entries(reply: Reply, name: str, expected: list[dict[str, Any]]) -> Iterator[str]:
    first = next((entry[name] for entry in expected if entry["primary"]), None)
    if reply.tree.get(name) != first:
        yield "the first is another"
    found = {entry[name]: entry for entry in reply.tree.get(f"{name}Data") or ()}
    if found.keys() != {entry[name] for entry in expected}:
        yield f"it has {len(found)}, expected {len(expected)}"
    for entry in expected:
        for mark in ("primary", "optOut", "invalid"):
            if found.get(entry[name], {}).get(mark) is not entry[mark]:
                yield f"{mark} differs"


def _has(scene: Scene, reply: Reply, id: Any) -> Iterator[str]:
    if [row["id"] for row in scene.rows_in(reply)] != [id]:
        yield f"it finds {len(scene.rows_in(reply))}"


#: Entity types that refuse a record like another.
DUPLICATES = frozenset({"Account", "Contact", "Lead"})


def duplicates(scene: Scene, resource: Resource) -> None:
    """Create a record like another, in another case: it is refused, and the other one named."""
    talk = scene.talk
    name = f"{scene.word} Zoë"
    first = scene.create(resource, {**scene.body(resource), resource.naming: name})
    for text in (name, name.upper(), name.lower()):
        body = {**scene.body(resource), resource.naming: text}
        step = talk.post(resource.collection, body, keeps=True)
        talk.claim(step, "a duplicate is refused, and the other one named", _duplicate, step,
                   first.id)  # fmt: skip
    other = talk.post(resource.collection, {**scene.body(resource), resource.naming: f"{name} x"})
    talk.claim(other, "another name is no duplicate", scene.succeeded, other)
    _by_address(scene, resource)
    if "firstName" in resource.members:
        _by_both_names(scene, resource)
    scene.delete(first)
    again = talk.post(resource.collection, {**scene.body(resource), resource.naming: name})
    talk.claim(again, "what is deleted has no duplicates", scene.succeeded, again)


def _by_both_names(scene: Scene, resource: Resource) -> None:
    """Share a last name, and both names, with another person."""
    talk = scene.talk
    last = f"{scene.word} Abel"
    first = scene.create(resource, {**scene.body(resource), "lastName": last, "firstName": "Ann"})
    for name, is_taken in (("ANN", False), ("Bob", True), (None, True), ("ann", False)):
        body = {**scene.body(resource), "lastName": last, "firstName": name}
        step = talk.post(resource.collection, body)
        if is_taken:
            talk.claim(step, "another first name is no duplicate", scene.succeeded, step)
        else:
            talk.claim(step, "who has both names is a duplicate", _duplicate, step, first.id)


def _by_address(scene: Scene, resource: Resource) -> None:
    """Share an e-mail address with another record, in another case, as the first or a further."""
    talk = scene.talk
    texts = [f"{scene.word}.{name}@CRMkit.example" for name in ("a", "b")]
    data = [{"emailAddress": text, "primary": text is texts[0]} for text in texts]
    first = scene.create(resource, {**scene.body(resource), "emailAddressData": data})
    for text in texts:
        for spelt in (text, text.upper(), text.lower()):
            further = [{"emailAddress": f"{scene.word}.c@crmkit.example", "primary": True},
                       {"emailAddress": spelt, "primary": False}]  # fmt: skip
            for members in ({"emailAddress": spelt}, {"emailAddressData": further}):
                step = talk.post(resource.collection, {**scene.body(resource), **members},
                                 keeps=True)  # fmt: skip
                talk.claim(step, "who shares an address is a duplicate", _duplicate, step,
                           first.id)  # fmt: skip
    body = {**scene.body(resource), "emailAddress": f"{scene.word}.c@crmkit.example"}
    other = talk.post(resource.collection, body)
    talk.claim(other, "another address is no duplicate", scene.succeeded, other)


def _duplicate(reply: Reply, id: Any) -> Iterator[str]:
    if reply.status != 409:
        yield f"it answers {reply.outcome}"
    elif [row["id"] for row in reply.tree] != [id]:
        yield "it names another"
    elif not reply.headers.get("x-status-reason"):
        yield "it says no reason"


def restoring(scene: Scene, resource: Resource) -> None:
    """Delete a record and bring it back: it is as it was, in lists as well."""
    talk = scene.talk
    if not talk.has_user("admin"):
        return
    record = scene.create(resource, scene.full(resource))
    before = scene.read(record)
    scene.delete(record)
    path = f"/{resource.name}/action/restoreDeleted"
    restored = talk.post(path, {"id": record.id}, user="admin", keeps=True)
    talk.claim(restored, "what is deleted can be restored", scene.succeeded, restored)
    after = scene.read(record)
    talk.claim(after, "what is restored is as before", _as_before, scene, before, after)
    listed = scene.page(resource.lists[1])
    talk.claim(listed, "what is restored is listed", _has, scene, listed, record.id)


def _as_before(scene: Scene, before: Reply, after: Reply) -> Iterator[str]:
    yield from differing(scene.record_in(before), scene.record_in(after),
                         scene.times | {"isFollowed", r"followers(Ids|Names.*)"})  # fmt: skip
