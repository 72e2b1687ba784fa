"""Conversations about rights: what users of different roles may do with records."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from crmkit.contract.conversation import Conversation, Talk

from .entities import ENTITIES, Entity, flatten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from crmkit.contract.names import Bound

__all__ = ["right_conversations"]

_USERS = ("limited", "norole", "jana", "admin")


def right_conversations(*, custom: bool) -> Iterator[Conversation]:
    """Yield conversations for each user, about what all share and about each entity type.

    Args:
        custom: Whether the servers have the mock's custom types and fields.
    """
    for user in _USERS:
        for name, hold in _STORIES.items():
            yield Conversation(f"rights.{name}.{user}", partial(hold, user=user), users=(user,))
        for entity in ENTITIES.values():
            if not entity.custom or custom:
                yield _conversation(entity, user)


def _conversation(entity: Entity, user: str) -> Conversation:
    def hold(talk: Talk) -> None:
        me = talk.get("/App/user").bind("user.id")
        them = talk.get("/App/user", user=user).bind("user.id")
        path = f"/{entity.name}"
        owners = {"mine": me, "theirs": them, "nobody's": None}
        for text, owner in owners.items():
            body = {**entity.record(talk, me, text), "assignedUserId": owner}
            _use(talk, f"{path}/{talk.post(path, body).id}", user)
        body = {**entity.record(talk, them, "own"), "assignedUserId": them}
        created = talk.post(path, body, user=user)
        _use(talk, f"{path}/{created.id}", user)
        body.pop("assignedUserId")
        talk.post(path, {**body, "assignedUserId": me}, user=user)
        talk.post(path, body, user=user)
        talk.get(path, [*entity.marked(talk), ("orderBy", entity.naming)], user=user)
        talk.get(path, [*entity.marked(talk), ("boolFilterList[]", "onlyMy")], user=user)

    return Conversation(f"rights.{entity.name}.{user}", hold, users=(user,))


def _use(talk: Talk, path: str, user: str) -> None:
    """Do with a record what a user may do or not."""
    talk.get(path, user=user)
    talk.put(path, {"description": "changed"}, user=user)
    talk.get(f"{path}/stream", user=user)
    talk.put(f"{path}/subscription", user=user)
    talk.get(f"{path}/teams", user=user)
    talk.delete(path, user=user)
    talk.get(path)


#: What shows the whole server: its configuration, or records that others made.
_SHARED = frozenset(
    {
        "/App/about", "/Settings", "/CurrencyRate", "/User", "/Team", "/Note", "/Stream",
        "/GlobalStream", "/Activities/upcoming", "/Kanban/Lead", "/Kanban/Opportunity",
        "/Account/layout/list", "/Webhook", "/Attachment", "/Email",
    }
)  # fmt: skip


def _system(talk: Talk, user: str) -> None:
    """Ask for what belongs to the whole server."""
    for path in (
        "/App/user", "/App/about", "/Settings", "/CurrencyRate", "/User", "/Team", "/Note",
        "/Stream", "/GlobalStream",
        "/Activities?from=2031-03-01%2000:00:00&to=2031-03-02%2000:00:00",
        "/Activities/upcoming", "/Kanban/Lead", "/Kanban/Opportunity", "/GlobalSearch?q=zzz",
        "/EmailAddress/search?q=zzz", "/Account/layout/list", "/Metadata?key=entityDefs.Call.links",
        "/Webhook", "/Attachment", "/Email", "/Nope", "/Account/nope", "/Account/nope/contacts",
    ):  # fmt: skip
        plain, _, query = path.partition("?")
        pairs = [tuple(part.split("=", 1)) for part in query.replace("%20", " ").split("&") if part]
        talk.get(plain, pairs, user=user, shared=plain in _SHARED)
    talk.post("/Export", {"entityType": "Account", "format": "csv", "ids": ["nope"]}, user=user)
    talk.post("/MassAction", {"entityType": "Account", "action": "update", "params": {"ids": []},
                              "data": {"description": "x"}}, user=user)  # fmt: skip
    talk.put("/CurrencyRate", {}, user=user)


def _two(talk: Talk, user: str) -> tuple[Bound, Bound, dict[Bound, Bound]]:
    """Return the ids of the run's user and of another, and of an account that each owns."""
    me = talk.get("/App/user").bind("user.id")
    them = talk.get("/App/user", user=user).bind("user.id")
    accounts = {
        owner: talk.post("/Account", {"name": talk.unique(text), "assignedUserId": owner}).id
        for text, owner in (("mine", me), ("theirs", them))
    }
    return me, them, accounts


def _lists(talk: Talk, user: str) -> None:
    """Find records of two users in lists that show those of all, each narrowed to these."""
    me, them, accounts = _two(talk, user)
    for owner, account in accounts.items():
        talk.put(f"/Account/{account}", {"type": "Customer"})
        talk.post("/Note", {"type": "Post", "parentType": "Account", "parentId": account,
                            "post": "Hello"})  # fmt: skip
        for name in ("Lead", "Opportunity", "Task", "Call", "Email"):
            entity = ENTITIES[name]
            more: dict[str, Any] = {"assignedUserId": owner}
            if name not in {"Lead", "Email"}:
                more |= {"accountId": account} if name == "Opportunity" else {
                    "parentType": "Account", "parentId": account}  # fmt: skip
            talk.post(f"/{name}", entity.record(talk, me, f"of {owner == me}", **more))
        notes = [{"type": "equals", "attribute": "parentId", "value": account}]
        talk.get("/Note", flatten("where", notes), user=user)
        talk.get(f"/Account/{account}/stream", user=user)
        talk.get(f"/Account/{account}/posts", user=user)
        talk.get(f"/Account/{account}/tasks", user=user)
        talk.get(f"/Account/{account}/opportunities", user=user)
        talk.get(f"/Activities/Account/{account}/activities", user=user, any_order=True)
        talk.get(f"/Activities/Account/{account}/history", user=user, any_order=True)
        talk.get(f"/User/{owner}", user=user)
        talk.get(f"/User/{owner}/stream", {"maxSize": 5}, user=user, shared=True)
        talk.get(f"/User/{owner}/teams", user=user)
        talk.get(f"/Preferences/{owner}", user=user, shared=True)
        calendar = {"from": "2031-03-01 00:00:00", "to": "2031-03-03 00:00:00", "userId": owner}
        talk.get("/Activities", calendar, user=user, any_order=True)
    users = [{"type": "in", "attribute": "id", "value": [me, them]}]
    talk.get("/User", flatten("where", users), user=user)
    talk.get("/User", [*flatten("where", users), ("select", "userName,type,teamsIds,apiKey")],
             user=user)  # fmt: skip
    for name in ("Lead", "Opportunity", "Task", "Email"):
        talk.get(f"/Kanban/{name}", ENTITIES[name].marked(talk), user=user, any_order=True)
    talk.get("/GlobalSearch", {"q": talk.marker}, user=user, any_order=True)
    for narrowed in ("onlyMy", "followed", "onlyMyTeam"):
        talk.get("/Account", [*ENTITIES["Account"].marked(talk), ("boolFilterList[]", narrowed)],
                 user=user)  # fmt: skip
    talk.get("/Account", [*ENTITIES["Account"].marked(talk), ("select", "name,website"),
                          ("orderBy", "name")], user=user)  # fmt: skip
    talk.get("/Account", [*ENTITIES["Account"].marked(talk), ("orderBy", "website")], user=user)
    hidden = {"type": "isNull", "attribute": "website"}
    talk.get("/Account", ENTITIES["Account"].marked(talk, hidden), user=user)


def _notes(talk: Talk, user: str) -> None:
    """Post, change and delete notes at records of two users."""
    me, them, accounts = _two(talk, user)
    for account in accounts.values():
        post = {"type": "Post", "parentType": "Account", "parentId": account, "post": "Hello"}
        mine = talk.post("/Note", post).id
        for note in (mine, talk.post("/Note", post, user=user).id):
            path = f"/Note/{note}"
            talk.get(path, user=user)
            talk.put(path, {"post": "changed"}, user=user)
            talk.put(path, {"post": "changed by me"})
            for place in ("pin", "myReactions/Like"):
                talk.post(f"{path}/{place}", keeps=True, user=user)
                talk.delete(f"{path}/{place}", user=user)
            talk.get(path)
            talk.delete(path, user=user)
            talk.get(path)
        talk.post("/Note", {**post, "isInternal": True}, user=user)
        talk.get(f"/Account/{account}/stream", user=user)
    bodies: list[dict[str, Any]] = [
        {"type": "Post", "post": "x", "targetType": "self"},
        {"type": "Post", "post": "x", "targetType": "users", "usersIds": [me]},
        {"type": "Post", "post": "x", "targetType": "users", "usersIds": [them]},
        {"type": "Post", "post": "x", "targetType": "teams", "teamsIds": ["nope"]},
        {"type": "Post", "post": "x", "targetType": "nope"},
        {"type": "Post", "post": "x"},
        {"type": "Post", "post": "x", "parentType": "Task", "parentId": "nope"},
    ]
    for body in bodies:
        talk.get(f"/Note/{talk.post('/Note', body, user=user).id}")


def _links(talk: Talk, user: str) -> None:
    """Link and unlink records of two users, and let users follow them."""
    me, them, accounts = _two(talk, user)
    contact = talk.post("/Contact", ENTITIES["Contact"].record(talk, me, "far")).id
    meeting = talk.post("/Meeting", ENTITIES["Meeting"].record(talk, me, "far")).id
    for account in accounts.values():
        path = f"/Account/{account}"
        for link, body in (
            ("contacts", {"id": contact}), ("contacts", {"ids": [contact]}),
            ("meetings", {"id": meeting}), ("teams", {"id": "nope"}), ("assignedUser", {"id": me}),
            ("followers", {"ids": [me]}), ("followers", {"ids": [them]}),
        ):  # fmt: skip
            talk.post(f"{path}/{link}", body, keeps=True, user=user)
            talk.get(f"{path}/{link}", user=user)
            talk.delete(f"{path}/{link}", body, user=user)
        talk.get(f"{path}/followers", any_order=True)
        talk.put(f"{path}/starSubscription", user=user)
        talk.get(path, user=user)
        talk.delete(f"{path}/starSubscription", user=user)
        talk.put(path, {"assignedUserId": me}, user=user)
        talk.put(path, {"teamsIds": ["nope"]}, user=user)
        talk.put(path, {"website": "x.example"}, user=user)
        talk.get(path)


def _actions(talk: Talk, user: str) -> None:
    """Do at once what is done with several records of two users."""
    me, them, accounts = _two(talk, user)
    for ids in ([accounts[me]], [accounts[them]], list(accounts.values())):
        for action, data in (("update", {"description": "mass"}), ("follow", {}), ("unfollow", {}),
                             ("recalculateFormula", {})):  # fmt: skip
            body = {"entityType": "Account", "action": action, "params": {"ids": ids}, "data": data}
            talk.post("/MassAction", body, keeps=True, user=user)
        talk.get(f"/Account/{ids[0]}")
        talk.post("/Account/action/getDuplicateAttributes", {"id": ids[0]}, keeps=True, user=user)
        export = {"entityType": "Account", "format": "csv", "ids": ids}
        talk.post("/Export", export, keeps=True, user=user)
        talk.post("/Account/action/merge", {"targetId": ids[0], "sourceIds": ids[1:],
                                            "attributes": {}}, keeps=True, user=user)  # fmt: skip
    for owner in (me, them):
        lead = ENTITIES["Lead"].record(talk, me, f"of {owner}", assignedUserId=owner)
        id = talk.post("/Lead", lead).id
        talk.post("/Lead/action/getConvertAttributes", {"id": id}, keeps=True, user=user)
        records = {"Account": {"name": talk.unique("converted")}}
        body = {"id": id, "records": records}
        done = talk.post("/Lead/action/convert", body, keeps=True, user=user)
        if done.succeeded:
            talk.delete(f"/Account/{done.bind('createdAccountId')}")
        talk.get(f"/Lead/{id}")
        talk.post("/Lead/action/getDuplicateAttributes", {"id": id}, keeps=True, user=user)
    body = {"entityType": "Account", "action": "delete",
            "params": {"ids": list(accounts.values())}}  # fmt: skip
    talk.post("/MassAction", body, keeps=True, user=user)
    for account in accounts.values():
        talk.get(f"/Account/{account}", user=user)
        talk.get(f"/Account/{account}")
        talk.delete(f"/Account/{account}")
        talk.post("/Account/action/restoreDeleted", {"id": account}, keeps=True, user=user)
    file = {"name": "hello.txt", "type": "text/plain", "role": "Attachment",
            "file": "data:text/plain;base64,aGVsbG8=", "relatedType": "Document",
            "field": "file"}  # fmt: skip
    for one, other in (("", user), (user, "")):
        attachment = talk.post("/Attachment", file, user=one).id
        for path in (f"/Attachment/{attachment}", f"/Attachment/file/{attachment}"):
            talk.get(path, user=one)
            talk.get(path, user=other)
        talk.delete(f"/Attachment/{attachment}", user=other)


_STORIES: dict[str, Callable[..., None]] = {
    "system": _system, "lists": _lists, "notes": _notes, "links": _links, "actions": _actions,
}  # fmt: skip
