"""PUT, PATCH and POST of the same changes leave the same state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .differences import differing
from .values import draw

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crmkit.contract.exchange import Reply

    from .resources import Resource
    from .scene import Scene

__all__ = ["spellings"]


def spellings(scene: Scene, resource: Resource) -> None:
    """Send the same changes by each method to records that are equal."""
    full = scene.full(resource)
    members = [m for m in resource.plain_members() if m.name != resource.naming]
    for member in [None, *scene.some(resource, members, 1)]:
        changes: dict[str, Any] = dict(scene.full(resource)) if member is None else {}
        if member is not None:
            changes = {member.name: draw(scene.rng, member)}
            if resource.replaces:
                changes = {
                    name: changes.get(name, full[name]) for name in scene.required(resource)
                } | {**resource.completes, **changes}
        if resource.naming:
            changes[resource.naming] = full.get(resource.naming)
        records = [scene.create(resource, full) for _ in resource.updates]
        reads = []
        for method, record in zip(resource.updates, records, strict=True):
            scene.talk.request(method, record.path, json=changes, keeps=True)
            reads.append(scene.read(record))
        scene.talk.claim(reads[-1], "every method that updates leaves the same state", _alike,
                         scene, reads)  # fmt: skip
        for record in records:
            scene.delete(record)


def _alike(scene: Scene, reads: list[Reply]) -> Iterator[str]:
    first, *rest = (scene.record_in(read) for read in reads)
    may = scene.volatile | scene.times | scene.own
    for other in rest:
        yield from differing(first, other, may)
