"""Conversations about each link: listing, linking, unlinking, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit.contract.conversation import Conversation, Talk

from .entities import ENTITIES, Entity

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["link_conversations"]


def link_conversations(*, custom: bool) -> Iterator[Conversation]:
    """Yield a conversation for each link of each entity type.

    Args:
        custom: Whether the servers have the mock's custom types and fields.
    """
    for entity in ENTITIES.values():
        if not entity.custom or custom:
            for link, other in entity.links.items():
                yield _conversation(entity, link, other)


def _conversation(entity: Entity, link: str, other: str) -> Conversation:
    def hold(talk: Talk) -> None:
        me = talk.get("/App/user").bind("user.id")
        record = talk.post(f"/{entity.name}", entity.record(talk, me, "one")).id
        path = f"/{entity.name}/{record}/{link}"
        talk.get(path)
        foreign = _foreign(talk, other, me)
        bodies: list[dict[str, Any]] = [
            {"id": foreign}, {"id": foreign}, {"ids": [foreign, "nope"]}, {"id": "nope"},
            {"ids": []}, {},
        ]  # fmt: skip
        for body in bodies:
            if talk.post(path, body, keeps=True).succeeded:
                talk.get(path)
        if other in ENTITIES:
            second = _foreign(talk, other, me)
            talk.post(path, {"ids": [second]}, keeps=True)
            talk.get(path, [("orderBy", ENTITIES[other].naming), ("maxSize", 1)], any_order=True)
            talk.get(path, [("select", "id,name")], any_order=True)
            talk.get(f"/{other}/{foreign}")
        talk.get(f"/{entity.name}/{record}")
        for body in (bodies[0], bodies[1], {"ids": ["nope"]}, {}):
            talk.delete(path, body)
        talk.get(path)
        talk.get(f"/{entity.name}/nope/{link}")
        if talk.has_user("limited"):
            talk.get(path, user="limited")

    return Conversation(f"links.{entity.name}.{link}", hold)


def _foreign(talk: Talk, other: str, me: str) -> str:
    """Return the id of a record at the other end of a link."""
    if other == "User":
        return me
    if other not in ENTITIES:
        return "nope"
    return talk.post(f"/{other}", ENTITIES[other].record(talk, me, "far")).id
