"""A list is sorted as it is asked to be, up and down, with ties, however it is paged."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from .resources import value_at

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from crmkit.contract.exchange import Reply

    from .resources import Resource
    from .scene import Scene

__all__ = ["sorting"]

_COUNT = 3
#: The share of orders that are not read by pages as well.
_SHARE = 0.6


def sorting(scene: Scene, resource: Resource) -> None:
    """Sort the lists of a resource by each key that they take, in both directions."""
    for body in [scene.full(resource) for _ in range(_COUNT)]:
        for _ in range(2):  # of which each two are equal in whatever they are sorted by
            scene.create(resource, scene.twin(resource, body))
    for listing in scene.lists_of(resource):
        whole = scene.pages(listing)
        orders = list(scene.orders(resource, listing))
        if not listing.is_own:
            orders = orders[:1] + scene.rng.sample(orders[1:], min(2, len(orders[1:])))
        for keys, query in [*orders[:1], *scene.some(resource, orders[1:], 3)]:
            pages = scene.pages(listing, query=query)
            order = ", ".join(keys)
            scene.talk.claim(pages[-1], f"{listing.path} is sorted by {order}", _sorted,
                             scene, resource, list(keys), whole, pages)  # fmt: skip
            if keys is not orders[0][0] and scene.rng.random() < _SHARE:
                continue
            short = scene.pages(listing, 2 if listing.is_own else 7, query)
            scene.talk.claim(short[-1], f"{listing.path} goes on by {order}", _same_order,
                             scene, pages, short)  # fmt: skip


def _sorted(
    scene: Scene, resource: Resource, keys: Sequence[str], whole: list[Reply], pages: list[Reply]
) -> Generator[str, None, int]:
    rows = scene.rows_of(pages)
    if sorted(map(str, map(scene.id_of, rows))) != sorted(
        str(scene.id_of(row)) for row in scene.rows_of(whole)
    ):
        yield "it has other rows than without an order"
    compared = 0
    for one, other in pairwise(rows):
        for key in keys:
            plain = key.removeprefix("-")
            left, right = (_key(scene, resource, plain, row) for row in (one, other))
            if left == right:
                continue
            if (left > right) != key.startswith("-"):
                yield f"two rows are not in the order of {key}"
            compared += 1
            break
    return compared


def _key(scene: Scene, resource: Resource, key: str, row: Any) -> Any:
    return scene.sort_key(resource, key, value_at(row, key))


def _same_order(scene: Scene, whole: list[Reply], short: list[Reply]) -> Generator[str, None, int]:
    one, other = (
        [str(scene.id_of(row)) for row in scene.rows_of(pages)] for pages in (whole, short)
    )
    if one != other:
        yield "the rows of small pages come in another order"
    return int(len(one) > 1)
