"""What actions do to several records: merging them, converting amounts; boards and busy hours."""

from __future__ import annotations

from math import isclose
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crmkit.contract.conversation import Step
    from crmkit.contract.exchange import Reply
    from crmkit.contract.laws.scene import Scene

__all__ = ["boards", "busy", "conversions", "merges"]


# -- merging ---------------------------------------------------------------------------------------


def merges(scene: Scene) -> None:
    """Merge two accounts into a third: it has the addresses, contacts, tasks and posts of all."""
    talk = scene.talk
    account, contact = scene.resources["Account"], scene.resources["Contact"]
    task = scene.resources["Task"]
    addresses = [[f"{scene.word}{number}{place}@x.example" for place in "ab"] for number in "012"]
    phones = [[f"+42060100{number}00{place}" for place in "12"] for number in "012"]
    merged = [
        scene.create(account, {
            **scene.body(account), "description": f"of {number}",
            "emailAddressData": _entries("emailAddress", addresses[number]),
            "phoneNumberData": _entries("phoneNumber", phones[number]),
        })
        for number in range(3)
    ]  # fmt: skip
    spared = scene.create(account)
    ids = [record.id for record in merged]
    people: list[Any] = []
    tasks: list[Any] = []
    for id in ids:
        parent = {"parentType": "Account", "parentId": id}
        people.append(scene.create(contact, {**scene.body(contact), "accountId": id}).id)
        tasks.append(scene.create(task, {**scene.body(task), **parent}).id)
        talk.post("/Note", {**parent, "type": "Post", "post": f"post {len(people)}"})
    data = {"sourceIdList": ids[1:], "attributes": {"description": "of all"}}
    body = {"entityType": "Account", "action": "merge", "id": ids[0], "data": data}
    done = talk.post("/Action", body, keeps=True)
    read = scene.read(merged[0])
    both = [[value for some in values for value in some] for values in (addresses, phones)]
    talk.claim(read, "a merged record has what was sent, and the addresses of all", _has_all,
               [done, read], both)  # fmt: skip
    for link, expected in (("contacts", people), ("tasks", tasks)):
        listed = talk.get(f"{merged[0].path}/{link}", {"select": "id"})
        talk.claim(listed, f"a merged record has the {link} of all", _has_rows, listed, expected)
    posts = talk.get(f"{merged[0].path}/posts")
    talk.claim(posts, "a merged record has the posts of all", _has_posts, posts,
               ["post 1", "post 2", "post 3"])  # fmt: skip
    for record in merged[1:]:
        read = scene.read(record)
        talk.claim(read, "what was merged into another is gone", _is_gone, read)
    read = scene.read(spared)
    talk.claim(read, "others are not merged", scene.succeeded, read)


def _entries(name: str, values: list[str]) -> list[dict[str, Any]]:
    return [{name: value, "primary": place == 0} for place, value in enumerate(values)]


def _has_all(replies: list[Reply], expected: list[list[str]]) -> Iterator[str]:
    for reply in replies:
        if reply.tree["description"] != "of all":
            yield f"its description is {reply.tree['description']}"
        for name, values in zip(("emailAddress", "phoneNumber"), expected, strict=True):
            entries = reply.tree[f"{name}Data"]
            if sorted(entry[name] for entry in entries) != sorted(values):
                yield f"it has {len(entries)} entries of {name}, expected {len(values)}"
            if [entry[name] for entry in entries if entry["primary"]] != values[:1]:
                yield f"its first {name} is another"


def _has_rows(reply: Reply, expected: list[Any]) -> Iterator[str]:
    if sorted(row["id"] for row in reply.tree["list"]) != sorted(expected):
        yield f"it has {len(reply.tree['list'])}, expected {len(expected)}"


def _has_posts(reply: Reply, expected: list[str]) -> Iterator[str]:
    if sorted(row["post"] for row in reply.tree["list"]) != expected:
        yield f"it has {len(reply.tree['list'])}, expected {len(expected)}"


def _is_gone(reply: Reply) -> Iterator[str]:
    if not reply.is_gone:
        yield f"it answers {reply.outcome}"


# -- currencies ------------------------------------------------------------------------------------


def conversions(scene: Scene) -> None:
    """Convert an amount from one currency to the next, by the server's rates and by others."""
    deal = scene.resources["Opportunity"]
    record = scene.create(deal, {**scene.body(deal), "amount": 1234.5, "amountCurrency": "EUR"})
    rates = scene.talk.get("/CurrencyRate")
    before = scene.read(record)
    own = {"CZK": 0.05, "EUR": 1.25, "USD": 1}
    for target, sent in (("CZK", None), ("USD", None), ("EUR", None), ("CZK", own), ("EUR", own)):
        data = {"targetCurrency": target, **({"rates": sent} if sent else {})}
        body = {"entityType": "Opportunity", "action": "convertCurrency", "id": record.id,
                "data": data}  # fmt: skip
        scene.talk.post("/Action", body, keeps=True)
        after = scene.read(record)
        scene.talk.claim(after, f"an amount is converted to {target}", _converted, rates, sent,
                         before, after, target)  # fmt: skip
        before = after


def _converted(
    rates: Reply, sent: dict[str, float] | None, before: Reply, after: Reply, target: str
) -> Iterator[str]:
    known = sent or rates.tree
    amount = before.tree["amount"] * known[before.tree["amountCurrency"]] / known[target]
    if after.tree["amountCurrency"] != target:
        yield f"it is in {after.tree['amountCurrency']}"
    if not isclose(after.tree["amount"], amount, rel_tol=1e-12):
        yield f"it is {after.tree['amount']}, expected {amount}"


# -- boards and calendars --------------------------------------------------------------------------

#: Statuses of tasks by the columns of their board, and those that have none.
_COLUMNS = ("Not Started", "Started", "Completed")
_NO_COLUMN = ("Canceled", "Deferred")


def boards(scene: Scene) -> None:
    """Look at a board of tasks, at its columns and how they count."""
    task = scene.resources["Task"]
    for status in (*_COLUMNS, *_NO_COLUMN, "Started"):
        scene.create(task, {**scene.body(task), "status": status})
    for size in (200, 1):
        query = [*scene.filled_query(task.lists[1].query), ("maxSize", size)]
        board = scene.talk.get("/Kanban/Task", query)
        scene.talk.claim(board, "a board has a column for each status that is one of work",
                         _columns, board, size)  # fmt: skip


def _columns(reply: Reply, size: int) -> Iterator[str]:
    groups = {group["name"]: group for group in reply.tree["groups"]}
    if [*groups] != [*_COLUMNS]:
        yield f"its columns are {[*groups]}"
    for name, group in groups.items():
        count = 2 if name == "Started" else 1
        statuses = [row["status"] for row in group["list"]]
        if group["total"] != count or statuses != [name] * min(size, count):
            yield f"{name} counts {group['total']} and has {len(statuses)}, expected {count}"


#: Events of a day: kind, status, and the hours from which to which they last.
_EVENTS = (
    ("Meeting", "Planned", "09:00", "10:00"), ("Meeting", "Planned", "09:30", "11:00"),
    ("Call", "Not Held", "12:00", "12:30"), ("Meeting", "Held", "13:00", "14:00"),
    ("Call", "Planned", "15:00", "15:30"), ("Meeting", "Planned", "15:30", "16:00"),
    ("Meeting", "Not Held", "17:00", "18:00"),
)  # fmt: skip
_DAY = "2031-03-02"


def busy(scene: Scene) -> None:
    """Ask when a user is busy, on the whole day, a part of it, and without one of the events."""
    me = scene.fill("{me}")
    made = [
        scene.create(scene.resources[kind], {
            **scene.body(scene.resources[kind]), "assignedUserId": me, "usersIds": [me],
            "status": status, "dateStart": f"{_DAY} {start}:00", "dateEnd": f"{_DAY} {end}:00",
        })
        for kind, status, start, end in _EVENTS
    ]  # fmt: skip
    day = {"from": f"{_DAY} 00:00", "to": f"{_DAY} 23:59", "userIdList": me}

    def ask(what: str, expected: list[str], **more: Any) -> None:
        step: Step = scene.talk.get("/Timeline/busyRanges", {**day, **more})
        scene.talk.claim(step, f"a user is busy {what}", _ranges, step, expected)

    later = ["13:00-14:00", "15:00-15:30", "15:30-16:00"]
    ask("at the events that are not canceled", ["09:00-11:00", *later])
    ask("without an event that is named", ["09:30-11:00", *later], entityType="Meeting",
        entityId=made[0].id)  # fmt: skip
    ask("as long as was asked for", later[1:], **{"from": f"{_DAY} 14:30"})


def _ranges(reply: Reply, expected: list[str]) -> Iterator[str]:
    (found,) = reply.tree.values()
    ranges = sorted(f"{one['dateStart'][11:16]}-{one['dateEnd'][11:16]}" for one in found)
    if ranges != expected:
        yield f"it is {ranges}, expected {expected}"
