"""Filters find what plain Python finds in the rows: single conditions, and trees of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .conditions import Condition

if TYPE_CHECKING:
    import random
    from collections.abc import Generator, Iterator, Sequence

    from crmkit.contract.exchange import Reply

    from .resources import Listing, Resource
    from .scene import Scene

__all__ = ["filters", "trees"]

_COUNT = 5
_TREES = 8
_DEPTH = 3


def filters(scene: Scene, resource: Resource) -> None:
    """Filter a list by each condition on each member, and by trees of them."""
    for listing in scene.lists_of(resource):
        if not listing.is_own:
            continue
        for _ in range(_COUNT):
            scene.create(resource, scene.full(resource))
        scene.create(resource)
        pages = scene.pages(listing)
        rows = [row for step in pages if step.reply for row in scene.rows_in(step.reply)]
        conditions = list(scene.conditions(resource, rows))
        trees_of = list(trees(scene.rng, conditions, scene))
        for condition in [
            *scene.some(resource, conditions, 12),
            *scene.some(resource, trees_of, 4),
        ]:
            _ask(scene, listing, pages, condition)
        return


def trees(rng: random.Random, conditions: Sequence[Condition], scene: Scene) -> Iterator[Condition]:
    """Yield trees of conditions, joined by and, and by or, to a depth of three."""
    if len(conditions) < 2:
        return
    for number in range(_TREES):
        yield _tree(rng, conditions, scene, 2 + number % (_DEPTH - 1), is_or=number % 2 == 0)


def _tree(
    rng: random.Random, conditions: Sequence[Condition], scene: Scene, depth: int, *, is_or: bool
) -> Condition:
    if not depth:
        return rng.choice(conditions)
    parts = [
        _tree(rng, conditions, scene, rng.randrange(depth), is_or=not is_or)
        for _ in range(rng.choice((2, 2, 3)))
    ]
    join = any if is_or else all
    item = scene.joined([part.item for part in parts], is_or=is_or)
    return Condition(item, lambda row: join(part.fits(row) for part in parts))


def _ask(scene: Scene, listing: Listing, whole: Any, condition: Condition) -> None:
    query = scene.filtered(condition.item)
    step = scene.page(listing, query=query)
    scene.talk.claim(step, "a filter finds what fulfils it", _found,
                     scene, listing, condition, whole, step)  # fmt: skip


def _found(
    scene: Scene, listing: Listing, condition: Condition, whole: list[Reply], reply: Reply
) -> Generator[str, None, int]:
    if not reply.succeeded:
        yield f"it is refused with {reply.outcome}"
        return 1
    rows = scene.rows_of(whole)
    expected = {str(scene.id_of(row)) for row in rows if condition.fits(row)}
    found = [str(scene.id_of(row)) for row in scene.rows_in(reply)]
    if set(found) - expected:
        yield f"{len(set(found) - expected)} rows too many"
    if expected - set(found):
        yield f"{len(expected - set(found))} rows too few"
    yield from scene.counted(listing, reply, len(expected))
    # One that all or none fulfil would be found without looking.
    return int(0 < len(expected) < len(rows))
