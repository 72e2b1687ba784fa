"""Conversations about each member of each body: missing, null, of another type, at an edge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit.contract.conversation import Conversation, Talk

from .resources import RESOURCES, Resource, Scene

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["member_conversations"]

_DATES = (
    "2026-02-30", "31.12.2023", "2024-1-5", "10000-01-01", "0000-00-00", "2026-02-03T04:05:06Z",
    "2026-02-03 04:05:06", "2026-02-03T04:05:06+02:00", "tomorrow", "2026",
)  # fmt: skip
_WRONG: tuple[Any, ...] = (
    None, "", "abc", " padded ", [], {}, ["a"], {"a": 10**8}, 0, 5, -1, 1.5, "7", "7.5", True,
    False, "true", "x" * 251, "x" * 256, "two\nlines", "Zoë 日本 😀", 10**12, 999999,
)  # fmt: skip
#: Members with ids of other records, beside those that say so.
_IDS = {"contact_is", "of_contact"}
#: Values that are, or are taken for, ids that a record may have.
_ID_OF_OTHERS = (5, "7", True)


def member_conversations() -> Iterator[Conversation]:
    """Yield a conversation for each member of each resource, and each other body."""
    for resource in RESOURCES.values():
        for member in {**resource.body, **resource.more}:
            yield _conversation(resource, member)
    for path, body in _PARTS.items():
        for member in body:
            yield _part(path, body, member)


#: Bodies that change a part of a contact, by the end of the path.
_PARTS: dict[str, dict[str, Any]] = {
    "work": {"job": "Pilot", "company": "Air"},
    "food": {"food_preferences": "vegan"},
    "introduction": {
        "is_date_known": True, "met_through_contact_id": "{other}",
        "general_information": "in May", "where": "Rome", "day": 1, "month": 2, "year": 2001,
        "is_age_based": False, "age": 20, "add_reminder": False,
    },
    "avatar": {"source": "default", "photo_id": None},
    "setTags": {"tags": ["a", "b"]},
    "unsetTag": {"tags": [10**8]},
}  # fmt: skip


def _values(member: str, value: Any) -> list[Any]:
    if member.endswith("_id") or member in _IDS:
        # No conversation may write to a record that is not its own.
        others = [wrong for wrong in _WRONG if wrong not in _ID_OF_OTHERS]
        return [value, f" {value}", *others]
    has_date = member.endswith(("_at", "date"))
    return [value, *_WRONG, *(_DATES if has_date else ())]


def _bodies(body: Mapping[str, Any], member: str, value: Any) -> Iterator[dict[str, Any]]:
    """Yield a body without the member, and one with each value."""
    yield {name: other for name, other in body.items() if name != member}
    for changed in _values(member, value):
        yield {**body, member: changed}


def _conversation(resource: Resource, member: str) -> Conversation:
    value = {**resource.body, **resource.more}[member]

    def hold(talk: Talk) -> None:
        scene = Scene(talk)
        path = f"/{resource.name}"
        body = scene.fill(resource.body)
        for changed in _bodies(body, member, scene.fill(value)):
            created = talk.post(path, changed)
            if created.succeeded and talk.document.operation("GET", f"{path}/1"):
                talk.get(f"{path}/{created.id}")
        record = talk.post(path, body).id
        if talk.document.operation("PUT", f"{path}/1"):
            for changed in _bodies(body, member, scene.fill(value)):
                talk.put(f"{path}/{record}", changed)
            talk.get(f"{path}/{record}")

    return Conversation(f"members.{resource.name}.{member}", hold)


def _part(part: str, body: dict[str, Any], member: str) -> Conversation:
    def hold(talk: Talk) -> None:
        scene = Scene(talk)
        contact = scene.contact()
        method = "POST" if part.endswith(("Tags", "Tag")) else "PUT"
        for changed in _bodies(scene.fill(body), member, scene.fill(body[member])):
            talk.request(method, f"/contacts/{contact}/{part}", json=changed, keeps=True)
        talk.get(f"/contacts/{contact}")

    return Conversation(f"members.{part}.{member}", hold)
