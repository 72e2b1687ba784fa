"""Pages of every size make up one list, and its total is the number of its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .resources import value_at

if TYPE_CHECKING:
    from collections.abc import Generator

    from crmkit.contract.exchange import Reply

    from .resources import Listing, Resource
    from .scene import Query, Scene

__all__ = ["totals"]

_COUNT = 5
_SIZES = (1, 2, 3, 4)
#: Lists of more rows than this are read by sizes that divide them into few pages.
_MANY = 20


def totals(scene: Scene, resource: Resource) -> None:
    """Read the lists of a resource by pages of several sizes, whole and narrowed."""
    records = [scene.create(resource, scene.full(resource)) for _ in range(_COUNT)]
    for listing in scene.lists_of(resource):
        narrowings = list(scene.narrowings(resource, listing, records))
        for query in ((), *scene.some(resource, narrowings, 1)):
            _read(scene, resource, listing, query)


def _read(scene: Scene, resource: Resource, listing: Listing, query: Query) -> None:
    talk = scene.talk
    whole = scene.pages(listing, query=query)
    talk.claim(whole[-1], "a list has each row once, and counts them", _counted,
               scene, listing, whole)  # fmt: skip
    if not listing.size:
        return
    count = len(scene.rows_of([step.reply for step in whole if step.reply is not None]))
    least = 1 if count <= _MANY else count // 8
    for size in scene.some(resource, _SIZES, 2):
        pages = scene.pages(listing, size + least - 1, query)
        past = scene.page(listing, count + 1, size + least - 1, query)
        talk.claim(past, "pages of any size make up the list", _made_up,
                   scene, listing, size + least - 1, whole, pages, past)  # fmt: skip


def _counted(scene: Scene, listing: Listing, whole: list[Reply]) -> Generator[str, None, int]:
    rows = [str(scene.id_of(row)) for row in scene.rows_of(whole)]
    if len(rows) != len(set(rows)):
        yield "a row is there twice"
    for reply in whole:
        yield from scene.counted(listing, reply, len(rows))
    return len(rows)


def _made_up(
    scene: Scene, listing: Listing, size: int, whole: list[Reply], pages: list[Reply], past: Reply
) -> Generator[str, None, int]:
    expected = [str(scene.id_of(row)) for row in scene.rows_of(whole)]
    rows = [str(scene.id_of(row)) for row in scene.rows_of(pages)]
    if scene.alone and scene.has_order(listing) and rows != expected:
        yield f"pages of {size} have other rows or another order"
    # A database may give what is equal in another order by every page, so that a row comes twice.
    if len(rows) != len(expected) if not scene.alone else sorted(rows) != sorted(expected):
        yield f"pages of {size} have {len(rows)} rows, {len(set(rows) & set(expected))} of them its"
    for number, reply in enumerate(pages[:-1], 1):
        if len(scene.rows_in(reply)) != size:
            yield f"page {number} of {size} has {len(scene.rows_in(reply))} rows"
    if scene.rows_in(past):
        yield "a page after the last has rows"
    for reply in (*pages, past):
        yield from scene.counted(listing, reply, len(expected))
    if listing.last:
        for reply in pages:
            last = value_at(reply.tree, listing.last)
            if last != max(1, -(-len(expected) // size)):
                yield f"the last page of {size} is {last} for {len(expected)} rows"
    return len(expected)
