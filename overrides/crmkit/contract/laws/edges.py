"""Strings at the edge are kept as they are: whitespace around them, zeros in front, odd words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .creation import has_what_was_sent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .resources import Member, Resource
    from .scene import Scene

__all__ = ["edges"]

#: What a number, a boolean or a null might be made of.
_WORDS = ("007", "00", "0.50", "+1", "1e3", "TRUE", "null", "Off", "A.B@Example.COM")
_AROUND = (" x", "x ", "  x  y  ", "\tx", "x\n")


def edges(scene: Scene, resource: Resource) -> None:
    """Write strings at the edge to each member that is one."""
    talk = scene.talk
    record = scene.create(resource, scene.full(resource))
    for member in resource.plain_members():
        if member.kind not in {"text", "line"} or member.name == resource.naming:
            continue
        values = list(_values(scene, resource, member))
        for value, expected in scene.some(resource, values, 5):
            scene.update(record, {member.name: value})
            read = scene.read(record)
            talk.claim(read, f"{member.name} keeps {value!r}", has_what_was_sent,
                       scene, resource, {member.name: expected}, read)  # fmt: skip


def _values(scene: Scene, resource: Resource, member: Member) -> Iterator[tuple[str, Any]]:
    """Yield strings, and what is read for each."""
    longest = member.longest or 100
    is_trimmed = member.kind in (scene.trimmed or ())
    is_trimmed &= f"{resource.name}.{member.name}" not in scene.untrimmed
    for value in (*_WORDS, *_AROUND):
        if len(value) <= longest and not set(value) & set(member.avoids):
            yield value, value.strip(" \t\n") if is_trimmed else value
    if member.nullable and member.name not in resource.needs:
        yield "   ", None if is_trimmed else "   "
