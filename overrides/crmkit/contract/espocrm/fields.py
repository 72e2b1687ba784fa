"""Conversations about each field: what a server makes of a value, typical, at an edge, or wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit.contract.conversation import Conversation, Talk

from .entities import CUSTOM_FIELDS, CUSTOM_OPTIONS, ENTITIES, Entity
from .values import attributes_of, values_for

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["field_conversations"]


def field_conversations(*, custom: bool) -> Iterator[Conversation]:
    """Yield a conversation for each field of each entity type.

    Args:
        custom: Whether the servers have the mock's custom types and fields.
    """
    for entity in ENTITIES.values():
        if entity.custom and not custom:
            continue
        for name, kind in entity.fields.items():
            yield _conversation(entity, name, kind, entity.options.get(name, ()))
    if custom:
        for name, kind in CUSTOM_FIELDS.items():
            yield _conversation(ENTITIES["Account"], name, kind, CUSTOM_OPTIONS.get(name, ()))


def _conversation(entity: Entity, name: str, kind: str, options: tuple[str, ...]) -> Conversation:
    def hold(talk: Talk) -> None:
        me = talk.get("/App/user").bind("user.id")
        values = _bodies(name, kind, options, me)
        path = f"/{entity.name}/{talk.post(f'/{entity.name}', entity.record(talk, me)).id}"
        for body in values:
            if talk.put(path, body).succeeded:
                talk.get(path)
        for index, body in enumerate(values[::2]):
            record = {**entity.record(talk, me, str(index)), **body}
            created = talk.post(f"/{entity.name}", record)
            if created.succeeded:
                talk.get(f"/{entity.name}/{created.id}")

    return Conversation(f"fields.{entity.name}.{name}", hold)


def _bodies(name: str, kind: str, options: tuple[str, ...], me: str) -> list[dict[str, Any]]:
    """Return what is sent for a field, a body for each value."""
    if kind == "linkParent":
        return [
            {f"{name}Type": parent, f"{name}Id": id}
            for parent, id in (
                ("User", me), ("Account", "nope"), ("Nope", "nope"), ("Account", None),
                (None, None), ("", ""), ("Account", 5), (5, None),
            )
        ]  # fmt: skip
    attribute = attributes_of(name, kind)
    bodies = [{attribute: value} for value in values_for(kind, options)]
    if kind == "link" and name == "assignedUser":
        bodies.insert(0, {attribute: me})
    if kind == "linkMultiple" and name == "users":
        bodies.insert(0, {attribute: [me]})
    if kind == "currency":
        bodies += [
            {attribute: 5, f"{name}Currency": currency} for currency in ("EUR", "XXX", "", None, 5)
        ]
    if kind in {"email", "phone"}:
        bodies += _entries(attribute)
    return bodies


def _entries(attribute: str) -> list[dict[str, Any]]:
    """Return lists of e-mail addresses or phone numbers."""
    is_email = attribute == "emailAddress"
    first, second = (
        ("one@crmkit.example", "two@crmkit.example")
        if is_email
        else ("+420777123456", "+420777654321")
    )
    kinds: list[Any] = (
        [{}] if is_email else [{}, {"type": "Mobile"}, {"type": "Nope"}, {"type": None}]
    )
    return [
        *({f"{attribute}Data": [{attribute: first, "primary": True, **kind}]} for kind in kinds),
        {f"{attribute}Data": [{attribute: first}, {attribute: second, "primary": True}]},
        {f"{attribute}Data": [{attribute: first, "optOut": True, "invalid": True}]},
        {f"{attribute}Data": []},
        {f"{attribute}Data": None},
        {f"{attribute}Data": [{}]},
        {f"{attribute}Data": "x"},
        {f"{attribute}IsOptedOut": True},
        {f"{attribute}IsInvalid": True},
    ]
