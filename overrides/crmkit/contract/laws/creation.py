"""The reply to a creation is the record: it is read so next, listed so, with the values sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .differences import differing, unequal_members

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

    from crmkit.contract.conversation import Step
    from crmkit.contract.exchange import Reply

    from .resources import Resource
    from .scene import Record, Scene

__all__ = ["creation", "has_what_was_sent"]

_DRAWS = 3


def creation(scene: Scene, resource: Resource) -> None:
    """Create records of a resource, and look for them wherever they are shown."""
    talk = scene.talk
    made = [_created(scene, resource, scene.body(resource))]
    made += [_created(scene, resource, scene.full(resource)) for _ in range(_DRAWS)]
    reads = [scene.read(record) for record, _ in made[:-1]] + [made[-1][1]]
    for listing in scene.lists_of(resource):
        pages = scene.pages(listing)
        for (record, _), read in zip(made, reads, strict=True):
            talk.claim(pages[-1], "a list shows each record as it is read", _listed,
                       scene, read, pages, record.id)  # fmt: skip


def _created(scene: Scene, resource: Resource, body: dict[str, Any]) -> tuple[Record, Step]:
    record = scene.create(resource, body)
    read = scene.read(record)
    claim_shown(scene, record, read, body)
    return record, read


def claim_shown(scene: Scene, record: Record, read: Any, sent: Mapping[str, Any]) -> None:
    """State that the next read shows what the reply to a write does, and what was sent."""
    talk = scene.talk
    talk.claim(read, "a creation answers what is read next",
               scene.answered, record.resource, record.step, read)  # fmt: skip
    talk.claim(read, "a value is read as it was sent", has_what_was_sent,
               scene, record.resource, sent, read)  # fmt: skip


def _listed(scene: Scene, read: Reply, pages: list[Reply], id: Any) -> Iterator[str]:
    record = scene.record_in(read)
    rows = [row for row in scene.rows_of(pages) if str(scene.id_of(row)) == str(id)]
    if len(rows) != 1:
        yield f"it is there {len(rows)} times"
    for row in rows:
        shared = {name: value for name, value in row.items() if name in record}
        yield from differing(
            {name: record[name] for name in shared}, shared, scene.volatile | scene.unlisted
        )


def has_what_was_sent(
    scene: Scene, resource: Resource, sent: Mapping[str, Any], read: Reply
) -> Generator[str, None, int]:
    """Yield the members whose value is not the one that was sent; return how many were sent."""
    record = scene.record_in(read)
    for name in unequal_members(resource, sent, record, scene.normal):
        yield f"{name} differs"
    return sum(member.name in sent for member in resource.plain_members())
