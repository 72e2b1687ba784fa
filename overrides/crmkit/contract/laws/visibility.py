"""What is another's is in none of one's lists and reads, and cannot be changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .frame import by_id, snapshot, state

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from typing import Any

    from crmkit.contract.exchange import Reply

    from .scene import Scene

__all__ = ["visibility"]


def visibility(scene: Scene) -> None:
    """Look for a population with the credentials of another tenant, and try to change it."""
    talk, user = scene.talk, scene.stranger
    records = list(scene.population())
    before = snapshot(scene, records)
    for resource in scene.resources.values():
        for listing in scene.foreign_lists(resource):
            pages = scene.pages(listing, user=user)
            talk.claim(pages[-1], f"another tenant sees nothing of it in {listing.path}", _nothing,
                       scene, before.pages, pages, resource.name)  # fmt: skip
    for path in scene.documented_lists():
        step = talk.get(path, user=user, shared=True)
        talk.claim(step, f"another tenant sees nothing of it at {path}", _unmarked,
                   step, talk.marker)  # fmt: skip
    for record in records:
        for step in scene.attempts(record, user):
            talk.claim(step, f"one of {record.resource.name} is not there for another tenant",
                       _refused, step)  # fmt: skip
    after = snapshot(scene, records)
    state(scene, before, after, "a stranger")


def _nothing(
    scene: Scene, mine: dict[str, list[Reply]], pages: list[Reply], resource: str
) -> Generator[str, None, int]:
    own = {listing.path for listing in scene.resources[resource].lists}
    ids = {id for name in mine if name in own for id in by_id(scene, name, mine[name])}
    rows = [str(scene.id_of(row)) for row in scene.rows_of(pages)]
    if ids & set(rows):
        yield f"{len(ids & set(rows))} rows are shown"
    return len(ids)


def _unmarked(reply: Reply, marker: Any) -> Iterator[str]:
    if marker in reply.text:
        yield "it is shown"


def _refused(reply: Reply) -> Iterator[str]:
    if reply.succeeded:
        yield f"it answers {reply.outcome}"
