"""A write changes its record and nothing else: whole snapshots before and after it are compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .differences import differing, pruned

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from crmkit.contract.conversation import Step
    from crmkit.contract.exchange import Reply

    from .resources import Listing
    from .scene import Record, Scene

__all__ = ["Snapshot", "frame", "snapshot"]


@dataclass
class Snapshot:
    """All that lists and reads show at a time.

    Attributes:
        pages: The pages of each list, and the one reply of each read, by where that is.
    """

    pages: dict[str, list[Step]]

    @property
    def last(self) -> Step:
        """The last step."""
        return next(reversed(self.pages.values()))[-1]


def snapshot(scene: Scene, records: Sequence[Record]) -> Snapshot:
    """Read all lists, and records."""
    lists: list[Listing] = []
    for resource in scene.resources.values():
        lists += [listing for listing in scene.lists_of(resource) if listing not in lists]
    pages = {listing.path: scene.pages(listing) for listing in lists}
    for record in records:
        if record.resource.record:
            pages[f"{record.resource.name} of step {record.step.number}"] = [scene.read(record)]
    return Snapshot(pages)


def frame(scene: Scene) -> None:
    """Write to each record of a population in turn, and compare everything before and after."""
    records = list(scene.population())
    before = snapshot(scene, records)
    for index, record in enumerate(records):
        if not record.resource.updates:
            continue
        method = record.resource.updates[index % len(record.resource.updates)]
        scene.update(record, scene.full(record.resource), method)
        after = snapshot(scene, records)
        state(scene, before, after, f"an update of {record.resource.name}", record)
        before = after


def state(
    scene: Scene, before: Snapshot, after: Snapshot, what: str, record: Record | None = None
) -> None:
    """State that only one record has changed between two snapshots; None: nothing has."""
    if not after.pages:  # of a list of others' records, none is read
        return
    scene.talk.claim(
        after.last, f"{what} changes nothing else", _unchanged, scene,
        before.pages, after.pages,
        record.resource.name if record else "", record.id if record else "",
    )  # fmt: skip


def _unchanged(
    scene: Scene, before: dict[str, list[Reply]], after: dict[str, list[Reply]],
    resource: str, id: Any,
) -> Generator[str, None, int]:  # fmt: skip
    lists = scene.resources[resource].lists if resource else ()
    own = {listing.path for listing in lists}
    compared = 0
    for name, replies in after.items():
        if name not in before:
            continue
        left, right = by_id(scene, name, before[name]), by_id(scene, name, replies)
        place = name.partition(" of step ")[0]
        may = scene.effects_on(resource, place)
        if "rows" not in may and left.keys() - {str(id)} != right.keys() - {str(id)}:
            yield f"{name} has other rows"
        for key in left.keys() & right.keys():
            if key == str(id) and (name in own or place == resource):
                continue
            compared += 1
            for difference in differing(
                pruned(left[key], id), pruned(right[key], id), scene.volatile | may
            ):
                yield f"{name}: {difference}"
    return compared


def by_id(scene: Scene, name: str, replies: list[Reply]) -> dict[str, Any]:
    """Return the rows of a list, or the one record of a read, by their ids."""
    if " of step " in name:
        record = scene.record_in(replies[0])
        return {} if record is None else {str(scene.id_of(record)): record}
    return {str(scene.id_of(row)): row for row in scene.rows_of(replies)}
