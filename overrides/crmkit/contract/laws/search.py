"""A search finds a record by each word that it is searched by, in any case, and no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from typing import Any

    from crmkit.contract.exchange import Reply

    from .resources import Listing, Resource
    from .scene import Scene

__all__ = ["search"]


def search(scene: Scene, resource: Resource) -> None:
    """Search for records, find them as long as they are there, and not once they are deleted."""
    searches = list(scene.searches(resource))
    records = [scene.create(resource, body) for body in scene.searched(resource)]
    for listing, query, expected in searches:
        _look(scene, listing, query, [records[index].id for index in expected])
    if resource.deletes:
        gone = records.pop(0)
        scene.delete(gone)
        for listing, query, expected in searches:
            left = [records[index - 1].id for index in expected if index]
            _look(scene, listing, query, left)


def _look(scene: Scene, listing: Listing, query: Any, ids: Sequence[Any]) -> None:
    pages = scene.pages(listing, query=query)
    scene.talk.claim(pages[-1], "a search finds what it is asked for", _found,
                     scene, listing, list(ids), pages)  # fmt: skip


def _found(
    scene: Scene, listing: Listing, ids: list[Any], pages: list[Reply]
) -> Generator[str, None, int]:
    found = [str(scene.id_of(row)) for row in scene.rows_of(pages)]
    if sorted(found) != sorted(map(str, ids)):
        yield f"it finds {len(found)} rows, {len({*found} & {*map(str, ids)})} of {len(ids)}"
    for page in pages:
        yield from scene.counted(listing, page, len(found))
    return len(ids)
