"""Conversations about rights: what users of different roles may do with records."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from crmkit.contract.conversation import Conversation, Talk

from .entities import ENTITIES, Entity

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["right_conversations"]

_USERS = ("limited", "norole", "jana", "admin")


def right_conversations(*, custom: bool) -> Iterator[Conversation]:
    """Yield a conversation for each entity type and user.

    Args:
        custom: Whether the servers have the mock's custom types and fields.
    """
    for user in _USERS:
        yield Conversation(f"rights.system.{user}", partial(_system, user=user), users=(user,))
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
        talk.get(plain, pairs, user=user)
    talk.post("/Export", {"entityType": "Account", "format": "csv", "ids": ["nope"]}, user=user)
    talk.post("/MassAction", {"entityType": "Account", "action": "update", "params": {"ids": []},
                              "data": {"description": "x"}}, user=user)  # fmt: skip
    talk.put("/CurrencyRate", {}, user=user)
