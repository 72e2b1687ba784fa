"""One member after the other changes to every kind of value; nothing else changes with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .creation import has_what_was_sent
from .differences import differing
from .resources import ABSENT, value_at
from .values import instant, others

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crmkit.contract.conversation import Step
    from crmkit.contract.exchange import Reply

    from .resources import Member, Resource
    from .scene import Record, Scene

__all__ = ["transitions"]


def transitions(scene: Scene, resource: Resource) -> None:
    """Change each member of a record from a value to others, to null, to an empty str and back."""
    record = scene.create(resource, scene.full(resource))
    before = scene.read(record)
    for member in list(resource.plain_members()):
        first = record.body.get(member.name)
        for value in _values(scene, resource, member, first):
            record, before = _change(scene, record, member, value, before)


def _values(scene: Scene, resource: Resource, member: Member, first: Any) -> list[Any]:
    values = others(scene.rng, member, first)
    needed = member.name in resource.needs or member.name == resource.naming
    if member.nullable and not needed:
        values += [None, first]
    if member.kind in {"text", "line"} and not needed:
        values += ["", first]
    return values


def _change(
    scene: Scene, record: Record, member: Member, value: Any, before: Step
) -> tuple[Record, Step]:
    talk, resource = scene.talk, record.resource
    if member.name == resource.naming and value is not None:
        value = talk.unique(value)[: member.longest].rstrip()
    body = scene.consistent(resource, {**record.body, member.name: value})
    changes = {name: body[name] for name in body if body[name] != record.body.get(name)}
    changes[member.name] = value
    written = scene.update(record, changes)
    read = scene.read(record)
    talk.claim(read, f"{member.name} can be changed", scene.succeeded, written)
    talk.claim(read, f"{member.name} is read as it was changed", has_what_was_sent,
               scene, resource, changes, read)  # fmt: skip
    talk.claim(read, "an update answers what is read next",
               scene.answered, resource, written, read)  # fmt: skip
    paths = [resource.members[name].read_as for name in changes if name in resource.members]
    touched = [path.rpartition(".")[0] or path for path in paths]
    talk.claim(read, f"nothing changes with {member.name}", _kept, scene, before, read,
               touched + list(scene.follows(resource, member)))  # fmt: skip
    if scene.changed_at:
        talk.claim(read, "an update moves the time of the last change", _moved,
                   scene, before, read)  # fmt: skip
    return scene.changed(record, body), read


def _kept(scene: Scene, before: Reply, after: Reply, touched: list[str]) -> Iterator[str]:
    may = scene.volatile | scene.times | {rf"{path}(\..*)?" for path in touched}
    yield from differing(scene.record_in(before), scene.record_in(after), may)


def _moved(scene: Scene, before: Reply, after: Reply) -> Iterator[str]:
    times = [value_at(scene.record_in(reply), scene.changed_at) for reply in (before, after)]
    if ABSENT in times:
        return
    first, last = (instant(time) for time in times)
    if last < first or (scene.alone and last == first):
        yield f"{scene.changed_at} stays"
