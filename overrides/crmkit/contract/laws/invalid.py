"""A value that a member cannot have is refused, and leaves the record as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .differences import differing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crmkit.contract.exchange import Reply

    from .resources import Member, Resource
    from .scene import Scene

__all__ = ["invalid"]


def invalid(scene: Scene, resource: Resource) -> None:
    """Send to each member what it cannot have: a day that is none, a choice that is none."""
    talk = scene.talk
    record = scene.create(resource, scene.full(resource))
    before = scene.read(record)
    for member in resource.plain_members():
        if f"{resource.name}.{member.name}" in scene.lenient or member.name in scene.lenient:
            continue
        for value in _wrong(member):
            step = scene.update(record, {member.name: value})
            talk.claim(step, f"{member.name} cannot be {value!r}", _refused, step)
    after = scene.read(record)
    talk.claim(after, "what is refused changes nothing", _same, scene, before, after)


def _wrong(member: Member) -> list[Any]:  # noqa: PLR0911 - a value for each kind
    match member.kind:
        case "date" if member.form == "dmy":
            return ["31.02.2030", "29.02.2029", "00.01.2030", "2030-02-01", "x"]
        case "date":
            return ["2030-02-30", "2029-02-29", "2030-13-01", "x"]
        case "datetime" if member.form != "iso":
            return ["2030-02-30 10:00:00", "2030-01-01 25:00:00", "x"]
        case "datetime":
            return ["2030-02-30T10:00:00Z", "2030-01-01T25:00:00Z", "x"]
        case "choice":
            known = [value for value in member.choices if isinstance(value, str)]
            return ["no_such_choice", *([known[0][:-1]] if known else [])]
        case "integer" | "number":
            return ["x", "1x"]
        case _:
            return []


def _refused(reply: Reply) -> Iterator[str]:
    if reply.succeeded or reply.status >= 500:
        yield f"it answers {reply.outcome}"


def _same(scene: Scene, before: Reply, after: Reply) -> Iterator[str]:
    yield from differing(scene.record_in(before), scene.record_in(after), scene.volatile)
