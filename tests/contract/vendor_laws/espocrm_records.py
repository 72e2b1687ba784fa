"""Who changed a record of EspoCRM, what is hidden, what goes with it, and how it is sorted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit.contract.espocrm.entities import flatten
from crmkit.contract.laws.differences import differing
from crmkit.contract.laws.espocrm_lists import folded
from crmkit.contract.laws.resources import ABSENT
from crmkit.contract.laws.values import instant

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping, Sequence

    from crmkit.contract.conversation import Step
    from crmkit.contract.exchange import Reply
    from crmkit.contract.laws.resources import Resource
    from crmkit.contract.laws.scene import Record, Scene

__all__ = [
    "OWNED",
    "hidden",
    "levels",
    "main_accounts",
    "named",
    "nulls",
    "numbers",
    "orphans",
    "pages",
    "ranks",
    "shared_addresses",
    "stamps",
    "undeleted",
    "versions",
]


def finds(scene: Scene, resource: Resource, item: Any, user: str = "") -> Step:
    """Ask for the conversation's own records that fulfil a condition."""
    query = tuple(flatten("where[1]", item))
    return scene.page(resource.lists[1], query=query, user=user)


def found(scene: Scene, reply: Reply, expected: list[Any]) -> Generator[str, None, int]:
    """Yield how the rows of a list are others than expected."""
    rows = [row["id"] for row in scene.rows_in(reply)]
    if sorted(rows) != sorted(expected):
        yield f"it finds {len(rows)}, expected {len(expected)}"
    return 1 + len(expected)


# -- who and when ----------------------------------------------------------------------------------


def stamps(scene: Scene, resource: Resource) -> None:
    """Create a record as one user and change it as others: it says who did which, and when."""
    talk = scene.talk
    users = ["", *(name for name in ("signer", "admin") if talk.has_user(name))]
    ids = [talk.get("/App/user", user=name).bind("user.id") for name in users]
    record = scene.create(resource)
    reads = [scene.read(record)]
    talk.claim(reads[0], "a record says who created it, and when", _created_by, reads[0], ids[0])
    for name, id in zip(users[1:], ids[1:], strict=True):
        changes = {resource.naming: talk.unique(name)}
        talk.request(resource.updates[0], record.path, json=changes, user=name, keeps=True)
        reads.append(scene.read(record))
        talk.claim(reads[-1], "a record says who changed it last", _changed_by,
                   reads[0], reads[-2], reads[-1], id)  # fmt: skip


def _created_by(reply: Reply, id: Any) -> Iterator[str]:
    record = reply.tree
    if record["createdById"] != id:
        yield "createdById is another"
    for member in ("createdAt", "modifiedAt"):
        if member in record and abs(_seconds(record[member], reply)) > 5:
            yield f"{member} is not now"


def _seconds(text: str, reply: Reply) -> float:
    return (instant(text) - reply.time).total_seconds()


def _changed_by(first: Reply, before: Reply, after: Reply, id: Any) -> Iterator[str]:
    for member in ("createdById", "createdAt", "createdByName"):
        if first.tree.get(member, ABSENT) != after.tree.get(member, ABSENT):
            yield f"{member} changes"
    if after.tree.get("modifiedById", id) != id:
        yield "modifiedById is another"
    if "modifiedAt" in after.tree and abs(_seconds(after.tree["modifiedAt"], after)) > 5:
        yield "modifiedAt is not now"
    version = after.tree.get("versionNumber")
    if version is not None and version != before.tree["versionNumber"] + 1:
        yield "versionNumber does not go up by one"


def versions(scene: Scene) -> None:
    """Change a record on the base of its version, an older and a newer one."""
    talk = scene.talk
    record = scene.create(scene.resources["Account"])
    for number, (offset, is_taken) in enumerate(((0, True), (-1, False), (1, False), (0, True),
                                                 (-1, False))):  # fmt: skip
        before = scene.read(record)
        tree = before.tree
        version = tree.get("versionNumber") if isinstance(tree, dict) else None
        if version is None:
            return
        headers = {"X-Version-Number": str(version + offset)}
        step = talk.put(record.path, {"description": f"{number}"}, headers=headers, keeps=True)
        after = scene.read(record)
        talk.claim(after, "a change is based on the version that is stored", _based, step, before,
                   after, f"{number}", is_taken)  # fmt: skip


def _based(step: Reply, before: Reply, after: Reply, text: str, is_taken: Any) -> Iterator[str]:
    if step.succeeded is not is_taken or (not is_taken and step.status != 409):
        yield f"it answers {step.outcome}"
    if is_taken and after.tree["description"] != text:
        yield "it is not changed"
    if not is_taken:
        yield from differing(before.tree, after.tree)


# -- what is hidden --------------------------------------------------------------------------------


def hidden(scene: Scene) -> None:
    """Look for fields that a role hides, wherever a record is shown, and try to use them."""
    talk = scene.talk
    user = "limited"
    if not talk.has_user(user):
        return
    account = talk.get("/App/user", user=user)
    them = account.bind("user.id")
    fields = account.tree["acl"]["fieldTable"] if account.succeeded else {}
    for name, rights in (fields or {}).items():
        resource = scene.resources.get(name)
        members = [field for field, row in rights.items() if row.get("read") == "no"]
        if resource is None or not members:
            continue
        values = dict.fromkeys(members, "https://crmkit.example")
        body = {**scene.body(resource), **values, "assignedUserId": them}
        record = scene.create(resource, body)
        for member in members:
            _hidden(scene, resource, record, member, user)


def _hidden(scene: Scene, resource: Resource, record: Record, member: str, user: str) -> None:
    talk, listing = scene.talk, resource.lists[1]
    shown = [
        scene.read(record, user),
        scene.page(listing, user=user),
        scene.page(listing, query=(("select", f"id,name,{member}"),), user=user),
        scene.page(listing, query=(("attributeSelect", member),), user=user),
        scene.page(resource.lists[0], query=(("select", f"name,{member}"),), user=user),
    ]
    for step in shown:
        talk.claim(step, f"{member} is hidden", _is_hidden, scene, step, member, record.id)
    value = record.body[member]
    for kind in ("equals", "startsWith", "isNotNull", "notEquals"):
        item = {"type": kind, "attribute": member, **({} if "Not" in kind else {"value": value})}
        none = {"type": "isNull", "attribute": "id"}
        within = [{"type": "or", "value": [item, none]}, {"type": "and", "value": [none, item]}]
        within.append({"type": "or", "value": [none, within[1]]})
        for tree in (item, *within):
            step = finds(scene, resource, tree, user)
            talk.claim(step, f"{member} is not filtered by", _is_refused, step)
    for order in (member, f"{member}"):
        step = scene.page(listing, query=(("orderBy", order),), user=user)
        talk.claim(step, f"{member} is not sorted by", _is_refused, step)
    whole = scene.read(record)
    talk.claim(whole, f"{member} is there for others", _has_value, whole, member, value)


def _is_hidden(scene: Scene, reply: Reply, member: str, id: Any) -> Generator[str, None, int]:
    rows = scene.rows_in(reply) or [reply.tree]
    rows = [row for row in rows if row.get("id") == id]
    if any(member in row for row in rows):
        yield "it is shown"
    return len(rows)


def _is_refused(reply: Reply) -> Iterator[str]:
    if reply.succeeded or reply.status >= 500:
        yield f"it answers {reply.outcome}"


def _has_value(reply: Reply, member: str, value: Any) -> Iterator[str]:
    if reply.tree.get(member) != value:
        yield "it is another"


def undeleted(scene: Scene) -> None:
    """Restore as those who may not; then as an administrator, once."""
    talk = scene.talk
    if not talk.has_user("admin"):
        return
    resource = scene.resources["Account"]
    record, stays = scene.create(resource), scene.create(resource)
    scene.delete(record)
    path = "/Account/action/restoreDeleted"
    for user in ("", "signer", "limited", "norole", "jana"):
        if user and not talk.has_user(user):
            continue
        step = talk.post(path, {"id": record.id}, user=user, keeps=True)
        talk.claim(step, "only administrators restore", _forbidden, step)
        read = scene.read(record)
        talk.claim(read, "what is deleted is not there", _gone, read)
    for id, is_taken in ((stays.id, False), (record.id, True), (record.id, False),
                         ("nope", False)):  # fmt: skip
        step = talk.post(path, {"id": id}, user="admin", keeps=True)
        rule = scene.succeeded if is_taken else _is_refused
        talk.claim(step, "what is deleted is restored, once", rule, step)
    listed = scene.page(resource.lists[1])
    talk.claim(listed, "it is listed again", found, scene, listed, [record.id, stays.id])


def _forbidden(reply: Reply) -> Iterator[str]:
    if reply.status != 403:
        yield f"it answers {reply.outcome}"


def _gone(reply: Reply) -> Iterator[str]:
    if not reply.is_gone:
        yield f"it answers {reply.outcome}"


# -- what a deleted or unlinked record leaves ------------------------------------------------------


#: Entity types whose records belong to an account.
OWNED = frozenset({"Contact", "Opportunity", "Case", "Task", "Meeting", "Call"})


def orphans(scene: Scene, resource: Resource) -> None:
    """Unlink records from an account, and delete it: they stay, and name nothing that is gone."""
    talk = scene.talk
    is_child = "parentId" in resource.needs
    link = {"Contact": "contacts", "Opportunity": "opportunities", "Case": "cases"}.get(
        resource.name, f"{resource.name.lower()}s"
    )
    accounts = [scene.create(scene.resources["Account"]) for _ in range(2)]
    owner = ("parentType", "parentId") if is_child else ("accountId",)

    def below(account: Record) -> Record:
        values = {"parentType": "Account", "parentId": account.id} if is_child else {
            "accountId": account.id}  # fmt: skip
        return scene.create(resource, {**scene.body(resource), **values})

    records = [below(accounts[0]), below(accounts[0]), below(accounts[1])]
    for record, account in zip(records, (accounts[0], accounts[0], accounts[1]), strict=True):
        read = scene.read(record)
        talk.claim(read, "a record names its account", _names, read, owner[-1], account.id,
                   account.body["name"])  # fmt: skip
    owners, child = [accounts[0]], records[0]
    if is_child:
        deal = scene.resources["Opportunity"]
        owners = [scene.create(deal) for _ in range(2)]
        parent = {"parentType": "Opportunity", "parentId": owners[0].id}
        child = scene.create(resource, {**scene.body(resource), **parent})
    for other in (*owners[1:], owners[0]):  # another's at first, which changes nothing
        query = {"id": child.id} if talk.crm.name == "autocrm" else {}
        talk.request("DELETE", f"{other.path}/{link}", query=query, json={"id": child.id})
        before = scene.read(child)
        if is_child or other is owners[0]:
            rule = _is_free if other is owners[0] else _is_bound
            talk.claim(before, "what is unlinked has no owner, and nothing else", rule, before,
                       owner)  # fmt: skip
    renamed = talk.unique("renamed")
    scene.update(accounts[0], {"name": renamed})
    read = scene.read(records[1])
    talk.claim(read, "a record names its account as it is", _names, read, owner[-1],
               accounts[0].id, renamed)  # fmt: skip
    scene.delete(accounts[0])
    read, kept = scene.read(records[1]), scene.read(records[2])
    talk.claim(read, "nothing is named after what is deleted", _names, read, owner[-1], None, None)
    talk.claim(kept, "other records keep their account", _names, kept, owner[-1],
               accounts[1].id, accounts[1].body["name"])  # fmt: skip
    listed = scene.page(resource.lists[1])
    talk.claim(listed, "lists name nothing that is deleted", _not_listed, scene, listed,
               owner[-1].removesuffix("Id") + "Name", renamed)  # fmt: skip


def _names(reply: Reply, member: str, id: Any, name: Any) -> Iterator[str]:
    record = reply.tree
    shown = record.get(member.removesuffix("Id") + "Name")
    if id is not None and record.get(member) != id:
        yield f"{member} is another"
    if shown != name:
        yield "the name is another"


def _is_free(reply: Reply, members: Sequence[str]) -> Iterator[str]:
    for member in members:
        if reply.tree.get(member) is not None:
            yield f"{member} stays"


def _is_bound(reply: Reply, members: Sequence[str]) -> Iterator[str]:
    for member in members:
        if reply.tree.get(member) is None:
            yield f"{member} goes"


def _not_listed(scene: Scene, reply: Reply, member: str, name: Any) -> Generator[str, None, int]:
    rows = scene.rows_in(reply)
    if any(row.get(member) == name for row in rows):
        yield "one does"
    return len(rows)


# -- orders ----------------------------------------------------------------------------------------

_ADDRESS = ("Country", "City", "Street")
_PLACES = (
    ("Chile", "Arica", "b"), ("Chile", "Arica", "a"), ("Chile", "Lota", None),
    ("Benin", "Lota", "a"), (None, "Arica", "c"), ("Chile", None, "a"), ("Benin", "Arica", "z"),
    ("Chile", "Arica", None), (None, None, None),
)  # fmt: skip
_NAMES = (("Ann", "Zed"), ("Zoe", "Abel"), ("Ann", "Abel"), (None, "Mark"), ("Bob", "Mark"))


def ranks(scene: Scene) -> None:
    """Sort by what is made of several values: addresses, names, choices, other records."""
    account = scene.resources["Account"]
    for prefix in ("billingAddress", "shippingAddress"):
        bodies = [{f"{prefix}{part}": value for part, value in zip(_ADDRESS, place, strict=True)}
                  for place in _PLACES]  # fmt: skip
        made = [scene.create(account, {**scene.body(account), **body}) for body in bodies]
        keys = [[_rank(value) for value in place] for place in _PLACES]
        _ranked(scene, account, prefix, made, keys)
        for record in made:
            scene.delete(record)
    _people(scene)
    _choices(scene)
    _owners(scene)


def _rank(value: Any) -> tuple[bool, Any]:
    if isinstance(value, str):
        return (True, folded(value))
    return (value is not None, value or 0)


def _ranked(
    scene: Scene, resource: Resource, order: str, records: Sequence[Record], keys: Sequence[Any]
) -> None:
    for direction in ("asc", "desc"):
        step = scene.page(resource.lists[1], query=(("orderBy", order), ("order", direction)))
        scene.talk.claim(step, f"{order} sorts {resource.name}", _in_order, scene, step,
                         [record.id for record in records], list(keys),
                         direction == "desc")  # fmt: skip


def _in_order(
    scene: Scene, reply: Reply, ids: list[Any], keys: list[Any], is_reversed: Any
) -> Generator[str, None, int]:
    by_id = dict(zip(ids, keys, strict=True))
    rows = [row["id"] for row in scene.rows_in(reply) if row["id"] in by_id]
    if len(rows) != len(ids):
        yield f"it has {len(rows)} of {len(ids)}"
    shown = [by_id[id] for id in rows]
    if shown != sorted(shown, reverse=is_reversed):
        yield "it is not in order"
    return len(rows)


def _people(scene: Scene) -> None:
    resource = scene.resources["Lead"]
    word = scene.talk.marker
    records = [
        scene.create(resource, {"lastName": f"{word} {last}", "firstName": first})
        for first, last in _NAMES
    ]
    keys = [[_rank(first), _rank(last)] for first, last in _NAMES]
    _ranked(scene, resource, "name", records, keys)
    _ranked(scene, resource, "lastName", records, [_rank(last) for _, last in _NAMES])
    _ranked(scene, resource, "firstName", records, [_rank(first) for first, _ in _NAMES])


def _choices(scene: Scene) -> None:
    for name, member in (("Case", "priority"), ("Task", "status"), ("Lead", "status")):
        resource = scene.resources[name]
        choices = list(resource.members[member].choices)
        drawn = scene.rng.sample(choices, len(choices))
        records = [scene.create(resource, {**scene.body(resource), member: choice})
                   for choice in drawn]  # fmt: skip
        _ranked(scene, resource, member, records, [choices.index(choice) for choice in drawn])

    account = scene.resources["Account"]
    kinds = [*account.members["type"].choices, None]
    made = [scene.create(account, {**scene.body(account), "type": kind}) for kind in kinds]
    for direction, expected in (("asc", made), ("desc", [*made[-2::-1], made[-1]])):
        step = scene.page(account.lists[1], query=(("orderBy", "type"), ("order", direction)))
        scene.talk.claim(step, "what is no choice comes last", _in_turn, scene, step,
                         [record.id for record in expected])  # fmt: skip


def _in_turn(scene: Scene, reply: Reply, ids: list[Any]) -> Iterator[str]:
    if [row["id"] for row in scene.rows_in(reply) if row["id"] in ids] != ids:
        yield "it is not in order"


def _owners(scene: Scene) -> None:
    account, contact = scene.resources["Account"], scene.resources["Contact"]
    names = ("b", "c", "a")
    accounts = [scene.create(account, {"name": f"{scene.talk.marker} {name}"}) for name in names]
    records = [scene.create(contact, {**scene.body(contact), "accountId": owner.id})
               for owner in accounts]  # fmt: skip
    _ranked(scene, contact, "account", records, names)


# -- values ----------------------------------------------------------------------------------------

_NUMBERS = (-250.5, -3, -0.01, 0, 0.01, 2.5, 3, 19.99, 1000000)
_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "equals": lambda one, other: one == other,
    "notEquals": lambda one, other: one != other,
    "greaterThan": lambda one, other: one > other,
    "lessThan": lambda one, other: one < other,
    "greaterThanOrEquals": lambda one, other: one >= other,
    "lessThanOrEquals": lambda one, other: one <= other,
}


def numbers(scene: Scene) -> None:
    """Compare with numbers below, at and above zero, and sort by them."""
    resource = scene.resources["Account"]
    member = "cScore"
    if member not in resource.members:
        return
    records = [scene.create(resource, {**scene.body(resource), member: number})
               for number in scene.rng.sample(_NUMBERS, len(_NUMBERS))]  # fmt: skip
    values = [record.body[member] for record in records]
    without = scene.create(resource, {**scene.body(resource), member: None})
    for kind, compare in _COMPARISONS.items():
        for other in scene.rng.sample(_NUMBERS, 4):
            step = finds(scene, resource, {"type": kind, "attribute": member, "value": other})
            ids = [record.id for record, value in zip(records, values, strict=True)
                   if compare(value, other)]  # fmt: skip
            scene.talk.claim(step, f"{member} {kind} {other}", found, scene, step, ids)
    for low, high in ((-3, 0.01), (0, 19.99), (-250.5, -0.01), (3, 3)):
        step = finds(scene, resource, {"type": "between", "attribute": member,
                                       "value": [low, high]})  # fmt: skip
        ids = [record.id for record, value in zip(records, values, strict=True)
               if low <= value <= high]  # fmt: skip
        scene.talk.claim(step, f"{member} between {low} and {high}", found, scene, step, ids)
    _ranked(scene, resource, member, [*records, without], [_rank(v) for v in (*values, None)])
    for record, value in zip(records, values, strict=True):
        read = scene.read(record)
        scene.talk.claim(read, "a number is read as it was sent", _has_value, read, member, value)


def nulls(scene: Scene, resource: Resource) -> None:
    """Create a record with null for what may be so, which is no default, and change nothing."""
    talk = scene.talk
    members = [
        m
        for m in resource.plain_members()
        if m.nullable and m.name not in resource.needs and m.name != resource.naming
    ]
    plain = scene.create(resource)
    first = scene.read(plain)
    nothing = scene.create(resource, {**scene.body(resource), **{m.name: None for m in members}})
    read = scene.read(nothing)
    talk.claim(read, "null is no default", _are_null, read, [m.name for m in members])
    full = scene.create(resource, scene.full(resource))
    before = scene.read(full)
    derived = resource.name == "Opportunity"  # of which each save sets the probability
    scene.update(full, {})
    after = scene.read(full)
    if not derived:
        talk.claim(after, "an update of nothing changes nothing", _same, scene, before, after)
    again = scene.read(plain)
    talk.claim(again, "others stay", _same, scene, first, again)


def _are_null(reply: Reply, names: list[str]) -> Generator[str, None, int]:
    for name in names:
        if reply.tree.get(name) is not None:
            yield f"{name} is not null"
    return len(names)


def _same(scene: Scene, before: Reply, after: Reply) -> Iterator[str]:
    yield from differing(before.tree, after.tree, scene.times)


# -- addresses that records share ------------------------------------------------------------------


def shared_addresses(scene: Scene, resource: Resource) -> None:
    """Let two records have one address: its flags are shared, its spelling is kept."""
    talk = scene.talk
    word = scene.word
    for name, text, other in (
        ("emailAddress", f"{word}.One@CRMkit.example", f"{word}.two@crmkit.example"),
        ("phoneNumber", "+420777123451", "+420777123452"),
    ):  # fmt: skip
        one, two = (scene.create(resource, {**scene.body(resource), name: text}) for _ in range(2))
        read = scene.read(one)
        talk.claim(read, f"{name} is spelt as it was sent", _has_value, read, name, text)
        for flag in (f"{name}IsOptedOut", f"{name}IsInvalid"):
            for value in (True, False, True, False):
                scene.update(one, {flag: value})
                for record in (one, two):
                    read = scene.read(record)
                    talk.claim(read, f"{flag} is that of the address", _has_value, read, flag,
                               value)  # fmt: skip
        if name == "emailAddress":
            for spelt in (text, text.upper(), text.lower()):
                step = finds(scene, resource, {"type": "equals", "attribute": name,
                                               "value": spelt})  # fmt: skip
                talk.claim(step, "an address is found in any case", found, scene, step,
                           [one.id, two.id])  # fmt: skip
        types = {"phoneNumber": ("Mobile", "Fax", "Other")}.get(name, (None,))
        for kind in types:
            entry = {name: other, "primary": True, **({"type": kind} if kind else {})}
            both = [entry, {name: text, "primary": False}]
            taken = scene.update(two, {f"{name}Data": both})
            talk.claim(taken, f"{name} may be several", scene.succeeded, taken)
            read = scene.read(two)
            talk.claim(read, f"{name} has its type", _typed, read, name, other, kind)
        kept = scene.read(one)
        talk.claim(kept, f"another record keeps its {name}", _has_value, kept, name, text)
        for record in (one, two):
            scene.delete(record)


def _typed(reply: Reply, name: str, value: str, kind: Any) -> Iterator[str]:
    entries = reply.tree[f"{name}Data"]
    if [entry[name] for entry in entries if entry["primary"]] != [value]:
        yield "the first is another"
    if len(entries) != 2:
        yield f"it has {len(entries)}"
    if kind is not None and entries[0].get("type") != kind:
        yield f"it is {entries[0].get('type')}, expected {kind}"


# -- pages, and what a level hides -----------------------------------------------------------------

_MOST = 200


def pages(scene: Scene) -> None:
    """Ask for pages of no rows, of the most that there may be, and of more; and for the end."""
    talk = scene.talk
    resource = scene.resources["TargetList"]
    count = _MOST + 3
    for _ in range(count):
        scene.create(resource)
    path, narrow = resource.collection, resource.lists[1].query

    def ask(*pairs: tuple[str, Any]) -> Step:
        return talk.get(path, [*scene.filled_query(narrow), *pairs, ("select", "id,name")])

    for pairs, rows in (
        ((), _MOST), ((("maxSize", _MOST),), _MOST), ((("maxSize", 0),), 0),
        ((("maxSize", 1),), 1), ((("maxSize", 5), ("offset", count - 2)), 2),
        ((("offset", _MOST),), 3), ((("offset", count),), 0), ((("offset", count - 1),), 1),
        ((("offset", 0), ("maxSize", 2)), 2),
    ):  # fmt: skip
        step = ask(*pairs)
        talk.claim(step, "a page has as many rows as it is asked for", _rows, scene, step, rows,
                   count)  # fmt: skip
    for pairs in ((("maxSize", _MOST + 1),), (("maxSize", -1),), (("offset", -1),)):
        step = ask(*pairs)
        talk.claim(step, "no page has more rows, or less than none", _not_taken, step)


def _rows(scene: Scene, reply: Reply, rows: int, count: int) -> Iterator[str]:
    if len(scene.rows_in(reply)) != rows:
        yield f"it has {len(scene.rows_in(reply))}, expected {rows}"
    if reply.tree["total"] != count:
        yield f"it counts {reply.tree['total']}, expected {count}"


def _not_taken(reply: Reply) -> Iterator[str]:
    if reply.succeeded:
        yield f"it answers {reply.outcome}"


def levels(scene: Scene) -> None:
    """Look for others' records where a user may read its own: by links, searches and filters."""
    talk = scene.talk
    user = "limited"
    if not talk.has_user(user):
        return
    me = scene.fill("{me}")
    them = talk.get("/App/user", user=user).bind("user.id")
    account, lead = scene.resources["Account"], scene.resources["Lead"]
    owned = [scene.create(account, {**scene.body(account), "assignedUserId": owner})
             for owner in (me, them, them)]  # fmt: skip
    ids = [one.id for one in owned]
    for owner, is_taken in ((me, False), (them, True)):
        step = talk.post("/Account", {**scene.body(account), "assignedUserId": owner}, user=user)
        rule = scene.succeeded if is_taken else _forbidden
        talk.claim(step, "a user assigns records to itself only", rule, step)
    listing = account.lists[0]
    for query in (
        (("textFilter", "{marker}"),), (("q", "{marker}"),), (("orderBy", "name"), *_MARKED),
        (*_MARKED, ("primaryFilter", "recentlyCreated")), (("boolFilterList[]", "onlyMy"),),
    ):  # fmt: skip
        step = scene.page(listing, query=query, user=user)
        talk.claim(step, "a list shows what is the user's own", _own, scene, step, ids[1:], ids)
    step = talk.get("/GlobalSearch", {"q": talk.marker, "maxSize": 50}, user=user)
    talk.claim(step, "a search of all finds what is the user's own", _own, scene, step, ids[1:],
               ids)  # fmt: skip
    for owner, expected in ((me, False), (them, True)):
        source = scene.create(lead, {**scene.body(lead), "assignedUserId": them})
        records = {"Account": {**scene.body(account), "assignedUserId": owner}}
        body = {"id": source.id, "records": records, "skipDuplicateCheck": True}
        made = talk.post("/Lead/action/convert", body, keeps=True).bind("createdAccountId")
        linked = talk.get(f"{source.path}/createdAccount", user=user)
        talk.claim(linked, "a link shows what is the user's own", _own, scene, linked,
                   [made] if expected else [], [made])  # fmt: skip
        talk.delete(f"/Account/{made}")


_MARKED = tuple(
    flatten("where", [{"type": "startsWith", "attribute": "name", "value": "{marker}"}])
)


def _own(
    scene: Scene, reply: Reply, expected: list[Any], among: list[Any]
) -> Generator[str, None, int]:
    if not reply.succeeded:
        yield f"it answers {reply.outcome}"
    rows = [row["id"] for row in scene.rows_in(reply) if row["id"] in among]
    if sorted(rows) != sorted(expected):
        yield f"it shows {len(rows)}, expected {len(expected)}"
    return len(among)


# -- filters by name -------------------------------------------------------------------------------

_DEAD, _CLOSED = ("Converted", "Recycled", "Dead"), ("Closed Won", "Closed Lost")
_REJECTED, _DONE = ("Closed", "Rejected", "Duplicate"), ("Completed", "Canceled", "Deferred")
#: Primary filters by entity type: the member that they look at, and which values fit.
_PRIMARY: dict[str, tuple[str, dict[str, Callable[[Any], bool]]]] = {
    "Account": ("type", {"customers": lambda value: value == "Customer",
                         "partners": lambda value: value == "Partner",
                         "resellers": lambda value: value == "Reseller"}),
    "Lead": ("status", {"actual": lambda value: value not in _DEAD}),
    "Opportunity": ("stage", {"open": lambda value: value not in _CLOSED,
                              "won": lambda value: value == "Closed Won",
                              "lost": lambda value: value == "Closed Lost"}),
    "Case": ("status", {"open": lambda value: value not in _REJECTED,
                        "closed": lambda value: value == "Closed"}),
    "Task": ("status", {"actual": lambda value: value not in _DONE,
                        "completed": lambda value: value == "Completed",
                        "deferred": lambda value: value == "Deferred"}),
    "Meeting": ("status", {"planned": lambda value: value == "Planned",
                           "held": lambda value: value == "Held"}),
    "Call": ("status", {"planned": lambda value: value == "Planned",
                        "held": lambda value: value == "Held"}),
}  # fmt: skip


def named(scene: Scene) -> None:
    """Filter by name: by what a record is, whose it is and who follows it, and by several."""
    for name, (member, filters) in _PRIMARY.items():
        resource = scene.resources[name]
        choices = resource.members[member].choices
        made = [scene.create(resource, {**scene.body(resource), member: choice})
                for choice in choices]  # fmt: skip
        for text, fits in filters.items():
            step = scene.page(resource.lists[1], query=(("primaryFilter", text),))
            expected = [record.id for record, choice in zip(made, choices, strict=True)
                        if fits(choice)]  # fmt: skip
            scene.talk.claim(step, f"{text} finds what is so", found, scene, step, expected)
        for record in made:
            scene.delete(record)
    _bools(scene)


def _bools(scene: Scene) -> None:
    """Ask for one's own and for what one follows: each, either, and with a primary filter."""
    talk = scene.talk
    account = scene.resources["Account"]
    me = scene.fill("{me}")
    made = []
    for number in range(8):
        kind = "Customer" if number & 4 else "Partner"
        owner = me if number & 1 else None
        body = {**scene.body(account), "type": kind, "assignedUserId": owner}
        made.append(scene.create(account, body))
        if number & 2:
            talk.put(f"{made[-1].path}/subscription")
        else:
            talk.delete(f"{made[-1].path}/subscription")
    cases: tuple[tuple[tuple[str, ...], str, Callable[[int], Any]], ...] = (
        (("onlyMy",), "", lambda number: number & 1),
        (("followed",), "", lambda number: number & 2),
        (("onlyMy", "followed"), "", lambda number: number & 3),
        (("onlyMy", "followed"), "customers", lambda number: number & 3 and number & 4),
        (("followed",), "customers", lambda number: number & 2 and number & 4),
        ((), "customers", lambda number: number & 4),
    )
    for names, primary, fits in cases:
        query: list[tuple[str, Any]] = [("boolFilterList[]", name) for name in names]
        query += [("primaryFilter", primary)] if primary else []
        step = scene.page(account.lists[1], query=query)
        expected = [record.id for number, record in enumerate(made) if fits(number)]
        talk.claim(step, "filters by name are joined by or, with others by and", found, scene,
                   step, expected)  # fmt: skip


def main_accounts(scene: Scene) -> None:
    """Link a contact to accounts and unlink it: one is its main one as long as it has any."""
    talk = scene.talk
    one, other = (scene.create(scene.resources["Account"]) for _ in range(2))
    contact = scene.resources["Contact"]
    body = {name: value for name, value in scene.body(contact).items() if name != "accountId"}
    person = scene.create(contact, body)

    def look(main: Any, every: Sequence[Any]) -> None:
        read = scene.read(person)
        talk.claim(read, "a contact has a main account, and others", _has_accounts, read, main,
                   list(every))  # fmt: skip
        for account in (one, other):
            listed = talk.get(f"{account.path}/contacts", {"maxSize": 50})
            expected = [person.id] if account.id in every else []
            talk.claim(listed, "an account lists its contacts", found, scene, listed, expected)

    look(None, ())
    scene.update(person, {"accountId": one.id, "title": "CEO"})
    look(one.id, (one.id,))
    talk.post(f"{person.path}/accounts", {"id": other.id}, keeps=True)
    look(one.id, (one.id, other.id))
    for account, main, every in ((one, other.id, (other.id,)), (other, None, ())):
        talk.request("DELETE", f"{account.path}/contacts", json={"id": person.id})
        look(main, every)
    talk.post(f"{other.path}/contacts", {"id": person.id}, keeps=True)
    look(other.id, (other.id,))
    scene.update(person, {"accountId": one.id})
    look(one.id, (one.id, other.id))


def _has_accounts(reply: Reply, main: Any, every: list[Any]) -> Iterator[str]:
    if reply.tree["accountId"] != main:
        yield "the main one is another"
    if sorted(reply.tree["accountsIds"]) != sorted(every):
        yield f"it has {len(reply.tree['accountsIds'])}, expected {len(every)}"
    if main is not None and not reply.tree["accountName"]:
        yield "it is not named"
